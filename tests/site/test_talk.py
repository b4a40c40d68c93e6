"""The network on the front page computes what rnn_core computes, and everyone can reach it."""

import base64
import json
import re

import numpy as np
import pytest

from course.texts import DICKINSON, VERSE
from reading import ROOT
from rnn_core import RNN, Vocabulary, cross_entropy

STATIC = ROOT / ".site" / "static"


@pytest.fixture(scope="module")
def network():
    """The network of verse.js in rnn_core."""
    stored = json.loads(
        re.search(r"const VERSE = (.*);", (STATIC / "verse.js").read_text("utf-8"))[1]
    )
    characters, H = stored["characters"], stored["hidden"]
    rnn = RNN(len(characters), H, 25)
    rnn.vocabulary = Vocabulary(characters)
    whole, at = np.frombuffer(base64.b64decode(stored["weights"]), "<i2"), 0
    for name, array in rnn.parameters.items():
        part = whole[at : at + array.size].reshape(array.shape)
        rnn.parameters[name] = part * stored["scales"][name]
        at += array.size
    assert at == len(whole)
    return rnn


def test_the_files_are_small_and_plain():
    assert (STATIC / "verse.js").stat().st_size < 28_000
    lines = (STATIC / "talk.js").read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 120 and max(map(len, lines)) <= 120
    assert (ROOT / "notebooks" / "images" / "recital.gif").stat().st_size < 400_000


def test_it_has_learned_the_verse(network):
    indices = network.vocabulary.encode(VERSE * 2)
    _, ps = network.forward(indices[:-1], np.zeros(network.hidden_size))
    assert cross_entropy(ps, indices[1:]) / len(ps) < 0.1


def test_its_probabilities_are_rnn_cores(network, sheet):
    shuffled = "".join(np.random.default_rng(0).permutation(list(VERSE * 6)))
    text = DICKINSON[:400] + shuffled[:600]  # what it knows, and what it has never met
    page = sheet().open("index.html")
    here = page.evaluate(
        """text => { let h = network.start();
        return [...text].map(c => { const now = network.step(h, network.characters.indexOf(c));
          h = now.h; return [0.5, 1, 2].map(t => [...network.softmax(now.scores, t)]); }); }""",
        text,
    )
    _, ps = network.forward(network.vocabulary.encode(text), np.zeros(network.hidden_size))
    assert len(here) == len(ps) == 1000
    here = np.array(here)
    assert np.abs(here[:, 1] - ps).max() < 1e-5
    for place, temperature in ((0, 0.5), (2, 2.0)):
        heated = ps ** (1 / temperature)
        heated /= heated.sum(axis=-1, keepdims=True)
        assert np.abs(here[:, place] - heated).max() < 1e-5


def test_the_keyboard_reaches_everything_and_words_say_what_colour_says(sheet):
    one = sheet()
    page = one.open("index.html")
    page.focus("[data-part=prompt]")
    page.keyboard.press("Control+A")
    page.keyboard.type("And sings")
    page.keyboard.press("Tab")
    for _ in range(60):
        page.keyboard.press("ArrowRight")
    assert page.text_content("[data-part=said]") == "3.00"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Let it speak"
    page.keyboard.press("Enter")
    shown, heard = page.text_content("[data-part=shown]"), page.text_content("[data-part=heard]")
    assert shown.startswith("And sings") and len(shown) == len("And sings") + 240
    assert heard == f"It said: {shown}. "
    words = page.text_content("[data-part=words]")
    surprises = [
        float(title.split()[1])
        for title in page.eval_on_selector_all(
            "[data-part=shown] span", "spans => spans.map(span => span.title)"
        )
    ]
    mean = float(re.match(r"Mean surprise ([\d.]+) nats", words)[1])
    assert mean == pytest.approx(np.mean(surprises), abs=0.011) and "more than 1 nat" in words
    assert page.locator(".talk").get_by_role("status").count() == 1
    for label in ("Begin with", "Temperature"):
        assert page.get_by_label(label).count() == 1
    assert one.troubles == []


def test_what_it_has_never_seen(sheet):
    page = sheet().open("index.html")
    for prompt, words in (("Hope?", "It has never seen “?”"), ("", "Begin with some of these")):
        page.fill("[data-part=prompt]", prompt)
        page.click(".talk button")
        assert words in page.text_content("[data-part=words]")


def test_cold_it_recites(sheet):
    page = sheet().open("index.html")
    page.fill("[data-part=prompt]", "Hope is the thing with ")
    page.evaluate("document.querySelector('[data-part=heat]').value = 0.1")
    page.click(".talk button")
    assert page.text_content("[data-part=shown]").startswith(VERSE + VERSE[:60])
