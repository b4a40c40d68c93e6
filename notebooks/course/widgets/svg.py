"""Small charts as inline SVG: quick enough to follow a slider, sharp, and in the page's theme."""

import html
import math
from dataclasses import dataclass

import numpy as np

from ..plots.style import INKS

FONT = "var(--jp-ui-font-family, system-ui, sans-serif)"
_DASHES = {"solid": "", "dashed": "7 4", "dotted": "2 4"}
_LEFT, _TOP, _BOTTOM = 58, 30, 44


@dataclass(frozen=True)
class Line:
    """A named curve; `role` picks its colour (a key of INKS), `dash` tells it apart without."""

    name: str
    x: np.ndarray
    y: np.ndarray
    role: str = "ink"
    dash: str = "solid"


def image(alt, width, height, content):
    """Wrap SVG content as an image with a description."""
    return (
        f'<svg role="img" aria-label="{html.escape(alt)}" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" style="max-width: 100%; height: auto" '
        f'font-family="{FONT}" font-size="12" fill="currentColor">{content}</svg>'
    )


def colour(role):
    """The ink of a role; plain ink follows the theme."""
    return "currentColor" if role in ("ink", "muted") else INKS[role]


def line_chart(title, lines, alt, *, x="", y="", width=400, height=250, y_range, log=False):
    """Draw curves on one pair of axes and return the SVG.

    y_range (low, high) is fixed by the caller, so that the axes hold still while a slider moves;
    what lies outside is cut at the edge. log puts powers of ten at equal distances.
    """
    right = width - 16
    xs = np.concatenate([np.asarray(line.x, float) for line in lines])
    x_low, x_high = float(xs.min()), max(float(xs.max()), float(xs.min()) + 1e-9)
    scale = math.log10 if log else float
    low, high = scale(y_range[0]), scale(y_range[1])
    bottom = height - _BOTTOM

    def place(px, py):
        across = _LEFT + (px - x_low) / (x_high - x_low) * (right - _LEFT)
        py = scale(max(py, 1e-300)) if log else py
        share = min(max((py - low) / (high - low), 0.0), 1.0)
        return f"{across:.1f},{bottom - share * (bottom - _TOP):.1f}"

    parts = [
        f'<text x="{_LEFT}" y="15" font-size="13" font-weight="600">{html.escape(title)}</text>'
    ]
    for tick in _ticks(low, high, log):
        value = 10.0**tick if log else tick
        height_of = place(x_low, value).split(",")[1]
        parts.append(
            f'<line x1="{_LEFT}" x2="{right}" y1="{height_of}" y2="{height_of}" '
            f'stroke="currentColor" stroke-opacity="0.18"/>'
            f'<text x="{_LEFT - 6}" y="{float(height_of) + 4:.1f}" text-anchor="end">'
            f"{_number(value)}</text>"
        )
    for value in (x_low, x_high):
        across = place(value, y_range[0]).split(",")[0]
        parts.append(
            f'<text x="{across}" y="{bottom + 15}" text-anchor="middle">{_number(value)}</text>'
        )
    parts += [_curve(line, place) for line in lines]
    parts.append(
        f'<text x="{(_LEFT + right) / 2}" y="{bottom + 15}" text-anchor="middle">'
        f"{html.escape(x)}</text>"
        f'<text transform="translate(12 {(_TOP + bottom) / 2}) rotate(-90)" '
        f'text-anchor="middle">{html.escape(y)}</text>'
    )
    parts.append(_legend(lines, height - 8, right))
    return image(alt, width, height, "".join(parts))


def bar_chart(title, bars, alt, *, y="", width=400, height=250, high):
    """Draw named groups of bars: {name: {series: value}}; series by role, in one order."""
    bottom, right = height - _BOTTOM, width - 16
    parts = [
        f'<text x="{_LEFT}" y="15" font-size="13" font-weight="600">{html.escape(title)}</text>'
    ]
    step = (right - _LEFT) / len(bars)
    for place, (name, group) in enumerate(bars.items()):
        thick = 0.7 * step / len(group)
        for number, (role, value) in enumerate(group.items()):
            tall = min(max(value / high, 0.0), 1.0) * (bottom - _TOP)
            left = _LEFT + place * step + 0.15 * step + number * thick
            hollow = f'fill="none" stroke="{colour(role)}" stroke-width="1.5"'
            fill = hollow if number == 0 and len(group) > 1 else f'fill="{colour(role)}"'
            parts.append(
                f'<rect x="{left:.1f}" y="{bottom - tall:.1f}" width="{0.9 * thick:.1f}" '
                f'height="{tall:.1f}" {fill}><title>{html.escape(name)}: {value:.3g}</title></rect>'
            )
        parts.append(
            f'<text x="{_LEFT + (place + 0.5) * step:.1f}" y="{bottom + 15}" '
            f'text-anchor="middle">{html.escape(name)}</text>'
        )
    parts.append(
        f'<line x1="{_LEFT}" x2="{right}" y1="{bottom}" y2="{bottom}" stroke="currentColor"/>'
        f'<text x="{_LEFT - 6}" y="{_TOP + 4}" text-anchor="end">{_number(high)}</text>'
        f'<text x="{_LEFT - 6}" y="{bottom + 4}" text-anchor="end">0</text>'
        f'<text transform="translate(12 {(_TOP + bottom) / 2}) rotate(-90)" '
        f'text-anchor="middle">{html.escape(y)}</text>'
    )
    return image(alt, width, height, "".join(parts))


def _curve(line, place):
    points = " ".join(
        place(px, py) for px, py in zip(line.x, line.y, strict=True) if math.isfinite(py)
    )
    return (
        f'<polyline points="{points}" fill="none" stroke="{colour(line.role)}" stroke-width="2" '
        f'stroke-dasharray="{_DASHES[line.dash]}"/>'
    )


def _legend(lines, y, right):
    step = (right - _LEFT) / len(lines)
    return "".join(
        f'<line x1="{_LEFT + place * step:.0f}" x2="{_LEFT + place * step + 22:.0f}" y1="{y - 4}" '
        f'y2="{y - 4}" stroke="{colour(line.role)}" stroke-width="2" '
        f'stroke-dasharray="{_DASHES[line.dash]}"/>'
        f'<text x="{_LEFT + place * step + 28:.0f}" y="{y}">{html.escape(line.name)}</text>'
        for place, line in enumerate(lines)
    )


def _ticks(low, high, log):
    if log:
        step = max(1, math.ceil((high - low) / 6))
        return range(math.ceil(low), math.floor(high) + 1, step)
    return np.linspace(low, high, 5).tolist()


def _number(value):
    if value == 0 or 0.01 <= abs(value) < 10_000:
        return f"{value:.3g}"
    return f"1e{round(math.log10(abs(value)))}" if value > 0 else f"{value:.0e}"
