"""Figures of lesson 12: scales of surprise, gaps in the tables, the climb, and an alphabet."""

import numpy as np
from matplotlib.ticker import FuncFormatter, NullFormatter

from ..survey import RARE, survey
from .style import COLOURS, INKS, Picture, drawn, label, new_figure

__all__ = ["alphabet", "climb", "gaps", "surprise_scales"]

_LOOKS = [("gradient", "-", "o"), ("hidden", "--", "s"), ("input", "-.", "D"), ("memory", ":", "v")]


def surprise_scales(baselines):
    """Draw losses {name: nats per character} on three scales: nats, bits and perplexity."""
    figure, axes = new_figure(rows=3, width=8.0, height=3.3, hspace=0.1)
    top = 1.06 * max(baselines.values())
    for ax, name in zip(axes, ("nats", "bits", "perplexity"), strict=True):
        ax.set_xlim(0, top)
        ax.set_ylim(0, 1)
        ax.set_yticks([])
        ax.spines["left"].set_visible(False)
        ax.set_ylabel(name, rotation=0, ha="right", va="center", fontsize=11, color=COLOURS["ink"])
        for loss in baselines.values():
            ax.axvline(loss, color=INKS["gradient"], linewidth=1.6)
        ticks = [1, 2, 4, 8, 16, 32, 64] if name == "perplexity" else np.arange(8)
        back = {"nats": 1.0, "bits": np.log(2)}.get(name)
        places = np.log(ticks) if back is None else np.asarray(ticks) * back
        fits = places <= top
        ax.set_xticks(places[fits], [f"{tick:g}" for tick in np.asarray(ticks)[fits]])
        ax.grid(axis="y", visible=False)
    for name, loss in baselines.items():
        axes[0].annotate(
            name,
            (loss, 1),
            xytext=(0, 4),
            textcoords="offset points",
            ha="center",
            fontsize=10,
            color=COLOURS["ink"],
        )
    axes[0].set_title(
        "One loss, three scales (each per character)",
        loc="left",
        pad=22,
        fontsize=12,
        fontweight="bold",
        color=COLOURS["ink"],
    )
    alt = (
        "Three scales below each other, nats, bits and perplexity, with lines running through "
        f"all three at: {', '.join(baselines)}. Bits are nats stretched evenly; perplexity doubles "
        "with every bit."
    )
    return Picture(figure, alt)


def gaps(shares, losses):
    """Draw, by length of n-gram, the share never seen in training beside the tables' losses.

    shares: {n: share of the validation's n-grams never seen}; losses: {name: {n: nats}}
    """
    figure, (left, right) = new_figure(2, width=8.4, height=3.2)
    orders = list(shares)
    left.bar(orders, [100 * shares[n] for n in orders], width=0.6, color=COLOURS["muted"])
    left.grid(axis="x", visible=False)
    left.set_xticks(orders)
    label(left, "Never seen in training", "n, characters", "% of n-grams met")
    for (name, curve), (role, dash, marker) in zip(losses.items(), _LOOKS, strict=False):
        right.plot(
            list(curve),
            list(curve.values()),
            dash,
            marker=marker,
            color=INKS[role],
            linewidth=1.8,
            markersize=6,
            label=name,
        )
    right.set_xticks(orders)
    right.set_ylim(bottom=0)
    right.legend(frameon=False, fontsize=10, loc="lower left")
    label(right, "Loss on the validation part", "n, characters", "nats per character")
    alt = (
        "Left: the share of n-grams of the validation part that training never showed, near none "
        f"for single characters and larger with every character more. Right: the loss of "
        f"{' and of '.join(losses)}: all fall with n, and the first turns up again at the end."
    )
    return Picture(figure, alt)


def climb(curves, baselines=None, *, x="seconds of training", title="The climb", alt=""):
    """Draw losses {name: (x values, nats per character)} and baselines {name: nats} as lines.

    alt says what is to be seen, after the names of the curves.
    """
    figure, ax = new_figure(width=8.0, height=3.7)
    for (name, (xs, ys)), (role, dash, marker) in zip(curves.items(), _LOOKS, strict=False):
        marker = marker if len(xs) < 40 else None
        ax.plot(
            xs, ys, dash, color=INKS[role], marker=marker, markersize=5, linewidth=1.8, label=name
        )
    highest = max(
        max(map(max, (ys for _, ys in curves.values()))), *(baselines or {"": 0}).values()
    )
    ax.set_ylim(0, 1.06 * highest)
    ax.set_xlim(left=0)
    lowest = np.inf
    for name, height in sorted((baselines or {}).items(), key=lambda item: -item[1]):
        ax.axhline(height, color=COLOURS["muted"], linewidth=1.1, linestyle=(0, (5, 3)))
        place = min(height, lowest)
        lowest = place - 0.065 * ax.get_ylim()[1]
        ax.annotate(
            name,
            (1, place),
            xycoords=("axes fraction", "data"),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            fontsize=9.5,
            color=COLOURS["muted"],
        )
    ax.legend(frameon=False, fontsize=10, loc="lower left")
    label(ax, title, x, "nats per character")
    said = f"The loss over {x} of: {', '.join(curves)}."
    if baselines:
        said += f" Dashed lines stand at: {', '.join(baselines)}."
    return Picture(figure, f"{said} {alt}".strip())


def alphabet(text, most=100):
    """Draw how often each character of a text stands there, on a log axis."""
    found = survey(text)
    shown = list(found.counts.items())[:most]
    figure, ax = new_figure(width=8.4, height=3.2)
    places = np.arange(len(shown))
    heights = np.array([count for _, count in shown])
    rare = heights < RARE
    ax.bar(places[~rare], heights[~rare], 0.75, color=COLOURS["input"])
    if rare.any():
        ax.bar(
            places[rare],
            heights[rare],
            0.75,
            color="white",
            edgecolor=INKS["memory"],
            hatch="////",
            label=f"fewer than {RARE} times",
        )
        ax.legend(frameon=False, fontsize=10, loc="upper right")
    ax.set_yscale("log")
    ax.set_ylim(bottom=0.7)
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    ax.yaxis.set_minor_formatter(NullFormatter())
    names = [drawn(c) for c, _ in shown]
    ax.set_xticks(places, names, fontsize=7.5, family="monospace")
    ax.tick_params(axis="x", rotation=90 if max(map(len, names)) > 1 else 0)  # codes are long
    ax.grid(axis="x", visible=False)
    ax.set_xlim(-0.8, len(shown) - 0.2)
    first = f", the {most} most frequent" if found.size > most else ""
    label(ax, f"The alphabet of a text{first}", "character", "how often, log scale")
    alt = (
        "Bars of how often each character of the text stands there, on a log axis, falling from "
        f"{_named(shown[0][0])} and {_named(shown[1][0])}, the two most frequent."
        + (" Hatched bars at the end are rare characters." if rare.any() else "")
    )
    return Picture(figure, alt)


def _named(character):
    return {" ": "the space", "\n": "the newline"}.get(character, f"“{character}”")
