"""Where an answer parts from what is expected: by type, part, shape, value, position."""

import math
import types
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from ..exercises.base import Within

PRECISION = {2: 2e-2, 4: 1e-4}  # bytes of a float -> relative error that its rounding may cause
ZERO = (
    1e-4  # where 0 is expected, so much of the tolerance is left: a floor of 1e-10 is no rounding
)
TINY = 1e-6  # so small beside the largest is what people add or put in place of 0


@dataclass(frozen=True)
class Difference:
    """kind: type, length, keys, shape, whole, half, nan, value; part: of the answer, "" for all.

    bound and zero: how far a value may be off, and how far where 0 is expected.
    """

    kind: str
    part: str
    expected: object
    got: object
    bound: float = 0.0
    zero: float | None = None

    @property
    def wrong(self):
        """Entry by entry, whether an array parts from the expected one."""
        return ~close(self.expected, self.got, self.bound, self.zero)


@dataclass(frozen=True)
class Tolerance:
    """How far a number may be off, and where 0 is expected: times the largest entry, or absolute."""

    size: float
    zero: float
    absolute: bool = False


@dataclass(frozen=True)
class Opaque:
    """An answer of a kind that an exercise's `observe` could not look into."""

    answer: object


def same_outcome(one, other, tolerance):
    """Whether two calls came to the same: answers, or type of error. A small floor is no 0."""
    if (one.error is None) != (other.error is None):
        return False
    if one.error is not None:
        return one.error.kind is other.error.kind
    return not find(one.value, other.value, tolerance) and not find(
        one.after, other.after, tolerance
    )


def is_arithmetic_failure(outcome):
    """Whether arithmetic failed: nan or infinity in NumPy, an exception in the math module."""
    if outcome.error is not None:
        return issubclass(outcome.error.kind, ArithmeticError) or outcome.error.text.startswith(
            ("math domain error", "expected a positive")
        )
    return any(not np.isfinite(leaf).all() for leaf in _floats(outcome.value))


def _floats(value):
    """All float arrays and numbers inside an answer."""
    if isinstance(value, Within):
        yield from _floats(value.value)
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _floats(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _floats(item)
    elif isinstance(value, (float, np.floating)):
        yield np.asarray(value)
    elif isinstance(value, np.ndarray) and value.dtype.kind == "f":
        yield value


def float_size(value):
    """The bytes of the shortest float inside an answer, 8 if there is none."""
    return min((leaf.dtype.itemsize for leaf in _floats(value)), default=8)


def find(expected, got, tolerance, parts=(), part="", zero=ZERO):
    """Return the first Difference between an answer and the expected one, or None.

    Floats of 4 bytes are compared to their precision; those of 2 are refused if that shows.
    """
    size = float_size(got)
    relative = max(tolerance, PRECISION.get(size, 0.0))
    difference = _find(expected, got, Tolerance(relative, zero * relative), parts, part)
    if difference is None and size == 2:
        difference = _find(expected, got, Tolerance(tolerance, zero * tolerance), parts, part)
        return difference and replace(difference, kind="half")
    return difference


def exact(expected, got, tolerance):
    """Whether an answer agrees whatever the precision of its floats."""
    return _find(expected, got, Tolerance(tolerance, ZERO * tolerance), (), "") is None


def parts_of(value, names=()):
    """The parts of an answer by name: of a dict with strings for keys, or of a tuple with names."""
    if isinstance(value, Mapping) and all(isinstance(key, str) for key in value):
        return dict(value)
    unpacks = isinstance(value, (tuple, list)) or (isinstance(value, np.ndarray) and value.ndim > 1)
    if names and unpacks and len(value) == len(names):
        return dict(zip(names, value, strict=True))
    return {}


def _find(expected, got, tolerance, parts, part):
    if isinstance(got, Opaque):
        same = isinstance(expected, Opaque) and type(expected.answer) is type(got.answer)
        return None if same else Difference("type", "", expected, got.answer)
    if isinstance(expected, Within):
        if not isinstance(got, Within):
            return Difference("type", part, expected, got)
        allowed = Tolerance(expected.tolerance, expected.tolerance, absolute=True)
        return _find(expected.value, got.value, allowed, parts, part)
    if isinstance(got, Within):
        got = got.value
    if expected is None or isinstance(expected, (str, bool, np.bool_)):
        if isinstance(got, np.str_):
            got = str(got)
        right = (
            isinstance(got, (bool, np.bool_))
            if isinstance(expected, (bool, np.bool_))
            else type(got) is type(expected)
        )
        if not right:
            return Difference("type", part, expected, got)
        return None if got == expected else Difference("value", part, expected, got)
    if isinstance(expected, Mapping):
        return _find_in_mapping(expected, got, tolerance, part)
    if isinstance(expected, (tuple, list)):
        return _find_in_sequence(expected, got, tolerance, parts, part)
    return _find_in_array(expected, got, tolerance, part)


def _find_in_mapping(expected, got, tolerance, part):
    if not isinstance(got, Mapping):
        return Difference("type", part, expected, got)
    if set(got) != set(expected):
        return Difference("keys", part, expected, got)
    for key in expected:
        inner = f"{part}[{key!r}]" if part or not isinstance(key, str) else key
        if difference := _find(expected[key], got[key], tolerance, (), inner):
            return difference
    return None


def _find_in_sequence(expected, got, tolerance, parts, part):
    rows = isinstance(expected, tuple) and isinstance(got, np.ndarray) and got.ndim > 1
    if rows and len(got) == len(expected) and not isinstance(got, np.matrix):
        got = tuple(got)  # rows of one array unpack as well
    if not isinstance(got, (tuple, list)) or isinstance(got, types.GeneratorType):
        numbers = all(isinstance(item, (int, float, np.number)) for item in expected)
        if isinstance(got, np.ndarray) and isinstance(expected, list) and numbers:
            return _find_in_array(expected, got, tolerance, part)
        return Difference("type", part, expected, got)
    if len(got) != len(expected):
        return Difference("length", part, expected, got)
    for i, (one, other) in enumerate(zip(expected, got, strict=True)):
        name = parts[i] if i < len(parts) else f"{part}[{i}]"
        if difference := _find(one, other, tolerance, (), name):
            return difference
    return None


def as_numbers(got):
    """Return an answer as a numeric array, or None if it is none."""
    none = (str, bytes, Mapping, set, frozenset, np.matrix)  # whose `*` and rows are its own
    if got is None or isinstance(got, none) or callable(got):
        return None
    try:
        array = np.asarray(got)
    except Exception:
        return None
    return array if array.dtype.kind in "iufb" else None


def _find_in_array(expected, got, tolerance, part):
    expected, numbers = np.asarray(expected), as_numbers(got)
    if numbers is None:
        return Difference("type", part, expected, got)
    if numbers.shape != expected.shape:
        return Difference("shape", part, expected, numbers)
    if expected.dtype.kind in "iu" and numbers.dtype.kind == "f":
        return Difference("whole", part, expected, numbers)
    size = 1.0 if tolerance.absolute else scale(expected)
    bound, zero = tolerance.size * size, tolerance.zero * size
    if close(expected, numbers, bound, zero).all():
        return None
    kind = "nan" if (~np.isfinite(numbers) & np.isfinite(expected)).any() else "value"
    return Difference(kind, part, expected, numbers, bound, zero)


def scale(expected):
    """The size of the largest finite number in an array, 1 if all are 0."""
    finite = np.abs(expected[np.isfinite(expected)].astype(float))
    return finite.max() if finite.size and finite.max() > 0 else 1.0


def close(expected, got, bound, zero=None):
    """Entry by entry, whether two arrays differ by no more than bound; by zero where 0 is due."""
    expected, got = expected.astype(float), got.astype(float)
    if zero is not None:
        bound = np.where(expected == 0, zero, bound)
    with np.errstate(invalid="ignore", over="ignore"):
        near = np.abs(got - expected) <= bound
    return near | (got == expected) | (np.isnan(got) & np.isnan(expected))


def _factor(ratio):
    """A factor in words, with as many digits as it takes to see that it is not 1."""
    text = f"{ratio:.4g} times what it should be"
    if not text.startswith(("1 ", "-1 ")):
        return text
    share = f"{abs(abs(ratio) - 1):.2g}"
    side, sign = ("large" if abs(ratio) > 1 else "small"), ", with the wrong sign" * (ratio < 0)
    return (
        f"too {side} by the same small share, {share} of itself{sign}: look for a tiny constant, "
        "or one that is given with few digits"
    )


def patterns(difference):
    """What a wrong array has to do with the right one, in words, without giving either away."""
    expected, got, found = difference.expected, difference.got, []
    bound = difference.bound or 1e-6 * scale(np.asarray(expected, dtype=float))
    if difference.kind == "shape":
        if (
            expected.ndim == 2
            and got.shape == expected.shape[::-1]
            and close(expected.T, got, bound).all()
        ):
            found.append("it is the transpose of what is expected")
        elif got.size == expected.size and close(expected.ravel(), got.ravel(), bound).all():
            found.append("the numbers are right, the shape is not")
        return found
    if difference.kind != "value" or not isinstance(expected, np.ndarray):
        return found
    expected, got = expected.astype(float), got.astype(float)
    same = lambda one, other: one.size and close(one, other, bound).all()  # noqa: E731
    if expected.any() and np.isfinite(expected).all():
        ratio = float((got * expected).sum() / (expected * expected).sum())
        if math.isclose(ratio, -1, rel_tol=1e-6) and same(-expected, got):
            found.append("every number has the wrong sign")
        elif ratio and same(ratio * expected, got):
            found.append(f"every number is {_factor(ratio)}")
        elif same(expected + (got - expected).mean(), got):
            found.append(f"every number is off by {(got - expected).mean():.4g}")
    if expected.ndim == 2 and expected.shape[0] == expected.shape[1] > 1 and same(expected.T, got):
        found.append("it is the transpose of what is expected")
    if expected.ndim and len(expected) > 1:
        if same(expected[::-1], got):
            found.append("the order along the first axis is reversed")
        if len(expected) > 2 and same(expected[:-1], got[1:]):
            found.append("everything comes one place late along the first axis")
        if len(expected) > 2 and same(expected[1:], got[:-1]):
            found.append("everything comes one place early along the first axis")
    return found
