"""Run as `python -m mutants` in tests/; see the package's docstring."""

import argparse
import ast
import inspect
import sys
import textwrap
import time
import zlib
from collections import Counter
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parents[1] / "notebooks"), str(HERE.parents[1])]

import numpy as np  # noqa: E402

import solutions  # noqa: E402
from alternatives import ALTERNATIVES  # noqa: E402
from course.checks import check, diagnose, runner  # noqa: E402
from course.exercises import EXERCISES  # noqa: E402
from mutants import inputs as inputs_of  # noqa: E402
from mutants import operators, truth  # noqa: E402

ACCEPTED = HERE / "accepted.txt"


def accepted():
    """{(exercise, change): reason} from accepted.txt: `exercise | old -> new | reason`."""
    rows = [line.split(" | ") for line in ACCEPTED.read_text(encoding="utf-8").splitlines()]
    return {(name, change): reason for name, change, reason in (r for r in rows if len(r) == 3)}


def originals(name):
    """Yield (where, ast.FunctionDef, names around it): the solution, then each alternative."""
    for written in solutions.all_written():
        if written.name == name:
            tree = ast.parse(written.solution)
            scope = {other: one.reference for other, one in EXERCISES.items() if other != name}
            exec(written.imports.replace("from course import widgets", ""), scope)
            for node in tree.body:
                if not (isinstance(node, ast.FunctionDef) and node.name == name):
                    exec(ast.unparse(node), scope)
            (function,) = [n for n in tree.body if getattr(n, "name", "") == name]
            yield "solution", function, scope
    for way in ALTERNATIVES.get(name, ()):
        if inspect.isfunction(way) and not way.__closure__ and way.__name__ != "<lambda>":
            node = ast.parse(textwrap.dedent(inspect.getsource(way))).body[0]
            if isinstance(node, ast.FunctionDef):
                yield way.__name__, node, dict(way.__globals__)


def made(node, scope):
    scope = dict(scope)
    exec(compile(ast.Module([node], []), "<mutant>", "exec"), scope)
    return scope[node.name]


def passes(exercise, function):
    """Whether the check accepts it; it stops at the first input that it gets wrong."""
    cases, expected = diagnose.expected_outcomes(exercise.name)
    for args, right in zip(cases, expected, strict=True):
        found, in_time, _ = runner.outcomes(exercise, function, [args])
        if not in_time or set(found[0].written) - set(right.written):
            return False
        if diagnose.difference_between(exercise, right, found[0]) is not None:
            return False
    return True


def quietly(task):
    """Run task() with a limit of time and with its prints kept; True if it came to an end."""
    return runner.run_with_timeout(task, 60.0)[0]  # what is drawn takes seconds, if it is right


def examine(name, show):
    exercise, known = EXERCISES[name], accepted()
    seeds = [np.random.default_rng([zlib.crc32(name.encode()), seed]) for seed in (1, 2)]
    wild = list(getattr(inputs_of, name)(inputs_of.rng_of(name)))
    wild += [args for seed in seeds for args in exercise.cases(seed)]
    count, slipped = Counter(), []
    for where, node, scope in originals(name):
        right = made(node, scope)
        usable = [
            (args, out) for args in wild if (out := truth.answer(name, right, args))[0] == "answer"
        ]
        for change, mutated in operators.mutants(node):
            count["mutants"] += 1
            function = made(mutated, scope)
            verdict = {}

            def decide(function=function, usable=usable, verdict=verdict):
                verdict["same"] = all(
                    truth.same_outcome(out, truth.answer(name, function, args))
                    for args, out in usable
                )

            equal = quietly(decide) and verdict.get("same", False)
            through = passes(exercise, function)
            kind = {
                (True, True): "same",
                (True, False): "stricter",  # right on our inputs, refused on one of the check's
                (False, False): "refused",
                (False, True): "accepted" if (name, change) in known else "slipped",
            }[bool(equal), through]
            count[kind] += 1
            if kind == "slipped":
                slipped.append(f"{name} | {change} | in {where}")
            if kind == "refused" and show:
                result = check(name, function, keep=False)
                count["named"] += result.mistake is not None
                print(f"\n{change}\n    {result.mistake}: {result.message.splitlines()[0]}")
            elif show and kind != "same":
                print(f"\n{change}\n    {kind.upper()}")
    return count, slipped


def main():
    parser = argparse.ArgumentParser(prog="python -m mutants", description=__doc__)
    parser.add_argument("names", nargs="*", help="exercises; all unless given")
    parser.add_argument("--show", action="store_true", help="what the check says of each")
    options = parser.parse_args()
    runner.TIME_LIMIT = 2.0
    print(f"{'exercise':20}{'mutants':>8}{'same':>7}{'refused':>9}{'accepted':>10}{'slipped':>9}")
    lost, start = [], time.monotonic()
    for name in options.names or EXERCISES:
        count, slipped = examine(name, options.show)
        lost += slipped
        print(
            f"{name:20}{count['mutants']:8}{count['same'] + count['stricter']:7}"
            f"{count['refused']:9}{count['accepted']:10}{count['slipped']:9}",
            flush=True,
        )
        if options.show and count["refused"]:
            print(f"    named {count['named'] / count['refused']:.0%} of those refused")
    for line in lost:
        print("SLIPPED", line)
    print(f"{len(lost)} wrong mutants slipped through; {time.monotonic() - start:.0f} s")
    return 1 if lost else 0


sys.exit(main())
