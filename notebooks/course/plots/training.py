"""Figures of training: the text in chunks, the loss as it falls, and how good it is."""

import numpy as np
from matplotlib.patches import FancyArrowPatch, Rectangle
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from .style import COLOURS, INKS, Picture, bare, drawn, label, new_figure

__all__ = ["baseline_bars", "by_position", "chunked", "ladder", "losses", "smoothed"]

_LOOKS = [("gradient", "-"), ("hidden", "--"), ("input", "-."), ("memory", ":")]
_MOST_POINTS = 4000  # more than a figure has pixels


def smoothed(losses, keep=0.99):
    """Return a curve as long as losses, that follows them slowly: each loss pulls it a little.

    It is corrected for its start, as Adam's memories are: no loss counts for more than later ones.
    """
    losses = np.asarray(losses, dtype=float)
    curve, now = np.empty_like(losses), 0.0
    for i, loss in enumerate(losses.tolist()):
        now = keep * now + (1 - keep) * loss
        curve[i] = now / (1 - keep ** (i + 1))
    return curve


def losses(
    losses,
    *,
    trend=None,
    band=None,
    marks=None,
    baselines=None,
    characters=None,
    log=True,
    title="The loss as it learns",
):
    """Draw losses (N,) by iteration, or several curves: {name: (N,)}.

    trend       a smoothed curve over it; one that is shorter belongs to the last iterations
    band        losses of several runs (S, N): the range they cover, and their median
    marks       {name: {iteration: loss}}, single points to compare with
    baselines   {name: nats per character}, drawn as lines
    characters  how many characters each loss is summed over; if given, the axis shows nats per
                character (baselines need it), else nats per iteration
    log         whether the axis is logarithmic
    """
    if baselines and not characters:
        raise ValueError("Baselines are in nats per character: give `characters`, as in 25.")
    scale = 1 / (characters or 1)
    several = isinstance(losses, dict)
    curves = {
        name: np.asarray(c) * scale
        for name, c in (losses if several else {"each iteration": losses}).items()
    }
    figure, ax = new_figure(width=8.0, height=3.6)
    last = max((len(curve) for curve in curves.values()), default=0)
    if band is not None:
        last = max(last, _draw_band(ax, np.asarray(band) * scale))
    for (name, curve), (role, dash) in zip(curves.items(), _LOOKS * len(curves), strict=False):
        pale = trend is not None and not several
        look = (
            {"color": "#B9BEC8", "linewidth": 0.8}
            if pale
            else {"color": INKS[role], "linestyle": dash, "linewidth": 1.1}
        )
        ax.plot(*_thinned(curve), label=name, **look)
    if trend is not None:
        trend, N = np.asarray(trend) * scale, len(next(iter(curves.values())))
        x, y = _thinned(trend)
        ax.plot(x + N - len(trend), y, color=INKS["gradient"], linewidth=2.0, label="trend")
    for name, points in (marks or {}).items():
        ax.plot(
            list(points),
            [loss * scale for loss in points.values()],
            "D",
            markersize=8,
            markerfacecolor="white",
            markeredgecolor=INKS["ink"],
            markeredgewidth=1.8,
            label=name,
            zorder=5,
            clip_on=False,
        )
    if log:
        _log_axis(ax)
    else:
        ax.set_ylim(bottom=0)
    ax.set_xlim(-0.01 * last, last)
    _draw_baselines(ax, baselines or {})
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    if len(ax.get_legend_handles_labels()[0]) > 1:
        ax.legend(
            fontsize=10,
            labelcolor=COLOURS["ink"],
            framealpha=0.9,
            loc="lower left" if log and band is None else "upper right",
            edgecolor="none",
            facecolor="white",
        )
    unit = "nats per character" if characters else "nats per iteration"
    label(ax, title, "iteration", f"loss, {unit}")
    return Picture(figure, _losses_alt(curves, trend, band, marks, baselines, log, unit))


def _thinned(curve):
    """Every k-th point of a long curve, and where it stands."""
    x = np.arange(0, len(curve), max(1, len(curve) // _MOST_POINTS))
    return x, np.asarray(curve)[x]


def _draw_band(ax, runs):
    x, _ = _thinned(runs[0])
    runs = runs[:, x]
    ax.fill_between(
        x,
        runs.min(axis=0),
        runs.max(axis=0),
        color=COLOURS["hidden"],
        alpha=0.22,
        linewidth=0,
        label=f"{len(runs)} random starts: their range",
    )
    ax.plot(
        x,
        np.median(runs, axis=0),
        color=INKS["hidden"],
        linewidth=1.6,
        linestyle="--",
        label="their median",
    )
    return x[-1] + 1


def _draw_baselines(ax, baselines):
    """Lines across, each named at the right edge; names that would touch are moved apart."""
    to_axes = ax.transData + ax.transAxes.inverted()
    lowest_free = np.inf
    for name, height in sorted(baselines.items(), key=lambda item: -item[1]):
        ax.axhline(height, color=COLOURS["muted"], linewidth=1.1, linestyle=(0, (5, 3)))
        place = min(float(to_axes.transform((1, height))[1]), lowest_free)
        lowest_free = place - 0.06
        ax.annotate(
            name,
            (1, place),
            xycoords="axes fraction",
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            fontsize=9.5,
            color=COLOURS["muted"],
        )


def _log_axis(ax):
    """A log axis with plain numbers on it: 0.01, 0.1, 1, 10."""
    ax.set_yscale("log")
    low, high = ax.get_ylim()
    ax.yaxis.set_major_locator(LogLocator(10, subs=(1, 2, 5) if high / low < 100 else (1,)))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    ax.yaxis.set_minor_formatter(NullFormatter())


def _losses_alt(curves, trend, band, marks, baselines, log, unit):
    axis = "a log axis" if log else "a linear axis"
    parts = [f"The loss by iteration, in {unit}, on {axis}."]
    for name, curve in curves.items():
        what = "It" if len(curves) == 1 else f"The curve “{name}”"
        parts.append(f"{what} {_course(curve)}.")
    if trend is not None:
        parts.append("A smooth trend runs through the pale, shaking curve.")
    if band is not None:
        parts.append(f"A band shows the range of {len(band)} random starts, a line their median.")
    for name, points in (marks or {}).items():
        parts.append(f"Diamonds mark {name} at {', '.join(f'{x:,}' for x in points)}.")
    if baselines:
        parts.append(f"Dashed lines stand at the losses of: {', '.join(baselines)}.")
    return " ".join(parts)


def _course(curve):
    """What a curve does from its start to its end, in words that hold on every machine."""
    end = float(np.mean(curve[-max(1, len(curve) // 20) :]))
    fall = float(curve[0]) / end if end > 0 else np.inf
    if not np.isfinite(end):
        return "ends in numbers too large to draw"
    for least, words in (
        (50, "falls by far more than ten times"),
        (3, "falls to a fraction of its start"),
        (1.05, "falls a little"),
    ):
        if fall > least:
            return words
    return "stays where it began" if fall > 0.95 else "rises"


def chunked(text, seq_length):
    """Draw how a text is cut into chunks: inputs, targets one place on, and the state between."""
    count = max(0, (len(text) - 1) // seq_length)
    figure, ax = new_figure(width=8.0, height=2.9)
    bare(ax)
    gap, left = 1.6, -2.0
    width = count * (seq_length + gap) - gap
    indent = max(0.0, (width - len(text)) / 2)  # the whole text stands above the middle
    ax.set_xlim(left - 0.7, max(len(text), width) + 0.2)
    ax.set_ylim(-0.75, 4.0)
    for i, char in enumerate(text):
        _cell(ax, indent + i, 3.0, char, "ink")
    for row, name, role in (
        (3.0, "the text", "ink"),
        (1.5, "inputs", "input"),
        (0.5, "targets", "output"),
    ):
        ax.text(left, row, name, ha="left", va="center", fontsize=11, color=INKS[role])
    for number in range(count):
        start, x = number * seq_length, number * (seq_length + gap)
        for i in range(seq_length):
            _cell(ax, x + i, 1.5, text[start + i], "input")
            _cell(ax, x + i, 0.5, text[start + i + 1], "output")
        if number:
            _arrow(ax, (x - gap - 0.45, 1.5), (x - 0.6, 1.5))
            ax.text(
                x - gap / 2 - 0.5,
                1.62,
                "h",
                ha="center",
                va="bottom",
                fontsize=12,
                color=INKS["hidden"],
                fontweight="bold",
                style="italic",
            )
        ax.text(
            x + (seq_length - 1) / 2,
            -0.35,
            f"chunk {number}",
            ha="center",
            va="center",
            fontsize=10,
            color=COLOURS["muted"],
        )
    label(ax, f"“{text}” in chunks of {seq_length}")
    alt = (
        f"The text {text} cut into {count} chunks of {seq_length} inputs each. Below every input "
        "stands its target, the next character of the text, so the last target of a chunk is also "
        "the first input of the next. An arrow carries the state h from each chunk to the next."
    )
    return Picture(figure, alt)


def _cell(ax, x, y, char, role):
    fill = COLOURS[role] if role != "ink" else COLOURS["grid"]
    ax.add_patch(Rectangle((x - 0.45, y - 0.4), 0.9, 0.8, facecolor=fill, alpha=0.28, linewidth=0))
    ax.add_patch(
        Rectangle(
            (x - 0.45, y - 0.4), 0.9, 0.8, facecolor="none", edgecolor=INKS[role], linewidth=1.0
        )
    )
    ax.text(x, y - 0.02, drawn(char), ha="center", va="center", fontsize=13, color=INKS[role])


def _arrow(ax, start, end):
    ax.add_patch(
        FancyArrowPatch(
            start,
            end,
            arrowstyle="-|>",
            mutation_scale=13,
            linewidth=1.8,
            shrinkA=0,
            shrinkB=0,
            color=INKS["hidden"],
        )
    )


def by_position(curves, baselines=None):
    """Draw the mean loss of the first, second, ... character of a chunk: {name: (T,)}.

    baselines are the losses (n,) of n-gram models for n = 2, 3, ...: what can be known from as many
    characters as have been read since the chunk began.
    """
    figure, ax = new_figure(width=8.0, height=3.4)
    for (name, curve), (role, dash, marker) in zip(curves.items(), _POSITION_LOOKS, strict=False):
        ax.plot(
            np.arange(1, len(curve) + 1),
            curve,
            dash,
            color=INKS[role],
            marker=marker,
            markersize=5,
            linewidth=1.8,
            label=name,
        )
    if baselines is not None:
        places = np.arange(1, len(baselines) + 1)
        ax.plot(
            places,
            baselines,
            "D",
            markersize=9,
            markerfacecolor="none",
            label="n-gram tables",
            markeredgecolor=INKS["ink"],
            markeredgewidth=1.5,
            zorder=5,
        )
        for place, height in zip(places.tolist(), baselines, strict=True):
            ax.annotate(
                f"{place + 1}-gram",
                (place, height),
                xytext=(-8, -11),
                ha="right",
                textcoords="offset points",
                fontsize=9.5,
                color=COLOURS["muted"],
            )
    ax.set_yscale("log")
    ax.set_ylim(top=1.5 * max(float(np.max(curve)) for curve in curves.values()))
    _log_axis(ax)
    ax.set_xlim(left=-1.9)
    ax.set_xticks([1, *range(5, 1 + max(map(len, curves.values())), 5)])
    ax.legend(frameon=False, fontsize=10, labelcolor=COLOURS["ink"], loc="upper right")
    label(ax, "Where in a chunk the loss comes from", "character of the chunk", "mean loss, nats")
    alt = (
        f"The mean loss at each place in a chunk, on a log axis, for: {', '.join(curves)}. With "
        "the state carried on the curve is flat and low from the first character. From zeros it "
        "starts high and comes down with every character read"
        + (", close to tables that know 1, 2, 3 characters." if baselines is not None else ".")
    )
    return Picture(figure, alt)


_POSITION_LOOKS = [("hidden", "-", "s"), ("memory", "--", "v"), ("input", ":", "o")]


def baseline_bars(baselines, network=None):
    """Draw losses of n-gram models {name: nats per character} as bars, on a log axis.

    network: {name: nats per character}, bars of another kind below.
    """
    network = network or {}
    bars = [*baselines.items(), *network.items()]
    figure, ax = new_figure(width=7.4, height=0.36 * len(bars) + 1.3)
    lowest = min(height for _, height in bars) / 2
    for y, (name, height) in enumerate(bars):
        role = "hidden" if name in network else "muted"
        ax.barh(
            y,
            height - lowest,
            left=lowest,
            height=0.62,
            color=INKS[role],
            alpha=1.0 if name in network else 0.45,
        )
        ax.annotate(
            f"{height:.2g}",
            (height, y),
            xytext=(5, 0),
            textcoords="offset points",
            va="center",
            fontsize=10,
            color=COLOURS["ink"],
        )
    ax.set_yticks(range(len(bars)), [name for name, _ in bars])
    ax.tick_params(axis="y", labelsize=10.5, length=0, labelcolor=COLOURS["ink"])
    ax.invert_yaxis()
    ax.set_xscale("log")
    ax.set_xlim(lowest, 2 * max(height for _, height in bars))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    ax.xaxis.set_minor_formatter(NullFormatter())
    ax.grid(axis="y", visible=False)
    label(ax, "How good is good?", "loss, nats per character")
    alt = f"Bars of the loss on a log axis, each shorter than the one above it: {', '.join(baselines)}."
    if network:
        alt += f" Below them, the network: {', '.join(network)}."
    return Picture(figure, alt)


ladder = baseline_bars  # as the lessons call it
