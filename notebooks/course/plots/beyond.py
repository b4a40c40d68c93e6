"""Figures of lesson 13: how far back a network can reach, and two ways to reach further."""

import numpy as np
from matplotlib.patches import FancyArrowPatch, Rectangle

from .style import COLOURS, INKS, Picture, bare, label, new_figure, visible

__all__ = ["attention", "gate", "recall"]

_LOOKS = [("gradient", "--", "^"), ("hidden", "-", "s"), ("output", "-.", "D")]


def recall(curves, chance):
    """Draw the share of symbols recalled against the gap: {name: {gap: accuracy}}."""
    figure, ax = new_figure(width=7.2, height=3.3)
    for (name, points), (role, dash, marker) in zip(curves.items(), _LOOKS, strict=False):
        ax.plot(
            list(points),
            list(points.values()),
            dash,
            color=INKS[role],
            marker=marker,
            markersize=8,
            linewidth=2,
            label=name,
        )
    ax.axhline(chance, color=COLOURS["muted"], linewidth=1.2, linestyle=":")
    gaps = sorted({gap for points in curves.values() for gap in points})
    ax.text(gaps[0], chance + 0.02, "guessing", fontsize=10, color=COLOURS["muted"])
    ax.set_xticks(gaps)
    ax.set_ylim(0, 1.08)
    ax.legend(frameon=False, fontsize=10.5, loc="center right")
    label(ax, "How far back can it remember?", "gap, in characters", "share recalled")
    names = " and ".join(curves)
    alt = (
        f"The share of symbols recalled against the gap, for {names}. With a gap of one both are "
        "right; with longer gaps the plain network is down at guessing where the gated one is "
        "still right."
    )
    return Picture(figure, alt)


def gate(old, new, z):
    """Draw how a gate mixes an old state with a new one, unit by unit; arrays (H,)."""
    mixed = (1 - z) * old + z * new
    figure, ax = new_figure(width=7.6, height=2.6)
    bare(ax)
    label(ax, "A gate mixes two states, unit by unit")
    rows = (
        ("old state", old, "hidden"),
        ("candidate", new, "hidden"),
        ("gate z", z, "muted"),
        ("new state", mixed, "hidden"),
    )
    for row, (name, values, role) in enumerate(rows):
        y = -row - (0.35 if row == 3 else 0)
        ax.text(
            -0.3,
            y,
            name,
            ha="right",
            va="center",
            fontsize=11,
            color=INKS.get(role, COLOURS["ink"]),
        )
        for unit, value in enumerate(values):
            ax.add_patch(
                Rectangle(
                    (unit, y - 0.4),
                    0.92,
                    0.8,
                    facecolor=COLOURS[role],
                    alpha=0.1 + 0.6 * min(1, abs(value)),
                    linewidth=0,
                )
            )
            ax.text(
                unit + 0.46,
                y,
                f"{value:.2f}".replace("-", "−"),
                ha="center",
                va="center",
                fontsize=11,
                color=COLOURS["ink"],
            )
    ax.set_xlim(-2.2, len(old) + 0.2)
    ax.set_ylim(-3.9, 0.6)
    alt = (
        "Four rows of numbers. Where the gate is 0 the new state repeats the old one, where it is "
        "1 it takes the candidate, and between them it mixes the two."
    )
    return Picture(figure, alt)


def attention(text, weights, at):
    """Draw from which characters the one at place `at` reads, as arcs as strong as weights (L,)."""
    figure, ax = new_figure(width=8.4, height=2.3)
    bare(ax)
    label(ax, "Where the last question mark looks, and how much")
    for place, char in enumerate(text):
        ax.text(
            place,
            0,
            visible(char),
            ha="center",
            va="center",
            fontsize=12,
            family="monospace",
            color=INKS["output"] if place == at else COLOURS["ink"],
            fontweight="bold" if place == at else "normal",
        )
    for place in np.flatnonzero(weights > 0.01):
        ax.add_patch(
            FancyArrowPatch(
                (at, 0.35),
                (place, 0.35),
                connectionstyle="arc3,rad=0.28",
                arrowstyle="-|>",
                mutation_scale=12,
                shrinkA=2,
                shrinkB=2,
                linewidth=0.5 + 3.5 * weights[place],
                color=INKS["output"],
                alpha=0.25 + 0.75 * weights[place],
            )
        )
        ax.text(
            place, -0.75, f"{weights[place]:.2f}", ha="center", fontsize=10, color=INKS["output"]
        )
    ax.set_xlim(-1, len(text))
    ax.set_ylim(-1.1, 2.7)
    alt = (
        "A line of text. From the question mark arcs lead straight back to the symbols, and by "
        "far the strongest to the one of its own round, over all the dots between."
    )
    return Picture(figure, alt)
