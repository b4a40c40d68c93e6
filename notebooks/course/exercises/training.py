"""Exercises of lesson 7: a text cut into chunks, and one update of the network on one of them."""

import numpy as np

from rnn_core import Adagrad, clip_by_norm, clip_by_value, cross_entropy

from .base import Exercise, Mistake, Model

# chunks --------------------------------------------------------------------------------------


def chunks(indices, seq_length):
    """Cut indices (N,) into a list of (inputs, targets, starts_afresh), one chunk after another."""
    found = []
    for start in range(0, len(indices) - seq_length, seq_length):
        inputs = indices[start : start + seq_length]
        targets = indices[start + 1 : start + seq_length + 1]
        found.append((inputs, targets, start == 0))
    return found


def chunks_cases(rng):
    """Texts that leave 0, 1, 2, ... characters over; none that fits; chunks of one."""
    yield np.array([1, 2, 3, 0]), 2
    yield np.array([1, 2, 3, 0, 1]), 2
    yield np.array([1, 2, 3, 0, 1, 2]), 2
    yield np.array([5, 6, 7, 8, 9, 10, 11, 12]), 3
    yield np.array([5, 6, 7]), 1
    yield np.array([5, 6, 7]), 3
    yield np.array([5, 6, 7, 8]), 3
    for length, seq_length in ((9, 4), (12, 4), (13, 4), (26, 25), (120, 25), (126, 25)):
        yield rng.integers(22, size=length), seq_length


def pieces(indices, seq_length, starts, afresh=lambda number, count: number == 0, ahead=1):
    """The chunks that begin at `starts`, their targets `ahead` places on."""
    starts = list(starts)
    return [
        (
            indices[start : start + seq_length],
            indices[start + ahead : start + ahead + seq_length],
            afresh(number, len(starts)),
        )
        for number, start in enumerate(starts)
    ]


def whole_text(indices, seq_length, **how):
    return pieces(indices, seq_length, range(0, len(indices) - seq_length, seq_length), **how)


def last_dropped(indices, seq_length):
    starts = range(0, len(indices) - seq_length - 1, seq_length)
    return pieces(indices, seq_length, starts)


def tail_kept(indices, seq_length):
    return pieces(indices, seq_length, range(0, len(indices) - 1, seq_length))


def wrapped(indices, seq_length):
    starts = range(0, len(indices) - seq_length + 1, seq_length)
    nexts = np.roll(indices, -1)
    return [
        (indices[start : start + seq_length], nexts[start : start + seq_length], start == 0)
        for start in starts
    ]


def short_targets(indices, seq_length):
    return pieces(indices, seq_length, range(0, len(indices) - seq_length + 1, seq_length))


def sliding(indices, seq_length):
    return pieces(indices, seq_length, range(len(indices) - seq_length))


def overlapping(indices, seq_length):
    return pieces(indices, seq_length, range(0, len(indices) - seq_length, max(1, seq_length - 1)))


def one_left_out(indices, seq_length):
    return pieces(indices, seq_length, range(0, len(indices) - seq_length, seq_length + 1))


def split_inside(indices, seq_length):
    cut = [
        indices[start : start + seq_length]
        for start in range(0, len(indices) - seq_length + 1, seq_length)
    ]
    return [(chunk[:-1], chunk[1:], number == 0) for number, chunk in enumerate(cut)]


def exchanged(indices, seq_length):
    return [(targets, inputs, afresh) for inputs, targets, afresh in chunks(indices, seq_length)]


def next_character_only(indices, seq_length):
    return [
        (inputs, targets[-1], afresh) for inputs, targets, afresh in chunks(indices, seq_length)
    ]


def only_first_chunk(indices, seq_length):
    return chunks(indices, seq_length)[:1]


def three_lists(indices, seq_length):
    parts = [[], [], []]
    for chunk in chunks(indices, seq_length):
        for part, item in zip(parts, chunk, strict=True):
            part.append(item)
    return parts


def flag_missing(indices, seq_length):
    return [(inputs, targets) for inputs, targets, _ in chunks(indices, seq_length)]


CHUNKS = Exercise(
    name="chunks",
    lesson=7,
    reference=chunks,
    cases=chunks_cases,
    signature="chunks(indices, seq_length)",
    returns="a list of (inputs, targets, starts_afresh)",
    mistakes=(
        Mistake(
            "last-chunk-dropped",
            last_dropped,
            "A last chunk is missing where the text ends exactly with its last target. Count "
            "how many characters a chunk needs, and compare that with how many are left.",
        ),
        Mistake(
            "targets-not-shifted",
            lambda indices, seq_length: whole_text(indices, seq_length, ahead=0),
            "The targets are the inputs again. The question at each character is what comes "
            "*next*.",
        ),
        Mistake(
            "targets-two-ahead",
            lambda indices, seq_length: whole_text(indices, seq_length, ahead=2),
            "The targets are two places ahead of the inputs: each skips the character that "
            "comes next.",
        ),
        Mistake(
            "targets-from-next-chunk",
            lambda indices, seq_length: whole_text(indices, seq_length, ahead=seq_length),
            "The targets are the whole next chunk. They should run alongside the inputs, one "
            "place on.",
        ),
        Mistake(
            "exchanged",
            exchanged,
            "Inputs and targets have changed places: this asks for the character before.",
        ),
        Mistake(
            "one-target",
            next_character_only,
            "Each chunk has a single target, for its last character. Every character of a "
            "chunk asks a question, so there are as many targets as inputs.",
        ),
        Mistake(
            "sliding",
            sliding,
            "Each chunk begins one character after the one before it, so nearly everything is "
            "read many times over, and the state carried on does not fit where the next chunk "
            "begins. Look at the step from start to start.",
        ),
        Mistake(
            "overlapping-by-one",
            overlapping,
            "Each chunk begins with the last input of the one before, so that input is read "
            "twice. Only as a target and then as an input may a character come twice.",
        ),
        Mistake(
            "one-left-out",
            one_left_out,
            "Between two chunks a character is never an input: the step from start to start "
            "is one too long. The last target of a chunk is the first input of the next.",
        ),
        Mistake(
            "split-inside",
            split_inside,
            "The chunks are cut first and shifted afterwards, so each is one short and the "
            "question at its end is never asked. Its answer stands just after the chunk.",
        ),
        Mistake(
            "tail-kept",
            tail_kept,
            "The last chunk is shorter than the others. What is left over, too short for a "
            "whole chunk, is not used.",
        ),
        Mistake(
            "targets-run-out",
            short_targets,
            "The last chunk has one target too few: a text that ends with its last input has "
            "no answer for it. A chunk needs one character more than it has inputs.",
        ),
        Mistake(
            "wrapped-around",
            wrapped,
            "At the end of the text the target comes from its beginning, as `np.roll` does "
            "it. Nothing follows the last character, so it can only be a target.",
        ),
        Mistake(
            "always-afresh",
            lambda indices, seq_length: whole_text(
                indices, seq_length, afresh=lambda number, count: True
            ),
            "Every chunk says that it starts afresh. Then the state is never carried on, and "
            "no memory is longer than one chunk.",
        ),
        Mistake(
            "never-afresh",
            lambda indices, seq_length: whole_text(
                indices, seq_length, afresh=lambda number, count: False
            ),
            "No chunk says that it starts afresh. One of them has nothing before it.",
        ),
        Mistake(
            "afresh-at-the-end",
            lambda indices, seq_length: whole_text(
                indices, seq_length, afresh=lambda number, count: number == count - 1
            ),
            "The last chunk says that it starts afresh. It follows the one before it like any "
            "other: which chunk has nothing before it?",
        ),
        Mistake(
            "afresh-the-wrong-way-round",
            lambda indices, seq_length: whole_text(
                indices, seq_length, afresh=lambda number, count: number > 0
            ),
            "`starts_afresh` is the wrong way round: it is true where the state should be "
            "carried on.",
        ),
        Mistake(
            "only-first-chunk",
            only_first_chunk,
            "Only the first chunk comes back. Is the `return` indented into the loop?",
        ),
        Mistake(
            "three-lists",
            three_lists,
            "These are three lists: all inputs, all targets, all flags. What belongs to one "
            "chunk should stand together, as one entry of one list.",
        ),
        Mistake(
            "flag-missing",
            flag_missing,
            "Each chunk is a pair. The third part is missing: whether the chunk has nothing "
            "before it, True or False.",
        ),
    ),
)

# train_step ----------------------------------------------------------------------------------


def train_step(model, inputs, targets, h_prev):
    """Update model in place on one chunk; return the loss before the update, and the last state."""
    hs, ps = model.forward(inputs, h_prev)
    loss = cross_entropy(ps, targets)
    model.update_params(model.backward(inputs, targets, hs, ps))
    return loss, hs[-1]


def train_step_cases(rng):
    """Small and large networks; memories empty and full; gradients within 5 and beyond."""
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


def first_state(model, inputs, targets, h_prev):
    loss, hs = step(model, inputs, targets, h_prev)
    return loss, hs[0]


def last_but_one(model, inputs, targets, h_prev):
    loss, hs = step(model, inputs, targets, h_prev)
    return loss, hs[-2]


def all_states(model, inputs, targets, h_prev):
    return step(model, inputs, targets, h_prev)


def answers_swapped(model, inputs, targets, h_prev):
    loss, hs = step(model, inputs, targets, h_prev)
    return hs[-1], loss


def state_from_zeros(model, inputs, targets, h_prev):
    loss, hs = step(model, inputs, targets, np.zeros_like(h_prev))
    return loss, hs[-1]


def both_after_update(model, inputs, targets, h_prev):
    step(model, inputs, targets, h_prev)
    hs, ps = model.forward(inputs, h_prev)
    return cross_entropy(ps, targets), hs[-1]


def loss_after_update(model, inputs, targets, h_prev):
    _, hs = step(model, inputs, targets, h_prev)
    return cross_entropy(model.forward(inputs, h_prev)[1], targets), hs[-1]


def state_after_update(model, inputs, targets, h_prev):
    loss, _ = step(model, inputs, targets, h_prev)
    return loss, model.forward(inputs, h_prev)[0][-1]


def loss_averaged(model, inputs, targets, h_prev):
    loss, hs = step(model, inputs, targets, h_prev)
    return loss / len(inputs), hs[-1]


def inputs_for_targets(model, inputs, targets, h_prev):
    loss, hs = step(model, inputs, inputs, h_prev)
    return loss, hs[-1]


def blamed_for_inputs(model, inputs, targets, h_prev):
    hs, ps = model.forward(inputs, h_prev)
    adagrad(model, clipped(model.backward(inputs, inputs, hs, ps)))
    return cross_entropy(ps, targets), hs[-1]


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


def entries_replaced(model, gradients):
    for name, array in model.parameters.items():
        model.parameters[name] = array - model.learning_rate * gradients[name]


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
    mistakes=(
        Mistake(
            "state-from-the-start",
            first_state,
            "The state that comes back is the one that went in. `hs` begins with it; which "
            "entry of `hs` is the state after the last character?",
        ),
        Mistake(
            "last-but-one-state",
            last_but_one,
            "The state that comes back has not read the last character yet. `hs` holds one "
            "state more than there are characters.",
        ),
        Mistake(
            "all-states",
            all_states,
            "All the states come back. Only one of them is carried on to the next chunk.",
        ),
        Mistake(
            "answers-swapped",
            answers_swapped,
            "Both answers are right, in the wrong order: the loss comes first, then the state.",
        ),
        Mistake(
            "state-not-carried",
            state_from_zeros,
            "The chunk is read from a state of zeros, and `h_prev` is not used. What was read "
            "in earlier chunks is forgotten.",
        ),
        Mistake(
            "loss-after-update",
            loss_after_update,
            "The loss is measured after the update. It looks better there, but it is no test "
            "any more: these weights have been fitted to this very chunk.",
        ),
        Mistake(
            "state-after-update",
            state_after_update,
            "The loss is from before the update, the state from a second reading with the new "
            "weights. Read the chunk once; both come from there.",
        ),
        Mistake(
            "everything-after-update",
            both_after_update,
            "`forward` runs a second time after the update, and its loss and state come back. "
            "The first run is the one to report and to carry on.",
        ),
        Mistake(
            "loss-averaged",
            loss_averaged,
            "The loss is divided by the length of the chunk. The experiment adds up the loss "
            "of all its characters.",
        ),
        Mistake(
            "inputs-for-targets",
            inputs_for_targets,
            "The network is asked for the character that it has just read: `inputs` stands "
            "where `targets` should.",
        ),
        Mistake(
            "blamed-for-inputs",
            blamed_for_inputs,
            "The loss is right, but the gradients are not those of this loss: look at the "
            "order of the arguments of `backward`.",
        ),
        Mistake(
            "no-clip",
            replacing(clip=lambda gradients: gradients),
            "The gradients are not clipped before the update. It shows only where one of "
            "their entries lies outside [-5, 5]. If you call `clip_by_value`, see what becomes "
            "of its answer: it leaves its argument as it was.",
        ),
        Mistake(
            "clipped-by-norm",
            replacing(clip=by_norm),
            "The gradients are clipped by their norm. The experiment clips each entry by "
            "itself, by value.",
        ),
        Mistake(
            "not-updated",
            replacing(update=no_update),
            "The model is as it was: no parameter and no memory has changed. This measures, "
            "but learns nothing.",
        ),
        Mistake(
            "copies-updated",
            replacing(update=copies_updated),
            "The memories have changed and the weights have not. Something updates copies of "
            "the parameters; the arrays of the model itself must change.",
        ),
        Mistake(
            "empty-memory",
            replacing(update=empty_memory),
            "Adagrad begins with an empty memory at every step, so each weight moves by the "
            "whole learning rate for ever. The model keeps a memory for each parameter.",
        ),
        Mistake(
            "memory-not-updated",
            replacing(update=copied_memory),
            "The weights are right after this step, but `model.memory` is as it was: the next "
            "step will not know of it. Were copies of the memory updated?",
        ),
        Mistake(
            "plain-descent",
            replacing(update=plain_descent),
            "This is a step of plain gradient descent: every weight moves at one rate. The "
            "memory of Adagrad is not used.",
        ),
        Mistake(
            "entries-replaced",
            replacing(update=entries_replaced),
            "`model.parameters` and `model.memory` hand out their arrays and take no others in "
            "their place. Change the arrays themselves, as `adagrad_update` does.",
            error="does not support item assignment",
        ),
        Mistake(
            "uphill",
            replacing(update=uphill),
            "The weights move up the gradient, so the loss will grow. Adagrad takes its step "
            "against the gradient: is there a minus sign too many?",
        ),
        Mistake(
            "rate-of-one-tenth",
            replacing(update=rate_of_one_tenth),
            "The step is made with a learning rate of 0.1, whatever the model's. The model "
            "knows its own.",
        ),
        Mistake(
            "weights-only",
            replacing(update=weights_only),
            "The weights are updated, the biases `bh` and `by` are not. Go through all of "
            "`model.parameters`.",
        ),
        Mistake(
            "limit-of-one",
            replacing(clip=limit_of_one),
            "The gradients are clipped at 1. The limit of the experiment is 5.",
        ),
        Mistake(
            "updated-twice",
            replacing(update=updated_twice),
            "The model is updated twice with the same gradients. `model.update_params` and a "
            "loop over `adagrad_update` do the same thing: keep one of them.",
        ),
        Mistake(
            "gradient-and-memory-swapped",
            replacing(update=gradient_and_memory_swapped),
            "Gradient and memory have changed places in the update. `adagrad_update` takes "
            "the parameter first, then its gradient, then its memory.",
        ),
    ),
)

EXERCISES_HERE = [CHUNKS, TRAIN_STEP]
