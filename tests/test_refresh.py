"""The tool that stores what lessons show, and nbval's judgement of what it stored."""

import base64
import io
import json
import os
import subprocess
import sys

import nbformat
import numpy as np
import pytest
from PIL import Image

import refresh

SETUP = 'import sys; sys.path.insert(0, "..")'
MANY = {  # id -> source, tags and the outputs to be stored
    "setup": (SETUP + "\nfrom course import plots", [], []),
    "prints": (
        'import sys\nprint("a")\nprint("b", file=sys.stdout, flush=True)\nprint("c")\n1 + 1',
        [],
        [
            {"name": "stdout", "output_type": "stream", "text": "a\nb\nc\n"},
            {
                "data": {"text/plain": "2"},
                "execution_count": 2,
                "metadata": {},
                "output_type": "execute_result",
            },
        ],
    ),
    "overwritten": (
        'for k in range(3):\n    print(k, end="\\r", flush=True)\nprint("done")',
        [],
        [{"name": "stdout", "output_type": "stream", "text": "done\n"}],
    ),
    "fails-on-purpose": (
        "[][0]",
        ["raises-exception"],
        [
            {
                "ename": "IndexError",
                "evalue": "list index out of range",
                "output_type": "error",
                "traceback": ["IndexError: list index out of range"],
            }
        ],
    ),
    "widget": (
        "from course.widgets.base import Panel\nPanel('A', 'see it', [])",
        [],
        [
            {
                "data": {"text/plain": "Run this cell to see it."},
                "execution_count": 5,
                "metadata": {},
                "output_type": "execute_result",
            }
        ],
    ),
    "my-rnn": (
        "import pathlib\nfrom course.keep import MY_RNN\n"
        'MY_RNN.exists(), pathlib.Path("my_rnn.py").resolve() == MY_RNN',
        [],
        [
            {
                "data": {"text/plain": "(False, True)"},
                "execution_count": 6,
                "metadata": {},
                "output_type": "execute_result",
            }
        ],
    ),
}


def code(name, source, tags=(), outputs=(), **metadata):
    metadata |= {"tags": list(tags)} if tags else {}
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": name,
        "metadata": metadata,
        "outputs": list(outputs),
        "source": source,
    }


def save(path, *cells, **metadata):
    """Write a notebook as an editor might leave it."""
    data = {"cells": list(cells), "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(data), encoding="utf-8")
    return path


def cells_of(path):
    return nbformat.read(path, as_version=4).cells


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """A notebook with something of everything, after its first refresh."""
    path = tmp_path_factory.mktemp("lessons") / "98_many.ipynb"
    text = {"cell_type": "markdown", "id": "text", "metadata": {"editable": True}, "source": "Hi"}
    cells = [code(name, source, tags, collapsed=True) for name, (source, tags, _) in MANY.items()]
    save(path, text, *cells, widgets={"a": 1}, language_info={"name": "python", "version": "3.0"})
    with pytest.MonkeyPatch.context() as environment:  # a developer's own file does not leak in
        environment.setenv("COURSE_MY_RNN", str(path.with_name("developers.py")))
        assert refresh.main([str(path)]) == 0
    return path


def test_what_is_stored(stored):
    expected = [{"cell_type": "markdown", "id": "text", "metadata": {}, "source": "Hi"}]
    for number, (name, (source, tags, outputs)) in enumerate(MANY.items(), 1):
        expected.append(code(name, source, tags, outputs) | {"execution_count": number})
    data = {"cells": expected, "metadata": refresh.METADATA, "nbformat": 4, "nbformat_minor": 5}
    assert stored.read_bytes().decode("utf-8") == nbformat.writes(nbformat.from_dict(data)) + "\n"


def test_a_second_run_changes_nothing(stored, capsys):
    before, stamp = stored.read_bytes(), os.stat(stored).st_mtime_ns
    assert refresh.main(["--check", str(stored)]) == 0
    assert refresh.main([str(stored)]) == 0
    assert "up to date" in capsys.readouterr().out
    assert (stored.read_bytes(), os.stat(stored).st_mtime_ns) == (before, stamp)


def test_answers_are_folded_and_nothing_else(tmp_path):
    """Each "Predict first" folds the first outputs below it, a check's verdict left aside."""

    def text(name, source):
        return {"cell_type": "markdown", "id": name, "metadata": {}, "source": source}

    exercise = ["exercise"]
    stale = {"jupyter": {"outputs_hidden": True}}
    cells = [
        code("before", "1", ["hide-output"], **stale),
        text("asks", "Text.\n\n**Predict first.** How many?"),
        code("verdict", "2", exercise),
        text("hints", "Hints"),
        code("prepares", "a = 3"),
        text("between", "A word."),
        code("answer", "a"),
        code("answer-too", "a + 1", ["run-again"]),
        code("goes-on", "b = 4"),
        code("other", "b"),
        text("after", "It was 3."),
        code("last", "5", **stale),
    ]
    path = save(tmp_path / "98_g.ipynb", *cells)
    assert refresh.main([str(path)]) == 0
    folded = {c.id: c.metadata for c in cells_of(path) if "jupyter" in c.metadata}
    assert folded == {
        "answer": {"jupyter": {"outputs_hidden": True}, "tags": ["hide-output"]},
        "answer-too": {"jupyter": {"outputs_hidden": True}, "tags": ["run-again", "hide-output"]},
    }
    assert not [c.id for c in cells_of(path) if "hide-output" in refresh.tags_of(c)][2:]
    shown = {c.id: c.outputs[0].data["text/plain"] for c in cells_of(path) if c.get("outputs")}
    assert shown["answer"] == " \n3" and shown["answer-too"] == " \n4" and shown["last"] == "5"
    assert refresh.main(["--check", str(path)]) == 0


def test_check_tells_and_stores_nothing(tmp_path, capsys):
    path = save(tmp_path / "98_a.ipynb", code("one", "1 + 1"), code("two", "2"))
    assert refresh.main([str(path)]) == 0
    path.write_text(path.read_text(encoding="utf-8").replace("1 + 1", "1 + 2"), encoding="utf-8")
    before = path.read_bytes()
    assert refresh.main(["--check", str(path)]) == 1
    assert "out of date (one)" in capsys.readouterr().out
    assert path.read_bytes() == before


def test_what_may_vary_stays_until_something_else_changes(tmp_path):
    cells = [code("clock", "import time\ntime.time_ns()", ["nbval-ignore-output"]), code("x", "1")]
    path = save(tmp_path / "98_b.ipynb", *cells)
    assert refresh.main([str(path)]) == 0
    first = path.read_text(encoding="utf-8")
    assert refresh.main(["--check", str(path)]) == 0
    assert refresh.main([str(path)]) == 0
    assert path.read_text(encoding="utf-8") == first
    path.write_text(first.replace('"1"\n   ]\n  }', '"3"\n   ]\n  }'), encoding="utf-8")
    assert refresh.main([str(path)]) == 0
    clock, other = cells_of(path)
    assert other.outputs[0].data["text/plain"] == "3"
    assert clock.outputs != nbformat.reads(first, as_version=4).cells[0].outputs


@pytest.mark.parametrize(
    "source, reason",
    [
        ("1 / 0", "Cell 'bad' stops with ZeroDivisionError: division by zero"),
        ("import sys\nprint('careful', file=sys.stderr)", "Cell 'bad' writes to stderr:\ncareful"),
        ("import warnings\nwarnings.warn('old')", "Cell 'bad' writes to stderr"),
        ("import os\nos.getcwd()", "Cell 'bad' shows a folder of this machine"),
        ("import os\nos._exit(3)", "Kernel died"),
    ],
)
def test_what_is_refused(tmp_path, capsys, source, reason):
    path = save(tmp_path / "98_c.ipynb", code("good", "2"), code("bad", source))
    before = path.read_bytes()
    assert refresh.main([str(path)]) == 1
    said = capsys.readouterr().out
    assert said.startswith("98_c.ipynb: not stored. ") and reason in said
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize(
    "cells, reason",
    [
        ([code("a", "1"), code("a", "2")], "Two cells have the same id: a."),
        ([{k: v for k, v in code("a", "1").items() if k != "id"}], "Cell 1 has no id"),
    ],
)
def test_cells_need_ids_of_their_own(tmp_path, capsys, cells, reason):
    assert refresh.main([str(save(tmp_path / "98_d.ipynb", *cells))]) == 1
    assert reason in capsys.readouterr().out


def test_what_is_no_notebook_is_left_alone(tmp_path, capsys):
    path = tmp_path / "98_e.ipynb"
    path.write_text("[]", encoding="utf-8")
    assert refresh.main([str(path), str(tmp_path / "98_none.ipynb")]) == 1
    assert capsys.readouterr().out.count("not a notebook that can be read") == 2


def test_a_disk_that_fails_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "98_f.ipynb"
    path.write_text("old", encoding="utf-8")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(refresh.os, "replace", full)
    with pytest.raises(OSError, match="No space"):
        refresh.write(path, "new")
    assert path.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_stored_picture_has_few_colours_and_looks_the_same():
    space = {}
    exec(DRAWING.format(root=str(refresh.ROOT), notebooks=str(refresh.NOTEBOOKS)), space)
    shown = space["picture"].html()
    stored = refresh.PICTURE.sub(refresh.in_few_colours, shown)
    before, after = (
        Image.open(io.BytesIO(base64.b64decode(refresh.PICTURE.search(html)[0])))
        for html in (shown, stored)
    )
    assert len(stored) < len(shown) / 2
    assert after.mode == "P" and len(after.getcolors()) <= 256 < len(
        before.convert("RGB").getcolors(9999)
    )
    off = np.abs(np.asarray(after.convert("RGB"), int) - np.asarray(before.convert("RGB"), int))
    assert off.mean() < 0.75 and off.max() < 40
    assert off[:3].max() == 0, "the white background is no longer white"
    assert refresh.PICTURE.sub("", stored) == refresh.PICTURE.sub("", shown)


# nbval, as plain pytest runs it ------------------------------------------------------------

DRAWING = """import sys; sys.path[:0] = [{root!r}, {notebooks!r}]
from course.plots.style import Picture, new_figure
figure, ax = new_figure(width=1, height=1)
ax.imshow([range(300)], aspect="auto")
picture = Picture(figure, "a cat")
"""
PICTURE = DRAWING.format(root=str(refresh.ROOT), notebooks=str(refresh.NOTEBOOKS)) + "picture"
PRINT = """import os
print("printed")
[os.path.exists(os.environ.get("COURSE_MY_RNN", "none"))]"""  # a learner's functions stay out of it
CHANGES = {  # what is stored -> what someone has changed it to, and whether nbval should mind
    "98_as_it_was": ("", "", True),
    "98_pixels": ("base64,", "base64,AAAA", True),
    "98_alt_text": ("a cat", "a dog", False),
    "98_print": ("printed", "painted", False),
    "98_value": ("[False]", "[True]", False),
    "98_error": ("no such", "quite another", False),
    "Untitled": ("[False]", "[True]", None),  # a learner's own notebook is not tested
}


@pytest.fixture(scope="module")
def judged(tmp_path_factory):
    """The names of the notebooks that passed, and of those that failed."""
    pytest.importorskip("nbval")
    folder = tmp_path_factory.mktemp("judged")
    cells = [
        code("picture", PICTURE),
        code("print", PRINT),
        code("fails", "raise ValueError('no such')", ["raises-exception"]),
    ]
    original = save(folder / "98_as_it_was.ipynb", *cells)
    assert refresh.main([str(original)]) == 0
    for name, (old, new, _) in CHANGES.items():
        notebook = json.loads(original.read_text(encoding="utf-8"))
        for cell in notebook["cells"]:
            cell["outputs"] = json.loads(json.dumps(cell["outputs"]).replace(old, new or old))
        save(folder / f"{name}.ipynb", *notebook["cells"], **notebook["metadata"])
    environment = os.environ | {"PYTEST_ADDOPTS": "", "COURSE_MY_RNN": __file__}
    run = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-rpf",
            "--color=no",
            "-p",
            "no:cacheprovider",
            "-c",
            str(refresh.ROOT / "pyproject.toml"),
            str(folder),
        ],
        cwd=refresh.ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=300,
        check=False,
    )
    lines = [line for line in run.stdout.splitlines() if ".ipynb::" in line]
    return [[line for line in lines if line.startswith(word)] for word in ("PASSED", "FAILED")]


@pytest.mark.parametrize("name", CHANGES)
def test_nbval_is_strict(judged, name):
    passed, failed = (sum(f"{name}.ipynb" in line for line in lines) for lines in judged)
    assert (passed, failed) == {True: (3, 0), False: (2, 1), None: (0, 0)}[CHANGES[name][2]]
