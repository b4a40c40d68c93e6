"""The rows as a table to read and as a file for a spreadsheet."""

import csv
import itertools
import os
import tempfile
import textwrap
from collections import Counter
from contextlib import suppress

from .grading import NOT_WRITTEN, NOT_YET, PASSED, UNUSABLE

COLUMNS = ("student", "lesson", "exercise", "passed", "mistake", "message", "file", "seconds")
CELL = 5000  # characters; a spreadsheet takes some 32,000
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def clean(text, lines=False):
    """Text that can be shown anywhere: no control signs, no halves of characters."""
    text = str(text).encode("utf-8", "backslashreplace").decode("utf-8")
    kept = (c if c.isprintable() or (lines and c == "\n") else "\ufffd" for c in text)
    return "".join(kept)


def table(rows, width=100):
    """The lines of a readable table: each student's rows, then all students with their totals."""
    for student, own in by_student(rows):
        yield f"{clean(student)}: {total(own)}"
        for row in own:
            if row.state in (PASSED, NOT_YET):
                yield _line(row, width)
        unusable = dict.fromkeys(row.message for row in own if row.state == UNUSABLE)
        for message in unusable:
            yield from (f"  {clean(line)}" for line in message.split("\n"))
        unwritten = [row.exercise for row in own if row.state == NOT_WRITTEN]
        if unwritten:
            yield textwrap.fill(
                f"not written: {', '.join(unwritten)}",
                width,
                initial_indent="  ",
                subsequent_indent="      ",
            )
        yield ""
    names = [clean(student) for student, _ in by_student(rows)]
    widest = min(max(map(len, [*names, "student"])), 60)
    yield f"{'student':{widest}}  passed  not yet  not written  unusable  seconds"
    for name, (_, own) in zip(names, by_student(rows), strict=True):
        count = Counter(row.state for row in own)
        yield (
            f"{name[:widest]:{widest}}  {count[PASSED]:6}  {count[NOT_YET]:7}  "
            f"{count[NOT_WRITTEN]:11}  {count[UNUSABLE]:8}  {_seconds(own):7.1f}"
        )


def by_student(rows):
    """The rows of each student: [(name, rows)]."""
    found = {}
    for row in rows:
        found.setdefault(row.student, []).append(row)
    return list(found.items())


def total(rows):
    """How many of a student's exercises passed, in words."""
    return f"{sum(row.passed for row in rows)} of {len(rows)} passed"


def _seconds(rows):
    return sum(row.seconds for row in rows)


def _line(row, width):
    said = "" if row.passed else clean(row.message.split("\n")[0])
    said = said.removeprefix(f"{row.exercise}: ")
    if row.mistake:
        said = f"[{row.mistake}] {said}"
    start = f"  {row.lesson:2}  {row.exercise:18}  {row.state:7}  "
    return (start + textwrap.shorten(said, max(width - len(start), 20), placeholder="...")).rstrip()


# For a spreadsheet -----------------------------------------------------------------------------


def defused(value):
    """A cell that a spreadsheet does not take for a formula: one that might be begins with '."""
    text = clean(value, lines=True)[:CELL]
    return f"'{text}" if str(value).lstrip(" \u00a0").startswith(FORMULA) else text


def lines(rows):
    """For a CSV file: a line for each student and exercise, after each student's a total."""
    yield COLUMNS
    for student, own in by_student(rows):
        for row in own:
            passed = "yes" if row.passed else "no"
            given = (student, row.lesson, row.exercise, passed, row.mistake, row.message, row.file)
            yield (*given, f"{row.seconds:.1f}")
        passed = sum(row.passed for row in own)
        yield student, "", "total", passed, "", total(own), "", f"{_seconds(own):.1f}"


def gradebook(rows):
    """For a CSV file: a line for each student, a column for each exercise with 1 or 0."""
    students = by_student(rows)
    yield "student", "passed", "of", *(row.exercise for row in students[0][1])
    for student, own in students:
        passed = [int(row.passed) for row in own]
        yield student, sum(passed), len(passed), *passed


class Sheet:
    """A CSV file that is written whole at the end or not at all.

    It is made beside its place at once, so that a folder in which nothing can be written is known
    before the work and not after it: OSError.
    """

    def __init__(self, path):
        self.path = os.path.realpath(path)
        if os.path.isdir(self.path):
            raise IsADirectoryError(21, "it is a folder", path)
        if os.path.exists(self.path) and not os.path.isfile(self.path):
            raise FileExistsError(17, "it is no file", path)
        if os.path.exists(self.path) and not os.access(self.path, os.W_OK):
            raise PermissionError(13, "it is write-protected", path)
        folder, name = os.path.split(self.path)
        try:
            handle, self.made = tempfile.mkstemp(prefix=f".{name}_", suffix=".tmp", dir=folder)
        except OSError as error:
            raise OSError(error.errno, error.strerror, path) from None
        self.file = os.fdopen(handle, "w", encoding="utf-8-sig", newline="")

    def write(self, lines):
        """Write the lines and move the file into place; return its path.

        That has a number in it if the place is held by another program, as a spreadsheet does.
        """
        with self.file as file:
            sheet = csv.writer(file, quoting=csv.QUOTE_ALL)
            sheet.writerows([defused(cell) for cell in line] for line in lines)
        with suppress(OSError):  # mkstemp makes files that only the owner may read
            old = os.stat(self.path).st_mode & 0o777 if os.path.exists(self.path) else 0o644
            os.chmod(self.made, old)
        try:
            os.replace(self.made, self.path)
            return self.path
        except PermissionError:
            start, kind = os.path.splitext(self.path)
            number = next(n for n in itertools.count(2) if not os.path.exists(f"{start}-{n}{kind}"))
            os.replace(self.made, f"{start}-{number}{kind}")
            return f"{start}-{number}{kind}"

    def __enter__(self):
        return self

    def __exit__(self, *error):
        """Leave nothing behind if it was not written."""
        self.file.close()
        with suppress(FileNotFoundError):
            os.unlink(self.made)
