"""Exercises of lesson 9: what the hidden units follow, and what happens without them."""

import copy

import numpy as np

import rnn_core

from .base import Exercise, Mistake, Model

TEXT = "hope perches, hope sings."


def small_model(seed):
    """An untrained network with weights large enough that every unit matters."""
    model = Model(TEXT, 5, 6, seed=seed)
    for array in model.parameters.values():
        array[...] = model.rng.normal(0, 0.8, array.shape)
    model.h = np.tanh(model.rng.normal(size=model.hidden_size))  # left over from its training
    return model


# hidden_states -----------------------------------------------------------------------------


def hidden_states(model, text):
    hs, _ = model.forward(model.vocabulary.encode(text), np.zeros(model.hidden_size))
    return hs[1:]


def hidden_states_cases(rng):
    """From one character to many."""
    for seed, text in ((1, "h"), (2, "ho"), (3, "hope "), (4, TEXT)):
        yield small_model(seed), text


def all_states(model, text):
    return model.forward(model.vocabulary.encode(text), np.zeros(model.hidden_size))[0]


def states_before(model, text):
    return all_states(model, text)[:-1]


def last_state(model, text):
    return all_states(model, text)[-1]


def units_first(model, text):
    return hidden_states(model, text).T


def predictions(model, text):
    return model.forward(model.vocabulary.encode(text), np.zeros(model.hidden_size))[1]


def each_alone(model, text):
    zeros = np.zeros(model.hidden_size)
    return np.array([model.forward(model.vocabulary.encode(c), zeros)[0][-1] for c in text])


def started_from_ones(model, text):
    return model.forward(model.vocabulary.encode(text), np.ones(model.hidden_size))[0][1:]


def before_tanh(model, text):
    return np.arctanh(np.clip(hidden_states(model, text), -1 + 1e-12, 1 - 1e-12))


def from_state_of_training(model, text):
    return model.forward(model.vocabulary.encode(text), model.h)[0][1:]


def own_vocabulary(model, text):
    characters = sorted(set(text))
    indices = np.array([characters.index(char) for char in text])
    return model.forward(indices, np.zeros(model.hidden_size))[0][1:]


HIDDEN_STATES = Exercise(
    name="hidden_states",
    lesson=9,
    reference=hidden_states,
    cases=hidden_states_cases,
    signature="hidden_states(model, text)",
    returns="an array of shape (len(text), H), the state after each character",
    axes=("character", "unit"),
    mistakes=(
        Mistake(
            "first-state-kept",
            all_states,
            "There is one row more than there are characters: `hs[0]` is the state before "
            "anything was read.",
        ),
        Mistake(
            "states-before",
            states_before,
            "These are the states *before* each character. The state that has read character "
            "i is `hs[i + 1]`.",
        ),
        Mistake(
            "only-the-last",
            last_state,
            "This is the state at the end of the text alone. Give back one row for each character.",
        ),
        Mistake(
            "units-first",
            units_first,
            "The units run down and the characters across. Time comes first: one row for each "
            "character.",
        ),
        Mistake(
            "predictions",
            predictions,
            "These are the predictions `ps`. The hidden states are the other array that "
            "`forward` gives back.",
        ),
        Mistake(
            "each-alone",
            each_alone,
            "Each character was read from a state of zeros, so nothing is remembered. Send the "
            "whole text through `forward` at once.",
        ),
        Mistake(
            "not-from-zeros",
            started_from_ones,
            "The first state is not zeros. A network that has read nothing has a state of zeros.",
        ),
        Mistake(
            "before-tanh",
            before_tanh,
            "These are the sums before tanh. The hidden state is what comes out of tanh.",
        ),
        Mistake(
            "from-state-of-training",
            from_state_of_training,
            "The first state is `model.h`, which training left behind. A network that has "
            "read nothing has a state of zeros.",
        ),
        Mistake(
            "own-vocabulary",
            own_vocabulary,
            "The characters were numbered anew, from this text alone. The network knows them "
            "by the numbers of its own `model.vocabulary`.",
        ),
    ),
)

# unit_correlation --------------------------------------------------------------------------


def unit_correlation(hs, feature):
    hs = hs - hs.mean(axis=0)
    feature = feature - feature.mean()
    return (hs * feature[:, None]).mean(axis=0) / (hs.std(axis=0) * feature.std())


def unit_correlation_cases(rng):
    """Two units, one that follows and one that opposes; then random ones, and long ones."""
    yield np.array([[0.1, -0.3], [0.5, -0.5], [0.9, -0.4]]), np.array([0.0, 1.0, 2.0])
    yield (
        np.array([[0.5, 0.1], [0.5, 0.2], [0.7, -0.9], [0.1, 0.3]]),
        np.array([5.0, 5.0, 7.0, 4.0]),
    )
    yield np.array([[0.2, 0.3], [0.4, 0.1]]), np.array([1.0, 0.0])
    for length, units in ((6, 6), (50, 4), (300, 7)):
        hs = np.tanh(rng.normal(size=(length, units)) + rng.normal(size=units))
        yield (
            hs,
            (rng.random(length) < 0.3).astype(float) if units != 6 else rng.normal(size=length),
        )


def product_only(hs, feature):
    return (hs * feature[:, None]).mean(axis=0)


def covariance(hs, feature):
    return ((hs - hs.mean(axis=0)) * (feature - feature.mean())[:, None]).mean(axis=0)


def cosine(hs, feature):
    return feature @ hs / np.sqrt((hs**2).sum(axis=0) * (feature**2).sum())


def over_variances(hs, feature):
    return covariance(hs, feature) / (hs.var(axis=0) * feature.var())


def over_units_spread(hs, feature):
    return covariance(hs, feature) / hs.std(axis=0)


def over_features_spread(hs, feature):
    return covariance(hs, feature) / feature.std()


def slope(hs, feature):
    return covariance(hs, feature) / feature.var()


def other_slope(hs, feature):
    return covariance(hs, feature) / hs.var(axis=0)


def absolute(hs, feature):
    return np.abs(unit_correlation(hs, feature))


def squared(hs, feature):
    return unit_correlation(hs, feature) ** 2


def one_mean_for_all(hs, feature):
    both = (hs - hs.mean()) * (feature - feature.mean())[:, None]
    return both.mean(axis=0) / (hs.std() * feature.std())


def best_only(hs, feature):
    return np.max(np.abs(unit_correlation(hs, feature)))


def best_unit(hs, feature):
    return int(np.argmax(np.abs(unit_correlation(hs, feature))))


def sum_for_mean(hs, feature):
    return unit_correlation(hs, feature) * len(feature)


def whole_matrix(hs, feature):
    return np.corrcoef(hs.T, feature)


def mean_over_units(hs, feature):
    both = (hs - hs.mean(axis=1, keepdims=True)) * (feature - feature.mean())[:, None]
    return both.mean(axis=0) / (hs.std(axis=0) * feature.std())


def one_too_few_in_the_spread(hs, feature):
    return covariance(hs, feature) / (hs.std(axis=0, ddof=1) * feature.std(ddof=1))


def one_too_few_in_the_products(hs, feature):
    return unit_correlation(hs, feature) * len(feature) / (len(feature) - 1)


def means_left_in_products(hs, feature):
    return product_only(hs, feature) / (hs.std(axis=0) * feature.std())


def mean_of_everything(hs, feature):
    return covariance(hs, feature).mean() / (hs.std(axis=0) * feature.std())


def divided_then_multiplied(hs, feature):
    return covariance(hs, feature) / hs.std(axis=0) * feature.std()


UNIT_CORRELATION = Exercise(
    name="unit_correlation",
    lesson=9,
    reference=unit_correlation,
    cases=unit_correlation_cases,
    signature="unit_correlation(hs, feature)",
    returns="an array of shape (H,), a correlation between -1 and 1 for each unit",
    axes=("unit",),
    mistakes=(
        Mistake(
            "means-not-taken-away",
            product_only,
            "The mean product says little while the means are still in: a unit that is always "
            "0.9 would seem to follow everything. Take the means away, then divide by the "
            "spreads.",
        ),
        Mistake(
            "covariance",
            covariance,
            "This is the covariance. It grows with the size of the feature; divide by both "
            "standard deviations.",
        ),
        Mistake(
            "cosine",
            cosine,
            "This is the cosine between the columns as they are. A correlation takes both "
            "means away first.",
        ),
        Mistake(
            "over-variances",
            over_variances,
            "The covariance is divided by variances. Their roots, the standard deviations, "
            "give a number between -1 and 1.",
        ),
        Mistake(
            "over-the-units-spread-only",
            over_units_spread,
            "The covariance is divided by the spread of the unit, not by that of the feature: "
            "counted in other units, the same feature would give another number. Divide by "
            "both.",
        ),
        Mistake(
            "over-the-features-spread-only",
            over_features_spread,
            "The covariance is divided by the spread of the feature, not by that of the unit, "
            "so a unit that hardly moves seems not to follow. Divide by both.",
        ),
        Mistake(
            "slope",
            slope,
            "This divides by the variance of the feature only: the slope of a line through the "
            "points. A correlation divides by both standard deviations.",
        ),
        Mistake(
            "other-slope",
            other_slope,
            "This divides by the variance of the unit only. A correlation divides by both "
            "standard deviations.",
        ),
        Mistake(
            "absolute",
            absolute,
            "The sign is gone. A unit that falls where the feature rises follows it too, the "
            "other way round, and we want to see that.",
        ),
        Mistake(
            "squared",
            squared,
            "This is the square of the correlation: the sign is gone, and weak ones look "
            "weaker still.",
        ),
        Mistake(
            "one-mean-for-all",
            one_mean_for_all,
            "All units share one mean and one spread here. Each unit has its own: which "
            "`axis` runs along time?",
        ),
        Mistake(
            "best-only",
            best_only,
            "This is the largest of them alone. Give back all, one for each unit; ranking "
            "comes afterwards.",
        ),
        Mistake(
            "best-unit",
            best_unit,
            "This is the number of the best unit. Give back the correlation of every unit.",
        ),
        Mistake(
            "sum-for-mean",
            sum_for_mean,
            "These grow with the length of the text: the products were added up, where their "
            "mean is needed.",
        ),
        Mistake(
            "whole-matrix",
            whole_matrix,
            "This is the table of all correlations, of units with units too. Give back its "
            "part for the feature: one number for each unit.",
        ),
        Mistake(
            "mean-over-units",
            mean_over_units,
            "The mean that is taken away runs over the units. Each unit has a mean of its "
            "own, over time: look at the `axis`.",
        ),
        Mistake(
            "one-too-few-in-the-spread",
            one_too_few_in_the_spread,
            "The products are divided by n and the squares by n - 1, as `ddof=1` says, so "
            "even a perfect follower stays below 1. Use the same n in both.",
        ),
        Mistake(
            "one-too-few-in-the-products",
            one_too_few_in_the_products,
            "The products are divided by n - 1, as `np.cov` does, and the squares by n, so a "
            "perfect follower comes out above 1. Use the same n in both.",
        ),
        Mistake(
            "means-left-in-the-products",
            means_left_in_products,
            "The spreads are right, but the products are of the numbers as they are. Take "
            "both means away before you multiply.",
        ),
        Mistake(
            "mean-of-everything",
            mean_of_everything,
            "The mean of the products runs over time and over the units, so all units share "
            "it. Which `axis` leaves one number for each unit?",
        ),
        Mistake(
            "divided-then-multiplied",
            divided_then_multiplied,
            "`a / b * c` divides by b and then multiplies by c. Put brackets around the "
            "product below the line.",
        ),
    ),
)

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


def difference(model, unit, text):
    return ablate(model, unit, text) - mean_loss(model, text)


def summed(model, unit, text):
    return ablate(model, unit, text) * (len(text) - 1)


def divided_by_all(model, unit, text):
    return summed(model, unit, text) / len(text)


def not_ablated(model, unit, text):
    return mean_loss(model, text)


def column_of_wxh(model, unit):
    model.Wxh[:, unit] = 0


def targets_not_shifted(model, unit, text):
    silenced = copy.deepcopy(model)
    silenced.Whh[:, unit], silenced.Why[:, unit] = 0, 0
    indices = model.vocabulary.encode(text)
    _, ps = silenced.forward(indices, np.zeros(model.hidden_size))
    return rnn_core.cross_entropy(ps, indices) / len(text)


def from_left_over_state(model, unit, text):
    silenced = copy.deepcopy(model)
    silenced.Whh[:, unit], silenced.Why[:, unit] = 0, 0
    return mean_loss(silenced, text, lambda size: model.h)


ABLATE = Exercise(
    name="ablate",
    lesson=9,
    reference=ablate,
    cases=ablate_cases,
    signature="ablate(model, unit, text)",
    returns="one number, the loss without that unit in nats per character",
    mistakes=(
        Mistake(
            "only-output",
            changed(only_output),
            "The unit no longer reaches the scores, but it still feeds the next state, and "
            "through it everything later. Silence both ways out.",
        ),
        Mistake(
            "only-recurrence",
            changed(only_recurrence),
            "The unit no longer feeds the next state, but the scores still hear it. Silence "
            "both ways out.",
        ),
        Mistake(
            "only-incoming",
            changed(only_incoming),
            "The unit no longer hears the old state, but the present character and its bias "
            "still drive it. It should be 0 at every step.",
        ),
        Mistake(
            "bias-left",
            changed(bias_left),
            "The unit's weights in are 0, its bias is not: it stands at tanh of the bias, not "
            "at 0.",
        ),
        Mistake(
            "row-of-why",
            changed(row_of_output),
            "Row `unit` of Why belongs to a character, not to a unit. Units are the columns there.",
        ),
        Mistake(
            "rows-for-columns",
            changed(rows_for_columns),
            "Rows were cleared in both matrices. A row holds what a unit or a score *hears*; "
            "what unit `unit` *says* stands in a column. Which side of the comma does `unit` "
            "belong on?",
        ),
        Mistake(
            "row-of-whh",
            changed(row_of_recurrence),
            "In Why the right column is gone, in Whh a row: the unit no longer hears the "
            "others, but they still hear it. What it says stands in a column of Whh too.",
        ),
        Mistake(
            "own-weight",
            changed(weight_of_itself),
            "Only the weight from the unit to itself is gone. It still speaks to all others, "
            "and to the scores.",
        ),
        Mistake(
            "several-units",
            changed(everything_after),
            "More than one unit was silenced. Take out one column, not all from there on.",
        ),
        Mistake(
            "difference",
            difference,
            "This is how much worse it became. Give back the loss itself; whoever calls can "
            "take the difference.",
        ),
        Mistake(
            "summed",
            summed,
            "This is the loss of the whole text, which grows with its length. Divide by the "
            "number of characters predicted.",
        ),
        Mistake(
            "divided-by-all",
            divided_by_all,
            "A text of n characters has n - 1 to predict: nothing comes before the first. "
            "Divide by n - 1.",
        ),
        Mistake(
            "not-ablated",
            not_ablated,
            "The loss is that of the whole network: no unit was silenced. Was the copy "
            "changed, and then used?",
        ),
        Mistake(
            "column-of-wxh",
            changed(column_of_wxh),
            "A column of Wxh belongs to a character: this makes the network blind to that "
            "one, and no unit is silent. What a unit says goes out through Whh and Why.",
        ),
        Mistake(
            "targets-not-shifted",
            targets_not_shifted,
            "The network is asked for the character that it has just read. Its targets are "
            "the characters one place on, `indices[1:]`.",
        ),
        Mistake(
            "from-left-over-state",
            from_left_over_state,
            "The reading begins with `model.h`, the state that training left behind. Begin "
            "with zeros.",
        ),
    ),
)

EXERCISES_HERE = [HIDDEN_STATES, UNIT_CORRELATION, ABLATE]
