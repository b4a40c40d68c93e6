"""The whole way back, and the gradient of every weight."""

from itertools import combinations

import numpy as np

import rnn_core

from ..base import Exercise
from .steps import (
    back_before_tanh,
    backward_step,
    output_gradient,
    slope_of_the_step_before_too,
    target_not_subtracted,
    through,
    truth_less_belief,
    whh_not_transposed,
)


def sequence(rng, V, H, inputs, targets, spread=0.7):
    """Arguments of `backward` as a real forward pass gives them, from a state that is not zero."""
    rnn = rnn_core.RNN(V, H, len(inputs))
    for array in rnn.parameters.values():
        array[...] = rng.normal(scale=spread, size=array.shape)
    inputs, targets = np.array(inputs), np.array(targets)
    hs, ps = rnn.forward(inputs, np.tanh(rng.normal(size=H)))
    return inputs, targets, hs, ps, rnn.Wxh.copy(), rnn.Whh.copy(), rnn.Why.copy()


def backward_cases(rng):
    """One step, two and three by hand; large weights; sizes equal and not; repeats; large blame.

    By hand, states and probabilities are round numbers, not those of any text.
    """
    hs, ps = np.array([[0.0, 0.5], [0.5, -0.5]]), np.array([[0.25, 0.75]])
    Whh = np.array([[1.0, 0.5], [0.0, -1.0]])
    yield np.array([0]), np.array([1]), hs, ps, np.eye(2), Whh, np.array([[1.0, 0.0], [2.0, 1.0]])
    hs, ps = np.array([[1.0], [0.0], [0.5]]), np.array([[0.5, 0.5], [0.2, 0.8]])
    Wxh, Why = np.array([[1.0, -1.0]]), np.array([[1.0], [3.0]])
    yield np.array([0, 1]), np.array([1, 0]), hs, ps, Wxh, np.array([[2.0]]), Why
    yield np.array([0, 0]), np.array([1, 1]), hs, ps, Wxh, np.array([[2.0]]), Why
    hs = np.array([[0.5, 0.0], [0.0, 0.5], [-0.5, 0.0], [0.0, 0.0]])
    ps = np.array([[0.5, 0.5, 0.0], [0.0, 0.5, 0.5], [1.0, 0.0, 0.0]])
    Wxh, Why = (
        np.array([[1.0, 0.0, 2.0], [0.0, -1.0, 1.0]]),
        np.array([[1.0, 0.0], [2.0, 1.0], [0.0, -1.0]]),
    )
    yield np.array([0, 2, 2]), np.array([2, 1, 1]), hs, ps, Wxh, Whh, Why
    hs, ps = np.array([[0.5, 0.0], [0.0, 0.5], [-0.5, 0.5]]), np.array([[0.5, 0.5], [0.2, 0.8]])
    Whh, Why = np.array([[1000.0, 0.0], [0.0, -2000.0]]), np.array([[200.0, 0.0], [0.0, -300.0]])
    yield np.array([1, 0]), np.array([0, 1]), hs, ps, 1000 * np.eye(2), Whh, Why
    yield sequence(rng, 2, 2, [0, 1], [1, 0])
    yield sequence(rng, 4, 3, [1, 2, 3], [2, 3, 0])
    yield sequence(rng, 3, 3, [0, 2, 1], [2, 1, 1])
    yield sequence(rng, 3, 2, [1, 1, 1, 0, 1], [1, 1, 0, 1, 2])
    for V, H, T, spread in [(5, 4, 6, 0.7), (4, 5, 2, 0.7), (3, 6, 9, 0.5), (4, 8, 20, 2.0)]:
        yield sequence(rng, V, H, rng.integers(V, size=T), rng.integers(V, size=T), spread)


def backward(inputs, targets, hs, ps, Wxh, Whh, Why):
    dys = output_gradient(ps, targets)
    das, dh_later = np.zeros(hs[1:].shape), np.zeros(len(Whh))
    for t in reversed(range(len(inputs))):
        dh = Why.T @ dys[t] + dh_later
        das[t], dh_later = backward_step(dh, hs[t + 1], hs[t], Whh)
    return gathered(dys, das, inputs, hs)


def gathered(dys, das, inputs, hs):
    """The sums over time, each one matrix product."""
    return {
        "Wxh": das.T @ np.eye(dys.shape[1])[np.asarray(inputs)],
        "Whh": das.T @ hs[:-1],
        "Why": dys.T @ hs[1:],
        "bh": das.sum(axis=0),
        "by": dys.sum(axis=0),
    }


def walk(dys, hs, Whh, Why, step=backward_step, steps=None):
    """Return das (T, H): from the last step to the first, unless `steps` says otherwise."""
    das, dh_later = np.zeros(hs[1:].shape), np.zeros(len(Whh))
    for t in reversed(range(len(das))) if steps is None else steps:
        dh = Why.T @ dys[t] + dh_later
        das[t], dh_later = step(dh, hs[t + 1], hs[t], Whh)
    return das


def with_step(step):
    """The whole way back with another step in place of backward_step."""

    def wrong(inputs, targets, hs, ps, Wxh, Whh, Why):
        dys = output_gradient(ps, targets)
        return gathered(dys, walk(dys, hs, Whh, Why, step), inputs, hs)

    return wrong


def with_scores(blame):
    """The whole way back from other blame of the scores."""

    def wrong(inputs, targets, hs, ps, Wxh, Whh, Why):
        dys = blame(ps, targets)
        return gathered(dys, walk(dys, hs, Whh, Why), inputs, hs)

    return wrong


def with_other(change):
    """The right blame at every step, gathered wrongly: change gives the entries that differ."""

    def wrong(inputs, targets, hs, ps, Wxh, Whh, Why):
        dys = output_gradient(ps, targets)
        das = walk(dys, hs, Whh, Why)
        V = dys.shape[1]
        return gathered(dys, das, inputs, hs) | change(dys, das, inputs, targets, hs, V)

    return wrong


def later_dropped(dh, h, h_prev, Whh):
    return dh * (1 - h**2), np.zeros(len(h))


def dh_handed_on(dh, h, h_prev, Whh):
    return dh * (1 - h**2), dh


def da_handed_on(dh, h, h_prev, Whh):
    return dh * (1 - h**2), dh * (1 - h**2)


def assigned(*names):
    """Some gradients that are assigned in the loop, where the others grow."""

    def wrong(*args):
        last = assigned_not_added(*args)
        return backward(*args) | {name: last[name] for name in names}

    return wrong


def column_assigned(dys, das, inputs, targets, hs, V):
    dWxh = np.zeros((das.shape[1], V))
    for t in reversed(range(len(das))):
        dWxh[:, inputs[t]] = das[t]
    return {"Wxh": dWxh}


def only_last_prediction(ps, targets):
    dys = output_gradient(ps, targets)
    dys[:-1] = 0
    return dys


def repeated_characters_lost(dys, das, inputs, targets, hs, V):
    dWxh = np.zeros((das.shape[1], V))
    dWxh[:, inputs] += das.T
    return {"Wxh": dWxh}


def slope_at_the_step_before(dh, h, h_prev, Whh):
    da = dh * (1 - h_prev**2)
    return da, Whh.T @ da


def answers_of_step_swapped(dh, h, h_prev, Whh):
    return backward_step(dh, h, h_prev, Whh)[::-1]


BACKWARD = Exercise(
    name="backward",
    lesson=4,
    reference=backward,
    cases=backward_cases,
    signature="backward(inputs, targets, hs, ps, Wxh, Whh, Why)",
    returns='a dictionary with the gradients "Wxh", "Whh", "Why", "bh" and "by"',
    axes={
        "Wxh": ("unit", "character"),
        "Whh": ("unit", "unit of the state before"),
        "Why": ("character", "unit"),
        "bh": ("unit",),
        "by": ("character",),
    },
)


BACKWARD.mistake(
    """
    On the way back the blame goes through `Whh` as it stands.
    It has to go against the arrows: `Whh` is square, so only the numbers can tell that it was not turned.
    """,
    name="whh-not-transposed",
)(with_step(whh_not_transposed))


BACKWARD.mistake(
    """
    Every step is blamed for its own prediction only.
    What later steps suffer from this state is lost: what becomes of the `dh_prev` that `backward_step` gives?
    """,
    name="later-blame-dropped",
)(with_step(later_dropped))


@BACKWARD.mistake("""
    The blame from later steps is added after the slope of tanh.
    It is blame of the state too, so it goes through the same tanh: add first, then multiply.
    """)
def later_blame_after_tanh(inputs, targets, hs, ps, Wxh, Whh, Why):
    dys = output_gradient(ps, targets)
    das, dh_later = np.zeros(hs[1:].shape), np.zeros(len(Whh))
    for t in reversed(range(len(inputs))):
        das[t] = (Why.T @ dys[t]) * (1 - hs[t + 1] ** 2) + dh_later
        dh_later = Whh.T @ das[t]
    return gathered(dys, das, inputs, hs)


@BACKWARD.mistake("""
    The blame handed back grows from step to step: what was handed on already is handed on again.
    `dh_prev` of one step replaces that of the step after it.
    """)
def later_blame_piled_up(inputs, targets, hs, ps, Wxh, Whh, Why):
    dys = output_gradient(ps, targets)
    das, dh_later = np.zeros(hs[1:].shape), np.zeros(len(Whh))
    for t in reversed(range(len(inputs))):
        das[t] = (Why.T @ dys[t] + dh_later) * (1 - hs[t + 1] ** 2)
        dh_later = dh_later + Whh.T @ das[t]
    return gathered(dys, das, inputs, hs)


@BACKWARD.mistake("""
    Only time step 0, which comes last on the way back, is in the gradients.
    Look for an `=` in the loop where a sum over time should grow.
    """)
def assigned_not_added(inputs, targets, hs, ps, Wxh, Whh, Why):
    dys = output_gradient(ps, targets)
    das = walk(dys, hs, Whh, Why)
    return gathered(dys[:1], das[:1], inputs[:1], hs[:2])


NAMES = ("Wxh", "Whh", "Why", "bh", "by")


for name in NAMES:
    BACKWARD.mistake(
        f"""
        The gradient of `{name}` holds the share of time step 0 alone.
        In the loop it is assigned, with `=`, where it should be added to, with `+=`.
        """,
        name=f"assigned-in-d{name.lower()}",
    )(assigned(name))


BACKWARD.mistake(
    """
    A character that is read twice is blamed once: `dWxh[:, inputs[t]] = ...` wipes out the share of the other step.
    The column should grow, with `+=`.
    """,
    name="column-assigned",
)(with_other(column_assigned))


@BACKWARD.mistake("""
    The blame was gathered on the way back, so the list begins with the last step, while `inputs` and `hs` begin with the first.
    Turn it round before it meets them.
    """)
def kept_in_walking_order(inputs, targets, hs, ps, Wxh, Whh, Why):
    dys = output_gradient(ps, targets)
    return gathered(dys, walk(dys, hs, Whh, Why)[::-1], inputs, hs)


@BACKWARD.mistake("""
    The loop runs from the first step to the last.
    A step's blame needs that of the step after it, so the last step comes first.
    """)
def run_forwards(inputs, targets, hs, ps, Wxh, Whh, Why):
    dys = output_gradient(ps, targets)
    return gathered(dys, walk(dys, hs, Whh, Why, steps=range(len(inputs))), inputs, hs)


@BACKWARD.mistake("""
    Time step 0 is missing from the sums.
    Look at where the loop ends: `range` stops before its second number.
    """)
def first_step_left_out(inputs, targets, hs, ps, Wxh, Whh, Why):
    dys = output_gradient(ps, targets)
    das = walk(dys, hs, Whh, Why)
    dys[0], das[0] = 0, 0
    return gathered(dys, das, inputs, hs)


BACKWARD.mistake(
    """
    The slope of tanh is taken one step too early.
    `hs` has one row more than there are steps: after step t the state is not `hs[t]`.
    """,
    name="slope-at-the-step-before",
)(with_step(slope_at_the_step_before))


BACKWARD.mistake(
    """
    The slope of tanh is taken as 1 - h.
    Without the square, negative states have a slope above 1, and blame grows where it should shrink.
    """,
    name="slope-1-minus-h",
)(with_step(through(lambda h, h_prev: 1 - h)))


BACKWARD.mistake(
    """
    The blame passes tanh unchanged at every step.
    Multiply by the slope there, for the gradients and for what is handed back.
    """,
    name="no-slope",
)(with_step(through(lambda h, h_prev: 1.0)))


BACKWARD.mistake(
    "The step before is given `dh` in place of `da`: that blame went through `Whh` without having passed tanh.",
    name="back-before-tanh",
)(with_step(back_before_tanh))


BACKWARD.mistake(
    """
    The step before is given `dh` as it arrived: it has passed neither tanh nor `Whh`.
    What did `backward_step` make of it?
    """,
    name="dh-handed-on",
)(with_step(dh_handed_on))


BACKWARD.mistake(
    """
    The step before is given `da`, which has not gone back through `Whh`.
    Which of the two answers of `backward_step` is meant for the step before?
    """,
    name="da-handed-on",
)(with_step(da_handed_on))


@BACKWARD.mistake(
    """
    `Why` is used as on the way forward.
    Where V and H happen to be equal it runs and is wrong; elsewhere the shapes do not fit.
    Backwards, a unit adds up down a column.
    """,
    error="mismatch|aligned",
)
def why_not_transposed(inputs, targets, hs, ps, Wxh, Whh, Why):
    dys = output_gradient(ps, targets)
    return gathered(dys, walk(dys, hs, Whh, Why.T), inputs, hs)


@BACKWARD.mistake("""
    `Wxh`, `Whh` and `bh` are blamed with `dh`.
    All three stand inside tanh, so what they get is the blame that has come through it.
    """)
def blamed_before_tanh(inputs, targets, hs, ps, Wxh, Whh, Why):
    dys = output_gradient(ps, targets)
    dhs, dh_later = np.zeros(hs[1:].shape), np.zeros(len(Whh))
    for t in reversed(range(len(inputs))):
        dhs[t] = Why.T @ dys[t] + dh_later
        dh_later = backward_step(dhs[t], hs[t + 1], hs[t], Whh)[1]
    return gathered(dys, dhs, inputs, hs)


BACKWARD.mistake(
    """
    The targets make no difference to these gradients.
    The blame starts from the scores: is it `output_gradient(ps, targets)`, or `ps` itself?
    """,
    name="target-not-subtracted",
)(with_scores(target_not_subtracted))


BACKWARD.mistake(
    """
    Every gradient points the wrong way, as if the target were pushed down.
    Look at the sign where the blame begins.
    """,
    name="truth-less-belief",
)(with_scores(truth_less_belief))


@BACKWARD.mistake("""
    All gradients are divided by the number of steps.
    The loss is the sum over the steps, and so is the blame.
    """)
def divided_by_steps(inputs, targets, hs, ps, Wxh, Whh, Why):
    gradients = backward(inputs, targets, hs, ps, Wxh, Whh, Why)
    return {name: gradient / len(inputs) for name, gradient in gradients.items()}


BACKWARD.mistake(
    """
    Only the last prediction is blamed.
    Every step predicts, and every row of `dys` sends blame into the state of its step.
    """,
    name="only-last-prediction",
)(with_scores(only_last_prediction))


BACKWARD.mistake(
    """
    `Wxh` is blamed in the columns of the targets.
    Which character was multiplied by `Wxh` at step t, the one read or the one predicted?
    """,
    name="one-hot-of-the-target",
)(with_other(lambda dys, das, inputs, targets, hs, V: {"Wxh": das.T @ np.eye(V)[targets]}))


BACKWARD.mistake(
    """
    For `Whh` the state after each step is used.
    `Whh` was multiplied by the state before it: which rows of `hs` are those?
    """,
    name="state-after-in-dwhh",
)(with_other(lambda dys, das, inputs, targets, hs, V: {"Whh": das.T @ hs[1:]}))


BACKWARD.mistake(
    """
    The share of step 0 is missing from the gradient of `Whh`.
    It was zero for `hope`, which began with zeros; here `hs[0]` may be a state carried over.
    """,
    name="first-share-left-out",
)(with_other(lambda dys, das, inputs, targets, hs, V: {"Whh": das[1:].T @ hs[1:-1]}))


BACKWARD.mistake(
    """
    For `Why` the state before each step is used.
    The scores are made from the state after it: which rows of `hs` are those?
    """,
    name="state-before-in-dwhy",
)(with_other(lambda dys, das, inputs, targets, hs, V: {"Why": dys.T @ hs[:-1]}))


BACKWARD.mistake(
    """
    The gradient of `Whh` lies on its side.
    Its row says which unit received, its column which unit of the state before had sent.
    """,
    name="dwhh-lies-on-its-side",
)(with_other(lambda dys, das, inputs, targets, hs, V: {"Whh": hs[:-1].T @ das}))


BACKWARD.mistake(
    """
    A character that is read several times counts once in the gradient of `Wxh`.
    `a[:, indices] += ...` writes each column once, however often it is named.
    """,
    name="repeated-characters-lost",
)(with_other(repeated_characters_lost))


@BACKWARD.mistake("""
    The gradient of `bh` adds up `dh`.
    The bias is added inside tanh: which blame has come through it?
    """)
def bh_before_tanh(inputs, targets, hs, ps, Wxh, Whh, Why):
    dys = output_gradient(ps, targets)
    das, dbh, dh_later = np.zeros(hs[1:].shape), np.zeros(len(Whh)), np.zeros(len(Whh))
    for t in reversed(range(len(inputs))):
        dh = Why.T @ dys[t] + dh_later
        das[t], dh_later = backward_step(dh, hs[t + 1], hs[t], Whh)
        dbh += dh
    return gathered(dys, das, inputs, hs) | {"bh": dbh}


BACKWARD.mistake(
    """
    The gradients of the biases are means over time.
    A bias takes part in every step, and the blame of all steps is added up.
    """,
    name="biases-averaged",
)(
    with_other(
        lambda dys, das, inputs, targets, hs, V: {
            "bh": das.mean(axis=0),
            "by": dys.mean(axis=0),
        }
    )
)


@BACKWARD.mistake("""
    The gradients are cut off at 5, as the original script does it.
    That has a lesson of its own; here they should be exact.
    """)
def clipped(inputs, targets, hs, ps, Wxh, Whh, Why):
    gradients = backward(inputs, targets, hs, ps, Wxh, Whh, Why)
    return {name: np.clip(gradient, -5, 5) for name, gradient in gradients.items()}


@BACKWARD.mistake("""
    Row 0 of `das` is still zeros, so step 0 blames no weight but `Why` and `by`.
    Look at where the loop ends: `range` stops before its second number.
    """)
def first_state_left_out(inputs, targets, hs, ps, Wxh, Whh, Why):
    dys = output_gradient(ps, targets)
    das = walk(dys, hs, Whh, Why)
    das[0] = 0
    return gathered(dys, das, inputs, hs)


BACKWARD.mistake(
    "What `backward_step` gives back is taken in the wrong order: first comes `da`, the blame inside tanh, then what goes on to the step before.",
    name="answers-of-step-swapped",
)(with_step(answers_of_step_swapped))


@BACKWARD.mistake("""
    The walk begins with the blame of the last prediction, and the other predictions add nothing to it.
    In every step `Why` sends some down: add it to what comes from later.
    """)
def own_blame_dropped(inputs, targets, hs, ps, Wxh, Whh, Why):
    dys = output_gradient(ps, targets)
    alone = dys * (np.arange(len(dys)) == len(dys) - 1)[:, None]
    return gathered(dys, walk(alone, hs, Whh, Why), inputs, hs)


@BACKWARD.mistake("""
    Every state is taken one row too early.
    In other people's scripts `hs[t]` is the state after step t and `hs[-1]` the one before the text; here `hs[0]` is that, and the state after step t is `hs[t + 1]`.
    """)
def rows_one_early(inputs, targets, hs, ps, Wxh, Whh, Why):
    early = np.roll(hs, 1, axis=0)  # row t is hs[t - 1], and hs[-1] is the last row
    return backward(inputs, targets, early, ps, Wxh, Whh, Why)


def outer_sums(inputs, targets, hs, ps, Wxh, Whh, Why, turned=()):
    """The gradients of the weights as sums of outer products, some of them turned over."""
    dys = output_gradient(ps, targets)
    das, xs = walk(dys, hs, Whh, Why), np.eye(dys.shape[1])[inputs]
    pairs = {"Wxh": (das, xs), "Whh": (das, hs[:-1]), "Why": (dys, hs[1:])}
    return {
        name: sent.T @ blame if name in turned else blame.T @ sent
        for name, (blame, sent) in pairs.items()
    }


for name in ("Wxh", "Why"):

    @BACKWARD.mistake(
        f"""
        The gradient of `{name}` should be turned over: the product is the wrong way round.
        A row belongs to what received, a column to what had been sent.
        """,
        name=f"turned-over-d{name.lower()}",
    )
    def product_turned_over(*args, name=name):
        return backward(*args) | {name: outer_sums(*args, turned=[name])[name]}


# In a loop the first share that does not fit stops the function, so each combination counts.
for names in (some for n in (1, 2, 3) for some in combinations(NAMES[:3], n) if some != ("Whh",)):
    listed = " and ".join(f"`{name}`" for name in names)
    ids = "-".join(f"d{name.lower()}" for name in names)

    @BACKWARD.mistake(
        f"""
        In the sum that grows for {listed} the outer product is the wrong way round.
        Where sizes differ it does not fit, where they agree the answer lies on its side: what received comes first, what had been sent second.
        """,
        name=f"outer-turned-over-{ids}",
        error="broadcast",
    )
    def outer_products_turned_over(*args, names=names):
        sums = {name: 0.0 * weight for name, weight in zip(NAMES, args[4:], strict=False)}
        for name, share in outer_sums(*args, turned=names).items():
            sums[name] += share
        return backward(*args) | sums

    @BACKWARD.mistake(
        f"""
        The shares of {listed} are outer products the wrong way round.
        Added to the sum so far they do not fit, or make it larger than the weight: what received comes first, what had been sent second.
        """,
        name=f"shares-turned-over-{ids}",
        error="broadcast",
    )
    def shares_turned_over(*args, names=names):
        sums = {name: 0.0 * weight for name, weight in zip(NAMES, args[4:], strict=False)}
        shares = outer_sums(*args, turned=names)
        return backward(*args) | {name: sums[name] + shares[name] for name in shares}


@BACKWARD.mistake(
    """
    `dWxh[inputs[t]]` is a row of the gradient of `Wxh`.
    A character owns a column of `Wxh`: `dWxh[:, inputs[t]]`.
    """,
    error="broadcast|out of bounds",
)
def row_for_column(inputs, targets, hs, ps, Wxh, Whh, Why):
    dys = output_gradient(ps, targets)
    das, dWxh = walk(dys, hs, Whh, Why), np.zeros(Wxh.shape)
    for t in reversed(range(len(inputs))):
        dWxh[inputs[t]] += das[t]
    return gathered(dys, das, inputs, hs) | {"Wxh": dWxh}


@BACKWARD.mistake("""
    The gradients hold the share of the last time step alone, the first on the way back.
    Is the `return` indented into the loop?
    """)
def only_last_step(inputs, targets, hs, ps, Wxh, Whh, Why):
    dys = output_gradient(ps, targets)
    return gathered(dys[-1:], walk(dys, hs, Whh, Why)[-1:], inputs[-1:], hs[-2:])


@BACKWARD.mistake("""
    `Wxh`, `Whh` and `bh` are blamed for the last step alone: all rows of `das` but the last are still zeros.
    Is the `return` indented into the loop?
    """)
def earlier_rows_left_empty(inputs, targets, hs, ps, Wxh, Whh, Why):
    dys = output_gradient(ps, targets)
    das = walk(dys, hs, Whh, Why)
    das[:-1] = 0
    return gathered(dys, das, inputs, hs)


@BACKWARD.mistake("""
    The last time step is left out, where the way back begins.
    Look at the loop: `range(T - 1)` ends one step early, and turned round it begins one step late.
    """)
def last_step_left_out(inputs, targets, hs, ps, Wxh, Whh, Why):
    dys = output_gradient(ps, targets)[:-1]
    return gathered(dys, walk(dys, hs[:-1], Whh, Why), inputs[:-1], hs[:-1])


@BACKWARD.mistake("""
    The last row of `das` is still zeros, and the prediction of the last step sends no blame down.
    Look at the loop: `range(T - 1)` ends one step early, and turned round it begins one step late.
    """)
def last_state_left_out(inputs, targets, hs, ps, Wxh, Whh, Why):
    dys = output_gradient(ps, targets)
    das = np.zeros(hs[1:].shape)
    das[:-1] = walk(dys[:-1], hs[:-1], Whh, Why)
    return gathered(dys, das, inputs, hs)


@BACKWARD.mistake("""
    The blame of the scores is made from `inputs`, the characters that were read.
    The network is blamed for what it expected in place of `targets`.
    """)
def blamed_for_the_inputs(inputs, targets, hs, ps, Wxh, Whh, Why):
    return backward(inputs, inputs, hs, ps, Wxh, Whh, Why)


@BACKWARD.mistake("""
    For `Whh` the blame before tanh is used, `dh`.
    `Whh` stands inside tanh: which blame has come through it?
    """)
def whh_before_tanh(inputs, targets, hs, ps, Wxh, Whh, Why):
    dys = output_gradient(ps, targets)
    das = walk(dys, hs, Whh, Why)
    dhs = dys @ Why
    dhs[:-1] += das[1:] @ Whh
    return gathered(dys, das, inputs, hs) | {"Whh": dhs.T @ hs[:-1]}


@BACKWARD.mistake("""
    For `Wxh` the blame before tanh is used, `dh`.
    `Wxh` stands inside tanh: which blame has come through it?
    """)
def wxh_before_tanh(inputs, targets, hs, ps, Wxh, Whh, Why):
    dys = output_gradient(ps, targets)
    das = walk(dys, hs, Whh, Why)
    dhs = dys @ Why
    dhs[:-1] += das[1:] @ Whh
    return gathered(dys, das, inputs, hs) | {"Wxh": dhs.T @ np.eye(len(Why))[inputs]}


@BACKWARD.mistake("""
    Only step 0 sends blame into `Wxh`, `Whh` and `bh`, and that without what comes from later.
    Does `backward_step` stand below the loop, where it is called once, in place of inside?
    """)
def step_below_the_loop(inputs, targets, hs, ps, Wxh, Whh, Why):
    dys = output_gradient(ps, targets)
    das = np.zeros(hs[1:].shape)
    das[0] = backward_step(Why.T @ dys[0], hs[1], hs[0], Whh)[0]
    return gathered(dys, das, inputs, hs)


for name in ("bh", "by"):
    BACKWARD.mistake(
        f"""
        A single number stands for `{name}`: everything was added up.
        A bias has an entry for each unit, or character: add up over time alone, with `axis=0`.
        """,
        name=f"added-up-d{name}",
    )(
        with_other(
            lambda dys, das, inputs, targets, hs, V, name=name: {
                name: (das if name == "bh" else dys).sum()
            }
        )
    )


BACKWARD.mistake(
    """
    The blame of `Wxh` is multiplied by the *number* of the character, and all its columns look alike.
    The character was read as a one-hot vector: its blame belongs into one column.
    """,
    name="number-for-one-hot",
)(
    with_other(
        lambda dys, das, inputs, targets, hs, V: {
            "Wxh": np.repeat((das.T @ inputs)[:, None], V, axis=1)
        }
    )
)


@BACKWARD.mistake("""
    The gradients of the biases are added up along the wrong axis.
    What is left has an entry for each time step; a bias has one for each unit, or character.
    """)
def biases_along_the_wrong_axis(inputs, targets, hs, ps, Wxh, Whh, Why):
    dys = output_gradient(ps, targets)
    das = walk(dys, hs, Whh, Why)
    return gathered(dys, das, inputs, hs) | {"bh": das.sum(axis=1), "by": dys.sum(axis=1)}


@BACKWARD.mistake("""
    The keys begin with a d.
    Lesson 7 looks a gradient up by the name of its weight: "Wxh", not "dWxh".
    """)
def keys_with_a_d(*args):
    return {f"d{name}": gradient for name, gradient in backward(*args).items()}


@BACKWARD.mistake("""
    The five gradients come as a tuple.
    Put them into a dictionary, each under the name of its weight.
    """)
def tuple_for_dict(*args):
    return tuple(backward(*args).values())


for bound in (1, 5):
    BACKWARD.mistake(
        f"""
        What is handed back to the step before is cut off at {bound} at every step.
        Keeping gradients in bounds has a lesson of its own; here they should be exact.
        """,
        name=f"later-blame-cut-off-at-{bound}",
    )(
        with_step(
            lambda dh, h, h_prev, Whh, bound=bound: (
                dh * (1 - h**2),
                np.clip(Whh.T @ (dh * (1 - h**2)), -bound, bound),
            )
        )
    )


@BACKWARD.mistake("""
    Each step hands back the blame of its own prediction alone, so blame reaches one step back and no further.
    What came from later goes on as well: hand back what `das[t]` makes, the whole of it.
    """)
def handed_one_step_back(inputs, targets, hs, ps, Wxh, Whh, Why):
    dys = output_gradient(ps, targets)
    das, dh_later = np.zeros(hs[1:].shape), np.zeros(len(Whh))
    for t in reversed(range(len(inputs))):
        own = Why.T @ dys[t]
        das[t] = (own + dh_later) * (1 - hs[t + 1] ** 2)
        dh_later = Whh.T @ (own * (1 - hs[t + 1] ** 2))
    return gathered(dys, das, inputs, hs)


BACKWARD.mistake(
    """
    What is handed back has been multiplied by the slope at the step before, and there it is multiplied by it again.
    Hand it back as it comes out of `Whh`: it meets other blame first.
    """,
    name="slope-of-the-step-before-too",
)(with_step(slope_of_the_step_before_too))


@BACKWARD.mistake("""
    The loop runs from step 1 to the last, so step 0 is left out and each step comes before the one whose blame it needs.
    Begin with the last step, and end with step 0.
    """)
def forwards_from_step_one(inputs, targets, hs, ps, Wxh, Whh, Why):
    dys = output_gradient(ps, targets)
    return gathered(dys, walk(dys, hs, Whh, Why, steps=range(1, len(inputs))), inputs, hs)


BACKWARD.mistake(
    """
    The gradients of the biases still have a row for each time step.
    A bias takes part in every step: add up over time.
    """,
    name="biases-not-summed",
)(with_other(lambda dys, das, inputs, targets, hs, V: {"bh": das, "by": dys}))


@BACKWARD.mistake("""
    Step 1 hands nothing back, so step 0 is blamed for what came from further on, or for nothing.
    Look at the condition inside the loop: step 1 has a step before it, and step 0 has the state that was given.
    """)
def nothing_from_step_one(inputs, targets, hs, ps, Wxh, Whh, Why):
    dys = output_gradient(ps, targets)
    das, dh_later = np.zeros(hs[1:].shape), np.zeros(len(Whh))
    for t in reversed(range(len(inputs))):
        das[t] = (Why.T @ dys[t] + dh_later) * (1 - hs[t + 1] ** 2)
        if t > 1:
            dh_later = Whh.T @ das[t]
    return gathered(dys, das, inputs, hs)
