"""Browser tests: a server for each Jupyter, one Chromium, and lessons opened in it."""

import os
import tempfile
from pathlib import Path

import environments
import pytest
from lesson_page import LessonPage
from servers import Server

from tools import missing, need

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
FRONTENDS = {  # name: kind of server, its environment (None: the one that runs the tests)
    "lab-4.6": ("lab", None),
    "lab-4.4.9": ("lab", "lab-4.4.9"),
    "notebook-7.6": ("notebook", "notebook-7.6"),
}


def lesson_path(number):
    """The path of a lesson in the course's folder, as the server knows it."""
    return f"notebooks/{next(NOTEBOOKS.glob(f'{number:02d}_*.ipynb')).name}"


def lesson_numbers():
    return sorted(int(path.name[:2]) for path in NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))


@pytest.fixture(scope="session")
def cache(tmp_path_factory):
    """The folder of what is fetched once: environments, axe-core."""
    named = os.environ.get("COURSE_BROWSER_CACHE")
    return Path(named) if named else tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="session")
def browser():
    program = environments.chromium()
    if program is None:
        missing("Chromium is not installed.")
    playwright = need("playwright.sync_api").sync_playwright().start()
    chromium = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
    yield chromium
    chromium.close()
    playwright.stop()


@pytest.fixture(scope="session")
def servers(cache, browser):
    """A function: name of a frontend -> its Server, started when it is first asked for."""
    started = {}
    with tempfile.TemporaryDirectory(prefix="browser_", ignore_cleanup_errors=True) as folder:

        def server(name):
            if name not in started:
                kind, environment = FRONTENDS[name]
                python = environments.python_of(environment, cache)
                started[name] = Server(kind, python, Path(folder) / name)
            return started[name]

        yield server
        for one in started.values():
            one.close()


@pytest.fixture
def open_lesson(browser, servers):
    """A function that opens a lesson by its number; what it opened is closed after the test."""
    opened = []

    def open_it(number, frontend="lab-4.6", **options):
        opened.append(LessonPage(browser, servers(frontend), lesson_path(number), **options))
        return opened[-1]

    yield open_it
    for lesson in opened:
        lesson.close()


@pytest.fixture(scope="session")
def desk(browser, servers):
    """The one lesson in JupyterLab that lies open, and a way to take the next: {number: page}."""
    lying = {}
    yield lying
    for page in lying.values():
        page.close()


@pytest.fixture
def lesson(request, desk, browser, servers):
    """A lesson in JupyterLab after Run All; tests that follow each other share it.

    `.unrun` is what it showed before, and `.trusted` says whether JupyterLab trusted it then.
    """
    number = request.param
    if number not in desk:
        for old in list(desk):
            desk.pop(old).close()
        desk[number] = LessonPage(browser, servers("lab-4.6"), lesson_path(number))
        desk[number].number = number
        desk[number].trusted = desk[number].page.evaluate(
            "window.course.cells().some(c => c.model.type === 'code' && c.model.trusted)"
        )
        desk[number].unrun = desk[number].shown()
        desk[number].run_all()
    return desk[number]


def pytest_addoption(parser):
    parser.addoption(
        "--half",
        choices=["lab", "elsewhere"],
        help="only the tests of a lesson that lies open in JupyterLab, or only the others",
    )


def pytest_collection_modifyitems(config, items):
    """Tests of one lesson follow each other, so that it is opened and run once."""

    def lesson_of(item):
        callspec = getattr(item, "callspec", None)
        return callspec.params.get("lesson", 99) if callspec else 99

    items.sort(key=lesson_of)
    if half := config.getoption("half", None):
        halves = {"lab": [], "elsewhere": []}
        for item in items:
            halves["elsewhere" if lesson_of(item) == 99 else "lab"].append(item)
        items[:] = halves.pop(half)
        config.hook.pytest_deselected(items=[item for rest in halves.values() for item in rest])


@pytest.fixture(scope="session")
def axe(cache):
    """The JavaScript of axe-core."""
    if environments.shutil.which("npm") is None:
        missing("npm is not installed.")
    return environments.axe_source(cache)
