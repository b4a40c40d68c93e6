"""The sentences that a check says."""

import inspect
import re
import types
from collections.abc import Mapping

import numpy as np

from ..exercises import EXERCISES
from . import compare

ADVICE = {  # what to look at, by the kind of exception
    NameError: "Is the name spelled as in the line with `def`, and has the cell that makes it run?",
    UnboundLocalError: "A name is used before it has a value: give it one before the loop.",
    IndexError: "An index is past the end: print the shapes, and the index when it happens.",
    KeyError: "This key is not in the dict: print its keys.",
    ZeroDivisionError: "Something is divided by 0: print what stands below the fraction line.",
    OverflowError: "A number grew too large for a float.",
    RecursionError: "The function calls itself without end.",
    SystemExit: "Leave out `exit` or `sys.exit`: a function ends with `return`.",
    MemoryError: "An array asks for more memory than there is: print the shapes before it is made.",
    AttributeError: "Print `type(...)` of what stands before the dot: it is something else than "
    "you expect.",
    NotImplementedError: "The line `raise NotImplementedError` is still reached: take it out.",
}

ADVICE_BY_TEXT = (  # what to look at, by what an exception says; the first that fits
    (
        "NoneType",
        "Something that should hold a value is None: does a function that you call lack `return`?",
    ),
    (r"(takes|missing) .*argument", "A function is called with too many or too few arguments."),
    (
        r"axis \S+ is out of bounds",
        "There is no such axis: print the array's shape before this line.",
    ),
    (
        "converted to Python scalars",
        "A function for single numbers has been given an array: NumPy's own takes every entry.",
    ),
    ("broadcast|shapes|mismatch|dimension", "Two shapes do not fit: print both before this line."),
    (
        "not iterable|unpack",
        "Look at how many values stand on each side of the equals sign, or of `in`: a loop over "
        "the names and values of a dict needs `.items()`.",
    ),
    (
        "only integer|must be (of )?integer|as an integer|must be whole numbers",
        "An index must be a whole number: print what is used as one.",
    ),
    ("unhashable", "Arrays and lists cannot be keys of a dict or members of a set."),
)


def show(value, limit=24):
    """A value as short text: small arrays with their numbers, large ones by their shape."""
    if isinstance(value, (compare.Within, compare.Opaque)):
        value = value.value if isinstance(value, compare.Within) else value.answer
    if isinstance(value, np.ndarray):
        if value.size > limit:
            kind = "whole numbers" if value.dtype.kind in "iu" else "numbers"
            return f"array of {kind}, shape {value.shape}"
        return show(value.tolist(), limit)
    if isinstance(value, (bool, np.bool_)) or value is None:
        return str(value)
    if isinstance(value, (int, np.integer)):
        return str(value)
    if isinstance(value, (float, np.floating)):
        return f"{float(value):.4g}"
    if isinstance(value, str):
        return repr(value if len(value) <= 60 else value[:57] + "...")
    if isinstance(value, Mapping):
        if len(value) > 8:
            return f"dict with {len(value)} keys"
        return "{" + ", ".join(f"{show(k)}: {show(v, limit)}" for k, v in value.items()) + "}"
    if type(value) in (list, tuple):
        if len(value) > limit:
            return f"{type(value).__name__} with {len(value)} items"
        inside = ", ".join(show(item, limit) for item in value)
        return f"[{inside}]" if type(value) is list else f"({inside}{',' * (len(value) == 1)})"
    if isinstance(value, np.random.Generator):
        return "a random generator"
    if hasattr(value, "parameters") and hasattr(value, "hidden_size"):
        return f"a network with V = {value.vocab_size}, H = {value.hidden_size}"
    if isinstance(value, types.FunctionType):
        return inspect.getdoc(value) or f"the function {value.__name__}"
    return f"a {type(value).__name__}"


def show_case(exercise, args):
    """The arguments of one call, one to a line, indented as code."""
    names = exercise.arguments
    return [f"    {name} = {show(arg)}" for name, arg in zip(names, args, strict=False)]


def kind_of(value):
    """What a wrong kind of answer is called, with what to do about it."""
    if value is None:
        return "nothing: is `return` missing?"
    if isinstance(value, (types.GeneratorType, types.AsyncGeneratorType)):
        return "a generator: use `return` in place of `yield`, or make a list of it"
    if inspect.iscoroutine(value):
        return "a coroutine: leave out `async`"
    if callable(value):
        return "a function: are the parentheses of a call missing?"
    if isinstance(value, str):
        return f"a string, {show(value)}"
    if isinstance(value, (list, tuple)):
        name = f"a {type(value).__name__} of {len(value)}"
        try:
            array = np.asarray(value)
        except ValueError:
            return f"{name} items of different lengths"
        return f"{name} items" + ("" if array.dtype.kind in "iufb" else ", not all of them numbers")
    if isinstance(value, np.ndarray):
        if value.ndim == 0:
            return f"a single number, {show(value.item())}"
        return f"an array of shape {value.shape} and type {value.dtype}"
    if isinstance(value, (bool, np.bool_)):
        return f"the truth value {value}"
    if isinstance(value, (int, float, np.number)):
        return f"a single number, {show(value)}"
    return f"a {type(value).__name__}"


def expected_kind(value):
    """What kind of answer is expected, by kind and shape alone."""
    if isinstance(value, compare.Within):
        value = value.value
    if value is None:
        return "nothing"
    if isinstance(value, (bool, np.bool_)):
        return "True or False"
    if isinstance(value, str):
        return "a string"
    if isinstance(value, Mapping):
        return f"a dict with {len(value)} keys"
    if isinstance(value, (list, tuple)):
        return f"a {type(value).__name__} of {len(value)} items"
    array = np.asarray(value)
    return "a single number" if array.ndim == 0 else f"an array of shape {array.shape}"


def listed(names):
    """Names with their verb: "a is", "a, b and c are"."""
    *others, last = names
    return f"{', '.join(others)} and {last} are" if others else f"{last} is"


def _sentence(text):
    return text if text.endswith("?") else f"{text}."


def named(difference):
    """The part of the answer that is meant, as the subject of a sentence."""
    return f"`{difference.part}`" if difference.part else "The answer"


def position(exercise, difference, index):
    """An index in words, "time step 2, unit 0", as far as the axes have names."""
    names = exercise.axis_names(difference.part, len(index))
    if names:
        return ", ".join(f"{name} {i}" for name, i in zip(names, index, strict=True))
    return f"position {list(map(int, index))}"


def extent(exercise, difference, wrong):
    """Which steps along the first axis are wrong, if that says something."""
    names = exercise.axis_names(difference.part, wrong.ndim)
    if not names or len(wrong) < 2 or (wrong.all() and wrong.ndim < 2):
        return ""
    steps = wrong.reshape(len(wrong), -1).any(axis=1).nonzero()[0]
    first, last, end, axis = int(steps[0]), int(steps[-1]), len(wrong) - 1, names[0]
    if len(steps) == len(wrong):
        return f" Every {axis} is wrong."
    if len(steps) == 1:
        return f" Only {axis} {first} is wrong; the others are right."
    if len(steps) == last - first + 1 and last == end:
        return f" It is right before {axis} {first} and wrong from there on."
    if len(steps) == last - first + 1 and first == 0:
        return f" It is wrong up to {axis} {last} and right after it."
    return f" {len(steps)} of {len(wrong)} are wrong, the first at {axis} {first}."


def difference_in_words(exercise, difference):
    """Where and how an answer parts from the expected one, without handing that over."""
    subject, kind = named(difference), difference.kind
    expected, got = difference.expected, difference.got
    if kind == "type":
        if not difference.part:
            return (
                f"It gives back {_sentence(kind_of(got))} It should give back "
                f"{exercise.returns or expected_kind(expected)}."
            )
        return f"{subject} is {_sentence(kind_of(got))} It should be {expected_kind(expected)}."
    if kind == "length":
        many, wanted = len(got), len(expected)
        return (
            f"{subject} has {many} item{'s' * (many != 1)} where {wanted} "
            f"{'is' if wanted == 1 else 'are'} expected."
        )
    if kind == "keys":
        missing = [key for key in expected if key not in got]
        extra = [key for key in got if key not in expected]
        say = [
            f"{word} {', '.join(show(key) for key in keys[:5])}"
            for word, keys in (("it lacks", missing), ("it has too many:", extra))
            if keys
        ]
        return f"{subject} does not have the expected keys: {'; '.join(say)}."
    if kind == "shape":
        return f"{subject} has shape {got.shape}, but {expected.shape} is expected."
    if kind == "whole":
        return (
            f"{subject} holds floats, but whole numbers are expected: they are used to count with."
        )
    if not isinstance(expected, np.ndarray):
        return f"{subject} is {show(got)}, which is not right."
    wrong = ~compare.close(expected, got, difference.bound)
    if kind == "nan":
        wrong &= ~np.isfinite(got)
    index = tuple(int(i) for i in np.argwhere(wrong)[0])
    value, right = got[index], expected[index]
    where = f" at {position(exercise, difference, index)}" if index else ""
    if kind == "nan":
        return f"{subject} is {float(value)}{where}."
    size = "too large" if value > right else "too small"
    if expected.dtype.kind in "iu":
        size = "not right"
    gap = abs(float(value) - float(right))
    if expected.dtype.kind == "f" and gap < 1e-3 * abs(float(right)):
        size = f"near but {size}, by {gap:.1g}"
    text = f"{subject} is {show(value)}{where}, which is {size}."
    return text + extent(exercise, difference, wrong)


def error_in_words(error):
    """Which exception, where, and what to look at."""
    lines = [
        f"Your function stops with {error.kind.__name__}"
        + (f": {error.text.splitlines()[0][:200]}" if error.text.strip() else ".")
    ]
    if error.source:
        lines.append(f"It happens in line {error.line} of its cell:")
        lines.append(f"    {error.source}")
    advice = next((said for pattern, said in ADVICE_BY_TEXT if re.search(pattern, error.text)), "")
    unknown = re.fullmatch(r"name '(\w+)' is not defined", error.text)
    if unknown and unknown[1] in EXERCISES:
        name = unknown[1]
        advice = (
            f"That is your function from lesson {EXERCISES[name].lesson}. Fetch it in a cell "
            f'above: `{name} = yours("{name}")`.'
        )
    advice = advice or next((said for kind in error.kind.__mro__ if (said := ADVICE.get(kind))), "")
    return lines + ([advice] if advice else [])
