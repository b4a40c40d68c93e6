"""The training dashboard in lesson 7: what its buttons do while it trains."""

import pytest
from widget_box import WidgetBox, shared

CELLS = {0: ("dashboard", 2), 7: ("live", 3)}  # lesson: the dashboard's cell, the network's seed

# An unpaused run of the same network, without a dashboard.
_SAME = """
from rnn_core import RNN as _RNN
def _same(losses, seed):
    import numpy as np
    rnn = _RNN(vocab_size=None, hidden_size=64, seq_length=25, learning_rate=0.1, seed=seed)
    return bool(np.array_equal(rnn.train(DICKINSON, len(losses), report=None), losses))
"""

in_lesson_0 = pytest.mark.parametrize("lesson", [0], indirect=True)


@pytest.fixture
def box(lesson):
    """A fresh dashboard, in the lesson's own cell."""
    cell, seed = CELLS[lesson.number]
    lesson.run_cell(cell)
    lesson.run_code(_SAME)
    box = WidgetBox(lesson, cell, "Training, live", place=-1)
    box.seed = seed
    assert box.kernel("b.state") == "ready"
    return box


def done(box):
    """Iterations made, as the kernel counts."""
    return box.kernel("b.training.done")


def state(box, wanted, seconds=60):
    box.wait_for(lambda: box.kernel("b.state") == wanted, f"it is not {wanted}", seconds)


@pytest.mark.parametrize(("lesson", "hand"), [(0, "mouse"), (7, "keys")], indirect=["lesson"])
def test_pause_resume_stop(box, hand, figures):
    lesson, page = box.lesson, box.page

    def push(name):
        if hand == "mouse":
            box.button(name).click()
        else:
            box.press(box.button(name), "Enter")

    said, pictures, places = box.text(), box.pictures(), box.places()
    push("Start")
    box.wait_for(lambda: done(box) > 300, "it does not train")
    box.wait_for(lambda: box.text() != said and box.pictures() != pictures, "nothing to be seen")

    pressed = page.evaluate("performance.now()")
    push("Pause")
    page.wait_for_function(
        "box => box.textContent.includes('Paused after')", arg=box.root.element_handle()
    )
    took = page.evaluate("performance.now()") - pressed
    figures.append(f"training_dashboard: Pause held after {took:.0f} ms")
    assert took < 1000 * shared()
    held = done(box)
    shown = box.text()
    page.wait_for_timeout(600)
    assert done(box) == held and box.text() == shown
    assert f"Paused after {held:,} iterations" in shown

    push("Resume")
    box.wait_for(lambda: done(box) > held + 300, "Resume does not go on")
    push("Stop")
    state(box, "stopped")
    assert box.places() == places, "something has jumped"
    assert box.kernel(f"_same(b.losses, {box.seed})"), "the losses are those of an unpaused run"
    assert len(box.kernel("b.model.generate('Hope', 40, rng=0)")) == 40
    assert lesson.own_errors() == [] and lesson.strangers == []


@in_lesson_0
def test_hammering(box):
    """Sixty clicks as fast as they come, wherever they are allowed, end in order."""
    lesson = box.lesson
    box.page.evaluate(
        """async box => { for (let i = 0; i < 60; i++) {
          const buttons = [...box.querySelectorAll('button:not([disabled])')];
          const order = i % 7 === 6 ? 2 : i % 2;
          (buttons[order] || buttons[0])?.click();
          await new Promise(resolve => setTimeout(resolve, 15)); } }""",
        box.root.element_handle(),
    )
    box.page.wait_for_timeout(500)
    if box.kernel("b.state") == "training":
        box.button("Pause").click()
    box.wait_for(lambda: box.kernel("b.state") != "training", "it does not hold")
    box.button("Resume" if box.kernel("b.state") == "paused" else "Start").click()
    before = done(box)
    box.wait_for(lambda: done(box) > before + 100, "it does not train any more")
    box.button("Stop").click()
    state(box, "stopped")
    assert box.kernel(f"_same(b.losses, {box.seed})")
    assert box.root.get_by_role("alert").count() == 0
    assert list(lesson.failures()) == [] and lesson.own_errors() == []


@in_lesson_0
def test_the_kernels_interrupt_pauses_and_a_cell_runs_meanwhile(box):
    lesson = box.lesson
    box.button("Start").click()
    box.wait_for(lambda: done(box) > 100, "it does not train")
    assert lesson.run_code("print(6 * 7)").strip() == "42"
    lesson.page.evaluate("window.course.panel().sessionContext.session.kernel.interrupt()")
    state(box, "paused")
    assert lesson.run_code("print(6 * 7)").strip() == "42"
    box.button("Resume").click()
    state(box, "training")
    box.button("Stop").click()
    state(box, "stopped")


@in_lesson_0
def test_closing_the_tab_and_coming_back(box):
    """The kernel goes on; the notebook can be opened again, run again, and shows no wreck."""
    lesson = box.lesson
    box.button("Start").click()
    box.wait_for(lambda: done(box) > 100, "it does not train")
    lesson.save()
    lesson.page.close()
    lesson.page = lesson.context.new_page()
    lesson.visit()
    assert list(lesson.failures()) == []
    words = lesson.page.locator(".jp-Notebook").inner_text()
    assert "Error displaying widget" not in words and "model not found" not in words
    lesson.run_cell(box.cell_id)
    assert list(lesson.failures()) == []
    again = WidgetBox(lesson, box.cell_id, "Training, live", place=-1)
    again.button("Start").click()
    again.wait_for(lambda: done(again) > 100, "a new dashboard does not train")
    assert (
        again.kernel(
            "sum(w.state == 'training' for w in "
            "find('course.widgets.training_dashboard')._dashboards)"
        )
        == 1
    )
    again.button("Stop").click()
    state(again, "stopped")
