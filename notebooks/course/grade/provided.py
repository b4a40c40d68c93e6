"""What a submission may borrow from the course while one of its exercises is judged.

Whoever has not written softmax yet can still write cross_entropy: until then the course's own
stands in. So a submission may import rnn_core and the course, but without the answer to the
exercise at hand, or to any that comes later: those raise an error that the grader knows.
"""

import ast
import inspect
from functools import cache

import rnn_core
import rnn_extras

from ..exercises import EXERCISES, Model
from ..keep import sources

ANSWERS = {  # what rnn_core has -> the exercises that it would answer, in the order of the lessons
    "Vocabulary": ("build_vocabulary",),
    "one_hot": ("one_hot",),
    "softmax": ("softmax",),
    "cross_entropy": ("cross_entropy",),
    "RNN.forward": ("rnn_step", "forward", "forward_batched"),
    "RNN.backward": ("output_gradient", "backward_step", "backward", "backward_batched"),
    "RNN._back_through_time": ("backward_step", "backward", "backward_batched"),
    "FastRNN.forward": ("rnn_step", "forward", "forward_batched"),
    "FastRNN._back_through_time": ("backward_step", "backward", "backward_batched"),
    "numerical_gradient": ("numerical_gradient",),
    "clip_by_value": ("clip_by_value",),
    "clip_by_norm": ("clip_by_norm",),
    "Adagrad.update": ("sgd_update", "adagrad_update"),
    "Adam.update": ("sgd_update", "adagrad_update", "adam_update"),
    "RNN.train": ("chunks", "train_step", "train"),
    "RNN.sample": ("sample_character", "generate"),
    "RNN.generate": ("generate",),
}
ORDER = list(EXERCISES)


def withheld(wanted):
    """The names in rnn_core that give away the answer to an exercise, or only later ones.

    All of them for None: what only looks at a submission must not let it look at answers.
    """
    if wanted is None:
        return list(ANSWERS)
    place = ORDER.index(wanted)
    return [
        name
        for name, gives in ANSWERS.items()
        if wanted in gives or min(map(ORDER.index, gives)) > place
    ]


@cache
def core_for(wanted):
    """The text of rnn_extras and rnn_core, in which all that is left out raises ReferenceUsed."""
    tree = ast.parse(inspect.getsource(rnn_extras) + inspect.getsource(rnn_core))
    for name in withheld(wanted):
        first, *inner = name.split(".")
        node = _named(tree.body, first)
        _cut(_named(node.body, inner[0]) if inner else node, name)
    if wanted == "apply_temperature":  # it may use softmax, but not the temperature of softmax
        plain = "type(temperature) in (int, float) and temperature == 1"
        _cut(_named(tree.body, "softmax"), "softmax", f"if not ({plain}): ")
    return ast.unparse(tree)


def _named(body, name):
    return next(node for node in body if getattr(node, "name", None) == name)


def _cut(node, name, condition=""):
    """Have a function, or every method of a class, raise ReferenceUsed in place of what it does."""
    if isinstance(node, ast.ClassDef):
        for method in node.body:
            if isinstance(method, ast.FunctionDef):
                _cut(method, name)
        return
    stop = ast.parse(f"{condition}raise _ReferenceUsed({name!r})").body
    node.body = stop + (node.body if condition else [])


@cache
def helper(name):
    """The text of a module in which `name` is the course's answer to an exercise; None if it
    cannot stand alone."""
    reference = EXERCISES[name].reference
    if reference.__module__ == rnn_core.__name__:
        return f"from rnn_core import {reference.__name__} as {name}"
    try:
        text, own = sources.source_of(reference)
        needs = sources.needs_of(text, own, reference.__globals__)
    except sources.CannotKeep:
        return None
    return "\n\n".join([*dict.fromkeys(need.text for need in needs), text])


@cache
def provided_for(wanted):
    """What the process of a submission gets of the course, for an exercise or (None) for none.

    core, helpers, answers, model: see `install_provided` in sandbox/worker.py.
    """
    earlier = [] if wanted is None else ORDER[: ORDER.index(wanted)]
    helpers = {name: helper(name) for name in earlier if helper(name)}
    return {
        "core": core_for(wanted),
        "helpers": helpers,
        "answers": [name for name in ORDER if name not in helpers],
        "model": inspect.getsource(Model),
    }
