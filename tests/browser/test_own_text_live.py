"""The box of lesson 12: a text of one's own, from the upload to the network that is loaded again."""

import pytest
from widget_box import WidgetBox, even

pytestmark = pytest.mark.parametrize("lesson", [12], indirect=True)
PLAN = (
    "m('own_text').plan_words(b.bench.plan(c['size'], c['passes']), "
    "b.bench.seconds(c['size'], c['passes']))"
)
WORDS = "A narrow fellow in the grass occasionally rides. " * 5000  # Stop comes before the end


@pytest.fixture
def box(lesson):
    cell = lesson.widget_cells("own_text")[0]
    lesson.run_cell(cell)
    return WidgetBox(lesson, cell, "Your own text", place=-1)


def upload(box, path, *, by_key=False):
    button = box.root.locator("button.widget-upload")
    with box.page.expect_file_chooser() as chooser:
        if by_key:
            box.press(button, "Enter")
        else:
            button.click()
    chooser.value.set_files(path)


def test_choose_and_plan(box):
    said = box.text()
    chosen = box.control("Text").locator("select")
    chosen.select_option(index=2)
    box.wait_for(lambda: box.text() != said, "the text is not another")
    chosen.select_option(index=0)
    box.wait_for(lambda: box.text().split(" | ")[:2] == said.split(" | ")[:2], "not the verse")
    network, passes = box.control("Network").locator("select"), box.handle("Passes")
    for control, act in (
        ("passes", lambda: box.press(passes, "ArrowRight", "ArrowRight")),
        ("passes", lambda: box.drag(passes, 80)),
        ("size", lambda: network.select_option(index=0)),
        ("size", lambda: box.press(network, "2")),  # 256 units
    ):
        value = box.values()[control]
        act()
        box.wait_for(lambda c=control, v=value: box.values()[c] != v, f"{control} stays")
        box.wait_for(lambda: even(box.kernel(PLAN)) in box.text(), f"{control} changes no words")
    assert box.lesson.own_errors() == [] and box.lesson.strangers == []


def test_bring_train_save_load(box, tmp_path):
    path = tmp_path / "snake.txt"
    path.write_text(WORDS, encoding="utf-8")
    upload(box, path)
    box.wait_for(lambda: f"{len(WORDS):,} characters" in box.text(), "the text has not come")
    (tmp_path / "picture.txt").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00")
    upload(box, tmp_path / "picture.txt", by_key=True)
    box.root.get_by_role("alert").wait_for()
    box.control("Network").locator("select").select_option(index=0)
    box.root.get_by_role("alert").wait_for(state="detached")
    box.press(box.handle("Passes"), "End")
    box.wait_for(lambda: box.values()["passes"] == 50, "not the most passes")

    box.button("Examine").click()
    box.root.get_by_role("alert").wait_for()
    box.press(box.button("Build"), "Enter")
    box.button("Start").wait_for()
    assert box.root.get_by_role("alert").count() == 0
    box.button("Start").click()
    box.wait_for(lambda: box.kernel("b.model.iteration") > 20, "it does not train")
    box.button("Stop").click()
    box.wait_for(lambda: box.kernel("b.dashboard.state") == "stopped", "it goes on")
    made = box.kernel("b.model.iteration")
    box.button("Save").click()
    box.wait_for(lambda: f"Saved after {made:,} updates" in box.text(), "not saved")
    box.press(box.button("Load"), "Enter")
    box.wait_for(lambda: f"Loaded, after {made:,} updates" in box.text(), "not loaded")
    box.button("Examine").click()
    box.wait_for(lambda: "Loaded" not in box.text(), "not examined")
    assert box.root.get_by_role("alert").count() == 0
    assert list(box.lesson.failures()) == [] and box.lesson.own_errors() == []
