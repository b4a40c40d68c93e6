"""What took too long to run in a lesson: measured once, stored with how, and loaded with that label."""

import json
from pathlib import Path
from typing import NamedTuple

DATA = Path(__file__).parent / "data"


class Measured(NamedTuple):
    """What a command has measured, and how."""

    about: str  # a sentence: when, where, and by which command
    rows: list  # of dicts, one a run
    tables: dict  # of n-grams on the same texts, by text and rung, where it was a race


def load(name):
    """Return the stored measurement of that name, of those in the folder `data`."""
    stored = json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))
    about = stored["about"]
    sentence = (
        f"Measured on {about['date']}: {about['machine']}, Python {about['python']}, "
        f"NumPy {about['numpy']}, by {about['command']}"
    )
    rows = [dict(zip(stored["columns"], row, strict=True)) for row in stored["rows"]]
    return Measured(sentence, rows, stored.get("tables", {}))
