"""A character-level recurrent network in NumPy, in the order in which the lessons build it.

T counts time steps, B an optional batch of sequences read side by side, V the distinct characters,
H the hidden units. Arrays put time first, then the batch, then features; losses are in nats.
With x_t the character at step t, as a one-hot column:

    h_t = tanh(Wxh x_t + Whh h_{t-1} + bh)        p_t = softmax(Why h_t + by)

`rnn_extras` has what makes it comfortable: sentences for mistakes, weights by name, copies, files.
"""

import numpy as np

from rnn_extras import Adam, Network, in_range, orthogonal, pieces, print_progress, require  # noqa: F401


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
            return np.array([self.char_to_ix[char] for char in text], int)
        except KeyError as error:
            at, known = text.index(error.args[0]), self.characters[:60]
            known = f"the {len(self):,} known characters begin with {known!r}."
            raise ValueError(f"Unknown character {text[at]!r} at position {at}: {known}") from None

    def decode(self, indices):
        """Return the text that a sequence of numbers stands for."""
        return "".join([self.characters[ix] for ix in in_range(indices, len(self))])


def one_hot(indices, size):
    """Return (..., size): for each index a row of zeros with a one at that index (lesson 1)."""
    return np.eye(size)[in_range(indices, size)]


def softmax(scores, temperature=1.0):
    """Turn scores (..., V) into probabilities over the last axis (lessons 2 and 8).

    Taking the largest score away changes no quotient, and keeps exp from overflowing.
    """
    require(temperature > 0, f"temperature must be a number above 0, not {temperature!r}.")
    scores = np.asarray(scores)
    with np.errstate(over="ignore"):  # a gap too wide for a float is -inf, and exp(-inf) is 0
        exps = np.exp((scores - scores.max(axis=-1, keepdims=True)) / temperature)
    return exps / exps.sum(axis=-1, keepdims=True)


def cross_entropy(probabilities, targets):
    """Return the sum of -ln p[target], in nats, for (T[, B], V) and targets (T[, B]) (lesson 2)."""
    ps, targets = np.asarray(probabilities), np.asarray(targets)
    if ps.shape[:-1] != targets.shape:
        raise ValueError(f"Probabilities {ps.shape} do not fit targets {targets.shape}.")
    rows = ps.reshape(-1, ps.shape[-1])
    with np.errstate(divide="ignore"):  # sure of a wrong character: infinitely surprised
        return float(-np.log(rows[np.arange(len(rows)), targets.ravel()]).sum())


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

    def loss(_):
        return cross_entropy(rnn.forward(inputs, h_prev)[1], targets)

    exact, errors = rnn.backward(inputs, targets, *rnn.forward(inputs, h_prev)), {}
    for name, array in rnn.parameters.items():
        numeric = numerical_gradient(loss, array)
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
            self.memory[name] += gradient * gradient
            parameters[name] -= self.learning_rate * gradient / np.sqrt(self.memory[name] + 1e-8)


class RNN(Network):
    """Reads characters by number and predicts the next.

    vocab_size V may be None or 0 until `.train(text)` has seen the text. `.optimizer` and `.clip`,
    a function of gradients, can be set to others.
    """

    alphabet = Vocabulary  # for the characters that a file or a text brings

    def __init__(
        self, vocab_size, hidden_size, seq_length, learning_rate=0.1, *, seed=None, dtype=np.float64
    ):
        self._check_settings(vocab_size, hidden_size, seq_length, learning_rate)
        self.hidden_size, self.seq_length = hidden_size, seq_length
        self.dtype, self.rng = np.dtype(dtype), np.random.default_rng(seed)
        self.optimizer, self.clip = Adagrad(learning_rate), clip_by_value
        self.vocabulary = self.vocab_size = self._data = self._source = None
        self.iteration, self.pointer, self.losses, self.h = 0, 0, [], np.zeros(hidden_size, dtype)
        if vocab_size:
            self._draw_weights(vocab_size)

    def _draw_weights(self, V):
        """Draw weights from N(0, 1) x 0.01; biases begin at 0 (lesson 3)."""
        self.vocab_size, H, normal = V, self.hidden_size, self.rng.standard_normal
        self.parameters = {
            "Wxh": (normal((H, V)) * 0.01).astype(self.dtype),
            "Whh": (normal((H, H)) * 0.01).astype(self.dtype),
            "Why": (normal((V, H)) * 0.01).astype(self.dtype),
            "bh": np.zeros(H, self.dtype),
            "by": np.zeros(V, self.dtype),
        }

    def forward(self, inputs, h_prev):
        """Read inputs (T,) or (T, B) from the state h_prev (H,) or (B, H) (lesson 3).

        Return hs (T+1, ..., H), hs[0] being h_prev and hs[-1] the state to carry on, and ps
        (T, ..., V), the probabilities of the character that follows each step.
        """
        inputs, h = self._checked(inputs, h_prev)
        Wxh, Whh, Why, bh, by = self.parameters.values()
        hs = np.empty((len(inputs) + 1, *h.shape), self.dtype)
        hs[0] = h
        for t, from_input in enumerate(Wxh.T[inputs] + bh):  # one-hot picks a column of Wxh
            hs[t + 1] = h = np.tanh(from_input + h.dot(Whh.T))  # dot is @, and called sooner
        return hs, softmax(hs[1:] @ Why.T + by)

    def backward(self, inputs, targets, hs, ps):
        """Return the exact gradient of the loss by name, summed over time and batch (lesson 4)."""
        _, Whh, Why, bh, by = self.parameters.values()
        inputs, targets = self._checked_chunk(inputs, targets, hs, ps)
        one_hots, ones = np.eye(len(by), dtype=self.dtype), np.ones(len(inputs), self.dtype)
        xs = one_hots.take(inputs, 0)
        dys = ps.reshape(-1, len(by)) - one_hots.take(targets, 0)  # softmax and cross-entropy
        dhs = (dys @ Why).reshape(hs[1:].shape)  # the blame from each step's own scores
        das = self._back_through_time(dhs, hs, Whh).reshape(-1, len(bh))
        return {  # each product is the sum over all time steps
            "Wxh": das.T @ xs,
            "Whh": das.T @ hs[:-1].reshape(das.shape),
            "Why": dys.T @ hs[1:].reshape(das.shape),
            "bh": ones @ das,
            "by": ones @ dys,
        }

    def _back_through_time(self, dhs, hs, Whh):
        """Send that blame back through tanh and, by Whh, to the states before (lesson 4)."""
        das, dh_next, slopes = np.empty_like(dhs), 0.0, 1 - hs[1:] ** 2
        for t in reversed(range(len(dhs))):
            das[t] = da = (dhs[t] + dh_next) * slopes[t]
            dh_next = da.dot(Whh)
        return das

    def update_params(self, gradients):
        """Clip the gradients, then take one step of the optimiser, in place (lessons 5 and 6)."""
        self._check_gradients(gradients)
        self.optimizer.update(self.parameters, self.clip(gradients))

    def train(self, text, iterations, *, batch_size=None, report=print_progress, every=1000):
        """Train on text; return the loss (iterations,) at each update, in nats, summed (lesson 7).

        Chunk follows chunk with the state carried on; both start afresh when no whole chunk is
        left. Called again with the same text it goes on where it was. batch_size: that many equal
        parts of the text are read side by side. report(rnn, iteration, loss) is called before
        every `every`-th update. After Ctrl-C the network is usable; `.losses` has the losses.
        """
        require(self.clip, "A file does not hold a clip of your own: set rnn.clip again.")
        data, T, self.losses = self._encoded(text, batch_size), self.seq_length, []
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
            self.h = hs[-1]
            self.pointer += T
            self.losses.append(loss)
            self.iteration += 1
        return np.array(self.losses)

    def sample(self, seed_ix, n, temperature=1.0, *, h=None, rng=None):
        """Return n numbers, each drawn after the one before, the first after seed_ix (lesson 8).

        It starts from state h (H,), or zeros; rng is a seed or a Generator, or the network's own.
        """
        (ix,), h = self._checked([seed_ix], np.zeros_like(self.bh) if h is None else h)
        self._check_weights()
        rng, drawn = self.rng if rng is None else np.random.default_rng(rng), []
        Wxh, Whh, Why, bh, by = self.parameters.values()
        for _ in range(n):
            h = np.tanh(Wxh[:, ix] + Whh.dot(h) + bh)
            shares = softmax(Why.dot(h) + by, temperature).cumsum()
            ix = int((shares / shares[-1]).searchsorted(rng.random(), "right"))
            drawn.append(ix)
        return drawn

    def generate(self, prompt, n, temperature=1.0, *, rng=None):
        """Return n new characters, said after the whole prompt has been read (lesson 8)."""
        require(self.vocabulary, "This network has read no text yet: train it first.")
        require(prompt, "The prompt is empty: give at least one character.")
        indices = self.vocabulary.encode(prompt)
        hs, _ = self.forward(indices[:-1], np.zeros_like(self.bh))
        return self.vocabulary.decode(self.sample(indices[-1], n, temperature, h=hs[-1], rng=rng))


class Parameters(dict):
    """Arrays by name that are views of one vector, `.flat`: one call reaches them all."""

    def __init__(self, arrays):
        self.flat = np.concatenate([array.ravel() for array in arrays.values()])
        super().__init__(pieces(self.flat, arrays))

    def __setitem__(self, name, value):  # into the view, which stays a view
        self[name][...] = np.reshape(value, self[name].shape)

    def __reduce__(self):  # a copy is made whole
        return Parameters, (dict(self),)


class FastRNN(RNN):
    """The same network and the same results, faster: what lesson 11 makes of it.

    The optimiser moves all parameters as one vector, by the name of "all".
    """

    def _draw_weights(self, V):
        super()._draw_weights(V)
        self.parameters = Parameters(self.parameters)

    @property
    def memory(self):
        """As in RNN: views of the one vector that the optimiser remembers."""
        known = self.optimizer.memory
        return pieces(known["all"], self.parameters) if known else {}

    def forward(self, inputs, h_prev):
        """As in RNN. The loop writes into arrays that are there already."""
        inputs, h_prev = self._checked(inputs, h_prev)
        Wxh, Whh, Why, bh, by = self.parameters.values()
        hs = np.empty((len(inputs) + 1, *h_prev.shape), self.dtype)
        hs[0] = h_prev
        np.add(Wxh.T, bh, order="C").take(inputs, 0, hs[1:], "clip")  # in memory as it is read
        h, product, WhhT, tanh = hs[0], np.empty_like(hs[0]), Whh.T, np.tanh
        for a in hs[1:]:  # only what waits for the step before is in the loop
            a += h.dot(WhhT, product)
            h = tanh(a, a)
        ps = hs[1:].reshape(-1, self.hidden_size).dot(Why.T)  # scores, for now
        ps += by
        ps -= ps.max(axis=-1, keepdims=True)
        np.exp(ps, ps)
        ps /= ps.sum(axis=-1, keepdims=True)
        return hs, ps.reshape(*inputs.shape, len(by))

    def _back_through_time(self, das, hs, Whh):
        slopes, dh_next = hs[1:] ** 2, np.zeros(das.shape[1:], self.dtype)
        np.subtract(1, slopes, slopes)
        for da, slope in zip(das[::-1], slopes[::-1], strict=True):
            da += dh_next
            da *= slope
            da.dot(Whh, dh_next)
        return das

    def update_params(self, gradients):
        """As in RNN, with all gradients in one vector. (Another clip may ask for their names.)"""
        self._check_gradients(gradients)
        if self.clip is not clip_by_value:
            gradients = self.clip(gradients)
        flat = {"all": np.concatenate([gradients[name].ravel() for name in self.parameters])}
        flat = clip_by_value(flat) if self.clip is clip_by_value else flat
        self.optimizer.update({"all": self.parameters.flat}, flat)
