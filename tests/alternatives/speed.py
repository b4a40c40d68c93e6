"""Correct ways of writing the exercises of lesson 11."""

import numpy as np

from course.exercises.speed import going_back, network, running
from rnn_core import softmax


def forward_one_by_one(inputs, h_prev, Wxh, Whh, Why, bh, by):
    """Each sequence by itself, put side by side at the end."""
    rnn = network((Wxh, Whh, Why, bh, by))
    runs = [rnn.forward(inputs[:, b], h_prev[b]) for b in range(len(h_prev))]
    return np.stack([hs for hs, _ in runs], axis=1), np.stack([ps for _, ps in runs], axis=1)


def forward_by_einsum(inputs, h_prev, Wxh, Whh, Why, bh, by):
    x = np.eye(Wxh.shape[1])[inputs]
    hs = [h_prev]
    for step in x:
        a = np.einsum("hv,bv->bh", Wxh, step) + np.einsum("hk,bk->bh", Whh, hs[-1]) + bh
        hs.append(np.tanh(a))
    return hs, [softmax(np.einsum("vh,bh->bv", Why, h) + by) for h in hs[1:]]


def forward_in_rows(*args):
    return running()(*args)


def backward_one_by_one(inputs, targets, hs, ps, Wxh, Whh, Why):
    H, V = Wxh.shape
    rnn, total = network((Wxh, Whh, Why, np.zeros(H), np.zeros(V))), None
    for b in range(inputs.shape[1]):
        found = rnn.backward(inputs[:, b], targets[:, b], hs[:, b], ps[:, b])
        total = found if total is None else {name: total[name] + found[name] for name in total}
    return total


def backward_in_rows(*args):
    return going_back()(*args)


ALTERNATIVES = {
    "forward_batched": [forward_one_by_one, forward_by_einsum, forward_in_rows],
    "backward_batched": [backward_one_by_one, backward_in_rows],
}
