"""Several students at a time, each judged in a process that is started again if it dies."""

import contextlib
import multiprocessing
import os
import queue
import signal
import sys
import tempfile
import threading
from dataclasses import replace

from ..exercises import EXERCISES
from . import collecting, judging
from .judging import Row
from .remote import STARTING, Limits


def grade(folder, jobs=None, limits=None, report=lambda rows: None):
    """Return the rows of all students in a folder, and the names in it that are nobody's work.

    jobs: how many students at a time, the number of processors unless given; report(rows) is
    called with the rows of each student as they come.
    """
    limits = limits or Limits()
    limits = replace(limits, hidden=(*limits.hidden, os.path.realpath(folder)))
    found, others = collecting.students(folder)
    jobs = max(1, min(jobs or _processors(), len(found), 32))
    waiting, rows, lock = queue.SimpleQueue(), {}, threading.Lock()
    for student in found:
        waiting.put(student)
    root = tempfile.mkdtemp(prefix="course_grade_")
    judges = [_Judge(root, limits) for _ in range(jobs)]

    def work(judge):
        while not judge.stopped:
            try:
                student = waiting.get_nowait()
            except queue.Empty:
                return
            given = judge.rows(student)
            if judge.stopped:
                return
            with lock:
                rows[student.name] = given
                report(given)

    threads = [threading.Thread(target=work, args=(judge,)) for judge in judges]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            while thread.is_alive():
                thread.join(0.2)  # in slices: a Ctrl-C gets through
    finally:
        for judge in judges:
            judge.stopped = True
            judge.end()
        for thread in threads:
            thread.join()
        judging.remove(root)
    return [row for student in found for row in rows[student.name]], others


def _processors():
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class _Judge:
    """A process that judges one student after another."""

    def __init__(self, root, limits):
        self.root, self.limits, self.process, self.stopped = root, limits, None, False

    def _start(self):
        context = multiprocessing.get_context("spawn")
        self.line, theirs = context.Pipe()
        self.process = context.Process(target=_serve, args=(theirs, self.root, self.limits))
        self.process.start()
        theirs.close()

    def end(self):
        """End the process, which ends the one that it is just looking after."""
        process, self.process = self.process, None
        if process:
            process.terminate()
            process.join(5)
            process.kill()
            process.join()

    def rows(self, student):
        """The rows of a student; when the process dies over it, rows that say so."""
        if not self.process:
            self._start()
        patience = STARTING + (len(student.files) + len(EXERCISES) * judging.PLACES) * (
            STARTING + 2 * self.limits.seconds
        )
        try:
            self.line.send(student)
            if self.line.poll(patience):
                return self.line.recv()
        except (EOFError, OSError):
            pass
        self.end()
        said = "The grader was stopped while it looked at this submission: look at it by hand."
        return [
            Row(student.name, exercise.lesson, name, False, "", said)
            for name, exercise in EXERCISES.items()
        ]


def _serve(line, root, limits):
    """Judge the students that come down the line, until it is closed."""
    with contextlib.suppress(ValueError):
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that started it
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # on the way out it cleans up
    while True:
        try:
            student = line.recv()
        except (EOFError, OSError):
            return
        line.send(judging.judge(student, root, limits))
