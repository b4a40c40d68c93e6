"""Which cell to run first: what course/tracker.py sees in a lesson, and what it says."""

import ast
import json
from types import SimpleNamespace

import pytest

from course import tracker
from course.widgets import cleanup
from solutions import NOTEBOOKS, lessons


def notebook(*cells):
    """A notebook with these code cells, c0, c1 and so on; a text beginning with # is a heading."""
    found = []
    for number, source in enumerate(cells):
        kind = "markdown" if source.startswith("#") else "code"
        found.append({"cell_type": kind, "id": f"c{number}", "source": source, "metadata": {}})
    return {"cells": found, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


class Kernel:
    """Runs cells by number, with a watch as a notebook's kernel has it."""

    def __init__(self, folder, *cells):
        self.cells, self.names = cells, {}
        (folder / "00_lesson.ipynb").write_text(json.dumps(notebook(*cells)), encoding="utf-8")
        self.watch = tracker.ExecutionTracker(self.names, str(folder))

    def run(self, number, source=None, key=None):
        """Run a cell, edited if a source is given; return what is said."""
        key = key or f"c{number}"
        source = source or self.cells[number]
        said = self.watch.before(key, source)
        try:
            exec(source, self.names)
        except Exception:
            self.watch.after(False)
        else:
            self.watch.after(True)
        return said


@pytest.fixture
def lesson(tmp_path, monkeypatch):
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    return lambda *cells: Kernel(tmp_path, *cells)


def test_in_order_nothing_is_said_and_a_second_time_neither(lesson):
    kernel = lesson("a = 1", "b = a + 1", "a = 10", "c = a + b", "import math", "math.pi * c")
    assert [kernel.run(i) for i in [*range(6), *range(6)]] == [""] * 12


def test_a_name_that_means_something_else_by_now(lesson):
    kernel = lesson("a = 1", "## Part two", "b = a + 1", "a = 10", "c = a")
    for i in (0, 2, 3, 4):
        kernel.run(i)
    assert kernel.run(2) == (
        "Out of order: this cell uses `a` as made by the cell with the line\n    a = 1\n"
        'Run that one first, or choose Run, "Run All Above Selected Cell".'
    )
    assert kernel.run(0) == kernel.run(2) == ""
    assert 'under "Part two" with the line\n    a = 10\n' in kernel.run(4)


def test_a_name_that_is_missing(lesson):
    kernel = lesson("a = 1", "b = a", "c = b")
    assert "`b` as made by" in kernel.run(2)
    assert "`a` as made by" in kernel.run(1)


def test_what_was_made_out_of_order_is_told_further_on(lesson):
    kernel = lesson("a = 1", "b = a", "a = 2", "c = b")
    for i in (0, 1, 2, 1):
        kernel.run(i)
    assert "`b` as made by" in kernel.run(3)
    assert [kernel.run(i) for i in (0, 1, 2, 3)] == [""] * 4


@pytest.mark.parametrize(
    "change",
    [
        "a.append(2)",
        "a[0] = 5",
        "a += [2]",
        "a[0] += 1",
        "for x in [a]:\n    x += [1]",
        "def grow(b):\n    b.append(2)\ngrow(a)",
        "def grow():\n    a.append(2)\ngrow()",
        "def grow(b):\n    b.append(1)\ndef twice(b):\n    grow(b)\ntwice(a)",
    ],
)
def test_what_was_changed_in_place_must_be_made_anew(lesson, change):
    kernel = lesson("a = [1]", change, "print(a)")
    assert [kernel.run(i) for i in (0, 1, 2)] == [""] * 3
    assert "a = [1]" in kernel.run(1), "it would be changed twice"
    assert [kernel.run(i) for i in (0, 1, 2)] == [""] * 3
    kernel.run(0)
    assert "`a`" in kernel.run(2), "it has not been changed yet"


def test_what_a_function_needs_is_needed_where_it_is_called(lesson):
    kernel = lesson(
        "rate = 1", "def f(x):\n    return g(x)\ndef g(x):\n    return rate * x", "f(3)", "rate = 5"
    )
    for i in range(4):
        assert kernel.run(i) == ""
    assert "`rate` as made by" in kernel.run(2)


def test_names_that_a_function_or_a_comprehension_has_for_itself(lesson):
    kernel = lesson(
        "def f(n, *rest, k=2):\n    m = n\n    return [m for m in range(m)]",
        "[n for n in range(3)]\n(lambda m: m)(1)\nf(1)",
        "n = m = 3",
    )
    assert [kernel.run(i) for i in (0, 1, 2, 1, 0)] == [""] * 5


def test_the_same_import_is_the_same_thing_wherever_it_stands(lesson):
    kernel = lesson("import math", "math.pi", "import math", "from os import path as math")
    assert [kernel.run(i) for i in (0, 1, 2, 1)] == [""] * 4
    kernel.run(3)
    assert "`math`" in kernel.run(1)


def test_nothing_is_said_about_a_learners_own_cells(lesson):
    kernel = lesson("a = 1", "b = a")
    kernel.run(0)
    assert kernel.run(None, "a = 100", key="added") == ""
    assert kernel.run(None, "print(nothing)", key="another") == ""
    assert kernel.run(1) == "" and kernel.names["b"] == 100


def test_an_edited_cell_is_still_that_cell(lesson):
    kernel = lesson("a = 1", "b = a", "a = 3")
    assert kernel.run(0, "a = 7") == kernel.run(1) == ""
    assert kernel.names["b"] == 7
    kernel.run(2)
    assert "a = 1" in kernel.run(1, "b = a * 2")


def test_a_cell_that_failed_has_not_made_its_names(lesson):
    kernel = lesson("a = 1", "b = a\nb.nothing\na = 2", "a = 3\nnothing", "c = a")
    kernel.run(0)
    kernel.run(1)
    assert kernel.run(1) == "", "a is still the one of the first cell"
    kernel.run(2)
    assert "a = 3" in kernel.run(3)


def test_a_cell_that_counts_its_own_runs(lesson, tmp_path):
    kernel = lesson("n = 0", "n = n + 1")
    cells = notebook(*kernel.cells)
    cells["cells"][1]["metadata"] = {"tags": [tracker.MEANT_TO_BE_RUN_AGAIN]}
    (tmp_path / "00_lesson.ipynb").write_text(json.dumps(cells), encoding="utf-8")
    assert [kernel.run(i) for i in (0, 1, 1, 1)] == [""] * 4
    del kernel.names["n"]
    assert "`n`" in kernel.run(1)


def test_the_notebook_is_read_again_once_it_was_saved(lesson, tmp_path):
    kernel = lesson("a = 1", "b = a")
    kernel.run(0)
    kernel.cells = ("a = 1", "a = 'two'", "b = a")
    cells = notebook(*kernel.cells)
    for cell, key in zip(cells["cells"], ("c0", "new", "c1"), strict=True):
        cell["id"] = key
    (tmp_path / "00_lesson.ipynb").write_text(json.dumps(cells), encoding="utf-8")
    assert "a = 'two'" in kernel.run(2, key="c1")


def test_a_notebook_that_is_no_lesson_is_left_alone(lesson, monkeypatch):
    kernel = lesson("a = 1", "b = a")
    monkeypatch.setenv("JPY_SESSION_NAME", "/somewhere/mine.ipynb")
    assert kernel.run(1) == ""


def test_what_a_cell_showed_before_is_let_go_when_it_runs_again(lesson):
    kernel, told = lesson("a = 1", "a"), []
    kernel.names["_oh"] = {}
    kernel.watch.forget.append(lambda key, number: told.append((key, number)))
    for number, cell in enumerate((0, 1, 1), 1):
        kernel.watch.before(f"c{cell}", kernel.cells[cell])
        kernel.names["_oh"][number] = kernel.names[f"_{number}"] = "a picture"
        kernel.watch.after(True, number)
    assert kernel.names["_oh"].keys() == {1, 3}
    assert "_2" not in kernel.names and "_3" in kernel.names
    assert told == [("c0", None), ("c1", None), ("c1", 2)]


def test_widgets_of_the_run_before_are_closed(monkeypatch):
    widget = pytest.importorskip("ipywidgets")
    watch = SimpleNamespace(running=None, forget=[])
    monkeypatch.setattr(tracker, "watch", lambda: watch)
    try:
        cleanup.close_old_ones()
        (forget,) = watch.forget
        mine = widget.HTML()
        watch.running = "c1"
        box = widget.VBox([widget.HTML()])
        assert box.comm is not None
        forget("c1", 3)
        assert box.comm is None and box.children[0].comm is None
        assert mine.comm is not None, "a widget that no cell of the lesson made"
    finally:
        widget.Widget.on_widget_constructed(None)


def test_cells_of_the_lessons_can_be_told_apart():
    """A front end that sends no cell ids is served by the code alone."""
    for path in lessons():
        cells = tracker.read(path).cells
        assert len({cell.source.strip() for cell in cells}) == len(cells) > 10


def test_the_cell_that_first_imports_the_course_is_told_as_well(monkeypatch, tmp_path):
    from jupyter_client.manager import start_new_kernel

    path = NOTEBOOKS / "02_turn_scores_into_probabilities.ipynb"
    cells = {cell.key: cell.source for cell in tracker.read(path).cells}
    monkeypatch.setenv("JPY_SESSION_NAME", str(path))
    monkeypatch.setenv("COURSE_MY_RNN", str(tmp_path / "my_rnn.py"))
    manager, client = start_new_kernel(kernel_name="python3", cwd=str(NOTEBOOKS))
    printed = []
    try:
        for key in ("scores", "yours-softmax"):
            client.execute_interactive(
                cells[key],
                timeout=60,
                stdin_hook=None,
                output_hook=lambda message: printed.append(message["content"].get("text", "")),
            )
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    assert "Out of order: this cell uses `scores`" in "".join(printed)


def test_outside_of_a_notebook_it_does_nothing_and_an_old_python_can_read_it():
    assert tracker.watch() is None
    source = (NOTEBOOKS / "course" / "tracker.py").read_text(encoding="utf-8")
    ast.parse(source, feature_version=(3, 8))
    imported = {
        alias.name
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    assert imported <= {"ast", "glob", "json", "os", "sys", "types"}


def test_code_that_python_cannot_read_is_let_be(lesson):
    kernel = lesson("%%time\na = 1", "a = 2", "def f(:")
    assert [kernel.run(i) for i in (0, 1, 2, 0)] == [""] * 4
