"""The slow way to a gradient, which the quick way is checked against."""

import ast
from functools import wraps

import numpy as np

import rnn_core

from ..base import Exercise, Within


def total(array):
    """A function that adds up all entries of the array."""
    return float(np.sum(array))


def cubes(array):
    """A function that adds up the cubes of all entries of the array."""
    return float(np.sum(np.asarray(array) ** 3))


def first_alone(array):
    """A function that gives the square of the array's first entry, whatever the others are."""
    return float(np.ravel(array)[0] ** 2)


def steep_squares(array):
    """A function that adds up the squares of all entries and multiplies by 100,000."""
    return float(1e5 * np.sum(np.asarray(array) ** 2))


def steep_square_of_sum(array):
    """A function that squares the sum of all entries and multiplies by 100,000."""
    return float(1e5 * np.sum(array) ** 2)


def high_up(array):
    """A function that adds up the squares of all entries and 10,000."""
    return float(1e4 + np.sum(np.asarray(array) ** 2))


def wavy(array):
    """A function that adds up the sines of 20 times every entry."""
    return float(np.sum(np.sin(20 * np.asarray(array))))


def softened(array):
    """The loss of a softmax over all entries of the array, with the first as the target."""
    array = np.ravel(array)
    return float(np.log(np.exp(array).sum()) - array[0])


def numerical_gradient_cases(rng):
    """Functions whose gradients are known; vectors and matrices; slopes of 0; sharp bends.

    A transposed matrix; laid flat, it is a copy.
    High up, a difference keeps few of its digits; on waves a large step goes astray.
    """
    yield cubes, np.array([2.0])
    yield total, np.array([1.0, 2.0])
    yield cubes, np.array([1.0, -2.0])
    yield first_alone, np.array([3.0, 1.0])
    yield cubes, np.array([[1.0, 2.0], [-1.0, 0.5]])
    yield steep_squares, np.array([0.0, 1e-4])
    yield steep_square_of_sum, np.array([0.0, 1e-4, 0.0])
    yield high_up, np.array([1.0, -2.0])
    yield wavy, np.array([0.0, 0.1])
    yield cubes, np.array([[3.0]])
    yield total, np.zeros((2, 1))
    yield cubes, np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]).T
    yield softened, rng.normal(size=(3, 4))
    yield cubes, rng.normal(size=(2, 2, 3))


TINY = 5e-8  # turned by less than this, what is left of a difference is mostly rounding


def two_names_for_one_array(tree):
    """Whether two names or more are given to what has a name already: `up = array`."""
    named = [
        node.value.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Name)
        and isinstance(node.targets[0], ast.Name)
    ]
    return len(named) > len(set(named))


def observe_slopes(function, args):
    """The gradient; from steps so tiny that it is all noise, any other such noise is like it."""
    f, array = args
    start, turns = array.copy(), []

    @wraps(f)
    def watched(given):
        value = f(given)
        if not np.iscomplexobj(given):
            turns.append(float(np.max(np.abs(given - start))))
        return value

    gradient = function(watched, array)
    return Within(gradient, np.inf) if 0 < max(turns, default=0) < TINY else gradient


def over_entries(slope, step=1e-5):
    """A loop over all entries; slope(f, array, index, step) does the rest."""

    def gradient_of(f, array):
        gradient = np.zeros(array.shape)
        for index in np.ndindex(array.shape):
            gradient[index] = slope(f, array, index, step)
        return gradient

    return gradient_of


def turned(array, index, change):
    """A copy of the array with one entry changed."""
    array = array.copy()
    array[index] += change
    return array


def central(f, array, index, step):
    return (f(turned(array, index, step)) - f(turned(array, index, -step))) / (2 * step)


def one_sided(f, array, index, step):
    return (f(turned(array, index, step)) - f(array)) / step


def one_sided_below(f, array, index, step):
    return (f(array) - f(turned(array, index, -step))) / step


def not_halved(f, array, index, step):
    return (f(turned(array, index, step)) - f(turned(array, index, -step))) / step


def halved_one_sided(f, array, index, step):
    return (f(turned(array, index, step)) - f(array)) / (2 * step)


def upside_down(f, array, index, step):
    return (f(turned(array, index, -step)) - f(turned(array, index, step))) / (2 * step)


def not_divided(f, array, index, step):
    return f(turned(array, index, step)) - f(turned(array, index, -step))


def two_not_in_the_denominator(f, array, index, step):
    return (f(turned(array, index, step)) - f(turned(array, index, -step))) / 2 * step


def difference_without_parentheses(f, array, index, step):
    return f(turned(array, index, step)) - f(turned(array, index, -step)) / (2 * step)


def everything_turned(f, array, index, step):
    return (f(array + step) - f(array - step)) / (2 * step)


def original_looked_at(f, array, index, step):
    turned(array, index, step)
    above = f(array)
    turned(array, index, -step)
    return (above - f(array)) / (2 * step)


def entry_for_array(f, array, index, step):
    return (f(array[index] + step) - f(array[index] - step)) / (2 * step)


NUMERICAL_GRADIENT = Exercise(
    name="numerical_gradient",
    lesson=4,
    reference=rnn_core.numerical_gradient,
    cases=numerical_gradient_cases,
    signature="numerical_gradient(f, array)",
    returns="an array with the shape of `array`",
    observe=observe_slopes,
    tolerance=1e-5,
)


NUMERICAL_GRADIENT.mistake(
    """
    Each entry is turned upwards only and compared with the middle.
    On a bend that is off by an amount that grows with the step; go to both sides, so that the bend cancels.
    """,
    name="one-sided-difference",
)(over_entries(one_sided))


NUMERICAL_GRADIENT.mistake(
    """
    Each entry is turned downwards only and compared with the middle.
    The formula has a value above as well as one below.
    """,
    name="one-sided-from-below",
)(over_entries(one_sided_below))


NUMERICAL_GRADIENT.mistake(
    """
    Every slope comes out twice too steep.
    From one step below to one step above, how far is that?
    """,
    name="step-not-halved",
)(over_entries(not_halved))


NUMERICAL_GRADIENT.mistake(
    """
    The division is by two steps, but only one step lies between the two values.
    If you add the step and then take it away once, you are back in the middle, not below it.
    """,
    name="halved-but-one-sided",
)(over_entries(halved_one_sided))


@NUMERICAL_GRADIENT.mistake("""
    Each entry stays turned when the next one's turn comes, and the array is not what it was when you are done.
    Put the old value back before going on.
    """)
def array_not_put_back(f, array):
    gradient = np.zeros(array.shape)
    for index in np.ndindex(array.shape):
        value = array[index]
        array[index] = value + 1e-5
        above = f(array)
        array[index] = value - 1e-5
        gradient[index] = (above - f(array)) / (2 * 1e-5)
    return gradient


NUMERICAL_GRADIENT.mistake(
    "The value below comes first in your difference, so every slope has the wrong sign.",
    name="upside-down",
)(over_entries(upside_down))


NUMERICAL_GRADIENT.mistake(
    "This is by how much f changes; a slope is that change divided by how far the entry was turned.",
    name="not-divided",
)(over_entries(not_divided))


NUMERICAL_GRADIENT.mistake(
    """
    `/ 2 * step` divides by 2 and then multiplies by the step.
    Put parentheses around what is to stand below the fraction line.
    """,
    name="divided-then-multiplied",
)(over_entries(two_not_in_the_denominator))


NUMERICAL_GRADIENT.mistake(
    "Only the value below is divided. Put parentheses around the difference.",
    name="difference-without-parentheses",
)(over_entries(difference_without_parentheses))


NUMERICAL_GRADIENT.mistake(
    """
    `array + step` turns all entries together, so each slope is that of all of them.
    Turn one entry and leave the others as they are.
    """,
    name="all-entries-at-once",
)(over_entries(everything_turned))


@NUMERICAL_GRADIENT.mistake(
    """
    A complex step asks f to compute with complex numbers, and these functions give back plain ones.
    Turn the entry up and down by a real step.
    """,
    error="complex|imag",
    sign=r"\bimag\b|\d+j\b|\bcomplex",
)
def complex_step(f, array):
    gradient = np.zeros(array.shape)
    for index in np.ndindex(array.shape):
        gradient[index] = f(turned(array.astype(complex), index, 1e-20j)).imag / 1e-20
    return gradient


@NUMERICAL_GRADIENT.mistake(
    """
    All slopes are 0: `=` makes no copy, so the array turned up and the array turned down are one and the same, and f sees it twice as it is in the end.
    Make a copy for each, or ask f between the two.
    """,
    sign=two_names_for_one_array,
)
def one_array_by_two_names(f, array):
    gradient = np.zeros(array.shape)
    for index in np.ndindex(array.shape):
        above = array
        above[index] += 1e-5
        below = array
        below[index] -= 1e-5
        gradient[index] = (f(above) - f(below)) / 2e-5
    return gradient


@NUMERICAL_GRADIENT.mistake(
    """
    All slopes are 0: `flatten` gives a copy, and what is written into that is lost.
    Write into the array of slopes itself, or lay out a flat one and give it its shape at the end.
    """,
    sign=r"\.flatten\(\)\[.*\] = ",
)
def slopes_written_into_a_copy(f, array):
    gradient = np.zeros(array.shape)
    for i, index in enumerate(np.ndindex(array.shape)):
        gradient.flatten()[i] = central(f, array, index, 1e-5)
    return gradient


NUMERICAL_GRADIENT.mistake(
    """
    All slopes are 0: f sees the same before and after.
    Is it the turned array that f is given, or is a copy turned, or the step so tiny that adding it changes nothing?
    And does each slope reach the array that is given back?
    """,
    name="original-looked-at",
)(over_entries(original_looked_at))


NUMERICAL_GRADIENT.mistake(
    """
    The step is so tiny that rounding swamps the difference: the two values agree in nearly all of their 16 digits, and what is left is divided by next to nothing.
    A step of 1e-5 is about right.
    """,
    name="step-too-small",
)(over_entries(central, 1e-12))


@NUMERICAL_GRADIENT.mistake("""
    With a matrix, a whole row is turned at a time.
    `np.ndindex(array.shape)` visits every single entry, however many axes there are.
    """)
def a_row_at_a_time(f, array):
    gradient = np.zeros(array.shape)
    for i in range(len(array)):
        above, below = array.copy(), array.copy()
        above[i] += 1e-5
        below[i] -= 1e-5
        gradient[i] = (f(above) - f(below)) / (2 * 1e-5)
    return gradient


for step in (1.0, 0.1, 0.01, 0.001):
    NUMERICAL_GRADIENT.mistake(
        f"""
        The step, {step:g}, is so large that the curve bends within it: the error of a central difference grows with the square of the step.
        A step of 1e-5 is about right.
        """,
        name="step-too-large" if step == 0.1 else f"step-of-{step:g}",
    )(over_entries(central, step))


@NUMERICAL_GRADIENT.mistake("""
    With a matrix `array[i]` is a whole row, and a view of it: the value you kept changes along with the array.
    Go through single entries, as `np.ndindex(array.shape)` gives them.
    """)
def rows_as_views(f, array):
    gradient = np.zeros(array.shape)
    for i in range(len(array)):
        value = array[i]
        array[i] = value + 1e-5
        above = f(array)
        array[i] = value - 1e-5
        gradient[i] = (above - f(array)) / (2 * 1e-5)
        array[i] = value
    return gradient


NUMERICAL_GRADIENT.mistake(
    """
    `f` is given one entry alone.
    It is a function of the whole array: turn that entry inside the array and hand over all of it.
    """,
    name="entry-for-array",
)(over_entries(entry_for_array))


@NUMERICAL_GRADIENT.mistake("""
    Only the first entry has its slope.
    Is the `return` indented into the loop?
    """)
def only_first_entry(f, array):
    gradient = np.zeros(array.shape)
    for index in list(np.ndindex(array.shape))[:1]:
        gradient[index] = central(f, array, index, 1e-5)
    return gradient


@NUMERICAL_GRADIENT.mistake("""
    The last entry has no slope.
    Look at where the loop ends: `range` stops before its last number.
    """)
def last_entry_left_out(f, array):
    gradient = np.zeros(array.shape)
    for index in list(np.ndindex(array.shape))[:-1]:
        gradient[index] = central(f, array, index, 1e-5)
    return gradient


@NUMERICAL_GRADIENT.mistake(
    """
    The loop counts all entries, but with a matrix `array[i]` is a whole row, and there are fewer rows than entries.
    `np.ndindex(array.shape)` gives places that fit any number of axes.
    """,
    error="out of bounds",
)
def counted_through_rows(f, array):
    gradient = np.zeros(array.shape)
    for i in range(array.size):
        gradient[i] = central(f, array, i, 1e-5)
    return gradient


@NUMERICAL_GRADIENT.mistake("""
    The slopes are right, but they come as a flat row.
    The answer has the shape of `array`.
    """)
def laid_flat(f, array):
    return over_entries(central)(f, array).ravel()


@NUMERICAL_GRADIENT.mistake("""
    The slopes of all entries are added up.
    Each entry has one of its own: write it to the entry's place in an array of that shape.
    """)
def added_up(f, array):
    return over_entries(central)(f, array).sum()


NUMERICAL_GRADIENT.mistake(
    """
    The two values are added.
    A slope is made from their difference, above less below.
    """,
    name="values-added",
)(
    over_entries(
        lambda f, array, index, step: (
            (f(turned(array, index, step)) + f(turned(array, index, -step))) / (2 * step)
        )
    )
)


NUMERICAL_GRADIENT.mistake(
    """
    Each entry is multiplied by a little more and a little less than 1, so an entry of 0 never moves and no entry moves by the step.
    Add the step, and take it away.
    """,
    name="multiplied-by-the-step",
)(
    over_entries(
        lambda f, array, index, step: (
            (
                f(turned(array, index, array[index] * step))
                - f(turned(array, index, -array[index] * step))
            )
            / (2 * step)
        )
    )
)


NUMERICAL_GRADIENT.mistake(
    """
    The step is a share of the entry, so an entry of 0 is not turned at all, and 0 is divided by 0.
    Let every entry be turned by the same step, 1e-5.
    """,
    name="step-relative-to-the-entry",
)(over_entries(lambda f, array, index, step: central(f, array, index, step * np.abs(array[index]))))


@NUMERICAL_GRADIENT.mistake(
    """
    float32 keeps 7 digits: turned by so little, most of the difference is rounding.
    Keep the array in float64, with 16 digits.
    """,
    sign=r"float32|single",
)
def in_single_precision(f, array):
    gradient, short = np.zeros(array.shape), array.astype(np.float32)
    for index in np.ndindex(array.shape):
        gradient[index] = central(f, short, index, 1e-5)
    return gradient


@NUMERICAL_GRADIENT.mistake(
    """
    Laid flat, a transposed array is a copy: turning its entries does not reach the array that `f` is given, and all slopes are 0.
    `np.ndindex(array.shape)` gives places in the array itself.
    """,
    sign=r"\bravel\(|\breshape\(",
)
def laid_flat_as_a_copy(f, array):
    flat, slopes = array.ravel(), np.zeros(array.size)
    for i in range(array.size):
        old = flat[i]
        flat[i] = old + 1e-5
        above = f(array)
        flat[i] = old - 1e-5
        slopes[i] = (above - f(array)) / (2 * 1e-5)
        flat[i] = old
    return slopes.reshape(array.shape)
