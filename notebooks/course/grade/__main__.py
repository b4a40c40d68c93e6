"""python -m course.grade SUBMISSIONS [--csv FILE]: see course/grade/__init__.py."""

import argparse
import os
import signal
import sys
import time
from contextlib import ExitStack, suppress

from ..exercises import EXERCISES
from . import __doc__ as about
from . import grade, report
from .remote import Limits

LEAST_MEMORY = 256  # MB, that Python and NumPy take by themselves
LESSONS = sorted({exercise.lesson for exercise in EXERCISES.values()})


def arguments(given=None):
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m course.grade",
        description="Grade a folder of my_rnn.py files or notebooks: a row for each student and "
        "exercise, and a total.",
        epilog=about.split("\n\n", 2)[2],
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "submissions",
        metavar="SUBMISSIONS",
        help="a folder with one file, or one folder of files, for each student",
    )
    parser.add_argument(
        "--lessons",
        type=int,
        choices=LESSONS,
        default=LESSONS,
        nargs="+",
        metavar="N",
        help="only the exercises of these lessons (default: all)",
    )
    parser.add_argument("--csv", metavar="FILE", help="write the rows to a file for a spreadsheet")
    parser.add_argument(
        "--gradebook",
        metavar="FILE",
        help="write a file with one line for each student, and a column for each exercise",
    )
    parser.add_argument(
        "--jobs", type=_positive(int, 1), help="students at a time (default: the processors)"
    )
    parser.add_argument(
        "--limit-seconds",
        type=_positive(float, 0.1),
        default=Limits.seconds,
        help="time for one exercise, to load and again to run (default: %(default)g)",
    )
    parser.add_argument(
        "--limit-memory",
        type=_positive(int, LEAST_MEMORY),
        default=Limits.memory,
        metavar="MB",
        help="memory for one exercise, Python and NumPy included (default: %(default)d)",
    )
    return parser.parse_args(given)


def _positive(kind, least):
    def number(text):
        try:
            value = kind(text)
        except ValueError:
            value = None
        if value is None or not least <= value < 1_000_000:
            whole = "a whole number" if kind is int else "a number"
            raise argparse.ArgumentTypeError(f"it must be {whole} of at least {least}, not {text}")
        return value

    return number


def main(given=None):
    """Grade and show; return the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a console of another alphabet shows what it can
    options = arguments(given)
    folder, started = options.submissions, time.monotonic()
    try:
        names = os.listdir(folder)
    except OSError as error:
        return _stop(f"The folder {folder} cannot be read: {error.strerror}.")
    if not names:
        return _stop(f"The folder {folder} is empty: put the submissions there, one for a student.")
    os.environ["PYTHONHASHSEED"] = "0"  # sets have one order in all processes, as in one kernel
    exercises = tuple(n for n, exercise in EXERCISES.items() if exercise.lesson in options.lessons)
    limits = Limits(options.limit_seconds, options.limit_memory)
    try:
        with ExitStack() as stack:
            sheets = []
            for path, lines in (
                (options.csv, report.lines),
                (options.gradebook, report.gradebook),
            ):
                if path:
                    sheets.append((stack.enter_context(report.Sheet(path)), lines))
            rows, others = grade(folder, options.jobs, limits, _Progress().report, exercises)
            if not rows:
                return _stop(f"In {folder} there is no .py file, no notebook and no folder.")
            written = [(sheet, sheet.write(lines(rows))) for sheet, lines in sheets]
    except KeyboardInterrupt:
        print("Stopped. Nothing was written.", file=sys.stderr)
        return 130
    except OSError as error:
        return _stop(f"{error.filename or 'A file'} cannot be written: {error.strerror}.")
    try:
        _show(rows, others, written, time.monotonic() - started)
    except BrokenPipeError:  # whoever reads has seen enough; Python must not try again at its end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


class _Progress:
    """A line on stderr for each student who is graded."""

    def __init__(self):
        self.done = 0

    def report(self, rows):
        self.done += 1
        seconds = sum(row.seconds for row in rows)
        name = report.clean(rows[0].student)
        with suppress(OSError):  # nobody need read it
            line = f"{self.done}: {name}, {report.total(rows)}, {seconds:.1f} s"
            print(line, file=sys.stderr, flush=True)


def _stop_as_ctrl_c_does():
    """Have the other ways to stop a program put everything away as well."""

    def stop(*_):
        raise KeyboardInterrupt

    for name in ("SIGTERM", "SIGHUP"):
        with suppress(AttributeError, ValueError):  # not on Windows; not outside the main thread
            signal.signal(getattr(signal, name), stop)


def _show(rows, others, written, took):
    for line in report.table(rows):
        print(line)
    students = len(report.by_student(rows))
    print(f"\n{students} graded in {took:.0f} s, {took / students:.1f} s for each.")
    if others:
        print("Not looked at:", ", ".join(map(report.clean, others)))
    for sheet, path in written:
        print(f"Written to {report.clean(path)}.")
        if path != sheet.path:
            print(f"  {report.clean(sheet.path)} is held by another program: close it there.")
    sys.stdout.flush()


def _stop(sentence):
    print(report.clean(sentence), file=sys.stderr)
    return 2


if __name__ == "__main__":
    _stop_as_ctrl_c_does()
    code = main()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # all is put away; impatience changes nothing now
    sys.exit(code)
