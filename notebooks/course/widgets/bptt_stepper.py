"""Walk back through time on a network's own weights, and watch the blame arrive and thin out."""

import html
import math
from dataclasses import dataclass

import ipywidgets
import numpy as np

from rnn_core import RNN, Vocabulary

from ..plots.backward import signed
from ..plots.style import INKS, visible
from .base import Panel, text, write
from .svg import image

LONGEST = 33  # characters: as many as fit side by side
_FEW = 6  # units: up to so many, every number is shown
_NAMES = ("Wxh", "Whh", "Why", "bh", "by")


@dataclass(frozen=True)
class GradientTrace:
    """All that one walk back through a text comes by; T steps, H units.

    from_output and from_later (T, H) add up to dh; slopes (T, H) are those of tanh, das = dh *
    slopes, handed (T, H) is what goes back from each step, hs (T + 1, H) the states.
    """

    text: str
    hs: np.ndarray
    from_output: np.ndarray
    from_later: np.ndarray
    slopes: np.ndarray
    das: np.ndarray
    handed: np.ndarray

    @property
    def dhs(self):
        return self.from_output + self.from_later

    @property
    def lengths(self):
        """|dh| at each step (T,)."""
        return np.linalg.norm(self.dhs, axis=1)

    @property
    def shares(self):
        """Each step's share of dWhh (T,): the length of its outer product, over their sum."""
        sizes = np.linalg.norm(self.das, axis=1) * np.linalg.norm(self.hs[:-1], axis=1)
        return sizes / sizes.sum() if sizes.sum() > 0 else sizes


def trace(weights, characters, text, *, only_last=False):
    """Return the GradientTrace of a text, from a state of zeros.

    weights: a mapping from Wxh, Whh, Why, bh, by to arrays; characters: the alphabet in order;
    only_last: blame the last prediction alone.
    """
    if not 3 <= len(text) <= LONGEST:
        raise ValueError(f"The text needs 3 to {LONGEST} characters, not {len(text)}.")
    missing = [name for name in _NAMES if name not in weights]
    if missing:
        raise ValueError(f"The weights lack {', '.join(missing)}.")
    V, H = np.shape(weights["Why"])
    if len(characters) != V:
        raise ValueError(f"The weights are made for {V} characters, not for {len(characters)}.")
    vocabulary = Vocabulary(characters)
    if vocabulary.characters != "".join(characters):
        raise ValueError("The characters must be in sorted order, each once.")
    indices, network = vocabulary.encode(text), RNN(V, H, 1)
    for name in _NAMES:
        setattr(network, name, weights[name])
    hs, ps = network.forward(indices[:-1], np.zeros(H))
    T = len(ps)
    dys = ps.copy()
    dys[np.arange(T), indices[1:]] -= 1
    if only_last:
        dys[:-1] = 0
    from_output, slopes = dys @ network.Why, 1 - hs[1:] ** 2
    from_later, das, handed = np.zeros((3, T, H))
    for t in reversed(range(T)):
        if t < T - 1:
            from_later[t] = handed[t + 1]
        das[t] = (from_output[t] + from_later[t]) * slopes[t]
        handed[t] = network.Whh.T @ das[t]
    return GradientTrace(text, hs, from_output, from_later, slopes, das, handed)


def words(blame, t):
    """What happens at time step t, in plain sentences."""
    own, later = (np.linalg.norm(part[t]) for part in (blame.from_output, blame.from_later))
    length, through = blame.lengths[t], np.linalg.norm(blame.das[t])
    read, wanted = visible(blame.text[t]), visible(blame.text[t + 1])
    back = len(blame.das) - 1 - t
    place = f"{_steps(back)} before the last" if back else "the last one"
    where = f"Step {t}, {place}: it read “{read}” and was to predict "
    passed = f"tanh lets {through / length:.0%} of it through. " if length > 0 else ""
    return (
        f"{where}“{wanted}”. Blame from its own prediction {_short(own)}, from later steps "
        f"{_short(later)}, together {_short(length)} (arrows add up, lengths need not). {passed}"
        f"Its share of dWhh: {blame.shares[t]:.0%}."
    )


def _steps(n):
    return "1 step" if n == 1 else f"{n} steps"


def _short(value):
    """A length in few characters, however small."""
    if value == 0:
        return "0"
    return f"{value:.2f}" if value >= 0.095 else f"{value:.1g}"


def character_strip(blame, t):
    """The network unrolled (inline SVG); the blame has come as far back as step t."""
    T, width = len(blame.das), 826
    step = min(230.0, (width - 40) / T)
    radius = min(17.0, 0.28 * step)
    left = (width - step * (T - 1)) / 2
    largest = max(_norms(blame.from_output).max(), _norms(blame.from_later).max(), 1e-300)
    parts = []
    for k in range(T):
        x, seen = left + k * step, k >= t
        parts.append(_column(blame, x, radius, k, at=k == t, seen=seen))
        if k:
            parts.append(_arrow(x - step + radius + 1, 96, x - radius - 1, 96, 1, "currentColor"))
        if seen:
            own = np.linalg.norm(blame.from_output[k])
            if own > 0:
                parts.append(
                    _gradient_arrow(
                        x + 0.3 * radius,
                        34,
                        x + 0.3 * radius,
                        100 - radius,
                        own / largest,
                        f"own prediction: {_short(own)}",
                    )
                )
                parts.append(_label_beside(x + radius, 62, "start", own, step))
            if k < T - 1:
                later = np.linalg.norm(blame.from_later[k])
                parts.append(
                    _gradient_arrow(
                        x + step - radius - 1,
                        109,
                        x + radius + 1,
                        109,
                        later / largest,
                        f"later steps: {_short(later)}",
                    )
                )
                parts.append(_label_beside(x + step / 2, 128, "middle", later, step))
    alt = f"The network unrolled over {T} steps, the blame back at one of them. {words(blame, t)}"
    return image(alt, width, 178, "".join(parts))


def _label_beside(x, y, anchor, length, step):
    """How much an arrow of blame carries, where there is room to write it."""
    if step < 70:
        return ""
    return (
        f'<text x="{x:.1f}" y="{y}" text-anchor="{anchor}" font-weight="600">'
        f"{_short(length)}</text>"
    )


def _norms(rows):
    return np.linalg.norm(rows, axis=1)


def _column(blame, x, radius, k, *, at, seen):
    """One time step: the letter read, the state, the letter to predict."""
    ink = INKS["hidden"] if seen else "currentColor"
    mono = 'font-family="var(--jp-code-font-family, monospace)" font-size="15"'
    here = f'<path d="M {x - 7:.1f} 176 h 14 l -7 -10 z" fill="currentColor"/>' if at else ""
    return (
        f'<text x="{x:.1f}" y="24" text-anchor="middle" {mono}>'
        f"{html.escape(visible(blame.text[k + 1]))}</text>"
        f'<line x1="{x - 0.4 * radius:.1f}" x2="{x - 0.4 * radius:.1f}" y1="{100 - radius:.1f}" '
        f'y2="34" stroke="currentColor" stroke-opacity="0.5"/>'
        f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{102 + radius:.1f}" y2="142" '
        f'stroke="currentColor" stroke-opacity="0.5"/>'
        f'<circle cx="{x:.1f}" cy="102" r="{radius:.1f}" fill="{ink}" '
        f'fill-opacity="{0.9 if at else 0.25 if seen else 0.08}" stroke="{ink}" '
        f'stroke-width="{3 if at else 1.5}"/>'
        f'<text x="{x:.1f}" y="160" text-anchor="middle" {mono}>'
        f"{html.escape(visible(blame.text[k]))}</text>{here}"
    )


def _arrow(x0, y0, x1, y1, stroke, ink, opacity=0.5):
    """A straight arrow along one axis, its head as wide as its shaft asks for."""
    length = math.hypot(x1 - x0, y1 - y0)
    if length < 2:
        return ""
    head = min(4 + stroke, 0.6 * length)
    ux, uy = (x1 - x0) / length, (y1 - y0) / length
    bx, by = x1 - head * ux, y1 - head * uy
    half = 3 + 0.6 * stroke
    points = f"{x1:.1f},{y1:.1f} {bx - half * uy:.1f},{by + half * ux:.1f} " + (
        f"{bx + half * uy:.1f},{by - half * ux:.1f}"
    )
    return (
        f'<g stroke-opacity="{opacity}" fill-opacity="{opacity}"><line x1="{x0:.1f}" y1="{y0:.1f}" '
        f'x2="{bx:.1f}" y2="{by:.1f}" stroke="{ink}" stroke-width="{stroke:.1f}"/>'
        f'<polygon points="{points}" fill="{ink}"/></g>'
    )


def _gradient_arrow(x0, y0, x1, y1, share, title):
    """An arrow of blame, the thicker the more it carries of the largest."""
    arrow = _arrow(x0, y0, x1, y1, 0.6 + 6 * share, INKS["gradient"], 1)
    return f"<g><title>{html.escape(title)}</title>{arrow}</g>"


def share_bars(blame, t):
    """Each step's share of dWhh (inline SVG): filled from step t on, outlines before."""
    T, bottom, left, right = len(blame.das), 150, 46, 400
    step, top_share = (right - left) / T, max(blame.shares.max(), 1e-12)
    parts = [_title("Each step’s share of dWhh", left), _rule(left, right, bottom)]
    for k, share in enumerate(blame.shares):
        tall = share / top_share * (bottom - 32)
        look = 'fill="none" stroke-dasharray="3 2"' if k < t else f'fill="{INKS["gradient"]}"'
        x = left + k * step + 0.15 * step
        parts.append(
            f'<rect x="{x:.1f}" y="{bottom - tall:.1f}" width="{0.7 * step:.1f}" '
            f'height="{tall:.1f}" {look} stroke="{INKS["gradient"]}" stroke-width="1">'
            f"<title>step {k}: {share:.1%}</title></rect>"
            f'<text x="{x + 0.35 * step:.1f}" y="{bottom + 15}" text-anchor="middle">'
            f"{html.escape(visible(blame.text[k]))}</text>"
        )
    parts.append(
        f'<text x="{left - 6}" y="36" text-anchor="end">{top_share:.0%}</text>'
        f'<text x="{left - 6}" y="{bottom + 4}" text-anchor="end">0</text>'
        f'<text x="{(left + right) / 2}" y="{bottom + 32}" text-anchor="middle">'
        "time step, by the character it read</text>"
    )
    alt = (
        f"Bars of each time step’s share of dWhh; the largest is that of step "
        f"{int(blame.shares.argmax())}, {top_share:.0%}. Steps before {t} are outlines."
    )
    return image(alt, 408, 190, "".join(parts))


def length_chart(blame, t):
    """|dh| over the distance back from the last step (inline SVG), a logarithmic axis."""
    lengths = blame.lengths[::-1]
    T, bottom, left, right, top = len(lengths), 150, 58, 400, 32
    positive = lengths[lengths > 0]
    high = math.ceil(math.log10(positive.max())) if positive.size else 0
    low = math.floor(math.log10(positive.min())) if positive.size else -1
    low = max(min(low, high - 1), high - 12)
    now = T - 1 - t

    def place(distance, length):
        share = (math.log10(max(length, 10.0**low)) - low) / (high - low)
        return left + distance / (T - 1) * (right - left - 8) + 4, bottom - share * (bottom - top)

    parts = [_title("Length of dh, going back", left), _rule(left, right, bottom)]
    for power in range(low, high + 1, max(1, math.ceil((high - low) / 4))):
        y = place(0, 10.0**power)[1]
        parts.append(
            f'<line x1="{left}" x2="{right}" y1="{y:.1f}" y2="{y:.1f}" stroke="currentColor" '
            f'stroke-opacity="0.18"/><text x="{left - 6}" y="{y + 4:.1f}" text-anchor="end">'
            f"{10.0**power:g}</text>"
        )
    points = [place(distance, length) for distance, length in enumerate(lengths)]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points[: now + 1])
    parts.append(
        f'<polyline points="{line}" fill="none" stroke="{INKS["gradient"]}" stroke-width="2"/>'
    )
    for distance, (x, y) in enumerate(points):
        look = f'fill="{INKS["gradient"]}"' if distance <= now else 'fill="none"'
        size = 6 if distance == now else 3
        parts.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{size}" {look} stroke="{INKS["gradient"]}">'
            f"<title>{_steps(distance)} back: {_short(lengths[distance])}</title></circle>"
        )
    parts.append(
        f'<text x="{points[0][0]:.1f}" y="{bottom + 15}" text-anchor="middle">0</text>'
        f'<text x="{points[-1][0]:.1f}" y="{bottom + 15}" text-anchor="middle">{T - 1}</text>'
        f'<text x="{(left + right) / 2}" y="{bottom + 32}" text-anchor="middle">'
        "steps back from the last</text>"
    )
    alt = (
        f"Length of dh over the distance from the last step, on a logarithmic axis: "
        f"{_short(lengths[0])} at the last step, {_short(lengths[now])} here, {_steps(now)} back, "
        f"{_short(lengths[-1])} at the first."
    )
    return image(alt, 408, 190, "".join(parts))


def _title(words, x):
    return f'<text x="{x}" y="15" font-size="13" font-weight="600">{words}</text>'


def _rule(left, right, y):
    return f'<line x1="{left}" x2="{right}" y1="{y}" y2="{y}" stroke="currentColor"/>'


def numbers(blame, t):
    """All numbers of time step t as a table (HTML), or nothing when there are many units."""
    H = blame.das.shape[1]
    if H > _FEW:
        return ""
    columns = {
        "own prediction": blame.from_output[t],
        "+ later steps": blame.from_later[t],
        "= dh": blame.dhs[t],
        "× slope": blame.slopes[t],
        "= da": blame.das[t],
        "handed back": blame.handed[t],
    }
    cell = 'style="text-align: right; padding: 1px 12px"'
    head = "".join(f'<th scope="col" {cell}>{name}</th>' for name in columns)
    rows = "".join(
        f'<tr><th scope="row" {cell}>unit {i}</th>'
        + "".join(f"<td {cell}>{signed(column[i])}</td>" for column in columns.values())
        + "</tr>"
        for i in range(H)
    )
    return (
        '<table style="border-collapse: collapse; font-variant-numeric: tabular-nums">'
        f"<thead><tr><td></td>{head}</tr></thead><tbody>{rows}</tbody></table>"
    )


def bptt_stepper(model, text_to_read, characters=None, *, only_last=False):
    """Return a box that steps back through a text, from its last prediction to its first.

    model: a network such as rnn_core.RNN, or a mapping from the names of the five parameters to
    your own arrays, together with its characters in sorted order.
    """
    weights = getattr(model, "parameters", model)
    characters = characters or model.vocabulary.characters
    style = {"description_width": "90px"}
    back = ipywidgets.IntSlider(
        0,
        min=0,
        max=len(text_to_read) - 2,
        description="Steps back",
        style=style,
        layout={"width": "430px"},
        tooltip="How far back the blame has come; arrow keys move it",
    )
    step = ipywidgets.Button(
        description="Step back", icon="arrow-left", tooltip="Take the blame one step further back"
    )
    again = ipywidgets.Button(
        description="Start over", icon="step-forward", tooltip="Begin again at the last step"
    )
    reading = ipywidgets.Text(
        text_to_read,
        description="Text",
        style=style,
        layout={"width": "430px"},
        tooltip=f"What the network reads: 3 to {LONGEST} characters that it knows",
    )
    blamed = ipywidgets.Dropdown(
        options=[("every prediction", False), ("the last one only", True)],
        value=only_last,
        description="Blame",
        style={"description_width": "50px"},
        layout={"width": "230px"},
        tooltip="Which predictions the loss counts",
    )
    said, drawn, bars, chart, table = text(live=True), text(), text(), text(), text()
    said.layout.min_height = "4.6em"
    panel = Panel(
        "Back through time",
        "step back through time with the blame, on these weights",
        [
            ipywidgets.HBox([reading, blamed]),
            ipywidgets.HBox([back, step, again]),
            said,
            drawn,
            ipywidgets.HBox([bars, chart]),
            table,
        ],
        says=said,
    )

    def update(_=None):
        blame = trace(weights, characters, reading.value, only_last=blamed.value)
        last = len(blame.das) - 1
        if back.max != last:
            back.max = last
        t = last - back.value
        step.disabled, again.disabled = t == 0, t == last
        write(said, html.escape(words(blame, t)), live=True)
        write(drawn, character_strip(blame, t))
        write(bars, share_bars(blame, t))
        write(chart, length_chart(blame, t))
        write(table, numbers(blame, t))

    def go(distance):
        back.value = distance

    step.on_click(panel.guard(lambda _: go(min(back.value + 1, back.max))))
    again.on_click(panel.guard(lambda _: go(0)))
    for control in (reading, blamed, back):
        control.observe(panel.guard(update), "value")
    panel.controls = {"text": reading, "blamed": blamed, "back": back}
    panel.buttons = {"step": step, "again": again}
    panel.said, panel.drawn, panel.bars, panel.chart, panel.table = said, drawn, bars, chart, table
    panel.guard(update)()
    return panel
