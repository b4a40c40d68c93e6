"""The exercise that makes one update of a network from the learner's own pieces."""

import numpy as np

from rnn_core import Adagrad, clip_by_norm, clip_by_value, cross_entropy

from ..base import Exercise, Model


def train_step(model, inputs, targets, h_prev):
    """Update model in place on one chunk; return the loss before the update, and the last state."""
    hs, ps = model.forward(inputs, h_prev)
    loss = cross_entropy(ps, targets)
    model.update_params(model.backward(inputs, targets, hs, ps))
    return loss, hs[-1]


def train_step_cases(rng):
    """Small and large networks; memories empty and full; gradients within 5 and beyond; surprise."""
    for text, H, T, scale, learning_rate, steps in (
        ("hope", 3, 4, 0.5, 0.1, 0),
        ("hope", 3, 4, 0.5, 0.25, 3),
        ("the thing", 5, 3, 1.0, 0.5, 2),
        ("ab", 2, 1, 1.0, 0.1, 1),
        ("hope", 4, 4, 2.0, 0.1, 1),
        ("that perches", 6, 25, 1.5, 0.05, 1),
        ("with feathers", 12, 40, 1.0, 0.1, 0),
    ):
        yield ready_model(rng, text, H, T, scale, learning_rate, steps)
    model, inputs, _, h_prev = ready_model(rng, "hope", 2, 3, 0.5, 0.1, 0)
    model.by[0] = 650.0  # so sure of one character that the others have about 1e-282
    yield model, inputs, np.array([1, 0, 2]), h_prev


def ready_model(rng, text, H, T, scale, learning_rate, steps):
    """A model that has made some updates already, and a chunk for the next, from a state."""
    model = Model(text, H, T, learning_rate, seed=0)
    for array in model.parameters.values():
        array[...] = rng.normal(scale=scale, size=array.shape).round(2)
    V = len(model.vocabulary)
    h_prev = np.tanh(rng.normal(size=H)).round(2)
    for _ in range(steps):
        train_step(model, rng.integers(V, size=T), rng.integers(V, size=T), h_prev)
    return model, rng.integers(V, size=T), rng.integers(V, size=T), h_prev


def clipped(gradients):
    return clip_by_value(gradients, 5.0)


def adagrad(model, gradients):
    optimizer = Adagrad(model.learning_rate)
    optimizer.memory = dict(model.memory)
    optimizer.update(model.parameters, gradients)


def step(model, inputs, targets, h_prev, *, clip=clipped, update=adagrad):
    """One update, of which a mistake replaces a part; returns loss and all states."""
    hs, ps = model.forward(inputs, h_prev)
    loss = cross_entropy(ps, targets)
    update(model, clip(model.backward(inputs, targets, hs, ps)))
    return loss, hs


def replacing(**part):
    """A step with another way of clipping or updating."""

    def wrong_step(model, inputs, targets, h_prev):
        loss, hs = step(model, inputs, targets, h_prev, **part)
        return loss, hs[-1]

    return wrong_step


def by_norm(gradients):
    return clip_by_norm(gradients, 5.0)


def no_update(model, gradients):
    pass


def copies_updated(model, gradients):
    optimizer = Adagrad(model.learning_rate)
    optimizer.memory = dict(model.memory)
    optimizer.update({name: array.copy() for name, array in model.parameters.items()}, gradients)


def empty_memory(model, gradients):
    Adagrad(model.learning_rate).update(model.parameters, gradients)


def copied_memory(model, gradients):
    optimizer = Adagrad(model.learning_rate)
    optimizer.memory = {name: array.copy() for name, array in model.memory.items()}
    optimizer.update(model.parameters, gradients)


def plain_descent(model, gradients):
    for name, array in model.parameters.items():
        array -= model.learning_rate * gradients[name]


def uphill(model, gradients):
    adagrad(model, {name: -gradient for name, gradient in gradients.items()})


def rate_of_one_tenth(model, gradients):
    optimizer = Adagrad(0.1)
    optimizer.memory = dict(model.memory)
    optimizer.update(model.parameters, gradients)


def weights_only(model, gradients):
    adagrad(model, {name: gradients[name] for name in ("Wxh", "Whh", "Why")})


def limit_of_one(gradients):
    return clip_by_value(gradients, 1.0)


def updated_twice(model, gradients):
    adagrad(model, gradients)
    adagrad(model, gradients)


def first_parameter_only(model, gradients):
    adagrad(model, {"Wxh": gradients["Wxh"]})


def last_parameter_only(model, gradients):
    adagrad(model, {"by": gradients["by"]})


def by_hand(remember, step):
    """Adagrad as it is written out, name by name."""

    def update(model, gradients):
        for name, gradient in gradients.items():
            memory = model.memory[name]
            remember(memory, gradient)
            model.parameters[name] -= step(gradient, memory, model.learning_rate)

    return update


def add_square(memory, gradient):
    memory += gradient**2


def put_square(memory, gradient):
    memory[...] = gradient**2


def memory_after(model, gradients):
    for name, gradient in gradients.items():
        root = np.sqrt(model.memory[name] + 1e-8)
        model.parameters[name] -= model.learning_rate * gradient / root
        model.memory[name] += gradient**2


def memory_unclipped(model, gradients):
    """The memory takes in what clipping has cut off; `step` clips with clipped_later."""
    for name, gradient in gradients.items():
        model.memory[name] += gradient**2
        step = np.clip(gradient, -5, 5) / np.sqrt(model.memory[name] + 1e-8)
        model.parameters[name] -= model.learning_rate * step


def gradient_and_memory_swapped(model, gradients):
    for name, array in model.parameters.items():
        gradient, memory = gradients[name], model.memory[name]
        gradient += memory**2
        array -= model.learning_rate * memory / np.sqrt(gradient + 1e-8)


TRAIN_STEP = Exercise(
    name="train_step",
    lesson=7,
    reference=train_step,
    cases=train_step_cases,
    signature="train_step(model, inputs, targets, h_prev)",
    returns="the loss, a number, and the state to carry on, an array of shape (H,)",
    in_place=("model",),
    parts=("loss", "h"),
    axes={
        "h": ("unit",),
        "Wxh": ("unit", "character"),
        "Whh": ("unit", "unit before"),
        "Why": ("character", "unit"),
        "bh": ("unit",),
        "by": ("character",),
    },
)


@TRAIN_STEP.mistake("""
    The state that comes back is the one that went in.
    `hs` begins with it; which entry of `hs` is the state after the last character?
    """)
def state_from_the_start(model, inputs, targets, h_prev):
    loss, hs = step(model, inputs, targets, h_prev)
    return loss, hs[0]


@TRAIN_STEP.mistake("""
    The state that comes back has not read the last character yet.
    `hs` holds one state more than there are characters.
    """)
def last_but_one_state(model, inputs, targets, h_prev):
    loss, hs = step(model, inputs, targets, h_prev)
    return loss, hs[-2]


@TRAIN_STEP.mistake("All the states come back. Only one of them is carried on to the next chunk.")
def all_states(model, inputs, targets, h_prev):
    return step(model, inputs, targets, h_prev)


@TRAIN_STEP.mistake(
    "Both answers are right, in the wrong order: the loss comes first, then the state."
)
def answers_swapped(model, inputs, targets, h_prev):
    loss, hs = step(model, inputs, targets, h_prev)
    return hs[-1], loss


@TRAIN_STEP.mistake("""
    The chunk is read from a state of zeros, whatever `h_prev` is.
    What was read in earlier chunks is forgotten.
    """)
def state_not_carried(model, inputs, targets, h_prev):
    loss, hs = step(model, inputs, targets, np.zeros_like(h_prev))
    return loss, hs[-1]


@TRAIN_STEP.mistake("""
    The loss is measured after the update.
    It looks better there, but it is no test any more: these weights have been fitted to this very chunk.
    """)
def loss_after_update(model, inputs, targets, h_prev):
    _, hs = step(model, inputs, targets, h_prev)
    return cross_entropy(model.forward(inputs, h_prev)[1], targets), hs[-1]


@TRAIN_STEP.mistake("""
    The loss is from before the update, the state from a second reading with the new weights.
    Read the chunk once; both come from there.
    """)
def state_after_update(model, inputs, targets, h_prev):
    loss, _ = step(model, inputs, targets, h_prev)
    return loss, model.forward(inputs, h_prev)[0][-1]


@TRAIN_STEP.mistake("""
    `forward` runs a second time after the update, and its loss and state come back.
    The first run is the one to report and to carry on.
    """)
def everything_after_update(model, inputs, targets, h_prev):
    step(model, inputs, targets, h_prev)
    hs, ps = model.forward(inputs, h_prev)
    return cross_entropy(ps, targets), hs[-1]


@TRAIN_STEP.mistake("""
    The loss is divided by the length of the chunk.
    The experiment adds up the loss of all its characters.
    """)
def loss_averaged(model, inputs, targets, h_prev):
    loss, hs = step(model, inputs, targets, h_prev)
    return loss / len(inputs), hs[-1]


@TRAIN_STEP.mistake(
    "The network is asked for the character that it has just read: `inputs` stands where `targets` should."
)
def inputs_for_targets(model, inputs, targets, h_prev):
    loss, hs = step(model, inputs, inputs, h_prev)
    return loss, hs[-1]


@TRAIN_STEP.mistake(
    "The loss is right, but the gradients are not those of this loss: look at the order of the arguments of `backward`."
)
def blamed_for_inputs(model, inputs, targets, h_prev):
    hs, ps = model.forward(inputs, h_prev)
    adagrad(model, clipped(model.backward(inputs, inputs, hs, ps)))
    return cross_entropy(ps, targets), hs[-1]


TRAIN_STEP.mistake(
    """
    The gradients are not clipped before the update.
    It shows only where one of their entries lies outside [-5, 5].
    If you call `clip_by_value`, see what becomes of its answer: it leaves its argument as it was.
    """,
    name="no-clip",
)(replacing(clip=lambda gradients: gradients))


TRAIN_STEP.mistake(
    """
    The gradients are clipped by their norm.
    The experiment clips each entry by itself, by value.
    """,
    name="clipped-by-norm",
)(replacing(clip=by_norm))


TRAIN_STEP.mistake(
    """
    The model is as it was: no parameter and no memory has changed.
    This measures, but learns nothing.
    """,
    name="not-updated",
)(replacing(update=no_update))


TRAIN_STEP.mistake(
    """
    The memories have changed and the weights have not.
    Something updates copies of the parameters; the arrays of the model itself must change.
    """,
    name="copies-updated",
)(replacing(update=copies_updated))


TRAIN_STEP.mistake(
    """
    Adagrad begins with an empty memory at every step, so each weight moves by the whole learning rate for ever.
    The model keeps a memory for each parameter.
    """,
    name="empty-memory",
)(replacing(update=empty_memory))


TRAIN_STEP.mistake(
    """
    The weights are right after this step, but `model.memory` is as it was: the next step will not know of it.
    Were copies of the memory updated?
    """,
    name="memory-not-updated",
)(replacing(update=copied_memory))


TRAIN_STEP.mistake(
    """
    This is a step of plain gradient descent: every weight moves at one rate.
    The memory of Adagrad is not used.
    """,
    name="plain-descent",
)(replacing(update=plain_descent))


TRAIN_STEP.mistake(
    """
    The weights move up the gradient, so the loss will grow.
    Adagrad takes its step against the gradient: is there a minus sign too many?
    """,
    name="uphill",
)(replacing(update=uphill))


TRAIN_STEP.mistake(
    """
    The step is made with a learning rate of 0.1, whatever the model's.
    The model knows its own.
    """,
    name="rate-of-one-tenth",
)(replacing(update=rate_of_one_tenth))


@TRAIN_STEP.mistake("""
    The learning rate is divided by the length of the chunk.
    The step is made with the model's own rate, as it is.
    """)
def rate_over_length(model, inputs, targets, h_prev):
    def slower(model, gradients):
        optimizer = Adagrad(model.learning_rate / len(inputs))
        optimizer.memory = dict(model.memory)
        optimizer.update(model.parameters, gradients)

    loss, hs = step(model, inputs, targets, h_prev, update=slower)
    return loss, hs[-1]


@TRAIN_STEP.mistake("""
    The gradient of `Whh` is not that of the state which was carried on: for `backward` too `hs[0]` is `h_prev`.
    Was it made 0 on the way?
    """)
def start_cleared_for_backward(model, inputs, targets, h_prev):
    hs, ps = model.forward(inputs, h_prev)
    cleared = hs.copy()
    cleared[0] = 0
    adagrad(model, clipped(model.backward(inputs, targets, cleared, ps)))
    return cross_entropy(ps, targets), hs[-1]


TRAIN_STEP.mistake(
    """
    The weights are updated, the biases `bh` and `by` are not.
    Go through all of `model.parameters`.
    """,
    name="weights-only",
)(replacing(update=weights_only))


TRAIN_STEP.mistake(
    "The gradients are clipped at 1. The limit of the experiment is 5.", name="limit-of-one"
)(replacing(clip=limit_of_one))


TRAIN_STEP.mistake(
    """
    The model is updated twice with the same gradients.
    `model.update_params` and a loop over `adagrad_update` do the same thing: keep one of them.
    """,
    name="updated-twice",
)(replacing(update=updated_twice))


def parameter_and_gradient_swapped(model, gradients):
    for name, gradient in gradients.items():
        model.memory[name] += model.parameters[name] ** 2
        gradient -= (
            model.learning_rate * model.parameters[name] / np.sqrt(model.memory[name] + 1e-8)
        )


TRAIN_STEP.mistake(
    """
    Parameter and gradient have changed places in the update: the memories hold squares of weights.
    `adagrad_update` takes the parameter first, then its gradient.
    """,
    name="parameter-and-gradient-swapped",
)(replacing(update=parameter_and_gradient_swapped))


TRAIN_STEP.mistake(
    """
    The step is divided by the memory itself, without a root and without the constant.
    Compare it with your `adagrad_update`.
    """,
    name="neither-root-nor-constant",
)(replacing(update=by_hand(add_square, lambda g, m, rate: rate * g / m)))


TRAIN_STEP.mistake(
    """
    Only `Wxh` was updated.
    Does `return` stand in the loop over the parameters?
    """,
    name="first-parameter-only",
)(replacing(update=first_parameter_only))


TRAIN_STEP.mistake(
    """
    Only `by` was updated, which comes last.
    Does the update stand below the loop, and not in it?
    """,
    name="last-parameter-only",
)(replacing(update=last_parameter_only))


TRAIN_STEP.mistake(
    """
    `model.memory` holds the squares of the last gradients alone: they were put in place of the memory, where they should be added to it.
    """,
    name="memory-assigned",
)(
    replacing(
        update=by_hand(put_square, lambda g, m, rate: rate * g / np.sqrt(m + 1e-8)),
    )
)


TRAIN_STEP.mistake(
    """
    The step is made before the memory has taken this gradient in.
    The memory comes first.
    """,
    name="memory-updated-after",
)(replacing(update=memory_after))


TRAIN_STEP.mistake(
    """
    The constant 1e-8 stands outside of the root.
    It belongs under it, as in your `adagrad_update`.
    """,
    name="eps-outside",
)(replacing(update=by_hand(add_square, lambda g, m, rate: rate * g / (np.sqrt(m) + 1e-8))))


TRAIN_STEP.mistake(
    """
    The step is divided by the memory itself, not by its root.
    Compare it with your `adagrad_update`.
    """,
    name="root-forgotten",
)(replacing(update=by_hand(add_square, lambda g, m, rate: rate * g / (m + 1e-8))))


TRAIN_STEP.mistake(
    """
    The step is clipped, but the memory took in the gradient as it was before.
    Clip first, and hand the clipped gradients to both.
    """,
    name="memory-unclipped",
)(replacing(clip=lambda gradients: gradients, update=memory_unclipped))


@TRAIN_STEP.mistake(
    "The weights are right, the loss is that of `inputs`: what is compared with the probabilities are the characters that came next."
)
def loss_of_inputs(model, inputs, targets, h_prev):
    _, ps = model.forward(inputs, h_prev)
    loss = cross_entropy(ps, inputs)
    return loss, step(model, inputs, targets, h_prev)[1][-1]


@TRAIN_STEP.mistake("""
    The states after all characters come back.
    Only the last of them is carried on.
    """)
def all_states_but_first(model, inputs, targets, h_prev):
    loss, hs = step(model, inputs, targets, h_prev)
    return loss, hs[1:]


@TRAIN_STEP.mistake(
    "The loss is right, but in the gradients inputs and targets have changed places: look at the order of the arguments of `backward`."
)
def inputs_and_targets_swapped(model, inputs, targets, h_prev):
    hs, ps = model.forward(inputs, h_prev)
    adagrad(model, clipped(model.backward(targets, inputs, hs, ps)))
    return cross_entropy(ps, targets), hs[-1]


@TRAIN_STEP.mistake("""
    The state that comes back is the one after the first character.
    The next chunk goes on after the last.
    """)
def state_after_first(model, inputs, targets, h_prev):
    loss, hs = step(model, inputs, targets, h_prev)
    return loss, hs[1]


@TRAIN_STEP.mistake("""
    What comes back with the loss are probabilities, the last row of `ps`.
    The state stands in `hs`.
    """)
def probabilities_for_state(model, inputs, targets, h_prev):
    _, ps = model.forward(inputs, h_prev)
    return step(model, inputs, targets, h_prev)[0], ps[-1]


@TRAIN_STEP.mistake("""
    The loss is that of the last character alone.
    The loss of a chunk adds up over its characters.
    """)
def loss_of_last(model, inputs, targets, h_prev):
    _, ps = model.forward(inputs, h_prev)
    loss = cross_entropy(ps[-1:], targets[-1:])
    return loss, step(model, inputs, targets, h_prev)[1][-1]


@TRAIN_STEP.mistake("The loss alone comes back. The state to carry on is asked for too.")
def loss_alone(model, inputs, targets, h_prev):
    return step(model, inputs, targets, h_prev)[0]


@TRAIN_STEP.mistake(
    "The gradients are divided by the length of the chunk. The experiment adds up, in the loss and in its gradients."
)
def gradients_averaged(model, inputs, targets, h_prev):
    loss, hs = step(
        model,
        inputs,
        targets,
        h_prev,
        clip=lambda g: clipped({n: a / len(inputs) for n, a in g.items()}),
    )
    return loss, hs[-1]


TRAIN_STEP.mistake(
    "The gradients are clipped at 10. The limit of the experiment is 5.", name="limit-of-ten"
)(replacing(clip=lambda gradients: clip_by_value(gradients, 10.0)))


TRAIN_STEP.mistake(
    """
    Gradient and memory have changed places in the update.
    `adagrad_update` takes the parameter first, then its gradient, then its memory.
    """,
    name="gradient-and-memory-swapped",
)(replacing(update=gradient_and_memory_swapped))
