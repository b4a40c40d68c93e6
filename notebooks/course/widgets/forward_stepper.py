"""Step or play through a text, and watch a network read: character in, state on, guess out."""

import html

import ipywidgets
import numpy as np

from ..plots.forward import FEW, grid, read
from ..plots.style import COLOURS, INKS, visible
from . import svg
from .base import Panel, write
from .base import text as text_box

LONGEST = 300  # characters of a text: as many as one cares to step through
_COLUMNS, _PITCH, _LEFT, _WIDTH = 8, 92, 90, 826  # of the unrolled graph: columns and pixels
_STATE, _TALL, _WIDE = 128, 84, 62  # top of the states, and the size of their boxes
_GREEN, _INK = COLOURS["hidden"], INKS["hidden"]


def checked(words, characters):
    """Return a text that can be read; a ValueError says why another cannot."""
    if not words:
        known = " ".join(visible(c) for c in characters)
        raise ValueError(f"There is nothing to read: type some of the characters {known}.")
    if len(words) > LONGEST:
        raise ValueError(f"At most {LONGEST} characters can be stepped through, not {len(words)}.")
    return words


def step_words(reading, characters, t):
    """What happens at step t of a Reading (HTML); step 0 is before the first character."""
    T, words = len(reading.text), [html.escape(visible(c)) for c in reading.text]
    if t == 0:
        return f"Step 0 of {T}: nothing is read yet, and the state is all zeros."
    before = f" after {'…' if t > 13 else ''}<b>{''.join(words[max(0, t - 13) : t - 1])}</b>"
    before = before if t > 1 else ""
    if not reading.carry:
        before = ", with its state set to zeros first"
    p, moved = reading.ps[t - 1], np.abs(reading.hs[t] - reading.before(t)).max()
    best = int(p.argmax())
    name = html.escape(visible(characters[best]))
    said = (
        f"Step {t} of {T}: it reads <b>{words[t - 1]}</b>{before}. The state moves "
        f"by up to {moved:.2f}. Most expected next: <b>{name}</b>, with {p[best]:.2f}."
    )
    if t == T:
        return f"{said} Here the text ends."
    came = p[characters.index(reading.text[t])]
    hit = "as expected" if reading.text[t] == characters[best] else "a surprise"
    return f"{said} What comes is <b>{words[t]}</b>, {hit}: it had {came:.2f}."


def progress_line(reading, t):
    """The text (HTML) with what is read in bold and the present character marked."""
    T, first = len(reading.text), max(0, t - 40)
    shown = ["…" if first else ""]
    for place in range(first, min(T, first + 80)):
        char = html.escape(visible(reading.text[place]))
        if place == t - 1:
            shown.append(
                f'<span style="background: {INKS["input"]}; color: #fff; padding: 1px 4px;'
                f' border-radius: 3px"><b>{char}</b></span>'
            )
        else:
            shown.append(f"<b>{char}</b>" if place < t else char)
    return "".join(shown) + ("…" if first + 80 < T else "")


def cell(x, y, value, side):
    """One unit as a square around (x, y): its area is |value|, hollow below 0."""
    edge = side * float(np.sqrt(min(abs(value), 1.0)))
    fill = f'fill="{_GREEN}"' if value > 0 else 'fill="none"'
    return (
        f'<rect x="{x - edge / 2:.1f}" y="{y - edge / 2:.1f}" width="{edge:.1f}" '
        f'height="{edge:.1f}" {fill} stroke="{_INK}" stroke-width="1.2">'
        f"<title>{value:.2f}</title></rect>"
    )


def state_box(x, h, *, now):
    """The cells of one state in a box around x; the present one has a thicker edge."""
    few = len(h) <= FEW
    columns, rows = grid(len(h))
    parts = [
        f'<rect x="{x - _WIDE / 2}" y="{_STATE}" width="{_WIDE}" height="{_TALL}" rx="3" '
        f'fill="none" stroke="{_INK}" stroke-width="{3 if now else 1.2}"/>'
    ]
    for unit, value in enumerate(h):
        column, row = divmod(unit, rows)
        y = _STATE + (row + 0.5) * _TALL / rows
        if few:
            parts.append(cell(x - _WIDE / 2 + 14, y, value, 17))
            parts.append(
                f'<text x="{x + _WIDE / 2 - 4}" y="{y + 4}" text-anchor="end" font-size="11.5">'
                f"{_signed(value)}</text>"
            )
        else:
            across = (column + 0.5) * _WIDE / columns - _WIDE / 2
            parts.append(cell(x + across, y, value, 0.8 * min(_TALL / rows, _WIDE / columns)))
    return "".join(parts)


def _signed(value):
    return f"{value + 0.0:.2f}".replace("-", "−")


def small_bars(x, p, characters):
    """Bars of the most probable next characters, standing above a state."""
    order = np.sort(np.argsort(-p, kind="stable")[:4])
    best, pitch, base, tall = int(p.argmax()), 18, 86, 60
    left = x - pitch * len(order) / 2
    parts = [
        f'<line x1="{left}" x2="{x + x - left}" y1="{base}" y2="{base}" stroke="currentColor" '
        'stroke-opacity="0.5"/>'
    ]
    for place, v in enumerate(order):
        middle, height = left + (place + 0.5) * pitch, float(p[v]) * tall
        weight = ' font-weight="700"' if v == best else ""
        parts.append(
            f'<rect x="{middle - 6}" y="{base - height:.1f}" width="12" height="{height:.1f}" '
            f'fill="{COLOURS["output"]}" stroke="{INKS["output"]}"/>'
            f'<text x="{middle}" y="{base + 14}" text-anchor="middle"{weight}>'
            f"{html.escape(visible(characters[v]))}</text>"
        )
        if v == best:
            parts.append(
                f'<text x="{middle}" y="{base - height - 4:.1f}" text-anchor="middle" '
                f'font-size="11">{p[v]:.2f}</text>'
            )
    return "".join(parts)


def unrolled_svg(reading, characters, t):
    """The network unrolled as far as step t (inline SVG); only the last columns are kept."""
    first = max(0, t - _COLUMNS + 1)
    middle, parts = _STATE + _TALL / 2, [_ARROWHEAD]
    for y, word in ((60, "predict"), (middle, "remember"), (268, "read")):
        parts.append(
            f'<text transform="translate(14 {y}) rotate(-90)" text-anchor="middle" '
            f'font-style="italic">{word}</text>'
        )
    for place, step in enumerate(range(first, t + 1)):
        x = _LEFT + place * _PITCH
        parts.append(state_box(x, reading.hs[step], now=step == t))
        parts.append(
            f'<text x="{x}" y="{_STATE + _TALL + 16}" text-anchor="middle" '
            f'font-size="11">hs[{step}]</text>'
        )
        if step == 0:
            continue
        if reading.carry:
            start = x - _PITCH + _WIDE / 2 + 2 if place else x - _WIDE / 2 - 24
            parts.append(_arrow(start, middle, x - _WIDE / 2 - 2, middle))
            parts.append(_name(x - _PITCH / 2, middle - 6, "Whh", "middle"))
        parts.append(_arrow(x, 256, x, _STATE + _TALL + 20))
        parts.append(_name(x + 4, 248, "Wxh", "start"))
        parts.append(_arrow(x, _STATE - 2, x, 104))
        parts.append(_name(x + 4, 120, "Why", "start"))
        parts.append(small_bars(x, reading.ps[step - 1], characters))
        parts.append(
            f'<rect x="{x - 13}" y="258" width="26" height="26" rx="4" fill="{INKS["input"]}"/>'
            f'<text x="{x}" y="276" text-anchor="middle" font-size="15" font-weight="700" '
            f'fill="#fff">{html.escape(visible(reading.text[step - 1]))}</text>'
        )
    return svg.image(_graph_alt(reading, characters, t, first), _WIDTH, 292, "".join(parts))


def _graph_alt(reading, characters, t, first):
    if t == 0:
        return "The network unrolled: one box, the state before anything is read, all zeros."
    shown = " ".join(visible(c) for c in reading.text[max(0, first - 1) : t])
    best = " ".join(visible(characters[v]) for v in reading.ps[max(0, first - 1) : t].argmax(-1))
    handed = "each handed on to the next" if reading.carry else "none handed on to the next"
    return (
        f"The network unrolled as far as step {t}. Characters read: {shown}. Above each its "
        f"state, {handed}. On top the most expected next characters: {best}."
    )


_ARROWHEAD = (
    '<defs><marker id="rnn-tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" '
    'markerHeight="7" orient="auto-start-reverse"><path d="M0 0.5 L8 4 L0 7.5 z" '
    'fill="currentColor"/></marker></defs>'
)


def _arrow(x1, y1, x2, y2):
    return (
        f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" stroke="currentColor" '
        'stroke-opacity="0.75" stroke-width="1.3" marker-end="url(#rnn-tip)"/>'
    )


def _name(x, y, name, anchor):
    return f'<text x="{x}" y="{y}" font-size="10.5" text-anchor="{anchor}">{name}</text>'


def step_svg(reading, characters, t):
    """The state before and after step t as strips of cells, and all probabilities after it."""
    H, V = reading.hs.shape[1], len(characters)
    pitch = min(22.0, 640 / H)
    parts = []
    before = reading.before(t) if t else reading.hs[0]
    for y, name, h in ((20, "state before", before), (46, "state after", reading.hs[t])):
        parts.append(f'<text x="4" y="{y + 4}">{name}</text>')
        parts += [
            cell(112 + (unit + 0.5) * pitch, y, value, 0.85 * pitch) for unit, value in enumerate(h)
        ]
    step, base, tall = min(34.0, 700 / V), 152, 66
    parts.append('<text x="4" y="112">expected</text><text x="4" y="128">next</text>')
    for v, p in enumerate(reading.ps[t - 1] if t else np.zeros(V)):
        x = 112 + (v + 0.5) * step
        parts.append(
            f'<rect x="{x - 0.33 * step:.1f}" y="{base - tall * p:.1f}" '
            f'width="{0.66 * step:.1f}" height="{tall * p:.1f}" fill="{COLOURS["output"]}" '
            f'stroke="{INKS["output"]}"><title>{html.escape(visible(characters[v]))} {p:.3f}'
            f'</title></rect><text x="{x:.1f}" y="{base + 16}" text-anchor="middle" '
            f'font-size="13">{html.escape(visible(characters[v]))}</text>'
        )
    parts.append(
        f'<line x1="112" x2="{112 + V * step:.1f}" y1="{base}" y2="{base}" stroke="currentColor"/>'
    )
    if t:
        p = reading.ps[t - 1]
        best = ", ".join(
            f"{visible(characters[v])} {p[v]:.2f}" for v in np.argsort(-p, kind="stable")[:3]
        )
        alt = (
            f"The {H} units of the state before and after this step, and the probability of "
            f"each next character; the largest are {best}."
        )
    else:
        alt = f"The {H} units of the state, all zeros, and no prediction yet."
    return svg.image(alt, _WIDTH, 174, "".join(parts))


def forward_stepper(forward, characters, weights, text):
    """Return a box that reads a text step by step with a forward pass, yours for example.

    characters: the vocabulary, sorted; weights: Wxh, Whh, Why, bh, by.
    """
    weights = list(weights)
    style = {"description_width": "60px"}
    controls = {
        "text": ipywidgets.Text(
            text,
            description="Text",
            style=style,
            layout={"width": "420px"},
            tooltip="What the network reads; type another text from its characters",
        ),
        "carry": ipywidgets.Checkbox(
            True,
            description="Carry the state on",
            indent=False,
            layout={"width": "auto"},
            tooltip="Without it the state is set to zeros before each character",
        ),
        "step": ipywidgets.IntSlider(
            0,
            min=0,
            max=len(text),
            description="Step",
            style=style,
            layout={"width": "420px"},
            tooltip="How many characters are read; arrow keys move it",
        ),
        "play": ipywidgets.Play(
            min=0,
            max=len(text),
            interval=900,
            show_repeat=False,
            tooltip="Read one character after another",
        ),
    }
    back = ipywidgets.Button(
        description="Step back", tooltip="Forget the last character", layout={"width": "110px"}
    )
    onward = ipywidgets.Button(
        description="Step on", tooltip="Read the next character", layout={"width": "110px"}
    )
    words, line, graph, now = text_box(live=True), text_box(), text_box(), text_box()
    words.layout.min_height, line.layout.min_height = "3.4em", "26px"  # so that nothing jumps
    row = {"flex_flow": "row wrap", "align_items": "center"}
    panel = Panel(
        "The network reads",
        "step or play through a text and watch the network read it",
        [
            ipywidgets.HBox([controls["text"], controls["carry"]], layout=row),
            ipywidgets.HBox([controls["step"], back, onward, controls["play"]], layout=row),
            line,
            words,
            graph,
            now,
        ],
        says=words,
    )
    panel.reading = None
    step, play = controls["step"], controls["play"]

    def render(_=None):
        if panel.reading is None or controls["text"].value != panel.reading.text:
            return reread()  # the text cannot be read: say so again
        t = step.value
        if t > len(panel.reading.text):
            return None  # the slider is about to be set back
        write(line, progress_line(panel.reading, t), "rnn-text rnn-mono")
        write(words, step_words(panel.reading, characters, t), live=True)
        write(graph, unrolled_svg(panel.reading, characters, t))
        write(now, step_svg(panel.reading, characters, t))
        return None

    def reread(_=None):
        wanted = checked(controls["text"].value, characters)
        panel.reading = read(forward, characters, weights, wanted, carry=controls["carry"].value)
        step.max = play.max = len(wanted)
        render()

    def move(by):
        step.value = min(max(step.value + by, 0), step.max)

    for name in ("text", "carry"):
        controls[name].observe(panel.guard(reread), "value")
    step.observe(panel.guard(render), "value")
    ipywidgets.link((play, "value"), (step, "value"))
    back.on_click(panel.guard(lambda _: move(-1)))
    onward.on_click(panel.guard(lambda _: move(1)))
    panel.controls, panel.back, panel.onward = controls, back, onward
    panel.line, panel.words, panel.graph, panel.now = line, words, graph, now
    panel.guard(reread)()
    return panel
