"""Find what was handed in, and take the exercises out of it."""

import ast
import importlib.util
import json
import os
import re
import stat
from dataclasses import dataclass, field
from pathlib import Path

from ..exercises import EXERCISES
from ..keep import sources

KINDS = (".py", ".ipynb")
LARGEST = {".py": 1_000_000, ".ipynb": 50_000_000}  # bytes; a notebook holds its pictures too
CODE = 1_000_000  # characters of code in a notebook
FILES = 60  # of one student
DEEPEST = 4  # folders below a student's own
PASSED_BY = re.compile(r"\.|__pycache__$|__MACOSX$")  # what systems and editors leave


STUB = ast.dump(ast.parse("raise NotImplementedError").body[0])


class Unreadable(Exception):
    """A file cannot be used; the text says why, and what to do."""


@dataclass
class Student:
    """What one student handed in."""

    name: str
    files: list = field(default_factory=list)  # Path
    troubles: list = field(default_factory=list)  # sentences about what cannot be used


@dataclass
class Submission:
    """One file, as code that can be run for each exercise.

    pieces: name of an exercise -> [(label, text)], to be run one after the other. A module has the
    same for all, and `own` is what it seems to define; a notebook only for what stands in it.
    """

    file: str
    module: bool
    pieces: dict
    troubles: dict = field(default_factory=dict)  # exercise -> why its cell cannot be run
    targets: dict = field(default_factory=dict)  # exercise -> the name of the function for it


# The folder ----------------------------------------------------------------------------------


def students(folder):
    """Return the students of a folder, by name, and what in it is nobody's work (names).

    A folder in it is a student with all that lies in it; a file is the work of the student it is
    named after. Links are not followed.
    """
    found, others = {}, []
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        if PASSED_BY.match(entry.name):
            continue
        path, kind = Path(entry.path), Path(entry.name).suffix.lower()
        if entry.is_dir(follow_symlinks=False):
            student = found.setdefault(entry.name, Student(entry.name))
            _search(path, student, "", 0)
        elif kind in KINDS:
            student = found.setdefault(path.stem, Student(path.stem))
            _add(path, student, entry.name)
        else:
            others.append(entry.name)
    for student in found.values():
        student.files.sort(key=_first_things_first)
    return list(found.values()), others


def _first_things_first(path):
    return path.name != "my_rnn.py", path.suffix.lower() != ".py", str(path)


def _search(folder, student, shown, depth):
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        student.troubles.append(
            f"The folder {shown or student.name} cannot be read: {error.strerror}."
        )
        return
    for entry in entries:
        if PASSED_BY.match(entry.name):
            continue
        name = f"{shown}{entry.name}"
        if entry.is_dir(follow_symlinks=False):
            if depth < DEEPEST:
                _search(Path(entry.path), student, f"{name}/", depth + 1)
            if not entry.name.endswith(KINDS):
                continue
        if entry.name.lower().endswith(KINDS):
            _add(Path(entry.path), student, name)


def _add(path, student, shown):
    """Add a file to a student's, if it is one."""
    mode = os.lstat(path).st_mode
    if stat.S_ISLNK(mode):
        student.troubles.append(f"{shown} is a link: hand in the file itself.")
    elif stat.S_ISDIR(mode):
        student.troubles.append(f"{shown} is a folder, not a file.")
    elif not stat.S_ISREG(mode):
        student.troubles.append(f"{shown} is not a file that can be read.")
    elif len(student.files) == FILES:
        student.troubles.append(
            f"There are more than {FILES} files: only the first were looked at."
        )
    elif len(student.files) < FILES:
        student.files.append(path)


# One file ------------------------------------------------------------------------------------


def read(path):
    """Return the Submission in a file; Unreadable says why there is none."""
    kind, name = path.suffix.lower(), path.name
    try:
        with open(path, "rb") as file:
            data = file.read(LARGEST[kind] + 1)
    except OSError as error:
        raise Unreadable(f"{name} cannot be read: {error.strerror}.") from None
    if len(data) > LARGEST[kind]:
        raise Unreadable(
            f"{name} is larger than {LARGEST[kind] // 1_000_000} MB: hand in the functions alone"
            + (", or the notebook with its outputs cleared." if kind == ".ipynb" else ".")
        )
    return _notebook(name, data) if kind == ".ipynb" else _module(name, data)


def _module(name, data):
    try:
        text = importlib.util.decode_source(data)
    except (UnicodeDecodeError, SyntaxError, LookupError):
        raise Unreadable(f"{name} is not text in UTF-8: save it with that encoding.") from None
    _parsed(text, name)
    return Submission(name, True, {key: [(name, text)] for key in EXERCISES})


def _parsed(text, where):
    """The tree of some code; Unreadable says what keeps Python from reading it."""
    try:
        tree = ast.parse(text)
        compile(text, where, "exec", dont_inherit=True)
        return tree
    except SyntaxError as error:
        line = f" in line {error.lineno}" if error.lineno else ""
        raise Unreadable(
            f"{where} is not valid Python: {type(error).__name__}{line}, {error.msg}."
        ) from None
    except (ValueError, RecursionError, MemoryError, OverflowError) as error:
        said = str(error) or type(error).__name__
        raise Unreadable(f"{where} is not valid Python: {said[:200]}.") from None


# A notebook ------------------------------------------------------------------------------------


@dataclass
class _Statement:
    """A statement at the top of a cell, and the names that it binds and needs."""

    cell: int
    text: str  # with empty lines before it, so that line numbers are those of the cell
    binds: set
    needs: list
    defines: bool  # a function, by `def` or `lambda`
    adds: bool  # to what a name was, as `+=` does
    stub: bool  # a function that is not written yet


def _notebook(name, data):
    cells = _cells(name, data)
    pieces, troubles, statements, targets, homes = {}, {}, [], {}, {}
    for number, (key, source) in enumerate(cells):
        exercise = key.removeprefix("exercise-")
        exercise = exercise if key != exercise and exercise in EXERCISES else ""
        text = _without_magics(source)
        try:
            tree = _parsed(text, f"the cell of {exercise}" if exercise else f"cell {number + 1}")
        except Unreadable as reason:
            for broken in [exercise] if exercise else _named(source):
                troubles[broken] = f"In {name}, {reason}"
            continue
        for node in tree.body:
            statement = _statement(number, text, node)
            statements.append(statement)
            targets.update(_checked(node))
            for bound in statement.binds if statement.defines else ():
                if bound in EXERCISES and (bound == exercise or bound not in homes):
                    homes[bound] = bound == exercise
                    targets.setdefault(bound, bound)
                    troubles.pop(bound, None) if bound == exercise else None
    makers = {}
    for i, statement in enumerate(statements):
        for bound in statement.binds:
            makers.setdefault(bound, []).append(i)
    for exercise, function in list(targets.items()):
        chosen = _slice(statements, makers, function, exercise, cells)
        if chosen and not any(s.stub for s in chosen if function in s.binds):
            labels = [(f"{name}, cell {s.cell + 1}", s.text) for s in chosen]
            pieces[exercise] = labels
        else:
            del targets[exercise]
    for exercise in pieces:
        troubles.pop(exercise, None)
    return Submission(name, False, pieces, troubles, targets)


def _cells(name, data):
    """The code cells of a notebook, (id, source) each."""
    try:
        notebook = json.loads(data.decode("utf-8-sig"))
        if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
            raise ValueError
        found = []
        for cell in notebook["cells"]:
            if not isinstance(cell, dict) or cell.get("cell_type") != "code":
                continue
            source = cell.get("source", "")
            source = "".join(map(str, source)) if isinstance(source, list) else str(source)
            found.append((str(cell.get("id", "")), source.replace("\r\n", "\n")))
    except (ValueError, RecursionError, MemoryError):
        raise Unreadable(
            f"{name} is not a notebook that can be read: open it in JupyterLab and save it again."
        ) from None
    if sum(len(source) for _, source in found) > CODE:
        raise Unreadable(f"{name} holds more than {CODE // 1_000_000} MB of code.")
    return found


def _without_magics(source):
    """A cell without the lines that are for IPython alone; the others keep their numbers."""
    return re.sub(r"(?m)^[ \t]*[%!?].*$", "", source)


def _named(source):
    """The exercises that a cell which is no Python seems to define."""
    return [name for name in re.findall(r"(?m)^def (\w+)\(", source) if name in EXERCISES]


def _statement(cell, text, node):
    segment = "\n".join(text.split("\n")[_first_line(node) - 1 : node.end_lineno])
    defines = isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) or (
        isinstance(node, ast.Assign) and isinstance(node.value, ast.Lambda)
    )
    binds = set().union(*(names for _, names in sources.statements(segment)))
    return _Statement(
        cell,
        "\n" * (_first_line(node) - 1) + segment,
        binds,
        sources.global_names(segment),
        defines,
        isinstance(node, ast.AugAssign),
        isinstance(node, ast.FunctionDef) and _is_stub(node),
    )


def _is_stub(node):
    """Whether a function does nothing but raise NotImplementedError, as an exercise begins."""
    body = node.body[1:] if ast.get_docstring(node) is not None else node.body
    return [ast.dump(statement) for statement in body] == [STUB]


def _first_line(node):
    return min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])


def _checked(node):
    """check("softmax", mine) says which function is meant for an exercise: {"softmax": "mine"}."""
    found = {}
    for call in ast.walk(node):
        if not isinstance(call, ast.Call) or getattr(call.func, "id", "") != "check":
            continue
        if len(call.args) == 2 and isinstance(call.args[0], ast.Constant):
            name, function = call.args[0].value, getattr(call.args[1], "id", None)
            if name in EXERCISES and function:
                found[name] = function
    return found


def _slice(statements, makers, function, exercise, cells):
    """The statements that define a function, and those before them that they need.

    makers: name -> the numbers of the statements that bind it.
    """
    own = [i for i, (key, _) in enumerate(cells) if key == f"exercise-{exercise}"]
    found = makers.get(function, [])  # a later `softmax = yours("softmax")` is not the work
    found = [i for i in found if statements[i].defines] or found
    here = [i for i in found if statements[i].cell in own] or found
    chosen, waiting = set(), here[-1:]
    while waiting:
        i = waiting.pop()
        if i in chosen:
            continue
        chosen.add(i)
        statement = statements[i]
        for need in [*statement.needs, *(statement.binds if statement.adds else ())]:
            before = [k for k in makers.get(need, []) if k < i]
            waiting += before[-1:] or ([] if statement.adds else makers.get(need, [])[:1])
    return [statements[i] for i in sorted(chosen)]
