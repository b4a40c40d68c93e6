"""Whether two functions do the same: strictly, without the course's own comparison."""

import copy
from collections.abc import Mapping

import numpy as np

DRAWS = 2000
TEXTS = 200
COLD = 0.01  # at such a temperature a text is certain


def precision(value):
    """What rounding may do, relative to the largest entry, and where 0 is due: by float type."""
    leaves = [np.asarray(leaf) for leaf in _leaves(value)]
    sizes = [leaf.dtype.itemsize for leaf in leaves if leaf.dtype.kind == "f"]
    return (1e-3, 1e-5) if min(sizes, default=8) < 8 else (1e-7, 1e-14)


def _leaves(value):
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        for item in value:
            yield from _leaves(item)
    elif isinstance(value, (float, np.floating, np.ndarray)):
        yield value


def same(one, two, relative=None, at_zero=None):
    """Whether an answer is the same as the first: up to rounding, by the first one's precision."""
    if relative is None:
        relative, at_zero = precision(one)
    if isinstance(one, Mapping) and isinstance(two, Mapping):
        return one.keys() == two.keys() and all(
            same(one[key], two[key], relative, at_zero) for key in one
        )
    if isinstance(one, (list, tuple)) and isinstance(two, (list, tuple)):
        if len(one) != len(two):
            return False
        if not _numbers(one) or not _numbers(two):
            return all(same(a, b, relative, at_zero) for a, b in zip(one, two, strict=True))
    if isinstance(one, str) or isinstance(two, str):  # NumPy's strings are strings
        return isinstance(one, str) and isinstance(two, str) and str(one) == str(two)
    if one is None or two is None:
        return one is two
    try:
        a, b = np.asarray(one, dtype=float), np.asarray(two, dtype=float)
    except (TypeError, ValueError):
        return bool(one == two)
    if a.shape != b.shape:
        return False
    finite = np.abs(a[np.isfinite(a)])
    bound = np.where(a == 0, at_zero, relative) * (finite.max() if finite.any() else 1.0)
    with np.errstate(invalid="ignore"):
        near = np.abs(a - b) <= bound
    return bool((near | (a == b) | (np.isnan(a) & np.isnan(b))).all())


def _numbers(items):
    return all(isinstance(item, (int, float, np.number, np.bool_)) for item in items)


def _plain(value):
    """A model as its arrays."""
    if hasattr(value, "parameters") and hasattr(value, "memory"):
        return {**value.parameters, **{f"memory {name}": a for name, a in value.memory.items()}}
    return value


def answer(name, function, args):
    """What a call comes to: the answer and all arguments after it, or the kind of error."""
    args = [arg if callable(arg) else copy.deepcopy(arg) for arg in args]
    try:
        with np.errstate(all="ignore"):
            if name == "sample_character":
                value = _frequencies(lambda rng: function(args[0], rng), len(args[0]))
            elif name == "generate" and args[3] >= 1 and args[2]:
                value = _said(function, *args)
            else:
                value = copy.deepcopy(function(*args))
            if name in ("sgd_update", "adagrad_update", "adam_update"):
                value = None  # nobody looks at what an update gives back
    except Exception as error:
        return ("error", type(error).__name__)
    kept = [arg for arg in args if not callable(arg) and not isinstance(arg, np.random.Generator)]
    return ("answer", value, list(map(_plain, kept)))


def _frequencies(draw, size):
    """How often each number is drawn, with a step wide enough for chance; and repeatability."""
    rng = np.random.default_rng(0)
    drawn = [draw(rng) for _ in range(DRAWS)]
    if any(not isinstance(ix, (int, np.integer)) or not 0 <= ix < size for ix in drawn):
        return "not an index"
    again = [int(draw(np.random.default_rng(seed))) for seed in range(20)] * 2
    repeats = again[:20] == [int(draw(np.random.default_rng(seed))) for seed in range(20)]
    return Frequencies(np.bincount(drawn, minlength=size) / DRAWS), repeats


def _said(function, model, prompt, n, temperature, _):
    """How often each character comes first and last, over many texts."""
    rng = np.random.default_rng(1)
    many = TEXTS if temperature > COLD else 2
    texts = [function(model, prompt, n, temperature, rng) for _ in range(many)]
    if any(not isinstance(text, str) or len(text) != n for text in texts):
        return "not n characters"
    if temperature <= COLD:
        return texts
    twice = [function(model, prompt, 20, temperature, np.random.default_rng(2)) for _ in "ab"]
    counts = [
        np.array([sum(text[i] == char for text in texts) for char in model.char_to_ix]) / TEXTS
        for i in (0, -1)
    ]
    return Frequencies(counts[0], 0.18), Frequencies(counts[1], 0.18), twice[0] == twice[1]


class Frequencies:
    """Shares that chance may move by `leeway`."""

    def __init__(self, shares, leeway=0.055):
        self.shares, self.leeway = shares, leeway

    def __eq__(self, other):
        if not isinstance(other, Frequencies) or self.shares.shape != other.shares.shape:
            return False
        return bool((np.abs(self.shares - other.shares) <= self.leeway).all())

    __hash__ = None

    def __array__(self, *args, **kwargs):
        raise TypeError("compared by ==")


def agree(name, one, two, inputs):
    """Whether two functions agree on all inputs; an error counts by its kind alone."""
    return all(same_outcome(answer(name, one, args), answer(name, two, args)) for args in inputs)


def same_outcome(one, two):
    if one[0] != two[0]:
        return False
    return one[1] == two[1] if one[0] == "error" else same(one[1:], two[1:])
