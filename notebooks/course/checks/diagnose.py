"""Which known mistake a learner's answers come from."""

import re
import zlib
from dataclasses import replace
from functools import cache

import numpy as np

from ..exercises import EXERCISES
from . import compare, runner


@cache
def expected_outcomes(name):
    """The cases of an exercise and what the reference does on each."""
    exercise = EXERCISES[name]
    cases = list(exercise.cases(np.random.default_rng(zlib.crc32(name.encode()))))
    return cases, [runner.call(exercise, exercise.reference, args) for args in cases]


@cache
def mistaken_outcome(name, number, case):
    """What one known mistake of an exercise does on one case, by their numbers."""
    exercise, args = EXERCISES[name], expected_outcomes(name)[0][case]
    found, in_time, _ = runner.outcomes(exercise, exercise.mistakes[number].function, [args])
    return found[0] if in_time else runner.Outcome(compare.Opaque(None))


def difference_between(exercise, expected, got):
    """A Difference, or the Raised error, or None when a call came out right."""
    if got.error is not None and expected.error is None:
        return got.error
    if expected.error is not None:
        if got.error is not None and issubclass(got.error.kind, expected.error.kind):
            return None
        return got.error or compare.Difference("type", "", None, got.value)
    if exercise.returns:
        difference = compare.find(expected.value, got.value, exercise.tolerance, exercise.parts)
        if difference:
            return difference
    for name, value in expected.after.items():
        difference = compare.find(value, got.after[name], exercise.tolerance)
        if difference:
            part = f"{name}.{difference.part}" if difference.part else name
            return replace(difference, part=part)
    return None


def _visible(exercise, outcome):
    """An outcome without what does not count: the answer of a function that only writes."""
    if exercise.returns or outcome.error:
        return outcome
    return runner.Outcome(None, None, outcome.after, outcome.written)


def recognise(exercise, expected, found, wrong):
    """Return the known mistake that this is, or None.

    And whether it explains everything that went wrong, and whether writing into arguments is part
    of it. wrong are the numbers of the cases that went wrong, smallest first. In turn:
    1. a mistake that does the same on every case, writing into arguments included;
    2. one that comes to the same answers on every case;
    3. the only one that does the same wherever the learner's answer could be computed (overflow
       is nan in NumPy and an exception in the math module; a loop over one row fails on several);
    4. one mistake among several: it does the same on the smallest input that goes wrong and on
       most others on which it shows, and wherever it shows, the learner's answer is wrong too.
    """
    found, first = [_visible(exercise, outcome) for outcome in found], wrong[0]
    broken = [compare.is_arithmetic_failure(outcome) for outcome in found]
    stopped = [outcome.error and not b for outcome, b in zip(found, broken, strict=True)]
    same, lenient, partly = [], [], {}
    for number, mistake in enumerate(exercise.mistakes):

        def theirs(case, number=number):
            return _visible(exercise, mistaken_outcome(exercise.name, number, case))

        def same_as(case, mistake=mistake, theirs=theirs):
            error = found[case].error
            return compare.same_outcome(theirs(case), found[case], exercise.tolerance) and (
                error is None or re.search(mistake.error, error.text) is not None
            )

        def agrees(case, theirs=theirs, same_as=same_as):
            return same_as(case) or (broken[case] and compare.is_arithmetic_failure(theirs(case)))

        if not agrees(first) and not stopped[first]:
            continue  # the quick way past most of them
        agree = [agrees(case) for case in range(len(found))]
        pairs = [(theirs(case), found[case]) for case in range(len(found))]
        if all(map(same_as, range(len(found)))):
            if all(set(one.written) == set(other.written) for one, other in pairs):
                return mistake, True, any(one.written for one, _ in pairs)
            same.append(mistake)
        telling = {case for case in wrong if agree[case] and not stopped[case]}
        if telling and all(a or b for a, b in zip(agree, stopped, strict=True)):
            lenient.append(mistake)
        shows = {
            case
            for case, (one, _) in enumerate(pairs)
            if difference_between(exercise, expected[case], one) is not None
        }
        if first in telling and shows <= set(wrong) and 2 * len(shows & telling) > len(shows):
            partly.setdefault(len(telling), []).append(mistake)
    if same or len(lenient) == 1:
        return (same or lenient)[0], True, False
    best = partly.get(max(partly, default=0), [])
    return (best[0] if len(best) == 1 else None), False, False
