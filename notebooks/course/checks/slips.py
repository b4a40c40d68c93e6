"""Slips that can be made in any exercise, each told only by its sign.

The sign is in the learner's code, or in what the function does when it is called otherwise. Each
looks at an Answer in which something is wrong, and returns a sentence or "".
"""

import ast
import re
import types

import numpy as np

from ..exercises import EXERCISES
from . import compare, diagnose, runner

IN_PLACE = {  # methods that change their object and give back None
    "sort": "sorts the list itself",
    "reverse": "turns the list itself round",
    "append": "adds to the list itself",
    "extend": "adds to the list itself",
    "insert": "adds to the list itself",
    "shuffle": "shuffles what it is given",
    "update": "adds to the dict itself",
}
MODULES = {"np", "numpy", "math"}


def arguments_swapped(answer):
    """A `def` line with the exercise's own names in another order."""
    theirs, ours = answer.arguments, list(answer.exercise.arguments)
    if theirs == ours or sorted(theirs) != sorted(ours):
        return ""
    return (
        f"Your `def` line has the arguments in another order than the exercise: "
        f"({', '.join(theirs)}). check hands them over in the order ({', '.join(ours)})."
    )


def never_written(answer):
    """Entries of an array from `np.empty` that are never given a value: another fill, another answer."""
    function = answer.function
    if not isinstance(function, types.FunctionType) or not answer.source.nodes:
        return ""
    if not answer.source.bears(r"\bnp\.empty(_like)?\("):
        return ""
    filled = []
    for fill in (3, 5):
        module = types.ModuleType("numpy")
        module.__getattr__ = lambda name: getattr(np, name)
        module.empty = lambda shape, dtype=float, fill=fill, **_: np.full(shape, fill, dtype)
        module.empty_like = lambda like, dtype=None, fill=fill, **_: np.full_like(like, fill, dtype)
        other = types.FunctionType(
            function.__code__,
            {**function.__globals__, "np": module},
            function.__name__,
            function.__defaults__,
            function.__closure__,
        )
        case = answer.cases[answer.wrong[-1]]
        filled += runner.outcomes(answer.exercise, other, [case])[0]
    if len(filled) < 2 or diagnose.difference_between(answer.exercise, *filled) is None:
        return ""
    return (
        "`np.empty` fills an array with nothing: it holds what happened to stand in memory, and some "
        "of its entries are never written. Is `np.zeros` meant, or does a loop stop too early?"
    )


def gives_none(answer):
    """`chars = list(text).sort()`: the value of a method that gives back none."""
    for node in ast.walk(answer.source.tree):
        value = getattr(node, "value", None)
        if isinstance(node, (ast.Assign, ast.AugAssign, ast.Return, ast.NamedExpr, ast.Attribute)):
            values = [value]
        elif isinstance(node, ast.Call):
            values = node.args
        elif isinstance(node, (ast.For, ast.comprehension)):
            values = [node.iter]
        else:
            continue
        for call in values:
            if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
                continue
            owner, name = call.func.value, call.func.attr
            if name in IN_PLACE and not (isinstance(owner, ast.Name) and owner.id in MODULES):
                return (
                    f"`.{name}(...)` {IN_PLACE[name]} and gives back None, and it is that None which "
                    f"`{_first_line(node)}` goes on with."
                )
    return ""


def _first_line(node):
    return ast.unparse(node).split("\n")[0][:80]


def power(answer):
    """`x ^ 2`."""
    for node in ast.walk(answer.source.tree):
        if isinstance(node, (ast.BinOp, ast.AugAssign)) and isinstance(node.op, ast.BitXor):
            return (
                f"In Python `^` is no power: it works on the bits of whole numbers. In "
                f"`{_first_line(node)}` you mean `**`."
            )
    return ""


def notebooks_own(answer):
    """A variable of the notebook where an argument, or something made inside, is meant."""
    function = answer.function
    scope = getattr(function, "__globals__", {})
    if scope.get("__name__") != "__main__":
        return ""
    for node in answer.source.nodes:
        own = _own_names(node)
        for name in _loaded(node):
            if name in own or name in answer.source.made or name in EXERCISES or name not in scope:
                continue
            value = scope[name]
            if not _is_data(name, value):
                continue
            unused = [arg for arg in answer.arguments if arg not in _loaded(answer.source.nodes[0])]
            besides = f" Its argument `{unused[0]}` is not used." if unused else ""
            return (
                f"`{name}` here is the notebook's own, made in a cell above: your function neither "
                f"makes it nor is given it.{besides}"
            )
    return ""


def _is_data(name, value):
    """Whether it is something that a page works with, and no constant made on purpose."""
    if isinstance(value, (bool, int, float, np.number)):
        return not name.isupper()
    kinds = (str, list, tuple, dict, set, np.ndarray)
    return isinstance(value, kinds) or hasattr(value, "parameters")


def _loaded(node):
    return [n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)]


def _own_names(node):
    """All names that a function gives a value, in itself and inside."""
    stored = {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and n.id not in _loaded(n)}
    return stored | {n.arg for n in ast.walk(node) if isinstance(n, ast.arg)}


def rounded(answer):
    """`.round(2)`, as pages print."""
    if not answer.source.bears(r"\bround\(|\baround\("):
        return ""
    digits = next((d for d in range(7) if _is_rounded(answer, d)), None)
    if digits is None:
        return ""
    return (
        f"The numbers are right and then rounded to {digits} digits. Pages round what they print; a "
        "function gives back all digits."
    )


def _is_rounded(answer, digits):
    for expected, found in zip(answer.expected, answer.found, strict=True):
        if found.error or expected.error:
            return False
        one, other = _numbers(expected.value), _numbers(found.value)
        if len(one) != len(other) or any(a.shape != b.shape for a, b in zip(one, other)):  # noqa: B905
            return False
        if not all(np.allclose(np.round(a, digits), b, 0, 1e-12) for a, b in zip(one, other)):  # noqa: B905
            return False
    return True


def _numbers(value):
    """All numeric arrays in an answer, one after the other."""
    if isinstance(value, dict):
        return [array for key in sorted(value, key=repr) for array in _numbers(value[key])]
    if isinstance(value, tuple):
        return [array for item in value for array in _numbers(item)]
    array = compare.as_numbers(value)
    return [] if array is None else [array.astype(float)]


def untouched(answer):
    """Rows that are still 0, as `np.zeros` made them."""
    difference = answer.differences[answer.wrong[0]]
    if getattr(difference, "kind", "") != "value" or not answer.source.bears(r"\bzeros"):
        return ""
    expected, got = difference.expected, difference.got
    if not isinstance(expected, np.ndarray) or expected.ndim < 2 or not answer.source.nodes:
        return ""
    names = answer.exercise.axis_names(difference.part, expected.ndim)
    rows = [i for i, wrong in enumerate(difference.wrong) if wrong.any()]
    if not names or got[rows].any() or not all(expected[i].all() for i in rows):
        return ""
    part = f" of `{difference.part}`" if difference.part else ""
    several = f"{names[0].capitalize()} {rows[0]}{part} is"
    if len(rows) > 1:
        several = f"{len(rows)} rows{part}, the first at {names[0]} {rows[0]}, are"
    return f"{several} still all 0, as `zeros` made it: does the loop come to it?"


def zero_floor(answer):
    """A tiny number where exactly 0 is expected."""
    difference = answer.differences[answer.wrong[0]]
    if getattr(difference, "kind", "") != "value" or not isinstance(
        difference.expected, np.ndarray
    ):
        return ""
    wrong = difference.wrong
    least = compare.TINY * compare.scale(difference.expected)
    if difference.expected[wrong].any() or (np.abs(difference.got[wrong]) > least).any():
        return ""
    sign = re.search(r"\b(maximum|max|clip|fmax)\(|\+ \w*e-\d+|e-\d+ \+|eps", answer.source.text)
    if not sign:
        return ""
    return (
        "Where exactly 0 is expected a tiny number comes: something is added, or held at a bound, "
        "to keep a division or a logarithm from failing."
    )


def log_of_zero(answer):
    """nan that comes of the logarithm of 0."""
    i = answer.wrong[0]
    if (
        getattr(answer.differences[i], "kind", "") != "nan"
        or "divide by zero" not in answer.found[i].float_troubles
        or not answer.source.nodes
        or not answer.source.bears(r"\blog\w*\(")
    ):
        return ""
    return (
        "On the way a logarithm of 0 is taken, which is minus infinity; times 0 that gives nan. Which "
        "entries does your function take the logarithm of, and which does it need?"
    )


def independent(answer):
    """An answer that stays the same when an argument changes, though it should not.

    Asked of every case: near one input alone, a bound or a rounding may hide what is used. Never of
    what is drawn at random, where many probabilities look alike.
    """
    if any(_is_statistical(outcome.value) for outcome in answer.expected):
        return ""
    same = set(answer.exercise.arguments) - set(answer.exercise.in_place)
    shown = set()
    for i in dict.fromkeys((answer.wrong[0], answer.wrong[-1], *range(len(answer.cases)))):
        if not same:
            return ""
        changed, unchanged = _same_whatever(answer, i, same)
        same, shown = same - changed, shown | unchanged
    names = [f"`{name}`" for name in answer.exercise.arguments if name in same & shown]
    if not names:
        return ""
    *some, last = names
    which = f"{', '.join(some)} and {last}" if some else last
    return f"The answer does not depend on {which}: with other values there it is the same."


def _is_statistical(value):
    if isinstance(value, dict):
        return any(map(_is_statistical, value.values()))
    if isinstance(value, (list, tuple)):
        return any(map(_is_statistical, value))
    return isinstance(value, compare.Within)


def _same_whatever(answer, i, names):
    """Of these arguments, those that change the answer to a case, and those that should and do not.

    One that stops the function, or leaves no time, changes it too.
    """
    exercise = answer.exercise
    if answer.found[i].error or answer.expected[i].error:
        return set(), set()
    tried = []
    for position, name in enumerate(exercise.arguments):
        for other in _others(answer.cases[i][position]) if name in names else ():
            case = (*answer.cases[i][:position], other, *answer.cases[i][position + 1 :])
            right = runner.call(exercise, exercise.reference, case)
            if diagnose.difference_between(exercise, answer.expected[i], right) is not None:
                tried.append((name, case))
    found = answer.run([case for _, case in tried]) if tried else []
    if len(found) < len(tried):
        return set(names), set()
    changed = {
        name
        for (name, _), outcome in zip(tried, found, strict=True)
        if diagnose.difference_between(exercise, answer.found[i], outcome) is not None
    }
    return changed, {name for name, _ in tried} - changed


def _others(value):
    """Two other values of the same kind and shape, as far as there are any."""
    if isinstance(value, np.ndarray) and value.dtype.kind == "f" and value.size:
        ramp = np.linspace(0.05, 0.2, value.size).reshape(value.shape)
        return value * 0.75 + ramp, value * 0.3 + np.flip(ramp)
    if isinstance(value, np.ndarray) and value.dtype.kind in "iu" and len(set(value.flat)) > 1:
        return np.flip(value), np.full_like(value, value.min())
    if isinstance(value, str) and len(set(value)) > 1:
        return value[::-1], value[0] * len(value)
    if isinstance(value, float):
        return value * 0.75, value * 2.5
    return ()


SLIPS = {  # the name that a check gives it -> how to see it; in the order in which they are asked
    "arguments-swapped": arguments_swapped,
    "never-written": never_written,
    "gives-none": gives_none,
    "power-sign": power,
    "notebooks-own": notebooks_own,
    "rounded": rounded,
    "zero-floor": zero_floor,
    "log-of-zero": log_of_zero,
    "still-zero": untouched,
    "argument-unused": independent,
}


FIRST = ("arguments-swapped", "never-written")  # before any known mistake
PLAIN = (*FIRST, "gives-none", "power-sign", "notebooks-own")  # that explain why a function stops


def find(answer, names=tuple(SLIPS)):
    """The name of the first slip that shows, and its sentence, or two empty strings."""
    for name in names:
        if sentence := SLIPS[name](answer):
            return name, sentence
    return "", ""
