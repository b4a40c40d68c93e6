"""Figure of lesson 15: how far two trainings part that began almost alike."""

import numpy as np

from .style import COLOURS, INKS, Picture, label, new_figure

__all__ = ["paths_apart"]

_LOOKS = (("gradient", "-", "^"), ("hidden", "-", "s"), ("memory", "--", "v"), ("input", "--", "o"))
_LEAST = 1e-17  # where a difference of 0 is drawn


def paths_apart(distances, every):
    """Draw how far two paths are apart against updates: {name: one row for each seed}.

    every is the number of updates between two entries of a row.
    """
    figure, ax = new_figure(width=8.0, height=4.0)
    ends = []
    for (name, runs), (role, dash, marker) in zip(distances.items(), _LOOKS, strict=False):
        runs = np.maximum(np.array(runs), _LEAST)
        updates = every * np.arange(1, runs.shape[1] + 1)
        for run in runs:
            ax.plot(updates, run, dash, color=INKS[role], linewidth=1, alpha=0.45)
        middle = np.median(runs, axis=0)
        ax.plot(updates, middle, dash, color=INKS[role], linewidth=2, marker=marker, markersize=6)
        ends.append([np.log10(middle[-1]), name, INKS[role]])
    lowest = -np.inf
    for end in sorted(ends):  # names that would lie on each other are moved up
        lowest = max(end[0], lowest + 0.9)
        ax.text(updates[-1] * 1.02, 10**lowest, end[1], va="center", fontsize=10, color=end[2])
    ax.set_yscale("log")
    ax.set_ylim(_LEAST, 30)
    ax.set_yticks([1e-15, 1e-12, 1e-9, 1e-6, 1e-3, 1])
    ax.axhline(1e-15, color=COLOURS["muted"], linewidth=1.2, linestyle=":")
    ax.set_xticks([tick for tick in ax.get_xticks() if tick <= updates[-1]])
    ax.set_xlim(0, updates[-1] * 1.28)
    label(
        ax,
        "How far apart the weights are, as a share of the largest",
        "updates",
        "largest difference",
    )
    alt = (
        "The largest difference between the weights of two trainings that began 1e-15 apart, on a "
        f"log axis against updates, for {', '.join(distances)}: thin lines for single seeds, a "
        "marked one for the middle of them."
    )
    return Picture(figure, alt)
