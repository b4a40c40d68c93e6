"""A lesson printed is a hand-out: whole code, no answers, and room to write down a prediction."""

import io
import re

import pytest

from reading import lesson_paths, read_lesson
from tools import need

LESSONS = [lesson_paths()[number] for number in (2, 7)]


def printed(page, paper):
    """Pages of the PDF, as text without spaces, and the size of the first in points."""
    pypdf = need("pypdf")
    pages = pypdf.PdfReader(io.BytesIO(page.pdf(format=paper))).pages
    size = tuple(round(float(edge)) for edge in pages[0].mediabox[2:])
    return "".join(re.sub(r"\s", "", one.extract_text()) for one in pages), size


@pytest.mark.parametrize("paper, size", [("A4", (595, 842)), ("Letter", (612, 792))])
@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_code_is_whole_and_answers_are_left_out(sheet, path, paper, size):
    page = sheet().open(f"notebooks/{path.stem}.html")
    text, found = printed(page, paper)
    assert found[0] == pytest.approx(size[0], abs=2) and found[1] == pytest.approx(size[1], abs=2)
    lesson = read_lesson(path)
    for cell in lesson.code:
        for line in cell.source.splitlines():
            assert re.sub(r"\s", "", line) in text, (cell.id, line)
    solutions = [cell.source for cell in lesson.text if "<summary>Solution" in cell.source]
    assert solutions
    for source in solutions:
        code = re.search(r"<summary>Solution.*?```python\n(.*?)```", source, re.DOTALL)[1]
        last = re.sub(r"\s", "", code.rstrip().splitlines()[-1])
        assert "Hint1" not in text and last not in text, last


def test_a_teacher_prints_the_solutions_too(sheet):
    page = sheet().open(f"notebooks/{LESSONS[0].stem}.html")
    page.evaluate(
        "window.print = () => (window.opened = document.querySelectorAll('article details[open]').length)"
    )
    page.get_by_role("button", name="Print with solutions").click()
    assert page.evaluate(
        "opened === document.querySelectorAll('article details').length && opened > 0"
    )
    text, _ = printed(page, "A4")
    assert "Hint1" in text and "Hint2" in text and "Solution" in text
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("article details[open]").count() == 0
    page.get_by_role("button", name="Print as a hand-out").click()
    assert page.evaluate("opened") == 0


def test_room_to_write_below_every_prediction(sheet, built):
    one = sheet()
    rooms = {}
    for path in lesson_paths():
        page = one.open(f"notebooks/{path.stem}.html")
        page.emulate_media(media="print")
        heights = page.eval_on_selector_all(
            ".room-to-write", "rooms => rooms.map(room => room.getBoundingClientRect().height)"
        )
        predictions = sum("**Predict first.**" in cell.source for cell in read_lesson(path).text)
        assert len(heights) == predictions and all(height > 90 for height in heights), path.name
        rooms[path.name] = predictions
    assert sum(rooms.values()) > 10
