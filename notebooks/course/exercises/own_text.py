"""Exercises of lesson 12: a part kept back, a scale for the loss, and a table of counts."""

import math

import numpy as np

from .base import Exercise

# split_text --------------------------------------------------------------------------------


def split_text(text, fraction):
    cut = int(fraction * len(text))
    return text[:cut], text[cut:]


def split_text_cases(rng):
    """Small texts whose parts differ in length; cuts beside spaces and at the ends.

    In some the cut is no whole number, and 0.29 * 100 is a little less than 29.
    """
    yield "hope", 0.5
    yield "hopehope", 0.75
    yield "Hope is the thing with feathers.", 0.875
    yield "hope", 0.25
    yield "perch", 0.5
    yield "hopehopeh", 0.9
    yield "to be or not", 0.3
    yield "to be, or not to be", 0.15
    yield "one\ntwo three\nfour\n", 0.6
    yield "to be\nor not\nto be\n", 0.5
    yield "  a b  ", 0.5
    yield "Hope", 0.2
    yield "hope", 1.0
    yield "hope", 0.0
    yield "na\u00efve caf\u00e9s", 0.4
    yield "hope " * 20, 0.29
    yield "".join(rng.permutation(list("And sings the tune without the words"))), 0.8


SPLIT_TEXT = Exercise(
    name="split_text",
    lesson=12,
    reference=split_text,
    cases=split_text_cases,
    signature="split_text(text, fraction)",
    returns="two strings, training and validation",
    parts=("training", "validation"),
)


@SPLIT_TEXT.mistake("Both parts are right and in the wrong order: training comes first.")
def parts_swapped(text, fraction):
    return split_text(text, fraction)[::-1]


@SPLIT_TEXT.mistake("""
    Training is the end of the text here.
    It should be the beginning: we read first, and are examined on what comes after.
    """)
def training_from_the_end(text, fraction):
    cut = len(text) - int(fraction * len(text))
    return text[cut:], text[:cut]


@SPLIT_TEXT.mistake("""
    The share is counted from the end of the text.
    Training is the first part: it ends after `int(fraction * len(text))` characters.
    """)
def cut_from_the_end(text, fraction):
    cut = len(text) - int(fraction * len(text))
    return text[:cut], text[cut:]


@SPLIT_TEXT.mistake("""
    Where nothing is kept back, `text[:-0]` is empty and `text[-0:]` is everything: minus 0 is 0.
    Count the cut from the beginning.
    """)
def minus_zero(text, fraction):
    kept = len(text) - int(fraction * len(text))
    return text[:-kept], text[-kept:]


@SPLIT_TEXT.mistake("""
    Counted from the end, the length of validation is worked out by itself, from 1 - fraction, and where it is 0, `text[:-0]` is empty.
    Count one cut from the beginning, `int(fraction * len(text))`.
    """)
def minus_zero_of_the_rest(text, fraction):
    kept = int((1 - fraction) * len(text))
    return text[:-kept], text[-kept:]


@SPLIT_TEXT.mistake("""
    The last character of training stands in validation too.
    A slice leaves its end out, so the second begins where the first ends.
    """)
def last_in_both(text, fraction):
    cut = int(fraction * len(text))
    return text[:cut], text[cut - 1 :]


@SPLIT_TEXT.mistake("""
    The last character of training stands in validation too, wherever training has one.
    A slice leaves its end out, so the second begins where the first ends.
    """)
def last_in_both_if_any(text, fraction):
    cut = int(fraction * len(text))
    return text[:cut], text[max(cut - 1, 0) :]


@SPLIT_TEXT.mistake("`fraction` is the share to train on. Here that share is kept back.")
def fraction_kept_back(text, fraction):
    cut = int((1 - fraction) * len(text))
    return text[:cut], text[cut:]


@SPLIT_TEXT.mistake("""
    The character at the cut stands in both parts.
    What is examined must not have been read.
    """)
def one_in_both(text, fraction):
    cut = int(fraction * len(text))
    return text[: cut + 1], text[cut:]


@SPLIT_TEXT.mistake("""
    The character at the cut stands in neither part.
    Put together, the two should give the text again.
    """)
def one_lost(text, fraction):
    cut = int(fraction * len(text))
    return text[:cut], text[cut + 1 :]


@SPLIT_TEXT.mistake("""
    Training is the whole text, so the network will have read its exam.
    End it at the cut.
    """)
def trained_on_everything(text, fraction):
    return text, text[int(fraction * len(text)) :]


@SPLIT_TEXT.mistake("""
    Validation is the whole text, most of which the network will have read.
    Begin it at the cut.
    """)
def examined_on_everything(text, fraction):
    return text[: int(fraction * len(text))], text


@SPLIT_TEXT.mistake("""
    Where the cut is no whole number it was rounded up.
    The task says `int`, which leaves the fraction out.
    """)
def rounded_up(text, fraction):
    cut = math.ceil(fraction * len(text))
    return text[:cut], text[cut:]


@SPLIT_TEXT.mistake("""
    The characters were mixed.
    Their order is all there is to learn: cut the text, and leave it in order.
    """)
def shuffled(text, fraction):
    order = np.random.default_rng(0).permutation(len(text))
    return split_text("".join(text[i] for i in order), fraction)


@SPLIT_TEXT.mistake("""
    Characters were picked out of the text at regular places.
    Both parts have holes then; make one cut instead.
    """)
def every_few(text, fraction):
    step = max(2, round(1 / (1 - fraction)))
    kept = text[step - 1 :: step]
    return "".join(c for i, c in enumerate(text) if i % step != step - 1), kept


@SPLIT_TEXT.mistake("These are the lengths of the two parts. Give back the parts themselves.")
def lengths(text, fraction):
    one, two = split_text(text, fraction)
    return len(one), len(two)


@SPLIT_TEXT.mistake("""
    Where the cut is no whole number it was rounded to the nearest one.
    The task says `int`, which leaves the fraction out.
    """)
def to_the_nearest(text, fraction):
    cut = round(fraction * len(text))
    return text[:cut], text[cut:]


@SPLIT_TEXT.mistake("""
    The text was cut between words, and what stood between them was made a space.
    Cut it as it is, character by character.
    """)
def words(text, fraction):
    parts = split_text(text.split(), fraction)
    return " ".join(parts[0]), " ".join(parts[1])


def moved(find):
    """The cut moved by find(text, cut), where that finds a place for it."""

    def split(text, fraction):
        cut = int(fraction * len(text))
        place = find(text, cut)
        cut = cut if place is None else place
        return text[:cut], text[cut:]

    return split


def next_one(characters):
    return lambda text, cut: next((i for i in range(cut, len(text)) if text[i] in characters), None)


def one_before(characters):
    return lambda text, cut: next(
        (i for i in range(min(cut, len(text) - 1), -1, -1) if text[i] in characters), None
    )


def last_one(characters):
    return lambda text, cut: next(
        (i for i in range(cut - 1, -1, -1) if text[i] in characters), None
    )


def or_else(find, otherwise):
    return lambda text, cut: otherwise(text) if (place := find(text, cut)) is None else place


def behind(find):
    return lambda text, cut: None if (place := find(text, cut)) is None else place + 1


SPLIT_TEXT.mistake(
    """
    The cut was moved to the next space, so as to leave a word whole.
    A good thought, but the task says where it is: after `int(fraction * len(text))` characters.
    """,
    name="moved-to-next-space",
)(moved(next_one(" ")))


SPLIT_TEXT.mistake(
    """
    The cut was moved behind the next space, so as to leave a word whole.
    A good thought, but the task says where it is: after `int(fraction * len(text))` characters.
    """,
    name="moved-behind-next-space",
)(moved(behind(next_one(" "))))


SPLIT_TEXT.mistake(
    """
    The cut was moved back to a space, so as to leave a word whole.
    A good thought, but the task says where it is: after `int(fraction * len(text))` characters.
    """,
    name="moved-back-to-space",
)(moved(one_before(" ")))


SPLIT_TEXT.mistake(
    """
    The cut was moved back to the beginning of a word.
    A good thought, but the task says where it is: after `int(fraction * len(text))` characters.
    """,
    name="moved-back-to-word",
)(moved(behind(one_before(" "))))


SPLIT_TEXT.mistake(
    """
    The cut was moved to the next space or end of a line.
    A good thought, but the task says where it is: after `int(fraction * len(text))` characters.
    """,
    name="moved-to-next-gap",
)(moved(next_one(" \n\t")))


SPLIT_TEXT.mistake(
    """
    The cut was moved to the next end of a line.
    A good thought, but the task says where it is: after `int(fraction * len(text))` characters.
    """,
    name="moved-to-next-line",
)(moved(next_one("\n")))


SPLIT_TEXT.mistake(
    """
    The cut was moved to the beginning of the next line.
    A good thought, but the task says where it is: after `int(fraction * len(text))` characters.
    """,
    name="moved-behind-next-line",
)(moved(behind(next_one("\n"))))


SPLIT_TEXT.mistake(
    """
    The cut was moved back to the end of a line.
    A good thought, but the task says where it is: after `int(fraction * len(text))` characters.
    """,
    name="moved-back-to-line",
)(moved(one_before("\n")))


@SPLIT_TEXT.mistake("""
    The cut was moved to the next space, and where there is none, to the last character, since `find` gives -1 then.
    The task says where it is: after `int(fraction * len(text))` characters.
    """)
def found_or_minus_one(text, fraction):
    cut = text.find(" ", int(fraction * len(text)))
    return text[:cut], text[cut:]


@SPLIT_TEXT.mistake("""
    The cut was moved back to a space, and where there is none, to the last character, since `rfind` gives -1 then.
    The task says where it is: after `int(fraction * len(text))` characters.
    """)
def found_back_or_minus_one(text, fraction):
    cut = text.rfind(" ", 0, int(fraction * len(text)))
    return text[:cut], text[cut:]


SPLIT_TEXT.mistake(
    """
    The cut was moved to the next space, or to the end where there is none, so as to leave a word whole.
    A good thought, but the task says where it is: after `int(fraction * len(text))` characters.
    """,
    name="moved-to-space-or-end",
)(moved(or_else(next_one(" "), len)))


SPLIT_TEXT.mistake(
    """
    The cut was moved to the next space or end of a line, or to the end where there is none.
    A good thought, but the task says where it is: after `int(fraction * len(text))` characters.
    """,
    name="moved-to-gap-or-end",
)(moved(or_else(next_one(" \n\t"), len)))


SPLIT_TEXT.mistake(
    """
    The cut was moved back to the beginning of a word, or to that of the text.
    A good thought, but the task says where it is: after `int(fraction * len(text))` characters.
    """,
    name="moved-back-to-word-or-start",
)(moved(or_else(behind(last_one(" ")), lambda text: 0)))


@SPLIT_TEXT.mistake("""
    The cut was moved to the next space, and where there is none, an index runs past the end.
    The task says where it is: after `int(fraction * len(text))` characters.
    """)
def moved_past_the_end(text, fraction):
    cut = int(fraction * len(text))
    while text[cut] != " ":
        cut += 1
    return text[:cut], text[cut:]


@SPLIT_TEXT.mistake("""
    Spaces and ends of lines on both sides of the cut are gone.
    They are characters like all others: leave the parts as they are.
    """)
def stripped_at_the_cut(text, fraction):
    training, validation = split_text(text, fraction)
    return training.rstrip(), validation.lstrip()


@SPLIT_TEXT.mistake("""
    Training is one character too short, and that character stands in neither part.
    A slice leaves its end out already.
    """)
def training_one_short(text, fraction):
    cut = int(fraction * len(text))
    return text[: cut - 1], text[cut:]


@SPLIT_TEXT.mistake("""
    The cut comes one character too early.
    """)
def one_too_early(text, fraction):
    cut = int(fraction * len(text) - 1)
    return text[:cut], text[cut:]


@SPLIT_TEXT.mistake("""
    The cut is at `int(fraction)`, which is 0 for all but 1.
    It is a share of the length: multiply first.
    """)
def fraction_alone(text, fraction):
    return text[: int(fraction)], text[int(fraction) :]


@SPLIT_TEXT.mistake("""
    Validation is as long as training, counted from the end: `text[-cut:]` has `cut` characters.
    It begins where training ends.
    """)
def counted_from_the_end(text, fraction):
    cut = int(fraction * len(text))
    return text[:cut], text[-cut:]


@SPLIT_TEXT.mistake("""
    The length of validation is worked out by itself, and where `int` cuts both lengths down, a character is lost between them.
    Use one cut for both.
    """)
def lost_between_two_cuts(text, fraction):
    kept = int((1 - fraction) * len(text))
    return text[: int(fraction * len(text))], text[len(text) - kept :]


@SPLIT_TEXT.mistake("""
    Ends of lines became spaces.
    They are characters like all others: leave the text as it is.
    """)
def lines_joined(text, fraction):
    return split_text(text.replace("\n", " "), fraction)


@SPLIT_TEXT.mistake("""
    The length was counted in bytes, and some characters take several.
    `len(text)` counts characters.
    """)
def bytes_counted(text, fraction):
    cut = int(fraction * len(text.encode()))
    return text[:cut], text[cut:]


@SPLIT_TEXT.mistake("""
    The cut never comes before the first character, so that training is not empty.
    The task says where it is: after `int(fraction * len(text))` characters, 0 among them.
    """)
def at_least_one(text, fraction):
    cut = max(1, int(fraction * len(text)))
    return text[:cut], text[cut:]


@SPLIT_TEXT.mistake("""
    Spaces and ends of lines at the ends of the two parts are gone.
    They are characters like all others: leave the parts as they are.
    """)
def stripped(text, fraction):
    return tuple(part.strip() for part in split_text(text, fraction))


@SPLIT_TEXT.mistake("""
    The cut stands after `fraction` times 100 characters, as a percentage, however long the text is.
    Take that share of the length of the text.
    """)
def percent_of_nothing(text, fraction):
    cut = int(fraction * 100)
    return text[:cut], text[cut:]


@SPLIT_TEXT.mistake("""
    Everything is kept back wherever `fraction` is below 1: its whole part, 0, is taken before it is multiplied.
    Multiply first, then take the whole part of the product.
    """)
def share_made_whole_first(text, fraction):
    cut = int(fraction) * len(text)
    return text[:cut], text[cut:]


@SPLIT_TEXT.mistake(
    """
    The text was cut between lines.
    Cut it as it is, character by character.
    """,
    sign=r"line|\\n",
)
def lines(text, fraction):
    parts = split_text(text.splitlines(keepends=True), fraction)
    return "".join(parts[0]), "".join(parts[1])


@SPLIT_TEXT.mistake("""
    The text is cut at nine tenths, whatever `fraction` says.
    """)
def always_nine_tenths(text, fraction):
    return split_text(text, 0.9)


@SPLIT_TEXT.mistake("""
    The text is cut in the middle, whatever `fraction` says.
    """)
def always_in_the_middle(text, fraction):
    return split_text(text, 0.5)


@SPLIT_TEXT.mistake("""
    Training is one character too long: a slice leaves its end out, so it may end at the cut.
    """)
def one_too_far(text, fraction):
    cut = int(fraction * len(text)) + 1
    return text[:cut], text[cut:]


@SPLIT_TEXT.mistake("Lists of characters come back. Slices of a string are strings.")
def lists_of_characters(text, fraction):
    return tuple(map(list, split_text(text, fraction)))


@SPLIT_TEXT.mistake("""
    The length of validation is worked out by itself, from 1 - fraction, and rounded by itself.
    The two parts meet only by chance: use one cut for both.
    """)
def two_cuts(text, fraction):
    return text[: int(fraction * len(text))], text[-int((1 - fraction) * len(text)) :]


@SPLIT_TEXT.mistake(
    "`fraction` is taken for a percentage. It is a share of 1: 0.9 means nine tenths."
)
def percent(text, fraction):
    return split_text(text, fraction / 100)


# perplexity --------------------------------------------------------------------------------


def perplexity(loss, count):
    return float(np.exp(loss / count))


def perplexity_cases(rng):
    """Certainty, a coin, four letters, an untrained network; then a sum too large for exp."""
    yield 0.0, 5
    yield math.log(2), 1
    yield 3 * math.log(2), 3
    yield 9 * math.log(4), 9
    yield 77.2765, 25
    yield 1.1133, 25
    yield 2.2, 1
    yield 2100.0, 1000
    yield 150.0, 3
    yield 2.5 * 100_003, 100_003
    for count in (2, 50, 400):
        yield float(rng.uniform(0.5, 3) * count), count


PERPLEXITY = Exercise(
    name="perplexity",
    lesson=12,
    reference=perplexity,
    cases=perplexity_cases,
    signature="perplexity(loss, count)",
    returns="one number, 1 or more",
)


@PERPLEXITY.mistake("""
    The loss is summed over `count` characters.
    Make it that of one character before you raise e to it.
    """)
def not_divided(loss, count):
    with np.errstate(over="ignore"):
        return float(np.exp(loss))


@PERPLEXITY.mistake("The loss is in nats, which belong to e. Powers of 2 undo bits.")
def powers_of_two(loss, count):
    return float(2 ** (loss / count))


@PERPLEXITY.mistake("""
    These are nats per character.
    Perplexity turns them back into a number of equal choices: which function undoes a natural logarithm?
    """)
def mean_nats(loss, count):
    return loss / count


@PERPLEXITY.mistake("""
    These are bits per character, a fine scale and another one.
    Perplexity counts choices, not questions.
    """)
def mean_bits(loss, count):
    return loss / count / math.log(2)


for small in ("1e-6", "1e-8"):
    PERPLEXITY.mistake(
        f"{small} is added to the count. It is never 0: divide by it as it is.",
        name=f"{small}-added",
    )(lambda loss, count, small=float(small): float(np.exp(loss / (count + small))))


@PERPLEXITY.mistake("""
    The division by `count` comes after the exponential.
    Divide first: the mean is taken of surprises, not of choices.
    """)
def divided_outside(loss, count):
    with np.errstate(over="ignore"):
        return float(np.exp(loss) / count)


@PERPLEXITY.mistake("""
    On paper this is right.
    But e to the sum of a long text is larger than any float, and its root is still infinite: divide before the exponential.
    """)
def root_too_late(loss, count):
    with np.errstate(over="ignore"):
        return float(np.exp(loss) ** (1 / count))


@PERPLEXITY.mistake("""
    This is a probability, between 0 and 1.
    Perplexity is one over it: look at the sign in the exponent.
    """)
def typical_probability(loss, count):
    return float(np.exp(-loss / count))


@PERPLEXITY.mistake(
    "e is raised to bits. e belongs to nats, 2 to bits: the formula has one or the other."
)
def e_to_the_bits(loss, count):
    with np.errstate(over="ignore"):
        return float(np.exp(loss / count / math.log(2)))


@PERPLEXITY.mistake("""
    To come from nats to bits, divide by the logarithm of 2.
    Here they are multiplied by it.
    """)
def bits_multiplied(loss, count):
    return float(2 ** (loss / count * math.log(2)))


@PERPLEXITY.mistake("""
    The sum is divided by `count - 1`.
    `count` is already the number of characters predicted.
    """)
def one_too_few(loss, count):
    return float(np.exp(loss / (count - 1)))


@PERPLEXITY.mistake(
    "The division is the wrong way round: nats per character, not characters per nat."
)
def wrong_way_round(loss, count):
    with np.errstate(divide="ignore", over="ignore"):
        return float(np.exp(np.float64(count) / loss))


@PERPLEXITY.mistake("""
    A logarithm was taken where it should be undone.
    The loss is a logarithm already.
    """)
def logarithm(loss, count):
    with np.errstate(divide="ignore"):
        return float(np.log(loss / count))


@PERPLEXITY.mistake(
    """
    Whole-number division, `//`, cuts the nats per character down to a whole number.
    Divide with `/`.
    """,
    name="whole-division",
)
def whole_division_of_loss(loss, count):
    return float(np.exp(loss // count))


@PERPLEXITY.mistake("The loss is in nats, which belong to e. Powers of 10 undo another logarithm.")
def powers_of_ten(loss, count):
    return float(10 ** (loss / count))


@PERPLEXITY.mistake("""
    The sum is divided by `count + 1`.
    `count` is already the number of characters predicted.
    """)
def one_too_many(loss, count):
    return float(np.exp(loss / (count + 1)))


@PERPLEXITY.mistake("""
    1 is taken away, as `np.expm1` does.
    Certainty has a perplexity of 1: one choice.
    """)
def less_one(loss, count):
    return float(np.expm1(loss / count))


@PERPLEXITY.mistake("""
    `np.exp` stands in the wrong place: this is the mean loss times e, or e times it.
    e is raised to it.
    """)
def times_e(loss, count):
    return math.e * loss / count


@PERPLEXITY.mistake(
    "This is the mean loss to the power of e. The base is e, and the mean loss is the exponent."
)
def base_and_exponent_swapped(loss, count):
    return (loss / count) ** math.e


@PERPLEXITY.mistake("""
    The loss is multiplied by `count`.
    It is the sum already: one character costs less than all.
    """)
def multiplied(loss, count):
    with np.errstate(over="ignore"):
        return float(np.exp(np.float64(loss) * count))


@PERPLEXITY.mistake(
    "The loss is divided by 25, whatever the count. 25 is the length of a chunk; how many characters this loss belongs to stands in `count`."
)
def of_twenty_five(loss, count):
    return float(np.exp(loss / 25))


# ngram_probability -------------------------------------------------------------------------


def ngram_probability(counts, context, character):
    followers = counts.get(context, {})
    total = sum(followers.values())
    return followers.get(character, 0) / total if total else 0.0


def counted(text, n):
    """The table of a text: context -> character -> how often it followed."""
    counts = {}
    for i in range(len(text) - n + 1):
        followers = counts.setdefault(text[i : i + n - 1], {})
        character = text[i + n - 1]
        followers[character] = followers.get(character, 0) + 1
    return counts


def ngram_probability_cases(rng):
    """Tables by hand, then of small texts; characters and contexts that were never seen."""
    small = {"h": {"o": 3, "e": 1}, "o": {"p": 2, "h": 3, "o": 5}}
    yield {"h": {"o": 2}, "o": {"h": 1, "p": 1}}, "h", "o"  # a share of 1, which `//` keeps
    yield small, "h", "o"
    yield small, "o", "p"
    yield small, "h", "p"
    yield small, "z", "h"
    yield small, "o", "h"
    yield counted("hopehopeh", 1), "", "h"
    yield counted("hopehopeh", 1), "", "z"
    yield {"o": {"p": 999_999, "n": 1}, "p": {"e": 1}}, "o", "n"
    yield {"h": {"o": 1}, "H": {"o": 1, "e": 3}}, "H", "o"
    yield {"h": {"o": 1}, "o": {"p": 1}}, "h", "o"  # seen once
    yield {"": {"h": 2, "o": 2}, "h": {"o": 2}, "o": {"h": 1}}, "zh", "o"
    yield {"oh": {"o": 1, "p": 3}, "h": {"o": 2}}, "oh", "o"  # known, and its end too
    words = "the tune without the words, the thing"
    for n, context, character in (
        (2, "t", "h"),
        (3, "th", "e"),
        (3, "th", "i"),
        (3, "e ", "t"),
        (4, "the", " "),
        (4, "xyz", "e"),
        (4, "the", "q"),
    ):
        yield counted(words, n), context, character


def total_of_all(counts):
    return sum(sum(followers.values()) for followers in counts.values())


NGRAM_PROBABILITY = Exercise(
    name="ngram_probability",
    lesson=12,
    reference=ngram_probability,
    cases=ngram_probability_cases,
    signature="ngram_probability(counts, context, character)",
    exact_zeros=True,
    returns="one number between 0 and 1",
)


@NGRAM_PROBABILITY.mistake("""
    This is how often the character followed.
    Divide by how often this context was seen at all.
    """)
def count_alone(counts, context, character):
    return float(counts.get(context, {}).get(character, 0))


@NGRAM_PROBABILITY.mistake("""
    The count is divided by that of the whole table: the chance of context and character together.
    Only what followed *this* context belongs below the line.
    """)
def share_of_everything(counts, context, character):
    return count_alone(counts, context, character) / total_of_all(counts)


@NGRAM_PROBABILITY.mistake("""
    Below the line stands how many different characters followed, `len`.
    Add up how often they did.
    """)
def over_different(counts, context, character):
    followers = counts.get(context, {})
    return followers.get(character, 0) / len(followers) if followers else 0.0


@NGRAM_PROBABILITY.mistake("""
    Below the line stands how many contexts the table has.
    Add up how often something followed this one.
    """)
def over_contexts(counts, context, character):
    return count_alone(counts, context, character) / len(counts)


@NGRAM_PROBABILITY.mistake("""
    The count is divided by the largest one.
    The chances of all characters after a context should add up to 1.
    """)
def over_largest(counts, context, character):
    followers = counts.get(context, {})
    return followers.get(character, 0) / max(followers.values()) if followers else 0.0


@NGRAM_PROBABILITY.mistake("""
    This is how often this context stood before the character.
    We ask the other way round: the context is given, what follows?
    """)
def other_way_round(counts, context, character):
    total = sum(followers.get(character, 0) for followers in counts.values())
    return count_alone(counts, context, character) / total if total else 0.0


@NGRAM_PROBABILITY.mistake("""
    The context plays no part: this is how frequent the character is anywhere.
    Look at the counts of this context alone.
    """)
def forgets_context(counts, context, character):
    total = sum(followers.get(character, 0) for followers in counts.values())
    return total / total_of_all(counts)


@NGRAM_PROBABILITY.mistake("""
    Something was added to every count.
    That is smoothing, which comes next; here an unseen character has probability 0.
    """)
def add_one(counts, context, character):
    alphabet = {c for followers in counts.values() for c in followers}
    followers = counts.get(context, {})
    return (followers.get(character, 0) + 1) / (sum(followers.values()) + len(alphabet))


@NGRAM_PROBABILITY.mistake("""
    For a context never seen this spreads the chance evenly.
    A fair choice, but the task asks for 0 there, so that gaps can be counted.
    """)
def even_when_unknown(counts, context, character):
    alphabet = {c for followers in counts.values() for c in followers}
    if context not in counts:
        return 1 / len(alphabet)
    return ngram_probability(counts, context, character)


@NGRAM_PROBABILITY.mistake("""
    This is the surprise, the loss of this character.
    Give back the probability it is the logarithm of.
    """)
def surprise(counts, context, character):
    p = ngram_probability(counts, context, character)
    return -math.log(p) if p else math.inf


@NGRAM_PROBABILITY.mistake(
    """
    Where the first context of the table is another one, it gives up: the `return` for a context that was never seen stands inside the loop.
    Only after the whole loop is it certain; a dict can be asked without one, too.
    """,
    sign=r"\bfor\b",
)
def given_up_at_the_first(counts, context, character):
    for known in counts:
        if known != context:
            return 0.0
        break
    return ngram_probability(counts, context, character)


@NGRAM_PROBABILITY.mistake(
    """
    Below the line stands the last count alone: the sum begins at 0 again at every turn of the loop.
    Set it to 0 once, before the loop.
    """,
    sign=r"\bfor\b",
)
def over_the_last_count(counts, context, character):
    total = 0
    for count in counts.get(context, {}).values():
        total = count
    return counts[context].get(character, 0) / total if total else 0.0


@NGRAM_PROBABILITY.mistake("""
    A context that was never seen stops it with a KeyError.
    What does `dict.get` give for a key that is not there?
    """)
def context_missing(counts, context, character):
    return counts[context].get(character, 0) / sum(counts[context].values())


@NGRAM_PROBABILITY.mistake("""
    A character that never followed this context stops it with a KeyError.
    It was seen 0 times: let the look-up say so.
    """)
def character_missing(counts, context, character):
    if context not in counts:
        return 0.0
    return counts[context][character] / sum(counts[context].values())


@NGRAM_PROBABILITY.mistake("""
    It stops with a KeyError wherever the table has a gap.
    Both look-ups need an answer for what is not there, the context's and the character's.
    """)
def neither_met(counts, context, character):
    return counts[context][character] / sum(counts[context].values())


@NGRAM_PROBABILITY.mistake(
    "Whole-number division, `//`, cuts every share down to 0 or 1. Divide with `/`."
)
def whole_division(counts, context, character):
    return float(ngram_probability(counts, context, character) // 1)


@NGRAM_PROBABILITY.mistake("""
    The table is asked for `character` first and for `context` inside that.
    It leads from the context to what followed.
    """)
def arguments_swapped(counts, context, character):
    return ngram_probability(counts, character, context)


@NGRAM_PROBABILITY.mistake("""
    A context that was never seen has a sum of 0, and that stands below the fraction line.
    Give back 0 for it before you divide.
    """)
def gap_divided(counts, context, character):
    followers = counts.get(context, {})
    return followers.get(character, 0) / sum(followers.values())


@NGRAM_PROBABILITY.mistake("""
    `counts.get(context)` gives None for a context that was never seen, and None has no `get`.
    What should stand there in its place?
    """)
def nothing_met(counts, context, character):
    followers = counts.get(context)
    return followers.get(character, 0) / sum(followers.values())


@NGRAM_PROBABILITY.mistake("""
    A character that never followed this context counts as if it had once.
    It was seen 0 times: that is what the look-up should give.
    """)
def one_for_unseen(counts, context, character):
    followers = counts.get(context, {})
    return followers.get(character, 1) / sum(followers.values()) if followers else 0.0


for floor in ("1e-12", "1e-10", "1e-9", "1e-8", "1e-6"):
    NGRAM_PROBABILITY.mistake(
        f"What was never seen gets {floor}, so that its logarithm can be taken. That is smoothing, which comes next; here it is 0, so that gaps can be counted.",
        name=f"floor-of-{floor}",
    )(
        lambda counts, context, character, floor=float(floor): max(
            ngram_probability(counts, context, character), floor
        )
    )


@NGRAM_PROBABILITY.mistake("""
    1 was added to every count, and to the sum as many as there are different followers.
    That is smoothing, which comes next; here an unseen character has probability 0.
    """)
def add_one_to_followers(counts, context, character):
    followers = counts.get(context, {})
    total = sum(followers.values())
    return (followers.get(character, 0) + 1) / (total + len(followers)) if total else 0.0


@NGRAM_PROBABILITY.mistake("""
    1 was added to every count, and 22 to the sum.
    That is smoothing, which comes next; here an unseen character has probability 0.
    """)
def add_one_of_22(counts, context, character):
    followers = counts.get(context, {})
    total = sum(followers.values())
    return (followers.get(character, 0) + 1) / (total + 22) if total else 0.0


@NGRAM_PROBABILITY.mistake("""
    This is the surprise, and 0 for an unknown context.
    Give back the probability it is the logarithm of.
    """)
def surprise_of_known(counts, context, character):
    return surprise(counts, context, character) if context in counts else 0.0


@NGRAM_PROBABILITY.mistake("""
    The followers of `character` are looked up, where those of `context` are asked for.
    """)
def followers_of_character(counts, context, character):
    return ngram_probability(counts, character, character)


@NGRAM_PROBABILITY.mistake("""
    For an unknown context the chance is spread over the contexts of the table.
    A fair thought, but the task asks for 0 there, so that gaps can be counted.
    """)
def one_over_contexts(counts, context, character):
    return ngram_probability(counts, context, character) if context in counts else 1 / len(counts)


@NGRAM_PROBABILITY.mistake("""
    The sum below the line is one too large.
    All that followed this context, and nothing else, stands there.
    """)
def one_more_below(counts, context, character):
    followers = counts.get(context, {})
    return followers.get(character, 0) / (sum(followers.values()) + 1)


for small in ("1e-6", "1e-8", "1e-9"):
    NGRAM_PROBABILITY.mistake(
        f"{small} is added to the sum below the line. Give back 0 for a context that was never seen, and divide by the sum as it is.",
        name=f"{small}-added-below",
    )(
        lambda counts, context, character, small=float(small): (
            counts.get(context, {}).get(character, 0)
            / (sum(counts.get(context, {}).values()) + small)
        )
    )


@NGRAM_PROBABILITY.mistake("""
    This is the logarithm of the probability.
    Give back the probability itself.
    """)
def logarithm_of_share(counts, context, character):
    p = ngram_probability(counts, context, character)
    return math.log(p) if p else -math.inf


@NGRAM_PROBABILITY.mistake("""
    This is the logarithm of the probability, and 0 where that is 0.
    Give back the probability itself.
    """)
def logarithm_or_zero(counts, context, character):
    p = ngram_probability(counts, context, character)
    return math.log(p) if p else 0.0


@NGRAM_PROBABILITY.mistake("""
    Every context is cut to its last character, whether the table knows it or not.
    Look it up as it is.
    """)
def last_character_of_context(counts, context, character):
    return ngram_probability(counts, context[-1:], character)


@NGRAM_PROBABILITY.mistake("""
    A context that was never seen is made shorter until the table knows it.
    That is backing off, a good way to smooth; here the answer is 0, so that gaps can be counted.
    """)
def backing_off(counts, context, character):
    while context and context not in counts:
        context = context[1:]
    return ngram_probability(counts, context, character)


@NGRAM_PROBABILITY.mistake("""
    An unknown context gets 1e-10, so that a logarithm can be taken.
    That is smoothing, which comes next; here it is 0, so that gaps can be counted.
    """)
def floor_for_unknown_context(counts, context, character):
    return ngram_probability(counts, context, character) if context in counts else 1e-10


@NGRAM_PROBABILITY.mistake("""
    Something small is added to every probability.
    That is smoothing, which comes next; here what was never seen has 0, so that gaps can be counted.
    """)
def floor_added(counts, context, character):
    return ngram_probability(counts, context, character) + 1e-10


@NGRAM_PROBABILITY.mistake("""
    This is the chance that something else follows.
    The count of `character` belongs above the line.
    """)
def of_all_others(counts, context, character):
    return 1 - ngram_probability(counts, context, character) if context in counts else 0.0


@NGRAM_PROBABILITY.mistake("""
    The count of the character is left out of the sum below the line.
    It is one of all that followed.
    """)
def over_the_others(counts, context, character):
    followers = counts.get(context, {})
    seen = followers.get(character, 0)
    others = sum(followers.values()) - seen
    return seen / others if others else 0.0


@NGRAM_PROBABILITY.mistake("""
    The fraction is upside down: the sum stands above the line.
    A share is at most 1.
    """)
def upside_down(counts, context, character):
    p = ngram_probability(counts, context, character)
    return 1 / p if p else 0.0


@NGRAM_PROBABILITY.mistake("""
    The table of all that followed comes back, not the share of one character.
    """)
def whole_table(counts, context, character):
    followers = counts.get(context, {})
    return {c: count / sum(followers.values()) for c, count in followers.items()}


@NGRAM_PROBABILITY.mistake("""
    For an unknown context comes None, since nothing is given back there.
    The task says 0.
    """)
def nothing_for_unknown(counts, context, character):
    return ngram_probability(counts, context, character) if context in counts else None


@NGRAM_PROBABILITY.mistake("""
    This says whether the character ever followed.
    How often it did, out of all times, is the probability.
    """)
def whether_it_followed(counts, context, character):
    return float(character in counts.get(context, {}))


EXERCISES = [PERPLEXITY, SPLIT_TEXT, NGRAM_PROBABILITY]
