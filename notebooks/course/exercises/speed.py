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


def one_decimal(rng, shape, largest):
    """Numbers of one decimal, none of them zero."""
    steps = round(largest * 10)
    return rng.integers(1, steps + 1, size=shape) * rng.choice([-1, 1], size=shape) / 10


def drawn(rng, T, B, V, H):
    """Inputs (T, B), a state (B, H) and weights, of one decimal while they are few."""
    weights = [one_decimal(rng, shape, 0.9) for shape in ((H, V), (H, H), (V, H), (H,), (V,))]
    if H > 3:
        weights = [array + rng.normal(0, 0.1, array.shape) for array in weights]
    return rng.integers(V, size=(T, B)), one_decimal(rng, (B, H), 0.9), weights


SIZES = (
    (1, 1, 2, 1),
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
    """From one character in one sequence to many; sizes all different, and some equal.

    The last two have large weights, which nearly cancel or make scores so large that `np.exp` of
    them is not a float any more.
    """
    for size in SIZES:
        inputs, h_prev, weights = drawn(rng, *size)
        yield inputs, h_prev, *weights
    yield (
        np.array([[0, 1]]),
        np.array([[0.5], [0.7]]),
        *(np.array([[150.0, 110.0]]), np.array([[200.0]]), np.array([[400.0], [402.0]])),
        *(np.array([-250.3]), np.array([300.0, 301.0])),
    )
    inputs, h_prev, (Wxh, Whh, Why, bh, by) = drawn(rng, 2, 2, 3, 2)
    yield inputs, h_prev, Wxh * 1000, Whh, Why * 1000, bh, by - 2000


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
    exact_zeros=True,
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


FORWARD_BATCHED.mistake(
    """
    Where scores are large this breaks down: `np.exp` of them is no float any more.
    Your softmax of lesson 2 knows what to do.
    """,
    name="no-shift",
)(running(shares=lambda s: np.exp(s) / np.exp(s).sum(axis=-1, keepdims=True)))


@FORWARD_BATCHED.mistake("""
    All states are the last one.
    One and the same array was kept at each step, and changed at the next: keep a copy.
    """)
def same_array_kept(*args):
    hs, _ = forward_batched(*args)
    hs[:] = hs[-1]
    return hs, rnn_core.softmax(hs[1:] @ args[4].T + args[6])


@FORWARD_BATCHED.mistake(
    """
    All states but the first are the last one: the same array was kept at each step.
    Keep a copy of it.
    """,
    name="same-array-kept-after-start",
)
def same_kept_but_start(*args):
    hs, _ = forward_batched(*args)
    hs[1:] = hs[-1]
    return hs, rnn_core.softmax(hs[1:] @ args[4].T + args[6])


@FORWARD_BATCHED.mistake("""
    The probabilities are right, but all states are the last one: the same array was kept at each step.
    Keep a copy of it.
    """)
def states_alone_overwritten(*args):
    hs, ps = forward_batched(*args)
    hs[:] = hs[-1]
    return hs, ps


@FORWARD_BATCHED.mistake("""
    The function ends after its first step.
    Does `return` stand in the loop?
    """)
def only_one_step(inputs, *args):
    return forward_batched(inputs[:1], *args)


@FORWARD_BATCHED.mistake("""
    All states after the first step are 0: the function ends before they are worked out.
    Does `return` stand in the loop?
    """)
def rest_left_at_zero(inputs, h_prev, Wxh, Whh, Why, bh, by):
    hs, _ = forward_batched(inputs, h_prev, Wxh, Whh, Why, bh, by)
    hs[2:] = 0
    return hs, rnn_core.softmax(hs[1:] @ Why.T + by)


@FORWARD_BATCHED.mistake("""
    The function ends after its first step, and what it has not worked out is 0, in `hs` and in `ps`.
    Does `return` stand in the loop?
    """)
def both_left_at_zero(*args):
    hs, ps = forward_batched(*args)
    hs[2:], ps[1:] = 0, 0
    return hs, ps


@FORWARD_BATCHED.mistake("""
    The last step is missing.
    A loop over all steps runs T times.
    """)
def last_step_missing(inputs, *args):
    hs, ps = forward_batched(inputs, *args)
    return hs[:-1], ps[:-1] if len(ps) > 1 else np.array([])


@FORWARD_BATCHED.mistake("""
    The state after the last step is 0: a loop over all steps runs T times.
    """)
def last_step_left_at_zero(inputs, h_prev, Wxh, Whh, Why, bh, by):
    hs, _ = forward_batched(inputs, h_prev, Wxh, Whh, Why, bh, by)
    hs[-1] = 0
    return hs, rnn_core.softmax(hs[1:] @ Why.T + by)


@FORWARD_BATCHED.mistake("""
    What belongs to the last step is 0, in `hs` and in `ps`: a loop over all steps runs T times.
    """)
def last_step_zero_in_both(*args):
    hs, ps = forward_batched(*args)
    hs[-1], ps[-1] = 0, 0
    return hs, ps


@FORWARD_BATCHED.mistake("""
    What belongs to the first step is 0, in `hs` and in `ps`, and the next goes on from there.
    Does the loop begin at 1?
    """)
def first_step_zero_in_both(inputs, h_prev, *weights):
    hs, ps = np.zeros((len(inputs) + 1, *h_prev.shape)), np.zeros((*inputs.shape, len(weights[2])))
    hs[0] = h_prev
    if len(inputs) > 1:
        later, ps[1:] = forward_batched(inputs[1:], np.zeros_like(h_prev), *weights)
        hs[2:] = later[1:]
    return hs, ps


@FORWARD_BATCHED.mistake("""
    The state after the first step is 0, and the next goes on from there.
    Does the loop begin at 1?
    """)
def first_step_left_at_zero(inputs, h_prev, Wxh, Whh, Why, bh, by):
    hs, _ = first_step_zero_in_both(inputs, h_prev, Wxh, Whh, Why, bh, by)
    return hs, rnn_core.softmax(hs[1:] @ Why.T + by)


@FORWARD_BATCHED.mistake("""
    The probabilities and the first state are right, and all other states are the last one: the same array was kept at each step.
    Keep a copy of it.
    """)
def later_states_overwritten(*args):
    hs, ps = forward_batched(*args)
    hs[1:] = hs[-1]
    return hs, ps


FORWARD_BATCHED.mistake(
    """
    In a step the shares of all characters of all sequences together add up to 1.
    Each sequence has a prediction of its own: the sum runs along the last axis.
    """,
    name="softmax-over-step",
)(running(shares=lambda s: np.exp(s) / np.exp(s).sum(axis=(-2, -1), keepdims=True)))


FORWARD_BATCHED.mistake(
    """
    The shares of the sequences add up to 1, not those of the characters: the sum runs along the batch.
    And where scores are large, `np.exp` of them is no float any more.
    """,
    name="sum-over-batch-without-shift",
)(running(shares=lambda s: np.exp(s) / np.exp(s).sum(axis=-2, keepdims=True)))


@FORWARD_BATCHED.mistake("""
    Only the last state of each sequence comes back.
    All are asked for, with the one before the first step: T + 1.
    """)
def last_state_only(*args):
    hs, ps = forward_batched(*args)
    return hs[-1], ps


@FORWARD_BATCHED.mistake("""
    `hs` holds the last state alone, in an array of one.
    Each should be added to those before it.
    """)
def last_state_in_a_list(*args):
    hs, ps = forward_batched(*args)
    return hs[-1:], ps


@FORWARD_BATCHED.mistake("""
    `ps` holds the last step alone, in an array of one.
    Every step predicts: does its line stand below the loop?
    """)
def last_prediction_in_a_list(*args):
    hs, ps = forward_batched(*args)
    return hs, ps[-1:]


@FORWARD_BATCHED.mistake("""
    The characters of the first step are read at each step.
    """)
def first_characters_again(inputs, *args):
    return forward_batched(np.repeat(inputs[:1], len(inputs), axis=0), *args)


FORWARD_BATCHED.mistake(
    """
    This is the logistic function, between 0 and 1.
    The new state is tanh of the sum, between -1 and 1.
    """,
    name="logistic",
)(running(activate=lambda a: 1 / (1 + np.exp(-a))))


@FORWARD_BATCHED.mistake("""
    `bh` is added after tanh, so that states lie outside of -1 and 1.
    Where does the bracket close?
    """)
def bias_after_tanh(inputs, h_prev, Wxh, Whh, Why, bh, by):
    return running(activate=lambda a: np.tanh(a - bh) + bh)(inputs, h_prev, Wxh, Whh, Why, bh, by)


@FORWARD_BATCHED.mistake("""
    `hs` begins with the right state, but the first step started from zeros.
    """)
def first_step_from_zeros(inputs, h_prev, *weights):
    hs, ps = forward_batched(inputs, np.zeros_like(h_prev), *weights)
    hs[0] = h_prev
    return hs, ps


@FORWARD_BATCHED.mistake(
    """
    The loop goes over the sequences, and not over time.
    Time is the first axis of `inputs` (T, B): a loop over it hands out the characters of one step.
    """,
)
def over_sequences(inputs, *args):
    return running()(inputs.T, *args)


@FORWARD_BATCHED.mistake("""
    `hs` begins with zeros where `h_prev` belongs, though the steps start from the right state.
    """)
def start_left_at_zero(*args):
    hs, ps = forward_batched(*args)
    hs[0] = 0
    return hs, ps


@FORWARD_BATCHED.mistake("Both arrays are right, in the wrong order: the states come first.")
def answers_swapped(*args):
    return forward_batched(*args)[::-1]


@FORWARD_BATCHED.mistake("""
    `ps` holds the last step alone.
    Every step predicts: (T, B, V).
    """)
def last_prediction_only(*args):
    hs, ps = forward_batched(*args)
    return hs, ps[-1]


@FORWARD_BATCHED.mistake("""
    The old state is left out of the new one: `Whh` plays no part.
    """)
def memory_cut(inputs, h_prev, Wxh, Whh, Why, bh, by):
    return forward_batched(inputs, h_prev, Wxh, 0 * Whh, Why, bh, by)


@FORWARD_BATCHED.mistake("""
    The state is carried from one sequence into the next.
    The sequences know nothing of one another: each starts from its own row of `h_prev`.
    """)
def carried_across(inputs, h_prev, *weights):
    hs, ps, h = [], [], h_prev[:1]
    for b in range(len(h_prev)):
        one = forward_batched(inputs[:, b : b + 1], h, *weights)
        hs.append(one[0])
        ps.append(one[1])
        h = one[0][-1]
    return np.concatenate(hs, axis=1), np.concatenate(ps, axis=1)


@FORWARD_BATCHED.mistake("""
    In the loop the states are averaged over the batch, so that every sequence goes on from the mean of all.
    Each keeps its own row.
    """)
def mean_state_carried(inputs, h_prev, Wxh, Whh, Why, bh, by):
    carry = lambda new, old: new.mean(axis=0) + np.zeros_like(new)  # noqa: E731
    return running(carry=carry)(inputs, h_prev, Wxh, Whh, Why, bh, by)


@FORWARD_BATCHED.mistake("""
    In the loop each step goes on from the mean of the states before it, over the batch, `h_prev` too.
    Each sequence keeps its own row.
    """)
def mean_state_read(inputs, h_prev, Wxh, Whh, Why, bh, by):
    mean = lambda h, Whh: h.mean(axis=0) @ Whh.T  # noqa: E731
    return running(recurrent=mean)(inputs, h_prev, Wxh, Whh, Why, bh, by)


FORWARD_BATCHED.mistake(
    """
    Units and sequences are mixed up in what the inputs add, as `Wxh[:, x].reshape(B, -1)` does it: the shape is right, and the numbers stay in their order.
    To turn it round takes a transpose.
    """,
    name="reshaped-for-turned",
)(running(read=lambda Wxh, x: Wxh[:, x].reshape(len(x), -1)))


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


EXERCISES_HERE = [FORWARD_BATCHED, BACKWARD_BATCHED]
