"""A lesson read without running it: in a fresh JupyterLab that does not trust it, and as HTML."""

import re
import subprocess
import sys

import pytest

from conftest import FRONTENDS, NOTEBOOKS, lesson_numbers, lesson_path
from reading import read_lesson

BROKEN = (
    "Error displaying widget",
    "model not found",
    "VBox(",
    "Panel(",
    "HBox(",
    "Loading widget",
)


def pictures_stored(path):
    """How many <img> the stored outputs hold."""
    lesson = read_lesson(NOTEBOOKS.parent / path)
    return sum(text.count("<img ") for _, kind, text in lesson.texts_shown if kind == "text/html")


def widget_cells(path):
    return [
        cell
        for cell in read_lesson(NOTEBOOKS.parent / path).code
        if "widgets." in cell.source and "Run this cell to" in str(cell.outputs)
    ]


@pytest.mark.parametrize("lesson", lesson_numbers(), indirect=True)
def test_in_jupyterlab_untrusted(lesson):
    path = lesson.path
    assert not lesson.trusted, "a fresh clone is not trusted"
    words = " ".join(words for words, _ in lesson.unrun.values())
    for broken in BROKEN:
        assert broken not in words, broken
    assert words.count("Run this cell to") >= len(widget_cells(path)) > 0
    pictures = [picture for _, pictures in lesson.unrun.values() for picture in pictures]
    assert len(pictures) == pictures_stored(path), "pictures that survive JupyterLab's sanitiser"
    assert all(alt and width for alt, width in pictures)


@pytest.mark.parametrize("frontend", FRONTENDS)
def test_an_answer_opens_with_a_click(open_lesson, frontend):
    """Stored folded below its "Predict first"; a click, or running the cell, shows it."""
    page = open_lesson(1, frontend)
    stored = {cell.id: cell for cell in read_lesson(NOTEBOOKS.parent / page.path).code}
    for name, cell in stored.items():
        area = page.cell(name).locator(".jp-OutputArea-output, .jp-OutputPlaceholder").first
        if cell.outputs:
            area.wait_for(state="visible")
            hidden = page.cell(name).locator(".jp-OutputPlaceholder").count()
            assert hidden == ("hide-output" in cell.tags), name
    folded = [name for name, cell in stored.items() if "hide-output" in cell.tags]
    clicked, run, *_ = folded
    for name in folded:
        preview = page.cell(name).locator(".jp-OutputPlaceholder").inner_text()
        assert not re.search(r"\w", preview), f"{name} gives its answer away: {preview!r}"
    page.cell(clicked).locator(".jp-OutputPlaceholder").click()
    page.run_cell(run)
    for name in (clicked, run):
        page.cell(name).locator(".jp-OutputArea-output").first.wait_for(state="visible")
        assert not page.cell(name).locator(".jp-OutputPlaceholder").count(), name


@pytest.mark.parametrize("number", lesson_numbers())
def test_as_html(browser, tmp_path, number):
    path = NOTEBOOKS.parent / lesson_path(number)
    page = tmp_path / "lesson.html"
    subprocess.run(
        [sys.executable, "-m", "nbconvert", "--to", "html", "--output", page, path],
        check=True,
        capture_output=True,
    )
    context = browser.new_context(java_script_enabled=False)
    try:
        tab = context.new_page()
        tab.goto(page.as_uri())
        words = tab.locator("body").inner_text()
        for broken in BROKEN:
            assert broken not in words, broken
        assert words.count("Run this cell to") >= len(widget_cells(lesson_path(number)))
        shown = tab.locator(".jp-OutputArea img")
        assert shown.count() == pictures_stored(lesson_path(number))
        assert all(image.get_attribute("alt") for image in shown.all())
    finally:
        context.close()


@pytest.mark.parametrize("number", lesson_numbers())
def test_a_figure_stands_beside_every_widget(number):
    """A picture is stored within ten cells of each widget that is no quiz."""
    cells = read_lesson(NOTEBOOKS.parent / lesson_path(number)).cells
    for place, cell in enumerate(cells):
        if cell.kind != "code" or "widgets." not in cell.source or "quiz(" in cell.source:
            continue
        near = cells[max(0, place - 10) : place + 11]
        assert any("<img " in str(other.outputs) for other in near), cell.where
