"""Slips that can be made in any exercise, each told only by its sign.

The sign is in the learner's code, or in what the function does when it is called otherwise. Each
looks at an Answer in which something is wrong, and returns a sentence or "".
"""

import ast
import copy
import re
import types
from collections.abc import MutableMapping, MutableSequence, MutableSet
from dataclasses import replace

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
        other, _ = _elsewhere(function, {"np": module})
        case = answer.cases[answer.wrong[-1]]
        filled += runner.outcomes(answer.exercise, other, [case])[0]
    if len(filled) < 2 or diagnose.difference_between(answer.exercise, *filled) is None:
        return ""
    return (
        "`np.empty` fills an array with nothing: it holds what happened to stand in memory, and some "
        "of its entries are never written. Is `np.zeros` meant, or does a loop stop too early?"
    )


def _elsewhere(function, names, defaults=None):
    """The same function with some of its global names, or its defaults, changed; and its globals."""
    scope = {**function.__globals__, **names}
    defaults = function.__defaults__ if defaults is None else defaults
    twin = types.FunctionType(
        function.__code__, scope, function.__name__, defaults, function.__closure__
    )
    twin.__kwdefaults__ = function.__kwdefaults__
    return twin, scope


HOLDERS = (MutableSequence, MutableMapping, MutableSet, np.ndarray)


def _emptied(value):
    """A new one of the same kind with nothing in it: zeros, if it is an array or a number."""
    if isinstance(value, np.ndarray):
        return np.zeros_like(value)
    if isinstance(value, HOLDERS):
        new = copy.copy(value)
        new.clear()
        return new
    return type(value)()


def _is_empty(value):
    return not np.any(value) if isinstance(value, np.ndarray) else not value


def kept_from_before(answer):
    """A list, dict or sum made outside the function, or as a default, that each call adds to.

    It shows if the function puts something into it, and comes to another answer with an empty one.
    """
    function = answer.function
    if not isinstance(function, types.FunctionType) or not answer.source.nodes:
        return ""
    node, scope = answer.source.nodes[0], function.__globals__
    rebound = {name for n in ast.walk(node) if isinstance(n, ast.Global) for name in n.names}
    outside = {
        name: scope[name]
        for name in sorted(set(_loaded(node)) | rebound)
        if name in scope
        and (
            (isinstance(scope[name], HOLDERS) and name not in _own_names(node))
            or (name in rebound and isinstance(scope[name], (int, float, str)))
        )
    }
    defaults = function.__defaults__ or ()
    given = dict(zip(answer.arguments[::-1], defaults[::-1], strict=False))
    given = {name: value for name, value in given.items() if isinstance(value, HOLDERS)}
    for name in (*outside, *given):
        fresh = []
        for i in answer.wrong[:8]:
            held = _emptied(outside[name] if name in outside else given[name])
            if name in outside:
                twin, names = _elsewhere(function, {name: held})
            else:
                others = (held if value is given[name] else value for value in defaults)
                twin, names = _elsewhere(function, {}, tuple(others))
            found, in_time, _ = runner.outcomes(answer.exercise, twin, [answer.cases[i]])
            if not in_time:
                return ""
            held = names[name] if name in outside else held
            if found and not _is_empty(held):
                fresh.append((answer.found[i], found[0]))
        if any(diagnose.difference_between(answer.exercise, *pair) is not None for pair in fresh):
            where = (
                "is made once, outside the function"
                if name in outside
                else "stands in the line with `def`, which makes it once, for all calls"
            )
            return (
                f"What an earlier call left in `{name}` is still there, for it {where}. Make it new "
                "inside, at the start of each call."
            )
    return ""


def no_return(answer):
    """A function without `return`, or with one that stands alone."""
    node = _definition(answer)
    if node is None or not _gives_nothing(answer):
        return ""
    ends = [n for n in _inside(node) if isinstance(n, (ast.Return, ast.Yield, ast.YieldFrom))]
    if not ends and any(
        isinstance(n, ast.Call) and isinstance(n.func, ast.Name) and n.func.id == "print"
        for n in _inside(node)
    ):
        return (
            "It prints what it finds and gives back nothing: who calls it cannot go on with that. "
            "Hand it over with `return`."
        )
    if not ends:
        return "It gives back nothing: `return` is missing at its end."
    if all(isinstance(end, ast.Return) and end.value is None for end in ends):
        return (
            "Its `return` stands alone, and so it gives back nothing: what it hands over is written "
            "behind it, on the same line."
        )
    return ""


def end_without_return(answer):
    """A way through a function that meets no `return`."""
    node = _definition(answer)
    if node is None or not _gives_nothing(answer):
        return ""
    if isinstance(node.body[-1], (ast.Return, ast.Raise)):
        return ""
    return "On this input it gives back nothing: is there a way through it that ends without a `return`?"


def _gives_nothing(answer):
    """Whether the smallest case that goes wrong gives None, and should give something."""
    i = answer.wrong[0]
    found, expected = answer.found[i], answer.expected[i]
    return not found.error and found.value is None and expected.value is not None


def _definition(answer):
    """The `def` of the learner's function, docstring left out, or None."""
    body = answer.source.tree.body
    return body[0] if body and isinstance(body[0], ast.FunctionDef) else None


def _inside(node):
    """All that stands in a function, and not in functions inside it."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            yield child
            yield from _inside(child)


def values_for_positions(answer):
    """`for t in targets: ... targets[t]`, where the values are no positions."""
    values = answer.cases[answer.wrong[0]]
    theirs = dict(zip(answer.arguments, values, strict=False))
    for node in ast.walk(answer.source.tree):
        loops = [node] if isinstance(node, ast.For) else getattr(node, "generators", ())
        for loop in loops:
            if not isinstance(loop.iter, ast.Name) or not isinstance(loop.target, ast.Name):
                continue
            name, each = loop.iter.id, loop.target.id
            if not isinstance(theirs.get(name), (np.ndarray, list, str)):
                continue
            if any(
                isinstance(n, ast.Subscript)
                and isinstance(n.value, ast.Name)
                and n.value.id == name
                and each in _loaded(n.slice)
                for n in ast.walk(node)
            ):
                return (
                    f"`for {each} in {name}` takes the values of `{name}`, one after the other, and "
                    f"`{name}[{each}]` uses each of them as if it were a position. Positions come "
                    f"from `range(len({name}))`, and both at once from `enumerate({name})`."
                )
    return ""


ORDERS = (  # another order of the same values, and what is said of it
    (lambda array: np.sort(array, axis=-1), "once they are sorted"),
    (lambda array: np.sort(array, axis=None).reshape(array.shape), "once they are sorted"),
    (lambda array: np.sort(array, axis=0), "once they are sorted"),
    (
        lambda array: np.sort(array, axis=-1)[..., ::-1],
        "once they are sorted from the largest down",
    ),
    (
        lambda array: np.unique(array) if array.ndim == 1 else array,
        "once they are sorted and each is taken once",
    ),
)


def order_lost(answer):
    """`sorted(targets)`: an answer that is right for the same values in another order."""
    if not answer.source.nodes or not answer.source.bears(
        r"\b(arg)?sort(ed)?\(|\bunique\(|\bset\("
    ):
        return ""
    cases = [*answer.wrong, *(i for i in range(len(answer.cases)) if i not in answer.wrong)]
    for position, name in enumerate(answer.exercise.arguments):
        for order, words in ORDERS:
            if all(_right_for(answer, i, position, order) for i in cases):
                mine = answer.arguments[position] if position < len(answer.arguments) else name
                return (
                    f"The order of `{mine}` is lost: the answer is right for its values {words}. "
                    "Leave them in the order in which they come."
                )
    return ""


def _right_for(answer, i, position, order):
    """Whether the answer to a case is right for another order of one argument."""
    value, found = answer.cases[i][position], answer.found[i]
    array = np.array(list(value)) if isinstance(value, str) else value
    if not isinstance(array, (np.ndarray, list)) or not np.ndim(array) or not len(array):
        return False
    array = order(np.asarray(array))
    other = "".join(array) if isinstance(value, str) else array
    case = (*answer.cases[i][:position], other, *answer.cases[i][position + 1 :])
    right = runner.call(answer.exercise, answer.exercise.reference, case)
    if right.error:
        return bool(found.error)
    return diagnose.difference_between(answer.exercise, right, found, answer.precision) is None


def gives_none(answer):
    """`chars = list(text).sort()`: the value of a method that gives back none."""
    used = set(_loaded(answer.source.tree))
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
        names = {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and n.id not in _loaded(n)}
        if isinstance(node, ast.Assign) and names and not names & used:
            continue  # nothing goes on with it
        for call in values:
            if isinstance(call, ast.Call) and _is_update(answer, call.func):
                return (
                    f"`{call.func.id}(...)` changes the array that it is given and gives back None, "
                    f"and it is that None which `{_first_line(node)}` goes on with."
                )
            if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
                continue
            owner, name = call.func.value, call.func.attr
            if name in IN_PLACE and not (isinstance(owner, ast.Name) and owner.id in MODULES):
                return (
                    f"`.{name}(...)` {IN_PLACE[name]} and gives back None, and it is that None which "
                    f"`{_first_line(node)}` goes on with."
                )
    return ""


def _is_update(answer, function):
    """Whether it is an exercise's function that changes its argument and gives back None."""
    name = getattr(function, "id", "")
    if name not in EXERCISES or not EXERCISES[name].in_place:
        return False
    update = getattr(answer.function, "__globals__", {}).get(name)
    plain, case = replace(EXERCISES[name], observe=None), diagnose.expected_outcomes(name)[0][0]
    return callable(update) and runner.call(plain, update, case).value is None


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


def power_before_division(answer):
    """`x ** 1 / 2`."""
    if not answer.source.nodes or not answer.source.bears(r"\*\* 1 /"):
        return ""
    for node in ast.walk(answer.source.tree):
        if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Pow):
            continue
        if isinstance(node.right, ast.Constant) and node.right.value == 1:
            return (
                f"Powers come before divisions: in `{_first_line(node)}` the exponent is 1, and what "
                "stands behind it divides the result. Put the whole exponent in parentheses."
            )
    return ""


def few_digits(answer):
    """`2.718` for e, or `3.14` for pi, where that is how far the answer is off."""
    difference = answer.differences[answer.wrong[0]]
    if getattr(difference, "kind", "") != "value":
        return ""
    expected, got = (compare.as_numbers(one) for one in (difference.expected, difference.got))
    if (
        expected is None
        or got is None
        or np.abs(got - expected).max() > 0.1 * compare.scale(expected)
    ):
        return ""
    for node in ast.walk(answer.source.tree):
        for name, value in (("e", np.e), ("pi", np.pi)):
            given = node.value if isinstance(node, ast.Constant) else None
            if isinstance(given, float) and 0 < abs(given - value) < 0.05:
                return f"`{given}` is {name} with few digits. `np.{name}` has them all" + (
                    ", and so has `np.exp`." if name == "e" else "."
                )
    return ""


def whole_numbers(answer):
    """Slopes written into an array that was made for whole numbers."""
    difference = answer.differences[answer.wrong[0]]
    expected, got = getattr(difference, "expected", None), getattr(difference, "got", None)
    if not isinstance(expected, np.ndarray) or not isinstance(got, np.ndarray):
        return ""
    if getattr(difference, "kind", "") != "value" or got.dtype.kind not in "iu":
        return ""
    if not answer.source.nodes or not answer.source.bears(r"\b(zeros|ones|full|empty)|\bint"):
        return ""
    if expected.dtype.kind != "f" or not np.array_equal(np.trunc(expected), got):
        return ""
    return (
        "The numbers are right up to the point, and the rest is cut off: they are written into an "
        "array of whole numbers. Make it one of floats."
    )


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
    kinds = (str, list, tuple, dict, set, np.ndarray, np.random.Generator)
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
    difference = answer.differences[i]
    times = "; times 0 that gives nan" if np.isnan(difference.got[difference.wrong]).any() else ""
    return (
        f"On the way a logarithm of 0 is taken, which is minus infinity{times}. Which entries does "
        "your function take the logarithm of, and which does it need?"
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
    mine = dict(zip(answer.exercise.arguments, answer.arguments, strict=False))
    used = set(_loaded(answer.source.tree))
    if answer.source.nodes and any(mine.get(name.strip("`")) in used for name in names):
        return f"The answer stays the same on every input tried, whatever stands in {which}."
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
    "kept-from-before": kept_from_before,
    "no-return": no_return,
    "values-for-positions": values_for_positions,
    "gives-none": gives_none,
    "power-sign": power,
    "power-before-division": power_before_division,
    "notebooks-own": notebooks_own,
    "end-without-return": end_without_return,
    "order-lost": order_lost,
    "rounded": rounded,
    "whole-numbers": whole_numbers,
    "few-digits": few_digits,
    "zero-floor": zero_floor,
    "log-of-zero": log_of_zero,
    "still-zero": untouched,
    "argument-unused": independent,
}


FIRST = (  # before any known mistake
    "arguments-swapped",
    "never-written",
    "kept-from-before",
    "no-return",
    "values-for-positions",
)
PLAIN = (*FIRST, "gives-none", "power-sign", "notebooks-own")  # that explain why a function stops


def find(answer, names=tuple(SLIPS)):
    """The name of the first slip that shows, and its sentence, or two empty strings."""
    for name in names:
        if sentence := SLIPS[name](answer):
            return name, sentence
    return "", ""
