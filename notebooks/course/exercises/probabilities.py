"""Exercises of lesson 2: scores into probabilities, and what a prediction costs.

The model for the other topics. A mistake is the whole function as a learner would have written
it, so that its answers are theirs to the last digit.
"""

import math

import numpy as np

import rnn_core

from .base import Exercise, Mistake

# softmax -----------------------------------------------------------------------------------


def softmax_cases(rng):
    """One row, then rows, then batches; scores far from zero; ties."""
    yield (np.array([1.0, 2.0]),)
    yield (np.array([0.0, 1.0, 3.0]),)
    yield (np.array([-3.0, -1.0, -2.0]),)
    yield (np.array([1000.0, 1001.0]),)
    yield (np.array([400.0, 401.0]),)
    yield (np.array([500.0, 501.0, 502.0]),)
    yield (np.array([0.0, -1000.0]),)
    yield (np.array([0.0, -3000.0, -3000.0]),)
    yield (np.array([-1001.0, -1000.0]),)
    yield (np.array([[1.0, 2.0, 0.0], [3.0, 0.0, 0.0]]),)
    yield (np.array([[900.0, 901.0], [-2.0, 3.0]]),)
    yield (np.zeros((1, 4)),)
    for shape in [(22,), (5, 5), (4, 7), (3, 2, 5), (25, 22)]:
        yield (rng.normal(scale=3.0, size=shape),)


def no_exp(scores):
    return scores / scores.sum(axis=-1, keepdims=True)


def no_exp_after_shift(scores):
    shifted = scores - scores.max(axis=-1, keepdims=True)
    return shifted / shifted.sum(axis=-1, keepdims=True)


def no_division(scores):
    return np.exp(scores - scores.max(axis=-1, keepdims=True))


def no_shift(scores):
    exps = np.exp(scores)
    return exps / exps.sum(axis=-1, keepdims=True)


def shift_by_sum(scores):
    exps = np.exp(scores - scores.sum(axis=-1, keepdims=True))
    return exps / exps.sum(axis=-1, keepdims=True)


def shift_by_mean(scores):
    exps = np.exp(scores - scores.mean(axis=-1, keepdims=True))
    return exps / exps.sum(axis=-1, keepdims=True)


def shift_by_smallest(scores):
    exps = np.exp(scores - scores.min(axis=-1, keepdims=True))
    return exps / exps.sum(axis=-1, keepdims=True)


def shift_by_largest_size(scores):
    exps = np.exp(scores - np.abs(scores).max(axis=-1, keepdims=True))
    return exps / exps.sum(axis=-1, keepdims=True)


def shift_after_exp(scores):
    exps = np.exp(scores)
    exps = exps - exps.max(axis=-1, keepdims=True)
    return exps / exps.sum(axis=-1, keepdims=True)


def shift_outside_exp(scores):
    exps = np.exp(scores) - scores.max(axis=-1, keepdims=True)
    return exps / exps.sum(axis=-1, keepdims=True)


def divided_by_largest(scores):
    exps = np.exp(scores / scores.max(axis=-1, keepdims=True))
    return exps / exps.sum(axis=-1, keepdims=True)


def shift_upwards(scores):
    exps = np.exp(scores + scores.max(axis=-1, keepdims=True))
    return exps / exps.sum(axis=-1, keepdims=True)


def shift_only_above(scores):
    shift = scores.max(axis=-1, keepdims=True)
    return np.exp(scores - shift) / np.exp(scores).sum(axis=-1, keepdims=True)


def shift_only_below(scores):
    shift = scores.max(axis=-1, keepdims=True)
    return np.exp(scores) / np.exp(scores - shift).sum(axis=-1, keepdims=True)


def sum_over_everything(scores):
    exps = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return exps / exps.sum()


def one_shift_and_sum_over_everything(scores):
    exps = np.exp(scores - scores.max())
    return exps / exps.sum()


def one_shift_for_all(scores):
    exps = np.exp(scores - scores.max())
    return exps / exps.sum(axis=-1, keepdims=True)


def one_row_only(scores):
    exps = np.exp(scores - max(scores))
    return exps / sum(exps)


def row_by_row(scores):
    exps = [np.exp(row - row.max()) for row in scores]
    return np.array([row / row.sum() for row in exps])


def second_axis(scores):
    exps = np.exp(scores - scores.max(axis=1, keepdims=True))
    return exps / exps.sum(axis=1, keepdims=True)


def first_axis(scores):
    exps = np.exp(scores - scores.max(axis=0))
    return exps / exps.sum(axis=0)


def no_keepdims(scores):
    exps = np.exp(scores - scores.max(axis=-1))
    return exps / exps.sum(axis=-1)


def no_keepdims_in_max(scores):
    exps = np.exp(scores - scores.max(axis=-1))
    return exps / exps.sum(axis=-1, keepdims=True)


def no_keepdims_in_sum(scores):
    exps = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return exps / exps.sum(axis=-1)


def divided_by_count(scores):
    exps = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return exps / scores.shape[-1]


def normalised_before_exp(scores):
    return np.exp(scores / scores.sum(axis=-1, keepdims=True))


def minus_inside(scores):
    exps = np.exp(-(scores - scores.min(axis=-1, keepdims=True)))
    return exps / exps.sum(axis=-1, keepdims=True)


def powers_of_two(scores):
    exps = 2.0 ** (scores - scores.max(axis=-1, keepdims=True))
    return exps / exps.sum(axis=-1, keepdims=True)


def log_left_on(scores):
    return np.log(rnn_core.softmax(scores))


def divided_by_scores(scores):
    exps = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return exps / scores.sum(axis=-1, keepdims=True)


def divided_by_shifted_scores(scores):
    shifted = scores - scores.max(axis=-1, keepdims=True)
    return np.exp(shifted) / shifted.sum(axis=-1, keepdims=True)


def constant_below(scores):
    exps = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return exps / (exps.sum(axis=-1, keepdims=True) + 1e-8)


def cut_off(scores):
    exps = np.exp(np.clip(scores, -700, 700))
    return exps / exps.sum(axis=-1, keepdims=True)


def each_by_itself(scores):
    return 1 / (1 + np.exp(-scores))


def exp_of_math(scores):
    exps = math.exp(scores - scores.max(axis=-1, keepdims=True))
    return exps / exps.sum(axis=-1, keepdims=True)


SOFTMAX = Exercise(
    name="softmax",
    lesson=2,
    reference=rnn_core.softmax,
    cases=softmax_cases,
    signature="softmax(scores)",
    returns="an array of probabilities with the shape of `scores`",
    axes=("time step", "batch", "character"),
    mistakes=(
        Mistake(
            "no-exp",
            no_exp,
            "The scores are divided by their sum, but never went through `np.exp`: a negative "
            "score stays negative, and scores that add up to 0 divide by 0.",
        ),
        Mistake(
            "no-exp-after-shift",
            no_exp_after_shift,
            "The scores are shifted and divided by their sum, but `np.exp` is missing between "
            "the two: the best character, with 0 left, gets no share at all.",
        ),
        Mistake(
            "not-normalised",
            no_division,
            "These do not add up to 1 yet: after `np.exp`, each row still has to be divided by "
            "something, and its largest entry is not it.",
        ),
        Mistake(
            "no-shift",
            no_shift,
            "This is right until a score is large: `np.exp(1000)` is too big for a float. "
            "Subtracting one number from all scores of a row changes no probability; which "
            "number makes the largest exponent 0?",
        ),
        Mistake(
            "shift-by-sum",
            shift_by_sum,
            "The scores are shifted by their sum. Any shift gives the same quotient on paper, "
            "but this one can make every exponent huge, or all of them vanish. Shift by the "
            "one number that brings the largest score to 0.",
        ),
        Mistake(
            "shift-by-mean",
            shift_by_mean,
            "The scores are shifted by their mean, which leaves the largest of them above 0, "
            "as far as it likes. Try scores of which most are very small and one is large.",
        ),
        Mistake(
            "shift-by-smallest",
            shift_by_smallest,
            "The scores are shifted by the smallest of them. That keeps them from vanishing "
            "together, but it is the largest exponent that overflows.",
        ),
        Mistake(
            "shift-by-largest-size",
            shift_by_largest_size,
            "The shift is the largest size, without the sign. If all scores are far below 0, "
            "that moves them down further, until every exponential rounds to 0.",
        ),
        Mistake(
            "shift-after-exp",
            shift_after_exp,
            "The largest is taken away after `np.exp`, when the harm is done. It is the "
            "scores that must be shifted, before they become exponentials.",
        ),
        Mistake(
            "shift-outside-exp",
            shift_outside_exp,
            "The largest score is subtracted from the exponentials. Look at where the "
            "parentheses of `np.exp` close: the shift belongs to the scores.",
        ),
        Mistake(
            "divided-by-largest",
            divided_by_largest,
            "The scores are divided by the largest. That changes the differences between "
            "them, and with them the probabilities; which operation leaves differences alone?",
        ),
        Mistake(
            "shift-upwards",
            shift_upwards,
            "The shift has the wrong sign: the largest score is added, so large scores become "
            "twice as large before `np.exp`.",
        ),
        Mistake(
            "shift-only-above",
            shift_only_above,
            "The scores above the fraction line are shifted, those in the sum below it are "
            "not. The shift cancels only if it is in both places.",
        ),
        Mistake(
            "shift-only-below",
            shift_only_below,
            "The scores in the sum below the fraction line are shifted, those above it are "
            "not, so the rows do not add up to 1. Use the same shifted scores twice.",
        ),
        Mistake(
            "sum-over-everything",
            sum_over_everything,
            "With several rows, all numbers together add up to 1. Every row is a prediction "
            "of its own: look at the `axis` of the sum.",
        ),
        Mistake(
            "one-shift-and-sum-over-everything",
            one_shift_and_sum_over_everything,
            "Both the largest score and the sum are taken over the whole array. With several "
            "rows each needs its own: which `axis` runs along the characters?",
        ),
        Mistake(
            "one-shift-for-all",
            one_shift_for_all,
            "All rows are shifted by one and the same number, the largest of the whole array. "
            "A row far below it vanishes, and 0 is divided by 0: each row needs a largest "
            "score of its own.",
        ),
        Mistake(
            "one-row-only",
            one_row_only,
            "For a single row this is right. Python's own `max` and `sum` do not know of "
            "axes: with several rows they compare and add up whole rows. Arrays have their "
            "own `.max` and `.sum`.",
        ),
        Mistake(
            "row-by-row",
            row_by_row,
            "The loop goes along the first axis, which is right for (T, V) alone. A single row "
            "falls apart into numbers, each of them certain. An `axis` serves them all.",
        ),
        Mistake(
            "second-axis",
            second_axis,
            "`axis=1` is where the characters stand only if there are two axes. A single row "
            "has no axis 1, and in a batch it is another one. Which number means the last "
            "axis, however many there are?",
        ),
        Mistake(
            "wrong-axis",
            first_axis,
            "Here the columns add up to 1, not the rows. Scores put time first and characters "
            "last: along which axis do the alternatives stand?",
        ),
        Mistake(
            "no-keepdims",
            no_keepdims,
            "One row works; with several, the row's number lies along the wrong axis, or does "
            "not fit at all. See what shape a sum over the last axis has, and what `keepdims` "
            "does to it.",
        ),
        Mistake(
            "no-keepdims-in-max",
            no_keepdims_in_max,
            "The sum keeps its axis, the largest score does not: with several rows the "
            "largest scores lie across the characters. Look at the shape of `.max` over the "
            "last axis.",
        ),
        Mistake(
            "no-keepdims-in-sum",
            no_keepdims_in_sum,
            "The shift is right, also for several rows. The division is not: look at the "
            "shape of the sum over the last axis, and at how NumPy lays it beside the "
            "exponentials.",
        ),
        Mistake(
            "divided-by-count",
            divided_by_count,
            "Each row is divided by how many characters there are. That makes a mean, not "
            "shares: what must a row be divided by to add up to 1?",
        ),
        Mistake(
            "normalised-before-exp",
            normalised_before_exp,
            "The division comes before `np.exp`. Exponentials of numbers that add up to 1 do "
            "not add up to 1: change the order.",
        ),
        Mistake(
            "minus-inside",
            minus_inside,
            "The order is upside down: the lowest score gets the highest probability. Look "
            "for a minus sign inside `np.exp`.",
        ),
        Mistake(
            "powers-of-two",
            powers_of_two,
            "These are powers of 2. They are probabilities, but not softmax: its base is e, "
            "as in `np.exp`.",
        ),
        Mistake(
            "log-left-on",
            log_left_on,
            "These are the logarithms of the probabilities. The logarithm comes later, in the "
            "loss.",
        ),
        Mistake(
            "divided-by-scores",
            divided_by_scores,
            "Above the line stand exponentials, below it the sum of the scores. A share is a "
            "part of its own whole: divide by the sum of the exponentials.",
        ),
        Mistake(
            "divided-by-shifted-scores",
            divided_by_shifted_scores,
            "Below the line the shifted scores are added up before they went through `np.exp`. "
            "That sum is never above 0: which numbers are to be shared out?",
        ),
        Mistake(
            "constant-below",
            constant_below,
            "A tiny constant is added to the sum, so the shares add up to a little less than "
            "1. Once the largest score is 0 the sum is at least 1: nothing there needs "
            "protecting.",
        ),
        Mistake(
            "cut-off",
            cut_off,
            "Scores are cut off before `np.exp`. That stops the overflow, but two scores "
            "beyond the bound look alike; a shift keeps the differences between them.",
        ),
        Mistake(
            "each-by-itself",
            each_by_itself,
            "Each score goes through the logistic function by itself, so a row does not add "
            "up to 1. The characters have to share: what one gets the others lose.",
        ),
        Mistake(
            "exp-of-math",
            exp_of_math,
            "`math.exp` takes a single number. NumPy has an exponential that goes through a "
            "whole array.",
            error="Python scalar",
        ),
    ),
)

# cross_entropy -----------------------------------------------------------------------------


def cross_entropy_cases(rng):
    """One step, then several, then batches; probabilities of rows as softmax gives them."""
    yield np.array([[0.25, 0.75]]), np.array([0])
    yield np.array([[0.25, 0.75], [0.9, 0.1]]), np.array([1, 0])
    yield np.array([[0.2, 0.3, 0.5], [0.6, 0.3, 0.1]]), np.array([2, 1])
    # In batches B is far below V, so that code for (T, V) alone stops there and its other
    # mistakes are still known by their answers without a batch.
    # The probability of 250 characters together is too small for a float.
    for shape in [(3, 3), (2, 6), (4, 7), (25, 22), (2, 3, 12), (5, 4, 22), (250, 22)]:
        probabilities = rnn_core.softmax(rng.normal(scale=2.0, size=shape))
        yield probabilities, rng.integers(shape[-1], size=shape[:-1])


def of_targets(probabilities, targets):
    return np.take_along_axis(probabilities, targets[..., None], axis=-1)[..., 0]


def mean_for_sum(probabilities, targets):
    return -np.log(of_targets(probabilities, targets)).mean()


def sum_over_time_mean_over_batch(probabilities, targets):
    losses = -np.log(of_targets(probabilities, targets))
    return losses.sum(axis=0).mean()


def missing_minus(probabilities, targets):
    return np.log(of_targets(probabilities, targets)).sum()


def no_log(probabilities, targets):
    return (1 - of_targets(probabilities, targets)).sum()


def log_of_sum(probabilities, targets):
    return -np.log(of_targets(probabilities, targets).sum())


def product_before_log(probabilities, targets):
    return -np.log(np.prod(of_targets(probabilities, targets)))


def not_summed(probabilities, targets):
    return -np.log(of_targets(probabilities, targets))


def bits_for_nats(probabilities, targets):
    return -np.log2(of_targets(probabilities, targets)).sum()


def entropy_instead(probabilities, targets):
    return -(probabilities * np.log(probabilities)).sum()


def all_characters(probabilities, targets):
    return -np.log(probabilities).sum()


def step_for_target(probabilities, targets):
    rows = probabilities.reshape(-1, probabilities.shape[-1])
    steps = np.arange(len(rows)) % rows.shape[-1]
    return -np.log(rows[np.arange(len(rows)), steps]).sum()


def shifted_target(probabilities, targets):
    return -np.log(of_targets(probabilities, targets - 1)).sum()


def largest_for_target(probabilities, targets):
    return -np.log(probabilities.max(axis=-1)).sum()


def only_last_step(probabilities, targets):
    return -np.log(of_targets(probabilities, targets))[-1].sum()


def only_first_step(probabilities, targets):
    return -np.log(of_targets(probabilities, targets))[0].sum()


def rows_for_characters(probabilities, targets):
    return -np.log(probabilities[targets]).sum()


def every_pair(probabilities, targets):
    return -np.log(probabilities[..., targets]).sum()


def every_column(probabilities, targets):
    return -np.log(probabilities[:, targets]).sum()


def batch_forgotten(probabilities, targets):
    return -np.log(probabilities[np.arange(len(targets)), targets]).sum()


def softmax_again(probabilities, targets):
    return -np.log(of_targets(rnn_core.softmax(probabilities), targets)).sum()


def constant_in_the_log(probabilities, targets):
    return -np.log(of_targets(probabilities, targets) + 1e-8).sum()


def others_counted_too(probabilities, targets):
    hot = np.eye(probabilities.shape[-1])[targets]
    return -(hot * np.log(probabilities) + (1 - hot) * np.log(1 - probabilities)).sum()


def log_with_base_ten(probabilities, targets):
    return -np.log10(of_targets(probabilities, targets)).sum()


def axes_swapped(probabilities, targets):
    return -np.log(probabilities[targets, np.arange(len(targets))]).sum()


def one_for_each_text(probabilities, targets):
    return -np.log(of_targets(probabilities, targets)).sum(axis=0)


def squared_error(probabilities, targets):
    return ((probabilities - np.eye(probabilities.shape[-1])[targets]) ** 2).sum()


def minus_probability(probabilities, targets):
    return -of_targets(probabilities, targets).sum()


CROSS_ENTROPY = Exercise(
    name="cross_entropy",
    lesson=2,
    reference=rnn_core.cross_entropy,
    cases=cross_entropy_cases,
    signature="cross_entropy(probabilities, targets)",
    returns="one number, the loss summed over all time steps",
    mistakes=(
        Mistake(
            "mean-for-sum",
            mean_for_sum,
            "This is the loss of an average character. The original experiment adds the "
            "surprises of all characters up, so that 25 steps start at 77, not at 3.",
        ),
        Mistake(
            "mean-over-batch",
            sum_over_time_mean_over_batch,
            "The surprises are added up over time but averaged over the batch. Add up over both.",
        ),
        Mistake(
            "missing-minus",
            missing_minus,
            "The loss is negative. The logarithm of a probability is never above 0; a "
            "surprise is never below it.",
        ),
        Mistake(
            "no-log",
            no_log,
            "The probability missed is added up, without a logarithm: being certain and wrong "
            "would cost no more than 1.",
        ),
        Mistake(
            "log-of-sum",
            log_of_sum,
            "The probabilities are added first and the logarithm is taken once. Each step has "
            "a surprise of its own: logarithm first, then the sum.",
        ),
        Mistake(
            "product-before-log",
            product_before_log,
            "The probabilities are multiplied, and the logarithm comes after that. On paper "
            "it is the same; but the product of a few hundred probabilities is smaller than "
            "any float, rounds to 0, and the loss is infinite. Take the logarithms first.",
        ),
        Mistake(
            "not-summed",
            not_summed,
            "Here is one surprise per character; the loss is one number. Add them up.",
        ),
        Mistake(
            "bits-for-nats",
            bits_for_nats,
            "This is in bits: the logarithm has base 2. The course counts in nats, with the "
            "natural logarithm.",
        ),
        Mistake(
            "entropy",
            entropy_instead,
            "This never looks at `targets`: it is the entropy, the surprise that the network "
            "expects. We want the surprise at what really came.",
        ),
        Mistake(
            "all-characters",
            all_characters,
            "The surprises of all characters are added up, also of those that did not come. "
            "From each row only the entry at the target counts.",
        ),
        Mistake(
            "step-for-target",
            step_for_target,
            "The time step is used as the character's number. Which character came at step t "
            "stands in `targets[t]`.",
        ),
        Mistake(
            "target-off-by-one",
            shifted_target,
            "The entry just before the target is read. Numbers of characters start at 0, as "
            "positions in an array do: nothing to subtract.",
        ),
        Mistake(
            "largest-for-target",
            largest_for_target,
            "This is the surprise at the most likely character of each step. The character "
            "that came is often another one.",
        ),
        Mistake(
            "only-last-step",
            only_last_step,
            "Only the last time step counts here. Look for a loss that is assigned in the "
            "loop where it should be added to.",
        ),
        Mistake(
            "only-first-step",
            only_first_step,
            "Only the first time step counts here. Is the `return` indented into the loop?",
        ),
        Mistake(
            "rows-for-characters",
            rows_for_characters,
            "`probabilities[targets]` picks whole rows: the targets are taken for time steps. "
            "A time step and a character are needed together.",
        ),
        Mistake(
            "every-pair",
            every_pair,
            "`probabilities[..., targets]` reads every row at every target. Each row should "
            "be read once, at its own target: give NumPy the steps beside the targets.",
        ),
        Mistake(
            "every-column",
            every_column,
            "`probabilities[:, targets]` takes all rows, and from each the columns of all "
            "targets. Row t goes with `targets[t]` alone: put the numbers of the rows in "
            "place of the colon.",
        ),
        Mistake(
            "batch-forgotten",
            batch_forgotten,
            "This is right for one text, (T, V). With a batch, `targets` has a second axis, "
            "and a step alone no longer says which row is meant. Could all the rows be laid "
            "below each other first?",
        ),
        Mistake(
            "softmax-again",
            softmax_again,
            "The rows go through softmax once more. They are probabilities already.",
        ),
        Mistake(
            "constant-in-the-log",
            constant_in_the_log,
            "A tiny constant is added to the probabilities before the logarithm, so every "
            "surprise is a little too small. Take the logarithm of the probability as it is.",
        ),
        Mistake(
            "others-counted-too",
            others_counted_too,
            "The characters that did not come add something of their own, as in a row of "
            "yes-or-no questions. Here one of V characters comes: its surprise is the whole "
            "loss.",
        ),
        Mistake(
            "log-with-base-ten",
            log_with_base_ten,
            "This logarithm has base 10. The course counts in nats, with the natural "
            "logarithm, `np.log`.",
        ),
        Mistake(
            "squared-error",
            squared_error,
            "These are squared differences between probabilities and one-hot rows. The loss "
            "of this course is a surprise: a logarithm, at the target alone.",
        ),
        Mistake(
            "axes-swapped",
            axes_swapped,
            "The targets stand where the time steps belong, and the steps where the targets "
            "belong. The first axis of `probabilities` is time.",
        ),
        Mistake(
            "one-for-each-text",
            one_for_each_text,
            "The surprises are added up over time alone, so each text of a batch has a loss of "
            "its own. The loss is one number: add up over the batch too.",
        ),
        Mistake(
            "minus-probability",
            minus_probability,
            "These are the probabilities of the targets with a minus sign. The surprise is "
            "minus the *logarithm* of each: where is it taken?",
        ),
    ),
)

EXERCISES_HERE = [SOFTMAX, CROSS_ENTROPY]
