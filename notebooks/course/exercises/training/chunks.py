"""The exercise that cuts a text into chunks."""

import numpy as np

from ..base import Exercise


def chunks(indices, seq_length):
    """Cut indices (N,) into a list of (inputs, targets, starts_afresh), one chunk after another."""
    found = []
    for start in range(0, len(indices) - seq_length, seq_length):
        inputs = indices[start : start + seq_length]
        targets = indices[start + 1 : start + seq_length + 1]
        found.append((inputs, targets, start == 0))
    return found


def chunks_cases(rng):
    """Texts that leave 0, 1, 2, ... characters over; none that fits; chunks of one.

    Characters differ, so that each is known by its number; then texts as the lesson has them.
    """
    yield np.array([1, 2, 3, 0]), 2
    yield np.array([1, 2, 3, 0, 1]), 2
    yield np.array([1, 2, 3, 0, 1, 2]), 2
    yield np.array([5, 6, 7, 8, 9, 10, 11, 12]), 3
    yield np.array([5, 6, 7]), 1
    yield np.array([5, 6, 7]), 3
    yield np.array([5, 6, 7, 8]), 3
    yield np.array([1, 2, 3, 0, 1, 2, 3, 0, 1]), 4  # hopehopeh
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


CHUNKS = Exercise(
    name="chunks",
    lesson=7,
    reference=chunks,
    cases=chunks_cases,
    signature="chunks(indices, seq_length)",
    returns="a list of (inputs, targets, starts_afresh)",
)


@CHUNKS.mistake("""
    The last chunk is missing, whether or not it is whole.
    Is one cut off at the end that need not be?
    """)
def last_chunk_cut_off(indices, seq_length):
    return chunks(indices, seq_length)[:-1]


@CHUNKS.mistake("""
    A last chunk is missing where the text ends exactly with its last target.
    Count how many characters a chunk needs, and compare that with how many are left.
    """)
def last_chunk_dropped(indices, seq_length):
    starts = range(0, len(indices) - seq_length - 1, seq_length)
    return pieces(indices, seq_length, starts)


CHUNKS.mistake(
    """
    The targets are the inputs again.
    The question at each character is what comes *next*.
    """,
    name="targets-not-shifted",
)(lambda indices, seq_length: whole_text(indices, seq_length, ahead=0))


CHUNKS.mistake(
    "The targets are two places ahead of the inputs: each skips the character that comes next.",
    name="targets-two-ahead",
)(lambda indices, seq_length: whole_text(indices, seq_length, ahead=2))


CHUNKS.mistake(
    """
    The targets are the whole next chunk.
    They should run alongside the inputs, one place on.
    """,
    name="targets-from-next-chunk",
)(lambda indices, seq_length: whole_text(indices, seq_length, ahead=seq_length))


@CHUNKS.mistake("Inputs and targets have changed places: this asks for the character before.")
def exchanged(indices, seq_length):
    return [(targets, inputs, afresh) for inputs, targets, afresh in chunks(indices, seq_length)]


@CHUNKS.mistake("""
    Each chunk has a single target, for its last character.
    Every character of a chunk asks a question, so there are as many targets as inputs.
    """)
def one_target(indices, seq_length):
    return [
        (inputs, targets[-1], afresh) for inputs, targets, afresh in chunks(indices, seq_length)
    ]


@CHUNKS.mistake("""
    Each chunk begins one character after the one before it, so nearly everything is read many times over, and the state carried on does not fit where the next chunk begins.
    Look at the step from start to start.
    """)
def sliding(indices, seq_length):
    return pieces(indices, seq_length, range(len(indices) - seq_length))


@CHUNKS.mistake("""
    Each chunk begins with the last input of the one before, so that input is read twice.
    Only as a target and then as an input may a character come twice.
    """)
def overlapping_by_one(indices, seq_length):
    return pieces(indices, seq_length, range(0, len(indices) - seq_length, max(1, seq_length - 1)))


@CHUNKS.mistake("""
    Between two chunks a character is never an input: the step from start to start is one too long.
    The last target of a chunk is the first input of the next.
    """)
def one_left_out(indices, seq_length):
    return pieces(indices, seq_length, range(0, len(indices) - seq_length, seq_length + 1))


@CHUNKS.mistake("""
    The chunks are cut first and shifted afterwards, so each is one short and the question at its end is never asked.
    Its answer stands just after the chunk.
    """)
def split_inside(indices, seq_length):
    cut = [
        indices[start : start + seq_length]
        for start in range(0, len(indices) - seq_length + 1, seq_length)
    ]
    return [(chunk[:-1], chunk[1:], number == 0) for number, chunk in enumerate(cut)]


@CHUNKS.mistake("""
    The last chunk is shorter than the others.
    What is left over, too short for a whole chunk, is not used.
    """)
def tail_kept(indices, seq_length):
    return pieces(indices, seq_length, range(0, len(indices) - 1, seq_length))


@CHUNKS.mistake("""
    The last chunk has one target too few: a text that ends with its last input has no answer for it.
    A chunk needs one character more than it has inputs.
    """)
def targets_run_out(indices, seq_length):
    return pieces(indices, seq_length, range(0, len(indices) - seq_length + 1, seq_length))


@CHUNKS.mistake("""
    At the end of the text the target comes from its beginning, as `np.roll` does it.
    Nothing follows the last character, so it can only be a target.
    """)
def wrapped_around(indices, seq_length):
    starts = range(0, len(indices) - seq_length + 1, seq_length)
    nexts = np.roll(indices, -1)
    return [
        (indices[start : start + seq_length], nexts[start : start + seq_length], start == 0)
        for start in starts
    ]


CHUNKS.mistake(
    """
    Every chunk says that it starts afresh.
    Then the state is never carried on, and no memory is longer than one chunk.
    """,
    name="always-afresh",
)(lambda indices, seq_length: whole_text(indices, seq_length, afresh=lambda number, count: True))


CHUNKS.mistake(
    "No chunk says that it starts afresh. One of them has nothing before it.", name="never-afresh"
)(lambda indices, seq_length: whole_text(indices, seq_length, afresh=lambda number, count: False))


CHUNKS.mistake(
    """
    The last chunk says that it starts afresh.
    It follows the one before it like any other: which chunk has nothing before it?
    """,
    name="afresh-at-the-end",
)(
    lambda indices, seq_length: whole_text(
        indices, seq_length, afresh=lambda number, count: number == count - 1
    )
)


CHUNKS.mistake(
    "`starts_afresh` is the wrong way round: it is true where the state should be carried on.",
    name="afresh-the-wrong-way-round",
)(
    lambda indices, seq_length: whole_text(
        indices, seq_length, afresh=lambda number, count: number > 0
    )
)


@CHUNKS.mistake("Only the first chunk comes back. Is the `return` indented into the loop?")
def only_first_chunk(indices, seq_length):
    return chunks(indices, seq_length)[:1] or None


@CHUNKS.mistake("""
    What is left over at the end comes back too, as a chunk that is shorter than the others.
    It is not used: a chunk needs `seq_length` inputs and a target for each.
    """)
def short_chunk_kept(indices, seq_length):
    starts = range(0, len(indices) - 1, seq_length)
    return [
        (
            indices[start : min(start + seq_length, len(indices) - 1)],
            indices[start + 1 : start + seq_length + 1],
            start == 0,
        )
        for start in starts
    ]


@CHUNKS.mistake("""
    Each chunk takes every so many characters of the text, from one end to the other.
    A chunk is a piece of the text: its characters stand side by side there.
    """)
def every_few(indices, seq_length):
    count = (len(indices) - 1) // seq_length
    rows = [indices[k : k + count * seq_length].reshape(seq_length, count).T for k in (0, 1)]
    return [(one, two, number == 0) for number, (one, two) in enumerate(zip(*rows, strict=True))]


@CHUNKS.mistake("""
    The targets are shifted inside each chunk, as `np.roll` does it, so that the last of them is the chunk's own first character.
    It is the character after the chunk.
    """)
def rolled_inside(indices, seq_length):
    return [
        (inputs, np.roll(inputs, -1), afresh) for inputs, _, afresh in chunks(indices, seq_length)
    ]


@CHUNKS.mistake("""
    The targets are shifted inside each chunk, so that the last of them is the chunk's own first character; and the last chunk may have no character after it.
    The last target is the character after the chunk.
    """)
def rolled_inside_to_the_end(indices, seq_length):
    starts = range(0, len(indices) - seq_length + 1, seq_length)
    return [
        (inputs, np.roll(inputs, -1), start == 0)
        for start in starts
        for inputs in [indices[start : start + seq_length]]
    ]


@CHUNKS.mistake("""
    Only the first chunk comes back, and of a text that is too short for one an empty list.
    Each chunk should be added to the list of those before it.
    """)
def only_first_or_none(indices, seq_length):
    return chunks(indices, seq_length)[:1]


@CHUNKS.mistake("""
    Only the last chunk comes back.
    Is the list made anew in the loop, or replaced where it should grow?
    """)
def only_last_chunk(indices, seq_length):
    return chunks(indices, seq_length)[-1:]


@CHUNKS.mistake("""
    The first chunk comes back by itself, where a list of all of them is expected.
    Does the function end in the loop?
    """)
def first_chunk_alone(indices, seq_length):
    return next(iter(chunks(indices, seq_length)), None)


@CHUNKS.mistake("""
    Each chunk has one target too few.
    As many places as the inputs span, one place on: where does that slice end?
    """)
def targets_one_short(indices, seq_length):
    return [
        (inputs, targets[:-1], afresh) for inputs, targets, afresh in chunks(indices, seq_length)
    ]


@CHUNKS.mistake("""
    Each chunk has one input too few.
    A slice leaves its end out, so it may end at the start of the next chunk.
    """)
def inputs_one_short(indices, seq_length):
    return [
        (inputs[:-1], targets, afresh) for inputs, targets, afresh in chunks(indices, seq_length)
    ]


@CHUNKS.mistake("""
    Only the first chunk holds anything: all slices end where its own do.
    A slice goes from `start` to `start + seq_length`.
    """)
def ends_without_start(indices, seq_length):
    return [
        (indices[start:seq_length], indices[start + 1 : seq_length + 1], start == 0)
        for start in range(0, len(indices) - seq_length, seq_length)
    ]


@CHUNKS.mistake("""
    All chunks are the first one: their slices do not depend on where the chunk starts.
    """)
def all_the_first(indices, seq_length):
    return [
        (*chunks(indices, seq_length)[0][:2], n == 0)
        for n in range((len(indices) - 1) // seq_length)
    ]


@CHUNKS.mistake("""
    The chunks go on to the very end of the text, and the last has fewer targets than inputs, or none.
    A chunk needs one character more than it has inputs; what is left over is not used.
    """)
def on_to_the_end(indices, seq_length):
    return pieces(indices, seq_length, range(0, len(indices), seq_length))


@CHUNKS.mistake("""
    The chunks have 25 characters, whatever `seq_length` is.
    """)
def length_of_25(indices, seq_length):
    return chunks(indices, 25)


@CHUNKS.mistake("""
    The first chunk is missing.
    Chunks start at 0.
    """)
def first_chunk_missing(indices, seq_length):
    return chunks(indices, seq_length)[1:]


@CHUNKS.mistake("""
    The text is read from its second character on.
    Chunks start at 0.
    """)
def begins_at_one(indices, seq_length):
    return chunks(indices[1:], seq_length)


@CHUNKS.mistake("""
    The first chunk starts at 1, and none says that it starts afresh.
    Chunks start at 0.
    """)
def starts_at_one(indices, seq_length):
    return pieces(
        indices, seq_length, range(1, len(indices) - seq_length, seq_length), lambda *_: False
    )


@CHUNKS.mistake("""
    Inputs, targets and flags follow one another in one long list.
    Each chunk should be one entry of it: `append` a tuple.
    """)
def flattened(indices, seq_length):
    return [part for chunk in chunks(indices, seq_length) for part in chunk]


@CHUNKS.mistake("""
    Inputs and targets are cut out of one chunk, so each is one short.
    The target of a chunk's last input stands just after the chunk.
    """)
def shifted_inside(indices, seq_length):
    return [(inputs[:-1], inputs[1:], afresh) for inputs, _, afresh in chunks(indices, seq_length)]


@CHUNKS.mistake("""
    The lists of inputs and targets go on growing after the first chunk, and it grows with them.
    Begin new ones for each chunk.
    """)
def never_emptied(indices, seq_length):
    long_enough = len(indices) > seq_length
    return [(indices[:-1], indices[1:], True)] if long_enough else []


@CHUNKS.mistake("""
    The chunks come in the wrong order, the last one first.
    The state is carried from each to the next in the text.
    """)
def last_first(indices, seq_length):
    return chunks(indices, seq_length)[::-1]


@CHUNKS.mistake("""
    `starts_afresh` is where the chunk starts, a number.
    True or False is asked for: is this the first chunk?
    """)
def start_for_flag(indices, seq_length):
    return [
        (inputs, targets, number * seq_length)
        for number, (inputs, targets, _) in enumerate(chunks(indices, seq_length))
    ]


@CHUNKS.mistake("""
    These are three lists: all inputs, all targets, all flags.
    What belongs to one chunk should stand together, as one entry of one list.
    """)
def three_lists(indices, seq_length):
    parts = [[], [], []]
    for chunk in chunks(indices, seq_length):
        for part, item in zip(parts, chunk, strict=True):
            part.append(item)
    return parts


@CHUNKS.mistake("""
    Each chunk is a pair.
    The third part is missing: whether the chunk has nothing before it, True or False.
    """)
def flag_missing(indices, seq_length):
    return [(inputs, targets) for inputs, targets, _ in chunks(indices, seq_length)]
