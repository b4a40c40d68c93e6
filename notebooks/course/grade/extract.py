"""Take the exercises out of code: the statements that make up an answer, and what they need."""

import ast
import dis
import re
import types
from dataclasses import dataclass
from functools import cached_property

from ..exercises import EXERCISES, is_stub

VERSIONS = 12  # of a function, that are looked at
NESTED = 8  # `finally` in `finally`: Python writes each of them out twice
MAGICS = 100  # lines of a cell that are for IPython alone
NOT_PYTHON = (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError)
CHANGING = {
    "add",
    "append",
    "clear",
    "discard",
    "extend",
    "fill",
    "insert",
    "pop",
    "popitem",
    "put",
    "remove",
    "reverse",
    "setdefault",
    "sort",
    "update",
}


class Unreadable(Exception):
    """A file cannot be used; the text says why, and what to do."""


@dataclass(frozen=True)
class Piece:
    """Code to be run: all of a cell, or the statements at some places of it."""

    label: str
    text: str
    places: tuple | None = None


@dataclass(frozen=True)
class Attempt:
    """A way to a student's function: what to run, and the name that it has then.

    go_on: run what follows an error too, as a notebook does.
    """

    pieces: tuple
    target: str | None
    go_on: bool = False

    @cached_property
    def key(self):
        """What two attempts have in common that come to the same."""
        return self.target, self.go_on, tuple((p.text, p.places) for p in self.pieces)


@dataclass(frozen=True)
class Cell:
    """Code, what it is called in messages, and the exercise that it is the cell of ("" if none)."""

    label: str
    text: str
    tree: ast.Module
    exercise: str = ""


def parsed(text, where):
    """The tree of some code; Unreadable says what keeps Python from reading it."""
    try:
        tree = ast.parse(text)
        if _nested(tree) > NESTED:
            raise ValueError(f"more than {NESTED} `finally` inside of one another")
        compile(text, where, "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
        return tree
    except SyntaxError as error:
        line = f" in line {error.lineno}" if error.lineno else ""
        raise Unreadable(
            f"{where} is not valid Python: {type(error).__name__}{line}, {error.msg}."
        ) from None
    except NOT_PYTHON as error:
        said = str(error) or type(error).__name__
        raise Unreadable(f"{where} is not valid Python: {said[:200]}.") from None


def _nested(tree):
    """How many `finally` stand inside of one another at most."""
    deepest, waiting = 0, [(tree, 0)]
    while waiting:
        node, depth = waiting.pop()
        depth += bool(getattr(node, "finalbody", None))
        deepest = max(deepest, depth)
        for part in ("body", "handlers", "orelse", "finalbody", "cases"):
            inner = getattr(node, part, None)
            waiting += [(one, depth) for one in inner] if isinstance(inner, list) else []
    return deepest


# What is for IPython alone -------------------------------------------------------------------


def as_python(source):
    """A cell with `pass` in place of the lines that only IPython reads; lines keep their numbers.

    Only where Python stops at such a line: a line that goes on with `% 7` or `!= 0` stays.
    """
    lines = re.sub(r"\r\n?", "\n", source).split("\n")
    first = next((i for i, line in enumerate(lines) if line.strip()), 0)
    if lines[first].startswith("%%"):
        lines[first] = ""
    for _ in range(MAGICS if len(source) < 100_000 else 3):
        try:
            ast.parse("\n".join(lines))
            break
        except SyntaxError as error:
            number = (error.lineno or 0) - 1
            plain = _without_magic(lines[number]) if 0 <= number < len(lines) else None
            if plain is None:
                break
            lines[number] = plain
        except NOT_PYTHON:
            break
    return "\n".join(lines)


def _without_magic(line):
    """What stands for a line of IPython's, or None if it is not one."""
    if found := re.fullmatch(r"(\s*)%time\s+(.+)", line):
        return found[1] + found[2]
    if found := re.fullmatch(r"(\s*)(?:[%!?].*|\??[\w.\[\]'\"]+\?{1,2}\s*)", line):
        return found[1] + "pass"
    if found := re.fullmatch(r"(\s*[\w, .]+=\s*)[%!].*", line):
        return found[1] + "[]"
    return None


# Statements ------------------------------------------------------------------------------------


@dataclass
class _Statement:
    """A statement at the top of a cell, and the names that it binds, needs and changes."""

    cell: int
    place: int
    node: ast.stmt
    binds: set
    needs: set
    changes: set

    @property
    def always(self):
        """Whether what it does has no name that a function could be seen to need."""
        return isinstance(self.node, ast.ImportFrom) and (
            self.node.module == "__future__" or self.node.names[0].name == "*"
        )

    @cached_property
    def solid(self):
        """Whether it may be an answer: not a stub, and not what others have written."""
        node = self.node
        if isinstance(node, (ast.Import, ast.ImportFrom, ast.AugAssign)):
            return False
        if isinstance(node, (ast.Assign, ast.AnnAssign)):
            parts = list(ast.walk(node))
            names = {getattr(part, "id", getattr(part, "attr", "")) for part in parts}
            return not names & {"yours", "reference"}
        return not is_stub(node)


def _names(node, modules):
    """The names that a statement binds, those that it looks up, and those it changes in place.

    modules: names of modules, which np.append and the like do not change.
    """
    code = compile(ast.Module([node], []), "<statement>", "exec", dont_inherit=True)
    binds, needs, codes = set(), set(), [code]
    while codes:
        one = codes.pop()
        codes += [const for const in one.co_consts if isinstance(const, types.CodeType)]
        for instruction in dis.get_instructions(one):
            if instruction.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
                needs.add(instruction.argval)
            elif instruction.opname in ("STORE_NAME", "STORE_GLOBAL") and one is code:
                binds.add(instruction.argval)
    inert = isinstance(node, (ast.FunctionDef, ast.ClassDef))
    changes = set() if inert else set(_changed(node)) - modules
    if isinstance(node, ast.AugAssign):
        changes, binds = changes | binds, set()
    return binds, needs, changes


def _changed(node):
    """The names whose values a statement changes: x[0] = 1, x.y = 1, x.append(1)."""
    for part in ast.walk(node):
        if isinstance(part, (ast.Subscript, ast.Attribute)) and isinstance(
            part.ctx, (ast.Store, ast.Del)
        ):
            yield _base(part)
        elif isinstance(part, ast.Call) and getattr(part.func, "attr", "") in CHANGING:
            yield _base(part.func)


def _base(node):
    while isinstance(node, (ast.Subscript, ast.Attribute)):
        node = node.value
    return getattr(node, "id", "")


class Code:
    """The statements of some cells, and how they hang together."""

    def __init__(self, cells):
        self.cells, self.statements = cells, []
        self.makers, self.changers, self.checks = {}, {}, {}  # name -> numbers of statements
        self.modules = set()
        for number, cell in enumerate(cells):
            for place, node in enumerate(cell.tree.body):
                try:
                    self._add(_Statement(number, place, node, *_names(node, self.modules)))
                except NOT_PYTHON:  # it can be read, and yet not be compiled alone
                    continue

    def _add(self, statement):
        number = len(self.statements)
        self.statements.append(statement)
        if isinstance(statement.node, ast.Import):
            self.modules |= statement.binds
        for names, table in ((statement.binds, self.makers), (statement.changes, self.changers)):
            for name in names:
                table.setdefault(name, []).append(number)
        for exercise, function in _checked(statement.node):
            self.checks.setdefault(exercise, []).append((number, function))

    def versions(self, exercise):
        """What may be the answer, the likeliest first: (its number, name, number of its check).

        What `check` is given, then what has the exercise's own name; first in the exercise's own
        cell, then elsewhere; of equals the last.
        """
        checked = [
            (self._maker(function, number), function, number)
            for number, function in reversed(self.checks.get(exercise, []))
        ]
        named = [(n, exercise, n) for n in reversed(self.makers.get(exercise, []))]
        named = [one for one in named if self.statements[one[0]].solid]
        found = [*checked, *named]
        home = [one for one in found if self._cell_of(one[2]).exercise == exercise]
        return list(dict.fromkeys(one for one in [*home, *found] if one[0] is not None))

    def _cell_of(self, number):
        return self.cells[self.statements[number].cell]

    def _maker(self, name, before):
        """The statement that made what had a name at a statement, or None."""
        found = [n for n in self.makers.get(name, []) if self.statements[n].solid]
        return max((n for n in found if n <= before), default=found[0] if found else None)

    def attempts(self, exercise):
        """The Attempts at an exercise; the last runs all there is before the first of them."""
        found, versions = {}, self.versions(exercise)
        for number, name, checked in versions[:VERSIONS]:
            for seen in (max(number, checked), number):  # as `check` saw it, and as it was made
                attempt = Attempt(self._pieces(self._needed(number, seen)), name)
                found.setdefault(attempt.key, attempt)
        found = list(found.values())
        if found:
            number, name, checked = versions[0]
            before = range(max(number, checked) + 1)
            found.append(Attempt(self._pieces(before), name, go_on=True))
        return found

    def _needed(self, last, seen):
        """The numbers of a statement and of those that it needs, in their order.

        What a function looks up when it runs is what had the name at the statement `seen`.
        """
        chosen = set()
        waiting = [last, *(n for n in range(last) if self.statements[n].always)]
        while waiting:
            number = waiting.pop()
            if number in chosen:
                continue
            chosen.add(number)
            statement = self.statements[number]
            for need in statement.needs | statement.changes:
                makers = self.makers.get(need, [])
                late = isinstance(statement.node, (ast.FunctionDef, ast.ClassDef))
                end = max(number, seen) if late else number
                before = [n for n in makers if n < end and n != number][-1:] or makers[:1]
                waiting += before
                waiting += [
                    n for n in self.changers.get(need, []) if before and before[0] < n < seen
                ]
        return sorted(chosen)

    def _pieces(self, numbers):
        places = {}
        for number in numbers:
            statement = self.statements[number]
            places.setdefault(statement.cell, []).append(statement.place)
        return tuple(
            Piece(self.cells[cell].label, self.cells[cell].text, tuple(of_cell))
            for cell, of_cell in places.items()
        )


def _checked(node):
    """check("softmax", mine) says which function is meant for an exercise: ("softmax", "mine")."""
    for call in ast.walk(node):
        if not isinstance(call, ast.Call):
            continue
        if getattr(call.func, "id", getattr(call.func, "attr", "")) != "check":
            continue
        named = {keyword.arg: keyword.value for keyword in call.keywords}
        given = [*call.args, *(named[arg] for arg in ("name", "function") if arg in named)]
        if len(given) == 2 and isinstance(given[0], ast.Constant):
            name, function = given[0].value, getattr(given[1], "id", None)
            if name in EXERCISES and function:
                yield name, function
