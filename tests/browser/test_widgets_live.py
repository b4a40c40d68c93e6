"""Every widget in its lesson: each control moved by mouse and by keyboard, as a learner does.

What the box then says is compared with what the widget's plain function gives, in the lesson's
kernel, for the values that the kernel has of the controls.
"""

from dataclasses import dataclass

import numpy as np
import pytest
from widget_box import WidgetBox, even, shared

from conftest import lesson_numbers

TARGET = 150  # ms, p95 of control to picture, on a machine that has nothing else to do
TRIES = 3  # of 50 moves each, the quickest counts: other work comes and goes


@dataclass(frozen=True)
class Case:
    """A widget in a lesson. `expected` is a list of HTML, in b, c and m (see WidgetBox.kernel)."""

    lesson: int
    name: str
    title: str
    expected: str
    sliders: tuple = ()  # (description, name among the controls)
    warm_up: tuple = ()  # (description, pixels) of a slider to drag first, where much is certain
    place: int = 0  # among the boxes of this title in the lesson


CASES = [
    Case(
        2,
        "softmax_explorer",
        "Scores and probabilities",
        "(lambda now: [m('softmax_explorer').entropy_words(now, 'ehop'), "
        "m('softmax_explorer').naive_words(now)])(m('softmax_explorer').setting("
        "[c['score ' + x] for x in 'ehop'], c['shift'], c['temperature'], softmax))",
        (
            ("Score of e", "score e"),
            ("Score of h", "score h"),
            ("Score of o", "score o"),
            ("Score of p", "score p"),
            ("Temperature", "temperature"),
            ("Shift of all", "shift"),
        ),
    ),
    Case(
        3,
        "forward_stepper",
        "The network reads",
        "[m('forward_stepper').step_words(m('forward_stepper').read(forward, 'ehop', "
        "list(weights), c['text'], carry=c['carry']), 'ehop', c['step'])]",
        (("Step", "step"),),
    ),
    Case(
        3,
        "forward_stepper",
        "The network reads",
        "[m('forward_stepper').step_words(m('forward_stepper').read(forward, characters, "
        "list(trained.parameters.values()), c['text'], carry=c['carry']), characters, c['step'])]",
        (("Step", "step"),),
        place=1,
    ),
    Case(
        4,
        "bptt_stepper",
        "Back through time",
        "[m('bptt_stepper').html.escape(m('bptt_stepper').words(m('bptt_stepper').trace(weights, "
        "'ehop', c['text'], only_last=c['blamed']), len(c['text']) - 2 - c['back']))]",
        (("Steps back", "back"),),
    ),
    Case(
        5,
        "gradient_flow",
        "Blame on its way back",
        "[m('gradient_flow').in_words(m('gradient_flow').flow(c['radius'], c['length'], "
        "c['limit'], c['how']), c['how'])]",
        (("Spectral radius", "radius"), ("Sequence length", "length"), ("Clip limit", "limit")),
    ),
    Case(
        6,
        "optimizer_race",
        "SGD against Adagrad",
        "[m('optimizer_race').in_words(m('optimizer_race').race(*c.values()))]",
        (
            ("Learning rate of SGD", "sgd"),
            ("Learning rate of Adagrad", "adagrad"),
            ("Steps in the valley", "steps"),
            ("Steepness of the valley", "steepness"),
        ),
    ),
    Case(
        4,
        "bptt_stepper",
        "Back through time",
        "[m('bptt_stepper').html.escape(m('bptt_stepper').words(m('bptt_stepper').trace("
        "rnn.parameters, rnn.vocabulary.characters, c['text'], only_last=c['blamed']), "
        "len(c['text']) - 2 - c['back']))]",
        (("Steps back", "back"),),
        place=1,
    ),
    *(
        Case(
            lesson,
            "temperature_sampler",
            "Temperature",
            "(lambda said: [c['prompt'] + said.text, m('temperature_sampler').surprise_words(said), "
            f"m('temperature_sampler').distribution_words(said, {model}.vocabulary.characters)])("
            f"m('temperature_sampler').say({model}, c['prompt'], c['length'], c['temperature'], "
            "c['seed'], greedy=c['greedy'], top_p=c['top-p'], "
            f"top_k=None if c['top-k'] == len({model}.vocabulary) else c['top-k']))",
            (("Temperature", "temperature"), ("Length", "length")),
            warm_up=("Temperature", 45),
        )
        for lesson, model in ((0, "network"), (8, "model"))
    ),
    Case(
        9,
        "neuron_explorer",
        "Through the eyes of one unit",
        "(lambda sight: [m('neuron_explorer').in_words(sight, c['feature'], "
        "b.reader.costs(sight.unit)), m('neuron_explorer').coloured(b.reader.words, "
        "sight.activation)])(b.reader.see(c['feature'], c['place']))",
        (("Place", "place"),),
    ),
]
IDS = [f"{case.lesson:02d}-{case.name}{case.place or ''}" for case in CASES]


@pytest.fixture
def box(lesson, request):
    case = request.getfixturevalue("case")
    cell = lesson.widget_cells(case.name)[case.place]
    found = WidgetBox(lesson, cell, case.title, case.place)
    if case.warm_up:
        description, by = case.warm_up
        found.drag(found.handle(description), -600)
        found.drag(found.handle(description), 100 + by)
        found.page.wait_for_timeout(500)
    return found


def on_every_widget(test):
    return pytest.mark.parametrize(
        "lesson, case", [(case.lesson, case) for case in CASES], indirect=["lesson"], ids=IDS
    )(test)


def cases(*names):
    chosen = [case for case in CASES if case.name in names and not case.place]
    return pytest.mark.parametrize(
        "lesson, case",
        [(case.lesson, case) for case in chosen],
        indirect=["lesson"],
        ids=[f"{case.lesson:02d}-{case.name}" for case in chosen],
    )


def says_what_it_should(box, case):
    """True once the box shows what the plain function gives for the controls' values."""
    said = box.text()
    return all(even(part) in said for part in box.kernel(case.expected))


def see_change(box, case, act, control, *, much=True):
    """Act; then the kernel's value of the control is another, and the box says what it should.

    If the step is not a small one, what it says must be something else than before.
    """
    before, value = box.state(), box.values()[control]
    act()
    box.wait_for(lambda: box.values()[control] != value, f"{control} stays at {value}")
    if much:
        box.wait_for(lambda: box.state() != before, f"{control} changed nothing that is shown")
    box.wait_for(
        lambda: says_what_it_should(box, case),
        f"{control} at {box.values()[control]}: the box does not say what it should: {box.text()}",
    )
    after = box.state()
    assert all(after[1]) and len(after[1]) == len(before[1]), "every picture has a description"


def hold_still(box, *, before):
    """Nothing has jumped: each control and picture stands where it stood."""
    assert box.places() == before, "something has jumped"


def to_the_start(box, description, control):
    def there():
        if box.values()[control] == 0:
            return True
        box.drag(box.handle(description), -600)  # again, if the page moved under the hand
        return False

    box.wait_for(there, f"{control} does not go to 0")


@on_every_widget
def test_sliders_by_keyboard_and_mouse(lesson, case, box):
    for description, control in case.sliders:
        handle = box.handle(description)
        before, places = box.state(), box.places()
        see_change(box, case, lambda h=handle: box.press(h, "ArrowRight"), control, much=False)
        see_change(box, case, lambda h=handle: box.drag(h, 90), control, much=False)
        after = box.state()
        assert after != before, f"{control} changes nothing that is shown"
        assert after[2] == before[2] or after[1] != before[1], (
            f"{control}: a picture has changed, and its description has not"
        )
        see_change(box, case, lambda h=handle: box.press(h, "ArrowLeft"), control, much=False)
        hold_still(box, before=places)
    assert lesson.own_errors() == []
    assert lesson.strangers == []


@on_every_widget
def test_delay(lesson, case, box, figures):
    """From a key press to the changed picture: 50 moves."""
    description, control = case.sliders[0]
    box.press(box.handle(description), "ArrowLeft", "ArrowLeft")
    box.page.wait_for_timeout(300)
    found = []
    for _ in range(TRIES):
        found.append(np.percentile(box.delays(box.handle(description)), [95, 50]))
        if found[-1][0] < TARGET * shared():
            break
    slow, middle = min(found, key=tuple)
    others = f", best of {len(found)}" if len(found) > 1 else ""
    figures.append(
        f"{case.lesson:02d} {case.name}: {control} to picture, p50 {middle:.0f} ms, "
        f"p95 {slow:.0f} ms{others}"
    )
    assert slow < TARGET * shared()


@cases("softmax_explorer")
def test_softmax_overflows(lesson, case, box):
    """Far to the right the naive version breaks; the button puts all back."""
    box.button("Back to the start").click()
    box.wait_for(lambda: box.values()["temperature"] == 1.0, "the button does nothing")
    box.drag(box.handle("Shift of all"), 300)
    box.wait_for(lambda: "overflow" in box.text(), "no overflow")
    assert "nan" in " ".join(box.pictures())
    for act in (
        lambda: box.button("Back to the start").click(),
        lambda: box.press(box.button("Back to the start"), "Enter"),
    ):
        box.drag(box.handle("Shift of all"), 300)
        box.wait_for(lambda: box.values()["shift"] == 1000, "it does not go to the end")
        act()
        box.wait_for(lambda: box.values()["shift"] == 0, "the button does nothing")
        box.wait_for(lambda: says_what_it_should(box, case), "not back at the start")


@cases("forward_stepper")
def test_forward_stepper(lesson, case, box):
    to_the_start(box, "Step", "step")
    see_change(box, case, lambda: box.button("Step on").click(), "step")
    see_change(box, case, lambda: box.press(box.button("Step on"), "Enter"), "step")
    assert box.values()["step"] == 2
    see_change(box, case, lambda: box.button("Step back").click(), "step")
    see_change(box, case, lambda: box.button("Step on").click(), "step")
    tick = box.root.get_by_role("checkbox")
    see_change(box, case, lambda: tick.click(), "carry")
    see_change(box, case, lambda: box.press(tick, "Space"), "carry")
    field, places = box.control("Text").locator("input"), box.places()
    see_change(box, case, lambda: box.write(field, "pope"), "text")
    box.write(field, "hopxe")
    alert = box.root.get_by_role("alert")
    alert.wait_for()
    assert "x" in alert.inner_text()
    hold_still(box, before=places)
    box.write(field, "hope")
    alert.wait_for(state="detached")  # at the first character already
    box.wait_for(lambda: box.values()["text"] == "hope", "the text does not arrive")
    play = box.root.locator(".widget-play button").first
    for act in (play.click, lambda: box.press(play, "Enter")):
        to_the_start(box, "Step", "step")
        act()
        box.wait_for(lambda: box.values()["step"] == 4, "Play does not read to the end")
        box.wait_for(lambda: says_what_it_should(box, case), "not what it should say at the end")
        box.wait_for(lambda: not box.kernel("b.controls['play'].playing"), "Play does not end")
    hold_still(box, before=places)


@cases("bptt_stepper")
def test_bptt_stepper(lesson, case, box):
    to_the_start(box, "Steps back", "back")
    see_change(box, case, lambda: box.button("Step back").click(), "back")
    see_change(box, case, lambda: box.press(box.button("Step back"), "Enter"), "back")
    see_change(box, case, lambda: box.button("Start over").click(), "back")
    chosen = box.control("Blame").locator("select")
    see_change(box, case, lambda: chosen.select_option(index=1), "blamed")
    see_change(box, case, lambda: box.press(chosen, "e"), "blamed")  # every prediction
    field, places = box.control("Text").locator("input"), box.places()
    see_change(box, case, lambda: box.write(field, "pepe"), "text")
    box.write(field, "hqp")
    box.root.get_by_role("alert").wait_for()
    hold_still(box, before=places)
    box.write(field, "hope")
    box.root.get_by_role("alert").wait_for(state="detached")
    hold_still(box, before=places)


@cases("gradient_flow")
def test_gradient_flow_clips(lesson, case, box):
    box.drag(box.handle("Spectral radius"), 500)
    box.wait_for(lambda: box.values()["radius"] == 3.0, "it does not go to the end")
    see_change(box, case, lambda: box.button("by norm").click(), "how")
    assert "keeps its direction" in box.text()
    see_change(box, case, lambda: box.press(box.button("by value"), "Enter"), "how")
    assert "turns by" in box.text()


@cases("temperature_sampler")
def test_temperature_sampler(lesson, case, box):
    prompt, dice = (box.control(name).locator("input") for name in ("Prompt", "Seed"))
    first = box.kernel(case.expected)[0]

    def roll(number):
        box.write(dice, number)
        box.page.keyboard.press("Enter")

    see_change(box, case, lambda: roll("7"), "seed")
    see_change(box, case, lambda: box.press(dice, "ArrowUp", "Enter"), "seed")
    see_change(box, case, lambda: roll("0"), "seed")
    assert box.kernel(case.expected)[0] == first, "the same seed says the same"
    places = box.places()
    see_change(box, case, lambda: box.write(prompt, "And "), "prompt")
    tick = box.root.get_by_role("checkbox")
    see_change(box, case, lambda: tick.click(), "greedy")
    see_change(box, case, lambda: box.press(tick, "Space"), "greedy")
    for description, control in (("Top-k", "top-k"), ("Top-p", "top-p")):  # all is let through
        handle = box.handle(description)
        see_change(box, case, lambda h=handle: box.press(h, "ArrowLeft"), control, much=False)
        see_change(box, case, lambda h=handle: box.drag(h, -200), control)
        hold_still(box, before=places)
        see_change(box, case, lambda h=handle: box.press(h, "End"), control)
    answer = box.root.locator(".rnn-text svg, .rnn-mono")
    for wrong in ("", "Hope?"):
        box.write(prompt, wrong)
        box.root.get_by_role("alert").wait_for()
        hold_still(box, before=places)
        assert not any(part.is_visible() for part in answer.all()), "no answer to this prompt"
    box.write(prompt, "Hope")
    box.root.get_by_role("alert").wait_for(state="detached")
    hold_still(box, before=places)


@cases("neuron_explorer")
def test_neuron_explorer(lesson, case, box):
    chosen = box.control("Ranked by").locator("select")
    see_change(box, case, lambda: chosen.select_option(index=2), "feature")
    see_change(
        box,
        case,
        lambda: box.press(
            chosen,
            box.root.page.evaluate(
                "e => e.options[e.selectedIndex ? 0 : 1].text[0]", chosen.element_handle()
            ),
        ),
        "feature",
    )


@pytest.mark.parametrize("lesson", lesson_numbers(), indirect=True)
def test_quiz(lesson):
    """Every answer of every question, by mouse; the first question by keyboard too."""
    from course.widgets.questions import QUESTIONS

    for number, cell in enumerate(lesson.widget_cells("quiz")):
        panel = lesson.panel(cell)
        source = next(c["source"] for c in lesson.outputs() if c["id"] == cell)
        question = QUESTIONS[source.split('quiz("')[1].split('"')[0]]
        reply = panel.get_by_role("status")
        for place, answer in enumerate(question.answers):
            radio = panel.get_by_role("radio").nth(place)
            if number:
                radio.click()
            else:
                radio.focus()
                lesson.page.keyboard.press("Space")
            lesson.page.wait_for_function(
                "([box, words]) => box.textContent.replace(/\\s+/g, ' ').includes(words)",
                arg=[panel.element_handle(), even(answer.feedback)],
            )
            assert reply.inner_text().startswith("✓" if answer.right else "✗")
    assert lesson.own_errors() == []
