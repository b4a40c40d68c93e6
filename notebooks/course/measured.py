"""What took too long to run in a lesson: measured once, stored with how, and loaded with that label."""

import json
from pathlib import Path
from typing import NamedTuple

DATA = Path(__file__).parent / "data"


class Measured(NamedTuple):
    """Rows of a measurement, each a dict, and a sentence on when, where and how it was made."""

    about: str
    rows: list


def load(name):
    """Return the stored measurement of that name, of those in the folder `data`."""
    stored = json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))
    about = stored["about"]
    sentence = (
        f"Measured on {about['date']}: {about['machine']}, Python {about['python']}, "
        f"NumPy {about['numpy']}, by {about['command']}"
    )
    return Measured(
        sentence, [dict(zip(stored["columns"], row, strict=True)) for row in stored["rows"]]
    )
