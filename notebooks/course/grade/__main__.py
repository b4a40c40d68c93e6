"""python -m course.grade SUBMISSIONS [--csv FILE]: see course/grade/__init__.py."""

import argparse
import os
import sys
import time
from contextlib import nullcontext

from . import __doc__ as about
from . import grade, showing
from .remote import Limits


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
    parser.add_argument("--csv", metavar="FILE", help="write the rows to a file for a spreadsheet")
    parser.add_argument(
        "--jobs", type=_positive(int), help="students at a time (default: the processors)"
    )
    parser.add_argument(
        "--limit-seconds",
        type=_positive(float),
        default=Limits.seconds,
        help="time for one exercise, to load and again to run (default: %(default)g)",
    )
    parser.add_argument(
        "--limit-memory",
        type=_positive(int),
        default=Limits.memory,
        metavar="MB",
        help="memory for one exercise, Python and NumPy included (default: %(default)d)",
    )
    return parser.parse_args(given)


def _positive(kind):
    def number(text):
        value = kind(text)
        if not 0 < value < 1_000_000:
            raise ValueError
        return value

    number.__name__ = "positive number"
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
    try:
        sheet = showing.Sheet(options.csv) if options.csv else None
    except OSError as error:
        return _stop(f"{options.csv} cannot be written: {error.strerror}.")
    done = []

    def report(rows):
        done.append(rows)
        seconds = sum(row.seconds for row in rows)
        name = showing.clean(rows[0].student)
        print(f"{len(done)}: {name}, {showing.total(rows)}, {seconds:.1f} s", file=sys.stderr)

    os.environ["PYTHONHASHSEED"] = "0"  # sets have one order in all processes, as in one kernel
    limits = Limits(options.limit_seconds, options.limit_memory)
    try:
        with sheet or nullcontext():
            rows, others = grade(folder, options.jobs, limits, report)
            if not rows:
                return _stop(f"In {folder} there is no .py file, no notebook and no folder.")
            if sheet:
                sheet.write(rows)
    except KeyboardInterrupt:
        print("Stopped. Nothing was written.", file=sys.stderr)
        return 130
    except OSError as error:
        return _stop(f"{error.filename or options.csv or folder}: {error.strerror}.")
    for line in showing.table(rows):
        print(line)
    students = len(done)
    took = time.monotonic() - started
    print(f"\n{students} graded in {took:.0f} s, {took / students:.1f} s for each.")
    if others:
        print("Not looked at:", ", ".join(map(showing.clean, others)))
    if sheet:
        print(f"Written to {options.csv}.")
    return 0


def _stop(sentence):
    print(showing.clean(sentence), file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
