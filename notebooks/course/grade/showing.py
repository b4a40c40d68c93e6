"""The rows as a table to read and as a file for a spreadsheet."""

import csv
import os
import tempfile
import textwrap
from contextlib import suppress

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
            yield _line(row, width)
        yield ""
    names = [clean(student) for student, _ in by_student(rows)]
    widest = min(max(map(len, [*names, "student"])), 40)
    yield f"{'student':{widest}}  passed  not yet  not written  seconds"
    for name, (_, own) in zip(names, by_student(rows), strict=True):
        passed, unwritten = sum(r.passed for r in own), sum(not r.written for r in own)
        yield (
            f"{name[:widest]:{widest}}  {passed:6}  {len(own) - passed - unwritten:7}  "
            f"{unwritten:11}  {sum(r.seconds for r in own):7.1f}"
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


def _line(row, width):
    state = "passed" if row.passed else "not yet" if row.written else ""
    said = "" if row.passed else clean(row.message.split("\n")[0])
    said = said.removeprefix(f"{row.exercise}: ")
    if row.mistake:
        said = f"[{row.mistake}] {said}"
    start = f"  {row.lesson:2}  {row.exercise:18}  {state:7}  "
    return (start + textwrap.shorten(said, max(width - len(start), 20), placeholder="...")).rstrip()


# For a spreadsheet -----------------------------------------------------------------------------


def defused(value):
    """A cell that a spreadsheet does not take for a formula: one that might be begins with '."""
    text = clean(value, lines=True)[:CELL]
    return f"'{text}" if str(value).lstrip(" \u00a0").startswith(FORMULA) else text


class Sheet:
    """A CSV file that is written whole at the end or not at all.

    It is made beside its place at once, so that a folder in which nothing can be written is known
    before the work and not after it: OSError.
    """

    def __init__(self, path):
        self.path = os.path.abspath(path)
        if os.path.isdir(self.path):
            raise IsADirectoryError(21, "it is a folder", path)
        if os.path.exists(self.path) and not os.access(self.path, os.W_OK):
            raise PermissionError(13, "it is write-protected", path)
        folder, name = os.path.split(self.path)
        handle, self.made = tempfile.mkstemp(prefix=f".{name}_", suffix=".tmp", dir=folder)
        self.file = os.fdopen(handle, "w", encoding="utf-8-sig", newline="")

    def write(self, rows):
        """Write the rows, each student's followed by a total, and move the file into place."""
        with self.file as file:
            sheet = csv.writer(file, quoting=csv.QUOTE_ALL)
            sheet.writerow(COLUMNS)
            for student, own in by_student(rows):
                for row in own:
                    sheet.writerow([defused(cell) for cell in _cells(row)])
                passed, seconds = sum(row.passed for row in own), sum(row.seconds for row in own)
                last = (student, "", "total", passed, "", total(own), "", f"{seconds:.1f}")
                sheet.writerow([defused(cell) for cell in last])
        with suppress(OSError):  # mkstemp makes files that only the owner may read
            old = os.stat(self.path).st_mode & 0o777 if os.path.exists(self.path) else 0o644
            os.chmod(self.made, old)
        os.replace(self.made, self.path)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        """Leave nothing behind if it was not written."""
        self.file.close()
        with suppress(FileNotFoundError):
            os.unlink(self.made)


def _cells(row):
    passed = "yes" if row.passed else "no"
    given = (row.student, row.lesson, row.exercise, passed, row.mistake, row.message, row.file)
    return (*given, f"{row.seconds:.1f}")
