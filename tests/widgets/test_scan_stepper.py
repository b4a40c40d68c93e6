"""The box of lesson 14 shows what the plain functions say, and they do what the exercise does."""

import re

import numpy as np
import pytest

from course.exercises import EXERCISES
from course.widgets.scan_stepper import chart, directed, gathered, in_words, rounds, scan_stepper
from driving import drive, growth

scan, back = (EXERCISES[name].reference for name in ("linear_scan", "linear_scan_backward"))


@pytest.mark.parametrize("steps", [2, 3, 8, 11])
def test_the_last_round_is_the_loop_and_its_way_back(steps):
    rng = np.random.default_rng(steps)
    a, b = rng.random(steps), rng.normal(size=steps)
    assert np.allclose(rounds(a, b)[-1][1], scan(a, b), atol=1e-14)
    assert len(rounds(a, b)) == 1 + np.ceil(np.log2(steps))
    assert np.allclose(directed(a, b, "back")[-1][1], back(b, a, b)[1], atol=1e-14)


@pytest.mark.parametrize("way", ["there", "back"])
def test_an_entry_holds_the_steps_that_it_is_said_to_hold(way):
    """A change of any other step leaves it as it is, and a change of one of those does not."""
    rng = np.random.default_rng(0)
    a, b = rng.uniform(0.2, 0.9, 8), rng.normal(size=8)
    for number in range(4):
        for place in range(8):
            first, last = gathered(place, number, way, 8)
            now = directed(a, b, way)[number][1][place]
            for step in range(8):
                changed = b + (np.arange(8) == step)
                moved = directed(a, changed, way)[number][1][place] != now
                assert moved == (first <= step <= last)


def test_the_box_agrees_with_the_plain_functions():
    a, b = np.linspace(0.2, 0.9, 5), np.array([1.0, -1.0, 0.5, 0.0, 2.0])
    panel = scan_stepper("hopes", a, b)

    def agree():
        number, place, way = (panel.controls[name].value for name in ("number", "place", "way"))
        assert in_words("hopes", a, b, number, place - 1, way) in panel.words.value
        assert chart("hopes", a, b, number, place - 1, way) in panel.drawing.value
        assert panel.message.value == ""

    drive(panel.controls, agree)


def test_its_words():
    a, b = np.full(4, 0.5), np.array([4.0, 2.0, 0.0, 1.0])
    assert "step 3, “p”, has gathered <b>step 3 alone</b>" in in_words("hope", a, b, 0, 2, "there")
    assert "<b>steps 2 to 3</b>. Its state so far is h = 1.00" in in_words(
        "hope", a, b, 1, 2, "there"
    )
    assert "in the end it is 2.00" in in_words("hope", a, b, 1, 2, "there")
    assert "that is its value" in in_words("hope", a, b, 2, 2, "there")
    assert "<b>steps 3 to 4</b>. Its blame so far is dh = 0.50" in in_words(
        "hope", a, b, 1, 2, "back"
    )


def test_lines_lead_from_what_went_in():
    svg = chart("hopehope", np.ones(8), np.ones(8), 3, 7, "there")
    assert len(re.findall("<line", svg)) == 1 + 2 + 4
    assert "8.00" in svg


def test_memory_does_not_grow():
    assert growth(scan_stepper().controls) < 300_000


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="same length"):
        scan_stepper("hope", np.ones(3))


def test_unrun_it_says_what_running_brings():
    assert repr(scan_stepper()).startswith("Run this cell to go through the rounds of a scan")
