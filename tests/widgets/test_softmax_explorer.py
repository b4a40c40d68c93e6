"""The box of lesson 2 shows what the plain functions say, at any setting."""

import html
import re

import numpy as np
import pytest

import rnn_core
from course.plots.probabilities import setting
from course.widgets.softmax_explorer import (
    bars,
    entropy_words,
    naive_words,
    number,
    softmax_explorer,
)
from driving import drive, growth


def moving(panel):
    return {name: control for name, control in panel.controls.items() if name != "reset"}


def now(panel, softmax=rnn_core.softmax):
    *scores, shift, temperature = [control.value for control in moving(panel).values()]
    return setting(scores, shift, temperature, softmax)


def test_the_box_agrees_with_the_plain_function():
    panel = softmax_explorer()

    def agree():
        found = now(panel)
        assert bars("Largest taken away first", "ehop", found.probabilities) in panel.charts.value
        assert bars("Naive: exp straight away", "ehop", found.naive, hollow=True) in (
            panel.charts.value
        )
        assert entropy_words(found, "ehop") in panel.words.value
        assert naive_words(found) in panel.naive_said.value
        assert panel.message.value == ""

    drive(moving(panel), agree)


def test_memory_does_not_grow():
    assert growth(moving(softmax_explorer())) < 300_000


def test_the_shift_changes_nothing_but_the_naive_version():
    for shift in range(-1000, 1001, 50):
        found = setting([1.0, -1.0, 2.0, 0.0], shift)
        assert found.probabilities == pytest.approx([0.2369, 0.0321, 0.6439, 0.0871], abs=1e-4)
        assert np.isnan(found.naive).any() == (abs(shift) >= 710 or shift <= -745)


@pytest.mark.parametrize(
    ("scores", "shift", "words"),
    [
        ([1.0, -1.0], 0, "the same"),
        ([1.0, -1.0], 1000, "exp(1,001) is too large"),
        ([1.0, -1.0], -1000, "exp(−999) rounds to 0"),
        ([4.6, 4.6], 705, "their sum is inf"),
        ([0.0, -0.4], -745, "off by"),
    ],
)
def test_words_for_each_fate_of_the_naive_version(scores, shift, words):
    assert words in naive_words(setting(scores, shift))


@pytest.mark.parametrize(
    ("scores", "words"),
    [
        ([0.0, 0.0, 0.0, 0.0], "close to an even guess: as unsure as among 4.0 characters"),
        ([0.0, 0.0, -900.0, -900.0], "as unsure as among 2.0 characters"),
        ([0.0, 900.0, 0.0, 0.0], "almost certain: as unsure as among 1.0 characters"),
    ],
)
def test_entropy_in_words(scores, words):
    assert words in entropy_words(setting(scores), "ehop")


def test_the_pictures_say_what_they_show():
    panel = softmax_explorer()
    before = re.findall('aria-label="(.*?)"', panel.charts.value)
    panel.controls["shift"].value = 1000
    after = re.findall('aria-label="(.*?)"', panel.charts.value)
    assert len(before) == len(after) == 2
    assert before[0] == after[0] and "o 0.64" in before[0]
    assert "o 0.64" in before[1] and "o nan" in after[1]


def test_back_to_the_start_moves_every_slider_and_draws_once():
    panel, drawn = softmax_explorer(), []
    start, charts = [control.value for control in moving(panel).values()], panel.charts.value
    for control in moving(panel).values():
        control.value = control.max if hasattr(control, "step") and control.max > 5 else 3.0
    assert panel.charts.value != charts
    panel.charts.observe(lambda change: drawn.append(change), "value")
    panel.controls["reset"].click()
    assert [control.value for control in moving(panel).values()] == start
    assert panel.charts.value == charts and len(drawn) == 1


def test_a_learners_own_softmax_is_shown_and_its_errors_too():
    def fragile(scores):
        if scores.max() > 5:
            raise ValueError("too <hot>")
        return rnn_core.softmax(scores)

    panel = softmax_explorer(fragile)
    assert panel.message.value == ""
    panel.controls["score e"].value = 6.0
    assert html.escape("too <hot>") in panel.message.value
    panel.controls["score e"].value = 0.0
    assert panel.message.value == ""
    for wrong in (lambda scores: scores.sum(), lambda scores: None, lambda scores: "abc"):
        panel = softmax_explorer(wrong)
        assert "rnn-error" in panel.message.value
    assert "not all" in softmax_explorer(lambda s: s * np.nan).words.value.lower()


def test_a_learners_softmax_that_writes_into_its_argument_spoils_nothing():
    def writes(scores):
        scores -= scores.max()
        return np.exp(scores) / np.exp(scores).sum()

    found = setting([1.0, 2.0], 700, softmax=writes)
    assert list(found.exponents) == [701, 702]


@pytest.mark.parametrize(("characters", "scores"), [("", ()), ("abc", (1.0, 2.0))])
def test_characters_and_scores_must_fit(characters, scores):
    with pytest.raises(ValueError, match="a score to each character"):
        softmax_explorer(characters=characters, scores=scores)


def test_other_alphabets_and_a_single_character():
    panel = softmax_explorer(characters=" <", scores=(0.0, 1.0))
    assert "␣" in panel.charts.value and "&lt;" in panel.charts.value
    assert "<<" not in panel.words.value
    assert "almost certain" in softmax_explorer(characters="a", scores=(3.0,)).words.value


def test_text_form_and_numbers():
    assert repr(softmax_explorer()).startswith("Run this cell to move the scores")
    assert [number(x) for x in (0.5, np.nan, np.inf)] == ["0.50", "nan", "inf"]


def test_a_temperature_of_zero_is_refused():
    with pytest.raises(ValueError, match="above 0"):
        setting([1.0], 0, 0.0)
