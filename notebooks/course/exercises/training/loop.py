"""The exercise that repeats the update: the training loop, with its state carried and set to zeros."""

import copy

import numpy as np

from ..base import Exercise
from .chunks import chunks
from .steps import ready_model, train_step


def train(model, indices, iterations):
    """Train the model for so many updates, over and over through the text; return their losses."""
    pieces, losses = chunks(indices, model.seq_length), []
    for iteration in range(iterations):
        inputs, targets, starts_afresh = pieces[iteration % len(pieces)]
        if starts_afresh:
            h = np.zeros(model.hidden_size)
        loss, h = train_step(model, inputs, targets, h)
        losses.append(loss)
    return losses


def train_cases(rng):
    """Less than one way through the text, one whole, and several; with a rest and without."""
    for text, length, H, T, iterations in (
        ("hope", 9, 2, 4, 1),
        ("hope", 9, 2, 4, 2),
        ("hope", 9, 3, 4, 5),
        ("hope", 16, 3, 4, 7),
        ("ab", 4, 2, 3, 3),
        ("the thing", 14, 4, 2, 6),
        ("the thing", 17, 5, 4, 8),
        ("ab", 3, 2, 1, 6),
        ("that perches", 60, 6, 25, 5),
    ):
        model, *_ = ready_model(rng, text, H, T, 0.7, 0.1, 2)
        yield model, rng.integers(len(model.vocabulary), size=length), iterations


TRAIN = Exercise(
    name="train",
    lesson=7,
    reference=train,
    cases=train_cases,
    signature="train(model, indices, iterations)",
    returns="the losses of all updates, a list or an array of shape (iterations,)",
    in_place=("model",),
    axes={
        "": ("iteration",),
        "Wxh": ("unit", "character"),
        "Whh": ("unit", "unit before"),
        "Why": ("character", "unit"),
        "bh": ("unit",),
        "by": ("character",),
    },
)


def loop(model, indices, iterations, *, afresh=lambda flag, _: flag, step=train_step):
    """The loop, of which a mistake replaces a part."""
    pieces, losses, h = chunks(indices, model.seq_length), [], np.zeros(model.hidden_size)
    for iteration in range(iterations):
        inputs, targets, flag = pieces[iteration % len(pieces)]
        if afresh(flag, iteration):
            h = np.zeros(model.hidden_size)
        loss, h = step(model, inputs, targets, h)
        losses.append(loss)
    return losses


@TRAIN.mistake("""
    The state is never set to zeros again: at the start of the text it still holds what came at its end.
    The flag `starts_afresh` tells where to do it, each time the text begins anew.
    """)
def state_never_reset(model, indices, iterations):
    return loop(model, indices, iterations, afresh=lambda flag, iteration: iteration == 0)


@TRAIN.mistake(
    """
    The state that `train_step` gives back is not handed to the next chunk: each begins from zeros.
    Which name holds what comes back, and which one goes in?
    """,
    sign=r"_ = train_step\(|train_step\([^()]*\)\[0\]",
)
def answer_not_taken(model, indices, iterations):
    losses = []
    for iteration in range(iterations):
        pieces = chunks(indices, model.seq_length)
        inputs, targets, starts_afresh = pieces[iteration % len(pieces)]
        if starts_afresh:
            h = np.zeros(model.hidden_size)
        loss, _ = train_step(model, inputs, targets, h)
        losses.append(loss)
    return losses


@TRAIN.mistake("""
    Every chunk begins from zeros.
    Only the first chunk of the text does; the others go on from the state that the one before has left.
    """)
def always_from_zeros(model, indices, iterations):
    return loop(model, indices, iterations, afresh=lambda *_: True)


@TRAIN.mistake("""
    The flag is read the wrong way round: the first chunk goes on, and all others begin from zeros.
    `starts_afresh` is True where nothing comes before.
    """)
def flag_turned_round(model, indices, iterations):
    return loop(model, indices, iterations, afresh=lambda flag, _: not flag)


@TRAIN.mistake("""
    The state is set to zeros after the first chunk has been read, so what that chunk left is thrown away.
    It is set before its chunk is read.
    """)
def reset_after_the_step(model, indices, iterations):
    pieces, losses, h = chunks(indices, model.seq_length), [], np.zeros(model.hidden_size)
    for iteration in range(iterations):
        inputs, targets, starts_afresh = pieces[iteration % len(pieces)]
        loss, h = train_step(model, inputs, targets, h)
        if starts_afresh:
            h = np.zeros(model.hidden_size)
        losses.append(loss)
    return losses


@TRAIN.mistake("""
    The state that goes in is one chunk too old: it is the one that the chunk before has begun from.
    Hand on what `train_step` has just given back.
    """)
def state_one_chunk_late(model, indices, iterations):
    pieces, losses = chunks(indices, model.seq_length), []
    before = h = np.zeros(model.hidden_size)
    for iteration in range(iterations):
        inputs, targets, starts_afresh = pieces[iteration % len(pieces)]
        if starts_afresh:
            before = h = np.zeros(model.hidden_size)
        loss, new = train_step(model, inputs, targets, before)
        before, h = h, new
        losses.append(loss)
    return losses


@TRAIN.mistake("""
    The updates end with the text.
    When the last chunk is read, the loop goes back to the first, until all `iterations` are made.
    """)
def once_through(model, indices, iterations):
    losses = []
    for inputs, targets, starts_afresh in chunks(indices, model.seq_length)[:iterations]:
        if starts_afresh:
            h = np.zeros(model.hidden_size)
        loss, h = train_step(model, inputs, targets, h)
        losses.append(loss)
    return losses


@TRAIN.mistake("""
    The text is gone through `iterations` times.
    An iteration is one update, on one chunk; a whole way through the text is an epoch.
    """)
def epochs_counted(model, indices, iterations):
    return loop(model, indices, iterations * len(chunks(indices, model.seq_length)))


@TRAIN.mistake("""
    The updates stop only at the end of the text.
    The count can be full in the middle of it.
    """)
def epochs_finished(model, indices, iterations):
    count = len(chunks(indices, model.seq_length))
    return loop(model, indices, -(-iterations // count) * count)


@TRAIN.mistake("""
    Only whole ways through the text are made.
    What is left of `iterations` after them goes on from the first chunk.
    """)
def whole_epochs_only(model, indices, iterations):
    count = len(chunks(indices, model.seq_length))
    return loop(model, indices, iterations // count * count)


@TRAIN.mistake("""
    Each chunk is repeated before the next is read.
    The network reads on after every update, and comes back to a chunk when the text begins anew.
    """)
def chunk_repeated(model, indices, iterations):
    pieces = chunks(indices, model.seq_length)
    repeats = max(1, iterations // len(pieces))
    order = [pieces[min(i // repeats, len(pieces) - 1)] for i in range(iterations)]
    return _in_order(model, order)


@TRAIN.mistake("""
    It is always the same chunk that is read, the first of the text.
    After each update the next one follows.
    """)
def first_chunk_only(model, indices, iterations):
    return _in_order(model, chunks(indices, model.seq_length)[:1] * iterations)


@TRAIN.mistake("""
    The first chunk is left out on every way through the text.
    Does the counting begin at 1?
    """)
def first_chunk_left_out(model, indices, iterations):
    pieces = chunks(indices, model.seq_length)
    return _in_order(model, [pieces[i % len(pieces)] for i in range(1, iterations + 1)])


@TRAIN.mistake("""
    On the way back to the beginning a chunk is lost: the last of the text is never read.
    After how many chunks does the text begin anew?
    """)
def last_chunk_left_out(model, indices, iterations):
    pieces = chunks(indices, model.seq_length)
    return _in_order(model, [pieces[i % max(1, len(pieces) - 1)] for i in range(iterations)])


def _in_order(model, order):
    """Train on chunks in the order given, carrying the state as it should be."""
    losses, h = [], np.zeros(model.hidden_size)
    for inputs, targets, starts_afresh in order:
        if starts_afresh:
            h = np.zeros(model.hidden_size)
        loss, h = train_step(model, inputs, targets, h)
        losses.append(loss)
    return losses


@TRAIN.mistake("""
    Each chunk makes two updates.
    `train_step` gives loss and state together: call it once, and take both from that call.
    """)
def stepped_twice(model, indices, iterations):
    def twice(model, inputs, targets, h):
        return train_step(model, inputs, targets, h)[0], train_step(model, inputs, targets, h)[1]

    return loop(model, indices, iterations, step=twice)


@TRAIN.mistake("Inputs and targets have changed places: the network is trained to read backwards.")
def inputs_and_targets_swapped(model, indices, iterations):
    def backwards(model, inputs, targets, h):
        return train_step(model, targets, inputs, h)

    return loop(model, indices, iterations, step=backwards)


@TRAIN.mistake("""
    Each update is asked for the character that it has just read: `inputs` stands where `targets` should.
    """)
def inputs_for_targets(model, indices, iterations):
    def asked_what_it_read(model, inputs, targets, h):
        return train_step(model, inputs, inputs, h)

    return loop(model, indices, iterations, step=asked_what_it_read)


@TRAIN.mistake("""
    The losses are right and the model is as it was: a copy of it has been trained.
    Hand on the model that came in.
    """)
def copy_trained(model, indices, iterations):
    return loop(copy.deepcopy(model), indices, iterations)


@TRAIN.mistake("""
    What comes back is the last loss alone.
    Every update adds its loss to a list, and the list comes back.
    """)
def last_loss(model, indices, iterations):
    return loop(model, indices, iterations)[-1]


@TRAIN.mistake("""
    What comes back is one loss.
    Does `return` stand in the loop?
    """)
def returned_in_the_loop(model, indices, iterations):
    return loop(model, indices, 1)


@TRAIN.mistake("""
    What comes back is the sum of the losses.
    A curve is to be drawn of them: give back the list.
    """)
def losses_added_up(model, indices, iterations):
    return sum(loop(model, indices, iterations))


@TRAIN.mistake("""
    What comes back is the mean of the losses.
    A curve is to be drawn of them: give back the list.
    """)
def losses_averaged(model, indices, iterations):
    return np.mean(loop(model, indices, iterations))


@TRAIN.mistake("""
    The list of losses is begun anew each time the text is: only those of the last way through come back.
    Make it once, above the loop.
    """)
def losses_of_last_epoch(model, indices, iterations):
    count = len(chunks(indices, model.seq_length))
    return loop(model, indices, iterations)[(iterations - 1) // count * count :]


@TRAIN.mistake("""
    The losses are divided by the length of a chunk.
    Give them back as they come from `train_step`, in nats per chunk.
    """)
def losses_by_character(model, indices, iterations):
    return [loss / model.seq_length for loss in loop(model, indices, iterations)]


@TRAIN.mistake("The losses come back with the last state. They are asked for alone.")
def losses_and_state(model, indices, iterations):
    states = []

    def kept(model, inputs, targets, h):
        loss, h = train_step(model, inputs, targets, h)
        states.append(h)
        return loss, h

    return loop(model, indices, iterations, step=kept), states[-1]


@TRAIN.mistake("""
    What is collected are the states.
    `train_step` gives back the loss first.
    """)
def states_collected(model, indices, iterations):
    states = []

    def kept(model, inputs, targets, h):
        states.append(train_step(model, inputs, targets, h)[1])
        return 0, states[-1]

    loop(model, indices, iterations, step=kept)
    return states


@TRAIN.mistake(
    """
    `h` is asked for before it has a value.
    The first chunk of the text starts afresh: that is where the state is made, as zeros.
    """,
    error="cannot access local variable|referenced before assignment|unbound",
)
def state_not_made(model, indices, iterations):
    losses = []
    for inputs, targets, _ in chunks(indices, model.seq_length):
        loss, h = train_step(model, inputs, targets, h)  # noqa: F821, RUF059
        losses.append(loss)
    return losses
