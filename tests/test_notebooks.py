"""The form of every lesson: what a learner may rely on from the first to the last."""

import ast
import re
import statistics

import nbformat
import pytest

import refresh
from reading import (
    FENCED,
    INLINE,
    broken_links,
    fold_troubles,
    lesson_paths,
    picture_troubles,
    prose,
    read_lesson,
    shown,
    tags,
    word_troubles,
)

PATHS = lesson_paths()
LAST = 15
each = pytest.mark.parametrize("path", PATHS, ids=[path.stem for path in PATHS])
SETUP = 'import sys; sys.path.insert(0, "..")'
OPENING, CLOSING = "What you'll build", ["What you built", "Going further"]


def holds(path, troubles):
    """Fail with one line for each trouble."""
    lines = [f"  - {trouble}" for trouble in dict.fromkeys(troubles)]
    if lines:
        pytest.fail("\n".join([f"{path.name}:", *lines]), pytrace=False)


# Headings and sections ---------------------------------------------------------------------


@each
def test_title(path):
    lesson = read_lesson(path)
    first = lesson.cells[0]
    titles = [words for _, level, words in lesson.headings if level == 1]
    assert len(titles) == 1, f"{path.name} has {len(titles)} headings with a single #: it needs one"
    slug = re.sub(r"\W+", "_", titles[0].partition(" · ")[2].lower()).strip("_")
    name = f"{titles[0].partition(' · ')[0]:0>2}_{slug}"
    assert first.source.startswith("# "), f"{first.where} should start with the title"
    assert name == path.stem, f"the title {titles[0]!r} belongs to {name}.ipynb, not {path.name}"
    line = first.source.split("\n")[1:3]
    line = next((words for words in line if words.strip()), "")
    minutes = re.fullmatch(r"\*(\d+) minutes · .+\*", line)
    assert minutes, (
        f"{first.where}: below the title stands *30 minutes · needs … · …*, not {line!r}"
    )
    breaks = sum("**A good place for a break.**" in cell.source for cell in lesson.cells)
    sittings = 2 if " · two sittings · " in line else 1
    assert 10 <= int(minutes[1]) <= 45 * sittings, "a sitting is 20 to 45 minutes"
    assert breaks == sittings - 1, f"{path.name}: two sittings have one marked break, and no other"


@each
def test_minutes_are_honest(path):
    """At least what reading at 150 words a minute and 8 minutes an exercise take."""
    lesson = read_lesson(path)
    text = [cell.source for cell in lesson.text if not cell.id.startswith("hints-")]
    words = sum(len(re.findall(r"\w+", prose(source))) for source in text)
    exercises = sum("exercise" in cell.tags for cell in lesson.cells)
    said = int(re.search(r"\*(\d+) minutes", lesson.cells[0].source)[1])
    needed = words / 150 + 8 * exercises
    assert said >= needed, f"{path.name} says {said} minutes and takes {needed:.0f} at the least"


@each
def test_sections(path):
    lesson = read_lesson(path)
    sections = [words for _, level, words in lesson.headings if level == 2]
    assert sections[0] == OPENING, f"the first section is {OPENING!r}, not {sections[0]!r}"
    assert sections[-2:] == CLOSING, f"the last two sections are {CLOSING}, not {sections[-2:]}"
    assert len(sections) >= 5, "between opening and closing stand at least two sections"


@each
def test_headings_step_down_one_at_a_time(path):
    def troubles():
        before = 0
        for cell, level, words in read_lesson(path).headings:
            if level > before + 1:
                yield f"{cell.where}: {'#' * level} {words} follows a heading of level {before}"
            if words.endswith((".", "!", ":")):
                yield f"{cell.where}: the heading {words!r} needs no full stop"
            before = level

    holds(path, troubles())


@each
def test_link_to_the_next_lesson(path):
    lesson = read_lesson(path)
    last = lesson.cells[-1].source.strip().split("\n")[-1]
    if lesson.number == LAST:
        assert "[Next:" not in lesson.cells[-1].source, "there is no lesson after the last"
        return
    following = [other for other in PATHS if int(other.name[:2]) == lesson.number + 1]
    if not following:
        pytest.skip(f"lesson {lesson.number + 1} does not exist yet")
    (_, _, title), *_ = read_lesson(following[0]).headings
    number, _, words = title.partition(" · ")
    expected = f"[Next: lesson {number}, {words}]({following[0].name})"
    assert last == expected, f"the notebook's last line should be {expected}"


@each
def test_set_up_and_map(path):
    lesson = read_lesson(path)
    first = lesson.code[0]
    assert first.source.split("\n")[0] == SETUP, f"{first.where} should start with {SETUP}"
    if lesson.number:
        opening = "\n".join(cell.source for cell in lesson.code[:3])
        assert "plots.course_map(" in opening, "the map with the present piece lit opens a lesson"


# Size and balance --------------------------------------------------------------------------


@each
def test_small_cells(path):
    sizes = {cell.id: cell.source.strip().count("\n") + 1 for cell in read_lesson(path).code}
    long = [f"{name} ({size} lines)" for name, size in sizes.items() if size > 25]
    assert not long, f"no code cell is over 25 lines: split {', '.join(long)}"
    median = statistics.median(sizes.values())
    assert median <= 6, (
        f"half of the code cells should have at most 6 lines; the median is {median}"
    )
    empty = [cell.id for cell in read_lesson(path).cells if not cell.source.strip()]
    assert not empty, f"empty cells: {', '.join(empty)}"


@each
def test_words_and_code_in_balance(path):
    lesson = read_lesson(path)
    ratio = len(lesson.text) / len(lesson.code)
    assert 1 <= ratio <= 1.5, (
        f"{len(lesson.text)} cells of text to {len(lesson.code)} of code is {ratio:.2f}; "
        "it should be between 1 and 1.5"
    )


@each
def test_prompts_to_think(path):
    lesson = read_lesson(path)
    if not 1 <= lesson.number <= 8:
        pytest.skip("lessons 1 to 8 teach by asking")
    text = "\n\n".join(cell.source for cell in lesson.text)
    assert "**Predict first.**" in text, "at least one surprising cell is preceded by a prediction"
    questions = text.count("<summary>Stop and think: ")
    assert 2 <= questions <= 4, f"two or three questions to stop and think at, not {questions}"
    calls = "\n".join(cell.source for cell in lesson.code)
    figures = set(re.findall(r"\bplots\.(\w+)\(", calls)) - {"course_map"}
    assert figures, "at least one figure beside the map carries the idea"


# Cells -------------------------------------------------------------------------------------

TAGS = {"exercise", "hide-output", "nbval-ignore-output", "raises-exception", "run-again"}
FOLDED_IN_LAB = {"outputs_hidden": True}


@each
def test_cells_are_named_and_tagged_in_order(path):
    lesson = read_lesson(path)
    assert set(lesson.metadata) == {"kernelspec", "language_info"}, "refresh the notebook"

    def troubles():
        ids = [cell.id for cell in lesson.cells]
        for cell in lesson.cells:
            if not re.fullmatch(r"[A-Za-z][\w-]{1,63}", cell.id):
                yield f"{cell.where}: an id is a short name in words"
            if re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4})*(-[0-9a-f]{12})?", cell.id):
                yield f"{cell.where}: give this cell an id that means something"
            if ids.count(cell.id) > 1:
                yield f"two cells are called {cell.id!r}"
            if set(cell.metadata) - {"tags", "jupyter"}:
                yield f"{cell.where} carries more than tags: refresh the notebook"
            if unknown := set(cell.tags) - TAGS:
                yield f"{cell.where}: tags that the tests do not know: {unknown}"
            if ("exercise" in cell.tags) != cell.id.startswith("exercise-"):
                yield f"{cell.where}: the tag and the id of an exercise go together"

    holds(path, troubles())


@each
def test_an_answer_is_folded_below_its_prediction(path):
    """Both marks, JupyterLab's and the site's, on these outputs and on no others."""
    cells = nbformat.read(path, as_version=4).cells
    expected = refresh.answers(cells)

    def troubles():
        for prompt, cell in enumerate(cells):
            below = {c.id for c in cells[prompt + 1 : prompt + 8]}
            if cell.cell_type == "markdown" and refresh.PROMPT in cell.source:
                folded = "<details>" in cell.source.partition(refresh.PROMPT)[2]
                if not folded and not below & expected:
                    yield f"cell {cell.id!r} asks for a prediction: no output below it answers"
        for cell in read_lesson(path).cells:
            lab, site = cell.metadata.get("jupyter"), "hide-output" in cell.tags
            if (lab == FOLDED_IN_LAB) != site or (lab and not site):
                yield f"{cell.where} is folded in one place only: refresh the notebook"
            if site and not all(
                text.startswith(refresh.VEIL) for _, text in shown(cell.outputs[0])
            ):
                yield f"{cell.where}: the first line of what is folded gives the answer away"
            if site != (cell.id in expected):
                yield f"{cell.where} should {'' if cell.id in expected else 'not '}be folded"

    holds(path, troubles())


@each
def test_what_may_vary_says_so(path):
    def troubles():
        cells = read_lesson(path).cells
        for i, cell in enumerate(cells):
            near = " ".join(c.source for c in cells[max(i - 2, 0) : i + 3] if c.kind == "markdown")
            says = re.search(
                r"\b(differs?|differently|var(y|ies)|your (own )?(machine|computer)|"
                r"from machine to machine|will not be the same)\b",
                near,
            )
            if "nbval-ignore-output" in cell.tags and not says:
                yield f"{cell.where}: the text beside it should say that its output differs"

    holds(path, troubles())


@each
def test_code_cells(path):
    lesson = read_lesson(path)

    def troubles():
        for i, cell in enumerate(lesson.code):
            if cell.source.rstrip().endswith(";"):
                yield f"{cell.where} ends in a semicolon, which hides what nbval should compare"
            if re.search(r"^\s*[%!]", cell.source, re.MULTILINE):
                yield f"{cell.where} uses a magic command: write it in Python"
                continue
            if "ipywidgets" in cell.source:
                yield f"{cell.where} uses ipywidgets: course.widgets is there for that"
            tree = ast.parse(cell.source)
            after = lesson.code[i + 1].source if i + 1 < len(lesson.code) else ""
            for name in imported(tree):
                uses = re.findall(rf"\b{name}\b", cell.source + "\n" + after)
                if len(uses) < 2:
                    yield f"{cell.where} imports {name}, which is not used there or right after"

    holds(path, troubles())


def imported(tree):
    """The names that the import statements of a cell bring."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            for alias in node.names:
                yield alias.asname or alias.name.partition(".")[0]


@each
def test_exercises_are_used_through_yours(path):
    """So that Run All works with every exercise unsolved."""

    def troubles():
        open_stubs = {}
        for cell in read_lesson(path).code:
            tree = ast.parse(cell.source)
            used = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}
            assigned = {
                n.id
                for n in ast.walk(tree)
                if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
            }
            for name in assigned & set(open_stubs):
                if f'yours("{name}")' in cell.source:
                    del open_stubs[name]
            if cell.id.startswith("exercise-"):
                open_stubs[cell.id.removeprefix("exercise-")] = cell.id
                continue
            for name in used & set(open_stubs):
                yield f'{cell.where} uses {name}: run {name} = yours("{name}") first'

    holds(path, troubles())


@each
def test_widget_cells(path):
    def troubles():
        for cell in read_lesson(path).code:
            called = re.findall(r"\bwidgets\.(\w+)\(", cell.source)
            if not called:
                continue
            last = ast.unparse(ast.parse(cell.source).body[-1])
            if not last.startswith("widgets.") and f"{last} = widgets." not in cell.source:
                yield f"{cell.where}: the last line should show widgets.{called[0]}"
            shown = " ".join(str(output.get("data", "")) for output in cell.outputs)
            if cell.count and "Run this cell to " not in shown:
                yield f"{cell.where}: stored unrun, it should say 'Run this cell to …'"

    holds(path, troubles())


# Stored outputs ----------------------------------------------------------------------------

RAW = {
    r"\bnp\.(float|int|uint|bool|str)\w*\(": "the repr of a NumPy scalar; print a plain number",
    r"<[\w.]+ (object|at) .*0x": "an address in memory",
    r"\b(VBox|HBox|Box|Panel|Button|\w+Slider|Text|HTML|Image|Label)\((children|value|layout)=": "a widget's raw text",
    r"model not found": "a widget without its model",
    r"Traceback \(most recent call last\)": "a traceback",
    r"(?<![\w.])/(home|root|tmp|Users|work|opt|var|mnt)/|[A-Z]:\\\\?\w": "a folder of one machine",
    r"\bipykernel_\d": "a temporary name of the kernel",
}


@each
def test_stored_outputs_are_whole(path):
    lesson = read_lesson(path)

    def troubles():
        if not any(cell.count for cell in lesson.code):
            yield "nothing is stored: run python tests/refresh.py on it"
            return
        for number, cell in enumerate(lesson.code, 1):
            if cell.count != number:
                yield f"{cell.where} carries [{cell.count}] instead of [{number}]: refresh"
            for output in cell.outputs:
                kinds = set(output.get("data", {}))
                if output["output_type"] == "error" and "raises-exception" not in cell.tags:
                    yield f"{cell.where} shows an error: {output['ename']}: {output['evalue']}"
                if output.get("name") == "stderr":
                    yield f"{cell.where} writes to stderr"
                if any("widget" in kind for kind in kinds):
                    yield f"{cell.where} stores a widget's view: refresh"
                if kinds and "text/plain" not in kinds:
                    yield f"{cell.where} shows something that has no text form"
                if any(kind.startswith("image/") for kind in kinds):
                    yield f"{cell.where} shows a bare image: a function of plots returns a Picture"

    holds(path, troubles())


def test_notebooks_are_small():
    """GitHub and a slow connection show them at once; what grows them is most often a picture."""
    sizes = {path.name: path.stat().st_size for path in PATHS}
    assert max(sizes.values()) <= 700_000, f"above 700 kB, refresh or draw less: {sizes}"
    assert sum(sizes.values()) <= 3_800_000, f"above 3.8 MB in all, refresh or draw less: {sizes}"


@each
def test_stored_outputs_are_fit_to_read(path):
    def troubles():
        for cell, kind, text in read_lesson(path).texts_shown:
            text = re.sub(r"base64,[A-Za-z0-9+/=]*", "", text)
            for pattern, what in RAW.items():
                if found := re.search(pattern, text):
                    yield f"{cell.where} shows {what} ({found[0]!r})"
            if kind in ("stdout", "text/plain") and text.count("\n") > 40:
                yield f"{cell.where} shows {text.count(chr(10)) + 1} lines, which need scrolling"

    holds(path, troubles())


@each
def test_pictures_are_described(path):
    lesson = read_lesson(path)

    def troubles():
        for cell in lesson.text:
            yield from (f"{cell.where}: {trouble}" for trouble in picture_troubles(cell.source))
        for cell, kind, text in lesson.texts_shown:
            if kind != "text/plain" and kind != "stdout":
                yield from (f"{cell.where}: {trouble}" for trouble in picture_troubles(text))

    holds(path, troubles())


# Words, links, folds -----------------------------------------------------------------------


@each
def test_links_lead_somewhere(path):
    lesson = read_lesson(path)
    text = "\n\n".join(cell.source for cell in lesson.text)

    def troubles():
        yield from broken_links(path, text)
        for cell, kind, html in lesson.texts_shown:
            for tag, attributes in tags(html) if kind == "text/html" else ():
                name = attributes.get("href", "").partition("#")[0] if tag == "a" else ""
                beside = not name or ":" in name or (path.parent / name).exists()
                if not beside and name != "my_rnn.py":
                    yield f"{cell.where} shows a link to {name}, which does not exist"

    holds(path, troubles())


@each
def test_folds(path):
    def troubles():
        for cell in read_lesson(path).text:
            yield from (f"{cell.where}: {trouble}" for trouble in fold_troubles(cell.source))

    holds(path, troubles())


@each
def test_voice(path):
    def troubles():
        for cell in read_lesson(path).text:
            yield from (f"{cell.where}: {t}" for t in word_troubles(prose(cell.source)))

    holds(path, troubles())


@each
def test_formulas(path):
    from course.plots.style import COLOURS, INKS

    palette = {colour.lower() for colour in [*COLOURS.values(), *INKS.values()]}

    def troubles():
        for cell in read_lesson(path).text:
            bare = INLINE.sub(" ", FENCED.sub("\n", cell.source))
            if len(re.findall(r"(?<!\\)\$", bare)) % 2:
                yield f"{cell.where}: a formula's $ has no partner"
            for formula in re.findall(r"\$\$(.+?)\$\$|(?<!\$)\$([^$]+)\$", bare, re.DOTALL):
                formula = "".join(formula)
                if formula.count("{") - formula.count(r"\{") != formula.count("}") - formula.count(
                    r"\}"
                ):
                    yield f"{cell.where}: braces do not pair in ${formula}$"
            for colour in re.findall(r"\\(?:color|textcolor)\{(.+?)\}", bare):
                if colour.lower() not in palette:
                    yield f"{cell.where}: {colour} is not one of the course's colours"

    holds(path, troubles())
