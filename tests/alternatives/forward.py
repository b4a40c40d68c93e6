"""Correct ways of writing the exercises of lesson 3."""

import math

import numpy as np


def step_by_loop(x, h_prev, Wxh, Whh, bh):
    h = []
    for i in range(len(bh)):
        total = float(bh[i])
        for v in range(len(x)):
            total += float(Wxh[i, v] * x[v])
        for j in range(len(h_prev)):
            total += float(Whh[i, j] * h_prev[j])
        h.append(math.tanh(total))
    return h


def step_by_column(x, h_prev, Wxh, Whh, bh):
    return np.tanh(Wxh[:, np.argmax(x)] + np.dot(Whh, h_prev) + bh)


def step_in_one_product(x, h_prev, Wxh, Whh, bh):
    everything = np.concatenate([x, h_prev, [1.0]])
    return np.tanh(np.hstack([Wxh, Whh, bh[:, None]]) @ everything)


def step_in_float32(x, h_prev, Wxh, Whh, bh):
    x, h_prev, Wxh, Whh, bh = (np.asarray(a, np.float32) for a in (x, h_prev, Wxh, Whh, bh))
    return np.tanh(Wxh @ x + Whh @ h_prev + bh)


def step_by_logistic(x, h_prev, Wxh, Whh, bh):
    """tanh as a stretched logistic function, which overflows to the right limits."""
    with np.errstate(over="ignore"):
        return 2 / (1 + np.exp(-2 * (Wxh @ x + Whh @ h_prev + bh))) - 1


def forward_with_lists(inputs, h_prev, Wxh, Whh, Why, bh, by):
    hs, ps = [h_prev], []
    for ix in inputs:
        hs.append(np.tanh(Wxh[:, ix] + Whh @ hs[-1] + bh))
        scores = Why @ hs[-1] + by
        exps = np.exp(scores - scores.max())
        ps.append(exps / exps.sum())
    return hs, ps


def forward_with_columns(inputs, h_prev, Wxh, Whh, Why, bh, by):
    """As the original experiment has it, with dictionaries of columns, but for a softmax that lasts."""
    hs, ps = {-1: h_prev.reshape(-1, 1)}, {}
    for t in range(len(inputs)):
        x = np.zeros((Wxh.shape[1], 1))
        x[inputs[t]] = 1
        hs[t] = np.tanh(np.dot(Wxh, x) + np.dot(Whh, hs[t - 1]) + bh.reshape(-1, 1))
        y = np.dot(Why, hs[t]) + by.reshape(-1, 1)
        ps[t] = np.exp(y - y.max()) / np.sum(np.exp(y - y.max()))
    rows = [hs[t].ravel() for t in range(-1, len(inputs))]
    return np.array(rows), np.array([ps[t].ravel() for t in range(len(inputs))])


def forward_inputs_first(inputs, h_prev, Wxh, Whh, Why, bh, by):
    hs = np.empty((len(inputs) + 1, len(h_prev)))
    hs[0], hs[1:] = h_prev, Wxh.T[inputs] + bh
    for t in range(1, len(hs)):
        hs[t] = np.tanh(hs[t] + hs[t - 1] @ Whh.T)
    scores = np.einsum("th,vh->tv", hs[1:], Why) + by
    exps = np.exp(scores - scores.max(axis=1, keepdims=True))
    return hs, exps / exps.sum(axis=1)[:, None]


def forward_in_float32(inputs, h_prev, Wxh, Whh, Why, bh, by):
    h, Wxh, Whh, Why = (np.asarray(a, np.float32) for a in (h_prev, Wxh, Whh, Why))
    bh, by, hs, ps = bh.astype(np.float32), by.astype(np.float32), [h], []
    for ix in inputs:
        h = np.tanh(Wxh[:, ix] + Whh @ h + bh)
        scores = Why @ h + by
        exps = np.exp(scores - scores.max())
        hs.append(h)
        ps.append(exps / exps.sum())
    return np.stack(hs), np.stack(ps)


ALTERNATIVES = {
    "rnn_step": [
        step_by_loop,
        step_by_column,
        step_in_one_product,
        step_in_float32,
        step_by_logistic,
    ],
    "forward": [
        forward_with_lists,
        forward_with_columns,
        forward_inputs_first,
        forward_in_float32,
    ],
}
