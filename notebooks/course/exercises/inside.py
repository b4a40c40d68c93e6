"""Exercises of lesson 9: what the hidden units follow, and what happens without them."""

import copy
from itertools import pairwise

import numpy as np

import rnn_core

from .base import Exercise

TEXT = "hope perches, hope sings."


def small_model(seed, units=5, scale=0.8):
    """An untrained network with weights large enough that every unit matters.

    An RNN and not a Model, as on the page: it has a vocabulary, and no `char_to_ix`.
    """
    vocabulary = rnn_core.Vocabulary(TEXT)
    model = rnn_core.RNN(len(vocabulary), units, 6, seed=seed)
    model.vocabulary = vocabulary
    for array in model.parameters.values():
        array[...] = model.rng.normal(0, scale, array.shape).round(1)
    model.h = np.tanh(model.rng.normal(size=model.hidden_size))  # left over from its training
    return model


# hidden_states -----------------------------------------------------------------------------


def hidden_states(model, text):
    hs, _ = model.forward(model.vocabulary.encode(text), np.zeros(model.hidden_size))
    return hs[1:]


def hidden_states_cases(rng):
    """From one character to many; networks of one unit, small weights and large ones."""
    for seed, text in ((1, "h"), (2, "ho"), (3, "hope "), (4, TEXT)):
        yield small_model(seed), text
    for seed, units, scale in ((5, 1, 0.8), (6, 3, 0.05), (7, 9, 4.0)):
        yield small_model(seed, units, scale), TEXT


HIDDEN_STATES = Exercise(
    name="hidden_states",
    lesson=9,
    reference=hidden_states,
    cases=hidden_states_cases,
    signature="hidden_states(model, text)",
    returns="an array of shape (len(text), H), the state after each character",
    axes=("character", "unit"),
)


@HIDDEN_STATES.mistake(
    "There is one row more than there are characters: `hs[0]` is the state before anything was read."
)
def first_state_kept(model, text):
    return model.forward(model.vocabulary.encode(text), np.zeros(model.hidden_size))[0]


@HIDDEN_STATES.mistake("""
    These are the states *before* each character.
    The state that has read character i is `hs[i + 1]`.
    """)
def states_before(model, text):
    return first_state_kept(model, text)[:-1]


@HIDDEN_STATES.mistake("""
    This is the state at the end of the text alone.
    Give back one row for each character.
    """)
def only_the_last(model, text):
    return first_state_kept(model, text)[-1]


@HIDDEN_STATES.mistake("""
    The units run down and the characters across.
    Time comes first: one row for each character.
    """)
def units_first(model, text):
    return hidden_states(model, text).T


@HIDDEN_STATES.mistake("""
    `forward` gives back two arrays, and the brackets cut that pair: what is left is the predictions alone.
    Take the states out first, then leave out their first row.
    """)
def pair_cut(model, text):
    return model.forward(model.vocabulary.encode(text), np.zeros(model.hidden_size))[1:]


@HIDDEN_STATES.mistake("""
    The state after the first character is missing: one row too many was left out at the beginning.
    `hs[0]` alone is the state before anything was read.
    """)
def first_two_left_out(model, text):
    return hidden_states(model, text)[1:]


@HIDDEN_STATES.mistake("""
    These are the predictions `ps`.
    The hidden states are the other array that `forward` gives back.
    """)
def predictions(model, text):
    return model.forward(model.vocabulary.encode(text), np.zeros(model.hidden_size))[1]


@HIDDEN_STATES.mistake("""
    Each character was read from a state of zeros, so nothing is remembered.
    Send the whole text through `forward` at once.
    """)
def each_alone(model, text):
    zeros = np.zeros(model.hidden_size)
    return np.array([model.forward(model.vocabulary.encode(c), zeros)[0][-1] for c in text])


@HIDDEN_STATES.mistake("""
    The first state is not zeros.
    A network that has read nothing has a state of zeros.
    """)
def not_from_zeros(model, text):
    return model.forward(model.vocabulary.encode(text), np.ones(model.hidden_size))[0][1:]


@HIDDEN_STATES.mistake(
    "These are the sums before tanh. The hidden state is what comes out of tanh."
)
def before_tanh(model, text):
    return np.arctanh(np.clip(hidden_states(model, text), -1 + 1e-12, 1 - 1e-12))


@HIDDEN_STATES.mistake("""
    The first state is `model.h`, which training left behind.
    A network that has read nothing has a state of zeros.
    """)
def from_state_of_training(model, text):
    return model.forward(model.vocabulary.encode(text), model.h)[0][1:]


@HIDDEN_STATES.mistake("""
    The characters were numbered anew, from this text alone.
    The network knows them by the numbers of its own `model.vocabulary`.
    """)
def own_vocabulary(model, text):
    characters = sorted(set(text))
    indices = np.array([characters.index(char) for char in text])
    return model.forward(indices, np.zeros(model.hidden_size))[0][1:]


def reading(
    recurrent=lambda Whh, h: Whh @ h, bias=1.0, activate=np.tanh, column=lambda Wxh, ix: Wxh[:, ix]
):
    """The states step by step, in which single pieces can be got wrong."""

    def states(model, text):
        h, found = np.zeros(model.hidden_size), []
        for ix in model.vocabulary.encode(text):
            a = column(model.Wxh, ix) + recurrent(model.Whh, h) + bias * model.bh
            h = activate(a)
            found.append(h)
        return np.array(found)

    return states


HIDDEN_STATES.mistake(
    """
    Old state and `Whh` meet the wrong way round, as `h @ Whh` has it, or a transpose.
    Unit i hears unit j through `Whh[i, j]`: for a column that is `Whh @ h`.
    """,
    name="whh-transposed",
)(reading(recurrent=lambda Whh, h: h @ Whh))


HIDDEN_STATES.mistake(
    "`bh` is missing from the new state: compare your step with `rnn_step`.", name="bias-forgotten"
)(reading(bias=0.0))


HIDDEN_STATES.mistake(
    "The sums go on to the next step as they are. Each should go through tanh first.",
    name="tanh-forgotten",
)(reading(activate=lambda a: a))


@HIDDEN_STATES.mistake("""
    Every row is the last state.
    One and the same array was kept at each step, and changed at the next: keep a copy.
    """)
def same_array_kept(model, text):
    return np.repeat(hidden_states(model, text)[-1:], len(text), axis=0)


@HIDDEN_STATES.mistake("""
    This is the state after the first character alone.
    Does `return` stand in the loop, or is `hs[1]` taken for `hs[1:]`?
    """)
def only_the_first(model, text):
    return hidden_states(model, text)[0]


@HIDDEN_STATES.mistake("""
    The state after the last character is missing.
    There are as many rows as characters, and `hs` has one more.
    """)
def last_left_out(model, text):
    return hidden_states(model, text)[:-1]


@HIDDEN_STATES.mistake("""
    Both arrays come back.
    The hidden states are the first of them.
    """)
def both_arrays(model, text):
    return model.forward(model.vocabulary.encode(text), np.zeros(model.hidden_size))


@HIDDEN_STATES.mistake("""
    There is one row, the state after the first character.
    Does `return` stand in the loop?
    """)
def only_the_first_row(model, text):
    return hidden_states(model, text)[:1]


@HIDDEN_STATES.mistake("""
    There is one row, the state after the last character.
    Keep the states of all.
    """)
def only_the_last_row(model, text):
    return hidden_states(model, text)[-1:]


@HIDDEN_STATES.mistake("""
    The numbers that were read are the places of the characters in the text, 0, 1, 2 and so on.
    The network knows each character by its number in `model.vocabulary`.
    """)
def places_for_characters(model, text):
    return model.forward(np.arange(len(text)), np.zeros(model.hidden_size))[0][1:]


@HIDDEN_STATES.mistake("""
    tanh is applied once more.
    The states have been through it already.
    """)
def tanh_again(model, text):
    return np.tanh(hidden_states(model, text))


@HIDDEN_STATES.mistake("""
    This is the mean of the states over the text.
    Give back one row for each character.
    """)
def mean_state(model, text):
    return hidden_states(model, text).mean(axis=0)


@HIDDEN_STATES.mistake(
    """
    The state has 96 numbers, and this network has another size.
    A network's own is `model.hidden_size`.
    """,
    error=r"\b96\b",
)
def size_of_96(model, text):
    return model.forward(model.vocabulary.encode(text), np.zeros(96))[0][1:]


HIDDEN_STATES.mistake(
    """
    A row of `Wxh` belongs to a unit.
    What a character adds to the units is a column: `Wxh[:, ix]`.
    """,
    name="rows-of-wxh",
)(reading(column=lambda Wxh, ix: Wxh[ix]))


@HIDDEN_STATES.mistake("""
    The text was read from its end to its beginning.
    """)
def read_backwards(model, text):
    return hidden_states(model, text[::-1])


@HIDDEN_STATES.mistake("""
    The rows are in the wrong order: the state after the last character comes first.
    """)
def last_row_first(model, text):
    return hidden_states(model, text)[::-1]


@HIDDEN_STATES.mistake(
    """
    This network has no `char_to_ix`, which the `Model` of lessons 7 and 8 had.
    It has a vocabulary: `model.vocabulary.encode(text)`.
    """,
    error="char_to_ix",
)
def char_to_ix(model, text):
    return [model.char_to_ix[char] for char in text]


# unit_correlation --------------------------------------------------------------------------


def unit_correlation(hs, feature):
    hs = hs - hs.mean(axis=0)
    feature = feature - feature.mean()
    return (hs * feature[:, None]).mean(axis=0) / (hs.std(axis=0) * feature.std())


def unit_correlation_cases(rng):
    """Two units, one that follows and one that opposes; then random ones, and long ones."""
    yield np.array([[0.1, -0.3], [0.5, -0.5], [0.9, -0.4]]), np.array([0.0, 1.0, 2.0])
    yield np.array([[0.0], [0.1], [0.2], [0.9]]), np.array([1.0, 2.0, 4.0, 3.0])  # ranks differ
    yield np.array([[0.3], [0.7], [-0.8], [0.3], [0.7]]), np.array([1.0, 2.0, 0.0, 1.0, 2.0])
    yield (
        np.array([[0.5, 0.1], [0.5, 0.2], [0.7, -0.9], [0.1, 0.3]]),
        np.array([5.0, 5.0, 7.0, 4.0]),
    )
    yield np.array([[0.2, 0.3], [0.4, 0.1]]), np.array([1.0, 0.0])
    yield np.array([[0.9], [0.901], [0.9], [0.902]]), np.array([5000.0, 5001.0, 4999.0, 5001.0])
    yield np.array([[30.0, -700.0], [-6.0, 20.0], [200.0, 5.0]]), np.array([1.0, 0.0, 300.0])
    for length, units in ((6, 6), (50, 4), (300, 7)):
        hs = np.tanh(rng.normal(size=(length, units)) + rng.normal(size=units))
        yield (
            hs,
            (rng.random(length) < 0.3).astype(float) if units != 6 else rng.normal(size=length),
        )


UNIT_CORRELATION = Exercise(
    name="unit_correlation",
    lesson=9,
    reference=unit_correlation,
    cases=unit_correlation_cases,
    signature="unit_correlation(hs, feature)",
    returns="an array of shape (H,), a correlation between -1 and 1 for each unit",
    axes=("unit",),
)


@UNIT_CORRELATION.mistake("""
    The mean product says little while the means are still in: a unit that is always 0.9 would seem to follow everything.
    Take the means away, then divide by the spreads.
    """)
def means_not_taken_away(hs, feature):
    return (hs * feature[:, None]).mean(axis=0)


@UNIT_CORRELATION.mistake("""
    This is the covariance.
    It grows with the size of the feature; divide by both standard deviations.
    """)
def covariance(hs, feature):
    return ((hs - hs.mean(axis=0)) * (feature - feature.mean())[:, None]).mean(axis=0)


@UNIT_CORRELATION.mistake("""
    This is the covariance, as `np.cov` gives it.
    Divide by both spreads, taken in the same way, and 1 is the most it can be.
    """)
def covariance_of_a_sample(hs, feature):
    return covariance(hs, feature) * len(hs) / max(len(hs) - 1, 1)


@UNIT_CORRELATION.mistake("""
    This is the cosine between the columns as they are.
    A correlation takes both means away first.
    """)
def cosine(hs, feature):
    return feature @ hs / np.sqrt((hs**2).sum(axis=0) * (feature**2).sum())


@UNIT_CORRELATION.mistake("""
    Only the feature has lost its mean: the units are measured from 0, below the line.
    Take the mean of each unit away too.
    """)
def units_mean_left_in(hs, feature):
    b = feature - feature.mean()
    return b @ hs / (np.linalg.norm(hs, axis=0) * np.linalg.norm(b))


@UNIT_CORRELATION.mistake("""
    All units have lost one mean, that of them all together.
    Each has its own: which `axis` runs along time?
    """)
def mean_of_all_units(hs, feature):
    a, b = hs - hs.mean(), feature - feature.mean()
    return b @ a / (np.linalg.norm(a, axis=0) * np.linalg.norm(b))


for small in ("1e-6", "1e-7", "1e-8", "1e-10"):
    UNIT_CORRELATION.mistake(
        f"{small} is added below the line, and a perfect follower no longer has 1. Neither spread is 0 here: divide by both as they are.",
        name=f"{small}-added-to-the-product",
    )(
        lambda hs, feature, small=float(small): (
            covariance(hs, feature) / (hs.std(axis=0) * feature.std() + small)
        )
    )


@UNIT_CORRELATION.mistake("""
    The covariance is divided by variances.
    Their roots, the standard deviations, give a number between -1 and 1.
    """)
def over_variances(hs, feature):
    return covariance(hs, feature) / (hs.var(axis=0) * feature.var())


@UNIT_CORRELATION.mistake("""
    The covariance is divided by the spread of the unit, not by that of the feature: counted in other units, the same feature would give another number.
    Divide by both.
    """)
def over_the_units_spread_only(hs, feature):
    return covariance(hs, feature) / hs.std(axis=0)


@UNIT_CORRELATION.mistake("""
    The covariance is divided by the spread of the feature, not by that of the unit, so a unit that hardly moves seems not to follow.
    Divide by both.
    """)
def over_the_features_spread_only(hs, feature):
    return covariance(hs, feature) / feature.std()


@UNIT_CORRELATION.mistake("""
    This divides by the variance of the feature only: the slope of a line through the points.
    A correlation divides by both standard deviations.
    """)
def slope(hs, feature):
    return covariance(hs, feature) / feature.var()


@UNIT_CORRELATION.mistake("""
    This divides by the variance of the unit only.
    A correlation divides by both standard deviations.
    """)
def other_slope(hs, feature):
    return covariance(hs, feature) / hs.var(axis=0)


@UNIT_CORRELATION.mistake("""
    The sign is gone.
    A unit that falls where the feature rises follows it too, the other way round, and we want to see that.
    """)
def absolute(hs, feature):
    return np.abs(unit_correlation(hs, feature))


@UNIT_CORRELATION.mistake(
    "This is the square of the correlation: the sign is gone, and weak ones look weaker still."
)
def squared(hs, feature):
    return unit_correlation(hs, feature) ** 2


@UNIT_CORRELATION.mistake(
    """
    All units share one mean and one spread here.
    Each unit has its own: which `axis` runs along time?
    """,
    sign=r"\bhs\.mean\(\)|\bnp\.mean\(hs\)",
)
def one_mean_for_all(hs, feature):
    both = (hs - hs.mean()) * (feature - feature.mean())[:, None]
    return both.mean(axis=0) / (hs.std() * feature.std())


@UNIT_CORRELATION.mistake("""
    All units share one spread here.
    Each has its own: which `axis` runs along time, where the spread of `hs` is taken?
    """)
def spread_of_all_for_each(hs, feature):
    both = (hs - hs.mean(axis=0)) * (feature - feature.mean())[:, None]
    return both.mean(axis=0) / (hs.std() * feature.std())


@UNIT_CORRELATION.mistake("""
    This is the largest of them alone.
    Give back all, one for each unit; ranking comes afterwards.
    """)
def best_only(hs, feature):
    return np.max(np.abs(unit_correlation(hs, feature)))


@UNIT_CORRELATION.mistake(
    "This is the number of the best unit. Give back the correlation of every unit."
)
def best_unit(hs, feature):
    return int(np.argmax(np.abs(unit_correlation(hs, feature))))


@UNIT_CORRELATION.mistake(
    "These grow with the length of the text: the products were added up, where their mean is needed."
)
def sum_for_mean(hs, feature):
    return unit_correlation(hs, feature) * len(feature)


@UNIT_CORRELATION.mistake("""
    This is the table of all correlations, of units with units too.
    Give back its part for the feature: one number for each unit.
    """)
def whole_matrix(hs, feature):
    return np.corrcoef(hs.T, feature)


@UNIT_CORRELATION.mistake("""
    The mean that is taken away runs over the units.
    Each unit has a mean of its own, over time: look at the `axis`.
    """)
def mean_over_units(hs, feature):
    both = (hs - hs.mean(axis=1, keepdims=True)) * (feature - feature.mean())[:, None]
    return both.mean(axis=0) / (hs.std(axis=0) * feature.std())


@UNIT_CORRELATION.mistake("""
    The products are divided by n and the squares by n - 1, as `ddof=1` says, so even a perfect follower stays below 1.
    Use the same n in both.
    """)
def one_too_few_in_the_spread(hs, feature):
    return covariance(hs, feature) / (hs.std(axis=0, ddof=1) * feature.std(ddof=1))


@UNIT_CORRELATION.mistake("""
    The products are divided by n - 1, as `np.cov` does, and the squares by n, so a perfect follower comes out above 1.
    Use the same n in both.
    """)
def one_too_few_in_the_products(hs, feature):
    return unit_correlation(hs, feature) * len(feature) / (len(feature) - 1)


@UNIT_CORRELATION.mistake("""
    The spreads are right, but the products are of the numbers as they are.
    Take both means away before you multiply.
    """)
def means_left_in_the_products(hs, feature):
    return means_not_taken_away(hs, feature) / (hs.std(axis=0) * feature.std())


@UNIT_CORRELATION.mistake("""
    The mean of the products runs over time and over the units, so all units share it.
    Which `axis` leaves one number for each unit?
    """)
def mean_of_everything(hs, feature):
    return covariance(hs, feature).mean() / (hs.std(axis=0) * feature.std())


def ranks(values):
    """The rank of each value along time; equal values share the mean of theirs."""
    below = (values[None] < values[:, None]).sum(axis=1)
    return below + (values[None] == values[:, None]).sum(axis=1) / 2


def in_order(values):
    """The rank of each value along time; equal values in some order."""
    return values.argsort(axis=0).argsort(axis=0).astype(float)


@UNIT_CORRELATION.mistake("""
    These are correlations between ranks, Spearman's, which see whether one rises with the other and not by how much.
    Here the numbers themselves count, as Pearson has it.
    """)
def spearman(hs, feature):
    return unit_correlation(ranks(hs), ranks(feature))


@UNIT_CORRELATION.mistake("""
    The numbers are replaced by their places in order, and equal ones get different places.
    Correlate the numbers themselves.
    """)
def places_in_order(hs, feature):
    return unit_correlation(in_order(hs), in_order(feature))


@UNIT_CORRELATION.mistake("""
    The spread is measured by mean sizes, `abs`.
    A correlation divides by standard deviations: roots of mean squares.
    """)
def mean_sizes(hs, feature):
    spread = np.abs(hs - hs.mean(axis=0)).mean(axis=0) * np.abs(feature - feature.mean()).mean()
    return covariance(hs, feature) / spread


@UNIT_CORRELATION.mistake("""
    Only the unit has lost its mean, and the spread of the feature is measured from 0.
    Take the mean of the feature away too, in both places.
    """)
def features_mean_left_in(hs, feature):
    return covariance(hs, feature) / (hs.std(axis=0) * np.sqrt((feature**2).mean()))


@UNIT_CORRELATION.mistake("""
    The spread of the units is that of all their numbers together.
    Each unit has its own: which `axis` runs along time?
    """)
def one_spread_for_all(hs, feature):
    return covariance(hs, feature) / ((hs - hs.mean(axis=0)).std() * feature.std())


@UNIT_CORRELATION.mistake(
    "This is the largest correlation alone. Give back all, one for each unit; ranking comes afterwards."
)
def largest_only(hs, feature):
    return float(np.max(unit_correlation(hs, feature)))


@UNIT_CORRELATION.mistake(
    "This is the number of the unit with the largest correlation. Give back the correlation of every unit."
)
def largest_unit(hs, feature):
    return int(np.argmax(unit_correlation(hs, feature)))


@UNIT_CORRELATION.mistake("""
    The feature's correlation with itself comes back too, a 1 at the end.
    Leave it out.
    """)
def with_itself(hs, feature):
    return np.corrcoef(hs.T, feature)[-1]


@UNIT_CORRELATION.mistake(
    """
    `np.corrcoef` takes its variables as rows, and the units are the columns of `hs`.
    Turn it over.
    """,
    error="concatenation axis",
    sign=r"\bcorrcoef\(",
)
def not_turned_over(hs, feature):
    return np.corrcoef(hs, feature)


@UNIT_CORRELATION.mistake(
    """
    A mean was taken along the units, and it does not fit.
    Each unit has a mean over time: `axis=0`.
    """,
    sign=r"axis=(1|-1)|mean\((1|-1)\)",
)
def mean_of_rows(hs, feature):
    both = (hs - hs.mean(axis=1)) * (feature - feature.mean())[:, None]
    return both.mean(axis=0) / (hs.std(axis=0) * feature.std())


@UNIT_CORRELATION.mistake(
    """
    `hs` (T, H) and the feature (T,) do not fit as they are: NumPy lays the feature along the units.
    Make a column of it, `feature[:, None]`.
    """,
    error="broadcast",
)
def feature_not_a_column(hs, feature):
    both = (hs - hs.mean(axis=0)) * (feature - feature.mean())
    return both.mean(axis=0) / (hs.std(axis=0) * feature.std())


@UNIT_CORRELATION.mistake("""
    Only the first unit's correlation comes back.
    Does `return` stand in the loop over the units?
    """)
def first_unit_only(hs, feature):
    return float(unit_correlation(hs, feature)[0])


@UNIT_CORRELATION.mistake("""
    `a / b * c` divides by b and then multiplies by c.
    Put brackets around the product below the line.
    """)
def divided_then_multiplied(hs, feature):
    return covariance(hs, feature) / hs.std(axis=0) * feature.std()


# ablate ------------------------------------------------------------------------------------


def mean_loss(model, text, start=np.zeros):
    """Nats per character of predicting each character of a text from those before it."""
    indices = model.vocabulary.encode(text)
    _, ps = model.forward(indices[:-1], start(model.hidden_size))
    return rnn_core.cross_entropy(ps, indices[1:]) / (len(text) - 1)


def ablate(model, unit, text):
    silenced = copy.deepcopy(model)
    silenced.Whh[:, unit] = 0
    silenced.Why[:, unit] = 0
    return mean_loss(silenced, text)


def ablate_cases(rng):
    """Different units of different networks, on short texts and a longer one."""
    for seed, unit, text in (
        (1, 0, "ho"),
        (2, 3, "hope"),
        (3, 4, TEXT),
        (4, 1, TEXT),
        (5, 2, TEXT),
    ):
        yield small_model(seed), unit, text
    for seed, units, scale in ((6, 1, 0.8), (7, 2, 0.05), (8, 8, 3.0)):
        yield small_model(seed, units, scale), units - 1, TEXT


def changed(change):
    """The loss after a change to a copy of the network."""

    def function(model, unit, text):
        silenced = copy.deepcopy(model)
        change(silenced, unit)
        return mean_loss(silenced, text)

    return function


def only_output(model, unit):
    model.Why[:, unit] = 0


def only_recurrence(model, unit):
    model.Whh[:, unit] = 0


def only_incoming(model, unit):
    model.Whh[unit] = 0


def bias_left(model, unit):
    model.Wxh[unit], model.Whh[unit] = 0, 0


def row_of_output(model, unit):
    model.Whh[:, unit], model.Why[unit] = 0, 0


def rows_for_columns(model, unit):
    model.Whh[unit], model.Why[unit] = 0, 0


def row_of_recurrence(model, unit):
    model.Whh[unit], model.Why[:, unit] = 0, 0


def weight_of_itself(model, unit):
    model.Whh[unit, unit] = 0


def everything_after(model, unit):
    model.Whh[:, unit:], model.Why[:, unit:] = 0, 0


def character_and_output(model, unit):
    model.Wxh[:, unit], model.Why[:, unit] = 0, 0


def bias_only(model, unit):
    model.bh[unit] = 0


def column_of_wxh(model, unit):
    model.Wxh[:, unit] = 0


ABLATE = Exercise(
    name="ablate",
    lesson=9,
    reference=ablate,
    cases=ablate_cases,
    signature="ablate(model, unit, text)",
    returns="one number, the loss without that unit in nats per character",
)


ABLATE.mistake(
    """
    The unit no longer reaches the scores, but it still feeds the next state, and through it everything later.
    Silence both ways out.
    """,
    name="only-output",
)(changed(only_output))


ABLATE.mistake(
    """
    The unit no longer feeds the next state, but the scores still hear it.
    Silence both ways out.
    """,
    name="only-recurrence",
)(changed(only_recurrence))


ABLATE.mistake(
    """
    The unit no longer hears the old state, but the present character and its bias still drive it.
    It should be 0 at every step.
    """,
    name="only-incoming",
)(changed(only_incoming))


ABLATE.mistake(
    "The unit's weights in are 0, its bias is not: it stands at tanh of the bias, not at 0.",
    name="bias-left",
)(changed(bias_left))


ABLATE.mistake(
    """
    Row `unit` of Why belongs to a character, not to a unit.
    Units are the columns there.
    """,
    name="row-of-why",
)(changed(row_of_output))


ABLATE.mistake(
    """
    Rows were cleared in both matrices.
    A row holds what a unit or a score *hears*; what unit `unit` *says* stands in a column.
    Which side of the comma does `unit` belong on?
    """,
    name="rows-for-columns",
)(changed(rows_for_columns))


ABLATE.mistake(
    """
    In Why the right column is gone, in Whh a row: the unit no longer hears the others, but they still hear it.
    What it says stands in a column of Whh too.
    """,
    name="row-of-whh",
)(changed(row_of_recurrence))


ABLATE.mistake(
    """
    Only the weight from the unit to itself is gone.
    It still speaks to all others, and to the scores.
    """,
    name="own-weight",
)(changed(weight_of_itself))


ABLATE.mistake(
    "More than one unit was silenced. Take out one column, not all from there on.",
    name="several-units",
)(changed(everything_after))


def at_its_mean(states, of):
    """Hold the unit at its mean over some states, by a bias of its own in the next layer."""

    def function(model, unit, text):
        held, mean = copy.deepcopy(model), of(states(model, text))[:, unit].mean()
        held.bh = held.bh + mean * held.Whh[:, unit]
        held.by = held.by + mean * held.Why[:, unit]
        held.Whh[:, unit], held.Why[:, unit] = 0, 0
        return mean_loss(held, text)

    return function


ABLATE.mistake(
    """
    You hold the unit at its mean.
    That is often the better way; the task asks for 0.
    """,
    name="mean-ablation",
)(at_its_mean(hidden_states, lambda hs: hs))


ABLATE.mistake(
    """
    You hold the unit at the mean that it has over the inputs.
    That is often the better way; the task asks for 0.
    """,
    name="mean-of-inputs",
)(at_its_mean(hidden_states, lambda hs: hs[:-1]))


@ABLATE.mistake("""
    You put the mean of the unit in its place, step by step.
    That is often the better way; the task asks for 0.
    """)
def mean_step_by_step(model, unit, text):
    indices = model.vocabulary.encode(text)
    mean = hidden_states(model, text)[:, unit].mean()
    h, loss = np.zeros(model.hidden_size), 0.0
    for ix, target in pairwise(indices):
        h = np.tanh(model.Wxh[:, ix] + model.Whh @ h + model.bh)
        h[unit] = mean
        loss += rnn_core.cross_entropy(rnn_core.softmax(model.Why @ h + model.by)[None], [target])
    return loss / (len(text) - 1)


@ABLATE.mistake("""
    The network is asked for the characters that it has just read, all but the last.
    Its targets are the characters one place on, `indices[1:]`.
    """)
def targets_are_inputs(model, unit, text):
    silenced = copy.deepcopy(model)
    silenced.Whh[:, unit], silenced.Why[:, unit] = 0, 0
    indices = model.vocabulary.encode(text)
    _, ps = silenced.forward(indices[:-1], np.zeros(model.hidden_size))
    return rnn_core.cross_entropy(ps, indices[:-1]) / (len(text) - 1)


@ABLATE.mistake("""
    The reading begins with a state of ones.
    Begin with zeros.
    """)
def from_ones(model, unit, text):
    silenced = copy.deepcopy(model)
    silenced.Whh[:, unit], silenced.Why[:, unit] = 0, 0
    return mean_loss(silenced, text, np.ones)


ABLATE.mistake(
    """
    A column of Wxh belongs to a character: besides the unit's way to the scores a character was silenced.
    The other way out of a unit is its column of Whh.
    """,
    name="column-of-wxh-for-whh",
)(changed(character_and_output))


ABLATE.mistake(
    """
    Only the bias of the unit is gone.
    It still hears, and is heard.
    """,
    name="bias-cleared",
)(changed(bias_only))


@ABLATE.mistake("The sign is wrong: a loss is 0 or more.")
def negative(model, unit, text):
    return -ablate(model, unit, text)


@ABLATE.mistake("""
    This is the loss in bits.
    Leave it in nats, as `cross_entropy` gives it.
    """)
def in_bits(model, unit, text):
    return ablate(model, unit, text) / np.log(2)


@ABLATE.mistake("""
    This is the perplexity.
    Leave the mean loss in nats: no `np.exp` is needed.
    """)
def perplexity_given_back(model, unit, text):
    return np.exp(ablate(model, unit, text))


@ABLATE.mistake("""
    The loss is that of the last character alone.
    All characters but the first are predicted.
    """)
def last_character_only(model, unit, text):
    silenced = copy.deepcopy(model)
    silenced.Whh[:, unit], silenced.Why[:, unit] = 0, 0
    indices = model.vocabulary.encode(text)
    _, ps = silenced.forward(indices[:-1], np.zeros(model.hidden_size))
    return rnn_core.cross_entropy(ps[-1:], indices[-1:])


@ABLATE.mistake("""
    Besides the columns of the unit its rows were cleared, and row `unit` of Why belongs to a character.
    The columns are enough: they hold all that the unit says.
    """)
def rows_and_columns(model, unit, text):
    silenced = copy.deepcopy(model)
    silenced.Whh[unit], silenced.Whh[:, unit] = 0, 0
    silenced.Why[unit], silenced.Why[:, unit] = 0, 0
    return mean_loss(silenced, text)


@ABLATE.mistake("""
    Only the text's first two characters count.
    Does `return` stand in the loop?
    """)
def first_step_only(model, unit, text):
    return ablate(model, unit, text[:2])


@ABLATE.mistake("""
    The unit before this one was silenced.
    Units are counted from 0.
    """)
def unit_before(model, unit, text):
    return ablate(model, unit - 1, text)


@ABLATE.mistake(
    """
    This network has no `char_to_ix`, which the `Model` of lessons 7 and 8 had.
    It has a vocabulary, with a method `encode`.
    """,
    name="char-to-ix",
    error="char_to_ix",
)
def asked_for_char_to_ix(model, unit, text):
    return [model.char_to_ix[char] for char in text]


@ABLATE.mistake("""
    This is how much worse it became.
    Give back the loss itself; whoever calls can take the difference.
    """)
def difference(model, unit, text):
    return ablate(model, unit, text) - mean_loss(model, text)


@ABLATE.mistake("""
    This is the loss of the whole text, which grows with its length.
    Divide by the number of characters predicted.
    """)
def summed(model, unit, text):
    return ablate(model, unit, text) * (len(text) - 1)


@ABLATE.mistake("""
    A text of n characters has n - 1 to predict: nothing comes before the first.
    Divide by n - 1.
    """)
def divided_by_all(model, unit, text):
    return summed(model, unit, text) / len(text)


@ABLATE.mistake("""
    The loss is that of the whole network: no unit was silenced.
    Was the copy changed, and then used?
    """)
def not_ablated(model, unit, text):
    return mean_loss(model, text)


ABLATE.mistake(
    """
    A column of Wxh belongs to a character: this makes the network blind to that one, and no unit is silent.
    What a unit says goes out through Whh and Why.
    """,
    name="column-of-wxh",
)(changed(column_of_wxh))


@ABLATE.mistake("""
    The network is asked for the character that it has just read.
    Its targets are the characters one place on, `indices[1:]`.
    """)
def targets_not_shifted(model, unit, text):
    silenced = copy.deepcopy(model)
    silenced.Whh[:, unit], silenced.Why[:, unit] = 0, 0
    indices = model.vocabulary.encode(text)
    _, ps = silenced.forward(indices, np.zeros(model.hidden_size))
    return rnn_core.cross_entropy(ps, indices) / len(text)


@ABLATE.mistake("""
    The reading begins with `model.h`, the state that training left behind.
    Begin with zeros.
    """)
def from_left_over_state(model, unit, text):
    silenced = copy.deepcopy(model)
    silenced.Whh[:, unit], silenced.Why[:, unit] = 0, 0
    return mean_loss(silenced, text, lambda size: model.h)


EXERCISES = [HIDDEN_STATES, UNIT_CORRELATION, ABLATE]
