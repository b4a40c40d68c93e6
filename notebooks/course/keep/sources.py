"""Take functions out of notebook cells, with all they need, and put them into a module's text."""

import ast
import builtins
import dis
import inspect
import linecache
import math
import re
import sys
import textwrap
import types
from collections import Counter
from dataclasses import dataclass

import numpy as np

from ..exercises import EXERCISES

HEADER = '''"""The functions that you have written, as the course accepted them."""

import numpy as np
'''
BORROWED = "# Borrowed from the course until you write them yourself"
RETURNED = "# End of what is borrowed"
BORROWING = [
    "import sys",
    "from pathlib import Path",
    "",
    "_here = Path(__file__).resolve().parent",
    "sys.path.extend([str(_here), str(_here.parent)])",
    "from course.exercises import EXERCISES  # noqa: E402",
    "",
]
SCRIPT = "# python my_rnn.py trains on the verse and recites"
SCRIPT_END = "# End of the script"
RUNNING = [
    'if __name__ == "__main__":',
    "    import sys",
    "    from pathlib import Path",
    "",
    "    sys.path.extend(map(str, Path(__file__).resolve().parents[:2]))",
    "    from course.keep.recital import recite",
    "",
    "    recite(__file__)",
]
MARKS = {BORROWED: True, RETURNED: False, SCRIPT: True, SCRIPT_END: False}  # whether it opens
LENT = re.compile(r'(\w+) = EXERCISES\["\1"\]\.reference')
NOT_PYTHON = (SyntaxError, ValueError, RecursionError, MemoryError)  # what a compiler may raise


class CannotKeep(Exception):
    """A function cannot stand in a file of its own; the text says why."""


@dataclass(frozen=True)
class Need:
    """A name that a function uses, and the statement that makes it: import, constant or helper."""

    name: str
    kind: str
    text: str


def with_comments(lines, node):
    """Return first and last line (from 0, end excluded) of a statement and its comments."""
    first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))]) - 1
    while (
        first
        and lines[first - 1].lstrip().startswith("#")
        and _margin(lines[first - 1]) == node.col_offset
    ):
        first -= 1
    end = last = node.end_lineno
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):  # comments that close the body
        while last < len(lines):
            line = lines[last]
            if line.strip() and not (
                line.lstrip().startswith("#") and _margin(line) > node.col_offset
            ):
                break
            last += 1
            end = last if line.strip() else end
    return first, end


def _margin(line):
    return len(line) - len(line.lstrip())


def _parsed(text):
    """ast.parse, tried once more after Python lost count of its own depth (a SystemError).

    Met on Python 3.11.7 in one of many thousand checks; python/cpython issue 106905 has the like.
    """
    try:
        return ast.parse(text)
    except SystemError:
        return ast.parse(text)


def definition_of(function):
    """Return (lines, node): the file of a function, and the statement in it that defines it.

    node is None if there is none to be found. A function that runs in another process, as in the
    grader, has the file in its code and nothing but its name to be found by.
    """
    function = inspect.unwrap(function)
    code = getattr(function, "__code__", None)
    lines = [line.rstrip("\n") for line in linecache.getlines(code.co_filename)] if code else []
    try:
        tree = _parsed("\n".join(lines))
    except NOT_PYTHON:
        return lines, None
    if code is not None and code.co_name == "<module>":
        name = getattr(function, "__name__", "")
        named = [n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == name]
        return lines, named[-1] if named else None
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            firsts = [node.lineno, *(d.lineno for d in node.decorator_list)]
            if node.name == code.co_name and code.co_firstlineno in firsts:
                return lines, node
        if (
            isinstance(node, ast.Assign)
            and isinstance(node.value, ast.Lambda)
            and code.co_name == "<lambda>"
            and isinstance(node.targets[0], ast.Name)
            and node.value.lineno == code.co_firstlineno
        ):
            return lines, node
    return lines, None


def source_of(function):
    """Return (text, name): the statement that defines a function, and the name that it gets."""
    if getattr(function, "__closure__", None):
        raise CannotKeep("it uses variables of another function around it")
    lines, node = definition_of(function)
    if node is None:
        raise CannotKeep(
            "its source cannot be found; define it with `def` in a cell "
            "that does not begin with `%%`"
        )
    first, end = with_comments(lines, node)
    text = "\n".join(lines[first:end])
    name = node.targets[0].id if isinstance(node, ast.Assign) else node.name
    return textwrap.dedent(text) if node.col_offset else text, name


def global_names(text):
    """Return the names that some statements look up outside of their functions."""
    found, codes = {}, [compile(text, "<my_rnn>", "exec")]
    while codes:
        code = codes.pop()
        codes.extend(const for const in code.co_consts if isinstance(const, types.CodeType))
        for instruction in dis.get_instructions(code):
            if instruction.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
                found[instruction.argval] = None
    return list(found)


def needs_of(text, own, scope, seen=None):
    """Return what the text needs from the notebook's names (scope), helpers' needs first."""
    seen = {own} if seen is None else seen
    needs = []
    for name in global_names(text):
        if name in seen or name in EXERCISES or name not in scope:
            continue
        value = scope[name]
        if getattr(builtins, name, None) is value or name.startswith("__"):
            continue
        seen.add(name)
        needs += _need(name, value, scope, seen)
    return needs


def _need(name, value, scope, seen):
    if isinstance(value, types.ModuleType):
        same = value.__name__ == name
        return [Need(name, "import", f"import {value.__name__}" + ("" if same else f" as {name}"))]
    home = _home(name, value, scope)
    if home:
        return [Need(name, "import", home)]
    if isinstance(value, types.FunctionType):
        text, given = source_of(value)
        alias = [] if given == name else [Need(name, "helper", f"{name} = {given}")]
        return [*needs_of(text, given, scope, seen), Need(given, "helper", text), *alias]
    if isinstance(value, type) and value.__module__ == scope.get("__name__"):
        text = _class_source(name)
        return [*needs_of(text, name, scope, seen), Need(name, "helper", text)]
    literal = _literal(value)
    if literal is None:
        raise CannotKeep(
            f"it uses `{name}`, which stands in the notebook outside of it; hand it "
            "over as an argument, or make it inside"
        )
    return [Need(name, "constant", f"{name} = {literal}")]


def _class_source(name):
    """The statement of a cell that makes a class: the last, as classes do not know their cell."""
    for _, modified, lines, _ in [e for e in linecache.cache.values() if len(e) == 4][::-1]:
        if modified is not None or not any(name in line for line in lines):
            continue  # a file, no cell
        lines = [line.rstrip("\n") for line in lines]
        try:
            found = statements("\n".join(lines))
        except NOT_PYTHON:
            continue
        for node, names in found[::-1]:
            if names == {name} and isinstance(node, (ast.ClassDef, ast.Assign)):
                first, end = with_comments(lines, node)
                return "\n".join(lines[first:end])
    raise CannotKeep(f"the cell that makes `{name}` cannot be found")


def _home(name, value, scope):
    """The import that gives a value, if some module has it under its name."""
    own = getattr(value, "__name__", name)
    home = str(getattr(value, "__module__", None))
    for module in (home.lstrip("_"), home, "numpy", "math"):
        if module in ("__main__", "main__", "builtins", "my_rnn", scope.get("__name__")):
            continue
        if (
            callable(value)
            and module in sys.modules
            and (vars(sys.modules[module]).get(own) is value)
        ):
            return f"from {module} import {own}" + ("" if own == name else f" as {name}")
    return None


def _literal(value):
    """The Python text of a plain value, or None."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return f'float("{value}")'
    if isinstance(value, np.ndarray):
        if value.size > 1000 or value.dtype.kind not in "iufb":
            return None
        return f"np.array({value.tolist()}, dtype=np.{value.dtype})"
    try:
        text = repr(value)
        return text if len(text) < 20_000 and ast.literal_eval(text) == value else None
    except Exception:
        return None


# The module's text -------------------------------------------------------------------------


def without_borrowed(text):
    """The text without the blocks that are not the learner's own: what is lent, and the script.

    Only lines that the course wrote go; whatever a learner has put among them stays.
    """
    if not any(mark in text for mark in MARKS):
        return text
    quoted = {
        line
        for node in ast.walk(ast.parse(text))
        if isinstance(node, (ast.Constant, ast.JoinedStr))
        for line in range(node.lineno + 1, node.end_lineno + 1)
    }
    kept, ours, inside = [], False, False  # ours: the line before was the course's
    for number, line in enumerate(text.split("\n"), 1):
        if number not in quoted and line in MARKS:
            ours, inside = True, MARKS[line]
            continue
        known = line in BORROWING or line in RUNNING
        ours = inside and ((known and (line or ours)) or bool(LENT.fullmatch(line)))
        if not ours:
            kept.append(line)
    return "\n".join(kept)


def statements(text):
    """Return (node, names that it binds) for each statement at the top of a module."""
    found = []
    for node in ast.parse(text).body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names = {node.name}
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            names = {alias.asname or alias.name.split(".")[0] for alias in node.names}
        else:
            names = _stored(node)
        found.append((node, names))
    return found


def _stored(node):
    """The names that a statement binds in its module: those of comprehensions and lambdas not."""
    inner = (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
    found = {node.id} if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) else set()
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, inner):
            found |= _stored(child)
    return found


def defined(text):
    """The names of exercises that a module's text defines, borrowed ones left out."""
    names = set().union(*(bound for _, bound in statements(without_borrowed(text))))
    return [name for name in EXERCISES if name in names]


def _splice(text, first, end, new):
    """Put a statement in place of lines first to end, two blank lines apart unless all imports."""
    lines = text.split("\n")
    blocks = ["\n".join(lines[:first]).rstrip("\n"), new, "\n".join(lines[end:]).strip("\n")]
    made = ""
    for block in filter(None, blocks):
        both = _is_import(made.rsplit("\n", 1)[-1]) and _is_import(block)
        head = made.count("\n") == 0 and made.startswith(('"', "'")) and _is_import(block)
        made += ("" if not made else "\n" if both else "\n\n" if head else "\n\n\n") + block
    return made + "\n"


def _is_import(text):
    return text.startswith(("import ", "from "))


def _bind(text, need, owner):
    """Make sure that the module has a name that a function needs."""
    lines, found = text.split("\n"), statements(text)
    for node, names in found:
        if need.name not in names:
            continue
        if ast.dump(node) == ast.dump(ast.parse(need.text).body[0]):
            return text
        used_by = [
            other
            for other, bound in found
            if other is not node
            and owner not in bound
            and need.name in global_names(ast.unparse(other))
        ]
        if used_by or not _alone(node, names, found):
            raise CannotKeep(
                f"my_rnn.py has another `{need.name}` that is in use there; give "
                "yours another name, or make it inside the function"
            )
        return _splice(text, *with_comments(lines, node), need.text)
    if need.kind == "helper":
        return _splice(text, *[_place(text, owner)] * 2, need.text)
    heads = [node for node, _ in found if isinstance(node, (ast.Import, ast.ImportFrom))]
    if not heads and found and isinstance(found[0][0], ast.Expr):
        heads = [found[0][0]]
    end = heads[-1].end_lineno if heads else 0
    return _splice(text, end, end, need.text)


def _alone(node, names, found):
    """Whether a statement does nothing but give one name its meaning, on lines of its own."""
    simple = (
        ast.FunctionDef,
        ast.AsyncFunctionDef,
        ast.ClassDef,
        ast.Assign,
        ast.AnnAssign,
        ast.Import,
        ast.ImportFrom,
    )
    others = [other for other, _ in found if other is not node]
    apart = all(o.end_lineno < node.lineno or o.lineno > node.end_lineno for o in others)
    return isinstance(node, simple) and len(names) == 1 and apart


def _place(text, name):
    """The line at which an exercise's function belongs: in the order of the lessons."""
    order, lines = list(EXERCISES), text.split("\n")
    for node, names in statements(text):
        if name in names:
            return with_comments(lines, node)[0]
        if any(n in EXERCISES and order.index(n) > order.index(name) for n in names):
            return with_comments(lines, node)[0]
    return len(lines)


def put(text, name, source, needs):
    """Return a module's text with a function put in, or put in place of its older version."""
    found = statements(text)
    for node, names in found:
        if name in names and not _alone(node, names, found):
            raise CannotKeep(
                f"line {node.lineno} of my_rnn.py makes `{name}` together with something else; let "
                "it stand on lines of its own there, or delete it"
            )
    text = without_borrowed(text) if text.strip() else HEADER
    replaced = {"np", name, *(need.name for need in needs)}
    before = Counter(ast.dump(n) for n, names in statements(text) if not names & replaced)
    for need in [Need("np", "import", "import numpy as np"), *needs]:
        text = _bind(text, need, name)
    old = [node for node, names in statements(text) if name in names]
    for node in old[:0:-1]:
        text = _splice(text, *with_comments(text.split("\n"), node), "")
    if old:
        text = _splice(text, *with_comments(text.split("\n"), old[0]), source)
    else:
        text = _splice(text, *[_place(text, name)] * 2, source)
    if before - Counter(ast.dump(node) for node, _ in statements(text)):
        raise CannotKeep("it finds no place in my_rnn.py without breaking what is there")
    text = text.rstrip("\n") + "\n" + ending(text)
    compile(text, "my_rnn.py", "exec")
    return text


def without(text, name):
    """Return a module's text without a function; the course's own is borrowed if others need it."""
    if name not in defined(text):
        return text
    found = statements(text)
    for node, names in found:
        if name in names and not _alone(node, names, found):
            raise CannotKeep(f"line {node.lineno} of my_rnn.py makes `{name}` with something else")
    text = without_borrowed(text)
    for node in [node for node, names in statements(text) if name in names][::-1]:
        text = _splice(text, *with_comments(text.split("\n"), node), "")
    return text.rstrip("\n") + "\n" + ending(text)


def ending(text):
    """What the course writes below the learner's own: what is lent, and what runs it as a script."""
    return borrowing(text) + "\n".join(["", "", SCRIPT, *RUNNING, SCRIPT_END, ""])


def borrowing(text):
    """The block that imports from the course what is used and not written yet."""
    own = defined(text)
    used = [name for name in global_names(text) if name in EXERCISES and name not in own]
    if not used:
        return ""
    lines = ["", "", BORROWED, *BORROWING]
    lines += [f'{name} = EXERCISES["{name}"].reference' for name in sorted(used)]
    return "\n".join([*lines, RETURNED, ""])
