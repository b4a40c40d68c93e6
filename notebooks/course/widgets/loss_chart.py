"""The chart of a live training, as inline SVG: quick enough to be drawn several times a second."""

import html
import math

import numpy as np

from ..plots.style import INKS
from .live_training import beside_baselines
from .svg import image

WIDTH, HEIGHT = 760, 270
_LEFT, _RIGHT, _TOP, _BOTTOM = 58, 84, 10, 44
_BINS = 320  # points of a drawn curve, however many losses there are


def loss_chart(training, baselines):
    """Draw the losses, their trend and the baselines of a Training, on a log axis."""
    losses, trend = (a / training.characters for a in (training.losses, training.trend))
    first, last = training.first, training.first + training.goal
    low, high = _decades(trend, baselines)
    right, bottom = WIDTH - _RIGHT, HEIGHT - _BOTTOM

    def across(x):
        return _LEFT + (x - first) / (last - first) * (right - _LEFT)

    def down(y):
        y = np.clip(np.nan_to_num(y, nan=np.inf), 10.0**low, 10.0**high)
        return bottom - (np.log10(y) - low) / (high - low) * (bottom - _TOP)

    parts = []
    for value, heavy in _ticks(low, high):
        y = float(down(value))
        parts.append(
            f'<line x1="{_LEFT}" x2="{right}" y1="{y:.1f}" y2="{y:.1f}" stroke="currentColor" '
            f'stroke-opacity="{0.2 if heavy else 0.1}"/><text x="{_LEFT - 6}" y="{y + 4:.1f}" '
            f'text-anchor="end">{value:g}</text>'
        )
    for value, anchor in ((first, "start"), ((first + last) // 2, "middle"), (last, "end")):
        parts.append(
            f'<text x="{across(value):.0f}" y="{bottom + 17}" text-anchor="{anchor}">'
            f"{value:,}</text>"
        )
    parts += _lines_across(baselines, down, right)
    if len(losses):
        x, least, most, ends = _binned(losses, trend)
        x = across(first + x)
        outline = [*zip(x, down(most), strict=True), *zip(x[::-1], down(least)[::-1], strict=True)]
        parts.append(
            f'<polygon points="{_points(outline)}" fill="currentColor" fill-opacity="0.28" '
            'stroke="currentColor" stroke-opacity="0.28"/>'
            f'<polyline points="{_points(zip(x, down(ends), strict=True))}" fill="none" '
            f'stroke="{INKS["gradient"]}" stroke-width="2.5"/>'
        )
    parts.append(
        f'<text x="{(_LEFT + right) / 2:.0f}" y="{HEIGHT - 6}" text-anchor="middle">iteration '
        f"(pale: each one; line: their trend{'; dashed: baselines' if baselines else ''})</text>"
        f'<text transform="translate(12 {(_TOP + bottom) / 2:.0f}) rotate(-90)" '
        'text-anchor="middle">loss, nats per character</text>'
    )
    return image(described(training, baselines), WIDTH, HEIGHT, "".join(parts))


def described(training, baselines):
    """What is to be seen in the chart."""
    if not training.done:
        return "An empty chart, waiting for the first loss."
    loss = training.trend[-1] / training.characters
    return (
        f"The loss by iteration on a log axis: after {training.done:,} of {training.goal:,} "
        f"iterations its trend stands at {loss:.2g} nats per character{beside_baselines(loss, baselines)}."
    )


def _decades(trend, baselines):
    """Powers of ten between which everything lies, so that the axis seldom moves."""
    seen = [*trend[np.isfinite(trend) & (trend > 0)], *baselines.values()]
    low = math.floor(math.log10(min(seen, default=1.0)))
    return max(-12, min(low, 0)), 1


def _ticks(low, high):
    for power in range(low, high + 1):
        yield 10.0**power, True
        if high - low == 1 and power < high:
            yield from ((step * 10.0**power, False) for step in (2, 5))


def _lines_across(baselines, down, right):
    """Dashed lines, named at the right; names that would touch are moved apart."""
    parts, free = [], 0.0
    for name, mark in sorted(baselines.items(), key=lambda item: -item[1]):
        y = float(down(mark))
        free = max(y, free + 13)
        parts.append(
            f'<line x1="{_LEFT}" x2="{right}" y1="{y:.1f}" y2="{y:.1f}" stroke="currentColor" '
            f'stroke-dasharray="6 4"/><text x="{right + 5}" y="{free + 4:.1f}">'
            f"{html.escape(name)}</text>"
        )
    return parts


def _binned(losses, trend):
    """Where each bin ends, its smallest and largest loss, and the trend at its end."""
    size = -(-len(losses) // _BINS)
    starts = np.arange(0, len(losses), size)
    ends = np.append(starts[1:], len(losses)) - 1
    least, most = np.minimum.reduceat(losses, starts), np.maximum.reduceat(losses, starts)
    return ends, least, most, trend[ends]


def _points(pairs):
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in pairs)
