"""What checks say to answers as learners write them, near misses, and slow machines."""

import ast
import linecache
import math
import re
import textwrap
import time
import types
from itertools import combinations

import numpy as np
import pytest

from course import keep
from course.checks import check, compare, diagnose, messages, runner
from course.exercises import EXERCISES, Mistake, Within

REFERENCE = {name: exercise.reference for name, exercise in EXERCISES.items()}

LEARNERS = {  # name of the mistake -> a learner's own spelling of it, unlike the one on the list
    "product-before-log": """
def cross_entropy(probabilities, targets):
    rows = probabilities.reshape(-1, probabilities.shape[-1])
    together = 1.0
    for row, target in zip(rows, targets.ravel()):
        together *= row[target]
    return -np.log(together)""",
    "mean-over-time": """
def cross_entropy(probabilities, targets):
    rows = probabilities.reshape(-1, probabilities.shape[-1])
    wanted = rows[np.arange(len(rows)), targets.ravel()].reshape(targets.shape)
    return np.mean(-np.log(wanted), axis=0).sum()""",
    "absences-counted-too": """
def cross_entropy(probabilities, targets):
    hot = np.eye(probabilities.shape[-1])[targets] > 0
    return -np.log(probabilities[hot]).sum() - np.log(1 - probabilities[~hot]).sum()""",
    "table-too-short": """
def one_hot(indices, size):
    table = np.eye(len(indices), size)
    return np.array([table[i] for i in indices])""",
    "rolled-towards-the-end": """
def shift_targets(indices):
    rolled = np.roll(indices, 1)
    return indices[: len(indices) - 1], rolled[: len(rolled) - 1]""",
    "all-states-at-once": """
def forward(inputs, h_prev, Wxh, Whh, Why, bh, by):
    hs = np.vstack([h_prev, np.zeros((len(inputs), len(bh)))])
    hs[1:] = np.tanh(one_hot(inputs, len(by)) @ Wxh.T + hs[:-1] @ Whh.T + bh)
    return hs, softmax(hs[1:] @ Why.T + by)""",
    "all-from-the-last-state": """
def forward(inputs, h_prev, Wxh, Whh, Why, bh, by):
    hs, ps = [h_prev], []
    for x in one_hot(inputs, len(by)):
        hs.append(rnn_step(x, hs[-1], Wxh, Whh, bh))
    for _ in inputs:
        ps.append(softmax(Why @ hs[-1] + by))
    return np.array(hs), np.array(ps)""",
    "added-into-bh": """
def forward(inputs, h_prev, Wxh, Whh, Why, bh, by):
    hs, ps = np.zeros((len(inputs) + 1, len(bh))), np.zeros((len(inputs), len(by)))
    hs[0] = h_prev
    for t, ix in enumerate(inputs):
        a = bh
        a += Wxh[:, ix]
        a += Whh @ hs[t]
        hs[t + 1] = np.tanh(a)
        ps[t] = softmax(Why @ hs[t + 1] + by)
    return hs, ps""",
    "handed-one-step-back": """
def backward(inputs, targets, hs, ps, Wxh, Whh, Why):
    dys, das, later = output_gradient(ps, targets), np.zeros(hs[1:].shape), np.zeros(len(Whh))
    for t in range(len(inputs) - 1, -1, -1):
        das[t], _ = backward_step(Why.T @ dys[t] + later, hs[t + 1], hs[t], Whh)
        _, later = backward_step(Why.T @ dys[t], hs[t + 1], hs[t], Whh)
    return {"Wxh": das.T @ one_hot(inputs, Wxh.shape[1]), "Whh": das.T @ hs[:-1],
            "Why": dys.T @ hs[1:], "bh": das.sum(0), "by": dys.sum(0)}""",
    "in-single-precision": """
def numerical_gradient(f, array):
    short = np.asarray(array, dtype="float32").copy()
    slopes = np.zeros(short.shape)
    for i in np.ndindex(short.shape):
        old = short[i]
        short[i] = old + 1e-5
        above = f(short)
        short[i] = old - 1e-5
        slopes[i] = (above - f(short)) / (2 * 1e-5)
        short[i] = old
    return slopes""",
    "laid-flat-as-a-copy": """
def numerical_gradient(f, array):
    slopes, flat = np.zeros(array.size), array.reshape(-1)
    for i, old in enumerate(flat.copy()):
        flat[i] = old + 1e-5
        above = f(array)
        flat[i] = old - 1e-5
        slopes[i] = (above - f(array)) / 2e-5
        flat[i] = old
    return slopes.reshape(array.shape)""",
    "picked-by-one-hot": """
def rnn_step(x, h_prev, Wxh, Whh, bh):
    column = Wxh.T[x]
    return np.tanh(column + Whh @ h_prev + bh)""",
    "number-for-one-hot": """
def forward(inputs, h_prev, Wxh, Whh, Why, bh, by):
    hs, ps = [h_prev], []
    for x in inputs:
        hs.append(rnn_step(x, hs[-1], Wxh, Whh, bh))
        ps.append(softmax(Why @ hs[-1] + by))
    return np.array(hs), np.array(ps)""",
    "kept-in-walking-order": """
def backward(inputs, targets, hs, ps, Wxh, Whh, Why):
    dys, das, later = output_gradient(ps, targets), [], np.zeros(len(Whh))
    for t in range(len(inputs) - 1, -1, -1):
        da, later = backward_step(Why.T @ dys[t] + later, hs[t + 1], hs[t], Whh)
        das.append(da)
    das = np.array(das)
    return {"Wxh": das.T @ one_hot(inputs, Wxh.shape[1]), "Whh": das.T @ hs[:-1],
            "Why": dys.T @ hs[1:], "bh": das.sum(0), "by": dys.sum(0)}""",
    "assigned-in-dwhh": """
def backward(inputs, targets, hs, ps, Wxh, Whh, Why):
    dWxh, dWhy, dbh, dby = (0 * w for w in (Wxh, Why, Whh[0], Why[:, 0]))
    dhnext = np.zeros(len(Whh))
    for t in reversed(range(len(inputs))):
        dy = ps[t].copy()
        dy[targets[t]] -= 1
        da = (1 - hs[t + 1] ** 2) * (Why.T @ dy + dhnext)
        dWhy += np.outer(dy, hs[t + 1])
        dby += dy
        dbh += da
        dWxh[:, inputs[t]] += da
        dWhh = np.outer(da, hs[t])
        dhnext = Whh.T @ da
    return {"Wxh": dWxh, "Whh": dWhh, "Why": dWhy, "bh": dbh, "by": dby}""",
    "rows-one-early": """
def backward(inputs, targets, hs, ps, Wxh, Whh, Why):
    dWxh, dWhh, dWhy, dbh, dby = (0 * w for w in (Wxh, Whh, Why, Whh[0], Why[:, 0]))
    dhnext = np.zeros(len(Whh))
    for t in reversed(range(len(inputs))):
        dy = ps[t].copy()
        dy[targets[t]] -= 1
        da = (1 - hs[t] ** 2) * (Why.T @ dy + dhnext)
        dWhy += np.outer(dy, hs[t])
        dby += dy
        dbh += da
        dWxh[:, inputs[t]] += da
        dWhh += np.outer(da, hs[t - 1])
        dhnext = Whh.T @ da
    return {"Wxh": dWxh, "Whh": dWhh, "Why": dWhy, "bh": dbh, "by": dby}""",
    "step-too-small": """
def numerical_gradient(f, array):
    slopes, flat = np.zeros(array.size), array.reshape(-1)
    for i in range(array.size):
        flat[i] += 3e-14
        above = f(array)
        flat[i] -= 6e-14
        slopes[i] = (above - f(array)) / 6e-14
        flat[i] += 3e-14
    return slopes.reshape(array.shape)""",
    "searched-without-sums": """
def sample_character(probabilities, rng):
    import bisect
    return bisect.bisect_left(list(probabilities), rng.random())""",
    "seeded-inside": """
def sample_character(probabilities, rng):
    return int(np.random.default_rng(42).choice(len(probabilities), p=probabilities))""",
    "other-generator": """
def generate(model, prompt, n, temperature, rng):
    h, text = np.zeros(model.hidden_size), ""
    for char in prompt:
        x = one_hot([model.char_to_ix[char]], model.vocab_size)[0]
        h = rnn_step(x, h, model.Wxh, model.Whh, model.bh)
    for _ in range(n):
        p = apply_temperature(model.Why @ h + model.by, temperature)
        ix = sample_character(p, np.random.default_rng())
        text += model.ix_to_char[ix]
        h = rnn_step(one_hot([ix], model.vocab_size)[0], h, model.Wxh, model.Whh, model.bh)
    return text""",
    "rows-for-columns": """
def ablate(model, unit, text):
    import copy
    quiet = copy.deepcopy(model)
    quiet.Whh[unit, :] = 0
    quiet.Why[unit, :] = 0
    indices = quiet.vocabulary.encode(text)
    _, ps = quiet.forward(indices[:-1], np.zeros(quiet.hidden_size))
    return cross_entropy(ps, indices[1:]) / (len(text) - 1)""",
    "only-if-the-largest-is-above": """
def clip_by_value(gradients, limit):
    out = {}
    for name, g in gradients.items():
        out[name] = g
        if np.max(g) > limit:
            out[name] = np.clip(g, -limit, limit)
    return out""",
    "spectral-norm": """
def clip_by_norm(gradients, limit):
    norm = np.sqrt(sum(np.linalg.norm(g, ord=2) ** 2 for g in gradients.values()))
    return {name: g * limit / norm if norm > limit else g for name, g in gradients.items()}""",
    "clipped-inside": """
def sgd_update(param, grad, learning_rate):
    param -= learning_rate * np.minimum(np.maximum(grad, -5), 5)""",
    "never-emptied": """
def chunks(indices, seq_length):
    result, inputs, targets = [], [], []
    for t in range(len(indices) - 1):
        inputs.append(indices[t])
        targets.append(indices[t + 1])
        if len(inputs) == seq_length:
            result.append((inputs, targets, len(result) == 0))
    return result""",
    "first-parameter-only": """
def train_step(model, inputs, targets, h_prev):
    hs, ps = model.forward(inputs, h_prev)
    gradients = clip_by_value(model.backward(inputs, targets, hs, ps), 5.0)
    for name in model.parameters:
        model.memory[name] += gradients[name] ** 2
        step = gradients[name] / np.sqrt(model.memory[name] + 1e-8)
        model.parameters[name] -= model.learning_rate * step
        return cross_entropy(ps, targets), hs[-1]""",
    "never-reads-itself": """
def generate(model, prompt, n, temperature, rng):
    h, text = np.zeros(model.hidden_size), ""
    for char in prompt:
        x = one_hot([model.char_to_ix[char]], model.vocab_size)[0]
        h = rnn_step(x, h, model.Wxh, model.Whh, model.bh)
    for _ in range(n):
        ix = sample_character(apply_temperature(model.Why @ h + model.by, temperature), rng)
        text += model.ix_to_char[ix]
        rnn_step(one_hot([ix], model.vocab_size)[0], h, model.Wxh, model.Whh, model.bh)
    return text""",
    "sums-written-in": """
def sample_character(probabilities, rng):
    for i in range(1, len(probabilities)):
        probabilities[i] += probabilities[i - 1]
    return int(np.searchsorted(probabilities, rng.random(), side="right"))""",
    "same-array-kept": """
def hidden_states(model, text):
    h, states = np.zeros(model.hidden_size), []
    for ix in model.vocabulary.encode(text):
        h[:] = np.tanh(model.Wxh[:, ix] + model.Whh @ h + model.bh)
        states.append(h)
    return np.array(states)""",
    "whh-transposed": """
def hidden_states(model, text):
    h, states = np.zeros(model.hidden_size), []
    for ix in model.vocabulary.encode(text):
        h = np.tanh(model.Wxh.T[ix] + model.Whh.T @ h + model.bh)
        states.append(h)
    return np.array(states)""",
    "spearman": """
def unit_correlation(hs, feature):
    def rank(x):
        return [(x < v).sum() + (x == v).sum() / 2 for v in x]
    return np.array([np.corrcoef(rank(unit), rank(feature))[0, 1] for unit in hs.T])""",
    "mean-ablation": """
def ablate(model, unit, text):
    import copy
    held = copy.deepcopy(model)
    mean = hidden_states(model, text).mean(axis=0)[unit]
    held.bh = held.bh + held.Whh[:, unit] * mean
    held.by = held.by + held.Why[:, unit] * mean
    held.Whh[:, unit] = held.Why[:, unit] = 0
    indices = held.vocabulary.encode(text)
    _, ps = held.forward(indices[:-1], np.zeros(held.hidden_size))
    return cross_entropy(ps, indices[1:]) / (len(text) - 1)""",
    "last-step-zero-in-both": """
def forward_batched(inputs, h_prev, Wxh, Whh, Why, bh, by):
    (T, B), (H, V) = inputs.shape, Wxh.shape
    hs, ps = np.zeros((T + 1, B, H)), np.zeros((T, B, V))
    hs[0] = h_prev
    for t in range(T - 1):
        hs[t + 1] = np.tanh(Wxh.T[inputs[t]] + hs[t] @ Whh.T + bh)
        ps[t] = softmax(hs[t + 1] @ Why.T + by)
    return hs, ps""",
    "forward-in-time": """
def backward_batched(inputs, targets, hs, ps, Wxh, Whh, Why):
    H, V = Wxh.shape
    dys, das, back = ps - one_hot(targets, V), np.zeros(hs[1:].shape), 0
    for t in range(len(inputs)):
        das[t] = (dys[t] @ Why + back) * (1 - hs[t + 1] ** 2)
        back = das[t] @ Whh
    rows = lambda array: array.reshape(-1, array.shape[-1])
    return {"Wxh": rows(das).T @ rows(one_hot(inputs, V)), "Whh": rows(das).T @ rows(hs[:-1]),
            "Why": rows(dys).T @ rows(hs[1:]), "bh": rows(das).sum(0), "by": rows(dys).sum(0)}""",
    "sequences-leak": """
def backward_batched(inputs, targets, hs, ps, Wxh, Whh, Why):
    H, V = Wxh.shape
    dys, das, back = ps - one_hot(targets, V), np.zeros(hs[1:].shape), np.zeros(H)
    for t in reversed(range(len(inputs))):
        das[t] = (dys[t] @ Why + back) * (1 - hs[t + 1] ** 2)
        back = das[t].sum(axis=0) @ Whh
    rows = lambda array: array.reshape(-1, array.shape[-1])
    return {"Wxh": rows(das).T @ rows(one_hot(inputs, V)), "Whh": rows(das).T @ rows(hs[:-1]),
            "Why": rows(dys).T @ rows(hs[1:]), "bh": rows(das).sum(0), "by": rows(dys).sum(0)}""",
    "moved-to-next-space": """
def split_text(text, fraction):
    cut = int(fraction * len(text))
    if " " in text[cut:]:
        cut = text.index(" ", cut)
    return text[:cut], text[cut:]""",
    "floor-of-1e-10": """
def ngram_probability(counts, context, character):
    if context not in counts or character not in counts[context]:
        return 1e-10
    return counts[context][character] / sum(counts[context].values())""",
    "square-compared": """
def clip_by_norm(gradients, limit):
    total = sum(np.vdot(g, g) for g in gradients.values())
    scale = limit / np.sqrt(total) if total > limit else 1.0
    return {name: scale * g for name, g in gradients.items()}""",
    "zeros-at-each-character-read": """
def generate(model, prompt, n, temperature, rng):
    for c in prompt:
        h = np.zeros(model.hidden_size)
        x = one_hot([model.char_to_ix[c]], model.vocab_size)[0]
        h = rnn_step(x, h, model.Wxh, model.Whh, model.bh)
    text = ""
    for _ in range(n):
        ix = sample_character(apply_temperature(model.Why @ h + model.by, temperature), rng)
        text += model.ix_to_char[ix]
        h = rnn_step(one_hot([ix], model.vocab_size)[0], h, model.Wxh, model.Whh, model.bh)
    return text""",
    "no-shift-when-cold": """
def generate(model, prompt, n, temperature, rng):
    h, text = np.zeros(model.hidden_size), ""
    for c in prompt:
        x = one_hot([model.char_to_ix[c]], len(model.by))[0]
        h = rnn_step(x, h, model.Wxh, model.Whh, model.bh)
    for _ in range(n):
        e = np.exp((model.Why @ h + model.by) / temperature)
        ix = int(rng.choice(len(e), p=e / sum(e)))
        text += model.ix_to_char[ix]
        h = rnn_step(one_hot([ix], len(model.by))[0], h, model.Wxh, model.Whh, model.bh)
    return text""",
    "share-made-whole-first": """
def split_text(text, fraction):
    n = int(fraction) * len(text)
    return text[:n], text[n:]""",
    "percent-of-nothing": """
def split_text(text, fraction):
    n = int(100 * fraction)
    return text[0:n], text[n:]""",
    "one-array-by-two-names": """
def numerical_gradient(f, array):
    slopes = np.zeros_like(array)
    for i in np.ndindex(array.shape):
        up = array
        up[i] = array[i] + 1e-5
        down = array
        down[i] = array[i] - 1e-5
        slopes[i] = (f(up) - f(down)) / 2e-5
    return slopes""",
    "slopes-written-into-a-copy": """
def numerical_gradient(f, array):
    slopes = np.zeros_like(array)
    for i in range(array.size):
        old = array.flat[i]
        array.flat[i] = old + 1e-5
        up = f(array)
        array.flat[i] = old - 1e-5
        down = f(array)
        array.flat[i] = old
        slopes.flatten()[i] = (up - down) / 2e-5
    return slopes""",
    "spread-of-all-for-each": """
def unit_correlation(hs, feature):
    a, b = feature - feature.mean(), hs - hs.mean(axis=0)
    return (a[:, None] * b).mean(axis=0) / (hs.std() * feature.std())""",
    "targets-lined-up-otherwise": """
def cross_entropy(probabilities, targets):
    p = probabilities.reshape(-1, probabilities.shape[-1])
    t = targets.reshape(-1, order="F")
    return -np.log(p[range(len(t)), t]).sum()""",
    "weights-remembered": """
def adagrad_update(param, grad, memory, learning_rate):
    memory += np.square(param)
    param -= learning_rate * grad / np.sqrt(memory + 1e-8)""",
    "last-chunk-cut-off": """
def chunks(indices, seq_length):
    found = []
    for s in range(0, len(indices) - seq_length, seq_length):
        found.append((indices[s : s + seq_length], indices[s + 1 : s + seq_length + 1], s == 0))
    return found[:-1]""",
    "compared-before-adding": """
def sample_character(probabilities, rng):
    r, total = rng.random(), 0
    for i, p in enumerate(probabilities):
        if total > r:
            return i
        total += p
    return len(probabilities) - 1""",
    "pair-cut": """
def hidden_states(model, text):
    return model.forward(model.vocabulary.encode(text), np.zeros(model.hidden_size))[1:]""",
    "first-two-left-out": """
def hidden_states(model, text):
    hs, ps = model.forward(model.vocabulary.encode(text), np.zeros(model.hidden_size))
    return hs[1:][1:]""",
    "given-up-at-the-first": """
def ngram_probability(counts, context, character):
    for c in counts:
        if c == context:
            return counts[c].get(character, 0) / sum(counts[c].values())
        else:
            return 0""",
    "over-the-last-count": """
def ngram_probability(counts, context, character):
    if context not in counts:
        return 0
    for c, k in counts[context].items():
        total = 0
        total += k
    return counts[context].get(character, 0) / total""",
    "twice-the-limit": """
def clip_by_value(gradients, limit):
    return {n: np.minimum(np.maximum(g, -2 * limit), 2 * limit) for n, g in gradients.items()}""",
    "half-the-limit": """
def clip_by_norm(gradients, limit):
    norm, limit = np.sqrt(sum((g**2).sum() for g in gradients.values())), limit / 2
    return {n: g * limit / norm if norm > limit else g for n, g in gradients.items()}""",
    "blame-carried-over": """
def backward_batched(inputs, targets, hs, ps, Wxh, Whh, Why):
    d = {"Wxh": 0 * Wxh, "Whh": 0 * Whh, "Why": 0 * Why, "bh": 0 * Whh[0], "by": 0 * Why[:, 0]}
    later = np.zeros(len(Whh))
    for b in range(inputs.shape[1]):
        for t in reversed(range(len(inputs))):
            dy = ps[t, b].copy()
            dy[targets[t, b]] -= 1
            da = (Why.T @ dy + later) * (1 - hs[t + 1, b] ** 2)
            later = Whh.T @ da
            d["Wxh"][:, inputs[t, b]] += da
            d["Whh"] += np.outer(da, hs[t, b])
            d["Why"] += np.outer(dy, hs[t + 1, b])
            d["bh"] += da
            d["by"] += dy
    return d""",
    "parentheses-of-sigma": """
def gru_step(x, h_prev, W, U, b):
    z, r = (1 / 1 + np.exp(-(x @ W[k].T + h_prev @ U[k].T + b[k])) for k in (0, 1))
    c = np.tanh(x @ W[2].T + (r * h_prev) @ U[2].T + b[2])
    return z, r, c, (1 - z) * h_prev + z * c""",
    "reset-with-weights-of-update": """
def gru_step(x, h_prev, W, U, b):
    z, r = (1 / (1 + np.exp(-(x @ W[0].T + h_prev @ U[0].T + b[0]))) for k in (0, 1))
    c = np.tanh(x @ W[2].T + (r * h_prev) @ U[2].T + b[2])
    return z, r, c, (1 - z) * h_prev + z * c""",
    "stack-off-by-one": """
def gru_step(x, h_prev, W, U, b):
    z, r = (1 / (1 + np.exp(-(x @ W[k].T + h_prev @ U[k].T + b[k]))) for k in (1, 2))
    c = np.tanh(x @ W[0].T + (r * h_prev) @ U[0].T + b[0])
    return z, r, c, (1 - z) * h_prev + z * c""",
    "candidate-whole": """
def gru_step(x, h_prev, W, U, b):
    z, r = (1 / (1 + np.exp(-(x @ W[k].T + h_prev @ U[k].T + b[k]))) for k in (0, 1))
    c = np.tanh(x @ W[2].T + (r * h_prev) @ U[2].T + b[2])
    return z, r, c, (1 - z) * h_prev + c""",
    "neither-transposed": """
def gru_step(x, h_prev, W, U, b):
    z, r = (1 / (1 + np.exp(-(x @ W[k] + h_prev @ U[k] + b[k]))) for k in (0, 1))
    c = np.tanh(x @ W[2] + (r * h_prev) @ U[2] + b[2])
    return z, r, c, (1 - z) * h_prev + z * c""",
    "state-alone": """
def gru_step(x, h_prev, W, U, b):
    z, r = (1 / (1 + np.exp(-(x @ W[k].T + h_prev @ U[k].T + b[k]))) for k in (0, 1))
    c = np.tanh(x @ W[2].T + (r * h_prev) @ U[2].T + b[2])
    return (1 - z) * h_prev + z * c""",
    "only-first-way-back": """
def build_vocabulary(text):
    chars = sorted(set(text))
    a = {c: i for i, c in enumerate(chars)}
    b = {}
    for i, c in enumerate(chars):
        b[i] = c
        return a, b""",
    "range-of-the-indices": """
def one_hot(indices, size):
    out = np.zeros((len(indices), size))
    for i in range(indices): out[i, indices[i]] = 1
    return out""",
    "first-row-alone": """
def one_hot(indices, size):
    rows = []
    for i in indices:
        r = [0] * size
        r[i] = 1
        rows.append(r)
        return np.array(rows)""",
    "row-not-cleared": """
def one_hot(indices, size):
    row, rows = np.zeros(size), []
    for i in indices:
        row[i] = 1
        rows.append(row.copy())
    return np.array(rows)""",
    "past-the-end": """
def shift_targets(indices):
    x, y = [], []
    for i in range(len(indices)):
        x.append(indices[i]); y.append(indices[i + 1])
    return np.array(x), np.array(y)""",
    "sum-inside-exp": """
def softmax(scores):
    m = scores.max(axis=-1, keepdims=True)
    return np.exp(scores - m) / np.exp(scores - m.sum(axis=-1, keepdims=True))""",
    "argmax-for-max": """
def softmax(scores):
    e = np.exp(scores - np.argmax(scores, axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)""",
    "nan-replaced": """
def softmax(scores):
    e = np.exp(scores)
    p = e / np.sum(e, axis=-1, keepdims=True)
    p[np.isnan(p)] = 0
    return p""",
    "one-or-two-axes": """
def softmax(scores):
    if scores.ndim == 1:
        e = np.exp(scores - scores.max())
        return e / e.sum()
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)""",
    "cut-to-whole-numbers": """
def softmax(scores):
    out = np.zeros_like(scores)
    for i in np.ndindex(scores.shape[:-1]):
        e = np.exp(scores[i] - scores[i].max())
        out[i] = e / e.sum()
    return out""",
    "target-after-next": """
def cross_entropy(probabilities, targets):
    L = 0
    for t in range(len(targets)):
        L += -np.log(probabilities[t][targets[t + 1]])
    return L""",
    "target-after-next-cut-short": """
def cross_entropy(probabilities, targets):
    L = 0
    for t in range(len(targets) - 1):
        L += -np.log(probabilities[t][targets[t + 1]])
    return L""",
    "zero-times-infinity": """
def cross_entropy(probabilities, targets):
    onehot = np.eye(probabilities.shape[-1])[targets]
    return -(onehot * np.log(probabilities)).sum()""",
    "floor-in-the-log": """
def cross_entropy(probabilities, targets):
    p = np.clip(probabilities, 1e-12, 1)
    return -np.log(np.take_along_axis(p, targets[..., None], -1)).sum()""",
    "only-last-step": """
def cross_entropy(probabilities, targets):
    for t in range(len(targets)):
        loss = -np.log(probabilities[t, targets[t]])
    return loss""",
    "added-into-whole-numbers": """
def rnn_step(x, h_prev, Wxh, Whh, bh):
    a = bh.copy()
    a += Wxh @ x
    a += Whh @ h_prev
    return np.tanh(a)""",
    "tanh-of-one-exponential": """
def rnn_step(x, h_prev, Wxh, Whh, bh):
    a = Wxh @ x + Whh @ h_prev + bh
    e = np.exp(2 * a)
    return (e - 1) / (e + 1)""",
    "softmax-overflows": """
def forward(inputs, h_prev, Wxh, Whh, Why, bh, by):
    hs, ps = [h_prev], []
    for ix in inputs:
        hs.append(np.tanh(Wxh[:, ix] + Whh @ hs[-1] + bh))
        y = Why @ hs[-1] + by
        ps.append(np.exp(y) / np.sum(np.exp(y)))
    return np.array(hs), np.array(ps)""",
    "later-rows-left-empty": """
def forward(inputs, h_prev, Wxh, Whh, Why, bh, by):
    hs = np.zeros((len(inputs) + 1, len(bh)))
    ps = np.zeros((len(inputs), len(by)))
    hs[0] = h_prev
    for t in range(len(inputs)):
        hs[t + 1] = rnn_step(one_hot(inputs, len(by))[t], hs[t], Wxh, Whh, bh)
        ps[t] = softmax(Why @ hs[t + 1] + by)
        return hs, ps""",
    "later-states-left-empty": """
def forward(inputs, h_prev, Wxh, Whh, Why, bh, by):
    hs = np.zeros((len(inputs) + 1, len(bh)))
    hs[0] = h_prev
    for t in range(len(inputs)):
        hs[t + 1] = rnn_step(one_hot(inputs, len(by))[t], hs[t], Wxh, Whh, bh)
        ps = softmax(hs[1:] @ Why.T + by)
        return hs, ps""",
    "last-state-left-empty": """
def forward(inputs, h_prev, Wxh, Whh, Why, bh, by):
    hs = np.zeros((len(inputs) + 1, len(bh)))
    hs[0] = h_prev
    xs = one_hot(inputs, len(by))
    for t in range(len(inputs) - 1):
        hs[t + 1] = rnn_step(xs[t], hs[t], Wxh, Whh, bh)
    return hs, softmax(hs[1:] @ Why.T + by)""",
    "last-step-missing": """
def forward(inputs, h_prev, Wxh, Whh, Why, bh, by):
    hs, ps = [h_prev], []
    xs = one_hot(inputs, len(by))
    for t in range(len(inputs) - 1):
        hs.append(rnn_step(xs[t], hs[t], Wxh, Whh, bh))
        ps.append(softmax(Why @ hs[-1] + by))
    return np.array(hs), np.array(ps)""",
    "start-overwritten": """
def forward(inputs, h_prev, Wxh, Whh, Why, bh, by):
    hs = np.zeros((len(inputs) + 1, len(bh)))
    ps = np.zeros((len(inputs), len(by)))
    hs[0] = h_prev
    xs = one_hot(inputs, len(by))
    for t in range(len(inputs)):
        hs[t] = rnn_step(xs[t], hs[t - 1], Wxh, Whh, bh)
        ps[t] = softmax(Why @ hs[t] + by)
    return hs, ps""",
    "kept-as-columns": """
def forward(inputs, h_prev, Wxh, Whh, Why, bh, by):
    h = h_prev.reshape(-1, 1); hs, ps = [h], []
    for x in one_hot(inputs, len(by)):
        h = np.tanh(Wxh @ x.reshape(-1, 1) + Whh @ h + bh.reshape(-1, 1))
        y = Why @ h + by.reshape(-1, 1)
        hs.append(h)
        ps.append(np.exp(y - y.max()) / np.exp(y - y.max()).sum())
    return np.array(hs), np.array(ps)""",
    "earlier-rows-left-empty": """
def backward(inputs, targets, hs, ps, Wxh, Whh, Why):
    dys = output_gradient(ps, targets)
    das = np.zeros((len(inputs), len(Whh)))
    later = np.zeros(len(Whh))
    for t in reversed(range(len(inputs))):
        das[t], later = backward_step(Why.T @ dys[t] + later, hs[t + 1], hs[t], Whh)
        return {"Wxh": das.T @ one_hot(inputs, len(Why)), "Whh": das.T @ hs[:-1],
            "Why": dys.T @ hs[1:], "bh": das.sum(axis=0), "by": dys.sum(axis=0)}""",
    "last-state-left-out": """
def backward(inputs, targets, hs, ps, Wxh, Whh, Why):
    dys = output_gradient(ps, targets)
    das = np.zeros((len(inputs), len(Whh)))
    later = np.zeros(len(Whh))
    for t in reversed(range(len(inputs) - 1)):
        das[t], later = backward_step(Why.T @ dys[t] + later, hs[t + 1], hs[t], Whh)
    return {"Wxh": das.T @ one_hot(inputs, len(Why)), "Whh": das.T @ hs[:-1],
            "Why": dys.T @ hs[1:], "bh": das.sum(axis=0), "by": dys.sum(axis=0)}""",
    "row-for-column": """
def backward(inputs, targets, hs, ps, Wxh, Whh, Why):
    dWxh, dWhh, dWhy = np.zeros_like(Wxh), np.zeros_like(Whh), np.zeros_like(Why)
    dbh, dby, later = np.zeros(len(Whh)), np.zeros(len(Why)), np.zeros(len(Whh))
    for t in reversed(range(len(inputs))):
        dy = ps[t].copy()
        dy[targets[t]] -= 1
        dWhy += np.outer(dy, hs[t + 1])
        dby += dy
        dh = Why.T @ dy + later
        da = dh * (1 - hs[t + 1] ** 2)
        dbh += da
        dWxh[inputs[t]] += da
        dWhh += np.outer(da, hs[t])
        later = Whh.T @ da
    return {"Wxh": dWxh, "Whh": dWhh, "Why": dWhy, "bh": dbh, "by": dby}""",
    "blamed-for-the-inputs": """
def backward(inputs, targets, hs, ps, Wxh, Whh, Why):
    dys = output_gradient(ps, inputs)
    das = np.zeros((len(inputs), len(Whh)))
    later = np.zeros(len(Whh))
    for t in reversed(range(len(inputs))):
        das[t], later = backward_step(Why.T @ dys[t] + later, hs[t + 1], hs[t], Whh)
    return {"Wxh": das.T @ one_hot(inputs, len(Why)), "Whh": das.T @ hs[:-1],
            "Why": dys.T @ hs[1:], "bh": das.sum(axis=0), "by": dys.sum(axis=0)}""",
    "step-below-the-loop": """
def backward(inputs, targets, hs, ps, Wxh, Whh, Why):
    dys = output_gradient(ps, targets)
    das = np.zeros((len(inputs), len(Whh)))
    later = np.zeros(len(Whh))
    for t in reversed(range(len(inputs))):
        dh = Why.T @ dys[t] + later
    das[t], later = backward_step(dh, hs[t + 1], hs[t], Whh)
    return {"Wxh": das.T @ one_hot(inputs, len(Why)), "Whh": das.T @ hs[:-1],
            "Why": dys.T @ hs[1:], "bh": das.sum(0), "by": dys.sum(0)}""",
    "last-unit-alone": """
def backward_step(dh, h, h_prev, Whh):
    da = dh * (1 - h**2)
    for j in range(len(da)):
        dh_prev = Whh[j] * da[j]
    return da, dh_prev""",
    "only-first-target": """
def output_gradient(ps, targets):
    dys = ps.copy()
    for t in range(len(targets)):
        dys[t, targets[t]] -= 1
        return dys""",
    "step-of-0.001": """
def numerical_gradient(f, array):
    g = np.zeros(array.shape)
    for i in np.ndindex(array.shape):
        v = array[i]
        array[i] = v + 1e-3
        a = f(array)
        array[i] = v - 1e-3
        b = f(array)
        array[i] = v
        g[i] = (a - b) / (2 * 1e-3)
    return g""",
    "only-first-entry": """
def numerical_gradient(f, array):
    g = np.zeros(array.shape)
    for i in np.ndindex(array.shape):
        v = array[i]
        array[i] = v + 1e-5
        a = f(array)
        array[i] = v - 1e-5
        b = f(array)
        array[i] = v
        g[i] = (a - b) / (2 * 1e-5)
        return g""",
    "shared-row": """
def one_hot(indices, size):
    out = [[0] * size] * len(indices)
    for t, i in enumerate(indices): out[t][i] = 1
    return out""",
}


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch, tmp_path):
    """Nothing here touches the real my_rnn.py."""
    monkeypatch.setattr(keep, "MY_RNN", tmp_path / "my_rnn.py")


def written(source):
    """A learner's function, with the course's for all others, and its name."""
    scope, file = {"np": np, "math": math, **REFERENCE}, f"<cell {hash(source)}>"
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    exec(compile(source, file, "exec"), scope)
    name = source.split("def ")[1].split("(")[0]
    return name, scope[name]


@pytest.mark.parametrize("mistake", LEARNERS)
def test_a_learners_own_spelling_is_recognised(mistake):
    name, function = written(LEARNERS[mistake])
    result = check(name, function, keep=False)
    assert result.mistake == mistake, result.message


# Lessons 5 to 13 --------------------------------------------------------------------------

DRAWING = """
def sample_character(probabilities, rng):
    V = len(probabilities)
    return int(rng.choice(V, p={}))"""

READING = """
def generate(model, prompt, n, temperature, rng):
    h, text = np.zeros(model.hidden_size), ""
    for char in prompt:
        x = one_hot([model.char_to_ix[char]], model.vocab_size)[0]
        h = rnn_step(x, h, model.Wxh, model.Whh, model.bh)
    {}
    for k in range(n):
        p = apply_temperature(model.Why @ h + model.by, temperature)
        ix = {}
        text += model.ix_to_char[ix]
        x = {}
        h = rnn_step(x, h, model.Wxh, model.Whh, model.bh)
    return text"""
DRAWN, READ = "sample_character(p, rng)", "one_hot([ix], model.vocab_size)[0]"

ADAGRAD = """
def adagrad_update(param, grad, memory, learning_rate):
    {}
    {}"""

CLIPPING = """
def clip_by_norm(gradients, limit):
    norm = np.sqrt(sum((g**2).sum() for g in gradients.values())) or 1.0
    scale = {}
    return {{name: g * scale for name, g in gradients.items()}}"""

GRU = """
def gru_step(x, h_prev, W, U, b):
    z, r = (({})
            for a in (x @ W[k].T + h_prev @ U[k].T + b[k] for k in (0, 1)))
    c = np.tanh({})
    return z, r, c, {}"""
SIGMA = "1 / (1 + np.exp(-a))"
PLAIN = "x @ W[2].T + (r * h_prev) @ U[2].T + b[2]", "(1 - z) * h_prev + z * c"

GRU_BACK = """
def gru_backward_step(dh, h_prev, z, r, c, U):
    daz = dh * ({daz}) * {z}
    dac = dh * {share} * (1 - {c})
    drh = dac @ {U2}
    dar = {dar} * {r}
    return np.stack([daz, dar, dac]), dh * ({kept}) + {dc} + daz @ {U0} + dar @ U[1]"""
BACK = {
    "daz": "c - h_prev",
    "z": "z * (1 - z)",
    "share": "z",
    "c": "c**2",
    "U2": "U[2]",
    "dar": "drh * h_prev",
    "r": "r * (1 - r)",
    "kept": "1 - z",
    "dc": "drh * r",
    "U0": "U[0]",
}

COUNTING = """
def ngram_probability(counts, context, character):
    found = counts.get({}, {{}})
    return found.get(character, 0) / {}"""

CUTTING = """
def chunks(indices, seq_length):
    found = []
    for p in range(0, {}, seq_length):
        a, b = indices[p : p + seq_length], indices[p + 1 : p + seq_length + 1]
        found.append(({}, {}, p == 0))
    return found"""

TRAINING = """
def train_step(model, inputs, targets, h_prev):
    hs, ps = model.forward(inputs, h_prev)
    loss = cross_entropy(ps, targets)
    {}
    gradients = clip_by_value(model.backward(inputs, targets, hs, ps), 5.0)
    for name, param in model.parameters.items():
        adagrad_update(param, gradients[name], model.memory[name], {})
    return loss, hs[-1]"""

FORWARD = """
def forward_batched(inputs, h_prev, Wxh, Whh, Why, bh, by):
    hs = np.zeros((len(inputs) + 1, *h_prev.shape))
    hs[0] = h_prev
    for t in range(len(inputs)):
        hs[t + 1] = np.tanh({} + {} @ Whh.T + bh)
    return hs, softmax(hs[1:] @ Why.T + by)"""

BACKWARD = """
def backward_batched(inputs, targets, hs, ps, Wxh, Whh, Why):
    H, V = Wxh.shape
    dys, das, back = ps - one_hot(targets, V), np.zeros(hs[1:].shape), 0
    for t in reversed(range(len(inputs))):
        das[t] = (dys[t] @ Why + back) * (1 - hs[t + 1] ** 2)
        back = {back}
    rows = lambda array: array.reshape(-1, array.shape[-1])
    return {{"Wxh": {da} @ rows(one_hot(inputs, V)), "Whh": {da} @ rows(hs[:-1]),
            "Why": {dy} @ rows(hs[1:]), "bh": rows(das).{sum}(0), "by": rows(dys).{sum}(0)}}"""
SENT = {"back": "das[t] @ Whh", "da": "rows(das).T", "dy": "rows(dys).T", "sum": "sum"}

LATER = [  # name of the mistake, a learner's own spelling
    *(
        ("impossible-made-possible", DRAWING.format(floor))
        for floor in (
            "(q := np.clip(probabilities, 2e-2, None)) / q.sum()",
            "(q := np.clip(probabilities, 1e-3, None)) / q.sum()",
            "(probabilities + 1e-8) / (probabilities + 1e-8).sum()",
            "0.97 * probabilities + 0.03 / V",
        )
    ),
    (
        "rare-ones-dropped",
        DRAWING.format("(q := np.where(probabilities < 0.08, 0, probabilities)) / q.sum()"),
    ),
    (
        "gumbel-without-logarithm",
        """
def sample_character(probabilities, rng):
    return int(np.argmax(probabilities + rng.gumbel(size=len(probabilities))))""",
    ),
    ("squared", DRAWING.format("probabilities**2 / (probabilities**2).sum()")),
    (
        "first-above-of-its-own",
        """
def sample_character(probabilities, rng):
    return int(np.argmax(rng.random(len(probabilities)) < probabilities))""",
    ),
    ("another-one-read", READING.format("", DRAWN, "one_hot([p.argmax()], len(p))[0]")),
    ("another-one-read", READING.format("", DRAWN, f"one_hot([{DRAWN}], len(p))[0]")),
    ("another-one-read", READING.format("", DRAWN, "p")),
    ("greedy-after-the-first", READING.format("", f"{DRAWN} if k == 0 else int(p.argmax())", READ)),
    (
        "seeded-inside",
        READING.format("import copy; rng = copy.deepcopy(rng)", DRAWN, READ),
    ),
    ("no-warming", READING.format("h = np.zeros(model.hidden_size)", DRAWN, READ)),
    (
        "temperature-once",
        READING.format("", DRAWN, READ).replace(
            "temperature)\n", "temperature if not k else 1.0)\n"
        ),
    ),
    (
        "prompt-without-its-beginning",
        READING.format("", DRAWN, READ).replace("in prompt:", "in prompt[1:]:"),
    ),
    (
        "first-place-left",
        """
def generate(model, prompt, n, temperature, rng):
    hs, _ = model.forward([model.char_to_ix[char] for char in prompt], np.zeros(model.hidden_size))
    h, said = hs[-1], np.zeros(n, dtype=int)
    for i in range(1, n):
        said[i] = sample_character(apply_temperature(model.Why @ h + model.by, temperature), rng)
        h = rnn_step(one_hot(said[i : i + 1], len(model.by))[0], h, model.Wxh, model.Whh, model.bh)
    return "".join(model.ix_to_char[ix] for ix in said)""",
    ),
    (
        "power-normalised",
        """
def apply_temperature(scores, temperature):
    p = softmax(scores) ** (1 / temperature)
    return p / p.sum()""",
    ),
    (
        "copy-written-into",
        """
def sgd_update(param, grad, learning_rate):
    p = param.reshape(-1)
    p -= learning_rate * grad.reshape(-1)""",
    ),
    (
        "divided-by-size",
        "\ndef sgd_update(param, grad, learning_rate):\n    param -= learning_rate * grad / grad.size",
    ),
    (
        "divided-by-length",
        "\ndef sgd_update(param, grad, learning_rate):\n    param -= learning_rate * grad / len(grad)",
    ),
    (
        "weight-decay-1e-4",
        "\ndef sgd_update(param, grad, learning_rate):\n    param -= learning_rate * (grad + 1e-4 * param)",
    ),
    *(
        (mistake, ADAGRAD.format(*lines))
        for mistake, *lines in (
            (
                "copy-written-into",
                "p, m, g = param.reshape(-1), memory.reshape(-1), grad.reshape(-1); m += g**2",
                "p -= learning_rate * g / np.sqrt(m + 1e-8)",
            ),
            (
                "copy-of-param-written-into",
                "memory += grad**2",
                "param.reshape(-1)[:] -= (learning_rate * grad / np.sqrt(memory + 1e-8)).reshape(-1)",
            ),
            (
                "root-of-each",
                "memory += grad**2",
                "param -= learning_rate * grad / (np.sqrt(memory) + np.sqrt(1e-8))",
            ),
            (
                "larger-under-the-root",
                "memory += grad**2",
                "param -= learning_rate * grad / np.sqrt(np.maximum(memory, 1e-8))",
            ),
            (
                "memory-adds-gradients",
                "memory += grad",
                "param -= learning_rate * grad / np.sqrt(memory + 1e-8)",
            ),
        )
    ),
    ("smaller-upside-down", CLIPPING.format("min(1.0, norm / limit)")),
    ("constant-added", CLIPPING.format("min(1.0, limit / (norm + 1e-6))")),
    *(
        (mistake, GRU.format(*changes))
        for mistake, *changes in (
            ("sigma-overflows", "np.exp(a) / (1 + np.exp(a))", *PLAIN),
            (
                "as-in-pytorch",
                SIGMA,
                "x @ W[2].T + r * (h_prev @ U[2].T) + b[2]",
                "z * h_prev + (1 - z) * c",
            ),
            (
                "reset-of-the-whole-sum",
                SIGMA,
                "r * (x @ W[2].T + h_prev @ U[2].T + b[2])",
                PLAIN[1],
            ),
            (
                "reset-gate-turned-round",
                SIGMA,
                "x @ W[2].T + ((1 - r) * h_prev) @ U[2].T + b[2]",
                PLAIN[1],
            ),
            ("bias-of-candidate-forgotten", SIGMA, "x @ W[2].T + (r * h_prev) @ U[2].T", PLAIN[1]),
            ("covered-state-kept", SIGMA, PLAIN[0], "(1 - z) * (h_prev := r * h_prev) + z * c"),
            ("sums-cut-at-20", "1 / (1 + np.exp(-np.clip(a, -20, 20)))", *PLAIN),
        )
    ),
    (
        "old-state-covered-for-good",
        """
def gru_step(x, h_prev, W, U, b):
    z, r = (1 / (1 + np.exp(-(x @ W[k].T + h_prev @ U[k].T + b[k]))) for k in (0, 1))
    h_prev *= r
    c = np.tanh(x @ W[2].T + h_prev @ U[2].T + b[2])
    return z, r, c, (1 - z) * h_prev + z * c""",
    ),
    *(
        (mistake, GRU_BACK.format(**(BACK | changes)))
        for mistake, changes in (
            ("slope-of-sigma-forgotten-at-r", {"r": "1"}),
            ("slope-of-sigma-forgotten-at-z", {"z": "1"}),
            ("gate-turned-round", {"daz": "h_prev - c", "share": "(1 - z)", "kept": "z"}),
            ("reset-as-in-pytorch", {"dar": "dac * (h_prev @ U[2].T)", "dc": "(dac * r) @ U[2]"}),
            ("slope-of-tanh-of-c", {"c": "np.tanh(c) ** 2"}),
            ("u-transposed-for-candidate", {"U2": "U[2].T"}),
            ("u-transposed-for-update-gate", {"U0": "U[0].T"}),
        )
    ),
    (
        "clipped-at-5",
        """
def gru_backward_step(dh, h_prev, z, r, c, U):
    daz, dac = dh * (c - h_prev) * z * (1 - z), dh * z * (1 - c**2)
    dar = (dac @ U[2]) * h_prev * r * (1 - r)
    dh_prev = dh * (1 - z) + (dac @ U[2]) * r + daz @ U[0] + dar @ U[1]
    return np.clip(np.stack([daz, dar, dac]), -5, 5), np.clip(dh_prev, -5, 5)""",
    ),
    *(
        (mistake, "\ndef " + answer.replace(" = ", ":\n    return ", 1))
        for mistake, answer in (
            (
                "1e-6-added",
                "apply_temperature(scores, temperature) = softmax(scores / (temperature + 1e-6))",
            ),
            (
                "root-of-temperature",
                "apply_temperature(scores, temperature) = softmax(scores / np.sqrt(temperature))",
            ),
            (
                "logarithm-of-scores",
                "apply_temperature(scores, temperature) = softmax(np.log(scores + 1e-8) / temperature)",
            ),
            ("1e-8-added", "perplexity(loss, count) = np.exp(loss / (count + 1e-8))"),
            (
                "cut-from-the-end",
                "split_text(text, fraction) = (text[:(k := len(text) - int(fraction * len(text)))], text[k:])",
            ),
            (
                "minus-zero",
                "split_text(text, fraction) = (text[:-(k := len(text) - int(fraction * len(text)))], text[-k:])",
            ),
            (
                "last-in-both",
                "split_text(text, fraction) = (text[:(n := int(fraction * len(text)))], text[n - 1:])",
            ),
        )
    ),
    *(
        (mistake, COUNTING.format(*changes))
        for mistake, *changes in (
            ("last-character-of-context", "context[-1:]", "max(1, sum(found.values()))"),
            ("1e-8-added-below", "context", "(sum(found.values()) + 1e-8)"),
        )
    ),
    (
        "perplexity-given-back",
        """
def ablate(model, unit, text):
    import copy
    quiet = copy.deepcopy(model)
    quiet.Whh[:, unit] = quiet.Why[:, unit] = 0
    indices = quiet.vocabulary.encode(text)
    _, ps = quiet.forward(indices[:-1], np.zeros(quiet.hidden_size))
    return np.exp(cross_entropy(ps, indices[1:]) / (len(text) - 1))""",
    ),
    *(
        ("rolled-inside", CUTTING.format(*lines))
        for lines in (("len(indices) - seq_length", "a", "np.roll(a, -1)"),)
    ),
    ("short-chunk-kept", CUTTING.format("len(indices) - 1", "a[: len(b)]", "b")),
    (
        "targets-from-next-chunk",
        CUTTING.format(
            "len(indices) - seq_length", "a", "indices[p + seq_length : p + 2 * seq_length]"
        ),
    ),
    (
        "every-few",
        """
def chunks(indices, seq_length):
    n = (len(indices) - 1) // seq_length
    inputs = indices[: n * seq_length].reshape(seq_length, n).T
    targets = indices[1 : n * seq_length + 1].reshape(seq_length, n).T
    return [(inputs[i], targets[i], i == 0) for i in range(n)]""",
    ),
    ("rate-over-length", TRAINING.format("", "model.learning_rate / len(inputs)")),
    ("start-cleared-for-backward", TRAINING.format("hs[0] = 0", "model.learning_rate")),
    (
        "units-mean-left-in",
        """
def unit_correlation(hs, feature):
    b = feature - feature.mean()
    return b @ hs / (np.linalg.norm(hs, axis=0) * np.linalg.norm(b))""",
    ),
    (
        "mean-of-all-units",
        """
def unit_correlation(hs, feature):
    a, b = hs - hs.mean(), feature - feature.mean()
    return (a * b[:, None]).sum(axis=0) / np.sqrt((a**2).sum(axis=0) * (b**2).sum())""",
    ),
    (
        "1e-8-added-to-the-product",
        """
def unit_correlation(hs, feature):
    a, b = hs - hs.mean(axis=0), feature - feature.mean()
    return (a * b[:, None]).mean(axis=0) / (a.std(axis=0) * b.std() + 1e-8)""",
    ),
    *(
        (mistake, FORWARD.format(*changes))
        for mistake, *changes in (
            ("mean-state-read", "Wxh.T[inputs[t]]", "hs[t].mean(axis=0)"),
            ("reshaped-for-turned", "Wxh[:, inputs[t]].reshape(len(h_prev), -1)", "hs[t]"),
        )
    ),
    (
        "carried-across",
        """
def forward_batched(inputs, h_prev, Wxh, Whh, Why, bh, by):
    T, B = inputs.shape
    hs, ps, h = np.zeros((T + 1, B, len(bh))), np.zeros((T, B, len(by))), h_prev[0]
    for b in range(B):
        hs[0, b] = h
        for t in range(T):
            h = np.tanh(Wxh[:, inputs[t, b]] + Whh @ h + bh)
            hs[t + 1, b], ps[t, b] = h, softmax(Why @ h + by)
    return hs, ps""",
    ),
    *(
        (mistake, BACKWARD.format(**(SENT | changes)))
        for mistake, changes in (
            ("reshaped-for-turned-wxh-whh", {"da": "das.reshape(H, -1)"}),
            ("reshaped-for-turned-why", {"dy": "dys.reshape(V, -1)"}),
            ("biases-averaged", {"sum": "mean"}),
            ("clipped-at-5-in-the-loop", {"back": "np.clip(das[t] @ Whh, -5, 5)"}),
        )
    ),
]


@pytest.mark.parametrize(
    "mistake, source", LATER, ids=[f"{i}-{one}" for i, (one, _) in enumerate(LATER)]
)
def test_a_learners_own_spelling_is_recognised_later(mistake, source):
    name, function = written(source)
    start = time.process_time()
    result = check(name, function, keep=False)
    assert result.mistake == mistake, result.message
    assert time.process_time() - start < 3.0


def test_swapped_parameters_are_not_taken_for_an_array_that_was_made_anew():
    for names in ("grad, param, memory", "memory, grad, param", "param, memory, grad"):
        source = ADAGRAD.format(
            "memory += grad**2", "param -= learning_rate * grad / np.sqrt(memory + 1e-8)"
        ).replace("param, grad, memory", names)
        assert "rebound" not in (check(*written(source), keep=False).mistake or "")


def test_the_answers_that_these_are_made_of_pass():
    assert check(*written(BACKWARD.format(**SENT)), keep=False).passed
    assert check(*written(FORWARD.format("Wxh.T[inputs[t]]", "hs[t]")), keep=False).passed
    assert check(*written(TRAINING.format("", "model.learning_rate")), keep=False).passed
    assert check(*written(CUTTING.format("len(indices) - seq_length", "a", "b")), keep=False).passed
    assert check(*written(GRU.format(SIGMA, *PLAIN)), keep=False).passed
    assert check(*written(GRU_BACK.format(**BACK)), keep=False).passed
    assert check(*written(CLIPPING.format("min(1.0, limit / (norm + 1e-12))")), keep=False).passed
    for p in ("probabilities", "probabilities / probabilities.sum()"):
        assert check(*written(DRAWING.format(p)), keep=False).passed
    assert check(*written(READING.format("", DRAWN, READ)), keep=False).passed


LOOP = """
def backward(inputs, targets, hs, ps, Wxh, Whh, Why):
    dWxh, dWhh, dWhy = np.zeros_like(Wxh), np.zeros_like(Whh), np.zeros_like(Why)
    dbh, dby, later = np.zeros(len(Whh)), np.zeros(len(Why)), np.zeros(len(Whh))
    for t in reversed(range(len(inputs))):
        dy = ps[t].copy()
        dy[targets[t]] -= 1
        dWhy += np.outer(dy, hs[t + 1])
        dby += dy
        da = (1 - hs[t + 1] ** 2) * (Why.T @ dy + later)
        dbh += da
        dWxh[:, inputs[t]] += da
        dWhh += np.outer(da, hs[t])
        later = Whh.T @ da
    return {"Wxh": dWxh, "Whh": dWhh, "Why": dWhy, "bh": dbh, "by": dby}"""
SUMS = {"Whh": "dWhh +", "Why": "dWhy +", "bh": "dbh +", "by": "dby +", "Wxh": "inputs[t]] +"}


@pytest.mark.parametrize("names", [n for k in range(1, 6) for n in combinations(SUMS, k)])
def test_any_sums_that_are_assigned_are_named(names):
    source = LOOP
    for name in names:
        source = source.replace(SUMS[name] + "=", SUMS[name][:-1] + "=")
    _, function = written(source)
    result = check("backward", function, keep=False)
    said = [f"The gradient of `{name}` holds" for name in names if name != "Wxh"]
    said += ["`dWxh[:, inputs[t]] = ...`"] if "Wxh" in names else []
    assert all(words in result.message for words in said), result.message
    assert result.message.count("time step 0 alone") == len([n for n in names if n != "Wxh"])


@pytest.mark.parametrize("names", [n for k in (1, 2, 3) for n in combinations(SUMS, k)])
def test_any_outer_products_the_wrong_way_round_are_named(names):
    names = [name for name in names if name in ("Wxh", "Whh", "Why")]
    source = LOOP.replace(
        "dWxh[:, inputs[t]] += da", "dWxh += np.outer(da, np.eye(len(Why))[inputs[t]])"
    )
    for name in names:
        source = re.sub(rf"(d{name} \+= np.outer)\((\w+), (.+)\)", r"\1(\3, \2)", source)
    _, function = written(source)
    result = check("backward", function, keep=False)
    assert bool(names) != result.passed
    if names:
        assert all(f"d{name.lower()}" in result.mistake for name in names), result.message
        assert "its side" in result.message or "wrong way round" in result.message


def test_only_the_long_text_shows_that_a_product_underflows():
    _, function = written(LEARNERS["product-before-log"])
    cases, expected = diagnose.expected_outcomes("cross_entropy")
    with np.errstate(divide="ignore"):
        answers = [function(*case) for case in cases]
    right = np.isclose(answers, [outcome.value for outcome in expected]).tolist()
    assert right == [len(targets) != 250 for _, targets in cases]


def test_another_index_error_is_not_taken_for_a_one_hot_index():
    def rnn_step(x, h_prev, Wxh, Whh, bh):
        return np.tanh(Wxh[:, len(x)] + Whh @ h_prev + bh)

    result = check("rnn_step", rnn_step, keep=False)
    assert result.mistake is None and "An index is past the end" in result.message


@pytest.mark.parametrize(
    "error",
    [
        IndexError("arrays used as indices must be of integer (or boolean) type"),
        ValueError("Indices must be whole numbers, not float64."),
    ],
)
def test_an_index_that_is_no_whole_number_is_called_so(error):
    def softmax(scores):
        raise error

    assert "print what is used as one" in check("softmax", softmax, keep=False).message


def test_a_wrong_formula_is_not_taken_for_rounding():
    """Only steps that are really tiny count as such, however odd the slopes."""

    def numerical_gradient(f, array):
        return np.random.default_rng(0).normal(size=array.shape) + array + f(array)

    assert check("numerical_gradient", numerical_gradient, keep=False).mistake is None


def test_a_learners_tolerance_never_loosens_the_judgement():
    wide, tight = Within(np.array([5.0]), np.inf), Within(np.array([1.0]), 0.1)
    assert compare.find(tight, wide, 1e-9) and compare.find(np.array([1.0]), wide, 1e-9)
    assert not compare.find(wide, tight, 1e-9)
    assert compare.find(wide, np.array([5.0]), 1e-9)


def test_a_copy_of_a_network_is_asked_for_where_one_was_written_into():
    def ablate(model, unit, text):
        right = REFERENCE["ablate"](model, unit, text)
        model.Whh[:, unit] = 0
        return right

    assert "`copy.deepcopy(model)`" in check("ablate", ablate, keep=False).message


# Signs ------------------------------------------------------------------------------------


def in_a_cell(source, **names):
    """The last function of a cell, with its source to be found as in a kernel."""
    in_a_cell.count += 1
    file = f"<answer {in_a_cell.count}>"
    source = textwrap.dedent(source)
    linecache.cache[file] = (len(source), None, source.splitlines(True), file)
    scope = {"__name__": "__main__", "np": np, **REFERENCE, **names}
    exec(compile(source, file, "exec"), scope)
    return scope[re.findall(r"^(?:def )?(\w+)(?:\(| =)", source, re.M)[-1]]


in_a_cell.count = 0


@pytest.fixture
def with_a_sign(monkeypatch):
    """A known mistake whose hint speaks of `np.eye`, put before the others of softmax."""

    def add(sign):
        exercise = EXERCISES["softmax"]
        one = Mistake("eye", lambda scores: np.eye(7), "The `np.eye` is too large.", sign=sign)
        monkeypatch.setitem(exercise.__dict__, "mistakes", [one, *exercise.mistakes])

    diagnose.mistaken_outcomes.cache_clear()
    yield add
    diagnose.mistaken_outcomes.cache_clear()


@pytest.mark.parametrize(
    "sign", [r"\beye\(7", lambda tree: "eye" in {getattr(n, "attr", "") for n in ast.walk(tree)}]
)
def test_a_mistake_with_a_sign_is_named_where_the_sign_is_seen(sign, with_a_sign):
    with_a_sign(sign)
    with_it = in_a_cell("def softmax(scores):\n    return np.eye( 7 )")
    in_a_helper = in_a_cell(
        "def helper(n):\n    return np.eye(7)\n\n\ndef softmax(scores):\n    return helper(7)"
    )
    in_words_only = in_a_cell(
        "def softmax(scores):\n"
        '    """As np.eye(7) does."""\n'
        "    # np.eye(7)\n"
        "    return np.diag(np.ones(7))"
    )
    scope = {"np": np}
    exec("def softmax(scores):\n    return np.diag(np.ones(7))", scope)
    for function, named in (
        (with_it, True),
        (in_a_helper, True),
        (in_words_only, False),
        (scope["softmax"], True),  # no source can be had
    ):
        found = check("softmax", function, keep=False).mistake
        assert found == "eye" if named else found != "eye"


# Factors ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "factor, words",
    [
        (0.5, "every number is 0.5 times what it should be"),
        (1.002, "every number is 1.002 times what it should be"),
        (1 + 2e-5, "every number is too large by the same small share, 2e-05 of itself"),
        (1 - 3e-7, "every number is too small by the same small share, 3e-07 of itself"),
        (-1 - 2e-5, "too large by the same small share, 2e-05 of itself, with the wrong sign"),
    ],
)
def test_a_factor_is_told_with_digits_enough(factor, words):
    right = np.array([[0.5, -2.0], [3.0, 0.25]])
    (said,) = compare.patterns(compare.find(right, factor * right, 1e-9))
    assert words in said
    assert " 1 times" not in said and " -1 times" not in said


def test_factors_that_only_look_alike_are_no_common_pattern():
    def softmax(scores):
        right = REFERENCE["softmax"](scores)
        return right * (1 + 1e-6 * right.size)

    assert "the same in every case" not in check("softmax", softmax, keep=False).message


# Time -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "clock, processor, spent",
    [
        (4.9, 4.9, False),
        (4.9, 30.0, False),
        (5.1, 5.0, True),
        (5.1, 0.3, False),
        (12.0, 3.9, True),
        (19.9, 1.0, False),
        (20.1, 0.0, True),
    ],
)
def test_time_is_spent_by_the_clock_and_by_the_processor(clock, processor, spent, monkeypatch):
    now = {"monotonic": 100.0, "process_time": 7.0}
    fake = types.SimpleNamespace(**{name: lambda name=name: now[name] for name in now})
    monkeypatch.setattr(runner, "time", fake)
    is_spent = runner._clocks()
    now.update(monotonic=100.0 + clock, process_time=7.0 + processor)
    assert is_spent(5.0) is spent


def test_a_function_that_hardly_got_to_run_is_given_longer(monkeypatch):
    monkeypatch.setattr(runner, "TIME_LIMIT", 0.05)
    monkeypatch.setattr(runner, "PATIENCE", 400)

    def softmax(scores):
        time.sleep(0.01)  # as if the machine were busy with something else
        return REFERENCE["softmax"](scores)

    assert check("softmax", softmax, keep=False).passed


def test_patience_ends(monkeypatch):
    monkeypatch.setattr(runner, "TIME_LIMIT", 0.05)

    def softmax(scores):
        time.sleep(1.5)

    start = time.monotonic()
    assert "did not come to an end" in check("softmax", softmax, keep=False).message
    assert time.monotonic() - start >= 0.05 * runner.PATIENCE


def test_a_stub_is_called_once():
    calls = []

    def softmax(scores):
        raise calls.append(scores) or NotImplementedError

    assert repr(check("softmax", softmax, keep=False)) == "softmax: not written yet"
    assert len(calls) == 1


def test_a_stub_is_known_even_when_time_is_out(monkeypatch):
    def stub(scores):
        """Return probabilities (V,)."""
        raise NotImplementedError

    def slow(scores):
        return np.exp(scores)

    unwritten = runner.outcomes(EXERCISES["softmax"], stub, [(np.zeros(2),)])[0]
    for found in ([], unwritten):
        monkeypatch.setattr(runner, "outcomes", lambda *args, found=found: (found, False, ""))
        assert repr(check("softmax", stub, keep=False)) == "softmax: not written yet"
    monkeypatch.setattr(runner, "outcomes", lambda *args: ([], False, ""))
    assert "did not come to an end" in check("softmax", slow, keep=False).message


# Kinds of answers ------------------------------------------------------------------------------------


def test_fractions_are_numbers():
    from fractions import Fraction

    def ngram_probability(counts, context, character):
        followed = counts.get(context, {})
        total = sum(followed.values())
        return Fraction(followed.get(character, 0), total) if total else 0

    def everything_twice(counts, context, character):
        return 2 * ngram_probability(counts, context, character)

    assert check("ngram_probability", ngram_probability, keep=False).passed
    assert not check("ngram_probability", everything_twice, keep=False).passed


def test_a_fraction_beside_a_zero_is_judged_with_no_mistake_known(monkeypatch):
    from fractions import Fraction

    def ngram_probability(counts, context, character):
        followed = counts.get(context, {})
        return Fraction(1, 3) if character in followed else 0

    monkeypatch.setitem(EXERCISES["ngram_probability"].__dict__, "mistakes", [])
    assert not check("ngram_probability", ngram_probability, keep=False).passed


@pytest.mark.parametrize("name", ["shift_targets", "backward_step"])
def test_one_array_that_unpacks_into_the_answers_is_right(name):
    exercise = EXERCISES[name]
    assert check(name, lambda *args: np.stack(exercise.reference(*args)), keep=False).passed
    turned = check(name, lambda *args: np.stack(exercise.reference(*args)[::-1]), keep=False)
    assert not turned.passed
    assert not check(name, lambda *args: np.stack(exercise.reference(*args)).T, keep=False).passed


def test_a_vocabulary_is_two_dictionaries():
    for kind in (list, "".join, tuple):

        def build_vocabulary(text, kind=kind):
            characters = sorted(set(text))
            return {char: ix for ix, char in enumerate(characters)}, kind(characters)

        result = check("build_vocabulary", build_vocabulary, keep=False)
        assert not result.passed and "dict" in result.message


def test_a_matrix_of_the_old_kind_is_refused():
    result = check("one_hot", lambda indices, size: np.matrix(np.eye(size)[indices]), keep=False)
    assert not result.passed and "`np.matrix`" in result.message


def test_minus_zero_is_shown_as_zero():
    assert messages.show(-0.0) == "0" and messages.show(np.array([-0.0, -1.5])) == "[0, -1.5]"
