"""Find what was handed in, and what in it is for which exercise."""

import importlib.util
import json
import os
import re
import stat
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import rnn_core

from ..exercises import EXERCISES
from ..keep import sources
from .extract import Attempt, Cell, Code, Piece, Unreadable, as_python, parsed

KINDS = (".py", ".ipynb")
LARGEST = {".py": 1_000_000, ".ipynb": 50_000_000}  # bytes; a notebook holds its pictures too
CODE = 300_000  # characters of code that are looked through statement by statement
FILES = 60  # of one student
ENTRIES = 5_000  # of a student's folders, that are looked at
DEEPEST = 4  # folders below a student's own
PASSED_BY = re.compile(r"\.|__pycache__$|__MACOSX$")  # what systems and editors leave
PACKED = (".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar")
MOODLE = re.compile(r"(?P<name>.+?)_(?P<number>\d+)_assignsubmission_[a-z]+_?(?P<file>.*)")


class NotTheirs(Unreadable):
    """A file that is no student's work; it matters where there is no other."""


@dataclass
class Student:
    """What one student handed in."""

    name: str
    files: list = field(default_factory=list)  # Path
    troubles: list = field(default_factory=list)  # sentences about what cannot be used
    others: list = field(default_factory=list)  # names of files that are not looked at


@dataclass
class Submission:
    """One file, as code that can be run for each exercise.

    attempts: name of an exercise -> the ways to its function, the likeliest first. whole: of a
    module, all of it.
    """

    file: str
    attempts: dict
    troubles: dict = field(default_factory=dict)  # exercise -> why its cell cannot be run
    whole: Piece | None = None


# The folder ----------------------------------------------------------------------------------


def students(folder):
    """Return the students of a folder, by name, and what in it is nobody's work (names).

    A folder in it is a student with all that lies in it; a file is the work of the student it is
    named after. What Moodle writes into names is understood. Links are not followed.
    """
    found, others = {}, []
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        if PASSED_BY.match(entry.name):
            continue
        path, kind = Path(entry.path), Path(entry.name).suffix.lower()
        moodle = MOODLE.fullmatch(entry.name)
        whose = (moodle["name"], moodle["number"]) if moodle else ("", "")
        if entry.is_dir(follow_symlinks=False):
            student = found.setdefault(whose if moodle else (entry.name, ""), Student(entry.name))
            _search(path, student)
        elif kind in (*KINDS, *PACKED) or moodle:
            student = found.setdefault(whose if moodle else (path.stem, ""), Student(path.stem))
            _add(path, student, moodle["file"] if moodle else entry.name)
        else:
            others.append(entry.name)
    _name(found)
    for student in found.values():
        student.files.sort(key=_reading_order)
        if len(student.files) > FILES:
            del student.files[FILES:]
            student.troubles.append(
                f"There are more than {FILES} files: only the first were looked at."
            )
    return list(found.values()), others


def _name(found):
    """Give the students their names alone where no two have the same, else a number too."""
    alone = [name for name, _ in found]
    for (name, number), student in found.items():
        if number and alone.count(name) == 1:
            student.name = name
        elif number and f"{name} {number}" not in alone:
            student.name = f"{name} {number}"


def _reading_order(path):
    return path.name != "my_rnn.py", path.suffix.lower() != ".ipynb", str(path)


def _search(folder, student):
    """Add the files of a student's folders, but for what is the course's own."""
    waiting, seen = [(folder, "", 0)], 0
    while waiting:
        place, shown, depth = waiting.pop(0)
        try:
            entries = sorted(os.scandir(place), key=lambda entry: entry.name)
        except OSError as error:
            student.troubles.append(
                f"The folder {shown or student.name} cannot be read: {error.strerror}."
            )
            continue
        own = _not_submissions({entry.name for entry in entries})
        for entry in entries:
            seen += 1
            name = f"{shown}{entry.name}"
            if PASSED_BY.match(entry.name) or entry.name in own or seen > ENTRIES:
                continue
            if entry.is_dir(follow_symlinks=False) and not entry.name.lower().endswith(KINDS):
                if depth < DEEPEST:
                    waiting.append((Path(entry.path), f"{name}/", depth + 1))
                else:
                    student.troubles.append(f"{name} lies too deep: hand in fewer folders.")
            else:
                _add(Path(entry.path), student, name)
    if seen > ENTRIES:
        student.troubles.append(f"Only {ENTRIES:,} files and folders were looked through.")


def _not_submissions(names):
    """What in a folder with these names is the course's, or Python's."""
    for folder in (
        {"pyvenv.cfg"},
        {"exercises", "checks", "keep"},
        {"base.py", "own_text.py"},
        {"alternatives", "conftest.py"},
    ):
        if folder <= names:
            return names
    own = {"site-packages"}
    return (
        own | {"rnn_core.py", "rnn_extras.py", "tests", "binder"}
        if {"rnn_core.py", "notebooks"} <= names
        else own
    )


def _add(path, student, shown):
    """Add a file to a student's, if it is one."""
    mode = os.lstat(path).st_mode
    if not shown.lower().endswith(KINDS):
        student.others.append(shown)
    elif stat.S_ISLNK(mode):
        student.troubles.append(f"{shown} is a link: hand in the file itself.")
    elif stat.S_ISDIR(mode):
        student.troubles.append(f"{shown} is a folder, not a file.")
    elif not stat.S_ISREG(mode):
        student.troubles.append(f"{shown} is not a file that can be read.")
    else:
        student.files.append(path)


def nothing_from(student):
    """A sentence about a student of whom there is no file to grade."""
    if not student.others:
        return "Nothing was handed in: there is no .py file and no notebook."
    names = ", ".join(student.others[:3]) + (", ..." if len(student.others) > 3 else "")
    packed = any(name.lower().endswith(PACKED) for name in student.others)
    return f"Nothing was handed in that can be graded, only {names}" + (
        ": unpack it." if packed else ": a .py file or a notebook is needed."
    )


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
    if text.split() == _course_text():
        raise NotTheirs(f"{name} is the course's own rnn_core.py: hand in what you have written.")
    tree, whole = parsed(text, name), Piece(name, text)
    if len(text) > CODE:
        attempts = {exercise: [Attempt((whole,), exercise)] for exercise in sources.defined(text)}
        return Submission(name, attempts, whole=whole)
    code, attempts = Code([Cell(name, text, tree)]), {}
    for exercise in EXERCISES:
        if found := code.attempts(exercise):  # first, for a lesson as a script does not run through
            attempts[exercise] = [*found, Attempt((whole,), found[0].target)]
    return Submission(name, attempts, whole=whole)


@cache
def _course_text():
    return Path(rnn_core.__file__).read_text(encoding="utf-8").split()


# A notebook ------------------------------------------------------------------------------------


def _notebook(name, data):
    cells, troubles = [], {}
    for number, (key, source) in enumerate(_cells(name, data), 1):
        exercise = key.removeprefix("exercise-")
        exercise = exercise if key != exercise and exercise in EXERCISES else ""
        text, label = as_python(source), f"{name}, cell {number}"
        try:
            tree = parsed(text, f"the cell of {exercise}" if exercise else f"cell {number}")
        except Unreadable as reason:
            for broken in [exercise] if exercise else _named(source):
                troubles[broken] = f"In {name}, {reason}"
            continue
        cells.append(Cell(label, text, tree, exercise))
    code = Code(cells)
    attempts = {exercise: code.attempts(exercise) for exercise in EXERCISES}
    attempts = {exercise: found for exercise, found in attempts.items() if found}
    troubles = {e: trouble for e, trouble in troubles.items() if e not in attempts}
    return Submission(name, attempts, troubles)


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
            found.append((str(cell.get("id", "")), source))
    except (ValueError, RecursionError, MemoryError):
        raise Unreadable(
            f"{name} is not a notebook that can be read: open it in JupyterLab and save it again."
        ) from None
    if sum(len(source) for _, source in found) > CODE:
        raise Unreadable(f"{name} holds more than {CODE:,} characters of code.")
    return found


def _named(source):
    """The exercises that a cell which is no Python seems to define."""
    return [name for name in re.findall(r"(?m)^def (\w+)\(", source) if name in EXERCISES]
