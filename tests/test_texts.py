"""The texts: what they promise, and what a learner's file may be."""

import codecs
import re
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from course import texts
from course.texts import (
    DICKINSON,
    LARGEST,
    VERSE,
    balanced_brackets,
    python_reference,
    read_text,
    recall_accuracy,
    recall_text,
    reference_parts,
)
from rnn_core import Vocabulary

STORY = "Once upon a time there was\na café on the corner.\n\n  It sold tea.\n"


def refused(path_or_bytes, *words, **settings):
    """The sentence with which a text is refused; each of words must stand in it."""
    with pytest.raises(ValueError) as caught:
        read_text(path_or_bytes, **settings)
    message = str(caught.value)
    assert type(caught.value) is ValueError
    assert "\n" not in message and message.endswith(".") and ". " not in message
    for word in words:
        assert word in message
    return message


# The verse and the reference


def test_the_verse_is_that_of_the_original_experiment():
    assert VERSE.startswith("Hope is the thing") and VERSE.endswith("stops at all. ")
    assert len(VERSE) == 119
    assert len(DICKINSON) == 11_900 and len(set(DICKINSON)) == 22
    assert DICKINSON == VERSE * 100


def test_the_reference_is_english_in_ascii():
    text = python_reference()
    assert 400_000 < len(text) < 700_000
    assert text.isascii() and 85 <= len(set(text)) <= 98
    assert text.count(" the ") > 2_000 and '"' in text and "\n    " in text and "\r" not in text


def test_the_reference_holds_every_topic_in_sorted_order():
    from pydoc_data.topics import topics

    names, text, at = sorted(topics), python_reference(), 0
    for name in names:
        topic = topics[name].encode("ascii", "replace").decode()
        assert text[at : at + len(topic)] == topic
        at += len(topic) + 1
    assert at == len(text) + 1


def test_the_reference_is_read_once():
    assert python_reference() is python_reference()


def test_a_python_without_its_reference_says_so(monkeypatch):
    monkeypatch.setitem(sys.modules, "pydoc_data.topics", None)
    with pytest.raises(ModuleNotFoundError, match=r"without its reference.*read_text"):
        python_reference.__wrapped__()


def repeated(text, read, length=50):
    """The share of a text that lies in pieces of that length which were read, words in them."""
    pieces = {read[i : i + length] for i in range(len(read) - length + 1)}
    inside = np.zeros(len(text), bool)
    for i in range(len(text) - length + 1):
        piece = text[i : i + length]
        if piece in pieces and sum(c.isalpha() for c in piece) > length / 2:
            inside[i : i + length] = True
    return inside.mean()


def test_no_part_of_the_reference_repeats_another():
    training, validation, test = reference_parts()
    assert repeated(validation, training) < 0.03
    assert repeated(test, training + validation) < 0.03
    text = python_reference()
    cut = len(text) * 9 // 10
    assert repeated(text[cut:], text[:cut]) > 0.05  # what a plain cut would do


def test_the_parts_are_whole_topics_and_eight_to_one_to_one():
    from pydoc_data.topics import topics

    parts = reference_parts()
    sizes = np.array([len(part) for part in parts])
    np.testing.assert_allclose(sizes / sizes.sum(), [0.8, 0.1, 0.1], atol=0.01)
    whole = [topic.encode("ascii", "replace").decode() for topic in topics.values()]
    for part in parts:
        inside = sum(len(topic) + 1 for topic in whole if f"\n{topic}\n" in f"\n{part}\n")
        assert inside >= len(part)
    assert not set(parts.validation + parts.test) - set(parts.training)


def test_importing_the_texts_reads_no_reference():
    code = "import sys, course.texts; print('pydoc_data.topics' in sys.modules)"
    root = Path(__file__).parents[1]
    setup = f"import sys; sys.path[:0] = [{str(root)!r}, {str(root / 'notebooks')!r}]; "
    run = subprocess.run(
        [sys.executable, "-c", setup + code], capture_output=True, encoding="utf-8"
    )
    assert run.stdout.strip() == "False", run.stderr


# A character to recall after a gap


def test_one_round_of_recall():
    text, positions = recall_text(6, 9, "cd", rng=0)
    assert text in ("c.....?c ", "d.....?d ")
    assert positions.tolist() == [7]


def test_a_gap_of_one_is_the_question_mark():
    text, positions = recall_text(1, 8, rng=0)
    assert re.fullmatch(r"([abcd])\?\1 ([abcd])\?\2 ", text)
    assert positions.tolist() == [2, 6]


@pytest.mark.parametrize("gap", [1, 2, 5, 30])
@pytest.mark.parametrize("length", [33, 100, 1_001])
def test_every_recalled_character_stands_gap_characters_after_its_first(gap, length):
    text, positions = recall_text(gap, length, "xyz", rng=3)
    assert length - (gap + 3) < len(text) <= length and len(text) % (gap + 3) == 0
    assert len(positions) == len(text) // (gap + 3)
    for p in positions:
        assert text[p] == text[p - gap - 1] and text[p] in "xyz"
        assert text[p - gap : p] == "." * (gap - 1) + "?" and text[p + 1] == " "


def test_what_waits_may_be_drawn_too():
    text, positions = recall_text(6, 9_000, "ab", rng=0, waiting="xyz")
    waiting = "".join(text[p - 6 : p - 1] for p in positions)
    assert set(waiting) == set("xyz") and set(text) == set("abxyz? ")
    assert all(text[p - 1] == "?" and text[p] == text[p - 7] for p in positions)
    dots = recall_text(6, 9_000, "ab", rng=0).text
    assert dots[::9] == text[::9]  # the same symbols, whatever waits


def test_symbols_to_recall_are_drawn_evenly_and_by_seed():
    text, positions = recall_text(2, 50_000, "abcd", rng=1)
    counts = np.unique([text[p] for p in positions], return_counts=True)[1]
    assert len(counts) == 4 and np.abs(counts / len(positions) - 0.25).max() < 0.02
    assert recall_text(2, 50_000, "abcd", rng=np.random.default_rng(1)).text == text
    assert recall_text(2, 50_000, "abcd", rng=2).text != text


def test_global_random_state_is_left_alone():
    before = np.random.get_state()[1].tolist()
    recall_text(2, 50, rng=None), balanced_brackets(50)
    assert np.random.get_state()[1].tolist() == before


def test_recall_accuracy_of_sure_networks():
    text, positions = recall_text(3, 600, "ab", rng=0)
    vocabulary = Vocabulary(text)
    indices, V = vocabulary.encode(text), len(vocabulary)
    right = np.eye(V)[indices[1:]]  # ps[p - 1] is about the character at p
    assert recall_accuracy(right, indices, positions) == 1
    always_a = np.tile(np.eye(V)[vocabulary.encode("a")], (len(text), 1))
    share = np.mean([text[p] == "a" for p in positions])
    assert recall_accuracy(always_a, indices, positions) == pytest.approx(share)
    early = np.eye(V)[indices]  # a network that says again what it has just read
    assert recall_accuracy(early, indices, positions) == 0


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ({"gap": 0}, "gap"),
        ({"symbols": "a"}, "symbols"),
        ({"symbols": "aa"}, "symbols"),
        ({"symbols": "a?"}, "symbols"),
        ({"length": 8}, "length must be 9"),
        ({"waiting": ""}, "waiting"),
        ({"waiting": ".b"}, "waiting"),
    ],
)
def test_recall_texts_that_cannot_be(arguments, word):
    with pytest.raises(ValueError, match=word):
        recall_text(**{"gap": 6, "length": 100, "symbols": "abcd", **arguments})


# Brackets


def deepest(text):
    """How many brackets are open at most; fails where one is closed by another kind."""
    kinds, waiting, deep = {"(": ")", "[": "]", "{": "}"}, [], 0
    for character in text:
        if character in kinds:
            waiting.append(kinds[character])
        else:
            assert waiting.pop() == character
        deep = max(deep, len(waiting))
    assert not waiting
    return deep


@pytest.mark.parametrize("depth", [1, 2, 5, 100])
@pytest.mark.parametrize("length", [2, 4, 50, 1_000])
def test_brackets_are_balanced(length, depth):
    for seed in range(5):
        text = balanced_brackets(length, seed, depth)
        assert len(text) == length and deepest(text) <= depth


def test_brackets_reach_their_depth_and_use_every_kind():
    text = balanced_brackets(2_000, 0, 4)
    assert deepest(text) == 4 and set(text) == set("()[]{}")
    assert set(balanced_brackets(100, 0, 4, kinds=("<>",))) == set("<>")
    assert balanced_brackets(2_000, np.random.default_rng(0), 4) == text


@pytest.mark.parametrize(
    ("length", "depth", "word"), [(0, 4, "length"), (7, 4, "even"), (8, 0, "depth")]
)
def test_brackets_that_cannot_be(length, depth, word):
    with pytest.raises(ValueError, match=word):
        balanced_brackets(length, 0, depth)


# The learner's own file


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r", "\x85", "\u2028", "\u2029"])
@pytest.mark.parametrize("mark", [b"", codecs.BOM_UTF8])
def test_any_newlines_with_or_without_a_mark(newline, mark, tmp_path):
    data = mark + STORY.replace("\n", newline).encode()
    path = tmp_path / "story.txt"
    path.write_bytes(data)
    assert read_text(path) == read_text(str(path)) == STORY
    assert read_text(data) == read_text(bytearray(data)) == read_text(memoryview(data)) == STORY


def test_newlines_of_several_styles_in_one_text():
    assert read_text(b"a\r\nb\rc\nd\r\n\r\ne\n\r" + b"z" * 26) == "a\nb\nc\nd\n\ne\n\n" + "z" * 26


def test_any_alphabet(tmp_path):
    text = "Надежда, 希望, ελπίδα, 🪶 and a tab\there\f"
    path = tmp_path / "надежда 希望.txt"
    path.write_text(text, encoding="utf-8")
    assert read_text(path) == text


def test_a_path_from_the_home_folder_and_from_here(tmp_path, monkeypatch):
    (tmp_path / "story.txt").write_text(STORY, encoding="utf-8")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert read_text("~/story.txt") == read_text("story.txt") == STORY


@pytest.mark.parametrize("data", [b"", codecs.BOM_UTF8, b" \r\n\t\n" * 20])
def test_an_empty_text_is_refused(data, tmp_path):
    refused(data, "This text is empty", "choose")
    (tmp_path / "nothing.txt").write_bytes(data)
    refused(tmp_path / "nothing.txt", "nothing.txt' is empty")


def test_one_distinct_character_is_refused():
    refused(b"a" * 1_000, "one distinct character, 'a'", "choose")
    refused("é".encode() * 3, "one distinct character, 'é'")


def test_a_short_text_is_refused():
    refused(b"Hope is the thing with fe", "too short, 25 characters", "at least 26")
    assert read_text(b"Hope is the thing with fea") == "Hope is the thing with fea"
    assert read_text(b"Hope", shortest=4) == "Hope"
    refused(STORY.encode(), "at least 500", shortest=500)


@pytest.mark.parametrize(
    "data",
    [
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + b"text " * 100,
        b"%PDF-1.7 all of it in letters" * 10,
        b"PK\x03\x04 a document of a word processor" * 10,
        b"{\\rtf1 another" * 10,
        "no mark".encode("utf-16-le") * 10,
        b"a\x01\x02b" * 30,
    ],
    ids=["picture", "pdf", "docx", "rtf", "utf-16 without mark", "control characters"],
)
def test_what_is_not_text_is_refused(data):
    refused(data, "This text is not plain text", "export")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_utf_16_is_refused_by_name(encoding):
    refused(STORY.encode(encoding), "is UTF-16", "save it as UTF-8")


@pytest.mark.parametrize("newline", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize("mark", [b"", codecs.BOM_UTF8])
def test_an_undecodable_byte_is_shown_with_its_place(newline, mark):
    before = mark + b"Once upon a time" + newline + b"there was" + newline + b"a caf"
    data = before + "é on the corner".encode("latin-1")
    refused(data, f"byte {len(before) + 1}, on line 3, is 0xE9", "save it as UTF-8")


def test_a_character_cut_in_half_at_the_end():
    refused(STORY.encode() + "é".encode()[:1], "is 0xC3")


def test_no_file_or_a_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    refused("tale.txt", "no file 'tale.txt'", "its whole path")
    refused(tmp_path / "no folder" / "tale.txt", "no file")
    refused(tmp_path, "is a folder", "one text file")


def test_the_text_itself_in_place_of_a_path():
    refused(STORY * 200, "give the path", "...")
    refused("a\0b", "give the path")


def test_a_file_that_may_not_be_opened(tmp_path, monkeypatch):
    def forbidden(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(texts, "open", forbidden, raising=False)
    refused(tmp_path / "secret.txt", "cannot be read (Permission denied)")


def test_a_large_file_is_refused(tmp_path):
    path = tmp_path / "large.txt"
    path.write_bytes(b"ab" * (LARGEST // 2))
    assert len(read_text(path)) == LARGEST
    path.write_bytes(b"ab" * (LARGEST // 2) + b"a")
    refused(path, "large.txt' is larger than 10 MB", "save a part")
    refused(path.read_bytes(), "larger than 10 MB")


def test_ten_megabytes_are_read_and_encoded_in_about_a_second():
    data = (STORY.replace("\n", "\r\n") * (LARGEST // 70)).encode()[:LARGEST]
    assert len(data) > 0.95 * LARGEST
    start = time.process_time()
    text = read_text(data)
    Vocabulary(text).encode(text)
    assert time.process_time() - start < 3  # a third of that on a machine with nothing else to do


@pytest.mark.parametrize("path", ["C:\new\text.txt", "a\folder\table.csv"])
def test_a_path_whose_backslashes_were_read_as_signs_gets_a_hint(path):
    with pytest.raises(ValueError, match="with / in place of a backslash"):
        read_text(path)
    with pytest.raises(ValueError, match="give its whole path\\."):
        read_text(path.translate({ord(sign): "x" for sign in "\a\b\f\n\r\t\v"}))
