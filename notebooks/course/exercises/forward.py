"""Exercises of lesson 3: one step of the recurrence, and the forward pass."""

import numpy as np

from rnn_core import one_hot, softmax

from .base import Exercise, Mistake

# rnn_step ----------------------------------------------------------------------------------


def rnn_step(x, h_prev, Wxh, Whh, bh):
    return np.tanh(Wxh @ x + Whh @ h_prev + bh)


def rnn_step_cases(rng):
    """Two characters and two units by hand, then more of either, then as many as in the verse."""
    yield (
        np.array([0.0, 1.0]),
        np.array([1.0, -0.5]),
        np.array([[0.0, 1.0], [2.0, -1.0]]),
        np.array([[0.5, 1.0], [-1.0, 0.0]]),
        np.array([0.5, -0.5]),
    )
    yield (
        np.array([1.0, 0.0, 0.0]),
        np.zeros(2),
        np.array([[1.0, 0.0, -1.0], [-0.5, 2.0, 0.0]]),
        np.array([[0.0, -1.0], [1.0, 0.5]]),
        np.array([0.0, 1.0]),
    )
    for V, H in ((3, 3), (4, 3), (3, 4), (4, 4), (5, 1), (22, 64)):
        _, h_prev, Wxh, Whh, _, bh, _ = weights_and_text(rng, 1, V, H)
        yield one_hot(int(rng.integers(V)), V), h_prev, Wxh, Whh, bh


def no_tanh(x, h_prev, Wxh, Whh, bh):
    return Wxh @ x + Whh @ h_prev + bh


def no_bias(x, h_prev, Wxh, Whh, bh):
    return np.tanh(Wxh @ x + Whh @ h_prev)


def bias_after_tanh(x, h_prev, Wxh, Whh, bh):
    return np.tanh(Wxh @ x + Whh @ h_prev) + bh


def bias_on_the_state(x, h_prev, Wxh, Whh, bh):
    return np.tanh(Wxh @ x + Whh @ (h_prev + bh))


def weights_swapped(x, h_prev, Wxh, Whh, bh):
    return np.tanh(Wxh @ h_prev + Whh @ x + bh)


def transposed_recurrence(x, h_prev, Wxh, Whh, bh):
    return np.tanh(Wxh @ x + h_prev @ Whh + bh)


def transposed_input(x, h_prev, Wxh, Whh, bh):
    return np.tanh(x @ Wxh + Whh @ h_prev + bh)


def both_transposed(x, h_prev, Wxh, Whh, bh):
    return np.tanh(x @ Wxh + h_prev @ Whh + bh)


def no_memory(x, h_prev, Wxh, Whh, bh):
    return np.tanh(Wxh @ x + bh)


def no_input(x, h_prev, Wxh, Whh, bh):
    return np.tanh(Whh @ h_prev + bh)


def star_for_product(x, h_prev, Wxh, Whh, bh):
    return np.tanh(Wxh * x + Whh * h_prev + bh)


def star_on_the_state(x, h_prev, Wxh, Whh, bh):
    return np.tanh(Wxh @ x + Whh * h_prev + bh)


def picked_by_one_hot(x, h_prev, Wxh, Whh, bh):
    return np.tanh(Wxh[:, x] + Whh @ h_prev + bh)


def tanh_on_each_term(x, h_prev, Wxh, Whh, bh):
    return np.tanh(Wxh @ x) + np.tanh(Whh @ h_prev) + bh


def memory_after_tanh(x, h_prev, Wxh, Whh, bh):
    return np.tanh(Wxh @ x + bh) + Whh @ h_prev


def tanh_of_the_first_term(x, h_prev, Wxh, Whh, bh):
    return np.tanh(Wxh @ x) + Whh @ h_prev + bh


def input_after_tanh(x, h_prev, Wxh, Whh, bh):
    return Wxh @ x + np.tanh(Whh @ h_prev + bh)


def tanh_of_the_past(x, h_prev, Wxh, Whh, bh):
    return np.tanh(Wxh @ x + Whh @ np.tanh(h_prev) + bh)


def old_state_added(x, h_prev, Wxh, Whh, bh):
    return h_prev + np.tanh(Wxh @ x + Whh @ h_prev + bh)


def sigmoid(x, h_prev, Wxh, Whh, bh):
    return 1 / (1 + np.exp(-(Wxh @ x + Whh @ h_prev + bh)))


def relu(x, h_prev, Wxh, Whh, bh):
    return np.maximum(0, Wxh @ x + Whh @ h_prev + bh)


def sum_and_state(x, h_prev, Wxh, Whh, bh):
    a = Wxh @ x + Whh @ h_prev + bh
    return a, np.tanh(a)


def tangent(x, h_prev, Wxh, Whh, bh):
    return np.tan(Wxh @ x + Whh @ h_prev + bh)


RNN_STEP = Exercise(
    name="rnn_step",
    lesson=3,
    reference=rnn_step,
    cases=rnn_step_cases,
    signature="rnn_step(x, h_prev, Wxh, Whh, bh)",
    returns="the new hidden state, an array of shape (H,)",
    axes=("unit",),
    terms={"Wxh x": ("x", "Wxh"), "Whh h_prev": ("h_prev", "Whh"), "bh": ("bh",)},
    mistakes=(
        Mistake(
            "tanh-forgotten",
            no_tanh,
            "The three terms are added up, and there it ends: the sum has not been squashed. "
            "A state must stay between -1 and 1.",
        ),
        Mistake(
            "bias-forgotten",
            no_bias,
            "The bias `bh` is not there. Even with no character and an empty memory a unit "
            "has a value that it leans to.",
        ),
        Mistake(
            "bias-after-tanh",
            bias_after_tanh,
            "The bias is added after tanh, so the state can leave the range from -1 to 1. "
            "Look at where the bracket of tanh closes.",
        ),
        Mistake(
            "bias-on-the-state",
            bias_on_the_state,
            "The bias is added to the old state and goes through `Whh` with it. It is a term "
            "of its own: look at the brackets around `h_prev`.",
        ),
        Mistake(
            "weights-swapped",
            weights_swapped,
            "`Wxh` and `Whh` have changed places. Read the names from left to right: one "
            "leads from x to h, the other from h to h.",
        ),
        Mistake(
            "recurrence-transposed",
            transposed_recurrence,
            "`h_prev @ Whh` multiplies by the transpose of `Whh`, and as that is a square no "
            "error tells you. Which side of its matrix does the vector stand on in the "
            "formula?",
        ),
        Mistake(
            "input-transposed",
            transposed_input,
            "`x @ Wxh` picks a row of `Wxh`. Its columns belong to the characters: look at "
            "the order of the product for x.",
        ),
        Mistake(
            "both-transposed",
            both_transposed,
            "Both vectors stand to the left of their matrices, so both matrices are used "
            "transposed. In the formula the matrices come first.",
        ),
        Mistake(
            "memory-forgotten",
            no_memory,
            "The old state is not used, so this remembers nothing: after the same character "
            "it is always in the same state.",
        ),
        Mistake(
            "input-forgotten",
            no_input,
            "The character x is not used: this state follows from the last one, whatever is read.",
        ),
        Mistake(
            "star-for-product",
            star_for_product,
            "`*` multiplies entry by entry and leaves a whole matrix. A matrix times a vector "
            "also adds up along each row: that product is written `@`.",
        ),
        Mistake(
            "star-on-the-state",
            star_on_the_state,
            "The product of `Whh` and the old state is written with `*`, which gives a "
            "matrix. Write it as you wrote the product with x.",
        ),
        Mistake(
            "picked-by-one-hot",
            picked_by_one_hot,
            "`x` is used as an index, as in `Wxh[:, x]`, but it is not the number of a "
            "character: it is one-hot, a vector of zeros with a single 1. A product of `Wxh` "
            "with it picks the column; `x.argmax()` would be the number.",
            error="must be of integer",
        ),
        Mistake(
            "tanh-on-each-term",
            tanh_on_each_term,
            "Each term has a tanh of its own. The terms should meet before they are squashed: "
            "one tanh around the whole sum.",
        ),
        Mistake(
            "memory-after-tanh",
            memory_after_tanh,
            "The term with `Whh` stands outside of tanh, where nothing keeps it from growing "
            "step after step.",
        ),
        Mistake(
            "tanh-of-the-first-term",
            tanh_of_the_first_term,
            "The bracket of tanh closes too early: only the term with `Wxh` is squashed, and "
            "the two others are added as they are. Look at where it closes.",
        ),
        Mistake(
            "input-after-tanh",
            input_after_tanh,
            "The term with `Wxh` stands outside of tanh and is added unsquashed. It belongs "
            "to the sum that is squashed.",
        ),
        Mistake(
            "tanh-of-the-past",
            tanh_of_the_past,
            "`h_prev` is squashed once more before it is used. It came out of a tanh already, "
            "at the step before.",
        ),
        Mistake(
            "old-state-added",
            old_state_added,
            "The old state is added to the new one. It should come in through `Whh` alone; "
            "this sum grows past 1.",
        ),
        Mistake(
            "sigmoid-for-tanh",
            sigmoid,
            "This squashes into 0 to 1, with the logistic function. Here the range is -1 to "
            "1, with 0 in its middle.",
        ),
        Mistake(
            "relu-for-tanh",
            relu,
            "Negative sums are cut to 0, and positive ones may grow without end. This network "
            "bends both sides, into -1 to 1.",
        ),
        Mistake(
            "sum-and-state",
            sum_and_state,
            "Two things come back, the sum and the state. The sum is needed nowhere later: "
            "give back the new state alone.",
        ),
        Mistake(
            "tangent",
            tangent,
            "`np.tan` is the tangent, which shoots up without bound. The squashing function "
            "is the *hyperbolic* tangent, with an h at its end.",
        ),
    ),
)

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
    """One step, then two, by hand; then random ones, with sizes that differ and that agree."""
    hand = (
        np.array([[0.0, 1.0], [2.0, -1.0]]),
        np.array([[0.5, 1.0], [-1.0, 0.0]]),
        np.array([[1.0, 0.0], [-1.0, 2.0]]),
        np.array([0.5, -0.5]),
        np.array([0.0, 1.0]),
    )
    yield np.array([1]), np.array([1.0, -0.5]), *hand
    yield np.array([1, 0]), np.array([0.5, 0.0]), *hand
    yield weights_and_text(rng, 2, 4, 3)
    for T, V, H in ((3, 3, 3), (4, 4, 4), (5, 3, 4), (3, 4, 5), (4, 4, 3), (5, 3, 3), (25, 22, 64)):
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


def state_not_carried(inputs, h_prev, Wxh, Whh, Why, bh, by):
    xs = one_hot(inputs, len(by))
    hs = np.array([h_prev] + [rnn_step(x, h_prev, Wxh, Whh, bh) for x in xs])
    return hs, softmax(hs[1:] @ Why.T + by)


def starts_from_zero(inputs, h_prev, Wxh, Whh, Why, bh, by):
    return forward(inputs, np.zeros(len(bh)), Wxh, Whh, Why, bh, by)


def first_row_left_empty(inputs, h_prev, Wxh, Whh, Why, bh, by):
    hs, ps = forward(inputs, h_prev, Wxh, Whh, Why, bh, by)
    hs[0] = 0
    return hs, ps


def start_shown_not_used(inputs, h_prev, Wxh, Whh, Why, bh, by):
    hs, ps = forward(inputs, np.zeros(len(bh)), Wxh, Whh, Why, bh, by)
    hs[0] = h_prev
    return hs, ps


def start_at_the_end(inputs, h_prev, Wxh, Whh, Why, bh, by):
    hs, ps = forward(inputs, h_prev, Wxh, Whh, Why, bh, by)
    return np.roll(hs, -1, axis=0), ps


def start_left_out(inputs, h_prev, Wxh, Whh, Why, bh, by):
    hs, ps = forward(inputs, h_prev, Wxh, Whh, Why, bh, by)
    return hs[1:], ps


def end_left_out(inputs, h_prev, Wxh, Whh, Why, bh, by):
    hs, ps = forward(inputs, h_prev, Wxh, Whh, Why, bh, by)
    return hs[:-1], ps


def one_row_early(inputs, h_prev, Wxh, Whh, Why, bh, by):
    hs, ps = forward(inputs, h_prev, Wxh, Whh, Why, bh, by)
    return np.vstack([hs[1:], np.zeros((1, len(bh)))]), ps


def same_array_kept(inputs, h_prev, Wxh, Whh, Why, bh, by):
    h, hs, ps = h_prev.copy(), [h_prev], []
    for x in one_hot(inputs, len(by)):
        h[:] = rnn_step(x, h, Wxh, Whh, bh)
        hs.append(h)
        ps.append(softmax(Why @ h + by))
    return np.array(hs), np.array(ps)


def no_output_bias(inputs, h_prev, Wxh, Whh, Why, bh, by):
    return forward(inputs, h_prev, Wxh, Whh, Why, bh, np.zeros(len(by)))


def first_character_again(inputs, h_prev, Wxh, Whh, Why, bh, by):
    return forward(np.full(len(inputs), inputs[0]), h_prev, Wxh, Whh, Why, bh, by)


def step_for_character(inputs, h_prev, Wxh, Whh, Why, bh, by):
    return forward(np.arange(len(inputs)) % len(by), h_prev, Wxh, Whh, Why, bh, by)


def reads_its_guess(inputs, h_prev, Wxh, Whh, Why, bh, by):
    hs, ps, ix = [h_prev], [], inputs[0]
    for _ in inputs:
        hs.append(rnn_step(one_hot(ix, len(by)), hs[-1], Wxh, Whh, bh))
        ps.append(softmax(Why @ hs[-1] + by))
        ix = int(ps[-1].argmax())
    return np.array(hs), np.array(ps)


def answers_swapped(inputs, h_prev, Wxh, Whh, Why, bh, by):
    hs, ps = forward(inputs, h_prev, Wxh, Whh, Why, bh, by)
    return ps, hs


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


def one_sum_for_all(hs, Why, by):
    exps = np.exp(hs[1:] @ Why.T + by)
    return exps / exps.sum()


softmax_over_everything = forward_by(output=one_sum_for_all)


def only_one_step(inputs, h_prev, Wxh, Whh, Why, bh, by):
    return forward(inputs[:1], h_prev, Wxh, Whh, Why, bh, by)


def last_step_left_out(inputs, h_prev, Wxh, Whh, Why, bh, by):
    hs, ps = forward(inputs, h_prev, Wxh, Whh, Why, bh, by)
    hs[-1], ps[-1] = 0, 0
    return hs, ps


def number_for_one_hot(inputs, h_prev, Wxh, Whh, Why, bh, by):
    return np.tanh(Wxh @ inputs[0] + Whh @ h_prev + bh)


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
    mistakes=(
        Mistake(
            "state-not-carried",
            state_not_carried,
            "Every step starts from `h_prev` again, so the second character knows nothing of "
            "the first. Step t starts from the state that step t - 1 left behind.",
        ),
        Mistake(
            "forgets-each-step",
            forgets_each_step,
            "Each state follows from its own character alone. The term with `Whh`, through "
            "which the past comes in, is missing.",
        ),
        Mistake(
            "starts-from-zero",
            starts_from_zero,
            "It starts from a state of zeros and never looks at `h_prev`. A text read in two "
            "pieces would be forgotten at the seam.",
        ),
        Mistake(
            "first-row-left-empty",
            first_row_left_empty,
            "The reading is right, but `hs[0]` is still zeros. The first row should hold the "
            "state that everything started from.",
        ),
        Mistake(
            "start-shown-not-used",
            start_shown_not_used,
            "`h_prev` stands in `hs[0]`, but the first step does not start from it. Which "
            "state does your loop hand to its first step?",
        ),
        Mistake(
            "start-at-the-end",
            start_at_the_end,
            "`h_prev` stands in the last row and every state one row too early. `hs[-1]` is a "
            "good trick with a dictionary; in an array it is the last row.",
        ),
        Mistake(
            "start-left-out",
            start_left_out,
            "`hs` begins after the first character, so its start is missing. There is one "
            "more state than there are characters: one before each, and one after the last.",
        ),
        Mistake(
            "end-left-out",
            end_left_out,
            "The state after the last character is missing from `hs`. It is the one to carry "
            "on from when the next piece of text is read.",
        ),
        Mistake(
            "one-row-early",
            one_row_early,
            "Every state stands one row too early in `hs`, and the last row is empty. Row 0 "
            "belongs to the state before anything was read.",
        ),
        Mistake(
            "previous-state",
            previous_state,
            "The states are right, but each prediction is made from the state before its "
            "character was read. Which row of `hs` knows character t?",
        ),
        Mistake(
            "every-state",
            every_state,
            "There is one prediction too many: the state before the first character predicts "
            "as well. `ps` has a row for each character read.",
        ),
        Mistake(
            "same-array-kept",
            same_array_kept,
            "The list holds the same array over and over, so all states but the first look "
            "like the last one. Writing into an array changes it wherever it is kept: make a "
            "new one at each step.",
        ),
        Mistake(
            "scores-returned",
            scores_returned,
            "The second answer is the scores. One function of lesson 2 is still to come.",
        ),
        Mistake(
            "tanh-on-scores",
            tanh_on_scores,
            "The scores go through tanh. Squashed into -1 to 1, no character could ever be "
            "more than 7.4 times as probable as another: tanh belongs to the state alone.",
        ),
        Mistake(
            "only-exp",
            only_exp,
            "The scores went through `np.exp`, but a row of `ps` does not add up to 1.",
        ),
        Mistake(
            "softmax-over-time",
            softmax_over_time,
            "The columns of `ps` add up to 1, so time steps compete with each other. It is "
            "the characters of one step that share out a probability of 1.",
        ),
        Mistake(
            "softmax-over-everything",
            softmax_over_everything,
            "All rows of `ps` together add up to 1. Each step makes a prediction of its own, "
            "with a sum of its own.",
        ),
        Mistake(
            "output-bias-forgotten",
            no_output_bias,
            "The bias `by` is missing from the scores. It holds how frequent each character "
            "is whatever was read.",
        ),
        Mistake(
            "output-bias-after-softmax",
            output_bias_late,
            "`by` is added to the probabilities, so they no longer add up to 1. It belongs to "
            "the scores.",
        ),
        Mistake(
            "hidden-bias-forgotten",
            no_hidden_bias,
            "The bias `bh` is missing from the states. Compare your line for the new state "
            "with the recurrence, term by term.",
        ),
        Mistake(
            "tanh-forgotten",
            forward_without_tanh,
            "The states are not squashed, so they may grow from step to step. What did "
            "`rnn_step` do last?",
        ),
        Mistake(
            "weights-swapped",
            weights_swapped_in_call,
            "Each character meets `Whh` and each old state `Wxh`: two things have changed "
            "places. If you call `rnn_step`, compare the order with the one in its `def`.",
        ),
        Mistake(
            "scores-without-transpose",
            rows_without_transpose,
            "`hs @ Why` uses `Why` as if it were transposed. With many states as rows, think "
            "about which axis of `Why` has length H.",
        ),
        Mistake(
            "recurrence-transposed",
            recurrence_on_the_right,
            "`h @ Whh` is not `Whh @ h`. With the state as a row on the left, the matrix has "
            "to be turned over.",
        ),
        Mistake(
            "first-character-again",
            first_character_again,
            "Every step reads the first character again. Look at the index of `inputs` inside "
            "your loop.",
        ),
        Mistake(
            "step-for-character",
            step_for_character,
            "The time step is read as if it were the character. The number of the character "
            "at step t stands in `inputs[t]`.",
        ),
        Mistake(
            "reads-its-guess",
            reads_its_guess,
            "After the first step it reads its own guess. That is how it will speak, in "
            "lesson 8; here every character comes from `inputs`.",
        ),
        Mistake(
            "only-last-prediction",
            only_last_prediction,
            "There is one prediction, after the last character. Each step makes one: is it "
            "computed inside the loop, and kept?",
        ),
        Mistake(
            "answers-swapped",
            answers_swapped,
            "The two answers come in the wrong order: states first, then probabilities.",
        ),
        Mistake(
            "only-one-step",
            only_one_step,
            "It stops after the first character. Is the `return` indented into the loop?",
        ),
        Mistake(
            "last-step-left-out",
            last_step_left_out,
            "The last character is not read: its state and its prediction are still zeros. "
            "Look at where the loop ends.",
        ),
        Mistake(
            "number-for-one-hot",
            number_for_one_hot,
            "A matrix is multiplied by the *number* of a character, where a one-hot vector is "
            "needed. `inputs` holds numbers: what did `one_hot` do with them?",
            error="enough dimensions",
        ),
    ),
)

EXERCISES_HERE = [RNN_STEP, FORWARD]
