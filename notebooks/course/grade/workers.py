"""Several students at a time, each judged in a process that is started again if it dies."""

import contextlib
import multiprocessing
import os
import queue
import signal
import sys
import tempfile
import threading
import warnings
from dataclasses import replace

from ..exercises import EXERCISES
from . import grading, submissions
from .grading import Row
from .remote import STARTING, Limits
from .sandbox import guard

FROM_A_TERMINAL = {  # on POSIX
    getattr(signal, name)
    for name in ("SIGINT", "SIGTERM", "SIGHUP")
    if hasattr(signal, "pthread_sigmask")
}
MEMORY = 4 * 1024**3  # bytes that reading and comparing what one student wrote may take


def grade(folder, jobs=None, limits=None, report=lambda rows: None, exercises=tuple(EXERCISES)):
    """Return the rows of all students in a folder, and the names in it that are nobody's work.

    jobs: how many students at a time, the number of processors unless given; report(rows) is
    called with the rows of each student as they come; exercises: the names of those to grade.
    """
    limits = limits or Limits()
    limits = replace(limits, hidden=(*limits.hidden, os.path.realpath(folder)))
    found, others = submissions.students(folder)
    jobs = max(1, min(jobs or _processors(), len(found), 32))
    waiting, rows, lock = queue.SimpleQueue(), {}, threading.Lock()
    for student in found:
        waiting.put(student)
    root = tempfile.mkdtemp(prefix="course_grade_")
    judges = [_Judge(root, limits, exercises) for _ in range(jobs)]

    def work(judge):
        if FROM_A_TERMINAL:  # for the main thread, not for a judge, which inherits this
            from multiprocessing import resource_tracker

            signal.pthread_sigmask(signal.SIG_BLOCK, FROM_A_TERMINAL)
            resource_tracker.ensure_running()  # it unblocks some of them
            signal.pthread_sigmask(signal.SIG_BLOCK, FROM_A_TERMINAL)
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
        with _uninterrupted():
            _end(judges, threads, root)
    return [row for student in found for row in rows[student.name]], others


def _end(judges, threads, root):
    """Stop the judges, and leave no folder behind."""
    for judge in judges:
        judge.stopped = True
        judge.end()
    for thread in threads:
        thread.join()
    grading.remove(root)


@contextlib.contextmanager
def _uninterrupted():
    """Keep Ctrl-C and the like waiting while what was begun is put away."""
    main = threading.current_thread() is threading.main_thread()
    kinds = {signal.SIGINT, *FROM_A_TERMINAL} if main else ()
    before = {kind: signal.signal(kind, signal.SIG_IGN) for kind in kinds}
    try:
        yield
    finally:
        for kind, old in before.items():
            signal.signal(kind, old)


def _processors():
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class _Judge:
    """A process that judges one student after another."""

    def __init__(self, root, limits, exercises):
        self.root, self.limits, self.exercises = root, limits, exercises
        self.process, self.stopped, self.lock = None, False, threading.Lock()

    def _start(self):
        """Start the process, unless the grader is about to end: OSError."""
        with self.lock:
            if self.stopped:
                raise OSError
            context = multiprocessing.get_context("spawn")
            self.line, theirs = context.Pipe()
            given = (theirs, self.root, self.limits, self.exercises)
            process = context.Process(target=_serve, args=given)
            process.start()
            theirs.close()
            self.process = process

    def end(self):
        """End the process, which ends the one that it is just looking after."""
        with self.lock:
            process, self.process = self.process, None
        if process:
            process.terminate()
            process.join(5)
            process.kill()
            process.join()

    def rows(self, student):
        """The rows of a student; when the process dies over it, rows that say so."""
        once = 2 * STARTING + 4 * self.limits.seconds
        patience = once * (len(student.files) + 1)
        patience += len(self.exercises) * (once + grading.PATIENCE * self.limits.seconds)
        try:
            if not self.process:
                self._start()
            self.line.send(student)
            if self.line.poll(patience):
                return self.line.recv()
        except (EOFError, OSError):
            pass
        self.end()
        said = "The grader was stopped while it looked at this submission: look at it by hand."
        return [
            Row(student.name, EXERCISES[name].lesson, name, grading.UNUSABLE, "", said)
            for name in self.exercises
        ]


def _serve(line, root, limits, exercises):
    """Judge the students that come down the line, until it is closed."""
    warnings.simplefilter("ignore")  # of a submission's text
    guard.limit_more_memory(MEMORY)
    for kind in {signal.SIGINT, signal.SIGTERM, *FROM_A_TERMINAL}:
        signal.signal(kind, signal.SIG_IGN)  # which forgets those that have come, too
    if FROM_A_TERMINAL:
        os.setpgrp()  # what a terminal sends from now on does not come here
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # on the way out it cleans up
    while True:
        try:
            student = line.recv()
        except (EOFError, OSError):
            return
        rows = grading.judge(student, root, limits, exercises)
        with contextlib.suppress(OSError):
            line.send(rows)
