"""One update of the original experiment, written five times, each faster than the last (lesson 11).

Every class makes the same update: forward, backward, clip at 5, Adagrad. Each changes one thing of
the one before it.
"""

import time

import numpy as np

from rnn_core import RNN, Vocabulary, cross_entropy, softmax

from .texts import VERSE

H, T = 64, 25
INDICES = Vocabulary(VERSE).encode(VERSE)
INPUTS, TARGETS = INDICES[:T], INDICES[1 : T + 1]
V = int(INDICES.max()) + 1
NAMES = ("Wxh", "Whh", "Why", "bh", "by")


class ByTheBook:
    """As on paper: column vectors, one-hot products, everything inside the loop over time."""

    def __init__(self, dtype=np.float64):
        self.dtype = np.dtype(dtype)
        rnn = RNN(V, H, T, seed=1, dtype=dtype)
        self.p = {name: array.copy() for name, array in rnn.parameters.items()}
        self.memory = {name: np.zeros_like(array) for name, array in self.p.items()}
        self.h = np.zeros(H, dtype)

    def forward(self, inputs, h):
        p, hs, ps = self.p, [h], []
        for ix in inputs:
            x = np.zeros((V, 1), self.dtype)
            x[ix] = 1
            h = np.tanh(p["Wxh"] @ x + p["Whh"] @ hs[-1][:, None] + p["bh"][:, None])
            ps.append(softmax((p["Why"] @ h + p["by"][:, None])[:, 0]))
            hs.append(h[:, 0])
        return np.array(hs), np.array(ps)

    def backward(self, inputs, targets, hs, ps):
        p = self.p
        grads = {name: np.zeros_like(array) for name, array in p.items()}
        back = np.zeros(H, self.dtype)
        for t in reversed(range(len(inputs))):
            x = np.zeros((V, 1), self.dtype)
            x[inputs[t]] = 1
            dy = ps[t].copy()
            dy[targets[t]] -= 1
            dh = p["Why"].T @ dy + back
            da = (1 - hs[t + 1] ** 2) * dh
            grads["Wxh"] += da[:, None] @ x.T
            grads["Whh"] += da[:, None] @ hs[t][None]
            grads["Why"] += dy[:, None] @ hs[t + 1][None]
            grads["bh"] += da
            grads["by"] += dy
            back = p["Whh"].T @ da
        return grads

    def apply(self, grads):
        for name, parameter in self.p.items():
            g = np.clip(grads[name], -5, 5)
            self.memory[name] += g * g
            parameter -= 0.1 * g / np.sqrt(self.memory[name] + 1e-8)

    def update(self, inputs=INPUTS, targets=TARGETS):
        """One whole update; returns the loss before it."""
        hs, ps = self.forward(inputs, self.h)
        self.apply(self.backward(inputs, targets, hs, ps))
        return cross_entropy(ps, targets)


class LookUp(ByTheBook):
    """A column of Wxh is looked up in place of the product with a one-hot vector."""

    def forward(self, inputs, h):
        p, hs, ps = self.p, [h], []
        for ix in inputs:
            h = np.tanh(p["Wxh"][:, ix] + p["Whh"] @ h + p["bh"])
            ps.append(softmax(p["Why"] @ h + p["by"]))
            hs.append(h)
        return np.array(hs), np.array(ps)

    def backward(self, inputs, targets, hs, ps):
        p = self.p
        grads = {name: np.zeros_like(array) for name, array in p.items()}
        back = np.zeros(H, self.dtype)
        for t in reversed(range(len(inputs))):
            dy = ps[t].copy()
            dy[targets[t]] -= 1
            da = (1 - hs[t + 1] ** 2) * (p["Why"].T @ dy + back)
            grads["Wxh"][:, inputs[t]] += da
            grads["Whh"] += np.outer(da, hs[t])
            grads["Why"] += np.outer(dy, hs[t + 1])
            grads["bh"] += da
            grads["by"] += dy
            back = p["Whh"].T @ da
        return grads


class OneProduct(LookUp):
    """Scores and weight gradients of all time steps in one product each; the loop recurs only."""

    def forward(self, inputs, h):
        p, hs = self.p, [h]
        for from_input in p["Wxh"].T[inputs] + p["bh"]:
            h = np.tanh(from_input + p["Whh"] @ h)
            hs.append(h)
        hs = np.array(hs)
        return hs, softmax(hs[1:] @ p["Why"].T + p["by"])

    def backward(self, inputs, targets, hs, ps):
        p, dys = self.p, ps.copy()
        dys[np.arange(len(dys)), targets] -= 1
        dhs, slopes = dys @ p["Why"], 1 - hs[1:] ** 2
        das, back = np.empty_like(dhs), 0.0
        for t in reversed(range(len(inputs))):
            das[t] = (dhs[t] + back) * slopes[t]
            back = das[t] @ p["Whh"]
        one_hot = np.eye(V, dtype=self.dtype)[inputs]
        return {
            "Wxh": das.T @ one_hot,
            "Whh": das.T @ hs[:-1],
            "Why": dys.T @ hs[1:],
            "bh": das.sum(axis=0),
            "by": dys.sum(axis=0),
        }


class OneVector(OneProduct):
    """All parameters are views of one vector: clipping and Adagrad are a few calls in all."""

    def __init__(self, dtype=np.float64):
        super().__init__(dtype)
        self.flat = np.concatenate([self.p[name].ravel() for name in NAMES])
        ends = np.cumsum([self.p[name].size for name in NAMES])[:-1]
        for name, piece in zip(NAMES, np.split(self.flat, ends), strict=True):
            self.p[name] = piece.reshape(self.p[name].shape)
        self.squares = np.zeros_like(self.flat)

    def apply(self, grads):
        g = np.concatenate([grads[name].ravel() for name in NAMES]).clip(-5, 5)
        self.squares += g * g
        self.flat -= 0.1 * g / np.sqrt(self.squares + 1e-8)


class InPlace(OneVector):
    """The loops write into arrays that are there already: the finished network, `rnn_core.RNN`."""

    def __init__(self, dtype=np.float64):
        super().__init__(dtype)
        self.rnn = RNN(V, H, T, seed=1, dtype=dtype)
        self.p = self.rnn.parameters

    def forward(self, inputs, h):
        return self.rnn.forward(inputs, h)

    def backward(self, inputs, targets, hs, ps):
        return self.rnn.backward(inputs, targets, hs, ps)

    def apply(self, grads):
        self.rnn.update_params(grads)


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
    rnn = RNN(V, H, T, seed=1)
    rng = np.random.default_rng(2)
    for name, array in rnn.parameters.items():
        array[...] = rng.normal(0, 0.2, array.shape)
        version.p[name][...] = array
    h = np.full(H, 0.1)
    right = rnn.backward(INPUTS, TARGETS, *rnn.forward(INPUTS, h))
    theirs = version.backward(INPUTS, TARGETS, *version.forward(INPUTS, h.astype(version.dtype)))
    return max(float(np.abs(theirs[name] - g).max() / np.abs(g).max()) for name, g in right.items())


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
    """What this machine can do on one thread: operations and bytes moved, in billions a second."""
    a, out = np.ones((512, 512), np.float32), np.empty((512, 512), np.float32)
    long, copy = np.ones(16_000_000, np.float32), np.empty(16_000_000, np.float32)
    peak = 2 * 512**3 / _best_time(lambda: np.dot(a, a, out=out))
    moved = 2 * long.nbytes / _best_time(lambda: np.copyto(copy, long))
    return peak / 1e9, moved / 1e9


def products(sizes=((64, 1), (64, 32), (256, 1), (256, 32), (512, 32))):
    """Measure h @ Whh.T at some (H, batch): {name: (operations per byte, billions a second)}."""
    found = {}
    for hidden, batch in sizes:
        h, Whh = np.ones((batch, hidden), np.float32), np.ones((hidden, hidden), np.float32)
        operations, moved = 2 * batch * hidden**2, Whh.nbytes + 2 * h.nbytes
        name = f"H={hidden}, {'one' if batch == 1 else batch} at a time"
        found[name] = (operations / moved, operations / _best_time(lambda: h @ Whh.T) / 1e9)  # noqa: B023
    return found


def _best_time(call, rounds=12):
    best = np.inf
    for _ in range(rounds):
        start = time.perf_counter()
        call()
        best = min(best, time.perf_counter() - start)
    return best
