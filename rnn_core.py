"""A character-level recurrent network in NumPy, in the order in which the lessons build it.

T counts time steps, B an optional batch of sequences read side by side, V the distinct characters,
H the hidden units. Arrays put time first, then the batch, then features; losses are in nats.
With x_t the character at step t, as a one-hot column:

    h_t = tanh(Wxh x_t + Whh h_{t-1} + bh)        p_t = softmax(Why h_t + by)
"""

import json
import os
import zipfile
import zlib
from numbers import Integral, Real
from types import MappingProxyType

import numpy as np


def _require(condition, message):
    if not condition:
        raise ValueError(message)


# Text into numbers (lesson 1)


class Vocabulary:
    """The distinct characters of a text, sorted, so that one text always gives one numbering."""

    def __init__(self, text):
        _require(text, "The text is empty: give at least one character.")
        self.characters = "".join(sorted(set(text)))
        codes = _code_points(self.characters)
        self._index = np.full(codes[-1] + 2, -1)  # the last entry stands for every higher code
        self._index[codes] = np.arange(len(codes))

    def __len__(self):
        return len(self.characters)

    def encode(self, text):
        """Return the number of each character, an int array (len(text),)."""
        indices = self._index[np.minimum(_code_points(text), len(self._index) - 1)]
        if len(indices) and indices.min() < 0:
            at = int(indices.argmin())
            known = f"this vocabulary holds {self.characters!r}."
            raise ValueError(f"Unknown character {text[at]!r} at position {at}: {known}")
        return indices

    def decode(self, indices):
        """Return the text that a sequence of numbers stands for."""
        return "".join([self.characters[i] for i in _indices(indices, len(self)).ravel()])


def _code_points(text):
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


def _indices(indices, size):
    indices = np.asarray(indices)
    if indices.size == 0:
        return indices.astype(int)
    if indices.dtype.kind not in "iu":
        raise ValueError(f"Indices must be whole numbers, not {indices.dtype}.")
    if indices.astype(np.uint64).max() >= size:  # unsigned, a number below 0 is a huge one
        raise ValueError(f"Indices must lie between 0 and {size - 1}.")
    return indices


def one_hot(indices, size):
    """Return (..., size): for each index a row of zeros with a one at that index."""
    return np.eye(size)[_indices(indices, size)]


# Scores into probabilities (lesson 2)


def softmax(scores, temperature=1.0):
    """Turn scores (..., V) into probabilities over the last axis.

    Taking the largest score away changes no quotient, and keeps exp from overflowing.
    """
    if not temperature > 0:
        raise ValueError(f"temperature must be a number above 0, not {temperature}.")
    scores = np.asarray(scores)
    with np.errstate(over="ignore"):  # a gap too wide for a float is -inf, and exp(-inf) is 0
        scores = (scores - scores.max(axis=-1, keepdims=True)) / temperature
    exps = np.exp(scores)
    return exps / exps.sum(axis=-1, keepdims=True)


def cross_entropy(probabilities, targets):
    """Return the sum of -ln p[target], in nats, for (T, V) or (T, B, V) and targets (T[, B])."""
    rows, targets = np.asarray(probabilities), np.asarray(targets)
    if rows.shape[:-1] != targets.shape:
        raise ValueError(f"Probabilities {rows.shape} do not fit targets {targets.shape}.")
    rows = rows.reshape(-1, rows.shape[-1])
    with np.errstate(divide="ignore"):  # sure of a wrong character: infinitely surprised
        return float(-np.log(rows[np.arange(len(rows)), targets.ravel()]).sum())


# Gradients: check them, clip them, step along them (lessons 4, 5 and 6)


def numerical_gradient(f, array, step=1e-5):
    """Return df/d(array) by central differences; f(array) is a number, array is put back."""
    gradient = np.zeros(array.shape)
    for index in np.ndindex(array.shape):
        value = array[index]
        try:
            array[index] = value + step
            above = f(array)
            array[index] = value - step
            gradient[index] = (above - f(array)) / (2 * step)
        finally:
            array[index] = value
    return gradient


def gradient_check(rnn, inputs, targets, h_prev):
    """Return by parameter the worst error of `.backward` against central differences, relative

    to the largest entry of that gradient. Below 1e-6, in float64, all is well.
    """
    exact = rnn.backward(inputs, targets, *rnn.forward(inputs, h_prev))

    def loss(_):
        return cross_entropy(rnn.forward(inputs, h_prev)[1], targets)

    errors = {}
    for name, array in rnn.parameters.items():
        numeric = numerical_gradient(loss, array)
        scale = max(np.abs(exact[name]).max(), np.abs(numeric).max(), 1e-12)
        errors[name] = float(np.abs(exact[name] - numeric).max() / scale)
    return errors


def clip_by_value(gradients, limit=5.0):
    """Return new gradients with each entry cut to [-limit, limit]: the direction may change."""
    return {name: gradient.clip(-limit, limit) for name, gradient in gradients.items()}


def clip_by_norm(gradients, limit):
    """Return new gradients, all scaled alike so that their norm together is at most limit."""
    norm = np.sqrt(sum(float((gradient**2).sum()) for gradient in gradients.values()))
    scale = limit / norm if norm > limit else 1.0
    return {name: gradient * scale for name, gradient in gradients.items()}


class Adagrad:
    """A step for each weight, smaller the more it has moved (Duchi, Hazan and Singer, 2011)."""

    def __init__(self, learning_rate):
        self.learning_rate, self.memory = learning_rate, {}

    def update(self, parameters, gradients):
        """Add the squared gradients to the memory; change the parameters in place."""
        for name, gradient in gradients.items():
            if name not in self.memory:
                self.memory[name] = np.zeros_like(gradient)
            memory, parameter = self.memory[name], parameters[name]
            memory += gradient * gradient
            parameter -= self.learning_rate * gradient / np.sqrt(memory + 1e-8)


class Adam:
    """Adagrad's heir, with memories that fade (Kingma and Ba, 2015; decays 0.9 and 0.999)."""

    def __init__(self, learning_rate):
        self.learning_rate, self.memory, self.steps = learning_rate, {}, 0

    def update(self, parameters, gradients):
        """Step along the fading mean over the root of the fading mean square, in place."""
        self.steps += 1
        for name, gradient in gradients.items():
            if name not in self.memory:
                self.memory[name] = np.zeros((2, *gradient.shape), gradient.dtype)
            (mean, square), parameter = self.memory[name], parameters[name]
            mean += 0.1 * (gradient - mean)
            square += 0.001 * (gradient * gradient - square)
            step = self.learning_rate / (1 - 0.9**self.steps)  # both memories began at 0
            parameter -= step * mean / (np.sqrt(square / (1 - 0.999**self.steps)) + 1e-8)


def orthogonal(size, rng):
    """Return a random (size, size) matrix that turns vectors and keeps their length."""
    q, r = np.linalg.qr(rng.standard_normal((size, size)))
    return q * np.sign(np.diag(r))  # the signs make every rotation equally likely


# The network (lessons 3, 4, 7 and 8)


def print_progress(rnn, iteration, loss):
    """Print iteration, loss, and 150 characters that the network says as it now stands."""
    first, h = np.ravel(rnn._data[rnn.pointer])[0], rnn.h.reshape(-1, rnn.hidden_size)[0]
    text = rnn.vocabulary.decode(rnn.sample(first, 150, h=h))
    print(f"iteration {iteration:,}, loss {loss:.4f}\n{text}\n")


_SIZES = ("vocab_size", "hidden_size", "seq_length")
_PARAMETERS = ("Wxh", "Whh", "Why", "bh", "by")
_COUNTERS = ("seq_length", "iteration", "pointer", "_source")  # what a saved file keeps as is
_OPTIMIZERS = {"Adagrad": Adagrad, "Adam": Adam}


def _parameter(name):
    def write(rnn, value):
        shape = rnn.parameters[name].shape
        _require(np.shape(value) == shape, f"{name} has shape {shape}, not {np.shape(value)}.")
        rnn.parameters[name][...] = value

    return property(lambda rnn: rnn.parameters[name], write)


class RNN:
    """Reads characters by number and predicts the next; weights drawn from N(0, 1) x 0.01.

    vocab_size V may be None or 0 until `.train(text)` has seen the text. All parameters are views
    of one vector, so that an update takes few calls. Global random state is left alone.
    """

    Wxh, Whh, Why, bh, by = map(_parameter, _PARAMETERS)

    def __init__(
        self, vocab_size, hidden_size, seq_length, learning_rate=0.1, *, seed=None, dtype=np.float64
    ):
        sizes = (vocab_size or 2, hidden_size, seq_length)
        for name, size, least in zip(_SIZES, sizes, (2, 1, 1), strict=True):
            fits = isinstance(size, Integral) and size >= least
            _require(fits, f"{name} must be a whole number of at least {least}, not {size}.")
        fits = isinstance(learning_rate, Real) and 0 < learning_rate < np.inf
        _require(fits, f"learning_rate must be a number above 0, not {learning_rate}.")
        self.hidden_size, self.seq_length = int(hidden_size), int(seq_length)
        self.dtype, self.rng = np.dtype(dtype), np.random.default_rng(seed)
        self.optimizer = Adagrad(learning_rate)
        self.vocabulary = self.vocab_size = self._source = self._data = None
        self.iteration = self.pointer = 0
        self.h, self.losses, self.parameters = self._zeros(), np.empty(0), {}
        if vocab_size:
            self._draw_weights(int(vocab_size))

    def _zeros(self, *batch):
        return np.zeros((*batch, self.hidden_size), self.dtype)

    def _draw_weights(self, V):
        self.vocab_size, H = V, self.hidden_size
        self._shapes = {"Wxh": (H, V), "Whh": (H, H), "Why": (V, H), "bh": (H,), "by": (V,)}
        self._flat = np.zeros(H * V + H * H + V * H + H + V, self.dtype)
        self.parameters = self._named(self._flat)
        for name in ("Wxh", "Whh", "Why"):
            self.parameters[name][...] = self.rng.standard_normal(self._shapes[name]) * 0.01

    def _named(self, flat):
        ends = np.cumsum([np.prod(shape) for shape in self._shapes.values()])[:-1]
        pieces = zip(self._shapes.items(), np.split(flat, ends), strict=True)
        return MappingProxyType({name: piece.reshape(shape) for (name, shape), piece in pieces})

    def __getstate__(self):  # for copy and pickle: copied views would no longer be views
        return {name: value for name, value in vars(self).items() if name != "parameters"}

    def __setstate__(self, state):
        vars(self).update(state, parameters={})
        if self.vocab_size:
            self.parameters = self._named(self._flat)

    @property
    def learning_rate(self):
        """The optimiser's learning rate; writable."""
        return self.optimizer.learning_rate

    @learning_rate.setter
    def learning_rate(self, value):
        self.optimizer.learning_rate = value

    @property
    def memory(self):
        """The squared gradients that Adagrad remembers, by parameter name."""
        return self._named(self.optimizer.memory.get("all", np.zeros_like(self._flat)))

    def _checked(self, inputs, h_prev):
        _require(self.vocab_size, "No weights yet: give vocab_size, or train the network first.")
        inputs, h_prev = _indices(inputs, self.vocab_size), np.asarray(h_prev, self.dtype)
        if inputs.ndim not in (1, 2) or not inputs.size:
            raise ValueError(f"inputs must have shape (T,) or (T, B), not {inputs.shape}.")
        shape = (*inputs.shape[1:], self.hidden_size)
        if h_prev.shape != shape:
            raise ValueError(f"h_prev must have shape {shape}, not {h_prev.shape}.")
        return inputs, h_prev

    def forward(self, inputs, h_prev):
        """Read inputs (T,) or (T, B) from the state h_prev (H,) or (B, H).

        Return hs (T+1, ..., H), hs[0] being h_prev and hs[-1] the state to carry on, and ps
        (T, ..., V), the probabilities of the character that follows each step.
        """
        inputs, h_prev = self._checked(inputs, h_prev)
        hs = np.empty((len(inputs) + 1, *h_prev.shape), self.dtype)
        hs[0] = h_prev
        columns = np.add(self.Wxh.T, self.bh, order="C")  # in memory as they are read
        columns.take(inputs, 0, hs[1:], "clip")  # a one-hot vector picks a column of Wxh
        Whh, h, product = self.Whh.T.copy(), hs[0], np.empty(h_prev.shape, self.dtype)
        tanh = np.tanh
        for a in hs[1:]:  # only what waits for the step before is in the loop
            a += h.dot(Whh, product)
            h = tanh(a, a)
        scores = hs[1:].reshape(-1, self.hidden_size).dot(self.Why.T) + self.by
        return hs, softmax(scores).reshape(*inputs.shape, -1)

    def backward(self, inputs, targets, hs, ps):
        """Return the exact gradient of the loss by parameter name, summed over time and batch.

        The loop sends the blame back through the states; after it, the sum over time steps of
        each weight gradient is one matrix product.
        """
        inputs, targets = np.asarray(inputs), _indices(targets, self.vocab_size)
        fits = inputs.shape == targets.shape == ps.shape[:-1] == (len(hs) - 1, *hs.shape[1:-1])
        _require(fits, "inputs, targets, hs and ps do not belong together: their shapes differ.")
        V, H, Whh = self.vocab_size, self.hidden_size, self.Whh
        eye, ones = np.eye(V, dtype=self.dtype), np.ones(targets.size, self.dtype)
        dys = ps.reshape(-1, V) - eye.take(targets.ravel(), 0)  # softmax and cross-entropy together
        das = dys.dot(self.Why).reshape(hs[1:].shape)  # dh from this step's output, for now
        slopes = hs[1:] ** 2
        np.subtract(1, slopes, slopes)
        later = np.zeros_like(hs[0], order="C")
        for da, slope in zip(das[::-1], slopes[::-1], strict=True):
            da += later  # dh from all later steps
            da *= slope
            da.dot(Whh, later)
        das = das.reshape(-1, H)
        return {
            "Wxh": das.T.dot(eye.take(inputs.ravel(), 0)),
            "Whh": das.T.dot(hs[:-1].reshape(-1, H)),
            "Why": dys.T.dot(hs[1:].reshape(-1, H)),
            "bh": ones.dot(das),
            "by": ones.dot(dys),
        }

    def update_params(self, gradients):
        """Clip each entry at 5, then take one step of the optimiser, in place."""
        shapes = {name: gradient.shape for name, gradient in gradients.items()}
        if shapes != self._shapes:
            raise ValueError(f"Gradients must have the shapes {self._shapes}, not {shapes}.")
        flat = np.concatenate([gradients[name].ravel() for name in self._shapes])
        self.optimizer.update({"all": self._flat}, {"all": flat.clip(-5, 5)})

    def train(self, text, iterations, *, batch_size=None, report=print_progress, every=1000):
        """Train on text; return the loss (iterations,) at each update, in nats, summed.

        Chunk follows chunk with the state carried on; both start afresh when no whole chunk is
        left (the classic script also drops a last chunk that would fit to the letter). Called
        again with the same text it goes on where it was. batch_size: that many equal parts of the
        text are read side by side. report(rnn, iteration, loss): called before every `every`-th
        update; None is silent. After Ctrl-C the network is usable, and `.losses` has the losses.
        """
        data, T = self._prepared(text, batch_size), self.seq_length
        losses, done = np.empty(iterations), 0
        try:
            while done < iterations:
                if self.pointer + T + 1 > len(data):
                    self.pointer, self.h = 0, np.zeros_like(self.h)
                inputs, targets = data[self.pointer :][:T], data[self.pointer + 1 :][:T]
                hs, ps = self.forward(inputs, self.h)
                loss = cross_entropy(ps, targets)
                if np.isnan(loss):
                    advice = "start afresh, with a smaller learning rate."
                    raise FloatingPointError(f"loss is nan at iteration {self.iteration}: {advice}")
                if report and self.iteration % every == 0:
                    report(self, self.iteration, loss)
                self.update_params(self.backward(inputs, targets, hs, ps))
                self.h, self.pointer, losses[done] = hs[-1], self.pointer + T, loss
                self.iteration, done = self.iteration + 1, done + 1
        finally:
            self.losses = losses[:done]
        return losses

    def _prepared(self, text, batch_size):
        """Return text as (L,), or (L, B) in a batch; the start is afresh unless the text is."""
        source = [zlib.crc32(text.encode("utf-8", "surrogatepass")), len(text), batch_size]
        if self._data is not None and source == self._source:
            return self._data
        vocabulary, B = self.vocabulary or Vocabulary(text), batch_size or 1
        V, length = len(vocabulary), len(text) // B
        _require(V > 1, f"The text has one distinct character, {text[0]!r}: nothing to predict.")
        made_for, T = self.vocab_size, self.seq_length
        _require(
            made_for in (None, V), f"{V} characters, but this network was made for {made_for}."
        )
        _require(length > T, f"The text is too short: {T + 1} characters are needed for each part.")
        data, batch = vocabulary.encode(text), [B] if batch_size else []
        if batch_size:
            data = data[: B * length].reshape(B, length).T.copy()
        if not self.vocab_size:
            self._draw_weights(V)
        if source != self._source:
            self.pointer, self.h = 0, self._zeros(*batch)
        self.vocabulary, self._source, self._data = vocabulary, source, data
        return data

    def sample(self, seed_ix, n, temperature=1.0, *, h=None, rng=None):
        """Return a list of n numbers, each drawn after the one before, the first after seed_ix.

        It starts from state h (H,), or zeros; rng is a seed or a Generator, or the network's own.
        """
        _require(n >= 0, f"n must be 0 or more, not {n}.")
        _require(temperature > 0, f"temperature must be a number above 0, not {temperature}.")
        (ix,), h = self._checked([seed_ix], self._zeros() if h is None else h)
        _require(np.isfinite(self._flat).all(), "A weight is not a finite number: train afresh.")
        rng = self.rng if rng is None else np.random.default_rng(rng)
        columns, Whh, Why, by, indices = self.Wxh.T + self.bh, self.Whh, self.Why, self.by, []
        for u in rng.random(n):
            h = np.tanh(columns[ix] + Whh.dot(h))
            scores = Why.dot(h) + by
            sums = np.exp((scores - scores.max()) / temperature).cumsum()
            ix = min(int(sums.searchsorted(u * sums[-1], "right")), len(sums) - 1)
            indices.append(ix)  # u falls on each character as often as softmax says
        return indices

    def generate(self, prompt, n, temperature=1.0, *, rng=None):
        """Return n new characters, said after the whole prompt has been read."""
        _require(self.vocabulary, "This network has read no text yet: train it first.")
        _require(prompt, "The prompt is empty: give at least one character.")
        *before, last = self.vocabulary.encode(prompt)
        h = self.forward(before, self._zeros())[0][-1] if before else None
        return self.vocabulary.decode(self.sample(last, n, temperature, h=h, rng=rng))

    def save(self, path):
        """Write all that sampling and training go on from to one .npz, whole or not at all."""
        _require(self.vocab_size, "No weights yet: there is nothing to save.")
        name = type(self.optimizer).__name__
        _require(name in _OPTIMIZERS, f"Only Adagrad and Adam can be saved, and this is {name}.")
        meta = {"optimizer": name, "settings": {**vars(self.optimizer), "memory": None}}
        meta["counters"] = {name: getattr(self, name) for name in _COUNTERS}
        meta["characters"] = self.vocabulary.characters if self.vocabulary else None
        meta["rng"] = self.rng.bit_generator.state
        arrays = {**self.parameters, "h": self.h, **self.optimizer.memory}
        partial = f"{path}.{os.getpid()}.partial"
        try:
            with open(partial, "w+b") as file:
                np.savez(file, meta=json.dumps(meta, default=float), **arrays)
                with zipfile.ZipFile(file, "a") as members:
                    members.comment = _seal(members)
                file.flush()
                os.fsync(file.fileno())
            os.replace(partial, path)
        finally:
            if os.path.exists(partial):
                os.remove(partial)

    @classmethod
    def load(cls, path):
        """Return the network that was saved: it samples and trains on as if never stopped."""
        with open(path, "rb") as file:
            try:
                return cls._restored(file)
            except Exception as error:  # a damaged file can bring about any
                reason = (str(error) or type(error).__name__).split("\n")[0]
                raise ValueError(f"{path} is damaged, or not a saved network: {reason}") from error

    @classmethod
    def _restored(cls, file):
        with zipfile.ZipFile(file) as members:  # a bomb fails the first test, and is not opened
            whole = members.comment == _seal(members) and members.testzip() is None
            _require(whole, "it is not what this version of rnn_core saved.")
        file.seek(0)
        with np.load(file) as stored:
            arrays = dict(stored)
        meta, (H, V) = json.loads(str(arrays.pop("meta"))), arrays["Wxh"].shape
        rnn = cls(V, H, meta["counters"]["seq_length"], dtype=arrays["Wxh"].dtype)
        for name in _PARAMETERS:
            setattr(rnn, name, arrays.pop(name))
        vars(rnn).update(meta["counters"], h=arrays.pop("h"))
        rnn.rng.bit_generator.state = meta["rng"]
        rnn.optimizer = _OPTIMIZERS[meta["optimizer"]](0.1)
        vars(rnn.optimizer).update(meta["settings"], memory=arrays)  # the arrays that are left
        rnn.vocabulary = Vocabulary(meta["characters"]) if meta["characters"] else None
        return rnn


def _seal(members):
    """Sum up the zip's own checksums, so that a file is known to be whole before it is read."""
    sums = [(member.filename, member.file_size, member.CRC) for member in members.infolist()]
    return b"rnn_core 1: %d" % zlib.crc32(repr(sums).encode())
