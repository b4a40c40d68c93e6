"""The sentences that a check says."""

import inspect
import re
import types
from collections.abc import Mapping

import numpy as np

from ..exercises import EXERCISES
from . import compare

WIDTH = 160  # characters of an answer that are still shown whole

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
    AttributeError: "What stands before the dot has nothing of that name: print its `type(...)`.",
    NotImplementedError: "The line `raise NotImplementedError` is still reached: take it out.",
}

# What to look at, by what an exception says and by the line it comes from; the first that fits.
ADVICE_BY_TEXT = (
    (
        r"has taken more than \d+ MB",
        "",
        "Is there a loop that never ends, or that makes far more than is asked for?",
    ),
    (
        "NoneType",
        "",
        "Something that should hold a value is None: does a function that you call lack `return`?",
    ),
    (
        r"module '(numpy|math)' has no attribute 'ln'",
        "",
        "The natural logarithm, ln on paper, is called `log` there.",
    ),
    (
        r"module '(\w+)' has no attribute",
        "",
        "The module has nothing of that name: is it spelled so?",
    ),
    (
        r"bitwise_xor|for \^",
        "",
        "In Python `^` is no power (it works on bits); a power is written `**`.",
    ),
    (
        "math domain error|expected a positive",
        "log",
        "Of 0 and of negative numbers there is no logarithm: print what it is taken of.",
    ),
    (r"(takes|missing) .*argument", "", "A function is called with too many or too few arguments."),
    (
        "too many indices|invalid index to scalar",
        "",
        "It has fewer axes than there are indices in the brackets: print its shape before this line.",
    ),
    (
        "truth value of an array",
        "",
        "Comparing an array gives True or False for each entry, and `if`, `and`, `or`, `min` and `max` "
        "want a single one: go down to single numbers, or use what takes whole arrays.",
    ),
    (
        r"axis \S+ is out of bounds",
        "",
        "There is no such axis: print the array's shape before this line.",
    ),
    (
        "converted to Python scalars",
        "",
        "A function for single numbers has been given an array: NumPy's own takes every entry.",
    ),
    (
        "only integer|must be (of )?integer|as an integer|must be whole numbers",
        r"\brange\(",
        "`range` counts up to a whole number: print what is handed to it.",
    ),
    (
        "broadcast|shapes|mismatch|dimension",
        "",
        "Two shapes do not fit: print both before this line.",
    ),
    (
        r"'(numpy\.)?(float|int)\w*' object is not (iterable|subscriptable)|'(float|int)\w*' has no len",
        "",
        "A single number stands where a list or an array is meant: has the array an axis less here "
        "than the line counts on, or is `range(...)` missing? Print it before this line.",
    ),
    (
        "not iterable|unpack",
        "",
        "Look at how many values stand on each side of the equals sign, or of `in`: a loop over "
        "the names and values of a dict needs `.items()`.",
    ),
    (
        "only integer|must be (of )?integer|as an integer|must be whole numbers",
        "",
        "An index must be a whole number: print what is used as one.",
    ),
    ("unhashable", "", "Arrays and lists cannot be keys of a dict or members of a set."),
)


def show(value, limit=24, digits=4):
    """A value as short text: small arrays with their numbers, large ones by their shape."""
    if isinstance(value, (compare.Within, compare.Opaque)):
        value = value.value if isinstance(value, compare.Within) else value.answer
    if isinstance(value, np.ndarray):
        if value.size > limit:
            kind = "whole numbers" if value.dtype.kind in "iu" else "numbers"
            return f"array of {kind}, shape {value.shape}"
        return show(value.tolist(), limit, digits)
    if isinstance(value, (bool, np.bool_)) or value is None:
        return str(value)
    if isinstance(value, (int, np.integer)):
        return str(value)
    if isinstance(value, (float, np.floating)):
        return f"{float(value) + 0.0:.{digits}g}"  # minus zero as 0
    if isinstance(value, str):
        return repr(value if len(value) <= 60 else value[:57] + "...")
    if isinstance(value, Mapping):
        if len(value) > 8:
            return f"dict with {len(value)} keys"
        return (
            "{" + ", ".join(f"{show(k)}: {show(v, limit, digits)}" for k, v in value.items()) + "}"
        )
    if type(value) in (list, tuple):
        if len(value) > limit:
            return f"{type(value).__name__} with {len(value)} items"
        inside = ", ".join(show(item, limit, digits) for item in value)
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
        return f"{name} item{'s' * (len(value) != 1)}" + (
            "" if array.dtype.kind in "iufb" else ", not all of them numbers"
        )
    if isinstance(value, np.matrix):
        return "a matrix of the old kind, `np.matrix`: `np.asarray(...)` makes an array of it"
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
        return f"a dict with {len(value)} key{'s' * (len(value) != 1)}"
    if isinstance(value, (list, tuple)):
        return f"a {type(value).__name__} of {len(value)} item{'s' * (len(value) != 1)}"
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


def position(exercise, difference, index, ndim=None):
    """An index in words, "time step 2, unit 0", as far as the axes have names."""
    names = exercise.axis_names(difference.part, ndim or len(index))
    if names:
        return ", ".join(f"{name} {i}" for name, i in zip(names, index, strict=False))
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
        return f"{subject} is {show(got)}, which is not right.{_first_place(expected, got)}"
    if kind == "half":
        return (
            f"{subject} is right to the 3 digits that float16 keeps, and no further: leave numbers "
            "float64."
        )
    wrong = difference.wrong
    if kind == "nan":
        wrong &= ~np.isfinite(got)
    index = tuple(int(i) for i in np.argwhere(wrong)[0])
    value, right = got[index], expected[index]
    where = f" at {position(exercise, difference, index)}" if index else ""
    if kind == "nan":
        return f"{subject} is {float(value)}{where}."
    if right == 0 and abs(value) <= compare.TINY * compare.scale(expected):
        return f"{subject} is {show(value)}{where}, where exactly 0 is expected."
    size = "too large" if value > right else "too small"
    if expected.dtype.kind in "iu":
        size = "not right"
    gap = abs(float(value) - float(right))
    if expected.dtype.kind == "f" and gap < 1e-3 * abs(float(right)):
        size = f"near but {size}, by {gap:.1g}"
    text = f"{subject} is {show(value)}{where}, which is {size}."
    return text + extent(exercise, difference, wrong)


def _first_place(expected, got):
    """Where two strings part, if that is not at once."""
    if not isinstance(expected, str) or not isinstance(got, str) or expected[:1] != got[:1]:
        return ""
    same = next((i for i, (a, b) in enumerate(zip(expected, got)) if a != b), None)  # noqa: B905
    if same is None:
        many, wanted = len(got), len(expected)
        return (
            f" It has {many} character{'s' * (many != 1)} where {wanted} "
            f"{'is' if wanted == 1 else 'are'} expected."
        )
    return f" It is right up to character {same}."


def error_in_words(error, exercise=None, advise=True, args=()):
    """Which exception, where, and what to look at; args: what the function was called with."""
    lines = [
        f"Your function stops with {error.kind.__name__}"
        + (f": {error.text.splitlines()[0][:200]}" if error.text.strip() else ".")
    ]
    if error.source:
        lines.append(f"It happens in line {error.line} of its cell:")
        lines.append(f"    {error.source}")
    if not advise:
        return lines
    advice = (
        _advice_on_name(error, exercise)
        or _advice_on_kinds(error, args)
        or next(
            (
                said
                for pattern, line, said in ADVICE_BY_TEXT
                if re.search(pattern, error.text) and re.search(line, error.source)
            ),
            "",
        )
    )
    advice = advice or next((said for kind in error.kind.__mro__ if (said := ADVICE.get(kind))), "")
    return lines + ([advice] if advice else [])


def _advice_on_name(error, exercise):
    """What to do about a name that is not defined, if more than its spelling can be said."""
    unknown = re.fullmatch(r"name '(\w+)' is not defined.*", error.text)
    if not unknown:
        return ""
    name = unknown[1]
    if name in EXERCISES:
        return (
            f"That is your function from lesson {EXERCISES[name].lesson}. Fetch it in a cell "
            f'above: `{name} = yours("{name}")`.'
        )
    if name == "np":
        return "NumPy is not imported yet: run `import numpy as np` in a cell above."
    if exercise and name in exercise.arguments:
        return (
            f"It is an argument of `{exercise.signature}`: is it called so in your line with `def`?"
        )
    return ""


def _advice_on_kinds(error, args):
    """What to do where text stands for numbers, or a dict for an array."""
    if not issubclass(error.kind, TypeError):
        return ""
    if re.search(r"dtype\('<U|'str'|\bstr\b|numpy\.str_", error.text):
        if any(isinstance(arg, Mapping) for arg in args):
            return (
                "A loop over a dict, and `sum(...)` of one, goes over its names: what they stand for "
                "comes with `.values()`, both with `.items()`."
            )
        if any(hasattr(arg, "vocabulary") for arg in args):
            return (
                "Characters stand where numbers are needed: `model.vocabulary.encode(...)` makes "
                "numbers of a text."
            )
    if re.search("unsupported operand.*'(dict|Parameters)'", error.text):
        return "A dict stands where an array is meant: take the array out of it by its name."
    return ""


# What a check puts together ----------------------------------------------------------------


def expected_and_came(exercise, expected, got, difference):
    """What was expected beside what came, with as many digits as it takes to see them part.

    Whole if it is small, else the part, row or number where they part first.
    """
    answer = exercise.returns and difference.part.split(".")[0] not in expected.after
    one, other = (expected.value, got.value) if answer else (expected.after, got.after)
    if expected.error:
        return ["Expected:", f"    {expected.error.kind.__name__}", *_came(other, 4)]
    if len(other) == 1 and other.keys() == expected.after.keys() if not answer else False:
        (one,), (other,) = one.values(), other.values()
    digits, where = _digits(difference), ""
    shown = show(one, 24, digits)
    if len(shown) > WIDTH or "shape (" in shown or shown == show(other, 24, digits):
        one, other, where = _where_they_part(exercise, difference)
    return [f"Expected{where}:", f"    {show(one, 24, digits)}", *_came(other, digits)]


def _where_they_part(exercise, difference):
    """The part, row or number of both answers where they part first, and which one it is."""
    one, other = difference.expected, difference.got
    where = f" in `{difference.part}`" if difference.part else ""
    if isinstance(one, str) and isinstance(other, str):
        one, other = _around(one, other)
    wrong = difference.wrong if difference.kind in ("value", "nan", "half") else np.zeros(0)
    if isinstance(one, np.ndarray) and one.size > 24 and wrong.any():
        index = tuple(int(i) for i in np.argwhere(wrong)[0])
        index = index[:1] if one[index[0]].size <= 24 else index
        where += f" at {position(exercise, difference, index, one.ndim)}"
        one, other = one[index], other[index]
    return one, other, where


def _came(value, digits, where=""):
    return [f"Yours gives{where}:", f"    {show(value, 24, digits)}"]


def _digits(difference):
    """How many digits it takes to tell the first wrong number from the right one, at least 4."""
    if difference.kind != "value" or not isinstance(difference.expected, np.ndarray):
        return 4
    index = tuple(np.argwhere(difference.wrong)[0])
    one, other = float(difference.expected[index]), float(difference.got[index])
    return next((d for d in range(4, 17) if f"{one:.{d}g}" != f"{other:.{d}g}"), 17)


def _around(one, other):
    """Two long strings around the place where they part."""
    same = next((i for i, pair in enumerate(zip(one, other)) if len(set(pair)) > 1), 0)  # noqa: B905
    first = max(0, same - 10)
    dots = "..." if first else ""
    return dots + one[first : first + 40], dots + other[first : first + 40]


def came(exercise, outcome, difference):
    """What came of the learner's call, and what is odd about its kind, under a mistake's hint."""
    if outcome.error:
        return error_in_words(outcome.error, exercise)
    if difference.part.split(".")[0] in outcome.after and "." in difference.part:
        _, value, where = _where_they_part(exercise, difference)  # an array inside a network
    else:
        answer = exercise.returns and difference.part not in outcome.after
        value, where = outcome.value if answer else outcome.after, ""
    lines = _came(value, _digits(difference), where)
    if difference.kind in ("type", "length", "shape", "keys", "whole"):
        lines.append(difference_in_words(exercise, difference))
    return lines + troubles(outcome, difference)


def troubles(outcome, difference):
    """What NumPy met on the way, where nan came of it."""
    if not outcome.float_troubles or getattr(difference, "kind", "") != "nan":
        return []
    return [f"On the way there NumPy met: {', '.join(outcome.float_troubles)}."]


def smallest(exercise, args):
    """The input that shows what goes wrong."""
    return ["The smallest input that shows it:", *show_case(exercise, args)]


def patterns(found):
    """What wrong answers have in common with the right ones; found: (part, words, everywhere)."""
    lines = []
    for part, words, everywhere in found:
        words = words.replace("it is", f"`{part}` is", 1) if part else words
        words = words if "`" in words or not part else f"in `{part}` {words}"
        start = "It is the same in every case: " if everywhere else "Where an answer comes, "
        lines.append(f"{start}{words}.")
    return lines


def precise_to(names):
    """That an answer is right to the precision of float32; names: what it builds on, or none."""
    if not names:
        return [
            "It gives float32, which keeps 7 digits where float64 keeps 16. It is judged by that, "
            "and so is what builds on it."
        ]
    which = " and ".join(f"`{name}`" for name in names)
    verb = "gives" if len(names) == 1 else "give"
    return [f"It builds on {which}, which {verb} float32, and is judged by those 7 digits."]


def right_and_wrong(good, bad):
    """Which parts of an answer are right already, if it has parts."""
    if not good or not bad:
        return []
    return [
        f"On this input {listed([f'`{name}`' for name in good])} right, "
        f"{listed([f'`{name}`' for name in bad])} not yet."
    ]


def terms(good, bad):
    """Which terms of the formula are right."""
    if not good or not bad:
        return []
    return [
        f"With all other terms set to zero, {listed([f'`{term}`' for term in good])} right, "
        f"{listed([f'`{term}`' for term in bad])} not."
    ]


def written_names(exercise, args, outcome):
    """That a wrong answer comes with arguments that are changed; not if it stopped half-way."""
    if not outcome.written or outcome.error:
        return []
    names = " and ".join(f"`{name}`" for name in outcome.written)
    return [f"It also writes into {names}: work on {_new_one(exercise, args, outcome)}"]


def _new_one(exercise, args, outcome):
    """What to work on in place of the arguments that were written into."""
    written = [
        arg for name, arg in zip(exercise.arguments, args, strict=True) if name in outcome.written
    ]
    if any(hasattr(arg, "parameters") for arg in written):
        return (
            "a network of your own, such as `copy.deepcopy(model)` (`copy.copy` would share its "
            "arrays)."
        )
    if any(isinstance(arg, (dict, list)) for arg in written):
        return (
            "new ones. A copy of a dict or list shares what is in it: `x.copy()` and `dict(x)` "
            "hold the same arrays."
        )
    return "a new one, such as `x.copy()`."


def writes(exercise, args, outcome, source):
    """That the answers are right, but an argument was changed on the way."""
    names = " and ".join(f"`{name}`" for name in outcome.written)
    if source.nodes and source.bears(r"\bsetdefault\("):
        how = (
            "`setdefault` writes a missing key into the dict itself; `get` gives a value and "
            "leaves the dict as it is."
        )
    else:
        how = (
            "Operators such as `+=` and an assignment to `x[...]` change an array; work on "
            + _new_one(exercise, args, outcome)
        )
    return [
        f"{exercise.name}: the answers are right, but your function writes into its "
        f"argument {names}: whoever calls it finds it changed. {how}",
        *smallest(exercise, args),
    ]


def not_written(exercise, function, error, line):
    """That a function is a stub, or calls one, or still has the stub's line, given by number."""
    name, inner = exercise.name, error.innermost
    if inner != getattr(function, "__name__", inner) and inner in EXERCISES:
        return (
            f"{name}: it calls `{inner}`, which is not written yet. Run "
            f'`{inner} = yours("{inner}")` first; until you have written your '
            "own, that is the course's."
        )
    if line:
        return (
            f"{name}: the line `raise NotImplementedError` still stands in your function (line "
            f"{line} of its cell), and ends it there. Take it out."
        )
    return f"{name}: not written yet"


def out_of_time(exercise, args, seconds):
    """That a function did not come to an end."""
    return [
        f"{exercise.name}: it did not come to an end within {seconds:g} seconds. Is "
        "there a loop whose end is never reached?",
        "It was at work on this input:",
        *show_case(exercise, args),
    ]


def printed(text, limit):
    """The first few lines of what the function printed."""
    lines = [line[:100] for line in text.splitlines() if line.strip()]
    if not lines:
        return []
    more = ["    ..."] if len(lines) > 3 or len(text) >= limit else []
    return ["It printed:", *(f"    {line}" for line in lines[:3]), *more]
