"""Exercises of lesson 5: gradients kept in bounds."""

import numpy as np

import rnn_core

from .base import Exercise

# What both exercises are tried on ------------------------------------------------------------


def gradient_cases(rng, limits):
    """Hand-made gradients small and large, with both signs; then sets like a network's.

    Limits on either side of 5, and entries above, below and at each.
    """
    yield {"Whh": np.array([3.0, -4.0])}, limits[0]
    yield {"Whh": np.array([[0.5, -0.25], [0.125, 0.0]])}, limits[1]
    yield {"Wxh": np.array([[30.0, -40.0]]), "bh": np.array([1.0])}, limits[0]
    yield {"Wxh": np.array([[3.0, 0.0]]), "by": np.array([0.0, -4.0])}, limits[1]
    yield {"Whh": np.array([[-7.0, 2.0], [6.0, -9.0]]), "bh": np.array([-8.0, 0.5])}, 5.0
    yield {"Whh": np.zeros((2, 2)), "bh": np.zeros(2)}, limits[1]
    yield {"Wxh": np.array([[12.0, 2.0]])}, 5.0  # the arrow of the lesson
    yield {"bh": np.array([0.1, -0.5, 0.3]), "by": np.array([-0.6])}, 0.5
    yield {"Whh": np.array([[120.0, -0.5], [-50.0, 7.0]]), "by": np.array([-80.0, 49.0])}, 50.0
    yield {"Why": np.array([[3e-3], [-4e-3]]), "by": np.array([0.0])}, 2e-3
    yield {"Wxh": np.array([[4e7, -3e7], [2.0, -6.0]])}, 1e7
    for spread, limit in ((0.01, 1.0), (3.0, 5.0), (200.0, 2.5)):
        shapes = {"Wxh": (4, 3), "Whh": (4, 4), "Why": (3, 4), "bh": (4,), "by": (3,)}
        yield {name: rng.normal(0, spread, shape) for name, shape in shapes.items()}, limit


def for_each(change):
    """Apply a change to every array of the gradients."""
    return lambda gradients, limit: {name: change(g, limit) for name, g in gradients.items()}


def returned_in_loop(clip):
    """Give back the first array alone, as a `return` inside the loop does."""
    return lambda gradients, limit: dict(list(clip(gradients, limit).items())[:1])


def last_array_kept(clip):
    """Give back the last array alone, as a dict that is made anew inside the loop does."""
    return lambda gradients, limit: dict(list(clip(gradients, limit).items())[-1:])


def total_norm(gradients):
    return np.sqrt(sum((g**2).sum() for g in gradients.values()))


def clip_each_by_its_norm(g, limit):
    norm = np.linalg.norm(g)
    return g * (limit / norm) if norm > limit else g


# clip_by_value -------------------------------------------------------------------------------


def clip_by_value_cases(rng):
    yield from gradient_cases(rng, (2.0, 0.2))


CLIP_BY_VALUE = Exercise(
    name="clip_by_value",
    lesson=5,
    reference=rnn_core.clip_by_value,
    cases=clip_by_value_cases,
    signature="clip_by_value(gradients, limit)",
    returns="a new dictionary with the same names, each array cut to [-limit, limit]",
    axes=("row", "column"),
)


CLIP_BY_VALUE.mistake(
    "The minus signs are gone: a gradient of -7 came back positive, and its weight would be pushed the wrong way.",
    name="sign-lost",
)(for_each(lambda g, limit: np.minimum(np.abs(g), limit)))


CLIP_BY_VALUE.mistake(
    """
    Large positive entries are cut, large negative ones are not.
    There are two bounds.
    """,
    name="only-above",
)(for_each(np.minimum))


CLIP_BY_VALUE.mistake(
    """
    Large negative entries are cut, large positive ones are not.
    There are two bounds.
    """,
    name="only-below",
)(for_each(lambda g, limit: np.maximum(g, -limit)))


@CLIP_BY_VALUE.mistake("""
    Minimum and maximum have changed places, so every entry lands on the limit.
    The upper bound is the one that a minimum takes.
    """)
def min_for_max(gradients, limit):
    return {name: np.maximum(np.minimum(g, -limit), limit) for name, g in gradients.items()}


CLIP_BY_VALUE.mistake(
    """
    Everything below 0 became 0.
    The range goes from minus the limit to plus the limit.
    """,
    name="negatives-dropped",
)(for_each(lambda g, limit: np.clip(g, 0, limit)))


CLIP_BY_VALUE.mistake(
    """
    Entries beyond the limit are thrown away.
    They should stay, as large as is allowed: a steep direction is still a direction.
    """,
    name="set-to-zero",
)(for_each(lambda g, limit: np.where(np.abs(g) > limit, 0, g)))


CLIP_BY_VALUE.mistake(
    """
    Every entry is as large as the limit, also those that were small.
    What lies within the bounds stays as it is.
    """,
    name="always-at-the-limit",
)(for_each(lambda g, limit: limit * np.sign(g)))


CLIP_BY_VALUE.mistake("The gradients come back as they were: nothing was cut.", name="left-alone")(
    for_each(lambda g, limit: g)
)


CLIP_BY_VALUE.mistake(
    """
    Each array is scaled by its norm.
    That is the next exercise, nearly; here every entry is cut by itself.
    """,
    name="by-norm",
)(for_each(clip_each_by_its_norm))


CLIP_BY_VALUE.mistake(
    """
    Every entry is bent a little, also small ones.
    Within the bounds nothing should change at all.
    """,
    name="squashed",
)(for_each(lambda g, limit: limit * np.tanh(g / limit)))


CLIP_BY_VALUE.mistake(
    """
    The whole array is shrunk until its largest entry fits.
    Only the entries beyond the limit should change.
    """,
    name="divided",
)(for_each(lambda g, limit: g / max(1.0, np.abs(g).max() / limit)))


@CLIP_BY_VALUE.mistake("""
    The weights are cut, the biases are not.
    Go over all arrays, whatever their names.
    """)
def biases_forgotten(gradients, limit):
    return {
        name: np.clip(g, -limit, limit) if name.startswith("W") else g
        for name, g in gradients.items()
    }


CLIP_BY_VALUE.mistake(
    "The entries are cut at 5, whatever the limit is. Use `limit`.", name="limit-of-five"
)(for_each(lambda g, limit: np.clip(g, -5, 5)))


OTHER_BOUNDS = {  # what stands where the limit belongs: what is said of it, and how it comes
    "twice-the-limit": ("twice the limit", lambda limit: 2 * limit),
    "half-the-limit": ("half the limit", lambda limit: limit / 2),
    "square-of-the-limit": ("the square of the limit", lambda limit: limit**2),
    "root-of-the-limit": ("the root of the limit", np.sqrt),
    "one-over-the-limit": ("1 over the limit", lambda limit: 1 / limit),
    "one-more-than-the-limit": ("the limit and 1 more", lambda limit: limit + 1),
    "one-less-than-the-limit": ("1 less than the limit", lambda limit: max(limit - 1, 0)),
    "less-than-the-limit": ("a little less than the limit", lambda limit: limit - 1e-6),
    "bound-of-0.1": ("0.1, whatever the limit is", lambda limit: 0.1),
    "bound-of-2": ("2, whatever the limit is", lambda limit: 2.0),
    "bound-of-10": ("10, whatever the limit is", lambda limit: 10.0),
}

for id_, (words, bound) in OTHER_BOUNDS.items():
    CLIP_BY_VALUE.mistake(f"The entries are cut at {words}. Cut them at `limit` itself.", name=id_)(
        for_each(lambda g, limit, bound=bound: np.clip(g, -bound(limit), bound(limit)))
    )


CLIP_BY_VALUE.mistake(
    "The bounds are in the wrong order: `np.clip` takes the lower one first.", name="bounds-swapped"
)(for_each(lambda g, limit: np.clip(g, limit, -limit)))


CLIP_BY_VALUE.mistake(
    """
    Large negative entries land on plus the limit: their size was compared, and their sign was lost.
    Which end of the range is theirs?
    """,
    name="cut-to-plus",
)(for_each(lambda g, limit: np.where(np.abs(g) > limit, limit, g)))


CLIP_BY_VALUE.mistake(
    """
    Every entry that is beyond the limit, on either side, became minus the limit: its sign was lost.
    Which end of the range is nearer to it?
    """,
    name="cut-to-minus",
)(for_each(lambda g, limit: np.where(np.abs(g) > limit, -limit, g)))


CLIP_BY_VALUE.mistake(
    """
    The entries are cut at 1, whatever the limit is.
    Both bounds are made from `limit`.
    """,
    name="limit-of-one",
)(for_each(lambda g, limit: np.clip(g, -1, 1)))


CLIP_BY_VALUE.mistake(
    """
    An array with an entry beyond the limit is scaled until that entry fits, and so its small entries changed too.
    Every entry is cut by itself.
    """,
    name="norm-of-all",
)(rnn_core.clip_by_norm)


CLIP_BY_VALUE.mistake(
    """
    The upper bound is 5, whatever the limit is.
    Both bounds are made from `limit`.
    """,
    name="upper-bound-of-five",
)(for_each(lambda g, limit: np.minimum(np.maximum(g, -limit), 5)))


CLIP_BY_VALUE.mistake(
    """
    The lower bound is -5, whatever the limit is.
    Both bounds are made from `limit`.
    """,
    name="lower-bound-of-five",
)(for_each(lambda g, limit: np.minimum(np.maximum(g, -5), limit)))


CLIP_BY_VALUE.mistake(
    """
    Every array is brought to the length of the limit, short ones too.
    Here every entry is cut by itself, and what lies within the bounds stays as it is.
    """,
    name="scaled-to-the-limit",
)(for_each(lambda g, limit: g * limit / np.linalg.norm(g)))


CLIP_BY_VALUE.mistake(
    """
    All that is not above the limit became minus the limit: a comparison lacks a minus sign.
    Only what is below *minus* the limit goes there.
    """,
    name="all-others-to-minus",
)(for_each(lambda g, limit: np.where(g > limit, limit, np.where(g < limit, -limit, g))))


CLIP_BY_VALUE.mistake(
    """
    An array is cut only where its largest entry is above the limit, and one with nothing but large negative entries stays as it is.
    Cutting does no harm to what is within the bounds: no condition is needed.
    """,
    name="only-if-the-largest-is-above",
)(for_each(lambda g, limit: np.clip(g, -limit, limit) if g.max() > limit else g))


CLIP_BY_VALUE.mistake(
    """
    To compare an array with a number gives one answer for each entry, and `if`, `min` and `max` want a single one.
    `np.minimum`, `np.maximum` and `np.where` go entry by entry.
    """,
    name="compared-as-a-whole",
    error="truth value of an array",
)(for_each(lambda g, limit: max(-limit, min(limit, g))))


@CLIP_BY_VALUE.mistake(
    """
    The function asks for names that these gradients do not have.
    Go over the names that are there, whatever they are: `gradients.items()`.
    """,
    error=r"'d?(Wxh|Whh|Why|bh|by)'",
)
def names_written_down(gradients, limit):
    return {
        name: np.clip(gradients[name], -limit, limit) for name in ("Wxh", "Whh", "Why", "bh", "by")
    }


CLIP_BY_VALUE.mistake(
    """
    Only the last array comes back.
    Is the new dictionary made inside the loop, anew for each name?
    """,
    name="last-array-only",
)(last_array_kept(rnn_core.clip_by_value))


CLIP_BY_VALUE.mistake(
    """
    Only the first array comes back: does `return` stand inside the loop?
    It ends the function there.
    """,
    name="returned-in-loop",
)(returned_in_loop(rnn_core.clip_by_value))


# clip_by_norm --------------------------------------------------------------------------------


def clip_by_norm_cases(rng):
    yield from gradient_cases(rng, (2.5, 4.0))
    yield {"Whh": np.array([1.0, -2.0]), "bh": np.array([2.0])}, 4.0  # within, but not its square
    yield {"Whh": np.array([1.0, -1.0]), "bh": np.array([0.5])}, 4.0  # within, though above 1


def scaled(scale_of):
    """Multiply all arrays by one number made from the gradients and the limit."""

    def clip(gradients, limit):
        if total_norm(gradients) == 0:
            return {name: g.copy() for name, g in gradients.items()}
        scale = scale_of(gradients, limit)
        return {name: g * scale for name, g in gradients.items()}

    return clip


def scaled_when_above(norm_of):
    """Clip by another measure of size than the norm."""
    return scaled(lambda gradients, limit: min(1.0, limit / norm_of(gradients)))


def only_when_below(gradients, limit):
    norm = total_norm(gradients)
    return limit / norm if norm < limit else 1.0


def limit_left_out(gradients, limit):
    norm = total_norm(gradients)
    return 1 / norm if norm > limit else 1.0


def square_compared(gradients, limit):
    norm = total_norm(gradients)
    return limit / norm if norm**2 > limit else 1.0


def constant_added(gradients, limit):
    norm = total_norm(gradients)
    return limit / (norm + 1e-6) if norm > limit else 1.0


def root_mean_square(gradients):
    return np.sqrt(np.mean(np.concatenate([g.ravel() for g in gradients.values()]) ** 2))


def norm_of_last_array(gradients):
    return np.linalg.norm(list(gradients.values())[-1])


def spectral_norms(gradients):
    """np.linalg.norm(g, 2), which of a matrix is its largest singular value, over all arrays."""
    return np.sqrt(sum(np.linalg.norm(g, 2) ** 2 for g in gradients.values()))


def norm_of_weights(gradients):
    return total_norm({name: g for name, g in gradients.items() if name.startswith("W")})


def last_scale_of_all(gradients, limit):
    """The scale that a loop leaves behind which works one out for each array."""
    norm = norm_of_last_array(gradients)
    return limit / norm if norm > limit else 1.0


def over_one(gradients, limit):
    """The limit stands in the comparison alone, or in the fraction alone."""
    norm = total_norm(gradients)
    return limit / norm if norm > 1 else 1.0


def norm_over_limit(gradients, limit):
    return total_norm(gradients) / limit


CLIP_BY_NORM = Exercise(
    name="clip_by_norm",
    lesson=5,
    reference=rnn_core.clip_by_norm,
    cases=clip_by_norm_cases,
    signature="clip_by_norm(gradients, limit)",
    returns="a new dictionary with the same names, all arrays scaled alike",
    axes=("row", "column"),
)


CLIP_BY_NORM.mistake(
    """
    Each array is scaled by a norm of its own, so the direction changes between them.
    There is one norm, over all arrays together.
    """,
    name="each-array-alone",
)(for_each(clip_each_by_its_norm))


CLIP_BY_NORM.mistake(
    """
    Small gradients were blown up to the limit.
    Scale only when the norm is above it.
    """,
    name="always-scaled",
)(scaled(lambda g, limit: limit / total_norm(g)))


CLIP_BY_NORM.mistake(
    """
    The norm is 1 whatever the limit is, and small gradients grew.
    Where does the limit come in?
    """,
    name="unit-norm",
)(scaled(lambda g, limit: 1 / total_norm(g)))


CLIP_BY_NORM.mistake(
    "Small gradients are scaled and large ones are left alone: the comparison looks the wrong way.",
    name="condition-reversed",
)(scaled(only_when_below))


CLIP_BY_NORM.mistake(
    """
    The squares were added up, but their root was not taken.
    The norm of (3, 4) is 5, not 25.
    """,
    name="root-forgotten",
)(scaled_when_above(lambda g: total_norm(g) ** 2))


CLIP_BY_NORM.mistake(
    """
    The absolute values were added up.
    A norm adds squares and takes the root: that of (3, 4) is 5, not 7.
    """,
    name="squares-forgotten",
)(scaled_when_above(lambda g: sum(np.abs(a).sum() for a in g.values())))


CLIP_BY_NORM.mistake(
    """
    This compares the largest entry with the limit.
    The norm is the length of the whole gradient, to which every entry adds.
    """,
    name="largest-entry",
)(scaled_when_above(lambda g: max(np.abs(a).max() for a in g.values())))


CLIP_BY_NORM.mistake(
    """
    The norms of the arrays were added.
    Lengths of perpendicular pieces do not add up; their squares do.
    """,
    name="norms-added",
)(scaled_when_above(lambda g: sum(np.linalg.norm(a) for a in g.values())))


CLIP_BY_NORM.mistake(
    "The fraction is upside down: gradients that were too long became longer.", name="upside-down"
)(scaled(lambda g, limit: max(1.0, total_norm(g) / limit)))


CLIP_BY_NORM.mistake(
    """
    The limit was taken away from the norm.
    What should the norm be afterwards, when it was too large?
    """,
    name="limit-subtracted",
)(scaled(lambda g, limit: max(0.0, total_norm(g) - limit) / total_norm(g)))


CLIP_BY_NORM.mistake(
    """
    Every entry is cut by itself, as in the exercise before.
    Here all are multiplied by one number, so that the direction stays.
    """,
    name="by-value",
)(rnn_core.clip_by_value)


CLIP_BY_NORM.mistake(
    "The gradients come back unchanged, though some are longer than the limit.",
    name="norm-unclipped",
)(scaled(lambda g, limit: 1.0))


CLIP_BY_NORM.mistake(
    """
    Gradients that are too long come back with a norm of 1.
    They should be as long as is allowed: where does the limit come in?
    """,
    name="limit-left-out",
)(scaled(limit_left_out))


CLIP_BY_NORM.mistake(
    """
    The scale is right, but it is the norm's *square* that is compared with the limit, so some gradients are stretched to the limit.
    Take the root before you compare.
    """,
    name="square-compared",
)(scaled(square_compared))


CLIP_BY_NORM.mistake(
    """
    A small constant is added to the norm, as PyTorch does it, so the result is a little too short.
    The norm is above the limit wherever you divide by it, so there is no 0 to fear.
    """,
    name="constant-added",
)(scaled(constant_added))


CLIP_BY_NORM.mistake(
    """
    The fraction is upside down: what is too long stays as it is, and what is short becomes shorter.
    The scale is the limit over the norm, and never more than 1.
    """,
    name="smaller-upside-down",
)(scaled(lambda g, limit: min(1.0, total_norm(g) / limit)))


CLIP_BY_NORM.mistake(
    """
    This is the root of the *mean* of the squares, the size of a typical entry.
    A norm is the length of the whole: add the squares up.
    """,
    name="root-mean-square",
)(scaled_when_above(root_mean_square))


CLIP_BY_NORM.mistake(
    """
    The norm is that of the last array alone: in the loop each took the place of the one before.
    Squares of all arrays are added up.
    """,
    name="last-array-only",
)(scaled(last_scale_of_all))


CLIP_BY_NORM.mistake(
    """
    This is the largest of the arrays' norms.
    There is one norm, to which every entry of every array adds its square.
    """,
    name="largest-norm",
)(scaled_when_above(lambda g: max(np.linalg.norm(a) for a in g.values())))


CLIP_BY_NORM.mistake(
    """
    Of a matrix this takes the largest singular value, as `np.linalg.norm(g, 2)` does, where the root of the sum of all squares is meant.
    For vectors the two are the same.
    """,
    name="spectral-norm",
)(scaled_when_above(spectral_norms))


CLIP_BY_NORM.mistake(
    """
    The norm counts the weights and leaves out the biases.
    All arrays belong to it, whatever their names.
    """,
    name="biases-not-counted",
)(scaled_when_above(lambda g: max(norm_of_weights(g), 1e-300)))


CLIP_BY_NORM.mistake(
    """
    Gradients with a norm above 1 are brought to the limit, whatever it is.
    What should the norm be compared with?
    """,
    name="compared-with-one",
)(scaled(over_one))


CLIP_BY_NORM.mistake(
    """
    The gradients are multiplied by the norm over the limit, small ones too.
    Which of the two belongs below the fraction line, and when is there nothing to do?
    """,
    name="always-upside-down",
)(scaled(norm_over_limit))


def always(gradients, limit):
    return limit / total_norm(gradients)


def plainly(scale_of):
    """As scaled, without a thought for gradients that are all 0."""
    return lambda gradients, limit: {
        name: g * scale_of(gradients, limit) for name, g in gradients.items()
    }


def root_of(total_of):
    """A norm that is the root of something else than the sum of all squares."""
    return scaled_when_above(
        lambda gradients: np.sqrt(sum(total_of(g) for g in gradients.values())) or 1e-300
    )


def when_above(change):
    """Another change than the right one, where the norm is above the limit."""
    return lambda gradients, limit: {
        name: change(g, limit) if total_norm(gradients) > limit else g
        for name, g in gradients.items()
    }


CLIP_BY_NORM.mistake(
    """
    Small gradients were blown up to the limit, and gradients of 0 became nan.
    Scale only when the norm is above it.
    """,
    name="always-scaled-even-zeros",
)(plainly(always))


CLIP_BY_NORM.mistake(
    """
    Small gradients are scaled, zeros become nan, and large ones are left alone: the comparison looks the wrong way.
    """,
    name="condition-reversed-even-zeros",
)(plainly(only_when_below))


CLIP_BY_NORM.mistake(
    """
    Only gradients with a norm above 5 are scaled, whatever the limit is.
    What should the norm be compared with?
    """,
    name="compared-with-five",
)(plainly(lambda g, limit: limit / total_norm(g) if total_norm(g) > 5 else 1.0))


CLIP_BY_NORM.mistake(
    """
    Gradients that are too long come back with a norm of 5, whatever the limit is.
    """,
    name="limit-of-five",
)(plainly(lambda g, limit: 5 / total_norm(g) if total_norm(g) > limit else 1.0))


for id_, (words, bound) in OTHER_BOUNDS.items():
    CLIP_BY_NORM.mistake(f"The norm is held at {words}. Hold it at `limit` itself.", name=id_)(
        plainly(lambda g, limit, bound=bound: min(1.0, bound(limit) / max(total_norm(g), 1e-300)))
    )


CLIP_BY_NORM.mistake(
    """
    The mean of the squares is taken of each array.
    A norm adds all squares up: long arrays count for more than short ones.
    """,
    name="means-added",
)(root_of(lambda g: (g**2).mean()))


CLIP_BY_NORM.mistake(
    """
    The root is taken of the sum of absolute values.
    A norm adds up squares.
    """,
    name="sizes-under-the-root",
)(root_of(lambda g: np.abs(g).sum()))


CLIP_BY_NORM.mistake(
    """
    The root is taken of the sum of norms.
    What adds up are their squares.
    """,
    name="norms-under-the-root",
)(root_of(np.linalg.norm))


CLIP_BY_NORM.mistake(
    """
    The entries are added up before they are squared, so that positive and negative ones cancel.
    Square first.
    """,
    name="sums-squared",
)(root_of(lambda g: g.sum() ** 2))


CLIP_BY_NORM.mistake(
    """
    The root is taken of a sum of entries that were doubled, not squared, and it may be negative.
    `g * 2` is twice g; its square is `g ** 2`.
    """,
    name="doubled-for-squared",
)(root_of(lambda g: (g * 2).sum()))


CLIP_BY_NORM.mistake(
    """
    Each array is divided by a norm of its own, so that all have the same length and their directions change.
    Divide by the norm of them all.
    """,
    name="divided-by-own-norm",
)(when_above(lambda g, limit: g * limit / (np.linalg.norm(g) or 1.0)))


CLIP_BY_NORM.mistake(
    """
    The norm is that of the first array alone.
    Does the loop end too early?
    """,
    name="first-array-counted",
)(scaled_when_above(lambda g: np.linalg.norm(next(iter(g.values()))) or 1e-300))


CLIP_BY_NORM.mistake(
    """
    Where the norm is above the limit, all is multiplied by the limit, and the norm is not divided by.
    What should the norm be afterwards?
    """,
    name="multiplied-by-limit",
)(when_above(lambda g, limit: g * limit))


CLIP_BY_NORM.mistake(
    """
    Where the norm is above the limit, all is divided by the limit.
    What should the norm be afterwards?
    """,
    name="divided-by-limit",
)(when_above(lambda g, limit: g / limit))


CLIP_BY_NORM.mistake(
    """
    The limit was taken off every entry.
    All are multiplied by one number, so that the direction stays.
    """,
    name="limit-off-every-entry",
)(when_above(lambda g, limit: g - limit))


@CLIP_BY_NORM.mistake("""
    Gradients that are short enough come back as zeros.
    They should come back as they are.
    """)
def small_set_to_zero(gradients, limit):
    keep = total_norm(gradients) > limit
    return {name: g * keep for name, g in rnn_core.clip_by_norm(gradients, limit).items()}


@CLIP_BY_NORM.mistake("""
    For gradients that are short enough nothing comes back.
    Both ways through the function need a `return`.
    """)
def nothing_when_small(gradients, limit):
    return rnn_core.clip_by_norm(gradients, limit) if total_norm(gradients) > limit else None


CLIP_BY_NORM.mistake(
    """
    To compare arrays gives one answer for each entry, and `if` wants a single one.
    The squares of all entries are added up to one number.
    """,
    name="compared-as-a-whole",
    error="truth value of an array",
)(when_above(lambda g, limit: g if (g**2 > limit) else -g))


CLIP_BY_NORM.mistake(
    """
    Only the last array comes back.
    Is the new dictionary made inside the loop, anew for each name?
    """,
    name="last-array-kept",
)(last_array_kept(rnn_core.clip_by_norm))


CLIP_BY_NORM.mistake(
    """
    Only the first array comes back: does `return` stand inside the loop?
    It ends the function there.
    """,
    name="returned-in-loop",
)(returned_in_loop(rnn_core.clip_by_norm))


EXERCISES = [CLIP_BY_VALUE, CLIP_BY_NORM]
