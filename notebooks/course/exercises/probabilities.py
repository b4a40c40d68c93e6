"""Exercises of lesson 2: scores into probabilities, and what a prediction costs.

The model for the other topics. A mistake is the whole function as a learner would have written
it, so that its answers are theirs to the last digit.
"""

import math

import numpy as np

import rnn_core

from .base import Exercise, Within

# softmax -----------------------------------------------------------------------------------


def softmax_cases(rng):
    """One row, then rows, then batches; the page's own; whole numbers; ties; scores of any size.

    `[0, 710]` overflows by a hair, at -744 exponentials keep hardly a digit, and 70,000 is too much
    for wider and narrower floats than Python's.
    """
    yield (np.array([1.0, 2.0]),)
    yield (np.array([3.0]),)
    yield (np.array([0.0, 1.0, 3.0]),)
    yield (np.array([-3.0, -1.0, -2.0]),)
    yield (np.array([1000.0, 1001.0]),)
    yield (np.array([400.0, 401.0]),)
    yield (np.array([500.0, 501.0, 502.0]),)
    yield (np.array([0.0, 710.0]),)
    yield (np.array([0.0, -1000.0]),)
    yield (np.array([0.0, -3000.0, -3000.0]),)
    yield (np.array([-1001.0, -1000.0]),)
    yield (np.array([-745.0, -744.0]),)
    yield (np.array([70_000.0, 70_001.0]),)
    yield (np.array([-70_000.0, -70_001.0]),)
    yield (np.array([[1.0, 2.0, 0.0], [3.0, 0.0, 0.0]]),)
    yield (np.array([[900.0, 901.0], [-2.0, 3.0]]),)
    yield (np.array([[0.0, 1.0], [-1000.0, -1001.0], [0.0, -1000.0]]),)
    yield (np.array([[2.0], [0.0]]),)
    yield (np.zeros((1, 4)),)
    hope = np.array([[1.0, -1.0, 2.0, 0.0], [0.0, 1.0, 0.0, 3.0], [0.5, 0.0, -1.0, 1.0]])
    yield (hope[0],)
    yield (hope,)
    yield (np.array([[[1.0, 0.0]], [[2.0, 4.0]]]),)
    yield (np.array([[[1.0, 0.0, 2.0], [0.0, 1.0, 1.0]]]),)
    yield (np.array([2, 1]),)
    yield (np.array([[0, 1], [3, 0], [-2, -2]]),)
    for shape in [(22,), (5, 5), (4, 7), (3, 2, 5), (2, 3, 2, 4), (25, 22)]:
        yield (rng.normal(scale=3.0, size=shape),)


SOFTMAX = Exercise(
    name="softmax",
    lesson=2,
    reference=rnn_core.softmax,
    cases=softmax_cases,
    signature="softmax(scores)",
    returns="an array of probabilities with the shape of `scores`",
    axes=("time step", "batch", "character"),
    exact_zeros=True,
)


@SOFTMAX.mistake(
    "The scores are divided by their sum, but never went through `np.exp`: a negative score stays negative, and scores that add up to 0 divide by 0."
)
def no_exp(scores):
    return scores / scores.sum(axis=-1, keepdims=True)


@SOFTMAX.mistake(
    "The scores are shifted and divided by their sum, but `np.exp` is missing between the two: the best character, with 0 left, gets no share at all."
)
def no_exp_after_shift(scores):
    shifted = scores - scores.max(axis=-1, keepdims=True)
    return shifted / shifted.sum(axis=-1, keepdims=True)


@SOFTMAX.mistake(
    "These do not add up to 1 yet: after `np.exp`, each row still has to be divided by something, and its largest entry is not it."
)
def not_normalised(scores):
    return np.exp(scores - scores.max(axis=-1, keepdims=True))


@SOFTMAX.mistake("""
    This is right until a score is large: `np.exp(1000)` is too big for a float.
    Subtracting one number from all scores of a row changes no probability; which number makes the largest exponent 0?
    """)
def no_shift(scores):
    exps = np.exp(scores)
    return exps / exps.sum(axis=-1, keepdims=True)


@SOFTMAX.mistake("""
    The scores are shifted by their sum.
    Any shift gives the same quotient on paper, but this one can make every exponent huge, or all of them vanish.
    Shift by the one number that brings the largest score to 0.
    """)
def shift_by_sum(scores):
    exps = np.exp(scores - scores.sum(axis=-1, keepdims=True))
    return exps / exps.sum(axis=-1, keepdims=True)


@SOFTMAX.mistake("""
    The scores are shifted by their mean, which leaves the largest of them above 0, as far as it likes.
    Try scores of which most are very small and one is large.
    """)
def shift_by_mean(scores):
    exps = np.exp(scores - scores.mean(axis=-1, keepdims=True))
    return exps / exps.sum(axis=-1, keepdims=True)


@SOFTMAX.mistake("""
    The scores are shifted by the smallest of them.
    That keeps them from vanishing together, but it is the largest exponent that overflows.
    """)
def shift_by_smallest(scores):
    exps = np.exp(scores - scores.min(axis=-1, keepdims=True))
    return exps / exps.sum(axis=-1, keepdims=True)


@SOFTMAX.mistake("""
    The shift is the largest size, without the sign.
    If all scores are far below 0, that moves them down further, until every exponential rounds to 0.
    """)
def shift_by_largest_size(scores):
    exps = np.exp(scores - np.abs(scores).max(axis=-1, keepdims=True))
    return exps / exps.sum(axis=-1, keepdims=True)


@SOFTMAX.mistake("""
    The largest is taken away after `np.exp`, when the harm is done.
    It is the scores that must be shifted, before they become exponentials.
    """)
def shift_after_exp(scores):
    exps = np.exp(scores)
    exps = exps - exps.max(axis=-1, keepdims=True)
    return exps / exps.sum(axis=-1, keepdims=True)


@SOFTMAX.mistake("""
    The largest score is subtracted from the exponentials.
    Look at where the parentheses of `np.exp` close: the shift belongs to the scores.
    """)
def shift_outside_exp(scores):
    exps = np.exp(scores) - scores.max(axis=-1, keepdims=True)
    return exps / exps.sum(axis=-1, keepdims=True)


@SOFTMAX.mistake("""
    The scores are divided by the largest.
    That changes the differences between them, and with them the probabilities; which operation leaves differences alone?
    """)
def divided_by_largest(scores):
    exps = np.exp(scores / scores.max(axis=-1, keepdims=True))
    return exps / exps.sum(axis=-1, keepdims=True)


@SOFTMAX.mistake(
    "The shift has the wrong sign: the largest score is added, so large scores become twice as large before `np.exp`."
)
def shift_upwards(scores):
    exps = np.exp(scores + scores.max(axis=-1, keepdims=True))
    return exps / exps.sum(axis=-1, keepdims=True)


@SOFTMAX.mistake("""
    The scores above the fraction line are shifted, those in the sum below it are not.
    The shift cancels only if it is in both places.
    """)
def shift_only_above(scores):
    shift = scores.max(axis=-1, keepdims=True)
    return np.exp(scores - shift) / np.exp(scores).sum(axis=-1, keepdims=True)


@SOFTMAX.mistake("""
    The scores in the sum below the fraction line are shifted, those above it are not, so the rows do not add up to 1.
    Use the same shifted scores twice.
    """)
def shift_only_below(scores):
    shift = scores.max(axis=-1, keepdims=True)
    return np.exp(scores) / np.exp(scores - shift).sum(axis=-1, keepdims=True)


@SOFTMAX.mistake("""
    With several rows, all numbers together add up to 1.
    Every row is a prediction of its own: look at the `axis` of the sum.
    """)
def sum_over_everything(scores):
    exps = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return exps / exps.sum()


@SOFTMAX.mistake("""
    Both the largest score and the sum are taken over the whole array.
    With several rows each needs its own: which `axis` runs along the characters?
    """)
def one_shift_and_sum_over_everything(scores):
    exps = np.exp(scores - scores.max())
    return exps / exps.sum()


@SOFTMAX.mistake("""
    All rows are shifted by one and the same number, the largest of the whole array.
    A row far below it vanishes, and 0 is divided by 0: each row needs a largest score of its own.
    """)
def one_shift_for_all(scores):
    exps = np.exp(scores - scores.max())
    return exps / exps.sum(axis=-1, keepdims=True)


@SOFTMAX.mistake("""
    For a single row this is right.
    Python's own `max` and `sum` do not know of axes: with several rows they compare and add up whole rows.
    Arrays have their own `.max` and `.sum`.
    """)
def one_row_only(scores):
    exps = np.exp(scores - max(scores))
    return exps / sum(exps)


@SOFTMAX.mistake("""
    This is right for (T, V) alone: it goes along the first axis.
    A single row falls apart into numbers, each of them certain, and a batch into tables.
    An `axis` serves them all.
    """)
def row_by_row(scores):
    exps = [np.exp(row - row.max()) for row in scores]
    return np.array([row / row.sum() for row in exps])


@SOFTMAX.mistake("""
    `axis=1` is where the characters stand only if there are two axes.
    A single row has no axis 1, and in a batch it is another one.
    Which number means the last axis, however many there are?
    """)
def second_axis(scores):
    exps = np.exp(scores - scores.max(axis=1, keepdims=True))
    return exps / exps.sum(axis=1, keepdims=True)


@SOFTMAX.mistake("""
    Here the columns add up to 1, not the rows.
    Scores put time first and characters last: along which axis do the alternatives stand?
    """)
def wrong_axis(scores):
    exps = np.exp(scores - scores.max(axis=0))
    return exps / exps.sum(axis=0)


@SOFTMAX.mistake("""
    One row works; with several, the row's number lies along the wrong axis, or does not fit at all.
    See what shape a sum over the last axis has, and what `keepdims` does to it.
    """)
def no_keepdims(scores):
    exps = np.exp(scores - scores.max(axis=-1))
    return exps / exps.sum(axis=-1)


@SOFTMAX.mistake("""
    The sum keeps its axis, the largest score does not: with several rows the largest scores lie across the characters.
    Look at the shape of `.max` over the last axis.
    """)
def no_keepdims_in_max(scores):
    exps = np.exp(scores - scores.max(axis=-1))
    return exps / exps.sum(axis=-1, keepdims=True)


@SOFTMAX.mistake("""
    The shift is right, also for several rows.
    The division is not: look at the shape of the sum over the last axis, and at how NumPy lays it beside the exponentials.
    """)
def no_keepdims_in_sum(scores):
    exps = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return exps / exps.sum(axis=-1)


@SOFTMAX.mistake("""
    Each row is divided by how many characters there are.
    That makes a mean, not shares: what must a row be divided by to add up to 1?
    """)
def divided_by_count(scores):
    exps = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return exps / scores.shape[-1]


@SOFTMAX.mistake("""
    The division comes before `np.exp`.
    Exponentials of numbers that add up to 1 do not add up to 1: change the order.
    """)
def normalised_before_exp(scores):
    return np.exp(scores / scores.sum(axis=-1, keepdims=True))


@SOFTMAX.mistake("""
    The order is upside down: the lowest score gets the highest probability.
    Look for a minus sign inside `np.exp`.
    """)
def minus_inside(scores):
    exps = np.exp(-(scores - scores.min(axis=-1, keepdims=True)))
    return exps / exps.sum(axis=-1, keepdims=True)


@SOFTMAX.mistake("""
    These are powers of 2.
    They are probabilities, but not softmax: its base is e, as in `np.exp`.
    """)
def powers_of_two(scores):
    exps = 2.0 ** (scores - scores.max(axis=-1, keepdims=True))
    return exps / exps.sum(axis=-1, keepdims=True)


@SOFTMAX.mistake("""
    These are the logarithms of the probabilities.
    The logarithm comes later, in the loss.
    """)
def log_left_on(scores):
    return np.log(rnn_core.softmax(scores))


@SOFTMAX.mistake("""
    Above the line stand exponentials, below it the sum of the scores.
    A share is a part of its own whole: divide by the sum of the exponentials.
    """)
def divided_by_scores(scores):
    exps = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return exps / scores.sum(axis=-1, keepdims=True)


@SOFTMAX.mistake("""
    Below the line the shifted scores are added up before they went through `np.exp`.
    That sum is never above 0: which numbers are to be shared out?
    """)
def divided_by_shifted_scores(scores):
    shifted = scores - scores.max(axis=-1, keepdims=True)
    return np.exp(shifted) / shifted.sum(axis=-1, keepdims=True)


@SOFTMAX.mistake("""
    A tiny constant is added to the sum, so the shares add up to a little less than 1.
    Once the largest score is 0 the sum is at least 1: nothing there needs protecting.
    """)
def constant_below(scores):
    exps = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return exps / (exps.sum(axis=-1, keepdims=True) + 1e-8)


@SOFTMAX.mistake("""
    Scores are cut off before `np.exp`.
    That stops the overflow, but two scores beyond the bound look alike; a shift keeps the differences between them.
    """)
def cut_off(scores):
    exps = np.exp(np.clip(scores, -700, 700))
    return exps / exps.sum(axis=-1, keepdims=True)


@SOFTMAX.mistake("""
    Each score goes through the logistic function by itself, so a row does not add up to 1.
    The characters have to share: what one gets the others lose.
    """)
def each_by_itself(scores):
    return 1 / (1 + np.exp(-scores))


@SOFTMAX.mistake(
    """
    `math.exp` takes a single number.
    NumPy has an exponential that goes through a whole array.
    """,
    error="Python scalar",
)
def exp_of_math(scores):
    exps = math.exp(scores - scores.max(axis=-1, keepdims=True))
    return exps / exps.sum(axis=-1, keepdims=True)


@SOFTMAX.mistake("""
    Every entry is 1: each exponential is divided by itself.
    Where does the bracket of `.sum` stand?
    It adds up exponentials, not the number that is taken away inside of them.
    """)
def sum_inside_exp(scores):
    shift = scores.max(axis=-1, keepdims=True)
    return np.exp(scores - shift) / np.exp(scores - shift.sum(axis=-1, keepdims=True))


@SOFTMAX.mistake("""
    What is taken away is the *place* of the largest score, a small whole number, as `argmax` gives it.
    That keeps no exponent in bounds: it is the value that must go, as `max` gives it.
    """)
def argmax_for_max(scores):
    exps = np.exp(scores - scores.argmax(axis=-1, keepdims=True))
    return exps / exps.sum(axis=-1, keepdims=True)


for constant in (1000, 700, 100):

    @SOFTMAX.mistake(
        f"""
        The scores are shifted by a fixed number, such as {constant}, whatever they are.
        Scores that are larger still overflow, and smaller ones vanish together.
        The shift has to follow the scores: which number makes the largest exponent 0?
        """,
        name=f"shift-by-{constant}",
    )
    def shift_by_a_constant(scores, constant=constant):
        exps = np.exp(scores - constant)
        return exps / exps.sum(axis=-1, keepdims=True)


@SOFTMAX.mistake("""
    Where no score is large the scores are not shifted.
    Far below 0 all exponentials round to 0, and 0 is divided by 0: always shift, it changes no probability.
    """)
def shift_only_when_large(scores):
    largest = scores.max(axis=-1, keepdims=True)
    exps = np.exp(scores - np.where(largest > 700, largest, 0))
    return exps / exps.sum(axis=-1, keepdims=True)


@SOFTMAX.mistake("""
    `nan` has been replaced by a number, which hides the overflow and gives no probabilities.
    It should not arise: shift the scores before `np.exp`.
    """)
def nan_replaced(scores):
    exps = np.exp(scores)
    return np.nan_to_num(exps / exps.sum(axis=-1, keepdims=True))


@SOFTMAX.mistake("""
    This is right for one row and for (T, V), but not with further axes in front of them.
    Which number means the last axis, however many there are?
    """)
def one_or_two_axes(scores):
    axis = 0 if scores.ndim == 1 else 1
    exps = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return exps / exps.sum(axis=axis, keepdims=True)


@SOFTMAX.mistake("""
    Here the exponentials are divided by their length, the root of the sum of squares.
    Shares add up to 1: divide by the plain sum.
    """)
def divided_by_length(scores):
    exps = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return exps / np.linalg.norm(exps, axis=-1, keepdims=True)


@SOFTMAX.mistake("""
    With whole numbers as scores every probability is cut off to a whole number: an array made by `zeros_like`, or a copy of `scores`, holds what `scores` holds.
    Make one for floats, as `np.zeros(scores.shape)`, or let the division make it.
    """)
def cut_to_whole_numbers(scores):
    exps = np.exp(scores - scores.max(axis=-1, keepdims=True))
    shares = np.zeros_like(scores)
    shares[...] = exps / exps.sum(axis=-1, keepdims=True)
    return shares


@SOFTMAX.mistake("""
    This is right for one row and for (T, V); with further axes in front, the last two share one sum.
    Which number means the last axis, however many there are?
    """)
def row_or_rows(scores):
    rows = scores.reshape(-1, scores.shape[-1]) if scores.ndim < 3 else scores
    exps = [np.exp(row - row.max()) for row in rows]
    return np.array([row / row.sum() for row in exps]).reshape(scores.shape)


@SOFTMAX.mistake(
    """
    With whole numbers as scores this stops: an array of whole numbers, `scores` or a copy of it, is asked to hold fractions.
    Let the exponentials make an array of their own.
    """,
    error="Cannot cast",
)
def written_into_whole_numbers(scores):
    exps = scores.copy()
    exps -= scores.max(axis=-1, keepdims=True)
    np.exp(exps, out=exps)
    return exps / exps.sum(axis=-1, keepdims=True)


# cross_entropy -----------------------------------------------------------------------------


def cross_entropy_cases(rng):
    """One step, then several, then batches; certain and right, certain and wrong, next to certain.

    Rows are as softmax gives them. In batches B is not 1 and not T, so that code for (T, V) alone
    stops there and its other mistakes are still known by their answers without a batch. The
    probability of 250 characters together is too small for a float.
    """
    yield np.array([[0.25, 0.75]]), np.array([0])
    yield np.array([[1.0]]), np.array([0])
    yield np.array([[0.25, 0.75], [0.9, 0.1]]), np.array([1, 0])
    yield np.array([[0.0, 1.0]]), np.array([1])
    yield np.array([[0.0, 1.0]]), np.array([0])
    yield np.array([[1e-30, 1.0]]), np.array([0])
    yield np.array([[0.5, 0.0, 0.5], [0.0, 0.0, 1.0]]), np.array([0, 2])
    yield np.array([[0.2, 0.3, 0.5], [0.6, 0.3, 0.1]]), np.array([2, 1])
    yield np.array([[0.2, 0.3, 0.5], [0.6, 0.3, 0.1]]), np.array([0, 0])
    scores = [[1.0, -1.0, 2.0, 0.0], [0.0, 1.0, 0.0, 3.0], [0.5, 0.0, -1.0, 1.0]]
    yield rnn_core.softmax(scores), np.array([2, 3, 0])
    rows = np.array([[0.1, 0.2, 0.3, 0.4], [0.25, 0.5, 0.25, 0.0], [0.7, 0.1, 0.1, 0.1]])
    yield np.array([rows, rows[::-1]]), np.array([[0, 1, 3], [3, 2, 0]])
    for shape in [(3, 3), (2, 6), (4, 7), (25, 22), (2, 3, 12), (5, 4, 22), (250, 22)]:
        probabilities = rnn_core.softmax(rng.normal(scale=2.0, size=shape))
        yield probabilities, rng.integers(shape[-1], size=shape[:-1])


def observe_loss(function, args):
    """The loss. At a probability next to 0 any wrong one is like any other.

    Where the loss is infinite `math.log` stops, which is as good.
    """
    wanted = of_targets(*args)
    try:
        loss = function(*args)
    except ValueError as problem:
        if not wanted.all() and str(problem).startswith(("math domain error", "expected a posi")):
            return np.inf
        raise
    near = wanted.min() > 1e-20 or not np.isscalar(loss) or not np.isfinite(loss)
    return loss if near or np.isclose(loss, -np.log(wanted).sum()) else Within(loss, np.inf)


def of_targets(probabilities, targets):
    return np.take_along_axis(probabilities, targets[..., None], axis=-1)[..., 0]


CROSS_ENTROPY = Exercise(
    name="cross_entropy",
    lesson=2,
    reference=rnn_core.cross_entropy,
    cases=cross_entropy_cases,
    signature="cross_entropy(probabilities, targets)",
    returns="one number, the loss summed over all time steps",
    observe=observe_loss,
)


@CROSS_ENTROPY.mistake("""
    This is the loss of an average character.
    The original experiment adds the surprises of all characters up, so that 25 steps start at 77, not at 3.
    """)
def mean_for_sum(probabilities, targets):
    return -np.log(of_targets(probabilities, targets)).mean()


@CROSS_ENTROPY.mistake("""
    The surprises are added up over time but averaged over the batch.
    Add up over both.
    """)
def mean_over_batch(probabilities, targets):
    losses = -np.log(of_targets(probabilities, targets))
    return losses.sum(axis=0).mean()


@CROSS_ENTROPY.mistake("""
    The surprises are averaged over time and added up over the batch.
    Add up over both, so that 25 steps start at 77, not at 3.
    """)
def mean_over_time(probabilities, targets):
    losses = -np.log(of_targets(probabilities, targets))
    return losses.mean(axis=0).sum()


@CROSS_ENTROPY.mistake("""
    1 is added inside the logarithm, so that even certainty about the wrong character costs nothing.
    Take the logarithm of the probability as it is.
    """)
def one_added_in_the_log(probabilities, targets):
    return -np.log1p(of_targets(probabilities, targets)).sum()


@CROSS_ENTROPY.mistake("""
    In a batch the targets were lined up in another order than the rows of probabilities, so that rows meet targets that are not theirs.
    Is one of the two turned round before it is laid flat?
    """)
def targets_lined_up_otherwise(probabilities, targets):
    rows = probabilities.reshape(-1, probabilities.shape[-1])
    with np.errstate(divide="ignore"):
        return -np.log(rows[np.arange(len(rows)), targets.T.ravel()]).sum()


@CROSS_ENTROPY.mistake("""
    The loss is negative.
    The logarithm of a probability is never above 0; a surprise is never below it.
    """)
def missing_minus(probabilities, targets):
    return np.log(of_targets(probabilities, targets)).sum()


@CROSS_ENTROPY.mistake(
    "The probability missed is added up, without a logarithm: being certain and wrong would cost no more than 1."
)
def no_log(probabilities, targets):
    return (1 - of_targets(probabilities, targets)).sum()


@CROSS_ENTROPY.mistake("""
    The probabilities are added first and the logarithm is taken once.
    Each step has a surprise of its own: logarithm first, then the sum.
    """)
def log_of_sum(probabilities, targets):
    return -np.log(of_targets(probabilities, targets).sum())


@CROSS_ENTROPY.mistake("""
    The probabilities are multiplied, and the logarithm comes after that.
    On paper it is the same; but the product of a few hundred probabilities is smaller than any float, rounds to 0, and the loss is infinite.
    Take the logarithms first.
    """)
def product_before_log(probabilities, targets):
    return -np.log(np.prod(of_targets(probabilities, targets)))


@CROSS_ENTROPY.mistake("Here is one surprise per character; the loss is one number. Add them up.")
def not_summed(probabilities, targets):
    return -np.log(of_targets(probabilities, targets))


@CROSS_ENTROPY.mistake("""
    This is in bits: the logarithm has base 2.
    The course counts in nats, with the natural logarithm.
    """)
def bits_for_nats(probabilities, targets):
    return -np.log2(of_targets(probabilities, targets)).sum()


@CROSS_ENTROPY.mistake("""
    This never looks at `targets`: it is the entropy, the surprise that the network expects.
    We want the surprise at what really came.
    """)
def entropy(probabilities, targets):
    return -(probabilities * np.log(probabilities)).sum()


@CROSS_ENTROPY.mistake("""
    The surprises of all characters are added up, also of those that did not come.
    From each row only the entry at the target counts.
    """)
def all_characters(probabilities, targets):
    return -np.log(probabilities).sum()


@CROSS_ENTROPY.mistake("""
    The time step is used as the character's number.
    Which character came at step t stands in `targets[t]`.
    """)
def step_for_target(probabilities, targets):
    rows = probabilities.reshape(-1, probabilities.shape[-1])
    steps = np.arange(len(rows)) % rows.shape[-1]
    return -np.log(rows[np.arange(len(rows)), steps]).sum()


@CROSS_ENTROPY.mistake("""
    The entry just before the target is read.
    Numbers of characters start at 0, as positions in an array do: nothing to subtract.
    """)
def target_off_by_one(probabilities, targets):
    return -np.log(of_targets(probabilities, targets - 1)).sum()


@CROSS_ENTROPY.mistake("""
    This is the surprise at the most likely character of each step.
    The character that came is often another one.
    """)
def largest_for_target(probabilities, targets):
    return -np.log(probabilities.max(axis=-1)).sum()


@CROSS_ENTROPY.mistake("""
    Only the last time step counts here.
    Look for a loss that is assigned in the loop where it should be added to.
    """)
def only_last_step(probabilities, targets):
    return -np.log(of_targets(probabilities, targets))[-1].sum()


@CROSS_ENTROPY.mistake(
    "Only the first time step counts here. Is the `return` indented into the loop?"
)
def only_first_step(probabilities, targets):
    return -np.log(of_targets(probabilities, targets))[0].sum()


@CROSS_ENTROPY.mistake("""
    `probabilities[targets]` picks whole rows: the targets are taken for time steps.
    A time step and a character are needed together.
    """)
def rows_for_characters(probabilities, targets):
    return -np.log(probabilities[targets]).sum()


@CROSS_ENTROPY.mistake("""
    `probabilities[..., targets]` reads every row at every target.
    Each row should be read once, at its own target: give NumPy the steps beside the targets.
    """)
def every_pair(probabilities, targets):
    return -np.log(probabilities[..., targets]).sum()


@CROSS_ENTROPY.mistake("""
    `probabilities[:, targets]` takes all rows, and from each the columns of all targets.
    Row t goes with `targets[t]` alone: put the numbers of the rows in place of the colon.
    """)
def every_column(probabilities, targets):
    return -np.log(probabilities[:, targets]).sum()


@CROSS_ENTROPY.mistake("""
    This is right for one text, (T, V).
    With a batch, `targets` has a second axis, and a step alone no longer says which row is meant.
    Could all the rows be laid below each other first?
    """)
def batch_forgotten(probabilities, targets):
    return -np.log(probabilities[np.arange(len(targets)), targets]).sum()


@CROSS_ENTROPY.mistake("The rows go through softmax once more. They are probabilities already.")
def softmax_again(probabilities, targets):
    return -np.log(of_targets(rnn_core.softmax(probabilities), targets)).sum()


for constant in (1e-7, 1e-8, 1e-9, 1e-10):

    @CROSS_ENTROPY.mistake(
        f"""
        A tiny constant, {constant:g}, is added to the probabilities before the logarithm, so every surprise is a little too small.
        Take the logarithm of the probability as it is.
        """,
        name="constant-in-the-log" if constant == 1e-8 else f"constant-{constant:g}-in-the-log",
    )
    def constant_in_the_log(probabilities, targets, constant=constant):
        return -np.log(of_targets(probabilities, targets) + constant).sum()


@CROSS_ENTROPY.mistake("""
    Something keeps the logarithm away from 0, so that being certain and wrong costs no more than a fixed number.
    What was held to be impossible and came has an infinite surprise: take the logarithm of the probability as it is.
    """)
def floor_in_the_log(probabilities, targets):
    return -np.log(np.maximum(of_targets(probabilities, targets), 1e-12)).sum()


@CROSS_ENTROPY.mistake("""
    Something keeps the logarithm away from 0, if only by a hair, so that being certain and wrong costs a fixed number.
    What was held to be impossible and came has an infinite surprise: take the logarithm of the probability as it is.
    """)
def lower_floor_in_the_log(probabilities, targets):
    return -np.log(np.maximum(of_targets(probabilities, targets), 1e-38)).sum()


@CROSS_ENTROPY.mistake("""
    The characters that did not come add something of their own, as in a row of yes-or-no questions.
    Here one of V characters comes: its surprise is the whole loss.
    """)
def others_counted_too(probabilities, targets):
    hot = np.eye(probabilities.shape[-1])[targets]
    return -(hot * np.log(probabilities) + (1 - hot) * np.log(1 - probabilities)).sum()


@CROSS_ENTROPY.mistake("""
    For each character that did not come, the surprise at its absence is added.
    A row is no list of yes-or-no questions: one of V characters comes, and its surprise is the whole loss.
    """)
def absences_counted_too(probabilities, targets):
    hot = np.eye(probabilities.shape[-1])[targets] == 1
    return -np.log(np.where(hot, probabilities, 1 - probabilities)).sum()


@CROSS_ENTROPY.mistake("""
    This logarithm has base 10.
    The course counts in nats, with the natural logarithm, `np.log`.
    """)
def log_with_base_ten(probabilities, targets):
    return -np.log10(of_targets(probabilities, targets)).sum()


@CROSS_ENTROPY.mistake("""
    These are squared differences between probabilities and one-hot rows.
    The loss of this course is a surprise: a logarithm, at the target alone.
    """)
def squared_error(probabilities, targets):
    return ((probabilities - np.eye(probabilities.shape[-1])[targets]) ** 2).sum()


@CROSS_ENTROPY.mistake("""
    The targets stand where the time steps belong, and the steps where the targets belong.
    The first axis of `probabilities` is time.
    """)
def axes_swapped(probabilities, targets):
    return -np.log(probabilities[targets, np.arange(len(targets))]).sum()


@CROSS_ENTROPY.mistake("""
    The surprises are added up over time alone, so each text of a batch has a loss of its own.
    The loss is one number: add up over the batch too.
    """)
def one_for_each_text(probabilities, targets):
    return -np.log(of_targets(probabilities, targets)).sum(axis=0)


@CROSS_ENTROPY.mistake("""
    These are the probabilities of the targets with a minus sign.
    The surprise is minus the *logarithm* of each: where is it taken?
    """)
def minus_probability(probabilities, targets):
    return -of_targets(probabilities, targets).sum()


@CROSS_ENTROPY.mistake("""
    All logarithms are multiplied by zeros and ones, and where a probability is 0, as softmax may round it, that is 0 times infinity: `nan`.
    Pick the entry at the target first, and take the logarithm of it alone.
    """)
def zero_times_infinity(probabilities, targets):
    hot = np.eye(probabilities.shape[-1])[targets]
    return -(hot * np.log(probabilities)).sum()


@CROSS_ENTROPY.mistake(
    """
    `targets` is read one place too late, and past its end.
    `targets[t]` is the character that came after step t already: lesson 1 has moved the targets along by one.
    """,
    error="out of bounds|out of range",
)
def target_after_next(probabilities, targets):
    total = 0.0
    for t in range(len(probabilities)):
        total -= np.log(probabilities[t][targets[t + 1]])
    return total


@CROSS_ENTROPY.mistake("""
    Each step is judged by the target of the step after it, and the last step by none.
    `targets[t]` is the character that came after step t already: lesson 1 has moved the targets along by one.
    """)
def target_after_next_cut_short(probabilities, targets):
    return -np.log(of_targets(probabilities[:-1], targets[1:])).sum()


@CROSS_ENTROPY.mistake("""
    The last time step is not counted.
    Look at where the loop or the slice ends: `range` stops before its last number.
    """)
def last_step_left_out(probabilities, targets):
    return -np.log(of_targets(probabilities, targets))[:-1].sum()


@CROSS_ENTROPY.mistake("""
    The first time step is not counted.
    Steps are counted from 0.
    """)
def first_step_left_out(probabilities, targets):
    return -np.log(of_targets(probabilities, targets))[1:].sum()


@CROSS_ENTROPY.mistake("""
    This is the perplexity, the number of choices that the end of the lesson makes of a loss.
    The loss itself is the sum of the surprises.
    """)
def perplexity(probabilities, targets):
    return np.exp(-np.log(of_targets(probabilities, targets)).mean())


@CROSS_ENTROPY.mistake("""
    Every surprise is multiplied by its probability once more.
    That is how an expected surprise is made; here the character has come, and counts in full.
    """)
def weighted_by_probability(probabilities, targets):
    wanted = of_targets(probabilities, targets)
    return -(wanted * np.log(wanted)).sum()


@CROSS_ENTROPY.mistake("""
    This is the surprise that the character did *not* come.
    What counts is the logarithm of its probability, not of what is left to 1.
    """)
def log_of_the_rest(probabilities, targets):
    return -np.log(1 - of_targets(probabilities, targets)).sum()


@CROSS_ENTROPY.mistake("""
    These are the inverse probabilities, added up, without a logarithm.
    The surprise of a thing that comes once in four times is not 4 but the logarithm of 4.
    """)
def inverse_probabilities(probabilities, targets):
    return (1 / of_targets(probabilities, targets)).sum()


EXERCISES = [SOFTMAX, CROSS_ENTROPY]
