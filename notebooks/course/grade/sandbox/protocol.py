"""Values as bytes, between the grader and the process that runs a student's function.

Nothing is pickled, and nothing that comes in is run: a frame is a JSON tree and the raw numbers of
the arrays in it. Both sides use this module; it imports nothing of the course.

    frame     4 bytes, the length of the tree; the tree; the arrays one after another
    tree      None, bool, int, float and str as themselves, all else as a list with a tag first
"""

import inspect
import json
import math
import re
import struct
from collections.abc import Mapping

import numpy as np

LARGEST = 32_000_000  # bytes of one frame
LARGEST_TREE = 4_000_000  # bytes of its tree: a tree takes far more memory once it is read
DEEPEST = 30
MOST_PARTS = 200_000  # items of lists and dicts, all in all
MOST_OBJECTS = 1_000_000  # items of arrays that hold no numbers, all in all
MOST_TEXT = (
    50_000_000  # characters, if every part were as long as the longest: in an array they are
)
LONGEST_INT = 200  # bits
DTYPE = re.compile(r"[<>|][biufc][1-9]\d?")
MODEL_ARRAYS = ("parameters", "memory")


class TooLarge(Exception):
    """A value takes more than a frame may hold."""


class Malformed(Exception):
    """Bytes that are no frame."""


class Argument:
    """Stands for one of the arguments of the call, by its number."""

    def __init__(self, number):
        self.number = number


class ModelState(dict):
    """What a network holds, by name: its sizes, parameters, memory, state and generator."""


class Callback:
    """A function of the grader's among the arguments, by its number; calling it asks the grader."""

    def __init__(self, number):
        self.number = number


# Packing -----------------------------------------------------------------------------------


class _Packer:
    def __init__(self, arguments):
        self.arguments, self.arrays, self.size, self.nodes = arguments, [], 0, 0
        self.objects, self.longest = 0, 0

    def tree(self, value, depth=0):
        """The tree of any value; of one that cannot be sent, what kind it is."""
        self.nodes += 1
        much = self.nodes > MOST_PARTS or self.nodes * self.longest > MOST_TEXT
        if much or depth > DEEPEST:
            raise TooLarge
        for number, argument in enumerate(self.arguments):
            if value is argument and not isinstance(value, (int, float, str, tuple)):
                return ["argument", number]
        if value is None or value is True or value is False:
            return value
        kind = type(value)
        if kind is int:
            return value if value.bit_length() < LONGEST_INT else ["odd", "int", "object"]
        if kind in (float, str):
            if kind is str:
                self.longest = max(self.longest, len(value))
            return value
        if isinstance(value, np.ndarray):
            return self.array(np.asarray(value))
        if isinstance(value, np.generic):
            array = np.asarray(value)
            return str(value) if isinstance(value, np.str_) else ["number", self.array(array)]
        if isinstance(value, (list, tuple)):
            tag = "list" if isinstance(value, list) else "tuple"
            return [tag, *[self.tree(item, depth + 1) for item in value]]
        if isinstance(value, Mapping):
            pairs = [self.tree(item, depth + 1) for pair in value.items() for item in pair]
            return ["dict", *pairs]
        if isinstance(value, (bool, int, float, str)):  # of a class made from these
            return self.tree(next(k for k in (int, float, str) if isinstance(value, k))(value))
        return self.special(value, depth)

    def special(self, value, depth):
        if isinstance(value, range):
            if len(value) > MOST_PARTS:
                raise TooLarge
            return self.array(np.array(value, dtype=int))
        if isinstance(value, np.random.Generator):
            state = value.bit_generator.state
            return ["generator", self.tree(_plain(state), depth + 1)]
        if isinstance(value, Callback):
            return ["callback", value.number]
        if all(hasattr(value, name) for name in (*MODEL_ARRAYS, "vocabulary")):
            return ["model", self.tree(model_state(value), depth + 1)]
        return ["odd", kind_of(value), type(value).__name__]

    def array(self, array):
        if array.dtype.kind in "biufc" and DTYPE.fullmatch(array.dtype.str):
            self.size += array.size * array.itemsize
            if self.size > LARGEST:
                raise TooLarge
            self.arrays.append(array.tobytes())
            return ["array", array.dtype.str, list(array.shape)]
        if array.dtype.kind == "U" and array.size < 100_000:
            return ["texts", list(array.shape), array.ravel().tolist()]
        self.objects += array.size
        if self.objects > MOST_OBJECTS:
            raise TooLarge
        return ["objects", list(array.shape)]


def kind_of(value):
    """What kind of thing it is, as far as a check's words tell kinds apart."""
    tests = (
        (inspect.isgenerator, "generator"),
        (inspect.isasyncgen, "asyncgen"),
        (inspect.iscoroutine, "coroutine"),
        (callable, "function"),
    )
    return next((kind for test, kind in tests if test(value)), "object")


def _plain(state):
    """A generator's state without arrays of a single type: ints and strings only."""
    if isinstance(state, dict):
        return {key: _plain(value) for key, value in state.items()}
    return [int(n) for n in state] if isinstance(state, np.ndarray) else state


def model_state(model):
    """What it takes to build the same network elsewhere."""
    return ModelState(
        characters=str(model.vocabulary.characters),
        sizes=[int(model.hidden_size), int(model.seq_length)],
        learning_rate=float(model.learning_rate),
        parameters={name: np.asarray(array) for name, array in model.parameters.items()},
        memory={name: np.asarray(array) for name, array in model.memory.items()},
        h=np.asarray(model.h),
        rng=model.rng,
        counts=[int(model.iteration), int(model.pointer)],
    )


def pack(value, arguments=()):
    """Return a value as a frame; a part that is one of the arguments is sent as its number.

    TooLarge when it takes more than LARGEST bytes.
    """
    packer = _Packer(arguments)
    try:
        tree = packer.tree(value)
        if packer.longest > LARGEST_TREE:
            raise TooLarge
        tree = json.dumps(tree, separators=(",", ":")).encode("ascii")
    except RecursionError:
        raise TooLarge from None
    if len(tree) > LARGEST_TREE:
        raise TooLarge
    return b"".join([struct.pack("<I", len(tree)), tree, *packer.arrays])


# Unpacking ---------------------------------------------------------------------------------


async def _coroutine():
    pass


async def _asyncgen():
    yield


def _stand_in(kind, name):
    """Something of the same kind as what could not be sent."""
    if kind == "generator":
        return (item for item in ())
    if kind == "asyncgen":
        return _asyncgen()
    if kind == "coroutine":
        made = _coroutine()
        made.close()
        return made
    if kind == "function":
        return lambda *args, **named: None
    plain = {"set": set, "frozenset": frozenset, "bytes": bytes, "complex": complex}
    if name in plain:
        return plain[name]()
    return type(name if name.isidentifier() and len(name) < 50 else "thing", (), {})()


class _Unpacker:
    def __init__(self, data, at, build):
        self.data, self.at, self.build = data, at, build
        self.nodes, self.longest, self.objects = 0, 0, 0

    def value(self, tree):
        self.nodes += 1
        if not isinstance(tree, list):
            if isinstance(tree, dict):
                raise Malformed
            if isinstance(tree, str):
                self.longest = max(self.longest, len(tree))
            if self.nodes * self.longest > MOST_TEXT:
                raise Malformed
            return tree
        tag, *rest = tree
        return getattr(self, f"a_{tag}")(*rest)

    def a_argument(self, number):
        return Argument(int(number))

    def a_list(self, *items):
        return [self.value(item) for item in items]

    def a_tuple(self, *items):
        return tuple(self.value(item) for item in items)

    def a_dict(self, *items):
        values = [self.value(item) for item in items]
        return dict(zip(values[::2], values[1::2], strict=True))

    def a_array(self, dtype, shape):
        if not DTYPE.fullmatch(dtype) or not all(type(n) is int and n >= 0 for n in shape):
            raise Malformed
        dtype, size = np.dtype(dtype), math.prod(shape)
        array = np.frombuffer(self.data, dtype, size, self.at) if size else np.empty(0, dtype)
        self.at += size * dtype.itemsize
        return array.reshape(shape).copy()

    def a_number(self, tree):
        return self.value(tree)[()]

    def a_texts(self, shape, items):
        texts = [self.value(str(item)) for item in items]
        return np.array(texts, dtype=str).reshape(shape)

    def a_objects(self, shape):
        self.objects += math.prod(shape)
        if not 0 <= self.objects <= MOST_OBJECTS:
            raise Malformed
        return np.full(shape, None, dtype=object)

    def a_odd(self, kind, name):
        return _stand_in(kind, str(name))

    def a_generator(self, tree):
        state = self.value(tree)
        if state["bit_generator"] != "PCG64":
            return _stand_in("object", "Generator")
        generator = np.random.Generator(np.random.PCG64(0))
        generator.bit_generator.state = state
        return generator

    def a_callback(self, number):
        return self.build(Callback(int(number)))

    def a_model(self, tree):
        return self.build(ModelState(self.value(tree)))


def unpack(frame, build=lambda part: part):
    """Return the value of a frame; Malformed if it is none.

    build(part) makes a network of a ModelState and a function of a Callback. The grader leaves
    both as they are; the process of the student makes them.
    """
    try:
        (length,) = struct.unpack_from("<I", frame)
        if length > LARGEST_TREE or 4 + length > len(frame):
            raise Malformed
        tree = json.loads(frame[4 : 4 + length].decode("ascii"))
        return _Unpacker(frame, 4 + length, build).value(tree)
    except Malformed:
        raise
    except Exception as error:  # whatever a hostile frame makes json, struct or numpy say
        raise Malformed(str(error)) from None
