"""Figures of lesson 11: where the time goes, and what each change gains."""

import numpy as np

from .style import COLOURS, INKS, Picture, label, new_figure

__all__ = ["roof", "waterfall"]


def waterfall(times):
    """Draw the time of each step's update, {name: microseconds per character}, and its gain."""
    names, values = list(times), np.array(list(times.values()))
    figure, ax = new_figure(width=8.2, height=0.5 * len(names) + 1.2)
    places = np.arange(len(names))
    ax.barh(places, values, 0.62, color=COLOURS["memory"], edgecolor=INKS["memory"])
    ax.barh(
        places[1:],
        values[:-1] - values[1:],
        0.62,
        left=values[1:],
        color="white",
        edgecolor=COLOURS["muted"],
        hatch="///",
        linewidth=0.8,
    )
    for place, value in zip(places, values, strict=True):
        gain = "" if place == 0 else f"   {values[place - 1] / value:.1f} times as fast"
        end = max(value, values[place - 1] if place else value)
        shown = f"{value:.0f}" if value > 9.95 else f"{value:.1f}"
        ax.text(
            end + 0.01 * values[0],
            place,
            f"{shown} µs{gain}",
            va="center",
            fontsize=10,
            color=COLOURS["ink"],
        )
    ax.set_yticks(places, names, fontsize=11)
    ax.invert_yaxis()
    ax.set_xlim(0, 1.42 * values.max())
    label(ax, "One change at a time", "microseconds for each character of an update")
    alt = (
        "Bars that get shorter from top to bottom: the time of an update by the book, then after "
        f"each change: {', '.join(names[1:])}. Hatched is what each change saves."
    )
    return Picture(figure, alt)


NEAR = 2**20  # bytes of weights that caches near the processor hold


def limit(hidden, intensity, peak, memory, cache):
    """Return the roof over a product of `hidden` units, and its name."""
    near = 4 * hidden**2 <= NEAR
    slope = (cache if near else memory) * intensity
    return (slope, "cache" if near else "memory") if slope < peak else (peak, "arithmetic")


def felt(hidden, point, peak, memory, cache):
    """Return what holds a product back: arithmetic, cache, memory, or the price of the call."""
    height, name = limit(hidden, point[0], peak, memory, cache)
    return name if point[1] > height / 2 else "the call" if 4 * hidden**2 <= NEAR else "memory"


def roof(peak, memory, cache, points):
    """Draw the machine's roof and measured products under it, on two log axes.

    peak: billion operations a second; memory, cache: billion bytes a second; points: {(hidden
    size, batch): (operations per byte, billion operations a second)}.
    """
    figure, ax = new_figure(width=8.6, height=4.6)
    peak = max(peak, *(speed for _, speed in points.values()))  # no roof is below what stands there
    intensity = np.geomspace(0.02, 300, 200)
    ax.plot(intensity, np.minimum(peak, memory * intensity), color=INKS["ink"], linewidth=2)
    ax.plot(intensity, np.minimum(peak, cache * intensity), "--", color=INKS["ink"], linewidth=1.5)
    sizes = list(dict.fromkeys(hidden for hidden, _ in points))
    for hidden, marker in zip(sizes, "osD^vP", strict=False):
        one, many = points[hidden, 1], points[hidden, 32]
        held = [felt(hidden, point, peak, memory, cache) for point in (one, many)]
        ax.plot(*zip(one, many, strict=True), color=INKS["memory"], linewidth=0.8, alpha=0.6)
        ax.plot(*one, marker, markersize=9, color=INKS["memory"], markerfacecolor="white")
        words = f"{hidden:,} units: {held[0]}, then {held[1]}"
        ax.plot(*many, marker, markersize=9, color=INKS["memory"], label=words)
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_ylim(0.3, 3 * peak)
    words = {"fontsize": 10, "color": COLOURS["muted"]}
    ax.text(250, 1.15 * peak, "as fast as it can calculate", ha="right", **words)
    ax.text(0.25 * peak / cache, 0.3 * peak, "as the cache\ndelivers", ha="right", **words)
    ax.text(1.3 / memory, 1, "as memory\ndelivers", va="center", **words)
    title = "what holds it back: one at a time (hollow), then 32 (filled)"
    ax.legend(title=title, title_fontsize=9.5, frameon=False, fontsize=9.5, loc="lower right")
    label(
        ax,
        "The roof of this machine",
        "operations for each byte moved",
        "billion operations a second",
    )
    alt = (
        "A roof on two logarithmic axes: it rises with the operations done for each byte, along "
        "one slope for memory and a higher one for the cache, and then stays level. For each of "
        "four sizes a line joins a product of one sequence, on the left and lower, with that of "
        "32. The line is longest for 64 units, whose first point lies far below the cache's slope."
    )
    return Picture(figure, alt)
