"""The register: what the lessons claim, where they say it, and what could show that it is not so."""

import json
import re
from functools import cache
from typing import NamedTuple

from solutions import NOTEBOOKS

CLAIMS = []


class Claim(NamedTuple):
    """A sentence of a lesson that gives a cause or a quantity, and an experiment that may refute it.

    The test takes a seed (or nothing) and says whether what is claimed was found and what the
    control lacks was not. `hold` is on how many of the seeds that must be so: all, unless the page
    says that luck has a part.
    """

    lesson: int
    cell: str  # the id of the cell where the sentence stands
    sentence: str
    control: str  # what is compared, in words
    seeds: tuple
    hold: int
    quick: bool  # whether its first seed is part of every run
    test: object

    @property
    def name(self):
        return f"{self.lesson:02}-{self.test.__name__}"


def claim(lesson, cell, sentence, control, seeds=(None,), hold=None, quick=False):
    """Put the decorated experiment into the register."""

    def register(test):
        many = tuple(seeds)
        CLAIMS.append(Claim(lesson, cell, sentence, control, many, hold or len(many), quick, test))
        return test

    return register


@cache
def cells(lesson):
    """The text of each cell of a lesson, by id."""
    (path,) = NOTEBOOKS.glob(f"{lesson:02}_*.ipynb")
    notebook = json.loads(path.read_text(encoding="utf-8"))
    return {cell["id"]: "".join(cell["source"]) for cell in notebook["cells"]}


def plain(text):
    """A text without the marks for colour and stress, in single spaces."""
    text = re.sub(r"\\color\{#\w+\}", "", text)
    return re.sub(r"\s+", " ", re.sub(r'[*{}`"$]', "", text))
