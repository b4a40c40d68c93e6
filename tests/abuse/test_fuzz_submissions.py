"""Any bytes as a submission: read as code for the exercises, or refused in a sentence.

Nothing is run here: what running a submission may do is test_hostile_submissions.py's.
"""

import ast
import json
import time

import pytest
import test_fuzz_models
import test_fuzz_texts
from fuzzing import PLANNED, TRIED, fuzz, is_one_sentence
from hypothesis import strategies as st
from test_fuzz_my_rnn import PIECES

from course.exercises import EXERCISES
from course.grade import submissions

pytestmark = pytest.mark.filterwarnings("ignore::SyntaxWarning", "ignore::DeprecationWarning")
CELLS = [
    *PIECES,
    'check("softmax", softmax)',
    'check("softmax", mine)',
    "def mine(s):\n    return s",
    "%matplotlib inline",
    "!rm -rf nothing",
    "%%time\nx = 1",
    "softmax = yours('softmax')",
    "f(x)?",
    "def softmax(s):\n    raise NotImplementedError",
    "def softmax(s):\n    '''d'''\n    pass",
    "def f():\n    return g()\n\ndef g():\n    return f()",
    "x = x + 1",
    "x += 1",
    "a, b = b, a",
    "def softmax(s):\n%magic\n    return s",
    "np.exp?",
    "t = %time f",
    "if x:\n    !ls",
    'a = """x\n"""; b = """y\n"""',
    "await f()",
    "(7\n% 5)",
    "from numpy import *",
    "x[0] = 1",
    "x.append(1)",
    "try:\n    def softmax(s): 1\nfinally:\n    pass",
    "\r",
    "softmax = softmax",
    "@softmax\ndef softmax(s): 1",
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("handed_in")


def try_submission(folder, name, data, kind):
    """Read a file that was handed in."""
    path = folder / name
    path.write_bytes(data)
    start = time.perf_counter()
    try:
        submission = submissions.read(path)
    except submissions.Unreadable as reason:
        assert is_one_sentence(str(reason)), reason
        TRIED[f"{kind}: refused"] += 1
        return
    finally:
        assert time.perf_counter() - start < 10
        path.unlink()
    TRIED[f"{kind}: read"] += 1
    assert submission.file == name
    for exercise, attempts in submission.attempts.items():
        assert exercise in EXERCISES and attempts
        assert len({attempt.key for attempt in attempts}) == len(attempts)
        for attempt in attempts:
            assert attempt.target in stored_by(attempt), attempt
    for exercise, trouble in submission.troubles.items():
        assert exercise in EXERCISES and exercise not in submission.attempts
        assert is_one_sentence(trouble), trouble


def stored_by(attempt):
    """The names that the code of an attempt gives a meaning to."""
    stored = set()
    for piece in attempt.pieces:
        body = ast.parse(piece.text).body
        chosen = body if piece.places is None else [body[place] for place in piece.places]
        code = ast.Module(chosen, [])
        compile(code, piece.label, "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        for node in ast.walk(code):
            if isinstance(node, ast.Name):
                stored.add(node.id)
            elif isinstance(node, ast.alias):
                stored.add(node.asname or node.name)
            stored.add(getattr(node, "name", ""))
    return stored


def notebook(cells):
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


IDS = st.sampled_from(
    ["exercise-softmax", "exercise-one_hot", "exercise-none", "hints-softmax", "a"]
)


@fuzz(3_000, data=st.binary(max_size=200), name=st.sampled_from(["a.py", "b.ipynb", "ü.PY"]))
def test_fuzz_bytes_handed_in(folder, data, name):
    try_submission(folder, name, data, "bytes handed in")


@fuzz(
    3_000,
    pieces=st.lists(st.sampled_from(CELLS), max_size=8),
    ending=st.sampled_from(["\n", "\r\n", "\r"]),
    codec=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "latin-1"]),
)
def test_fuzz_modules_handed_in(folder, pieces, ending, codec):
    data = ending.join(pieces).encode(codec, "replace")
    try_submission(folder, "my_rnn.py", data, "module handed in")


@fuzz(
    4_000,
    cells=st.lists(
        st.tuples(
            IDS,
            st.lists(st.sampled_from(CELLS), max_size=3),
            st.sampled_from(["code", "code", "markdown"]),
        ),
        max_size=8,
    ),
    as_lines=st.booleans(),
)
def test_fuzz_notebooks_handed_in(folder, cells, as_lines):
    made = []
    for key, pieces, kind in cells:
        source = "\n".join(pieces)
        made.append(
            {
                "cell_type": kind,
                "id": key,
                "metadata": {},
                "outputs": [],
                "source": source.splitlines(True) if as_lines else source,
            }
        )
    try_submission(folder, "lesson.ipynb", notebook(made).encode("utf-8"), "notebook handed in")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["cells", "cell_type", "source", "id", "metadata", "code"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@fuzz(2_000, cells=JSON, whole=st.booleans())
def test_fuzz_notebooks_of_any_json(folder, cells, whole):
    text = json.dumps(cells) if whole else json.dumps({"cells": cells})
    try_submission(folder, "any.ipynb", text.encode("utf-8"), "JSON as a notebook")


def test_fuzz_is_at_least_100_000_inputs():
    """What was tried in truth is printed after the last test."""
    assert {test_fuzz_models, test_fuzz_texts} and sum(PLANNED) >= 100_000, PLANNED
