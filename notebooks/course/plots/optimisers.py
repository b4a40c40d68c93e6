"""Figures of lesson 6, and the plain functions that they and the widget compute with."""

from collections import Counter
from functools import lru_cache
from itertools import pairwise

import numpy as np
from matplotlib.colors import LinearSegmentedColormap, LogNorm

from rnn_core import Adagrad, FastRNN

from ..texts import DICKINSON
from .style import COLOURS, INKS, Picture, drawn, label, new_figure

__all__ = [
    "bars_by_character",
    "descend",
    "loss_by_learning_rate",
    "memory_by_character",
    "optimizer_race",
    "step_sizes",
    "valley",
    "verse_losses",
]

START = (-1.0, 1.0)  # of every descent into the valley: the quiet weight, then the loud one
FEW = 150  # updates of the small network in the race
_LOOKS = {
    "SGD": ("gradient", "-", "^"),
    "Adagrad": ("memory", "--", "v"),
    "Adam": ("input", "-.", "o"),
}
_OTHER_LOOKS = [("ink", "-", "s"), ("muted", ":", "D"), ("hidden", "--", "P")]


class SGD:
    """Plain gradient descent, to be used where an Adagrad could be."""

    def __init__(self, learning_rate):
        self.learning_rate, self.memory = learning_rate, {}

    def update(self, parameters, gradients):
        """Step against the gradients, in place."""
        for name, gradient in gradients.items():
            parameters[name] -= self.learning_rate * gradient


OPTIMISERS = {"SGD": SGD, "Adagrad": Adagrad}


# What is computed ----------------------------------------------------------------------------


def valley_loss(weights, steepness):
    """Height of the valley above its floor at weights (..., 2): quiet, loud."""
    return 0.5 * (weights[..., 0] ** 2 + steepness * weights[..., 1] ** 2)


def descend(name, learning_rate, steps=40, steepness=40.0):
    """Walk down the valley with SGD or Adagrad; return the path (steps + 1, 2).

    A step that has flown too far for a float stays where that happened.
    """
    optimiser = OPTIMISERS[name](learning_rate)
    slopes, path = np.array([1.0, steepness]), np.tile(START, (steps + 1, 1))
    for now, then in pairwise(path):
        then[...] = now
        if abs(now[1]) < 1e100:
            optimiser.update({"w": then}, {"w": slopes * now})
    return path


@lru_cache(maxsize=256)
def verse_losses(name, learning_rate, iterations=FEW):
    """Losses (iterations,) of a network of 16 units that learns the verse from a fixed start."""
    rnn = FastRNN(0, 16, 25, seed=1)
    rnn.optimizer = OPTIMISERS[name](learning_rate)
    losses = rnn.train(DICKINSON, iterations, report=None)
    losses.setflags(write=False)
    return losses


def by_pass(losses):
    """Means (n // 5,) over five updates, about one reading of the verse, to calm a curve."""
    return losses[: len(losses) // 5 * 5].reshape(-1, 5).mean(axis=1)


def _with_looks(series):
    """Yield name, values and look (role, dash, marker): each optimiser looks alike everywhere."""
    others = iter(_OTHER_LOOKS)
    for name, values in series.items():
        yield name, values, _LOOKS.get(name.split(",")[0]) or next(others)


# What is drawn -------------------------------------------------------------------------------


def _by_frequency(text):
    """The distinct characters, the most frequent first, as (sorted index, character, count)."""
    counts = Counter(text)
    return sorted(
        ((ix, char, counts[char]) for ix, char in enumerate(sorted(counts))),
        key=lambda entry: (-entry[2], entry[0]),
    )


def bars_by_character(values, text, title, y, guess=None):
    """Draw one bar, or one for each series, per distinct character of text, by falling frequency.

    values: {series: (V,) numbers in sorted order of the characters}; guess: the height of a line
    for a blind guess.
    """
    entries = _by_frequency(text)
    order = [ix for ix, _, _ in entries]
    figure, ax = new_figure(width=8.0, height=3.3)
    thick = 0.8 / len(values)
    for place, (name, heights, (role, _, _)) in enumerate(_with_looks(values)):
        role = "gradient" if role == "ink" else role
        at = np.arange(len(order)) + (place - (len(values) - 1) / 2) * thick
        face = COLOURS[role] if place == 0 else "white"
        ax.bar(
            at,
            np.asarray(heights)[order],
            0.9 * thick,
            label=name,
            facecolor=face,
            edgecolor=INKS[role],
            hatch=None if place == 0 else "////",
        )
    if guess is not None:
        ax.axhline(guess, color=INKS["ink"], linestyle="--", linewidth=1.2, label="a blind guess")
    if len(values) > 1 or guess is not None:
        ax.legend(frameon=False, fontsize=10, labelcolor=COLOURS["ink"], loc="upper left", ncols=3)
        ax.set_ylim(0, 1.2 * max(np.max(heights) for heights in values.values()))
    ax.set_xticks(range(len(order)), [f"{drawn(char)}\n{count}" for _, char, count in entries])
    ax.grid(False, axis="x")
    label(ax, title, "character, and how often it stands in the text", y)
    names = " and ".join(values)
    alt = (
        f"Bars for each character, the most frequent at the left and those that come once at the "
        f"right ({names}): {title[0].lower()}{title[1:]}."
    )
    return Picture(figure, alt)


def _contours(ax, steepness):
    quiet, loud = np.meshgrid(np.linspace(-1.2, 1.2, 121), np.linspace(-1.5, 1.5, 121))
    height = valley_loss(np.stack([quiet, loud], axis=-1), steepness)
    levels = 0.5 * steepness * np.array([0.04, 0.15, 0.33, 0.57, 0.86, 1.2]) ** 2
    ax.contour(
        quiet, loud, height, levels=levels, colors=COLOURS["muted"], linewidths=0.8, alpha=0.7
    )
    ax.plot(0, 0, "*", color=INKS["ink"], markersize=11)
    ax.grid(False)


def _paths(ax, paths):
    for name, path, (role, dash, marker) in _with_looks(paths):
        ax.plot(
            *np.asarray(path).T,
            dash,
            color=INKS[role],
            marker=marker,
            markersize=4.5,
            linewidth=1.3,
            label=name,
        )
    ax.plot(*START, "o", color=INKS["ink"], markersize=7)
    ax.set_xlim(-1.15, 0.5)
    ax.set_ylim(-1.15, 1.3)
    ax.legend(frameon=False, fontsize=10, labelcolor=COLOURS["ink"], loc="lower right")


def valley(paths, steepness=40.0, title="Two ways down the same valley"):
    """Draw paths {name: (n, 2) weights} on a valley, steep for one weight, flat for the other."""
    figure, ax = new_figure(width=7.4, height=3.6)
    _contours(ax, steepness)
    _paths(ax, paths)
    label(ax, title, "quiet weight (the flat direction)", "loud weight (the steep one)")
    alt = (
        "Contour lines of a long narrow valley, steep from top to bottom and flat from left to "
        f"right, with the bottom marked by a star, and from one start the paths of: "
        f"{'; '.join(paths)}."
    )
    return Picture(figure, alt)


def memory_by_character(memory, text):
    """Draw the memory of Wxh (H, V) with its columns by falling frequency, under their counts."""
    entries = _by_frequency(text)
    order, counts = [ix for ix, _, _ in entries], [count for _, _, count in entries]
    figure, (top, ax) = new_figure(1, 2, width=8.0, height=5.4, height_ratios=[1, 3.4])
    top.bar(range(len(order)), counts, 0.8, facecolor=COLOURS["input"], edgecolor=INKS["input"])
    top.set_xlim(-0.5, len(order) - 0.5)
    top.set_xticks([])
    top.grid(False, axis="x")
    label(top, "How often a character stands in the text", y="count")
    stops = [(0, "#FFFFFF"), (0.72, COLOURS["memory"]), (1, "#4A1D00")]
    shades = LinearSegmentedColormap.from_list("memory", stops)
    columns = np.maximum(np.asarray(memory)[:, order], 1e-8)
    image = ax.imshow(
        columns,
        aspect="auto",
        cmap=shades,
        interpolation="nearest",
        norm=LogNorm(*np.percentile(columns, [1, 99.5])),
    )
    ax.set_xticks(range(len(order)), [drawn(char) for _, char, _ in entries])
    ax.grid(False)
    label(
        ax,
        "What Adagrad remembers about Wxh",
        "column of Wxh: the character read",
        "row: hidden unit",
    )
    bar = figure.colorbar(image, ax=ax, pad=0.015)
    bar.set_label("sum of squared gradients", fontsize=10.5, color=COLOURS["ink"])
    bar.ax.tick_params(labelsize=10, colors=COLOURS["muted"])
    alt = (
        "Two panels over the same characters, the most frequent at the left. Above, bars of how "
        "often each comes, falling from the space to characters that come once. Below, a grid "
        "with a column for each character and a row for each hidden unit: the memory is dark, "
        "that is large, in the columns of frequent characters and pale in those of rare ones."
    )
    return Picture(figure, alt)


def step_sizes(curves, title, y, x="iteration"):
    """Draw positive curves {name: (n,) numbers, for iterations 1 to n} on two log axes."""
    figure, ax = new_figure(width=7.6, height=3.5)
    for name, steps, (role, dash, marker) in _with_looks(curves):
        at = np.arange(1, len(steps) + 1)
        marked = [0, *np.geomspace(2, len(steps), 6).astype(int) - 1]
        ax.plot(
            at,
            steps,
            dash,
            color=INKS[role],
            linewidth=2,
            label=name,
            marker=marker,
            markersize=6,
            markevery=marked,
        )
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.legend(frameon=False, fontsize=10, labelcolor=COLOURS["ink"], loc="best")
    label(ax, title, x, y)
    alt = f"Curves on two log axes ({'; '.join(curves)}): {title[0].lower()}{title[1:]}."
    return Picture(figure, alt)


def loss_by_learning_rate(losses, iterations):
    """Draw {optimiser: {learning rate: loss at the end}} with the learning rate on a log axis."""
    figure, ax = new_figure(width=7.4, height=3.6)
    for name, ends, (role, dash, marker) in _with_looks(losses):
        rates = sorted(ends)
        ax.plot(
            rates,
            [min(ends[rate], 1000) for rate in rates],
            dash,
            color=INKS[role],
            marker=marker,
            markersize=7,
            linewidth=2,
            label=name,
        )
    ax.axhline(
        25 * np.log(22), color=COLOURS["ink"], linestyle=":", linewidth=1.2, label="a blind guess"
    )
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.legend(frameon=False, fontsize=10, labelcolor=COLOURS["ink"], loc="best")
    label(
        ax,
        f"The loss after {iterations:,} iterations",
        "learning rate",
        "nats per 25 characters, 1,000 at most",
    )
    alt = (
        f"The loss after {iterations:,} iterations against the learning rate, both on log axes, "
        f"for {' and '.join(losses)}, with a dotted line for a blind guess. SGD dips at one "
        "learning rate and shoots far above the line to the right of it; Adagrad stays low over "
        "a wider range and goes wrong more gently."
    )
    return Picture(figure, alt)


def optimizer_race(sgd=0.03, adagrad=0.2, steps=40, steepness=40.0):
    """Draw SGD and Adagrad from one start: in the valley, and on a small network on the verse."""
    rates = {"SGD": sgd, "Adagrad": adagrad}
    figure, (left, right) = new_figure(2, width=9.0, height=3.6)
    _contours(left, steepness)
    _paths(left, {name: descend(name, rate, steps, steepness) for name, rate in rates.items()})
    label(left, f"In the valley, {steps} steps", "quiet weight", "loud weight")
    for name, rate, (role, dash, _) in _with_looks(rates):
        losses = by_pass(verse_losses(name, rate))
        right.plot(
            5 * np.arange(len(losses)),
            losses,
            dash,
            color=INKS[role],
            linewidth=2,
            label=f"{name}, learning rate {rate:g}",
        )
    right.axhline(25 * np.log(22), color=COLOURS["ink"], linestyle=":", linewidth=1.2)
    right.set_ylim(0, 100)
    right.legend(frameon=False, fontsize=10, labelcolor=COLOURS["ink"], loc="upper right")
    label(right, "On the verse, 16 hidden units", "iteration", "loss, in nats per 25 characters")
    alt = (
        "SGD and Adagrad from one start. In the valley SGD drops to the floor and creeps along it, "
        "and Adagrad walks straight towards the bottom. On the verse both losses "
        "fall from that of a blind guess, Adagrad's sooner."
    )
    return Picture(figure, alt)
