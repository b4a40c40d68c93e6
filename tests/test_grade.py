"""The grader: what it collects, lends, sends to and fro, decides and writes.

What is hostile or broken, a hundred times over, is in tests/abuse/test_hostile_submissions.py.
"""

import ast
import csv
import json
import os
import struct
import types

import numpy as np
import pytest

import rnn_core
import solutions
from course.checks import check, expected_outcomes, running
from course.checks.recognising import difference_between
from course.exercises import EXERCISES
from course.grade import __main__ as command
from course.grade import borrowing, collecting, judging, remote, showing
from course.grade.inside import wire
from course.grade.judging import Row
from course.grade.remote import Limits, Remote

SOLUTIONS = {one.name: one.solution for one in solutions.all_written()}
LENIENT = Limits(seconds=60.0)  # for what should end: a busy machine is not to fail a test


# Values to and fro ---------------------------------------------------------------------------


def there_and_back(value):
    return wire.unpack(wire.pack(value))


@pytest.mark.parametrize(
    "value",
    [
        None, True, 0, -(10**18), 2.5, "", "é☺\ud800", [], (), {}, [1, (2.0, "x")],
        {"a": 1, 2: {3: [4]}, (5, 6): None}, [True, None],
    ],
)  # fmt: skip
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
    [np.broadcast_to(0.0, (10**6, 10**6)), endless(), [0] * 10**6, "x" * 10**7, range(10**12)],
    ids=["broadcast", "inside itself", "long", "text", "range"],
)
def test_what_is_too_large_is_not_sent(value):
    with pytest.raises(wire.TooLarge):
        wire.pack(value)


def framed(tree, rest=b""):
    text = tree if isinstance(tree, bytes) else json.dumps(tree).encode()
    return struct.pack("<I", len(text)) + text + rest


@pytest.mark.parametrize(
    "frame",
    [
        b"", b"\0", b"\xff" * 100, framed(b"{"), framed(b"[" * 10**5), framed({"a": 1}),
        framed(["no such tag"]), framed(["value", 1]), framed([[]]), framed([]),
        framed(["array", "<f8", [10**9]]), framed(["array", "<f8", [-1]], b"x" * 8),
        framed(["array", "O", [1]], b"x" * 8), framed(["array", "<f8", [2.0]], b"x" * 16),
        framed(["dict", 1]), framed(["dict", ["list"], 1]), framed(b"9" * 10**5),
        framed(["generator", ["dict", "bit_generator", "PCG64"]]),
        framed(["list", ["array", "<f8", [1]]], b"short"),
    ],
)  # fmt: skip
def test_no_frame_but_one_sentence(frame):
    with pytest.raises(wire.Malformed):
        wire.unpack(frame)


# What may be borrowed ------------------------------------------------------------------------


def test_every_name_that_answers_an_exercise_is_in_rnn_core():
    for name, gives in borrowing.GIVES.items():
        thing = rnn_core
        for part in name.split("."):
            thing = getattr(thing, part)
        assert callable(thing) and set(gives) <= set(EXERCISES)


@pytest.mark.parametrize("wanted", EXERCISES)
def test_no_answer_is_lent(wanted):
    """Neither as a helper nor within rnn_core, whose functions of that name raise."""
    lent = borrowing.lending(wanted)
    assert wanted in lent["answers"] and wanted not in lent["helpers"]
    core = ast.parse(lent["core"])
    for name in borrowing.left_out(wanted):
        first, *inner = name.split(".")
        (node,) = [node for node in core.body if getattr(node, "name", None) == first]
        if inner:
            (node,) = [part for part in node.body if getattr(part, "name", None) == inner[0]]
        functions = node.body if isinstance(node, ast.ClassDef) else [node]
        bodies = [part.body for part in functions if isinstance(part, ast.FunctionDef)]
        assert bodies and all(isinstance(body[0], ast.Raise) for body in bodies)
    given = [name for name, gives in borrowing.GIVES.items() if wanted in gives]
    assert set(given) <= set(borrowing.left_out(wanted))


def test_what_comes_before_is_lent():
    assert {"one_hot", "softmax"} <= set(borrowing.lending("forward")["helpers"])
    assert "forward" not in borrowing.lending("softmax")["helpers"]
    assert "if temperature != 1.0" in borrowing.core_for("apply_temperature")
    assert "_HandedBack" not in borrowing.core_for(None)


# What is collected ---------------------------------------------------------------------------


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())


def cell(source, key=""):
    return {"cell_type": "code", "id": key, "source": source, "metadata": {}, "outputs": []}


def notebook(*cells):
    return json.dumps({"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def test_a_student_is_a_file_or_a_folder(tmp_path):
    for name in ("anna.py", "anna.ipynb", "ben/my_rnn.py", "ben/a/02.ipynb", "notes.txt",
                 ".git/x.py", "__MACOSX/x.py", "ben/.ipynb_checkpoints/02.ipynb", "eve/x.pdf"):  # fmt: skip
        write(tmp_path / name, "")
    found, others = collecting.students(tmp_path)
    files = {student.name: [path.name for path in student.files] for student in found}
    assert files == {"anna": ["anna.py", "anna.ipynb"], "ben": ["my_rnn.py", "02.ipynb"], "eve": []}
    assert others == ["notes.txt"]


def sources_of(submission, exercise):
    return [text.strip() for _, text in submission.pieces.get(exercise, ())]


def test_a_notebook_gives_what_a_function_needs_and_no_more(tmp_path):
    write(tmp_path / "a.ipynb", notebook(
        cell("import numpy as np\nimport os"),
        cell("%matplotlib inline\n!ls\nscale = 2\nmodel = train_for_an_hour()"),
        cell("def helper(x):\n    return np.exp(x) * scale"),
        cell("def softmax(scores):\n    raise NotImplementedError"),
        cell("def softmax(scores):\n    return helper(scores)\n\ncheck('softmax', softmax)"),
        cell("def helper(x):\n    return 'another, later'"),
        cell("softmax = yours('softmax')"),
    ))  # fmt: skip
    found = sources_of(collecting.read(tmp_path / "a.ipynb"), "softmax")
    assert [text.split("\n")[0] for text in found] == [
        "import numpy as np", "scale = 2", "def helper(x):", "def softmax(scores):"
    ]  # fmt: skip
    assert "np.exp" in found[2] and "helper" in found[3]


def test_the_exercise_cell_counts_and_so_does_another_name(tmp_path):
    write(tmp_path / "a.ipynb", notebook(
        cell("def softmax(scores):\n    return 'mine'", "exercise-softmax"),
        cell("def softmax(scores):\n    return 'an attempt further down'"),
        cell("def one(i, n):\n    return 1\n\ncheck('one_hot', one)"),
    ))  # fmt: skip
    read = collecting.read(tmp_path / "a.ipynb")
    assert "mine" in sources_of(read, "softmax")[0]
    assert read.targets["one_hot"] == "one" and "def one(" in sources_of(read, "one_hot")[0]


def test_lessons_as_shipped_have_nothing_to_judge():
    for path in solutions.lessons():
        assert collecting.read(path).pieces == {}


def test_line_numbers_are_those_of_the_cell(tmp_path):
    write(tmp_path / "a.ipynb", notebook(cell("x = 1\n\n\ndef softmax(scores):\n    return x / 0")))
    pieces = collecting.read(tmp_path / "a.ipynb").pieces["softmax"]
    assert pieces[-1][1].split("\n")[3] == "def softmax(scores):"


# What is decided -----------------------------------------------------------------------------


def row_of(tmp_path, name, text, limits=LENIENT, file="my_rnn.py"):
    write(tmp_path / file, text)
    student = collecting.Student("one", [tmp_path / file])
    (submission,) = [judging._Loaded(collecting.read(path), str(tmp_path), limits)
                     for path in student.files]  # fmt: skip
    return judging._row("one", name, [submission], [])


@pytest.mark.parametrize(
    "name", ["softmax", "numerical_gradient", "adagrad_update", "train_step", "generate", "ablate"]
)
def test_solutions_pass(name, tmp_path):
    """One of each way of calling: arrays, a function, in place, a network, chance, a copy of it."""
    row = row_of(
        tmp_path, name, f"import copy\nimport numpy as np\n{BEFORE[name]}\n{SOLUTIONS[name]}"
    )
    assert row.passed and row.message.startswith(f"{name}: passed"), row.message


LEAN_ON = ("forward", "cross_entropy", "backward", "clip_by_value", "adagrad_update", "one_hot",
           "rnn_step", "sample_character", "apply_temperature")  # fmt: skip
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
    with Remote([("my_rnn.py", text)], exercise, exercise, str(tmp_path), LENIENT) as function:
        assert function.load()["state"] == "function"
        for args, right in list(zip(cases, expected, strict=True))[:4]:
            found = running.call(EXERCISES[exercise], function, args)
            assert difference_between(EXERCISES[exercise], right, found) is None
            assert found.written == right.written


def test_time_is_up(tmp_path):
    write(tmp_path / "my_rnn.py", "def softmax(scores):\n    while True:\n        pass\n")
    student, before = collecting.Student("one", [tmp_path / "my_rnn.py"]), running.TIME_LIMIT
    rows = {row.exercise: row for row in judging.judge(student, str(tmp_path), Limits(1.0))}
    assert "did not come to an end within 1 seconds" in rows["softmax"].message
    assert rows["one_hot"].message == "one_hot: not written yet"
    assert before == running.TIME_LIMIT


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


def test_exceptions_keep_their_kind_and_text():
    for kind, text in ((KeyError, "'x'"), (ValueError, ""), (UnicodeDecodeError, "odd"),
                       (SystemExit, "3"), (OSError, "[Errno 2] x")):  # fmt: skip
        error = remote._made(kind, text)
        assert isinstance(error, kind) and str(error) == text


# What is shown -------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", " =1", "＝1", "\n=1"])
def test_formulas_are_defused(text):
    assert showing.defused(text).startswith("'")


def test_other_cells_stay_as_they_are():
    assert [showing.defused(cell) for cell in ("a=1", "ok", 3, "")] == ["a=1", "ok", "3", ""]
    assert showing.defused("x\x00\x1b[31m\ud800\ny") == "x��[31m\\ud800\ny"


def test_the_sheet_is_whole_or_not_there(tmp_path):
    rows = [Row("=a", 1, "one_hot", False, "m", 'first,\n"second"', "a.py", 1.25)]
    with showing.Sheet(tmp_path / "out.csv"):
        pass
    assert list(tmp_path.iterdir()) == []
    with showing.Sheet(tmp_path / "out.csv") as sheet:
        sheet.write(rows)
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
    code = command.main([str(tmp_path / "in"), "--csv", str(out), "--limit-seconds", "60"])
    printed = capsys.readouterr()
    assert code == 0, printed.err
    assert "anna: 1 of 28 passed" in printed.out and "Not looked at: rest.txt" in printed.out
    assert "graded in" in printed.out and "eve, 0 of 28 passed" in printed.err
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
    assert sorted(os.listdir(tmp_path)) == ["in", "out.csv"]


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
