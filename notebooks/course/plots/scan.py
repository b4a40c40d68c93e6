"""Figures of lesson 14: a scan in rounds, its time beside a loop's, and how such a network reads."""

import numpy as np
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from .style import COLOURS, INKS, Picture, bare, label, new_figure, visible

__all__ = ["reading_race", "scan_pays", "scan_rounds"]

_LOOKS = (("gradient", "--", "^"), ("hidden", "-", "s"), ("output", "-.", "D"), ("input", ":", "o"))


def scan_rounds(text):
    """Draw which steps each entry has gathered, at the start and after every round of a scan."""
    T, reaches = len(text), [2**k for k in range(len(text)) if 2**k < len(text)]
    figure, ax = new_figure(width=8.2, height=1.0 + 0.8 * (len(reaches) + 1))
    bare(ax)
    label(ax, f"{T} steps in {len(reaches)} rounds: from where to where each entry has gathered")
    for row, gathered in enumerate([1, *[2 * reach for reach in reaches]]):
        y = -row * 1.15
        name = f"after round {row}" if row else "at the start"
        ax.text(-0.75, y, name, ha="right", va="center", fontsize=10.5, color=COLOURS["ink"])
        for t in range(T):
            first = max(0, t - gathered + 1)
            done = first == 0
            ax.add_patch(
                FancyBboxPatch(
                    (t - 0.38, y - 0.2),
                    0.76,
                    0.4,
                    boxstyle="round,pad=0,rounding_size=0.1",
                    facecolor=INKS["hidden"] if done else "white",
                    edgecolor=INKS["hidden"],
                    linewidth=1.3,
                )
            )
            words = f"{first + 1}–{t + 1}" if first < t else f"{t + 1}"
            ax.text(
                t,
                y - 0.01,
                words,
                ha="center",
                va="center",
                fontsize=10,
                color="white" if done else INKS["hidden"],
            )
            if row and t >= reaches[row - 1]:
                ax.add_patch(
                    FancyArrowPatch(
                        (t - reaches[row - 1], y + 1.15 - 0.2),
                        (t, y + 0.2),
                        arrowstyle="-|>",
                        mutation_scale=9,
                        shrinkA=1.5,
                        shrinkB=1.5,
                        linewidth=1.0,
                        color=COLOURS["muted"],
                    )
                )
    for t, char in enumerate(text):
        ax.text(
            t, 0.5, visible(char), ha="center", fontsize=12, family="monospace", color=INKS["input"]
        )
    ax.set_xlim(-2.9, T - 0.4)
    ax.set_ylim(-1.15 * len(reaches) - 0.4, 0.95)
    alt = (
        f"A row of {T} boxes at the start, each with the number of its own step, and one row more "
        f"for each of {len(reaches)} rounds. In each round arrows join an entry to one further "
        f"back, {', '.join(map(str, reaches))} steps, and the stretch that it has gathered "
        "doubles. Filled boxes reach back to the first step; in the last row all do."
    )
    return Picture(figure, alt)


def scan_pays(rows):
    """Draw how many times as long the loop takes as the scan; rows as from course.measured."""
    rows = [row for row in rows if row["what"] == "recurrence"]
    figure, ax = new_figure(width=7.6, height=3.6)
    said = []
    widths = sorted({row["numbers"] for row in rows})
    for width, (role, dash, marker) in zip(widths, _LOOKS, strict=False):
        times = {(row["steps"], row["way"]): row["ms"] for row in rows if row["numbers"] == width}
        steps = sorted({T for T, _ in times})
        gains = [times[T, "loop"] / times[T, "scan"] for T in steps]
        ax.plot(steps, gains, dash, color=INKS[role], marker=marker, markersize=7, linewidth=2)
        ax.annotate(
            f"{width:,} numbers a step",
            (steps[-1], gains[-1]),
            (8, 0),
            textcoords="offset points",
            va="center",
            fontsize=10,
            color=INKS[role],
        )
        said.append(f"{gains[-1]:.2g} for {width:,} numbers a step")
    ax.axhline(1, color=COLOURS["muted"], linewidth=1.2)
    ax.text(steps[0], 1.1, "the scan is quicker", fontsize=9.5, color=COLOURS["muted"])
    ax.text(steps[0], 0.9, "the loop is quicker", fontsize=9.5, va="top", color=COLOURS["muted"])
    ax.set_xscale("log", base=2)
    ax.set_yscale("log")
    ax.set_xticks(steps, [f"{T:,}" for T in steps])
    ax.set_xlim(steps[0] / 1.3, steps[-1] * 6)
    ticks = [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20]
    ax.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
    ax.set_ylim(min(0.08, ax.get_ylim()[0]), max(25, ax.get_ylim()[1]))
    ax.minorticks_off()
    label(
        ax,
        "Time of the loop, as a multiple of the scan's, on one core",
        "steps T",
        "loop / scan",
    )
    alt = (
        "The time of the loop divided by that of the scan against the number of steps, both axes "
        f"logarithmic, a line for each number of values a step. At {steps[-1]:,} steps it is "
        f"{', '.join(said)}. Above 1 the scan is quicker, below it the loop."
    )
    return Picture(figure, alt)


def reading_race(rows):
    """Draw loss against seconds for several networks, beside n-gram tables."""
    runs, rungs = {}, {}
    for row in rows:
        if row["seed"] is None:
            rungs[row["network"]] = row["nats"]
        else:
            points = runs.setdefault(row["network"], {}).setdefault(row["seed"], [])
            points.append((row["seconds"], row["nats"]))
    figure, ax = new_figure(width=8.0, height=3.8)
    longest, said = 0, []
    for (name, seeds), (role, dash, marker) in zip(runs.items(), _LOOKS, strict=False):
        for points in seeds.values():
            ax.plot(*zip(*points, strict=True), dash, color=INKS[role], linewidth=1, alpha=0.35)
        length = min(map(len, seeds.values()))
        middle = np.median([points[:length] for points in seeds.values()], axis=0)
        longest = max(longest, middle[-1, 0])
        ax.plot(*middle.T, dash, color=INKS[role], marker=marker, markersize=6, label=name)
        said.append(f"{name} {middle[-1, 1]:.2f}")
    low = min(nats for seeds in runs.values() for points in seeds.values() for _, nats in points)
    for name, nats in rungs.items():
        if low - 0.25 < nats < 3:
            ax.axhline(nats, color=COLOURS["muted"], linewidth=1, linestyle=":")
            ax.text(longest * 1.02, nats, name, va="center", fontsize=9.5, color=COLOURS["muted"])
    ax.set_xlim(0, longest * 1.14)
    ax.set_ylim(low - 0.1, 3.0)
    ax.legend(frameon=False, fontsize=10, loc="upper right", bbox_to_anchor=(0.88, 1.0))
    label(
        ax,
        "Reading the reference, for the same seconds on one core",
        "seconds of training",
        "nats a character, text never read",
    )
    alt = (
        "Loss against seconds of training for each network, pale lines for single seeds, a marked "
        f"one for the middle of them, beside tables of counts as dotted lines. At the end: "
        f"{', '.join(said)} nats."
    )
    return Picture(figure, alt)
