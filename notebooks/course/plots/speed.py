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


def roof(peak, bandwidth, points):
    """Draw the machine's roof and measured products under it, on two log axes.

    peak: billion operations a second; bandwidth: billion bytes a second; points: {name:
    (operations per byte, billion operations a second)}.
    """
    figure, ax = new_figure(width=7.8, height=3.8)
    intensity = np.geomspace(0.1, 300, 200)
    ax.plot(intensity, np.minimum(peak, bandwidth * intensity), color=INKS["ink"], linewidth=2)
    for (name, (x, y)), marker in zip(points.items(), "osD^v", strict=False):
        ax.plot([x], [y], marker, markersize=9, color=INKS["memory"], label=name)
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_ylim(0.3, 3 * peak)
    ax.text(
        250,
        1.15 * peak,
        "as fast as it can calculate",
        ha="right",
        fontsize=10,
        color=COLOURS["muted"],
    )
    ax.text(0.3, 0.45, "as fast as memory\ncan deliver", fontsize=10, color=COLOURS["muted"])
    ax.legend(frameon=False, fontsize=9.5, loc="lower right")
    label(
        ax,
        "The roof of this machine",
        "operations for each byte moved",
        "billion operations a second",
    )
    alt = (
        "A roof on two logarithmic axes: it rises with the operations done for each byte and then "
        "stays level. Products of one sequence at a time lie at its left, low; those of 32 at a "
        "time further to the right and much higher."
    )
    return Picture(figure, alt)
