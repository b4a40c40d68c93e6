"""SGD and Adagrad from one start: down a valley, and on a small network that reads the verse."""

from dataclasses import dataclass

import ipywidgets
import numpy as np

from ..plots.optimisers import START, by_pass, descend, verse_losses
from .base import Panel, text, write
from .svg import Line, colour, image, line_chart

_DIGITS = ("1", "1.5", "2", "3", "4", "5", "7")
RATES = (*(float(f"{digits}e{power}") for power in (-3, -2, -1) for digits in _DIGITS), 1.0)
STEPS, STEEPNESS = (1, 80), (1, 200)
LOOKS = {"SGD": ("gradient", "solid"), "Adagrad": ("memory", "dashed")}
GUESS = 25 * np.log(22)


@dataclass(frozen=True)
class Race:
    """How far both have come, by name."""

    paths: dict  # (steps + 1, 2) weights in the valley: quiet, loud
    losses: dict  # (n,) losses on the verse, averaged over five updates each
    steepness: float


def race(sgd, adagrad, steps, steepness):
    """Run SGD and Adagrad with these learning rates; steps and steepness are the valley's."""
    rates = {"SGD": sgd, "Adagrad": adagrad}
    paths = {name: descend(name, rate, steps, float(steepness)) for name, rate in rates.items()}
    losses = {name: by_pass(verse_losses(name, rate)) for name, rate in rates.items()}
    return Race(paths, losses, float(steepness))


def verdict(path):
    """In a few words, where a path through the valley has led."""
    apart = float(np.abs(path[-1]).max())
    if apart > 3:
        return "has flown out of the valley"
    quiet, loud = np.abs(path[-1])
    if apart < 0.02:
        return "is at the bottom"
    if loud > 2 * quiet:
        return f"still swings across ({loud:.2f} from the middle)"
    return f"has {apart:.2f} to go"


def in_words(found):
    """Two sentences (HTML) on how the race stands."""
    valley = " and ".join(f"<b>{name}</b> {verdict(path)}" for name, path in found.paths.items())
    ends = {name: losses[-3:].mean() for name, losses in found.losses.items()}
    verse = " and ".join(f"<b>{name}</b> has come to {_loss(end)}" for name, end in ends.items())
    return (
        f"In the valley, after {len(found.paths['SGD']) - 1} steps, {valley}. On the verse "
        f"{verse}, where a blind guess has {GUESS:.0f}."
    )


def _loss(loss):
    return f"a loss of {loss:.3g}" if loss < 1000 else "a loss beyond 1,000"


def charts(found):
    """Two charts (SVG): both paths in the valley, and both losses on the verse."""
    count = 5 * np.arange(1, len(found.losses["SGD"]) + 1)
    lines = [
        Line(name, count, np.minimum(losses, 1000), *LOOKS[name])
        for name, losses in found.losses.items()
    ]
    lines.append(Line("blind guess", count[[0, -1]], np.array([GUESS, GUESS]), "ink", "dotted"))
    ends = ", ".join(
        f"{name} at {_loss(losses[-3:].mean())}" for name, losses in found.losses.items()
    )
    curves = line_chart(
        "On the verse, 16 hidden units",
        lines,
        f"Losses over {count[-1]} iterations; at the end {ends}.",
        x="iteration",
        y="nats per 25 characters",
        y_range=(0, 120),
    )
    return plane(found), curves


def plane(found, width=400, height=250):
    """Draw the valley from above, with contour lines and both paths, and return the SVG."""
    left, top, wide, tall = 58, 30, width - 74, height - 74
    across, up = 1.3, 1.3  # what the frame shows, either way from the middle

    def place(points):
        points = np.clip(points, -50, 50) / (across, -up)
        return ((points + 1) / 2 * (wide, tall)).tolist()

    inside = [
        f'<ellipse cx="{wide / 2:.1f}" cy="{tall / 2:.1f}" rx="{reach / across * wide / 2:.1f}" '
        f'ry="{reach / up / np.sqrt(found.steepness) * tall / 2:.1f}" fill="none" '
        'stroke="currentColor" stroke-opacity="0.3"/>'
        for reach in (0.35, 0.75, 1.3, 2.2, 3.6, 5.6, 8.4, 12.0, 16.0)
    ]
    for name, path in found.paths.items():
        inside.append(_path(place(path), *LOOKS[name]))
    x, y = place((0, 0))
    inside.append(
        f'<path d="M{x - 6:.1f} {y:.1f}h12M{x:.1f} {y - 6:.1f}v12" '
        'stroke="currentColor" stroke-width="2"/>'
    )
    x, y = place(START)
    inside.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4.5" fill="currentColor"/>')
    content = (
        f'<text x="{left}" y="15" font-size="13" font-weight="600">In the valley</text>'
        f'<svg x="{left}" y="{top}" width="{wide}" height="{tall}" overflow="hidden">'
        f"{''.join(inside)}</svg>"
        f'<rect x="{left}" y="{top}" width="{wide}" height="{tall}" fill="none" '
        'stroke="currentColor" stroke-opacity="0.5"/>'
        f'<text x="{left + wide / 2}" y="{top + tall + 15}" text-anchor="middle">'
        "quiet weight</text>"
        f'<text transform="translate({left - 10} {top + tall / 2}) rotate(-90)" '
        'text-anchor="middle">loud weight</text>' + _legend(left, height - 8, wide)
    )
    fates = "; ".join(f"{name} {verdict(path)}" for name, path in found.paths.items())
    alt = (
        f"A valley {found.steepness:g} times as steep for the loud weight as for the quiet one, "
        f"and two paths of {len(found.paths['SGD']) - 1} steps from one start: {fates}."
    )
    return image(alt, width, height, content)


def _path(points, role, dash):
    """A path with a mark at each step: round on a solid line, square on a dashed one."""
    places = [f"{x:.1f},{y:.1f}" for x, y in points]
    stroke = f'fill="none" stroke="{colour(role)}"'
    dashes, cap, size = ("", "round", 6)
    if dash == "dashed":
        dashes, cap, size = ('stroke-dasharray="7 4"', "square", 5)
    return (
        f'<polyline points="{" ".join(places)}" {stroke} stroke-width="1.5" {dashes}/>'
        f'<path d="M{"h0M".join(places)}h0" {stroke} stroke-width="{size}" stroke-linecap="{cap}"/>'
    )


def _legend(left, y, wide):
    parts, step = [], wide / 3
    for number, (name, look) in enumerate(LOOKS.items()):
        x = left + number * step
        parts.append(
            f"{_path([(x, y - 4), (x + 24, y - 4)], *look)}"
            f'<text x="{x + 32:.0f}" y="{y}">{name}</text>'
        )
    x = left + 2 * step
    parts.append(
        f'<path d="M{x} {y - 4}h10M{x + 5} {y - 9}v10" stroke="currentColor" '
        f'stroke-width="2"/><text x="{x + 18:.0f}" y="{y}">bottom</text>'
    )
    return "".join(parts)


def optimizer_race(sgd=0.03, adagrad=0.2, steps=40, steepness=40):
    """Return a box to race SGD against Adagrad; learning rates are some of RATES."""
    style, wide = {"description_width": "180px"}, {"width": "480px"}
    options = [(f"{rate:g}", rate) for rate in RATES]
    controls = {
        "sgd": ipywidgets.SelectionSlider(
            options=options,
            value=sgd,
            description="Learning rate of SGD",
            tooltip="How far SGD goes for a gradient of 1",
            style=style,
            layout=wide,
        ),
        "adagrad": ipywidgets.SelectionSlider(
            options=options,
            value=adagrad,
            description="Learning rate of Adagrad",
            tooltip="How far Adagrad goes in its first step",
            style=style,
            layout=wide,
        ),
        "steps": ipywidgets.IntSlider(
            steps,
            min=STEPS[0],
            max=STEPS[1],
            description="Steps in the valley",
            tooltip="How many steps each takes down the valley",
            style=style,
            layout=wide,
        ),
        "steepness": ipywidgets.IntSlider(
            steepness,
            min=STEEPNESS[0],
            max=STEEPNESS[1],
            description="Steepness of the valley",
            tooltip="How much louder the loud weight is",
            style=style,
            layout=wide,
        ),
    }
    words, valley, curves = text(live=True), text(), text()
    words.layout.min_height = "4.5em"
    pictures = ipywidgets.HBox([valley, curves], layout={"flex_flow": "wrap"})
    panel = Panel(
        "SGD against Adagrad",
        "race SGD against Adagrad, down a valley and on the verse, with learning rates that you "
        "choose",
        [*controls.values(), words, pictures],
        says=words,
    )

    def update(_=None):
        found = race(*(control.value for control in controls.values()))
        write(words, in_words(found), live=True)
        for place, chart in zip((valley, curves), charts(found), strict=True):
            write(place, chart)

    for control in controls.values():
        control.observe(panel.guard(update), "value")
    panel.controls, panel.words, panel.valley, panel.curves = controls, words, valley, curves
    panel.guard(update)()
    return panel
