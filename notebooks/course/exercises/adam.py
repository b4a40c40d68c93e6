"""The other exercise of lesson 6: memories that fade, and are corrected for their start."""

import numpy as np

from .base import Exercise
from .optimisers import given_back


def adam_update(param, grad, mean, square, t, learning_rate):
    mean[...] = 0.9 * mean + 0.1 * grad
    square[...] = 0.999 * square + 0.001 * grad**2
    root = np.sqrt(square / (1 - 0.999**t))
    param -= learning_rate * mean / (1 - 0.9**t) / (root + 1e-8)


def adam_update_cases(rng):
    """First steps; a second; later ones; a weight that heard nothing; dust; a network's arrays."""
    yield np.array([1.0]), np.array([3.0]), np.zeros(1), np.zeros(1), 1, 0.5
    yield np.array([1.0]), np.array([2.0]), np.array([1.0]), np.array([0.01]), 2, 0.1
    yield np.array([1.0, 2.0]), np.array([3.0, -4.0]), np.zeros(2), np.zeros(2), 1, 0.1
    yield np.array([1.0, -1.0]), np.array([2.0, 0.0]), np.zeros(2), np.zeros(2), 1, 0.1
    yield np.array([0.0, 1.0]), np.array([3e-8, -1e-6]), np.zeros(2), np.zeros(2), 1, 0.1
    yield np.array([0.5]), np.array([0.0]), np.array([0.4]), np.array([0.3]), 3, 0.1
    yield np.array([1.0]), np.array([-1.0]), np.array([0.5]), np.array([4.0]), 5000, 0.02
    yield np.array([0.0, 3.0]), np.array([900.0, -7.0]), np.array([-2, 5.0]), np.ones(2), 7, 0.01
    for shape, t, rate in (((4, 3), 1, 0.1), ((3, 4), 2, 0.05), ((5, 5), 30, 0.3), ((22,), 900, 2)):
        grad = rng.normal(size=shape) * 10.0 ** rng.integers(-3, 2, size=shape)
        mean, square = (np.zeros(shape) for _ in "ms") if t == 1 else (0.1 * grad, grad**2)
        yield rng.normal(size=shape), grad, mean, square * rng.random(shape), t, rate


ADAM_UPDATE = Exercise(
    name="adam_update",
    lesson=6,
    reference=adam_update,
    cases=adam_update_cases,
    signature="adam_update(param, grad, mean, square, t, learning_rate)",
    returns="nothing, and change `param`, `mean` and `square` themselves",
    observe=given_back,
    in_place=("param", "mean", "square"),
    axes=dict.fromkeys(("param", "mean", "square"), ("row", "column")),
)


def right_step(mean, square, t, rate):
    return rate * mean / (1 - 0.9**t) / (np.sqrt(square / (1 - 0.999**t)) + 1e-8)


def fade_mean(mean, grad):
    mean[...] = 0.9 * mean + 0.1 * grad


def fade_square(square, grad):
    square[...] = 0.999 * square + 0.001 * grad**2


def adam(step=right_step, mean_of=fade_mean, square_of=fade_square):
    """Adam with another step, or with another way to remember."""

    def update(param, grad, mean, square, t, learning_rate):
        mean_of(mean, grad)
        square_of(square, grad)
        param -= step(mean, square, t, learning_rate)

    return update


def known(hint, name, **part):
    ADAM_UPDATE.mistake(hint, name=name)(adam(**part))


known(
    """
    The memories are right, but the step goes uphill: look at the sign with which it enters `param`.
    """,
    "update-with-plus",
    step=lambda m, s, t, rate: -right_step(m, s, t, rate),
)
known(
    """
    The memories are right, and the step uses them as they are.
    Both began at 0, and at step t only a part of them has been filled: divide each by its share.
    """,
    "neither-corrected",
    step=lambda m, s, t, rate: rate * m / (np.sqrt(s) + 1e-8),
)
known(
    """
    The mean is not corrected for its start, the square is.
    At step 1 it holds a tenth of the gradient.
    """,
    "mean-not-corrected",
    step=lambda m, s, t, rate: rate * m / (np.sqrt(s / (1 - 0.999**t)) + 1e-8),
)
known(
    """
    The square is not corrected for its start, the mean is.
    At step 1 it holds a thousandth of what it should, and the step is 32 times too long.
    """,
    "square-not-corrected",
    step=lambda m, s, t, rate: rate * m / (1 - 0.9**t) / (np.sqrt(s) + 1e-8),
)
known(
    """
    The square is corrected after its root was taken.
    The correction belongs to the square, under the root.
    """,
    "corrected-outside-the-root",
    step=lambda m, s, t, rate: rate * m / (1 - 0.9**t) / (np.sqrt(s) / (1 - 0.999**t) + 1e-8),
)
known(
    """
    The memories are multiplied by the shares that have been filled.
    They are too small at the start: what makes them larger?
    """,
    "correction-upside-down",
    step=lambda m, s, t, rate: rate * m * (1 - 0.9**t) / (np.sqrt(s * (1 - 0.999**t)) + 1e-8),
)
known(
    """
    The correction is the same at every step: `t` does not come in.
    The share that has been filled grows with `t`, as 1 − 0.9 to the power of t.
    """,
    "correction-without-t",
    step=lambda m, s, t, rate: rate * m / (1 - 0.9) / (np.sqrt(s / (1 - 0.999)) + 1e-8),
)
known(
    """
    0.9 is multiplied by `t`, where a power belongs.
    Of what was there at the start 0.9 is left after one step, 0.9 · 0.9 after two.
    """,
    "times-t",
    step=lambda m, s, t, rate: rate * m / (1 - 0.9 * t) / (np.sqrt(s / (1 - 0.999 * t)) + 1e-8),
)
for shift, way in ((1, "one too many"), (-1, "one too few")):
    known(
        f"The correction counts {way}. `t` is 1 at the first step, and is to be used as it comes.",
        f"t-{way.replace(' ', '-')}",
        step=lambda m, s, t, rate, shift=shift: right_step(m, s, t + shift, rate),
    )
known(
    """
    The two rates of fading have changed places: the mean is long, and the square is short.
    The mean keeps 0.9 of itself, the square 0.999.
    """,
    "rates-swapped",
    step=lambda m, s, t, rate: rate * m / (1 - 0.999**t) / (np.sqrt(s / (1 - 0.9**t)) + 1e-8),
    mean_of=lambda mean, grad: mean.__setitem__(..., 0.999 * mean + 0.001 * grad),
    square_of=lambda square, grad: square.__setitem__(..., 0.9 * square + 0.1 * grad**2),
)
known(
    """
    The shares have changed places in the correction: 0.999 belongs to the square, 0.9 to the mean.
    """,
    "corrections-swapped",
    step=lambda m, s, t, rate: rate * m / (1 - 0.999**t) / (np.sqrt(s / (1 - 0.9**t)) + 1e-8),
)
known(
    """
    The mean keeps a tenth of itself and takes nine tenths of the new gradient: it hardly remembers.
    The two factors have changed places.
    """,
    "mean-turned-round",
    mean_of=lambda mean, grad: mean.__setitem__(..., 0.1 * mean + 0.9 * grad),
)
known(
    """
    The square keeps a thousandth of itself and takes the rest from the new gradient: it hardly remembers.
    The two factors have changed places.
    """,
    "square-turned-round",
    square_of=lambda square, grad: square.__setitem__(..., 0.001 * square + 0.999 * grad**2),
)
known(
    """
    A tenth of the gradient is added to the mean, but the mean does not fade.
    What is there already is multiplied by 0.9 first.
    """,
    "mean-does-not-fade",
    mean_of=lambda mean, grad: mean.__setitem__(..., mean + 0.1 * grad),
)
known(
    """
    The square only grows, as Adagrad's memory does.
    Here it fades: what is there already is multiplied by 0.999 first.
    """,
    "square-does-not-fade",
    square_of=lambda square, grad: square.__setitem__(..., square + 0.001 * grad**2),
)
known(
    """
    The square adds up whole squares, as Adagrad does.
    Here it fades, and takes a thousandth of the new square.
    """,
    "square-of-adagrad",
    square_of=lambda square, grad: square.__setitem__(..., square + grad**2),
)
known(
    """
    The whole gradient goes into the mean.
    It keeps 0.9 of itself and takes 0.1 of the gradient, so that the two shares make 1.
    """,
    "mean-takes-the-whole-gradient",
    mean_of=lambda mean, grad: mean.__setitem__(..., 0.9 * mean + grad),
)
known(
    """
    The whole square of the gradient goes into `square`.
    It keeps 0.999 of itself and takes 0.001 of the new square, so that the two shares make 1.
    """,
    "square-takes-the-whole",
    square_of=lambda square, grad: square.__setitem__(..., 0.999 * square + grad**2),
)
known(
    """
    `square` follows the gradients and not their squares.
    Its root meets negative numbers.
    """,
    "gradient-not-squared",
    square_of=lambda square, grad: square.__setitem__(..., 0.999 * square + 0.001 * grad),
)
for keeps in ("0.9", "0.99"):
    known(
        f"The square keeps {keeps} of itself. Adam's longer memory keeps 0.999, in its correction too.",
        f"square-keeps-{keeps}".replace(".", "-"),
        step=lambda m, s, t, rate, b=float(keeps): (
            rate * m / (1 - 0.9**t) / (np.sqrt(s / (1 - b**t)) + 1e-8)
        ),
        square_of=lambda square, grad, b=float(keeps): square.__setitem__(
            ..., b * square + (1 - b) * grad**2
        ),
    )
known(
    """
    The constant stands under the root.
    Adagrad has it there; Adam adds it to the root, by habit.
    """,
    "eps-inside",
    step=lambda m, s, t, rate: rate * m / (1 - 0.9**t) / np.sqrt(s / (1 - 0.999**t) + 1e-8),
)
known(
    """
    A weight that has heard nothing yet divides 0 by 0.
    The tiny constant is missing.
    """,
    "eps-forgotten",
    step=lambda m, s, t, rate: rate * m / (1 - 0.9**t) / np.sqrt(s / (1 - 0.999**t)),
)
for eps in ("1e-7", "1e-6", "1e-9", "1e-10"):
    known(
        f"The constant is {eps} here, and the task says 1e-8: it shows where gradients are tiny.",
        f"eps-of-{eps}",
        step=lambda m, s, t, rate, eps=float(eps): (
            rate * m / (1 - 0.9**t) / (np.sqrt(s / (1 - 0.999**t)) + eps)
        ),
    )
known(
    """
    The step is divided by the square itself, and its root is missing.
    Make all gradients 100 times larger: the step should stay the same.
    """,
    "root-forgotten",
    step=lambda m, s, t, rate: rate * m / (1 - 0.9**t) / (s / (1 - 0.999**t) + 1e-8),
)
known(
    "Each step is as long as if the learning rate were 1: it does not come in anywhere.",
    "learning-rate-forgotten",
    step=lambda m, s, t, rate: right_step(m, s, t, 1.0),
)
known(
    "The step is made with a rate of 0.001, whatever `learning_rate` says.",
    "rate-of-a-thousandth",
    step=lambda m, s, t, rate: right_step(m, s, t, 0.001),
)
known(
    """
    The step follows the mean alone, and the square is not used.
    That is gradient descent with momentum: divide by the root of the square.
    """,
    "square-not-used",
    step=lambda m, s, t, rate: rate * m / (1 - 0.9**t),
)


@ADAM_UPDATE.mistake("""
    The step goes along this gradient and not along the mean.
    That is RMSProp, corrected; Adam puts the fading mean above the fraction line.
    """)
def gradient_for_mean(param, grad, mean, square, t, learning_rate):
    fade_mean(mean, grad)
    fade_square(square, grad)
    param -= learning_rate * grad / (np.sqrt(square / (1 - 0.999**t)) + 1e-8)


@ADAM_UPDATE.mistake("""
    The square follows the mean, squared.
    It remembers the squares of the gradients themselves.
    """)
def mean_squared(param, grad, mean, square, t, learning_rate):
    fade_mean(mean, grad)
    fade_square(square, mean)
    param -= right_step(mean, square, t, learning_rate)


@ADAM_UPDATE.mistake("""
    The step is made before the memories have taken this gradient in.
    At step 1 they are empty: change the order.
    """)
def memories_updated_after(param, grad, mean, square, t, learning_rate):
    param -= right_step(mean, square, t, learning_rate)
    fade_mean(mean, grad)
    fade_square(square, grad)


@ADAM_UPDATE.mistake("""
    The step is right this once, but the corrected values were written into the memories, and the next call would correct them again.
    Correct in the step alone.
    """)
def correction_kept(param, grad, mean, square, t, learning_rate):
    fade_mean(mean, grad)
    fade_square(square, grad)
    mean /= 1 - 0.9**t
    square /= 1 - 0.999**t
    param -= learning_rate * mean / (np.sqrt(square) + 1e-8)


@ADAM_UPDATE.mistake("""
    `param` is right this once, but `mean` and `square` came back as they were.
    `mean = ...` makes a new array inside your function: write into the one that is there.
    """)
def memories_rebound(param, grad, mean, square, t, learning_rate):
    mean = 0.9 * mean + 0.1 * grad
    square = 0.999 * square + 0.001 * grad**2
    param -= right_step(mean, square, t, learning_rate)


@ADAM_UPDATE.mistake("""
    `mean` and `square` are right, but `param` came back as it was.
    `param = ...` makes a new array inside your function: write into the one that is there.
    """)
def param_rebound(param, grad, mean, square, t, learning_rate):
    fade_mean(mean, grad)
    fade_square(square, grad)
    param = param - right_step(mean, square, t, learning_rate)


@ADAM_UPDATE.mistake(
    """
    None of the three arrays has changed.
    Assigning to a name inside the function makes a new array: write into the old one.
    """,
    name="all-rebound",
)
def every_one_rebound(param, grad, mean, square, t, learning_rate):
    mean = 0.9 * mean + 0.1 * grad
    square = 0.999 * square + 0.001 * grad**2
    param = param - right_step(mean, square, t, learning_rate)


@ADAM_UPDATE.mistake("""
    New arrays are given back, and those that were handed in stayed as they were.
    The caller does not look at what is returned: change what was handed in.
    """)
def new_arrays_returned(param, grad, mean, square, t, learning_rate):
    mean = 0.9 * mean + 0.1 * grad
    square = 0.999 * square + 0.001 * grad**2
    return param - right_step(mean, square, t, learning_rate), mean, square


@ADAM_UPDATE.mistake("""
    `mean` and `square` have changed places: `mean` holds squares.
    """)
def memories_swapped(param, grad, mean, square, t, learning_rate):
    fade_mean(square, grad)
    fade_square(mean, grad)
    param -= right_step(square, mean, t, learning_rate)


@ADAM_UPDATE.mistake("""
    An array that is the transpose of another stayed as it was: of such a one `reshape`, `ravel` and `flatten` give a copy, and the copy was written into.
    Write into `param`, `mean` and `square` themselves; no loop and no new shape is needed.
    """)
def copy_written_into(param, grad, mean, square, t, learning_rate):
    flat = [array.reshape(-1) for array in (param, grad, mean, square)]
    adam_update(*flat, t, learning_rate)


EXERCISES = [ADAM_UPDATE]
