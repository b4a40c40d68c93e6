"""What can be read of a widget without a kernel: quizzes whole, the others at a few settings.

The course's own widgets are set, and what they show is written down. No cell of a lesson is run.
"""

import ast
import base64
import contextlib
import html
import json
import re
from pathlib import Path

import ipywidgets
import numpy as np

from course import widgets
from course.widgets.questions import QUESTIONS
from rnn_core import RNN, Vocabulary, softmax

HERE = Path(__file__).resolve().parent
DARK = "html[data-theme='dark'] body"


def shown(source, promise, live, lesson):
    """Return HTML for the output of a cell that makes a widget.

    source: the cell's code; promise: "Run this cell to …"; live: how the page is made live;
    lesson: the notebook, as JSON.
    """
    quiz = re.search(r'widgets\.quiz\("([\w-]+)"\)', source)
    if quiz:
        return question(QUESTIONS[quiz[1]])
    kind = re.search(r"widgets\.(\w+)\(", source)[1]
    own = re.search(r"rnn|trained|DICKINSON", source)  # a network that the page itself trains
    still = frames(kind, lesson) if kind in FRAMES and not own else moving(kind)
    does = html.escape(promise.removeprefix("Run this cell to "))
    return f'<div class="widget">{still}<p class="noprint"><b>Live, you can</b> {does} {live}</p></div>'


def question(asked):
    """A question, its answers, and below a fold what there is to say of each."""
    answers = "".join(f"<li>{html.escape(answer.text)}</li>" for answer in asked.answers)
    words = "".join(
        f"<li>{'<b>Right.</b>' if answer.right else 'Not quite.'} {answer.feedback}</li>"
        for answer in asked.answers
    )
    return (
        f'<div class="widget"><p><b>Question.</b> {asked.prompt}</p><ol type="A">{answers}</ol>'
        f'<details><summary>What there is to say of each answer</summary><ol type="A">{words}</ol>'
        f"</details></div>"
    )


def moving(kind):
    """Instead of a training: README's moving picture of one."""
    if kind != "training_dashboard":
        return ""
    return (
        '<img src="images/recital.gif" width="760" height="300" alt="A network is trained: at first '
        "it writes random letters and all of them surprise it, then scraps of words, then the "
        'verse, while the loss falls.">'
    )


def weights_of(lesson):
    """The arrays that a lesson writes out for the word hope, by name; its code is only read."""
    found = {}
    for cell in lesson["cells"]:
        if cell["cell_type"] != "code":
            continue
        for line in ast.parse("".join(cell["source"])).body:
            if not isinstance(line, ast.Assign) or not isinstance(
                line.value, (ast.Call, ast.Tuple)
            ):
                continue
            (target,), value = line.targets, line.value
            pairs = [(target, value)]
            if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
                pairs = zip(target.elts, value.elts, strict=True)
            for name, call in pairs:
                made = isinstance(call, ast.Call) and getattr(call.func, "attr", None)
                if made in ("array", "zeros") and isinstance(name, ast.Name):
                    with contextlib.suppress(ValueError):  # what is computed is not written out
                        found.setdefault(name.id, getattr(np, made)(ast.literal_eval(call.args[0])))
    return {name: found[name] for name in ("Wxh", "Whh", "Why", "bh", "by")}


def verse_network():
    """The network of the front page."""
    text = (HERE / "static" / "verse.js").read_text(encoding="utf-8")
    stored = json.loads(re.search(r"const VERSE = (.*);", text)[1])
    rnn = RNN(len(stored["characters"]), stored["hidden"], 25)
    rnn.vocabulary = Vocabulary(stored["characters"])
    whole, at = np.frombuffer(base64.b64decode(stored["weights"]), "<i2"), 0
    for name, array in rnn.parameters.items():
        part = whole[at : at + array.size].reshape(array.shape)
        rnn.parameters[name], at = part * stored["scales"][name], at + array.size
    return rnn


def forward(inputs, h_prev, *weights):
    rnn = RNN(len(weights[4]), len(weights[3]), 1)
    for name, array in zip(rnn.parameters, weights, strict=True):
        rnn.parameters[name] = array
    return rnn.forward(inputs, h_prev)


def forward_stepper(lesson):
    return widgets.forward_stepper(forward, "ehop", weights_of(lesson).values(), "hopepop")


# Widget -> how to make it, and a few settings of its controls, each with a name.
FRAMES = {
    "softmax_explorer": (
        lambda lesson: widgets.softmax_explorer(softmax),
        [
            ("at the start", {}),
            ("all shifted by 705", {"shift": 705}),
            ("by 710", {"shift": 710}),
            ("temperature 0.5", {"shift": 0, "temperature": 0.5}),
            ("temperature 2", {"temperature": 2.0}),
        ],
    ),
    "forward_stepper": (
        forward_stepper,
        [(f"step {step}", {"step": step}) for step in range(1, 8)],
    ),
    "bptt_stepper": (
        lambda lesson: widgets.bptt_stepper(weights_of(lesson), "hope", "ehop"),
        [(f"{back} back", {"back": back}) for back in range(3)],
    ),
    "gradient_flow": (
        lambda lesson: widgets.gradient_flow(),
        [
            ("spectral radius 0.5", {"radius": 0.5}),
            ("1", {"radius": 1.0}),
            ("2.5", {"radius": 2.5}),
            ("2.5, clipped by norm", {"how": "by norm"}),
        ],
    ),
    "optimizer_race": (
        lambda lesson: widgets.optimizer_race(),
        [
            ("SGD at 0.03", {}),
            ("at 0.05", {"sgd": 0.05}),
            ("a steeper valley", {"sgd": 0.03, "steepness": 100}),
        ],
    ),
    "temperature_sampler": (
        lambda lesson: widgets.temperature_sampler(verse_network(), "Hope is the ", 120),
        [(f"temperature {heat:g}", {"temperature": heat}) for heat in (0.5, 1, 2, 4)],
    ),
}


def frames(kind, lesson):
    """Radio buttons, one a setting, and below them what the widget shows at each."""
    make, settings = FRAMES[kind]
    panel, buttons, stills = make(lesson), [], []
    name = f"still-{frames.count}"
    frames.count += 1
    for place, (label, values) in enumerate(settings):
        for control, value in values.items():
            panel.controls[control].value = value
        checked = "" if place else " checked"
        buttons.append(
            f'<label><input type="radio" name="{name}"{checked}> {html.escape(label)}</label>'
        )
        stills.append(f'<div class="still rnn-panel">{written(panel)}</div>')
    legend = '<legend class="noprint">Some of what it shows:</legend>'
    look = panel.children[0].value.replace("body[data-jp-theme-light='false']", DARK)
    row = f'<div class="settings">{"".join(buttons)}</div>'
    return f'{look}<fieldset class="stills">{legend}{row}{"".join(stills)}</fieldset>'


frames.count = 0


def written(widget):
    """What a widget shows, as HTML without its controls."""
    if widget.layout.display == "none":
        return ""
    if isinstance(widget, ipywidgets.Box):
        inside = "".join(written(child) for child in widget.children)
        return (
            f'<div class="{"beside" if isinstance(widget, ipywidgets.HBox) else ""}">{inside}</div>'
        )
    if isinstance(widget, ipywidgets.HTML):
        plain = re.sub("<style>.*?</style>", "", widget.value, flags=re.DOTALL)
        return plain.replace(' role="status" aria-live="polite"', "")
    return ""
