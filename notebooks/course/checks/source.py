"""A learner's code as they wrote it, to look for the signs of a mistake."""

import ast
import copy
import inspect
import re
import types
from dataclasses import dataclass
from functools import cached_property

from ..exercises import EXERCISES, is_stub
from ..keep import sources


@dataclass(frozen=True)
class Source:
    """The definitions of a function and of what it calls of the notebook's own, or nothing.

    The function's own is the first; made are the names that its cell itself gives a value.
    """

    nodes: tuple[ast.stmt, ...] = ()
    made: frozenset[str] = frozenset()

    @cached_property
    def tree(self):
        """One syntax tree of it all, docstrings left out."""
        tree = ast.Module([copy.deepcopy(node) for node in self.nodes], [])
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and ast.get_docstring(node) is not None:
                node.body = node.body[1:] or [ast.Pass()]
        return tree

    @cached_property
    def text(self):
        """The tree as code, all alike in spaces and quotes."""
        return ast.unparse(self.tree)

    def bears(self, sign):
        """Whether it bears the sign of a mistake; any sign counts if no source could be had."""
        if not sign or not self.nodes:
            return True
        if callable(sign):
            return bool(sign(self.tree))
        return re.search(sign, self.text) is not None

    @property
    def stub_line(self):
        """The number of the line `raise NotImplementedError` where code stands beside it, or 0."""
        if not self.nodes or is_stub(self.tree.body[0]):
            return 0
        return next(
            (
                node.lineno
                for node in ast.walk(self.tree.body[0])
                if isinstance(node, ast.Raise) and "NotImplementedError" in ast.unparse(node)
            ),
            0,
        )


def source_of(function):
    """Return the Source of a function, helpers included, other exercises' functions not."""
    nodes, made, seen, waiting = [], frozenset(), set(), [inspect.unwrap(function)]
    while waiting:
        one = waiting.pop(0)
        if id(one) in seen:
            continue
        seen.add(id(one))
        lines, node = sources.definition_of(one)
        if node is None:
            continue
        if not nodes:
            bound = [names for _, names in sources.statements("\n".join(lines))]
            made = frozenset().union(*bound)
        nodes.append(node)
        names = {name.id for name in ast.walk(node) if isinstance(name, ast.Name)}
        scope = getattr(one, "__globals__", {})
        waiting += [
            scope[name]
            for name in sorted(names - EXERCISES.keys())
            if isinstance(scope.get(name), types.FunctionType)
            and scope[name].__module__ == one.__module__
        ]
    return Source(tuple(nodes), made)
