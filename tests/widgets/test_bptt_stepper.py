"""The box of lesson 4 shows what the plain function says, and that is what rnn_core computes."""

import html
import re

import numpy as np
import pytest

import rnn_core
from course.texts import VERSE
from course.widgets.bptt_stepper import (
    LONGEST,
    bptt_stepper,
    character_strip,
    length_chart,
    numbers,
    share_bars,
    trace,
    words,
)
from driving import drive, growth

TEXTS = (VERSE[:26], "Hope", "the", VERSE[:LONGEST], "all. And sings")


@pytest.fixture
def rnn():
    return network(len(set(VERSE)), 12, "".join(sorted(set(VERSE))))


def network(V, H, characters):
    rnn = rnn_core.RNN(V, H, 25, seed=0)
    for array in rnn.parameters.values():
        array *= 40
    rnn.vocabulary = rnn_core.Vocabulary(characters)
    return rnn


def now(panel, rnn):
    controls = panel.controls
    blame = trace(
        rnn.parameters,
        rnn.vocabulary.characters,
        controls["text"].value,
        only_last=controls["blamed"].value,
    )
    return blame, len(blame.das) - 1 - controls["back"].value


def agrees(panel, rnn):
    blame, t = now(panel, rnn)
    assert html.escape(words(blame, t)) in panel.said.value
    assert character_strip(blame, t) in panel.drawn.value
    assert share_bars(blame, t) in panel.bars.value
    assert length_chart(blame, t) in panel.chart.value
    assert numbers(blame, t) in panel.table.value
    assert panel.controls["back"].max == len(blame.das) - 1
    assert panel.message.value == ""


# The plain function ------------------------------------------------------------------------


def test_the_blame_is_that_of_the_network(rnn):
    blame = trace(rnn.parameters, rnn.vocabulary.characters, "Hope is the")
    indices = rnn.vocabulary.encode("Hope is the")
    hs, ps = rnn.forward(indices[:-1], np.zeros(12))
    exact = rnn.backward(indices[:-1], indices[1:], hs, ps)
    assert blame.das.sum(axis=0) == pytest.approx(exact["bh"])
    assert blame.das.T @ blame.hs[:-1] == pytest.approx(exact["Whh"])
    assert blame.dhs * blame.slopes == pytest.approx(blame.das)
    assert blame.from_later[:-1] == pytest.approx(blame.handed[1:])
    assert not blame.from_later[-1].any()


def test_the_length_of_dh_is_its_slope(rnn):
    """|dh| at step t is how fast the loss of the rest changes with the state after step t."""
    text = "sings the"
    blame = trace(rnn.parameters, rnn.vocabulary.characters, text)
    indices = rnn.vocabulary.encode(text)
    for t in (2, 6):

        def rest(h, t=t):
            p = rnn_core.softmax(rnn.Why @ h + rnn.by)[indices[t + 1]]
            _, ps = rnn.forward(indices[t + 1 : -1], h)
            return rnn_core.cross_entropy(ps, indices[t + 2 :]) - np.log(p)

        slopes = rnn_core.numerical_gradient(rest, blame.hs[t + 1].copy())
        assert slopes == pytest.approx(blame.dhs[t], rel=1e-5, abs=1e-7)


def test_only_the_last_prediction(rnn):
    blame = trace(rnn.parameters, rnn.vocabulary.characters, "sings", only_last=True)
    assert not blame.from_output[:-1].any() and blame.from_output[-1].any()
    assert np.array_equal(blame.dhs[:-1], blame.from_later[:-1])


def test_shares_add_up_to_one_and_the_first_is_zero(rnn):
    shares = trace(rnn.parameters, rnn.vocabulary.characters, VERSE[:30]).shares
    assert shares.sum() == pytest.approx(1) and shares[0] == 0 and (shares >= 0).all()


def test_weights_of_zero_have_no_blame_and_no_trouble():
    flat = {name: array * 0 for name, array in network(4, 3, "ehop").parameters.items()}
    blame = trace(flat, "ehop", "hope")
    for t in range(3):
        assert "its own prediction 0" in words(blame, t) and "nan" not in words(blame, t)
        assert "nan" not in character_strip(blame, t) + share_bars(blame, t) + length_chart(
            blame, t
        )


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "3 to 33 characters, not 0"),
        ("ho", "3 to 33 characters, not 2"),
        ("hope" * 100, "3 to 33 characters, not 400"),
        ("hoop!", "Unknown character '!' at position 4"),
    ],
)
def test_a_text_that_cannot_be_read(text, sentence):
    rnn = network(4, 3, "ehop")
    with pytest.raises(ValueError, match=re.escape(sentence)):
        trace(rnn.parameters, "ehop", text)
    panel = bptt_stepper(rnn, "hope")
    shown = panel.drawn.value
    panel.controls["text"].value = text
    assert html.escape(sentence) in panel.message.value
    panel.controls["back"].value = 1
    assert html.escape(sentence) in panel.message.value and panel.drawn.value == shown
    panel.controls["text"].value = "hope"
    agrees(panel, rnn)


@pytest.mark.parametrize(
    ("change", "characters", "sentence"),
    [
        ({}, "ehopq", "made for 4 characters, not for 5"),
        ({}, "hope", "sorted order"),
        ({"by": None}, "ehop", "lack by"),
        ({"Whh": np.zeros((2, 2))}, "ehop", "Whh has shape"),
    ],
)
def test_weights_that_do_not_fit(change, characters, sentence):
    weights = {**network(4, 3, "ehop").parameters, **change}
    weights = {name: array for name, array in weights.items() if array is not None}
    panel = bptt_stepper(weights, "hope", characters)
    assert sentence in panel.message.value


# The box -----------------------------------------------------------------------------------


def test_the_box_agrees_with_the_plain_function(rnn):
    panel = bptt_stepper(rnn, TEXTS[0])
    for text in TEXTS:
        panel.controls["text"].value = text
        agrees(panel, rnn)
        moved = {name: panel.controls[name] for name in ("back", "blamed")}
        drive(moved, lambda: agrees(panel, rnn), moves=20)


def test_steps_by_button(rnn):
    panel = bptt_stepper(rnn, "Hope is")
    assert panel.buttons["again"].disabled
    for distance in range(1, 6):
        panel.buttons["step"].click()
        assert panel.controls["back"].value == distance
        agrees(panel, rnn)
    assert panel.buttons["step"].disabled and "Step 0" in panel.said.value
    panel.buttons["step"].click()
    assert panel.controls["back"].value == 5
    panel.buttons["again"].click()
    assert panel.controls["back"].value == 0 and "the last one" in panel.said.value


def test_a_shorter_text_draws_the_slider_in(rnn):
    panel = bptt_stepper(rnn, VERSE[:26])
    panel.controls["back"].value = 24
    panel.controls["text"].value = "And"
    assert panel.controls["back"].value == panel.controls["back"].max == 1
    agrees(panel, rnn)


def test_own_weights_are_read_as_they_are_now():
    weights = dict(network(4, 3, "ehop").parameters)
    panel = bptt_stepper(weights, "hope", "ehop")
    before = panel.said.value
    weights["Why"] *= 0.5
    panel.controls["back"].value = 1
    panel.controls["back"].value = 0
    assert panel.said.value != before and panel.message.value == ""


def test_numbers_are_shown_for_few_units_only(rnn):
    assert numbers(trace(rnn.parameters, rnn.vocabulary.characters, "Hope"), 0) == ""
    small = network(4, 3, "ehop")
    table = numbers(trace(small.parameters, "ehop", "hope"), 1)
    assert table.count("<tr>") == 4 and "handed back" in table


def test_the_pictures_say_what_they_show(rnn):
    panel = bptt_stepper(rnn, "Hope is")
    seen = set()
    for distance in range(6):
        panel.controls["back"].value = distance
        seen.add(
            tuple(
                re.findall('aria-label="(.*?)"', box.value)[0]
                for box in (panel.drawn, panel.bars, panel.chart)
            )
        )
    assert len(seen) == 6
    assert all("nan" not in label for labels in seen for label in labels)


def test_memory_does_not_grow(rnn):
    controls = bptt_stepper(rnn, "Hope").controls
    assert growth({name: controls[name] for name in ("back", "blamed")}) < 300_000


def test_text_form():
    panel = bptt_stepper(network(4, 3, "ehop"), "hope")
    assert repr(panel).startswith("Run this cell to step back through time")
