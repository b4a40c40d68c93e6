"""Binder's image by hand: our lock in the base image's packages, the lessons, and a launch."""

import re
import shutil
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

import nbformat
import pytest
from binder_image import canonical, pins
from desk import ROOT, run, surroundings, uv
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from course.offline import course_files
from course.texts import VERSE
from tools import missing

LOCK = ROOT / "binder" / "requirements.txt"
OURS = ("numpy", "matplotlib", "ipywidgets")
LESSONS = sorted(path.name for path in (ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
SAMPLE = "trained"  # the cell of the first lesson in which the network first recites
WINDOW = {"width": 1280, "height": 800}
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


# The lock ----------------------------------------------------------------------------------


def test_base_is_as_frozen(image):
    """By hand it is what repo2docker's file says, to the version."""
    differing = {
        name: number for name, number in image.before.items() if image.frozen.get(name) != number
    }
    assert not differing
    assert {"jupyterlab", "notebook", "jupyterhub", "ipywidgets"} <= set(image.before)


def test_lock_goes_in_without_complaint(image):
    assert not re.search(r"ERROR|WARNING|conflict|incompatible", image.said), image.said
    run([image.python, "-m", "pip", "check"])


def test_lock_adds_its_own_and_changes_only_the_widgets(image):
    """The base brings older widgets than the course is tested with: ipywidgets and its partners."""
    lock = {canonical(name): version for name, version in pins(LOCK).items()}
    changed = {n for n, number in image.before.items() if image.after.get(n) != number}
    assert changed == {"ipywidgets", "jupyterlab-widgets", "widgetsnbextension"}
    assert set(image.after) - set(image.before) == set(lock) - changed
    assert {name: image.after[name] for name in lock} == lock


def test_lock_is_what_our_packages_need_beyond_the_base(image):
    """Followed by what the installed packages say of themselves: no name too many or too few."""
    learners = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    asked, left = {}, [Requirement(line) for line in learners if line.startswith(OURS)]
    while left:
        one = left.pop()
        if one.marker and not one.marker.evaluate({"extra": "", "python_version": "3.12"}):
            continue
        name = canonical(one.name)
        asked[name] = asked.get(name, SpecifierSet()) & one.specifier
        if image.frozen.get(name) not in asked[name]:  # else it is the base's, with all it needs
            left += map(Requirement, image.requires[name])
    needed = {name for name, wanted in asked.items() if image.frozen.get(name) not in wanted}
    lock = {canonical(name): version for name, version in pins(LOCK).items()}
    assert set(lock) == needed
    assert {name: lock[name] for name in OURS} == {name: learners[name] for name in OURS}


def test_lock_is_what_its_command_gives(tmp_path):
    """With newer packages left aside, the command in the lock's head gives the lock's lines."""
    head = re.search(r"^# Made .*? by\n((?:#   .*\n)+)", LOCK.read_text(encoding="utf-8"), re.M)
    command = re.sub(r"^#   ", "", head[1], flags=re.MULTILINE).strip()
    assert "uv pip compile" in command
    command = command.replace("uv pip", f'"{uv()[0]}" -m uv --quiet pip', 1)
    given = run(
        ["bash", "-ec", f"{command} --constraint {LOCK.relative_to(ROOT)}"],
        cwd=ROOT,
        env=surroundings(tmp_path),
    )
    lines = [line for line in LOCK.read_text(encoding="utf-8").splitlines() if line[:1] != "#"]
    assert given.splitlines() == lines


# A launch ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def browser():
    from environments import chromium

    program = chromium()
    if program is None:
        missing("Chromium is not installed.")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield opened
        opened.close()


def launch_path():
    """What README's address has Binder open."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    return re.search(r"^https://mybinder\.org/v2/gh/\S+\?urlpath=(\S+)$", readme, re.MULTILINE)[1]


def test_launch(image, browser, tmp_path, figures, monkeypatch):
    """Binder starts Notebook's server and opens the address in it: the lesson, in JupyterLab."""
    import servers

    monkeypatch.setitem(servers.KINDS, "binder", ("notebook", "LabApp"))
    start = time.perf_counter()
    server = servers.Server("binder", image.python, tmp_path)
    try:
        page = browser.new_page(viewport=WINDOW)
        page.goto(f"{server.url}/{launch_path()}")
        page.wait_for_function(
            """() => { const panel = window.jupyterapp?.shell?.currentWidget;
            return panel?.sessionContext?.session?.kernel?.status === 'idle'; }""",
            timeout=90_000,
        )
        opened = time.perf_counter()
        assert page.evaluate(
            "[window.jupyterapp.name, window.jupyterapp.version,"
            " window.jupyterapp.shell.currentWidget.context.path]"
        ) == ["JupyterLab", image.frozen["jupyterlab"], "notebooks/00_start_here.ipynb"]
        assert page.get_by_role("heading", name="0 · Start here").is_visible()
        page.evaluate(
            """async () => { const commands = window.jupyterapp.commands;
            await commands.execute('notebook:clear-all-cell-outputs');
            commands.execute('notebook:run-all-cells'); }"""
        )
        page.wait_for_function(
            """id => { const panel = window.jupyterapp.shell.currentWidget;
            const cell = panel.content.widgets.find(cell => cell.model.id === id);
            return cell.model.executionCount && cell.model.outputs.length; }""",
            arg=SAMPLE,
            timeout=120_000,
        )
        sampled = time.perf_counter()
        cell = page.evaluate(
            """id => { const panel = window.jupyterapp.shell.currentWidget;
            return panel.content.widgets.find(c => c.model.id === id).model.outputs.toJSON(); }""",
            SAMPLE,
        )
        words = "".join(output.get("text", "") for output in cell).split()
        known = [word for word in words if word in VERSE.split()]
        assert len(known) > len(words) / 2 > 5, cell  # an untrained network writes no words
    finally:
        server.close()
    figures.append(
        f"Binder by hand: {opened - start:.0f} s from the start of the server to the open lesson, "
        f"{sampled - start:.0f} s to the first words of a trained network."
    )


# The lessons -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A copy of the course, as a newcomer has it."""
    folder = tmp_path_factory.mktemp("course")
    for path in course_files():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / path, folder / path)
    return folder


@pytest.fixture(scope="module")
def running(image, course, tmp_path_factory, request):
    """The lessons that are to be tested, two at a time: {name: future of its process, folder}."""
    names = [
        i.callspec.params["name"]
        for i in request.session.items
        if "[" in i.name and i.originalname == "test_lesson"
    ]
    folder = tmp_path_factory.mktemp("ran")
    environment = surroundings(folder, OPENBLAS_NUM_THREADS="1")

    def run_lesson(name):
        return subprocess.run(
            [
                image.python,
                "-m",
                "nbconvert",
                "--to",
                "notebook",
                "--execute",
                "--log-level",
                "ERROR",
                "--output-dir",
                folder,
                course / "notebooks" / name,
            ],
            env=environment,
            cwd=course / "notebooks",
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
        )

    with ThreadPoolExecutor(2) as pool:
        yield {name: pool.submit(run_lesson, name) for name in names}, folder
        pool.shutdown(cancel_futures=True)


@pytest.mark.parametrize("name", LESSONS)
def test_lesson(running, course, name):
    """Every cell runs in the image, without an error and without a word on stderr."""
    futures, folder = running
    done = futures[name].result()
    assert done.returncode == 0, done.stderr[-3000:]
    notebook = nbformat.read(folder / name, 4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]
    assert all(cell.execution_count for cell in code)
    assert [
        (cell.id, output.get("text") or output.get("evalue"))
        for cell in code
        for output in cell.outputs
        if output.output_type == "error" or output.get("name") == "stderr"
    ] == []
    assert not (course / "notebooks" / "my_rnn.py").exists()
