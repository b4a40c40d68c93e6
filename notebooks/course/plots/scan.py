"""Figures of lesson 14: a scan in rounds, its time beside a loop's, and how such a network reads."""

import numpy as np
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from .style import COLOURS, INKS, Picture, bare, drawn, label, new_figure

__all__ = ["reading_race", "remembered", "scan_pays", "scan_rounds"]

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
            t, 0.5, drawn(char), ha="center", fontsize=12, family="monospace", color=INKS["input"]
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


def remembered(rows, most):
    """Draw after how many updates each measured run remembers, by gap; most is what it was given."""
    networks = list(dict.fromkeys(row["network"] for row in rows))
    gaps = sorted({row["gap"] for row in rows})
    figure, ax = new_figure(width=8.2, height=4.0)
    never, said = 1.12 * most, []
    for number, (name, (role, _, marker)) in enumerate(zip(networks, _LOOKS, strict=False)):
        looks = {"color": INKS[role], "linestyle": "", "marker": marker}
        ax.plot([], [], markerfacecolor=COLOURS[role], label=name, **looks)
        for column, gap in enumerate(gaps):
            here = [row["updates"] for row in rows if (row["gap"], row["network"]) == (gap, name)]
            if not here:
                continue
            middle = column + 0.22 * (number - 1.5)
            for x, updates in zip(middle + np.linspace(-0.07, 0.07, len(here)), here, strict=True):
                fill = COLOURS[role] if updates else "white"
                ax.plot(x, updates or never, markersize=6, markerfacecolor=fill, **looks)
            words = f"{sum(updates is not None for updates in here)} of {len(here)}"
            ax.text(middle, 1.19 * most, words, ha="center", fontsize=9, color=INKS[role])
            said.append(f"{name} at a gap of {gap} {words}")
    ax.set_xticks(range(len(gaps)), [f"gap {gap}" for gap in gaps])
    thirds = [most * k // 3 for k in range(4)]
    ax.set_yticks([*thirds, never], [*(f"{updates:,}" for updates in thirds), "not"])
    ax.set_xlim(-0.5, len(gaps) - 0.5)
    ax.set_ylim(0, 1.28 * most)
    ax.grid(axis="x", visible=False)
    for column in range(1, len(gaps)):
        ax.axvline(column - 0.5, color=COLOURS["grid"], linewidth=0.8)
    place = {"loc": "upper center", "bbox_to_anchor": (0.5, -0.1), "ncols": len(networks)}
    ax.legend(frameon=False, fontsize=10, **place)
    label(ax, "How long until it remembers?", "", "updates")
    alt = (
        "After how many updates each run remembers, a group of marks for each network at each "
        f"gap, and hollow marks on top for runs that had not after {most:,}. How many did: "
        f"{', '.join(said)}."
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
    beside = {"fontsize": 9.5, "color": COLOURS["muted"]}
    ax.text(steps[-1] * 1.15, 1.1, "the scan is quicker", **beside)
    ax.text(steps[-1] * 1.15, 0.9, "the loop is quicker", va="top", **beside)
    ax.set_xscale("log", base=2)
    ax.set_yscale("log")
    ax.set_xticks(steps, [f"{T:,}" for T in steps])
    ax.set_xlim(steps[0] / 1.3, steps[-1] * 7)
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
            right = {"ha": "right", "va": "bottom", "fontsize": 9.5, "color": COLOURS["muted"]}
            ax.text(longest * 1.13, nats, name, **right)
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
