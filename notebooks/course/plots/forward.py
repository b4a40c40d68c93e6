"""Figures of lesson 3: one step of the recurrence, the network unrolled, and what a state holds.

A state is drawn cell by cell: the larger the square, the further from 0; filled above 0, hollow
below it. Three units have their numbers beside them.
"""

from dataclasses import dataclass

import numpy as np
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch, Rectangle

from rnn_core import Vocabulary

from .style import COLOURS, INKS, Picture, bare, drawn, label, new_figure

__all__ = ["one_step", "same_end", "squashed", "unrolled"]

FEW = 4  # so many units, or characters, are shown one by one with a number or name each


@dataclass(frozen=True)
class Reading:
    """A text as a network has read it."""

    text: str
    hs: np.ndarray  # (T+1, H)
    ps: np.ndarray  # (T, V)
    carry: bool = True  # whether each step starts from the state before it, or from zeros

    def before(self, t):
        """The state that step t (1 to T) started from."""
        return self.hs[t - 1] if self.carry else np.zeros_like(self.hs[0])


def read(forward, characters, weights, text, *, carry=True):
    """Return the Reading of a text from a state of zeros.

    forward: a function as in lesson 3; weights: Wxh, Whh, Why, bh, by. Without carry, every step
    starts from zeros again, so that the network forgets.
    """
    vocabulary = Vocabulary(characters)
    if vocabulary.characters != characters:
        raise ValueError(f"characters must be distinct and sorted: {vocabulary.characters!r}.")
    inputs, weights = vocabulary.encode(text), [np.asarray(array) for array in weights]
    T, V, H = len(text), len(characters), len(weights[1])
    empty = np.zeros(H)
    if carry:
        answer = forward(inputs, empty, *weights)
        hs, ps = (np.asarray(part, float) for part in answer)
    else:
        steps = [forward(inputs[t : t + 1], empty, *weights) for t in range(T)]
        hs = np.array([empty] + [step[0][-1] for step in steps], float)
        ps = np.array([step[1][-1] for step in steps], float)
    if hs.shape != (T + 1, H) or ps.shape != (T, V):
        raise ValueError(
            f"forward gave hs of shape {hs.shape} and ps of shape {ps.shape}; "
            f"({T + 1}, {H}) and ({T}, {V}) are expected."
        )
    return Reading(text, hs, ps, carry)


# One step ----------------------------------------------------------------------------------


def one_step(char, characters, h_prev, Wxh, Whh, bh):
    """Draw one step of the recurrence with every number, for a few characters and units."""
    x = (np.array(list(characters)) == char).astype(float)
    a = Wxh @ x + Whh @ h_prev + bh
    columns = [  # name, matrix, role, decimals, and the sign that follows
        ("Wxh", Wxh, "ink", 0, ""),
        ("x", x, "input", 0, "+"),
        ("Whh", Whh, "ink", 0, ""),
        ("h_prev", h_prev, "hidden", 2, "+"),
        ("bh", bh, "ink", 0, "="),
        ("a", a, "ink", 2, "tanh"),
        ("h", np.tanh(a), "hidden", 2, ""),
    ]
    figure, ax = new_figure(width=8.6, height=2.75)
    bare(ax)
    left = 0.0
    for name, matrix, role, decimals, sign in columns:
        matrix = np.asarray(matrix, float).reshape(len(matrix), -1)
        wide = 1.25 if decimals else 0.95
        lit = int(x.argmax()) if name == "Wxh" else None
        _matrix(ax, matrix, left, wide, role, decimals, lit)
        right = left + wide * matrix.shape[1]
        shape = matrix.shape if matrix.shape[1] > 1 else f"({len(matrix)},)"
        ax.text(
            (left + right) / 2,
            2.75,
            name,
            ha="center",
            fontsize=12,
            fontweight="bold",
            color=INKS[role],
        )
        ax.text(
            (left + right) / 2,
            -2.55,
            str(shape),
            ha="center",
            va="top",
            fontsize=9.5,
            color=COLOURS["muted"],
        )
        if name == "x":
            for row, c in enumerate(characters):
                weight = "bold" if c == char else "normal"
                ax.text(
                    right + 0.14,
                    1.5 - row,
                    drawn(c),
                    va="center",
                    fontsize=10,
                    color=INKS["input"],
                    fontweight=weight,
                )
        gap = {"": 0.3, "+": 1.15, "=": 1.0, "tanh": 1.7}[sign]
        if sign == "tanh":
            ax.add_patch(_arrow((right + 0.15, 0), (right + gap - 0.15, 0)))
            ax.text(right + gap / 2, 0.3, "tanh", ha="center", fontsize=10.5)
        elif sign:
            ax.text(
                right + gap / 2 + (0.12 if name == "x" else 0),
                0,
                sign,
                ha="center",
                va="center",
                fontsize=15,
            )
        left = right + gap
    ax.set_xlim(-0.2, left)
    ax.set_ylim(-3.3, 3.4)
    label(ax, f"One step: read “{drawn(char)}”")
    alt = (
        f"One step in numbers. Wxh times the one-hot x of {drawn(char)}, which picks the marked "
        "column of Wxh, plus Whh times h_prev, plus bh, gives a; tanh squashes each entry of a "
        "into the new state h."
    )
    return Picture(figure, alt)


def _matrix(ax, matrix, left, wide, role, decimals, lit=None):
    rows = len(matrix)
    for (row, column), value in np.ndenumerate(matrix):
        x, y = left + column * wide, rows / 2 - row - 1
        marked = column == lit or (role == "input" and value)
        face = COLOURS["hidden"] + "1F" if role == "hidden" else "white"
        face = COLOURS["input"] + "33" if marked else face
        ax.add_patch(
            Rectangle((x, y), wide, 1, linewidth=1, edgecolor=COLOURS["grid"], facecolor=face)
        )
        ax.text(
            x + wide / 2,
            y + 0.5,
            _number(value, decimals),
            ha="center",
            va="center",
            fontsize=11,
            fontweight="bold" if marked else "normal",
            color=COLOURS["ink"] if role == "ink" else INKS[role],
        )
    ax.add_patch(
        Rectangle(
            (left, -rows / 2),
            wide * matrix.shape[1],
            rows,
            fill=False,
            edgecolor=INKS[role],
            linewidth=1.3,
        )
    )


def _number(value, decimals):
    return f"{value + 0.0:.{decimals}f}".replace("-", "−")


def _arrow(start, end, width=1.2):
    return FancyArrowPatch(
        start,
        end,
        arrowstyle="-|>",
        mutation_scale=11,
        linewidth=width,
        shrinkA=0,
        shrinkB=0,
        color=COLOURS["muted"],
    )


# tanh --------------------------------------------------------------------------------------


def squashed(sums):
    """Draw tanh, with some sums on it, each at its value before and after."""
    figure, ax = new_figure(width=6.4, height=3.0)
    a = np.linspace(-4.2, 4.2, 300)
    for edge in (-1, 1):
        ax.axhline(edge, color=COLOURS["muted"], linewidth=1, linestyle="--")
    ax.plot(a, a, color=COLOURS["muted"], linewidth=1.2, linestyle=":")
    ax.plot(a, np.tanh(a), color=INKS["hidden"], linewidth=2)
    ax.plot(sums, np.tanh(sums), linestyle="none", marker="s", markersize=8, color=INKS["hidden"])
    for number, value in enumerate(np.sort(sums)):
        below, right = number % 2 == 1, value > 0  # neighbours get their words on different sides
        words = f"{_number(value, 2)} → {_number(np.tanh(value), 2)}"
        ax.annotate(
            words,
            (value, np.tanh(value)),
            (3 if right else -8, -8 if below else 8),
            textcoords="offset points",
            ha="left" if right else "right",
            va="top" if below else "bottom",
            fontsize=10.5,
            color=COLOURS["ink"],
        )
    ax.text(-1.32, -1.5, "without tanh", fontsize=10, color=COLOURS["muted"])
    ax.set_ylim(-1.7, 1.9)
    label(ax, "tanh squashes any sum into −1 to 1", "sum a", "tanh(a)")
    alt = (
        "The curve of tanh. Near 0 it runs along the dotted diagonal, so that small sums pass "
        "almost unchanged; further out it bends towards the dashed lines at minus 1 and 1, which "
        "no sum can pass. Marked are the sums of one step."
    )
    return Picture(figure, alt)


# The network unrolled ----------------------------------------------------------------------


def unrolled(text, characters, hs, ps=None):
    """Draw the network once for each character of a short text, in the order of reading.

    hs (T+1, H) are its states; ps (T, V), if given, what it expects after each character.
    """
    hs, T = np.asarray(hs), len(text)
    top = 2.45 if ps is not None else 0.75
    figure, ax = new_figure(width=8.6, height=top + 1.95)
    bare(ax)
    step = 7.3 / max(T, 5)
    wide = min(0.64, 0.62 * step)
    figure.set_figwidth(1.1 + T * step)
    ax.set_xlim(-0.6, T * step + 0.5)  # one unit is an inch, so that squares are squares
    ax.set_ylim(-1.5, top)
    ax.set_aspect("equal")
    for t in range(T + 1):
        x = t * step
        _state(ax, x, hs[t], wide)
        ax.text(x, -0.58, f"hs[{t}]", ha="center", va="top", fontsize=9, color=COLOURS["muted"])
        if t == 0:
            continue
        ax.add_patch(_arrow((x - step + wide / 2 + 0.04, 0), (x - wide / 2 - 0.03, 0)))
        _character(ax, x, -1.28, text[t - 1])
        ax.add_patch(_arrow((x, -1.08), (x, -0.8)))
        _weight(ax, x - step / 2, 0.06, "Whh", "center")
        _weight(ax, x + 0.05, -1.02, "Wxh", "left")
        if ps is not None:
            ax.add_patch(_arrow((x, 0.54), (x, 0.86)))
            _guess(ax, x, 0.9, ps[t - 1], characters, min(0.8 * step, 0.9))
            _weight(ax, x + 0.05, 0.6, "Why", "left")
    for y, word in ((-1.28, "read"), (0, "remember"), (1.5, "predict")):
        if y < top:
            ax.text(
                -0.5,
                y,
                word,
                rotation=90,
                va="center",
                ha="center",
                fontsize=10,
                style="italic",
                color=COLOURS["muted"],
            )
    label(ax, f"The network, drawn once for each character of “{text}”")
    shown = " ".join(drawn(c) for c in text)
    alt = (
        f"The network unrolled over {T} steps, from left to right. Below, the characters read: "
        f"{shown}. Above them the states hs[0] to hs[{T}], each handed on to the next through "
        "Whh and joined by its character through Wxh."
    )
    if ps is not None:
        best = " ".join(drawn(characters[i]) for i in np.argmax(ps, axis=-1))
        alt += (
            " On top, through Why, the probabilities of the next character; the most probable "
            f"ones are: {best}."
        )
    return Picture(figure, alt)


def grid(units):
    """Columns and rows in which so many units are drawn, the same wherever a state is drawn."""
    columns = 1 if units <= FEW else int(np.ceil(np.sqrt(units)))
    return columns, int(np.ceil(units / columns))


def _state(ax, x, h, wide):
    """The cells of one state, in a box around (x, 0) that is 1 tall."""
    few = len(h) <= FEW
    columns, rows = grid(len(h))
    ax.add_patch(
        Rectangle(
            (x - wide / 2, -0.5),
            wide,
            1,
            facecolor="white",
            edgecolor=INKS["hidden"],
            linewidth=1.2,
        )
    )
    for unit, value in enumerate(h):
        column, row = divmod(unit, rows)
        y = 0.5 - (row + 0.5) / rows
        if few:
            _cell(ax, x - wide / 2 + 0.13, y, value, 0.18)
            ax.text(
                x + 0.11,
                y,
                _number(value, 2),
                ha="center",
                va="center",
                fontsize=8,
                color=INKS["hidden"],
            )
        else:
            across = (column + 0.5) * wide / columns - wide / 2
            _cell(ax, x + across, y, value, 0.85 * min(1 / rows, wide / columns))


def _cell(ax, x, y, value, largest):
    side = largest * np.sqrt(min(abs(value), 1.0))
    ax.add_patch(
        Rectangle(
            (x - side / 2, y - side / 2),
            side,
            side,
            linewidth=0.9,
            edgecolor=INKS["hidden"],
            facecolor=COLOURS["hidden"] if value > 0 else "white",
        )
    )


def _character(ax, x, y, char):
    round_corners = "round,pad=0,rounding_size=0.06"
    ax.add_patch(
        FancyBboxPatch(
            (x - 0.17, y - 0.17),
            0.34,
            0.34,
            facecolor=INKS["input"],
            boxstyle=round_corners,
            linewidth=0,
        )
    )
    ax.text(
        x,
        y - 0.01,
        drawn(char),
        ha="center",
        va="center",
        fontsize=12,
        color="white",
        fontweight="bold",
    )


def _guess(ax, x, y, p, characters, wide, most=4):
    """Bars of the probabilities from (x, y) upwards, of the most probable if they are many."""
    order = np.arange(len(p)) if len(p) <= FEW else np.sort(np.argsort(-p, kind="stable")[:most])
    pitch = wide / len(order)
    for place, v in enumerate(order):
        cx = x + (place + 0.5) * pitch - wide / 2
        _bar(ax, cx - 0.38 * pitch, y + 0.2, 0.76 * pitch, 0.9 * p[v])
        best = v == p.argmax()
        ax.text(
            cx,
            y + 0.1,
            drawn(characters[v]),
            ha="center",
            va="center",
            fontsize=9.5,
            fontweight="bold" if best else "normal",
            color=INKS["output"] if best else COLOURS["muted"],
        )
        if best:
            ax.text(
                cx,
                y + 0.24 + 0.9 * p[v],
                _number(p[v], 2),
                ha="center",
                va="bottom",
                fontsize=8.5,
                color=INKS["output"],
            )
    ax.plot([x - wide / 2, x + wide / 2], [y + 0.2, y + 0.2], color=COLOURS["muted"], linewidth=0.8)


def _bar(ax, x, y, wide, tall):
    ax.add_patch(
        Rectangle(
            (x, y), wide, tall, linewidth=0.9, facecolor=COLOURS["output"], edgecolor=INKS["output"]
        )
    )


def _weight(ax, x, y, name, side):
    ax.text(x, y, name, ha=side, va="bottom", fontsize=8, color=COLOURS["muted"])


# What a state holds ------------------------------------------------------------------------


def same_end(befores, states, probabilities, characters, choices):
    """Draw, for texts with the same end, the state after each (N, H) and what it expects (N, V).

    befores: the texts; choices: the characters to draw a bar for.
    """
    states, probabilities = np.asarray(states), np.asarray(probabilities)
    N, H = states.shape
    figure, ax = new_figure(width=8.6, height=0.62 * N + 0.85)
    bare(ax)
    ax.set_xlim(-1.55, 7.05)  # inches
    ax.set_ylim(-0.62 * N - 0.1, 0.75)
    ax.set_aspect("equal")
    pitch, left, wide = 5.0 / H, 5.35, 1.65
    for row, (before, h, p) in enumerate(zip(befores, states, probabilities, strict=True)):
        y = -0.62 * row - 0.3
        ax.text(
            -0.1,
            y,
            "…" + before.replace(" ", "␣"),
            ha="right",
            va="center",
            fontsize=11,
            family="monospace",
            color=INKS["input"],
        )
        for unit, value in enumerate(h):
            _cell(ax, (unit + 0.5) * pitch, y, value, min(0.85 * pitch, 0.3))
        for place, char in enumerate(choices):
            x, share = left + (place + 0.5) * wide / len(choices), p[characters.index(char)]
            _bar(ax, x - 0.17, y - 0.24, 0.34, 0.36 * share)
            ax.text(
                x,
                y - 0.21 + 0.36 * share,
                _number(share, 2),
                ha="center",
                va="bottom",
                fontsize=8.5,
                color=COLOURS["ink"],
            )
        ax.plot([left, left + wide], [y - 0.24] * 2, color=COLOURS["muted"], linewidth=0.8)
    for place, char in enumerate(choices):
        ax.text(
            left + (place + 0.5) * wide / len(choices),
            0.06,
            drawn(char),
            ha="center",
            fontsize=11,
            fontweight="bold",
            color=INKS["output"],
        )
    ax.text(0, 0.06, f"the {H} units of the state", fontsize=10, color=INKS["hidden"])
    ax.text(-0.1, 0.06, "read", ha="right", fontsize=10, color=INKS["input"])
    ax.text(left, 0.34, "probability of", fontsize=10, color=INKS["output"])
    label(ax, "The same end, and what the network knows there")
    best = ", ".join(drawn(characters[i]) for i in probabilities.argmax(axis=-1))
    close = np.abs(states - states[0]).max() < 0.01
    alt = (
        f"{N} rows, for {N} places where the text ends alike. On the left the units of the state, "
        "as squares, larger the further from 0, filled above 0 and hollow below it: "
        + (
            "all rows look the same, with squares so small that they are hard to see. "
            if close
            else "every row has a pattern of its own. "
        )
        + "On the right the probabilities of the next character: "
        + (
            "the same even, low bars in every row."
            if close
            else f"one tall bar in each row; from top to bottom it stands at {best}."
        )
    )
    return Picture(figure, alt)
