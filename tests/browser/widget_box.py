"""One widget in an open lesson: its controls, moved as people move them, and what it shows."""

import html
import json
import os
import re
import time

# Runs in the lesson's kernel: `b` is the box, `c` its controls' values, `m` its module.
_PRELUDE = """
from ipywidgets import HTML as _HTML
def _course_parts(box):
    yield box
    for part in getattr(box, 'children', ()):
        yield from _course_parts(part)
def _course_box(title, place):
    from importlib import import_module
    from ipywidgets.widgets import widget
    from course.widgets.base import Panel
    b = [w for w in widget._instances.values()
         if isinstance(w, Panel) and f'>{title}</div>' in w.children[1].value][place]
    found = getattr(b, 'controls', {})
    return b, {name: getattr(c, 'value', None) for name, c in found.items()}, import_module
"""

# Moves a slider to and fro. What either side shows, once all has settled, is noted first; a move is
# over when everything in the box is as it was noted, words and pictures alike.
_DELAYS = """async ([handle, count]) => {
  const box = handle.closest('.rnn-panel');
  const places = [...box.querySelectorAll('.widget-html-content')];
  const shown = () => places.map(place => place.innerHTML).join('');
  const pause = ms => new Promise(resolve => setTimeout(resolve, ms));
  const press = key => handle.dispatchEvent(
    new KeyboardEvent('keydown', {key, bubbles: true, cancelable: true}));
  const settled = async () => {
    for (let last = shown(), still = 0; still < 8; still++) {
      await pause(100);
      if (shown() !== last) { last = shown(); still = 0; }
    }
    return shown();
  };
  const sides = {};
  for (const key of ['ArrowRight', 'ArrowLeft']) { press(key); sides[key] = await settled(); }
  if (sides.ArrowRight === sides.ArrowLeft) throw new Error('a move changes nothing');
  const delays = [];
  for (let i = 0; i < count; i++) {
    const key = i % 2 ? 'ArrowLeft' : 'ArrowRight';
    const start = performance.now();
    const changed = new Promise((resolve, reject) => {
      const observer = new MutationObserver(() => { if (shown() !== sides[key]) return;
        observer.disconnect(); clearTimeout(limit); resolve(performance.now() - start); });
      const limit = setTimeout(() => { observer.disconnect(); reject(new Error(
        'not what it should show within 10 s of move ' + i)); }, 10000);
      for (const place of places)
        observer.observe(place, {childList: true, subtree: true, characterData: true});
    });
    press(key);
    delays.push(await changed);
    await pause(60);
  }
  return delays; }"""


class WidgetBox:
    """The widget of one cell; `place` tells boxes of one title apart, in the order they were made."""

    def __init__(self, lesson, cell_id, title, place=0):
        self.lesson, self.page, self.cell_id = lesson, lesson.page, cell_id
        self.title, self.place = title, place
        self.root = lesson.panel(cell_id)
        lesson.run_code(_PRELUDE)
        whole = self.kernel("sum(isinstance(w, _HTML) for w in _course_parts(b))")
        self.wait_for(
            lambda: self.root.locator(".widget-html-content").count() == whole, "it is not whole"
        )

    # What it shows ------------------------------------------------------------------------

    def text(self):
        """All words outside of pictures, blanks evened out."""
        said = self.root.evaluate("""box => [...box.querySelectorAll('.rnn-text')].map(
            e => { const copy = e.cloneNode(true);
                   copy.querySelectorAll('svg, img').forEach(p => p.remove());
                   return copy.textContent; }).join(' | ')""")
        return even(said)

    def pictures(self):
        """The descriptions of all pictures, in order."""
        return self.root.evaluate("""box => [...box.querySelectorAll('.rnn-text svg, img')]
            .filter(e => !e.parentElement.closest('svg'))
            .map(e => e.getAttribute('aria-label') || e.getAttribute('alt') || '')""")

    def state(self):
        """Words, descriptions, and the drawing of pictures."""
        return (
            self.text(),
            self.pictures(),
            self.root.evaluate(
                "box => [...box.querySelectorAll('.rnn-text svg')].map(e => e.innerHTML).join('')"
            ),
        )

    def kernel(self, expression):
        """The value (through JSON) of an expression in b (box), c (controls' values), m (module)."""
        printed = self.lesson.run_code(
            f"import json as _json\n"
            f"def _value():\n"
            f"    b, c, find = _course_box({self.title!r}, {self.place})\n"
            f"    def m(name): return find('course.widgets.' + name)\n"
            f"    return {expression}\n"
            f"print('VALUE' + _json.dumps(_value()))"
        )
        assert "VALUE" in printed, printed
        return json.loads(printed.split("VALUE", 1)[1])

    def values(self):
        """What the kernel knows of the controls."""
        return self.kernel("c")

    def wait_for(self, condition, what, seconds=60):
        """Wait until condition() is true, as the page and the kernel work on."""
        end = time.monotonic() + seconds
        while not (found := condition()):
            assert time.monotonic() < end, f"{self.title}: {what}; {self.values()}: {self.text()}"
            self.page.wait_for_timeout(50)
        return found

    # Moving controls ----------------------------------------------------------------------

    def control(self, description):
        """The control with this description."""
        label = re.compile(rf"^\s*{re.escape(description)}\s*$")
        found = self.root.locator(
            ".widget-inline-hbox, .widget-toggle-buttons, .widget-radio, .widget-checkbox"
        )
        return found.filter(has=self.page.locator("label", has_text=label)).last

    def handle(self, description):
        return self.control(description).locator(".noUi-handle")

    def button(self, name):
        return self.root.get_by_role("button").filter(
            has_text=re.compile(rf"^\s*{re.escape(name)}\s*$")
        )

    def press(self, target, *keys):
        """Give a control the focus, and press keys."""
        target.focus()
        for key in keys:
            self.page.keyboard.press(key)
            self.page.wait_for_timeout(60)

    def places(self):
        """Where every control and picture stands in the box, in pixels from its top."""
        return self.root.evaluate("""box => [...box.querySelectorAll('.widget-inline-hbox, ' +
              '.widget-checkbox, .widget-toggle-buttons, button, .rnn-text svg, img')]
            .filter(e => !e.matches('.widget-html'))
            .filter(e => e.getClientRects().length && !e.parentElement.closest('svg'))
            .map(e => Math.round(e.getBoundingClientRect().y - box.getBoundingClientRect().y))""")

    def write(self, field, words):
        """Click into a field, and type other words into it."""
        field.click()
        self.page.keyboard.press("ControlOrMeta+A")
        self.page.keyboard.press("Delete")
        self.page.keyboard.type(words, delay=20)

    def drag(self, target, by):
        """Take hold of a slider's handle and move it sideways, in pixels."""
        target.scroll_into_view_if_needed()
        place = target.bounding_box()
        x, y = place["x"] + place["width"] / 2, place["y"] + place["height"] / 2
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        for step in range(1, 6):
            self.page.mouse.move(x + by * step / 5, y)
            self.page.wait_for_timeout(30)
        self.page.mouse.up()

    def delays(self, target, count=50):
        """Milliseconds from each key press on a slider's handle to all of what it changes."""
        return self.page.evaluate(_DELAYS, [target.element_handle(), count])


def shared():
    """How many times as long all takes, for want of processors: 1 if nobody has to wait for one."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0
    return max(1, load / (os.cpu_count() or 1))


def even(words):
    """Text without tags, with single blanks."""
    words = html.unescape(re.sub(r"<svg.*?</svg>|<[^>]+>", "", words, flags=re.DOTALL))
    return re.sub(r"\s+", " ", words).strip()
