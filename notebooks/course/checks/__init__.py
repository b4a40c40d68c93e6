"""Run an exercise against a learner's function and say what is wrong.

check("softmax", softmax)      one function; see Result
check_whole()                  all of them together: the learner's my_rnn.py
"""

import difflib
import html
import inspect
import re
from dataclasses import dataclass

import numpy as np

from ..exercises import EXERCISES
from . import compare, diagnose, messages, runner
from .diagnose import expected_outcomes

__all__ = ["Result", "check", "check_whole", "expected_outcomes"]


@dataclass(frozen=True)
class Result:
    """What a check found: whether it passed, a message, and the name of a recognised mistake."""

    passed: bool
    message: str
    mistake: str | None = None

    def __bool__(self):
        return self.passed

    def __repr__(self):
        return self.message

    def _repr_html_(self):
        colour, word = ("#009E73", "passed") if self.passed else ("#E69F00", "not yet")
        return (
            f'<div role="status" style="border-left: 5px solid {colour}; '
            f'padding: 0.4em 0.9em; background: {colour}1F;">'
            f"<strong>{word}</strong>{_blocks(self.message)}</div>"
        )


def _blocks(message):
    """Plain text as HTML: indented lines are code, `words` in backticks too."""
    made, code = [], []
    for line in [*message.split("\n"), ""]:
        if line.startswith("    "):
            code.append(html.escape(line[4:]))
            continue
        if code:
            made.append(
                '<pre style="margin: 0.3em 0 0.3em 1.5em; background: transparent; '
                'color: inherit; white-space: pre-wrap;">' + "\n".join(code) + "</pre>"
            )
            code = []
        if line:
            text = re.sub("`([^`]+)`", r"<code>\1</code>", html.escape(line))
            made.append(f'<p style="margin: 0.3em 0;">{text}</p>')
    return "".join(made)


def check(name, function, *, keep=True):
    """Check a function that you wrote for an exercise.

    name: the exercise, such as "softmax"; function: yours, without parentheses. Accepted, its
    source is kept in my_rnn.py unless keep is False.
    """
    if not isinstance(name, str):
        return Result(
            False,
            "check takes the name of an exercise first and your function second: "
            'check("softmax", softmax).',
        )
    if name not in EXERCISES:
        near = difflib.get_close_matches(name, EXERCISES, n=3, cutoff=0.5)
        offer = (
            f"Did you mean {' or '.join(near)}?"
            if near
            else (f"There are: {', '.join(EXERCISES)}.")
        )
        return Result(False, f"There is no exercise {messages.show(name)}. {offer}")
    exercise = EXERCISES[name]
    result = _not_a_function(exercise, function)
    if result is None:
        result = _judge(exercise, function)
    if result.passed and keep:
        from .. import keep as keeper

        return Result(True, f"{result.message}\n{keeper.save_solution(function, name)}")
    return result


def _not_a_function(exercise, function):
    """Say what was handed over in place of a function that can be called with the arguments."""
    name = exercise.name
    if not callable(function):
        given = messages.kind_of(function).split(":")[0]
        return Result(
            False,
            f"{name}: check needs your function itself, and was given {given}. "
            f'Write its name without parentheses: check("{name}", {name}).',
        )
    try:
        inspect.signature(function).bind(*exercise.arguments)
    except TypeError:
        theirs = ", ".join(inspect.signature(function).parameters)
        return Result(
            False, f"{name}: it is called as `{exercise.signature}`, but yours takes ({theirs})."
        )
    except ValueError:  # built in, without a signature: calling it will tell
        pass
    return None


def _judge(exercise, function):
    cases, expected = expected_outcomes(exercise.name)
    found, in_time, printed = runner.outcomes(exercise, function, cases)
    name, said = exercise.name, _printed(printed)
    if runner.not_written(found):
        return _not_written(exercise, function, found[0].error)
    if not in_time:
        if not found and runner.looks_unwritten(function):
            return Result(False, f"{name}: not written yet")
        return _out_of_time(exercise, cases, found, said)
    differences = [
        diagnose.difference_between(exercise, *pair) for pair in zip(expected, found, strict=True)
    ]
    wrong = [i for i, difference in enumerate(differences) if difference is not None]
    if not wrong:
        return _right(exercise, cases, found, said)
    mistake, only, writes = diagnose.recognise(exercise, expected, found, wrong)
    i = wrong[0]
    case = ["The smallest input that shows it:", *messages.show_case(exercise, cases[i])]
    came = _came(exercise, found[i], differences[i], bool(mistake))
    if mistake:
        also = [] if writes else _written_names(found[i])
        if not only:
            also.append("Other inputs go wrong for another reason as well. Mend this one first.")
        return Result(
            False, "\n".join([f"{name}: {mistake.hint}", *case, *came, *also, *said]), mistake.name
        )
    lines = (
        [f"{name}: {came[0]}", *came[1:]]
        if found[i].error
        else [f"{name}: {messages.difference_in_words(exercise, differences[i])}"]
    )
    lines += case + ([] if found[i].error else came)
    lines += _parts(exercise, expected[i], found[i])
    lines += _common_pattern(exercise, [differences[i] for i in wrong])
    lines += _terms(exercise, function, cases[i])
    lines += _written_names(found[i])
    return Result(False, "\n".join([*lines, *said]))


def _came(exercise, outcome, difference, with_kind):
    """What came of the learner's call, and what kind of thing was expected."""
    if outcome.error:
        return messages.error_in_words(outcome.error)
    value = (
        outcome.value
        if exercise.returns and difference.part not in outcome.after
        else (outcome.after)
    )
    lines = ["Yours gives:", f"    {messages.show(value)}"]
    if with_kind and difference.kind in ("type", "length", "shape", "keys", "whole"):
        lines.append(messages.difference_in_words(exercise, difference))
    trouble = outcome.float_troubles
    if trouble and difference.kind == "nan":
        lines.append(f"On the way there NumPy met: {', '.join(trouble)}.")
    return lines


def _common_pattern(exercise, differences):
    """What all wrong answers have in common with the right ones, if they are more than one."""
    comparable = [
        d
        for d in differences
        if isinstance(d, compare.Difference)
        and d.kind in ("value", "shape")
        and isinstance(d.expected, np.ndarray)
    ]
    if len(comparable) < 2 or len(comparable) < len(differences):
        return []
    common = set.intersection(*(set(compare.patterns(d)) for d in comparable))
    return [f"It is the same in every case: {text}." for text in sorted(common)]


def _parts(exercise, expected, got):
    """Which parts of an answer are right already, if it has parts."""
    pairs = []
    if exercise.returns and not got.error:
        one, other = expected.value, got.value
        if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
            pairs = [(key, one[key], other[key]) for key in one if isinstance(key, str)]
        elif exercise.parts and isinstance(other, (tuple, list)) and len(one) == len(other):
            pairs = list(zip(exercise.parts, one, other, strict=True))
    if not got.error:
        pairs += [(name, value, got.after[name]) for name, value in expected.after.items()]
    judged = {True: [], False: []}
    for name, one, other in pairs[:12]:
        judged[not compare.find(one, other, exercise.tolerance)].append(f"`{name}`")
    if not judged[True] or not judged[False]:
        return []
    return [
        f"On this input {messages.listed(judged[True])} right, {messages.listed(judged[False])} "
        "not yet."
    ]


def _terms(exercise, function, args):
    """Zero all terms but one, to see which of them is wrong."""
    involved = {name for names in exercise.terms.values() for name in names}
    judged = {}
    for term, names in exercise.terms.items():
        alone = tuple(
            np.zeros_like(arg) if name in involved and name not in names else arg
            for name, arg in zip(exercise.arguments, args, strict=True)
        )
        found, in_time, _ = runner.outcomes(exercise, function, [alone])
        if not in_time:
            return []
        right = runner.call(exercise, exercise.reference, alone)
        judged[term] = diagnose.difference_between(exercise, right, found[0]) is None
    wrong = [f"`{term}`" for term, good in judged.items() if not good]
    good = [f"`{term}`" for term, fine in judged.items() if fine]
    if not wrong or not good:
        return []
    return [
        f"With all other terms set to zero, {messages.listed(good)} right, "
        f"{messages.listed(wrong)} not."
    ]


def _written_names(outcome):
    if not outcome.written:
        return []
    names = " and ".join(f"`{name}`" for name in outcome.written)
    return [f"It also writes into {names}: work on a copy."]


def _right(exercise, cases, found, said):
    """The answers are right: passed, unless an argument was changed on the way."""
    for args, outcome in zip(cases, found, strict=True):
        if outcome.written:
            names = " and ".join(f"`{name}`" for name in outcome.written)
            network = any(
                name in outcome.written and hasattr(arg, "parameters")
                for name, arg in zip(exercise.arguments, args, strict=True)
            )
            lines = [
                f"{exercise.name}: the answers are right, but your function writes into its "
                f"argument {names}: whoever calls it finds it changed. Operators such as "
                "`+=` and an assignment to `x[...]` change an array; work on "
                + (
                    "a network of your own, such as `copy.deepcopy(model)` (`copy.copy` would share "
                    "its arrays)."
                    if network
                    else "a new one, such as `x.copy()`."
                ),
                "The smallest input that shows it:",
                *messages.show_case(exercise, args),
                *said,
            ]
            return Result(False, "\n".join(lines), "writes-into-argument")
    return Result(True, "\n".join([f"{exercise.name}: passed.", *said]))


def _not_written(exercise, function, error):
    name = exercise.name
    inner = error.innermost
    if inner != getattr(function, "__name__", inner) and inner in EXERCISES:
        return Result(
            False,
            f"{name}: it calls `{inner}`, which is not written yet. Run "
            f'`{inner} = yours("{inner}")` first; until you have written your '
            "own, that is the course's.",
        )
    return Result(False, f"{name}: not written yet")


def _out_of_time(exercise, cases, found, said):
    i = min(len(found), len(cases) - 1)
    return Result(
        False,
        "\n".join(
            [
                f"{exercise.name}: it did not come to an end within {runner.TIME_LIMIT:g} seconds. Is "
                "there a loop whose end is never reached?",
                "It was at work on this input:",
                *messages.show_case(exercise, cases[i]),
                *said,
            ]
        ),
    )


def _printed(printed):
    """The first few lines of what the function printed."""
    lines = [line[:100] for line in printed.splitlines() if line.strip()]
    if not lines:
        return []
    more = ["    ..."] if len(lines) > 3 or len(printed) >= runner.PRINT_LIMIT else []
    return ["It printed:", *(f"    {line}" for line in lines[:3]), *more]


def check_whole(my_rnn=None):
    """Put your functions together, train them on the verse and let them recite."""
    from .whole import check_whole as whole

    return whole(my_rnn)
