"""The network by the book: one character at a time, every vector a column, nothing clever.

It does what the original experiment does, in the order in which the formulas are written, and is
slow for it. Lesson 11 begins with it. The tests trust it more than `rnn_core`, because each line
can be read against the mathematics; the benchmarks measure what the cleverness of `rnn_core` gains.

Weights are a plain dict with the names of `rnn_core`; the biases are columns (H, 1) and (V, 1).
"""

import numpy as np

NAMES = ("Wxh", "Whh", "Why", "bh", "by")


def draw_weights(V, H, rng, dtype=np.float64):
    """Return weights drawn from N(0, 1) x 0.01, biases of zero."""
    shapes = {"Wxh": (H, V), "Whh": (H, H), "Why": (V, H)}
    weights = {name: (rng.standard_normal(shapes[name]) * 0.01).astype(dtype) for name in shapes}
    weights["bh"] = np.zeros((H, 1), dtype)
    weights["by"] = np.zeros((V, 1), dtype)
    return weights


def as_columns(parameters):
    """Return a copy of the parameters of `rnn_core.RNN`, with the biases as columns."""
    weights = {name: np.array(parameters[name]) for name in NAMES}
    for name in ("bh", "by"):
        weights[name] = weights[name].reshape(-1, 1)
    return weights


def one_hot(index, weights):
    """Return a column (V, 1) of zeros with a one at index."""
    column = np.zeros_like(weights["by"])
    column[index] = 1
    return column


def step(weights, x, h):
    """Read one column x from the state h; return the new state and the probabilities after it."""
    h = np.tanh(weights["Wxh"] @ x + weights["Whh"] @ h + weights["bh"])
    y = weights["Why"] @ h + weights["by"]
    exps = np.exp(y - np.max(y))
    return h, exps / np.sum(exps)


def forward(weights, inputs, h_prev):
    """Return xs, hs, ps: dicts from time step to column, hs[-1] being h_prev."""
    xs, hs, ps = {}, {-1: np.array(h_prev).reshape(-1, 1)}, {}
    for t, index in enumerate(inputs):
        xs[t] = one_hot(index, weights)
        hs[t], ps[t] = step(weights, xs[t], hs[t - 1])
    return xs, hs, ps


def backward(weights, targets, xs, hs, ps):
    """Return the gradient of the summed loss by weight name, unclipped."""
    gradients = {name: np.zeros_like(weights[name]) for name in NAMES}
    dh_next = np.zeros_like(hs[-1])
    for t in reversed(range(len(targets))):
        dy = np.copy(ps[t])
        dy[targets[t]] -= 1
        gradients["Why"] += dy @ hs[t].T
        gradients["by"] += dy
        dh = weights["Why"].T @ dy + dh_next
        da = (1 - hs[t] * hs[t]) * dh
        gradients["bh"] += da
        gradients["Wxh"] += da @ xs[t].T
        gradients["Whh"] += da @ hs[t - 1].T
        dh_next = weights["Whh"].T @ da
    return gradients


def loss_and_gradients(weights, inputs, targets, h_prev):
    """Return the loss in nats, summed over the steps; its gradients; and the last state (H, 1)."""
    xs, hs, ps = forward(weights, inputs, h_prev)
    loss = sum(-np.log(ps[t][target, 0]) for t, target in enumerate(targets))
    return float(loss), backward(weights, targets, xs, hs, ps), hs[len(inputs) - 1]


def no_memory(weights):
    """Return what Adagrad remembers before its first step."""
    return {name: np.zeros_like(weights[name]) for name in NAMES}


def adagrad(weights, gradients, memory, learning_rate=0.1):
    """Clip each entry of the gradients to [-5, 5], then step; all three dicts change in place."""
    for name in NAMES:
        weight, gradient, squares = weights[name], gradients[name], memory[name]
        np.clip(gradient, -5, 5, out=gradient)
        squares += gradient * gradient
        weight += -learning_rate * gradient / np.sqrt(squares + 1e-8)


def update(weights, memory, inputs, targets, h_prev, learning_rate=0.1):
    """Make one update in place; return the loss before it, and the state to carry on."""
    loss, gradients, h = loss_and_gradients(weights, inputs, targets, h_prev)
    adagrad(weights, gradients, memory, learning_rate)
    return loss, h


def update_batch(weights, memory, inputs, targets, h_prev, learning_rate=0.1):
    """As `update` for inputs (T, B) and h_prev (B, H): one sequence after the other."""
    total, gradients, h = 0.0, no_memory(weights), np.empty_like(h_prev)
    for b in range(inputs.shape[1]):
        loss, more, last = loss_and_gradients(weights, inputs[:, b], targets[:, b], h_prev[b])
        total += loss
        h[b] = last[:, 0]
        for name in NAMES:
            gradients[name] += more[name]
    adagrad(weights, gradients, memory, learning_rate)
    return total, h


def train(weights, data, seq_length, iterations, learning_rate=0.1):
    """Train in place on data, an int array; return the losses (iterations,).

    Chunk follows chunk with the state carried on; pointer and state start afresh when no whole
    chunk is left. (The original drops a last chunk that fits to the letter; this keeps it.)
    """
    memory, pointer, h, losses = no_memory(weights), 0, None, []
    for _ in range(iterations):
        if h is None or pointer + seq_length + 1 > len(data):
            pointer, h = 0, np.zeros_like(weights["bh"])
        inputs = data[pointer : pointer + seq_length]
        targets = data[pointer + 1 : pointer + seq_length + 1]
        loss, h = update(weights, memory, inputs, targets, h, learning_rate)
        losses.append(loss)
        pointer += seq_length
    return np.array(losses)


def sample(weights, seed_ix, n, rng, h=None):
    """Return a list of n numbers, each drawn after the one before, the first after seed_ix."""
    V = len(weights["by"])
    h = np.zeros_like(weights["bh"]) if h is None else np.array(h).reshape(-1, 1)
    x, indices = one_hot(seed_ix, weights), []
    for _ in range(n):
        h, p = step(weights, x, h)
        index = rng.choice(range(V), p=p.ravel())
        x = one_hot(index, weights)
        indices.append(int(index))
    return indices
