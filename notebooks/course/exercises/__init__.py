"""Every exercise of the course by name, in the order of the lessons."""

import ast
import difflib

from . import (
    adam,
    backward,
    characters,
    clipping,
    forward,
    frameworks,
    gates,
    inside,
    mending,
    nucleus,
    optimisers,
    own_text,
    probabilities,
    sampling,
    scan,
    speed,
    training,
)
from .base import Exercise, Mistake, Model, Within

__all__ = [
    "EXERCISES",
    "LESSONS",
    "Exercise",
    "Mistake",
    "Model",
    "Within",
    "is_stub",
    "no_such_exercise",
]

LESSONS = {  # the lessons with exercises: number -> notebook, title
    1: ("01_turn_text_into_numbers.ipynb", "Turn text into numbers"),
    2: ("02_turn_scores_into_probabilities.ipynb", "Turn scores into probabilities"),
    3: ("03_remember_what_came_before.ipynb", "Remember what came before"),
    4: ("04_send_the_blame_back_in_time.ipynb", "Send the blame back in time"),
    5: ("05_keep_gradients_in_bounds.ipynb", "Keep gradients in bounds"),
    6: ("06_give_each_weight_its_own_step.ipynb", "Give each weight its own step"),
    7: ("07_train_it.ipynb", "Train it"),
    8: ("08_let_it_speak.ipynb", "Let it speak"),
    9: ("09_look_inside.ipynb", "Look inside"),
    10: ("10_the_clinic.ipynb", "The clinic"),
    11: ("11_make_it_fast.ipynb", "Make it fast"),
    12: ("12_your_own_text.ipynb", "Your own text"),
    13: ("13_what_came_next.ipynb", "What came next"),
    14: ("14_recurrence_that_does_not_wait.ipynb", "Recurrence that does not wait"),
    15: ("15_out_and_back.ipynb", "Out and back"),
}

MODULES = (
    characters,
    probabilities,
    forward,
    backward,
    clipping,
    optimisers,
    adam,
    training,
    sampling,
    nucleus,
    inside,
    mending,
    speed,
    own_text,
    gates,
    scan,
    frameworks,
)

EXERCISES = {exercise.name: exercise for module in MODULES for exercise in module.EXERCISES}


def is_stub(node):
    """Whether a statement is a function as an exercise begins: all it does is raise
    NotImplementedError, below the code that is to be mended, where the lesson gives some.
    """
    if not isinstance(node, ast.FunctionDef):
        return False
    body = node.body[1:] if ast.get_docstring(node) is not None else node.body
    if not body or not isinstance(body[-1], ast.Raise):
        return False
    begins = EXERCISES[node.name].begins if node.name in EXERCISES else ""
    return "NotImplementedError" in ast.unparse(body[-1]) and (
        ast.unparse(body[:-1]) == ast.unparse(ast.parse(begins))
    )


def no_such_exercise(name):
    """A sentence that says so, and which one may be meant."""
    near = difflib.get_close_matches(name, EXERCISES, n=3, cutoff=0.5)
    offer = f"Did you mean {' or '.join(near)}?" if near else f"There are: {', '.join(EXERCISES)}."
    return f"There is no exercise {name!r}. {offer}"
