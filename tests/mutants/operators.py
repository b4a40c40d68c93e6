"""Mutants of a function: each differs from it in one place."""

import ast
import copy

ARITHMETIC = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div, ast.Add),
    ast.Div: (ast.Mult,),
    ast.Pow: (ast.Mult,),
    ast.FloorDiv: (ast.Div,),
    ast.Mod: (ast.FloorDiv,),
}
COMPARISONS = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
NAMES = {  # a function or method -> what is put in its place
    "max": ("min", "mean", "argmax"),
    "min": ("max",),
    "sum": ("mean", "prod", "max"),
    "mean": ("sum",),
    "exp": ("exp2", "expm1"),
    "log": ("log2", "log10", "log1p"),
    "tanh": ("sin", "arctan"),
    "sqrt": ("cbrt", "square"),
    "zeros": ("ones",),
    "zeros_like": ("ones_like",),
    "ones": ("zeros",),
    "argmax": ("argmin",),
    "minimum": ("maximum",),
    "maximum": ("minimum",),
    "sorted": ("list",),
    "int": ("float", "round"),
}
COPIES = {"copy", "array", "list", "dict", "deepcopy", "asarray"}
UNARY = {"exp", "tanh", "sqrt", "abs", "log", "sorted", "set", "int", "float", "softmax", "square"}


def expression(text):
    return ast.parse(text, mode="eval").body


def _around(template, node):
    """The expression `template` with the node in place of `_`."""

    class Put(ast.NodeTransformer):
        def visit_Name(self, name):
            return copy.deepcopy(node) if name.id == "_" else name

    return Put().visit(expression(template))


def _called(node):
    """The last part of the name that a call calls: np.exp -> exp."""
    return getattr(node.func, "attr", getattr(node.func, "id", ""))


def _renamed(node, name):
    new = copy.deepcopy(node)
    if isinstance(new.func, ast.Attribute):
        new.func.attr = name
    else:
        new.func.id = name
    return new


def _of_expression(node):
    """Yield other expressions for one."""
    if isinstance(node, ast.BinOp):
        for operator in ARITHMETIC.get(type(node.op), ()):
            yield ast.BinOp(node.left, operator(), node.right)
        if isinstance(node.op, (ast.MatMult, ast.Sub, ast.Div, ast.Pow)):
            yield ast.BinOp(node.right, node.op, node.left)
        if not isinstance(node.op, (ast.Pow, ast.Mod, ast.FloorDiv)):
            yield node.left
            if not isinstance(node.op, ast.Div):
                yield node.right
        if isinstance(node.op, ast.Pow):
            yield node.left
        if isinstance(node.op, ast.Div):
            yield ast.BinOp(node.left, node.op, _around("(_ + 1e-8)", node.right))
        if isinstance(node.op, ast.MatMult):
            for side in ("left", "right"):
                new = copy.copy(node)
                setattr(new, side, _around("_.T", getattr(node, side)))
                yield new
    elif isinstance(node, ast.UnaryOp):
        yield node.operand
    elif isinstance(node, ast.Compare) and len(node.ops) == 1:
        for operator in COMPARISONS.get(type(node.ops[0]), ()):
            yield ast.Compare(node.left, [operator()], node.comparators)
    elif isinstance(node, ast.BoolOp):
        yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
        yield from node.values
    elif isinstance(node, ast.IfExp):
        yield node.body
        yield node.orelse
    elif isinstance(node, ast.Attribute) and node.attr == "T":
        yield node.value
    elif isinstance(node, ast.Constant):
        yield from map(ast.Constant, _other_constants(node.value))
    elif isinstance(node, ast.Tuple) and isinstance(node.ctx, ast.Load) and len(node.elts) == 2:
        yield ast.Tuple(node.elts[::-1], node.ctx)
    elif isinstance(node, ast.Call):
        yield from _of_call(node)
    elif isinstance(node, (ast.ListComp, ast.GeneratorExp)):
        for i, part in enumerate(node.generators):
            for other in _of_iterable(part.iter):
                new = copy.deepcopy(node)
                new.generators[i].iter = other
                yield new
            if part.ifs:
                new = copy.deepcopy(node)
                new.generators[i].ifs = []
                yield new


def _other_constants(value):
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int):
        yield from (value + 1, value - 1)
        if value not in (0, 1):
            yield 0
    elif isinstance(value, float):
        yield from (value * 10, value / 10, -value, 0.0)


def _of_call(node):
    name = _called(node)
    for other in NAMES.get(name, ()):
        yield _renamed(node, other)
    positional = [arg for arg in node.args if not isinstance(arg, ast.Starred)]
    if name in COPIES and isinstance(node.func, ast.Attribute) and not node.args:
        yield node.func.value
    if (name in COPIES | UNARY) and len(positional) == 1:
        yield positional[0]
    for i in range(len(positional) - 1):
        new = copy.deepcopy(node)
        new.args[i], new.args[i + 1] = new.args[i + 1], new.args[i]
        yield new
    for i, keyword in enumerate(node.keywords):
        new = copy.deepcopy(node)
        del new.keywords[i]
        yield new
        if keyword.arg == "axis":
            for axis in ("0", "1", "-1", "None"):
                if ast.unparse(keyword.value) != axis:
                    new = copy.deepcopy(node)
                    new.keywords[i].value = expression(axis)
                    yield new
    if name == "log" and positional:
        for guarded in ("_ + 1e-12", "_ + 1e-8", "np.clip(_, 1e-12, 1)", "np.maximum(_, 1e-300)"):
            yield ast.Call(node.func, [_around(guarded, positional[0])], node.keywords)
    if name == "exp" and positional:
        for guarded in ("np.clip(_, -700, 700)", "np.minimum(_, 700)", "np.maximum(_, -700)"):
            yield ast.Call(node.func, [_around(guarded, positional[0])], node.keywords)


def _of_iterable(node):
    """Loops that end early, begin late, or run the other way."""
    if isinstance(node, ast.Call) and _called(node) == "reversed":
        yield node.args[0]
    elif isinstance(node, ast.Call) and _called(node) in ("range", "enumerate", "zip"):
        yield _around("list(_)[::-1]", node)
    for cut in ("list(_)[:-1]", "list(_)[1:]", "list(_)[:1]"):
        yield _around(cut, node)


def _of_index(node):
    """Indices off by one, and slices with one bound moved or left out."""
    index = node.slice
    parts = index.elts if isinstance(index, ast.Tuple) else [index]
    for i, part in enumerate(parts):
        for other in _of_one_index(part):
            new = copy.deepcopy(node)
            if isinstance(index, ast.Tuple):
                new.slice.elts[i] = other
            else:
                new.slice = other
            yield new
    if isinstance(index, ast.Tuple) and len(index.elts) == 2:
        new = copy.deepcopy(node)
        new.slice.elts.reverse()
        yield new


def _of_one_index(part):
    if not isinstance(part, ast.Slice):
        if not isinstance(part, ast.Constant) or isinstance(part.value, int):
            yield _around("_ + 1", part)
            yield _around("_ - 1", part)
        return
    for bound in ("lower", "upper", "step"):
        value = getattr(part, bound)
        if value is not None:
            new = copy.copy(part)
            setattr(new, bound, None)
            yield new
        if value is not None and bound != "step":
            for moved in ("_ + 1", "_ - 1"):
                new = copy.copy(part)
                setattr(new, bound, _around(moved, value))
                yield new


def _of_statement(node):
    """Yield lists of statements that may stand in place of one."""
    if isinstance(node, (ast.Assign, ast.AugAssign, ast.Expr, ast.If, ast.For)):
        docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if not docstring:
            yield [ast.Pass()]
    if isinstance(node, ast.AugAssign):
        other = ast.Sub() if isinstance(node.op, ast.Add) else ast.Add()
        yield [ast.AugAssign(node.target, other, node.value)]
        yield [ast.Assign([node.target], node.value)]
        loaded = copy.deepcopy(node.target)
        loaded.ctx = ast.Load()
        yield [ast.Assign([node.target], ast.BinOp(loaded, node.op, node.value))]
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        into = ast.parse(f"{node.targets[0].id}[...] = 0").body[0]
        into.value = node.value
        yield [
            into
        ]  # the array that was there is written into: one array, appended again and again
        for operator in (ast.Add(), ast.Mult()):
            yield [ast.AugAssign(node.targets[0], operator, node.value)]
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
        yield [ast.AugAssign(node.targets[0], ast.Add(), node.value)]
    if isinstance(node, ast.If):
        yield node.body
        if node.orelse:
            yield node.orelse
    if isinstance(node, ast.For):
        for other in _of_iterable(node.iter):
            new = copy.deepcopy(node)
            new.iter = other
            yield [new]
    if isinstance(node, ast.Return) and node.value is not None:
        for wrapped in ("-(_)", "np.round(_, 2)", "np.float16(_)", "np.clip(_, -5, 5)", "abs(_)"):
            yield [ast.Return(_around(wrapped, node.value))]
        for wrapped in ("max(_, 1e-10)", "np.maximum(_, 1e-12)", "_ + 1e-6", "np.nan_to_num(_)"):
            yield [ast.Return(_around(wrapped, node.value))]


def _of_body(body):
    """A `return` moved into the loop above it, and two lines changing places."""
    for i in range(len(body) - 1):
        one, two = body[i : i + 2]
        if isinstance(one, (ast.For, ast.While)) and isinstance(two, ast.Return):
            loop = copy.deepcopy(one)
            loop.body.append(two)
            yield [*body[:i], loop, *body[i + 1 :]]
        if all(isinstance(node, (ast.Assign, ast.AugAssign, ast.Expr)) for node in (one, two)):
            yield [*body[:i], two, one, *body[i + 2 :]]


def _cut_arguments(function):
    """An argument bounded before it is used, or used in half precision."""
    for arg in function.args.args:
        for bounded in ("np.clip({0}, -5, 5)", "np.clip({0}, -100, 100)", "np.float16({0})"):
            new = copy.deepcopy(function)
            new.body.insert(0, ast.parse(f"{arg.arg} = {bounded.format(arg.arg)}").body[0])
            yield new


def mutants(function):
    """Yield (what changed, ast.FunctionDef), each different text once."""
    seen = {ast.unparse(function)}
    old = seen.copy().pop().splitlines()
    for new in _all(function):
        text = ast.unparse(ast.fix_missing_locations(new))
        if text not in seen:
            seen.add(text)
            lines = text.splitlines()
            gone = [line.strip() for line in old if line not in lines]
            come = [line.strip() for line in lines if line not in old]
            yield f"{' ; '.join(gone)} -> {' ; '.join(come)}", ast.parse(text).body[0]


def _all(function):
    yield from _cut_arguments(function)
    for path, node in _nodes(function):
        if isinstance(node, ast.stmt):
            for statements in _of_statement(node):
                yield _replaced(function, path, statements)
        if isinstance(node, ast.expr) and not isinstance(getattr(node, "ctx", None), ast.Store):
            for other in _of_expression(node):
                yield _replaced(function, path, other)
        if isinstance(node, ast.Subscript):
            for other in _of_index(node):
                yield _replaced(function, path, other)
        body = getattr(node, "body", None)
        if isinstance(body, list):
            for new in _of_body(body):
                changed = copy.deepcopy(function)
                _at(changed, path).body = copy.deepcopy(new)
                yield changed


def _nodes(node, path=()):
    """Every node below a function with the way to it: field names and places."""
    yield path, node
    for field, value in ast.iter_fields(node):
        if field in ("args", "decorator_list", "returns") and isinstance(node, ast.FunctionDef):
            continue
        if isinstance(value, ast.AST):
            yield from _nodes(value, (*path, (field, None)))
        elif isinstance(value, list):
            for i, item in enumerate(value):
                if isinstance(item, ast.AST):
                    yield from _nodes(item, (*path, (field, i)))


def _at(root, path):
    for field, place in path:
        root = getattr(root, field) if place is None else getattr(root, field)[place]
    return root


def _replaced(function, path, new):
    """A copy of the function with another node, or other statements, at the end of the path."""
    changed = copy.deepcopy(function)
    *way, (field, place) = path
    parent, new = _at(changed, way), copy.deepcopy(new)
    if place is None:
        setattr(parent, field, new)
    elif isinstance(new, list):
        getattr(parent, field)[place : place + 1] = new
    else:
        getattr(parent, field)[place] = new
    return changed
