"""Figures of lesson 8: drawing from probabilities, warmer and colder, and what a slip costs."""

import numpy as np
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter

from rnn_core import softmax

from .style import COLOURS, INKS, Picture, bare, drawn, label, new_figure

__all__ = ["after_a_slip", "entropy_curve", "roulette", "temperatures"]


def roulette(probabilities, characters, throw=None):
    """Draw the interval from 0 to 1, cut into a length for each character; a throw lands in one."""
    figure, ax = new_figure(width=7.6, height=1.7)
    bare(ax)
    edges = np.concatenate([[0.0], np.cumsum(probabilities)])
    shades = np.linspace(0.15, 0.6, len(probabilities))
    for char, left, right, shade in zip(characters, edges, edges[1:], shades, strict=False):
        ax.add_patch(
            Rectangle(
                (left, 0), right - left, 1, facecolor=COLOURS["output"], alpha=shade, linewidth=0
            )
        )
        ax.plot([right, right], [0, 1], color=COLOURS["ink"], linewidth=1.2)
        ax.text(
            (left + right) / 2,
            0.5,
            f"{drawn(char)}\n{right - left:.1f}",
            ha="center",
            va="center",
            fontsize=12,
            color=COLOURS["ink"],
        )
    ax.plot([0, 1, 1, 0, 0], [0, 0, 1, 1, 0], color=COLOURS["ink"], linewidth=1.2)
    for edge in edges:
        ax.text(
            edge, -0.12, f"{edge:.1f}", ha="center", va="top", fontsize=10, color=COLOURS["muted"]
        )
    landed = ""
    if throw is not None:
        ax.annotate(
            f"u = {throw:.2f}",
            (throw, 1.0),
            xytext=(throw, 1.5),
            ha="center",
            fontsize=11,
            color=INKS["memory"],
            fontweight="bold",
            arrowprops={"arrowstyle": "-|>", "color": INKS["memory"]},
        )
        hit = characters[int(np.searchsorted(edges[1:], throw, side="right"))]
        landed = f" The throw, {throw:.2f}, lands on {hit}."
    ax.set_xlim(-0.03, 1.03)
    ax.set_ylim(-0.45, 1.9)
    label(ax, "The probabilities, laid end to end")
    alt = (
        "A line from 0 to 1, cut into one piece for each of "
        f"{', '.join(characters)}, as long as its probability.{landed}"
    )
    return Picture(figure, alt)


def temperatures(scores, characters, heats=(0.3, 1.0, 3.0)):
    """Draw what softmax makes of the same scores at several temperatures, side by side."""
    figure, axes = new_figure(len(heats), width=8.2, height=2.7, wspace=0.08)
    for ax, heat in zip(axes, heats, strict=True):
        p = softmax(scores, heat)
        ax.bar(range(len(p)), p, color=COLOURS["output"], edgecolor=INKS["output"], width=0.7)
        for place, value in enumerate(p):
            ax.text(
                place, value + 0.02, f"{value:.2f}", ha="center", fontsize=9.5, color=COLOURS["ink"]
            )
        ax.set_xticks(range(len(p)), [drawn(c) for c in characters], fontsize=12)
        ax.set_ylim(0, 1.12)
        label(ax, f"temperature {heat:g}", "next character", "probability" if ax is axes[0] else "")
    even = softmax(scores, max(heats)).max() < 0.5
    alt = (
        f"Bar charts of the same scores at temperatures {', '.join(f'{h:g}' for h in heats)}: at "
        "the lowest nearly all probability is on one character, at the highest the bars are "
        f"{'nearly even' if even else 'a little closer'}. The order of the bars never changes."
    )
    return Picture(figure, alt)


def entropy_curve(scores, heats=None):
    """Draw the entropy of softmax(scores / temperature) against temperature."""
    heats = np.geomspace(0.05, 20, 200) if heats is None else heats
    ps = np.array([softmax(scores, heat) for heat in heats])
    entropies = -(ps * np.log(np.maximum(ps, 1e-300))).sum(axis=1)
    figure, ax = new_figure(width=6.4, height=3.0)
    ax.plot(heats, entropies, color=INKS["output"], linewidth=2)
    ax.axhline(np.log(len(scores)), color=COLOURS["muted"], linewidth=1.2, linestyle="--")
    ax.text(
        heats[0],
        np.log(len(scores)) - 0.02,
        f"all {len(scores)} alike: ln {len(scores)}",
        va="top",
        fontsize=10,
        color=COLOURS["muted"],
    )
    ax.set_xscale("log")
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    ax.set_ylim(0, 1.12 * np.log(len(scores)))
    label(ax, "Entropy grows with temperature", "temperature", "entropy, in nats")
    alt = (
        "A curve that rises from 0, where the coldest network is certain, to its limit, the "
        "logarithm of the number of characters, where all are equally likely."
    )
    return Picture(figure, alt)


def after_a_slip(curves):
    """Draw the surprise (T,) at the right characters after a wrong one, {name: curve}."""
    figure, ax = new_figure(width=7.4, height=3.2)
    looks = [("gradient", "-", "o"), ("hidden", "--", "s"), ("muted", ":", "v")]
    for (name, curve), (role, dash, mark) in zip(curves.items(), looks, strict=False):
        colour = INKS.get(role, COLOURS["muted"])
        places = range(1, len(curve) + 1)
        ax.plot(places, curve, dash, color=colour, marker=mark, markersize=4.5, label=name)
    last = max(map(len, curves.values()))
    ax.set_xticks([1, *range(5, last + 1, 5)])
    ax.set_ylim(bottom=0)
    ax.set_xlim(0.5, last + 0.5)
    ax.legend(fontsize=10, labelcolor=COLOURS["ink"], edgecolor="none", facecolor="white")
    label(ax, "After one wrong letter", "right letters after it", "surprise, in nats")
    alt = (
        "The surprise at each of the right characters that follow one wrong character, by how far "
        f"they are from it, for: {', '.join(curves)}."
    )
    return Picture(figure, alt)
