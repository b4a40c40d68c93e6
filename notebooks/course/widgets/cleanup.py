"""A cell that is run again shows new widgets: the old ones are closed.

ipywidgets keeps every widget until it is closed, with all that its callbacks hold. A lesson that is
run again and again would fill the kernel's memory with boxes that no page shows.
"""

import ipywidgets

from .. import tracker

_made = {}  # cell -> the widgets that its last run made


def close_old_ones():
    """From now on, close a cell's widgets when the cell is run again. Needs a notebook's kernel."""
    watch = tracker.watch()
    if watch is None or close in watch.forget:
        return
    watch.forget.append(close)

    def note(widget):
        if watch.running is not None:
            _made.setdefault(watch.running, []).append(widget)

    ipywidgets.Widget.on_widget_constructed(note)


def close(cell, number):
    """Close the widgets that a cell made when it ran last."""
    for widget in _made.pop(cell, ()):
        widget.close()
