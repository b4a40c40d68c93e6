"""The n-gram models against counts by hand, and against counting with a dictionary."""

import math
import re
import sys
import time
from collections import Counter

import numpy as np
import pytest

from course import measured
from course.baselines import SMOOTHINGS, NGram, ngram_losses, uniform
from course.texts import DICKINSON, python_reference, reference_parts
from rnn_core import Vocabulary

BANANA = [1, 0, 2, 0, 2, 0]  # b a n a n a, with a = 0, b = 1, n = 2


def kneser_ney(order, train, V, context, character):
    """The same by Kneser and Ney, from sets and dictionaries of tuples, for one character."""
    grams = [tuple(train[i : i + order]) for i in range(len(train) - order + 1)]
    lower = 1 / V
    for n in range(1, order + 1):  # from the lowest order up
        if n == order:
            counts = Counter(grams)
        else:  # how many different characters stood before each
            longer = {gram[order - n - 1 :] for gram in grams}
            counts = Counter(gram[1:] for gram in longer)
        of_counts = Counter(counts.values())
        once, twice = of_counts[1], of_counts[2]
        discount = once / (once + 2 * twice) if once else 0.5
        before = tuple(context[len(context) - n + 1 :]) if n > 1 else ()
        follows = {gram[-1]: count for gram, count in counts.items() if gram[:-1] == before}
        if follows:
            own = max(follows.get(character, 0) - discount, 0)
            lower = (own + discount * len(follows) * lower) / sum(follows.values())
    return lower


def chance(order, train, V, context, character, k, smoothing):
    """The chance of a character, by counting slices of a list."""
    if smoothing == "kneser-ney":
        return kneser_ney(order, train, V, context, character)
    before = tuple(context[len(context) - order + 1 :]) if order > 1 else ()
    follows = Counter(
        train[i]
        for i in range(len(before), len(train))
        if tuple(train[i - len(before) : i]) == before
    )
    count, total, different = follows[character], sum(follows.values()), len(follows)
    if smoothing == "add-k":
        return (count + k) / (total + k * V)
    lower = 1 / V
    if order > 1:
        lower = chance(order - 1, train, V, context, character, k, smoothing)
    return (count + different * lower) / (total + different) if total else lower


def naive_loss(order, train, V, text, k, smoothing):
    """Mean -ln p over all characters of a text that have order - 1 before them."""
    surprises = [
        -math.log(chance(order, train, V, text[:i], text[i], k, smoothing))
        for i in range(order - 1, len(text))
    ]
    return sum(surprises) / len(surprises)


# By hand


def test_uniform():
    assert uniform(22) == pytest.approx(3.0910, abs=1e-4)
    assert uniform(1) == 0


def test_single_characters_by_hand():
    p = NGram(1, BANANA, 3, k=1).probabilities()
    assert p == pytest.approx([(3 + 1) / 9, (1 + 1) / 9, (2 + 1) / 9])


def test_pairs_by_hand():
    model = NGram(2, BANANA, 3, k=0.5)  # ba once, an twice, na twice; the last a has no follower
    assert model.probabilities([0]) == pytest.approx([0.5 / 3.5, 0.5 / 3.5, 2.5 / 3.5])
    assert model.probabilities([1]) == pytest.approx([1.5 / 2.5, 0.5 / 2.5, 0.5 / 2.5])
    assert model.probabilities([2]) == pytest.approx([2.5 / 3.5, 0.5 / 3.5, 0.5 / 3.5])


def test_the_loss_by_hand():
    model = NGram(2, BANANA, 3, k=0.5)
    nan = -(math.log(2.5 / 3.5) + math.log(2.5 / 3.5)) / 2  # the first n is not predicted
    assert model.loss([2, 0, 2]) == pytest.approx(nan)
    assert NGram(1, BANANA, 3, k=1).loss([1]) == pytest.approx(math.log(9 / 2))


def test_interpolation_by_hand():
    one = NGram(1, BANANA, 3, smoothing="interpolated").probabilities()
    assert one == pytest.approx([(3 + 3 / 3) / 9, (1 + 3 / 3) / 9, (2 + 3 / 3) / 9])
    two = NGram(2, BANANA, 3, smoothing="interpolated").probabilities([0])
    assert two == pytest.approx([one[0] / 3, one[1] / 3, (2 + one[2]) / 3])


def test_kneser_ney_by_hand():
    # Pairs: ba once, an twice, na twice: discount 1 / (1 + 2 x 2). Before a stood two different
    # characters, before n one, before b none: counts 2 and 1, discount 1 / (1 + 2 x 1).
    two = NGram(2, BANANA, 3, smoothing="kneser-ney")
    one = [(2 - 1 / 3 + 2 / 9) / 3, (2 / 9) / 3, (1 - 1 / 3 + 2 / 9) / 3]
    assert two.lower.probabilities() == pytest.approx(one)
    after_n = [(2 - 0.2 + 0.2 * one[0]) / 2, 0.2 * one[1] / 2, 0.2 * one[2] / 2]
    assert two.probabilities([2]) == pytest.approx(after_n)
    assert NGram(1, [0, 1, 0, 1], 3, smoothing="kneser-ney").probabilities().min() > 0


def test_an_unseen_context():
    assert NGram(3, BANANA, 4).probabilities([3, 3]) == pytest.approx([0.25] * 4)
    three = NGram(3, BANANA, 4, smoothing="interpolated")
    assert three.probabilities([3, 3]) == pytest.approx(three.lower.lower.probabilities())
    assert three.probabilities([3, 0]) == pytest.approx(three.lower.probabilities([0]))


def test_only_the_end_of_a_context_is_read():
    model = NGram(3, BANANA, 3)
    assert model.probabilities([1, 1, 1, 0, 2]).tolist() == model.probabilities([0, 2]).tolist()
    assert (
        NGram(1, BANANA, 3).probabilities([2, 2]).tolist()
        == NGram(1, BANANA, 3).probabilities().tolist()
    )


def test_a_text_of_exactly_one_gram():
    assert NGram(3, [0, 1, 1], 2, k=1).probabilities([0, 1]) == pytest.approx([1 / 3, 2 / 3])


# Against counting with a dictionary


@pytest.mark.parametrize("smoothing", SMOOTHINGS)
@pytest.mark.parametrize("order", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("V", [1, 2, 3, 40, 700])
def test_like_counting_with_a_dictionary(order, V, smoothing):
    rng = np.random.default_rng(100 * order + V)
    # Squares make some characters frequent; a stretch said twice makes long contexts recur.
    train = (rng.random(60) ** 2 * V).astype(int).tolist()
    train += train[:30]
    held_out = train[5:20] + rng.integers(0, V, 25).tolist()
    model = NGram(order, np.array(train, np.int32), V, k=0.3, smoothing=smoothing)
    expected = naive_loss(order, train, V, held_out, 0.3, smoothing)
    assert model.loss(held_out) == pytest.approx(expected, rel=1e-12, abs=1e-15)
    for context in (train[:4], held_out[-4:]):
        p = model.probabilities(context)
        assert p.shape == (V,) and p.min() > 0 and p.sum() == pytest.approx(1, abs=1e-12)
        some = range(0, V, 1 + V // 20)
        naive = [chance(order, train, V, context, c, 0.3, smoothing) for c in some]
        assert p[:: 1 + V // 20] == pytest.approx(naive, rel=1e-12)


@pytest.mark.parametrize("smoothing", SMOOTHINGS)
def test_loss_and_probabilities_say_the_same(smoothing):
    indices = Vocabulary(DICKINSON).encode(DICKINSON)[:300]
    model = NGram(4, indices[:200], 22, smoothing=smoothing)
    held_out = indices[150:]
    one_by_one = [-np.log(model.probabilities(held_out[:i])[held_out[i]]) for i in range(3, 150)]
    assert model.loss(held_out) == pytest.approx(np.mean(one_by_one), rel=1e-12)


def test_codes_do_not_collide_for_large_vocabularies():
    V = 6_000  # V ** 5 is just below 2 ** 63
    top = [V - 1] * 6
    model = NGram(5, top, V, k=1e-9)
    assert model.probabilities(top)[V - 1] == pytest.approx(1, abs=1e-4)
    assert model.probabilities([0] * 5) == pytest.approx(np.full(V, 1 / V))


def test_nothing_is_written_into_what_is_given():
    indices = np.array(BANANA)
    NGram(2, indices, 3).loss(indices)
    assert indices.tolist() == BANANA


# What cannot be


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ({"order": 0}, "order"),
        ({"order": 40}, "too high for 3 distinct"),
        ({"vocab_size": 0}, "vocab_size"),
        ({"k": 0}, "k must be"),
        ({"k": math.nan}, "k must be"),
        ({"smoothing": "laplace"}, "'laplace'"),
        ({"indices": [0]}, "at least 2"),
        ({"indices": []}, "at least 2"),
        ({"indices": [[0, 1], [1, 0]]}, "shape"),
        ({"indices": [0, 3, 1]}, "between 0 and 2"),
        ({"indices": [0, -1, 1]}, "between 0 and 2"),
        ({"indices": [0.0, 1.0]}, "by number"),
        ({"indices": list("banana")}, "by number"),
    ],
)
def test_what_cannot_be_counted(arguments, word):
    with pytest.raises(ValueError, match=word):
        NGram(**{"order": 2, "indices": BANANA, "vocab_size": 3, **arguments})


def test_what_cannot_be_asked():
    model = NGram(3, BANANA, 3)
    with pytest.raises(ValueError, match="needs 2 characters"):
        model.probabilities([1])
    with pytest.raises(ValueError, match="between 0 and 2"):
        model.probabilities([1, 3])
    with pytest.raises(ValueError, match="at least 3"):
        model.loss([0, 1])


# As a network's baselines


def test_each_order_of_the_verse_is_better_than_the_last():
    losses = ngram_losses(DICKINSON[:10_000], DICKINSON[10_000:], orders=(3, 1, 2))
    assert list(losses) == ["uniform", "1-gram", "2-gram", "3-gram"]
    assert losses["uniform"] == uniform(22)
    assert list(losses.values()) == sorted(losses.values(), reverse=True)


def test_all_orders_are_scored_on_the_same_characters():
    train, validation = "abcabcabcabd", "abcdabca"
    losses = ngram_losses(train, validation, orders=(1, 2, 4), k=0.2)
    numbers = {character: i for i, character in enumerate("abcd")}
    train, validation = [numbers[c] for c in train], [numbers[c] for c in validation]
    for order in (1, 2, 4):
        scored = [
            -math.log(chance(order, train, 4, validation[:i], validation[i], 0.2, "add-k"))
            for i in range(3, 8)
        ]
        assert losses[f"{order}-gram"] == pytest.approx(sum(scored) / 5, rel=1e-12)


def test_the_numbering_is_of_the_characters_of_both_texts():
    losses = ngram_losses("abab" * 20, "abzz", orders=(1,), k=1)
    assert losses["uniform"] == pytest.approx(math.log(3))
    assert losses["1-gram"] == pytest.approx(-(2 * math.log(41 / 83) + 2 * math.log(1 / 83)) / 4)
    assert ngram_losses("ab", "ba", orders=()) == {"uniform": math.log(2)}


# Nats per character on the reference of Python 3.11, 0.1 added: the last tenth holds long tables,
# so a part of it gives other figures than the whole.
WHOLE = {"uniform": 4.54, "1-gram": 3.24, "2-gram": 2.32, "3-gram": 1.73, "4-gram": 1.50}
FIRST_20_000 = {"uniform": 4.54, "1-gram": 3.32, "2-gram": 2.50, "3-gram": 1.91, "4-gram": 1.68}


@pytest.mark.parametrize(("size", "expected"), [(None, WHOLE), (20_000, FIRST_20_000)])
def test_the_losses_on_the_reference(size, expected):
    text = python_reference()
    train, validation = text[: len(text) * 9 // 10], text[len(text) * 9 // 10 :][:size]
    losses = ngram_losses(train, validation, orders=(1, 2, 3, 4))
    if sys.version_info[:2] == (3, 11):
        assert losses == pytest.approx(expected, abs=0.03)
    elif size is None:  # texts differ, and the smaller the part the more
        assert losses == pytest.approx(expected, abs=0.15)
    assert list(losses.values()) == sorted(losses.values(), reverse=True)


def test_mixing_with_lower_orders_helps_where_counts_are_few():
    text = python_reference()
    train, validation = text[: len(text) * 9 // 10], text[len(text) * 9 // 10 :]
    added, mixed, best = (ngram_losses(train, validation, smoothing=name) for name in SMOOTHINGS)
    assert added["5-gram"] > added["4-gram"]  # adding 0.1 to 94 counts drowns a few real ones
    assert mixed["5-gram"] < mixed["4-gram"] < added["4-gram"]
    assert all(best[f"{n}-gram"] < mixed[f"{n}-gram"] for n in (3, 4, 5))


def test_the_stored_race_was_against_these_tables():
    race = measured.load("race")
    assert "best.py" in race.about and {row["rate"] for row in race.rows} == {"falling", "constant"}
    python = re.search(r"Python (\d+)\.(\d+)", race.about)
    if tuple(map(int, python.groups())) != sys.version_info[:2]:
        pytest.skip("the reference is another in each Python")
    parts = reference_parts()
    for name in ("validation", "test"):
        losses = ngram_losses(parts.training, getattr(parts, name), smoothing="kneser-ney")
        for order, loss in losses.items():
            assert race.tables[name][order] == pytest.approx(loss, abs=1e-3)


@pytest.mark.parametrize("smoothing", SMOOTHINGS)
@pytest.mark.parametrize("V", [94, 600])
def test_half_a_million_characters_take_less_than_a_second(V, smoothing):
    rng = np.random.default_rng(0)
    indices = (rng.random(500_000) ** 3 * V).astype(int)
    for order in range(1, 6):
        start = time.process_time()
        NGram(order, indices, V, smoothing=smoothing)
        assert time.process_time() - start < 1
