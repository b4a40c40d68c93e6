"""A character-level recurrent network in NumPy, in the order in which the lessons build it.

First its pieces, each with the lesson that it is from; then `RNN`, which is made of them; last
`FastRNN`, what lesson 11 makes of it, for wherever time matters.

T counts time steps, B an optional batch of sequences read side by side, V the distinct characters,
H the hidden units. Arrays put time first, then the batch, then features; losses are in nats.
With x_t the character at step t, as a one-hot column:

    h_t = tanh(Wxh x_t + Whh h_{t-1} + bh)        p_t = softmax(Why h_t + by)
"""

import json
import os
import zlib
from numbers import Integral, Real

import numpy as np


def require(condition, message):
    if not condition:
        raise ValueError(message)


class Vocabulary:
    """The distinct characters of a text, sorted, numbered from 0 (lesson 1)."""

    def __init__(self, text):
        require(text, "The text is empty: give at least one character.")
        self.characters = "".join(sorted(set(text)))
        self.char_to_ix = {char: ix for ix, char in enumerate(self.characters)}

    def __len__(self):
        return len(self.characters)

    def encode(self, text):
        """Return the number of each character, an int array (len(text),)."""
        try:
            return np.fromiter(map(self.char_to_ix.__getitem__, text), int, len(text))
        except KeyError as error:
            at, known = text.index(error.args[0]), self.characters[:60]
            known = f"the {len(self):,} known characters begin with {known!r}."
            raise ValueError(f"Unknown character {text[at]!r} at position {at}: {known}") from None

    def decode(self, indices):
        """Return the text that a sequence of numbers stands for."""
        return "".join([self.characters[ix] for ix in in_range(indices, len(self)).ravel()])


def in_range(indices, size):
    """Return indices as an array: below 0, NumPy would count from the end and say nothing."""
    indices = np.asarray(indices, dtype=None if np.size(indices) else int)
    if indices.size and (indices.min() < 0 or indices.max() >= size):
        raise ValueError(f"Indices must lie between 0 and {size - 1}.")
    return indices


def one_hot(indices, size):
    """Return (..., size): for each index a row of zeros with a one at that index (lesson 1)."""
    return np.eye(size)[in_range(indices, size)]


def softmax(scores, temperature=1.0):
    """Turn scores (..., V) into probabilities over the last axis (lessons 2 and 8).

    Taking the largest score away changes no quotient, and keeps exp from overflowing.
    """
    if not temperature > 0:
        raise ValueError(f"temperature must be a number above 0, not {temperature!r}.")
    scores = np.asarray(scores)
    with np.errstate(over="ignore"):  # a gap too wide for a float is -inf, and exp(-inf) is 0
        exps = np.exp((scores - scores.max(axis=-1, keepdims=True)) / temperature)
    return exps / exps.sum(axis=-1, keepdims=True)


def cross_entropy(probabilities, targets):
    """Return the sum of -ln p[target], in nats, for (T[, B], V) and targets (T[, B]) (lesson 2)."""
    ps, targets = np.asarray(probabilities), np.asarray(targets)
    if ps.shape[:-1] != targets.shape:
        raise ValueError(f"Probabilities {ps.shape} do not fit targets {targets.shape}.")
    ps = ps.reshape(-1, ps.shape[-1])
    with np.errstate(divide="ignore"):  # sure of a wrong character: infinitely surprised
        return float(-np.log(ps[np.arange(len(ps)), targets.ravel()]).sum())


def numerical_gradient(f, array, step=1e-5):
    """Return df/d(array) by central differences; array is put back (lesson 4)."""
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
    """Return by parameter the worst error of `.backward`, relative to the largest entry."""
    exact, errors = rnn.backward(inputs, targets, *rnn.forward(inputs, h_prev)), {}
    for name, array in rnn.parameters.items():
        numeric = numerical_gradient(
            lambda _: cross_entropy(rnn.forward(inputs, h_prev)[1], targets), array
        )
        scale = max(np.abs(exact[name]).max(), np.abs(numeric).max(), 1e-12)
        errors[name] = float(np.abs(exact[name] - numeric).max() / scale)
    return errors


def clip_by_value(gradients, limit=5.0):
    """Return new gradients with each entry cut to [-limit, limit] (lesson 5)."""
    return {name: gradient.clip(-limit, limit) for name, gradient in gradients.items()}


def clip_by_norm(gradients, limit):
    """Return new gradients, all scaled alike so that their norm together is at most limit."""
    norm = np.sqrt(sum(float((gradient**2).sum()) for gradient in gradients.values()))
    scale = limit / norm if norm > limit else 1.0
    return {name: gradient * scale for name, gradient in gradients.items()}


class Adagrad:
    """A step for each weight, smaller the more it has moved (lesson 6; Duchi and others, 2011)."""

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
    """Adagrad's heir, with memories that fade (lesson 6; Kingma and Ba, 2015)."""

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


class Parameters(dict):
    """Arrays by name. To set one is to write into it: its shape and its place stay."""

    def __setitem__(self, name, value):
        shape = self[name].shape
        require(np.shape(value) == shape, f"{name} has shape {shape}, not {np.shape(value)}.")
        self[name][...] = value

    def __missing__(self, name):
        require(self, "No weights yet: give vocab_size, or train the network first.")
        raise KeyError(name)

    def __reduce__(self):  # a copy is made whole, not item by item
        return type(self), (dict(self),)


def print_progress(rnn, iteration, loss):
    """Print iteration, loss, and 150 characters that the network says as it now stands."""
    first, h = np.ravel(rnn._data[rnn.pointer])[0], rnn.h.reshape(-1, rnn.hidden_size)[0]
    text = rnn.vocabulary.decode(rnn.sample(first, 150, h=h))
    print(f"iteration {iteration:,}, loss {loss:.4f}\n{text}\n")


class RNN:
    """Reads characters by number and predicts the next (lessons 3, 4, 7 and 8).

    vocab_size V may be None or 0 until `.train(text)` has seen the text. `.clip`, a function of
    gradients, and `.optimizer` can be set to others. Global random state is left alone.
    """

    def __init__(
        self, vocab_size, hidden_size, seq_length, learning_rate=0.1, *, seed=None, dtype=np.float64
    ):
        for name, size in {"hidden_size": hidden_size, "seq_length": seq_length}.items():
            fits = isinstance(size, Integral) and size >= 1
            require(fits, f"{name} must be a whole number of at least 1, not {size!r}.")
        fits = not vocab_size or (isinstance(vocab_size, Integral) and vocab_size >= 2)
        require(fits, f"vocab_size must be a whole number of at least 2, not {vocab_size!r}.")
        fits = isinstance(learning_rate, Real) and 0 < learning_rate < np.inf
        require(fits, f"learning_rate must be a number above 0, not {learning_rate!r}.")
        self.hidden_size, self.seq_length = int(hidden_size), int(seq_length)
        self.dtype, self.rng = np.dtype(dtype), np.random.default_rng(seed)
        self.optimizer, self.clip = Adagrad(learning_rate), clip_by_value
        self.vocabulary = self.vocab_size = self._data = self._source = None
        self.iteration, self.pointer, self.h = 0, 0, np.zeros(self.hidden_size, dtype)
        self.losses, self.parameters = np.empty(0), Parameters()
        if vocab_size:
            self._draw_weights(int(vocab_size))

    def _draw_weights(self, V):
        """Draw weights from N(0, 1) x 0.01; biases begin at 0."""
        self.vocab_size, H = V, self.hidden_size
        Wxh = self.rng.standard_normal((H, V)) * 0.01
        Whh = self.rng.standard_normal((H, H)) * 0.01
        Why = self.rng.standard_normal((V, H)) * 0.01
        arrays = {"Wxh": Wxh, "Whh": Whh, "Why": Why, "bh": np.zeros(H), "by": np.zeros(V)}
        self.parameters = Parameters({name: a.astype(self.dtype) for name, a in arrays.items()})

    def forward(self, inputs, h_prev):
        """Read inputs (T,) or (T, B) from the state h_prev (H,) or (B, H).

        Return hs (T+1, ..., H), hs[0] being h_prev and hs[-1] the state to carry on, and ps
        (T, ..., V), the probabilities of the character that follows each step.
        """
        inputs, hs = self._before_reading(inputs, h_prev)
        Wxh, Whh, Why, bh, by = self.parameters.values()
        h, from_inputs = hs[0], Wxh.T[inputs] + bh  # a one-hot vector picks a column of Wxh
        for t, from_input in enumerate(from_inputs):
            hs[t + 1] = h = np.tanh(from_input + h.dot(Whh.T))  # dot is @, and called sooner
        return hs, softmax(hs[1:] @ Why.T + by)

    def _before_reading(self, inputs, h_prev):
        """Return inputs as an array, and room for the states, of which hs[0] is known."""
        inputs = in_range(inputs, len(self.parameters["by"]))
        shape = (*inputs.shape[1:], self.hidden_size)
        if np.shape(h_prev) != shape:
            raise ValueError(f"h_prev must have shape {shape}, not {np.shape(h_prev)}.")
        hs = np.empty((len(inputs) + 1, *shape), self.dtype)
        hs[0] = h_prev
        return inputs, hs

    def backward(self, inputs, targets, hs, ps):
        """Return the exact gradient of the loss by parameter name, summed over time and batch."""
        Whh, Why, (V, H) = self.Whh, self.Why, self.Why.shape
        fits = np.shape(inputs) == np.shape(targets) == ps.shape[:-1] and len(hs) == len(ps) + 1
        require(fits, "inputs, targets, hs and ps do not belong together: their shapes differ.")
        dys, xs = ps.reshape(-1, V).copy(), one_hot(np.ravel(inputs), V).astype(self.dtype)
        dys[np.arange(len(dys)), in_range(targets, V).ravel()] -= 1  # softmax and cross-entropy
        dhs, slopes, dh_later = (dys @ Why).reshape(hs[1:].shape), 1 - hs[1:] ** 2, 0
        das = np.empty_like(dhs)
        for t in reversed(range(len(das))):  # the blame goes back through the states
            das[t] = da = (dhs[t] + dh_later) * slopes[t]
            dh_later = da.dot(Whh)
        das = das.reshape(-1, H)
        return {  # each product is the sum over all time steps
            "Wxh": das.T @ xs,
            "Whh": das.T @ hs[:-1].reshape(-1, H),
            "Why": dys.T @ hs[1:].reshape(-1, H),
            "bh": das.sum(axis=0),
            "by": dys.sum(axis=0),
        }

    def update_params(self, gradients):
        """Clip the gradients, then take one step of the optimiser, in place."""
        for name, array in self.parameters.items():
            fits = name in gradients and gradients[name].shape == array.shape
            require(fits, "Gradients must have the names and shapes of the parameters.")
        self._move(gradients)

    def _move(self, gradients):
        self.optimizer.update(self.parameters, self.clip(gradients))

    def train(self, text, iterations, *, batch_size=None, report=print_progress, every=1000):
        """Train on text; return the loss (iterations,) at each update, in nats, summed.

        Chunk follows chunk with the state carried on; both start afresh when no whole chunk is
        left. Called again with the same text it goes on where it was. batch_size: that many equal
        parts of the text are read side by side. report(rnn, iteration, loss) is called before
        every `every`-th update. After Ctrl-C the network is usable; `.losses` has the losses.
        """
        require(self.clip, "A file does not hold a clip of your own: set rnn.clip again.")
        data, T = self._encoded(text, batch_size), self.seq_length
        losses, before = [], self.iteration
        try:
            for _ in range(iterations):
                if self.pointer + T + 1 > len(data):
                    self.pointer, self.h = 0, np.zeros_like(self.h)
                inputs = data[self.pointer : self.pointer + T]
                targets = data[self.pointer + 1 : self.pointer + T + 1]
                hs, ps = self.forward(inputs, self.h)
                loss = cross_entropy(ps, targets)
                if np.isnan(loss):
                    advice = "start afresh, with a smaller learning rate."
                    raise FloatingPointError(f"loss is nan at iteration {self.iteration}: {advice}")
                if report and self.iteration % every == 0:
                    report(self, self.iteration, loss)
                self.update_params(self.backward(inputs, targets, hs, ps))
                losses.append(loss)
                self.h = hs[-1]
                self.pointer += T
                self.iteration += 1
        finally:
            self.losses = np.array(losses[: self.iteration - before])
        return self.losses

    def _encoded(self, text, batch_size):
        """Return text as numbers (L,), or (L, B) in a batch. A new text is begun at its start."""
        source = [zlib.crc32(text.encode("utf-8", "surrogatepass")), len(text), batch_size]
        if self._data is None or source != self._source:
            vocabulary, T, B = self.vocabulary or Vocabulary(text), self.seq_length, batch_size or 1
            V, L = len(vocabulary), len(text) // B
            require(V > 1, f"One distinct character, {text[:1]!r}: there is nothing to predict.")
            fits = self.vocab_size in (None, V)
            require(fits, f"{V} characters, but this network was made for {self.vocab_size}.")
            require(L > T, f"The text is too short: {T + 1} characters are needed for each part.")
            data = vocabulary.encode(text)
            if batch_size:
                data = data[: B * L].reshape(B, L).T.copy()
            if not self.vocab_size:
                self._draw_weights(V)
            if source != self._source:
                self.pointer, self.h = 0, np.zeros((*data.shape[1:], self.hidden_size), self.dtype)
            self.vocabulary, self._source, self._data = vocabulary, source, data
        return self._data

    def sample(self, seed_ix, n, temperature=1.0, *, h=None, rng=None):
        """Return a list of n numbers, each drawn after the one before, the first after seed_ix.

        It starts from state h (H,), or zeros; rng is a seed or a Generator, or the network's own.
        """
        finite = all(np.isfinite(array).all() for array in self.parameters.values())
        require(finite, "A weight is not a finite number: start afresh.")
        (ix,), hs = self._before_reading([seed_ix], np.zeros_like(self.bh) if h is None else h)
        rng, h, drawn = self.rng if rng is None else np.random.default_rng(rng), hs[0], []
        Wxh, Whh, Why, bh, by = self.parameters.values()
        for _ in range(n):
            h = np.tanh(Wxh[:, ix] + Whh @ h + bh)
            p = softmax(Why @ h + by, temperature)
            ix = int(rng.choice(len(p), p=p))
            drawn.append(ix)
        return drawn

    def generate(self, prompt, n, temperature=1.0, *, rng=None):
        """Return n new characters, said after the whole prompt has been read."""
        require(self.vocabulary, "This network has read no text yet: train it first.")
        require(prompt, "The prompt is empty: give at least one character.")
        *before, last = self.vocabulary.encode(prompt)
        hs, _ = self.forward(before, np.zeros_like(self.bh))
        return self.vocabulary.decode(self.sample(last, n, temperature, h=hs[-1], rng=rng))

    # What can be asked of it and set, and how it is copied and saved

    def __getattr__(self, name):
        """rnn.Whh is short for rnn.parameters["Whh"], rnn.memory for rnn.optimizer.memory."""
        if name in ("Wxh", "Whh", "Why", "bh", "by"):
            return self.parameters[name]
        if name in ("learning_rate", "memory"):
            return getattr(self.optimizer, name)
        raise AttributeError(f"An RNN has no {name!r}.")

    def __setattr__(self, name, value):
        if name in ("Wxh", "Whh", "Why", "bh", "by"):
            self.parameters[name] = value
        elif name == "learning_rate":
            self.optimizer.learning_rate = value
        else:
            super().__setattr__(name, value)

    def _remember(self, flat):
        self.optimizer.memory = pieces(flat, self.parameters)

    def __getstate__(self):  # copies and pickles do without the text
        return vars(self) | {"_data": None}

    def save(self, path):
        """Write all that sampling and training go on from to one .npz, whole or not at all."""
        optimizer = type(self.optimizer).__name__
        require(self.vocab_size, "No weights yet: there is nothing to save.")
        require(optimizer in OPTIMIZERS, f"Only Adagrad and Adam can be saved, not {optimizer}.")
        meta = {
            "optimizer": optimizer,
            "settings": vars(self.optimizer) | {"memory": None},
            "clip": self.clip is clip_by_value,
            "counters": {name: getattr(self, name) for name in COUNTERS},
            "characters": self.vocabulary.characters if self.vocabulary else None,
            "rng": self.rng.bit_generator.state,
        }
        arrays, partial = {**self.parameters, "h": self.h}, f"{path}.{os.getpid()}.partial"
        if self.memory:
            several = self.memory["bh"].shape[:-1]  # Adam remembers two numbers for each weight
            memory = [array.reshape(*several, -1) for array in self.memory.values()]
            arrays["all"] = np.concatenate(memory, axis=-1)
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
                fits = arrays["Whh"].shape == (H, H) and arrays["Wxh"].dtype.kind == "f"
                require(fits, "these are no weights")
                rnn = cls(V, H, meta["counters"]["seq_length"], dtype=arrays["Wxh"].dtype)
                for name in rnn.parameters:
                    rnn.parameters[name] = arrays.pop(name)
                rnn.h, counters = arrays.pop("h"), meta["counters"]
                vars(rnn).update({name: counters[name] for name in COUNTERS})
                rnn.rng.bit_generator.state = meta["rng"]
                rnn.vocabulary = Vocabulary(meta["characters"]) if meta["characters"] else None
                rnn.clip = clip_by_value if meta.get("clip", True) else None
                rnn.optimizer = OPTIMIZERS[meta["optimizer"]](0.1)
                vars(rnn.optimizer).update(meta["settings"], memory={})
                if "all" in arrays:
                    rnn._remember(arrays.pop("all"))
                require(not arrays and rnn.h.shape[-1] == H, "an array that does not belong")
            except Exception as error:  # a damaged file can bring about any
                raise ValueError(f"{path} is damaged, or not a saved network: {error!r}") from error
        return rnn


OPTIMIZERS = {"Adagrad": Adagrad, "Adam": Adam}
COUNTERS = ("seq_length", "iteration", "pointer", "_source")


def pieces(flat, arrays):
    """Return views of flat (..., N) by name, shaped as the arrays that it is the sum of."""
    ends = np.cumsum([array.size for array in arrays.values()])[:-1]
    parts = zip(arrays.items(), np.split(flat, ends, axis=-1), strict=True)
    return {name: part.reshape(*flat.shape[:-1], *array.shape) for (name, array), part in parts}


class FlatParameters(Parameters):
    """Arrays by name that are views of one vector, `.flat`: one call reaches them all."""

    def __init__(self, arrays):
        self.flat = np.concatenate([array.ravel() for array in arrays.values()])
        super().__init__(pieces(self.flat, arrays))


class FastRNN(RNN):
    """The same network and the same results, faster: what lesson 11 makes of it.

    The optimiser moves all parameters as one vector, by the name of "all".
    """

    def _draw_weights(self, V):
        super()._draw_weights(V)
        self.parameters, self._eye = FlatParameters(self.parameters), np.eye(V, dtype=self.dtype)

    @property
    def memory(self):
        """As in RNN: views of the one vector that the optimiser remembers."""
        known = self.optimizer.memory
        return Parameters(pieces(known["all"], self.parameters) if known else {})

    def _remember(self, flat):
        super()._remember(flat)  # or says that it does not fit
        self.optimizer.memory = {"all": flat}

    def forward(self, inputs, h_prev):
        """As in RNN. The loop writes into arrays that are there already."""
        inputs, hs = self._before_reading(inputs, h_prev)
        Wxh, Whh, Why, bh, by = self.parameters.values()
        np.add(Wxh.T, bh, order="C").take(inputs, 0, hs[1:], "clip")  # in memory as it is read
        h, product, WhhT, tanh = hs[0], np.empty(hs[0].shape, self.dtype), Whh.T, np.tanh
        for a in hs[1:]:  # only what waits for the step before is in the loop
            a += h.dot(WhhT, product)
            h = tanh(a, a)
        ps = hs[1:].reshape(-1, self.hidden_size).dot(Why.T)  # scores, for now
        ps += by
        ps -= ps.max(axis=-1, keepdims=True)
        np.exp(ps, ps)
        ps /= ps.sum(axis=-1, keepdims=True)
        return hs, ps.reshape(*inputs.shape, len(by))

    def backward(self, inputs, targets, hs, ps):
        """As in RNN. Every sum over time steps, but that of blame, is one product."""
        _, Whh, Why, bh, by = self.parameters.values()
        inputs, targets = np.asarray(inputs), in_range(targets, len(by))
        fits = inputs.shape == targets.shape == ps.shape[:-1] and len(hs) == len(ps) + 1
        require(fits, "inputs, targets, hs and ps do not belong together: their shapes differ.")
        eye, ones = self._eye, np.ones(targets.size, self.dtype)
        dys = ps.reshape(-1, len(by)) - eye.take(targets.ravel(), 0)
        das = dys.dot(Why).reshape(hs[1:].shape)  # dh from this step's output, for now
        slopes, later = hs[1:] ** 2, np.zeros(hs[0].shape, self.dtype)
        np.subtract(1, slopes, slopes)
        for da, slope in zip(das[::-1], slopes[::-1], strict=True):
            da += later  # dh from all later steps
            da *= slope
            da.dot(Whh, later)
        das = das.reshape(-1, len(bh))
        return {
            "Wxh": das.T.dot(eye.take(inputs.ravel(), 0)),
            "Whh": das.T.dot(hs[:-1].reshape(-1, len(bh))),
            "Why": dys.T.dot(hs[1:].reshape(-1, len(bh))),
            "bh": ones.dot(das),
            "by": ones.dot(dys),
        }

    def _move(self, gradients):
        """As in RNN: one call clips all gradients, and one moves all parameters."""
        if self.clip is not clip_by_value:  # another rule may ask for the names
            gradients = self.clip(gradients)
        gradients = {"all": np.concatenate([gradients[name].ravel() for name in self.parameters])}
        if self.clip is clip_by_value:
            gradients = self.clip(gradients)
        self.optimizer.update({"all": self.parameters.flat}, gradients)

    def sample(self, seed_ix, n, temperature=1.0, *, h=None, rng=None):
        """As in RNN, without a probability: u falls on each character as often as softmax says."""
        require(temperature > 0, f"temperature must be a number above 0, not {temperature!r}.")
        (ix,), hs = self._before_reading([seed_ix], np.zeros_like(self.bh) if h is None else h)
        finite = np.isfinite(self.parameters.flat).all()
        require(finite, "A weight is not a finite number: start afresh.")
        rng, h, drawn = self.rng if rng is None else np.random.default_rng(rng), hs[0], []
        columns, Whh, Why, by = self.Wxh.T + self.bh, self.Whh, self.Why, self.by
        for u in rng.random(n):
            h = np.tanh(columns[ix] + Whh.dot(h))
            scores = Why.dot(h) + by
            sums = np.exp((scores - scores.max()) / temperature).cumsum()
            ix = min(int(sums.searchsorted(u * sums[-1], "right")), len(sums) - 1)
            drawn.append(ix)
        return drawn
