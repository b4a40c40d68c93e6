"""The box of lesson 3 shows what the plain functions say, at any step of any text."""

import time

import numpy as np
import pytest

from course.exercises import EXERCISES
from course.plots import one_step, same_end, unrolled
from course.plots.forward import read
from course.widgets.forward_stepper import (
    LONGEST,
    cell,
    forward_stepper,
    progress_line,
    step_svg,
    step_words,
    unrolled_svg,
)
from driving import drive, growth
from rnn_core import RNN, Vocabulary

CHARACTERS = "ehop"
forward = EXERCISES["forward"].reference


def network(V=4, H=3, seed=0):
    rnn = RNN(V, H, 5, seed=seed)
    rng = np.random.default_rng(seed)
    for array in rnn.parameters.values():
        array[...] = rng.normal(size=array.shape)
    return rnn


RNN_HOPE = network()
WEIGHTS = list(RNN_HOPE.parameters.values())


@pytest.fixture
def panel():
    return forward_stepper(forward, CHARACTERS, WEIGHTS, "hopepop")


def shows_the_plain_functions(panel, weights=WEIGHTS, characters=CHARACTERS):
    words, carry, t = (panel.controls[name].value for name in ("text", "carry", "step"))
    now = read(forward, characters, weights, words, carry=carry)
    assert panel.controls["play"].value == t
    assert panel.controls["step"].max == panel.controls["play"].max == len(words)
    assert progress_line(now, t) in panel.line.value
    assert step_words(now, characters, t) in panel.words.value
    assert unrolled_svg(now, characters, t) in panel.graph.value
    assert step_svg(now, characters, t) in panel.now.value
    assert panel.message.value == ""


def test_the_box_agrees_with_the_plain_functions(panel):
    drive(panel.controls, lambda: shows_the_plain_functions(panel))


def test_texts_are_typed_while_it_stands_anywhere(panel):
    rng = np.random.default_rng(0)
    for length in (1, LONGEST, *rng.integers(1, 30, 20).tolist()):
        panel.controls["text"].value = "".join(rng.choice(list(CHARACTERS), length))
        shows_the_plain_functions(panel)
        panel.controls["step"].value = int(rng.integers(length + 1))
        shows_the_plain_functions(panel)


def test_buttons_step_within_the_text(panel):
    panel.back.click()
    assert panel.controls["step"].value == 0
    for t in range(1, 10):
        panel.onward.click()
        assert panel.controls["step"].value == min(t, 7)
        shows_the_plain_functions(panel)
    panel.back.click()
    assert panel.controls["step"].value == 6


def test_play_moves_the_step(panel):
    panel.controls["play"].value = 3
    assert panel.controls["step"].value == 3 and "Step 3 of 7" in panel.words.value


@pytest.mark.parametrize(
    "wrong, said",
    [
        ("", "nothing to read"),
        ("hopx", "Unknown character"),
        ("Hope", "Unknown character"),
        ("h" * (LONGEST + 1), f"At most {LONGEST}"),
        ("☺", "Unknown character"),
    ],
)
def test_wrong_texts_get_a_sentence(panel, wrong, said):
    panel.controls["step"].value = 2
    before = panel.graph.value
    panel.controls["text"].value = wrong
    assert said in panel.message.value and panel.graph.value == before
    panel.controls["step"].value = 3
    assert said in panel.message.value
    panel.controls["text"].value = "pop"
    shows_the_plain_functions(panel)


@pytest.mark.parametrize(
    "broken, said",
    [
        (lambda *args: None, "NoneType"),
        (
            lambda inputs, h, *w: (np.zeros((len(inputs), 3)), np.zeros((len(inputs), 4))),
            "expected",
        ),
    ],
)
def test_a_broken_forward_gets_a_sentence(broken, said):
    assert said in forward_stepper(broken, CHARACTERS, WEIGHTS, "hop").message.value


def test_markup_in_a_text_is_shown_as_text():
    weights = list(network(5, 3).parameters.values())
    panel = forward_stepper(forward, " &<>a", weights, "<a> & <a>")
    for t in range(10):
        panel.controls["step"].value = t
        shows_the_plain_functions(panel, weights, " &<>a")
        assert "<a>" not in panel.words.value + panel.line.value + panel.graph.value


def test_memory_does_not_grow(panel):
    assert growth(panel.controls) < 300_000


def test_a_change_is_quick_with_many_units():
    rnn = network(22, 128)
    characters = Vocabulary("".join(map(chr, range(97, 119)))).characters
    panel = forward_stepper(forward, characters, rnn.parameters.values(), characters * 10)
    start = time.process_time()
    for t in range(20):
        panel.controls["step"].value = 200 + t
    assert (time.process_time() - start) / 20 < 0.15


def test_reading_is_the_networks_own():
    now = read(forward, CHARACTERS, WEIGHTS, "hopepop")
    hs, ps = RNN_HOPE.forward(Vocabulary(CHARACTERS).encode("hopepop"), np.zeros(3))
    assert np.allclose(now.hs, hs) and np.allclose(now.ps, ps)


def test_without_carrying_a_character_always_gets_the_same_state():
    now = read(forward, CHARACTERS, WEIGHTS, "hopepop", carry=False)
    for t, char in enumerate(now.text):
        first = now.text.index(char)
        assert np.array_equal(now.hs[t + 1], now.hs[first + 1])
        assert np.array_equal(now.ps[t], now.ps[first])
    graph = unrolled_svg(now, CHARACTERS, 5)
    assert "Whh" not in graph and "none handed on" in graph
    assert "with its state set to zeros first" in step_words(now, CHARACTERS, 5)
    assert not now.before(5).any() and read(forward, CHARACTERS, WEIGHTS, "hopep").before(5).any()


def test_the_graph_grows_and_then_moves_on():
    now = read(forward, CHARACTERS, WEIGHTS, "hopepop" * 3)
    boxes = [unrolled_svg(now, CHARACTERS, t).count(">hs[") for t in range(22)]
    assert boxes == [min(t + 1, 8) for t in range(22)]


def test_words_name_the_character_what_is_expected_and_what_comes():
    now = read(forward, CHARACTERS, WEIGHTS, "hop")
    assert "nothing is read yet" in step_words(now, CHARACTERS, 0)
    best = CHARACTERS[now.ps[0].argmax()]
    words = step_words(now, CHARACTERS, 1)
    assert "reads <b>h</b>" in words and f"Most expected next: <b>{best}</b>" in words
    assert f"What comes is <b>o</b>, {'as expected' if best == 'o' else 'a surprise'}" in words
    assert step_words(now, CHARACTERS, 3).endswith("Here the text ends.")


def test_cells_tell_sign_and_size_without_colour():
    assert 'fill="none"' in cell(0, 0, -0.5, 10) and 'fill="none"' not in cell(0, 0, 0.5, 10)
    assert 'width="10.0"' in cell(0, 0, 1.0, 10) and 'width="5.0"' in cell(0, 0, 0.25, 10)


def test_figures_of_the_lesson_describe_themselves():
    now = read(forward, CHARACTERS, WEIGHTS, "hopepop")
    best = " ".join(CHARACTERS[v] for v in now.ps.argmax(-1))
    assert best in unrolled("hopepop", CHARACTERS, now.hs, now.ps).alt
    assert "Why" not in unrolled("hopepop", CHARACTERS, now.hs).alt
    Wxh, Whh, _, bh, _ = WEIGHTS
    assert "one-hot x of o" in one_step("o", CHARACTERS, now.hs[1], Wxh, Whh, bh).alt
    ends = same_end(["hop", "pop"], now.hs[[3, 7]], now.ps[[2, 6]], CHARACTERS, "eh")
    assert f"at {CHARACTERS[now.ps[2].argmax()]}, {CHARACTERS[now.ps[6].argmax()]}." in ends.alt


def test_unrun_it_says_what_running_brings(panel):
    promise = "step or play through a text and watch the network read it"
    assert repr(panel) == f"Run this cell to {promise}."
