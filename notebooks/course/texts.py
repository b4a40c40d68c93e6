"""The texts to learn from: the verse, Python's own reference, made texts, and the learner's file.

Nothing here needs a network connection, and nothing but the verse is shipped.
"""

import functools
import importlib
import os
import re
from typing import NamedTuple

import numpy as np

VERSE = (
    "Hope is the thing with feathers that perches in the soul. "
    "And sings the tune without the words and never stops at all. "
)
DICKINSON = VERSE * 100  # the text of the original experiment: 11,900 characters, 22 distinct


@functools.cache
def python_reference():
    """Return the Python Language Reference: half a million characters of English about Python.

    It lies inside Python itself and is read where it is installed, so it grows with Python: 465,000
    characters in 3.11, 492,000 in 3.12, 511,000 in 3.13, 599,000 in 3.14, 616,000 in 3.15. What a
    lesson says of it is to hold for all of them. Topics come in sorted order; a character outside
    ASCII becomes a question mark.
    """
    return "\n".join(_topics())


def _topics():
    """The topics of the reference, in sorted order of their names."""
    try:
        topics = importlib.import_module("pydoc_data.topics").topics
    except ImportError:
        raise ModuleNotFoundError(
            "This Python comes without its reference (the module pydoc_data.topics): use a Python "
            "from python.org, conda or uv, or read a text of your own with read_text."
        ) from None
    return [topics[name].encode("ascii", "replace").decode("ascii") for name in sorted(topics)]


class Parts(NamedTuple):
    """One text in three: to learn from, to choose by, and for the last word."""

    training: str
    validation: str
    test: str


@functools.cache
def reference_parts():
    """Return the Python Language Reference as Parts: eight tenths, one and one.

    Chapters of the reference hold sections that are topics of their own as well, so a plain cut
    puts one copy of a sentence into training and the other into the exam. Here a topic is left
    out if a quarter of it stands, paragraph by paragraph, in longer topics; the others go whole
    to the part that is furthest behind its share, the longest first. Which topics these are
    differs from one Python version to the next.
    """
    topics, read, kept = _topics(), set(), []
    for topic in sorted(topics, key=len, reverse=True):
        paragraphs = topic.split("\n\n")
        if sum(len(p) for p in paragraphs if p in read) < len(topic) / 4:
            kept.append(topic)
        read.update(paragraphs)
    behind = np.array([0.8, 0.1, 0.1]) * sum(map(len, kept))
    parts = [], [], []
    for topic in kept:
        part = int(behind.argmax())
        parts[part].append(topic)
        behind[part] -= len(topic)
    return Parts(*("\n".join(sorted(part, key=topics.index)) for part in parts))


# Made texts, to measure memory


class Recall(NamedTuple):
    """A text and the positions in it (R,) of the characters that must be recalled."""

    text: str
    positions: np.ndarray


def recall_text(gap, length, symbols="abcd", rng=None, waiting="."):
    """Return a Recall: rounds such as "c.....?c ", of a symbol to remember and to say again.

    gap counts the characters between the symbol and its recall, the last of them a question mark
    (six in the round above). length is the longest the text may be: it holds as many whole rounds
    as fit. Symbols are drawn evenly, so that guessing is right once in len(symbols). rng is a
    seed or a Generator. With several characters as `waiting`, the dots are drawn from those: then
    there is something to read while the symbol is to be remembered.
    """
    round_length, symbols, waiting = gap + 3, list(symbols), list(waiting)
    if gap < 1:
        raise ValueError(f"gap must be 1 or more, for the question mark, not {gap}.")
    if len(set(symbols)) < max(2, len(symbols)) or set(symbols) & set(".? "):
        raise ValueError(
            "symbols must be two or more different characters, none of them a dot, a question "
            f"mark or a space, not {''.join(symbols)!r}."
        )
    if not waiting or set(waiting) & {*symbols, "?", " "}:
        raise ValueError(
            "waiting must be one or more characters, none of them a symbol, a question mark or a "
            f"space, not {''.join(waiting)!r}."
        )
    if length < round_length:
        raise ValueError(f"length must be {round_length} or more, for one round, not {length}.")
    rng = np.random.default_rng(rng)
    drawn = rng.integers(0, len(symbols), length // round_length)
    middles = np.array(waiting)[rng.integers(0, len(waiting), (len(drawn), gap - 1))]
    text = "".join(
        [
            f"{symbols[i]}{''.join(middle)}?{symbols[i]} "
            for i, middle in zip(drawn, middles, strict=True)
        ]
    )
    return Recall(text, np.arange(len(drawn)) * round_length + gap + 1)


def recall_accuracy(ps, indices, positions):
    """Return the share of recalls that a network has right, from 0 to 1.

    indices (L,) is the encoded text; ps (L, V) or (L-1, V) what the network says after reading
    each character, so that the guess for position p stands in ps[p - 1].
    """
    guesses = np.asarray(ps)[np.asarray(positions) - 1].argmax(axis=-1)
    return float((guesses == np.asarray(indices)[positions]).mean())


def balanced_brackets(length, rng=None, depth=4, kinds=("()", "[]", "{}")):
    """Return `length` characters of brackets, each closed by its own kind, none left open.

    At most `depth` are open at once. Where it is free to choose, the text opens or closes with
    equal chance. rng is a seed or a Generator.
    """
    if length < 2 or length % 2:
        raise ValueError(f"length must be an even number of 2 or more, not {length}.")
    if depth < 1:
        raise ValueError(f"depth must be 1 or more, not {depth}.")
    rng = np.random.default_rng(rng)
    opens, drawn = rng.random(length) < 0.5, rng.integers(0, len(kinds), length)
    text, waiting = [], []  # waiting: the closing brackets still to come, the next one last
    for step in range(length):
        full = len(waiting) in (depth, length - step)
        if not waiting or (opens[step] and not full):
            opening, closing = kinds[drawn[step]]
            text.append(opening)
            waiting.append(closing)
        else:
            text.append(waiting.pop())
    return "".join(text)


# The learner's own text

LARGEST = 10_000_000  # bytes
_MADE_BY_PROGRAMS = (b"%PDF", b"PK\x03\x04", b"{\\rtf", b"\x1f\x8b")  # PDF, docx or zip, RTF, gzip
_ESCAPED = set("\a\b\f\n\r\t\v")  # what a backslash and a letter become
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_CONTROLS = bytes({*range(32), 127} - set(b"\t\n\f\r"))


def read_text(path_or_bytes, shortest=26):
    r"""Return the text of a file, or of its bytes, with every line ending in "\n".

    The text must be UTF-8, with or without a byte order mark; at most 10 MB (a larger file is
    refused, so that what is learnt is what was chosen); at least `shortest` characters, two of
    them distinct. (26: the network reads 25 and predicts the 26th.) Whatever does not fit is a
    ValueError that says what to do.
    """
    if isinstance(path_or_bytes, bytes | bytearray | memoryview):
        name, data = "This text", bytes(path_or_bytes)
    else:
        name, data = _read_bytes(path_or_bytes)
    text = _decoded(name, data).replace("\r\n", "\n")
    for newline in "\r\x85\u2028\u2029":
        text = text.replace(newline, "\n")
    if not text.strip():
        raise ValueError(f"{name} is empty: choose one with at least {shortest} characters.")
    if not text.strip(text[0]):
        raise ValueError(
            f"{name} holds one distinct character, {text[0]!r}, so there is nothing to predict: "
            "choose one with two or more."
        )
    if len(text) < shortest:
        raise ValueError(
            f"{name} is too short, {len(text)} characters: choose one with at least {shortest}, "
            "or repeat it a few times."
        )
    return text


def _read_bytes(path):
    path = os.path.expanduser(os.fspath(path))
    name = repr(path if len(path) <= 200 else path[:100] + "...")
    if os.path.isdir(path):
        raise ValueError(f"{name} is a folder: give the path of one text file in it.")
    try:
        with open(path, "rb") as file:
            return name, file.read(LARGEST + 1)
    except FileNotFoundError:
        raise ValueError(
            f"There is no file {name}, looked for from {os.getcwd()!r}: check its name, or give "
            f"its whole path{' with / in place of a backslash' if _ESCAPED & set(path) else ''}."
        ) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ValueError(
            f"{name} cannot be read ({reason}): give the path of a text file that you may open."
        ) from None


def _decoded(name, data):
    if len(data) > LARGEST:
        raise ValueError(
            f"{name} is larger than {LARGEST // 1_000_000} MB: save a part of it as a file of "
            "its own, and read that."
        )
    if data.startswith(_UTF_16):
        raise ValueError(f"{name} is UTF-16: open it in a text editor and save it as UTF-8.")
    controls = len(data) - len(data.translate(None, _CONTROLS))
    if b"\0" in data or controls > len(data) / 10 or data.startswith(_MADE_BY_PROGRAMS):
        raise ValueError(
            f"{name} is not plain text (perhaps a picture, a PDF or a word processor's document): "
            "export it as plain text in UTF-8."
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        start = error.start + len(data) - len(error.object)  # a byte order mark is counted too
        line = 1 + len(re.findall(b"\r\n?|\n", data[:start]))
        raise ValueError(
            f"{name} is not UTF-8: byte {start + 1:,}, on line {line:,}, is 0x{data[start]:02X}; "
            "open it in a text editor and save it as UTF-8."
        ) from None
