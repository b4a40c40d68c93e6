"""Call a learner's function so that nothing it does reaches the notebook but its answer."""

import builtins
import collections
import contextlib
import copy
import ctypes
import decimal
import gc
import inspect
import io
import linecache
import mmap
import numbers
import os
import sys
import threading
import time
import traceback
import warnings
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from .compare import Opaque

TIME_LIMIT = 5.0  # seconds for all calls of one check together
PATIENCE = 4  # times as long on the clock, while the processor is busy with something else
MEMORY_LIMIT = 128  # MB by which the process may grow meanwhile, where that can be read
SUSPICIOUS = 16  # MB from which on it is looked at how deep the calls are
PRINT_LIMIT = 4000  # characters of printed text that are looked at

EXACT = (numbers.Real, decimal.Decimal)  # numbers that `float` takes

MONITORING = hasattr(sys, "monitoring")
_nothing = contextlib.nullcontext

# (thread's ident, exception): have the thread raise it as soon as it runs Python again.
_interrupt = ctypes.PYFUNCTYPE(None, ctypes.c_ulong, ctypes.py_object)(
    ("PyThreadState_SetAsyncExc", ctypes.pythonapi)
)


class OutOfTime(SystemExit):
    """Raised inside a learner's function when its time is up; threads end silently on it."""


@dataclass(frozen=True)
class Raised:
    """An exception that came out of a learner's function, and where in their code."""

    kind: type
    text: str
    line: int | None  # in the cell or file that defines the function
    source: str
    innermost: str  # name of the function in which it was raised


@dataclass(frozen=True)
class Outcome:
    """What one call did: its answer or error, and the arguments that it left changed."""

    value: object = None
    error: Raised | None = None
    after: dict = field(default_factory=dict)  # in-place argument -> its value after the call
    written: tuple[str, ...] = ()  # other arguments that were written into
    float_troubles: tuple[str, ...] = ()  # "overflow", "divide by zero", "invalid value"


def duplicate(value):
    """A copy that shares nothing which can be written into; fractions and the like as floats."""
    if isinstance(value, np.ndarray):
        exact = value.dtype.kind == "O" and all(isinstance(item, EXACT) for item in value.flat)
        return (
            value.astype(float) if exact and value.size else value.copy("K")
        )  # transposed, it stays so
    if isinstance(value, EXACT) and not isinstance(value, (int, float, np.generic)):
        return float(value)
    if isinstance(value, (list, tuple)) and type(value) in (list, tuple):
        return type(value)(duplicate(item) for item in value)
    if type(value) is dict:
        return {key: duplicate(item) for key, item in value.items()}
    try:
        return copy.deepcopy(value)
    except Exception:  # generators, open files: whatever cannot be copied is looked at as it is
        return value


def contents(value):
    """What counts when an argument is compared before and after: a model is its arrays."""
    if hasattr(value, "parameters") and hasattr(value, "memory"):
        memory = {f'memory["{name}"]': array for name, array in value.memory.items()}
        return {**value.parameters, **memory}
    return value


def unchanged(before, after):
    """Whether an argument came back as it was, up to rounding."""
    before, after = contents(before), contents(after)
    if isinstance(before, np.ndarray):
        if not isinstance(after, np.ndarray) or before.shape != after.shape:
            return False
        same = np.array_equal(before, after)  # a tenth of the time of what follows
        return (
            same or before.dtype.kind not in "iufb" or np.allclose(before, after, 1e-9, 1e-9, True)
        )
    if isinstance(before, (list, tuple)):
        return len(before) == len(after) and all(map(unchanged, before, after))
    if isinstance(before, dict):
        return before.keys() == after.keys() and all(unchanged(before[k], after[k]) for k in before)
    return True


def raised(error, function, frames=None):
    """Note down an exception: what it says, and the last line of the learner's own code.

    frames: where it was, innermost last, if the exception itself does not know.
    """
    code = getattr(function, "__code__", None)
    frames = traceback.extract_tb(error.__traceback__) if frames is None else frames
    own = [frame for frame in frames if code and frame.filename == code.co_filename]
    try:
        text = str(error)
    except Exception:
        text = ""
    line = own[-1].lineno if own else None
    source = linecache.getline(code.co_filename, line).strip() if own else ""
    return Raised(type(error), text, line, source, frames[-1].name if frames else "")


def call(exercise, function, args):
    """Call the function on copies of args and note all that came of it."""
    copies, troubles, answers, errors = [duplicate(arg) for arg in args], [], [], []
    value = error = None

    def watched(*given, **named):
        try:
            answers.append(function(*given, **named))
        except BaseException as problem:  # a learner's sys.exit() included
            errors.append(problem)
            raise
        if inspect.iscoroutine(answers[-1]):
            answers[-1].close()  # never awaited, which Python would complain about
        return answers[-1]

    try:
        with np.errstate(all="call", call=lambda kind, flag: troubles.append(kind)):
            value = (
                exercise.observe(watched, tuple(copies)) if exercise.observe else (watched(*copies))
            )
            value = duplicate(value)
    except OutOfTime:
        raise
    except BaseException as problem:
        if problem in errors:
            error = raised(problem, function)
        else:  # not the learner's: what they gave back cannot be looked into
            value = Opaque(answers[-1] if answers else None)
    after, written = {}, []
    for name, before, now in zip(exercise.arguments, args, copies, strict=False):
        if name in exercise.in_place:
            after[name] = duplicate(contents(now))
        elif not unchanged(before, now):
            written.append(name)
    kinds = [kind for kind in dict.fromkeys(troubles) if kind != "underflow"]
    return Outcome(value, error, after, tuple(written), tuple(kinds))


# The last of them are kept: Python crashes if another thread's `print` is busy with a sys.stdout
# that is replaced and that nobody holds (github.com/python/cpython/issues/130163).
_routers = collections.deque(maxlen=200)


class _Router(io.TextIOBase):
    """Stands in for sys.stdout: keeps what one thread prints, and passes on all the rest."""

    def __init__(self, original):
        self.original, self.thread, self.kept, self.size = original, None, [], 0

    def write(self, text):
        if threading.get_ident() != self.thread:
            return self.original.write(text)
        if self.size < PRINT_LIMIT:
            self.kept.append(text[: PRINT_LIMIT - self.size])
        self.size += len(text)
        return len(text)

    def flush(self):
        with contextlib.suppress(Exception):
            self.original.flush()

    def __getattr__(self, name):
        return getattr(self.original, name)


class WorkerThread(threading.Thread):
    """A thread that runs a task and can be made to end, however its code clings to life.

    Endless code catches what interrupts it, in an `except` inside its loop. From Python 3.12 on
    every line raises OutOfTime then, those in the `except` too. Before, each OutOfTime sends
    another as it is made, which finds the code in its `except`.
    """

    def __init__(self, task, begin):
        super().__init__(daemon=True)
        self.task, self.begin = task, begin
        self.done = self.over = False
        self.error, self.interrupt = type("OutOfTime", (OutOfTime,), {}), None
        self.refusal = OutOfTime()  # one for all lines: Python walks along a chain of them
        self.finished = threading.Lock()  # released when it is over, so that nobody waits longer
        self.finished.acquire()

    def run(self):
        self.interrupt = partial(_interrupt, self.ident, self.error)
        if not MONITORING:
            self.error.__init__ = staticmethod(self.interrupt)
        try:
            try:
                try:
                    self.begin()
                    self.task()
                    self.done = True
                finally:  # Python interrupts calls and loops, so these two lines are always run
                    self.error.__init__ = SystemExit.__init__
                    self.over = True
            finally:  # none is sent from here on, but one may be on its way
                for _ in range(100):
                    pass
        except OutOfTime:
            pass
        self.refusal = None  # and all the frames that it has come through
        self.finished.release()

    def stop(self, seconds):
        """Ask the thread to end until it does, for so many seconds at most."""
        end = time.monotonic() + seconds
        with _every_line(self.raise_timeout) if MONITORING and not self.over else _nothing():
            while not self.over and time.monotonic() < end:
                if self.interrupt and not self.over:  # asked last: it cannot end before the call
                    self.interrupt()
                self.finished.acquire(timeout=0.01)

    def raise_timeout(self, code, line):
        """Raise OutOfTime at a line of the thread's own."""
        ours = threading.get_ident() == self.ident and code.co_filename != __file__
        if ours and not self.over and code.co_filename != threading.__file__:
            raise self.refusal


@contextlib.contextmanager
def _every_line(callback):
    """Have callback(code, line) called before every line that any thread runs (Python 3.12+)."""
    monitoring, line = sys.monitoring, sys.monitoring.events.LINE
    tool = next((tool for tool in (4, 3, 5) if monitoring.get_tool(tool) is None), None)
    if tool is None:  # all taken: what `interrupt` can do must do
        yield
        return
    monitoring.use_tool_id(tool, "course checks")
    try:
        monitoring.register_callback(tool, line, callback)
        monitoring.set_events(tool, line)
        yield
    finally:
        monitoring.set_events(tool, 0)
        monitoring.register_callback(tool, line, None)
        monitoring.free_tool_id(tool)


@contextlib.contextmanager
def _no_depth_limit():
    """Let calls of Python functions succeed in threads that are deeper than allowed.

    Else each line that `_every_line` stops there raised RecursionError instead, which code catches
    more often; and a chain of so many takes minutes.
    """
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(10**9)
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)


def _no_input(*args, **named):
    raise RuntimeError("`input` waits for a person; a function gets its values as arguments")


def _clocks():
    """Return spent(seconds): whether so much time has gone by since, by clock and processor."""
    wall, processor = time.monotonic(), time.process_time()

    def spent(seconds):
        passed, worked = time.monotonic() - wall, time.process_time() - processor
        return passed >= seconds and (worked >= 0.75 * seconds or passed >= PATIENCE * seconds)

    return spent


@contextlib.contextmanager
def _memory(thread):
    """Give excess(): what a thread is to be stopped for by now, as an exception, and its frames.

    On Python 3.15.2 some calls are not stopped at the depth that it allows: where they have no
    end, they took 500 MB a second. What is deeper is a RecursionError all the same.
    """
    try:
        statm = open("/proc/self/statm", "rb", 0)  # noqa: SIM115  Linux
    except OSError:
        yield lambda: None
        return

    def resident():  # one system call: at each of them the thread may go on with another step
        return int(os.pread(statm.fileno(), 100, 0).split()[1]) * mmap.PAGESIZE / 1e6

    def excess():
        grown = resident() - before
        if grown < SUSPICIOUS:
            return None
        most, frame, frames = sys.getrecursionlimit(), sys._current_frames().get(thread.ident), []
        while frame and len(frames) <= most:
            code = frame.f_code
            frames.append(
                traceback.FrameSummary(
                    code.co_filename, frame.f_lineno or 0, code.co_name, lookup_line=False
                )
            )
            frame = frame.f_back
        if len(frames) > most:
            return RecursionError("maximum recursion depth exceeded"), frames[::-1]
        if grown > MEMORY_LIMIT:
            return MemoryError(f"it has taken more than {MEMORY_LIMIT} MB"), frames[::-1]
        return None

    with statm:
        before = resident()
        yield excess


def run_with_timeout(task, seconds):
    """Run task() in a thread of its own; return whether it ended in time, what it printed, and why
    it was stopped if not for the time: an exception and its frames, or None.

    Out of time is a task that has had so many seconds, and the processor for most of them; on a
    machine too busy to let it run, PATIENCE times as long. Out of memory is one by which the
    process grows by more than MEMORY_LIMIT; it is looked at fifty times a second. Its prints are
    kept, its warnings silenced, its questions refused. It takes no signals, so it works on every
    system. An interrupt from the keyboard stops the task and is passed on.

    Not covered: what a single call of NumPy or of a built-in function takes at once, such as an
    array that is far too large: no other thread runs meanwhile, and MemoryError comes only where
    the system refuses it. And, but for the time, systems other than Linux.
    """
    outs = {name: _Router(getattr(sys, name)) for name in ("stdout", "stderr")}

    def begin():
        for out in outs.values():
            out.thread = threading.get_ident()

    _routers.append(outs)
    ask, thread = builtins.input, WorkerThread(task, begin)
    why = None
    for name, out in outs.items():
        setattr(sys, name, out)
    builtins.input = _no_input
    try:
        with warnings.catch_warnings(), _memory(thread) as excess:
            warnings.simplefilter("ignore")
            thread.start()
            spent = _clocks()
            while not (thread.over or why or spent(seconds)):
                thread.finished.acquire(
                    timeout=0.02
                )  # in slices: Ctrl-C gets through on Windows too
                why = None if thread.over else excess()
    finally:
        with _no_depth_limit() if why and isinstance(why[0], RecursionError) else _nothing():
            thread.stop(10 if why else 1)  # it may have a million calls to leave; or be asleep
        builtins.input = ask
        if thread.over:  # a thread that would not stop stays cut off from the page
            for name, out in outs.items():
                if getattr(sys, name) is out:
                    setattr(sys, name, out.original)
    if why:
        gc.collect()  # an exception and the frames that it came through hold one another
    return thread.done, "".join(outs["stdout"].kept), None if thread.done else why


def not_written(found):
    """Whether the first call came upon `raise NotImplementedError`."""
    return bool(found and found[0].error and found[0].error.kind is NotImplementedError)


def looks_unwritten(function):
    """Whether its code names nothing but NotImplementedError, for when it could not be called."""
    code = getattr(function, "__code__", None)
    return code is not None and code.co_names == ("NotImplementedError",)


def outcomes(exercise, function, cases):
    """Return the outcomes of the function on the cases that it came to, and its prints.

    A function that is not written yet is called once; one that takes too much memory is not called
    again, and has stopped with that error in all the cases that are left.
    """
    found = []

    def task():
        for args in cases:
            found.append(call(exercise, function, args))
            if not_written(found):
                break

    in_time, printed, why = run_with_timeout(task, TIME_LIMIT)
    if why:
        error, frames = why
        stopped = Outcome(error=raised(error, function, frames))
        return found + [stopped] * (len(cases) - len(found)), True, printed
    return found, in_time, printed
