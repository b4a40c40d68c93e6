"""The exercise that sends the blame back through many sequences at once."""

import numpy as np

import rnn_core

from ..base import Exercise
from .forward import NAMES, SIZES, drawn, forward_batched, one_decimal


def backward_batched_cases(rng):
    """The same sizes: states and probabilities of one decimal, then what a forward pass gives."""
    for T, B, V, H in SIZES:
        inputs, h_prev, weights = drawn(rng, T, B, V, H)
        hs, ps = forward_batched(inputs, h_prev, *weights)
        if H <= 3:
            hs = one_decimal(rng, hs.shape, 0.9)
            ps = rng.multivariate_hypergeometric([5] * V, 10, size=(T, B)) / 10
        yield inputs, rng.integers(V, size=(T, B)), hs, ps, *weights[:3]


def backward_batched(inputs, targets, hs, ps, Wxh, Whh, Why):
    H, V = Wxh.shape
    rnn = rnn_core.RNN(V, H, 1)
    rnn.Wxh, rnn.Whh, rnn.Why = Wxh, Whh, Why
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
    upwards=lambda dy, Why: dy @ Why,
    walk=lambda T: reversed(range(T)),
    within=lambda dh, later, slope: (dh + later) * slope,
):
    """A backward pass in which single pieces can be got wrong."""

    def backward(inputs, targets, hs, ps, Wxh, Whh, Why):
        T, B, V = ps.shape
        dys = (ps - true * np.eye(V)[targets]) * scale(T, B)
        das, back = np.zeros(hs[1:].shape), np.zeros(hs[0].shape)
        for t in walk(T):
            dh = upwards(dys[t], Why)
            das[t] = within(dh, later * back, slope(hs, t))
            back = way(handed(dh + later * back, das[t]), Whh)
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


def repeated_in_a_step_lost(right, inputs, targets, hs, ps, Wxh, Whh, Why):
    das, _ = blame(inputs, targets, hs, ps, Whh, Why)
    dWxh = np.zeros_like(Wxh)
    for t in reversed(range(len(inputs))):
        dWxh.T[inputs[t]] += das[t]
    return {"Wxh": dWxh}


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


def blame_carried_over(right, inputs, targets, hs, ps, Wxh, Whh, Why):
    """Sequence by sequence, each beginning with what the one before it left."""
    (T, B), H = inputs.shape, len(Whh)
    dys, das, later = ps - np.eye(ps.shape[-1])[targets], np.zeros((T, B, H)), np.zeros(H)
    for b in range(B):
        for t in reversed(range(T)):
            das[t, b] = (Why.T @ dys[t, b] + later) * (1 - hs[t + 1, b] ** 2)
            later = Whh.T @ das[t, b]
    one_hot = np.eye(Wxh.shape[1])[inputs]
    return {
        "Wxh": np.einsum("tbh,tbv->hv", das, one_hot),
        "Whh": np.einsum("tbh,tbk->hk", das, hs[:-1]),
        "bh": das.sum(axis=(0, 1)),
    }


BACKWARD_BATCHED.mistake(
    """
    Each sequence begins with the blame that the one before it left, which has nothing to do with it.
    Set the blame from later steps back to zeros for every sequence, inside the loop over them.
    """,
    name="blame-carried-over",
)(with_other(blame_carried_over))


BACKWARD_BATCHED.mistake(
    """
    The loop walks forward in time, from the first step to the last.
    What a step is to blame for is known only when all later steps are done: begin at the end.
    """,
    name="forward-in-time",
)(going_back(walk=range))


BACKWARD_BATCHED.mistake(
    """
    In the loop the blame is added up over the batch, so that each sequence is blamed for what the others did.
    They meet in the sums after the loop only.
    """,
    name="sequences-leak",
)(going_back(way=lambda da, Whh: (da @ Whh).sum(axis=0) + np.zeros_like(da)))


BACKWARD_BATCHED.mistake(
    """
    In the loop the blame is averaged over the batch, so that each sequence is blamed for what the others did.
    Each keeps its own row.
    """,
    name="sequences-averaged",
)(going_back(way=lambda da, Whh: (da @ Whh).mean(axis=0) + np.zeros_like(da)))


BACKWARD_BATCHED.mistake(
    """
    What later steps send back is added behind tanh.
    It comes to the state as the blame of the output does: add the two, then multiply by the slope.
    """,
    name="later-behind-tanh",
)(going_back(within=lambda dh, later, slope: dh * slope + later))


BACKWARD_BATCHED.mistake(
    """
    Only what later steps send back goes through the slope of tanh.
    The blame of this step's output does too: mind the brackets.
    """,
    name="output-behind-tanh",
)(going_back(within=lambda dh, later, slope: dh + later * slope))


BACKWARD_BATCHED.mistake(
    """
    From the scores the blame goes back through `Why` as it stands, since states and scores are rows.
    With as many characters as units no error tells you.
    """,
    name="why-transposed",
)(going_back(upwards=lambda dy, Why: dy @ Why.T))


BACKWARD_BATCHED.mistake(
    """
    What comes back from the step after is taken off, where it should be added.
    Look at the sign.
    """,
    name="later-subtracted",
)(going_back(later=-1.0))


BACKWARD_BATCHED.mistake(
    """
    The loop leaves out the last step, T - 1, which comes first on the way back.
    `reversed(range(T))` begins with it.
    """,
    name="last-step-left-out",
)(going_back(walk=lambda T: reversed(range(T - 1))))


BACKWARD_BATCHED.mistake(
    """
    The loop leaves out the first step, 0, which comes last on the way back.
    `range(T - 1, 0, -1)` stops before it.
    """,
    name="first-step-left-out",
)(going_back(walk=lambda T: range(T - 1, 0, -1)))


BACKWARD_BATCHED.mistake(
    """
    The loop ends after the last step of the text, which comes first on the way back.
    Does `return` stand in it?
    """,
    name="only-one-step",
)(going_back(walk=lambda T: [T - 1]))


BACKWARD_BATCHED.mistake(
    """
    The 1 is added at the targets.
    The blame of the scores is p *minus* 1 there.
    """,
    name="target-added",
)(going_back(true=-1.0))


def all_gradients(das, dys, inputs, hs):
    return {
        "Wxh": np.einsum("tbh,tbv->hv", das, np.eye(dys.shape[-1])[inputs]),
        "Whh": np.einsum("tbh,tbk->hk", das, hs[:-1]),
        "Why": np.einsum("tbv,tbh->vh", dys, hs[1:]),
        "bh": das.sum(axis=(0, 1)),
        "by": dys.sum(axis=(0, 1)),
    }


def only_steps(steps):
    """The gradients that a loop adds up which does not go over all steps."""

    def backward(inputs, targets, hs, ps, Wxh, Whh, Why):
        das, dys = np.zeros(hs[1:].shape), np.zeros(ps.shape)
        back = np.zeros(hs[0].shape)
        for t in steps(len(inputs)):
            dys[t] = ps[t] - np.eye(ps.shape[-1])[targets[t]]
            das[t] = (dys[t] @ Why + back) * (1 - hs[t + 1] ** 2)
            back = das[t] @ Whh
        return all_gradients(das, dys, inputs, hs)

    return backward


BACKWARD_BATCHED.mistake(
    """
    Only the last step of the text is in the gradients, the first on the way back.
    Does `return` stand in the loop?
    """,
    name="returned-in-loop",
)(only_steps(lambda T: [T - 1]))


BACKWARD_BATCHED.mistake(
    """
    The last step of the text is in none of the gradients.
    On the way back it comes first: `reversed(range(T))`.
    """,
    name="last-step-in-none",
)(only_steps(lambda T: reversed(range(T - 1))))


BACKWARD_BATCHED.mistake(
    """
    The first step of the text, 0, is in none of the gradients.
    `range(T - 1, 0, -1)` stops before it.
    """,
    name="first-step-in-none",
)(only_steps(lambda T: range(T - 1, 0, -1)))


@BACKWARD_BATCHED.mistake("""
    Inputs and targets have changed places.
    The targets belong to the scores, the inputs to `Wxh`.
    """)
def inputs_and_targets_swapped(inputs, targets, *args):
    return backward_batched(targets, inputs, *args)


@BACKWARD_BATCHED.mistake("""
    1 is taken off for every sequence at the target of every other: `dy[:, targets[t]]` takes all rows.
    Pair each row with its own target, or subtract one-hot rows.
    """)
def every_pair(inputs, targets, hs, ps, Wxh, Whh, Why):
    everyone = np.eye(ps.shape[-1])[targets].sum(axis=1, keepdims=True) > 0
    belief = ps - everyone + np.eye(ps.shape[-1])[targets]
    return backward_batched(inputs, targets, hs, belief, Wxh, Whh, Why)


BACKWARD_BATCHED.mistake(
    """
    The gradient of `bh` is averaged over the sequences.
    Add up over the batch as well as over time.
    """,
    name="mean-in-dbh",
)(with_other(lambda right, inputs, *_: {"bh": right["bh"] / inputs.shape[1]}))


BACKWARD_BATCHED.mistake(
    """
    The gradients of `bh` and `by` are averaged over time and sequences.
    Add up over both.
    """,
    name="biases-averaged",
)(with_other(lambda right, inputs, *_: {name: right[name] / inputs.size for name in ("bh", "by")}))


for limit in (1, 5):
    BACKWARD_BATCHED.mistake(
        f"The blame is cut to [-{limit}, {limit}] in the loop. Clipping is a step of its own, after the gradients are added up.",
        name=f"clipped-at-{limit}-in-the-loop",
    )(
        lambda *args, limit=limit: going_back(way=lambda da, Whh: np.clip(da @ Whh, -limit, limit))(
            *args
        )
    )


def reshaped(which):
    """The gradients with numbers mixed up by `reshape(K, -1)` in place of a transpose."""

    def change(right, inputs, targets, hs, ps, Wxh, Whh, Why):
        das, dys = blame(inputs, targets, hs, ps, Whh, Why)
        rows = lambda array: array.reshape(-1, array.shape[-1])  # noqa: E731
        das, dys = (array.reshape(array.shape[-1], -1) for array in (das, dys))
        found = {
            "Wxh": das @ rows(np.eye(ps.shape[-1])[inputs]),
            "Whh": das @ rows(hs[:-1]),
            "bh": das.sum(axis=1),
            "Why": dys @ rows(hs[1:]),
            "by": dys.sum(axis=1),
        }
        return {name: found[name] for name in which}

    return change


for which, of in (
    (("Wxh", "Whh"), "`Wxh` and `Whh`"),
    (("Wxh", "Whh", "bh"), "`Wxh`, `Whh` and `bh`"),
    (("Why",), "`Why`"),
    (("Why", "by"), "`Why` and `by`"),
    (("Wxh", "Whh", "Why"), "`Wxh`, `Whh` and `Why`"),
    (NAMES, "all five"),
):
    BACKWARD_BATCHED.mistake(
        f"In the gradients of {of} units, steps and sequences are mixed up, as `reshape(H, -1)` or `(V, -1)` does it: the numbers stay in their order. Reshape to rows, `(-1, H)` or `(-1, V)`, and transpose those.",
        name=f"reshaped-for-turned-{'-'.join(which).lower()}",
    )(with_other(reshaped(which)))


BACKWARD_BATCHED.mistake(
    """
    The gradient of `by` is averaged over the sequences.
    Add up over the batch as well as over time.
    """,
    name="mean-in-dby",
)(with_other(lambda right, inputs, *_: {"by": right["by"] / inputs.shape[1]}))


BACKWARD_BATCHED.mistake(
    """
    Only the first sequence is in the gradient of `bh`.
    Add up over the batch as well as over time.
    """,
    name="first-sequence-in-dbh",
)(with_other(lambda right, *args: {"bh": blame(*args[:4], *args[5:])[0][:, 0].sum(axis=0)}))


BACKWARD_BATCHED.mistake(
    """
    Of a character that several sequences read at one step one counts in the gradient of `Wxh`: `a[indices] += ...` writes each place once.
    `np.add.at`, or a product with one-hot rows, adds them all.
    """,
    name="repeated-in-a-step-lost",
)(with_other(repeated_in_a_step_lost))


BACKWARD_BATCHED.mistake(
    """
    The gradients have the wrong sign: the blame of the scores is p minus 1 at the target, not the other way round.
    """,
    name="truth-less-belief",
)(lambda *args: {name: -gradient for name, gradient in backward_batched(*args).items()})


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


def as_collected(right, inputs, targets, hs, ps, Wxh, Whh, Why):
    """The gradients from das in the order of the walk, the last step first."""
    das = blame(inputs, targets, hs, ps, Whh, Why)[0][::-1]
    return {
        "Wxh": np.einsum("tbh,tbv->hv", das, np.eye(ps.shape[-1])[inputs]),
        "Whh": np.einsum("tbh,tbk->hk", das, hs[:-1]),
    }


def before_tanh(right, inputs, targets, hs, ps, Wxh, Whh, Why):
    """The blame dh of the states, outside tanh, where the blame da inside belongs."""
    das, dys = blame(inputs, targets, hs, ps, Whh, Why)
    dhs = dys @ Why
    dhs[:-1] += das[1:] @ Whh
    return {
        "Wxh": np.einsum("tbh,tbv->hv", dhs, np.eye(ps.shape[-1])[inputs]),
        "Whh": np.einsum("tbh,tbk->hk", dhs, hs[:-1]),
        "bh": dhs.sum(axis=(0, 1)),
    }


BACKWARD_BATCHED.mistake(
    """
    The blame was collected on the way back, the last step first, and then met the inputs and states from first to last.
    Turn it round, or write it into its place.
    """,
    name="kept-in-walking-order",
)(with_other(as_collected))


BACKWARD_BATCHED.mistake(
    """
    For `Wxh`, `Whh` and `bh` stands the blame of the states, `dh`, which has not been through tanh.
    All three sit inside of it: `da` belongs there.
    """,
    name="dh-for-da",
)(with_other(before_tanh))


for one in ("Wxh", "Whh", "bh"):
    BACKWARD_BATCHED.mistake(
        f"For `{one}` stands the blame of the states, `dh`, which has not been through tanh. It sits inside: `da` belongs there.",
        name=f"dh-for-da-in-d{one.lower()}",
    )(with_other(lambda *args, one=one: {one: before_tanh(*args)[one]}))


for one in ("Wxh", "Why"):
    BACKWARD_BATCHED.mistake(
        f"The gradient of `{one}` lies on its side: it has the shape of `{one}` turned over. Turn the product round.",
        name=f"{one.lower()}-on-its-side",
    )(with_other(lambda right, *_, one=one: {one: right[one].T}))


def in_the_first_step(right, inputs, targets, hs, ps, Wxh, Whh, Why):
    """The share of time step 0, which an `=` for `+=` leaves behind at the end of the loop."""
    das, dys = (array[:1] for array in blame(inputs, targets, hs, ps, Whh, Why))
    return {
        "Wxh": np.einsum("tbh,tbv->hv", das, np.eye(ps.shape[-1])[inputs[:1]]),
        "Whh": np.einsum("tbh,tbk->hk", das, hs[:1]),
        "Why": np.einsum("tbv,tbh->vh", dys, hs[1:2]),
        "bh": das.sum(axis=(0, 1)),
        "by": dys.sum(axis=(0, 1)),
    }


for one in NAMES:
    BACKWARD_BATCHED.mistake(
        f"Of time only step 0, which comes last on the way back, is in the gradient of `{one}`. Look for an `=` in the loop where a sum should grow.",
        name=f"assigned-in-d{one.lower()}",
    )(with_other(lambda *args, one=one: {one: in_the_first_step(*args)[one]}))


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
