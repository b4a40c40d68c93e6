"""The teacher's guide says what is there: lessons, minutes, mistakes, widgets, commands, numbers."""

import re
import subprocess
import sys

import numpy as np
import pytest

from course import widgets
from course.checks import runner
from course.exercises import EXERCISES
from course.widgets.questions import QUESTIONS
from reading import NOTEBOOKS, ROOT, lesson_paths, read_lesson
from rnn_core import RNN, Vocabulary

GUIDE = (NOTEBOOKS / "TEACHING.md").read_text(encoding="utf-8")
NBGRADER = (NOTEBOOKS / "NBGRADER.md").read_text(encoding="utf-8")
PATHS = lesson_paths()
README = (ROOT / "README.md").read_text(encoding="utf-8")
MINUTES = {
    int(number): int(minutes)
    for number, minutes in re.findall(r"^\| \[(\d+) · .+\| (\d+) \|$", README, re.MULTILINE)
}
EXAMPLES = {
    "my_rnn.py",
    "anna.py",
    "ben.ipynb",
    "take_over.py",
    "nbgrader_config.py",
    "/home/anna/my_rnn.py",
}


def section(start, level="##"):
    """What stands below the heading that begins so, up to the next of its level."""
    found = re.findall(
        rf"^{level} {re.escape(start)}.*?\n(.*?)(?=^{level} |\Z)", GUIDE, re.MULTILINE | re.DOTALL
    )
    assert len(found) == 1, f"{len(found)} headings begin with {level} {start}"
    return found[0]


def rows(text, head):
    """The rows of the table whose head begins with these words, as lists of cells."""
    (body,) = re.findall(rf"^\| {re.escape(head)} .*\n\|[ |-]+\n((?:\|.*\n)*)", text, re.MULTILINE)
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in body.splitlines()]


def lesson(number):
    return section(f"{number} · ")


def numbers_in(cell):
    return [int(number) for number in re.findall(r"\d+", cell)]


# Lessons -----------------------------------------------------------------------------------


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_a_lesson_of_the_guide(path):
    notebook = read_lesson(path)
    assert f"\n## {notebook.headings[0][2]}\n" in GUIDE, "a lesson's title is its heading"
    text = lesson(notebook.number)
    for label in (
        "**Aim.**",
        "**Board",
        "**Expect**",
        "**Ask**",
        "**Homework.**",
        "**Short course.**",
    ):
        assert text.count(label) == 1, label
    parts = rows(text, "minutes")
    assert sum(int(minutes) for minutes, *_ in parts) == MINUTES[notebook.number]
    named = [words for _, part, _ in parts for words in re.findall(r"\*([^*]+)\*", part)]
    there = [words for _, level, words in notebook.headings if level > 1]
    places = [there.index(words) if words in there else words for words in named]
    assert places == sorted(places, key=str if str in map(type, places) else int), places
    mine = [name for name, exercise in EXERCISES.items() if exercise.lesson == notebook.number]
    assert [name for _, part, _ in parts for name in re.findall(r"`(\w+)`", part)] == mine
    questions = re.findall(r"^- .+\? \*.+\*$", text.partition("**Ask**")[2], re.MULTILINE)
    assert 2 <= len(questions) <= 3


@pytest.mark.parametrize("number", sorted({e.lesson for e in EXERCISES.values()}))
def test_mistakes_exist(number):
    expected = rows(lesson(number), "exercise")
    assert 3 <= len(expected) <= 5
    for exercise, mistake, _ in expected:
        exercise, mistake = exercise.strip("`"), mistake.strip("`")
        assert EXERCISES[exercise].lesson == number
        assert mistake in {known.name for known in EXERCISES[exercise].mistakes}


def test_quizzes_exist():
    named = re.findall(r"\((?:the first (?:two )?)?from the quiz(?:zes)? (.+?)\)", GUIDE)
    found = [name for words in named for name in re.findall(r"`([\w-]+)`", words)]
    assert len(found) == 6
    assert set(found) <= set(QUESTIONS)


def test_a_short_course_gives_its_minutes():
    for number, claimed in ((12, 18), (13, 25), (14, 20), (15, 20)):
        text = lesson(number)
        kept = re.findall(r"\*([^*]+)\*", text.partition("**Short course.**")[2].split(":")[0])
        parts = {re.search(r"\*(.+?)\*", part)[1]: int(m) for m, part, _ in rows(text, "minutes")}
        assert sum(parts[words] for words in kept if words in parts) == claimed
        assert f"{claimed} minutes." in text
    clinic = {part: int(minutes) for minutes, part, _ in rows(lesson(10), "minutes")}
    kept = ("Patient A:", "Patient E:", "Patient G:", "A checklist")
    assert sum(m for part, m in clinic.items() if any(words in part for words in kept)) == 20


# Plans -------------------------------------------------------------------------------------


def test_plans_add_up():
    assert f"take {sum(MINUTES.values())} minutes" in section("Plans")
    session = {int(number): int(minutes) for minutes, number, _ in rows(GUIDE, "minutes | lesson")}
    assert sum(session.values()) == 90 == 1.2 * (90 - session[7] - session[10])
    assert "leave out lessons 7 and 10: their 15 minutes are the fifth more" in section("Plans")
    days = rows(GUIDE, "session")
    assert len(days) == 5
    weeks = [half for _, *week in rows(GUIDE, "week") for half in (week[:2], week[2:])]
    assert len(weeks) == 8
    sessions = [(lessons, minutes) for _, minutes, lessons, _ in days] + weeks
    for lessons, minutes in sessions:
        assert minutes_of(lessons) == int(minutes) <= 90, lessons
    taken = {n for lessons, _ in weeks for n in numbers_in(lessons)}
    assert taken == set(MINUTES) - {11, 13, 14, 15}  # those are for whoever goes on
    assert sum(minutes_of(lessons) for lessons, _ in weeks) == sum(MINUTES[n] for n in taken)


def sittings(number):
    """The minutes of the two sittings of a lesson, as its page says; none if it has one."""
    said = re.search(
        r"^\*\*Two sittings\*\* of (\d+) and (\d+) minutes", lesson(number), re.MULTILINE
    )
    return [int(minutes) for minutes in said.groups()] if said else []


def minutes_of(lessons):
    """The minutes of lessons and sittings named in a cell, such as "2, 3 (first sitting)"."""
    total = 0
    for number, which in re.findall(r"(\d+)(?: \((first|second) sitting\))?", lessons):
        whole = MINUTES[int(number)]
        total += sittings(int(number))[which == "second"] if which else whole
    return total


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_sittings_are_those_of_the_lesson(path):
    """Its page gives the minutes before and after the break, which its parts add up to."""
    notebook = read_lesson(path)
    number, both = notebook.number, sittings(notebook.number)
    pauses = [c for c in notebook.text if "**A good place for a break.**" in c.source]
    assert len(pauses) == bool(both)
    if both:
        assert sum(both) == MINUTES[number] and max(both) <= 45
        text = "\n".join(c.source for c in notebook.text[notebook.text.index(pauses[0]) :])
        after = re.search(r"^## (.+)$", text, re.MULTILINE)[1]
        parts = rows(lesson(number), "minutes")
        first = next(i for i, (_, part, _) in enumerate(parts) if f"*{after}*" in part)
        assert sum(int(minutes) for minutes, *_ in parts[:first]) == both[0]
        assert f"the break is before *{after}*" in lesson(number)


def needs(path):
    """The earlier lessons that a lesson says it needs."""
    said = re.search(r"needs lessons? (.+?) ·", read_lesson(path).cells[0].source)
    first, *more = numbers_in(said[1]) if said else (0,)
    return set(range(first, more[0] + 1)) if said and " to " in said[1] else {first, *more}


def test_no_plan_takes_a_lesson_before_those_it_needs():
    for day_or_week in ("session", "week"):
        order = [n for _, *cells in rows(GUIDE, day_or_week) for n in plan(day_or_week, cells)]
        for i, number in enumerate(order):
            assert needs(PATHS[number]) <= set(order[:i]) | {0}, (day_or_week, number)


def plan(head, cells):
    """The lessons of a row of a plan, in order."""
    return numbers_in(cells[1]) if head == "session" else numbers_in(f"{cells[0]} {cells[2]}")


def test_the_fast_lane():
    """What lesson 0 says of it: sections that are there, minutes that add up to its four hours."""
    text = "\n".join(cell.source for cell in read_lesson(PATHS[0]).text)
    lane = rows(text, "lesson | minutes")
    assert [numbers_in(name)[0] for name, *_ in lane] == [0, 1, 2, 3, 4, 7, 8]
    for name, minutes, left_out in lane:
        number = numbers_in(name)[0]
        titles = [words for _, _, words in read_lesson(PATHS[number]).headings]
        assert set(re.findall(r"\*([^*]+)\*", left_out)) <= set(titles), name
        assert int(minutes) < MINUTES[number] or number == 8
    total = sum(int(minutes) for _, minutes, _ in lane)
    assert f"That makes {total} minutes." in text and 3.75 <= total / 60 <= 4.25
    assert "in about four hours" in text and "in about four hours" in README


def test_after_lesson_8_any():
    assert "After 8, take any" in section("Plans")
    assert all(max(needs(path)) <= 8 for path in PATHS[9:])


# Widgets -----------------------------------------------------------------------------------


def a_model():
    model = RNN(4, 3, 4, seed=0)
    model.vocabulary = Vocabulary("hope")
    return model


MADE = {
    "softmax_explorer": widgets.softmax_explorer,
    "gradient_flow": widgets.gradient_flow,
    "optimizer_race": widgets.optimizer_race,
    "scan_stepper": widgets.scan_stepper,
    "own_text": widgets.own_text,
    "forward_stepper": lambda: widgets.forward_stepper(
        RNN.forward, "ehop", a_model().parameters.values(), "hope"
    ),
    "bptt_stepper": lambda: widgets.bptt_stepper(a_model(), "hope", "ehop"),
    "temperature_sampler": lambda: widgets.temperature_sampler(a_model(), "hope"),
    "neuron_explorer": lambda: widgets.neuron_explorer(a_model(), "hopehope"),
    "training_dashboard": lambda: widgets.training_dashboard(a_model(), "hope" * 9, 10),
}


def inside(box):
    """Every widget in a box."""
    for child in getattr(box, "children", ()):
        yield child
        yield from inside(child)


def control(box, label):
    (found,) = [one for one in inside(box) if getattr(one, "description", "") == label]
    return found


def words_of(box):
    """All the text that a box shows."""
    shown = " ".join(str(one.value) for one in inside(box) if type(one).__name__ == "HTML")
    return " ".join(re.sub(r"<style>.*?</style>|<[^>]+>", " ", shown, flags=re.DOTALL).split())


SHOWN = rows(GUIDE, "lesson | widget")


@pytest.mark.parametrize("name", sorted({row[1].strip("`") for row in SHOWN}))
def test_controls_exist(name):
    box = MADE[name]()
    labels = {getattr(one, "description", "") for one in inside(box)}
    for number, widget, settings, values, _ in SHOWN:
        if widget.strip("`") != name:
            continue
        notebook = read_lesson(PATHS[int(number)])
        assert any(f"widgets.{name}(" in cell.source for cell in notebook.code), number
        plain = settings.split(", at ")[0]
        if plain in ("button", "buttons"):
            asked = [label for label in values.split(", ") if label != "Resume"]
        elif plain in labels:
            asked = [plain]
        else:
            asked = plain.split(", ")
        missing = set(asked) - labels
        if name == "own_text":  # its Start comes with the network
            missing.discard("Start")
        assert not missing, f"{name} has no {missing}; it has {sorted(labels)}"


def set_value(one, value):
    """Set a control as a hand would: to a value that it has."""
    one.value = value
    assert one.value == pytest.approx(value) if isinstance(value, float) else one.value == value


def test_softmax_explorer_shows_what_the_guide_says():
    box = widgets.softmax_explorer()
    shift = control(box, "Shift of all")
    for value, broken in ((705, False), (710, True), (-745, False)):
        assert value % shift.step == 0
        set_value(shift, value)
        with np.errstate(all="ignore"):
            exps = np.exp(np.array([1.0, -1.0, 2.0, 0.0]) + value)
            assert bool(np.isnan(exps / exps.sum()).any()) is broken
        assert ("nan" in words_of(box)) is broken
    assert (exps / exps.sum())[2].round(2) == 0.57
    assert "0.57" in words_of(box)
    set_value(shift, 0)
    for value, share in ((0.5, "0.86"), (2.0, "0.46")):
        set_value(control(box, "Temperature"), value)
        assert share in words_of(box)


def test_gradient_flow_shows_what_the_guide_says():
    box = widgets.gradient_flow()
    for radius, left in ((0.5, "1.6e-08"), (1.0, "0.2 times"), (2.5, "5.1e+02")):
        set_value(control(box, "Spectral radius"), radius)
        assert left in words_of(box)
    assert "turns by 52°" in words_of(box)
    set_value(control(box, "Clip"), "by norm")
    assert "keeps its direction" in words_of(box)


def test_optimizer_race_shows_what_the_guide_says():
    box = widgets.optimizer_race()
    assert "SGD has 0.30 to go" in words_of(box)
    set_value(control(box, "Learning rate of SGD"), 0.05)
    assert "SGD still swings across" in words_of(box)
    set_value(control(box, "Learning rate of SGD"), 0.03)
    assert "Adagrad is at the bottom" in words_of(box)
    set_value(control(box, "Steepness of the valley"), 100)
    assert "SGD has flown out of the valley" in words_of(box)
    assert "Adagrad is at the bottom" in words_of(box)


def test_scan_stepper_shows_what_the_guide_says():
    box = widgets.scan_stepper()
    set_value(control(box, "Step"), 8)
    for number, gathered in enumerate(
        ("step 8 alone", "steps 7 to 8", "steps 5 to 8", "steps 1 to 8")
    ):
        set_value(control(box, "Round"), number)
        assert gathered in words_of(box)


def test_temperature_sampler_has_the_temperatures_of_the_guide():
    heat = control(MADE["temperature_sampler"](), "Temperature")
    places = np.arange(heat.min, heat.max + heat.step / 2, heat.step)
    shown = {f"{heat.base**place:{heat.readout_format}}" for place in places}
    (asked,) = [row[3] for row in SHOWN if row[1:3] == ["`temperature_sampler`", "Temperature"]]
    assert {f"{float(value):.2f}" for value in asked.split(", ")} <= shown


# Commands and files ------------------------------------------------------------------------


@pytest.mark.parametrize("module", ["course.grade", "course.offline"])
def test_commands_exist(module):
    asked = subprocess.run(
        [sys.executable, "-m", module, "--help"],
        cwd=NOTEBOOKS,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
    )
    assert asked.returncode == 0, asked.stderr
    lines = re.findall(rf"python -m {re.escape(module)}\b[^`\n]*", GUIDE)
    assert lines
    where = section("Grading" if module == "course.grade" else "Machines")
    for option in set(re.findall(r"(?<=[ `])--[a-z][a-z-]+", where)):
        assert option in asked.stdout, option
    if module == "course.grade":
        for name in ("--limit-seconds", "--limit-memory"):
            (value,) = re.findall(rf"`{name}`(?: in MB)? \((\d+)\)", where)
            assert re.search(rf"{name} .*?\(default: {value}\)", asked.stdout, re.DOTALL)
    else:
        for word in re.findall(r"--(?:platform|python) ([^-`]+)", " ".join(lines)):
            for choice in word.split():
                assert choice in asked.stdout, choice


@pytest.mark.parametrize("page", [GUIDE, NBGRADER], ids=["TEACHING.md", "NBGRADER.md"])
def test_files_and_modules_exist(page):
    code = re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", page, flags=re.DOTALL))
    files = {one for one in code if re.fullmatch(r"[\w./-]+\.(py|ipynb|md|txt)", one)}
    for name in files - EXAMPLES:
        assert (ROOT / name).exists() or (NOTEBOOKS / name).exists(), name
    for name in {one.split("(")[0] for one in code if one.startswith(("clinic.", "speed."))}:
        module, thing = name.split(".")
        assert f" {thing}" in (NOTEBOOKS / "course" / f"{module}.py").read_text(encoding="utf-8")


def test_the_time_limit_of_check():
    assert f"stops it after {runner.TIME_LIMIT:g} seconds" in NBGRADER


def test_the_length():
    assert GUIDE.count("\n") <= 910


# Numbers on the board ----------------------------------------------------------------------


def softmax(scores):
    return np.exp(scores) / np.exp(scores).sum()


def on_the_board():
    """Lesson -> the numbers that its drawing shows, worked out here."""
    scores = np.array([1.0, -1.0, 2.0, 0.0])
    shares = softmax(scores)
    Wxh = np.array([[-1, 0, 2, 0], [1, -1, 0, 0], [1, -1, 1, -1]])
    Whh, bh = np.array([[0, 2, 1], [-2, 0, 0], [0, 0, -1]]), np.array([-1, 0, 0])
    first = np.tanh(Wxh[:, 1] + bh)
    second = np.tanh(Wxh[:, 2] + Whh @ first + bh)
    third = Wxh[:, 3] + Whh @ second + bh
    arrow = np.array([12.0, 2.0])
    length = np.hypot(*arrow)
    memory = np.cumsum(np.array([3.0, 4.0, 12.0]) ** 2)
    feature, unit = [1, 2, 0, 1, 2], [0.3, 0.7, -0.8, 0.3, 0.7]
    return {
        1: [f"{v}" for v in np.arange(1, 13).reshape(3, 4)[:, 2]],
        2: [
            *(f"{v:.2f}" for v in [*np.exp(scores), *shares, *-np.log(shares)]),
            f"{np.exp(scores).sum():.2f}",
            f"{np.log(22):.2f}",
            f"{25 * np.log(22):.2f}",
        ],
        3: [
            ", ".join(f"{value:.2f}" for value in second),
            f"{(Whh @ second)[0]:.2f}",
            f"{third[0]:.2f}",
            f"{np.tanh(third[0]):.2f}",
            f"{0.5**2:.2f}",
        ],
        4: ["0.10  0.05 -0.78  0.63", f"slope {1 - 0.9**2:.2f}"],
        5: [
            f"{0.5**25:.8f}",
            f"{round(1.5**25, -3):,.0f}",
            f"{length:.2f}",
            "({:.2f}, {:.2f})".format(*arrow * 5 / length),
            f"from {np.degrees(np.arctan2(2, 12)):.0f} to {np.degrees(np.arctan2(2, 5)):.0f}",
        ],
        6: [
            *(f"{v:.0f}" for v in [*memory, *np.sqrt(memory)]),
            *(f"{v:.3f}" for v in 0.1 * np.array([3, 4, 12]) / np.sqrt(memory)),
        ],
        7: [f"(11,900 - 1) // 25 = {(11_900 - 1) // 25}", f"{11_900 - 475 * 25} characters"],
        8: [*(f"{np.exp(2 / heat):.1f}" for heat in (0.5, 1, 2))],
        9: [
            f"mean {np.mean(feature):.1f}",
            f"mean {np.mean(unit):.2f}",
            f"r = {np.corrcoef(feature, unit)[0, 1]:.2f}",
        ],
        11: [f"{2 * 64 * 64 / (4 * 64 * 64)} operations", f"{32 * 0.5:.0f} operations"],
        12: [
            *(f"{np.log(v):.2f}   {np.log2(v):.2f}" for v in (2, 4, 22)),
            f"= {(2 + 2 / 9) / 3:.2f}",
            f"= {(0 + 2 / 9) / 3:.2f}",
        ],
        13: [
            *(f"{(1 - z) * 0.9 + z * -0.5:.4g}" for z in (0, 1, 0.5, 0.1)),
            f"= {0.5**10:.3f}",
            f"= {0.9**10:.2f}",
        ],
        14: [
            *(f"{v:.2f}" for v in (0.9 * 0.5, 0.9 * 1.0 - 0.1, 0.2 * 0.5, 0.2 * 0.5 + 0.4)),
            f"{0.5 * 0.9 * 0.5 * 0.2:.3f}  {0.1 * 0.8 + 0.5:.2f}",
            f"1,000 steps: {int(np.ceil(np.log2(1000)))} rounds",
            f"1,000,000:   {int(np.ceil(np.log2(1e6)))} rounds",
        ],
    }


@pytest.mark.parametrize("number", on_the_board())
def test_numbers_on_the_board(number):
    board = lesson(number).partition("**Board")[2].partition("**Expect**")[0]
    for figure in on_the_board()[number]:
        assert re.search(rf"(?<![\d.]){re.escape(figure)}(?![\d])", board), figure


def homework(number):
    return lesson(number).partition("**Homework.**")[2].partition("**Short course.**")[0]


def test_answers_to_homework():
    scores = np.array([0.0, 1000.0])
    assert scores.max() - scores[0] + np.log(np.exp(scores - scores.max()).sum()) == 1000
    assert "1000 nats" in homework(2) and softmax(scores - scores.max())[0] == 0
    rows_by_hand = re.findall(r"(-?\d\.\d\d), and (-?\d\.\d\d)", homework(3).replace("−", "-"))
    first = np.tanh([-1.0, -1.0, -1.0])  # after "h"
    old = np.tanh([1 + 2 * first[1] + first[2], -2 * first[0], 1 - first[2]])  # after "ho"
    sums = np.array([0 - 2 * old[0], -1 - old[2]])  # what "p" adds, and the old state
    assert rows_by_hand == [(f"{a:.2f}", f"{np.tanh(a):.2f}") for a in sums]


def test_the_smallest_radius_that_explodes():
    box = widgets.gradient_flow()
    set_value(control(box, "Sequence length"), 60)
    radius, fates = control(box, "Spectral radius"), {}
    for value in np.arange(1.0, 1.7, 0.05).round(2).tolist():
        radius.value = value
        fates[value] = "explodes" in words_of(box)
    assert min(value for value, explodes in fates.items() if explodes) == 1.45
    assert not any(fates[value] for value in (1.5, 1.55, 1.6))
    assert "1.45; from 1.5 to 1.6" in homework(5)


def test_dy_on_the_board_is_that_of_the_lesson():
    cells = {cell.id: cell for cell in read_lesson(PATHS[4]).code}
    ps, dys = ("".join(cells[name].outputs[0]["text"]) for name in ("hope-forward", "dys-of-hope"))
    assert ps.startswith("[[0.1  0.05 0.22 0.63]")
    assert dys.strip().startswith("[[ 0.1   0.05 -0.78  0.63]")
