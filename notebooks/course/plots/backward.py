"""Figures of lesson 4: where blame comes from, how it travels, and how far."""

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch, Rectangle

from .style import COLOURS, INKS, MARKERS, Picture, bare, drawn, label, new_figure

__all__ = [
    "backprop_chain",
    "blame_back",
    "blame_lengths_back",
    "difference_errors",
    "gradient_norm_by_step",
    "score_blame",
    "tanh_slopes",
    "truncation",
    "weight_shares",
]

_PINKS = LinearSegmentedColormap.from_list("gradient", ["white", COLOURS["gradient"]])
_APART = 3.0  # between one time step and the next, in the drawing of the unrolled network


def signed(value):
    """A number with its sign and two decimals, as figures and widgets show blame."""
    text = f"{value:+.2f}".replace("-", "\N{MINUS SIGN}")
    return " 0.00" if text[1:] == "0.00" else text


def backprop_chain(text, from_output=None, from_later=None):
    """Draw the network unrolled over a text, and the way of the blame back through it.

    from_output, from_later (T, H): the blame that reaches each state from its own prediction and
    from later steps; left out, the arrows carry the names of what they multiply with.
    """
    T = len(text) - 1
    figure, ax = new_figure(width=8.6, height=4.3 if from_output is None else 4.5)
    bare(ax)
    ax.set_xlim(-1.9, (T - 1) * _APART + 1.5)
    ax.set_ylim(-0.65, 4.3)
    for t in range(T):
        x = t * _APART
        _box(ax, x, 0, f"reads {drawn(text[t])}", "input")
        _box(ax, x, 1.7, f"state $h_{t}$", "hidden", bold=True)
        _box(ax, x, 3.6, f"predicts {drawn(text[t + 1])}?", "output")
        _arrow(ax, (x, 0.25), (x, 1.42), "muted")
        _arrow(ax, (x - 0.28, 1.98), (x - 0.28, 3.34), "muted")
        _arrow(ax, (x + 0.28, 3.34), (x + 0.28, 1.98), "gradient")
        words = rf"$W_{{hy}}^{{\top}}dy_{{{t}}}$"
        if from_output is not None:
            words = "\n".join(signed(v) for v in from_output[t])
        ax.text(x + 0.42, 2.66, words, ha="left", va="center", fontsize=11, color=INKS["gradient"])
        if t == T - 1:
            continue
        _arrow(ax, (x + 0.78, 1.85), (x + _APART - 0.78, 1.85), "muted")
        _arrow(ax, (x + _APART - 0.78, 1.5), (x + 0.78, 1.5), "gradient")
        words = rf"$W_{{hh}}^{{\top}}da_{{{t + 1}}}$"
        if from_later is not None:
            words = "\n".join(signed(v) for v in from_later[t])
        ax.text(
            x + _APART / 2, 1.3, words, ha="center", va="top", fontsize=11, color=INKS["gradient"]
        )
    _arrow(ax, (-1.75, 1.7), (-0.78, 1.7), "muted")
    ax.text(-1.75, 1.85, "zeros", fontsize=10, color=INKS["muted"])
    _legend_of_arrows(ax, (T - 1) * _APART / 2)
    label(
        ax,
        "Grey: the way forward. Pink and thick: the way of the blame"
        if from_output is None
        else "The blame of each state, unit by unit",
    )
    alt = (
        f"The network unrolled over {text}: at each of {T} steps it reads a letter, makes a state "
        "from it and from the state before, and predicts the next letter. Blame travels the other "
        "way: into each state come two arrows, one down from its own prediction, one from the "
        "state after it; the last state has only the first."
    )
    if from_output is not None:
        alt += " The blame of each of the units stands beside each arrow."
    return Picture(figure, alt)


def _legend_of_arrows(ax, x):
    ax.text(
        x,
        -0.55,
        "blame comes down from a state’s own prediction, and from the right, from all later steps",
        ha="center",
        fontsize=10,
        color=INKS["gradient"],
    )


def _box(ax, x, y, words, role, *, bold=False):
    ax.add_patch(
        FancyBboxPatch(
            (x - 0.75, y - 0.25),
            1.5,
            0.5,
            boxstyle="round,pad=0,rounding_size=0.12",
            facecolor="white",
            edgecolor=INKS[role],
            linewidth=1.4,
        )
    )
    ax.text(
        x,
        y - 0.02,
        words,
        ha="center",
        va="center",
        fontsize=11,
        color=INKS[role],
        fontweight="bold" if bold else "normal",
    )


def _arrow(ax, start, end, role, *, width=None, linestyle="-"):
    width = width or (2.6 if role == "gradient" else 1.1)
    ax.add_patch(
        FancyArrowPatch(
            start,
            end,
            arrowstyle="-|>",
            shrinkA=0,
            shrinkB=0,
            mutation_scale=13,
            linewidth=width,
            linestyle=linestyle,
            color=COLOURS[role],
        )
    )


def score_blame(characters, p, dy, target):
    """Draw the probabilities (V,) of one step beside the blame (V,) of its scores."""
    names = [f"{drawn(c)}\ntarget" if v == target else drawn(c) for v, c in enumerate(characters)]
    figure, (left, right) = new_figure(2, width=8.0, height=3.0)
    for ax, values, role in ((left, p, "output"), (right, dy, "gradient")):
        bars = ax.bar(range(len(values)), values, width=0.6, color=COLOURS[role])
        bars[target].set_edgecolor(INKS["ink"])
        bars[target].set_linewidth(1.6)
        for v, value in enumerate(values):
            ax.annotate(
                f"{value:.2f}" if role == "output" else signed(value),
                (v, value),
                xytext=(0, 4 if value >= 0 else -4),
                textcoords="offset points",
                ha="center",
                va="bottom" if value >= 0 else "top",
                fontsize=10,
                color=INKS["ink"],
            )
        ax.set_xticks(range(len(values)), names)
        ax.tick_params(axis="x", labelsize=11, length=0)
        ax.margins(y=0.18)
        ax.axhline(0, color=COLOURS["muted"], linewidth=1)
    label(left, "p: what the network believed", "next character", "probability")
    label(right, "dy: the same, with 1 taken off", "score", "blame (nats per unit)")
    alt = (
        "Two bar charts over the same characters. Left, the probabilities, all positive. Right, "
        "the blame of the scores: the same bars, but the target's has dropped by 1 and points "
        "down, the only negative one."
    )
    return Picture(figure, alt)


def tanh_slopes(h):
    """Draw tanh with a piece of tangent at each unit of a state (H,), and the slopes 1 - h²."""
    h = np.asarray(h)
    a, slopes = np.arctanh(h), 1 - h**2
    reach = max(2.6, 1.15 * np.abs(a).max())
    line = np.linspace(-reach, reach, 241)
    figure, (left, right) = new_figure(2, width=8.2, height=3.2)
    left.plot(line, np.tanh(line), color=COLOURS["hidden"], linewidth=2)
    right.plot(np.tanh(line), 1 - np.tanh(line) ** 2, color=COLOURS["gradient"], linewidth=2)
    for i, (x, y, slope) in enumerate(zip(a, h, slopes, strict=True)):
        run = np.array([-0.55, 0.55]) / np.hypot(1, slope)
        left.plot(x + run, y + slope * run, color=INKS["ink"], linewidth=2.4)
        left.plot(x, y, MARKERS["hidden"], color=INKS["hidden"], markersize=6)
        right.plot(y, slope, MARKERS["gradient"], color=INKS["gradient"], markersize=7)
        for ax, point, shift in ((left, (x, y), _beside(h, i)), (right, (y, slope), (10, -4))):
            ax.annotate(
                f"unit {i}",
                point,
                xytext=shift,
                textcoords="offset points",
                fontsize=10,
                color=INKS["ink"],
            )
    left.set_ylim(-1.25, 1.15)
    right.set_ylim(-0.05, 1.1)
    label(left, "tanh, and its slope at three units", "a", "h = tanh(a)")
    label(right, "The slope, read off h", "h", "1 − h²")
    alt = (
        "Left: the curve of tanh with a short tangent at each unit, steep for the unit near 0 and "
        "almost flat for those near -1. Right: the slope 1 - h squared, an arch of height 1 at "
        "h = 0 that falls to 0 at -1 and 1."
    )
    return Picture(figure, alt)


def _beside(h, i):
    """Where a unit's name goes, so that names of units close together do not meet."""
    below = np.sum(h < h[i])
    return (-38, 10) if below % 2 == 0 else (9, -13)


def weight_shares(das, hs):
    """Draw each step's share of dWhh, the outer product of das[t] and hs[t], and their sum."""
    shares = [np.outer(da, h) for da, h in zip(das, hs, strict=False)]
    total = np.sum(shares, axis=0)
    T, H = len(shares), len(total)
    figure, axes = new_figure(T + 1, width=2.15 * (T + 1), height=2.9)
    top = 1.5 * max(np.abs(total).max(), *(np.abs(share).max() for share in shares))
    for place, (ax, values) in enumerate(zip(axes, [*shares, total], strict=True)):
        ax.imshow(np.abs(values), cmap=_PINKS, vmin=0, vmax=top)
        ax.grid(False)
        for j, i in np.ndindex(H, H):
            ax.text(
                i,
                j,
                signed(values[j, i]),
                ha="center",
                va="center",
                fontsize=9.5,
                color=INKS["ink"],
                fontweight="bold" if place == T else "normal",
            )
        ax.set_xticks(range(H))
        ax.set_yticks(range(H))
        ax.tick_params(length=0)
        ax.spines[:].set(visible=True, color=COLOURS["grid"])
        title = "=  dWhh" if place == T else f"{'+  ' if place else ''}step {place}"
        label(ax, title, "from unit", "to unit" if place == 0 else "")
    alt = (
        f"{T} matrices of {H} by {H} numbers, one for each time step, and their sum, the gradient "
        "of Whh. That of step 0 is all zeros, since the state before it was zero."
    )
    return Picture(figure, alt)


def difference_errors(steps, one_sided, central):
    """Draw how far the two differences are off, over the step, both axes logarithmic."""
    figure, ax = new_figure(width=7.4, height=3.6)
    for name, errors, role, style in (
        ("one-sided", one_sided, "memory", "--"),
        ("central", central, "input", "-"),
    ):
        errors = np.maximum(errors, 1e-13)
        ax.loglog(
            steps,
            errors,
            style,
            marker=MARKERS[role],
            color=INKS[role],
            linewidth=1.8,
            markersize=6,
            label=name,
        )
    ax.legend(frameon=False, fontsize=10.5, loc="upper center")
    label(ax, "How far a numerical slope is off", "step", "error (nats per unit of weight)")
    alt = (
        "Error over step on logarithmic axes, for one-sided and central differences. Both are V "
        "shaped: at large steps the error falls as the step shrinks, twice as fast for the central "
        "one; at tiny steps both errors rise again. The central one reaches far lower."
    )
    return Picture(figure, alt)


def truncation(chunks=3, length=5):
    """Draw chunks of time steps: the state crosses their borders, the blame does not."""
    figure, ax = new_figure(width=8.6, height=2.7)
    bare(ax)
    label(ax, "The state crosses the borders of the chunks, the blame does not")
    gap = 1.3
    starts = [chunk * (length - 1 + gap) for chunk in range(chunks)]
    ax.set_xlim(-1.0, starts[-1] + length + 0.1)
    ax.set_ylim(-1.35, 1.5)
    for chunk, start in enumerate(starts):
        ax.add_patch(
            Rectangle(
                (start - 0.45, -0.75),
                length - 0.1,
                1.5,
                facecolor="none",
                edgecolor=COLOURS["muted"],
                linewidth=1.1,
                linestyle=(0, (4, 3)),
            )
        )
        ax.text(
            start + (length - 1) / 2,
            0.95,
            f"chunk {chunk}",
            ha="center",
            fontsize=10.5,
            color=INKS["muted"],
        )
        for step in range(length):
            x = start + step
            ax.plot(x, 0, MARKERS["hidden"], color=INKS["hidden"], markersize=11)
            if step:
                _arrow(ax, (x - 0.8, 0.22), (x - 0.2, 0.22), "hidden", width=1.6)
                _arrow(ax, (x - 0.2, -0.25), (x - 0.8, -0.25), "gradient", width=2.2)
        if chunk:
            _arrow(ax, (start - gap + 0.2, 0.22), (start - 0.2, 0.22), "hidden", width=1.6)
            ax.text(
                start - gap / 2,
                -0.27,
                "×",
                ha="center",
                va="center",
                fontsize=17,
                fontweight="bold",
                color=INKS["gradient"],
            )
    middle = (starts[-1] + length - 1) / 2
    ax.text(
        middle,
        -1.2,
        "pink, below: the blame goes back to the border of its chunk and stops there (×)",
        ha="center",
        fontsize=10.5,
        color=INKS["gradient"],
    )
    ax.text(
        middle,
        1.3,
        "green, above: the state goes on from chunk to chunk",
        ha="center",
        fontsize=10.5,
        color=INKS["hidden"],
    )
    alt = (
        f"{chunks} chunks of {length} time steps each. Arrows for the state run forwards through "
        "all of them and across the borders. Arrows for the blame run backwards inside each chunk, "
        "with a cross at each border, where they stop."
    )
    return Picture(figure, alt)


def gradient_norm_by_step(lengths, floor=1e-8):
    """Draw the length of dh over the distance from the prediction that is blamed.

    lengths: {name: (T,) lengths}, nearest first; what lies below floor is off the chart.
    """
    figure, ax = new_figure(width=7.6, height=3.5)
    looks = (("muted", "--", "o"), ("gradient", "-", MARKERS["gradient"]), ("input", ":", "D"))
    for (name, values), (role, style, marker) in zip(lengths.items(), looks, strict=False):
        values = np.asarray(values)
        ax.semilogy(
            range(len(values)),
            values,
            style,
            marker=marker,
            color=INKS[role],
            linewidth=1.8,
            markersize=5,
            label=name,
        )
    ax.set_ylim(floor, 1)
    ax.legend(frameon=False, fontsize=10.5)
    label(
        ax,
        "How much blame is left on the way back",
        "steps back from the prediction",
        "|dh| (nats per unit)",
    )
    alt = (
        "Length of the blame over the distance back in time, on a logarithmic axis, for "
        f"{' and '.join(lengths)}. Without training it drops off the chart within a few steps; "
        "after training it falls far more slowly and reaches the far end of the chunk."
    )
    return Picture(figure, alt)


# As the lessons call them
blame_back, blame_lengths_back = backprop_chain, gradient_norm_by_step
