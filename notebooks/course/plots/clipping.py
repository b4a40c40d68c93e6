"""Figures of lesson 5, and the plain functions that they and the widget compute with."""

import numpy as np
from matplotlib.patches import Circle, Rectangle

from rnn_core import RNN

from .style import COLOURS, INKS, Picture, label, new_figure

__all__ = [
    "angle_between",
    "blame_over_distance",
    "clipping_plane",
    "descents",
    "gradient_flow",
    "gradient_norm_by_lag",
    "network_of_radius",
    "spectral_radius",
]

_LOOKS = [("hidden", "-", "s"), ("ink", "--", "o"), ("gradient", "-.", "^"), ("memory", ":", "v")]


def spectral_radius(matrix):
    """The largest absolute value among the eigenvalues of a square matrix."""
    return float(np.abs(np.linalg.eigvals(matrix)).max())


def network_of_radius(radius, hidden_size=32, seed=0):
    """An untrained network for the verse's 22 characters whose Whh has that spectral radius."""
    rnn = RNN(22, hidden_size, 25, seed=seed)
    draw = rnn.rng.standard_normal
    recurrent = draw((hidden_size, hidden_size))
    rnn.Whh = recurrent * radius / spectral_radius(recurrent)
    rnn.Wxh, rnn.Why = draw((hidden_size, 22)) * 0.1, draw((22, hidden_size)) * 0.1
    return rnn


def gradient_norm_by_lag(rnn, hs):
    """How much of the blame at the last of the states hs (T+1, H) is left at each earlier one.

    Returns (T+1,) numbers, by distance: the root mean square, over all directions, by which the
    length of dh changes on its way back.
    """
    jacobian, left = np.eye(rnn.hidden_size), [1.0]
    for h in hs[:0:-1]:
        jacobian = (jacobian * (1 - h**2)) @ rnn.Whh
        left.append(np.linalg.norm(jacobian) / np.sqrt(rnn.hidden_size))
    return np.array(left)


def angle_between(first, second):
    """The angle in degrees between two gradients (dicts of arrays), each taken as one vector."""
    a, b = (np.concatenate([g.ravel() for g in grads.values()]) for grads in (first, second))
    cosine = a @ b / (np.linalg.norm(a) * np.linalg.norm(b))
    return float(np.degrees(np.arccos(np.clip(cosine, -1, 1))))


def gradient_flow(curves, title="How much blame is left on the way back"):
    """Draw curves of |dh| against distance on a log axis: {name: (T+1,) numbers}."""
    figure, ax = new_figure(width=7.6, height=3.6)
    for (name, left), (role, dash, marker) in zip(curves.items(), _LOOKS, strict=False):
        steps = np.arange(len(left))
        ax.plot(
            steps,
            np.maximum(left, 1e-300),
            dash,
            color=INKS[role],
            marker=marker,
            markevery=5,
            markersize=6,
            linewidth=1.8,
            label=name,
        )
    ax.set_yscale("log")
    highest = max(float(np.max(left)) for left in curves.values())
    ax.set_ylim(1e-12, max(1e3, 10 * highest))
    ax.axhline(1, color=COLOURS["muted"], linewidth=1)
    ax.legend(frameon=False, fontsize=10, labelcolor=COLOURS["ink"], loc="best")
    label(ax, title, "distance back, in time steps", "|dh| relative to the last step")
    names = "; ".join(curves)
    alt = (
        f"Curves on a log axis of how much of the blame is left at each distance back ({names}). "
        "A curve that falls is blame that vanishes, one that rises is blame that explodes."
    )
    return Picture(figure, alt)


def clipping_plane(gradient, limit):
    """Draw a gradient of two entries beside what clipping by value and by norm make of it."""
    x, y = gradient
    by_value = np.clip(gradient, -limit, limit)
    by_norm = np.asarray(gradient) * min(1, limit / np.hypot(x, y))
    figure, ax = new_figure(width=6.8, height=3.7)
    ax.add_patch(
        Rectangle(
            (-limit, -limit),
            2 * limit,
            2 * limit,
            facecolor="none",
            edgecolor=INKS["memory"],
            linewidth=1.2,
            linestyle="--",
        )
    )
    ax.add_patch(
        Circle(
            (0, 0), limit, facecolor="none", edgecolor=INKS["hidden"], linewidth=1.2, linestyle=":"
        )
    )
    arrows = (
        ("the gradient", gradient, "gradient", (6, 4)),
        ("by value", by_value, "memory", (6, 8)),
        ("by norm", by_norm, "hidden", (8, -16)),
    )
    for name, tip, role, offset in arrows:
        ax.annotate(
            "",
            xy=tip,
            xytext=(0, 0),
            arrowprops={
                "arrowstyle": "-|>",
                "color": INKS[role],
                "linewidth": 2.2,
                "shrinkA": 0,
                "shrinkB": 0,
            },
        )
        ax.annotate(
            name,
            tip,
            xytext=offset,
            textcoords="offset points",
            fontsize=11,
            color=INKS[role],
            fontweight="bold",
        )
    ax.set_aspect("equal")
    ax.set_xlim(-0.4 * limit, max(1.35 * x, 1.2 * limit))
    ax.set_ylim(-0.4 * limit, 1.25 * limit)
    label(ax, "Two ways to shorten a gradient", "first entry", "second entry")
    alt = (
        "A long arrow, the gradient, leaves both a square and a circle around the origin. Clipped "
        "by value it ends on the edge of the square and points elsewhere; clipped by norm it ends "
        "on the circle and points the same way."
    )
    return Picture(figure, alt)


def descents(curves):
    """Draw the loss at each step of plain gradient descent, on a log axis: {name: losses}."""
    figure, ax = new_figure(width=7.6, height=3.4)
    looks, names = (("gradient", "-."), ("memory", "--"), ("hidden", "-")), []
    for (name, losses), (role, dash) in zip(curves.items(), looks, strict=False):
        losses = np.nan_to_num(losses, nan=1e5, posinf=1e5)  # what blew up stands at the top
        ax.plot(losses, dash, color=INKS[role], linewidth=1.8)
        names.append((np.mean(losses[-30:]), name, len(losses) - 1, role))
    lowest = 0
    for height, name, end, role in sorted(names):
        height = max(height, lowest)
        lowest = 2.5 * height  # on this axis a line of text further up
        ax.annotate(
            name,
            (end, height),
            xytext=(8, 0),
            textcoords="offset points",
            va="center",
            fontsize=11,
            color=INKS[role],
            fontweight="bold",
            annotation_clip=False,
        )
    ax.set_yscale("log")
    ax.set_xlim(0, 1.2 * max(map(len, curves.values())))
    label(ax, "Plain gradient descent on one chunk", "step", "loss, in nats")
    alt = (
        "Three curves of the loss over 300 steps. Without clipping and clipped by value it jumps "
        "up at once and stays high; clipped by norm it falls steadily, by several powers of ten."
    )
    return Picture(figure, alt)


blame_over_distance = gradient_norm_by_lag  # as the lessons call it
