"""Correct ways of writing the exercises of lesson 7."""

import itertools
import math
from typing import NamedTuple

import numpy as np

from course.exercises.training.chunks import chunks
from course.exercises.training.steps import train_step
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


class Chunk(NamedTuple):
    inputs: np.ndarray
    targets: np.ndarray
    starts_afresh: bool


def chunks_of_a_class(indices, seq_length):
    starts = range(0, len(indices) - seq_length, seq_length)
    return [
        Chunk(indices[s : s + seq_length], indices[s + 1 : s + seq_length + 1], s == 0)
        for s in starts
    ]


def chunks_filled(indices, seq_length):
    """Character by character, into lists that are begun anew when they are full."""
    found, inputs, targets = [], [], []
    for t in range(len(indices) - 1):
        inputs.append(indices[t])
        targets.append(indices[t + 1])
        if len(inputs) == seq_length:
            found.append((inputs, targets, not found))
            inputs, targets = [], []
    return found


def step_on_items(model, inputs, targets, h_prev):
    """Everything in place, on the items of the model's two dicts."""
    hs, ps = model.forward(inputs, h_prev)
    gradients = model.backward(inputs, targets, hs, ps)
    for n in gradients:
        g = np.clip(gradients[n], -5, 5)
        model.memory[n] += g**2
        model.parameters[n] -= model.learning_rate * g / np.sqrt(model.memory[n] + 1e-8)
    return cross_entropy(ps, targets), hs[-1]


class Step(NamedTuple):
    loss: float
    h: np.ndarray


def step_of_a_class(model, inputs, targets, h_prev):
    hs, ps = model.forward(inputs, h_prev)
    model.update_params(model.backward(inputs, targets, hs, ps))
    return Step(loss=cross_entropy(ps, targets), h=hs[-1])


def train_epoch_by_epoch(model, indices, iterations):
    losses = []
    while True:
        h = np.zeros(model.hidden_size)
        for inputs, targets, _ in chunks(indices, model.seq_length):
            if len(losses) == iterations:
                return losses
            loss, h = train_step(model, inputs, targets, h)
            losses.append(loss)


def train_with_pointer(model, indices, iterations):
    """As .train of rnn_core: a pointer into the text, and no list of chunks."""
    pointer, h, T = 0, np.zeros(model.hidden_size), model.seq_length
    losses = np.zeros(iterations)
    for i in range(iterations):
        if pointer + T + 1 > len(indices):
            pointer, h = 0, np.zeros(model.hidden_size)
        window = indices[pointer : pointer + T + 1]
        losses[i], h = train_step(model, window[:-1], window[1:], h)
        pointer += T
    return losses


def train_in_a_cycle(model, indices, iterations):
    losses, h = [], None
    endless = itertools.cycle(chunks(indices, model.seq_length))
    for inputs, targets, starts_afresh in itertools.islice(endless, iterations):
        loss, h = train_step(
            model, inputs, targets, np.zeros_like(model.bh) if starts_afresh else h
        )
        losses += [float(loss)]
    return np.array(losses)


def train_without_pieces(model, indices, iterations):
    """By the core's own parts alone."""
    T, h, losses = model.seq_length, np.zeros(model.hidden_size), ()
    starts = range(0, len(indices) - T, T)
    for i in range(iterations):
        start = starts[i % len(starts)]
        h = h * (start > 0)
        inputs, targets = indices[start : start + T], indices[start + 1 : start + T + 1]
        hs, ps = model.forward(inputs, h)
        losses += (cross_entropy(ps, targets),)
        model.update_params(model.backward(inputs, targets, hs, ps))
        h = hs[-1]
    return losses


ALTERNATIVES = {
    "train": [
        train_epoch_by_epoch,
        train_with_pointer,
        train_in_a_cycle,
        train_without_pieces,
    ],
    "chunks": [
        chunks_with_while,
        chunks_as_rows,
        chunks_of_lists,
        chunks_of_a_class,
        chunks_filled,
    ],
    "train_step": [
        step_by_hand,
        step_in_float32,
        step_of_lists,
        step_on_items,
        step_that_sets_entries,
        step_of_a_class,
    ],
}
