"""Read a text with the eyes of one hidden unit, and see what happens without it."""

import html
import math
from dataclasses import dataclass

import ipywidgets
import numpy as np

from ..exercises.inside import ablate, hidden_states, mean_loss, unit_correlation
from ..features import FEATURES
from .base import Panel, text, write

LONGEST = 20_000  # characters; the correlations of more take longer than a blink
_READ, _LINES = 700, 20  # characters and lines shown: as many as fit on a screen


@dataclass(frozen=True)
class Sight:
    """What the box shows of one unit."""

    unit: int
    correlation: float  # with the feature chosen
    activation: np.ndarray  # (len(text),) after each character


class Reader:
    """A network's states over a text, its units ranked by the features they follow."""

    def __init__(self, model, words):
        if not 2 <= len(words) <= LONGEST:
            raise ValueError(f"The text must have 2 to {LONGEST:,} characters, not {len(words):,}.")
        self.model, self.words = model, words
        self.hs = hidden_states(model, words)
        self.loss = mean_loss(model, words)
        self.correlations = {
            name: np.nan_to_num(unit_correlation(self.hs, feature(words)))
            if np.ptp(feature(words)) > 0
            else np.zeros(model.hidden_size)
            for name, feature in FEATURES.items()
        }
        self._costs = {}

    def ranked(self, feature):
        """The units in order of how well they follow a feature, the best first."""
        return np.argsort(-np.abs(self.correlations[feature]), kind="stable").tolist()

    def see(self, feature, place):
        """The Sight of the unit at a place (from 1) of a feature's ranking."""
        unit = self.ranked(feature)[place - 1]
        return Sight(unit, float(self.correlations[feature][unit]), self.hs[:, unit])

    def cost(self, unit):
        """How much the loss grows, in nats a character, when a unit is silenced."""
        if unit not in self._costs:
            self._costs[unit] = float(ablate(self.model, unit, self.words) - self.loss)
        return self._costs[unit]


def opening(words):
    """The beginning of a text, as much of it as the box shows."""
    lines = words[:_READ].split("\n")[:_LINES]
    return "\n".join(lines)


def coloured(words, activation):
    """A text (HTML) on the colours of a unit: green above 0, orange below, each in ten shades.

    The strong ones are bold or underlined as well. The classes stand in base.py.
    """
    parts = []
    for char, value in zip(opening(words), activation.tolist(), strict=False):
        shade = f"rnn-{'up' if value > 0 else 'down'}-{math.ceil(10 * abs(value))}"
        shown = "↵\n" if char == "\n" else html.escape(char)
        parts.append(f'<span class="{shade}" title="{_signed(value)}">{shown}</span>')
    return "".join(parts)


def _signed(value):
    return f"{round(value, 2) + 0.0:+.2f}".replace("-", "−")


def in_words(sight, feature, cost):
    """A sentence (HTML) on a unit."""
    way = "rises" if sight.correlation > 0 else "falls"
    size = abs(sight.correlation)
    bond = "closely" if size > 0.6 else "loosely" if size > 0.2 else "hardly at all"
    return (
        f"<b>Unit {sight.unit}</b> follows <i>{feature}</i> {bond}: correlation "
        f"{_signed(sight.correlation)}, so it {way} with it. Silenced, it makes the loss "
        f"{'worse' if cost >= 0 else 'better'} by {abs(cost):.3f} nats a character."
    )


def neuron_explorer(model, words):
    """Return a box that colours `words` by one unit of a trained network at a time."""
    reader = Reader(model, words)
    style, wide = {"description_width": "110px"}, {"width": "420px"}
    follows = ipywidgets.Dropdown(
        options=list(FEATURES),
        description="Ranked by",
        style=style,
        layout=wide,
        tooltip="Units are put in order of how well they follow this",
    )
    place = ipywidgets.IntSlider(
        1,
        min=1,
        max=model.hidden_size,
        description="Place",
        style=style,
        layout=wide,
        tooltip="1 is the unit that follows it best; arrow keys move it",
    )
    sentence, page = text(live=True), text("", "rnn-text rnn-mono")
    sentence.layout.min_height = "3em"
    legend = text(
        "Green: above 0, and bold above 0.5. Orange: below 0, and underlined below −0.5. "
        "The paler, the nearer to 0; point at a character for its number."
    )
    panel = Panel(
        "Through the eyes of one unit",
        "choose a feature, go through the units that follow it, and see what each one costs",
        [follows, place, sentence, legend, page],
        says=sentence,
    )

    def update(_=None):
        sight = reader.see(follows.value, place.value)
        write(sentence, in_words(sight, follows.value, reader.cost(sight.unit)), live=True)
        write(page, coloured(words, sight.activation), "rnn-text rnn-mono")

    for control in (follows, place):
        control.observe(panel.guard(update), "value")
    panel.controls = {"feature": follows, "place": place}
    panel.reader, panel.sentence, panel.page = reader, sentence, page
    panel.guard(update)()
    return panel
