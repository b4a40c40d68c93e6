"""The process in which a student's function runs, one for each exercise of each submission.

It reads frames (see protocol.py) from its standard input and answers on its standard output: first the
setup, then calls. It holds the student's text and the inputs of the call at hand, and nothing to
compare an answer with: the grader does that, in a process of its own.
"""

import __future__

import ast
import builtins
import copy
import ctypes  # noqa: F401  loaded now, since the guard refuses it later
import functools
import inspect
import io
import linecache
import os
import struct
import sys
import time
import traceback
import types
import warnings

import guard
import numpy as np
import numpy.random
import protocol

PRINTED = 4000  # characters of printed text that are kept of a call
TEXT = 2000  # characters of what an exception says
SHOWING = ("course.plots", "course.widgets", "display", "get_ipython")  # of no use for an answer


class ReferenceUsed(RuntimeError):
    """The course's own answer to this exercise was called."""


# Pipes -------------------------------------------------------------------------------------


class Pipes:
    """Frames in and out, on numbers of their own: what prints to 0, 1 or 2 goes nowhere."""

    def __init__(self):
        self.inward, self.outward = os.dup(0), os.dup(1)
        if os.name == "nt":
            import msvcrt

            for number in (self.inward, self.outward):
                msvcrt.setmode(number, os.O_BINARY)
        nowhere = os.open(os.devnull, os.O_RDWR)
        for number in (0, 1, 2):
            os.dup2(nowhere, number)
        self.take, self.give = os.read, os.write

    def _read(self, size):
        parts = []
        while size:
            part = self.take(self.inward, min(size, 1 << 20))
            if not part:
                raise EOFError
            parts.append(part)
            size -= len(part)
        return b"".join(parts)

    def receive(self):
        (size,) = struct.unpack("<Q", self._read(8))
        return self._read(size)

    def send(self, frame):
        rest = memoryview(struct.pack("<Q", len(frame)) + frame)
        while rest:
            rest = rest[self.give(self.outward, rest) :]


class Printed(io.TextIOBase):
    """Keeps the beginning of what is printed."""

    encoding = "utf-8"

    def __init__(self):
        self.text = ""

    def write(self, text):
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        if len(self.text) < PRINTED:
            self.text += text[: PRINTED - len(self.text)]
        return len(text)

    def reconfigure(self, **options):
        """As a real stream has it."""

    def fresh(self):
        text, self.text = self.text, ""
        return text


# What a submission may import from the course ------------------------------------------------


class StubModule(types.ModuleType):
    """Stands for what a submission needs only to load: figures, widgets, the check itself."""

    __path__ = ()
    strict = False  # once it is judged, a function has no use for what does nothing

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return StubModule(f"{self.__name__}.{name}")

    def __call__(self, *args, **named):
        if StubModule.strict and not self.__name__.startswith(SHOWING):
            raise ReferenceUsed(self.__name__.rpartition(".")[2])
        return StubModule(f"{self.__name__}.answer")

    def __iter__(self):
        return iter(())

    def __len__(self):
        return 0


class StubCourse:
    """Finds every module of the course, as a stub."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        if name.split(".")[0] != "course":
            return None
        from importlib.machinery import ModuleSpec

        return ModuleSpec(name, StubCourse, is_package=True)

    @staticmethod
    def create_module(spec):
        return StubModule(spec.name)

    @staticmethod
    def exec_module(module):
        pass


def stand_in(name):
    """What is in the place of the course's own answer to this exercise."""

    def answer(*args, **named):
        raise ReferenceUsed(name)

    answer.__name__ = answer.__qualname__ = name
    return answer


def install_provided(core, helpers, answers, model):
    """Make `rnn_core` and `course` importable, without what would be an answer here.

    core: the text of rnn_core and of what it imports, cut; helpers: the course's answers to earlier
    exercises, as texts by name; answers: the names of the exercises whose answers are left out;
    model: the text of the class Model. Return the answers that are lent by name, and Model.
    """
    rnn_core = types.ModuleType("rnn_core")
    rnn_core._ReferenceUsed = ReferenceUsed
    sys.modules["rnn_core"] = sys.modules["rnn_extras"] = rnn_core
    exec(compile(core, "<rnn_core>", "exec"), rnn_core.__dict__)
    lent = {}
    for name, text in helpers.items():
        space = dict(lent, __name__="course.lent")
        exec(compile(text, f"<course: {name}>", "exec"), space)
        lent[name] = space[name]
    lent.update((name, stand_in(name)) for name in answers)
    sys.meta_path.append(StubCourse)
    import course.exercises
    import course.keep

    space = {**vars(rnn_core), "np": np, "copy": copy}
    exec(compile(model, "<course: Model>", "exec"), space)
    course.exercises.Model = space["Model"]
    course.exercises.EXERCISES = {
        name: types.SimpleNamespace(name=name, reference=function)
        for name, function in lent.items()
    }
    course.keep.yours = lent.__getitem__
    return lent, space["Model"]


def build(Model, pipes):
    """Return the function that makes networks and functions of what comes in a frame."""

    def make(part):
        if isinstance(part, protocol.Callback):
            return lambda *args: ask(pipes, part.number, args)
        model = Model(part["characters"], *part["sizes"], part["learning_rate"])
        for name in part["parameters"]:
            model.parameters[name][...] = part["parameters"][name]
        for name, array in part["memory"].items():  # empty before the first update of an RNN
            model.memory[name] = np.array(array)
        model.h, model.rng = np.array(part["h"]), part["rng"]
        model.iteration, model.pointer = part["counts"]
        return model

    return make


def ask(pipes, number, args):
    """Have the grader call a function that is among the arguments."""
    pipes.send(protocol.pack({"ask": number, "args": args}))
    answer = protocol.unpack(pipes.receive())
    if "error" in answer:
        raise getattr(builtins, answer["error"], Exception)(answer["text"])
    return answer["value"]


# The submission ------------------------------------------------------------------------------


def load(pieces, module, go_on):
    """Run the pieces of a submission in a module; return its names, and the first error or None.

    A piece has a label, a text, and the places of the statements to be run or None for all.
    Whatever stops it, what was defined before stands; go_on: and the next statement is run.
    """
    sys.modules[module.__name__] = module
    first, flags = None, 0
    for label, text, places in pieces:
        linecache.cache[label] = (len(text), None, text.splitlines(True), label)
        tree = ast.parse(text)
        chosen = tree.body if places is None else [tree.body[place] for place in places]
        for body in [[node] for node in chosen] if go_on else [chosen]:
            try:
                code = compile(ast.Module(body, []), label, "exec", flags, dont_inherit=True)
                flags |= code.co_flags & FUTURE
                exec(code, module.__dict__)
            except BaseException as error:
                first = first or error
                if not go_on:
                    return module.__dict__, first
    return module.__dict__, first


FUTURE = functools.reduce(
    int.__or__, (getattr(__future__, name).compiler_flag for name in __future__.all_feature_names)
)


def described(error, filenames):
    """An exception as plain values: its kind and kin, what it says, and where it was raised."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if frame.filename in filenames]
    try:
        text = str(error.msg if isinstance(error, SyntaxError) else error)[:TEXT]
    except BaseException:
        text = ""
    return {
        "kind": type(error).__name__,
        "kin": [kind.__name__ for kind in type(error).__mro__ if kind.__module__ == "builtins"],
        "text": text,
        "line": own[-1].lineno if own else getattr(error, "lineno", None),
        "innermost": frames[-1].name if frames else "",
        "handed back": isinstance(error, ReferenceUsed),
    }


def about(names, wanted):
    """What a submission has under a name: its signature, as far as it can be told."""
    if wanted not in names:
        return {"state": "missing"}
    value = names[wanted]
    if not callable(value):
        return {"state": "value", "value": value}
    found = {"state": "function", "signature": None, "filename": "", "name": ""}
    code = getattr(value, "__code__", None)
    if isinstance(code, types.CodeType):
        found["filename"] = code.co_filename
    found["name"] = str(getattr(value, "__name__", wanted))
    try:
        parameters = inspect.signature(value).parameters.values()
    except (TypeError, ValueError):
        return found
    found["signature"] = [[p.name, int(p.kind), p.default is not p.empty] for p in parameters]
    return found


def calls(out, function, arguments, filename, times):
    """Call a function some times on the same arguments; return a frame for each call.

    Fewer when it stops with an error, or takes long.
    """
    found, end = [], time.monotonic() + 0.2
    while len(found) < times and (not found or time.monotonic() < end):
        content, given = call(out, function, arguments, filename)
        found.append(np.frombuffer(protocol.pack(content, given), np.uint8))
        if "error" in content:
            break
    return found


def call(out, function, arguments, filename):
    """Call the function; return what came of it, and the arguments if it may have given them back.

    What it left in its arguments is sent too, where that is not what came in.
    """
    before = [protocol.pack(argument) for argument in arguments]
    troubles, error = {}, None
    try:
        with np.errstate(all="call", call=lambda kind, flag: troubles.setdefault(kind)):
            answer = function(*arguments)
    except BaseException as problem:
        error = described(problem, [filename])
    numbers = [i for i, old in enumerate(before) if protocol.pack(arguments[i]) != old]
    changed = protocol.pack(
        [[i, arguments[i]] for i in numbers]
    )  # apart: here no part is "argument i"
    found = {
        "changed": np.frombuffer(changed, np.uint8),
        "troubles": list(troubles),
        "printed": out.fresh(),
    }
    if error:
        return {**found, "error": error}, ()
    if inspect.iscoroutine(answer):
        answer.close()
    return {**found, "answer": answer}, arguments


def serve():
    """Load what the grader sends and answer its calls, until it ends this process."""
    pipes = Pipes()
    setup = protocol.unpack(pipes.receive())
    guard.die_with_parent()
    guard.limit(*setup["limits"])
    warnings.simplefilter("ignore")
    lent, Model = install_provided(
        setup["core"], setup["helpers"], setup["answers"], setup["model"]
    )
    make, wanted = build(Model, pipes), setup["target"]
    out = sys.stdout = Printed()
    sys.stderr = sys.__stdout__ = sys.__stderr__ = Printed()
    builtins.input = _no_input
    builtins.display, builtins.get_ipython = StubModule("display"), StubModule("get_ipython")
    guard.install_audit_hook(setup["scratch"], setup["readable"], setup["hidden"])
    np.seterr(all="ignore")
    sys.path.append(setup["scratch"])  # last: a numpy.py of theirs is not to stand for NumPy

    def reply(number, content):
        try:
            frame = protocol.pack({**content(), "number": number})
        except BaseException as problem:  # an object of theirs may do anything when looked at
            large = isinstance(problem, (protocol.TooLarge, MemoryError))
            lost = "too large" if large else "not to be looked into"
            frame = protocol.pack({"number": number, "lost": lost})
        pipes.send(frame)

    reply(0, dict)
    module, kept = types.ModuleType(setup["module"]), os.path.join(setup["scratch"], "my_rnn.py")
    if module.__name__ == "my_rnn":
        module.__file__ = kept
    elif not os.path.exists(kept):  # a lesson may import what its writer has not handed in
        sys.modules["my_rnn"] = types.ModuleType("my_rnn")
        vars(sys.modules["my_rnn"]).update(lent)
    names, error = load(setup["pieces"], module, setup["go on"])
    stopped = described(error, [label for label, *_ in setup["pieces"]]) if error else None
    if wanted is None:
        core = vars(sys.modules["rnn_core"])
        given = [n for n in lent if names.get(n) is lent[n] or names.get(n, 0) is core.get(n)]
        own = [n for n in setup["names"] if n in names and n not in given]
        reply(1, lambda: {"stopped": stopped, "own": own})
        return
    found = about(names, wanted)
    reply(1, lambda: {"stopped": stopped, **found})
    function, number, StubModule.strict = names.get(wanted), 1, True
    while True:
        number += 1
        asked = protocol.unpack(pipes.receive(), make)
        given = (out, function, asked["args"], found["filename"], asked["times"])
        reply(number, lambda given=given: {"calls": calls(*given)})


def _no_input(*args, **named):
    raise RuntimeError("`input` waits for a person; a function gets its values as arguments")
