"""Exercises of lesson 6: a step for each weight."""

import numpy as np

from .base import Exercise

# What both exercises are tried on ------------------------------------------------------------


def given_back(function, args):
    """What a function gives back in place of changing its arguments, or None.

    An answer besides a change in place does no harm, and one of the arguments itself neither.
    A matrix that is higher than wide is handed over as the transpose of another: `reshape(-1)` of
    that is a copy.
    """
    before = [np.copy(arg) for arg in args]
    given = [
        arg.T.copy().T if np.ndim(arg) == 2 and len(arg) > arg.shape[1] else arg for arg in args
    ]
    answer = function(*given)
    for arg, one in zip(args, given, strict=True):
        if arg is not one:
            arg[...] = one
    untouched = all(np.array_equal(one, two) for one, two in zip(before, args, strict=True))
    harmless = any(answer is arg for arg in given) or not args[1].any()
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
    yield np.array([-1.0, 1.0]), np.array([-1.0, 40.0]), 0.045  # the valley of the lesson
    yield np.array([[7.0], [-2000.0]]), np.array([[700.0], [-30000.0]]), 0.01
    yield np.array([1e-7, 0.0]), np.array([3e-6, -2e-7]), 0.001
    for shape, rate in (((4, 3), 0.1), ((3, 4), 0.05), ((5, 5), 0.3), ((22,), 1.0)):
        yield rng.normal(size=shape), rng.normal(size=shape), rate


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
)


@SGD_UPDATE.mistake("""
    The step goes along the gradient, which is uphill: the loss would rise.
    Look at the sign.
    """)
def plus_for_minus(param, grad, learning_rate):
    param += learning_rate * grad


@SGD_UPDATE.mistake(
    """
    `param` came back as it was.
    What is worked out in a new array, or in a copy, and given a name inside your function stays there: write into the array that was handed in.
    """,
    name="param-rebound",
)
def sgd_rebound(param, grad, learning_rate):
    param = param - learning_rate * grad


@SGD_UPDATE.mistake("""
    The right numbers are given back in a new array, and `param` itself stayed as it was.
    Nobody looks at what an update returns: change the array that was handed in.
    """)
def new_array_returned(param, grad, learning_rate):
    return param - learning_rate * grad


@SGD_UPDATE.mistake(
    """
    The whole gradient is taken away, whatever the learning rate is.
    Where does it come in?
    """,
    name="learning-rate-forgotten",
)
def sgd_without_rate(param, grad, learning_rate):
    param -= grad


@SGD_UPDATE.mistake(
    """
    The gradient is divided by the learning rate, so a smaller rate makes a longer step.
    It should be the other way round.
    """,
    name="divided-by-learning-rate",
)
def sgd_divided_by_rate(param, grad, learning_rate):
    param -= grad / learning_rate


@SGD_UPDATE.mistake("""
    Every step has the same length: only the sign of the gradient is left.
    In SGD a larger gradient makes a longer step.
    """)
def sign_only(param, grad, learning_rate):
    param -= learning_rate * np.sign(grad)


@SGD_UPDATE.mistake("""
    Every weight became smaller.
    Where the gradient is negative the weight should grow: its sign has been lost.
    """)
def size_without_sign(param, grad, learning_rate):
    param -= learning_rate * np.abs(grad)


@SGD_UPDATE.mistake("""
    The step is multiplied by the weight as well, so that a weight of 0 could never move.
    The rule has two factors only.
    """)
def scaled_by_param(param, grad, learning_rate):
    param -= learning_rate * grad * param


@SGD_UPDATE.mistake("""
    `param` holds the step alone: the weight that was there is overwritten.
    A step starts from where one stands.
    """)
def step_for_param(param, grad, learning_rate):
    param[...] = -learning_rate * grad


@SGD_UPDATE.mistake("""
    The difference is the wrong way round: the weight is taken away from the step.
    Every number has the wrong sign.
    """)
def turned_round(param, grad, learning_rate):
    param[...] = learning_rate * grad - param


@SGD_UPDATE.mistake("""
    The learning rate multiplies the weight and not the gradient.
    Which of the two should be made small?
    """)
def learning_rate_on_param(param, grad, learning_rate):
    param[...] = learning_rate * param - grad


@SGD_UPDATE.mistake("""
    The weight is multiplied by the learning rate along with the gradient.
    Work out the step first, then take it away.
    """)
def everything_scaled(param, grad, learning_rate):
    param -= grad
    param *= learning_rate


@SGD_UPDATE.mistake("""
    The learning rate is added to the gradient.
    It says how much of the gradient to take: that is a product.
    """)
def learning_rate_added(param, grad, learning_rate):
    param -= learning_rate + grad


@SGD_UPDATE.mistake("""
    Only the first entry or row has moved.
    Does the function end, or stop counting, too early?
    NumPy does all entries at once.
    """)
def first_entry_only(param, grad, learning_rate):
    param[0] -= learning_rate * grad[0]


@SGD_UPDATE.mistake("""
    All weights move by the same amount: the gradient was averaged.
    Each weight has an entry of its own in `grad`.
    """)
def mean_gradient(param, grad, learning_rate):
    param -= learning_rate * grad.mean()


@SGD_UPDATE.mistake("""
    The gradient is squared, so its sign is lost and every weight shrinks.
    The rule takes the gradient as it is.
    """)
def gradient_squared(param, grad, learning_rate):
    param -= learning_rate * grad**2


@SGD_UPDATE.mistake("""
    The gradient is clipped on the way.
    Clipping is a step of its own, which comes before this one: take `grad` as it is.
    """)
def clipped_inside(param, grad, learning_rate):
    param -= learning_rate * np.clip(grad, -5, 5)


@SGD_UPDATE.mistake(
    "The step is made with a rate of 0.1, whatever `learning_rate` says.", name="rate-of-one-tenth"
)
def sgd_at_one_tenth(param, grad, learning_rate):
    param -= 0.1 * grad


@SGD_UPDATE.mistake(
    """
    Every weight shrinks by the learning rate, whatever its gradient.
    Where does `grad` come in?
    """,
    name="gradient-left-out",
)
def sgd_without_gradient(param, grad, learning_rate):
    param -= learning_rate


for limit in (1, 10):
    SGD_UPDATE.mistake(
        f"The gradient is clipped at {limit} on the way. Clipping is a step of its own, which comes before this one: take `grad` as it is.",
        name=f"clipped-at-{limit}",
    )(
        lambda param, grad, learning_rate, limit=limit: sgd_update(
            param, np.clip(grad, -limit, limit), learning_rate
        )
    )


@SGD_UPDATE.mistake(
    """
    An array that is the transpose of another stayed as it was: of such a one `reshape`, `ravel` and `flatten` give a copy, and the copy was written into.
    Write into `param` itself; no loop and no new shape is needed.
    """,
    name="copy-written-into",
)
def sgd_on_flat_array(param, grad, learning_rate):
    flat = param.reshape(-1)
    flat -= learning_rate * grad.reshape(-1)


@SGD_UPDATE.mistake("""
    The gradient is divided by the number of its entries.
    It is that of the whole loss already: take it as it is.
    """)
def divided_by_size(param, grad, learning_rate):
    param -= learning_rate * grad / grad.size


@SGD_UPDATE.mistake("""
    The gradient is divided by the number of its entries or rows, `len(grad)`.
    It is that of the whole loss already: take it as it is.
    """)
def divided_by_length(param, grad, learning_rate):
    param -= learning_rate * grad / len(grad)


for decay in ("1e-4", "1e-3", "1e-2"):
    SGD_UPDATE.mistake(
        f"The weight itself times {decay} is added to the gradient. That is weight decay, another rule: the step is learning rate times gradient.",
        name=f"weight-decay-{decay}",
    )(
        lambda param, grad, learning_rate, decay=float(decay): sgd_update(
            param, grad + decay * param, learning_rate
        )
    )


@SGD_UPDATE.mistake("""
    The weight was multiplied by the step.
    The step is taken away from it.
    """)
def multiplied_by_step(param, grad, learning_rate):
    param *= learning_rate * grad


@SGD_UPDATE.mistake("""
    `param` holds learning rate times gradient and nothing of the weight that was there.
    A step starts from where one stands, and goes against the gradient.
    """)
def gradient_for_param(param, grad, learning_rate):
    param[...] = learning_rate * grad


@SGD_UPDATE.mistake("""
    Every weight shrinks by a share of itself, and its gradient plays no part.
    Where does `grad` come in?
    """)
def shrunk(param, grad, learning_rate):
    param -= learning_rate * param


@SGD_UPDATE.mistake("""
    All rows move by the gradient of the first.
    Each has its own in `grad`.
    """)
def first_gradient_for_all(param, grad, learning_rate):
    param -= learning_rate * grad[0]


@SGD_UPDATE.mistake("""
    The last entry or row has not moved.
    Does a loop end one too early?
    NumPy does all entries at once.
    """)
def last_entry_left(param, grad, learning_rate):
    param[:-1] -= learning_rate * grad[:-1]


@SGD_UPDATE.mistake("""
    The first entry or row has not moved.
    Does a loop begin at 1?
    NumPy does all entries at once.
    """)
def first_entry_left(param, grad, learning_rate):
    param[1:] -= learning_rate * grad[1:]


@SGD_UPDATE.mistake("""
    Every step has the same length, and a gradient of 0 gives 0 divided by 0.
    SGD does not divide: a larger gradient makes a longer step.
    """)
def divided_by_its_size(param, grad, learning_rate):
    param -= learning_rate * grad / np.abs(grad)


@SGD_UPDATE.mistake("""
    All weights move alike: the gradient was added up.
    Each weight has an entry of its own in `grad`.
    """)
def summed_gradient(param, grad, learning_rate):
    param -= learning_rate * grad.sum()


@SGD_UPDATE.mistake("""
    `grad` was changed and `param` was not.
    The step is taken off the weights; the gradient only says where to.
    """)
def gradient_moved(param, grad, learning_rate):
    grad -= learning_rate * param


@SGD_UPDATE.mistake("""
    A loop over `param` hands out rows of a matrix, which can be written into, but of a vector plain numbers, which cannot.
    NumPy changes the whole array at once, without a loop.
    """)
def loop_over_entries(param, grad, learning_rate):
    for weight, slope in zip(param, grad, strict=True):
        weight -= learning_rate * slope


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
    yield np.array([[1.0], [2.0]]), np.array([[700.0], [-4e4]]), np.array([[576e2], [9e8]]), 0.01
    yield np.array([0.0, 1.0]), np.array([1e-6, -3e-5]), np.array([1e-9, 4e-10]), 1.0
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


def remember_double(memory, grad):
    memory += grad * 2


def remember_sum(memory, grad):
    memory += (grad**2).sum()


def remember_clipped(memory, grad):
    memory += np.clip(grad, -5, 5) ** 2


def remember_norm(memory, grad):
    memory += np.linalg.norm(grad)


def remember_less(memory, grad):
    memory -= grad**2


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
)


ADAGRAD_UPDATE.mistake(
    "The memory is right, but the step goes uphill: look at the sign with which it enters `param`.",
    name="update-with-plus",
)(adagrad(lambda g, m, rate: -right_step(g, m, rate)))


@ADAGRAD_UPDATE.mistake(
    "`param` is right this once, but `memory` came back as it was: the sum stood in a new array, inside your function, and the next call starts from the old one.",
    sign=r"\w = .*\bmemory\b|\bmemory\w* = ",
)
def memory_rebound(param, grad, memory, learning_rate):
    memory = memory + grad**2
    param -= learning_rate * grad / np.sqrt(memory + 1e-8)


@ADAGRAD_UPDATE.mistake("""
    The memory adds up the squares of the weights.
    It remembers the gradients: how much each weight has been told to move.
    """)
def weights_remembered(param, grad, memory, learning_rate):
    memory += param**2
    param -= learning_rate * grad / np.sqrt(memory + 1e-8)


@ADAGRAD_UPDATE.mistake("""
    The memory adds up weight times gradient.
    It remembers the squares of the gradients.
    """)
def weights_times_gradients_remembered(param, grad, memory, learning_rate):
    memory += param * grad
    with np.errstate(invalid="ignore"):
        param -= learning_rate * grad / np.sqrt(memory + 1e-8)


@ADAGRAD_UPDATE.mistake("""
    The step is divided by the size of this gradient alone, and `memory` stays as it was.
    What the weight has heard before must count as well.
    """)
def memory_not_kept(param, grad, memory, learning_rate):
    param -= learning_rate * grad / np.sqrt(grad**2 + 1e-8)


ADAGRAD_UPDATE.mistake(
    "`memory` holds the square of the last gradient only: it was assigned where it should be added to.",
    name="memory-assigned",
)(adagrad(right_step, remember_this_one))


@ADAGRAD_UPDATE.mistake("""
    The step uses the memory, but nothing is ever added to it.
    The first half of the formula is missing.
    """)
def memory_never_updated(param, grad, memory, learning_rate):
    param -= learning_rate * grad / np.sqrt(memory + 1e-8)


@ADAGRAD_UPDATE.mistake("""
    The step comes before the memory has taken this gradient in.
    A first step would then be divided by almost nothing: change the order.
    """)
def memory_updated_after(param, grad, memory, learning_rate):
    param -= learning_rate * grad / np.sqrt(memory + 1e-8)
    memory += grad**2


ADAGRAD_UPDATE.mistake(
    """
    The memory adds up absolute values.
    With the root taken of those, loudness does not cancel: what should be added up for each gradient?
    """,
    name="memory-adds-sizes",
)(adagrad(right_step, remember_sizes))


ADAGRAD_UPDATE.mistake(
    """
    The memory adds up the gradients as they are, so positive and negative ones cancel and the root may meet a negative number.
    Something is missing there.
    """,
    name="memory-adds-gradients",
)(adagrad(right_step, remember_gradients))


ADAGRAD_UPDATE.mistake(
    """
    This memory fades, as in RMSProp, which comes later in the lesson.
    Adagrad forgets nothing: it only adds.
    """,
    name="memory-fades",
)(adagrad(right_step, remember_fading))


ADAGRAD_UPDATE.mistake(
    """
    The gradient stands squared above the fraction line too, so its sign is lost.
    The square belongs in the memory alone.
    """,
    name="gradient-squared-in-step",
)(adagrad(lambda g, m, rate: rate * g**2 / np.sqrt(m + 1e-8)))


ADAGRAD_UPDATE.mistake(
    """
    The step is divided by the memory itself.
    That is a sum of squares: without its root, loud gradients make the shortest steps.
    """,
    name="root-forgotten",
)(adagrad(lambda g, m, rate: rate * g / (m + 1e-8)))


ADAGRAD_UPDATE.mistake(
    """
    The constant is added to the root, and not under it.
    Look at tiny gradients: they make far too long a step.
    """,
    name="eps-outside",
)(adagrad(lambda g, m, rate: rate * g / (np.sqrt(m) + 1e-8)))


ADAGRAD_UPDATE.mistake(
    """
    Roots were taken one by one, of the memory and of the constant.
    There is one root, of their sum.
    """,
    name="root-of-each",
)(adagrad(lambda g, m, rate: rate * g / (np.sqrt(m) + np.sqrt(1e-8))))


ADAGRAD_UPDATE.mistake(
    """
    Under the root stands the larger of the memory and the constant.
    The constant is added to the memory.
    """,
    name="larger-under-the-root",
)(adagrad(lambda g, m, rate: rate * g / np.sqrt(np.maximum(m, 1e-8))))


@ADAGRAD_UPDATE.mistake(
    """
    An array that is the transpose of another stayed as it was: of such a one `reshape`, `ravel` and `flatten` give a copy, and the copy was written into.
    Write into `param` and `memory` themselves; no loop and no new shape is needed.
    """,
    name="copy-written-into",
)
def adagrad_on_flat_arrays(param, grad, memory, learning_rate):
    adagrad_update(param.reshape(-1), grad.reshape(-1), memory.reshape(-1), learning_rate)


@ADAGRAD_UPDATE.mistake(
    """
    `param` that is the transpose of another array stayed as it was: of such a one `reshape`, `ravel` and `flatten` give a copy, and the copy was written into.
    Write into `param` itself, as into `memory`.
    """
)
def copy_of_param_written_into(param, grad, memory, learning_rate):
    memory += grad**2
    flat = param.reshape(-1)
    flat -= right_step(grad, memory, learning_rate).reshape(-1)


ADAGRAD_UPDATE.mistake(
    """
    A weight that has heard nothing yet divides 0 by 0.
    The tiny constant is missing.
    """,
    name="eps-forgotten",
)(adagrad(lambda g, m, rate: rate * g / np.sqrt(m)))


ADAGRAD_UPDATE.mistake(
    """
    The constant is added into `memory`, where it piles up with every call.
    It belongs in the step alone.
    """,
    name="eps-into-memory",
)(adagrad(lambda g, m, rate: rate * g / np.sqrt(m), remember_eps_too))


ADAGRAD_UPDATE.mistake(
    "Each step is as long as if the learning rate were 1: it does not come in anywhere.",
    name="learning-rate-forgotten",
)(adagrad(lambda g, m, rate: right_step(g, m, 1.0)))


ADAGRAD_UPDATE.mistake(
    "A smaller learning rate makes a longer step here: it stands below the fraction line.",
    name="divided-by-learning-rate",
)(adagrad(lambda g, m, rate: right_step(g, m, 1.0) / rate))


ADAGRAD_UPDATE.mistake(
    """
    The step is multiplied by the root of the memory: the more a weight has heard, the further it would move.
    It should be the other way round.
    """,
    name="fraction-upside-down",
)(adagrad(lambda g, m, rate: rate * g * np.sqrt(m + 1e-8)))


@ADAGRAD_UPDATE.mistake("""
    The memory is kept, but the step makes no use of it: this is SGD.
    What should the gradient be divided by?
    """)
def memory_ignored(param, grad, memory, learning_rate):
    memory += grad**2
    param -= learning_rate * grad


@ADAGRAD_UPDATE.mistake("""
    All squares are added together, so that every weight is divided by the same number.
    Each weight has a memory of its own.
    """)
def one_memory_for_all(param, grad, memory, learning_rate):
    memory += grad**2
    param -= learning_rate * grad / np.sqrt(memory.sum() + 1e-8)


@ADAGRAD_UPDATE.mistake(
    """
    `memory` is right, but `param` came back as it was.
    An assignment to the name, or a `return`, leaves the network's own array alone: write into it.
    """,
    name="param-rebound",
    sign=r"\w = .*\bparam\b|\bparam = |\breturn\b",
)
def ada_param_rebound(param, grad, memory, learning_rate):
    memory += grad**2
    param = param - learning_rate * grad / np.sqrt(memory + 1e-8)


@ADAGRAD_UPDATE.mistake("""
    Neither `param` nor `memory` has changed.
    Assigning to a name inside the function makes a new array: use operators that write into the old one.
    """)
def both_rebound(param, grad, memory, learning_rate):
    memory = memory + grad**2
    param = param - learning_rate * grad / np.sqrt(memory + 1e-8)


@ADAGRAD_UPDATE.mistake("""
    New arrays are given back, and `param` and `memory` stayed as they were.
    The caller does not look at what is returned: change what was handed in.
    """)
def new_arrays_returned(param, grad, memory, learning_rate):
    memory = memory + grad**2
    return param - learning_rate * grad / np.sqrt(memory + 1e-8), memory


@ADAGRAD_UPDATE.mistake("""
    `grad` came back squared: it is the caller's array, and the step too uses the square then, without its sign.
    Make the square a new array.
    """)
def gradient_squared_in_place(param, grad, memory, learning_rate):
    grad **= 2
    memory += grad
    param -= learning_rate * grad / np.sqrt(memory + 1e-8)


ADAGRAD_UPDATE.mistake(
    "Above the fraction line stands the learning rate alone, so every weight shrinks, whatever its gradient says.",
    name="gradient-left-out",
)(adagrad(lambda g, m, rate: rate / np.sqrt(m + 1e-8)))


ADAGRAD_UPDATE.mistake(
    """
    The constant is added to the whole step: it stands outside of the fraction.
    It belongs under the root, so mind the brackets.
    """,
    name="eps-outside-the-fraction",
)(adagrad(lambda g, m, rate: rate * g / np.sqrt(m) + 1e-8))


ADAGRAD_UPDATE.mistake(
    "The constant is a hundred million: `1e8` has lost its minus sign.", name="eps-too-large"
)(adagrad(lambda g, m, rate: rate * g / np.sqrt(m + 1e8)))


ADAGRAD_UPDATE.mistake(
    "The constant is ten times too large: `10e-8` is 1e-7, since the `e` itself stands for a power of ten.",
    name="eps-ten-times-too-large",
)(adagrad(lambda g, m, rate: rate * g / np.sqrt(m + 1e-7)))


ADAGRAD_UPDATE.mistake(
    """
    Every place of `memory` got the squares of all weights together.
    Each weight remembers its own gradient alone.
    """,
    name="squares-summed",
)(adagrad(right_step, remember_sum))


ADAGRAD_UPDATE.mistake(
    "`grad * 2` is twice the gradient. The memory adds up squares, `grad ** 2`.",
    name="memory-adds-doubles",
)(adagrad(right_step, remember_double))


for eps in ("1e-4", "1e-5", "1e-6", "1e-9", "1e-10", "1e-12"):
    ADAGRAD_UPDATE.mistake(
        f"The constant under the root is {eps} here, and the task says 1e-8: it shows where gradients are tiny.",
        name=f"eps-of-{eps}",
    )(adagrad(lambda g, m, rate, eps=float(eps): rate * g / np.sqrt(m + eps)))


ADAGRAD_UPDATE.mistake(
    """
    The constant stands outside of the root, and is 1e-10.
    So PyTorch has it; here it is 1e-8, under the root.
    """,
    name="eps-of-pytorch",
)(adagrad(lambda g, m, rate: rate * g / (np.sqrt(m) + 1e-10)))


ADAGRAD_UPDATE.mistake(
    """
    The gradient is clipped on the way.
    Clipping is a step of its own, which comes before this one: take `grad` as it is.
    """,
    name="clipped-inside",
)(adagrad(lambda g, m, rate: right_step(np.clip(g, -5, 5), m, rate), remember_clipped))


ADAGRAD_UPDATE.mistake(
    """
    The step is made with a rate of 0.1, whatever `learning_rate` says.
    """,
    name="rate-of-one-tenth",
)(adagrad(lambda g, m, rate: right_step(g, m, 0.1)))


ADAGRAD_UPDATE.mistake(
    """
    The squares are taken away from the memory.
    It grows with every gradient, so that the steps get shorter.
    """,
    name="memory-shrinks",
)(adagrad(right_step, remember_less))


ADAGRAD_UPDATE.mistake(
    """
    The memory adds up the length of the whole gradient.
    Each weight remembers the squares of its own gradient alone.
    """,
    name="memory-adds-norm",
)(adagrad(right_step, remember_norm))


def remember_mean(memory, grad):
    memory += (grad**2).mean()


def remember_scaled(memory, grad):
    memory *= grad**2


ADAGRAD_UPDATE.mistake(
    """
    Every place of `memory` got the mean of the squares.
    Each weight remembers its own gradient alone.
    """,
    name="squares-averaged",
)(adagrad(right_step, remember_mean))


ADAGRAD_UPDATE.mistake(
    """
    The memory is multiplied by the squares.
    They are added to it.
    """,
    name="memory-multiplied",
)(adagrad(right_step, remember_scaled))


ADAGRAD_UPDATE.mistake(
    """
    The memory takes in clipped gradients, and the step uses `grad` as it is.
    Clipping is a step of its own, which comes before this one: take `grad` as it is in both.
    """,
    name="memory-clipped",
)(adagrad(right_step, remember_clipped))


ADAGRAD_UPDATE.mistake(
    """
    The memory is kept, but the step divides by the size of this gradient alone.
    Below the line stands what the weight has heard in all.
    """,
    name="memory-kept-and-not-used",
)(adagrad(lambda g, m, rate: rate * g / np.sqrt(g**2 + 1e-8)))


ADAGRAD_UPDATE.mistake(
    "This is the third root, `cbrt`. Adagrad takes the square root.", name="third-root"
)(adagrad(lambda g, m, rate: rate * g / np.cbrt(m + 1e-8)))


@ADAGRAD_UPDATE.mistake("""
    The squares are multiplied by the learning rate before they are remembered.
    The memory holds squares of the gradients alone.
    """)
def learning_rate_times_squares(param, grad, memory, learning_rate):
    memory += learning_rate * grad**2
    param -= learning_rate * grad / np.sqrt(memory + 1e-8)


@ADAGRAD_UPDATE.mistake("""
    The sum fades, as in RMSProp, and stands in a new array, so that `memory` came back as it was.
    Adagrad forgets nothing, and remembers in `memory` itself.
    """)
def fading_and_rebound(param, grad, memory, learning_rate):
    memory = 0.9 * memory + 0.1 * grad**2
    param -= learning_rate * grad / np.sqrt(memory + 1e-8)


@ADAGRAD_UPDATE.mistake(
    """
    `memory` is right, but `param` holds the step alone: the weight that was there is overwritten.
    A step starts from where one stands.
    """,
    name="step-for-param",
)
def ada_step_for_param(param, grad, memory, learning_rate):
    memory += grad**2
    param[...] = -learning_rate * grad / np.sqrt(memory + 1e-8)


@ADAGRAD_UPDATE.mistake(
    """
    Only the first entry or row has moved.
    Does the function end, or stop counting, too early?
    NumPy does all entries at once.
    """,
    name="first-entry-only",
)
def ada_first_entry_only(param, grad, memory, learning_rate):
    adagrad_update(param[:1], grad[:1], memory[:1], learning_rate)


@ADAGRAD_UPDATE.mistake("""
    The step is right this once, but the root was written into `memory`, and the next call would add a square to a root.
    Keep the sum of squares, and take the root in the step alone.
    """)
def root_kept_in_memory(param, grad, memory, learning_rate):
    memory += grad**2
    np.sqrt(memory, out=memory)
    param -= learning_rate * grad / (memory + 1e-8)


@ADAGRAD_UPDATE.mistake("""
    The learning rate went into the memory with the gradient.
    There it cancels out of the step; the memory holds squares of the gradients alone.
    """)
def learning_rate_in_memory(param, grad, memory, learning_rate):
    step = learning_rate * grad
    memory += step**2
    param -= step / np.sqrt(memory + 1e-8)


EXERCISES = [SGD_UPDATE, ADAGRAD_UPDATE]
