"""Figures of lesson 2: scores, probabilities, and the surprise at what comes."""

from dataclasses import dataclass

import numpy as np

import rnn_core

from .style import COLOURS, INKS, Picture, drawn, label, new_figure

__all__ = [
    "float_range",
    "scores_to_probabilities",
    "softmax_setting",
    "surprise",
    "surprise_by_step",
]

HIGHEST, LOWEST = np.log(np.finfo(float).max), np.log(5e-324)  # where exp overflows, and is 0


@dataclass(frozen=True)
class Setting:
    """One setting of scores, and what comes of it, with care and without; arrays are (V,)."""

    exponents: np.ndarray  # (scores + shift) / temperature
    probabilities: np.ndarray
    naive: np.ndarray  # exp straight away, then divide: nan where that fails

    @property
    def entropy(self):
        """The mean surprise, in nats."""
        p = self.probabilities[self.probabilities > 0]
        return float(-(p * np.log(p)).sum()) + 0.0


def setting(scores, shift=0.0, temperature=1.0, softmax=rnn_core.softmax):
    """Return the Setting of scores (V,), with a softmax of the learner's own if there is one."""
    if not temperature > 0:
        raise ValueError(f"The temperature must be above 0, not {temperature}.")
    exponents = (np.asarray(scores, float) + shift) / temperature
    with np.errstate(all="ignore"):
        probabilities = np.asarray(softmax(exponents.copy()), float)
        exps = np.exp(exponents)
        naive = exps / exps.sum()
    if probabilities.shape != exponents.shape:
        raise ValueError(
            f"softmax was given {len(exponents)} scores and gave back an array of shape "
            f"{probabilities.shape}."
        )
    return Setting(exponents, probabilities, naive)


def scores_to_probabilities(characters, scores):
    """Draw scores (V,), their exponentials and their shares side by side."""
    exps = np.exp(scores)
    figure, axes = new_figure(columns=3, width=8.6, height=2.9)
    panels = [
        ("1. scores", scores, "score"),
        ("2. exp(scores)", exps, "exp(score)"),
        ("3. divided by their sum", exps / exps.sum(), "probability"),
    ]
    for ax, (title, heights, name) in zip(axes, panels, strict=True):
        _bars(ax, characters, heights, digits=0 if name == "score" else 2)
        label(ax, title, "character", name)
    best, worst = characters[int(np.argmax(scores))], characters[int(np.argmin(scores))]
    alt = (
        f"Three bar charts of the characters {', '.join(characters)}. Left, their scores, some "
        "below zero. Middle, exp of the scores: all above zero, in the same order. Right, the same "
        f"bars divided by their sum: {best} has the largest share and {worst} the smallest."
    )
    return Picture(figure, alt)


def softmax_setting(characters, scores, shift=0.0, temperature=1.0):
    """Draw the probabilities of shifted scores at a temperature, and the naive ones beside."""
    now = setting(scores, shift, temperature)
    figure, (left, right) = new_figure(columns=2, width=8.0, height=2.9)
    _bars(left, characters, now.probabilities, top=1)
    _bars(right, characters, now.naive, top=1, hollow=True)
    label(left, "The largest score taken away first", "character", "probability")
    label(right, "Naive: exp straight away", "character", "probability")
    broken = ", ".join(characters[i] for i in np.flatnonzero(~np.isfinite(now.naive)))
    best = characters[int(now.probabilities.argmax())]
    alt = (
        f"Two bar charts of probabilities, for scores shifted by {shift:g} at temperature "
        f"{temperature:g}. Left, with the largest score taken away first: {best} has the tallest "
        f"bar. Right, the naive version: "
        + (f"no bar but the word nan for {broken}." if broken else "the same bars.")
    )
    return Picture(figure, alt)


def float_range(scores, shift=1000.0):
    """Draw which exponents a float can bear, with scores + shift before and after their shift."""
    figure, ax = new_figure(width=8.6, height=2.5)
    ends = (-1250, 1250)
    zones = [
        (ends[0], LOWEST, "rounds to 0"),
        (LOWEST, HIGHEST, "fits into a float"),
        (HIGHEST, ends[1], "inf"),
    ]
    for low, high, words in zones:
        fits = words.startswith("fits")
        ax.axvspan(
            low,
            high,
            facecolor="white" if fits else COLOURS["grid"],
            alpha=0.7,
            hatch=None if fits else "//",
            edgecolor="white",
            linewidth=0,
        )
        ax.text(
            (low + high) / 2,
            2.62,
            words,
            ha="center",
            va="center",
            fontsize=10.5,
            color=COLOURS["ink"],
            fontweight="bold" if fits else "normal",
        )
    rows = [(2.0, scores + shift), (1.0, scores - np.max(scores)), (0.0, scores - shift)]
    names = [f"scores + {shift:g}", "largest taken away", f"scores − {shift:g}"]
    for height, places in rows:
        safe = height == 1.0
        ax.plot(
            places,
            np.full(len(places), height),
            linestyle="none",
            markersize=8,
            marker="D" if safe else "X",
            color=INKS["output" if safe else "ink"],
        )
        if not safe:
            ax.annotate(
                "",
                (0, 1 + 0.22 * (height - 1)),
                (places.mean(), height),
                arrowprops={
                    "arrowstyle": "-|>",
                    "color": COLOURS["muted"],
                    "shrinkA": 9,
                    "shrinkB": 7,
                },
            )
    ax.set_xlim(*ends)
    ax.set_ylim(-0.5, 3.0)
    ax.set_yticks([2.0, 1.0, 0.0], names)
    ax.tick_params(axis="y", length=0, labelcolor=COLOURS["ink"])
    ax.grid(False, axis="y")
    label(ax, "Where exp(y) is a number that a float can hold", "exponent y")
    alt = (
        "A number line of exponents in three zones: below about minus 745 exp rounds to 0, above "
        "about 710 it is inf, and between them it fits into a float. Scores near 1000 lie in the "
        "zone of inf, scores near minus 1000 in the zone of 0; with the largest score taken away, "
        "both come to lie at 0 and just below, in the middle of the zone that fits."
    )
    return Picture(figure, alt)


def surprise(characters, probabilities):
    """Draw the surprise -ln p over p, with each character at its probability."""
    figure, ax = new_figure(width=6.6, height=3.5)
    p = np.linspace(0.008, 1, 400)
    ax.plot(p, -np.log(p), color=INKS["gradient"], linewidth=2)
    for char, at in zip(characters, probabilities, strict=True):
        ax.plot([at, at], [0, -np.log(at)], color=COLOURS["muted"], linewidth=1, linestyle=":")
        ax.plot(at, -np.log(at), marker="D", markersize=8, color=INKS["output"])
        ax.annotate(
            f"{drawn(char)} comes: {-np.log(at):.2f} nats",
            (at, -np.log(at)),
            (9, 4),
            textcoords="offset points",
            fontsize=10.5,
            color=COLOURS["ink"],
        )
    ax.set_xlim(0, 1.02)
    ax.set_ylim(0, 4.9)
    label(
        ax,
        "The less expected, the more surprise",
        "probability given to what came",
        "surprise −ln p (nats)",
    )
    best = characters[int(np.argmax(probabilities))]
    worst = characters[int(np.argmin(probabilities))]
    alt = (
        "A curve that falls from very high at probability 0 to zero at probability 1. On it the "
        f"characters {', '.join(characters)}, each at its probability: if {best} comes there is "
        f"little surprise, if {worst} comes there is most."
    )
    return Picture(figure, alt)


def surprise_by_step(text, surprises, even):
    """Draw the surprise at each character of text: {name: (T,)}, and a line at an even guess."""
    figure, ax = new_figure(width=8.6, height=3.1)
    looks = [("D", INKS["output"], "-"), ("v", INKS["ink"], ":")]
    ax.axhline(even, color=COLOURS["muted"], linewidth=1.2, linestyle="--", label="an even guess")
    for (name, values), (marker, ink, line) in zip(surprises.items(), looks, strict=False):
        ax.plot(
            values, marker=marker, color=ink, linestyle=line, linewidth=1, markersize=6, label=name
        )
    ax.set_xticks(range(len(text)), [drawn(char) for char in text])
    ax.grid(False, axis="x")
    ax.legend(fontsize=10, frameon=False, ncols=3, loc="upper left", bbox_to_anchor=(0, 1.02))
    top = max(values.max() for values in surprises.values())
    ax.set_ylim(-0.04 * top, 1.25 * top)
    label(
        ax,
        "How surprised an untrained network is",
        "the character that came",
        "surprise −ln p (nats)",
    )
    first, *rest = surprises
    alt = (
        f"The surprise at each of {len(text)} characters, for untrained networks. With {first} all "
        "points lie on the dashed line of an even guess."
        + (
            f" With {rest[0]} they jump up and down, many of them far above that line."
            if rest
            else ""
        )
    )
    return Picture(figure, alt)


def _bars(ax, characters, heights, *, digits=2, top=None, hollow=False):
    """Bars with a number on each, and the word for those that are no number."""
    places, heights = np.arange(len(characters)), np.asarray(heights, float)
    finite = np.isfinite(heights)
    shown = np.where(finite, heights, 0)
    face = "white" if hollow else COLOURS["output"]
    ax.bar(
        places,
        shown,
        width=0.62,
        facecolor=face,
        edgecolor=INKS["output"],
        linewidth=1.3,
        linestyle="--" if hollow else "-",
    )
    span = (top or shown.max()) - min(shown.min(), 0)
    for place, height, good in zip(places, heights, finite, strict=True):
        words = f"{height:.{digits}f}".replace("-", "−") if good else str(height)
        down = good and height < 0
        ax.text(
            place,
            (height if good else 0) + span * (-0.03 if down else 0.03),
            words,
            ha="center",
            va="top" if down else "bottom",
            fontsize=10.5,
            fontweight="normal" if good else "bold",
            color=COLOURS["ink"],
        )
    ax.axhline(0, color=COLOURS["muted"], linewidth=1)
    ax.set_ylim(
        min(shown.min(), 0) - (0.16 * span if shown.min() < 0 else 0),
        (top or shown.max()) + 0.14 * span,
    )
    ax.set_xticks(places, [drawn(char) for char in characters])
    ax.tick_params(axis="x", labelsize=11.5, length=0, labelcolor=COLOURS["ink"])
    ax.grid(False, axis="x")
