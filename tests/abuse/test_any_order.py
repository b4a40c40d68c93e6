"""A lesson's cells may be run in any order: what they show is right, or a sentence says why not.

Each lesson is run from top to bottom twice, then in random orders, in kernels that are fresh or
that hold everything from a Run All already (the harder case: no name is missing, so nothing
fails). Every cell must then

- show what is stored (compared as nbval does), or
- say which cell to run first (course/tracker.py), or
- stop with an error, as Python does when a name is missing. Once a cell has imported anything
  of the course, the sentence must stand above the error, too.

What fails the test is another output without a word. (The sentence alone would not do for that: a
last test takes the watch away, and sees other outputs appear.)

    python -m pytest tests/abuse/test_any_order.py -s
    ORDERS=20 SEED=7 python -m pytest tests/abuse/test_any_order.py -s    20 orders for each lesson
"""

import json
import os
import random
import re
import shutil
from collections import Counter
from pathlib import Path

import nbformat
import pytest
from kernels import Kernel

import refresh
from course import tracker

ORDERS = int(os.environ.get("ORDERS", "2"))
SEED = int(os.environ.get("SEED", "1"))
MAY_DIFFER = {"nbval-ignore-output", tracker.MEANT_TO_BE_RUN_AGAIN}
SILENT = "silently different"
SAID = "Out of order: this cell uses "
RULES = [
    (re.compile(regex), new)
    for regex, new in re.findall(
        r"^regex: (.*)\nreplace: (.*)$", refresh.SANITIZE.read_text(encoding="utf-8"), re.MULTILINE
    )
]
PICTURES = ("image/png", "image/jpeg", refresh.WIDGET_VIEW)
IN_ALL = Counter()


def shown(outputs):
    """What nbval compares of some outputs, as a text."""
    found = []
    for output in refresh.merged([nbformat.from_dict(output) for output in outputs]):
        if output.output_type == "stream":
            found.append([output.name, output.text])
        elif output.output_type == "error":
            found.append(["error", output.ename, output.evalue])
        else:
            found.append([{k: v for k, v in output.data.items() if k not in PICTURES}])
    text = json.dumps(found, sort_keys=True, ensure_ascii=False)
    for regex, new in RULES:
        text = regex.sub(new, text)
    return text


def verdict(cell, stored, outputs):
    """same, said, error or silent: what came of running a cell."""
    said = [o for o in outputs if o.output_type == "stream" and o.text.startswith(SAID)]
    if any(o.output_type == "error" for o in outputs):
        return "error, told where to begin" if said else "error"
    if said:
        return "told where to begin"
    if MAY_DIFFER & set(refresh.tags_of(cell)) or shown(stored) == shown(outputs):
        return "right"
    return SILENT


@pytest.fixture(scope="session", autouse=True)
def total():
    yield
    print(f"\nall lessons, ORDERS={ORDERS} SEED={SEED}: {in_words(IN_ALL)}")


def in_words(counts):
    return f"{sum(counts.values()):,} runs of a cell; " + ", ".join(
        f"{count:,} {what}" for what, count in counts.most_common()
    )


def run(kernel, sequence, watched=True):
    """Run cells in an order; yield (cell, what came of it, its outputs).

    watched: whether the course has been imported, so that an error must be told before.
    """
    stored = {cell.id: cell.outputs for cell in kernel.stored.cells if cell.cell_type == "code"}
    for index in sequence:
        outputs, cell = kernel.run(index), kernel.notebook.cells[index]
        what = verdict(cell, stored[cell.id], outputs)
        yield cell, "untold error" if what == "error" and watched else what, outputs
        watched = watched or kernel.ask("hasattr(get_ipython(), 'course_tracker')") == "True"


@pytest.mark.parametrize("path", refresh.lessons(), ids=lambda path: path.stem)
def test_any_order(path, home):
    path = home / "notebooks" / Path(path).name
    rng, counts, troubles = random.Random(f"{SEED} {path.stem}"), Counter(), []

    def look(runs, how, allowed):
        for cell, what, outputs in runs:
            counts[what] += 1
            if what not in allowed:
                troubles.append(f"{how}: cell {cell.id!r}: {what}: {shown(outputs)[:300]}")

    anyhow = ("right", "error", "told where to begin", "error, told where to begin")
    for number in range(ORDERS):
        with Kernel(path, home) as kernel:
            shuffled, how = rng.sample(kernel.cells, len(kernel.cells)), f"order {number}"
            if number % 2 == 0:
                look(run(kernel, shuffled, watched=False), f"{how}, in a fresh kernel", anyhow)
                continue
            look(run(kernel, kernel.cells), "Run All", ("right",))
            if number == 1:
                look(run(kernel, kernel.cells), "Run All again", ("right",))
            look(run(kernel, shuffled), f"{how}, after Run All", anyhow)
    print(f"\n{path.stem}, {ORDERS} orders: {in_words(counts)}")
    IN_ALL.update(counts)
    assert not troubles, "\n".join(["", *troubles])


def test_without_the_watch_outputs_differ_silently(home, tmp_path):
    """The test above can fail: this is what it would see."""
    course = tmp_path / "course"
    shutil.copytree(home, course)
    module = course / "notebooks" / "course" / "tracker.py"
    text = module.read_text(encoding="utf-8")
    assert text.count("        if said and not quiet:\n") == 1
    text = text.replace("        if said and not quiet:\n", "        if False:\n")
    module.write_text(text, encoding="utf-8", newline="\n")
    path = course / "notebooks" / "02_turn_scores_into_probabilities.ipynb"
    with Kernel(path, course) as kernel:
        shuffled = random.Random(1).sample(kernel.cells, len(kernel.cells))
        assert all(what == "right" for _, what, _ in run(kernel, kernel.cells))
        assert SILENT in [what for _, what, _ in run(kernel, shuffled)]
