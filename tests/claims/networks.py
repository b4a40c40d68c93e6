"""Networks that several claims look at, each trained once."""

from functools import cache

import numpy as np

from course.texts import DICKINSON, VERSE
from rnn_core import RNN, Adagrad, Vocabulary, cross_entropy

V, T = 22, 25
TEXT = Vocabulary(VERSE).encode(DICKINSON)
EVEN = T * np.log(V)


class SGD:
    """Plain steps, as lesson 6 puts them in place of Adagrad."""

    def __init__(self, learning_rate):
        self.learning_rate, self.memory = learning_rate, {}

    def update(self, parameters, gradients):
        for name, gradient in gradients.items():
            parameters[name] -= self.learning_rate * gradient


class Forgetful(RNN):
    """Lesson 4's: no state is blamed for what comes later."""

    def backward(self, inputs, targets, hs, ps):
        dys = ps.copy()
        dys[np.arange(len(targets)), targets] -= 1
        das = (dys @ self.Why) * (1 - hs[1:] ** 2)
        return super().backward(inputs, targets, hs, ps) | {
            "Wxh": das.T @ np.eye(self.vocab_size)[inputs],
            "Whh": das.T @ hs[:-1],
            "bh": das.sum(axis=0),
        }


class Untransposed(RNN):
    """Patient G: on the way back the blame goes through Whh as it stands."""

    def backward(self, inputs, targets, hs, ps):
        whole = self.parameters["Whh"]
        turned = RNN(self.vocab_size, self.hidden_size, self.seq_length)
        for name, array in self.parameters.items():
            turned.parameters[name][...] = array
        turned.Whh = whole.T.copy()
        return RNN.backward(turned, inputs, targets, hs, ps)


def original(seed, kind=RNN, rate=0.1, units=64):
    """An untrained network of the original experiment, or nearly so."""
    model = kind(V, units, T, learning_rate=rate, seed=seed)
    model.vocabulary = Vocabulary(VERSE)
    return model


@cache
def trained(seed, iterations=1000, units=64):
    """One after so many iterations, and its losses. Not to be changed."""
    model = original(seed, units=units)
    return model, model.train(DICKINSON, iterations, report=None)


@cache
def eight_runs():
    """Lesson 7's eight starts."""
    return [trained(seed, 3001)[1] for seed in range(8)]


def epochs(seed, count, carry=True, afresh=True):
    """Lesson 7's loop over so many epochs; the losses, and the network."""
    model, losses, h = original(seed), [], np.zeros(64)
    for _ in range(count):
        for start in range(0, len(TEXT) - T, T):
            if (start == 0 and afresh) or not carry:
                h = np.zeros(64)
            inputs, targets = TEXT[start : start + T], TEXT[start + 1 : start + T + 1]
            hs, ps = model.forward(inputs, h)
            losses.append(cross_entropy(ps, targets))
            model.update_params(model.backward(inputs, targets, hs, ps))
            h = hs[-1]
    return np.array(losses), model


def by_character(model):
    """The mean surprise at each character of the verse, read for the second time (lesson 6)."""
    read = TEXT[:239]
    _, ps = model.forward(read[:-1], np.zeros(model.hidden_size))
    surprises = -np.log(ps[np.arange(len(ps)), read[1:]])[118:]
    return np.bincount(read[119:], surprises) / np.bincount(read[119:])


@cache
def at_45(kind, seed):
    """The surprise by character of a network trained until its loss is 45, by SGD or Adagrad."""
    model = original(seed)
    model.optimizer = SGD(0.005) if kind == "SGD" else Adagrad(0.01)
    while model.train(DICKINSON, 25, report=None).mean() > 45:
        pass
    return by_character(model)


ONCE = np.flatnonzero(np.bincount(TEXT[:119]) == 1)  # the five characters that come once
