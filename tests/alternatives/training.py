"""Correct ways of writing the exercises of lesson 7."""

import math

import numpy as np

from rnn_core import cross_entropy


def chunks_with_while(indices, seq_length):
    found, pointer = [], 0
    while pointer + seq_length + 1 <= len(indices):
        window = indices[pointer : pointer + seq_length + 1]
        found.append((window[:-1], window[1:], len(found) == 0))
        pointer += seq_length
    return found


def chunks_as_rows(indices, seq_length):
    count = (len(indices) - 1) // seq_length
    inputs = np.reshape(indices[: count * seq_length], (count, seq_length))
    targets = np.reshape(indices[1 : count * seq_length + 1], (count, seq_length))
    return list(zip(inputs, targets, np.arange(count) == 0, strict=True))


def chunks_of_lists(indices, seq_length):
    numbers, found = [int(index) for index in indices], []
    for start in range(0, len(numbers) - seq_length, seq_length):
        end = start + seq_length
        found.append([numbers[start:end], numbers[start + 1 : end + 1], not found])
    return found


def step_by_hand(model, inputs, targets, h_prev):
    hs, ps = model.forward(inputs, h_prev)
    gradients = model.backward(inputs, targets, hs, ps)
    for name in ("by", "bh", "Why", "Whh", "Wxh"):
        gradient = np.minimum(np.maximum(gradients[name], -5), 5)
        model.memory[name][...] += gradient**2
        model.parameters[name][...] -= (
            model.learning_rate * gradient / np.sqrt(model.memory[name] + 1e-8)
        )
    return -sum(math.log(ps[t, target]) for t, target in enumerate(targets)), hs[len(inputs)]


def step_that_sets_entries(model, inputs, targets, h_prev):
    hs, ps = model.forward(inputs, h_prev)
    for name, gradient in model.backward(inputs, targets, hs, ps).items():
        gradient = gradient.clip(-5, 5)
        model.memory[name] = model.memory[name] + gradient**2
        step = model.learning_rate * gradient / np.sqrt(model.memory[name] + 1e-8)
        model.parameters[name] -= step
        model.parameters[name] = model.parameters[name] + 0
    return cross_entropy(ps, targets), hs[-1]


def step_in_float32(model, inputs, targets, h_prev):
    hs, ps = model.forward(inputs, h_prev)
    loss = np.float32(cross_entropy(ps, targets))
    model.update_params(model.backward(inputs, targets, hs, ps))
    return loss, hs[-1].astype(np.float32)


def step_of_lists(model, inputs, targets, h_prev):
    hs, ps = model.forward(inputs, h_prev)
    loss = np.array(cross_entropy(ps, targets))
    model.update_params(model.backward(inputs, targets, hs, ps))
    return [loss, hs[-1].tolist()]


ALTERNATIVES = {
    "chunks": [chunks_with_while, chunks_as_rows, chunks_of_lists],
    "train_step": [step_by_hand, step_that_sets_entries, step_in_float32, step_of_lists],
}
