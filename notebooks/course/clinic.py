"""The original experiment in pieces that can be got wrong one at a time (lesson 10)."""

import html
import inspect
import textwrap
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np

from rnn_core import RNN, clip_by_value, cross_entropy, numerical_gradient, softmax

from .exercises.mending import FAULTS, with_faults
from .plots.clinic import case_figure
from .texts import DICKINSON

ITERATIONS, SEED, T = 1200, 1, 25
WELL = 1.0  # nats: 30 healthy trainings came to between 0.01 and 0.9 after 1,200 iterations
EXACT = 1e-6  # largest relative error of a gradient that passes its check
LATE = 100  # the iterations at the end that are averaged


class Healthy:
    """Training as it should be. A patient is a subclass in which one piece is wrong."""

    learning_rate = 0.1

    def first_weights(self, rnn):
        """Change the first weights in place; they come drawn from N(0, 1) x 0.01."""

    def probabilities(self, scores):
        return softmax(scores)

    def targets(self, indices, start):
        return indices[start + 1 : start + 1 + T]

    def next_state(self, hs):
        """The state that the next chunk starts from."""
        return hs[-1]

    def way_back(self, da, Whh):
        """The blame that step t sends to the state before it."""
        return da @ Whh

    def clip(self, gradients):
        return clip_by_value(gradients, 5.0)

    def remember(self, memory, gradient):
        memory += gradient**2

    def step(self, parameter, gradient, memory):
        parameter -= self.learning_rate * gradient / np.sqrt(memory + 1e-8)


class PlainDescent(Healthy):
    """Large recurrent weights (spectral radius 1.5) and plain steps, as in lesson 5."""

    learning_rate = 0.05

    def first_weights(self, rnn):
        draw = rnn.rng.standard_normal
        Whh = draw(rnn.Whh.shape)
        rnn.Whh = Whh * 1.5 / np.abs(np.linalg.eigvals(Whh)).max()
        rnn.Wxh, rnn.Why = draw(rnn.Wxh.shape) * 0.5, draw(rnn.Why.shape) * 0.1

    def step(self, parameter, gradient, memory):
        parameter -= self.learning_rate * gradient


class A(Healthy):
    def first_weights(self, rnn):
        rnn.by += 800  # as another program left them; a common shift changes no probability

    def probabilities(self, scores):
        exps = np.exp(scores)
        return exps / exps.sum(axis=-1, keepdims=True)


class B(PlainDescent):
    def clip(self, gradients):
        return gradients


class C(Healthy):
    learning_rate = 2.0


class D(Healthy):
    learning_rate = 0.0005


class E(Healthy):
    def targets(self, indices, start):
        return indices[start : start + 25]


class F(Healthy):
    def next_state(self, hs):
        return np.zeros(64)


class G(Healthy):
    def way_back(self, da, Whh):
        return Whh @ da


class H(Healthy):
    def remember(self, memory, gradient):
        memory[...] = gradient**2


PATIENTS = {patient.__name__: patient for patient in (A, B, C, D, E, F, G, H)}


@dataclass
class Case:
    """One training: what a doctor sees of it. It shows itself as a figure."""

    name: str
    losses: np.ndarray  # (ITERATIONS,) as the patient computes them, summed over 25 characters
    norms: np.ndarray  # (ITERATIONS,) of the gradient, before clipping
    by_step: np.ndarray  # (25,) surprise at each place of a chunk, over the last iterations
    sample: str
    true_loss: float  # nats per character of the verse, computed properly
    gradient_error: float  # worst error of the patient's gradients, relative to the largest entry
    remembers: bool  # whether the memory is the sum of all squared gradients

    @property
    def symptom(self):
        """What is still wrong, in a sentence; nothing if all is well."""
        middle = np.median(self.by_step)
        if np.isnan(self.true_loss):
            return "Its weights are nan."
        if not self.exact:
            return "Its gradients are not those of its loss."
        if middle < WELL and self.by_step.max() > 0.5 + 2 * middle:
            return "Some places of a chunk still surprise it far more than others."
        if not self.true_loss < WELL:
            return "It still does not know the verse."
        if not self.remembers:
            return "It learns, but its memory is not the one that Adagrad keeps."
        return ""

    @property
    def well(self):
        return not self.symptom

    @property
    def exact(self):
        return bool(self.gradient_error < EXACT)

    @cached_property
    def picture(self):
        return case_figure(self, healthy_case())

    def _repr_html_(self):
        return self.picture.html()

    def __repr__(self):
        return repr(self.picture)


@dataclass
class Verdict:
    """What became of a patient after your treatment: a sentence, and the curves once it is well."""

    case: Case

    def __repr__(self):
        name = self.case.name
        if self.case.well:
            return f"Patient {name} has recovered."
        return f"Patient {name} has not recovered yet. {self.case.symptom}"

    def _changed(self):
        """Whether the treatment made any difference."""
        before = PATIENTS.get(self.case.name) and examine(self.case.name).losses
        return not np.array_equal(self.case.losses, before, equal_nan=True)

    def _repr_html_(self):
        picture = self.case.picture.html() if self.case.well or self._changed() else ""
        colour, word = ("#009E73", "recovered") if self.case.well else ("#E69F00", "not yet")
        return (
            f'<div role="status" style="border-left: 5px solid {colour}; padding: 0.4em 0.9em; '
            f'background: {colour}1F;"><strong>{word}</strong> '
            f"{html.escape(repr(self))}</div>{picture}"
        )


def train(treatment, name=None, iterations=ITERATIONS):
    """Train the original network as a Healthy subclass says, and return the Case."""
    patient, rnn = treatment(), RNN(0, 64, T, seed=SEED)
    rnn.train(DICKINSON, 0, report=None)  # builds the vocabulary and draws the weights
    patient.first_weights(rnn)
    indices = rnn.vocabulary.encode(DICKINSON)
    memory = {key: np.zeros_like(value) for key, value in rnn.parameters.items()}
    losses, norms, by_step = np.empty(iterations), np.empty(iterations), np.zeros(T)
    h, start = np.zeros(64), 0
    with np.errstate(all="ignore"):  # patients overflow; the figure shows it
        for i in range(iterations):
            if start + T + 1 > len(indices):
                h, start = np.zeros(64), 0
            inputs, targets = indices[start : start + T], patient.targets(indices, start)
            hs = rnn.forward(inputs, h)[0] if np.isfinite(h).all() else np.full((T + 1, 64), np.nan)
            ps = patient.probabilities(hs[1:] @ rnn.Why.T + rnn.by)
            losses[i] = cross_entropy(ps, targets)
            if i >= iterations - LATE:
                by_step -= np.log(ps[np.arange(T), targets]) / LATE
            gradients = _backward(patient, rnn, inputs, targets, hs, ps)
            norms[i] = np.sqrt(sum((g**2).sum() for g in gradients.values()))
            for key, gradient in patient.clip(gradients).items():
                patient.remember(memory[key], gradient)
                patient.step(rnn.parameters[key], gradient, memory[key])
            h, start = patient.next_state(hs), start + T
        return Case(
            name or treatment.__name__,
            losses,
            norms,
            by_step,
            _sample(rnn),
            _true_loss(rnn),
            _gradient_error(patient, rnn, indices[: T + 1]),
            _remembers(patient),
        )


def _backward(patient, rnn, inputs, targets, hs, ps):
    """Backpropagation with the patient's own way back."""
    dys = ps.copy()
    dys[np.arange(T), targets] -= 1
    das, slopes, Whh, back = dys @ rnn.Why, 1 - hs[1:] ** 2, rnn.Whh, np.zeros(64)
    for da, slope in zip(das[::-1], slopes[::-1], strict=True):
        da += back
        da *= slope
        back = patient.way_back(da, Whh)
    one_hot = np.eye(rnn.vocab_size)[inputs]
    return {
        "Wxh": das.T @ one_hot,
        "Whh": das.T @ hs[:-1],
        "Why": dys.T @ hs[1:],
        "bh": das.sum(axis=0),
        "by": dys.sum(axis=0),
    }


def _sample(rnn):
    if not all(np.isfinite(array).all() for array in rnn.parameters.values()):
        return "(nothing: its weights are nan)"
    return rnn.generate("Hope", 56, rng=SEED)


def _true_loss(rnn):
    """Nats per character on the verse, by the book: right targets, the state carried."""
    if not all(np.isfinite(array).all() for array in rnn.parameters.values()):
        return float("nan")
    indices = rnn.vocabulary.encode(DICKINSON[:1000])
    return cross_entropy(rnn.forward(indices[:-1], np.zeros(64))[1], indices[1:]) / 999


def _remembers(patient):
    memory = np.zeros(2)
    for gradient in (np.array([3.0, -1.0]), np.array([0.0, 2.0])):
        patient.remember(memory, gradient)
    return bool(np.allclose(memory, [9.0, 5.0]))


def _gradient_error(patient, rnn, indices):
    """The patient's backward pass against rnn_core's, which is proven by central differences."""
    inputs, targets = indices[:-1], indices[1:]
    hs, ps = rnn.forward(inputs, np.full(64, 0.1))
    right = rnn.backward(inputs, targets, hs, ps)
    theirs = _backward(patient, rnn, inputs, targets, hs, ps)
    return max(np.abs(theirs[name] - g).max() / np.abs(g).max() for name, g in right.items())


@cache
def healthy_case():
    """The healthy training, run once."""
    return train(Healthy, "healthy")


@cache
def examine(name):
    """Train a patient as it came in, by its letter, and return its Case."""
    if name not in PATIENTS:
        raise ValueError(f"There is no patient {name!r}; there are {', '.join(PATIENTS)}.")
    return train(PATIENTS[name], name)


def treat(treatment):
    """Train a patient after your treatment and return the Verdict."""
    name = treatment.__name__
    if name in PATIENTS and _recipe(treatment) == _recipe(PATIENTS[name]):
        return Verdict(examine(name))  # nothing has been changed yet: its training is known
    return Verdict(train(treatment))


J = with_faults(*FAULTS)


def first_aid(loss_and_gradients):
    """Put a network's own function to the first three tests of the checklist; print what it says."""
    rnn, even = RNN(22, 64, T, seed=SEED), T * np.log(22)
    read = rnn.rng.integers(22, size=T + 1)
    loss, _ = loss_and_gradients(read[:-1], read[1:], np.zeros(64), *rnn.parameters.values())
    print(f"first loss       {loss:.2f}, where T ln V is {even:.2f}")
    inputs, targets = np.array([1, 2, 3, 0, 1]), np.array([2, 3, 0, 1, 2])  # hopeh, opeho
    weights = {name: rnn.rng.normal(size=s) for name, s in _SHAPES.items()}
    h = np.array([0.5, -0.5, 0.2])

    def loss_of(h):
        return loss_and_gradients(inputs, targets, h, *weights.values())[0]

    for name, gradient in loss_and_gradients(inputs, targets, h, *weights.values())[1].items():
        slopes = numerical_gradient(lambda _: loss_of(h), weights[name])
        scale = max(np.abs(gradient).max(), np.abs(slopes).max(), 1e-12)
        error = np.abs(gradient - slopes).max() / scale
        print(f"gradient of {name:4} {'passes' if error < EXACT else 'fails'} (here {error:.0e})")
    print(f"from another state another loss: {bool(loss_of(h) != loss_of(-h))}")


_SHAPES = {"Wxh": (3, 4), "Whh": (3, 3), "Why": (4, 3), "bh": (3,), "by": (4,)}


def _recipe(treatment):
    """The pieces of a class as they are written, to compare it with another."""
    pieces = {name: getattr(treatment, name) for name in dir(Healthy) if name[0] != "_"}
    return {name: _written(piece) for name, piece in pieces.items()}


def _written(piece):
    try:
        return textwrap.dedent(inspect.getsource(piece))
    except (OSError, TypeError):  # a number, or a function whose lines are not kept
        return piece
