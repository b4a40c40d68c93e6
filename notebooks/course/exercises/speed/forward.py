"""The exercise that reads many sequences at once, forward, and what both draw their inputs with."""

import numpy as np

import rnn_core

from ..base import Exercise

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
