"""Figures of lesson 1: characters as numbers, and what follows what."""

import numpy as np
from matplotlib.colors import LinearSegmentedColormap

from .style import COLOURS, INKS, Picture, drawn, label, new_figure

__all__ = ["one_hot_grid", "pair_counts"]

_BLUES = LinearSegmentedColormap.from_list("input", ["white", COLOURS["input"]])


def one_hot_grid(text, characters, rows):
    """Draw the one-hot rows (T, V) of a text, a row for each time step, time running down."""
    rows = np.asarray(rows)
    figure, ax = new_figure(width=5.2, height=0.55 * len(text) + 1.2)
    ax.imshow(rows, cmap=_BLUES, vmin=0, vmax=1.6, aspect="auto")
    _cell_edges(ax, rows.shape)
    for t, v in np.ndindex(rows.shape):
        ax.text(
            v,
            t,
            f"{rows[t, v]:.0f}",
            ha="center",
            va="center",
            fontsize=12,
            fontweight="bold" if rows[t, v] else "normal",
            color=COLOURS["ink"] if rows[t, v] else COLOURS["muted"],
        )
    ax.set_xticks(range(len(characters)), [f"{drawn(c)}\n{i}" for i, c in enumerate(characters)])
    ax.set_yticks(range(len(text)), [f"t = {t}:  {drawn(c)}" for t, c in enumerate(text)])
    ax.tick_params(labelsize=11, length=0, labelcolor=INKS["input"])
    label(ax, f"“{text}”, one-hot: one row a step", "character and its number", "time step")
    alt = (
        f"A grid with a row for each letter of {text} and a column for each distinct character. "
        "Each row holds a single 1, in the column of its letter; all else is 0."
    )
    return Picture(figure, alt)


def pair_counts(counts, characters, highlight=None):
    """Draw how often each character (row) is followed by each other (column); (V, V) counts."""
    counts = np.asarray(counts)
    figure, ax = new_figure(width=7.4, height=6.6)
    ax.imshow(np.sqrt(counts), cmap=_BLUES, vmax=1.25 * np.sqrt(counts.max()), aspect="equal")
    _cell_edges(ax, counts.shape)
    for row, column in np.argwhere(counts > 0):
        ax.text(
            column,
            row,
            f"{counts[row, column]:.0f}",
            ha="center",
            va="center",
            fontsize=9,
            color=COLOURS["ink"],
        )
    names = [drawn(c) for c in characters]
    ax.set_xticks(range(len(names)), names)
    ax.set_yticks(range(len(names)), names)
    ax.tick_params(labelsize=11, length=0, labelcolor=INKS["input"])
    if highlight is not None:
        row = characters.index(highlight)
        ax.axhspan(row - 0.5, row + 0.5, facecolor="none", edgecolor=INKS["memory"], linewidth=2)
    label(
        ax, "Which character follows which, and how often", "the next character", "this character"
    )
    alt = (
        f"A table of {len(names)} by {len(names)} characters: each row counts what followed one "
        "character in the text. Most cells are empty; a few pairs come again and again, and most "
        "rows hold more than one number, so this character alone does not settle the next."
    )
    return Picture(figure, alt)


def _cell_edges(ax, shape):
    ax.grid(False)
    ax.set_xticks(np.arange(-0.5, shape[1]), minor=True)
    ax.set_yticks(np.arange(-0.5, shape[0]), minor=True)
    ax.grid(which="minor", color=COLOURS["grid"], linewidth=0.8)
    ax.tick_params(which="minor", length=0)
    ax.spines[["left", "bottom"]].set_visible(False)
