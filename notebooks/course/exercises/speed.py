"""Exercises of lesson 11: the forward and the backward pass on many sequences at once."""

import numpy as np

import rnn_core

from .base import Exercise

NAMES = ("Wxh", "Whh", "Why", "bh", "by")
AXES = {"hs": ("state", "sequence", "unit"), "ps": ("time step", "sequence", "character")}


def network(weights):
    """An RNN of rnn_core with these weights (Wxh, Whh, Why, bh, by)."""
    (H, V) = weights[0].shape
    rnn = rnn_core.RNN(V, H, 1)
    for name, array in zip(NAMES, weights, strict=True):
        setattr(rnn, name, array)
    return rnn


def drawn(rng, T, B, V, H):
    """Inputs (T, B), a state (B, H) and weights, none of them zero."""
    weights = [rng.normal(0, 0.6, shape) for shape in ((H, V), (H, H), (V, H), (H,), (V,))]
    return rng.integers(V, size=(T, B)), np.tanh(rng.normal(size=(B, H))), weights


SIZES = (
    (1, 2, 2, 2),
    (2, 2, 3, 3),
    (3, 2, 4, 3),
    (4, 3, 5, 2),
    (3, 3, 3, 3),
    (6, 4, 7, 5),
    (25, 8, 22, 16),
)  # T, B, V, H

# forward_batched ---------------------------------------------------------------------------


def forward_batched_cases(rng):
    """Two short sequences, then more and longer ones; sizes all different, and some equal."""
    for size in SIZES:
        inputs, h_prev, weights = drawn(rng, *size)
        yield inputs, h_prev, *weights


def forward_batched(inputs, h_prev, Wxh, Whh, Why, bh, by):
    return network((Wxh, Whh, Why, bh, by)).forward(inputs, h_prev)


def running(
    recurrent=lambda h, Whh: h @ Whh.T,
    activate=np.tanh,
    start=lambda h: h,
    carry=lambda h, s: h,
    shares=rnn_core.softmax,
    bias=1.0,
    output_bias=1.0,
    seen=lambda hs: hs[1:],
    read=lambda Wxh, x: Wxh.T[x],
):
    """A forward pass in which single pieces can be got wrong."""

    def forward(inputs, h_prev, Wxh, Whh, Why, bh, by):
        h, hs = start(h_prev), [start(h_prev)]
        for x in inputs:
            new = activate(read(Wxh, x) + recurrent(h, Whh) + bias * bh)
            hs.append(new)
            h = carry(new, h)
        hs = np.array(hs)
        return hs, shares(seen(hs) @ Why.T + output_bias * by)

    return forward


def over_time(scores):
    return np.moveaxis(rnn_core.softmax(np.moveaxis(scores, 0, -1)), -1, 0)


def over_batch(scores):
    return np.moveaxis(rnn_core.softmax(np.moveaxis(scores, 1, -1)), -1, 1)


FORWARD_BATCHED = Exercise(
    name="forward_batched",
    lesson=11,
    reference=forward_batched,
    cases=forward_batched_cases,
    signature="forward_batched(inputs, h_prev, Wxh, Whh, Why, bh, by)",
    returns="two arrays, `hs` (T+1, B, H) and `ps` (T, B, V)",
    parts=("hs", "ps"),
    axes=AXES,
)


FORWARD_BATCHED.mistake(
    """
    The states stand in rows now, one for each sequence.
    What was `Whh @ h` for a column needs `Whh` turned round when `h` is a row.
    """,
    name="whh-not-transposed",
)(running(recurrent=lambda h, Whh: h @ Whh))


FORWARD_BATCHED.mistake(
    "The shares of the sequences add up to 1, not those of the characters: softmax ran along the batch.",
    name="sum-over-batch",
)(running(shares=over_batch))


FORWARD_BATCHED.mistake(
    """
    The shares of the time steps add up to 1.
    Softmax belongs on the last axis, where the characters stand.
    """,
    name="softmax-over-time",
)(running(shares=over_time))


FORWARD_BATCHED.mistake(
    """
    All numbers of `ps` together add up to 1.
    Each step of each sequence is a prediction of its own.
    """,
    name="softmax-over-all",
)(running(shares=lambda s: np.exp(s) / np.exp(s).sum()))


FORWARD_BATCHED.mistake(
    "These are scores. Softmax over the last axis turns them into probabilities.",
    name="scores-returned",
)(running(shares=lambda scores: scores))


FORWARD_BATCHED.mistake(
    "The sum of the three parts still has to go through tanh.", name="tanh-forgotten"
)(running(activate=lambda a: a))


FORWARD_BATCHED.mistake(
    "Every step starts from `h_prev`: the new state has to take its place.",
    name="state-not-carried",
)(running(carry=lambda new, old: old))


FORWARD_BATCHED.mistake(
    "The first states are zeros, whatever `h_prev` says.", name="starts-from-zeros"
)(running(start=np.zeros_like))


@FORWARD_BATCHED.mistake("""
    All sequences start from the state of the first.
    Row b of `h_prev` belongs to sequence b.
    """)
def one_state_for_all(inputs, h_prev, Wxh, Whh, Why, bh, by):
    same = np.repeat(h_prev[:1], len(h_prev), axis=0)
    return forward_batched(inputs, same, Wxh, Whh, Why, bh, by)


FORWARD_BATCHED.mistake("`bh` is missing from the new state.", name="bias-forgotten")(
    running(bias=0.0)
)


FORWARD_BATCHED.mistake("`by` is missing from the scores.", name="output-bias-forgotten")(
    running(output_bias=0.0)
)


FORWARD_BATCHED.mistake(
    """
    The scores come from the states before each character.
    Use those after it, `hs[1:]`.
    """,
    name="states-before",
)(running(seen=lambda hs: hs[:-1]))


@FORWARD_BATCHED.mistake("""
    The sequences come first and time second.
    Time comes first in every array of the course.
    """)
def batch_first(inputs, h_prev, Wxh, Whh, Why, bh, by):
    hs, ps = forward_batched(inputs, h_prev, Wxh, Whh, Why, bh, by)
    return hs.swapaxes(0, 1), ps.swapaxes(0, 1)


@FORWARD_BATCHED.mistake("""
    `Wxh[x]` picks rows, which belong to units.
    The characters are the columns of `Wxh`, and each sequence wants its own laid down as a row.
    """)
def rows_of_wxh(inputs, h_prev, Wxh, Whh, Why, bh, by):
    return running(read=lambda Wxh, x: Wxh[x])(inputs, h_prev, Wxh, Whh, Why, bh, by)


FORWARD_BATCHED.mistake(
    """
    `Wxh[:, x]` puts the sequences into columns, (H, B), and the states stand in rows, (B, H).
    With as many units as sequences no error tells you: turn it round.
    """,
    name="columns-of-wxh",
)(running(read=lambda Wxh, x: Wxh[:, x]))


FORWARD_BATCHED.mistake(
    "`Whh @ h` mixes the sequences with one another: the states stand in rows now, so the matrix comes second, and turned round.",
    name="whh-on-the-left",
)(running(recurrent=lambda h, Whh: Whh @ h))


FORWARD_BATCHED.mistake(
    """
    Both `Wxh[:, x]` and `Whh @ h` are made for columns.
    The states stand in rows now, (B, H), so turn both round.
    """,
    name="columns-throughout",
)(running(read=lambda Wxh, x: Wxh[:, x], recurrent=lambda h, Whh: Whh @ h))


@FORWARD_BATCHED.mistake("""
    This is the step of lesson 3, made for one column.
    With rows, in `Wxh @ x` and in `Whh @ h`, the matrix comes second, and turned round.
    """)
def step_of_lesson_3(inputs, h_prev, Wxh, Whh, Why, bh, by):
    """Wxh @ x + Whh @ h, with the one-hot rows (B, V) of a step as x: it runs if B = V = H."""
    hs = [h_prev]
    for x in np.eye(len(by))[inputs]:
        hs.append(np.tanh(Wxh @ x + Whh @ hs[-1] + bh))
    hs = np.array(hs)
    return hs, rnn_core.softmax(hs[1:] @ Why.T + by)


@FORWARD_BATCHED.mistake("""
    `Why` is used as it stands.
    With states as rows, think about which axis of `Why` has length H.
    """)
def why_not_transposed(inputs, h_prev, Wxh, Whh, Why, bh, by):
    hs, _ = forward_batched(inputs, h_prev, Wxh, Whh, Why, bh, by)
    return hs, rnn_core.softmax(hs[1:] @ Why + by)


@FORWARD_BATCHED.mistake("""
    The first states, `h_prev`, are missing from `hs`.
    There are T + 1 of them: one before each step, and one after the last.
    """)
def start_left_out(*args):
    hs, ps = forward_batched(*args)
    return hs[1:], ps


# backward_batched --------------------------------------------------------------------------


def backward_batched_cases(rng):
    """What a real forward pass gives, for the same sizes."""
    for T, B, V, H in SIZES:
        inputs, h_prev, weights = drawn(rng, T, B, V, H)
        hs, ps = forward_batched(inputs, h_prev, *weights)
        yield inputs, rng.integers(V, size=(T, B)), hs, ps, *weights[:3]


def backward_batched(inputs, targets, hs, ps, Wxh, Whh, Why):
    H, V = Wxh.shape
    rnn = network((Wxh, Whh, Why, np.zeros(H), np.zeros(V)))
    return rnn.backward(inputs, targets, hs, ps)


def going_back(
    way=lambda da, Whh: da @ Whh,
    slope=lambda hs, t: 1 - hs[t + 1] ** 2,
    later=1.0,
    columns=lambda inputs, targets: inputs,
    scale=lambda T, B: 1.0,
    states=lambda hs: hs[:-1],
    true=1.0,
    pick=lambda array: array,
    handed=lambda dh, da: da,
):
    """A backward pass in which single pieces can be got wrong."""

    def backward(inputs, targets, hs, ps, Wxh, Whh, Why):
        T, B, V = ps.shape
        dys = (ps - true * np.eye(V)[targets]) * scale(T, B)
        das, back = np.zeros(hs[1:].shape), np.zeros(hs[0].shape)
        for t in reversed(range(T)):
            dh = dys[t] @ Why + later * back
            das[t] = dh * slope(hs, t)
            back = way(handed(dh, das[t]), Whh)
        one_hot = np.eye(V)[columns(inputs, targets)]
        d, a = pick(dys), pick(das)
        return {
            "Wxh": np.einsum("tbh,tbv->hv", a, pick(one_hot)),
            "Whh": np.einsum("tbh,tbk->hk", a, pick(states(hs))),
            "Why": np.einsum("tbv,tbh->vh", d, pick(hs[1:])),
            "bh": a.sum(axis=(0, 1)),
            "by": d.sum(axis=(0, 1)),
        }

    return backward


def with_other(change):
    """The right gradients but for those that change gives."""

    def backward(inputs, targets, hs, ps, Wxh, Whh, Why):
        right = backward_batched(inputs, targets, hs, ps, Wxh, Whh, Why)
        return right | change(right, inputs, targets, hs, ps, Wxh, Whh, Why)

    return backward


def biases_over_time_only(right, inputs, targets, hs, ps, Wxh, Whh, Why):
    das, dys = blame(inputs, targets, hs, ps, Whh, Why)
    return {"bh": das.sum(axis=0), "by": dys.sum(axis=0)}


def repeated_characters_lost(right, inputs, targets, hs, ps, Wxh, Whh, Why):
    das, _ = blame(inputs, targets, hs, ps, Whh, Why)
    dWxh = np.zeros_like(Wxh)
    dWxh.T[inputs.ravel()] += das.reshape(-1, len(Whh))
    return {"Wxh": dWxh}


def blame(inputs, targets, hs, ps, Whh, Why):
    """The blame das (T, B, H) inside tanh, and dys (T, B, V) of the scores."""
    dys = ps - np.eye(ps.shape[-1])[targets]
    das, back = np.zeros(hs[1:].shape), np.zeros(hs[0].shape)
    for t in reversed(range(len(inputs))):
        das[t] = (dys[t] @ Why + back) * (1 - hs[t + 1] ** 2)
        back = das[t] @ Whh
    return das, dys


def state_before_for_why(right, inputs, targets, hs, ps, Wxh, Whh, Why):
    _, dys = blame(inputs, targets, hs, ps, Whh, Why)
    return {"Why": np.einsum("tbv,tbh->vh", dys, hs[:-1])}


BACKWARD_BATCHED = Exercise(
    name="backward_batched",
    lesson=11,
    reference=backward_batched,
    cases=backward_batched_cases,
    signature="backward_batched(inputs, targets, hs, ps, Wxh, Whh, Why)",
    returns="a dictionary with the gradients of Wxh, Whh, Why, bh and by",
    axes=("row", "column"),
)


BACKWARD_BATCHED.mistake(
    """
    On the way back the blame goes through `Whh` the other way round than on the way there.
    With states in rows, that is without a transpose.
    """,
    name="whh-transposed",
)(going_back(way=lambda da, Whh: da @ Whh.T))


BACKWARD_BATCHED.mistake(
    """
    The gradients are averaged over the sequences.
    The loss is their sum, and so are its gradients.
    """,
    name="mean-over-batch",
)(going_back(scale=lambda T, B: 1 / B))


BACKWARD_BATCHED.mistake(
    "The gradients are averaged over the time steps. Add them up.", name="mean-over-time"
)(going_back(scale=lambda T, B: 1 / T))


BACKWARD_BATCHED.mistake(
    """
    The gradients are averaged over all characters, in time and in the batch.
    Add them up.
    """,
    name="mean-over-both",
)(going_back(scale=lambda T, B: 1 / (T * B)))


BACKWARD_BATCHED.mistake(
    """
    Each step takes the blame of its own output only.
    What comes back from the step after it is missing.
    """,
    name="later-dropped",
)(going_back(later=0.0))


BACKWARD_BATCHED.mistake(
    """
    The slope of tanh is taken from the state before the step.
    The state that step t made is `hs[t + 1]`.
    """,
    name="slope-of-step-before",
)(going_back(slope=lambda hs, t: 1 - hs[t] ** 2))


BACKWARD_BATCHED.mistake(
    "The blame was not multiplied by the slope of tanh.", name="slope-forgotten"
)(going_back(slope=lambda hs, t: 1.0))


BACKWARD_BATCHED.mistake(
    "The slope of tanh is one minus the *square* of the state.", name="slope-not-squared"
)(going_back(slope=lambda hs, t: 1 - hs[t + 1]))


BACKWARD_BATCHED.mistake(
    """
    tanh is applied once more.
    The states have been through it already: the slope can be read off `hs[t + 1]` as it is.
    """,
    name="slope-of-tanh-of-h",
)(going_back(slope=lambda hs, t: 1 - np.tanh(hs[t + 1]) ** 2))


BACKWARD_BATCHED.mistake(
    """
    The step before is given `dh @ Whh`.
    That blame has not been through tanh: hand on `da`.
    """,
    name="back-before-tanh",
)(going_back(handed=lambda dh, da: dh))


@BACKWARD_BATCHED.mistake("""
    The 1 is taken off at the characters that were read.
    It belongs to those that came next, the targets.
    """)
def inputs_for_targets(inputs, targets, hs, ps, Wxh, Whh, Why):
    return backward_batched(inputs, inputs, hs, ps, Wxh, Whh, Why)


@BACKWARD_BATCHED.mistake("""
    `dys[np.arange(T), targets] -= 1`, as in lesson 4, takes the targets for numbers of sequences here and changes whole rows.
    Subtract one-hot rows, (T, B, V).
    """)
def output_gradient_of_lesson_4(inputs, targets, hs, ps, Wxh, Whh, Why):
    """With targets (T, B) the pairs are of steps and sequences: whole rows of dys change."""
    dys = ps.copy()
    dys[np.arange(len(targets)), targets] -= 1
    belief = dys + np.eye(ps.shape[-1])[targets]  # from which the right line gives these dys
    return backward_batched(inputs, targets, hs, belief, Wxh, Whh, Why)


BACKWARD_BATCHED.mistake(
    "`Wxh` was used by the inputs; here its gradient went to the columns of the targets.",
    name="one-hot-of-targets",
)(going_back(columns=lambda inputs, targets: targets))


BACKWARD_BATCHED.mistake(
    "`Whh` met the states before each step, `hs[:-1]`, not those after it.", name="states-after"
)(going_back(states=lambda hs: hs[1:]))


BACKWARD_BATCHED.mistake(
    "The blame of the scores is p minus 1 at the target. The 1 is missing.",
    name="target-not-subtracted",
)(going_back(true=0.0))


@BACKWARD_BATCHED.mistake(
    "Only one of the sequences counts. Sum over the batch as well as over time."
)
def one_sequence_only(*args):
    return going_back(pick=lambda array: array[:, -1:])(*args)


@BACKWARD_BATCHED.mistake("""
    Only time step 0, which comes last on the way back, is in the gradients.
    Look for an `=` in the loop where a sum over time should grow.
    """)
def assigned_not_added(inputs, targets, hs, ps, Wxh, Whh, Why):
    # What later steps blame the first for is in there too: all that is lost is their own share.
    parts = [
        backward_batched(inputs[t:], targets[t:], hs[t:], ps[t:], Wxh, Whh, Why)
        for t in (0, 1)
        if t < len(inputs)
    ]
    return (
        parts[0] if len(parts) == 1 else {name: parts[0][name] - parts[1][name] for name in NAMES}
    )


BACKWARD_BATCHED.mistake(
    """
    A character that is read several times counts once in the gradient of `Wxh`: `a[indices] += ...` writes each row once.
    `np.add.at`, or a product with one-hot rows, adds them all.
    """,
    name="repeated-characters-lost",
)(with_other(repeated_characters_lost))


BACKWARD_BATCHED.mistake(
    """
    The gradient of `Whh` lies on its side.
    Its row says which unit received, its column which unit of the state before had sent.
    """,
    name="whh-on-its-side",
)(with_other(lambda right, *_: {"Whh": right["Whh"].T}))


BACKWARD_BATCHED.mistake(
    """
    For `Why` the states before each step are used.
    The scores are made from those after it, `hs[1:]`.
    """,
    name="state-before-in-dwhy",
)(with_other(state_before_for_why))


BACKWARD_BATCHED.mistake(
    """
    The gradients of the biases still have a row for each sequence.
    Sum over the batch as well as over time.
    """,
    name="biases-over-time-only",
)(with_other(biases_over_time_only))


EXERCISES_HERE = [FORWARD_BATCHED, BACKWARD_BATCHED]
