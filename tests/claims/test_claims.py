"""Each claim stands on its page, and its experiment does not refute it.

Plain pytest runs the first seed of the quick ones; `--claims`, or `.ci/run claims`, runs all of
them on all seeds, about ten minutes on one core.
"""

import collections

import pytest

from . import lesson_15, lessons_0_to_5, lessons_6_to_9, lessons_10_to_13  # noqa: F401  they fill the register
from .register import CLAIMS, cells, plain

each = pytest.mark.parametrize("one", CLAIMS, ids=lambda one: one.name)


@each
def test_the_sentence_stands_on_the_page(one):
    page = cells(one.lesson)
    assert one.cell in page, f"lesson {one.lesson} has no cell {one.cell!r}"
    assert plain(one.sentence) in plain(page[one.cell])


def test_every_lesson_has_its_claims():
    lessons = collections.Counter(one.lesson for one in CLAIMS)
    assert {*range(14), 15} <= set(lessons) and len(CLAIMS) >= 40
    assert len({one.name for one in CLAIMS}) == len(CLAIMS)


@pytest.mark.parametrize("one", [c for c in CLAIMS if c.quick], ids=lambda one: one.name)
def test_a_sample(one):
    assert held(one, one.seeds[0]), f"not so on seed {one.seeds[0]}: {one.sentence}"


@each
def test_all_seeds(one, figures):
    on = [seed for seed in one.seeds if held(one, seed)]
    figures.append(f"{one.name}: on {len(on)} of {len(one.seeds)} seeds")
    assert len(on) >= one.hold, f"only on seeds {on} of {one.seeds}: {one.sentence}"


def held(one, seed):
    return bool(one.test() if seed is None else one.test(seed))
