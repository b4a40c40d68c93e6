"""Exercises of lesson 3: one step of the recurrence, and the forward pass."""

import numpy as np

from rnn_core import one_hot, softmax

from .base import Exercise

# rnn_step ----------------------------------------------------------------------------------


def rnn_step(x, h_prev, Wxh, Whh, bh):
    return np.tanh(Wxh @ x + Whh @ h_prev + bh)


# The weights that lesson 3 was given, in whole numbers.
WORDS = (
    np.array([[-1, 0, 2, 0], [1, -1, 0, 0], [1, -1, 1, -1]]),
    np.array([[0, 2, 1], [-2, 0, 0], [0, 0, -1]]),
    np.array([[2, 2, -1], [2, -3, -1], [-3, -1, -2], [0, 1, 4]]),
    np.array([-1, 0, 0]),
    np.array([-1, -1, 0, 1]),
)


# Weights by the hundred whose sums are small.
LARGE = (
    np.array([[1000.0, 0.0], [-1000.0, 0.0]]),
    np.array([[-500.0, 0.0], [0.0, -1200.0]]),
    np.array([[200.0, -300.0], [100.0, 500.0]]),
    np.array([-499.5, 400.25]),
    np.array([150.0, 0.0]),
)


def rnn_step_cases(rng):
    """Two characters and two units by hand, one unit, and sums far beyond the bend of tanh.

    Large weights that cancel each other. Then the lesson's own weights, as whole numbers and as floats, and random ones.
    """
    yield (
        np.array([0.0, 1.0]),
        np.array([1.0, -0.5]),
        np.array([[0.0, 1.0], [2.0, -1.0]]),
        np.array([[0.5, 1.0], [-1.0, 0.0]]),
        np.array([0.5, -0.5]),
    )
    yield np.ones(1), np.array([0.5]), np.array([[1.0]]), np.array([[-1.0]]), np.array([0.2])
    yield (
        np.array([1.0, 0.0, 0.0]),
        np.zeros(2),
        np.array([[1.0, 0.0, -1.0], [-0.5, 2.0, 0.0]]),
        np.array([[0.0, -1.0], [1.0, 0.5]]),
        np.array([0.0, 1.0]),
    )
    yield (
        np.array([1.0, 0.0]),
        np.array([1.0, -1.0]),
        np.array([[1000.0, 0.0], [-1000.0, 0.0]]),
        np.array([[10.0, 0.0], [0.0, 10.0]]),
        np.zeros(2),
    )
    Wxh, Whh, _, bh, _ = LARGE
    yield np.array([1.0, 0.0]), np.array([1.0, -0.5]), Wxh, Whh, bh
    Wxh, Whh, _, bh, _ = WORDS
    for h_prev in (np.zeros(3), np.array([-0.8, 0.9, 0.5])):
        yield np.array([0.0, 0.0, 1.0, 0.0]), h_prev, Wxh, Whh, bh
        yield np.array([0.0, 1.0, 0.0, 0.0]), h_prev, *(1.0 * array for array in (Wxh, Whh, bh))
    for V, H in ((3, 3), (4, 3), (3, 4), (4, 4), (5, 1), (22, 64)):
        _, h_prev, Wxh, Whh, _, bh, _ = weights_and_text(rng, 1, V, H)
        yield one_hot(int(rng.integers(V)), V), h_prev, Wxh, Whh, bh


def no_tanh(x, h_prev, Wxh, Whh, bh):
    return Wxh @ x + Whh @ h_prev + bh


def no_bias(x, h_prev, Wxh, Whh, bh):
    return np.tanh(Wxh @ x + Whh @ h_prev)


def weights_swapped(x, h_prev, Wxh, Whh, bh):
    return np.tanh(Wxh @ h_prev + Whh @ x + bh)


def transposed_recurrence(x, h_prev, Wxh, Whh, bh):
    return np.tanh(Wxh @ x + h_prev @ Whh + bh)


def no_memory(x, h_prev, Wxh, Whh, bh):
    return np.tanh(Wxh @ x + bh)


RNN_STEP = Exercise(
    name="rnn_step",
    lesson=3,
    reference=rnn_step,
    cases=rnn_step_cases,
    signature="rnn_step(x, h_prev, Wxh, Whh, bh)",
    returns="the new hidden state, an array of shape (H,)",
    axes=("unit",),
    terms={"Wxh x": ("x", "Wxh"), "Whh h_prev": ("h_prev", "Whh"), "bh": ("bh",)},
)


RNN_STEP.mistake(
    """
    The three terms are added up, and there it ends: the sum has not been squashed.
    A state must stay between -1 and 1.
    """,
    name="tanh-forgotten",
)(no_tanh)


RNN_STEP.mistake(
    """
    The bias `bh` is not there.
    Even with no character and an empty memory a unit has a value that it leans to.
    """,
    name="bias-forgotten",
)(no_bias)


@RNN_STEP.mistake("""
    The bias is added after tanh, so the state can leave the range from -1 to 1.
    Look at where the bracket of tanh closes.
    """)
def bias_after_tanh(x, h_prev, Wxh, Whh, bh):
    return np.tanh(Wxh @ x + Whh @ h_prev) + bh


@RNN_STEP.mistake("""
    The bias is added to the old state and goes through `Whh` with it.
    It is a term of its own: look at the brackets around `h_prev`.
    """)
def bias_on_the_state(x, h_prev, Wxh, Whh, bh):
    return np.tanh(Wxh @ x + Whh @ (h_prev + bh))


RNN_STEP.mistake(
    """
    `Wxh` and `Whh` have changed places.
    Read the names from left to right: one leads from x to h, the other from h to h.
    """,
    name="weights-swapped",
)(weights_swapped)


RNN_STEP.mistake(
    """
    `h_prev @ Whh` multiplies by the transpose of `Whh`, and as that is a square no error tells you.
    Which side of its matrix does the vector stand on in the formula?
    """,
    name="recurrence-transposed",
)(transposed_recurrence)


@RNN_STEP.mistake("""
    A row of `Wxh` is picked, as `x @ Wxh` does.
    Its columns belong to the characters: look at the order of the product for x.
    """)
def input_transposed(x, h_prev, Wxh, Whh, bh):
    return np.tanh(x @ Wxh + Whh @ h_prev + bh)


@RNN_STEP.mistake("""
    Both vectors stand to the left of their matrices, so both matrices are used transposed.
    In the formula the matrices come first.
    """)
def both_transposed(x, h_prev, Wxh, Whh, bh):
    return np.tanh(x @ Wxh + h_prev @ Whh + bh)


RNN_STEP.mistake(
    "The old state plays no part, so this remembers nothing: after the same character it is always in the same state.",
    name="memory-forgotten",
)(no_memory)


@RNN_STEP.mistake(
    "The character x plays no part: this state follows from the last one, whatever is read."
)
def input_forgotten(x, h_prev, Wxh, Whh, bh):
    return np.tanh(Whh @ h_prev + bh)


@RNN_STEP.mistake("""
    `*` multiplies entry by entry and leaves a whole matrix.
    A matrix times a vector also adds up along each row: that product is written `@`.
    """)
def star_for_product(x, h_prev, Wxh, Whh, bh):
    return np.tanh(Wxh * x + Whh * h_prev + bh)


@RNN_STEP.mistake("""
    The product of `Whh` and the old state is written with `*`, which gives a matrix.
    Write it as you wrote the product with x.
    """)
def star_on_the_state(x, h_prev, Wxh, Whh, bh):
    return np.tanh(Wxh @ x + Whh * h_prev + bh)


@RNN_STEP.mistake(
    """
    `x` is used as an index, as in `Wxh[:, x]`, but it is not the number of a character: it is one-hot, a vector of zeros with a single 1.
    A product of `Wxh` with it picks the column; `x.argmax()` would be the number.
    """,
    error="must be of integer",
)
def picked_by_one_hot(x, h_prev, Wxh, Whh, bh):
    return np.tanh(Wxh[:, x] + Whh @ h_prev + bh)


@RNN_STEP.mistake("""
    Each term has a tanh of its own.
    The terms should meet before they are squashed: one tanh around the whole sum.
    """)
def tanh_on_each_term(x, h_prev, Wxh, Whh, bh):
    return np.tanh(Wxh @ x) + np.tanh(Whh @ h_prev) + bh


@RNN_STEP.mistake(
    "The term with `Whh` stands outside of tanh, where nothing keeps it from growing step after step."
)
def memory_after_tanh(x, h_prev, Wxh, Whh, bh):
    return np.tanh(Wxh @ x + bh) + Whh @ h_prev


@RNN_STEP.mistake("""
    The bracket of tanh closes too early: only the term with `Wxh` is squashed, and the two others are added as they are.
    Look at where it closes.
    """)
def tanh_of_the_first_term(x, h_prev, Wxh, Whh, bh):
    return np.tanh(Wxh @ x) + Whh @ h_prev + bh


@RNN_STEP.mistake("""
    The term with `Wxh` stands outside of tanh and is added unsquashed.
    It belongs to the sum that is squashed.
    """)
def input_after_tanh(x, h_prev, Wxh, Whh, bh):
    return Wxh @ x + np.tanh(Whh @ h_prev + bh)


@RNN_STEP.mistake("""
    `h_prev` is squashed once more before it is used.
    It came out of a tanh already, at the step before.
    """)
def tanh_of_the_past(x, h_prev, Wxh, Whh, bh):
    return np.tanh(Wxh @ x + Whh @ np.tanh(h_prev) + bh)


@RNN_STEP.mistake("""
    The old state is added to the new one.
    It should come in through `Whh` alone; this sum grows past 1.
    """)
def old_state_added(x, h_prev, Wxh, Whh, bh):
    return h_prev + np.tanh(Wxh @ x + Whh @ h_prev + bh)


@RNN_STEP.mistake("""
    This squashes into 0 to 1, with the logistic function.
    Here the range is -1 to 1, with 0 in its middle.
    """)
def sigmoid_for_tanh(x, h_prev, Wxh, Whh, bh):
    return 1 / (1 + np.exp(-(Wxh @ x + Whh @ h_prev + bh)))


@RNN_STEP.mistake("""
    Negative sums are cut to 0, and positive ones may grow without end.
    This network bends both sides, into -1 to 1.
    """)
def relu_for_tanh(x, h_prev, Wxh, Whh, bh):
    return np.maximum(0, Wxh @ x + Whh @ h_prev + bh)


@RNN_STEP.mistake("""
    Two things come back, the sum and the state.
    The sum is needed nowhere later: give back the new state alone.
    """)
def sum_and_state(x, h_prev, Wxh, Whh, bh):
    a = Wxh @ x + Whh @ h_prev + bh
    return a, np.tanh(a)


@RNN_STEP.mistake("""
    `np.tan` is the tangent, which shoots up without bound.
    The squashing function is the *hyperbolic* tangent, with an h at its end.
    """)
def tangent(x, h_prev, Wxh, Whh, bh):
    return np.tan(Wxh @ x + Whh @ h_prev + bh)


@RNN_STEP.mistake(
    """
    An array of whole numbers is asked to hold fractions: it is a copy of `bh`, or of another argument that holds whole numbers, and `+=` writes the sum into it.
    Let a sum of its own be made, as `a = bh + ...` does.
    """,
    error="Cannot cast",
)
def added_into_whole_numbers(x, h_prev, Wxh, Whh, bh):
    a = bh.copy()
    a += Wxh @ x
    a += Whh @ h_prev
    return np.tanh(a)


@RNN_STEP.mistake(
    """
    The sum is written into the caller's own `bh`, as `+=` does: it is larger at the next step, and biases in whole numbers cannot take fractions.
    Let a sum of its own be made, as `a = bh + ...` does.
    """,
    error="Cannot cast",
)
def added_into_the_callers_biases(x, h_prev, Wxh, Whh, bh):
    bh += Wxh @ x + Whh @ h_prev
    return np.tanh(bh)


@RNN_STEP.mistake("""
    With weights in whole numbers the state is cut off to whole numbers: an array made by `zeros_like`, or a copy of an argument, holds what that argument holds.
    Make one for floats, as `np.zeros(len(bh))`.
    """)
def cut_to_whole_numbers(x, h_prev, Wxh, Whh, bh):
    h = np.zeros_like(bh)
    h[:] = np.tanh(Wxh @ x + Whh @ h_prev + bh)
    return h


@RNN_STEP.mistake("""
    With weights in whole numbers the sums are cut off to whole numbers: an array made by `zeros_like`, or a copy of `bh`, holds what `bh` holds.
    Make one for floats, as `np.zeros(len(bh))`.
    """)
def sums_cut_to_whole_numbers(x, h_prev, Wxh, Whh, bh):
    a = np.zeros_like(bh)
    a[:] = Wxh @ x + Whh @ h_prev + bh
    return np.tanh(a)


@RNN_STEP.mistake("""
    tanh is made of exponentials here, and they overflow when a sum is large: infinity divided by infinity is `nan`.
    `np.tanh` knows better.
    """)
def tanh_of_exponentials(x, h_prev, Wxh, Whh, bh):
    a = Wxh @ x + Whh @ h_prev + bh
    return (np.exp(a) - np.exp(-a)) / (np.exp(a) + np.exp(-a))


@RNN_STEP.mistake("""
    tanh is made of exponentials here, and `np.exp(2 * a)` overflows when a sum is large: infinity divided by infinity is `nan`.
    `np.tanh` knows better.
    """)
def tanh_of_one_exponential(x, h_prev, Wxh, Whh, bh):
    exps = np.exp(2 * (Wxh @ x + Whh @ h_prev + bh))
    return (exps - 1) / (exps + 1)


@RNN_STEP.mistake("""
    Sums beyond -1 and 1 are cut off there, and those between pass unchanged.
    tanh bends: it leaves differences between large sums, too.
    """)
def cut_off_for_tanh(x, h_prev, Wxh, Whh, bh):
    return np.clip(Wxh @ x + Whh @ h_prev + bh, -1, 1)


@RNN_STEP.mistake("""
    The bias is taken away, where it should be added.
    Compare the signs with those of the formula.
    """)
def bias_taken_away(x, h_prev, Wxh, Whh, bh):
    return np.tanh(Wxh @ x + Whh @ h_prev - bh)


@RNN_STEP.mistake("""
    The bias is added twice.
    Does it come in with the term of the character and with that of the state?
    """)
def bias_twice(x, h_prev, Wxh, Whh, bh):
    return np.tanh(Wxh @ x + Whh @ h_prev + 2 * bh)


@RNN_STEP.mistake("""
    A second tanh squashes the state once more.
    One is in the formula.
    """)
def tanh_twice(x, h_prev, Wxh, Whh, bh):
    return np.tanh(np.tanh(Wxh @ x + Whh @ h_prev + bh))


def sum_cut_off(bound):
    """A step whose sum is held within a bound before it is squashed."""

    def step(x, h_prev, Wxh, Whh, bh):
        return np.tanh(np.clip(Wxh @ x + Whh @ h_prev + bh, -bound, bound))

    return step


def squashed_half(x, h_prev, Wxh, Whh, bh):
    return 2 / (1 + np.exp(-(Wxh @ x + Whh @ h_prev + bh))) - 1


def leaky(x, h_prev, Wxh, Whh, bh):
    return 0.5 * h_prev + 0.5 * np.tanh(Wxh @ x + Whh @ h_prev + bh)


for bound in (1, 3, 5):
    RNN_STEP.mistake(
        f"""
        The sum is cut off at {bound} before it goes through tanh, so all larger sums end in the same state.
        tanh takes a number of any size.
        """,
        name=f"sum-cut-off-at-{bound}",
    )(sum_cut_off(bound))


RNN_STEP.mistake(
    """
    The logistic function, stretched to reach from -1 to 1, is tanh of *half* the sum.
    `np.tanh` takes the sum as it is.
    """,
    name="tanh-of-half",
)(squashed_half)


RNN_STEP.mistake(
    """
    Half of the old state is kept and half of the new one added.
    In this network the old state comes in through `Whh` alone.
    """,
    name="half-kept",
)(leaky)


# forward -----------------------------------------------------------------------------------


def forward(inputs, h_prev, Wxh, Whh, Why, bh, by):
    hs = np.zeros((len(inputs) + 1, len(bh)))
    hs[0] = h_prev
    for t, x in enumerate(one_hot(inputs, len(by))):
        hs[t + 1] = rnn_step(x, hs[t], Wxh, Whh, bh)
    return hs, softmax(hs[1:] @ Why.T + by)


def weights_and_text(rng, T, V, H):
    """Arguments of forward with the sizes given; every bias and the state are away from zero."""
    inputs, h_prev = rng.integers(V, size=T), rng.uniform(-1, 1, H)
    Wxh, Whh, Why = (rng.normal(size=shape) for shape in ((H, V), (H, H), (V, H)))
    return inputs, h_prev, Wxh, Whh / np.sqrt(H), Why, rng.normal(size=H), rng.normal(size=V)


def forward_cases(rng):
    """One step, then two, by hand; one unit; scores so large that a naive softmax overflows.

    Then the lesson's own words with its own weights, in whole numbers and as floats, and random
    weights, with sizes that differ and that agree.
    """
    hand = (
        np.array([[0.0, 1.0], [2.0, -1.0]]),
        np.array([[0.5, 1.0], [-1.0, 0.0]]),
        np.array([[1.0, 0.0], [-1.0, 2.0]]),
        np.array([0.5, -0.5]),
        np.array([0.0, 1.0]),
    )
    yield np.array([1]), np.array([1.0, -0.5]), *hand
    yield np.array([1, 0]), np.array([0.5, 0.0]), *hand
    yield (
        np.array([1, 1, 0]),
        np.array([0.5]),
        np.array([[1.0, -1.0]]),
        np.array([[0.5]]),
        np.array([[1.0], [-2.0]]),
        np.array([0.1]),
        np.array([0.0, 1.0]),
    )
    Wxh, Whh, Why, bh, by = hand
    yield np.array([0, 1]), np.array([0.5, 0.0]), Wxh, Whh, Why, bh, 1000 * by
    yield np.array([0, 1]), np.array([0.5, 0.0]), Wxh, Whh, 1000 * Why, bh, -1000 * by
    yield np.array([0, 1]), np.array([0.5, 0.0]), 1000 * Wxh, 1000 * Whh, Why, bh, by
    yield np.array([0]), np.array([1.0, -0.5]), *LARGE
    Wxh, Why = np.array([[20.0, -20.0]]), np.array([[1000.0], [1001.0]])
    yield np.array([0, 1]), np.zeros(1), Wxh, np.zeros((1, 1)), Why, np.zeros(1), np.zeros(2)
    hopepop = np.array([1, 2, 3, 0, 3, 2, 3])
    yield hopepop, np.zeros(3), *WORDS
    yield hopepop[:4], np.array([-0.8, 0.9, 0.5]), *(1.0 * array for array in WORDS)
    yield weights_and_text(rng, 2, 4, 3)
    for T, V, H in ((3, 3, 3), (4, 4, 4), (5, 3, 4), (3, 4, 5), (4, 4, 3), (5, 3, 3), (12, 9, 15)):
        yield weights_and_text(rng, T, V, H)


def forward_by(step=rnn_step, output=lambda hs, Why, by: softmax(hs[1:] @ Why.T + by)):
    """A forward pass with another step, or another way from the states to the answer."""

    def forward(inputs, h_prev, Wxh, Whh, Why, bh, by):
        hs = np.zeros((len(inputs) + 1, len(bh)))
        hs[0] = h_prev
        for t, x in enumerate(one_hot(inputs, len(by))):
            hs[t + 1] = step(x, hs[t], Wxh, Whh, bh)
        return hs, output(hs, Why, by)

    return forward


forgets_each_step = forward_by(no_memory)
no_hidden_bias = forward_by(no_bias)
forward_without_tanh = forward_by(no_tanh)
weights_swapped_in_call = forward_by(weights_swapped)
recurrence_on_the_right = forward_by(transposed_recurrence)
previous_state = forward_by(output=lambda hs, Why, by: softmax(hs[:-1] @ Why.T + by))
every_state = forward_by(output=lambda hs, Why, by: softmax(hs @ Why.T + by))
scores_returned = forward_by(output=lambda hs, Why, by: hs[1:] @ Why.T + by)
only_exp = forward_by(output=lambda hs, Why, by: np.exp(hs[1:] @ Why.T + by))
tanh_on_scores = forward_by(output=lambda hs, Why, by: softmax(np.tanh(hs[1:] @ Why.T + by)))
softmax_over_time = forward_by(output=lambda hs, Why, by: softmax((hs[1:] @ Why.T + by).T).T)
output_bias_late = forward_by(output=lambda hs, Why, by: softmax(hs[1:] @ Why.T) + by)
rows_without_transpose = forward_by(output=lambda hs, Why, by: softmax(hs[1:] @ Why + by))
only_last_prediction = forward_by(output=lambda hs, Why, by: softmax(Why @ hs[-1] + by))


def naive_softmax(hs, Why, by):
    exps = np.exp(hs[1:] @ Why.T + by)
    return exps / exps.sum(axis=1, keepdims=True)


softmax_overflows = forward_by(output=naive_softmax)


def one_sum_for_all(hs, Why, by):
    exps = np.exp(hs[1:] @ Why.T + by)
    return exps / exps.sum()


softmax_over_everything = forward_by(output=one_sum_for_all)


FORWARD = Exercise(
    name="forward",
    lesson=3,
    reference=forward,
    cases=forward_cases,
    signature="forward(inputs, h_prev, Wxh, Whh, Why, bh, by)",
    returns="`hs` of shape (T+1, H) and `ps` of shape (T, V)",
    parts=("hs", "ps"),
    axes={"hs": ("state", "unit"), "ps": ("time step", "character")},
    terms={
        "Wxh x": ("inputs", "Wxh", "Why"),
        "Whh h_prev": ("h_prev", "Whh", "Why"),
        "bh": ("bh", "Why"),
        "by": ("by",),
    },
)


@FORWARD.mistake("""
    Every step starts from `h_prev` again, so the second character knows nothing of the first.
    Step t starts from the state that step t - 1 left behind.
    """)
def state_not_carried(inputs, h_prev, Wxh, Whh, Why, bh, by):
    xs = one_hot(inputs, len(by))
    hs = np.array([h_prev] + [rnn_step(x, h_prev, Wxh, Whh, bh) for x in xs])
    return hs, softmax(hs[1:] @ Why.T + by)


FORWARD.mistake(
    """
    Each state follows from its own character alone.
    The term with `Whh`, through which the past comes in, is missing.
    """,
    name="forgets-each-step",
)(forgets_each_step)


@FORWARD.mistake("""
    It starts from a state of zeros and never looks at `h_prev`.
    A text read in two pieces would be forgotten at the seam.
    """)
def starts_from_zero(inputs, h_prev, Wxh, Whh, Why, bh, by):
    return forward(inputs, np.zeros(len(bh)), Wxh, Whh, Why, bh, by)


@FORWARD.mistake("""
    The reading is right, but `hs[0]` is still zeros.
    The first row should hold the state that everything started from.
    """)
def first_row_left_empty(inputs, h_prev, Wxh, Whh, Why, bh, by):
    hs, ps = forward(inputs, h_prev, Wxh, Whh, Why, bh, by)
    hs[0] = 0
    return hs, ps


@FORWARD.mistake("""
    `h_prev` stands in `hs[0]`, but the first step does not start from it.
    Which state does your loop hand to its first step?
    """)
def start_shown_not_used(inputs, h_prev, Wxh, Whh, Why, bh, by):
    hs, ps = forward(inputs, np.zeros(len(bh)), Wxh, Whh, Why, bh, by)
    hs[0] = h_prev
    return hs, ps


@FORWARD.mistake("""
    `h_prev` stands in the last row and every state one row too early.
    `hs[-1]` is a good trick with a dictionary; in an array it is the last row.
    """)
def start_at_the_end(inputs, h_prev, Wxh, Whh, Why, bh, by):
    hs, ps = forward(inputs, h_prev, Wxh, Whh, Why, bh, by)
    return np.roll(hs, -1, axis=0), ps


@FORWARD.mistake("""
    `hs` begins after the first character, so its start is missing.
    There is one more state than there are characters: one before each, and one after the last.
    """)
def start_left_out(inputs, h_prev, Wxh, Whh, Why, bh, by):
    hs, ps = forward(inputs, h_prev, Wxh, Whh, Why, bh, by)
    return hs[1:], ps


@FORWARD.mistake("""
    The state after the last character is missing from `hs`.
    It is the one to carry on from when the next piece of text is read.
    """)
def end_left_out(inputs, h_prev, Wxh, Whh, Why, bh, by):
    hs, ps = forward(inputs, h_prev, Wxh, Whh, Why, bh, by)
    return hs[:-1], ps


@FORWARD.mistake("""
    Every state stands one row too early in `hs`, and the last row is empty.
    Row 0 belongs to the state before anything was read.
    """)
def one_row_early(inputs, h_prev, Wxh, Whh, Why, bh, by):
    hs, ps = forward(inputs, h_prev, Wxh, Whh, Why, bh, by)
    return np.vstack([hs[1:], np.zeros((1, len(bh)))]), ps


FORWARD.mistake(
    """
    The states are right, but each prediction is made from the state before its character was read.
    Which row of `hs` knows character t?
    """,
    name="previous-state",
)(previous_state)


FORWARD.mistake(
    """
    There is one prediction too many: the state before the first character predicts as well.
    `ps` has a row for each character read.
    """,
    name="every-state",
)(every_state)


@FORWARD.mistake("""
    The list holds the same array over and over, so all states but the first look like the last one.
    Writing into an array changes it wherever it is kept: make a new one at each step.
    """)
def same_array_kept(inputs, h_prev, Wxh, Whh, Why, bh, by):
    h, hs, ps = h_prev.copy(), [h_prev], []
    for x in one_hot(inputs, len(by)):
        h[:] = rnn_step(x, h, Wxh, Whh, bh)
        hs.append(h)
        ps.append(softmax(Why @ h + by))
    return np.array(hs), np.array(ps)


FORWARD.mistake(
    "The second answer is the scores. One function of lesson 2 is still to come.",
    name="scores-returned",
)(scores_returned)


FORWARD.mistake(
    """
    The scores go through tanh.
    Squashed into -1 to 1, no character could ever be more than 7.4 times as probable as another: tanh belongs to the state alone.
    """,
    name="tanh-on-scores",
)(tanh_on_scores)


FORWARD.mistake(
    "The scores went through `np.exp`, but a row of `ps` does not add up to 1.", name="only-exp"
)(only_exp)


FORWARD.mistake(
    """
    The columns of `ps` add up to 1, so time steps compete with each other.
    It is the characters of one step that share out a probability of 1.
    """,
    name="softmax-over-time",
)(softmax_over_time)


FORWARD.mistake(
    """
    All rows of `ps` together add up to 1.
    Each step makes a prediction of its own, with a sum of its own.
    """,
    name="softmax-over-everything",
)(softmax_over_everything)


@FORWARD.mistake("""
    The bias `by` is missing from the scores.
    It holds how frequent each character is whatever was read.
    """)
def output_bias_forgotten(inputs, h_prev, Wxh, Whh, Why, bh, by):
    return forward(inputs, h_prev, Wxh, Whh, Why, bh, np.zeros(len(by)))


FORWARD.mistake(
    """
    `by` is added to the probabilities, so they no longer add up to 1.
    It belongs to the scores.
    """,
    name="output-bias-after-softmax",
)(output_bias_late)


FORWARD.mistake(
    """
    The bias `bh` is missing from the states.
    Compare your line for the new state with the recurrence, term by term.
    """,
    name="hidden-bias-forgotten",
)(no_hidden_bias)


FORWARD.mistake(
    """
    The states are not squashed, so they may grow from step to step.
    What did `rnn_step` do last?
    """,
    name="tanh-forgotten",
)(forward_without_tanh)


FORWARD.mistake(
    """
    Each character meets `Whh` and each old state `Wxh`: two things have changed places.
    If you call `rnn_step`, compare the order with the one in its `def`.
    """,
    name="weights-swapped",
)(weights_swapped_in_call)


FORWARD.mistake(
    """
    `hs @ Why` uses `Why` as if it were transposed.
    With many states as rows, think about which axis of `Why` has length H.
    """,
    name="scores-without-transpose",
)(rows_without_transpose)


FORWARD.mistake(
    """
    `h @ Whh` is not `Whh @ h`.
    With the state as a row on the left, the matrix has to be turned over.
    """,
    name="recurrence-transposed",
)(recurrence_on_the_right)


@FORWARD.mistake("""
    Every step reads the first character again.
    Look at the index of `inputs` inside your loop.
    """)
def first_character_again(inputs, h_prev, Wxh, Whh, Why, bh, by):
    return forward(np.full(len(inputs), inputs[0]), h_prev, Wxh, Whh, Why, bh, by)


@FORWARD.mistake("""
    The time step is read as if it were the character.
    The number of the character at step t stands in `inputs[t]`.
    """)
def step_for_character(inputs, h_prev, Wxh, Whh, Why, bh, by):
    return forward(np.arange(len(inputs)) % len(by), h_prev, Wxh, Whh, Why, bh, by)


@FORWARD.mistake("""
    After the first step it reads its own guess.
    That is how it will speak, in lesson 8; here every character comes from `inputs`.
    """)
def reads_its_guess(inputs, h_prev, Wxh, Whh, Why, bh, by):
    hs, ps, ix = [h_prev], [], inputs[0]
    for _ in inputs:
        hs.append(rnn_step(one_hot(ix, len(by)), hs[-1], Wxh, Whh, bh))
        ps.append(softmax(Why @ hs[-1] + by))
        ix = int(ps[-1].argmax())
    return np.array(hs), np.array(ps)


FORWARD.mistake(
    """
    There is one prediction, after the last character.
    Each step makes one: is it computed inside the loop, and kept?
    """,
    name="only-last-prediction",
)(only_last_prediction)


@FORWARD.mistake("The two answers come in the wrong order: states first, then probabilities.")
def answers_swapped(inputs, h_prev, Wxh, Whh, Why, bh, by):
    hs, ps = forward(inputs, h_prev, Wxh, Whh, Why, bh, by)
    return ps, hs


@FORWARD.mistake("It stops after the first character. Is the `return` indented into the loop?")
def only_one_step(inputs, h_prev, Wxh, Whh, Why, bh, by):
    return forward(inputs[:1], h_prev, Wxh, Whh, Why, bh, by)


def some_steps(steps, unread=lambda by: np.zeros(len(by))):
    """A forward pass over some steps of a text alone, the rows of the others left as they were."""

    def wrong(inputs, h_prev, Wxh, Whh, Why, bh, by):
        hs = np.zeros((len(inputs) + 1, len(bh)))
        ps = np.tile(unread(by), (len(inputs), 1))
        hs[0] = h_prev
        for t in range(len(inputs))[steps]:
            hs[t + 1] = rnn_step(one_hot(inputs[t], len(by)), hs[t], Wxh, Whh, bh)
            ps[t] = softmax(Why @ hs[t + 1] + by)
        return hs, ps

    return wrong


FORWARD.mistake(
    """
    It stops after the first character: all later rows of `hs` and `ps` are still zeros.
    Is the `return` indented into the loop?
    """,
    name="later-rows-left-empty",
)(some_steps(slice(1)))


FORWARD.mistake(
    """
    It stops after the first character: all later rows of `hs` are still zeros, and their predictions are made from those.
    Is the `return` indented into the loop?
    """,
    name="later-states-left-empty",
)(some_steps(slice(1), softmax))


FORWARD.mistake(
    """
    The last character is not read: its state and its prediction are still zeros.
    Look at where the loop ends.
    """,
    name="last-step-left-out",
)(some_steps(slice(-1)))


FORWARD.mistake(
    """
    The last character is not read: its state is still zeros, and its prediction is made from those.
    Look at where the loop ends.
    """,
    name="last-state-left-empty",
)(some_steps(slice(-1), softmax))


@FORWARD.mistake("""
    The last character is not read: its state and its prediction are missing.
    Look at where the loop ends: `range` stops before its last number.
    """)
def last_step_missing(inputs, h_prev, Wxh, Whh, Why, bh, by):
    hs, ps = forward(inputs, h_prev, Wxh, Whh, Why, bh, by)
    return hs[:-1], np.array(list(ps[:-1]))


FORWARD.mistake(
    """
    The first character is not read: `hs[1]` is still zeros, and so is its prediction.
    Look at where the loop begins: time steps are counted from 0.
    """,
    name="first-step-left-out",
)(some_steps(slice(1, None)))


FORWARD.mistake(
    """
    The first character is not read: `hs[1]` is still zeros, and its prediction is made from those.
    Look at where the loop begins: time steps are counted from 0.
    """,
    name="first-state-left-empty",
)(some_steps(slice(1, None), softmax))


def written_one_row_early(output):
    """Row t, and not t + 1, is written at step t, from the row before it, which for 0 is the last."""

    def wrong(inputs, h_prev, Wxh, Whh, Why, bh, by):
        hs = np.zeros((len(inputs) + 1, len(bh)))
        hs[0] = h_prev
        for t, x in enumerate(one_hot(inputs, len(by))):
            hs[t] = rnn_step(x, hs[t - 1], Wxh, Whh, bh)
        return hs, output(hs, Why, by)

    return wrong


FORWARD.mistake(
    """
    Step 0 writes into row 0, where `h_prev` stood, and starts from `hs[-1]`, which is the last row, still zeros.
    Row t is the state before step t; the state after it belongs into the next row.
    """,
    name="start-overwritten",
)(written_one_row_early(lambda hs, Why, by: softmax(hs[:-1] @ Why.T + by)))


FORWARD.mistake(
    """
    Step 0 writes into row 0, where `h_prev` stood, and starts from `hs[-1]`, the last row, still zeros; and the predictions are made one row later.
    Row t is the state before step t; the state after it belongs into the next row.
    """,
    name="start-overwritten-and-read-late",
)(written_one_row_early(lambda hs, Why, by: softmax(hs[1:] @ Why.T + by)))


@FORWARD.mistake("""
    `hs` is the last state alone.
    Lesson 4 walks back through all of them: keep each one, `h_prev` first.
    """)
def last_state_alone(inputs, h_prev, Wxh, Whh, Why, bh, by):
    hs, ps = forward(inputs, h_prev, Wxh, Whh, Why, bh, by)
    return hs[-1], ps


@FORWARD.mistake("""
    The states and probabilities are kept as columns, with an axis of length 1 at the end.
    A row for each of them is wanted: `.ravel()` lays a column flat.
    """)
def kept_as_columns(inputs, h_prev, Wxh, Whh, Why, bh, by):
    hs, ps = forward(inputs, h_prev, Wxh, Whh, Why, bh, by)
    return hs[..., None], ps[..., None]


@FORWARD.mistake("""
    `h = h_prev` gives the array a second name and makes no copy, so writing into `h` writes over the start, and over every state that was kept.
    Make a new array at each step.
    """)
def start_written_over(inputs, h_prev, Wxh, Whh, Why, bh, by):
    h, hs, ps = h_prev, [h_prev], []
    for x in one_hot(inputs, len(by)):
        h[:] = rnn_step(x, h, Wxh, Whh, bh)
        hs.append(h)
        ps.append(softmax(Why @ h + by))
    return np.array(hs), np.array(ps)


@FORWARD.mistake(
    """
    `hs` has a row for each character, and the last state finds no place.
    Count the posts of the fence: there is one state more than there are characters.
    """,
    error="out of bounds|out of range",
)
def one_row_too_few(inputs, h_prev, Wxh, Whh, Why, bh, by):
    hs = np.zeros((len(inputs), len(bh)))
    hs[0] = h_prev
    for t, x in enumerate(one_hot(inputs, len(by))):
        hs[t + 1] = rnn_step(x, hs[t], Wxh, Whh, bh)
    return hs, softmax(hs[1:] @ Why.T + by)


@FORWARD.mistake(
    """
    The rows of `hs` are as long as there are characters.
    A state has a number for each unit: how many units are there biases `bh` for?
    """,
    error="mismatch|aligned|broadcast",
)
def characters_for_units(inputs, h_prev, Wxh, Whh, Why, bh, by):
    hs = np.zeros((len(inputs) + 1, len(by)))
    hs[0] = h_prev
    for t, x in enumerate(one_hot(inputs, len(by))):
        hs[t + 1] = rnn_step(x, hs[t], Wxh, Whh, bh)
    return hs, softmax(hs[1:] @ Why.T + by)


@FORWARD.mistake(
    """
    The one-hot rows are as long as there are units.
    They need a place for each character: how many characters are there biases `by` for?
    """,
    error="between 0 and|out of bounds|mismatch|aligned",
)
def units_for_characters(inputs, h_prev, Wxh, Whh, Why, bh, by):
    hs = np.zeros((len(inputs) + 1, len(bh)))
    hs[0] = h_prev
    for t, x in enumerate(one_hot(inputs, len(bh))):
        hs[t + 1] = rnn_step(x, hs[t], Wxh, Whh, bh)
    return hs, softmax(hs[1:] @ Why.T + by)


@FORWARD.mistake("""
    The scores of all steps are shifted by one and the same number, the largest of all.
    A step whose scores lie far below it vanishes, and 0 is divided by 0: call your `softmax`, or shift each step by its own.
    """)
def one_shift_for_all(inputs, h_prev, Wxh, Whh, Why, bh, by):
    hs, _ = forward(inputs, h_prev, Wxh, Whh, Why, bh, by)
    scores = hs[1:] @ Why.T + by
    exps = np.exp(scores - scores.max())
    return hs, exps / exps.sum(axis=1, keepdims=True)


FORWARD.mistake(
    """
    The probabilities are right until a score is large, then `np.exp` overflows and they are `nan`.
    You have mended this in lesson 2: call your `softmax`.
    """,
    name="softmax-overflows",
)(softmax_overflows)


@FORWARD.mistake(
    """
    `Why @ hs[1:]` does not fit: the states are rows, (T, H), and `Why` has shape (V, H).
    For many states at once the product is `hs[1:] @ Why.T`; `Why @ h` is for one.
    """,
    error="mismatch|aligned|broadcast",
)
def states_to_the_right(inputs, h_prev, Wxh, Whh, Why, bh, by):
    hs, _ = forward(inputs, h_prev, Wxh, Whh, Why, bh, by)
    return hs, softmax(Why @ hs[1:] + by)


@FORWARD.mistake("""
    The state before the text is missing from `hs`, and predictions are made one row too late because of it: the last one is missing.
    Begin `hs` with `h_prev`.
    """)
def start_left_out_and_cut(inputs, h_prev, Wxh, Whh, Why, bh, by):
    hs, _ = forward(inputs, h_prev, Wxh, Whh, Why, bh, by)
    return hs[1:], softmax(hs[2:] @ Why.T + by)


@FORWARD.mistake("""
    The state goes through tanh once more before the scores are made from it.
    `rnn_step` has squashed it already.
    """)
def state_squashed_again(inputs, h_prev, Wxh, Whh, Why, bh, by):
    hs, _ = forward(inputs, h_prev, Wxh, Whh, Why, bh, by)
    return hs, softmax(np.tanh(hs[1:]) @ Why.T + by)


FORWARD.mistake(
    """
    The probabilities go through softmax once more.
    Once is enough: they add up to 1 already.
    """,
    name="softmax-twice",
)(forward_by(output=lambda hs, Why, by: softmax(softmax(hs[1:] @ Why.T + by))))


@FORWARD.mistake(
    """
    With weights in whole numbers, a copy of one of them is asked to hold fractions.
    Let a sum of its own be made, as `a = bh + ...` does.
    """,
    error="Cannot cast",
)
def added_into_biases(inputs, h_prev, Wxh, Whh, Why, bh, by):
    hs, ps = [h_prev], []
    for ix in inputs:
        a = bh.copy()
        a += Wxh[:, ix] + Whh @ hs[-1]
        hs.append(np.tanh(a))
        y = by.copy()
        y += Why @ hs[-1]
        ps.append(softmax(y))
    return np.array(hs), np.array(ps)


def biases_that_grow(*growing):
    """A forward pass that adds the sums of each step into the biases themselves."""

    def wrong(inputs, h_prev, Wxh, Whh, Why, bh, by):
        hs, ps = [h_prev], []
        for ix in inputs:
            a, y = (b if name in growing else 1.0 * b for name, b in (("bh", bh), ("by", by)))
            a += Wxh[:, ix] + Whh @ hs[-1]
            hs.append(np.tanh(a))
            y += Why @ hs[-1]
            ps.append(softmax(y))
        return np.array(hs), np.array(ps)

    return wrong


for growing in (("bh",), ("by",), ("bh", "by")):
    FORWARD.mistake(
        f"""
        The sums are written into {" and ".join(f"`{name}`" for name in growing)}, as `+=` does, so that every step begins with all that was added before; and whoever calls the function finds it changed.
        Let a sum of its own be made at each step, as `a = bh + ...` does.
        """,
        name=f"added-into-{'-and-'.join(growing)}",
        error="Cannot cast",
    )(biases_that_grow(*growing))


@FORWARD.mistake(
    """
    A matrix is multiplied by the *number* of a character, where a one-hot vector is needed.
    `inputs` holds numbers: what did `one_hot` do with them?
    """,
    error="enough dimensions",
)
def number_for_one_hot(inputs, h_prev, Wxh, Whh, Why, bh, by):
    return np.tanh(Wxh @ inputs[0] + Whh @ h_prev + bh)


for bound in (1, 3, 5):
    FORWARD.mistake(
        f"""
        The sums are cut off at {bound} before they go through tanh, so all larger sums end in the same state.
        tanh takes a number of any size.
        """,
        name=f"sum-cut-off-at-{bound}",
    )(forward_by(sum_cut_off(bound)))


FORWARD.mistake(
    """
    The logistic function, stretched to reach from -1 to 1, is tanh of *half* the sum.
    The state is `np.tanh` of the sum as it is.
    """,
    name="tanh-of-half",
)(forward_by(squashed_half))


FORWARD.mistake(
    """
    In every step half of the old state is kept and half of the new one added.
    In this network the old state comes in through `Whh` alone.
    """,
    name="half-kept",
)(forward_by(leaky))


FORWARD.mistake(
    """
    The old state goes through tanh again at every step before `Whh` is applied to it.
    It came out of a tanh already.
    """,
    name="tanh-of-the-past",
)(forward_by(tanh_of_the_past))


@FORWARD.mistake("""
    All states are computed at once from rows of `hs` that are still zeros, so from the second step on nothing is remembered.
    A state needs the one before it to be there: this takes a loop.
    """)
def all_states_at_once(inputs, h_prev, Wxh, Whh, Why, bh, by):
    hs = np.zeros((len(inputs) + 1, len(bh)))
    hs[0] = h_prev
    hs[1:] = np.tanh(Wxh.T[inputs] + hs[:-1] @ Whh.T + bh)
    return hs, softmax(hs[1:] @ Why.T + by)


@FORWARD.mistake("""
    The scores are made from the sums, before tanh has squashed them.
    A prediction reads the state.
    """)
def scores_from_the_sums(inputs, h_prev, Wxh, Whh, Why, bh, by):
    hs, _ = forward(inputs, h_prev, Wxh, Whh, Why, bh, by)
    sums = Wxh.T[inputs] + hs[:-1] @ Whh.T + bh
    return hs, softmax(sums @ Why.T + by)


@FORWARD.mistake("""
    Every row of `ps` is made from the last state.
    The prediction of step t reads the state after character t: look at the index inside the loop.
    """)
def all_from_the_last_state(inputs, h_prev, Wxh, Whh, Why, bh, by):
    hs, _ = forward(inputs, h_prev, Wxh, Whh, Why, bh, by)
    return hs, np.array([softmax(Why @ hs[-1] + by) for _ in inputs])


EXERCISES = [RNN_STEP, FORWARD]
