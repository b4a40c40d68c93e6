"""A training that goes on in slices, and what there is to say about it at any moment."""

import math
import time

import numpy as np

# Seconds of training between two looks at the kernel's other work. A long text makes each slice
# dearer to begin, by up to 30 ms for 10 MB; then slices are longer.
SLICE, LONGEST_SLICE = 0.08, 0.5
_SEED = 84  # the seed of what is said: none of its first throws is an extreme one
_KEEP = 0.99  # how slowly the trend follows the losses


class Training:
    """A training that goes on slice by slice; its losses are those of one long call.

    `.goal` is the number of iterations to make here, `.done` how many have been made, `.first`
    the model's iteration before them, `.rate` how many are made in a second.
    """

    def __init__(self, model, text, iterations, batch_size=None):
        self.model, self.text, self.batch_size = model, text, batch_size
        self.characters = model.seq_length * (batch_size or 1)  # that one loss is summed over
        self.first, self.goal, self.done, self.rate = model.iteration, 0, 0, 0.0
        self._losses, self._trend, self._fading = np.empty(0), np.empty(0), 0.0
        self._slice, self._seconds = 1, None  # iterations and seconds of the next slice
        self.diary = []  # (iterations made, what it said then)
        self.aim(iterations)

    @property
    def losses(self):
        """The loss of every iteration so far, in nats, summed over a chunk."""
        return self._losses[: self.done].copy()

    @property
    def trend(self):
        """The losses, smoothed: a fading mean, corrected for its start."""
        return self._trend[: self.done].copy()

    def aim(self, iterations):
        """Set the goal that many iterations further on."""
        self.goal = self.done + iterations
        more = np.empty(max(0, self.goal - len(self._losses)))
        self._losses = np.concatenate([self._losses, more])
        self._trend = np.concatenate([self._trend, more])

    def advance(self, seconds=None):
        """Train for about that long, and write into the diary where an entry is due."""
        seconds = seconds or self._seconds or SLICE
        count = min(self._slice, self.goal - self.done, next_entry(self.done) - self.done)
        before, begin = self.model.iteration, time.perf_counter()
        try:
            self.model.train(self.text, count, batch_size=self.batch_size, report=None)
        finally:  # also after an interrupt, or a loss that is no number
            made = self.model.iteration - before
            self._add(self.model.losses[-made:] if made else [])
        took = max(time.perf_counter() - begin, 1e-6)
        self._slice = max(1, min(4 * self._slice, int(count * seconds / took)))
        if self._seconds is None:
            begin = time.perf_counter()
            self.model.train(self.text, 0, batch_size=self.batch_size, report=None)
            self._seconds = min(max(SLICE, 15 * (time.perf_counter() - begin)), LONGEST_SLICE)
        if self.done == next_entry(self.done - 1):
            self.diary.append((self.done, self.says()))

    def _add(self, losses):
        for loss in np.asarray(losses).tolist():
            self._losses[self.done] = loss
            self._fading = _KEEP * self._fading + (1 - _KEEP) * loss
            self.done += 1
            self._trend[self.done - 1] = self._fading / (1 - _KEEP**self.done)

    def says(self, length=70):
        """What the model says after the text's first character, with the same dice each time."""
        return self.text[0] + self.model.generate(self.text[0], length, rng=_SEED)


def next_entry(done):
    """The next of 1, 100, 200, 500, 1,000, 2,000, 5,000, ... after `done` iterations."""
    if done < 1:
        return 1
    power = 10 ** max(2, int(math.log10(done)))
    return next(power * step for step in (1, 2, 5, 10) if power * step > done)


def summary(training, baselines):
    """How far, how fast, how good, in plain words."""
    left = training.goal - training.done
    words = [f"{training.done:,} of {training.goal:,} iterations"]
    if training.rate and left:
        words.append(f"{_rounded(training.rate)} a second")
        words.append(f"{_duration(left / training.rate)} left")
    if training.done:
        loss = training.trend[-1] / training.characters
        words.append(f"loss {loss:.2g} nats per character{beside_baselines(loss, baselines)}")
    return " · ".join(words)


def beside_baselines(loss, baselines):
    """Where a loss stands among the baselines: below the lowest that it has passed."""
    passed = {name: mark for name, mark in baselines.items() if loss < mark}
    if passed:
        return f", below {min(passed, key=passed.get)}"
    return ", above all baselines" if baselines else ""


def _rounded(rate):
    return f"{round(rate, -1):,.0f}" if rate >= 100 else f"{rate:.1f}"


def _duration(seconds):
    if seconds < 100:
        return f"{math.ceil(seconds)} s"
    return f"{math.ceil(seconds / 60)} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"
