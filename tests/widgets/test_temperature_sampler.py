"""The temperature sampler shows what the network says and what it was choosing from."""

import html
import re

import numpy as np
import pytest

from course.texts import VERSE
from course.widgets.temperature_sampler import (
    MOST,
    distribution_svg,
    distribution_words,
    entropy,
    say,
    shaded,
    surprise_words,
    temperature_sampler,
)
from driving import drive, growth
from rnn_core import RNN, Vocabulary


@pytest.fixture(scope="module")
def model():
    rnn = RNN(0, 24, 25, seed=1)
    rnn.train(VERSE * 20, 400, report=None)
    return rnn


def values(panel):
    return {name: control.value for name, control in panel.controls.items()}


def test_the_box_agrees_with_the_plain_function(model):
    panel = temperature_sampler(model, length=40)

    def agree():
        now = values(panel)
        said = say(
            model,
            now["prompt"],
            now["length"],
            now["temperature"],
            now["seed"],
            greedy=now["greedy"],
            top_k=now["top-k"],
            top_p=now["top-p"],
        )
        characters = model.vocabulary.characters
        assert distribution_words(said, characters) in panel.words.value
        assert distribution_svg(said, characters) in panel.chart.value
        assert shaded(now["prompt"], said) in panel.spoken.value
        assert surprise_words(said) in panel.surprise.value
        assert panel.message.value == ""
        assert panel.controls["temperature"].disabled == now["greedy"]

    drive(panel.controls, agree, moves=60)


@pytest.mark.parametrize(
    ("alphabet", "first"),
    [
        ("Hope", "Hope"),
        ("hope", "e"),
        ("ACGT\n", "A"),
        ("дождь ", "д"),
        ("山水", "山"),
        ("01\n", "1"),
    ],
)
def test_the_first_prompt_can_be_read(alphabet, first):
    network = RNN(len(set(alphabet)), 4, 3, seed=0)
    network.vocabulary = Vocabulary(alphabet)
    panel = temperature_sampler(network, length=10)
    assert panel.controls["prompt"].value == first and panel.message.value == ""


def test_memory_does_not_grow(model):
    assert growth(temperature_sampler(model, length=20).controls, moves=400) < 300_000


def test_the_same_seed_says_the_same_and_another_something_else(model):
    assert say(model, "Hope", 50, 1.0, 3).text == say(model, "Hope", 50, 1.0, 3).text
    assert say(model, "Hope", 50, 1.0, 3).text != say(model, "Hope", 50, 1.0, 4).text


def test_surprise_is_minus_the_log_of_the_networks_own_probability(model):
    said = say(model, "the", 8, 2.0, 1)
    h, text = np.zeros(24), "the" + said.text
    for place, character in enumerate(text[:-1]):
        hs, ps = model.forward(model.vocabulary.encode(character), h)
        h = hs[-1]
        if place >= 2:
            p = ps[0][model.vocabulary.encode(text[place + 1])[0]]
            assert said.surprises[place - 2] == pytest.approx(-np.log(p))


def test_temperature_and_greed(model):
    cold, warm = say(model, "th", 5, 0.2, 0), say(model, "th", 5, 3.0, 0)
    np.testing.assert_allclose(cold.before, warm.before)
    assert entropy(cold.after) < entropy(cold.before) < entropy(warm.after)
    greedy = say(model, "th", 30, 1.0, 0, greedy=True)
    assert greedy.text == say(model, "th", 30, 1.0, 9, greedy=True).text
    assert greedy.after.max() == pytest.approx(1.0)


def test_the_tail_is_left_out(model):
    whole = say(model, "th", 60, 2.0, 0)
    assert np.count_nonzero(say(model, "th", 5, 2.0, 0, top_k=3).after) == 3
    half = say(model, "th", 60, 2.0, 0, top_p=0.5)
    assert (half.after > 0).sum() < (whole.after > 0).sum()
    assert half.surprises.mean() < whole.surprises.mean()
    assert say(model, "th", 60, 2.0, 0, top_k=1).text == say(model, "th", 60, greedy=True).text
    assert say(model, "th", 60, 2.0, 0, top_k=22, top_p=1 - 1e-12).text == whole.text


@pytest.mark.parametrize(
    ("control", "value", "says"),
    [("prompt", "Ω", "Unknown character"), ("prompt", "", "The prompt is empty")],
)
def test_wrong_input_gets_a_sentence_in_the_box(model, control, value, says):
    panel = temperature_sampler(model)
    answer = (panel.chart, panel.surprise, panel.spoken)
    panel.controls[control].value = value
    assert says in panel.message.value
    assert all(part.layout.visibility == "hidden" for part in answer), "no answer to this"
    panel.controls[control].value = "the"
    assert panel.message.value == ""
    assert all(part.layout.visibility == "visible" for part in answer)


def test_a_huge_length_is_refused(model):
    with pytest.raises(ValueError, match=f"between 1 and {MOST}"):
        say(model, "H", 10**9)


def test_alt_text_follows_the_picture(model):
    labels = {
        re.search('aria-label="([^"]+)"', distribution_svg(say(model, "th", 5, t), "x" * 22)).group(
            1
        )
        for t in (0.2, 1.0, 4.0)
    }
    assert len(labels) == 3


def test_what_is_said_cannot_become_markup(model):
    rnn = RNN(0, 4, 3, seed=1)
    rnn.train("<b>&\"'<i>" * 5, 3, report=None)
    said = say(rnn, "<b>", 30, 5.0)
    plain = re.sub("<[^>]+>", "", shaded("<b>", said))
    assert html.unescape(plain) == "<b>" + said.text
