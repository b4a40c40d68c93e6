"""Any contents of my_rnn.py: a function is put in and nothing else of the learner's is lost."""

import ast
import dis
import inspect
import io
import linecache
import re
import tokenize
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from fuzzing import TRIED, fuzz, is_one_sentence
from hypothesis import strategies as st

from course import keep
from course.exercises import EXERCISES
from course.keep import files, sources

pytestmark = pytest.mark.filterwarnings("ignore::SyntaxWarning", "ignore::DeprecationWarning")

# What a learner's file may be made of: sound pieces, odd ones, and ones that are not Python.
PIECES = [
    '"""Mine."""',
    "'single'",
    "import numpy as np",
    "import numpy",
    "from math import *",
    "import os, sys",
    "from math import (\n    exp,\n    log,\n)",
    "# a comment of mine",
    "#!/usr/bin/env python",
    "# -*- coding: latin-1 -*-",
    "FLOOR = 1e-9",
    "a = b = 3",
    "x = 1; y = 2",
    "def softmax(scores):\n    return scores",
    "def softmax(scores): return scores",
    "softmax = lambda s: s",
    "softmax = helper = abs",
    "async def softmax(s):\n    pass",
    "class softmax:\n    pass",
    "# above\n@np.vectorize\ndef softmax(s):\n    # in\n    return s\n    # after",
    "if True:\n    def softmax(s):\n        return s\nelse:\n    softmax = None",
    "def one_hot(indices, size):\n    return np.eye(size)[indices]\n\n    # the end",
    "def cross_entropy(p, t):\n    return -np.log(softmax(p)[t])  # uses mine",
    "def helper(x):\n    return x + 1",
    "helper = 3",
    "helper(1)",
    "def uses():\n    return helper(2)",
    'text = """\ndef softmax(scores):\n    inside a string\n"""',
    "text = '''a\n\n\n\nb'''",
    "x = (1 +\n     2)",
    "x = 1 + \\\n    2",
    "for i in range(3):\n    pass",
    "try:\n    import torch\nexcept ImportError:\n    torch = None",
    "with open(__file__) as f:\n    pass",
    "del x",
    "x: int = 3",
    "if (n := 3) > 2: pass",
    "match 3:\n    case n:\n        pass",
    "héllo = 'wörld ✓ 😀'",
    "global g",
    "\tx = 1",
    "\f",
    "x = 1\f",
    "\\",
    "def",
    "(((",
    "'''",
    "return 3",
    "\x00",
    "\x1a",
    "‘quoted’",
    "lambda: (yield)",
    "x = " + "(" * 90 + ")" * 90,
    "a" * 300 + " = 1",
    "print('hello')",
    "...",
    sources.BORROWED,
    sources.RETURNED,
    f'note = "{sources.BORROWED}"',
    "def train(): pass",
    f"{sources.BORROWED}\nfrom course.exercises import EXERCISES\n{sources.RETURNED}",
    "1 = 2",
    "softmax.calls = 0",
    "(softmax, other) = abs, abs",
    "softmax: object = abs",
    "softmax += 1",
    "def other():\n    global softmax\n    softmax = 3",
    "from os import path as softmax",
    "x = 1; softmax = abs; y = 2",
    "x = " + "-" * 9000 + "1",
    "s = '''\n# not a comment'''",
    f"{sources.BORROWED}\nimport sys\n\ndef mine(x):\n\n    return x\n",
    "import os; helper = 3",
    "x = 3  # beside",
    "if True:\n    # within\n    pass",
]
CODE = """
# Mine: the largest goes first
def {name}(scores):
    return helper(np.exp(scores) + FLOOR)
"""
NAMES = ["softmax", "one_hot", "cross_entropy", "backward"]


def function_of_a_cell(name, needs):
    """A function as a notebook's cell makes it."""
    source = CODE.format(name=name)
    if not needs:
        source = source.replace("helper(", "(").replace(" + FLOOR", "")
    file = f"<cell of {name} {needs}>"
    linecache.cache[file] = (len(source), None, source.splitlines(True), file)
    scope = {"__name__": "__main__", "np": np, "FLOOR": 1e-5}
    helper = "def helper(x):\n    return 2 * x\n"
    linecache.cache["<helper>"] = (len(helper), None, helper.splitlines(True), "<helper>")
    exec(compile(helper, "<helper>", "exec"), scope)
    exec(compile(source, file, "exec"), scope)
    return scope[name]


FUNCTIONS = {
    (name, needs): function_of_a_cell(name, needs) for name in NAMES for needs in (False, True)
}


@pytest.fixture(autouse=True)
def my_rnn(monkeypatch, tmp_path):
    monkeypatch.setattr(keep, "MY_RNN", tmp_path / "my_rnn.py")
    monkeypatch.setattr(files.os, "fsync", lambda handle: None)  # the disk's part is not tried here
    return keep.MY_RNN


def text_of(data):
    """The text as Python reads a file without a coding line, or None."""
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
        compile(text, "my_rnn.py", "exec")
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return None
    return text


LENT = re.compile(
    r"import sys|from pathlib import Path|_here = Path.*|sys\.path\.extend.*|"
    r"from course\.exercises import EXERCISES|\w+ = EXERCISES\['\w+'\]\.reference"
)


def names_bound(node):
    """The names that a statement binds at the top of a module, as Python's compiler has it."""
    code = compile(ast.Module([node], []), "<statement>", "exec")
    return {ins.argval for ins in dis.get_instructions(code) if ins.opname.startswith("STORE_")}


def belongings(text, replaced):
    """The learner's statements and comments that must survive: each, and how often it is there.

    What binds a name that is replaced goes, and so do the comments beside, in and around it.
    """
    found, gone, tree = Counter(), set(), ast.parse(text).body
    lines = ["", *text.split("\n")]
    for node in tree:
        if names_bound(node) & replaced:
            first, last = node.lineno, node.end_lineno
            first = min([first, *(d.lineno for d in getattr(node, "decorator_list", []))])
            while lines[first - 1].startswith("#"):
                first -= 1
            while last + 1 < len(lines) and (
                not lines[last + 1].strip() or lines[last + 1].startswith(" ")
            ):
                last += 1
            gone |= set(range(first, last + 1))
        elif not LENT.fullmatch(ast.unparse(node)):
            found[ast.dump(node)] += 1
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT and token.start[0] not in gone:
            found[token.string] += 1
    for ours in (sources.BORROWED, sources.RETURNED, "# noqa: E402"):
        del found[ours]
    return found


def try_contents(my_rnn, data, name, needs, kind):
    """Keep a function in a my_rnn.py of these bytes."""
    for path in my_rnn.parent.iterdir():
        path.unlink()
    my_rnn.write_bytes(data)
    before = text_of(data)
    shown = keep.progress()
    assert is_one_sentence(shown.summary) and repr(shown) and shown._repr_html_()
    said = keep.save_solution(FUNCTIONS[name, needs])
    assert is_one_sentence(said), said
    left = sorted(path.name for path in my_rnn.parent.iterdir())
    after = my_rnn.read_bytes()
    if not said.startswith("Kept"):
        assert left == ["my_rnn.py"] and after == data, said
        TRIED[f"{kind}: not kept"] += 1
        return said
    if "not valid Python" in said:
        assert left == ["my_rnn.py", "my_rnn_set_aside_1.py"]
        assert (my_rnn.parent / left[1]).read_bytes() == data, "what was set aside has changed"
        TRIED[f"{kind}: set aside"] += 1
        before = ""
    else:
        assert left == ["my_rnn.py"]
        assert before is not None, "kept in a file that is not Python"
        TRIED[f"{kind}: kept"] += 1
    now = text_of(after)
    assert now is not None and b"\r" not in after
    assert name in sources.defined(now)
    replaced = {name} | ({"helper", "FLOOR"} if needs else set())
    lost = belongings(before, replaced) - belongings(now, set())
    assert not lost, f"lost: {lost}"
    assert keep.save_solution(FUNCTIONS[name, needs]) == "Kept in my_rnn.py."
    assert my_rnn.read_bytes() == after, "a second time changes it again"
    return said


ENDINGS = st.sampled_from(["\n", "\n\n\n", "\r\n", "\r", "\n  \n"])


@fuzz(
    8_000,
    pieces=st.lists(st.sampled_from(PIECES), max_size=7),
    ending=ENDINGS,
    last=st.booleans(),
    mark=st.booleans(),
    name=st.sampled_from(NAMES),
    needs=st.booleans(),
)
def test_fuzz_pieces(my_rnn, pieces, ending, last, mark, name, needs):
    text = ending.join(pieces) + ending * last
    data = b"\xef\xbb\xbf" * mark + text.encode("utf-8")
    try_contents(my_rnn, data, name, needs, "my_rnn.py of pieces")


@fuzz(4_000, data=st.binary(max_size=200), name=st.sampled_from(NAMES), needs=st.booleans())
def test_fuzz_bytes(my_rnn, data, name, needs):
    try_contents(my_rnn, data, name, needs, "bytes as my_rnn.py")


SOUND = "\n\n\n".join(
    [sources.HEADER.rstrip()]
    + [inspect.getsource(EXERCISES[name].reference) for name in ("softmax", "cross_entropy")]
)


@fuzz(
    3_000,
    edits=st.lists(
        st.tuples(
            st.integers(0, len(SOUND)),
            st.integers(0, 40),
            st.text(max_size=4) | st.sampled_from(PIECES),
        ),
        min_size=1,
        max_size=4,
    ),
    name=st.sampled_from(NAMES),
    needs=st.booleans(),
)
def test_fuzz_edited_file(my_rnn, edits, name, needs):
    text = SOUND
    for at, cut, new in edits:
        text = text[:at] + new + text[at + cut :]
    try_contents(my_rnn, text.encode("utf-8", "surrogatepass"), name, needs, "my_rnn.py, edited")


@fuzz(
    2_000,
    one=st.lists(st.sampled_from(PIECES), max_size=5),
    ending=ENDINGS,
    data=st.binary(max_size=60) | st.none(),
)
def test_fuzz_restore(my_rnn, one, ending, data):
    """A file from elsewhere takes the place of the one here, which is set aside whole."""
    for path in my_rnn.parent.iterdir():
        path.unlink()
    here = b"# what was here\n"
    my_rnn.write_bytes(here)
    other = Path(my_rnn.parent, "downloaded.py")
    other.write_bytes(ending.join(one).encode("utf-8") if data is None else data)
    said = keep.restore(other)
    assert is_one_sentence(said), said
    if said.startswith("Restored"):
        TRIED["my_rnn.py from elsewhere: restored"] += 1
        assert text_of(my_rnn.read_bytes()) == text_of(other.read_bytes())
        assert (my_rnn.parent / "my_rnn_set_aside_1.py").read_bytes() == here
    else:
        TRIED["my_rnn.py from elsewhere: refused"] += 1
        assert my_rnn.read_bytes() == here
