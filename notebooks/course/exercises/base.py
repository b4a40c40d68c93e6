"""What an exercise is: a reference, inputs to try, and the mistakes that we know how to name."""

import ast
import copy
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import KW_ONLY, dataclass, field
from functools import cached_property

import numpy as np

from rnn_core import RNN, Vocabulary


@dataclass(frozen=True)
class Mistake:
    """A wrong way of writing an exercise, with the hint for whoever writes it so.

    Made by `Exercise.mistake`. `name` is a kebab-case id, `function` the wrong implementation,
    `hint` one or two sentences: which mistake this is and what to look at, without the answer.
    Of a mistake that stops with an error, `error` is what that error says (a regular expression),
    to tell it from others.

    A hint that speaks of the learner's own words ("the loop", "`np.eye`") has a `sign`: a mistake
    without it in the learner's code is not named, however alike the answers. It is a regular
    expression, searched in the code as `ast.unparse` writes it (no comments, no docstrings, single
    quotes, one space around an operator), or a function of that code's syntax tree. Looked at are
    the function and what it calls of the notebook's own; where no source can be had, any sign
    counts as seen. `function` must bear the sign itself.
    """

    name: str
    function: Callable
    hint: str
    error: str = ""
    sign: str | Callable[[ast.AST], bool] = ""


@dataclass(frozen=True)
class Within:
    """A value that an `observe` gives with a tolerance of its own, in absolute terms.

    Frequencies drawn 2,000 times: Within(frequencies, 0.05). A learner's answer is judged by the
    tolerance of the reference, and likened to a known mistake by that of the mistake.
    """

    value: object
    tolerance: float


@dataclass(frozen=True, eq=False)
class Exercise:
    """One function that a learner writes.

    name, lesson   the function's name, and the number of its lesson
    reference      a correct implementation, from rnn_core where the two coincide
    cases          cases(rng) yields tuples of arguments, smallest first; the same on every run
    mistakes       the known mistakes, each put there by `@EXERCISE.mistake("hint")` above it
    signature      "softmax(scores)": what the learner writes after `def`
    returns        what it gives back, in words after "should give back"; "" when only the
                   arguments after the call count
    observe        observe(function, args) -> what is compared, in place of function(*args); it
                   may give Within(value, tolerance)
    tolerance      largest difference allowed, relative to the largest entry expected; where 0 is
                   expected, a ten thousandth of it
    exact_zeros    where 0 is expected, exactly 0 must come (probabilities: a logarithm follows)
    in_place       names of the arguments that the function must change; they are compared too
    parts          names of the parts of a tuple: ("hs", "ps")
    axes           names of the axes: ("time step", "batch", "unit"), for all parts alike or as
                   a dict from part to names; an array with fewer axes keeps the outer names
    terms          name of a term of the formula -> the arguments that make it up; to see which
                   term is wrong, the arguments of all the others are set to zero
    begins         the code that its cell holds before anything is written, where that is to be
                   mended and not begun from nothing
    """

    name: str
    lesson: int
    reference: Callable
    cases: Callable[[np.random.Generator], Iterator[tuple]]
    mistakes: list[Mistake] = field(default_factory=list)
    _: KW_ONLY
    signature: str
    returns: str
    observe: Callable | None = None
    tolerance: float = 1e-9
    exact_zeros: bool = False
    in_place: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    axes: tuple[str, ...] | Mapping[str, tuple[str, ...]] = ()
    terms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    begins: str = ""

    def mistake(self, hint, *, name="", error="", sign=""):
        r"""Decorate a wrong function with its hint, and so make it a known mistake.

        The id is the function's name unless `name` gives one. Line breaks in the hint count as
        spaces, so that each sentence can stand on a line of its own. `error` and `sign`: see
        Mistake. Two mistakes may do the same if they differ in their signs, the one with a sign
        first:

            @ONE_HOT.mistake("`np.eye` is given the number of indices.", sign=r"\beye\(")
            def eye_of_length(indices, size): ...
        """

        def known(function):
            id_ = name or function.__name__.replace("_", "-")
            self.mistakes.append(Mistake(id_, function, " ".join(hint.split()), error, sign))
            return function

        return known

    @cached_property
    def arguments(self):
        """The names of the arguments, from the signature."""
        inside = re.fullmatch(r"\w+\((.*)\)", self.signature).group(1)
        return tuple(name.split("=")[0].strip() for name in inside.split(",") if name.strip())

    def axis_names(self, part, ndim):
        """The names of the axes of one part of the answer, or () when there are none to give."""
        names = self.axes.get(part, ()) if isinstance(self.axes, Mapping) else self.axes
        if ndim == len(names):
            return tuple(names)
        return tuple(names[:1] + names[-1:])[-ndim:] if 0 < ndim < len(names) else ()


class Model(RNN):
    """The network of rnn_core with everything that lessons 7 and 8 hand to your own functions.

    It adds to an RNN: `.char_to_ix` and `.ix_to_char`, and an Adagrad memory that is there from
    the start, one array of zeros per parameter, writable in place: `model.memory["Wxh"]`. Weights
    are `model.Wxh` ... `model.by`, or `model.parameters[name]`, writable in place as well;
    `model.learning_rate`, `model.hidden_size`, `model.seq_length` and `model.vocabulary` are the
    RNN's.
    """

    def __init__(self, text, hidden_size=64, seq_length=25, learning_rate=0.1, *, seed=None):
        vocabulary = Vocabulary(text)
        super().__init__(len(vocabulary), hidden_size, seq_length, learning_rate, seed=seed)
        self.vocabulary = vocabulary
        self.char_to_ix = {char: ix for ix, char in enumerate(vocabulary.characters)}
        self.ix_to_char = dict(enumerate(vocabulary.characters))
        for name, array in self.parameters.items():
            self.memory[name] = np.zeros_like(array)

    def __deepcopy__(self, seen):
        twin = Model(
            self.vocabulary.characters, self.hidden_size, self.seq_length, self.learning_rate
        )
        for name, array in self.parameters.items():
            twin.parameters[name][...] = array
            twin.memory[name][...] = self.memory[name]
        twin.h, twin.rng = self.h.copy(), copy.deepcopy(self.rng)
        twin.iteration, twin.pointer = self.iteration, self.pointer
        return twin
