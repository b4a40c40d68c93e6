"""See blame vanish and explode on its way back through time, and what clipping does about it."""

from dataclasses import dataclass
from functools import lru_cache

import ipywidgets
import numpy as np

from rnn_core import Vocabulary, clip_by_norm, clip_by_value

from ..plots.clipping import angle_between, gradient_norm_by_lag, network_of_radius
from ..texts import VERSE
from .base import Panel, text, write
from .svg import Line, bar_chart, line_chart

RADIUS, LENGTH, LIMIT = (0.1, 3.0), (2, 60), (0.5, 50.0)
CLIPS = {"by value": clip_by_value, "by norm": clip_by_norm}


@dataclass(frozen=True)
class Flow:
    """Gradients of one chunk of the verse, as they are and clipped."""

    left: np.ndarray  # (T+1,) what is left of the blame, by distance
    norms: dict  # parameter name -> (norm before, norm after)
    total: tuple  # norm of all parameters together, before and after
    angle: float  # degrees between the true gradient and the clipped one


@lru_cache(maxsize=64)
def _chunk(radius, length):
    rnn = network_of_radius(radius)
    indices = Vocabulary(VERSE).encode(VERSE)
    inputs, targets = indices[:length], indices[1 : length + 1]
    hs, ps = rnn.forward(inputs, np.zeros(rnn.hidden_size))
    return gradient_norm_by_lag(rnn, hs), rnn.backward(inputs, targets, hs, ps)


def flow(radius, length, limit, how):
    """Return the Flow of a chunk of `length` characters; how is a key of CLIPS."""
    left, gradients = _chunk(round(radius, 2), length)
    clipped = CLIPS[how](gradients, limit)

    def size(grads):
        return float(np.sqrt(sum((g**2).sum() for g in grads.values())))

    norms = {name: (size({name: gradients[name]}), size({name: clipped[name]})) for name in clipped}
    return Flow(left, norms, (size(gradients), size(clipped)), angle_between(gradients, clipped))


def in_words(found, how):
    """One or two sentences (HTML) on what is to be seen."""
    last, steps = found.left[-1], len(found.left) - 1
    if last < 0.01:
        fate = f"The blame <b>vanishes</b>: after {steps} steps {last:.1e} of it is left."
    elif last > 100:
        fate = f"The blame <b>explodes</b>: after {steps} steps it is {last:.1e} times as large."
    else:
        fate = f"The blame <b>survives</b>: after {steps} steps it is {last:.2g} times what it was."
    before, after = found.total
    if after > 0.999 * before:
        return f"{fate} The gradient has norm {before:.3g}, within the limit: nothing is clipped."
    turned = "keeps its direction" if found.angle < 0.1 else f"turns by {found.angle:.0f}°"
    return f"{fate} Clipped {how}, the gradient goes from norm {before:.3g} to {after:.3g} and {turned}."


def charts(found, how):
    """Two charts (SVG): blame over distance, and the norm of each gradient before and after."""
    steps = np.arange(len(found.left))
    flowing = line_chart(
        "What is left of the blame",
        [Line("|dh|", steps, found.left, "gradient")],
        f"Blame against distance on a log axis: from 1 at distance 0 to {found.left[-1]:.1e} at "
        f"distance {steps[-1]}.",
        x="distance back, in steps",
        y="|dh|, relative",
        y_range=(1e-12, 1e12),
        log=True,
    )
    names = {
        name: dict(zip(("ink", "gradient"), pair, strict=True))
        for name, pair in found.norms.items()
    }
    high = max(max(pair) for pair in found.norms.values())
    listed = ", ".join(f"{name} {a:.2g} to {b:.2g}" for name, (a, b) in found.norms.items())
    sizes = bar_chart(
        "Norm before (outline) and after (filled)",
        names,
        f"Norms clipped {how}: {listed}.",
        y="norm of the gradient",
        high=high,
    )
    return flowing, sizes


def gradient_flow(radius=1.5, length=25, limit=5.0, how="by value"):
    """Return a box to play with spectral radius, sequence length and clipping."""
    style, wide = {"description_width": "130px"}, {"width": "420px"}
    controls = {
        "radius": ipywidgets.FloatSlider(
            radius,
            min=RADIUS[0],
            max=RADIUS[1],
            step=0.05,
            description="Spectral radius",
            tooltip="Largest eigenvalue of Whh in absolute value",
            style=style,
            layout=wide,
        ),
        "length": ipywidgets.IntSlider(
            length,
            min=LENGTH[0],
            max=LENGTH[1],
            description="Sequence length",
            tooltip="How many characters one chunk holds",
            style=style,
            layout=wide,
        ),
        "limit": ipywidgets.FloatSlider(
            limit,
            min=LIMIT[0],
            max=LIMIT[1],
            step=0.5,
            description="Clip limit",
            tooltip="What is larger than this is clipped",
            style=style,
            layout=wide,
        ),
        "how": ipywidgets.ToggleButtons(
            options=list(CLIPS),
            value=how,
            description="Clip",
            style=style,
            tooltips=["Cut each entry to the limit", "Scale all entries alike"],
        ),
    }
    words, flowing, sizes = text(live=True), text(), text()
    words.layout.min_height = "3em"
    panel = Panel(
        "Blame on its way back",
        "move the spectral radius, the sequence length and the clip limit, and see gradients "
        "vanish, explode and be clipped",
        [
            *controls.values(),
            words,
            ipywidgets.HBox([flowing, sizes], layout={"flex_flow": "wrap"}),
        ],
        says=words,
    )

    def update(_=None):
        how = controls["how"].value
        found = flow(*(controls[name].value for name in ("radius", "length", "limit")), how)
        write(words, in_words(found, how), live=True)
        for place, chart in zip((flowing, sizes), charts(found, how), strict=True):
            write(place, chart)

    for control in controls.values():
        control.observe(panel.guard(update), "value")
    panel.controls, panel.words, panel.flowing, panel.sizes = controls, words, flowing, sizes
    panel.guard(update)()
    return panel
