"""Laws of texts and n-grams, tried on many."""

import math

import numpy as np
import pytest

from course.baselines import NGram, ngram_losses
from course.texts import balanced_brackets, read_text, recall_text
from tools import need

hypothesis = need("hypothesis")
from hypothesis import given  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

SMOOTHING = st.sampled_from(["add-k", "interpolated"])
NUMBERS = st.lists(st.integers(0, 6), min_size=5, max_size=60)
LETTERS = st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\u2028\u2029\ufeff")


@given(
    NUMBERS,
    st.integers(1, 5),
    st.lists(st.integers(0, 6), min_size=4, max_size=8),
    SMOOTHING,
    st.floats(1e-3, 10),
)
def test_chances_sum_to_one_after_any_context(train, order, context, smoothing, k):
    p = NGram(order, train, 7, k=k, smoothing=smoothing).probabilities(context)
    assert p.min() > 0 and p.sum() == pytest.approx(1, abs=1e-12)


@given(NUMBERS, NUMBERS, st.permutations(range(7)), SMOOTHING)
def test_another_numbering_gives_the_same_loss(train, text, numbering, smoothing):
    def loss(train, text):
        return NGram(3, train, 7, smoothing=smoothing).loss(text)

    renamed = np.array(numbering)[train], np.array(numbering)[text]
    assert loss(*renamed) == pytest.approx(loss(train, text), rel=1e-12)


@given(NUMBERS, NUMBERS)
def test_much_added_forgets_the_counts(train, text):
    assert NGram(2, train, 7, k=1e12).loss(text) == pytest.approx(math.log(7), abs=1e-9)


@given(
    st.text("abé 希", min_size=6, max_size=80), st.text("abc", min_size=6, max_size=80), SMOOTHING
)
def test_every_rung_is_a_finite_loss(train, validation, smoothing):
    assert all(
        0 <= loss < math.inf
        for loss in ngram_losses(train, validation, smoothing=smoothing).values()
    )


@given(
    st.lists(st.text(LETTERS, max_size=30), min_size=1, max_size=6),
    st.sampled_from(["\n", "\r\n", "\r", "\x85", "\u2028"]),
    st.booleans(),
)
def test_any_lines_with_any_newlines_come_back(lines, newline, mark):
    data = newline.join(["The first line", *lines, "The last line"]).encode("utf-8")
    text = read_text(b"\xef\xbb\xbf" * mark + data)
    assert text == "\n".join(["The first line", *lines, "The last line"])


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_in_a_sentence(data):
    try:
        text = read_text(data)
    except ValueError as error:
        assert type(error) is ValueError and str(error).endswith(".") and "\n" not in str(error)
    else:
        assert len(text) >= 26 and len(set(text)) > 1 and "\r" not in text


@given(st.integers(1, 40), st.integers(43, 500), st.integers(0, 2**32))
def test_what_is_recalled_stood_before_the_gap(gap, length, seed):
    text, positions = recall_text(gap, length, rng=seed)
    assert len(text) == len(positions) * (gap + 3) <= length
    assert all(text[p] == text[p - gap - 1] and text[p - 1] == "?" for p in positions)


@given(st.integers(1, 150), st.integers(1, 10), st.integers(0, 2**32))
def test_brackets_always_cancel_out(half, depth, seed):
    text, deep = balanced_brackets(2 * half, seed, depth), 0
    assert len(text) == 2 * half
    while text:
        shorter = text.replace("()", "").replace("[]", "").replace("{}", "")
        assert shorter != text
        text, deep = shorter, deep + 1
    assert deep <= depth
