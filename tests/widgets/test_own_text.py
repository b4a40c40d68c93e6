"""The box for a text of one's own: what it says of a text is so, and whatever is brought to it."""

import asyncio
import html
import re
from datetime import UTC, datetime

import numpy as np
import pytest

from course import survey as surveys
from course import texts
from course.survey import Survey, build, nats_per_character, plan, survey, text_warnings
from course.widgets import own_text
from course.widgets.own_text import (
    CHOICES,
    Bench,
    chosen_text,
    duration_words,
    exam_words,
    plan_words,
    survey_words,
)
from driving import drive, growth
from rnn_core import RNN, Vocabulary


@pytest.fixture(autouse=True)
def quick(monkeypatch, tmp_path):
    """An update takes two milliseconds, whatever the machine; files go into an empty folder."""
    module = __import__("course.widgets.own_text", fromlist=["seconds_per_update"])
    monkeypatch.setattr(module, "seconds_per_update", lambda *_: 0.002)
    monkeypatch.chdir(tmp_path)


def bare(widget):
    """What a reader reads of an HTML widget."""
    return html.unescape(re.sub("<[^>]*>", "", widget.value))


def message(panel):
    return bare(panel.message)


# The plain functions -----------------------------------------------------------------------


def test_survey_of_a_small_text():
    found = survey("naïve\nhope hope")
    assert (found.length, found.size, found.longest_line) == (15, 10, 9)
    assert found.counts["e"] == 3 and next(iter(found.counts)) == "e"
    assert found.foreign == "ï" and set(found.rare) == set("naïvehop \n")


def test_warnings_name_what_is_odd():
    plain = "the words of a plain text, \n" * 1000
    assert text_warnings(survey(plain)) == []
    said = " ".join(text_warnings(survey("é" + plain + "x" * 1500)))
    assert "outside ASCII (é)" in said and "fewer than 5 times (é)" in said
    assert "longest line has 1,500" in said
    assert "short" in text_warnings(survey("hope " * 10))[0]
    many = "".join(map(chr, range(0x4E00, 0x4E00 + 400))) * 30
    assert any("400 distinct" in sentence for sentence in text_warnings(survey(many)))
    assert "U+0007" in " ".join(text_warnings(survey("\x07" + plain)))


@pytest.mark.parametrize("length", [5, 23, 60, 500, 3000, 20_000, 400_000])
def test_a_plan_can_be_trained(length):
    text = (texts.DICKINSON * 40)[:length]
    made = plan(length, 16, 2)
    model = build(Vocabulary(text), made)
    batch = made.batch_size
    losses = model.train(text, min(3, made.iterations), batch_size=batch, report=None)
    assert np.isfinite(losses).all() and made.iterations >= 2
    passes = made.iterations * made.seq_length * batch / length
    assert passes <= 2 and (length < 100 or passes > 1.5)


def test_timing_a_few_updates_gives_seconds():
    made = plan(len(texts.DICKINSON), 16)
    seconds = surveys.seconds_per_update(texts.DICKINSON, Vocabulary(texts.DICKINSON), made)
    assert 0 < seconds < 2


def test_an_untrained_network_guesses_evenly():
    model = build(Vocabulary(texts.DICKINSON), plan(10_000, 16))
    assert abs(nats_per_character(model, texts.DICKINSON[:500], 4) - np.log(22)) < 0.1


@pytest.mark.parametrize(
    "seconds, said",
    [(0.2, "about 1 s"), (42, "about 42 s"), (120, "about 2 minutes"), (9000, "about 2.5 hours")],
)
def test_durations(seconds, said):
    assert duration_words(seconds) == said


# The box -----------------------------------------------------------------------------------


def test_every_setting_shows_what_the_functions_say():
    panel = own_text()
    found = {name: survey_words(survey(chosen_text(name))) for name in CHOICES}

    def agree():
        assert message(panel) == ""
        assert found[panel.choice.value] in panel.contents.value
        length = int(0.9 * len(chosen_text(panel.choice.value)))
        made = plan(length, panel.size.value, panel.passes.value)
        assert plan_words(made, 0.002 * made.iterations) in panel.estimate.value

    drive(panel.controls, agree, moves=60)


def test_memory_does_not_grow():
    assert growth(own_text().controls) < 300_000


def test_text_form_and_controls():
    panel = own_text()
    assert repr(panel).startswith("Run this cell to choose a text")
    for control in (
        *panel.controls.values(),
        panel.upload,
        panel.path,
        panel.build,
        panel.save,
        panel.load,
        panel.examine,
    ):
        assert control.description and control.tooltip


def upload(panel, name, content):
    panel.upload.value = (
        {
            "name": name,
            "type": "text/plain",
            "size": len(content),
            "content": memoryview(content),
            "last_modified": datetime.now(UTC),
        },
    )


def test_a_text_is_brought():
    panel = own_text()
    upload(panel, "poem.txt", b"\xef\xbb\xbf" + texts.VERSE.encode() * 3)
    assert panel.choice.value == "poem.txt" and message(panel) == ""
    assert "357 characters, 22 of them distinct" in bare(panel.contents)
    upload(panel, "<b>.txt", b"a tale of two cities\r\n" * 30)
    assert panel.choice.options == (*CHOICES, "<b>.txt") and "630 characters" in bare(
        panel.contents
    )
    upload(panel, CHOICES[0], b"another text of that name\n" * 30)
    assert panel.choice.value == f"{CHOICES[0]} (yours)"


def test_an_edited_text_under_its_old_name_is_looked_at_anew():
    panel = own_text("hope is the thing with feathers " * 9)
    panel.bring("that perches in the soul " * 9)
    assert "225 characters" in bare(panel.contents)
    for words in (texts.VERSE * 3, texts.VERSE * 4, texts.VERSE * 4):
        upload(panel, "notes.txt", words.encode())
        assert f"{len(words)} characters" in bare(panel.contents)
        assert panel.bench.words == words
        assert panel.upload.value == ()  # so that no copy of it lands in a saved notebook


def test_a_sentence_stays_while_other_callbacks_succeed():
    for words in ("my_text.txt", ["hope"], b"hope " * 20):
        panel = own_text(words)
        assert "too short" in message(panel) or "read_text(" in message(panel)
        assert panel.choice.value == CHOICES[0]
    panel = own_text()

    def fails():
        raise ValueError("no")

    panel.guard(lambda: (panel.guard(fails)(), panel.guard(len)("")))()
    assert message(panel) == "no"
    panel.guard(len)("")
    assert message(panel) == ""


def test_examining_holds_no_table_of_the_whole_text(monkeypatch):
    words = "".join(map(chr, range(0x4E00, 0x4E00 + 3000))) * 2
    model = build(Vocabulary(words), plan(len(words), 16))
    whole = {skip: nats_per_character(model, words[:900], skip) for skip in (1, 4, 20)}
    pieces = []
    monkeypatch.setattr(surveys, "AT_ONCE", 3000 * 7)
    for skip, loss in whole.items():
        assert np.isclose(nats_per_character(model, words[:900], skip), loss, rtol=1e-6)
    forward = model.forward

    def watched(inputs, h):
        pieces.append(len(inputs))
        return forward(inputs, h)

    monkeypatch.setattr(model, "forward", watched)
    nats_per_character(model, words[:900], 4)
    assert max(pieces) == 7 and sum(pieces) == 899


@pytest.mark.parametrize(
    "content, said",
    [
        (b"", "empty"),
        (b"   \n", "empty"),
        (b"aaaa" * 20, "one distinct"),
        (b"hope", "too short"),
        (b"%PDF-1.7", "not plain text"),
        (b"caf\xe9 " * 20, "not UTF-8"),
        (b"\xff\xfeh\0o\0", "UTF-16"),
        (b"\0\1\2" * 40, "not plain text"),
    ],
)
def test_a_bad_text_is_a_sentence(content, said):
    panel = own_text()
    before = panel.contents.value
    upload(panel, "text.txt", content)
    assert said in message(panel) and panel.choice.options == CHOICES
    assert panel.contents.value == before
    panel.passes.value = 11
    assert message(panel) == ""


def test_a_text_given_from_the_start():
    panel = own_text(texts.VERSE * 5)
    assert panel.choice.value == "your text" and "595 characters" in bare(panel.contents)
    assert "too short" in message_of_bad_start("hi you")


def message_of_bad_start(words):
    panel = own_text()
    panel.guard(panel.bring)(words)
    return message(panel)


@pytest.mark.parametrize("words", ["hopehopehopehopehopehopeho", "ab" * 15, "日本語" * 40])
def test_small_and_foreign_texts_can_be_built(words):
    panel = own_text(words)
    panel.build.click()
    assert message(panel) == "" and panel.model.vocab_size == len(set(words))
    panel.dashboard.training.advance()
    panel.examine.click()
    assert "too short for an exam" in message(panel) or "nats per character" in bare(panel.news)


def test_build_train_examine_save_load():
    panel = own_text()
    panel.size.value = 64
    panel.build.click()
    assert panel.stage.children == (panel.dashboard,) and panel.model.hidden_size == 64
    assert panel.dashboard.iterations == plan(10_710, 64, 10).iterations

    async def train():
        panel.dashboard._loop = asyncio.get_running_loop()
        panel.dashboard.start()
        while panel.dashboard.losses.size < 40:
            await asyncio.sleep(0.005)
        panel.dashboard.stop()
        while panel.dashboard.state == "training":
            await asyncio.sleep(0.005)
        await panel.dashboard._task

    asyncio.run(train())
    panel.examine.click()
    assert exam_words(panel.model, Bench(texts.DICKINSON)) in panel.news.value
    assert "below uniform" in bare(panel.news) or "-gram" in bare(panel.news)
    panel.path.value = "mine"
    panel.save.click()
    assert "Saved after" in bare(panel.news) and message(panel) == ""
    iteration, first = panel.model.iteration, panel.model
    panel.size.value = 128
    panel.load.click()
    assert panel.model is not first and panel.model.hidden_size == 64
    assert panel.model.iteration == iteration and f"{iteration:,} updates" in bare(panel.news)
    batch = panel.dashboard.training.batch_size
    bench = panel.bench
    assert np.array_equal(
        panel.model.train(bench.training, 5, batch_size=batch, report=None),
        first.train(bench.training, 5, batch_size=batch, report=None),
    )


def test_wrong_files_are_sentences(tmp_path):
    panel = own_text()
    for button in (panel.save, panel.examine):
        button.click()
        assert "no network yet" in message(panel)
    panel.load.click()
    assert "There is no file 'network.npz'" in message(panel)
    (tmp_path / "network.npz").write_bytes(b"not a network")
    panel.load.click()
    assert "damaged, or not a saved network" in message(panel)
    panel.path.value = "  "
    panel.load.click()
    assert "Give the file a name" in message(panel)
    panel.build.click()
    assert message(panel) == ""
    panel.path.value = "nowhere/at/all.npz"
    panel.save.click()
    assert "cannot be written" in message(panel)
    (tmp_path / "folder.npz").mkdir()
    panel.path.value = "folder.npz"
    panel.load.click()
    assert "cannot be read" in message(panel) or "damaged" in message(panel)


def test_a_network_for_another_alphabet_is_refused():
    RNN(5, 4, 3, seed=0).save("bare.npz")
    other = RNN(None, 4, 3, seed=0)
    other.train("hopehope", 2, report=None)
    other.save("hope.npz")
    panel = own_text()
    panel.path.value = "bare"
    panel.load.click()
    assert "without its alphabet" in message(panel)
    panel.path.value = "hope.npz"
    panel.load.click()
    assert "has not learnt" in message(panel) and panel.model is None


def test_the_reference_missing_is_a_sentence(monkeypatch):
    def missing():
        raise ModuleNotFoundError("This Python comes without its reference.")

    monkeypatch.setattr(texts, "reference_parts", missing)
    panel = own_text()
    panel.choice.value = CHOICES[1]
    assert "without its reference" in message(panel)
    panel.choice.value = CHOICES[2]
    assert message(panel) == "" and isinstance(panel.bench.survey, Survey)
