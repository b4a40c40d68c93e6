"""See a scan gather its steps: round by round, on the way there and on the way back."""

import html

import ipywidgets
import numpy as np

from ..plots.style import INKS, visible
from .base import Panel, text, write
from .svg import image

WAYS = {"there": "from the first step on", "back": "from the last step on"}
_WIDE, _LEFT, _ROW = 74, 66, 46


def rounds(a, b):
    """Return (a, b, reach) at the start and after every round of the scan of h = a h + b."""
    a, b, reach = np.array(a, float), np.array(b, float), 1
    found = [(a.copy(), b.copy(), 0)]
    while reach < len(a):
        b[reach:] += a[reach:] * b[:-reach]
        a[reach:] = a[reach:] * a[:-reach]
        found.append((a.copy(), b.copy(), reach))
        reach *= 2
    return found


def gathered(place, number, way, steps):
    """Return the first and the last step that an entry holds after so many rounds, from 0."""
    more = 2**number - 1
    if way == "there":
        return max(0, place - more), place
    return place, min(steps - 1, place + more)


def directed(a, b, way):
    """The rounds in the order of the text: on the way back a is shifted and all is turned round."""
    if way == "there":
        return rounds(a, b)
    later = np.append(0.0, np.asarray(a, float)[:0:-1])
    return [(x[::-1], y[::-1], reach) for x, y, reach in rounds(later, np.asarray(b)[::-1])]


def in_words(chars, a, b, number, place, way):
    """One or two sentences (HTML) on what the entry at a place holds after so many rounds."""
    found = directed(a, b, way)
    now, last = found[number][1][place], found[-1][1][place]
    first, until = gathered(place, number, way, len(chars))
    name, where = ("h", "state") if way == "there" else ("dh", "blame")
    span = f"step {first + 1} alone" if first == until else f"steps {first + 1} to {until + 1}"
    done = first == 0 if way == "there" else until == len(chars) - 1
    end = "that is its value" if done else f"in the end it is {_signed(last)}"
    said = "At the start" if not number else f"After round {number}"
    return (
        f"{said} step {place + 1}, “{html.escape(visible(chars[place]))}”, has gathered "
        f"<b>{span}</b>. Its {where} so far is {name} = {_signed(now)}, and {end}."
    )


def chart(chars, a, b, number, place, way):
    """The rounds up to this one (SVG): an entry a box, those that went into the place in colour."""
    found, steps = directed(a, b, way), len(chars)
    role = "hidden" if way == "there" else "gradient"
    ink, width = INKS[role], _LEFT + steps * _WIDE + 10
    first, until = gathered(place, number, way, steps)
    parts = []
    for t, char in enumerate(chars):
        x = _LEFT + (t + 0.5) * _WIDE
        parts.append(
            f'<text x="{x}" y="16" text-anchor="middle" font-size="15" fill="{INKS["input"]}">'
            f"{html.escape(visible(char))}</text>"
        )
    used = {number: {place}}
    for row in range(number, 0, -1):
        reach = found[row][2] if way == "there" else -found[row][2]
        used[row - 1] = {one for t in used[row] for one in (t, t - reach) if 0 <= one < steps}
    for row in range(number + 1):
        y = 30 + row * _ROW
        words = f"round {row}" if row else "start"
        parts.append(f'<text x="4" y="{y + 18}">{words}</text>')
        for t in range(steps):
            x, lit = _LEFT + t * _WIDE + 6, t in used[row]
            parts.append(
                f'<rect x="{x}" y="{y}" width="{_WIDE - 12}" height="26" rx="5" fill="{ink}" '
                f'fill-opacity="{0.22 if lit else 0}" stroke="{ink}" '
                f'stroke-width="{2.5 if lit else 0.8}"/>'
                f'<text x="{x + _WIDE / 2 - 6}" y="{y + 17}" text-anchor="middle">'
                f"{_signed(found[row][1][t])}</text>"
            )
            reach = found[row][2] if way == "there" else -found[row][2]
            source = t - reach
            if row and lit and 0 <= source < steps:
                parts.append(
                    f'<line x1="{_LEFT + (source + 0.5) * _WIDE}" y1="{y - _ROW + 27}" '
                    f'x2="{_LEFT + (t + 0.5) * _WIDE}" y2="{y - 1}" stroke="{ink}" '
                    f'stroke-width="1.5"/>'
                )
    alt = (
        f"{steps} steps in columns, a row for the start and for each of {number} rounds. Lines "
        f"lead down to step {place + 1} from all that went into it: steps {first + 1} to "
        f"{until + 1}."
    )
    return image(alt, width, 40 + (number + 1) * _ROW, "".join(parts))


def _signed(value):
    return f"{value:.2f}".replace("-", "−")


def scan_stepper(chars="hopehope", a=None, b=None, number=1, place=5):
    """Return a box to go through the rounds of a scan, there and back.

    a and b are (T,) for the T characters: what each step keeps, and what it adds.
    """
    rng = np.random.default_rng(4)
    a = rng.integers(3, 10, len(chars)) / 10 if a is None else np.asarray(a, float)
    b = rng.integers(-9, 10, len(chars)) / 10 if b is None else np.asarray(b, float)
    if not len(chars) == len(a) == len(b) >= 2:
        raise ValueError("chars, a and b need the same length, of at least 2.")
    style, wide = {"description_width": "90px"}, {"width": "420px"}
    controls = {
        "number": ipywidgets.IntSlider(
            number,
            min=0,
            max=len(rounds(a, b)) - 1,
            description="Round",
            tooltip="How many rounds of the scan are done",
            style=style,
            layout=wide,
        ),
        "place": ipywidgets.IntSlider(
            min(place, len(chars)),
            min=1,
            max=len(chars),
            description="Step",
            tooltip="The step that is followed",
            style=style,
            layout=wide,
        ),
        "way": ipywidgets.ToggleButtons(
            options=list(WAYS),
            description="Way",
            style=style,
            tooltips=[f"The scan {words}" for words in WAYS.values()],
        ),
    }
    words, drawing = text(live=True), text()
    words.layout.min_height = "3em"
    panel = Panel(
        "A scan, round by round",
        "go through the rounds of a scan, there and back, and see what each step has gathered",
        [*controls.values(), words, drawing],
        says=words,
    )

    def update(_=None):
        number, place, way = (controls[name].value for name in ("number", "place", "way"))
        write(words, in_words(chars, a, b, number, place - 1, way), live=True)
        write(drawing, chart(chars, a, b, number, place - 1, way))

    for control in controls.values():
        control.observe(panel.guard(update), "value")
    panel.controls, panel.words, panel.drawing = controls, words, drawing
    panel.guard(update)()
    return panel
