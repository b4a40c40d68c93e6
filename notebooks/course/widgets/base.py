"""What every widget shares: its box, its look, and how an error is shown."""

import functools
import html

import ipywidgets

from ..plots.style import COLOURS, INKS, LIGHTS

# Colours follow JupyterLab's theme where the page has one; the second value serves elsewhere. On a
# dark page inks become the brighter fills of the palette, those of words brighter still, and shadings
# are thinned, so that lines and words stand out there too.
_DARK = "body[data-jp-theme-light='false'] .rnn-panel"
_STYLE = (
    """<style>
.rnn-panel { --ink: var(--jp-ui-font-color1, #1f2430); --quiet: var(--jp-ui-font-color2, #5b6270);
  --line: var(--jp-border-color2, #d9dce1); --paper: var(--jp-layout-color1, #fff); --tint: 1;
  border: 1px solid var(--line); border-radius: 8px; padding: 12px 16px; max-width: 860px;
  overflow: hidden; color: var(--ink); background: var(--paper); }
.rnn-panel .rnn-text { font: 14px/1.5 var(--jp-ui-font-family, system-ui, sans-serif);
  color: var(--ink); }
.rnn-panel .rnn-mono { font: 14px/1.6 var(--jp-code-font-family, ui-monospace, monospace);
  white-space: pre-wrap; overflow-wrap: anywhere; }
.rnn-panel .rnn-title { font-size: 16px; font-weight: 600; }
.rnn-panel .rnn-error { border-left: 4px solid """
    + INKS["memory"]
    + """; padding: 4px 10px;
  background: var(--jp-layout-color2, #f5f5f5); }
.rnn-panel img { border-radius: 4px; display: block; }
.rnn-panel .widget-label { color: var(--ink); }
.rnn-panel .noUi-handle { background: var(--paper); border: 2px solid var(--quiet); }
.rnn-panel .noUi-handle:focus-visible { outline: 2px solid var(--ink); outline-offset: 2px; }
.rnn-panel .widget-hslider { height: 32px; align-items: center; margin: 2px; }
.rnn-panel .widget-checkbox { align-self: center; }
.rnn-panel .widget-toggle-buttons { display: flex; flex-wrap: wrap; align-items: baseline;
  margin: 2px; }
.rnn-panel .widget-toggle-buttons .widget-label { text-align: right; padding-right: 8px; }
"""
    + f"{_DARK} {{ --tint: 0.45; }}\n"
    # ipywidgets draws the arrow of a drop-down in black, also where the page is dark
    f"{_DARK} select {{ background-image: url(\"data:image/svg+xml,%3Csvg xmlns='http://www.w3.org"
    "/2000/svg' viewBox='0 0 18 18'%3E%3Cpath fill='none' stroke='%23ccc' stroke-width='1.5' "
    "d='M5 7.5l4 4 4-4'/%3E%3C/svg%3E\"); }\n"
    + "".join(
        f"{_DARK} svg [{part}='{INKS[role]}'] {{ {part}: {COLOURS[role]}; }}\n"
        for role in ("input", "hidden", "output", "gradient", "memory")
        for part in ("fill", "stroke")
    )
    + "".join(
        f"{_DARK} svg text[fill='{INKS[role]}'] {{ fill: {light}; }}\n"
        for role, light in LIGHTS.items()
    )
    + "".join(  # ten shades either way; thousands of characters wear them, so they are classes
        f".rnn-panel .rnn-{name}-{level} {{ background: rgba({rgb}, calc({0.075 * level:.3f} * "
        f"var(--tint))); {mark if level > 5 else ''} }}\n"
        for name, rgb, mark in (
            ("up", "0, 158, 115", "font-weight: 700;"),
            (
                "down",
                "230, 159, 0",
                "text-decoration: underline dotted 1px; text-underline-offset: 3px;",
            ),
        )
        for level in range(1, 11)
    )
    + "</style>"
)


class Panel(ipywidgets.VBox):
    """A widget's box. Its text form, all that an unrun page shows, says what running brings.

    `.message` holds the sentence of the latest error, or nothing. It stands in the place of
    `says`, the widget with the sentence below the controls, so that it is seen at once and nothing
    jumps.
    """

    def __init__(self, title, promise, children, *, says=None):
        self.promise, self._says = promise, says or ipywidgets.HTML()
        self._depth, self._complained = 0, False  # of guarded calls, one inside another
        self.message = ipywidgets.HTML(layout={"display": "none"})
        heading, rest = text(title, "rnn-text rnn-title"), () if says else (self._says,)
        super().__init__([ipywidgets.HTML(_STYLE), heading, *children, *rest])
        _put_before(self, self._says, self.message)
        self.add_class("rnn-panel")

    def __repr__(self):
        return f"Run this cell to {self.promise}."

    def complain(self, sentence):
        """Show a sentence in the box; an empty one takes the last away."""
        shown = f'<div class="rnn-text rnn-error" role="alert">{html.escape(sentence)}</div>'
        self.message.value = shown if sentence else ""
        self.message.layout.min_height = self._says.layout.min_height
        self.message.layout.display = None if sentence else "none"
        self._says.layout.display = "none" if sentence else None
        self._complained = bool(sentence)

    def guard(self, callback):
        """Wrap a callback so that its errors show in the box, and vanish once one succeeds.

        Where one callback sets off another, the sentence of either stays until both are done.
        """

        @functools.wraps(callback)
        def guarded(*args):
            if self._depth == 0:
                self._complained = False
            self._depth += 1
            try:
                result = callback(*args)
            except Exception as error:
                self.complain(str(error) or type(error).__name__)
                return None
            finally:
                self._depth -= 1
            if not self._complained:
                self.complain("")
            return result

        return guarded


def _put_before(box, widget, new):
    """Put a new widget before another, in whichever box holds that one."""
    if widget in box.children:
        place = box.children.index(widget)
        box.children = (*box.children[:place], new, *box.children[place:])
        return
    for child in box.children:
        if isinstance(child, ipywidgets.Box):
            _put_before(child, widget, new)


def text(content="", classes="rnn-text", *, live=False):
    """An HTML widget for words (given as HTML); live ones are read out when they change."""
    widget = ipywidgets.HTML()
    write(widget, content, classes, live=live)
    return widget


def write(widget, content, classes="rnn-text", *, live=False):
    """Set the content (HTML) of a widget that `text` made."""
    role = ' role="status" aria-live="polite"' if live else ""
    widget.value = f'<div class="{classes}"{role}>{content}</div>'


def show(widget, picture):
    """Set a widget that `text` made to a Picture, alt text and all."""
    widget.value = picture.html()
