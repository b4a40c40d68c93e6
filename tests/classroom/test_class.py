"""Twelve students at once: start, get the course, Run All of 00 and 07, solve 02, save."""

import json
import statistics

from lesson import lesson_path, solved


def test_everyone_finishes(lesson_day, people, figures):
    failures = {name: one.failure for name, one in lesson_day.items() if one.failure}
    assert not failures
    assert len(lesson_day) == len(people) == 12


def test_no_cell_fails(lesson_day):
    assert {name: one.errors for name, one in lesson_day.items() if one.errors} == {}


def test_every_exercise_is_accepted(lesson_day):
    names = solved(2)[1]
    assert len(names) >= 2
    for name, record in lesson_day.items():
        assert sorted(record.checks) == sorted(names), name
        for exercise, said in record.checks.items():
            assert f"{exercise}: passed." in said, (name, said)


def test_notebooks_and_functions_are_on_disk(lesson_day, people, hub):
    for name, student in people.items():
        assert len(student.saved) == 3
        for path, notebook in student.saved.items():
            stored = json.loads((hub.home(name) / path).read_text(encoding="utf-8"))
            assert contents(stored) == contents(notebook), (name, path)
        mine = (hub.home(name) / lesson_path(2)).parent / "my_rnn.py"
        source = mine.read_text(encoding="utf-8")
        compile(source, mine, "exec")
        for exercise in solved(2)[1]:
            assert f"def {exercise}(" in source, name


def contents(notebook):
    """A notebook's cells, however their text is split into lines."""
    return [
        (cell["id"], "".join(cell["source"]), shown(cell.get("outputs", ())))
        for cell in notebook["cells"]
    ]


def shown(outputs):
    return [
        ("".join(one.get("text", "")), sorted(one.get("data", {})), one.get("ename"))
        for one in outputs
    ]


def test_what_it_took(lesson_day, figures):
    """The figures from which binder/hub/README.md derives its table of sizes."""
    records = list(lesson_day.values())

    def middle(values):
        return statistics.median(list(values))

    def line(what, values, unit):
        values = sorted(values)
        return f"{what}: median {middle(values):.1f}, most {values[-1]:.1f} {unit}"

    share, resident = ([one.memory[kind] for one in records] for kind in ("share", "resident"))
    assert all(len(each) == 4 for each in share), "a server and three kernels for each student"
    figures.append(
        f"{len(records)} students at once: all had finished after "
        f"{max(one.seconds['all'] for one in records):.0f} s"
    )
    figures.append(line("  server ready", [one.seconds["start"] for one in records], "s"))
    figures.append(line("  course there", [one.seconds["course"] for one in records], "s"))
    for number in (0, 7, 2):
        figures.append(
            line(f"  Run All of {number:02d}", [one.seconds[number] for one in records], "s")
            + line("; CPU", [one.cpu[number] for one in records], "s")
        )
    figures.append(line("  CPU of the server", [one.server for one in records], "s"))
    figures.append(line("  files in the home", [one.disk for one in records], "MiB"))
    for kind, sizes in (("proportional share", share), ("resident", resident)):
        figures.append(
            f"  MiB per student ({kind}): server {middle(each[0] for each in sizes):.0f}, kernels "
            + ", ".join(f"{middle(each[i] for each in sizes):.0f}" for i in (1, 2, 3))
            + f"; all together {middle(map(sum, sizes)):.0f}, most {max(map(sum, sizes)):.0f}"
        )
    assert max(map(sum, resident)) < 1500
