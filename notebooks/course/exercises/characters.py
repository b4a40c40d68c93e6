"""Exercises of lesson 1: characters as numbers."""

from collections import Counter
from itertools import pairwise

import numpy as np

import rnn_core

from ..texts import VERSE
from .base import Exercise

# build_vocabulary --------------------------------------------------------------------------


def build_vocabulary(text):
    characters = rnn_core.Vocabulary(text).characters
    return {char: ix for ix, char in enumerate(characters)}, dict(enumerate(characters))


def build_vocabulary_cases(rng):
    """One character, short words; repeats, capitals, digits, white space inside and at both ends.

    Then the verse and made-up texts. The last has characters enough that the order in which a set is filled shows in its own.
    """
    for text in (
        "a",
        "ba",
        "hope",
        "banana",
        "Hope hopes",
        "to be\nor not to be",
        "zyx zyx wvu!",
        "é☺a",
        "hope\n",
        "\t1:10 a\u00a0b ",
        VERSE,
    ):
        yield (text,)
    letters = list("abcdefghijklmnopqrstuvwxyz .,ABC")
    for length in (30, 200):
        yield ("".join(rng.choice(letters, length)),)
    yield ("".join(rng.permutation([chr(code) for code in range(0x4E00, 0x4E00 + 300)])),)


def both_ways(characters, start=0):
    return (
        {char: ix for ix, char in enumerate(characters, start)},
        dict(enumerate(characters, start)),
    )


BUILD_VOCABULARY = Exercise(
    name="build_vocabulary",
    lesson=1,
    reference=build_vocabulary,
    cases=build_vocabulary_cases,
    signature="build_vocabulary(text)",
    returns="two dictionaries, `char_to_ix` and `ix_to_char`",
    parts=("char_to_ix", "ix_to_char"),
)


@BUILD_VOCABULARY.mistake(
    "The order comes straight from a set, and a set has none: tomorrow the same text would get other numbers, and a saved network would read gibberish."
)
def not_sorted(text):
    return both_ways(list(set(text)))


@BUILD_VOCABULARY.mistake("""
    The text is sorted before it becomes a set, and the set forgets the order again.
    Which of the two has to come last?
    """)
def sorted_too_early(text):
    in_order = sorted(text)
    return both_ways(set(in_order))


@BUILD_VOCABULARY.mistake("""
    The numbers follow the order in which characters appear.
    That is repeatable, but it changes when a sentence moves; number the characters in sorted order.
    """)
def order_of_appearance(text):
    return both_ways(dict.fromkeys(text))


@BUILD_VOCABULARY.mistake("""
    The most frequent character comes first here.
    Two characters that are equally frequent then have no order of their own; use the sorted one.
    """)
def order_of_frequency(text):
    return both_ways([char for char, _ in Counter(text).most_common()])


@BUILD_VOCABULARY.mistake("The order is sorted, but from the last character to the first.")
def sorted_backwards(text):
    return both_ways(sorted(set(text), reverse=True))


@BUILD_VOCABULARY.mistake("""
    The numbers start at 1.
    Arrays count from 0, so the last character would fall off the end of every table.
    """)
def starts_at_one(text):
    return both_ways(sorted(set(text)), start=1)


@BUILD_VOCABULARY.mistake("""
    The text was sorted with all its repetitions, so numbers are skipped.
    Each distinct character should be counted once.
    """)
def repeats_kept(text):
    return both_ways(sorted(text))


@BUILD_VOCABULARY.mistake(
    "The two dictionaries come in the wrong order: from character to number first, then back.",
    name="swapped",
)
def swapped_dictionaries(text):
    char_to_ix, ix_to_char = both_ways(sorted(set(text)))
    return ix_to_char, char_to_ix


@BUILD_VOCABULARY.mistake("""
    Both dictionaries lead from character to number.
    The second leads back, from number to character.
    """)
def same_way_twice(text):
    char_to_ix, _ = both_ways(sorted(set(text)))
    return char_to_ix, char_to_ix


@BUILD_VOCABULARY.mistake("""
    Capitals were made small.
    To the network H and h are two characters, and a text should come back as it was.
    """)
def lower_case(text):
    return both_ways(sorted(set(text.lower())))


@BUILD_VOCABULARY.mistake("""
    Spaces or punctuation are missing.
    They are characters like any other: without them the network could not tell where a word ends.
    """)
def letters_only(text):
    return both_ways(sorted(set(text) - set(" \n.,!")))


@BUILD_VOCABULARY.mistake("""
    These are the characters' code points, with great gaps between them.
    The numbers should run from 0 to V - 1 without a gap.
    """)
def code_points(text):
    return {char: ord(char) for char in text}, {ord(char): char for char in text}


@BUILD_VOCABULARY.mistake("""
    The text was split at spaces, so whole words are numbered.
    Here each character is a class of its own.
    """)
def words(text):
    return both_ways(sorted(set(text.split())))


@BUILD_VOCABULARY.mistake("""
    The positions of the text are numbered, so a character that comes again gets a new number.
    Find the distinct characters first, and number those.
    """)
def every_position(text):
    return {char: i for i, char in enumerate(text)}, dict(enumerate(text))


@BUILD_VOCABULARY.mistake("""
    Each number is the place where the character first stands in the text.
    What counts is where it stands in the sorted list of distinct characters.
    """)
def places_in_the_text(text):
    char_to_ix = {char: text.index(char) for char in sorted(set(text))}
    return char_to_ix, {ix: char for char, ix in char_to_ix.items()}


@BUILD_VOCABULARY.mistake("""
    Each dictionary holds one character alone.
    Is the `return` indented into the loop, so that it ends after one turn?
    """)
def only_first_character(text):
    return both_ways(sorted(set(text))[:1])


@BUILD_VOCABULARY.mistake("""
    The first dictionary is right, the second holds one character alone.
    Is the `return` indented into the second loop?
    """)
def only_first_way_back(text):
    characters = sorted(set(text))
    return both_ways(characters)[0], {0: characters[0]}


@BUILD_VOCABULARY.mistake("""
    The last character in sorted order is missing.
    Look at where the counting ends: `range` stops before its last number.
    """)
def last_character_left_out(text):
    return both_ways(sorted(set(text))[:-1])


@BUILD_VOCABULARY.mistake("""
    The numbers are sorted without regard to capitals, so "H" and "h" have no order of their own.
    Sort the characters as they are.
    """)
def sorted_without_capitals(text):
    return both_ways(sorted(set(text), key=str.lower))


@BUILD_VOCABULARY.mistake("""
    White space at the ends of the text has been taken off.
    It is text like any other: lines end with it.
    """)
def ends_stripped(text):
    return both_ways(sorted(set(text.strip())))


@BUILD_VOCABULARY.mistake("""
    The space is missing.
    It is a character like any other, and the most frequent of all: without it the network could not tell where a word ends.
    """)
def space_left_out(text):
    return both_ways(sorted(set(text) - {" "}))


@BUILD_VOCABULARY.mistake("""
    White space is missing.
    Spaces and ends of lines are characters like any other: without them a text would not come back as it was.
    """)
def white_space_left_out(text):
    return both_ways(sorted(set("".join(text.split()))))


@BUILD_VOCABULARY.mistake("""
    Only letters have a number here.
    Spaces, digits and punctuation are characters like any other, and the network is to write them too.
    """)
def nothing_but_letters(text):
    return both_ways(sorted({char for char in text if char.isalpha()}))


@BUILD_VOCABULARY.mistake("""
    These are places in the alphabet, so the numbers have gaps, and all but small letters fall off it.
    Number the characters that are there, from 0 to V - 1.
    """)
def places_in_the_alphabet(text):
    characters = sorted(set(text))
    return (
        {char: ord(char) - ord("a") for char in characters},
        {ord(char) - ord("a"): char for char in characters},
    )


@BUILD_VOCABULARY.mistake("""
    The way back starts at 1 while the way there starts at 0.
    A text would come back with every character moved along.
    """)
def way_back_starts_at_one(text):
    characters = sorted(set(text))
    return both_ways(characters)[0], both_ways(characters, start=1)[1]


@BUILD_VOCABULARY.mistake("""
    The way back goes along the text and not along the sorted list that the numbers come from.
    Both dictionaries need the same list.
    """)
def way_back_along_the_text(text):
    return both_ways(sorted(set(text)))[0], dict(enumerate(text))


@BUILD_VOCABULARY.mistake("""
    The way back goes along a set, which has no order, and not along the sorted list that the numbers come from.
    Both dictionaries need the same list.
    """)
def way_back_along_a_set(text):
    return both_ways(sorted(set(text)))[0], dict(enumerate(set(text)))


@BUILD_VOCABULARY.mistake("""
    Both dictionaries lead from number to character.
    The first leads the other way, from character to number.
    """)
def same_way_back_twice(text):
    _, ix_to_char = both_ways(sorted(set(text)))
    return ix_to_char, ix_to_char


@BUILD_VOCABULARY.mistake("""
    The second answer is a list or a tuple: its places give the characters, but it has no keys.
    The way back is a dictionary too, from number to character: `enumerate` gives the pairs for it.
    """)
def way_back_as_a_list(text):
    characters = sorted(set(text))
    return both_ways(characters)[0], characters


@BUILD_VOCABULARY.mistake("""
    The second answer is a string: its places give the characters, but it has no keys.
    The way back is a dictionary too, from number to character: `enumerate` gives the pairs for it.
    """)
def way_back_as_a_string(text):
    characters = sorted(set(text))
    return both_ways(characters)[0], "".join(characters)


# one_hot -----------------------------------------------------------------------------------


def one_hot_cases(rng):
    """One index, then several with repeats, `hope`, then random ones; more rows than columns and fewer.

    And a vocabulary of one character.
    """
    yield np.array([1]), 3
    yield np.array([0]), 1
    yield np.array([0, 2]), 3
    yield np.array([2, 0, 2, 2]), 4
    yield np.array([3]), 6
    yield np.array([1, 2, 3, 0]), 4
    yield np.array([0, 1, 2, 3]), 4
    yield np.array([0, 0, 0]), 1
    for count, size in ((5, 5), (25, 22), (7, 40)):
        yield rng.integers(size, size=count), size


ONE_HOT = Exercise(
    name="one_hot",
    lesson=1,
    reference=rnn_core.one_hot,
    cases=one_hot_cases,
    signature="one_hot(indices, size)",
    returns="an array of shape (len(indices), size)",
    axes=("time step", "character"),
)


@ONE_HOT.mistake("""
    The characters run down and the time steps across.
    Put time first: one row for each index.
    """)
def transposed(indices, size):
    return rnn_core.one_hot(indices, size).T


@ONE_HOT.mistake("""
    All indices share a single row, so their order is lost.
    Each index needs a row of its own.
    """)
def one_row_for_all(indices, size):
    row = np.zeros(size)
    row[indices] = 1
    return row


@ONE_HOT.mistake("""
    This counts how often each character comes.
    One-hot keeps the order: a row for each index, with a single 1 in it.
    """)
def counts(indices, size):
    return np.bincount(indices, minlength=size).astype(float)


@ONE_HOT.mistake(
    """
    Whole rows are filled with ones, or the index is past the last row.
    `rows[indices] = 1` picks rows alone; each row wants one column of its own as well.
    """,
    error="out of bounds",
)
def whole_rows(indices, size):
    rows = np.zeros((len(indices), size))
    rows[indices] = 1
    return rows


@ONE_HOT.mistake(
    """
    Every row has a 1 for every index.
    `rows[:, indices] = 1` picks all rows; pair each row with its own column.
    """,
    sign=r"\[:, ",
)
def whole_columns(indices, size):
    rows = np.zeros((len(indices), size))
    rows[:, indices] = 1
    return rows


@ONE_HOT.mistake("""
    Every row has a 1 for every index, because all rows are one and the same.
    `[[0] * size] * T` holds one list T times, and a row that is made before the loop is there once: make a new one for each index.
    """)
def shared_row(indices, size):
    rows = [[0.0] * size] * len(indices)
    for t, index in enumerate(indices):
        rows[t][index] = 1
    return np.array(rows)


@ONE_HOT.mistake("""
    The index itself stands where the 1 should be.
    A larger number is no larger character: every row holds a single 1.
    """)
def index_for_one(indices, size):
    return rnn_core.one_hot(indices, size) * np.asarray(indices)[:, None]


@ONE_HOT.mistake("""
    The ones stand one place too far to the left.
    Index 0 belongs to the first column.
    """)
def one_place_early(indices, size):
    return rnn_core.one_hot((np.asarray(indices) - 1) % size, size)


@ONE_HOT.mistake("The ones stand one place too far to the right. Columns are counted from 0.")
def one_place_late(indices, size):
    return rnn_core.one_hot((np.asarray(indices) + 1) % size, size)


@ONE_HOT.mistake("""
    The width comes from the largest index in this chunk.
    Another chunk would have another width: use `size`.
    """)
def size_from_largest(indices, size):
    return np.eye(max(indices) + 1)[indices]


@ONE_HOT.mistake(
    "Zeros and ones have changed places: the row should be all zeros, but for the one character that is there."
)
def inverted(indices, size):
    return 1 - rnn_core.one_hot(indices, size)


@ONE_HOT.mistake("""
    The ones run down the diagonal, whatever the indices are.
    The column of each row's 1 stands in `indices`.
    """)
def diagonal(indices, size):
    return np.eye(len(indices), size)


@ONE_HOT.mistake("""
    Every place up to the index is 1, as on a thermometer.
    That would make later characters out of earlier ones; only the index's own place is 1.
    """)
def filled_up(indices, size):
    return (np.arange(size) <= np.asarray(indices)[:, None]).astype(float)


@ONE_HOT.mistake("""
    Only the first row has its 1.
    Is a `return` indented into the loop, so that it ends after one turn?
    """)
def only_first_row(indices, size):
    rows = np.zeros((len(indices), size))
    rows[0, indices[0]] = 1
    return rows


@ONE_HOT.mistake("""
    This is a table with a row for every character there is, whatever the indices are.
    Which of its rows do the indices ask for, and in which order?
    """)
def whole_table(indices, size):
    return np.eye(size)


@ONE_HOT.mistake("""
    The index is taken for the row as well as for the column.
    Rows are time steps, counted from 0, whichever character stands there.
    """)
def index_for_row(indices, size):
    rows = np.zeros((len(indices), size))
    for index in indices:
        rows[index, index] = 1
    return rows


@ONE_HOT.mistake(
    """
    The rows are as wide as there are indices.
    A row needs a place for each character that there is: how many those are stands in `size`.
    """,
    error="out of bounds",
)
def table_too_small(indices, size):
    return np.eye(len(indices))[indices]


@ONE_HOT.mistake(
    """
    `np.zeros` takes a shape as one argument; a second argument is the type of the numbers.
    Put the two lengths into parentheses of their own.
    """,
    error="data ?type",
)
def shape_in_two_arguments(indices, size):
    return np.zeros(len(indices), size)


@ONE_HOT.mistake("""
    There is one row, for the first index; every other index needs a row as well.
    Is a `return` indented into the loop?
    """)
def first_row_alone(indices, size):
    return rnn_core.one_hot(indices[:1], size)


@ONE_HOT.mistake("""
    The last row has no 1.
    Look at where the loop ends: `range` stops before its last number.
    """)
def last_row_left_empty(indices, size):
    rows = rnn_core.one_hot(indices, size)
    rows[-1] = 0
    return rows


@ONE_HOT.mistake("""
    The first row has no 1.
    Rows are counted from 0.
    """)
def first_row_left_empty(indices, size):
    rows = rnn_core.one_hot(indices, size)
    rows[0] = 0
    return rows


@ONE_HOT.mistake("""
    Each row keeps the ones of the rows before it.
    Begin every row with zeros.
    """)
def row_not_cleared(indices, size):
    return np.maximum.accumulate(rnn_core.one_hot(indices, size), axis=0)


@ONE_HOT.mistake("""
    All rows look like the last one: they are one and the same array, which is changed at each turn.
    Make a new row each time.
    """)
def same_row_kept(indices, size):
    row, rows = np.zeros(size), []
    for index in indices:
        row[:] = 0
        row[index] = 1
        rows.append(row)
    return np.array(rows)


@ONE_HOT.mistake(
    """
    Row and column have changed places where the 1 is written.
    `rows` has shape (T, size): first the time step, then the character.
    """,
    error="out of bounds|out of range",
)
def row_and_column_swapped(indices, size):
    rows = np.zeros((len(indices), size))
    for t, index in enumerate(indices):
        rows[index, t] = 1
    return rows


@ONE_HOT.mistake("""
    The rows are one column too wide.
    Numbers from 0 to `size` - 1 are `size` numbers.
    """)
def one_column_too_many(indices, size):
    return np.eye(size + 1)[indices]


@ONE_HOT.mistake(
    """
    The rows are one column too narrow, so the last character has no place.
    Numbers from 0 to `size` - 1 are `size` numbers.
    """,
    error="out of bounds",
)
def one_column_too_few(indices, size):
    return np.eye(size - 1)[indices]


@ONE_HOT.mistake(
    """
    An array stands where a single number is wanted, as `indices` does in `range(indices)`, or in the square brackets of a list.
    How many rows there are is its length; a loop can go through its entries themselves, `for index in indices`.
    """,
    error="only integer scalar|only (length|size)-1|cannot be interpreted as an integer",
)
def range_of_the_indices(indices, size):
    rows = np.zeros((len(indices), size))
    for t in range(indices):
        rows[t, indices[t]] = 1
    return rows


@ONE_HOT.mistake(
    """
    The loop goes over the characters, `size` of them.
    There is a row for each index: how many of those are there?
    """,
    error="out of bounds",
)
def loop_over_the_characters(indices, size):
    rows = np.zeros((len(indices), size))
    for t in range(size):
        rows[t, indices[t]] = 1
    return rows


@ONE_HOT.mistake(
    """
    The table that rows are picked from has a row for each index.
    It needs one for each character, since the indices say which of them to pick: how many are there?
    """,
    error="out of bounds",
    sign=r"\b(eye|identity)\(",
)
def table_too_short(indices, size):
    return np.eye(len(indices), size)[indices]


@ONE_HOT.mistake("""
    Each 1 stands one row too early, and the first in the last row.
    Rows are counted from 0, so there is nothing to subtract from their numbers.
    """)
def one_row_early(indices, size):
    rows = np.zeros((len(indices), size))
    rows[np.arange(len(indices)) - 1, indices] = 1
    return rows


# shift_targets -----------------------------------------------------------------------------


def shift_targets(indices):
    return indices[:-1], indices[1:]


def shift_targets_cases(rng):
    """hope itself, one pair, then numbers that do not run in order, and the verse."""
    yield (np.array([1, 2, 3, 0]),)
    yield (np.array([5, 9]),)
    yield (np.array([7, 7, 1]),)
    yield (np.array([4, 4]),)
    yield (rnn_core.Vocabulary(VERSE).encode(VERSE),)
    for length in (3, 8, 26):
        yield (rng.integers(22, size=length),)


SHIFT_TARGETS = Exercise(
    name="shift_targets",
    lesson=1,
    reference=shift_targets,
    cases=shift_targets_cases,
    signature="shift_targets(indices)",
    returns="two arrays, `inputs` and `targets`, each one shorter than `indices`",
    parts=("inputs", "targets"),
    axes=("time step",),
)


@SHIFT_TARGETS.mistake(
    "Inputs and targets have changed places: this network would guess the character that came before.",
    name="swapped",
)
def swapped_pair(indices):
    return indices[1:], indices[:-1]


@SHIFT_TARGETS.mistake("""
    The targets are the inputs.
    To repeat what it has just read, a network needs to learn nothing at all: the loss would fall fast and the samples would stutter.
    """)
def not_shifted(indices):
    return indices[:-1], indices[:-1]


@SHIFT_TARGETS.mistake("""
    Inputs and targets are both the whole text.
    The last character has no follower, the first follows nothing: each array loses one, at which end?
    """)
def copied_whole(indices):
    return indices, indices


@SHIFT_TARGETS.mistake("""
    The targets wrap around: the last character is followed by the first.
    The text does not say so; leave out the input that has no follower.
    """)
def wrapped_around(indices):
    return indices, np.roll(indices, -1)


@SHIFT_TARGETS.mistake(
    "The shift goes the wrong way: each target is the character before its input."
)
def previous_as_target(indices):
    return indices, np.roll(indices, 1)


@SHIFT_TARGETS.mistake("""
    There is one input more than there are targets.
    What follows the last character?
    Nothing that we know.
    """)
def inputs_not_cut(indices):
    return indices, indices[1:]


@SHIFT_TARGETS.mistake("""
    The last target is a made-up 0, which is a character too.
    Leave out the input that has no follower.
    """)
def padded(indices):
    return indices, np.append(indices[1:], 0)


@SHIFT_TARGETS.mistake("""
    Each target stands two places after its input.
    The question is what comes next, one place on.
    """)
def two_ahead(indices):
    return indices[:-2], indices[2:]


@SHIFT_TARGETS.mistake("""
    One was added to each number.
    The next number is not the next character: move along the text, not along the alphabet.
    """)
def next_number(indices):
    return indices[:-1], indices[:-1] + 1


@SHIFT_TARGETS.mistake("""
    There is a single target, for the last input.
    Every input has a follower, and the network is asked at every step.
    """)
def last_only(indices):
    return indices[:-1], indices[-1:]


@SHIFT_TARGETS.mistake("""
    The text was cut into two halves.
    Input and target are neighbours: the same text, moved along by one.
    """)
def halves(indices):
    middle = len(indices) // 2
    return indices[:middle], indices[middle:]


@SHIFT_TARGETS.mistake("""
    These are pairs, an input and its target each.
    Give back two arrays: all the inputs, and all the targets.
    """)
def pairs(indices):
    return list(pairwise(indices))


@SHIFT_TARGETS.mistake("""
    Every other character is an input, and those between them are targets.
    All but the ends are both: first an answer, then the next question.
    """)
def every_other(indices):
    return indices[::2], indices[1::2]


@SHIFT_TARGETS.mistake("""
    The inputs begin with the second character, as the targets do.
    The first character is read too, and has a follower.
    """)
def inputs_shifted_too(indices):
    return indices[1:], indices[1:]


@SHIFT_TARGETS.mistake(
    """
    The loop asks for the character after the last one, and there is none.
    How many characters of the text have a follower?
    """,
    error="out of bounds|out of range",
)
def past_the_end(indices):
    inputs, targets = [], []
    for t in range(len(indices)):
        inputs.append(indices[t])
        targets.append(indices[t + 1])
    return inputs, targets


@SHIFT_TARGETS.mistake("""
    The last pair is missing: every character but the last is a question.
    Look at where the loop or the slices end.
    """)
def last_pair_left_out(indices):
    return indices[:-2], indices[1:-1]


@SHIFT_TARGETS.mistake("""
    The first pair is missing: the first character is read too, and has a follower.
    Positions are counted from 0.
    """)
def first_pair_left_out(indices):
    return indices[1:-1], indices[2:]


@SHIFT_TARGETS.mistake("""
    There is a single pair, the first.
    Is a `return` indented into the loop?
    """)
def only_first_pair(indices):
    return indices[:1], indices[1:2]


@SHIFT_TARGETS.mistake("""
    The first character is the only input, and all others are its targets.
    Every character but the last is an input.
    """)
def first_and_rest(indices):
    return indices[:1], indices[1:]


@SHIFT_TARGETS.mistake("""
    The targets are the last character alone, a single number.
    Every input has a follower: a slice needs a colon.
    """)
def last_number(indices):
    return indices[:-1], indices[-1]


@SHIFT_TARGETS.mistake("""
    The inputs are right; of the targets there is one too many.
    The first character follows nothing, and nothing follows the last.
    """)
def targets_not_cut(indices):
    return indices[:-1], indices


@SHIFT_TARGETS.mistake("""
    The inputs are right; the targets wrap around, so that there is one too many.
    The text does not say that its first character follows the last.
    """)
def targets_wrapped(indices):
    return indices[:-1], np.roll(indices, -1)


@SHIFT_TARGETS.mistake("""
    The targets run backwards.
    `[::-1]` turns a text round; what is wanted is the same text, moved along by one.
    """)
def turned_round(indices):
    return indices[:-1], indices[::-1][:-1]


@SHIFT_TARGETS.mistake("""
    The targets are the differences between neighbours.
    What comes next is a character, by its number.
    """)
def differences(indices):
    return indices[:-1], np.diff(indices)


@SHIFT_TARGETS.mistake("""
    Inputs and targets are the columns of one array.
    Give back two arrays: all the inputs, and all the targets.
    """)
def stacked_as_columns(indices):
    return np.column_stack([indices[:-1], indices[1:]])


@SHIFT_TARGETS.mistake("""
    Each target is the character *before* its input, and the first one is the last of the text.
    `np.roll(indices, 1)` moves everything towards the end; two slices are enough.
    """)
def rolled_towards_the_end(indices):
    return indices[:-1], np.roll(indices, 1)[:-1]


@SHIFT_TARGETS.mistake("""
    There is one target fewer than there are inputs.
    The end of a slice is left out already: the last character is the target of the one before it.
    """)
def last_target_cut_off(indices):
    return indices[:-1], indices[1 : len(indices) - 1]


# pair_probabilities ------------------------------------------------------------------------


def pair_probabilities(indices, size):
    table = np.zeros((size, size))
    for now, then in pairwise(indices):
        table[now, then] += 1
    for row in table:
        if row.sum() > 0:
            row /= row.sum()
    return table


def pair_probabilities_cases(rng):
    """One pair, hope itself, a character that has two followers, one that comes last; the verse."""
    yield np.array([0, 1]), 2
    yield np.array([1, 2, 3, 0]), 4
    yield np.array([0, 0, 1, 0, 2]), 3
    yield np.array([2, 2, 2]), 3
    yield np.array([1, 0, 1, 1, 0, 0, 0, 1, 1]), 2
    yield np.array([3, 1, 3, 1, 3, 0]), 5
    yield rnn_core.Vocabulary(VERSE).encode(VERSE), 22
    for size in (3, 6, 9):
        yield rng.integers(size, size=40), size


PAIR_PROBABILITIES = Exercise(
    name="pair_probabilities",
    lesson=1,
    reference=pair_probabilities,
    cases=pair_probabilities_cases,
    signature="pair_probabilities(indices, size)",
    returns="a table of shape (size, size), each row of it a prediction or all zeros",
    axes=("this character", "the next character"),
)


def counted(indices, size):
    """The pairs of a text, counted."""
    table = np.zeros((size, size))
    for now, then in pairwise(indices):
        table[now, then] += 1
    return table


def shared_out(table):
    """Each row of counts divided by its sum, where there is one."""
    sums = table.sum(axis=1, keepdims=True)
    return table / np.where(sums == 0, 1, sums)


@PAIR_PROBABILITIES.mistake("""
    These are counts.
    Divide each row by its sum, so that it becomes a prediction.
    """)
def counts_left(indices, size):
    return counted(indices, size)


@PAIR_PROBABILITIES.mistake("""
    A row that nothing was counted in has been divided by its sum, which is 0: that is no number.
    Leave such a row as it is.
    """)
def empty_rows_divided(indices, size):
    table = counted(indices, size)
    return table / table.sum(axis=1, keepdims=True)


@PAIR_PROBABILITIES.mistake("""
    Every cell is divided by the number of all pairs.
    A prediction is made from one row: divide each row by its own sum.
    """)
def divided_by_all(indices, size):
    return counted(indices, size) / (len(indices) - 1)


@PAIR_PROBABILITIES.mistake("""
    The columns have been divided by their sums.
    A row is a prediction: what follows one character adds up to 1.
    """)
def columns_divided(indices, size):
    return shared_out(counted(indices, size).T).T


@PAIR_PROBABILITIES.mistake("""
    The table lies on its side: the rows belong to the next character.
    This character is the row, the next one the column.
    """)
def rows_for_columns(indices, size):
    return shared_out(counted(indices, size).T)


@PAIR_PROBABILITIES.mistake("""
    A pair that comes again is not counted again.
    `=` writes a 1 where `+= 1` adds one, and `table[inputs, targets] += 1` adds once for each cell, however often it is named: count in a loop, or with `np.add.at`.
    """)
def only_whether(indices, size):
    return shared_out(np.minimum(counted(indices, size), 1))


@PAIR_PROBABILITIES.mistake("""
    The last pair is missing.
    Every character but the last has a follower: look at where the loop or the slices end.
    """)
def without_the_last_pair(indices, size):
    return shared_out(counted(indices[:-1], size))


@PAIR_PROBABILITIES.mistake("""
    The first pair is missing: the first character has a follower too.
    """)
def without_the_first_pair(indices, size):
    return shared_out(counted(indices[1:], size))


@PAIR_PROBABILITIES.mistake("""
    The text goes round in a circle: its last character is followed by its first.
    The text does not say so.
    """)
def in_a_circle(indices, size):
    return shared_out(counted([*indices, indices[0]], size))


@PAIR_PROBABILITIES.mistake("""
    Each row is divided by how often its character stands in the text.
    The last character of the text has no follower there, so its row does not add up to 1.
    """)
def divided_by_occurrences(indices, size):
    times = np.bincount(indices, minlength=size)[:, None]
    return counted(indices, size) / np.where(times == 0, 1, times)


@PAIR_PROBABILITIES.mistake("""
    A row that nothing was counted in has been shared out evenly.
    That is a guess; here such a row stays at 0.
    """)
def even_where_empty(indices, size):
    table = counted(indices, size)
    table[table.sum(axis=1) == 0] = 1
    return shared_out(table)


@PAIR_PROBABILITIES.mistake("""
    Something was added to every count, also of pairs that never came.
    That is smoothing, which lesson 12 does; here they stay at 0.
    """)
def one_added(indices, size):
    return shared_out(counted(indices, size) + 1)


@PAIR_PROBABILITIES.mistake("""
    Each count is divided by the largest of its row.
    The shares of a row add up to 1: divide by their sum.
    """)
def divided_by_the_largest(indices, size):
    table = counted(indices, size)
    most = table.max(axis=1, keepdims=True)
    return table / np.where(most == 0, 1, most)


@PAIR_PROBABILITIES.mistake("""
    Only the first pair was counted.
    Is a `return`, or the division, indented into the loop over the pairs?
    """)
def only_one_pair(indices, size):
    return shared_out(counted(indices[:2], size))


@PAIR_PROBABILITIES.mistake("""
    The row was divided inside of the loop over the pairs, so that later counts came on top of shares.
    Count all pairs first, then divide.
    """)
def divided_while_counting(indices, size):
    table = np.zeros((size, size))
    for now, then in pairwise(indices):
        table[now, then] += 1
        table[now] /= table[now].sum()
    return table


@PAIR_PROBABILITIES.mistake("""
    The pairs are neighbours two by two: 0 and 1, then 2 and 3.
    Every neighbour counts: each character but the ends stands in two pairs.
    """)
def every_other_pair(indices, size):
    table = np.zeros((size, size))
    for now, then in zip(indices[::2], indices[1::2], strict=False):
        table[now, then] += 1
    return shared_out(table)


EXERCISES = [BUILD_VOCABULARY, ONE_HOT, SHIFT_TARGETS, PAIR_PROBABILITIES]
