"""n-gram models: count which character follows which, and predict from the counts.

They learn in one pass what a network must learn by descent, and so they are what it has to
beat. Losses are in nats per character. V is the number of distinct characters.
"""

import copy
import math
from operator import index

import numpy as np

from rnn_core import Vocabulary

SMOOTHINGS = ("add-k", "interpolated", "kneser-ney")


def uniform(vocab_size):
    """Return the loss of knowing nothing: every character equally likely, ln V."""
    return math.log(vocab_size)


class NGram:
    """The chance of each character, given the order - 1 characters before it.

    smoothing says how a character is treated that has not been seen after this context:

    - "add-k": k is added to every count, (count + k) / (total + k V);
    - "interpolated": the counts are mixed with the model one order lower, and the more so the
      more different characters have been seen here (Witten and Bell, 1991),
      (count + different * lower) / (total + different), down to 1 / V. It has no setting: k is
      not used.

    indices (N,) is the encoded text to learn from; vocab_size is V.
    """

    def __init__(self, order, indices, vocab_size, *, k=0.1, smoothing="add-k"):
        self.order, self.vocab_size = index(order), index(vocab_size)
        if self.order < 1 or self.vocab_size < 1:
            raise ValueError(f"order and vocab_size must be 1 or more, not {order}, {vocab_size}.")
        if self.vocab_size**self.order >= 2**63:
            raise ValueError(
                f"order {order} is too high for {vocab_size} distinct characters: choose a lower one."
            )
        if smoothing not in SMOOTHINGS:
            raise ValueError(f"smoothing must be one of {SMOOTHINGS}, not {smoothing!r}.")
        if not 0 < k < math.inf:
            raise ValueError(f"k must be a number above 0, not {k}.")
        self.k, self.smoothing, self.lower = k, smoothing, None
        contexts, nexts = self._split(indices)
        self._count(contexts * self.vocab_size + nexts)
        if smoothing == "interpolated" and order > 1:
            self.lower = NGram(order - 1, indices, vocab_size, smoothing=smoothing)

    def _count(self, grams):
        """Count n-grams, each one number in base V."""
        # Each that occurs once, sorted: those of one context stand together.
        self._grams, self._counts = np.unique(grams, return_counts=True)
        self._contexts, starts, self._different = np.unique(
            self._grams // self.vocab_size, return_index=True, return_counts=True
        )
        self._totals = np.add.reduceat(self._counts, starts)
        if self.smoothing != "kneser-ney":
            return
        once, twice = (self._counts == 1).sum(), (self._counts == 2).sum()
        self._discount = once / (once + 2 * twice) if once else 0.5  # 0 would fill no gap
        if self.order > 1:
            self.lower = copy.copy(self)
            self.lower.order = self.order - 1
            # Without its first character, a gram stands here once for each that came before.
            self.lower._count(self._grams % self.vocab_size**self.lower.order)

    def _split(self, indices):
        """Return the contexts, each as one number in base V, and the character after each."""
        indices, before = np.asarray(indices), self.order - 1
        if indices.ndim != 1 or len(indices) < self.order:
            raise ValueError(
                f"A model of order {self.order} needs a sequence of at least {self.order} "
                f"characters, not one of shape {indices.shape}."
            )
        indices = _checked(indices, self.vocab_size)
        nexts = indices[before:]
        contexts = np.zeros(len(nexts), np.int64)
        for step in range(before):
            contexts = contexts * self.vocab_size + indices[step : step + len(nexts)]
        return contexts, nexts

    def _chances(self, contexts, nexts):
        """Return the chance of each of nexts (M,) after its context (M,)."""
        V = self.vocab_size
        counts = _look_up(contexts * V + nexts, self._grams, self._counts)
        totals = _look_up(contexts, self._contexts, self._totals)
        if self.smoothing == "add-k":
            return (counts + self.k) / (totals + self.k * V)
        if self.lower:
            lower = self.lower._chances(contexts % V ** (self.order - 2), nexts)
        else:
            lower = np.full(len(nexts), 1 / V)
        different = _look_up(contexts, self._contexts, self._different)
        if self.smoothing == "kneser-ney":
            counts, weights = np.maximum(counts - self._discount, 0), self._discount * different
        else:
            weights, totals = different, totals + different
        seen = totals > 0  # where a context is new, the lower order speaks alone
        mixed = (counts + weights * lower) / np.where(seen, totals, 1)
        return np.where(seen, mixed, lower)

    def probabilities(self, context=()):
        """Return (V,): the chance of each character after context, of which the end is read.

        context holds numbers, at least order - 1 of them.
        """
        before = self.order - 1
        if len(context) < before:
            raise ValueError(
                f"A model of order {self.order} needs {before} characters before, "
                f"not {len(context)}."
            )
        code = 0
        for number in _checked(np.asarray(context[len(context) - before :]), self.vocab_size):
            code = code * self.vocab_size + int(number)
        nexts = np.arange(self.vocab_size)
        return self._chances(np.full(len(nexts), code, np.int64), nexts)

    def loss(self, indices):
        """Return the mean of -ln p over a text (N,), in nats per character.

        The first order - 1 characters are read, as the context of the next, and not predicted:
        the mean is over the other N - order + 1.
        """
        return float(-np.log(self._chances(*self._split(indices))).mean())


def _checked(indices, size):
    if len(indices) and indices.dtype.kind not in "iu":
        raise ValueError(f"Characters must be given by number: encode them, {indices.dtype} found.")
    if len(indices) and not (indices.min() >= 0 and indices.max() < size):
        raise ValueError(f"Numbers of characters must lie between 0 and {size - 1}.")
    return indices.astype(np.int64)


def _look_up(wanted, keys, values):
    """Return the value of each wanted key, 0 for a key that is not there; keys are sorted."""
    at = np.minimum(keys.searchsorted(wanted), len(keys) - 1)
    return np.where(keys[at] == wanted, values[at], 0)


def ngram_losses(train_text, validation_text, orders=(1, 2, 3, 4, 5), k=0.1, smoothing="add-k"):
    """Return losses to compare a network with: {"uniform": loss, "1-gram": loss, ...}, by order.

    Each model learns from train_text; its loss is in nats per character of validation_text. All
    models are scored on the same characters: those with enough before them for the highest order.
    The numbering of characters is that of both texts together.
    """
    vocabulary = Vocabulary(train_text + validation_text)
    train, validation = vocabulary.encode(train_text), vocabulary.encode(validation_text)
    losses = {"uniform": uniform(len(vocabulary))}
    orders = sorted(orders)
    for order in orders:
        model = NGram(order, train, len(vocabulary), k=k, smoothing=smoothing)
        losses[f"{order}-gram"] = model.loss(validation[orders[-1] - order :])
    return losses


ladder = ngram_losses  # as the lessons call it
