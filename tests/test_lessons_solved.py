"""The lessons with their own solutions put in: every check passes, and my_rnn.py grows whole.

What the other cells show is what is stored: for a learner who has solved every exercise as for one
who has solved none. With `--alternatives` this is asked of all other right ways to solve them, too.
"""

import ast
import os
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
import numpy as np
import pytest

import refresh
import rnn_core
import solutions
from alternatives import ALTERNATIVES
from course.checks import check, check_whole, compare, expected_outcomes, runner, whole
from course.exercises import EXERCISES, LESSONS, MODULES, Model
from tests.lessons_under_test import SOLVED

WRITTEN = solutions.all_written()
NAMES = [exercise.name for exercise in WRITTEN]
LESSON_PATHS = [path for path in solutions.lessons() if solutions.written_in(path)]
each = pytest.mark.parametrize("written", WRITTEN, ids=NAMES)


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch, tmp_path):
    from course import keep

    monkeypatch.setattr(keep, "MY_RNN", tmp_path / "my_rnn.py")


def test_every_exercise_stands_in_one_lesson():
    assert len(set(NAMES)) == len(NAMES)
    for written in WRITTEN:
        assert written.notebook == LESSONS[EXERCISES[written.name].lesson][0]
    if all(topic.EXERCISES for topic in MODULES) and len(LESSON_PATHS) == len(LESSONS):
        assert list(EXERCISES) == NAMES


@each
def test_an_exercise_cell_is_a_stub_with_a_check(written):
    lines = [line.strip() for line in written.cell.split("\n") if line.strip()]
    (function,) = [
        node for node in ast.parse(written.cell).body if isinstance(node, ast.FunctionDef)
    ]
    assert "exercise" in written.tags
    assert f"def {EXERCISES[written.name].signature}:" in written.cell
    assert ast.get_docstring(function)
    assert lines[-3:] == [
        "# your code here",
        "raise NotImplementedError",
        f'check("{written.name}", {written.name})',
    ]


@each
def test_two_hints_and_one_solution_are_folded_below(written):
    assert written.summaries == ("Hint 1", "Hint 2", "Solution")
    assert f"def {EXERCISES[written.name].signature}:" in written.solution


def solved(name):
    """The solution of a lesson as a function; what it calls is the course's own."""
    scope = {"np": np} | {other: EXERCISES[other].reference for other in EXERCISES}
    (written,) = [written for written in WRITTEN if written.name == name]
    exec(f"{written.imports}\n{written.solution}", scope)
    return scope[name]


@each
def test_the_solution_passes(written):
    result = check(written.name, solved(written.name))
    assert result.passed, result.message


# The same functions as in rnn_core ---------------------------------------------------------


def network(Wxh, Whh, Why, bh, by):
    rnn = rnn_core.RNN(Wxh.shape[1], Wxh.shape[0], 25)
    rnn.Wxh, rnn.Whh, rnn.Why, rnn.bh, rnn.by = Wxh, Whh, Why, bh, by
    return rnn


def core_vocabulary(text):
    characters = rnn_core.Vocabulary(text).characters
    return {char: ix for ix, char in enumerate(characters)}, dict(enumerate(characters))


def core_step(x, h_prev, Wxh, Whh, bh):
    rnn = network(Wxh, Whh, np.zeros((len(x), len(bh))), bh, np.zeros(len(x)))
    return rnn.forward([int(np.argmax(x))], h_prev)[0][-1]


def core_forward(inputs, h_prev, *weights):
    return network(*weights).forward(inputs, h_prev)


def core_backward(inputs, targets, hs, ps, Wxh, Whh, Why):
    rnn = network(Wxh, Whh, Why, np.zeros(len(Whh)), np.zeros(len(Why)))
    return rnn.backward(inputs, targets, hs, ps)


def core_adagrad(param, grad, memory, learning_rate):
    optimizer = rnn_core.Adagrad(learning_rate)
    optimizer.memory["param"] = memory
    optimizer.update({"param": param}, {"param": grad})


def core_adam(param, grad, mean, square, t, learning_rate):
    optimizer = rnn_core.Adam(learning_rate)
    optimizer.steps, optimizer.memory["param"] = t - 1, np.array([mean, square])
    optimizer.update({"param": param}, {"param": grad})
    mean[...], square[...] = optimizer.memory["param"]


def core_train_step(model, inputs, targets, h_prev):
    hs, ps = model.forward(inputs, h_prev)
    loss = rnn_core.cross_entropy(ps, targets)
    model.update_params(model.backward(inputs, targets, hs, ps))
    return loss, hs[-1]


def core_train(model, indices, iterations):
    model.vocabulary = rnn_core.Vocabulary("".join(map(chr, range(len(model.vocabulary)))))
    return model.train(model.vocabulary.decode(indices), iterations, report=None)


CORE = {
    "build_vocabulary": core_vocabulary,
    "one_hot": rnn_core.one_hot,
    "softmax": rnn_core.softmax,
    "cross_entropy": rnn_core.cross_entropy,
    "rnn_step": core_step,
    "forward": core_forward,
    "backward": core_backward,
    "numerical_gradient": rnn_core.numerical_gradient,
    "clip_by_value": rnn_core.clip_by_value,
    "clip_by_norm": rnn_core.clip_by_norm,
    "adagrad_update": core_adagrad,
    "adam_update": core_adam,
    "train_step": core_train_step,
    "train": core_train,
    "apply_temperature": rnn_core.softmax,
}


@pytest.mark.parametrize("name", [name for name in CORE if name in NAMES])
def test_lesson_and_core_do_the_same(name):
    exercise, function, compared = EXERCISES[name], solved(name), 0
    for args in expected_outcomes(name)[0]:
        if name == "rnn_step" and not (len(args[0]) > 1 and args[0].sum() == args[0].max() == 1):
            continue  # the core reads characters only, one-hot, of at least two
        ours = runner.call(exercise, CORE[name], args)
        theirs = runner.call(exercise, function, args)
        assert ours.error is None and theirs.error is None
        if exercise.returns:
            assert compare.find(ours.value, theirs.value, 1e-8) is None
        assert compare.find(ours.after, theirs.after, 1e-8) is None
        compared += 1
    assert compared >= 2


@pytest.mark.skipif("generate" not in NAMES, reason="lesson 8 is not there yet")
def test_lesson_and_core_say_the_same_when_certain():
    model = Model("hope is the thing ", 6, seed=3)
    model.Wxh, model.Whh, model.Why = model.Wxh * 100, model.Whh * 100, model.Why * 100
    said = solved("generate")(model, "the t", 20, 0.01, np.random.default_rng(0))
    assert said == model.generate("the t", 20, 0.01, rng=0)


# The lessons as a learner leaves them ------------------------------------------------------


def begin(paths):
    """Run the solved lessons one after the other, in a copy of the course without anyone's work.

    Return a dict path -> future of what solve() returns, and a function that tidies up. Called by
    tests/lessons_under_test.py. Lessons run in processes of their own: some of the tests beside
    which they run measure the memory of this one.
    """
    folder = Path(tempfile.mkdtemp(prefix="solved_"))
    desk = copy_of_the_course(folder)
    pool = ThreadPoolExecutor(1)

    def end():
        pool.shutdown(cancel_futures=True)
        shutil.rmtree(folder, ignore_errors=True)

    return {path: pool.submit(solve, desk / path.name, path) for path in paths}, end


def copy_of_the_course(folder):
    """Copy the course without anyone's work into a folder; return that of its notebooks."""
    for path in solutions.ROOT.glob("rnn_*.py"):
        shutil.copy(path, folder)
    ignore = shutil.ignore_patterns("my_rnn*", "__pycache__", ".ipynb_checkpoints")
    return Path(shutil.copytree(solutions.NOTEBOOKS, folder / "notebooks", ignore=ignore))


def solve(copy, path):
    """Put a lesson's solutions into its copy and run that in place; return (copy, what it said)."""
    notebook = nbformat.read(copy, as_version=4)
    cells = {f"exercise-{written.name}": written.solved for written in solutions.written_in(path)}
    for cell in notebook.cells:
        cell["source"] = cells.get(cell["id"], cell["source"])
    nbformat.write(notebook, copy)
    done = execute(copy)
    if done.returncode == 0:  # my_rnn.py as it is after this lesson
        shutil.copy(copy.with_name("my_rnn.py"), copy.with_suffix(".py"))
    return copy, done


def execute(copy):
    """Run a notebook in place."""
    environment = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "COURSE_MY_RNN")}
    return subprocess.run(
        [sys.executable, "-m", "jupyter", "execute", "--inplace", "--timeout=300", copy],
        env={**environment, "OPENBLAS_NUM_THREADS": "1", "PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        errors="replace",
    )


def different(copy, path):
    """What a run has shown that is not what the lesson stores: {cell id: (stored, shown)}.

    The same is asked as nbval asks, except of the cells that are to differ once there is something
    to show: the exercises themselves, and what says how far one has come.
    """
    stored, run = (nbformat.read(place, as_version=4) for place in (path, copy))
    refresh.normalise(run)
    found = {}
    for old, new in zip(stored.cells, run.cells, strict=True):
        says_how_far = re.search(r"\b(check|check_whole|progress)\(", old.source)
        if old.cell_type == "code" and not says_how_far and not ignored(old):
            texts = [
                refresh.comparable(without_pictures(cell.outputs), False) for cell in (old, new)
            ]
            if texts[0] != texts[1]:
                found[old.id] = tuple(texts)
    return found


def test_another_output_is_noticed(tmp_path):
    path = LESSON_PATHS[0]
    shown = next(
        output["text"]
        for cell in nbformat.read(path, as_version=4).cells
        for output in cell.get("outputs", ())
        if "text" in output and not ignored(cell)
    )
    other = tmp_path / path.name
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            if output.get("text") == shown:
                output["text"] = "something else\n"
    nbformat.write(notebook, other)
    assert not different(path, path) and len(different(other, path)) == 1


def ignored(cell):
    return {"nbval-ignore-output", "nbval-skip"} & set(cell.metadata.get("tags", ()))


def without_pictures(outputs):
    """The outputs without what nbval does not compare."""
    outputs = nbformat.from_dict(outputs)
    for output in outputs:
        for kind in [kind for kind in output.get("data", ()) if kind.startswith("image/")]:
            del output.data[kind]
    return outputs


def shown(cell):
    """The plain text of a cell's last result."""
    results = [
        output["data"]["text/plain"]
        for output in cell["outputs"]
        if output["output_type"] == "execute_result"
    ]
    return results[-1] if results else ""


@pytest.mark.parametrize("path", LESSON_PATHS, ids=lambda path: path.name[:2])
def test_solved_lesson(path, request):
    here = solutions.written_in(path)
    copy, done = request.config.stash[SOLVED][path].result()
    assert done.returncode == 0, done.stderr
    cells = {cell["id"]: cell for cell in nbformat.read(copy, as_version=4).cells}
    collected = copy.with_suffix(".py").read_text(encoding="utf-8")
    for written in here:
        text = shown(cells[f"exercise-{written.name}"])
        assert text == f"{written.name}: passed.\nKept in my_rnn.py.", text
    for written in here:
        assert re.search(rf"^def {written.name}\(", collected, re.MULTILINE)
        assert written.solution.strip() in collected
    for cell in cells.values():
        assert not any(output.get("name") == "stderr" for output in cell.get("outputs", ()))
    assert not different(copy, path)


@pytest.mark.parametrize("path", solutions.lessons(), ids=lambda path: path.name[:2])
@pytest.mark.parametrize("way", range(max(map(len, ALTERNATIVES.values()))))
def test_lesson_with_other_right_ways(way, path, tmp_path):
    lines = [f"import sys\n\nsys.path.append({str(solutions.ROOT / 'tests')!r})"]
    lines += [f"from alternatives import ALTERNATIVES\n\nway = {way}"]
    lines += [f"{n} = ALTERNATIVES[{n!r}][way % {len(w)}]" for n, w in ALTERNATIVES.items()]
    copy = copy_of_the_course(tmp_path) / path.name
    copy.with_name("my_rnn.py").write_text("\n".join(lines) + "\n", encoding="utf-8")
    done = execute(copy)
    assert done.returncode == 0, done.stderr
    assert not different(copy, path)


@pytest.mark.skipif(not set(whole.PIECES) <= set(NAMES), reason="some lessons are not there yet")
def test_the_collected_functions_train_and_recite(tmp_path):
    path = tmp_path / "collected.py"
    sources = [written.solution.strip() for written in WRITTEN]
    path.write_text("import numpy as np\n\n\n" + "\n\n\n".join(sources) + "\n", encoding="utf-8")
    result = check_whole(path)
    assert result.passed, result.message


def test_what_the_lessons_collected_trains_and_recites(tmp_path, request):
    solved_lessons = request.config.stash.get(SOLVED, {})
    if not set(LESSON_PATHS) <= set(solved_lessons):
        pytest.skip("it needs the solved lessons above, and not all were asked for")
    path = tmp_path / "my_rnn.py"
    shutil.copy(solved_lessons[LESSON_PATHS[-1]].result()[0].with_suffix(".py"), path)
    result = check_whole(path)
    assert result.passed, result.message
