"""Judge one student: a row for each exercise."""

import contextlib
import os
import shutil
import stat
import tempfile
import time
from dataclasses import dataclass

from ..checks import check, runner
from ..exercises import EXERCISES
from . import submissions
from .extract import Attempt, Unreadable
from .remote import Ended, Remote

TRIES = 12  # at an exercise of a student, in all files
PATIENCE = 3  # times the limit of one try, after which no further one begins
SURVEYS = 5  # modules of a student that are run to see what they have
RETURNED_REFERENCE = "handed-back"
PASSED, NOT_YET, NOT_WRITTEN, UNUSABLE = "passed", "not yet", "not written", "unusable"


@dataclass
class Row:
    """What came of one exercise of one student.

    state: "passed"; "not yet", if what there is does not pass; "not written"; or "unusable", if
    nothing could be looked at.
    """

    student: str
    lesson: int
    exercise: str
    state: str
    mistake: str
    message: str
    file: str = ""
    seconds: float = 0.0

    @property
    def passed(self):
        return self.state == PASSED


def judge(student, root, limits, exercises=tuple(EXERCISES)):
    """Return the rows of a student, one for each exercise; scratch folders are made in root."""
    loaded, troubles, started = [], list(student.troubles), time.monotonic()
    before = runner.TIME_LIMIT
    runner.TIME_LIMIT = limits.seconds  # what the sentences of a check say, too
    try:
        not_theirs = []
        for path in student.files:
            try:
                beside = [p for p in student.files if p.parent == path.parent and p != path]
                loaded.append(_Loaded(submissions.read(path), root, limits, beside))
            except submissions.NotTheirs as reason:
                not_theirs.append(str(reason))
            except Unreadable as reason:
                troubles.append(str(reason))
            except Exception as error:  # a fault of the grader's: it must cost one file at most
                said = f"{path.name} could not be looked into ({type(error).__name__})"
                troubles.append(f"{said}: look at it by hand.")
        troubles = troubles if loaded else [*troubles, *not_theirs]
        for one in [one for one in loaded if one.submission.whole][:SURVEYS]:
            one.survey()
        if not student.files and not troubles:
            troubles.append(submissions.nothing_from(student))
        rows = [_row(student.name, name, loaded, troubles, limits) for name in exercises]
        if rows:
            rows[0].seconds += time.monotonic() - started - sum(row.seconds for row in rows)
        return rows
    finally:
        runner.TIME_LIMIT = before


def _row(student, name, loaded, troubles, limits):
    """The best that a student has for an exercise: the first that passes, or else the first."""
    started = time.monotonic()
    tried, more = _tried(name, loaded, started + PATIENCE * limits.seconds)
    if tried:
        row = next((row for row in tried if row.state != NOT_WRITTEN), tried[0])
        row = tried[-1] if tried[-1].passed else row
        if more and not row.passed:
            row.message += "\nThere are more versions of it, which were not tried."
    else:
        broken = [one.submission.troubles.get(name) for one in loaded]
        said = list(filter(None, broken)) or troubles
        said = said or [o.trouble for o in loaded if o.trouble and not o.submission.attempts]
        state = NOT_YET if any(broken) else UNUSABLE if said else NOT_WRITTEN
        text = "\n".join(dict.fromkeys(said)) or f"{name}: not written yet"
        row = Row("", 0, name, state, "", text)
    row.student, row.lesson = student, EXERCISES[name].lesson
    row.seconds = time.monotonic() - started
    return row


def _tried(name, loaded, end):
    """Rows of the attempts at an exercise, until one passes, and whether there would be more."""
    rows, seen = [], set()
    for one in loaded:
        for attempt in one.attempts(name):
            if attempt.key in seen or (attempt.go_on and not _lacks_something(rows[-1])):
                continue
            if len(rows) == TRIES or time.monotonic() > end:
                return rows, True
            seen.add(attempt.key)
            try:
                rows.append(one.judge(name, attempt))
            except Exception as error:  # a fault of the grader's: it must cost one row at most
                said = f"the grader itself failed ({type(error).__name__}): look at it by hand"
                rows.append(Row("", 0, name, NOT_YET, "", f"{name}: {said}."))
            if rows[-1].passed:
                return rows, False
    return rows, False


def _lacks_something(row):
    """Whether it may help to run all that stands before a function."""
    return "Error" in row.message or row.state == NOT_WRITTEN


class _Loaded:
    """A submission, and what was found out about it on the way."""

    def __init__(self, submission, root, limits, beside=()):
        self.submission, self.root, self.limits = submission, root, limits
        self.modules = [path for path in beside if path.suffix == ".py"]  # that it may import
        self.trouble, self.loads = "", True
        self.single = set()  # exercises whose functions are right to the precision of float32

    def survey(self):
        """Load a module once, to see what it has and whether it loads at all."""
        whole = self.submission.whole
        found = self._visit(Attempt((whole,), None), None, lambda remote, found: found)
        if isinstance(found, str):
            self.trouble, self.loads = f"{self.submission.file} cannot be loaded: {found}", False
            return
        for name in found["own"]:
            self.submission.attempts.setdefault(name, [Attempt((whole,), name)])
        self.trouble = self._stopped(found)

    def attempts(self, name):
        """The ways to a function for an exercise that are worth a try."""
        found = self.submission.attempts.get(name, [])
        if self.loads:
            return found
        return [a for a in found if a.pieces != (self.submission.whole,)] or found[:1]

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

    def _visit(self, attempt, wanted, look):
        """Return look(remote, what the submission has), or a sentence when it does not load."""
        with scratch_in(self.root) as scratch:
            for path in self.modules:
                if path.stat().st_size < submissions.LARGEST[".py"]:
                    shutil.copyfile(path, os.path.join(scratch, path.name))
            if self.submission.whole:
                place = os.path.join(scratch, "my_rnn.py")
                with open(place, "w", encoding="utf-8", errors="surrogatepass") as file:
                    file.write(self.submission.whole.text)
            module = "my_rnn" if self.submission.whole else "__main__"
            try:
                with Remote(attempt, wanted, scratch, self.limits, module) as remote:
                    return look(remote, remote.load())
            except runner.OutOfTime:
                return f"it does not come to an end within {self.limits.seconds:g} seconds."
            except Ended as reason:
                return f"{reason}."

    def judge(self, name, attempt):
        """The Row of an exercise, from one attempt alone."""

        def look(remote, found):
            row = self._verdict(name, remote, found)
            row.message = row.message.replace(remote.scratch + os.sep, "")
            return row

        row = self._visit(attempt, name, look)
        if isinstance(row, str):
            said = f"{name}: {self.submission.file} cannot be used: {row}"
            row = Row("", 0, name, NOT_YET, "", said)
        row.file = self.submission.file
        return row

    def _verdict(self, name, remote, found):
        stopped, unwritten = self._stopped(found), f"{name}: not written yet"
        if found["state"] == "missing":
            state, text = (NOT_YET, f"{name}: {stopped}") if stopped else (NOT_WRITTEN, unwritten)
            return Row("", 0, name, state, "", text)
        function = remote if found["state"] == "function" else found.get("value")
        remote.known_single = self.single
        result = check(name, function, keep=False)
        if result.single:
            self.single.add(name)
        passed, mistake, message = bool(result.passed), result.mistake or "", result.message
        if remote.trouble:
            passed, mistake, message = False, "", f"{name}: {remote.trouble}."
        elif remote.returned_reference and not passed:
            mistake, message = (
                RETURNED_REFERENCE,
                (
                    f"{name}: this hands back what the course's own `{remote.returned_reference}` gives, in "
                    "place of work of one's own."
                ),
            )
        state = PASSED if passed else NOT_WRITTEN if message == unwritten else NOT_YET
        if stopped and state == NOT_YET:
            message += f"\n{stopped}"
        return Row("", 0, name, state, mistake, message)


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
