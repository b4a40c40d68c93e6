"""Exercises of lesson 5: gradients kept in bounds."""

import numpy as np

import rnn_core

from .base import Exercise, Mistake

# What both exercises are tried on ------------------------------------------------------------


def gradient_cases(rng, limits):
    """Hand-made gradients small and large, with both signs; then sets like a network's."""
    yield {"Whh": np.array([3.0, -4.0])}, limits[0]
    yield {"Whh": np.array([[0.5, -0.25], [0.125, 0.0]])}, limits[1]
    yield {"Wxh": np.array([[30.0, -40.0]]), "bh": np.array([1.0])}, limits[0]
    yield {"Wxh": np.array([[3.0, 0.0]]), "by": np.array([0.0, -4.0])}, limits[1]
    yield {"Whh": np.array([[-7.0, 2.0], [6.0, -9.0]]), "bh": np.array([-8.0, 0.5])}, 5.0
    yield {"Whh": np.zeros((2, 2)), "bh": np.zeros(2)}, limits[1]
    for spread, limit in ((0.01, 1.0), (3.0, 5.0), (200.0, 2.5)):
        shapes = {"Wxh": (4, 3), "Whh": (4, 4), "Why": (3, 4), "bh": (4,), "by": (3,)}
        yield {name: rng.normal(0, spread, shape) for name, shape in shapes.items()}, limit


def for_each(change):
    """Apply a change to every array of the gradients."""
    return lambda gradients, limit: {name: change(g, limit) for name, g in gradients.items()}


def returned_in_loop(clip):
    """Give back the first array alone, as a `return` inside the loop does."""
    return lambda gradients, limit: dict(list(clip(gradients, limit).items())[:1])


def total_norm(gradients):
    return np.sqrt(sum((g**2).sum() for g in gradients.values()))


def clip_each_by_its_norm(g, limit):
    norm = np.linalg.norm(g)
    return g * (limit / norm) if norm > limit else g


# clip_by_value -------------------------------------------------------------------------------


def clip_by_value_cases(rng):
    yield from gradient_cases(rng, (2.0, 0.2))


def only_weights_clipped(gradients, limit):
    return {
        name: np.clip(g, -limit, limit) if name.startswith("W") else g
        for name, g in gradients.items()
    }


def one_side_by_side(gradients, limit):
    return {name: np.maximum(np.minimum(g, -limit), limit) for name, g in gradients.items()}


CLIP_BY_VALUE = Exercise(
    name="clip_by_value",
    lesson=5,
    reference=rnn_core.clip_by_value,
    cases=clip_by_value_cases,
    signature="clip_by_value(gradients, limit)",
    returns="a new dictionary with the same names, each array cut to [-limit, limit]",
    axes=("row", "column"),
    mistakes=(
        Mistake(
            "sign-lost",
            for_each(lambda g, limit: np.minimum(np.abs(g), limit)),
            "The minus signs are gone: a gradient of -7 came back positive, and its weight "
            "would be pushed the wrong way.",
        ),
        Mistake(
            "only-above",
            for_each(np.minimum),
            "Large positive entries are cut, large negative ones are not. There are two bounds.",
        ),
        Mistake(
            "only-below",
            for_each(lambda g, limit: np.maximum(g, -limit)),
            "Large negative entries are cut, large positive ones are not. There are two bounds.",
        ),
        Mistake(
            "min-for-max",
            one_side_by_side,
            "Minimum and maximum have changed places, so every entry lands on the limit. The "
            "upper bound is the one that a minimum takes.",
        ),
        Mistake(
            "negatives-dropped",
            for_each(lambda g, limit: np.clip(g, 0, limit)),
            "Everything below 0 became 0. The range goes from minus the limit to plus the limit.",
        ),
        Mistake(
            "set-to-zero",
            for_each(lambda g, limit: np.where(np.abs(g) > limit, 0, g)),
            "Entries beyond the limit are thrown away. They should stay, as large as is "
            "allowed: a steep direction is still a direction.",
        ),
        Mistake(
            "always-at-the-limit",
            for_each(lambda g, limit: limit * np.sign(g)),
            "Every entry is as large as the limit, also those that were small. What lies "
            "within the bounds stays as it is.",
        ),
        Mistake(
            "left-alone",
            for_each(lambda g, limit: g),
            "The gradients come back as they were: nothing was cut.",
        ),
        Mistake(
            "by-norm",
            for_each(clip_each_by_its_norm),
            "Each array is scaled by its norm. That is the next exercise, nearly; here every "
            "entry is cut by itself.",
        ),
        Mistake(
            "squashed",
            for_each(lambda g, limit: limit * np.tanh(g / limit)),
            "Every entry is bent a little, also small ones. Within the bounds nothing should "
            "change at all.",
        ),
        Mistake(
            "divided",
            for_each(lambda g, limit: g / max(1.0, np.abs(g).max() / limit)),
            "The whole array is shrunk until its largest entry fits. Only the entries beyond "
            "the limit should change.",
        ),
        Mistake(
            "biases-forgotten",
            only_weights_clipped,
            "The weights are cut, the biases are not. Go over all arrays, whatever their names.",
        ),
        Mistake(
            "limit-of-five",
            for_each(lambda g, limit: np.clip(g, -5, 5)),
            "The entries are cut at 5, whatever the limit is. Use `limit`.",
        ),
        Mistake(
            "bounds-swapped",
            for_each(lambda g, limit: np.clip(g, limit, -limit)),
            "The bounds are in the wrong order: `np.clip` takes the lower one first.",
        ),
        Mistake(
            "cut-to-plus",
            for_each(lambda g, limit: np.where(np.abs(g) > limit, limit, g)),
            "Large negative entries land on plus the limit: their size was compared, and their "
            "sign was lost. Which end of the range is theirs?",
        ),
        Mistake(
            "returned-in-loop",
            returned_in_loop(rnn_core.clip_by_value),
            "Only the first array comes back: does `return` stand inside the loop? It ends the "
            "function there.",
        ),
    ),
)

# clip_by_norm --------------------------------------------------------------------------------


def clip_by_norm_cases(rng):
    yield from gradient_cases(rng, (2.5, 4.0))
    yield {"Whh": np.array([1.0, -2.0]), "bh": np.array([2.0])}, 4.0  # within, but not its square


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


def last_array_only(gradients, limit):
    norm = np.linalg.norm(list(gradients.values())[-1])
    return limit / norm if norm > limit else 1.0


CLIP_BY_NORM = Exercise(
    name="clip_by_norm",
    lesson=5,
    reference=rnn_core.clip_by_norm,
    cases=clip_by_norm_cases,
    signature="clip_by_norm(gradients, limit)",
    returns="a new dictionary with the same names, all arrays scaled alike",
    axes=("row", "column"),
    mistakes=(
        Mistake(
            "each-array-alone",
            for_each(clip_each_by_its_norm),
            "Each array is scaled by a norm of its own, so the direction changes between "
            "them. There is one norm, over all arrays together.",
        ),
        Mistake(
            "always-scaled",
            scaled(lambda g, limit: limit / total_norm(g)),
            "Small gradients were blown up to the limit. Scale only when the norm is above it.",
        ),
        Mistake(
            "unit-norm",
            scaled(lambda g, limit: 1 / total_norm(g)),
            "The norm is 1 whatever the limit is, and small gradients grew. Where does the "
            "limit come in?",
        ),
        Mistake(
            "condition-reversed",
            scaled(only_when_below),
            "Small gradients are scaled and large ones are left alone: the comparison looks "
            "the wrong way.",
        ),
        Mistake(
            "root-forgotten",
            scaled_when_above(lambda g: total_norm(g) ** 2),
            "The squares were added up, but their root was not taken. The norm of (3, 4) is "
            "5, not 25.",
        ),
        Mistake(
            "squares-forgotten",
            scaled_when_above(lambda g: sum(np.abs(a).sum() for a in g.values())),
            "The absolute values were added up. A norm adds squares and takes the root: that "
            "of (3, 4) is 5, not 7.",
        ),
        Mistake(
            "largest-entry",
            scaled_when_above(lambda g: max(np.abs(a).max() for a in g.values())),
            "This compares the largest entry with the limit. The norm is the length of the "
            "whole gradient, to which every entry adds.",
        ),
        Mistake(
            "norms-added",
            scaled_when_above(lambda g: sum(np.linalg.norm(a) for a in g.values())),
            "The norms of the arrays were added. Lengths of perpendicular pieces do not add "
            "up; their squares do.",
        ),
        Mistake(
            "upside-down",
            scaled(lambda g, limit: max(1.0, total_norm(g) / limit)),
            "The fraction is upside down: gradients that were too long became longer.",
        ),
        Mistake(
            "limit-subtracted",
            scaled(lambda g, limit: max(0.0, total_norm(g) - limit) / total_norm(g)),
            "The limit was taken away from the norm. What should the norm be afterwards, when "
            "it was too large?",
        ),
        Mistake(
            "by-value",
            rnn_core.clip_by_value,
            "Every entry is cut by itself, as in the exercise before. Here all are multiplied "
            "by one number, so that the direction stays.",
        ),
        Mistake(
            "norm-unclipped",
            scaled(lambda g, limit: 1.0),
            "The gradients come back unchanged, though some are longer than the limit.",
        ),
        Mistake(
            "limit-left-out",
            scaled(limit_left_out),
            "Gradients that are too long come back with a norm of 1. They should be as long "
            "as is allowed: where does the limit come in?",
        ),
        Mistake(
            "square-compared",
            scaled(square_compared),
            "The scale is right, but it is the norm's *square* that is compared with the "
            "limit, so some gradients are stretched to the limit. Take the root before you "
            "compare.",
        ),
        Mistake(
            "constant-added",
            scaled(constant_added),
            "A small constant is added to the norm, so the result is a little too short. The "
            "norm is above the limit wherever you divide by it, so there is no 0 to fear.",
        ),
        Mistake(
            "root-mean-square",
            scaled_when_above(root_mean_square),
            "This is the root of the *mean* of the squares, the size of a typical entry. A "
            "norm is the length of the whole: add the squares up.",
        ),
        Mistake(
            "last-array-only",
            scaled(last_array_only),
            "The norm is that of the last array alone: in the loop each took the place of the "
            "one before. Squares of all arrays are added up.",
        ),
        Mistake(
            "returned-in-loop",
            returned_in_loop(rnn_core.clip_by_norm),
            "Only the first array comes back: does `return` stand inside the loop? It ends the "
            "function there.",
        ),
    ),
)

EXERCISES_HERE = [CLIP_BY_VALUE, CLIP_BY_NORM]
