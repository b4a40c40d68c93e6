"""The exercise of lesson 10: a network with several faults at once, to be mended."""

from itertools import combinations

import numpy as np

from .base import Exercise


def loss_and_gradients(inputs, targets, h_prev, Wxh, Whh, Why, bh, by):
    """Read a chunk from h_prev; return its loss, and the gradients by name."""
    T, hs = len(inputs), np.zeros((len(inputs) + 1, len(bh)))
    hs[0] = h_prev
    for t in range(T):
        hs[t + 1] = np.tanh(Wxh[:, inputs[t]] + Whh @ hs[t] + bh)
    scores = hs[1:] @ Why.T + by
    exps = np.exp(scores - scores.max(axis=1, keepdims=True))
    ps = exps / exps.sum(axis=1, keepdims=True)
    loss = -np.log(ps[np.arange(T), targets]).sum()
    dys = ps - np.eye(len(by))[targets]
    das, later = np.zeros((T, len(bh))), 0
    for t in reversed(range(T)):
        das[t] = (dys[t] @ Why + later) * (1 - hs[t + 1] ** 2)
        later = das[t] @ Whh
    gradients = {
        "Wxh": das.T @ np.eye(len(by))[inputs],
        "Whh": das.T @ hs[:-1],
        "Why": dys.T @ hs[1:],
        "bh": das.sum(axis=0),
        "by": dys.sum(axis=0),
    }
    return loss, gradients


FAULTS = {  # name -> what a test of the checklist says while it is there
    "softmax": "The first loss is not T ln V, and every gradient fails with it: over which axis do probabilities add up to 1?",
    "slope": "The gradients of `Wxh`, `Whh` and `bh` fail their check together: what have all three in common that `Why` and `by` have not?",
    "states": "The gradient of `Whh` fails its check for a reason of its own: which states has `Whh` been multiplied by?",
    "start": "From whatever state a chunk is read, the loss is the same. No gradient check can find that: where should `h_prev` come in?",
}


def with_faults(*faults):
    """The network with these of its FAULTS."""

    def broken(inputs, targets, h_prev, Wxh, Whh, Why, bh, by):
        T, hs = len(inputs), np.zeros((len(inputs) + 1, len(bh)))
        if "start" not in faults:
            hs[0] = h_prev
        for t in range(T):
            hs[t + 1] = np.tanh(Wxh[:, inputs[t]] + Whh @ hs[t] + bh)
        scores = hs[1:] @ Why.T + by
        exps = np.exp(scores - scores.max())
        ps = exps / exps.sum(axis=0 if "softmax" in faults else 1, keepdims=True)
        loss = -np.log(ps[np.arange(T), targets]).sum()
        dys = ps - np.eye(len(by))[targets]
        das, later = np.zeros((T, len(bh))), 0
        for t in reversed(range(T)):
            state = hs[t] if "slope" in faults else hs[t + 1]
            das[t] = (dys[t] @ Why + later) * (1 - state**2)
            later = das[t] @ Whh
        return loss, {
            "Wxh": das.T @ np.eye(len(by))[inputs],
            "Whh": das.T @ (hs[1:] if "states" in faults else hs[:-1]),
            "Why": dys.T @ hs[1:],
            "bh": das.sum(axis=0),
            "by": dys.sum(axis=0),
        }

    return broken


BEGINS = """\
T, hs = len(inputs), np.zeros((len(inputs) + 1, len(bh)))
for t in range(T):
    hs[t + 1] = np.tanh(Wxh[:, inputs[t]] + Whh @ hs[t] + bh)
scores = hs[1:] @ Why.T + by
exps = np.exp(scores - scores.max())
ps = exps / exps.sum(axis=0)  # (T, V)
loss = -np.log(ps[np.arange(T), targets]).sum()
dys, das, later = ps - np.eye(len(by))[targets], np.zeros((T, len(bh))), 0
for t in reversed(range(T)):
    das[t] = (dys[t] @ Why + later) * (1 - hs[t] ** 2)
    later = das[t] @ Whh
gradients = {"Wxh": das.T @ np.eye(len(by))[inputs], "Whh": das.T @ hs[1:],
             "Why": dys.T @ hs[1:], "bh": das.sum(axis=0), "by": dys.sum(axis=0)}
"""


def cases(rng):
    """One step; more steps than characters, and fewer; a state of zeros; large weights."""
    for T, V, H, scale in (
        (1, 2, 1, 1.0),
        (2, 3, 2, 1.0),
        (4, 4, 3, 0.5),
        (3, 5, 3, 1.0),
        (7, 4, 5, 1.0),
        (6, 6, 6, 0.5),
        (25, 22, 8, 0.3),
    ):
        shapes = ((H, V), (H, H), (V, H), (H,), (V,))
        weights = [rng.normal(scale=scale, size=shape).round(2) for shape in shapes]
        h_prev = np.tanh(rng.normal(size=H)).round(2) * (T != 6)
        yield rng.integers(V, size=T), rng.integers(V, size=T), h_prev, *weights


LOSS_AND_GRADIENTS = Exercise(
    name="loss_and_gradients",
    lesson=10,
    reference=loss_and_gradients,
    cases=cases,
    signature="loss_and_gradients(inputs, targets, h_prev, Wxh, Whh, Why, bh, by)",
    returns="the loss, a number, and a dictionary of the gradients by name",
    parts=("loss", "gradients"),
    axes={
        "Wxh": ("unit", "character"),
        "Whh": ("unit", "unit before"),
        "Why": ("character", "unit"),
        "bh": ("unit",),
        "by": ("character",),
    },
    begins=BEGINS,
)

NEXT = {"slope": "the gradient of `bh`", "states": "that of `Whh`", "start": "`h_prev`"}
COUNTS = ("One fault is left.", "Two faults are left.", "Three faults are left.", "All are left.")

for count in range(1, len(FAULTS) + 1):
    for first, *others in combinations(FAULTS, count):
        later = f" After it, look at {', '.join(NEXT[name] for name in others)}." if others else ""
        LOSS_AND_GRADIENTS.mistake(
            f"{COUNTS[count - 1]} {FAULTS[first]}{later}", name="-and-".join([first, *others])
        )(with_faults(first, *others))


def after(change):
    """A mended network of which the answer is changed."""

    def mended(*args):
        return change(*loss_and_gradients(*args), *args)

    return mended


def known(hint, name, change):
    LOSS_AND_GRADIENTS.mistake(hint, name=name)(after(change))


known(
    "All faults are mended, but the answers come in the wrong order: the loss first.",
    "answers-swapped",
    lambda loss, gradients, *_: (gradients, loss),
)
known(
    "The loss alone comes back. The gradients are asked for too.",
    "loss-alone",
    lambda loss, gradients, *_: loss,
)
known(
    "The gradients alone come back. The loss is asked for too, before them.",
    "gradients-alone",
    lambda loss, gradients, *_: gradients,
)
known(
    """
    The loss is divided by the number of characters.
    This experiment adds it up, and the gradients are those of the sum.
    """,
    "loss-averaged",
    lambda loss, gradients, inputs, *_: (loss / len(inputs), gradients),
)
known(
    """
    Loss and gradients are divided by the number of characters.
    This experiment adds up.
    """,
    "everything-averaged",
    lambda loss, gradients, inputs, *_: (
        loss / len(inputs),
        {name: array / len(inputs) for name, array in gradients.items()},
    ),
)
known(
    """
    The gradients are clipped on the way.
    Clipping is a step of its own, which comes later.
    """,
    "clipped",
    lambda loss, gradients, *_: (
        loss,
        {name: np.clip(array, -1, 1) for name, array in gradients.items()},
    ),
)


@LOSS_AND_GRADIENTS.mistake("""
    `Why` was in order and has got a fault: its scores come from the state after each character.
    Only `Whh` is multiplied by the states before.
    """)
def wrong_line_mended(inputs, targets, h_prev, Wxh, Whh, Why, bh, by):
    loss, gradients = loss_and_gradients(inputs, targets, h_prev, Wxh, Whh, Why, bh, by)
    T, hs = len(inputs), [h_prev]
    for t in range(T - 1):
        hs.append(np.tanh(Wxh[:, inputs[t]] + Whh @ hs[t] + bh))
    after_last = np.tanh(Wxh[:, inputs[-1]] + Whh @ hs[-1] + bh)
    scores = np.array([*hs[1:], after_last]) @ Why.T + by
    exps = np.exp(scores - scores.max(axis=1, keepdims=True))
    dys = exps / exps.sum(axis=1, keepdims=True) - np.eye(len(by))[targets]
    return loss, gradients | {"Why": dys.T @ np.array(hs)}


@LOSS_AND_GRADIENTS.mistake("""
    The slope of tanh is taken of a sum that was bent already.
    At the height h it is 1 minus h squared, and h is the state itself.
    """)
def bent_twice(inputs, targets, h_prev, Wxh, Whh, Why, bh, by):
    return _with_slope(lambda h: 1 - np.tanh(h) ** 2)(
        inputs, targets, h_prev, Wxh, Whh, Why, bh, by
    )


@LOSS_AND_GRADIENTS.mistake("""
    The slope of tanh has lost its square: at the height h it is 1 minus h squared.
    """)
def square_lost(inputs, targets, h_prev, Wxh, Whh, Why, bh, by):
    return _with_slope(lambda h: 1 - h)(inputs, targets, h_prev, Wxh, Whh, Why, bh, by)


def _with_slope(slope):
    def mended(inputs, targets, h_prev, Wxh, Whh, Why, bh, by):
        T, hs = len(inputs), np.zeros((len(inputs) + 1, len(bh)))
        hs[0] = h_prev
        for t in range(T):
            hs[t + 1] = np.tanh(Wxh[:, inputs[t]] + Whh @ hs[t] + bh)
        scores = hs[1:] @ Why.T + by
        exps = np.exp(scores - scores.max())
        ps = exps / exps.sum(axis=1, keepdims=True)
        dys, das, later = ps - np.eye(len(by))[targets], np.zeros((T, len(bh))), 0
        for t in reversed(range(T)):
            das[t] = (dys[t] @ Why + later) * slope(hs[t + 1])
            later = das[t] @ Whh
        return -np.log(ps[np.arange(T), targets]).sum(), {
            "Wxh": das.T @ np.eye(len(by))[inputs],
            "Whh": das.T @ hs[:-1],
            "Why": dys.T @ hs[1:],
            "bh": das.sum(axis=0),
            "by": dys.sum(axis=0),
        }

    return mended


EXERCISES = [LOSS_AND_GRADIENTS]
