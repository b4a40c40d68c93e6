"""Which known mistake a learner's answers come from."""

import ast
import contextlib
import inspect
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, cached_property

import numpy as np

from ..exercises import EXERCISES, Exercise
from . import compare, runner
from .source import source_of


@cache
def expected_outcomes(name):
    """The cases of an exercise and what the reference does on each."""
    exercise = EXERCISES[name]
    cases = list(exercise.cases(np.random.default_rng(zlib.crc32(name.encode()))))
    return cases, [runner.call(exercise, exercise.reference, args) for args in cases]


class MistakenOutcomes:
    """What a known mistake does on every case: run on one first, and on all others at once.

    The first that are asked for tell most mistakes apart, and a thread for each would cost more.
    """

    def __init__(self, exercise, mistake, cases):
        self.exercise, self.mistake, self.cases, self.known = exercise, mistake, cases, {}

    def __getitem__(self, case):
        if case not in self.known:
            self.run(range(len(self.cases)))
        return self.known[case]

    def run(self, cases):
        """Run it on these cases, by number, where it has not been run yet."""
        wanted = [i for i in cases if i not in self.known]
        if wanted:
            inputs = [self.cases[i] for i in wanted]
            found, _, _ = runner.outcomes(self.exercise, self.mistake.function, inputs)
            found += [runner.Outcome(compare.Opaque(None))] * (len(wanted) - len(found))
            self.known.update(zip(wanted, found, strict=True))


@cache
def mistaken_outcomes(name, number):
    """The outcomes of one known mistake of an exercise, by their number."""
    exercise = EXERCISES[name]
    return MistakenOutcomes(exercise, exercise.mistakes[number], expected_outcomes(name)[0])


@dataclass(frozen=True)
class Answer:
    """A learner's function, and what it did on the cases of its exercise beside the reference."""

    exercise: Exercise
    function: Callable
    cases: list
    expected: list
    found: list
    precision: float = 0.0  # the least tolerance, if what it builds on is no more precise

    @cached_property
    def source(self):
        """The learner's code, which takes longer to read than most take to run."""
        return source_of(self.function)

    @cached_property
    def differences(self):
        """A Difference, the Raised error, or None for each case."""
        return [
            difference_between(self.exercise, *pair, self.precision)
            for pair in zip(self.expected, self.found, strict=True)
        ]

    @cached_property
    def wrong(self):
        """The numbers of the cases that went wrong, smallest first."""
        return [i for i, difference in enumerate(self.differences) if difference is not None]

    @cached_property
    def nearly(self):
        """The same answer judged by the precision of float32, if it is right by that; else None."""
        same = replace(self, precision=compare.PRECISION[4])
        return None if same.wrong else same

    @property
    def in_single_precision(self):
        """Whether right answers are float32, and not exact for all that."""
        pairs = [(e, f) for e, f in zip(self.expected, self.found, strict=True) if not e.error]
        return any(
            compare.float_size(f.value) == 4
            and not compare.exact(e.value, f.value, self.exercise.tolerance)
            for e, f in pairs
        )

    @cached_property
    def arguments(self):
        """The learner's own names of the arguments."""
        with contextlib.suppress(TypeError, ValueError):
            return list(inspect.signature(self.function).parameters)
        return []

    def run(self, cases):
        """The outcomes of the learner's function on other cases; none if time runs out."""
        found, in_time, _ = runner.outcomes(self.exercise, self.function, cases)
        return found if in_time else []

    def find(self, expected, got):
        """A Difference between two values by the rules of this exercise, or None."""
        return _find(self.exercise, expected, got, self.precision)


def _find(exercise, expected, got, precision, parts=()):
    tolerance = max(exercise.tolerance, precision)
    zero = 0.0 if exercise.exact_zeros else compare.ZERO
    return compare.find(expected, got, tolerance, parts, zero=zero)


def difference_between(exercise, expected, got, precision=0.0):
    """A Difference, or the Raised error, or None when a call came out right."""
    if got.error is not None and expected.error is None:
        return got.error
    if expected.error is not None:
        if got.error is not None and issubclass(got.error.kind, expected.error.kind):
            return None
        return got.error or compare.Difference("type", "", None, got.value)
    if exercise.returns:
        difference = _find(exercise, expected.value, got.value, precision, exercise.parts)
        if difference:
            return difference
    for name, value in expected.after.items():
        difference = _find(exercise, value, got.after[name], precision)
        if difference:
            part = f"{name}.{difference.part}" if difference.part else name
            return replace(difference, part=part)
    return None


def parts_of(exercise, outcome):
    """All parts of an outcome by name: of the answer, and of the arguments that are written."""
    found = compare.parts_of(outcome.value, exercise.parts) if exercise.returns else {}
    for name, value in outcome.after.items():
        inside = compare.parts_of(value)
        found |= {f"{name}.{key}": part for key, part in inside.items()} or {name: value}
    return found


def _visible(exercise, outcome):
    """An outcome without what does not count: the answer of a function that only writes."""
    if exercise.returns or outcome.error:
        return outcome
    return runner.Outcome(None, None, outcome.after, outcome.written)


def recognise(answer):
    """Return the known mistakes that this is, and whether other things go wrong as well.

    The latter only where it is certain: of the parts of a dict, or if another known mistake explains
    the rest. One mistake may go wrong elsewhere by another constant, and what follows from a wrong
    part is wrong too.
    And whether writing into arguments is part of it. Only mistakes whose sign is in the code. In
    turn:
    1. a mistake that does the same on every case, writing into arguments included;
    2. one that comes to the same answers on every case;
    3. the only one that does the same wherever the learner's answer could be computed (overflow
       is nan in NumPy and an exception in the math module; a loop over one row fails on several);
    4. several, each of which alone explains some parts of the answer on every case;
    5. one mistake among several: it does the same on the smallest input that goes wrong and on
       most others on which it shows, and wherever it shows, the learner's answer is wrong too.
    """
    exercise, expected, wrong = answer.exercise, answer.expected, answer.wrong
    found, first = [_visible(exercise, outcome) for outcome in answer.found], wrong[0]
    broken = [compare.is_arithmetic_failure(outcome) for outcome in found]
    stopped = [outcome.error and not b for outcome, b in zip(found, broken, strict=True)]
    answered = next((case for case in wrong if not stopped[case]), first)
    same, lenient, partly = [], [], {}
    for number, mistake in enumerate(exercise.mistakes):
        if not answer.source.bears(mistake.sign):
            continue

        mistaken = mistaken_outcomes(exercise.name, number)

        def theirs(case, mistaken=mistaken):
            return _visible(exercise, mistaken[case])

        def same_as(case, mistake=mistake, theirs=theirs):
            error = found[case].error
            return compare.same_outcome(theirs(case), found[case], exercise.tolerance) and (
                error is None or re.search(mistake.error, error.text) is not None
            )

        def agrees(case, theirs=theirs, same_as=same_as):
            return same_as(case) or (broken[case] and compare.is_arithmetic_failure(theirs(case)))

        mistaken.run(range(first))  # the quick way past most of them
        if any(
            not stopped[case]
            and not same_as(case)
            and difference_between(exercise, expected[case], theirs(case)) is not None
            for case in range(first)
        ):
            continue  # it goes wrong where the learner's is right
        mistaken.run([answered])
        if not agrees(answered):
            continue
        agree = [agrees(case) for case in range(len(found))]
        pairs = [(theirs(case), found[case]) for case in range(len(found))]
        if all(map(same_as, range(len(found)))):
            if all(set(one.written) == set(other.written) for one, other in pairs):
                return [mistake], False, any(one.written for one, _ in pairs)
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
            partly.setdefault(len(telling), []).append((mistake, shows))
    if same or len(lenient) == 1:
        return [(same or lenient)[0]], False, False
    by_part, rest = _by_part(answer)
    if by_part:
        return by_part, rest and isinstance(expected[first].value, dict), False
    best = partly.get(max(partly, default=0), [])
    if len(best) != 1:
        return [], False, False
    (mistake, shows), *_ = best
    return [mistake], _explained_by_another(answer, mistake, set(wrong) - shows), False


def _explained_by_another(answer, mistake, rest):
    """Whether another known mistake does just what the learner's function does on these cases."""
    exercise = answer.exercise
    return bool(rest) and any(
        other is not mistake
        and answer.source.bears(other.sign)
        and all(
            compare.same_outcome(
                _visible(exercise, mistaken_outcomes(exercise.name, number)[case]),
                _visible(exercise, answer.found[case]),
                exercise.tolerance,
            )
            for case in sorted(rest)
        )
        for number, other in enumerate(exercise.mistakes)
    )


def _by_part(answer):
    """Mistakes that each explain some parts of the answer, and whether any part is left over."""
    exercise = answer.exercise
    right = [parts_of(exercise, outcome) for outcome in answer.expected]
    found = [parts_of(exercise, outcome) for outcome in answer.found]
    if any(one.keys() != other.keys() for one, other in zip(right, found, strict=True)):
        return [], False

    def same(one, other):
        return not compare.find(one, other, exercise.tolerance)

    def deviating(outcomes):
        return {
            name
            for one, other in zip(right, outcomes, strict=True)
            for name in one
            if not same(one[name], other[name])
        }

    wrong, explained, mistakes = deviating(found), set(), []
    if len(wrong) < 2:
        return [], False
    first = answer.wrong[0]
    order = [first, *(case for case in range(len(found)) if case != first)]
    candidates = []
    for number, mistake in enumerate(exercise.mistakes):
        if not answer.source.bears(mistake.sign):
            continue
        explains, theirs, mistaken = set(), {}, mistaken_outcomes(exercise.name, number)
        mistaken.run([first])
        for case in order:
            parts = parts_of(exercise, mistaken[case])
            if parts.keys() != found[case].keys():
                break
            off = {name for name in parts if not same(right[case][name], parts[name])}
            if not (off <= wrong and all(same(parts[name], found[case][name]) for name in off)):
                break  # most of them, on the first case
            explains |= off
            theirs[case] = parts
        if len(theirs) == len(found) and all(
            same(parts[name], found[case][name])
            for case, parts in theirs.items()
            for name in explains & parts.keys()
        ):
            candidates.append((mistake, explains))
    for mistake, explains in sorted(candidates, key=lambda pair: -len(pair[1])):
        if explains - explained:
            explained |= explains
            mistakes.append(mistake)
    return mistakes, explained != wrong


def gives_single(name, function):
    """Whether an exercise's function gives float32."""
    found = runner.outcomes(EXERCISES[name], function, expected_outcomes(name)[0][:1])[0]
    return any(compare.float_size([o.value, o.after]) == 4 for o in found)


def single_precision(function, seen=None):
    """The exercises' functions that a function builds on and that give float32, as far as seen.

    Of one in another process, whose globals are not here, it stands in `known_single`.
    """
    seen = set() if seen is None else seen
    function = inspect.unwrap(function)
    scope, found = getattr(function, "__globals__", {}), []
    nodes = source_of(function).nodes
    names = {n.id for node in nodes for n in ast.walk(node) if isinstance(n, ast.Name)}
    if known := getattr(function, "known_single", ()):
        return sorted(names & known)
    for name in names:
        other = scope.get(name)
        if name not in EXERCISES or name in seen or not callable(other):
            continue
        seen.add(name)
        if gives_single(name, other):
            found.append(name)
        found += single_precision(other, seen)
    return sorted(found)


def parts_judged(answer):
    """Which parts of the first wrong answer are right, and which are wrong."""
    i = answer.wrong[0]
    right, found = (parts_of(answer.exercise, o[i]) for o in (answer.expected, answer.found))
    if right.keys() != found.keys():
        return [], []
    judged = {name: answer.find(right[name], found[name]) for name in list(right)[:12]}
    return (
        [name for name, difference in judged.items() if difference is None],
        [name for name, difference in judged.items() if difference is not None],
    )


def common_patterns(answer):
    """What the wrong answers have in common with the right ones: (part, words, everywhere).

    What holds for every wrong answer, if there are at least two; that a matrix lies on its side
    shows in one as well, where other shapes do not even fit.
    """
    per_part, stopped = {}, any(answer.found[i].error for i in answer.wrong)
    for i in answer.wrong:
        if answer.found[i].error:
            continue
        right, found = (parts_of(answer.exercise, o[i]) for o in (answer.expected, answer.found))
        if right and right.keys() == found.keys():
            differences = {name: answer.find(right[name], found[name]) for name in right}
        else:
            differences = {"": answer.differences[i]}
        for name, difference in differences.items():
            if difference is not None:
                per_part.setdefault(name, []).append(difference)
    found = []
    for name, differences in per_part.items():
        if not all(
            d.kind in ("value", "shape") and isinstance(d.expected, np.ndarray) for d in differences
        ):
            continue
        everywhere = len(differences) > 1 and not stopped
        common = set.intersection(*(set(compare.patterns(d)) for d in differences))
        found += [
            (name, words, everywhere)
            for words in sorted(common)
            if everywhere or "transpose" in words
        ]
    return found


def terms(answer):
    """Which terms of the formula are right and which are wrong, if that can be told apart.

    Each is tried alone, with all others set to zero; and all that are right together. Nothing is
    said where the first time step is right: then it is not the formula.
    """
    exercise, i = answer.exercise, answer.wrong[0]
    difference, args = answer.differences[i], answer.cases[i]
    if not exercise.terms or not isinstance(difference, compare.Difference):
        return [], []
    if difference.kind != "value" or not isinstance(difference.expected, np.ndarray):
        return [], []
    if starts_right(exercise, difference, args):
        return [], []
    involved = {name for names in exercise.terms.values() for name in names}

    def only(kept):
        return tuple(
            np.zeros_like(arg) if name in involved and name not in kept else arg
            for name, arg in zip(exercise.arguments, args, strict=True)
        )

    tried = [only(names) for names in exercise.terms.values()]
    found = answer.run(tried)
    if len(found) < len(tried):
        return [], []
    right = [runner.call(exercise, exercise.reference, alone) for alone in tried]
    judged = {
        term: difference_between(exercise, *pair) is None
        for term, *pair in zip(exercise.terms, right, found, strict=True)
    }
    good = [term for term, fine in judged.items() if fine]
    bad = [term for term, fine in judged.items() if not fine]
    if not good or not bad:
        return [], []
    together = only({name for term in good for name in exercise.terms[term]})
    both = answer.run([together])
    right = runner.call(exercise, exercise.reference, together)
    if not both or difference_between(exercise, right, both[0]) is not None:
        return [], []
    return good, bad


def starts_right(exercise, difference, args):
    """Whether an array is right at the start and goes wrong on the way: what was given left out."""
    wrong = difference.wrong
    if not exercise.axis_names(difference.part, wrong.ndim) or wrong.ndim < 2:
        return False
    given = any(np.array_equal(arg, difference.expected[0]) for arg in args)
    first = int(given)  # the state before the first step
    return len(wrong) > first and not wrong[first].any()
