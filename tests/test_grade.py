"""The grader: what it collects, lends, sends to and fro, decides and writes.

What is hostile or broken, a hundred times over, is in tests/abuse/test_hostile_submissions.py.
"""

import ast
import csv
import json
import os
import struct
import subprocess
import sys
import time
import types
from pathlib import Path

import nbformat
import numpy as np
import pytest

import rnn_core
import solutions
from course.checks import check, expected_outcomes, runner
from course.checks.diagnose import difference_between
from course.exercises import EXERCISES
from course.grade import __main__ as command
from course.grade import grading, provided, remote, report, submissions
from course.grade.extract import Attempt, Piece
from course.grade.grading import Row
from course.grade.remote import Limits, Remote
from course.grade.sandbox import protocol

SOLUTIONS = {one.name: one.solution for one in solutions.all_written()}
LENIENT = Limits(seconds=60.0)  # for what should end: a busy machine is not to fail a test


# Values to and fro ---------------------------------------------------------------------------


def there_and_back(value):
    return protocol.unpack(protocol.pack(value))


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        0,
        -(10**18),
        2.5,
        "",
        "é☺\ud800",
        [],
        (),
        {},
        [1, (2.0, "x")],
        {"a": 1, 2: {3: [4]}, (5, 6): None},
        [True, None],
    ],
)
def test_plain_values_come_back_the_same(value):
    back = there_and_back(value)
    assert back == value and type(back) is type(value)


@pytest.mark.parametrize("dtype", ["f8", "f4", "f2", "i8", "u1", "?", "c16", ">f8", "g"])
@pytest.mark.parametrize("shape", [(), (3,), (2, 0), (2, 3, 4)])
def test_arrays_come_back_the_same_and_writable(dtype, shape):
    array = (np.arange(np.prod(shape, dtype=int)) % 2).reshape(shape).astype(dtype)
    back = there_and_back({"deep": [array, array.T]})["deep"]
    for one, other in zip(back, (array, array.T), strict=True):
        assert one.dtype == other.dtype and one.shape == other.shape and (one == other).all()
        assert one.flags.writeable


def test_special_numbers_and_numpy_scalars():
    assert np.isnan(there_and_back(float("nan"))) and there_and_back(-np.inf) == -np.inf
    back = there_and_back(np.float32(0.1))
    assert back == np.float32(0.1) and back.dtype == np.float32
    assert there_and_back(np.str_("a")) == "a"


def test_a_generator_goes_on_where_it_was():
    rng = np.random.default_rng(7)
    rng.random(3)
    back = there_and_back(rng)
    assert (back.random(5) == rng.random(5)).all()


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ((i for i in ()), types.GeneratorType),
        (print, types.FunctionType),
        ({1, 2}, set),
        (b"x", bytes),
        (np.array([object()]), np.ndarray),
    ],
)
def test_what_cannot_be_sent_comes_as_its_kind(value, kind):
    assert isinstance(there_and_back(value), kind)


def endless():
    inside = []
    inside.append(inside)
    return inside


@pytest.mark.parametrize(
    "value",
    [
        np.broadcast_to(0.0, (10**6, 10**6)),
        endless(),
        [0] * 10**6,
        "x" * 10**7,
        range(10**12),
        ["x" * 10**5] + ["a"] * 12_000,
        ["x" * 10**6] + [1] * 10**5,
        [np.empty(999_999, dtype=object)] * 2,
    ],
    ids=["broadcast", "inside itself", "long", "text", "range", "wide", "wide, mixed", "objects"],
)
def test_what_is_too_large_is_not_sent(value):
    with pytest.raises(protocol.TooLarge):
        protocol.pack(value)


def framed(tree, rest=b""):
    text = tree if isinstance(tree, bytes) else json.dumps(tree).encode()
    return struct.pack("<I", len(text)) + text + rest


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        b"\0",
        b"\xff" * 100,
        framed(b"{"),
        framed(b"[" * 10**5),
        framed({"a": 1}),
        framed(["no such tag"]),
        framed(["value", 1]),
        framed([[]]),
        framed([]),
        framed(["array", "<f8", [10**9]]),
        framed(["array", "<f8", [-1]], b"x" * 8),
        framed(["array", "O", [1]], b"x" * 8),
        framed(["array", "<f8", [2.0]], b"x" * 16),
        framed(["dict", 1]),
        framed(["dict", ["list"], 1]),
        framed(b"9" * 10**5),
        framed(["generator", ["dict", "bit_generator", "PCG64"]]),
        framed(["list", ["array", "<f8", [1]]], b"short"),
        framed(["objects", [10**6, 10]]),
        framed(["list", ["objects", [10**6]], ["objects", [10**6]]]),
        framed(["list", "x" * 10**5, *[1] * 10**4]),
        framed(["texts", [2], ["x" * 10**6] * 100]),
    ],
)
def test_no_frame_but_one_sentence(frame):
    with pytest.raises(protocol.Malformed):
        protocol.unpack(frame)


# What may be borrowed ------------------------------------------------------------------------


def test_every_name_that_answers_an_exercise_is_in_rnn_core():
    for name, gives in provided.ANSWERS.items():
        thing = rnn_core
        for part in name.split("."):
            thing = getattr(thing, part)
        assert callable(thing) and set(gives) <= set(EXERCISES)


@pytest.mark.parametrize("wanted", EXERCISES)
def test_no_answer_is_lent(wanted):
    """Neither as a helper nor within rnn_core, whose functions of that name raise."""
    lent = provided.provided_for(wanted)
    assert wanted in lent["answers"] and wanted not in lent["helpers"]
    core = ast.parse(lent["core"])
    for name in provided.withheld(wanted):
        first, *inner = name.split(".")
        (node,) = [node for node in core.body if getattr(node, "name", None) == first]
        if inner:
            (node,) = [part for part in node.body if getattr(part, "name", None) == inner[0]]
        functions = node.body if isinstance(node, ast.ClassDef) else [node]
        bodies = [part.body for part in functions if isinstance(part, ast.FunctionDef)]
        assert bodies and all(isinstance(body[0], ast.Raise) for body in bodies)
    given = [name for name, gives in provided.ANSWERS.items() if wanted in gives]
    assert set(given) <= set(provided.withheld(wanted))


def test_what_comes_before_is_lent():
    assert {"one_hot", "softmax"} <= set(provided.provided_for("forward")["helpers"])
    every = provided.provided_for(list(EXERCISES)[-1])["helpers"]
    assert not [name for name, text in every.items() if "course." in text]  # it is not there
    assert "forward" not in provided.provided_for("softmax")["helpers"]
    assert "type(temperature)" in provided.core_for("apply_temperature")
    lent = provided.provided_for(None)  # what is only looked at is lent no answer
    assert lent["helpers"] == {} and lent["core"].count("_ReferenceUsed") >= len(provided.ANSWERS)


# What is collected ---------------------------------------------------------------------------


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())


def cell(source, key=""):
    return {"cell_type": "code", "id": key, "source": source, "metadata": {}, "outputs": []}


def notebook(*cells):
    return json.dumps({"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def test_a_student_is_a_file_or_a_folder(tmp_path):
    for name in (
        "anna.py",
        "anna.ipynb",
        "ben/my_rnn.py",
        "ben/a/02.ipynb",
        "notes.txt",
        ".git/x.py",
        "__MACOSX/x.py",
        "ben/.ipynb_checkpoints/02.ipynb",
        "eve/x.pdf",
    ):
        write(tmp_path / name, "")
    found, others = submissions.students(tmp_path)
    files = {student.name: [path.name for path in student.files] for student in found}
    assert files == {"anna": ["anna.ipynb", "anna.py"], "ben": ["my_rnn.py", "02.ipynb"], "eve": []}
    assert others == ["notes.txt"]


def sources_of(submission, exercise, number=0):
    """The statements of an attempt, as texts; [] if there is none."""
    attempts = submission.attempts.get(exercise, ())
    pieces = attempts[number].pieces if number < len(attempts) else ()
    nodes = [ast.parse(piece.text).body[place] for piece in pieces for place in piece.places]
    return [ast.unparse(node) for node in nodes]


def test_a_notebook_gives_what_a_function_needs_and_no_more(tmp_path):
    write(
        tmp_path / "a.ipynb",
        notebook(
            cell("import numpy as np\nimport os"),
            cell("%matplotlib inline\n!ls\nscale = 2\nmodel = train_for_an_hour()"),
            cell("def helper(x):\n    return np.exp(x) * scale"),
            cell("def softmax(scores):\n    raise NotImplementedError"),
            cell("def softmax(scores):\n    return helper(scores)\n\ncheck('softmax', softmax)"),
            cell("def helper(x):\n    return 'another, later'"),
            cell("softmax = yours('softmax')"),
        ),
    )
    found = sources_of(submissions.read(tmp_path / "a.ipynb"), "softmax")
    assert [text.split("\n")[0] for text in found] == [
        "import numpy as np",
        "scale = 2",
        "def helper(x):",
        "def softmax(scores):",
    ]
    assert "np.exp" in found[2] and "helper" in found[3]


def test_the_exercise_cell_counts_and_so_does_another_name(tmp_path):
    write(
        tmp_path / "a.ipynb",
        notebook(
            cell("def softmax(scores):\n    return 'mine'", "exercise-softmax"),
            cell("def softmax(scores):\n    return 'an attempt further down'"),
            cell("def one(i, n):\n    return 1\n\ncheck('one_hot', one)"),
        ),
    )
    read = submissions.read(tmp_path / "a.ipynb")
    assert "mine" in sources_of(read, "softmax")[0]
    assert read.attempts["one_hot"][0].target == "one"
    assert "def one(" in sources_of(read, "one_hot")[0]


def test_lessons_as_shipped_have_nothing_to_judge():
    for path in solutions.lessons():
        assert submissions.read(path).attempts == {}


SB = "e = np.exp(scores - scores.max(-1, keepdims=True)); return e / e.sum(-1, keepdims=True)"
SOFT = f"def softmax(scores):\n    {SB}"
STUB = "def softmax(scores):\n    raise NotImplementedError"
NO_SHIFT = "def softmax(scores):\n    return np.exp(scores) / np.exp(scores).sum(-1, keepdims=True)"
NP, CHECK = "import numpy as np", "check('softmax', softmax)"
FOUND_ALL_THE_SAME = {
    "below the stub": [NP, ("e", STUB), SOFT],
    "below a wrong one": [NP, ("e", f"{NO_SHIFT}\n\n{CHECK}"), f"{SOFT}\n\n{CHECK}"],
    "before an experiment": [
        NP,
        ("e", f"{SOFT}\n\n{CHECK}"),
        "def naive(s):\n    return s\n\ncheck('softmax', naive)",
    ],
    "two wrong, then right": [NP, *(NO_SHIFT + "  # " + n for n in "ab"), SOFT],
    "star import": ["from numpy import *", SOFT.replace("np.", "")],
    "import, tried": ["try:\n    import numpy as np\nexcept ImportError:\n    raise", SOFT],
    "def within if": [NP, f"if True:\n    {SOFT.replace(chr(10), chr(10) + '    ')}"],
    "filled table": [NP, "axes = []", "axes.append(-1)", SOFT.replace("max(-1", "max(axes[0]")],
    "dict by key": [NP, "c = {}\nc['a'] = -1", SOFT.replace("max(-1", "max(c['a']")],
    "class by attribute": [
        NP,
        "class C:\n    a = 0",
        "C.a = -1",
        SOFT.replace("max(-1", "max(C.a"),
    ],
    "needs what has no name": [
        NP,
        "setattr(np, 'mine', np.exp)",
        SOFT.replace("np.exp", "np.mine"),
    ],
    "under another name": [NP, SOFT.replace("softmax", "mine"), "softmax = mine"],
    "partial": [
        NP,
        "from functools import partial\ndef f(a, scores):\n    " + SB,
        "softmax = partial(f, 0)",
    ],
    "annotations of the future": [
        "from __future__ import annotations",
        NP,
        SOFT.replace("(scores)", "(scores: Unknown)"),
    ],
    "two in a line": [NP, SOFT, 'a = """x\n"""; b = """y\n"""'],
    "long sum": [NP, SOFT, "def f(): return 1" + "+1" * 1500],
    "old newlines": [NP + "\r" + SOFT.replace("\n", "\r")],
    "help": [NP, f"np.exp?\n{SOFT}\n{CHECK}"],
    "timed": [NP, f"{SOFT}\nt = %timeit -o softmax([1])\n!ls (it's\nfiles = !ls"],
    "magic in a block": [NP, f"if True:\n    !ls\n{SOFT}"],
    "timed by line": [
        NP,
        "%time shift = lambda s: s - s.max(-1, keepdims=True)",
        SOFT.replace("scores - scores.max(-1, keepdims=True)", "shift(scores)"),
    ],
    "seven experiments": [
        NP,
        ("e", f"{NO_SHIFT}\n\n{CHECK}"),
        f"{SOFT}\n\n{CHECK}",
        *(f"def w{n}(s):\n    return s * {n}\n\ncheck('softmax', w{n})" for n in range(7)),
    ],
    "cell magic": [f"%%time\n{NP}\n{SOFT}"],
    "a line that begins with %": [NP, SOFT.replace("max(-1", "max((15\n    % 8) - 8")],
    "a line that begins with !": [
        NP,
        SOFT.replace(
            "    e =", "    if (scores.size\n    != scores.size):\n        return\n    e ="
        ),
    ],
    "await": [NP, SOFT, "await something()"],
    "get_ipython": [NP + "\nget_ipython().run_line_magic('matplotlib', 'inline')", SOFT],
    "shown on the way": [
        NP + "\nfrom course import plots",
        SOFT.replace("    e =", "    plots.remember(scores)\n    display(scores)\n    e ="),
    ],
}


@pytest.mark.parametrize("case", FOUND_ALL_THE_SAME)
def test_right_work_is_found_wherever_it_stands(case, tmp_path):
    cells = FOUND_ALL_THE_SAME[case]
    made = [cell(c[1], "exercise-softmax") if isinstance(c, tuple) else cell(c) for c in cells]
    row = row_of(tmp_path, "softmax", notebook(*made), file="a.ipynb")
    assert row.passed, row.message


@pytest.mark.parametrize(
    "cells",
    [
        [NP, ("e", STUB), "softmax = yours('softmax')"],
        [NP, "from rnn_core import softmax"],
        [NP, "forward, softmax = yours('forward'), yours('softmax')"],
    ],
)
def test_what_is_lent_is_nobodys_work(cells, tmp_path):
    made = [cell(c[1], "exercise-softmax") if isinstance(c, tuple) else cell(c) for c in cells]
    row = row_of(tmp_path, "softmax", notebook(*made), file="a.ipynb")
    assert row.state == grading.NOT_WRITTEN, row.message


def test_a_mistake_in_a_line_that_begins_with_percent_is_seen(tmp_path):
    """Taken out, the line would leave the right answer."""
    wrong = "def perplexity(loss, count):\n    return (\n    np.exp(loss / count)\n% 1\n)"
    row = row_of(tmp_path, "perplexity", notebook(cell(NP), cell(wrong)), file="a.ipynb")
    assert row.state == grading.NOT_YET


def test_the_first_version_is_the_one_that_is_talked_about(tmp_path):
    """None passes: the row is about the exercise's own cell, not about what was tried elsewhere."""
    made = notebook(
        cell(NP),
        cell(f"{NO_SHIFT}\n{CHECK}", "exercise-softmax"),
        cell("def softmax(scores):\n    return 3"),
    )
    row = row_of(tmp_path, "softmax", made, file="a.ipynb")
    assert row.mistake == check_here("softmax", NO_SHIFT).mistake == "no-shift"


def check_here(name, text):
    space = {}
    exec(f"{NP}\n{text}", space)
    return check(name, space[name], keep=False)


def test_a_lesson_exported_as_a_script(tmp_path):
    """It does not run to its end, and puts the course's own below the student's."""
    convert = pytest.importorskip("nbconvert").PythonExporter()
    (path,) = [path for path in solutions.lessons() if path.stem.startswith("02_")]
    book = nbformat.read(path, as_version=4)
    assert [
        row.state
        for row in rows_of(
            tmp_path, {"02.py": convert.from_notebook_node(book)[0]}, ("softmax", "cross_entropy")
        )
    ] == [grading.NOT_WRITTEN] * 2
    for one in book.cells:
        if one.id.startswith("exercise-"):
            one.source = SOLUTIONS[one.id.removeprefix("exercise-")]
    rows = rows_of(
        tmp_path, {"02.py": convert.from_notebook_node(book)[0]}, ("softmax", "cross_entropy")
    )
    assert all(row.passed for row in rows), [row.message for row in rows]


def rows_of(tmp_path, files, exercises):
    for name, text in files.items():
        write(tmp_path / "in" / "one" / name, text)
    (student,), _ = submissions.students(tmp_path / "in")
    return grading.judge(student, str(tmp_path), LENIENT, exercises)


def test_a_module_beside_it_can_be_imported(tmp_path):
    files = {
        "work/my_rnn.py": "from helper import e, np\n\ndef softmax(scores):\n    return e(scores)\n",
        "work/helper.py": f"{NP}\n{SOFT.replace('softmax', 'e')}\n",
        "work/numpy.py": "1 / 0",
        "worker.py": "1 / 0",
    }
    softmax, other = rows_of(tmp_path, files, ("softmax", "one_hot"))
    assert softmax.passed and softmax.file == "my_rnn.py", softmax.message
    assert other.state == grading.NOT_WRITTEN or "ZeroDivisionError" in other.message


MY_RNN = f"{NP}\n{SOFT}\n"
HEATED = "def apply_temperature(scores, temperature):\n    return softmax(scores / temperature)"
COLDER = HEATED.replace("/", "*")


@pytest.mark.parametrize("kept", [MY_RNN, None])
@pytest.mark.parametrize(
    "way",
    [
        "from my_rnn import softmax",
        "from my_rnn import *",
        "import my_rnn\nsoftmax = my_rnn.softmax",
    ],
)
def test_a_lesson_leans_on_what_was_written_before(way, kept, tmp_path):
    """On the my_rnn.py beside it, or on what the course lends in its place."""
    files = {"08.ipynb": notebook(cell(way), cell(HEATED))} | ({"my_rnn.py": kept} if kept else {})
    (row,) = rows_of(tmp_path, files, ("apply_temperature",))
    assert row.passed, row.message
    write(tmp_path / "in" / "one" / "08.ipynb", notebook(cell(way), cell(COLDER)))
    (row,) = rows_of(tmp_path, {}, ("apply_temperature",))
    assert row.mistake == "multiplied", row.message


def test_what_builds_on_float32_is_judged_by_that(tmp_path):
    """As in the lessons: by its digits, though its globals are in another process."""
    text = """import numpy as np

def softmax(scores):
    exps = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return (exps / exps.sum(axis=-1, keepdims=True)).astype(np.float32)

def forward(inputs, h_prev, Wxh, Whh, Why, bh, by):
    hs, ps = np.zeros((len(inputs) + 1, len(bh))), np.zeros((len(inputs), len(by)))
    hs[0] = h_prev
    for t, ix in enumerate(inputs):
        hs[t + 1] = np.tanh(Wxh[:, ix] + Whh @ hs[t] + bh)
        ps[t] = softmax(Why @ hs[t + 1] + by)
    return hs, ps
"""
    rows = rows_of(tmp_path, {"my_rnn.py": text}, ("softmax", "forward"))
    assert [row.passed for row in rows] == [True, True]
    assert "builds on `softmax`, which gives float32" in rows[1].message
    wrong = text.replace("hs[t + 1] + by", "hs[t + 1] + 1.001 * by")
    rows = rows_of(tmp_path / "wrong", {"my_rnn.py": wrong}, ("softmax", "forward"))
    assert [row.passed for row in rows] == [True, False]


def test_no_message_says_where_the_scratch_folder_was(tmp_path):
    files = {
        "08.ipynb": notebook(cell("from my_rnn import softmax"), cell(HEATED)),
        "my_rnn.py": "x = 1\n",
    }
    (row,) = rows_of(tmp_path, files, ("apply_temperature",))
    assert row.state == grading.NOT_YET and "ImportError" in row.message
    assert str(tmp_path) not in row.message, row.message


def test_an_environment_does_not_push_the_work_out(tmp_path):
    files = {f"env/Lib/site-packages/p{n}.py": "" for n in range(80)} | {"env/pyvenv.cfg": ""}
    files |= {f"other/site-packages/{n}.py": "" for n in range(80)}
    files |= {f"more/{n}.py": "" for n in range(80)} | {
        "z/02.ipynb": notebook(cell(NP), cell(SOFT))
    }
    softmax, other = rows_of(tmp_path, files, ("softmax", "one_hot"))
    assert softmax.passed and "more than 60 files" in other.message


def test_what_a_lesson_does_above_is_not_run_for_nothing(tmp_path):
    """np.append changes no NumPy, so that what stands around it is not needed."""
    above = "import rnn_core\nx = np.append([], rnn_core.softmax(np.ones(2)))\nnp.sort(x)\n1 / 0"
    write(tmp_path / "a.ipynb", notebook(cell(NP), cell(above), cell(SOFT)))
    found = sources_of(submissions.read(tmp_path / "a.ipynb"), "softmax")
    assert found[0] == NP and len(found) == 2, found


@pytest.mark.parametrize(
    "change",
    [
        "def stable(s):\n    return s - s.max(-1, keepdims=True)",
        "stable = lambda s: s - s.max(-1, keepdims=True)",
    ],
)
def test_what_counts_is_what_the_last_check_saw(change, tmp_path):
    uses = "def softmax(scores):\n    e = np.exp(stable(scores))\n    return e / e.sum(-1, keepdims=True)"
    cells = [NP, "def stable(s):\n    return s", f"{uses}\n\n{CHECK}", f"{change}\n\n{CHECK}"]
    row = row_of(tmp_path, "softmax", notebook(*map(cell, cells)), file="a.ipynb")
    assert row.passed, row.message


@pytest.mark.parametrize(
    "call",
    [
        "check('softmax', function=mine)",
        "checks.check('softmax', mine)",
        "check(name='softmax', function=mine)",
    ],
)
@pytest.mark.parametrize("file", ["a.ipynb", "a.py"])
def test_however_check_is_called(call, file, tmp_path):
    cells = [NP, SOFT.replace("softmax", "mine"), f"check = checks = print\n{call}"]
    text = notebook(*map(cell, cells)) if file == "a.ipynb" else "\n\n".join(cells)
    row = row_of(tmp_path, "softmax", text, file=file)
    assert row.passed, row.message


def test_a_script_that_was_a_lesson_gets_the_mistake_named(tmp_path):
    text = f"{NP}\n{NO_SHIFT}\nfrom course.keep import yours\nsoftmax = yours('softmax')\n1 / 0\n"
    softmax, other = rows_of(tmp_path, {"02.py": text}, ("softmax", "one_hot"))
    assert softmax.mistake == "no-shift" and other.state == grading.NOT_WRITTEN, other.message


def test_a_function_for_the_main_program(tmp_path):
    inside = SOFT.replace("\n", "\n    ")
    made = notebook(cell(NP), cell(f"if __name__ == '__main__':\n    {inside}"))
    assert row_of(tmp_path, "softmax", made, file="a.ipynb").passed


def test_the_last_of_many_files(tmp_path):
    files = {f"try{n}.ipynb": notebook(cell(NP), cell(f"{NO_SHIFT}  # {n}")) for n in range(4)}
    files["try5.ipynb"] = notebook(cell(NP), cell(SOFT))
    (row,) = rows_of(tmp_path, files, ("softmax",))
    assert row.passed and row.file == "try5.ipynb"


def test_more_versions_than_are_tried_are_spoken_of(tmp_path):
    files = {f"{n}.ipynb": notebook(cell(NP), cell(f"{NO_SHIFT}  # {n}")) for n in range(20)}
    (row,) = rows_of(tmp_path, files, ("softmax",))
    assert row.mistake == "no-shift" and "which were not tried" in row.message


@pytest.mark.parametrize("top", ["rnn-course/", "rnn-course/notebooks/", ""])
def test_the_course_itself_is_nobodys_work(top, tmp_path):
    """A student's folder is often the whole course, as it lies on a hub."""
    root = "" if "notebooks" in top else "notebooks/"
    own = f"{top}{root}"
    files = {f"{own}course/{n}.py": "def softmax(s): pass" for n in range(80)}
    files |= {f"{own}course/{n}/x.py": "" for n in ("exercises", "checks", "keep", "grade")}
    files |= {f"{own}00_start_here.ipynb": notebook(), f"{own}my_rnn.py": f"{NP}\n{SOFT}\n"}
    if root:
        files |= {f"{top}rnn_core.py": "x = 1", f"{top}tests/alternatives/all.py": SOFT}
    for name, text in files.items():
        write(tmp_path / "in" / "one" / name, text)
    (student,), _ = submissions.students(tmp_path / "in")
    assert sorted(path.name for path in student.files) == ["00_start_here.ipynb", "my_rnn.py"]
    assert student.troubles == []


def test_rnn_core_is_nobodys_work(tmp_path):
    text = Path(rnn_core.__file__).read_text(encoding="utf-8").replace("\n", "\r\n")
    rows = rows_of(tmp_path, {"mine.py": text}, ("one_hot", "softmax"))
    assert {row.state for row in rows} == {grading.UNUSABLE}
    assert "the course's own rnn_core.py" in rows[0].message


def test_what_moodle_makes_of_names(tmp_path):
    ending = "assignsubmission_file_"
    for name in (
        f"Anna Müller_11_{ending}/my_rnn.py",
        "Anna Müller_11_assignsubmission_onlinetext_/a.html",
        f"Ben_12_{ending}02.ipynb",
        f"Ben_12_{ending}my_rnn.py",
        f"Eve_13_{ending}/x.py",
        f"Eve_14_{ending}/x.py",
        "Anna.py",
    ):
        write(tmp_path / name, "")
    found, _ = submissions.students(tmp_path)
    assert {student.name: len(student.files) for student in found} == {
        "Anna Müller": 1,
        "Ben": 2,
        "Eve 13": 1,
        "Eve 14": 1,
        "Anna": 1,
    }


@pytest.mark.parametrize(
    ("files", "said"),
    [
        (["one.zip"], "only one.zip: unpack it."),
        (["one/a/work.7z", "one/b.txt"], "only b.txt, a/work.7z: unpack it."),
        (["one/essay.docx"], "only essay.docx: a .py file or a notebook is needed."),
        (["one/1/2/3/4/5/my_rnn.py"], "1/2/3/4/5 lies too deep"),
    ],
)
def test_what_cannot_be_graded_is_named(files, said, tmp_path):
    for name in files:
        write(tmp_path / "in" / name, "")
    (student,), _ = submissions.students(tmp_path / "in")
    (row,) = grading.judge(student, str(tmp_path), LENIENT, ("softmax",))
    assert row.state == grading.UNUSABLE and said in row.message, row.message


def test_a_fault_of_the_graders_costs_one_file(tmp_path, monkeypatch):
    monkeypatch.setattr(submissions, "_notebook", lambda *args: 1 / 0)
    files = {"02.ipynb": notebook(), "my_rnn.py": f"{NP}\n{SOFT}\n"}
    softmax, other = rows_of(tmp_path, files, ("softmax", "one_hot"))
    assert softmax.passed and "02.ipynb could not be looked into" in other.message


def test_reading_takes_time_in_proportion(tmp_path):
    """20,000 statements, which each could be needed."""
    many = "\n".join(f"x{n} = 1" for n in range(20_000))
    write(tmp_path / "a.ipynb", notebook(cell(NP), cell(many), cell(SOFT)))
    start = time.process_time()
    assert len(sources_of(submissions.read(tmp_path / "a.ipynb"), "softmax")) == 2
    assert time.process_time() - start < 20  # about 1 s; it was 40 s, and 15 GB for 150,000


@pytest.mark.skipif(sys.platform != "linux", reason="the system keeps this limit on Linux only")
def test_a_judge_has_a_limit_of_memory_too():
    code = (
        "import numpy as np; from course.grade.sandbox import guard\n"
        "guard.limit_more_memory(300_000_000); np.ones(10_000_000)\n"
        "try: np.ones(100_000_000)\n"
        "except MemoryError: print('enough')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        encoding="utf-8",
        check=True,
        env={**os.environ, "PYTHONPATH": str(Path(rnn_core.__file__).parent / "notebooks")},
    )
    assert done.stdout == "enough\n"


def test_finally_inside_finally_is_not_compiled(tmp_path):
    """Python writes each out twice: 20 of them would take gigabytes."""
    text = "".join("    " * n + "try: pass\n" + "    " * n + "finally:\n" for n in range(20))
    write(tmp_path / "a.py", text + "    " * 20 + "pass\n")
    with pytest.raises(submissions.Unreadable, match="finally"):
        submissions.read(tmp_path / "a.py")


def test_line_numbers_are_those_of_the_cell(tmp_path):
    write(tmp_path / "a.ipynb", notebook(cell("x = 1\n\n\ndef softmax(scores):\n    return x / 0")))
    row = row_of(tmp_path, "softmax", (tmp_path / "a.ipynb").read_text("utf-8"), file="a.ipynb")
    assert "in line 5" in row.message and "return x / 0" in row.message, row.message


# What is decided -----------------------------------------------------------------------------


def row_of(tmp_path, name, text, limits=LENIENT, file="my_rnn.py"):
    write(tmp_path / file, text)
    student = submissions.Student("one", [tmp_path / file])
    (submission,) = [
        grading._Loaded(submissions.read(path), str(tmp_path), limits) for path in student.files
    ]
    return grading._row("one", name, [submission], [], limits)


@pytest.mark.parametrize(
    "name", ["softmax", "numerical_gradient", "adagrad_update", "train_step", "generate", "ablate"]
)
def test_solutions_pass(name, tmp_path):
    """One of each way of calling: arrays, a function, in place, a network, chance, a copy of it."""
    row = row_of(
        tmp_path, name, f"import copy\nimport numpy as np\n{BEFORE[name]}\n{SOLUTIONS[name]}"
    )
    assert row.passed and row.message.startswith(f"{name}: passed"), row.message


LEAN_ON = (
    "forward",
    "cross_entropy",
    "backward",
    "clip_by_value",
    "adagrad_update",
    "one_hot",
    "rnn_step",
    "sample_character",
    "apply_temperature",
)
BEFORE = dict.fromkeys(EXERCISES, "")
BEFORE["ablate"] = "from rnn_core import cross_entropy"
for _name in ("train_step", "generate"):
    BEFORE[_name] = "from course.keep import yours\n" + "\n".join(
        f"{other} = yours('{other}')" for other in LEAN_ON if other not in SOLUTIONS[_name][:20]
    )


WRONG = {
    "softmax": "def softmax(scores):\n    e = np.exp(scores)\n    return e / e.sum()\n",
    "cross_entropy": "def cross_entropy(p, t):\n    raise KeyError('x')\n",
    "one_hot": "def one_hot(indices):\n    return 1\n",
    "shift_targets": "def shift_targets(indices):\n    print('hm')\n    indices += 1\n    return 1, 2\n",
    "perplexity": "def perplexity(loss, count):\n    return loss / count\n",
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_said_as_in_the_lessons(name, tmp_path):
    text = "import numpy as np\n" + WRONG[name]
    space = {"__name__": "lesson"}
    write(tmp_path / "cell.py", text)
    exec(compile(text, str(tmp_path / "cell.py"), "exec"), space)
    here, row = check(name, space[name], keep=False), row_of(tmp_path, name, text)
    assert not row.passed and row.mistake == (here.mistake or "")
    assert row.message == here.message


@pytest.mark.parametrize("exercise", ["numerical_gradient", "sgd_update", "generate", "train_step"])
def test_a_remote_function_does_what_it_does_here(exercise, tmp_path):
    """The reference's own text in the other process comes to the same outcomes, case by case."""
    text = f"import numpy as np\n{BEFORE[exercise]}\n{SOLUTIONS[exercise]}"
    cases, expected = expected_outcomes(exercise)
    attempt = Attempt((Piece("my_rnn.py", text),), exercise)
    (tmp_path / "scratch").mkdir()
    with Remote(attempt, exercise, str(tmp_path / "scratch"), LENIENT) as function:
        assert function.load()["state"] == "function"
        for args, right in list(zip(cases, expected, strict=True))[:4]:
            found = runner.call(EXERCISES[exercise], function, args)
            assert difference_between(EXERCISES[exercise], right, found) is None
            assert found.written == right.written


def test_time_is_up(tmp_path):
    write(tmp_path / "my_rnn.py", "def softmax(scores):\n    while True:\n        pass\n")
    student, before = submissions.Student("one", [tmp_path / "my_rnn.py"]), runner.TIME_LIMIT
    rows = {row.exercise: row for row in grading.judge(student, str(tmp_path), Limits(1.0))}
    assert "did not come to an end within 1 seconds" in rows["softmax"].message
    assert rows["one_hot"].message == "one_hot: not written yet"
    assert before == runner.TIME_LIMIT


def test_nothing_of_the_graders_is_in_the_process(tmp_path):
    """The student's process has no module of the course but stand-ins, and no Exercise at all."""
    text = (
        "import gc, sys\n"
        "def softmax(scores):\n"
        "    ours = [n for n in sys.modules if n.startswith('course')]\n"
        "    files = [getattr(sys.modules[n], '__file__', None) for n in ours + ['rnn_core']]\n"
        "    kinds = {type(thing).__name__ for thing in gc.get_objects()}\n"
        "    raise ValueError([any(map(isinstance, files, [str] * 99)), 'Exercise' in kinds])\n"
    )
    row = row_of(tmp_path, "softmax", text)
    assert "ValueError: [False, False]" in row.message, row.message


def test_an_exception_of_any_kind_can_be_raised_here():
    assert str(remote._made(ExceptionGroup, "several")) == "several"


def test_exceptions_keep_their_kind_and_text():
    for kind, text in (
        (KeyError, "'x'"),
        (ValueError, ""),
        (UnicodeDecodeError, "odd"),
        (SystemExit, "3"),
        (OSError, "[Errno 2] x"),
    ):
        error = remote._made(kind, text)
        assert isinstance(error, kind) and str(error) == text


# What is shown -------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", " =1", "＝1", "\n=1"])
def test_formulas_are_defused(text):
    assert report.defused(text).startswith("'")


def test_other_cells_stay_as_they_are():
    assert [report.defused(cell) for cell in ("a=1", "ok", 3, "")] == ["a=1", "ok", "3", ""]
    assert report.defused("x\x00\x1b[31m\ud800\ny") == "x��[31m\\ud800\ny"


def made_rows():
    states = {
        "one_hot": "passed",
        "softmax": "not yet",
        "forward": "not written",
        "backward": "unusable",
    }
    return [
        Row("Ö" * 50 + number, 1, name, state, "", f"{name}: says why")
        for number in "12"
        for name, state in states.items()
    ]


def test_the_table_folds_what_there_is_not():
    text = "\n".join(report.table(made_rows()))
    assert text.count("not written: forward") == 2 and "forward: " not in text
    assert "  says why" in text and "  backward: says why" in text
    last = [line.split() for line in text.split("\n")[-2:]]
    assert [line[0][-1] for line in last] == ["1", "2"]
    assert last[0][1:5] == ["1", "1", "1", "1"]


def test_a_gradebook_has_a_line_for_each_student():
    lines = list(report.gradebook(made_rows()))
    assert lines[0] == ("student", "passed", "of", "one_hot", "softmax", "forward", "backward")
    assert lines[1][1:] == (1, 4, 1, 0, 0, 0) and len(lines) == 3


def test_a_sheet_that_a_spreadsheet_holds_is_kept_beside_it(tmp_path, monkeypatch):
    replace = os.replace

    def held(source, target):
        if str(target).endswith("out.csv"):
            raise PermissionError(13, "Permission denied", source)
        replace(source, target)

    write(tmp_path / "out.csv", "old")
    write(tmp_path / "out-2.csv", "old, too")
    monkeypatch.setattr(os, "replace", held)
    with report.Sheet(tmp_path / "out.csv") as sheet:
        written = sheet.write([["a", 1]])
    assert os.path.basename(written) == "out-3.csv"
    assert (tmp_path / "out-3.csv").read_text("utf-8-sig") == '"a","1"\n'
    assert sorted(os.listdir(tmp_path)) == ["out-2.csv", "out-3.csv", "out.csv"]


def test_a_sheet_goes_to_the_end_of_a_link_and_never_in_place_of_a_device(tmp_path):
    write(tmp_path / "real.csv", "old")
    try:
        (tmp_path / "link.csv").symlink_to(tmp_path / "real.csv")
    except OSError:
        pytest.skip("links cannot be made here")
    with report.Sheet(tmp_path / "link.csv") as sheet:
        sheet.write([["new"]])
    assert (tmp_path / "link.csv").is_symlink() and "new" in (tmp_path / "real.csv").read_text(
        "utf-8"
    )
    if os.name == "posix":
        with pytest.raises(OSError, match="it is no file"):
            report.Sheet(os.devnull)


def test_the_sheet_is_whole_or_not_there(tmp_path):
    rows = [Row("=a", 1, "one_hot", "not yet", "m", 'first,\n"second"', "a.py", 1.25)]
    with report.Sheet(tmp_path / "out.csv"):
        pass
    assert list(tmp_path.iterdir()) == []
    with report.Sheet(tmp_path / "out.csv") as sheet:
        sheet.write(report.lines(rows))
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]
    data = (tmp_path / "out.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf") and data.count(b"\r\n") == 3
    with open(tmp_path / "out.csv", encoding="utf-8-sig", newline="") as file:
        read = list(csv.reader(file))
    assert read[1] == ["'=a", "1", "one_hot", "no", "m", 'first,\n"second"', "a.py", "1.2"]
    assert read[2][2:6] == ["total", "0", "", "0 of 1 passed"]


# The command ---------------------------------------------------------------------------------


@pytest.fixture
def same_seed(monkeypatch):
    monkeypatch.setenv("PYTHONHASHSEED", "0")


@pytest.mark.usefixtures("same_seed")
def test_the_command(tmp_path, capsys):
    good = f"import numpy as np\n{SOLUTIONS['softmax']}\n"
    write(tmp_path / "in" / "anna.py", good + WRONG["perplexity"])
    write(tmp_path / "in" / "ben" / "02.ipynb", notebook(cell("import numpy as np"), cell(good)))
    write(tmp_path / "in" / "ben" / "my_rnn.py", "from rnn_core import softmax\n")
    write(tmp_path / "in" / "eve.py", "import os\nos._exit(0)\n")
    write(tmp_path / "in" / "rest.txt", "")
    out = tmp_path / "out.csv"
    book = tmp_path / "book.csv"
    code = command.main(
        [str(tmp_path / "in"), "--csv", str(out), "--limit-seconds", "60", "--gradebook", str(book)]
    )
    printed = capsys.readouterr()
    assert code == 0, printed.err
    assert (
        f"anna: 1 of {len(EXERCISES)} passed" in printed.out
        and "Not looked at: rest.txt" in printed.out
    )
    assert "graded in" in printed.out and f"eve, 0 of {len(EXERCISES)} passed" in printed.err
    with open(out, encoding="utf-8-sig", newline="") as file:
        rows = {(row["student"], row["exercise"]): row for row in csv.DictReader(file)}
    assert len(rows) == 3 * (len(EXERCISES) + 1)
    assert rows["anna", "softmax"]["passed"] == rows["ben", "softmax"]["passed"] == "yes"
    assert rows["ben", "softmax"]["file"] == "02.ipynb"
    here = check("perplexity", lambda loss, count: loss / count, keep=False)
    assert rows["anna", "perplexity"]["mistake"] == here.mistake
    assert "not written yet" in rows["anna", "one_hot"]["message"]
    assert "ended its own process" in rows["eve", "softmax"]["message"]
    assert rows["anna", "total"]["passed"] == "1"
    with open(book, encoding="utf-8-sig", newline="") as file:
        lines = {row["student"]: row for row in csv.DictReader(file)}
    assert [lines[name]["passed"] for name in ("anna", "ben", "eve")] == ["1", "1", "0"]
    assert lines["ben"]["softmax"] == "1" and lines["ben"]["of"] == str(len(EXERCISES))
    assert sorted(os.listdir(tmp_path)) == ["book.csv", "in", "out.csv"]


@pytest.mark.usefixtures("same_seed")
def test_some_lessons_only(tmp_path, capsys):
    write(tmp_path / "in" / "anna.py", f"{NP}\n{SOFT}\n")
    assert command.main([str(tmp_path / "in"), "--lessons", "2", "12"]) == 0
    printed = capsys.readouterr().out
    assert "anna: 1 of 5 passed" in printed and "one_hot" not in printed


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--jobs", "0", "a whole number of at least 1, not 0"),
        ("--jobs", "2.5", "a whole number of at least 1, not 2.5"),
        ("--limit-seconds", "nan", "a number of at least 0.1, not nan"),
        ("--limit-memory", "100", "a whole number of at least 256, not 100"),
        ("--lessons", "16", "(choose from "),  # argparse: before and after this, by Python
    ],
)
def test_options_that_cannot_be_are_refused(option, value, said, tmp_path, capsys):
    with pytest.raises(SystemExit):
        command.main([str(tmp_path), option, value])
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("make", "given", "word"),
    [
        ([], ["nowhere"], "cannot be read"),
        (["x.py"], ["x.py"], "cannot be read"),
        (["empty/"], ["empty"], "is empty"),
        (["in/a.txt"], ["in"], "no .py file"),
        (["in/a.py"], ["in", "--csv", "nowhere/out.csv"], "cannot be written"),
        (["in/a.py"], ["in", "--csv", "in"], "cannot be written"),
    ],
)
def test_wrong_use_is_one_sentence(make, given, word, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONHASHSEED", "0")
    for name in make:
        (tmp_path / name).mkdir() if name.endswith("/") else write(tmp_path / name, "")
    assert command.main(given) == 2
    said = capsys.readouterr().err.strip()
    assert word in said and "\n" not in said and said.endswith(".")


def test_help_says_what_it_does_not_protect_against(capsys):
    with pytest.raises(SystemExit) as stopped:
        command.main(["--help"])
    assert stopped.value.code == 0
    assert "What it does not protect against" in capsys.readouterr().out
