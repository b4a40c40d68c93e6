"""The teacher corrects the course while students are in the middle of it: both must stay."""

import asyncio
import json

import pytest
from hub import STUDENTS
from lesson import NOTEBOOKS, lesson_path
from student import errors_in

NEWS = "The teacher has made this clearer."
NOTE = "# A note of my own"
LESSON = lesson_path(2)
DELETED = lesson_path(13)
NEW = f"{NOTEBOOKS}/homework.txt"


def cells(notebook):
    return {cell["id"]: cell for cell in notebook["cells"]}


def stored(hub, name):
    return json.loads((hub.home(name) / LESSON).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def update(hub, people, lesson_day, run):
    """Every student's lesson 2 before the update: solved, run, and with a note in a text cell."""

    async def annotate(student):
        notebook, _ = await student.open(LESSON)
        cells(notebook)["scores-text"]["source"] = NOTE
        cells(notebook)["scores"]["source"] += "\nmine = 1"
        await student.save(LESSON, notebook)
        await student.run_all(LESSON)
        (hub.home(student.name) / DELETED).unlink()
        kernel = student.kernels[LESSON]
        await kernel.execute("open('homework.txt', 'w').write('mine')")
        return student.saved[LESSON], (
            hub.home(student.name) / NOTEBOOKS / "my_rnn.py"
        ).read_bytes()

    async def everyone(action):
        return dict(zip(people, await asyncio.gather(*map(action, people.values())), strict=True))

    before = run(everyone(annotate))
    path = hub.course.folder / LESSON.partition("/")[2]
    notebook = json.loads(path.read_text(encoding="utf-8"))
    theirs = cells(notebook)
    theirs["what-broke"]["source"] = [NEWS]  # a text that no student has touched
    theirs["scores-text"]["source"] = ["Both have changed this."]
    theirs["scores"]["source"] = ["both = 'have changed this'"]
    notebook["cells"].append(
        {"cell_type": "markdown", "id": "added", "metadata": {}, "source": ["One more thing."]}
    )
    path.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    (hub.course.folder / NEW.partition("/")[2]).write_text("the teacher's", encoding="utf-8")
    hub.course.commit("Clearer")
    run(everyone(lambda student: student.pull()))
    return before


def test_edits_outputs_and_functions_stay(hub, update):
    assert len(update) == 12
    for name, (notebook, functions) in update.items():
        now, before = cells(stored(hub, name)), cells(notebook)
        assert "".join(now["scores-text"]["source"]) == NOTE, name
        for key, cell in before.items():
            if key != "what-broke":
                assert "".join(now[key]["source"]) == "".join(cell["source"]), (name, key)
            if cell["cell_type"] == "code":
                assert now[key]["execution_count"] == cell["execution_count"], (name, key)
                assert len(now[key]["outputs"]) == len(cell["outputs"]), (name, key)
        assert (hub.home(name) / NOTEBOOKS / "my_rnn.py").read_bytes() == functions


def test_changes_arrive(hub, update, figures):
    for name in update:
        now = cells(stored(hub, name))
        assert "".join(now["what-broke"]["source"]) == NEWS, name
        assert "added" in now, name
    figures.append(
        f"An update reached {len(update)} edited and executed notebooks; no edit was lost"
    )


def test_a_deleted_lesson_comes_back(hub, update):
    for name in update:
        assert (hub.home(name) / DELETED).is_file()


def test_a_file_in_the_way_is_set_aside(hub, update):
    for name in update:
        folder = (hub.home(name) / NEW).parent
        assert (folder / "homework.txt").read_text(encoding="utf-8") == "the teacher's"
        (aside,) = folder.glob("homework__*.txt")
        assert aside.read_text(encoding="utf-8") == "mine"


def test_merged_notebook_runs(update, people, run):
    notebook, _ = run(people[STUDENTS[11]].run_all(LESSON))
    assert errors_in(notebook) == []
