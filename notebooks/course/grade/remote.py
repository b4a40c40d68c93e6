"""A student's function in a process of its own, called as if it were here.

What it gives back comes as plain values, and the grader compares them; nothing that the process
says about itself counts.
"""

import builtins
import contextlib
import inspect
import json
import linecache
import operator
import os
import queue
import signal
import struct
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..checks import runner
from ..exercises import EXERCISES
from . import provided
from .sandbox import protocol

SANDBOX = Path(__file__).resolve().parent / "sandbox"
COURSE = Path(__file__).resolve().parents[3]
START = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); import worker; worker.serve()"
NO_ANSWER = "its process sent something that is no answer"
FILE_SIZE = 10_000_000  # bytes of one file that a function may write
STARTING = 20.0  # seconds that Python and NumPy may take to start on a busy machine


@dataclass(frozen=True)
class Limits:
    """What one exercise of one submission may take."""

    seconds: float = 10.0  # by the clock, for loading and again for all calls
    memory: int = 1024  # MB
    hidden: tuple[str, ...] = ()  # folders that it may not read, besides the course


class Ended(Exception):
    """The process is not there any more, or does not make sense; the text says why."""


class Remote:
    """One process with one Attempt in it, at one exercise (wanted; None: only to look).

    Use it as a context: at the end the process is gone, whatever it does. After `load`, the object
    can be called and looked at like the function itself.
    """

    def __init__(self, attempt, wanted, scratch, limits, module="my_rnn"):
        self.attempt, self.wanted, self.module = attempt, wanted, module
        self.scratch, self.limits = scratch, limits
        self.trouble, self.returned_reference, self.number = "", "", 0
        self.args, self.calls, self.times = (), [], 1
        self.frames, self.left = queue.Queue(2), STARTING  # two: a flood of them waits outside

    # The process ---------------------------------------------------------------------------

    def __enter__(self):
        own = [COURSE, COURSE / "notebooks", COURSE / "tests", Path.cwd()]
        paths = [path for path in sys.path if Path(path).resolve() not in own]
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-B", "-c", START, json.dumps([str(SANDBOX), *paths])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=self.scratch,
            env=_surroundings(self.scratch),
            start_new_session=True,
        )
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        self.last = threading.Timer(2 * STARTING + 4 * self.limits.seconds, self.kill)
        self.last.daemon = True
        self.last.start()  # so that not even a write to a full pipe waits for ever
        try:
            self._set_up(paths)
        except BaseException:
            self.__exit__()
            raise
        return self

    def _set_up(self, paths):
        """Send what the process needs to know, and wait until it begins to load."""
        python = {sys.prefix, sys.base_prefix, sys.exec_prefix, *paths}
        self._send(
            {
                "limits": [
                    int(3 * self.limits.seconds + 2),
                    self.limits.memory * 1024 * 1024,
                    FILE_SIZE,
                ],
                "scratch": self.scratch,
                "readable": [path for path in python if path],
                "hidden": [str(COURSE), os.path.dirname(self.scratch), *self.limits.hidden],
                "pieces": [[p.label, p.text, p.places] for p in self.attempt.pieces],
                "go on": self.attempt.go_on,
                "module": self.module,
                "target": self.attempt.target,
                "names": list(EXERCISES),
                **provided.provided_for(self.wanted),
            }
        )
        self._checked_reply(self._receive())
        self.left = self.limits.seconds

    def __exit__(self, *error):
        self.last.cancel()
        self.kill()
        end = time.monotonic() + 5
        while self.reader.is_alive() and time.monotonic() < end:  # it may be waiting to put a frame
            with contextlib.suppress(queue.Empty):
                self.frames.get(timeout=0.05)
        for pipe in (self.process.stdin, self.process.stdout):
            with contextlib.suppress(OSError):
                pipe.close()

    def kill(self):
        """End the process, and all that it may have started."""
        with contextlib.suppress(OSError):
            if hasattr(os, "killpg"):
                os.killpg(self.process.pid, signal.SIGKILL)
            else:
                self.process.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(5)

    def _read(self):
        """Put whole frames into the queue, in a thread; at the end of the stream None."""
        stream = self.process.stdout
        with contextlib.suppress(OSError, ValueError, struct.error):
            while True:
                (size,) = struct.unpack("<Q", stream.read(8))
                if size > protocol.LARGEST + protocol.LARGEST_TREE + 4:
                    break
                frame = stream.read(size)
                if len(frame) < size:
                    break
                self.frames.put(frame)
        self.frames.put(None)

    def _send(self, value):
        frame = protocol.pack(value)
        try:
            self.process.stdin.write(struct.pack("<Q", len(frame)) + frame)
            self.process.stdin.flush()
        except (OSError, ValueError):
            self._fail(self._why_ended())

    def _receive(self):
        """The next answer; OutOfTime when it takes too long, Ended when none can come."""
        asked = time.monotonic()
        end = asked + self.left
        while True:
            if time.monotonic() >= end:
                self.kill()
                raise runner.OutOfTime
            with contextlib.suppress(queue.Empty):
                frame = self.frames.get(timeout=min(self.left, 0.1))
                break
        self.left -= time.monotonic() - asked
        if frame is None:
            self._fail(self._why_ended())
        try:
            answer = protocol.unpack(frame)
        except protocol.Malformed:
            answer = None
        if not isinstance(answer, dict):
            self._fail(NO_ANSWER)
        return answer

    def _checked_reply(self, answer):
        """The same answer, if it is one to what was sent last."""
        if answer.get("number") != self.number:
            self._fail(NO_ANSWER)
        if "lost" in answer:
            self._fail(f"what it gives back, or leaves in its arguments, is {answer['lost']}")
        return answer

    def _fail(self, why):
        self.trouble = self.trouble or why
        raise Ended(why)

    def _why_ended(self):
        try:
            code = self.process.wait(2)
        except subprocess.TimeoutExpired:
            return "its process closed the way back to the grader"
        if code == -getattr(signal, "SIGXCPU", 0) and code:
            return "it took more of the processor than it may"
        if code < 0:
            return f"its process was ended by signal {-code}: out of memory, or calls without end"
        return f"it ended its own process (exit code {code})"

    # The function ----------------------------------------------------------------------------

    def load(self):
        """Load the submission and return what it has under the name that is wanted, as a dict.

        `state` is "missing", "value" (with `value`) or "function". Ended, OutOfTime: see _receive.
        """
        self.number += 1
        found = self._checked_reply(self._receive())
        self.left = self.limits.seconds
        try:
            stopped = found["stopped"]
            if stopped and not isinstance(stopped["kind"] + stopped["text"], str):
                raise TypeError
            if self.wanted is None:
                found["own"] = [name for name in EXERCISES if name in found["own"]]
            elif found["state"] == "function":
                self._adopt_signature(found)
        except (TypeError, ValueError, LookupError, AttributeError):
            self._fail(NO_ANSWER)
        return found

    def _adopt_signature(self, found):
        """Look like the function: its name, its signature, where its code stands."""
        self.__name__, self.filename = str(found["name"]), str(found["filename"])
        if found["signature"] is not None:
            self.__signature__ = inspect.Signature(
                [
                    inspect.Parameter(
                        str(name), list(inspect._ParameterKind)[kind], default=_default(has)
                    )
                    for name, kind, has in found["signature"]
                ]
            )
        self.__code__ = compile("", self.filename or "<submission>", "exec")
        for piece in self.attempt.pieces:
            lines = piece.text.splitlines(True)
            linecache.cache[piece.label] = (len(piece.text), None, lines, piece.label)

    def __call__(self, *args):
        if self.trouble:
            raise Ended(self.trouble)
        if not self._is_repeated(args) or not self.calls:
            self._call(args)
        try:
            answer = protocol.unpack(self.calls.pop(0).tobytes())
            value, error = self._taken(answer, args)
        except (protocol.Malformed, LookupError, TypeError, ValueError, AttributeError):
            self._fail(NO_ANSWER)
        if error:
            raising_there(*error)
        return value

    def _is_repeated(self, args):
        """Whether the call before was on these very arguments, which hold what it left."""
        return len(args) == len(self.args) and all(map(operator.is_, args, self.args))

    def _call(self, args):
        """Have the function called: once, or several times ahead if the grader repeats itself.

        An exercise that is about chance is called some hundred times on the same arguments.
        """
        self.times = min(4 * self.times, 128) if self._is_repeated(args) else 1
        self.args, self.number = args, self.number + 1
        callbacks = [protocol.Callback(i) if callable(arg) else arg for i, arg in enumerate(args)]
        self._send({"args": callbacks, "times": self.times})
        while "ask" in (answer := self._receive()):
            self._send(self._asked(answer, args))
        self.calls = self._checked_reply(answer).get("calls")

    @staticmethod
    def _asked(question, args):
        """What a function among the arguments gives back."""
        try:
            return {"value": args[question["ask"]](*question["args"])}
        except Exception as error:
            return {"error": type(error).__name__, "text": str(error)}

    def _taken(self, answer, args):
        """Do here what the call did there: to the arguments, by raising, by giving back.

        Return the value and None, or None and what raising_there needs.
        """
        if answer["printed"]:
            print(str(answer["printed"]), end="")
        for number, after in protocol.unpack(answer["changed"].tobytes()):
            _write_back(args[number], after)
        for kind in answer["troubles"]:
            handler = np.geterrcall()
            if handler:
                handler(str(kind), 0)
        if "error" in answer:
            return None, self._error(answer["error"])
        return _with_arguments(answer["answer"], args), None

    def _error(self, error):
        """An exception of the same kind, and the file, line and function that it came from."""
        name = str(error["kind"])
        if error["handed back"]:
            self.returned_reference = str(error["text"])[:50]
        kinds = [getattr(builtins, str(kin), None) for kin in error["kin"]]
        kinds = [kind for kind in kinds if _is_exception(kind)] or [Exception]
        made = kinds[0] if kinds[0].__name__ == name else type(name[:50], (_Named, kinds[0]), {})
        raised = _made(made, str(error["text"]))
        line = error["line"] if type(error["line"]) is int else 0
        return raised, self.filename, min(max(line, 0), 100_000), str(error["innermost"])


class _Named:
    """Stands first among the bases of an exception of the student's own kind."""


def _is_exception(kind):
    return isinstance(kind, type) and issubclass(kind, BaseException)


class _Said(str):
    """What an exception says; KeyError shows its argument by repr, the others by str."""

    def __repr__(self):
        return str(self)


def _made(kind, text):
    """An exception of a kind that says a text, whatever arguments that kind takes."""
    with contextlib.suppress(TypeError):
        return kind(_Said(text))
    made = type(kind.__name__, (kind,), {"__str__": lambda self: text})
    with contextlib.suppress(TypeError):
        return made.__new__(made)
    return type(kind.__name__, (Exception,), {})(_Said(text))  # as a group of exceptions is made


def raising_there(error, filename, line, function):
    """Raise an exception from a line of a file, or from here if line is 0."""
    if not line:
        raise error
    code = compile("\n" * (line - 1) + "raise error", filename or "<submission>", "exec")
    exec(code.replace(co_name=function[:100]), {"error": error})


def _default(has):
    return None if has else inspect.Parameter.empty


def _write_back(target, after):
    """Make an argument what the call left of it, in place."""
    if isinstance(after, protocol.ModelState):
        for name in target.parameters:
            _write_back(target.parameters[name], after["parameters"][name])
        for name in target.memory:
            _write_back(target.memory[name], after["memory"][name])
        target.rng = after["rng"]
    elif isinstance(target, np.random.Generator):
        target.bit_generator.state = after.bit_generator.state
    elif isinstance(target, np.ndarray):
        target[...] = after
    elif isinstance(target, dict):
        kept = {key: value for key, value in target.items() if key in after}
        target.clear()
        for key, value in after.items():
            if isinstance(kept.get(key), np.ndarray) and np.shape(value) == kept[key].shape:
                kept[key][...] = value
                value = kept[key]
            target[key] = value
    elif isinstance(target, list):
        target[:] = after


def _with_arguments(answer, args):
    """An answer with the arguments themselves where it has them."""
    if isinstance(answer, protocol.Argument):
        return args[answer.number]
    if type(answer) in (tuple, list):
        return type(answer)(_with_arguments(part, args) for part in answer)
    if type(answer) is dict:
        return {key: _with_arguments(part, args) for key, part in answer.items()}
    return answer


def _surroundings(scratch):
    """The environment of the process: nothing of the grader's own, and one place to write in."""
    kept = ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "LANG", "LC_ALL")
    kept += ("PYTHONHASHSEED",)  # a set must have its items in the same order there as here
    found = {name: os.environ[name] for name in kept if name in os.environ}
    places = dict.fromkeys(
        ("HOME", "USERPROFILE", "TMPDIR", "TEMP", "TMP", "MPLCONFIGDIR"), scratch
    )
    threads = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
    return {**found, **places, **dict.fromkeys(threads, "1")}
