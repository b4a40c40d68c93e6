"""Exercises of lesson 6: a step for each weight."""

import numpy as np

from .base import Exercise, Mistake

# What both exercises are tried on ------------------------------------------------------------


def given_back(function, args):
    """What a function gives back in place of changing its arguments, or None.

    An answer besides a change in place does no harm, and one of the arguments itself neither.
    """
    before = [np.copy(arg) for arg in args]
    answer = function(*args)
    untouched = all(np.array_equal(one, two) for one, two in zip(before, args, strict=True))
    harmless = any(answer is arg for arg in args) or not args[1].any()
    return answer if untouched and not harmless else None


# sgd_update ----------------------------------------------------------------------------------


def sgd_update(param, grad, learning_rate):
    param -= learning_rate * grad


def sgd_update_cases(rng):
    """One weight, then rows with both signs and a 0, then matrices as in a network."""
    yield np.array([2.0]), np.array([3.0]), 0.5
    yield np.array([1.0, 2.0]), np.array([0.5, -4.0]), 0.1
    yield np.array([0.0, -1.0, 3.0]), np.array([2.0, 0.0, -0.25]), 0.2
    yield np.array([1.0, -2.0]), np.array([0.0, 0.0]), 0.1
    yield np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[5.0, -1.0], [-2.0, 0.5]]), 0.01
    yield np.array([[1.0, 2.0, 0.0], [0.5, -4.0, 1.5]]), np.array([[2.0, 1, -3], [0, 4, 1]]), 2.0
    for shape, rate in (((4, 3), 0.1), ((3, 4), 0.05), ((5, 5), 0.3), ((22,), 1.0)):
        yield rng.normal(size=shape), rng.normal(size=shape), rate


def sgd_plus(param, grad, learning_rate):
    param += learning_rate * grad


def sgd_rebound(param, grad, learning_rate):
    param = param - learning_rate * grad


def sgd_returned(param, grad, learning_rate):
    return param - learning_rate * grad


def sgd_without_rate(param, grad, learning_rate):
    param -= grad


def sgd_divided_by_rate(param, grad, learning_rate):
    param -= grad / learning_rate


def sgd_by_sign(param, grad, learning_rate):
    param -= learning_rate * np.sign(grad)


def sgd_by_size(param, grad, learning_rate):
    param -= learning_rate * np.abs(grad)


def sgd_scaled_by_param(param, grad, learning_rate):
    param -= learning_rate * grad * param


def sgd_step_put_in(param, grad, learning_rate):
    param[...] = -learning_rate * grad


def sgd_turned_round(param, grad, learning_rate):
    param[...] = learning_rate * grad - param


def sgd_rate_on_param(param, grad, learning_rate):
    param[...] = learning_rate * param - grad


def sgd_whole_scaled(param, grad, learning_rate):
    param -= grad
    param *= learning_rate


def sgd_rate_added(param, grad, learning_rate):
    param -= learning_rate + grad


def sgd_first_only(param, grad, learning_rate):
    param[0] -= learning_rate * grad[0]


def sgd_mean(param, grad, learning_rate):
    param -= learning_rate * grad.mean()


def sgd_squared(param, grad, learning_rate):
    param -= learning_rate * grad**2


def sgd_loop_over_entries(param, grad, learning_rate):
    for weight, slope in zip(param, grad, strict=True):
        weight -= learning_rate * slope


SGD_UPDATE = Exercise(
    name="sgd_update",
    lesson=6,
    reference=sgd_update,
    cases=sgd_update_cases,
    signature="sgd_update(param, grad, learning_rate)",
    returns="nothing, and change `param` itself",
    observe=given_back,
    in_place=("param",),
    axes={"param": ("row", "column")},
    mistakes=(
        Mistake(
            "plus-for-minus",
            sgd_plus,
            "The step goes along the gradient, which is uphill: the loss would rise. Look at "
            "the sign.",
        ),
        Mistake(
            "param-rebound",
            sgd_rebound,
            "`param` came back as it was. A difference such as `param - ...` is a new array, "
            "and `param = ...` gives it a name inside your function only: write into the array "
            "that was handed in.",
        ),
        Mistake(
            "new-array-returned",
            sgd_returned,
            "The right numbers are given back in a new array, and `param` itself stayed as it "
            "was. Nobody looks at what an update returns: change the array that was handed "
            "in.",
        ),
        Mistake(
            "learning-rate-forgotten",
            sgd_without_rate,
            "The whole gradient is taken away, whatever the learning rate is. Where does it "
            "come in?",
        ),
        Mistake(
            "divided-by-learning-rate",
            sgd_divided_by_rate,
            "The gradient is divided by the learning rate, so a smaller rate makes a longer "
            "step. It should be the other way round.",
        ),
        Mistake(
            "sign-only",
            sgd_by_sign,
            "Every step has the same length: only the sign of the gradient is left. In SGD a "
            "larger gradient makes a longer step.",
        ),
        Mistake(
            "size-without-sign",
            sgd_by_size,
            "Every weight became smaller. Where the gradient is negative the weight should "
            "grow: its sign has been lost.",
        ),
        Mistake(
            "scaled-by-param",
            sgd_scaled_by_param,
            "The step is multiplied by the weight as well, so that a weight of 0 could never "
            "move. The rule has two factors only.",
        ),
        Mistake(
            "step-for-param",
            sgd_step_put_in,
            "`param` holds the step alone: the weight that was there is overwritten. A step "
            "starts from where one stands.",
        ),
        Mistake(
            "turned-round",
            sgd_turned_round,
            "The difference is the wrong way round: the weight is taken away from the step. "
            "Every number has the wrong sign.",
        ),
        Mistake(
            "learning-rate-on-param",
            sgd_rate_on_param,
            "The learning rate multiplies the weight and not the gradient. Which of the two "
            "should be made small?",
        ),
        Mistake(
            "everything-scaled",
            sgd_whole_scaled,
            "The weight is multiplied by the learning rate along with the gradient. Work out "
            "the step first, then take it away.",
        ),
        Mistake(
            "learning-rate-added",
            sgd_rate_added,
            "The learning rate is added to the gradient. It says how much of the gradient to "
            "take: that is a product.",
        ),
        Mistake(
            "first-entry-only",
            sgd_first_only,
            "Only the first entry or row has moved. Does the function end, or stop counting, "
            "too early? NumPy does all entries at once.",
        ),
        Mistake(
            "mean-gradient",
            sgd_mean,
            "All weights move by the same amount: the gradient was averaged. Each weight has "
            "an entry of its own in `grad`.",
        ),
        Mistake(
            "gradient-squared",
            sgd_squared,
            "The gradient is squared, so its sign is lost and every weight shrinks. The rule "
            "takes the gradient as it is.",
        ),
        Mistake(
            "loop-over-entries",
            sgd_loop_over_entries,
            "A loop over `param` hands out rows of a matrix, which can be written into, but "
            "of a vector plain numbers, which cannot. NumPy changes the whole array at once, "
            "without a loop.",
        ),
    ),
)

# adagrad_update ------------------------------------------------------------------------------


def adagrad_update(param, grad, memory, learning_rate):
    memory += grad * grad
    param -= learning_rate * grad / np.sqrt(memory + 1e-8)


def adagrad_update_cases(rng):
    """Roots that come out whole; a weight that heard nothing; dust; then a network's arrays."""
    yield np.array([1.0]), np.array([3.0]), np.array([16.0]), 0.5
    yield np.array([1.0, 2.0]), np.array([3.0, -4.0]), np.array([0.0, 9.0]), 0.1
    yield np.array([1.0, -1.0]), np.array([2.0, 0.0]), np.array([0.0, 0.0]), 0.1
    yield np.array([0.5]), np.array([0.0]), np.array([0.0]), 0.1
    yield np.array([1.0, 0.0]), np.array([1e-4, -1e-8]), np.array([0.0, 0.0]), 0.1
    yield (
        np.array([[1.0, 2.0], [3.0, 4.0]]),
        np.array([[5.0, -12.0], [8.0, 0.0]]),
        (np.array([[144.0, 25.0], [36.0, 4.0]])),
        0.2,
    )
    for shape, rate in (((4, 3), 0.1), ((3, 4), 0.05), ((5, 5), 0.3), ((22,), 2.0)):
        grad = rng.normal(size=shape) * 10.0 ** rng.integers(-3, 2, size=shape)
        yield rng.normal(size=shape), grad, rng.exponential(4.0, size=shape), rate


def adagrad(step, remember=None):
    """An update that differs from the right one in its step, or in how it remembers.

    step(grad, memory, learning_rate) is taken away from param; remember(memory, grad) writes.
    """

    def update(param, grad, memory, learning_rate):
        if remember:
            remember(memory, grad)
        else:
            memory += grad * grad
        param -= step(grad, memory, learning_rate)

    return update


def right_step(grad, memory, learning_rate):
    return learning_rate * grad / np.sqrt(memory + 1e-8)


def remember_fading(memory, grad):
    memory[...] = 0.9 * memory + 0.1 * grad**2


def remember_this_one(memory, grad):
    memory[...] = grad**2


def remember_sizes(memory, grad):
    memory += np.abs(grad)


def remember_gradients(memory, grad):
    memory += grad


def remember_eps_too(memory, grad):
    memory += grad**2 + 1e-8


def ada_memory_rebound(param, grad, memory, learning_rate):
    memory = memory + grad**2
    param -= learning_rate * grad / np.sqrt(memory + 1e-8)


def ada_memory_unused(param, grad, memory, learning_rate):
    param -= learning_rate * grad / np.sqrt(grad**2 + 1e-8)


def ada_memory_read_only(param, grad, memory, learning_rate):
    param -= learning_rate * grad / np.sqrt(memory + 1e-8)


def ada_memory_after(param, grad, memory, learning_rate):
    param -= learning_rate * grad / np.sqrt(memory + 1e-8)
    memory += grad**2


def ada_param_rebound(param, grad, memory, learning_rate):
    memory += grad**2
    param = param - learning_rate * grad / np.sqrt(memory + 1e-8)


def ada_all_rebound(param, grad, memory, learning_rate):
    memory = memory + grad**2
    param = param - learning_rate * grad / np.sqrt(memory + 1e-8)


def ada_returned(param, grad, memory, learning_rate):
    memory = memory + grad**2
    return param - learning_rate * grad / np.sqrt(memory + 1e-8), memory


def ada_gradient_squared_in_place(param, grad, memory, learning_rate):
    grad **= 2
    memory += grad
    param -= learning_rate * grad / np.sqrt(memory + 1e-8)


def ada_sgd(param, grad, memory, learning_rate):
    memory += grad**2
    param -= learning_rate * grad


def ada_one_memory(param, grad, memory, learning_rate):
    memory += grad**2
    param -= learning_rate * grad / np.sqrt(memory.sum() + 1e-8)


def remember_double(memory, grad):
    memory += grad * 2


def remember_sum(memory, grad):
    memory += (grad**2).sum()


def ada_root_kept(param, grad, memory, learning_rate):
    memory += grad**2
    np.sqrt(memory, out=memory)
    param -= learning_rate * grad / (memory + 1e-8)


def ada_rate_remembered(param, grad, memory, learning_rate):
    step = learning_rate * grad
    memory += step**2
    param -= step / np.sqrt(memory + 1e-8)


ADAGRAD_UPDATE = Exercise(
    name="adagrad_update",
    lesson=6,
    reference=adagrad_update,
    cases=adagrad_update_cases,
    signature="adagrad_update(param, grad, memory, learning_rate)",
    returns="nothing, and change `param` and `memory` themselves",
    observe=given_back,
    in_place=("param", "memory"),
    axes={"param": ("row", "column"), "memory": ("row", "column")},
    mistakes=(
        Mistake(
            "update-with-plus",
            adagrad(lambda g, m, rate: -right_step(g, m, rate)),
            "The memory is right, but the step goes uphill: look at the sign with which it "
            "enters `param`.",
        ),
        Mistake(
            "memory-rebound",
            ada_memory_rebound,
            "`param` is right this once, but `memory` came back as it was: `memory = ...` "
            "makes a new array inside your function, and the next call starts from the old "
            "one.",
        ),
        Mistake(
            "memory-not-kept",
            ada_memory_unused,
            "The step is divided by the size of this gradient alone, and `memory` stays as it "
            "was. What the weight has heard before must count as well.",
        ),
        Mistake(
            "memory-assigned",
            adagrad(right_step, remember_this_one),
            "`memory` holds the square of the last gradient only: it was assigned where it "
            "should be added to.",
        ),
        Mistake(
            "memory-never-updated",
            ada_memory_read_only,
            "The step uses the memory, but nothing is ever added to it. The first half of the "
            "formula is missing.",
        ),
        Mistake(
            "memory-updated-after",
            ada_memory_after,
            "The step comes before the memory has taken this gradient in. A first step would "
            "then be divided by almost nothing: change the order.",
        ),
        Mistake(
            "memory-adds-sizes",
            adagrad(right_step, remember_sizes),
            "The memory adds up absolute values. With the root taken of those, loudness does "
            "not cancel: what should be added up for each gradient?",
        ),
        Mistake(
            "memory-adds-gradients",
            adagrad(right_step, remember_gradients),
            "The memory adds up the gradients as they are, so positive and negative ones "
            "cancel and the root may meet a negative number. Something is missing there.",
        ),
        Mistake(
            "memory-fades",
            adagrad(right_step, remember_fading),
            "This memory fades, as in RMSProp, which comes later in the lesson. Adagrad "
            "forgets nothing: it only adds.",
        ),
        Mistake(
            "gradient-squared-in-step",
            adagrad(lambda g, m, rate: rate * g**2 / np.sqrt(m + 1e-8)),
            "The gradient stands squared above the fraction line too, so its sign is lost. "
            "The square belongs in the memory alone.",
        ),
        Mistake(
            "root-forgotten",
            adagrad(lambda g, m, rate: rate * g / (m + 1e-8)),
            "The step is divided by the memory itself. That is a sum of squares: without its "
            "root, loud gradients make the shortest steps.",
        ),
        Mistake(
            "eps-outside",
            adagrad(lambda g, m, rate: rate * g / (np.sqrt(m) + 1e-8)),
            "The constant is added to the root, and not under it. Look at tiny gradients: "
            "they make far too long a step.",
        ),
        Mistake(
            "eps-forgotten",
            adagrad(lambda g, m, rate: rate * g / np.sqrt(m)),
            "A weight that has heard nothing yet divides 0 by 0. The tiny constant is missing.",
        ),
        Mistake(
            "eps-into-memory",
            adagrad(lambda g, m, rate: rate * g / np.sqrt(m), remember_eps_too),
            "The constant is added into `memory`, where it piles up with every call. It "
            "belongs in the step alone.",
        ),
        Mistake(
            "learning-rate-forgotten",
            adagrad(lambda g, m, rate: right_step(g, m, 1.0)),
            "Each step is as long as if the learning rate were 1: it does not come in anywhere.",
        ),
        Mistake(
            "divided-by-learning-rate",
            adagrad(lambda g, m, rate: right_step(g, m, 1.0) / rate),
            "A smaller learning rate makes a longer step here: it stands below the fraction line.",
        ),
        Mistake(
            "fraction-upside-down",
            adagrad(lambda g, m, rate: rate * g * np.sqrt(m + 1e-8)),
            "The step is multiplied by the root of the memory: the more a weight has heard, "
            "the further it would move. It should be the other way round.",
        ),
        Mistake(
            "memory-ignored",
            ada_sgd,
            "The memory is kept, but the step makes no use of it: this is SGD. What should the "
            "gradient be divided by?",
        ),
        Mistake(
            "one-memory-for-all",
            ada_one_memory,
            "All squares are added together, so that every weight is divided by the same "
            "number. Each weight has a memory of its own.",
        ),
        Mistake(
            "param-rebound",
            ada_param_rebound,
            "`memory` is right, but `param` came back as it was. An assignment to the name, or "
            "a `return`, leaves the network's own array alone: write into it.",
        ),
        Mistake(
            "both-rebound",
            ada_all_rebound,
            "Neither `param` nor `memory` has changed. Assigning to a name inside the function "
            "makes a new array: use operators that write into the old one.",
        ),
        Mistake(
            "new-arrays-returned",
            ada_returned,
            "New arrays are given back, and `param` and `memory` stayed as they were. The "
            "caller does not look at what is returned: change what was handed in.",
        ),
        Mistake(
            "gradient-squared-in-place",
            ada_gradient_squared_in_place,
            "Squaring `grad` in place changes the caller's gradient, and the step below uses "
            "the square too, without its sign. Make the square a new array.",
        ),
        Mistake(
            "gradient-left-out",
            adagrad(lambda g, m, rate: rate / np.sqrt(m + 1e-8)),
            "Above the fraction line stands the learning rate alone, so every weight shrinks, "
            "whatever its gradient says.",
        ),
        Mistake(
            "eps-outside-the-fraction",
            adagrad(lambda g, m, rate: rate * g / np.sqrt(m) + 1e-8),
            "The constant is added to the whole step: it stands outside of the fraction. It "
            "belongs under the root, so mind the brackets.",
        ),
        Mistake(
            "eps-too-large",
            adagrad(lambda g, m, rate: rate * g / np.sqrt(m + 1e8)),
            "The constant is a hundred million: `1e8` has lost its minus sign.",
        ),
        Mistake(
            "eps-ten-times-too-large",
            adagrad(lambda g, m, rate: rate * g / np.sqrt(m + 1e-7)),
            "The constant is ten times too large: `10e-8` is 1e-7, since the `e` itself stands "
            "for a power of ten.",
        ),
        Mistake(
            "squares-summed",
            adagrad(right_step, remember_sum),
            "Every place of `memory` got the squares of all weights together. Each weight "
            "remembers its own gradient alone.",
        ),
        Mistake(
            "memory-adds-doubles",
            adagrad(right_step, remember_double),
            "`grad * 2` is twice the gradient. The memory adds up squares, `grad ** 2`.",
        ),
        Mistake(
            "root-kept-in-memory",
            ada_root_kept,
            "The step is right this once, but the root was written into `memory`, and the "
            "next call would add a square to a root. Keep the sum of squares, and take the "
            "root in the step alone.",
        ),
        Mistake(
            "learning-rate-in-memory",
            ada_rate_remembered,
            "The learning rate went into the memory with the gradient. There it cancels out "
            "of the step; the memory holds squares of the gradients alone.",
        ),
    ),
)

EXERCISES_HERE = [SGD_UPDATE, ADAGRAD_UPDATE]
