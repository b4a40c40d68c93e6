"""The programs that race: each makes the same updates, of the same weights, on the same data.

An update is all that training does for one chunk: forward, loss (handed back as a Python float),
backward, clip each entry at 5, Adagrad, and the state carried on. A competitor that cannot run
here raises Missing when it is made, with the reason.
"""

import ctypes
import os
import pathlib
import shutil
import subprocess
import tempfile
from functools import cache

import numpy as np

import rnn_core
from course import by_the_book

COMMAND = ("-O3", "-march=native", "-fno-math-errno", "-shared", "-fPIC")


class Missing(Exception):
    """What a competitor needs is not on this machine; the message says what."""


class Competitor:
    """Reads data, an int array (L,) or (L, B), chunk after chunk, as `rnn_core.FastRNN.train` does.

    weights: dict of arrays, named and shaped as in `rnn_core`; every competitor copies them.
    A subclass sets `h`, the state, and has update(inputs, targets) -> loss.
    """

    def __init__(self, weights, data, seq_length, learning_rate):
        self.data, self.T, self.learning_rate = data, seq_length, learning_rate
        self.H, self.V = weights["Wxh"].shape
        self.dtype, self.batch = weights["Wxh"].dtype, data.shape[1:]
        self.pointer = 0
        self.set_up(weights)

    def run(self, updates):
        """Make so many updates; return their losses."""
        losses = []
        for _ in range(updates):
            if self.pointer + self.T + 1 > len(self.data):
                self.pointer, self.h = 0, self.h * 0
            inputs = self.data[self.pointer : self.pointer + self.T]
            targets = self.data[self.pointer + 1 : self.pointer + self.T + 1]
            losses.append(self.update(inputs, targets))
            self.pointer += self.T
        return losses


class Ours(Competitor):
    """`rnn_core.FastRNN.train`."""

    name = "ours"
    kind = rnn_core.FastRNN

    def set_up(self, weights):
        self.rnn = self.kind(self.V, self.H, self.T, self.learning_rate, dtype=self.dtype)
        for name, array in weights.items():
            setattr(self.rnn, name, array)
        characters = "".join(map(chr, range(ord("!"), ord("!") + self.V)))
        self.rnn.vocabulary = rnn_core.Vocabulary(characters)
        self.text = self.rnn.vocabulary.decode(self.data.T.ravel())

    def run(self, updates):
        batch = self.batch[0] if self.batch else None
        return list(self.rnn.train(self.text, updates, batch_size=batch, report=None))


class Plain(Ours):
    """`rnn_core.RNN.train`."""

    name = "plain"
    kind = rnn_core.RNN


class ByTheBook(Competitor):
    """One column vector at a time; a batch is one sequence after the other."""

    name = "by the book"

    def set_up(self, weights):
        self.weights = by_the_book.as_columns(weights)
        self.memory = by_the_book.no_memory(self.weights)
        self.h = np.zeros((*self.batch, self.H), self.dtype)
        self.one = by_the_book.update_batch if self.batch else by_the_book.update

    def update(self, inputs, targets):
        loss, self.h = self.one(
            self.weights, self.memory, inputs, targets, self.h, self.learning_rate
        )
        return loss


class Torch(Competitor):
    """`torch.nn.RNN` and a linear layer, with PyTorch's own loss, clipping and Adagrad.

    torch.nn.RNN has two hidden biases, which would step twice: the second stays at zero. Its
    Adagrad adds eps outside the root: the memory starts at 1e-8 instead, which is the same.
    """

    name = "torch"

    def set_up(self, weights):
        try:
            import torch
        except ImportError:
            raise Missing("torch is not installed") from None
        self.torch = torch
        torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
        dtype = getattr(torch, self.dtype.name)
        self.rnn = torch.nn.RNN(self.V, self.H, dtype=dtype)
        self.output = torch.nn.Linear(self.H, self.V, dtype=dtype)
        places = {
            "Wxh": self.rnn.weight_ih_l0,
            "Whh": self.rnn.weight_hh_l0,
            "bh": self.rnn.bias_ih_l0,
            "Why": self.output.weight,
            "by": self.output.bias,
        }
        with torch.no_grad():
            for name, place in places.items():
                place.copy_(torch.from_numpy(weights[name]))
            self.rnn.bias_hh_l0.zero_()
        self.rnn.bias_hh_l0.requires_grad_(False)
        self.parameters = list(places.values())
        self.loss = torch.nn.CrossEntropyLoss(reduction="sum")
        self.optimizer = torch.optim.Adagrad(
            self.parameters, self.learning_rate, initial_accumulator_value=1e-8, eps=0.0
        )
        self.h = torch.zeros((1, *self.batch, self.H), dtype=dtype)
        self.rows = torch.eye(self.V, dtype=dtype)  # one-hot by look-up, its quickest way

    def update(self, inputs, targets):
        torch = self.torch
        hs, h = self.rnn(self.rows[torch.from_numpy(inputs)], self.h)
        scores = self.output(hs).reshape(-1, self.V)
        loss = self.loss(scores, torch.from_numpy(targets).ravel())
        self.optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_value_(self.parameters, 5.0)
        self.optimizer.step()
        self.h = h.detach()
        return loss.item()


class Jax(Competitor):
    """One update as one jitted function, which may reuse the memory of what it replaces.

    The whole network stands inside the `lax.scan`, as one writes it first.
    """

    name = "jax"
    tuned = False

    def set_up(self, weights):
        try:
            import jax
        except ImportError:
            raise Missing("jax is not installed") from None
        jax.config.update("jax_enable_x64", True)
        self.weights = {name: jax.numpy.array(array) for name, array in weights.items()}
        self.memory = {name: jax.numpy.zeros_like(array) for name, array in self.weights.items()}
        self.h = jax.numpy.zeros((*self.batch, self.H), self.dtype)
        self.one = jitted_update(self.learning_rate, self.tuned)

    def update(self, inputs, targets):
        self.weights, self.memory, self.h, loss = self.one(
            self.weights, self.memory, self.h, inputs, targets
        )
        return float(loss)


class JaxTuned(Jax):
    """The same with our own idea: only the recurrence inside the scan, all else for all steps."""

    name = "jax tuned"
    tuned = True


@cache
def jitted_update(learning_rate, tuned):
    """Return the update as a jitted function of (weights, memory, h, inputs, targets)."""
    import jax
    import jax.numpy as jnp

    def surprise(weights, hs, targets):
        log_ps = jax.nn.log_softmax(hs @ weights["Why"].T + weights["by"])
        return -jnp.take_along_axis(log_ps, targets[..., None], axis=-1).sum()

    def in_one_scan(weights, h, inputs, targets):
        def step(h, now):
            x, target = now
            h = jnp.tanh(weights["Wxh"].T[x] + h @ weights["Whh"].T + weights["bh"])
            return h, surprise(weights, h, target)

        h, losses = jax.lax.scan(step, h, (inputs, targets))
        return losses.sum(), h

    def recurrence_alone(weights, h, inputs, targets):
        def step(h, x):
            h = jnp.tanh(x + h @ weights["Whh"].T)
            return h, h

        h, hs = jax.lax.scan(step, h, weights["Wxh"].T[inputs] + weights["bh"])
        return surprise(weights, hs, targets), h

    def update(weights, memory, h, inputs, targets):
        total_loss = recurrence_alone if tuned else in_one_scan
        both = jax.value_and_grad(total_loss, has_aux=True)
        (loss, h), gradients = both(weights, h, inputs, targets)
        for name, gradient in gradients.items():
            g = jnp.clip(gradient, -5, 5)
            memory[name] = memory[name] + g * g
            weights[name] = weights[name] - learning_rate * g / jnp.sqrt(memory[name] + 1e-8)
        return weights, memory, h, loss

    return jax.jit(update, donate_argnums=(0, 1, 2))


class C(Competitor):
    """`update.c`, compiled here and now; it uses one thread whatever it is given."""

    name = "C"

    def set_up(self, weights):
        self.library, real = compiled(self.dtype.name)
        B = self.batch[0] if self.batch else 1
        self.flat = np.concatenate([weights[name].ravel() for name in by_the_book.NAMES])
        self.memory, self.h = np.zeros_like(self.flat), np.zeros((B, self.H), self.dtype)
        self.data = self.data.astype(np.int32)
        self.sizes = (self.T, B, self.V, self.H)
        self.work = np.empty(self.library.work_size(*self.sizes), self.dtype)
        self.rate = real(self.learning_rate)

    def update(self, inputs, targets):
        arrays = (self.flat, self.memory, self.h, inputs, targets)
        pointers = [array.ctypes.data_as(ctypes.c_void_p) for array in (*arrays, self.work)]
        return self.library.update(*pointers[:5], *self.sizes, self.rate, pointers[5])


@cache
def compiled(dtype):
    """Return the library made of `update.c` for float64 or float32, and its type of number."""
    compiler = shutil.which("gcc") or shutil.which("cc")
    if not compiler:
        raise Missing("no C compiler (gcc) is installed")
    name, real = {
        "float64": ("double", ctypes.c_double),
        "float32": ("float", ctypes.c_float),
    }[dtype]
    source = pathlib.Path(__file__).with_name("update.c")
    target = os.path.join(tempfile.mkdtemp(), f"update_{name}.so")
    command = [compiler, *COMMAND, f"-DREAL={name}", str(source), "-o", target, "-lm"]
    done = subprocess.run(command, capture_output=True, encoding="utf-8")
    if done.returncode:
        raise Missing(f"{compiler} could not compile update.c: {done.stderr.strip()[-300:]}")
    library = ctypes.CDLL(target)
    library.work_size.restype = ctypes.c_long
    library.update.restype = ctypes.c_double
    return library, real


ALL = (Ours, Plain, ByTheBook, Torch, Jax, JaxTuned, C)
