"""The box of lesson 9 shows what the plain functions say, at any setting."""

import html
import re
from itertools import pairwise

import numpy as np
import pytest

from course.features import FEATURES
from course.widgets.neuron_explorer import (
    LONGEST,
    Reader,
    coloured,
    in_words,
    neuron_explorer,
    opening,
)
from driving import drive, growth
from rnn_core import RNN

TEXT = 'He said "hope (and sing)" twice.\n    A perch, <b>&amp;</b> a tune.\n\n' * 6


@pytest.fixture(scope="module")
def model():
    rnn = RNN(0, 12, 25, seed=1)
    rnn.train(TEXT, 300, report=None)
    return rnn


def plain_states(model, words):
    """The states after each character (T, H), by the formula, one character at a time."""
    h, states = np.zeros(model.hidden_size), []
    for ix in model.vocabulary.encode(words):
        h = np.tanh(model.Wxh[:, ix] + model.Whh @ h + model.bh)
        states.append(h)
    return np.array(states)


def plain_loss(model, words, silenced=None, at=0.0):
    """Mean nats a character; the silenced unit stays at 0, or at a value, all the way."""
    h, total, indices = np.zeros(model.hidden_size), 0.0, model.vocabulary.encode(words)
    if silenced is not None:
        h[silenced] = at
    for ix, wanted in pairwise(indices):
        h = np.tanh(model.Wxh[:, ix] + model.Whh @ h + model.bh)
        if silenced is not None:
            h[silenced] = at
        scores = model.Why @ h + model.by
        total += np.log(np.exp(scores).sum()) - scores[wanted]
    return total / (len(indices) - 1)


def test_the_box_agrees_with_the_plain_functions(model):
    panel = neuron_explorer(model, TEXT)
    reader = Reader(model, TEXT)

    def agree():
        feature = panel.controls["feature"].value
        sight = reader.see(feature, panel.controls["place"].value)
        assert in_words(sight, feature, reader.costs(sight.unit)) in panel.sentence.value
        assert coloured(TEXT, sight.activation) in panel.page.value
        assert panel.message.value == ""

    drive(panel.controls, agree)


def test_memory_does_not_grow(model):
    assert growth(neuron_explorer(model, TEXT).controls) < 300_000


def test_what_it_says_of_a_unit_by_the_formulas(model):
    reader, states = Reader(model, TEXT), plain_states(model, TEXT)
    whole = plain_loss(model, TEXT)
    for feature, values in ((name, function(TEXT)) for name, function in FEATURES.items()):
        by_hand = np.array([np.corrcoef(unit, values)[0, 1] for unit in states.T])
        best = np.argsort(-np.abs(by_hand))
        for place in (1, 2, model.hidden_size):
            sight = reader.see(feature, place)
            assert abs(sight.correlation) == pytest.approx(abs(by_hand[best[place - 1]]))
            assert sight.correlation == pytest.approx(by_hand[sight.unit])
            np.testing.assert_allclose(sight.activation, states[:, sight.unit])
    for unit in range(model.hidden_size):
        at_0 = plain_loss(model, TEXT, silenced=unit) - whole
        assert reader.costs(unit)[0] == pytest.approx(at_0, abs=1e-9)


def test_held_at_its_mean_a_unit_is_silent_and_its_bias_stays(model):
    reader, states = Reader(model, TEXT), plain_states(model, TEXT)
    whole = plain_loss(model, TEXT)
    for unit in (0, 5, 11):
        mean = states[:, unit].mean()
        cost = plain_loss(model, TEXT, silenced=unit, at=mean) - whole
        assert reader.costs(unit)[1] == pytest.approx(cost, abs=1e-9)


def test_a_feature_that_the_text_lacks_ranks_no_unit_above_another(model):
    reader = Reader(model, "hope and sing")
    assert np.all(reader.correlations["inside quotes"] == 0)
    assert reader.ranked("inside quotes") == list(range(model.hidden_size))
    assert "hardly at all" in in_words(reader.see("inside quotes", 1), "inside quotes", (0.0, 0.0))


def test_the_words_change_with_the_picture_and_name_what_colour_tells(model):
    panel = neuron_explorer(model, TEXT)
    seen = set()
    for place in range(1, model.hidden_size + 1):
        panel.controls["place"].value = place
        seen.add(panel.sentence.value)
    assert len(seen) == model.hidden_size
    shades = np.array([1.0, 0.4, 0.0, -1e-9, -0.44, -1.0])
    found = re.findall(r'class="(.*?)" title="(.*?)"', coloured("abcdef", shades))
    assert found == [
        ("rnn-up-10", "+1.00"),
        ("rnn-up-4", "+0.40"),
        ("rnn-down-0", "+0.00"),
        ("rnn-down-1", "+0.00"),
        ("rnn-down-5", "−0.44"),
        ("rnn-down-10", "−1.00"),
    ]
    style = panel.children[0].value
    for strong, mark in (("up", "font-weight"), ("down", "underline")):
        rules = dict(re.findall(rf"rnn-{strong}-(\d+) {{(.*?)}}\n", style))
        assert sorted(map(int, rules)) == list(range(1, 11)), "a rule for each shade"
        assert [mark in rules[str(level)] for level in range(1, 11)] == 5 * [False] + 5 * [True]


def test_what_is_shown_cannot_become_markup(model):
    shown = coloured(TEXT, np.linspace(-1, 1, len(TEXT)))
    plain = html.unescape(re.sub("<[^>]+>", "", shown))
    assert plain == opening(TEXT).replace("\n", "↵\n") and TEXT.startswith(opening(TEXT))
    assert "<b>" not in shown


def test_no_more_is_shown_than_fits_on_a_screen():
    assert opening("a" * 2000) == "a" * 700 and opening("hope") == "hope"
    assert opening("ab\n" * 100) == "\n".join(20 * ["ab"])


@pytest.mark.parametrize(
    ("words", "says"),
    [("", "2 to"), ("h", "not 1"), ("h" * (LONGEST + 1), "2 to 20,000"), ("hope Ω", "Unknown")],
)
def test_a_wrong_text_is_refused_in_a_sentence(model, words, says):
    with pytest.raises(ValueError, match=says):
        neuron_explorer(model, words)


def test_trouble_on_the_way_is_a_sentence_in_the_box(model):
    panel = neuron_explorer(model, TEXT)
    shown, whole = panel.page.value, panel.reader.correlations
    panel.reader.correlations = {}
    panel.controls["place"].value = 3
    assert 'role="alert"' in panel.message.value and panel.page.value == shown
    panel.reader.correlations = whole
    panel.controls["place"].value = 4
    assert panel.message.value == ""


def test_unrun_it_says_what_running_brings(model):
    assert repr(neuron_explorer(model, TEXT)).startswith("Run this cell to choose a feature")
