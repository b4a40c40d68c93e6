"""Any bytes as the learner's own text: read to the letter, or refused in one sentence."""

import io
import time

import pytest
from fuzzing import TRIED, fuzz, is_one_sentence
from hypothesis import strategies as st

from course.texts import read_text
from rnn_core import Vocabulary

CODECS = [
    "utf-8",
    "utf-8-sig",
    "utf-16",
    "utf-16-le",
    "utf-32",
    "latin-1",
    "cp1252",
    "shift_jis",
    "gb18030",
    "utf-7",
]
NEWLINES = ["\n", "\r\n", "\r", "\n\r", "\x85", "\u2028", "\u2029", "\x0b", "\f", ""]
HEADS = [
    b"",
    b"",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\xfe\xff",
    b"%PDF-1.7",
    b"PK\x03\x04",
    b"{\\rtf1",
    b"\x1f\x8b",
    b"\x89PNG\r\n\x1a\n",
    b"\x00",
    b"\xef\xbb",
    b"\xff\xfe\x00\x00",
]


def try_bytes(data, kind, path=None):
    """Read bytes as a text, from a file if a path is given."""
    if path:
        path.write_bytes(data)
    start = time.perf_counter()
    try:
        text = read_text(path or data)
    except ValueError as error:
        assert type(error) is ValueError and is_one_sentence(str(error)), error
        TRIED[f"{kind}: refused"] += 1
        return
    finally:
        assert time.perf_counter() - start < 2
    TRIED[f"{kind}: read"] += 1
    plain = io.StringIO(data.decode("utf-8-sig"), newline=None).read()
    for newline in "\x85\u2028\u2029":
        plain = plain.replace(newline, "\n")
    assert text == plain, "not what Python's own reading gives"
    assert len(text) >= 26 and len(set(text)) > 1
    if len(text) < 100_000:
        vocabulary = Vocabulary(text)
        assert vocabulary.decode(vocabulary.encode(text)) == text


@fuzz(26_000, head=st.sampled_from(HEADS), data=st.binary(max_size=400))
def test_fuzz_bytes(head, data):
    try_bytes(head + data, "bytes as a text")


@fuzz(
    24_000,
    lines=st.lists(st.text(max_size=30), min_size=1, max_size=6),
    newlines=st.lists(st.sampled_from(NEWLINES), min_size=1, max_size=3),
    codec=st.sampled_from(CODECS),
    times=st.sampled_from([1, 1, 2, 30]),
)
def test_fuzz_texts(lines, newlines, codec, times):
    text = "".join(line + newlines[i % len(newlines)] for i, line in enumerate(lines)) * times
    try_bytes(text.encode(codec, "replace"), "text")


@fuzz(
    6_000,
    words=st.text(min_size=1, max_size=60),
    at=st.integers(0, 400),
    noise=st.binary(min_size=1, max_size=4),
    times=st.integers(1, 20),
)
def test_fuzz_damaged_texts(words, at, noise, times):
    data = bytearray((words * times).encode("utf-8", "replace"))
    at %= len(data)
    data[at : at + len(noise)] = noise
    try_bytes(bytes(data), "damaged text")


@fuzz(
    2_000,
    name=st.text(max_size=12)
    | st.sampled_from(
        ["", ".", "..", "~", "~nobody/x", "\0", "a/b", "x" * 5000, "CON", "a:b", "NUL"]
    ),
    data=st.binary(max_size=60),
    write=st.booleans(),
)
def test_fuzz_names_of_files(tmp_path_factory, name, data, write):
    folder = test_fuzz_names_of_files.__dict__.setdefault(
        "folder", tmp_path_factory.mktemp("texts")
    )
    path = f"{folder}/{name}"
    if write:
        try:
            with open(path, "wb") as file:
                file.write(data)
        except (OSError, ValueError):
            write = False
    for given in (path, name):
        try:
            text = read_text(given)
        except ValueError as error:
            assert type(error) is ValueError and is_one_sentence(str(error)), error
            TRIED["name of a text file: refused"] += 1
        else:
            assert len(text) >= 26
            TRIED["name of a text file: read"] += 1


@pytest.mark.parametrize(
    "data",
    [
        b"a" * 9_999_999 + b"b",
        b"ab" * 5_000_000,
        bytes(10_000_000),
        b"\r\n" * 5_000_000,
        b"a" * 10_000_001,
        b"\xc3\xa9" * 5_000_000,
        b"\xff" * 10_000_000,
        b"\x01" * 10_000_000,
    ],
)
def test_fuzz_the_largest(data):
    try_bytes(data, "largest text")
