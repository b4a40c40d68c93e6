"""What lesson 15 claims."""

import json
from functools import cache

import numpy as np

from course import measured
from course.exercises import EXERCISES
from course.texts import DICKINSON
from rnn_core import Adagrad, Adam, FastRNN, clip_by_norm, cross_entropy

from .register import claim

from_torch = EXERCISES["from_torch"].reference


def along(optimizer, seed, moved=0.0, updates=200):
    """The weights after a training, as one vector."""
    network = FastRNN(22, 64, 25, seed=seed)
    network.optimizer = optimizer
    network.Whh[0, 0] += moved
    network.train(DICKINSON, updates, report=None)
    return network.parameters.flat


@cache
def apart(kind, rate, seed, memory=0.0):
    """How far two trainings end that began 1e-15 apart, as a share of the largest weight."""

    def made():
        optimizer = kind(rate)
        if memory:
            optimizer.memory = {"all": np.full(FastRNN(22, 64, 25).parameters.flat.shape, memory)}
        return optimizer

    one, other = along(made(), seed), along(made(), seed, 1e-15)
    return np.abs(one - other).max() / np.abs(one).max()


@claim(
    15,
    "apart-read",
    "The learning rate.",
    "the same optimiser at a tenth of the rate; the other optimiser at the same rate",
    range(6),
    hold=5,
    quick=True,
)
def the_rate_parts_two_paths_and_not_the_optimiser(seed):
    long = [apart(kind, 0.1, seed) for kind in (Adagrad, Adam)]
    short = [apart(kind, 0.01, seed) for kind in (Adagrad, Adam)]
    return min(long) > 1e-9 and max(short) < 1e-10


@claim(
    15,
    "control-read",
    "It is the size of the steps.",
    "the same Adagrad at the same rate, whose memory starts from 0",
    range(6),
    hold=5,
)
def small_steps_at_a_large_rate_stay_together(seed):
    return apart(Adagrad, 0.1, seed, memory=100.0) < 1e-12 < 1e-9 < apart(Adagrad, 0.1, seed)


@claim(
    15,
    "biases-read",
    "Each of the two takes a whole step, and the sum takes both.",
    "one bias",
    range(3),
    quick=True,
)
def two_biases_move_twice_as_far(seed):
    rng = np.random.default_rng(seed)
    blame, bias = rng.normal(size=(2, 20))
    for kind in (Adagrad, Adam):
        one, two = {"b": bias.copy()}, {"ih": bias / 2, "hh": bias / 2}
        kind(0.1).update(one, {"b": blame})
        kind(0.1).update(two, {"ih": blame, "hh": blame})
        if not np.allclose(two["ih"] + two["hh"] - bias, 2 * (one["b"] - bias)):
            return False
    return True


@claim(
    15,
    "first-step-read",
    "Five frameworks, and none has your rule.",
    "each set as the table says",
    quick=True,
)
def no_framework_has_our_rule():
    rows = measured.load("frameworks").rows
    ours = {
        (row["epsilon"], row["stands"], row["memory"]) == (1e-8, "inside the root", 0)
        for row in rows
    }
    steps = [float(row["first step"]) for row in rows]
    set_right = [float(row["then apart"]) for row in rows]
    return ours == {False} and min(abs(s - 0.001) for s in steps) > 9e-4 and max(set_right) < 1e-6


@claim(
    15,
    "clipped-read",
    "So clipping tames a gradient that is large and does nothing against one that has overflowed",
    "a gradient that is large and finite",
    quick=True,
)
def clipping_does_not_help_against_infinity():
    with np.errstate(invalid="ignore"):
        infinite = clip_by_norm({"g": np.array([np.inf, 1.0, 0.0])}, 1.0)["g"]
    large = clip_by_norm({"g": np.array([1e100, 1.0, 0.0])}, 1.0)["g"]
    return np.isnan(infinite[0]) and np.isfinite(large).all() and large[0] == 1


@claim(
    15,
    "theirs-loss-read",
    "that it speaks does not prove that it was carried over whole.",
    "the same network carried over whole, and one whose Whh is turned",
    quick=True,
)
def a_network_recites_without_its_second_bias():
    file = (measured.DATA / "verse_in_torch.safetensors").read_bytes()
    state = unpack(file)
    Wxh, Whh, Why, bh, by = from_torch(state)
    whole = surprise(Wxh, Whh, Why, bh, by)
    lame = surprise(Wxh, Whh, Why, state["rnn.bias_ih_l0"], by)
    turned = surprise(Wxh, Whh.T, Why, bh, by)
    return lame[0] > 2 * whole[0] and lame[1] == whole[1] == 1.0 and turned[1] < 0.5


def unpack(file):
    """As in the lesson, whose own lines tests/test_out_and_back.py tries."""
    size = 8 + int.from_bytes(file[:8], "little")
    return {
        name: np.frombuffer(file[size:][slice(*entry["data_offsets"])], "<f4").reshape(
            entry["shape"]
        )
        for name, entry in json.loads(file[8:size]).items()
        if name != "__metadata__"
    }


def surprise(*weights):
    """The loss on the verse, and the share of its characters that come first."""
    network = FastRNN(22, 32, 25)
    for name, array in zip(network.parameters, weights, strict=True):
        setattr(network, name, array)
    characters = sorted(set(DICKINSON))
    read = np.array([characters.index(char) for char in DICKINSON[:600]])
    _, ps = network.forward(read[:-1], np.zeros(32))
    return cross_entropy(ps, read[1:]), (ps.argmax(axis=1) == read[1:])[119:].mean()
