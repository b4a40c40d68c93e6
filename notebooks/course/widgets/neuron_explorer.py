"""Read a text with the eyes of one hidden unit, and see what happens without it."""

import copy
import html
import math
from dataclasses import dataclass

import ipywidgets
import numpy as np

from ..exercises.inside import ablate, hidden_states, mean_loss, unit_correlation
from ..features import FEATURES, given_the_character
from .base import Panel, text, write

LONGEST = 20_000  # characters; the correlations of more take longer than a blink
_READ, _LINES = 700, 20  # characters and lines shown: as many as fit on a screen


@dataclass(frozen=True)
class Sight:
    """What the box shows of one unit."""

    unit: int
    correlation: float  # with the feature chosen
    given: float  # the same with the present character held fixed
    activation: np.ndarray  # (len(text),) after each character


class Reader:
    """A network's states over a text, its units ranked by the features they follow."""

    def __init__(self, model, words):
        if not 2 <= len(words) <= LONGEST:
            raise ValueError(f"The text must have 2 to {LONGEST:,} characters, not {len(words):,}.")
        self.model, self.words = model, words
        self.hs = hidden_states(model, words)
        self.loss = mean_loss(model, words)
        features = {name: feature(words) for name, feature in FEATURES.items()}
        left = given_the_character(self.hs, words)
        self.correlations = {name: _correlations(self.hs, f) for name, f in features.items()}
        self.given = {
            name: _correlations(left, given_the_character(f, words)) for name, f in features.items()
        }
        self._costs = {}

    def ranked(self, feature):
        """The units in order of how well they follow a feature, the best first."""
        return np.argsort(-np.abs(self.correlations[feature]), kind="stable").tolist()

    def see(self, feature, place):
        """The Sight of the unit at a place (from 1) of a feature's ranking."""
        unit = self.ranked(feature)[place - 1]
        return Sight(
            unit,
            float(self.correlations[feature][unit]),
            float(self.given[feature][unit]),
            self.hs[:, unit],
        )

    def costs(self, unit):
        """How much the loss grows, in nats a character, with a unit held at 0 and at its mean."""
        if unit not in self._costs:
            at_mean, mean = copy.deepcopy(self.model), self.hs[:, unit].mean()
            at_mean.bh = at_mean.bh + at_mean.Whh[:, unit] * mean
            at_mean.by = at_mean.by + at_mean.Why[:, unit] * mean
            self._costs[unit] = tuple(
                float(ablate(model, unit, self.words) - self.loss)
                for model in (self.model, at_mean)
            )
        return self._costs[unit]


def _correlations(states, feature):
    """Every unit's correlation with a feature; 0 where either is the same all along."""
    if np.ptp(feature) < 1e-9:
        return np.zeros(states.shape[1])
    moves = np.ptp(states, axis=0) > 1e-9
    found = np.zeros(states.shape[1])
    found[moves] = unit_correlation(states[:, moves], feature)
    return found


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


def in_words(sight, feature, costs):
    """A sentence (HTML) on a unit."""
    way = "rises" if sight.correlation > 0 else "falls"
    size = abs(sight.correlation)
    bond = "closely" if size > 0.6 else "loosely" if size > 0.2 else "hardly at all"
    return (
        f"<b>Unit {sight.unit}</b> follows <i>{feature}</i> {bond}: correlation "
        f"{_signed(sight.correlation)}, so it {way} with it, and {_signed(sight.given)} with the "
        f"present character held fixed. Held at 0, it makes the loss {_change(costs[0])}; held at "
        f"its mean, {_change(costs[1])}."
    )


def _change(cost):
    return f"{'worse' if cost >= 0 else 'better'} by {abs(cost):.3f} nats a character"


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
        write(sentence, in_words(sight, follows.value, reader.costs(sight.unit)), live=True)
        write(page, coloured(words, sight.activation), "rnn-text rnn-mono")

    for control in (follows, place):
        control.observe(panel.guard(update), "value")
    panel.controls = {"feature": follows, "place": place}
    panel.reader, panel.sentence, panel.page = reader, sentence, page
    panel.guard(update)()
    return panel
