"""Every lesson, run from top to bottom in JupyterLab."""

import pytest

from conftest import lesson_numbers


@pytest.mark.parametrize("lesson", lesson_numbers(), indirect=True)
def test_run_all(lesson):
    assert list(lesson.failures()) == []
    assert lesson.own_errors() == []
    assert lesson.strangers == []


@pytest.mark.parametrize("lesson", lesson_numbers(), indirect=True)
def test_exercises_are_not_written_yet(lesson):
    cells = [cell for cell in lesson.outputs() if cell["id"].startswith("exercise-")]
    for cell in cells:
        assert "not written yet" in str(cell["outputs"]), cell["id"]
