"""One step: the blame of the scores, and of the state before."""

import numpy as np

import rnn_core

from ..base import Exercise

# output_gradient -----------------------------------------------------------------------------


def output_gradient_cases(rng):
    """One step, then several; more steps than characters and fewer; a target that comes twice.

    Certain and right, certain and wrong, and the probabilities of `hope` as the lesson shows them.
    """
    yield np.array([[0.25, 0.75]]), np.array([0])
    yield np.array([[0.2, 0.3, 0.5]]), np.array([1])
    yield np.array([[0.25, 0.75], [0.9, 0.1]]), np.array([1, 0])
    yield np.array([[0.1, 0.2, 0.7], [0.6, 0.3, 0.1]]), np.array([2, 2])
    yield np.array([[1.0]]), np.array([0])
    yield np.array([[1.0, 0.0], [1.0, 0.0]]), np.array([0, 1])
    hope = [[0.1, 0.05, 0.22, 0.63], [0.35, 0.3, 0.24, 0.12], [0.2, 0.23, 0.38, 0.19]]
    yield np.array(hope), np.array([2, 3, 0])
    for shape in [(3, 3), (5, 4), (3, 7), (25, 22)]:
        ps = rnn_core.softmax(rng.normal(scale=1.5, size=shape))
        yield ps, rng.integers(shape[-1], size=shape[0])


def output_gradient(ps, targets):
    dys = ps.copy()
    dys[np.arange(len(targets)), targets] -= 1
    return dys


def true_rows(ps, targets):
    return np.eye(ps.shape[1])[targets]


OUTPUT_GRADIENT = Exercise(
    name="output_gradient",
    lesson=4,
    reference=output_gradient,
    cases=output_gradient_cases,
    signature="output_gradient(ps, targets)",
    returns="an array with the shape of `ps`, the blame of each score at each step",
    axes=("time step", "character"),
)


@OUTPUT_GRADIENT.mistake("""
    These are the probabilities themselves; `targets` made no difference to them.
    What has to be taken away, and where, for the truth to come in?
    """)
def target_not_subtracted(ps, targets):
    return ps.copy()


@OUTPUT_GRADIENT.mistake("""
    The sign is turned round: this is what the scores should do, not how the loss changes with them.
    Raising the target's score makes the loss smaller, so what sign does its entry have?
    """)
def truth_less_belief(ps, targets):
    return true_rows(ps, targets) - ps


@OUTPUT_GRADIENT.mistake("""
    At the target a 1 is added.
    Look at the first term of the derivation: it is minus the target's score.
    """)
def added_at_target(ps, targets):
    return ps + true_rows(ps, targets)


@OUTPUT_GRADIENT.mistake("""
    Only the first term of the derivation is here, the one from the target's score.
    The logarithm of the sum depends on every score too.
    """)
def belief_forgotten(ps, targets):
    return -true_rows(ps, targets)


@OUTPUT_GRADIENT.mistake("""
    A 1 is taken off every entry.
    Each row has one target; all its other entries stay what they are.
    """)
def one_off_everything(ps, targets):
    return ps - 1


@OUTPUT_GRADIENT.mistake("""
    `dys[targets]` picks whole rows: the targets are used as time steps.
    To reach one entry, NumPy needs a time step and a character.
    """)
def targets_for_steps(ps, targets):
    dys = ps.copy()
    dys[targets] -= 1
    return dys


@OUTPUT_GRADIENT.mistake(
    """
    The targets stand where the rows go.
    `ps` has shape (T, V), and what stands in square brackets comes in the same order.
    """,
    error="out of bounds",
)
def rows_and_columns_swapped(ps, targets):
    dys = ps.copy()
    dys[targets, np.arange(len(targets))] -= 1
    return dys


@OUTPUT_GRADIENT.mistake("""
    Each row loses a 1 at the targets of all steps.
    `[:, targets]` means every row; give NumPy a list of steps beside the list of targets, pair by pair.
    """)
def every_target_at_every_step(ps, targets):
    dys = ps.copy()
    dys[:, targets] -= 1
    return dys


@OUTPUT_GRADIENT.mistake("""
    The time step is used as the character's number.
    Which character came after step t stands in `targets[t]`.
    """)
def steps_for_targets(ps, targets):
    dys = ps.copy()
    for t in range(len(dys)):
        dys[t, t % dys.shape[1]] -= 1
    return dys


@OUTPUT_GRADIENT.mistake("""
    Only the last step's target is taken into account.
    Every step makes a prediction of its own and is blamed for it.
    """)
def only_last_target(ps, targets):
    dys = ps.copy()
    dys[-1, targets[-1]] -= 1
    return dys


@OUTPUT_GRADIENT.mistake("""
    Every number is divided by how many steps there are.
    The loss of this course is the sum over the steps, not their mean.
    """)
def divided_by_steps(ps, targets):
    return (ps - true_rows(ps, targets)) / len(ps)


@OUTPUT_GRADIENT.mistake("""
    This is the slope of the loss along the probabilities.
    One more link of the chain is missing: how the probabilities change with the scores.
    """)
def slope_of_logarithm(ps, targets):
    return -true_rows(ps, targets) / ps


@OUTPUT_GRADIENT.mistake("""
    The target's entry is right, the others are 0.
    But raising any other score takes probability away from the target, so those scores are to blame as well.
    """)
def only_the_target(ps, targets):
    return (ps - true_rows(ps, targets)) * true_rows(ps, targets)


@OUTPUT_GRADIENT.mistake("""
    There is a factor p(1 - p) too many.
    The derivation has taken the slope of softmax into account already.
    """)
def times_p_again(ps, targets):
    return (ps - true_rows(ps, targets)) * ps * (1 - ps)


@OUTPUT_GRADIENT.mistake("""
    Everything is twice as large as it should be.
    That 2 belongs to a squared error; this loss is a logarithm.
    """)
def twice_as_much(ps, targets):
    return 2 * (ps - true_rows(ps, targets))


@OUTPUT_GRADIENT.mistake("""
    The steps are added up here.
    The way back still needs to know which step is to blame: leave the sum over time for later.
    """)
def added_up_over_time(ps, targets):
    return (ps - true_rows(ps, targets)).sum(axis=0)


@OUTPUT_GRADIENT.mistake("""
    The numbers of the targets are taken away from the probabilities.
    A number only says *where*: what is taken away there is 1.
    """)
def numbers_subtracted(ps, targets):
    return ps - targets[:, None]


@OUTPUT_GRADIENT.mistake("""
    The target's entry is set to -1, and its probability is lost.
    Take 1 away from what is there.
    """)
def assigned_at_target(ps, targets):
    dys = ps.copy()
    dys[np.arange(len(targets)), targets] = -1
    return dys


@OUTPUT_GRADIENT.mistake("""
    The target's entry has the wrong sign: it is 1 - p, where it should be p - 1.
    Raising the target's score makes the loss smaller.
    """)
def turned_round_at_target(ps, targets):
    return np.abs(ps - true_rows(ps, targets))


@OUTPUT_GRADIENT.mistake("""
    Only the first step's target is taken into account.
    Is the `return` indented into the loop?
    """)
def only_first_target(ps, targets):
    dys = ps.copy()
    dys[0, targets[0]] -= 1
    return dys


@OUTPUT_GRADIENT.mistake("""
    There is one row, for the first step.
    Is the `return` indented into the loop?
    """)
def first_row_alone(ps, targets):
    return (ps - true_rows(ps, targets))[:1]


@OUTPUT_GRADIENT.mistake("""
    The last step's target is not taken into account.
    Look at where the loop ends: `range` stops before its last number.
    """)
def last_target_left_out(ps, targets):
    dys = ps - true_rows(ps, targets)
    dys[-1] = ps[-1]
    return dys


@OUTPUT_GRADIENT.mistake(
    """
    `targets` is read one place too late, and past its end.
    `targets[t]` is the character that came after step t already.
    """,
    error="out of bounds",
)
def target_after_next(ps, targets):
    dys = ps.copy()
    for t in range(len(ps)):
        dys[t, targets[t + 1]] -= 1
    return dys


@OUTPUT_GRADIENT.mistake("""
    Each step is judged by the target of the step after it, and the last step by none.
    `targets[t]` is the character that came after step t already.
    """)
def target_after_next_cut_short(ps, targets):
    dys = ps.copy()
    for t in range(len(ps) - 1):
        dys[t, targets[t + 1]] -= 1
    return dys


@OUTPUT_GRADIENT.mistake("""
    The 1 is taken off the most probable character of each step.
    The one that came is often another: it stands in `targets`.
    """)
def largest_for_target(ps, targets):
    return ps - true_rows(ps, ps.argmax(axis=1))


@OUTPUT_GRADIENT.mistake("""
    The 1 is taken off the entry just before the target.
    Numbers of characters start at 0, as positions in an array do: nothing to subtract.
    """)
def target_off_by_one(ps, targets):
    return ps - true_rows(ps, targets - 1)


@OUTPUT_GRADIENT.mistake("""
    The target's entry is 0, as if nothing were wrong there.
    Its blame is what the probability lacks to 1, with a minus sign.
    """)
def target_set_to_zero(ps, targets):
    return ps * (1 - true_rows(ps, targets))


@OUTPUT_GRADIENT.mistake("""
    Every number is divided by how many characters there are.
    The loss is a sum over the steps, and nothing in it is a mean.
    """)
def divided_by_characters(ps, targets):
    return (ps - true_rows(ps, targets)) / ps.shape[1]


@OUTPUT_GRADIENT.mistake("""
    `ps` goes through softmax once more.
    They are probabilities already.
    """)
def softmax_again(ps, targets):
    return rnn_core.softmax(ps) - true_rows(ps, targets)


# backward_step -------------------------------------------------------------------------------


def backward_step_cases(rng):
    """Round numbers first, then one unit, several, many; states from the ends of tanh to zero.

    And much blame, little and none, and a matrix of whole numbers.
    """
    yield (
        np.array([1.0, 0.0]),
        np.array([0.5, 0.0]),
        np.array([0.0, 0.0]),
        np.array([[1.0, 2.0], [0.0, 1.0]]),
    )
    yield (
        np.array([1.0, -2.0]),
        np.array([0.5, -0.5]),
        np.array([0.8, 0.1]),
        np.array([[1.0, 2.0], [-1.0, 0.5]]),
    )
    yield np.array([2.0]), np.array([-0.6]), np.array([0.3]), np.array([[0.5]])
    yield (
        np.zeros(2),
        np.array([0.5, -0.5]),
        np.array([0.2, 0.1]),
        np.array([[1.0, 2.0], [3.0, 4.0]]),
    )
    yield (
        np.ones(2),
        np.array([1.0, -1.0]),
        np.array([0.0, 1.0]),
        np.array([[1.0, 2.0], [3.0, 4.0]]),
    )
    yield np.array([1e6, 2e6]), np.array([0.5, 0.0]), np.zeros(2), np.array([[1, 2], [0, 1]])
    yield np.array([1e-9, 0.0]), np.array([-0.5, 0.9]), np.zeros(2), np.array([[0, 1], [-1, 0]])
    for size in (3, 4, 7, 16):
        h, h_prev = np.tanh(rng.normal(scale=1.2, size=(2, size)))
        yield rng.normal(size=size), h, h_prev, rng.normal(size=(size, size))


def backward_step(dh, h, h_prev, Whh):
    da = dh * (1 - h**2)
    return da, Whh.T @ da


def through(slope):
    """The step with another slope in place of that of tanh."""

    def step(dh, h, h_prev, Whh):
        da = dh * slope(h, h_prev)
        return da, Whh.T @ da

    return step


BACKWARD_STEP = Exercise(
    name="backward_step",
    lesson=4,
    reference=backward_step,
    cases=backward_step_cases,
    signature="backward_step(dh, h, h_prev, Whh)",
    returns="a tuple `da, dh_prev`, two arrays of shape (H,)",
    parts=("da", "dh_prev"),
    axes=("unit",),
)


@BACKWARD_STEP.mistake("""
    `Whh` is used as on the way forward.
    On the way back a unit collects blame from all that it sent to, down a column of `Whh` instead of along a row.
    `Whh` is square, so NumPy cannot notice.
    """)
def whh_not_transposed(dh, h, h_prev, Whh):
    da = dh * (1 - h**2)
    return da, Whh @ da


BACKWARD_STEP.mistake(
    """
    The slope of tanh is taken to be 1 - h.
    For h near 0 that looks right, but a negative h would give a slope above 1, and tanh is nowhere steeper than 1.
    What is missing?
    """,
    name="slope-1-minus-h",
)(through(lambda h, h_prev: 1 - h))


BACKWARD_STEP.mistake(
    """
    `da` is `dh` unchanged: the blame went past tanh as if it were not there.
    Where tanh is flat, no blame comes through.
    """,
    name="no-slope",
)(through(lambda h, h_prev: 1.0))


BACKWARD_STEP.mistake(
    """
    tanh is applied once more.
    `h` has been through tanh already; its slope can be read off `h` as it is.
    """,
    name="slope-of-tanh-of-h",
)(through(lambda h, h_prev: 1 - np.tanh(h) ** 2))


BACKWARD_STEP.mistake(
    """
    The slope is taken at the state before the step.
    Which of the two states came out of the tanh that the blame is passing through?
    """,
    name="slope-at-the-step-before",
)(through(lambda h, h_prev: 1 - h_prev**2))


BACKWARD_STEP.mistake(
    "With this sign the slope grows as h moves away from 0. tanh flattens there.", name="slope-plus"
)(through(lambda h, h_prev: 1 + h**2))


BACKWARD_STEP.mistake(
    "This is what the slope of tanh lacks to 1, not the slope: it is 0 where tanh is steepest, and near 1 where tanh is flat.",
    name="slope-is-h-squared",
)(through(lambda h, h_prev: h**2))


BACKWARD_STEP.mistake(
    """
    The square stands around the whole difference.
    Only one of its two terms is squared.
    """,
    name="square-around-the-difference",
)(through(lambda h, h_prev: (1 - h) ** 2))


BACKWARD_STEP.mistake(
    """
    h(1 - h) is the slope of the logistic curve, another squashing function.
    This network uses tanh.
    """,
    name="slope-times-h",
)(through(lambda h, h_prev: h * (1 - h)))


@BACKWARD_STEP.mistake("""
    `da` is right, but `dh_prev` is made from `dh`.
    The state before is inside tanh together with `Whh`: which of `dh` and `da` has come through tanh?
    """)
def back_before_tanh(dh, h, h_prev, Whh):
    return dh * (1 - h**2), Whh.T @ dh


@BACKWARD_STEP.mistake("""
    Here the blame goes through `Whh` first and through tanh afterwards.
    Forwards `Whh` comes first and tanh second; backwards it is the other way round.
    """)
def tanh_after_whh(dh, h, h_prev, Whh):
    return dh * (1 - h**2), (Whh.T @ dh) * (1 - h**2)


@BACKWARD_STEP.mistake("""
    `dh_prev` has been multiplied by a second slope, that of the state before.
    It still has to meet other blame there; the next step back will do that.
    """)
def slope_of_the_step_before_too(dh, h, h_prev, Whh):
    da = dh * (1 - h**2)
    return da, (Whh.T @ da) * (1 - h_prev**2)


@BACKWARD_STEP.mistake(
    "Both numbers are there, in the other order: `da` comes first, `dh_prev` second."
)
def swapped(dh, h, h_prev, Whh):
    da = dh * (1 - h**2)
    return Whh.T @ da, da


@BACKWARD_STEP.mistake("The slope is added to the blame. Along a chain, slopes are multiplied.")
def slope_added(dh, h, h_prev, Whh):
    da = dh + (1 - h**2)
    return da, Whh.T @ da


@BACKWARD_STEP.mistake("""
    The `*` multiplies entry by entry and makes a matrix.
    A unit's blame is a sum over all units that it sent to: a matrix product.
    """)
def entry_by_entry(dh, h, h_prev, Whh):
    da = dh * (1 - h**2)
    return da, Whh.T * da


@BACKWARD_STEP.mistake("""
    `dh_prev` holds this step's share of the blame of the weights `Whh`, a matrix.
    What is asked for is the blame of the state before, a vector.
    """)
def blame_of_the_weights(dh, h, h_prev, Whh):
    da = dh * (1 - h**2)
    return da, np.outer(da, h_prev)


@BACKWARD_STEP.mistake("""
    `dh_prev` is `da` again.
    Between the state before and `a` stand the weights `Whh`, and the blame has to go back through them.
    """)
def whh_left_out(dh, h, h_prev, Whh):
    da = dh * (1 - h**2)
    return da, da


@BACKWARD_STEP.mistake("""
    `dh_prev` is multiplied by `h_prev`.
    How `a` changes with the state before depends on `Whh` alone, not on what that state is.
    """)
def times_h_prev(dh, h, h_prev, Whh):
    da = dh * (1 - h**2)
    return da, Whh.T @ da * h_prev


@BACKWARD_STEP.mistake("""
    `dh * 1 - h**2` multiplies by 1 and then takes the square away.
    The slope is a difference: put brackets around it.
    """)
def brackets_forgotten(dh, h, h_prev, Whh):
    da = dh * 1 - h**2
    return da, Whh.T @ da


@BACKWARD_STEP.mistake("""
    `da` is the slope of tanh alone.
    The blame `dh` that arrives has to be multiplied by it.
    """)
def blame_left_out(dh, h, h_prev, Whh):
    da = 1 - h**2
    return da, Whh.T @ da


@BACKWARD_STEP.mistake("""
    The slope is taken at `dh`, the blame.
    The curve of tanh is where the state is: which of the arguments came out of tanh?
    """)
def slope_at_the_blame(dh, h, h_prev, Whh):
    da = dh * (1 - np.tanh(dh) ** 2)
    return da, Whh.T @ da


@BACKWARD_STEP.mistake("""
    The blame is divided by the slope.
    Going back along a chain means multiplying, just as on the way there.
    """)
def divided_by_slope(dh, h, h_prev, Whh):
    da = dh / (1 - h**2)
    return da, Whh.T @ da


@BACKWARD_STEP.mistake("""
    `dh_prev` holds the share of the last unit alone.
    Look for an `=` in the loop where a sum should grow.
    """)
def last_unit_alone(dh, h, h_prev, Whh):
    da = dh * (1 - h**2)
    return da, Whh[-1] * da[-1]


@BACKWARD_STEP.mistake("""
    `dh_prev` is made from `dh`, and `Whh` is not turned over either.
    Which of `dh` and `da` has come through tanh, and does blame go along a row of `Whh`, or down a column?
    """)
def whh_not_transposed_and_before_tanh(dh, h, h_prev, Whh):
    return dh * (1 - h**2), Whh @ dh


@BACKWARD_STEP.mistake("""
    The blame that is handed back has passed tanh twice.
    The slope is in `da` already: multiply by it once.
    """)
def slope_twice(dh, h, h_prev, Whh):
    da = dh * (1 - h**2)
    return da, Whh.T @ (da * (1 - h**2))


BACKWARD_STEP.mistake(
    """
    The slope is taken to be 1 - 2h.
    The derivative of tanh is 1 - tanh²: h is squared, not doubled.
    """,
    name="doubled-for-squared",
)(through(lambda h, h_prev: 1 - 2 * h))


BACKWARD_STEP.mistake(
    """
    The slope has the wrong sign.
    tanh rises everywhere, so its slope is never below 0.
    """,
    name="slope-turned-round",
)(through(lambda h, h_prev: h**2 - 1))


BACKWARD_STEP.mistake(
    """
    The slope is taken to be the root of 1 - h².
    The derivative of tanh is 1 - h² itself.
    """,
    name="root-of-the-slope",
)(through(lambda h, h_prev: np.sqrt(1 - h**2)))


BACKWARD_STEP.mistake(
    """
    Every slope is taken to be that of the size of h, 1 - |h|.
    It is h times h that is missing to 1.
    """,
    name="slope-1-minus-size",
)(through(lambda h, h_prev: 1 - np.abs(h)))


for bound in (1, 5):

    @BACKWARD_STEP.mistake(
        f"""
        `da` is cut off at {bound}.
        Keeping gradients in bounds has a lesson of its own; here they should be exact.
        """,
        name=f"cut-off-at-{bound}",
    )
    def cut_off(dh, h, h_prev, Whh, bound=bound):
        da = np.clip(dh * (1 - h**2), -bound, bound)
        return da, Whh.T @ da


@BACKWARD_STEP.mistake("""
    `dh` is added to what is handed back.
    It is blame of this step's state, and reaches the state before through `Whh` alone.
    """)
def handed_past_whh(dh, h, h_prev, Whh):
    da = dh * (1 - h**2)
    return da, dh + Whh.T @ da
