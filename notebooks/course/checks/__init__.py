"""Run an exercise against a learner's function and say what is wrong.

check("softmax", softmax)      one function; see Result
check_whole()                  all of them together: the learner's my_rnn.py
"""

import html
import inspect
import re
from dataclasses import dataclass, replace

from ..exercises import EXERCISES, no_such_exercise
from . import diagnose, messages, runner, slips
from .diagnose import expected_outcomes
from .source import source_of

__all__ = ["Result", "check", "check_whole", "expected_outcomes"]


@dataclass(frozen=True)
class Result:
    """What a check found: whether it passed, a message, and the name of a recognised mistake.

    single: whether it passed by the precision of float32 alone.
    """

    passed: bool
    message: str
    mistake: str | None = None
    single: bool = False

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


def check(name, function=None, *, keep=True):
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
        return Result(False, no_such_exercise(name))
    exercise = EXERCISES[name]
    result = _not_a_function(exercise, function)
    if result is None:
        result = judge(exercise, function)
    if not keep:
        return result
    from .. import keep as keeper

    more = keeper.save_solution(function, name) if result.passed else keeper.in_use(name)
    return replace(result, message="\n".join(filter(None, [result.message, more])))


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


def judge(exercise, function):
    """Call a function on the cases of an exercise and say what came of it."""
    cases, expected = expected_outcomes(exercise.name)
    found, in_time, text = runner.outcomes(exercise, function, cases)
    printed = messages.printed(text, runner.PRINT_LIMIT)
    if runner.not_written(found):
        return _result(
            messages.not_written(exercise, function, found[0].error, source_of(function).stub_line)
        )
    if not in_time and not found and runner.looks_unwritten(function):
        return _result(f"{exercise.name}: not written yet")
    if not in_time:
        at_work = cases[min(len(found), len(cases) - 1)]
        return _result(messages.out_of_time(exercise, at_work, runner.TIME_LIMIT), printed)
    answer = diagnose.Answer(exercise, function, cases, expected, found)
    if answer.wrong and answer.nearly and diagnose.single_precision(function):
        answer = answer.nearly
    return _wrong(answer, printed) if answer.wrong else _right(answer, printed)


def _result(lines, printed=(), mistake=None):
    lines = [lines] if isinstance(lines, str) else lines
    return Result(False, "\n".join([*lines, *printed]), mistake)


def _right(answer, printed):
    """The answers are right: passed, unless an argument was changed on the way."""
    for args, outcome in zip(answer.cases, answer.found, strict=True):
        if outcome.written:
            lines = messages.writes(answer.exercise, args, outcome, answer.source)
            return _result(lines, printed, "writes-into-argument")
    names = diagnose.single_precision(answer.function) if answer.precision else []
    single = bool(names) or answer.in_single_precision
    said = messages.precise_to(names) if single else []
    message = "\n".join([f"{answer.exercise.name}: passed.", *said, *printed])
    return Result(True, message, single=single)


def _wrong(answer, printed):
    """Name the mistake; for one that is not known show where the answers part."""
    exercise, i = answer.exercise, answer.wrong[0]
    expected, found, difference = answer.expected[i], answer.found[i], answer.differences[i]
    case = messages.smallest(exercise, answer.cases[i])
    mistakes, more, writes = diagnose.recognise(answer)
    plain = found.error and not (mistakes and mistakes[0].error)
    slip, sentence = slips.find(answer, slips.PLAIN if plain else slips.FIRST)
    if mistakes and not slip:
        lines = [f"{exercise.name}: {mistakes[0].hint}", *(m.hint for m in mistakes[1:])]
        lines += [*case, *messages.came(exercise, found, difference)]
        lines += [] if writes else messages.written_names(exercise, answer.cases[i], found)
        if more:
            lines.append("Other inputs go wrong for another reason as well. Mend this one first.")
        return _result(lines, printed, mistakes[0].name)
    if not slip:
        slip, sentence = slips.find(answer)
    if found.error:
        said = messages.error_in_words(found.error, exercise, not slip, answer.cases[i])
        lines = [*([sentence] if slip else []), *said, *case]
    else:
        said = messages.difference_in_words(exercise, difference)
        lines = [sentence or said, *case]
        lines += messages.expected_and_came(exercise, expected, found, difference)
        lines += [said] if slip else []
        lines += messages.troubles(found, difference)
        lines += messages.right_and_wrong(*diagnose.parts_judged(answer))
    lines += messages.patterns(diagnose.common_patterns(answer))
    lines += [] if slip else messages.terms(*diagnose.terms(answer))
    lines += messages.written_names(exercise, answer.cases[i], found)
    lines[0] = f"{exercise.name}: {lines[0]}"
    return _result(lines, printed, slip or None)


def check_whole(my_rnn=None):
    """Put your functions together, train them on the verse and let them recite."""
    from .whole import check_whole as whole

    return whole(my_rnn)
