"""Judge one student: a row for each exercise."""

import contextlib
import os
import shutil
import stat
import tempfile
import time
from dataclasses import dataclass

from ..checks import check, running
from ..exercises import EXERCISES
from ..keep import sources
from . import collecting
from .remote import Ended, Remote

PLACES = 3  # files of a student in which an exercise is looked for
HANDED_BACK = "handed-back"


@dataclass
class Row:
    """What came of one exercise of one student."""

    student: str
    lesson: int
    exercise: str
    passed: bool
    mistake: str
    message: str
    file: str = ""
    seconds: float = 0.0
    written: bool = True


def judge(student, root, limits):
    """Return the rows of a student, one for each exercise; scratch folders are made in root."""
    submissions, troubles = [], list(student.troubles)
    for path in student.files:
        try:
            submissions.append(_Loaded(collecting.read(path), root, limits))
        except collecting.Unreadable as reason:
            troubles.append(str(reason))
    if not student.files and not troubles:
        troubles.append("Nothing was handed in: there is no .py file and no notebook.")
    before = running.TIME_LIMIT
    running.TIME_LIMIT = limits.seconds  # what the sentences of a check say, too
    try:
        return [_row(student.name, name, submissions, troubles) for name in EXERCISES]
    finally:
        running.TIME_LIMIT = before


def _row(student, name, submissions, troubles):
    """The best that a student has for an exercise: the first that passes, or else the last."""
    started, tried = time.monotonic(), []
    for submission in [s for s in submissions if s.has(name)][:PLACES]:
        try:
            tried.append(submission.judge(name))
        except Exception as error:  # a fault of the grader's: it must cost one row at most
            said = f"{name}: the grader itself failed ({type(error).__name__}): look at it by hand."
            tried.append(Row("", 0, name, False, "", said))
        if tried[-1].passed:
            break
    broken = [s.submission.troubles[name] for s in submissions if name in s.submission.troubles]
    if tried:
        row = next((row for row in tried if row.written), tried[-1])
        row = tried[-1] if tried[-1].passed else row
    else:
        said = broken or troubles or [s.trouble for s in submissions if s.trouble]
        text = "\n".join(dict.fromkeys(said)) or f"{name}: not written yet"
        row = Row("", 0, name, False, "", text, written=bool(said))
    row.student, row.lesson = student, EXERCISES[name].lesson
    row.seconds = time.monotonic() - started
    return row


class _Loaded:
    """A submission, and what was found out about it on the way."""

    def __init__(self, submission, root, limits):
        self.submission, self.root, self.limits = submission, root, limits
        self.trouble, self.own = "", None
        if submission.module:
            self._survey()

    def _survey(self):
        """Load a module once, to see what it has and whether it loads at all."""
        pieces = next(iter(self.submission.pieces.values()))
        found = self._visit(pieces, None, None, lambda remote, found: found)
        if isinstance(found, str):
            self.trouble, self.own = f"{self.submission.file} cannot be loaded: {found}", []
            return
        written = sources.defined(pieces[0][1])
        self.own = [name for name in EXERCISES if name in written or name in found["own"]]
        self.trouble = self._stopped(found)

    def _stopped(self, found):
        """A sentence about what stopped a submission while it was loaded, or ""."""
        error = found["stopped"]
        if not error or error["handed back"]:
            return ""
        line = f" in line {error['line']}" if error["line"] else ""
        said = error["text"].split("\n")[0][:200]
        return f"{self.submission.file} itself stops{line} with {error['kind']}: {said}".rstrip(
            ": "
        )

    def _visit(self, pieces, wanted, target, look):
        """Return look(remote, what the submission has), or a sentence when it does not load."""
        with scratch_in(self.root) as scratch:
            with open(
                os.path.join(scratch, "my_rnn.py"), "w", encoding="utf-8", errors="surrogatepass"
            ) as file:
                file.write("\n".join(text for _, text in pieces))
            try:
                with Remote(pieces, wanted, target, scratch, self.limits) as remote:
                    return look(remote, remote.load())
            except running.OutOfTime:
                return f"it does not come to an end within {self.limits.seconds:g} seconds."
            except Ended as reason:
                return f"{reason}."

    def has(self, name):
        """Whether there is something to judge for an exercise."""
        return name in (self.submission.pieces if self.own is None else self.own)

    def judge(self, name):
        """The Row of an exercise, from this submission alone."""
        pieces, target = self.submission.pieces[name], self.submission.targets.get(name, name)

        def look(remote, found):
            return self._verdict(name, remote, found)

        row = self._visit(pieces, name, target, look)
        if isinstance(row, str):
            row = Row(
                "", 0, name, False, "", f"{name}: {self.submission.file} cannot be used: {row}"
            )
        row.file = self.submission.file
        return row

    def _verdict(self, name, remote, found):
        stopped = self._stopped(found)
        if found["state"] == "missing":
            text = f"{name}: {stopped}" if stopped else f"{name}: not written yet"
            return Row("", 0, name, False, "", text, written=bool(stopped))
        function = remote if found["state"] == "function" else found.get("value")
        result = check(name, function, keep=False)
        passed, mistake, message = bool(result.passed), result.mistake or "", result.message
        if remote.trouble:
            passed, mistake, message = False, "", f"{name}: {remote.trouble}."
        elif remote.handed_back and not passed:
            mistake, message = (
                HANDED_BACK,
                (
                    f"{name}: this hands back what the course's own `{remote.handed_back}` gives, in "
                    "place of work of one's own."
                ),
            )
        written = message != f"{name}: not written yet"
        if stopped and written:
            message += f"\n{stopped}"
        return Row("", 0, name, passed, mistake, message, written=written)


@contextlib.contextmanager
def scratch_in(root):
    """A new folder that is gone afterwards, whatever was done to it."""
    scratch = os.path.realpath(tempfile.mkdtemp(prefix="scratch_", dir=root))
    try:
        yield scratch
    finally:
        remove(scratch)


def remove(folder):
    """Remove a folder with all in it, also what was made unreadable."""
    shutil.rmtree(folder, ignore_errors=True)
    if not os.path.lexists(folder):
        return
    for place, folders, _ in os.walk(folder):
        for name in [place, *(os.path.join(place, name) for name in folders)]:
            with contextlib.suppress(OSError):
                if not os.path.islink(name):
                    os.chmod(name, stat.S_IRWXU)
    shutil.rmtree(folder, ignore_errors=True)
