"""Cells can be run in any order. One that is run out of turn is told which cell to run first.

A lesson gives the same name to new things as it goes on. Whoever goes back up, or skips a cell,
can so get a wrong figure without an error. Here the kernel keeps book of which cell made what each
name stands for, and compares that with the order on the page. It stops nothing: it prints a
sentence above the cell's own output. Cells that a learner adds are never complained about.

It also lets go of what a cell showed the last time, which the page no longer shows: else the kernel
would keep every picture and every widget of every run.

The course imports this first of all, so it needs no package, and an old Python can read it.
"""

import ast
import glob
import json
import os
import sys
import types

LESSONS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
MEANT_TO_BE_RUN_AGAIN = "run-again"  # the tag of a cell that counts its own runs
# Methods that change what they are called on, and functions that change their first argument.
CHANGE_SELF = {
    "append",
    "clear",
    "extend",
    "insert",
    "pop",
    "setdefault",
    "sort",
    "train",
    "update",
    "update_params",
    "choice",
    "integers",
    "normal",
    "permutation",
    "random",
    "shuffle",
    "standard_normal",
}
CHANGE_FIRST = {
    "adagrad_update",
    "adam_update",
    "momentum_update",
    "sgd_update",
    "train",
    "train_step",
}
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


# What a cell's code uses and makes ---------------------------------------------------------


class NameUsage(ast.NodeVisitor):
    """The names that a cell needs from others, binds, changes in place, and calls.

    functions: name -> Uses of its body; imports: name -> where it comes from. A name that is bound
    above its use is not needed.
    """

    def __init__(self, tree, bound=()):
        self.needs, self.binds, self.changes = {}, set(bound), set()
        self.functions, self.imports, self.calls = {}, {}, []
        self.parameters = list(bound)
        for node in tree:
            self.visit(node)

    def visit_Name(self, node):
        if not isinstance(node.ctx, ast.Load):
            self.binds.add(node.id)
        elif node.id not in self.binds:
            self.needs[node.id] = None

    def visit_Assign(self, node):
        self.visit(node.value)
        for target in node.targets:
            self.visit(target)

    def visit_AugAssign(self, node):
        self.visit(node.value)
        self.change(node.target)

    def visit_Attribute(self, node):
        self.generic_visit(node)
        if not isinstance(node.ctx, ast.Load):
            self.change(node)

    visit_Subscript = visit_Attribute

    def change(self, node):
        name = root(node)
        if name:
            self.changes.add(name)
            if name not in self.binds:
                self.needs[name] = None

    def visit_For(self, node):
        self.visit(node.iter)
        self.visit(node.target)
        before = self.changes
        self.changes = set()
        for inner in node.body + node.orelse:
            self.visit(inner)
        if self.changes & names_in(node.target):  # what stands in the list has been changed
            self.changes |= names_in(node.iter)
        self.changes |= before

    def visit_Call(self, node):
        self.generic_visit(node)
        if isinstance(node.func, ast.Attribute) and node.func.attr in CHANGE_SELF:
            self.change(node.func.value)
        elif isinstance(node.func, ast.Name):
            self.calls.append((node.func.id, [root(argument) for argument in node.args]))
            if node.func.id in CHANGE_FIRST and node.args:
                self.change(node.args[0])

    def visit_comprehension_of(self, node):
        own = set()
        for part in node.generators:
            own |= names_in(part.target)
        inner = NameUsage([], own)
        for part in node.generators:
            inner.visit(part.iter)
            for condition in part.ifs:
                inner.visit(condition)
        for field in ("elt", "key", "value"):
            if hasattr(node, field):
                inner.visit(getattr(node, field))
        self.take(inner)

    visit_ListComp = visit_SetComp = visit_DictComp = visit_comprehension_of
    visit_GeneratorExp = visit_comprehension_of

    def take(self, inner):
        """Count what an inner scope needs and changes as this one's."""
        for name in inner.needs:
            if name not in self.binds:
                self.needs[name] = None
        self.changes |= inner.changes & set(inner.needs)
        self.calls += inner.calls

    def visit_FunctionDef(self, node):
        for part in node.decorator_list + node.args.defaults + node.args.kw_defaults:
            if part is not None:
                self.visit(part)
        self.binds.add(node.name)
        self.functions[node.name] = body_of(node)

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_Lambda(self, node):
        self.take(body_of(node))

    def visit_ClassDef(self, node):
        for part in node.decorator_list + node.bases:
            self.visit(part)
        self.binds.add(node.name)
        inner = NameUsage(node.body)
        for function in inner.functions.values():
            inner.take(function)
        inner.parameters = []
        self.functions[node.name] = inner

    def visit_Import(self, node):
        for alias in node.names:
            name = alias.asname or alias.name.split(".")[0]
            self.binds.add(name)
            self.imports[name] = (getattr(node, "module", None), alias.name)

    visit_ImportFrom = visit_Import


def body_of(function):
    """The Uses of a function's body; whatever it stores is its own."""
    arguments = function.args
    given = [a.arg for a in arguments.posonlyargs + arguments.args + arguments.kwonlyargs]
    given += [a.arg for a in (arguments.vararg, arguments.kwarg) if a]
    body = [function.body] if isinstance(function, ast.Lambda) else function.body
    inner = NameUsage(body, given)
    for name in [name for name in inner.needs if name in inner.binds]:
        del inner.needs[name]
    for name, deeper in inner.functions.items():
        deeper.needs.pop(name, None)
        inner.take(deeper)
    return inner


def root(node):
    """The name at the root of `name.attribute[index]`, or None."""
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Starred, ast.Call)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else None


def names_in(node):
    """Every name in an expression."""
    return {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}


# The lesson on the page --------------------------------------------------------------------


class Cell:
    """A code cell: its id, code, tags, the heading above it, and what it uses and makes."""

    def __init__(self, key, source, heading="", tags=()):
        self.key, self.source, self.heading, self.tags = key, source, heading, tags
        try:
            self.uses = NameUsage(ast.parse(source).body)
        except (SyntaxError, ValueError, RecursionError):  # a magic, say
            self.uses = NameUsage([])

    @property
    def name(self):
        """How a reader finds it: its first line that is not an import."""
        lines = [line for line in self.source.split("\n") if line.strip()] or [""]
        telling = [line for line in lines if not line.startswith(("import ", "from ", "#"))]
        line = (telling or lines)[0].rstrip()
        place = f' under "{self.heading}"' if self.heading else ""
        return f"the cell{place} with the line\n    {line}\n"


class Lesson:
    """The code cells of a notebook, in the order of the page."""

    def __init__(self, notebook):
        self.cells, heading = [], ""
        for cell in notebook["cells"]:
            source = "".join(cell["source"])
            if cell["cell_type"] == "code":
                tags = cell.get("metadata", {}).get("tags", ())
                self.cells.append(Cell(cell.get("id"), source, heading, tags))
            else:
                found = [line for line in source.split("\n") if line.startswith("## ")]
                heading = found[-1][3:].strip() if found else heading
        self.place = {cell.key: place for place, cell in enumerate(self.cells)}
        self.makes = []
        for place, cell in enumerate(self.cells):
            self.makes.append(self.made_by(cell.uses, place))

    def find(self, key, source):
        """The place of a cell that is being run, or None if it is not in the lesson."""
        if key in self.place:
            return self.place[key]
        alike = [place for place, cell in enumerate(self.cells) if same(cell.source, source)]
        return alike[0] if len(alike) == 1 else None

    def maker(self, name, place):
        """The place of the last cell above that makes or changes what a name stands for."""
        return next((p for p in reversed(range(place)) if name in self.makes[p]), None)

    def function(self, name, place, uses):
        """The Uses of a function of the lesson, as it stands at a place, or None."""
        if name in uses.binds:
            return uses.functions.get(name)
        if name in self.cells[place].uses.functions:
            return self.cells[place].uses.functions[name]
        maker = self.maker(name, place)
        return None if maker is None else self.cells[maker].uses.functions.get(name)

    def made_by(self, uses, place):
        """The names that a cell binds, or whose values it changes, itself or by what it calls."""
        return uses.binds | self.changed_by(uses, place)

    def changed_by(self, uses, place, callers=()):
        """The names whose values some code changes in place."""
        changed = set(uses.changes)
        for called, arguments in uses.calls:
            function = self.function(called, place, uses)
            if function is None or function in callers:
                continue
            inner = self.changed_by(function, place, (*callers, function))
            changed |= inner - function.binds
            given = dict(zip(function.parameters, arguments))  # noqa: B905
            changed |= {name for parameter, name in given.items() if name and parameter in inner}
        return changed

    def needed(self, uses, place):
        """name -> place of its maker, for all that a cell needs, its functions' needs too."""
        found, waiting = {}, list(uses.needs)
        for name, function in uses.functions.items():
            called = any(name == other for other, _ in uses.calls)
            waiting += [n for n in function.needs if n not in uses.binds] if called else []
        while waiting:
            name = waiting.pop(0)
            maker = self.maker(name, place)
            if name in found or maker is None:
                continue
            found[name] = maker
            function = self.cells[maker].uses.functions.get(name)
            waiting += [n for n in function.needs if n not in uses.binds] if function else []
        return found


def same(one, other):
    """Whether two cells hold the same code."""
    return one.strip() == other.strip()


# The kernel --------------------------------------------------------------------------------


class ExecutionTracker:
    """Keeps book, for one kernel, of which cell made what each name stands for."""

    def __init__(self, names, folder=LESSONS):
        self.names, self.folder = names, folder  # names: the notebook's variables
        self.made = {}  # name -> (the id of the cell that made it last, whether it ran in turn)
        self.path = self.stamp = self.lesson = self.state = None
        self.running = None  # the cell that is running, if it is one of the lesson's
        self.outputs = {}  # cell -> the number of its last output
        self.forget = []  # functions of a cell that runs again and its last output's number

    def before(self, key, source):
        """Look at a cell that is about to run; return the sentence it needs, or ""."""
        self.state = self.running = None
        if not self.open(key, source):
            return ""
        place = self.lesson.find(key, source)
        if place is None:
            self.state = (None, Cell(None, source).uses, set(), True, {})
            return ""
        cell = self.lesson.cells[place]
        self.running = cell.key
        self.release_outputs(cell.key)
        uses = cell.uses if same(cell.source, source) else Cell(key, source).uses
        wrong = {}
        for name, maker in self.lesson.needed(uses, place).items():
            if not self.right(name, self.lesson.cells[maker]):
                wrong.setdefault(maker, []).append(name)
        if MEANT_TO_BE_RUN_AGAIN in cell.tags:
            wrong = {maker: names for maker, names in wrong.items() if names[0] not in self.names}
        makes = self.lesson.made_by(uses, place)
        ids = {name: id(self.names.get(name)) for name in makes}
        self.state = (cell.key, uses, makes, not wrong, ids)
        if not wrong:
            return ""
        first = min(wrong)
        return sentence(wrong[first], self.lesson.cells[first])

    def right(self, name, maker):
        """Whether a name stands for what that cell makes."""
        if name not in self.names:
            return False
        key, in_turn = self.made.get(name, (None, True))
        if key is None or key not in self.lesson.place:
            return True  # the learner's own
        last = self.lesson.cells[self.lesson.place[key]].uses
        if name in last.imports and last.imports[name] == maker.uses.imports.get(name):
            return True
        return key == maker.key and in_turn

    def release_outputs(self, key):
        """Drop what a cell showed when it ran last."""
        number = self.outputs.pop(key, None)
        self.names.get("_oh", {}).pop(number, None)
        self.names.pop(f"_{number}", None)
        for forget in self.forget:
            forget(key, number)

    def after(self, success, number=None):
        """Note what a cell that has just run made; number is that of its output."""
        if self.running is not None and number:
            self.outputs[self.running] = number
        self.running = None
        if not self.state:
            return
        key, uses, makes, in_turn, ids = self.state
        for name in makes or uses.binds:
            fixed = name in uses.imports or name in uses.functions
            if success or name in uses.changes or id(self.names.get(name)) != ids.get(name):
                self.made[name] = (key, fixed or (success and in_turn))

    def open(self, key, source):
        """Read the notebook that this kernel belongs to, again if it has been saved since."""
        if self.path is None:
            self.path = self.find_notebook(key, source)
        if self.path is None:
            return False
        status = os.stat(self.path)
        stamp = (status.st_mtime_ns, status.st_size)
        if stamp != self.stamp:
            self.stamp, self.lesson = stamp, read(self.path)
        return True

    def find_notebook(self, key, source):
        """The notebook, as the server names it or, without a name, the one that has this cell."""
        named = os.path.basename(os.environ.get("JPY_SESSION_NAME") or "")
        if named.endswith(".ipynb"):
            path = os.path.join(self.folder, named)
            return path if os.path.exists(path) else None
        paths = sorted(glob.glob(os.path.join(self.folder, "[0-9][0-9]_*.ipynb")))
        found = [path for path in paths if read(path).find(key, source) is not None]
        return found[0] if len(found) == 1 else None


def read(path):
    """The Lesson in a file."""
    with open(path, encoding="utf-8") as file:
        return Lesson(json.load(file))


def sentence(names, cell):
    """What is said above the output of a cell that is run out of turn."""
    names = " and ".join(f"`{name}`" for name in sorted(names)[:3])
    return (
        f"Out of order: this cell uses {names} as made by {cell.name}"
        'Run that one first, or choose Run, "Run All Above Selected Cell".'
    )


def watch():
    """Watch the cells of this kernel from now on; return its Watch, None outside of a notebook."""
    IPython = sys.modules.get("IPython")
    shell = IPython.get_ipython() if IPython else None
    if getattr(shell, "kernel", None) is None:
        return None
    if hasattr(shell, "course_tracker"):
        return shell.course_tracker
    tracker = shell.course_tracker = ExecutionTracker(shell.user_ns)
    root = os.path.dirname(LESSONS)
    if root not in map(os.path.abspath, sys.path):
        sys.path.append(root)  # rnn_core is found even if a lesson's first cell was skipped

    def before(info, quiet=False):
        try:
            said = tracker.before(getattr(info, "cell_id", None), info.raw_cell)
        except Exception:  # a lesson goes on, whatever is wrong here
            said, tracker.state = "", None
        if said and not quiet:
            print(said)

    def after(result):
        try:
            tracker.after(result.success, getattr(result, "execution_count", None))
        except Exception:
            tracker.state = None

    def forget(key, number):  # IPython 9 keeps every picture that was ever shown
        getattr(shell.history_manager, "outputs", {}).pop(number, None)
        shell.user_ns_hidden.pop(f"_{number}", None)

    tracker.forget.append(forget)
    # Cells that ran before the course was first imported, and the one that is importing it.
    *earlier, running = shell.history_manager.input_hist_raw[1:] or [""]
    for source in earlier:
        before(types.SimpleNamespace(raw_cell=source), quiet=True)
        after(types.SimpleNamespace(success=True))
    before(types.SimpleNamespace(raw_cell=running))
    shell.events.register("pre_run_cell", before)
    shell.events.register("post_run_cell", after)
    return tracker
