"""The look of every figure: one palette, one type scale, and pictures that carry a description."""

import base64
import functools
import html
import io
import unicodedata

from matplotlib import font_manager
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

# Colour tells what a quantity is, in formulas, figures and widgets alike, and never tells it
# alone. The fills are Okabe and Ito's colour-blind-safe palette; the inks are the same hues,
# darkened until text and thin lines in them stand out from white by at least 4.5 to 1.
COLOURS = {
    "input": "#0072B2",
    "hidden": "#009E73",
    "output": "#E69F00",
    "gradient": "#CC79A7",
    "memory": "#D55E00",
    "ink": "#1F2430",
    "muted": "#5B6270",
    "grid": "#D9DCE1",
}
INKS = {
    "input": "#0067A3",
    "hidden": "#00805C",
    "output": "#8F6400",
    "gradient": "#A8477F",
    "memory": "#A33F00",
    "ink": "#1F2430",
    "muted": "#5B6270",
}
# On a dark page the inks of formulas are these, at least 4.5 to 1 on JupyterLab's #111111.
LIGHTS = {
    "input": "#4DA3DB",
    "hidden": "#00B586",
    "output": "#E69F00",
    "gradient": "#DC93BA",
    "memory": "#EE7A2B",
}
MARKERS = {"input": "o", "hidden": "s", "output": "D", "gradient": "^", "memory": "v"}

PIXELS_PER_INCH = 90  # on the page; the file holds twice as many, for sharp screens


class Picture:
    """A finished figure: PNG bytes in `.png`, and in `.alt` what is to be seen in it."""

    def __init__(self, figure, alt):
        self.alt = alt
        self.width = round(figure.get_figwidth() * PIXELS_PER_INCH)
        for words in figure.findobj(Text) if _BORROWED else ():
            words.set_fontfamily([*words.get_fontfamily(), *_BORROWED])
        file = io.BytesIO()
        figure.set_dpi(2 * PIXELS_PER_INCH)
        FigureCanvasAgg(figure).print_png(
            file, metadata={"Software": None}
        )  # savefig would lay everything out twice
        self.png = file.getvalue()

    def html(self):
        """An <img> element that stands on its own."""
        data = base64.b64encode(self.png).decode("ascii")
        return (
            f'<img alt="{html.escape(self.alt)}" '
            f'style="width: {self.width}px; max-width: 100%; height: auto" '
            f'src="data:image/png;base64,{data}">'
        )

    _repr_html_ = html

    def __repr__(self):
        return f"[Figure: {self.alt}]"


def new_figure(columns=1, rows=1, *, width=8.0, height=3.2, **gridspec):
    """Return a figure and its axes (one, or an array), calm and ready to draw on.

    width and height are in inches, and 8 inches are 720 pixels on the page.
    """
    figure = Figure(figsize=(width, height), layout="constrained", facecolor="white")
    axes = figure.subplots(rows, columns, gridspec_kw=gridspec or None)
    for ax in figure.axes:
        calm(ax)
    return figure, axes


def calm(ax):
    """Give axes the course's look: a pale grid behind, two spines, quiet ticks."""
    ax.spines[["top", "right"]].set_visible(False)
    ax.spines[["left", "bottom"]].set_color(COLOURS["muted"])
    ax.tick_params(colors=COLOURS["muted"], labelsize=10)
    ax.grid(color=COLOURS["grid"], linewidth=0.8)
    ax.set_axisbelow(True)


def label(ax, title, x="", y=""):
    """Title the axes and name what each shows, with its unit."""
    ax.set_title(title, loc="left", fontsize=12, fontweight="bold", color=COLOURS["ink"])
    ax.set_xlabel(x, fontsize=10.5, color=COLOURS["ink"])
    ax.set_ylabel(y, fontsize=10.5, color=COLOURS["ink"])


def bare(ax):
    """Take ticks, spines and grid away, for a drawing that is not a chart."""
    ax.set_axis_off()
    ax.grid(False)


def visible(character):
    """A character as it can be shown: a space as an open box, a newline as an arrow."""
    return {" ": "␣", "\n": "↵", "\t": "⇥"}.get(character, character)


# Characters that Matplotlib's own fonts have not are drawn in the first font of this machine that
# has them; the fonts so borrowed, by name, in the order in which they were needed.
_BORROWED = {}


def drawn(character):
    """A character as a figure can show it, visible; or its code, if no font here has it."""
    shown = visible(character)
    if shown.isascii() and shown.isprintable():
        return shown
    return shown if unicodedata.category(shown)[0] not in "CM" and _has_font(shown) else code(shown)


def code(character):
    """The number of a character in Unicode, as it is written."""
    return f"U+{ord(character):04X}"


@functools.cache
def _has_font(character):
    """Whether a font has a character; one of this machine's is borrowed, if Matplotlib's have not."""
    own = (font_manager.FontProperties(family=[name]) for name in ("sans-serif", "monospace"))
    if all(_has(font_manager.findfont(font), character) for font in own):
        return True
    for font in font_manager.fontManager.ttflist:
        if "Last Resort" not in font.name and _has(font.fname, character):  # it has boxes for all
            _BORROWED[font.name] = True
            return True
    return False


def _has(path, character):
    try:
        return font_manager.get_font(path).get_char_index(ord(character)) != 0
    except (OSError, RuntimeError):  # a font that was taken away, or is damaged
        return False
