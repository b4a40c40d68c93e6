"""How the fuzz tests run: many inputs, the same ones every time, counted.

python -m pytest tests/abuse -k fuzz -s
FUZZ=10 python -m pytest tests/abuse -k fuzz -s        ten times as many
FUZZ_SEED=7 python -m pytest tests/abuse -k fuzz -s    others; a failure prints its input too
"""

import os
from collections import Counter

from hypothesis import HealthCheck, given, seed, settings

SCALE = float(os.environ.get("FUZZ", "1"))
SEED = os.environ.get("FUZZ_SEED")
PLANNED = []  # the number of inputs of each test
TRIED = Counter()  # what came of each input


def fuzz(inputs, **strategies):
    """Give a test that many inputs (times FUZZ); the same ones every time unless FUZZ_SEED is set."""

    PLANNED.append(inputs)

    def decorate(test):
        running = settings(
            max_examples=int(inputs * SCALE),
            deadline=None,
            database=None,
            derandomize=SEED is None,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
        )(given(**strategies)(test))
        return running if SEED is None else seed(int(SEED))(running)

    return decorate


def is_one_sentence(text):
    """Whether a message is a single line that ends as a sentence does."""
    return text.endswith(".") and "\n" not in text and len(text) > 10
