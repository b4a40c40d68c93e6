"""axe-core in the widgets and outputs of every lesson, in both of JupyterLab's themes."""

import pytest

from conftest import lesson_numbers

# Findings in what Jupyter makes: rule -> (part of the selector or HTML, the reason).
NOT_OURS = {
    "aria-input-field-name": (
        "noUi-handle",
        "ipywidgets gives a slider's handle no name; the label stands beside it",
    ),
    "label": ("<input", "ipywidgets sets a label's `for` only where the label is shown"),
    "select-name": ("<select", "the same, for drop-downs"),
    "button-name": (
        "jupyter-button",
        "ipywidgets gives the buttons of Play an icon and no words; the "
        "lesson's own buttons beside it do the same step by step",
    ),
    "scrollable-region-focusable": ("jp-", "JupyterLab's output areas scroll and take no focus"),
}

# In the dark theme only colours are others, so only they are looked at again.
ALL = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
COLOURS = {"type": "rule", "values": ["color-contrast"]}

_AXE = """async ([root, rules]) => (await axe.run({include: [root]}, {
    runOnly: rules,
    resultTypes: ['violations']})).violations.flatMap(found =>
    found.nodes.map(node => [found.impact, found.id, node.html.slice(0, 300),
      (node.any[0] || node.all[0] || node.none[0] || {}).message || '']))"""

# Text inside SVG and on shaded characters: axe does not look there. Colours are laid over each
# other from the page up, as the browser does.
_CONTRAST = """cell => {
  const parse = c => { const n = (c.match(/[\\d.]+/g) || [0, 0, 0, 0]).map(Number);
    return n.length < 4 ? [...n.slice(0, 3), 1] : n; };
  const over = (top, under) => [0, 1, 2].map(i => top[i] * top[3] + under[i] * (1 - top[3]));
  const light = c => { const [r, g, b] = c.slice(0, 3).map(v => { v /= 255;
      return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const ground = e => { const layers = [];
    for (; e; e = e.parentElement) layers.push(parse(getComputedStyle(e).backgroundColor));
    return layers.reverse().reduce((under, top) => over(top, under), [255, 255, 255]); };
  const poor = [];
  for (const e of cell.querySelectorAll('.rnn-panel .rnn-text *, .rnn-panel .rnn-text')) {
    const own = [...e.childNodes].filter(n => n.nodeType === 3).map(n => n.data).join('').trim();
    if (!own || !e.getClientRects().length || ['title', 'style'].includes(e.tagName)) continue;
    const style = getComputedStyle(e), svg = e.closest('svg');
    if (svg && style.fill === 'none') continue;
    let under = ground(svg ? svg.parentElement : e);
    if (svg) {  // text on a filled shape drawn before it
      const box = e.getBoundingClientRect(), x = box.x + box.width / 2, y = box.y + box.height / 2;
      for (const shape of svg.querySelectorAll('rect, circle')) {
        if (!(shape.compareDocumentPosition(e) & 4)) continue;
        const s = shape.getBoundingClientRect(), look = getComputedStyle(shape);
        if (look.fill === 'none' || x < s.x || x > s.right || y < s.y || y > s.bottom) continue;
        const fill = parse(look.fill);
        fill[3] *= Number(look.fillOpacity) * Number(look.opacity);
        under = over(fill, under);
      }
    }
    const ink = parse(svg ? style.fill : style.color);
    for (let at = e; at && !at.classList.contains('rnn-panel'); at = at.parentElement)
      ink[3] *= Number(getComputedStyle(at).opacity);
    if (svg) ink[3] *= Number(style.fillOpacity);
    const [a, b] = [light(over(ink, under)), light(under)];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) poor.push(`${ratio.toFixed(2)}: "${own.slice(0, 40)}" ${
      style.color} ${style.fill} on ${under.map(Math.round)}`);
  }
  return [...new Set(poor)].sort().slice(0, 3); }"""


def rich(cell):
    """True if a cell shows more than plain text, which looks the same everywhere."""
    return "widgets." in cell["source"] or any(
        "text/html" in output.get("data", {}) for output in cell["outputs"]
    )


def findings(lesson, axe, rules):
    """Serious and critical findings of ours in widgets and outputs of every cell, as sentences."""
    page = lesson.page
    if not page.evaluate("'axe' in window"):
        page.evaluate(axe)
    for cell in lesson.outputs():
        if not rich(cell):
            continue
        node = lesson.cell(cell["id"])
        node.locator(".jp-OutputArea-output").first.wait_for(state="attached")
        root = f'[data-cell-id="{cell["id"]}"] .jp-OutputArea-output'
        for impact, rule, where, message in page.evaluate(_AXE, [root, rules]):
            part, _ = NOT_OURS.get(rule, (None, None))
            if impact in ("serious", "critical") and not (part and part in where):
                yield f"{cell['id']}: {impact} {rule}: {message} {where}"
        if "widgets." in cell["source"]:
            for poor in page.evaluate(_CONTRAST, node.element_handle()):
                yield f"{cell['id']}: contrast {poor}"
        unnamed = node.evaluate(
            """node => [...node.querySelectorAll('.jp-OutputArea img, .rnn-text svg')].filter(e =>
            !e.parentElement.closest('svg') && !e.getAttribute('alt')
            && !(e.getAttribute('role') === 'img' && e.getAttribute('aria-label'))
            && e.getAttribute('aria-hidden') !== 'true').length"""
        )
        if unnamed:
            yield f"{cell['id']}: {unnamed} pictures without a description"


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
@pytest.mark.parametrize("lesson", lesson_numbers(), indirect=True)
def test_no_serious_findings(lesson, axe, theme):
    lesson.theme(theme)
    try:
        rules = ALL if theme == "JupyterLab Light" else COLOURS
        found = sorted(set(findings(lesson, axe, rules)))
    finally:
        lesson.theme("JupyterLab Light")
    assert found == []
