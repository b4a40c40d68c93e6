"""Every name in the text of a lesson or page that looks like code exists."""

import ast
import builtins
import importlib
import io
import keyword
import re
import string
import tokenize
from functools import cache

import numpy as np
import pytest

from reading import FENCED, INLINE, NOTEBOOKS, ROOT, lesson_paths, read_lesson

PATHS = lesson_paths()
# Libraries that a lesson may speak of without importing them.
ELSEWHERE = {"torch", "jax", "nn", "pip", "jupyter", "pytest", "safetensors"}
MODULES = (
    "rnn_core",
    "course.plots",
    "course.widgets",
    "course.texts",
    "course.baselines",
    "course.exercises",
    "course.checks",
    "course.keep",
)


@cache
def known_everywhere():
    """Names of Python, NumPy and the course's own modules."""
    names = set(keyword.kwlist) | set(dir(builtins))
    for thing in (
        str,
        bytes,
        list,
        dict,
        set,
        tuple,
        int,
        float,
        np,
        np.ndarray,
        np.random,
        np.random.Generator,
        np.linalg,
        string,
    ):
        names |= set(dir(thing))
    for path in [*ROOT.glob("rnn_*.py"), *(NOTEBOOKS / "course").rglob("*.py")]:
        names |= names_in(path.read_text(encoding="utf-8"))
    names |= {path.stem for path in NOTEBOOKS.rglob("*.py")} | {"my_rnn", "course", "notebooks"}
    return names


def names_in(source):
    """Identifiers of Python code, and words that stand as text in it."""
    names = set()
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type == tokenize.NAME:
                names.add(token.string)
            elif token.type in (tokenize.STRING, getattr(tokenize, "FSTRING_MIDDLE", -1)):
                names |= set(re.findall(r"\w+", token.string))
    except (tokenize.TokenError, SyntaxError):
        names |= set(re.findall(r"[^\W\d]\w*", source))
    return names


def known_in(lesson):
    """Names of a lesson's own cells, folded solutions and outputs."""
    names = set()
    for cell in lesson.code:
        names |= names_in(cell.source)
    for cell in lesson.text:
        for _, _, code in FENCED.findall(cell.source):
            names |= names_in(code)
    for _, kind, text in lesson.texts_shown:
        if kind != "text/html":
            names |= set(re.findall(r"[^\W\d]\w*", text))
    return names


def modules():
    found = {"np": np, "numpy": np}
    for name in MODULES:
        try:
            module = importlib.import_module(name)
        except ModuleNotFoundError:
            continue
        found[name.rpartition(".")[2]] = module
        found |= {k: v for k, v in vars(module).items() if isinstance(v, type)}
    return found


def unknown_names(code, names):
    """Names in a piece of inline code that do not exist; none if it is not Python."""
    code = code.strip()
    for form in (code, f"f({code})", f"{code}: pass", f"{code.rstrip(':')}: pass"):
        try:
            tree = ast.parse(form)
            break
        except (SyntaxError, ValueError):
            continue
    else:
        return
    roots = modules()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            chain = ast.unparse(node).split(".")
            if chain[0] in ELSEWHERE:
                return
            if chain[0] in roots and chain[0] not in ("np", "numpy"):
                owner = roots[chain[0]]
                if len(chain) == 2 and not hasattr(owner, chain[1]) and chain[1] not in names:
                    yield ast.unparse(node)
            elif node.attr not in names:
                yield ast.unparse(node)
        elif isinstance(node, ast.Name) and len(node.id) > 1 and node.id not in names | ELSEWHERE:
            yield node.id


def files_named(code):
    """The path in a piece of inline code that names a file of the course, or None."""
    return code if re.fullmatch(r"[\w./-]+\.(py|ipynb|md|txt|toml|cfg|yml)", code) else None


WRITTEN_BY_LEARNERS = {"my_rnn.py", "notebooks/my_rnn.py"}


def exists(name):
    """True if a file of that name stands anywhere in the course."""
    if name in WRITTEN_BY_LEARNERS or (ROOT / name).exists() or (NOTEBOOKS / name).exists():
        return True
    return any(NOTEBOOKS.rglob(name.rpartition("/")[2])) or any(
        (ROOT / "tests").rglob(name.rpartition("/")[2])
    )


@pytest.mark.parametrize("path", PATHS, ids=[path.stem for path in PATHS])
def test_names_that_look_like_code_exist(path):
    lesson = read_lesson(path)
    names = known_everywhere() | known_in(lesson)
    troubles = []
    for cell in lesson.text:
        for _, code in INLINE.findall(FENCED.sub("\n", cell.source)):
            file = files_named(code)
            if file and not exists(file):
                troubles.append(f"{cell.where}: there is no file `{code}`")
            elif not file:
                unknown = dict.fromkeys(unknown_names(code, names))
                troubles += [
                    f"{cell.where}: `{code}`: there is no {name} in this lesson, the course, NumPy "
                    "or Python (text stands in quotes)"
                    for name in unknown
                ]
    if troubles:
        lines = [f"  - {trouble}" for trouble in dict.fromkeys(troubles)]
        pytest.fail("\n".join([f"{path.name}:", *lines]), pytrace=False)


@pytest.mark.parametrize(
    "code, missing",
    [
        ("softmax(scores)", []),
        ("np.exp", []),
        ("np.expo", ["np.expo"]),
        ("hs[0]", []),
        ("axis=-1", []),
        ("no_such_name", ["no_such_name"]),
        ("RNN.forward", []),
        ("RNN.fly", ["RNN.fly"]),
        ("plots.no_such_figure()", ["plots.no_such_figure"]),
        ("torch.nn.LSTM", []),
        ("pip install numpy", []),
        ("' the '", []),
        ("for t in range(T):", []),
        ("x @ Whh.T", []),
        ("h", []),
    ],
)
def test_the_test_itself(code, missing):
    known = known_everywhere() | {"scores", "hs", "Whh"}
    assert sorted(set(unknown_names(code, known))) == missing
