"""Lesson 2 taken over into nbgrader and Otter-Grader, as notebooks/NBGRADER.md says.

Needs requirements.txt and requirements-nbgrader.txt in one environment, and some minutes.
"""

import csv
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from solutions import NOTEBOOKS, ROOT, all_written
from tools import need

PAGE = (NOTEBOOKS / "NBGRADER.md").read_text(encoding="utf-8")
LESSON = NOTEBOOKS / "02_turn_scores_into_probabilities.ipynb"
NAME = LESSON.name
SOLVED = {written.name: written.solved for written in all_written()}
HEAD = "from course.checks import check\n"
NO_SHIFT = (
    "def softmax(scores):\n    exps = np.exp(scores)\n"
    "    return exps / exps.sum(axis=-1, keepdims=True)\n"
    'check("softmax", softmax)'
)
SUBMISSIONS = {  # student: (the exercise cells' text, points)
    "right": (SOLVED, 4.0),
    "wrong": (SOLVED | {"softmax": HEAD + NO_SHIFT}, 2.0),
    "unsolved": ({}, 0.0),
    "borrowed": (SOLVED | {"softmax": "from rnn_core import softmax"}, 2.0),
}


def block(start):
    """The code block of the page that starts with these words, without its indentation."""
    (found,) = [
        code
        for code in re.findall(r"^ *```python\n(.*?)^ *```", PAGE, re.MULTILINE | re.DOTALL)
        if code.lstrip().startswith(start)
    ]
    shift = len(found) - len(found.lstrip(" "))
    return re.sub(rf"^ {{{shift}}}", "", found, flags=re.MULTILINE)


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Run a command in an empty folder, with the course found as the page says."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("JUPYTER", "COURSE_"))}
    environment |= {
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(NOTEBOOKS)]),
        "COURSE_MY_RNN": "my_rnn.py",
        "HOME": str(tmp_path),
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
    }
    (tmp_path / "take_over.py").write_text(block('"""python take_over'), encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    def go(*command, check=True):
        done = subprocess.run(
            [str(part) for part in command],
            env=environment,
            cwd=tmp_path,
            capture_output=True,
            encoding="utf-8",
            timeout=600,
        )
        if check:
            assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
        return done

    return go


def submission(released, answers):
    """A released notebook with some exercise cells filled in."""
    notebook = nbformat.read(released, as_version=4)
    for cell in notebook.cells:
        name = cell.id.removeprefix("exercise-")
        if cell.id.startswith("exercise-") and name in answers:
            cell.source = answers[name]
    return notebook


@pytest.mark.parametrize("kind", ["nbgrader", "otter"])
def test_the_script_takes_every_exercise_over(run, kind):
    need("nbformat")
    seen = []
    for path in sorted(NOTEBOOKS.glob("[01]*.ipynb")):
        run(sys.executable, "take_over.py", kind, path, "new.ipynb")
        for cell in nbformat.read("new.ipynb", as_version=4).cells:
            assert "<summary>Solution</summary>" not in cell.source
            if cell.id.startswith("exercise-"):
                assert "BEGIN SOLUTION" in cell.source, f"{path.name}: {cell.id}"
                compile(cell.source, cell.id, "exec")
                seen.append(cell.id.removeprefix("exercise-"))
    assert seen == list(SOLVED)


def test_nbgrader(run):
    need("nbgrader")
    Path("nbgrader_config.py").write_text(block("c = get_config()"), encoding="utf-8")
    Path("source/lesson02").mkdir(parents=True)
    run(sys.executable, "take_over.py", "nbgrader", LESSON, f"source/lesson02/{NAME}")
    run("nbgrader", "generate_assignment", "lesson02")
    released = Path("release/lesson02", NAME)
    for cell in nbformat.read(released, as_version=4).cells:
        if cell.id.startswith("exercise-"):
            assert "raise NotImplementedError" in cell.source
            assert "SOLUTION" not in cell.source
    assert "image/png" in released.read_text(encoding="utf-8"), "stored figures should stay"
    for student, (answers, _) in SUBMISSIONS.items():
        folder = Path("submitted", student, "lesson02")
        folder.mkdir(parents=True)
        nbformat.write(submission(released, answers), folder / NAME)
    run("nbgrader", "autograde", "lesson02")
    run("nbgrader", "export")
    with open("grades.csv", encoding="utf-8", newline="") as file:
        points = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    assert points == {student: expected for student, (_, expected) in SUBMISSIONS.items()}
    run("nbgrader", "generate_feedback", "lesson02", "--student", "wrong")
    feedback = Path("feedback/wrong/lesson02", NAME).with_suffix(".html")
    assert "too big for a float" in feedback.read_text(encoding="utf-8")


def test_otter(run):
    need("otter")
    run(sys.executable, "take_over.py", "otter", LESSON, "02.ipynb")
    run("otter", "assign", "--no-pdfs", "02.ipynb", "dist")
    (archive,) = Path("dist/autograder").glob("*.zip")
    without_checks = submission("dist/student/02.ipynb", {})
    without_checks.cells = [c for c in without_checks.cells if "grader.check" not in c.source]
    books = {s: submission("dist/student/02.ipynb", a) for s, (a, _) in SUBMISSIONS.items()}
    expected = {student: points for student, (_, points) in SUBMISSIONS.items()}
    points = {}
    for student, book in (books | {"no checks": without_checks}).items():
        folder = Path("handed in", student)
        folder.mkdir(parents=True)
        nbformat.write(book, folder / "02.ipynb")
        run("otter", "run", "--no-logo", "-a", archive, "-o", folder, folder / "02.ipynb")
        results = json.loads((folder / "results.json").read_text(encoding="utf-8"))
        points[student] = sum(test["score"] for test in results["tests"] if "score" in test)
    assert points == expected | {"no checks": 0.0}
