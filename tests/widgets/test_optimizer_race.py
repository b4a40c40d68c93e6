"""The box of lesson 6 shows what the plain function says, at any setting."""

import time

import numpy as np
import pytest

from course.exercises.optimisers import adagrad_update, sgd_update
from course.plots import descend, verse_losses
from course.widgets.optimizer_race import RATES, charts, in_words, optimizer_race, race, verdict
from driving import drive, growth
from rnn_core import FastRNN


def settings(panel):
    return [panel.controls[name].value for name in ("sgd", "adagrad", "steps", "steepness")]


def test_the_box_agrees_with_the_plain_function():
    panel = optimizer_race()

    def agree():
        found = race(*settings(panel))
        assert in_words(found) in panel.words.value
        assert charts(found)[0] in panel.valley.value
        assert charts(found)[1] in panel.curves.value
        assert panel.message.value == ""
        assert "nan" not in panel.valley.value + panel.curves.value + panel.words.value

    drive(panel.controls, agree)


def test_memory_does_not_grow():
    assert growth(optimizer_race().controls) < 300_000


def test_a_change_is_answered_quickly():
    panel, spent = optimizer_race(), []
    for rate in RATES:
        verse_losses.cache_clear()
        start = time.process_time()
        panel.controls["sgd"].value = rate
        spent.append(time.process_time() - start)
    assert np.median(spent) < 0.15


@pytest.mark.parametrize("name", ["SGD", "Adagrad"])
def test_the_valley_is_walked_by_the_rules_of_the_exercises(name):
    weights, memory = np.array([-1.0, 1.0]), np.zeros(2)
    for place in descend(name, 0.03, steps=20, steepness=40.0):
        assert place == pytest.approx(weights)
        grad = np.array([1.0, 40.0]) * weights
        if name == "SGD":
            sgd_update(weights, grad, 0.03)
        else:
            adagrad_update(weights, grad, memory, 0.03)


def test_on_the_verse_adagrad_is_that_of_the_network():
    from course.texts import DICKINSON

    rnn = FastRNN(0, 16, 25, learning_rate=0.1, seed=1)
    assert verse_losses("Adagrad", 0.1, 50) == pytest.approx(
        rnn.train(DICKINSON, 50, report=None), rel=1e-6
    )


def test_words_for_each_fate():
    assert "flown out" in verdict(descend("SGD", 0.06))
    assert "flown out" in verdict(descend("SGD", 1.0, steps=80, steepness=200.0))
    assert "to go" in verdict(descend("SGD", 0.02))
    assert "still swings" in verdict(descend("SGD", 0.0499))
    assert "at the bottom" in verdict(descend("Adagrad", 0.5))


def test_adagrad_does_not_mind_the_steepness():
    assert descend("Adagrad", 0.3, 40, 4.0) == pytest.approx(descend("Adagrad", 0.3, 40, 200.0))


def test_a_wrong_setting_is_a_sentence_in_the_box():
    panel = optimizer_race()
    panel.controls["steps"].max = 10**6
    panel.guard(lambda: race("fast", 0.1, 40, 40))()
    assert 'role="alert"' in panel.message.value
    panel.controls["steps"].value = 3
    assert panel.message.value == ""


def test_unrun_it_says_what_running_brings():
    assert repr(optimizer_race()).startswith("Run this cell to race SGD against Adagrad")
