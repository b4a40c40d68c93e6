"""Figures of lesson 13: how far back a network can reach, and what its gates do."""

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import FancyArrowPatch, Rectangle

from .style import COLOURS, INKS, Picture, bare, drawn, label, new_figure

__all__ = ["attention", "gate", "gate_map", "memory_measured", "recall", "recalled"]

_LOOKS = [("gradient", "--", "^"), ("hidden", "-", "s"), ("output", "-.", "D")]
_OPEN = LinearSegmentedColormap.from_list("open", ["#FFFFFF", COLOURS["hidden"], "#00382A"])
_NEVER = 2300  # where a run stands that did not remember within its 2,000 updates


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


def recalled(shares, chance, title="The same network, by its first weights", each="start"):
    """Draw the share of symbols that each of several networks recalls: {name: [shares]}."""
    figure, ax = new_figure(width=7.2, height=0.5 * len(shares) + 1.3)
    for row, values in enumerate(shares.values()):
        spread = np.linspace(-0.16, 0.16, len(values))
        ax.plot(values, row + spread, "s", color=INKS["hidden"], markersize=8, alpha=0.8)
    ax.axvline(chance, color=COLOURS["muted"], linewidth=1.2, linestyle=":")
    ax.text(chance + 0.01, -0.62, "guessing", fontsize=10, color=COLOURS["muted"])
    ax.set_yticks(range(len(shares)), list(shares), fontsize=11)
    ax.set_ylim(len(shares) - 0.5, -0.8)
    ax.set_xlim(0, 1.05)
    label(ax, title, "share of symbols recalled")
    alt = (
        f"A row of squares, one a seed, for each {each} ({', '.join(shares)}): the share of symbols "
        "recalled, from guessing at a quarter to 1."
    )
    return Picture(figure, alt)


def gate_map(text, z):
    """Draw the gates z (len(text), H) while a text is read: characters across, units down."""
    figure, ax = new_figure(width=8.4, height=3.8)
    shown = ax.imshow(z.T, cmap=_OPEN, vmin=0, vmax=1, aspect="auto", interpolation="nearest")
    ax.set_xticks(range(len(text)), [drawn(c) for c in text], fontsize=8.5, family="monospace")
    ax.grid(False)
    bar = figure.colorbar(shown, ax=ax, pad=0.01, ticks=[0, 0.5, 1])
    bar.set_label("gate z", fontsize=10, color=COLOURS["ink"])
    label(
        ax, "Closed gates hold, open gates let go", "character read", "unit, the most closed on top"
    )
    alt = (
        f"A map of the gates of {z.shape[1]} units over {len(text)} characters, dark where a gate "
        "is open. The uppermost rows stay pale on all the dots and turn dark at a symbol; the "
        "lower ones are dark nearly everywhere."
    )
    return Picture(figure, alt)


def memory_measured(rows, networks=("plain, orthogonal", "GRU")):
    """Draw after how many updates each measured network remembers; rows as from course.measured."""
    rows = [row for row in rows if row["network"] in networks]
    panels = list(dict.fromkeys((row["gap"], row["waiting"]) for row in rows))
    panels = sorted(panel for panel in panels if panel[0] > 5)
    figure, axes = new_figure(
        columns=len(panels), width=min(8.4, 2.3 * len(panels) + 0.8), height=3.6
    )
    for ax, panel in zip(np.atleast_1d(axes), panels, strict=True):
        for column, name in enumerate(networks):
            role, _, marker = _LOOKS[column]
            here = [r for r in rows if (r["gap"], r["waiting"]) == panel and r["network"] == name]
            spread = column + np.linspace(-0.3, 0.3, len(here))
            for solved in (True, False):
                points = [
                    (x, row["updates"] or _NEVER)
                    for x, row in zip(spread, here, strict=True)
                    if (row["updates"] is not None) == solved
                ]
                ax.plot(
                    *zip(*points, strict=True) if points else ((), ()),
                    marker,
                    color=INKS[role],
                    markersize=6,
                    markerfacecolor=COLOURS[role] if solved else "white",
                )
            done = sum(row["updates"] is not None for row in here)
            ax.text(column, _NEVER + 170, f"{done} of {len(here)}", ha="center", fontsize=9.5)
        rates = "    ".join(f"{rate:g}" for rate in sorted({row["rate"] for row in here}))
        names = [f"{rates}\n{name.split(',')[0]}" for name in networks]
        ax.set_xticks(range(len(networks)), names, fontsize=8.5)
        ax.set_xlim(-0.5, len(networks) - 0.5)
        ax.set_ylim(0, _NEVER + 420)
        ax.set_yticks(
            [0, 500, 1000, 1500, 2000, _NEVER], ["0", "500", "1,000", "1,500", "2,000", "not"]
        )
        first = ax is np.atleast_1d(axes)[0]
        label(ax, f"gap {panel[0]}, {panel[1]}", "", "updates until it remembers" if first else "")
        if not first:
            ax.set_yticklabels([])
    alt = (
        "A panel for each gap and for what is read while waiting: after how many updates each run "
        f"of {' and '.join(networks)} remembers, and hollow marks on top for those that had not "
        "after 2,000. Above them stands how many did."
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
            drawn(char),
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
