"""my_rnn.py: grows whole, loses nothing, and never stands in the way of a lesson."""

import ast
import linecache
import os
import re
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import numpy as np
import pytest

import solutions
from course import keep
from course.checks import check
from course.exercises import EXERCISES, LESSONS, is_stub
from course.keep import files, progress, restore, sources, yours

ROOT = Path(__file__).resolve().parents[1]
SOFTMAX = """
def softmax(scores):
    exps = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return exps / exps.sum(axis=-1, keepdims=True)
"""
CROSS_ENTROPY = """
def cross_entropy(probabilities, targets):
    picked = np.take_along_axis(probabilities, targets[..., None], axis=-1)
    return -np.log(picked).sum()
"""


@pytest.fixture(autouse=True)
def my_rnn(monkeypatch, tmp_path):
    """An empty folder in place of the lessons'."""
    monkeypatch.setattr(keep, "MY_RNN", tmp_path / "my_rnn.py")
    return keep.MY_RNN


class Notebook:
    """Cells that share their names, with sources that can be found, as in a kernel."""

    count = 0

    def __init__(self):
        self.names = {"__name__": "__main__", "np": np}

    def run(self, source, name=None):
        """Run a cell; return the function of that name, or the sentence of keeping it."""
        Notebook.count += 1
        file = f"<cell {Notebook.count}>"
        linecache.cache[file] = (len(source), None, source.splitlines(True), file)
        exec(compile(source, file, "exec"), self.names)
        return keep.save_solution(self.names[name], name) if name else None


@pytest.fixture
def notebook():
    return Notebook()


def text():
    return keep.MY_RNN.read_text(encoding="utf-8")


def alone(path, code="", folder=None):
    """Import a my_rnn.py in a fresh Python that knows nothing of the course."""
    return subprocess.run(
        [
            sys.executable,
            "-c",
            f"import sys; sys.path.insert(0, {str(path.parent)!r})\n"
            f"from my_rnn import *\nimport my_rnn\n{code}",
        ],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=folder or path.parent,
        env={key: value for key, value in os.environ.items() if key != "PYTHONPATH"},
    )


# What is kept ------------------------------------------------------------------------------


def test_first_function_makes_a_module_that_imports_on_its_own(notebook, my_rnn):
    assert notebook.run(SOFTMAX, "softmax") == "Kept in my_rnn.py."
    ran = alone(my_rnn, "print(softmax(np.zeros(2)).tolist())")
    assert ran.stdout.strip() == "[0.5, 0.5]", ran.stderr
    assert text() == sources.HEADER + "\n" + SOFTMAX + sources.ending("")


def test_comments_stay(notebook):
    source = (
        "x = 1\n\n# Mine: the largest score goes first,\n# so that nothing overflows.\n"
        "def softmax(scores):\n    # shift\n    exps = np.exp(scores)\n    return exps\n"
        "    # the end\n\ny = 2\n"
    )
    notebook.run(source, "softmax")
    assert source.split("\n\n")[1] in text()
    assert "x = 1" not in text() and "y = 2" not in text()


def test_newer_replaces_older_and_only_that(notebook):
    notebook.run("# old\n" + SOFTMAX.strip(), "softmax")
    notebook.run(CROSS_ENTROPY, "cross_entropy")
    notebook.run("# new\n" + SOFTMAX.strip().replace("exps", "powers"), "softmax")
    assert "# old" not in text() and "exps" not in text()
    assert text().count("def softmax") == text().count("def cross_entropy") == 1
    assert text().index("# new\ndef softmax") < text().index("def cross_entropy")


def test_functions_stand_in_the_order_of_the_lessons(notebook):
    notebook.run(CROSS_ENTROPY, "cross_entropy")
    notebook.run(SOFTMAX, "softmax")
    assert sources.defined(text()) == ["softmax", "cross_entropy"]
    assert text().index("def softmax") < text().index("def cross_entropy")


def test_the_same_again_does_not_touch_the_file(notebook, my_rnn):
    notebook.run(SOFTMAX, "softmax")
    before = files.stamp(my_rnn)
    assert notebook.run(SOFTMAX, "softmax") == "Kept in my_rnn.py."
    assert files.stamp(my_rnn) == before


def test_imports_constants_and_helpers_come_along(notebook, my_rnn):
    notebook.run(
        "import math\nfrom functools import reduce as fold\nimport numpy.linalg as la\n"
        "from numpy import exp\nfrom math import inf\n"
        "FLOOR = -1e30\nBASE = np.float64(2.0)\nweights = np.array([1.5, 2.5])\n"
        "names = {'a': [1, 2]}\n"
    )
    notebook.run("def biggest(row):\n    return fold(max, row, FLOOR)\n")
    notebook.run(
        "@fold.__call__ if False else (lambda f: f)\ndef softmax(scores, base=BASE):\n"
        "    m = biggest(scores.ravel())\n    names, weights, la.norm, inf\n"
        "    return [exp(s - m) / math.e for s in scores]\n",
        "softmax",
    )
    ran = alone(my_rnn, "print(len(softmax(np.zeros(2))))")
    assert ran.stdout.strip() == "2", ran.stderr + text()
    for line in (
        "import math",
        "from functools import reduce as fold",
        "from numpy import exp",
        "import numpy.linalg as la",
        "FLOOR = -1e+30",
        "names = {'a': [1, 2]}",
    ):
        assert line in text().splitlines()
    assert text().index("def biggest") < text().index("def softmax")


def test_a_changed_helper_is_changed(notebook):
    body = "def softmax(scores):\n    return scores * SCALE\n"
    notebook.run("SCALE = 1\n" + body, "softmax")
    notebook.run("SCALE = 2\n" + body, "softmax")
    assert "SCALE = 2" in text() and "SCALE = 1" not in text()


def test_a_helper_that_another_function_uses_is_not_changed(notebook):
    notebook.run("SCALE = 1\ndef softmax(scores):\n    return scores * SCALE\n", "softmax")
    before = text()
    said = notebook.run(
        "SCALE = 2\ndef cross_entropy(p, t):\n    return p * SCALE\n", "cross_entropy"
    )
    assert "another `SCALE`" in said and text() == before


def test_what_cannot_stand_alone_is_not_kept(notebook, my_rnn):
    said = notebook.run("model = object()\ndef softmax(scores):\n    return model\n", "softmax")
    assert "uses `model`" in said and not my_rnn.exists()
    notebook.run(
        "def outer():\n    k = 2\n    def softmax(scores):\n        return k * scores\n"
        "    return softmax\nsoftmax = outer()\n"
    )
    assert "another function around it" in keep.save_solution(notebook.names["softmax"])
    assert "Not kept" in keep.save_solution(np.exp, "softmax") and not my_rnn.exists()


def test_indented_definitions_and_lambdas(notebook, my_rnn):
    notebook.run(
        "if True:\n    # mine\n    def softmax(scores):\n        return scores + 1\n", "softmax"
    )
    assert "\n# mine\ndef softmax(scores):\n    return scores + 1\n" in text()
    notebook.run("softmax = lambda scores: scores + 2\n", "softmax")
    assert "scores + 1" not in text() and alone(my_rnn, "print(softmax(1))").stdout == "3\n"


def test_another_name_is_kept_with_an_alias(notebook, my_rnn):
    notebook.run("def mine(scores):\n    return scores + 3\nsoftmax = mine\n", "softmax")
    assert alone(my_rnn, "print(softmax(1), mine(1))").stdout == "4 4\n"
    notebook.run("def softmax(scores):\n    return scores + 4\n", "softmax")
    assert alone(my_rnn, "print(softmax(1))").stdout == "5\n"
    said = notebook.run("def mine(scores):\n    return softmax(scores)\n")
    assert (
        "calls another `softmax`" in keep.save_solution(notebook.names["mine"], "softmax")
        and not said
    )


def test_recursion_and_inner_functions(notebook, my_rnn):
    notebook.run(
        "def softmax(n):\n    def less(k):\n        return k - 1\n"
        "    return 0 if n == 0 else 1 + softmax(less(n))\n",
        "softmax",
    )
    assert alone(my_rnn, "print(softmax(4))").stdout == "4\n"


def test_odd_sources(notebook, my_rnn):
    source = (
        'def softmax(scores):\n    """Zwölf Boxkämpfer,\n  jagen ✓ "quotes" \\\\ \n    """\n'
        "    text = '''\nflush left\n'''\n    if scores:\n        return text\n"
        "    return 'é'\n"
    )
    notebook.run(source, "softmax")
    assert source in text()
    assert alone(my_rnn, "print(softmax(0) == '\\xe9')").stdout == "True\n"


def test_borrowed_functions_come_from_the_course_until_written(notebook, tmp_path):
    folder = tmp_path / "notebooks"
    folder.mkdir()
    keep.MY_RNN = folder / "my_rnn.py"
    (folder / "course").symlink_to(ROOT / "notebooks" / "course")
    for path in ROOT.glob("rnn_*.py"):
        (tmp_path / path.name).symlink_to(path)
    notebook.run(
        "softmax = lambda s: s\ndef cross_entropy(scores, targets):\n"
        "    return softmax(np.zeros(2))\n",
        "cross_entropy",
    )
    ran = alone(keep.MY_RNN, "print(cross_entropy(0, 0).tolist())", folder=tmp_path)
    assert ran.stdout.strip() == "[0.5, 0.5]", ran.stderr
    assert sources.defined(text()) == ["cross_entropy"]
    notebook.run(SOFTMAX, "softmax")
    assert sources.BORROWED not in text()
    assert "course" not in sources.without_borrowed(text()).replace("the course", "")
    assert sources.defined(text()) == ["softmax", "cross_entropy"]


def test_the_courses_own_functions_are_not_kept(my_rnn):
    assert "the course's own" in keep.save_solution(EXERCISES["softmax"].reference)
    assert not my_rnn.exists()


def test_checking_again_what_is_kept(notebook):
    notebook.run(SOFTMAX, "softmax")
    result = check("softmax", yours("softmax"))
    assert result.message == "softmax: passed.\nIt is the one in my_rnn.py."


# A file that was changed by hand -----------------------------------------------------------


def test_what_stands_in_the_file_stays(notebook, my_rnn):
    own = (
        '"""My notes."""\nimport json\nimport numpy as np\n\n# a thought\nlearned = True\n\n\n'
        "class Network:\n    # inside\n    x = 1\n\n\nif learned:\n    print('', end='')\n"
    )
    my_rnn.write_text(own, encoding="utf-8")
    notebook.run(SOFTMAX, "softmax")
    notebook.run(CROSS_ENTROPY, "cross_entropy")
    notebook.run(SOFTMAX.replace("exps", "e"), "softmax")
    for block in own.split("\n\n\n"):
        assert block.strip() in text()
    assert not alone(my_rnn).stderr


@pytest.mark.parametrize(
    "content",
    [b"def softmax(:\n", b"\xff\xfe\x00", b"x = '\x00'\n", b"((((" * 5000, b"<<<<<<< HEAD\n"],
    ids=["syntax", "bytes", "null", "deep", "merge"],
)
def test_unparsable_file_is_set_aside(notebook, my_rnn, content):
    my_rnn.write_bytes(content)
    said = notebook.run(SOFTMAX, "softmax")
    assert said.startswith("Kept in my_rnn.py. ") and "my_rnn_set_aside_1.py" in said
    assert my_rnn.with_name("my_rnn_set_aside_1.py").read_bytes() == content
    my_rnn.write_bytes(content)
    notebook.run(SOFTMAX, "softmax")
    assert my_rnn.with_name("my_rnn_set_aside_2.py").read_bytes() == content
    assert sources.defined(text()) == ["softmax"]


def test_windows_newlines_and_bom(notebook, my_rnn):
    my_rnn.write_bytes(
        b"\xef\xbb\xbfimport numpy as np\r\n\r\n\r\ndef softmax(x):\r\n    return 1\r\n"
    )
    assert yours("softmax")(0) == 1
    notebook.run(CROSS_ENTROPY, "cross_entropy")
    assert sources.defined(text()) == ["softmax", "cross_entropy"]


# Trouble with the disk ---------------------------------------------------------------------


def leftovers(folder):
    return sorted(path.name for path in folder.iterdir() if path.name != "my_rnn.py")


@pytest.mark.parametrize(
    "number, words", [(28, "No space left"), (30, "Read-only"), (13, "denied")]
)
@pytest.mark.parametrize("where", ["os.fsync", "os.replace", "tempfile.mkstemp", "os.open"])
def test_trouble_is_a_sentence_and_the_old_file_stays(
    notebook, my_rnn, monkeypatch, number, words, where
):
    notebook.run(SOFTMAX, "softmax")
    before = my_rnn.read_bytes()

    def fails(*args, **more):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(f"course.keep.files.{where}", fails)
    said = notebook.run(CROSS_ENTROPY, "cross_entropy")
    monkeypatch.undo()
    assert words in said and said.startswith("Not kept: my_rnn.py cannot be written here")
    assert my_rnn.read_bytes() == before and leftovers(my_rnn.parent) == []


def test_a_folder_in_its_place(notebook, my_rnn):
    my_rnn.mkdir()
    assert "cannot be written" in notebook.run(SOFTMAX, "softmax")
    assert yours("softmax") is EXERCISES["softmax"].reference
    assert "cannot be" in progress().summary


def test_stale_lock_is_taken_over_and_a_fresh_one_waited_for(notebook, my_rnn, monkeypatch):
    lock = my_rnn.with_name("my_rnn.py.lock")
    lock.touch()
    os.utime(lock, (time.time() - 60, time.time() - 60))
    assert notebook.run(SOFTMAX, "softmax") == "Kept in my_rnn.py."
    lock.touch()
    monkeypatch.setattr(files, "PATIENCE", 0.1)
    said = notebook.run(CROSS_ENTROPY, "cross_entropy")
    assert "held by another notebook" in said and lock.exists()
    lock.unlink()
    assert leftovers(my_rnn.parent) == []


def test_many_notebooks_at_once(tmp_path, my_rnn):
    """Six kernels write each a helper and functions, over and over; nothing is lost."""
    code = textwrap.dedent("""
        import sys, linecache
        sys.path[:0] = [{root!r}, {notebooks!r}]
        from pathlib import Path
        from course import keep
        keep.MY_RNN = Path({path!r})
        for round in range(8):
            for name in ("softmax", "cross_entropy"):
                source = (f"def helper_{me}(x):\\n    return {me}\\n\\n\\ndef {{name}}(*args):\\n"
                          f"    return helper_{me}({{round}})\\n")
                linecache.cache["cell"] = (1, None, source.splitlines(True), "cell")
                names = {{"__name__": "__main__"}}
                exec(compile(source, "cell", "exec"), names)
                said = keep.save_solution(names[name])
                assert said == "Kept in my_rnn.py.", said
    """)
    runner = [
        subprocess.Popen(
            [
                sys.executable,
                "-c",
                code.format(
                    root=str(ROOT), notebooks=str(ROOT / "notebooks"), path=str(my_rnn), me=me
                ),
            ],
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )
        for me in range(6)
    ]
    for process in runner:
        assert process.communicate(timeout=120)[1] == ""
    assert sources.defined(text()) == ["softmax", "cross_entropy"]
    for me in range(6):
        assert text().count(f"def helper_{me}(") == 1
    assert leftovers(my_rnn.parent) == []


# yours -------------------------------------------------------------------------------------


def test_yours_is_the_courses_until_it_is_the_learners(notebook, my_rnn, capsys):
    assert yours("softmax") is EXERCISES["softmax"].reference
    notebook.run(SOFTMAX, "softmax")
    assert yours("softmax").__module__ == "my_rnn"
    notebook.run("def softmax(scores):\n    return 'newer'\n", "softmax")
    assert yours("softmax")(0) == "newer"
    assert yours("cross_entropy") is EXERCISES["cross_entropy"].reference
    my_rnn.unlink()
    assert yours("softmax") is EXERCISES["softmax"].reference
    assert capsys.readouterr() == ("", "")


def test_yours_is_fast(notebook):
    notebook.run(SOFTMAX, "softmax")
    yours("softmax")
    start = time.process_time()
    for _ in range(100):
        yours("softmax")
    assert time.process_time() - start < 0.1


@pytest.mark.parametrize(
    "content",
    ["def softmax(:", "1 / 0", "import nothing_like_that", "raise SystemExit", "softmax = 3\n\x00"],
)
def test_a_broken_file_never_breaks_a_lesson(my_rnn, capsys, content):
    my_rnn.write_text(content, encoding="utf-8")
    assert yours("softmax") is yours("softmax") is EXERCISES["softmax"].reference
    out, err = capsys.readouterr()
    assert err == "" and out.count("\n") == 1 and out.startswith("my_rnn.py cannot be used (")


def test_what_is_not_a_function_is_not_yours(my_rnn):
    my_rnn.write_text("softmax = 3\n", encoding="utf-8")
    assert yours("softmax") is EXERCISES["softmax"].reference


def test_yours_of_an_unknown_name():
    with pytest.raises(ValueError, match="no exercise 'sofmax'"):
        yours("sofmax")


# progress and restore ----------------------------------------------------------------------


def test_progress(notebook, my_rnn):
    names = list(EXERCISES)
    assert progress().summary == (
        f"0 of {len(names)} exercises done. Next: {names[0]}, in lesson "
        f"{EXERCISES[names[0]].lesson}."
    )
    notebook.run(SOFTMAX, "softmax")
    now = progress()
    assert now.done == ("softmax",) and "softmax done, cross_entropy to do" in repr(now)
    page = now._repr_html_()
    assert page == progress()._repr_html_() and 'href="02_turn_scores_into_probabilities' in page
    assert "✓ done" in page and 'download="my_rnn.py"' in page
    my_rnn.write_text("\n".join(f"def {name}(): pass" for name in names), encoding="utf-8")
    assert progress().next is None and "Every one of them is yours." in repr(progress())
    my_rnn.write_text("def f(:\n", encoding="utf-8")
    assert "not valid Python (line 1)" in repr(progress())
    assert "not valid Python" in progress()._repr_html_()


def test_progress_does_not_run_the_file(my_rnn):
    my_rnn.write_text("1 / 0\ndef softmax(): pass\n", encoding="utf-8")
    assert progress().done == ("softmax",)


def test_restore(notebook, my_rnn, tmp_path):
    other = tmp_path / "downloads" / "my_rnn (1).py"
    other.parent.mkdir()
    other.write_text("import numpy as np\n" + CROSS_ENTROPY, encoding="utf-8")
    assert restore(other) == "Restored: cross_entropy."
    notebook.run(SOFTMAX, "softmax")
    assert "is now my_rnn_set_aside_1.py" in restore(str(other))
    assert sources.defined(text()) == ["cross_entropy"] and other.exists()
    assert "def softmax" in my_rnn.with_name("my_rnn_set_aside_1.py").read_text(encoding="utf-8")
    before = text()
    assert "in use already" in restore(my_rnn)
    assert restore(tmp_path / "none.py") == "There is no file none.py at that place."
    other.write_text("def f(:", encoding="utf-8")
    assert "not valid Python" in restore(other)
    other.write_text("x = 1", encoding="utf-8")
    assert "none of the course's functions" in restore(other)
    assert text() == before


# What a learner has written there by hand ---------------------------------------------------


def test_lines_among_the_borrowed_ones_stay(notebook, my_rnn):
    """Also where the last line of the block was deleted, and more was written below."""
    notebook.run("one_hot = None\n" + SOFTMAX.replace("np.exp(scores", "one_hot(scores"), "softmax")
    assert sources.RETURNED in text()
    own = "def mine(x):\n\n    # of my own\n    return x\n\n\nMORE = 3\n"
    my_rnn.write_text(text().replace(sources.RETURNED, own), encoding="utf-8")
    notebook.run(CROSS_ENTROPY, "cross_entropy")
    assert own.strip() in text()
    assert text().count(sources.BORROWED) == text().count(sources.RETURNED) == 1


def test_words_of_the_block_inside_a_string_are_no_block(notebook, my_rnn):
    own = f'NOTE = """\n{sources.BORROWED}\nimport sys\n"""\nMORE = 3\n'
    my_rnn.write_text(own, encoding="utf-8")
    notebook.run(SOFTMAX, "softmax")
    assert own in text()


@pytest.mark.parametrize(
    "line",
    [
        "before = 1; softmax = abs; after = 2",
        "softmax = other = abs",
        "(softmax, other) = abs, abs",
        "if True:\n    softmax = abs\nelse:\n    other = 2",
        "for softmax in [abs]:\n    other = 3",
        "import os, numpy as softmax",
    ],
)
def test_what_shares_a_statement_or_a_line_is_not_lost(notebook, my_rnn, line):
    my_rnn.write_text(line + "\n", encoding="utf-8")
    said = notebook.run(SOFTMAX, "softmax")
    assert said.startswith("Not kept in my_rnn.py: line 1 of my_rnn.py makes `softmax` together")
    assert text() == line + "\n"


def test_a_constant_on_a_shared_line_is_not_lost(notebook, my_rnn):
    my_rnn.write_text("before = 1; FLOOR = 2; after = 3\n", encoding="utf-8")
    said = notebook.run("FLOOR = 5\n" + SOFTMAX.replace("np.exp(", "np.exp(FLOOR + "), "softmax")
    assert said.startswith("Not kept") and "another `FLOOR`" in said
    assert text() == "before = 1; FLOOR = 2; after = 3\n"


@pytest.mark.parametrize(
    "broken", ["x = " + "-" * 9000 + "1", "return 3", "x = (", "def f(:", "\0"]
)
def test_whatever_python_cannot_compile_is_set_aside(notebook, my_rnn, broken):
    my_rnn.write_text(broken, encoding="utf-8")
    assert "is not valid Python" in progress().summary
    assert "not valid Python" in notebook.run(SOFTMAX, "softmax")
    aside = my_rnn.with_name("my_rnn_set_aside_1.py")
    assert aside.read_text(encoding="utf-8") == broken
    assert progress().done == ("softmax",)


def test_a_string_that_ends_like_a_comment_is_not_taken_for_one(notebook, my_rnn):
    my_rnn.write_text("s = '''\n# not a comment'''\ndef softmax(scores):\n    return 1\n", "utf-8")
    before = text()
    said = notebook.run(SOFTMAX, "softmax")
    assert "# not a comment'''" in text() or (text() == before and said.startswith("Not kept"))


@pytest.mark.parametrize(
    "made",
    [
        "from typing import NamedTuple\n\n\nclass Step(NamedTuple):\n"
        "    da: np.ndarray\n    dh_prev: np.ndarray\n",
        'from collections import namedtuple\n\nStep = namedtuple("Step", ["da", "dh_prev"])\n',
    ],
    ids=["class", "call"],
)
def test_a_class_for_two_values_comes_along(made, notebook, my_rnn):
    source = (
        f"{made}\n\ndef backward_step(dh, h, h_prev, Whh):\n    da = (1 - h * h) * dh\n"
        "    return Step(da, Whh.T @ da)\n"
    )
    assert notebook.run(source, "backward_step") == "Kept in my_rnn.py."
    one = np.ones(1)
    assert yours("backward_step")(one, 0 * one, one, np.ones((1, 1)))[1].tolist() == [1.0]
    ran = alone(my_rnn, "print(backward_step(np.ones(1), np.zeros(1), 0, np.eye(1)).da.tolist())")
    assert ran.stdout.strip() == "[1.0]", ran.stderr


# Doing it again ----------------------------------------------------------------------------


def test_a_lambda_with_a_comprehension_can_be_replaced(notebook):
    many = "one_hot = lambda ix, size: np.array([[float(i == j) for j in range(size)] for i in ix])"
    assert notebook.run(many, "one_hot") == "Kept in my_rnn.py."
    newer = "def one_hot(indices, size):\n    return np.eye(size)[indices]"
    assert notebook.run(newer, "one_hot") == "Kept in my_rnn.py."
    assert "lambda" not in text() and newer in text()


def test_forgetting_takes_one_function_out_and_loses_nothing(notebook, my_rnn):
    notebook.run(SOFTMAX, "softmax")
    notebook.run("# mine\n" + CROSS_ENTROPY.strip(), "cross_entropy")
    before = text()
    said = keep.forget("softmax")
    assert "`softmax` is out of my_rnn.py" in said and "my_rnn_set_aside_1.py" in said
    assert my_rnn.with_name("my_rnn_set_aside_1.py").read_text(encoding="utf-8") == before
    assert sources.defined(text()) == ["cross_entropy"] and "# mine\ndef cross" in text()
    assert yours("softmax") is EXERCISES["softmax"].reference
    assert "There is no `softmax` of yours" in keep.forget("softmax")
    assert not my_rnn.with_name("my_rnn_set_aside_2.py").exists()
    restore(my_rnn.with_name("my_rnn_set_aside_1.py"))
    assert text() == before


def test_what_others_need_is_borrowed_once_it_is_forgotten(notebook, my_rnn):
    notebook.run(SOFTMAX, "softmax")
    notebook.run(
        "def apply_temperature(scores, temperature):\n    return softmax(scores / temperature)",
        "apply_temperature",
    )
    keep.forget("softmax")
    assert sources.BORROWED in text() and sources.defined(text()) == ["apply_temperature"]
    assert yours("apply_temperature")(np.zeros(2), 1.0).tolist() == [0.5, 0.5]


def test_forgetting_what_stands_with_something_else_changes_nothing(my_rnn):
    my_rnn.write_text("softmax = hope = len\n", encoding="utf-8")
    assert "Nothing is changed" in keep.forget("softmax") and text() == "softmax = hope = len\n"
    my_rnn.write_text("def softmax(:\n", encoding="utf-8")
    assert "not valid Python; nothing is changed" in keep.forget("softmax")


@pytest.mark.parametrize("name", EXERCISES)
def test_the_stub_can_be_had_back(name):
    from course.checks import check as checking

    cell = keep.stub(name)
    scope = {"np": np, "check": lambda *args: checking(*args, keep=False)}
    exec(cell, scope)
    assert scope["check"](name, scope[name]).message == f"{name}: not written yet"
    assert f'check("{name}", {name})' in cell
    lesson = solutions.NOTEBOOKS / LESSONS[EXERCISES[name].lesson][0]
    shown = next(one.cell for one in solutions.written_in(lesson) if one.name == name)
    functions = [node for node in ast.parse(shown).body if isinstance(node, ast.FunctionDef)]
    assert is_stub(functions[-1]) and is_stub(ast.parse(cell).body[0])
    assert cell in keep.forget(name)


def test_slips_with_names_are_answered_as_by_check():
    for ask in (yours, keep.forget):
        with pytest.raises(ValueError, match="Did you mean one_hot"):
            ask("onehot")
        with pytest.raises(ValueError, match=f'{ask.__name__}\\("one_hot"\\)'):
            ask(EXERCISES["one_hot"].reference)


def test_a_parser_that_loses_count_is_asked_again(monkeypatch):
    parse, asked = ast.parse, []

    def busy(text):
        asked.append(text)
        if len(asked) == 1:
            raise SystemError("AST constructor recursion depth mismatch (before=144, after=21)")
        return parse(text)

    monkeypatch.setattr(sources.ast, "parse", busy)
    function = EXERCISES["softmax"].reference
    assert sources.definition_of(function)[1].name == "softmax" and len(asked) == 2


# Run as a script ----------------------------------------------------------------------------


def run_as_script(source, folder):
    """What `python my_rnn.py` says, beside a course."""
    (folder / "notebooks").mkdir()
    (folder / "notebooks" / "course").symlink_to(ROOT / "notebooks" / "course")
    for path in ROOT.glob("rnn_*.py"):
        (folder / path.name).symlink_to(path)
    path = folder / "notebooks" / "my_rnn.py"
    path.write_text(source, encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, path],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=folder,
        env={key: value for key, value in os.environ.items() if key != "PYTHONPATH"},
        timeout=120,
    )
    assert ran.stderr == "", ran.stderr
    return ran.stdout


def test_a_whole_file_trains_and_recites(tmp_path):
    written = [w for w in solutions.all_written() if EXERCISES[w.name].lesson <= 8]
    whole = sources.HEADER + "\n\n".join(w.solution for w in written)
    said = run_as_script(whole + sources.ending(whole), tmp_path)
    assert "Every function of it is yours." in said
    losses = [float(loss) for loss in re.findall(r"loss +([\d.]+)", said)]
    assert len(losses) == 7 and losses[0] > 5 > 1 > losses[-1]
    recital = said.partition("It recites:")[2].strip()
    assert recital.startswith("Hope is the thing with feathers")


def test_a_half_written_file_says_what_is_missing_and_recites(notebook, tmp_path):
    notebook.run(CROSS_ENTROPY, "cross_entropy")
    said = run_as_script(text(), tmp_path)
    assert "lesson 2, Turn scores into probabilities: softmax\n" in said
    assert "cross_entropy" not in said and "lesson 7, Train it: chunks, train_step, train\n" in said
    assert "It recites:\n\n    Hope" in said


def test_what_goes_wrong_in_a_script_is_said_in_a_sentence(tmp_path):
    broken = "def chunks(indices, seq_length):\n    return indices[None:seq_length:0]\n"
    said = run_as_script(broken + sources.ending(broken), tmp_path)
    assert "my_rnn.py stops in line 2 with ValueError: slice step cannot be zero" in said


def test_an_older_file_gets_its_script_with_the_next_function(notebook, my_rnn):
    my_rnn.write_text(sources.HEADER + "\n" + SOFTMAX, encoding="utf-8")
    assert sources.defined(text()) == ["softmax"] and yours("softmax")(np.zeros(2))[0] == 0.5
    for _ in range(2):
        notebook.run(CROSS_ENTROPY, "cross_entropy")
        assert text().count(sources.SCRIPT) == text().count('if __name__ == "__main__":') == 1
        assert text().rstrip().endswith(sources.SCRIPT_END)
