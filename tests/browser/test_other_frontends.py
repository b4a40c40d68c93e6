"""Every lesson in the JupyterLab that Binder brings and in Notebook 7: Run All, one widget moved."""

import pytest

from conftest import lesson_numbers

FRONTENDS = ["lab-4.4.9", "notebook-7.6"]


@pytest.mark.parametrize("number", lesson_numbers())
def test_run_all_and_move_a_widget(open_lesson, number):
    """The two run side by side, to save time."""
    opened = {name: open_lesson(number, name) for name in FRONTENDS}
    for lesson in opened.values():
        lesson.begin_run_all()
    for name, lesson in opened.items():
        lesson.end_run_all()
        assert list(lesson.failures()) == [], name
        move_a_widget(lesson)
        assert lesson.own_errors() == [], name
        assert lesson.strangers == [], name


def move_a_widget(lesson):
    """Move the first slider of a lesson with the mouse, or answer its first question."""
    cells = lesson.widget_cells("(?!quiz|training_dashboard)\\w+") or lesson.widget_cells()
    panel = lesson.panel(cells[0])
    before = panel.inner_text()
    handle = panel.locator(".noUi-handle").first
    if handle.count():
        handle.scroll_into_view_if_needed()
        place = handle.bounding_box()
        x, y = place["x"] + place["width"] / 2, place["y"] + place["height"] / 2
        lesson.page.mouse.move(x, y)
        lesson.page.mouse.down()
        lesson.page.mouse.move(x + 90, y, steps=3)  # one step of three at least
        lesson.page.mouse.up()
    else:
        panel.get_by_role("radio").first.click()
    lesson.page.wait_for_function(
        "([box, before]) => box.innerText !== before", arg=[panel.element_handle(), before]
    )
    assert panel.get_by_role("status").first.inner_text().strip()
    assert panel.get_by_role("alert").count() == 0
