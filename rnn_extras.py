"""What makes `rnn_core` comfortable: sentences for mistakes, weights by name, copies and files.

`rnn_core` has all of it; here it is out of the way of what the lessons build.
"""

import json
import os
import zlib
from numbers import Integral, Real

import numpy as np


class Adam:
    """Adagrad's heir, with memories that fade (lesson 6; Kingma and Ba, 2015)."""

    def __init__(self, learning_rate):
        self.learning_rate, self.memory, self.steps = learning_rate, {}, 0

    def update(self, parameters, gradients):
        """Step along the fading mean over the root of the fading mean square, in place."""
        self.steps += 1
        for name, gradient in gradients.items():
            if name not in self.memory:
                self.memory[name] = np.zeros((2, *gradient.shape), gradient.dtype)
            mean, square = self.memory[name]
            mean += 0.1 * (gradient - mean)
            square += 0.001 * (gradient * gradient - square)
            step = self.learning_rate / (1 - 0.9**self.steps)  # both memories began at 0
            parameters[name] -= step * mean / (np.sqrt(square / (1 - 0.999**self.steps)) + 1e-8)


def orthogonal(size, rng):
    """Return a random (size, size) matrix that turns vectors and keeps their length."""
    q, r = np.linalg.qr(rng.standard_normal((size, size)))
    return q * np.sign(np.diag(r))  # the signs make every rotation equally likely


def require(condition, message):
    """Raise a ValueError that says so where a condition does not hold."""
    if not condition:
        raise ValueError(message)


def in_range(indices, size):
    """Return indices as an array: below 0, NumPy would count from the end and say nothing."""
    indices = np.asarray(indices)
    if indices.size and (indices.min() < 0 or indices.max() >= size):
        raise ValueError(f"Indices must lie between 0 and {size - 1}.")
    return indices


def print_progress(rnn, iteration, loss):
    """Print iteration, loss, and 150 characters that the network says as it now stands."""
    first, h = np.ravel(rnn._data[rnn.pointer])[0], rnn.h.reshape(-1, rnn.hidden_size)[0]
    text = rnn.vocabulary.decode(rnn.sample(first, 150, h=h))
    print(f"iteration {iteration:,}, loss {loss:.4f}\n{text}\n")


def pieces(flat, arrays):
    """Return views of flat (..., N) by name, shaped as the arrays, which have N entries in all."""
    ends = np.cumsum([array.size for array in arrays.values()])[:-1]
    parts = zip(arrays.items(), np.split(flat, ends, axis=-1), strict=True)
    return {name: part.reshape(*flat.shape[:-1], *array.shape) for (name, array), part in parts}


class Network:
    """What can be asked of a network and set, and how it is copied and saved."""

    def __getattr__(self, name):
        """rnn.Whh is short for rnn.parameters["Whh"], rnn.memory for rnn.optimizer.memory."""
        if name in ("learning_rate", "memory"):
            return getattr(self.optimizer, name)
        if name not in ("parameters", *NAMES):
            raise AttributeError(f"An RNN has no {name!r}.")
        if name == "parameters":  # which are drawn when the number of characters is known
            raise ValueError("No weights yet: give vocab_size, or train the network first.")
        return self.parameters[name]

    def __setattr__(self, name, value):
        """To set a weight is to write into its array, which keeps its shape and its type."""
        if name == "learning_rate":
            self.optimizer.learning_rate = value
        elif name in NAMES:
            shape = getattr(self, name).shape
            require(np.shape(value) == shape, f"{name} has shape {shape}, not {np.shape(value)}.")
            self.parameters[name][...] = value
        else:
            super().__setattr__(name, value)

    def __getstate__(self):
        """Copies and pickles do without the text."""
        return vars(self) | {"_data": None}

    @staticmethod
    def _check_settings(vocab_size, hidden_size, seq_length, learning_rate):
        """Raise a ValueError that names the setting which no network can have."""
        least = {"hidden_size": (hidden_size, 1), "seq_length": (seq_length, 1)}
        least |= {"vocab_size": (vocab_size, 2)} if vocab_size else {}  # or it waits for the text
        for name, (size, at_least) in least.items():
            fits = isinstance(size, Integral) and size >= at_least
            require(fits, f"{name} must be a whole number of at least {at_least}, not {size!r}.")
        fits = isinstance(learning_rate, Real) and 0 < learning_rate < np.inf
        require(fits, f"learning_rate must be a number above 0, not {learning_rate!r}.")

    def _checked(self, inputs, h_prev):
        """Return what is to be read as arrays: of another shape, NumPy would stretch the state."""
        inputs = in_range(inputs, len(self.parameters["by"]))
        h_prev = np.asarray(h_prev, self.dtype)
        shape = (*inputs.shape[1:], self.hidden_size)
        if h_prev.shape != shape:
            raise ValueError(f"h_prev must have shape {shape}, not {h_prev.shape}.")
        return inputs, h_prev

    def _checked_chunk(self, inputs, targets, hs, ps):
        """Return inputs and targets as arrays (T,) or (T * B,), like all that backward is given."""
        inputs, targets = np.asarray(inputs), in_range(targets, ps.shape[-1])
        if not inputs.shape == targets.shape == ps.shape[:-1] == hs[1:].shape[:-1]:
            raise ValueError(
                "inputs, targets, hs and ps differ in shape: they do not belong together."
            )
        return inputs.ravel(), targets.ravel()

    def _check_gradients(self, gradients):
        shapes = {name: array.shape for name, array in self.parameters.items()}
        fits = shapes == {name: gradient.shape for name, gradient in gradients.items()}
        require(fits, "Gradients must have the names and shapes of the parameters.")

    def _check_weights(self):
        finite = all(np.isfinite(array).all() for array in self.parameters.values())
        require(finite, "A weight is not a finite number: start afresh.")

    def _encoded(self, text, batch_size):
        """Return text as numbers (L,), or (L, B) in a batch. A new text is begun at its start."""
        source = [zlib.crc32(text.encode("utf-8", "surrogatepass")), len(text), batch_size]
        if self._data is not None and source == self._source:
            return self._data
        vocabulary, T, B = self.vocabulary or self.alphabet(text), self.seq_length, batch_size or 1
        data, V, L = vocabulary.encode(text), len(vocabulary), len(text) // B
        require(V > 1, f"One distinct character, {text[:1]!r}: there is nothing to predict.")
        fits = self.vocab_size in (None, V)
        require(fits, f"{V} characters, but this network was made for {self.vocab_size}.")
        require(L > T, f"The text is too short: {T + 1} characters are needed for each part.")
        if batch_size:
            data = data[: B * L].reshape(B, L).T
        if not self.vocab_size:
            self._draw_weights(V)
        if source != self._source:
            self.pointer, self.h = 0, np.zeros((*data.shape[1:], self.hidden_size), self.dtype)
        self.vocabulary, self._source, self._data = vocabulary, source, data
        return data

    def save(self, path):
        """Write all that sampling and training go on from to one .npz, whole or not at all."""
        optimizer = type(self.optimizer).__name__
        fits = optimizer in ("Adagrad", "Adam")
        require(fits, f"Only Adagrad and Adam can be saved, not {optimizer}.")
        meta = {
            "optimizer": optimizer,
            "settings": vars(self.optimizer) | {"memory": None},
            "clip": getattr(self.clip, "__name__", None) == "clip_by_value",
            "counters": {name: getattr(self, name) for name in COUNTERS},
            "characters": self.vocabulary.characters if self.vocabulary else None,
            "rng": self.rng.bit_generator.state,
        }
        arrays = {**self.parameters, "h": self.h}
        if self.memory:  # as one vector; of Adam's there are two
            several = self.memory["bh"].shape[:-1]
            memory = [array.reshape(*several, -1) for array in self.memory.values()]
            arrays["all"] = np.concatenate(memory, axis=-1)
        partial = f"{path}.{os.getpid()}.partial"
        try:
            with open(partial, "wb") as file:
                np.savez(file, meta=json.dumps(meta, default=float), **arrays)
            os.replace(partial, path)
        finally:
            if os.path.exists(partial):
                os.remove(partial)

    @classmethod
    def load(cls, path):
        """Return the network that was saved: it samples and trains on as if never stopped."""
        with open(path, "rb") as file:
            try:
                arrays = dict(np.load(file, allow_pickle=False))
                meta, (H, V) = json.loads(str(arrays.pop("meta"))), arrays["Wxh"].shape
                rnn = cls(V, H, meta["counters"]["seq_length"], dtype=arrays["Wxh"].dtype)
                for name in NAMES:
                    setattr(rnn, name, arrays.pop(name))  # or its shape is wrong
                vars(rnn).update({name: meta["counters"][name] for name in COUNTERS})
                rnn.h, rnn.rng.bit_generator.state = arrays.pop("h"), meta["rng"]
                rnn.vocabulary = cls.alphabet(meta["characters"]) if meta["characters"] else None
                rnn.clip = rnn.clip if meta.get("clip", True) else None
                rnn.optimizer = {"Adagrad": rnn.optimizer, "Adam": Adam(0.1)}[meta["optimizer"]]
                vars(rnn.optimizer).update(meta["settings"], memory={})
                if "all" in arrays:
                    flat = arrays.pop("all")
                    memory = pieces(flat, rnn.parameters)  # or it does not fit
                    one_vector = hasattr(rnn.parameters, "flat")
                    rnn.optimizer.memory = {"all": flat} if one_vector else memory
                fits = not arrays and rnn.h.shape[-1] == H and rnn.dtype.kind == "f"
                require(fits, "arrays that do not belong together")
            except Exception as error:  # a damaged file can bring about any
                raise ValueError(f"{path} is damaged, or not a saved network: {error!r}") from error
        return rnn


NAMES = ("Wxh", "Whh", "Why", "bh", "by")
COUNTERS = ("seq_length", "iteration", "pointer", "_source")  # what a file keeps as it is
