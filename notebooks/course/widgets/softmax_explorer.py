"""Move scores, shift them all, heat them, and see softmax hold where the naive version breaks."""

import html

import ipywidgets
import numpy as np

import rnn_core

from ..plots.probabilities import setting
from ..plots.style import COLOURS, visible
from . import svg
from .base import Panel, text, write

_WIDTH, _HEIGHT, _LEFT, _TOP, _BASE = 240, 214, 44, 40, 176  # pixels of one chart


def number(value):
    """A probability as the box shows it: two digits, or the word for what is no number."""
    return f"{value:.2f}" if np.isfinite(value) else str(float(value))


def entropy_words(now, characters):
    """What the probabilities say (HTML), and how undecided that is."""
    p = now.probabilities
    if not np.isfinite(p).all():
        return "<b>Not all of these are numbers.</b> Nothing can be said of them."
    best = visible(characters[int(p.argmax())])
    choices = np.exp(now.entropy)
    share = now.entropy / np.log(len(p)) if len(p) > 1 else 0.0
    word = next(
        word
        for limit, word in (
            (0.05, "almost certain"),
            (0.5, "leaning one way"),
            (0.9, "undecided"),
            (2.0, "close to an even guess"),
        )
        if share <= limit
    )
    return (
        f"Most probable: <b>{html.escape(best)}</b>, {number(p.max())}. Entropy "
        f"<b>{now.entropy:.2f} nats</b>, {word}: as unsure as among {choices:.1f} characters."
    )


def naive_words(now):
    """What became of the naive version (HTML), and why."""
    largest = f"{now.exponents.max():,.0f}".replace("-", "−")
    with np.errstate(all="ignore"):
        exps = np.exp(now.exponents)
        total = exps.sum()
    if np.isinf(exps).any():
        return f"Naive: <b>overflow</b>. exp({largest}) is too large for a float: inf / inf is nan."
    if np.isinf(total):
        return "Naive: <b>overflow</b>. Each exp fits, but their sum is inf, and every share 0."
    if total == 0:
        return f"Naive: <b>underflow</b>. Even exp({largest}) rounds to 0, and 0 / 0 is nan."
    off = np.abs(now.naive - now.probabilities).max()
    if not off < 0.005:  # nan of a learner's own softmax included
        return (
            f"Naive: <b>off by {number(off)}</b>. exp({largest}) is so small that a float "
            "keeps hardly a digit of it."
        )
    return f"Naive: the same. Its largest exponential, exp({largest}), still fits into a float."


def bars(title, characters, probabilities, *, hollow=False):
    """A bar chart (inline SVG) of probabilities, with the number on each bar."""
    step = (_WIDTH - _LEFT - 10) / len(characters)
    look = f'fill="{COLOURS["output"]}"'
    if hollow:
        look = 'fill="none" stroke-width="1.5" stroke-dasharray="4 2" stroke="currentColor"'
    parts = [f'<text x="0" y="14" font-size="13" font-weight="600">{html.escape(title)}</text>']
    for share in (0, 0.5, 1):
        y = _BASE - share * (_BASE - _TOP)
        parts.append(
            f'<line x1="{_LEFT}" x2="{_WIDTH - 8}" y1="{y}" y2="{y}" stroke="currentColor" '
            f'stroke-opacity="{0.18 if share else 1}"/>'
            f'<text x="{_LEFT - 6}" y="{y + 4}" text-anchor="end">{share:g}</text>'
        )
    for place, (char, p) in enumerate(zip(characters, probabilities, strict=True)):
        x = _LEFT + 1 + (place + 0.5) * step
        tall = float(np.clip(p, 0, 1)) * (_BASE - _TOP) if np.isfinite(p) else 0.0
        weight = "normal" if np.isfinite(p) else "bold"
        parts.append(
            f'<rect x="{x - 0.3 * step:.1f}" y="{_BASE - tall:.1f}" width="{0.6 * step:.1f}" '
            f'height="{tall:.1f}" {look}/>'
            f'<text x="{x:.1f}" y="{_BASE - tall - 5:.1f}" text-anchor="middle" '
            f'font-weight="{weight}">{number(p)}</text>'
            f'<text x="{x:.1f}" y="{_BASE + 18}" text-anchor="middle" font-size="14">'
            f"{html.escape(visible(char))}</text>"
        )
    parts.append(
        f'<text x="{(_LEFT + _WIDTH - 8) / 2}" y="{_HEIGHT - 4}" text-anchor="middle">'
        f'character</text><text transform="translate(11 {(_TOP + _BASE) / 2}) rotate(-90)" '
        f'text-anchor="middle">probability</text>'
    )
    shares = ", ".join(
        f"{visible(char)} {number(p)}" for char, p in zip(characters, probabilities, strict=True)
    )
    alt = f"Bars of probabilities. {title}: {shares}."
    return svg.image(alt, _WIDTH, _HEIGHT, "".join(parts))


def softmax_explorer(softmax=rnn_core.softmax, characters="ehop", scores=(1.0, -1.0, 2.0, 0.0)):
    """Return a box with a slider for each score, a common shift and a temperature.

    softmax: your own, or the course's.
    """
    if not characters or len(characters) != len(scores):
        raise ValueError(
            f"There are {len(characters)} characters and {len(scores)} scores: give a score to "
            "each character, and at least one."
        )
    style, layout = {"description_width": "96px"}, {"width": "304px"}
    heights = [
        ipywidgets.FloatSlider(
            float(score),
            min=-6,
            max=6,
            step=0.1,
            description=f"Score of {visible(char)}",
            readout_format=".1f",
            style=style,
            layout=layout,
            tooltip=f"How much the network expects {visible(char)}; arrow keys move it",
        )
        for char, score in zip(characters, scores, strict=True)
    ]
    shift = ipywidgets.IntSlider(
        0,
        min=-1000,
        max=1000,
        step=5,
        description="Shift of all",
        style=style,
        layout=layout,
        tooltip="Added to every score; arrow keys move it",
    )
    heat = ipywidgets.FloatLogSlider(
        1.0,
        base=10,
        min=-1,
        max=1,
        step=0.02,
        description="Temperature",
        readout_format=".2f",
        style=style,
        layout=layout,
        tooltip="Every score is divided by it; arrow keys move it",
    )
    reset = ipywidgets.Button(
        description="Back to the start", tooltip="Put every slider back", layout={"width": "150px"}
    )
    words, naive_said, charts = text(live=True), text(live=True), text()
    words.layout.min_height = naive_said.layout.min_height = "3em"  # so that nothing jumps
    controls = ipywidgets.VBox([*heights, shift, heat, reset])
    shown = ipywidgets.VBox([charts, words, naive_said], layout={"width": "492px"})
    panel = Panel(
        "Scores and probabilities",
        "move the scores, shift them all and change the temperature",
        [ipywidgets.HBox([controls, shown], layout={"flex_flow": "row wrap"})],
        says=words,
    )
    moving = [*heights, shift, heat]
    start = [control.value for control in moving]
    busy = []

    def update(_=None):
        if busy:
            return
        now = setting([height.value for height in heights], shift.value, heat.value, softmax)
        write(
            charts,
            bars("Largest taken away first", characters, now.probabilities)
            + bars("Naive: exp straight away", characters, now.naive, hollow=True),
        )
        write(words, entropy_words(now, characters), live=True)
        write(naive_said, naive_words(now), live=True)

    def put_back(_):
        busy.append(True)
        try:
            for control, value in zip(moving, start, strict=True):
                control.value = value
        finally:
            busy.clear()
        update()

    for control in moving:
        control.observe(panel.guard(update), "value")
    reset.on_click(panel.guard(put_back))
    panel.controls = {
        f"score {char}": height for char, height in zip(characters, heights, strict=True)
    }
    panel.controls |= {"shift": shift, "temperature": heat, "reset": reset}
    panel.words, panel.naive_said, panel.charts = words, naive_said, charts
    panel.guard(update)()
    return panel
