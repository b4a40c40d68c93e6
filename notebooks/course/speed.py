"""One update of the original experiment, written in steps, each faster than the last (lesson 11).

Every class makes the same update: forward, backward, clip at 5, Adagrad. Each changes one thing of
the one before it.
"""

import time

import numpy as np

from rnn_core import RNN, FastRNN, Vocabulary, cross_entropy

from . import by_the_book
from .texts import VERSE

H, T = 64, 25
INDICES = Vocabulary(VERSE).encode(VERSE)
INPUTS, TARGETS = INDICES[:T], INDICES[1 : T + 1]
V = int(INDICES.max()) + 1


class ByTheBook:
    """As on paper: column vectors, one-hot products, everything inside the loop over time."""

    def __init__(self, dtype=np.float64):
        self.dtype, self.h = np.dtype(dtype), np.zeros(H, dtype)
        self.p = by_the_book.as_columns(RNN(V, H, T, seed=1, dtype=dtype).parameters)
        self.memory = by_the_book.no_memory(self.p)

    def gradients(self, inputs, targets, h):
        """Return the loss, read from the state h, and its gradients by name."""
        loss, gradients, _ = by_the_book.loss_and_gradients(self.p, inputs, targets, h)
        return loss, gradients

    def apply(self, gradients):
        by_the_book.adagrad(self.p, gradients, self.memory)

    def update(self, inputs=INPUTS, targets=TARGETS):
        """One whole update; returns the loss before it."""
        loss, gradients = self.gradients(inputs, targets, self.h)
        self.apply(gradients)
        return loss


class LookUp(ByTheBook):
    """A column of Wxh is looked up in place of the product with a one-hot vector."""

    def __init__(self, dtype=np.float64):
        super().__init__(dtype)
        self.p |= {name: self.p[name].ravel() for name in ("bh", "by")}
        self.memory = by_the_book.no_memory(self.p)

    def gradients(self, inputs, targets, h):
        hs, ps = self.forward(inputs, h)
        return cross_entropy(ps, targets), self.backward(inputs, targets, hs, ps)

    def forward(self, inputs, h):
        p, hs, ps = self.p, [h], []
        for ix in inputs:
            h = np.tanh(p["Wxh"][:, ix] + p["Whh"] @ h + p["bh"])
            y = p["Why"] @ h + p["by"]
            exps = np.exp(y - np.max(y))
            ps.append(exps / np.sum(exps))
            hs.append(h)
        return np.array(hs), np.array(ps)

    def backward(self, inputs, targets, hs, ps):
        p, gradients = self.p, by_the_book.no_memory(self.p)
        dh_next = np.zeros_like(hs[0])
        for t in reversed(range(len(inputs))):
            dy = ps[t].copy()
            dy[targets[t]] -= 1
            da = (1 - hs[t + 1] ** 2) * (p["Why"].T @ dy + dh_next)
            gradients["Wxh"][:, inputs[t]] += da
            gradients["Whh"] += np.outer(da, hs[t])
            gradients["Why"] += np.outer(dy, hs[t + 1])
            gradients["bh"] += da
            gradients["by"] += dy
            dh_next = p["Whh"].T @ da
        return gradients


class OneProduct(LookUp):
    """Scores and weight gradients of all steps in one product each: this is `rnn_core.RNN`."""

    kind = RNN

    def __init__(self, dtype=np.float64):
        self.rnn = self.kind(V, H, T, seed=1, dtype=dtype)
        self.dtype, self.h, self.p = np.dtype(dtype), np.zeros(H, dtype), self.rnn.parameters
        self.forward, self.backward = self.rnn.forward, self.rnn.backward
        self.apply = self.rnn.update_params


class FlatRNN(FastRNN):
    """`FastRNN` with the forward and the backward pass of `RNN`."""

    forward, backward = RNN.forward, RNN.backward


class OneVector(OneProduct):
    """All parameters are views of one vector: clipping and Adagrad are a few calls in all."""

    kind = FlatRNN


class InPlace(OneProduct):
    """The loops write into arrays that are there already: this is `rnn_core.FastRNN`."""

    kind = FastRNN


class SideBySide(InPlace):
    """32 sequences at a time, in float32: one update reads 32 times as many characters."""

    batch = 32

    def __init__(self, dtype=np.float32):
        super().__init__(dtype)
        self.h = np.zeros((self.batch, H), dtype)

    def update(self, inputs=INPUTS, targets=TARGETS):
        def together(indices):
            return np.repeat(indices[:, None], self.batch, axis=1)

        return super().update(together(inputs), together(targets))


STEPS = {
    "by the book": ByTheBook,
    "look-up for one-hot": LookUp,
    "one product for all steps": OneProduct,
    "one flat vector": OneVector,
    "in place": InPlace,
    "float32": lambda: InPlace(np.float32),
    "32 side by side": SideBySide,
}


def gradient_error(version):
    """The worst error of a version's gradients against rnn_core's, relative to the largest entry."""
    rnn, rng = RNN(V, H, T, seed=1), np.random.default_rng(2)
    for name, array in rnn.parameters.items():
        array[...] = rng.normal(0, 0.2, array.shape)
        version.p[name][...] = array.reshape(version.p[name].shape)
    h = np.full(H, 0.1)
    right = rnn.backward(INPUTS, TARGETS, *rnn.forward(INPUTS, h))
    _, theirs = version.gradients(INPUTS, TARGETS, h.astype(version.dtype))
    return max(
        float(np.abs(theirs[name].reshape(g.shape) - g).max() / np.abs(g).max())
        for name, g in right.items()
    )


def microseconds(rounds=15, calls=20):
    """Time of each step's update, in microseconds per character: the best of interleaved rounds."""
    versions = {name: make() for name, make in STEPS.items()}
    best = dict.fromkeys(versions, np.inf)
    for _ in range(rounds):
        for name, version in versions.items():
            start = time.perf_counter()
            for _ in range(calls):
                version.update()
            took = (time.perf_counter() - start) / calls
            best[name] = min(best[name], 1e6 * took / (T * getattr(version, "batch", 1)))
    return best


def machine():
    """What this machine can do on one thread, in billions a second.

    Return (operations, bytes from memory, bytes from the cache): an array that no cache holds, and
    one that was read just before, each read once and multiplied with itself.
    """
    a, out = np.ones((512, 512), np.float32), np.empty((512, 512), np.float32)
    far, near = np.ones(2**24, np.float32), np.ones(2**16, np.float32)  # 64 MiB and 256 KiB
    peak = 2 * 512**3 / _best_time(lambda: np.dot(a, a, out=out), rounds=40)
    memory = far.nbytes / _best_time(lambda: far.dot(far))
    cache = near.nbytes / _best_time(lambda: near.dot(near))
    return peak / 1e9, memory / 1e9, cache / 1e9


def products(sizes=(64, 256, 512, 4096), batches=(1, 32)):
    """Measure h @ Whh.T: {(H, batch): (operations per byte, billions of operations a second)}."""
    found = {}
    for hidden in sizes:
        Whh = np.ones((hidden, hidden), np.float32)
        for batch in batches:
            h, out = np.ones((batch, hidden), np.float32), np.empty((batch, hidden), np.float32)
            operations, moved = 2 * batch * hidden**2, Whh.nbytes + 2 * h.nbytes
            seconds = _best_time(lambda: np.dot(h, Whh.T, out=out))  # noqa: B023
            found[hidden, batch] = (operations / moved, operations / seconds / 1e9)
    return found


def gain(points, hidden):
    """How many times as many operations a second 32 sequences at a time do as one."""
    return points[hidden, 32][1] / points[hidden, 1][1]


def _best_time(call, rounds=12):
    """Seconds that a call takes: the best of some rounds, of many calls where one is short."""
    start = time.perf_counter()
    call()
    calls, best = int(1e-4 / (time.perf_counter() - start)) + 1, np.inf
    for _ in range(rounds):
        start = time.perf_counter()
        for _ in range(calls):
            call()
        best = min(best, (time.perf_counter() - start) / calls)
    return best
