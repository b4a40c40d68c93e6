"""What there is to know about a text before a network is trained on it."""

import time
import unicodedata
from collections import Counter
from dataclasses import dataclass

import numpy as np

from rnn_core import Adam, FastRNN, cross_entropy, orthogonal

RARE = 5  # a character that occurs less often can hardly be learnt
LONG = 1000  # characters in one line
AT_ONCE = 1_000_000  # probabilities that are held in memory together
VALIDATION_CHARS = 20_000  # characters of the validation part that are looked at


@dataclass(frozen=True)
class Survey:
    """The size of a text, its alphabet, and what is odd about it."""

    length: int
    counts: dict  # character -> how often, the most frequent first
    foreign: str  # the characters outside ASCII
    rare: str  # those that occur less than RARE times
    longest_line: int

    @property
    def size(self):
        """How many distinct characters there are, V."""
        return len(self.counts)


def survey(text):
    """Return the Survey of a text."""
    counts = dict(sorted(Counter(text).items(), key=lambda item: (-item[1], item[0])))
    return Survey(
        len(text),
        counts,
        "".join(c for c in counts if ord(c) > 127),
        "".join(c for c, count in counts.items() if count < RARE),
        max(map(len, text.split("\n"))),
    )


def text_warnings(found):
    """Return sentences on what in a text will make learning hard; none if it is plain."""
    said = []
    if found.length < 10_000:
        said.append(
            f"It is short, {found.length:,} characters: a network will soon know it by "
            "heart, and learn little that holds elsewhere."
        )
    if found.rare:
        said.append(
            f"{_number(len(found.rare), 'character')} fewer than {RARE} times "
            f"({_some(found.rare)}): too seldom to learn, and each costs a row and a "
            "column of weights."
        )
    if found.foreign:
        many = f"{len(found.foreign):,} character{'s' if len(found.foreign) > 1 else ''}"
        said.append(
            f"{many} outside ASCII ({_some(found.foreign)}): right for most languages; in "
            "English often the curly quotes and dashes of a word processor."
        )
    if LONG < found.longest_line < found.length:
        said.append(
            f"The longest line has {found.longest_line:,} characters: perhaps a table or "
            "data between the prose."
        )
    if found.size > 300:
        said.append(
            f"{found.size:,} distinct characters make every update slow: most of the work "
            "is in the scores."
        )
    return said


def _number(count, noun):
    return f"{count:,} {noun} occurs" if count == 1 else f"{count:,} {noun}s occur"


def _some(characters, most=8):
    shown = " ".join(ascii_safe(c) for c in characters[:most])
    return shown + (" and others" if len(characters) > most else "")


def ascii_safe(character):
    """A character that can be shown as it is, or its code (of marks that stand on another, too)."""
    names = {"\n": "newline", " ": "space", "\t": "tab"}
    alone = character.isprintable() and not unicodedata.category(character).startswith("M")
    return names.get(character, character if alone else f"U+{ord(character):04X}")


# What to train, and how long it will take ----------------------------------------------------


@dataclass(frozen=True)
class TrainingPlan:
    """How a text will be read: in so many streams, in chunks of that length, so many updates."""

    hidden_size: int
    seq_length: int
    batch_size: int
    iterations: int


def plan(length, hidden_size=128, passes=10):
    """Return the TrainingPlan to read a training text of that length so many times through."""
    seq_length = max(1, min(50, (length - 1) // 4))
    batch_size = max(1, min(32, length // 2000))
    a_pass = max(1, (length // batch_size - 1) // seq_length)
    return TrainingPlan(hidden_size, seq_length, batch_size, a_pass * passes)


def build(vocabulary, made, seed=0):
    """Return an untrained network for a TrainingPlan: float32, Adam, a rotation for Whh.

    Wxh is drawn from N(0, 1): with a tiny one Adam saturates the units before they hear a
    character, and the network lies at the loss of single characters for long.
    """
    model = FastRNN(len(vocabulary), made.hidden_size, made.seq_length, seed=seed, dtype=np.float32)
    model.vocabulary, model.optimizer = vocabulary, Adam(2e-3)
    model.Whh = orthogonal(made.hidden_size, model.rng)
    model.Wxh = model.rng.standard_normal(model.Wxh.shape)
    return model


def seconds_per_update(text, vocabulary, made, limit=0.08):
    """Time a few updates of a network that is thrown away; the quickest of them counts."""
    needed = (made.seq_length + 1) * made.batch_size
    sample, model, quickest = text[:needed], build(vocabulary, made), np.inf
    begin = time.perf_counter()
    for _ in range(6):
        start = time.perf_counter()
        model.train(sample, 1, batch_size=made.batch_size, report=None)
        quickest = min(quickest, time.perf_counter() - start)
        if time.perf_counter() - begin > limit:
            break
    return quickest


def nats_per_character(model, text, skip=1):
    """Return the loss of a model on a text that it reads from a state of zeros, piece by piece.

    The first `skip` characters are read and not predicted, so that a network and tables of n-grams
    can be examined on the same ones: skip=4 for tables of up to 5 characters.
    """
    indices = model.vocabulary.encode(text)
    h, loss = np.zeros(model.hidden_size), 0.0
    step = max(1, AT_ONCE // len(model.vocabulary))
    for start in range(0, len(indices) - 1, step):
        targets = indices[start + 1 :][:step]
        hs, ps = model.forward(indices[start:][: len(targets)], h)
        h, first = hs[-1], max(0, skip - 1 - start)
        loss += cross_entropy(ps[first:], targets[first:])
    return loss / (len(indices) - skip)
