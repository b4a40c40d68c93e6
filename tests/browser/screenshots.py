"""Take README's pictures from the running course: python tests/browser/screenshots.py

They go to notebooks/images. It needs Chromium and tests/requirements.txt.
"""

import io
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(Path(__file__).parent), str(ROOT / "tests"), str(ROOT / "notebooks"), str(ROOT)]

import environments  # noqa: E402
from lesson_page import LessonPage  # noqa: E402
from PIL import Image  # noqa: E402
from playwright.sync_api import sync_playwright  # noqa: E402
from servers import Server  # noqa: E402
from widget_box import WidgetBox  # noqa: E402

from conftest import ARGUMENTS, lesson_path  # noqa: E402

IMAGES = ROOT / "notebooks" / "images"
LARGEST = 150_000  # bytes of a picture
WRONG = """def softmax(scores):
    exps = np.exp(scores)
    return exps / exps.sum()

check("softmax", softmax)"""


def store(name, png):
    """Write a picture with few colours, which is all that a page of text needs."""
    path = IMAGES / name
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    picture = picture.quantize(160, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    picture.save(path, optimize=True)
    size = path.stat().st_size
    print(f"{path.relative_to(ROOT)}: {picture.width} x {picture.height}, {size / 1000:.0f} kB")
    if size > LARGEST:
        raise SystemExit(f"{name} is larger than {LARGEST / 1000:.0f} kB.")


def a_lesson(page):
    """The first cells of a lesson, with the map of the network."""
    page.cell(page.outputs()[0]["id"])
    page.page.evaluate(
        "window.course.panel().content.node.querySelector("
        "'.jp-WindowedPanel-outer')?.scrollTo(0, 0)"
    )
    page.page.wait_for_timeout(1000)
    return page.page.screenshot()


def a_named_mistake(page):
    """An exercise solved the naive way, and what the check says."""
    cell = "exercise-softmax"
    place = page.page.evaluate("id => window.course.place(id)", cell)
    page.page.evaluate(
        "([at, source]) => window.course.cells()[at].model.sharedModel.setSource(source)",
        [place, WRONG],
    )
    page.run_cell(cell)
    shown = page.cell(cell)
    shown.locator(".jp-OutputArea-output").first.wait_for()
    page.page.wait_for_timeout(500)
    return shown.screenshot()


def the_dashboard(page):
    """The training dashboard, a few thousand iterations on."""
    box = WidgetBox(page, "live", "Training, live")
    box.button("Start").click()
    box.wait_for(lambda: box.kernel("b.training.done") > 4000, "it does not train", 120)
    box.root.evaluate("box => box.scrollIntoView({block: 'center'})")
    picture = box.root.screenshot()
    box.button("Stop").click()
    return picture


def the_sampler(page):
    """The temperature sampler, a little too hot."""
    box = WidgetBox(page, "sampler", "Temperature")
    box.drag(box.handle("Temperature"), 37)
    box.page.wait_for_timeout(1500)
    page.page.mouse.move(5, 5)
    box.root.evaluate("box => box.scrollIntoView({block: 'center'})")
    return box.root.screenshot()


PICTURES = {  # file: (lesson, what to take)
    "lesson.png": (3, a_lesson),
    "mistake.png": (2, a_named_mistake),
    "dashboard.png": (7, the_dashboard),
    "sampler.png": (0, the_sampler),
}


TALL = {"width": 1280, "height": 1000}  # so that a whole box can be seen at once


def main(names):
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        server = Server("lab", sys.executable, Path(folder) / "lab")
        browser = playwright.chromium.launch(
            executable_path=environments.chromium(), args=ARGUMENTS
        )
        try:
            for name in names or PICTURES:
                number, take = PICTURES[name]
                window = {} if take is a_lesson else {"window": TALL}
                page = LessonPage(browser, server, lesson_path(number), **window)
                page.theme("JupyterLab Light")
                page.run_all()
                store(name, take(page))
                page.close()
        finally:
            browser.close()
            server.close()


if __name__ == "__main__":
    main(sys.argv[1:])
