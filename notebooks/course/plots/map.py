"""The map of the network that opens each lesson, with the present piece lit."""

from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from .style import COLOURS, INKS, LIGHTS, Picture, bare, new_figure

# name: (column, row, colour); the middle row predicts, the lower one learns, the upper one speaks
PIECES = {
    "characters": (0, 1, "input"),
    "one-hot": (1, 1, "input"),
    "hidden state": (2, 1, "hidden"),
    "scores": (3, 1, "output"),
    "probabilities": (4, 1, "output"),
    "loss": (5, 1, "gradient"),
    "gradients": (5, 0, "gradient"),
    "clip": (4, 0, "gradient"),
    "Adagrad": (3, 0, "memory"),
    "weights": (2, 0, "hidden"),
    "sample": (2, 2, "output"),
}
_ARROWS = [
    ("characters", "one-hot"),
    ("one-hot", "hidden state"),
    ("hidden state", "scores"),
    ("scores", "probabilities"),
    ("probabilities", "loss"),
    ("loss", "gradients"),
    ("gradients", "clip"),
    ("clip", "Adagrad"),
    ("Adagrad", "weights"),
    ("weights", "hidden state"),
    ("weights", "scores"),
]
_WIDTH, _HEIGHT = 1.18, 0.46

WORDS = '<div><a href="words.ipynb">Symbols and words</a>, to keep open beside the lesson</div>'


class Map(Picture):
    """The map, with a link to the page of words, and formulas made legible on a dark page."""

    def html(self):
        return super().html() + WORDS + _formulas_on_dark()

    _repr_html_ = html


def _formulas_on_dark():
    """A style: the inks in formulas, as MathJax writes them, become lighter on a dark page."""
    rules = ""
    for role, light in LIGHTS.items():
        rgb = ", ".join(str(int(INKS[role][place : place + 2], 16)) for place in (1, 3, 5))
        rules += (
            f"body[data-jp-theme-light='false'] mjx-container [style*='color: rgb({rgb})'], "
            f"body[data-jp-theme-light='false'] mjx-container [style*='color: {INKS[role]}'] "
            f"{{ color: {light} !important; }}\n"
        )
    return f"<style>{rules}</style>"


def course_map(*lit):
    """Draw the whole network with the pieces named in `lit` filled; names are those of PIECES."""
    unknown = [name for name in lit if name not in PIECES]
    if unknown:
        raise ValueError(f"No piece of the map is called {unknown[0]!r}; there are {list(PIECES)}.")
    figure, ax = new_figure(width=8.6, height=2.5)
    bare(ax)
    ax.set_xlim(-0.7, 8.75)
    ax.set_ylim(-0.45, 2.35)
    for name in PIECES:
        _box(ax, name, name in lit)
    for start, end in _ARROWS:
        _arrow(ax, *_edge_points(start, end))
    right, top = _place("probabilities"), _place("sample")
    _arrow(ax, (right[0], right[1] + 0.25), (top[0] + 0.64, top[1]), "angle,angleA=90,angleB=0")
    left = _place("characters")
    _arrow(ax, (top[0] - 0.64, top[1]), (left[0], left[1] + 0.27), "angle,angleA=180,angleB=90")
    _memory_loop(ax)
    for row, word in ((2, "speak"), (1, "predict"), (0, "learn")):
        ax.text(
            8.0,
            row,
            word,
            ha="left",
            va="center",
            fontsize=10,
            color=COLOURS["muted"],
            style="italic",
        )
    return Map(figure, _describe(lit))


def _describe(lit):
    here = f" Lit: {', '.join(lit)}." if lit else ""
    return (
        "Map of the network. Predict: characters, one-hot, hidden state (which feeds itself), "
        "scores, probabilities, loss. Learn: gradients, clip, Adagrad, weights, which make the "
        "hidden state and the scores. "
        f"Speak: sample from the probabilities, which gives the next character.{here}"
    )


def _place(name):
    column, row, _ = PIECES[name]
    return column * 1.45, row


def _box(ax, name, lit):
    x, y = _place(name)
    colour = PIECES[name][2]
    corner = (x - _WIDTH / 2, y - _HEIGHT / 2)
    style = {"facecolor": INKS[colour], "edgecolor": INKS[colour], "linewidth": 1.6}
    if not lit:
        style |= {"facecolor": "white", "linewidth": 1.0}
    box = FancyBboxPatch(corner, _WIDTH, _HEIGHT, boxstyle="round,pad=0,rounding_size=0.1", **style)
    ax.add_patch(box)
    ax.text(
        x,
        y - 0.01,
        name,
        ha="center",
        va="center",
        fontsize=10,
        color="white" if lit else INKS[colour],
        fontweight="bold" if lit else "normal",
    )


def _edge_points(start, end):
    (x0, y0), (x1, y1) = _place(start), _place(end)
    if y0 == y1:
        side = 1 if x1 > x0 else -1
        return (x0 + side * _WIDTH / 2, y0), (x1 - side * _WIDTH / 2, y1)
    side = 1 if y1 > y0 else -1
    return (x0, y0 + side * _HEIGHT / 2), (x1, y1 - side * _HEIGHT / 2)


def _arrow(ax, start, end, connection="arc3"):
    ax.add_patch(
        FancyArrowPatch(
            start,
            end,
            connectionstyle=connection,
            arrowstyle="-|>",
            shrinkA=1.5,
            shrinkB=1.5,
            mutation_scale=9,
            linewidth=1.1,
            color=COLOURS["muted"],
        )
    )


def _memory_loop(ax):
    x, y = _place("hidden state")
    top = y + _HEIGHT / 2
    _arrow(ax, (x + 0.3, top), (x - 0.3, top), "arc3,rad=0.9")
