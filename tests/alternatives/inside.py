"""Correct ways of writing the exercises of lesson 9."""

from itertools import pairwise

import numpy as np

from rnn_core import softmax


def states_step_by_step(model, text):
    h, states = np.zeros(model.hidden_size), []
    for ix in model.vocabulary.encode(text):
        h = np.tanh(model.Wxh[:, ix] + model.Whh @ h + model.bh)
        states.append(h)
    return states


def states_one_by_one(model, text):
    h, states = np.zeros(model.hidden_size), []
    for char in text:
        hs, _ = model.forward(model.vocabulary.encode(char), h)
        h = hs[1]
        states.append(h)
    return np.array(states)


def correlation_by_numpy(hs, feature):
    return np.corrcoef(hs.T, feature)[-1, :-1]


def correlation_by_loop(hs, feature):
    found = []
    for unit in hs.T:
        a, b = unit - unit.mean(), feature - feature.mean()
        found.append((a * b).sum() / np.sqrt((a * a).sum() * (b * b).sum()))
    return found


def ablate_by_loop(model, unit, text):
    indices = model.vocabulary.encode(text)
    h, loss = np.zeros(model.hidden_size), 0.0
    for ix, then in pairwise(indices.tolist()):
        h = np.tanh(model.Wxh[:, ix] + model.Whh @ h + model.bh)
        h[unit] = 0
        loss -= np.log(softmax(model.Why @ h + model.by)[then])
    return loss / (len(text) - 1)


def ablate_on_the_way_in(model, unit, text):
    """tanh(0) is 0: a unit that hears nothing says nothing. The model is put back afterwards."""
    kept = {name: model.parameters[name].copy() for name in ("Wxh", "Whh", "bh")}
    for name in kept:
        model.parameters[name][unit] = 0
    indices = model.vocabulary.encode(text)
    _, ps = model.forward(indices[:-1], np.zeros(model.hidden_size))
    for name, array in kept.items():
        model.parameters[name][...] = array
    return -np.log(ps[np.arange(len(ps)), indices[1:]]).mean()


ALTERNATIVES = {
    "hidden_states": [states_step_by_step, states_one_by_one],
    "unit_correlation": [correlation_by_numpy, correlation_by_loop],
    "ablate": [ablate_by_loop, ablate_on_the_way_in],
}
