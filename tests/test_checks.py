"""What a check says: about right and wrong answers, abuse, and functions of every kind."""

import contextlib
import functools
import math
import re
import signal
import subprocess
import sys
import threading
import time
import types
import warnings
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from course import keep
from course.checks import (
    Result,
    check,
    check_whole,
    compare,
    diagnose,
    messages,
    runner,
    whole,
)
from course.exercises import EXERCISES, Exercise, Mistake, Model, Within
from tools import need

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch, tmp_path):
    """Nothing here touches the real my_rnn.py, and the page's streams are given back."""
    monkeypatch.setattr(keep, "MY_RNN", tmp_path / "my_rnn.py")
    streams = sys.stdout, sys.stderr
    yield
    assert (sys.stdout, sys.stderr) == streams


@pytest.fixture
def toy(monkeypatch):
    """Put an invented exercise on the list, and take its traces away afterwards."""

    def add(name, reference, cases, mistakes=(), **more):
        more = {"signature": "toy(x)", "returns": "an array", **more}
        exercise = Exercise(name, 1, reference, lambda rng: iter(cases), tuple(mistakes), **more)
        monkeypatch.setitem(EXERCISES, name, exercise)
        return exercise

    clear = (diagnose.expected_outcomes.cache_clear, diagnose.mistaken_outcomes.cache_clear)
    for one in clear:
        one()
    yield add
    for one in clear:
        one()


def softmax(scores):
    exps = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return exps / exps.sum(axis=-1, keepdims=True)


def message(function, name="softmax"):
    result = check(name, function, keep=False)
    assert not result.passed
    return result.message


# The result --------------------------------------------------------------------------------


def test_right_answer_passes_and_is_kept():
    result = check("softmax", softmax)
    assert result == Result(True, "softmax: passed.\nKept in my_rnn.py.")
    assert "def softmax(scores):" in keep.MY_RNN.read_text(encoding="utf-8")


def test_wrong_answer_is_not_kept():
    assert not check("softmax", np.exp)
    assert not keep.MY_RNN.exists()


def test_unfindable_source_passes_all_the_same():
    scope = {"np": np}
    exec(
        "def softmax(scores):\n e = np.exp(scores - scores.max(-1, keepdims=True))\n"
        " return e / e.sum(-1, keepdims=True)",
        scope,
    )
    result = check("softmax", scope["softmax"])
    assert result.passed and "Not kept" in result.message


def test_callables_without_source_are_called():
    class Callable:
        def __call__(self, scores):
            return softmax(scores)

    assert "Not kept" in check("softmax", Callable()).message
    assert check("softmax", functools.partial(softmax)).passed
    assert not check("softmax", functools.partial(np.multiply, 1.0)).passed


class Tags(HTMLParser):
    """Collects tags that are open, and the text."""

    def __init__(self):
        super().__init__()
        self.open, self.text = [], ""

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


@pytest.mark.parametrize(
    "function",
    [softmax, np.exp, lambda s: None, lambda s: "<b>`&", 3],
    ids=["right", "wrong", "nothing", "markup", "no function"],
)
def test_html_is_whole_says_its_state_in_words_and_repeats_itself(function):
    one, two = check("softmax", function, keep=False), check("softmax", function, keep=False)
    page = one._repr_html_()
    assert page == two._repr_html_() and repr(one) == repr(two) == one.message
    tags = Tags()
    tags.feed(page)
    assert tags.open == []
    assert tags.text.startswith("passed" if one.passed else "not yet")
    for line in one.message.split("\n"):
        assert line.strip().replace("`", "") in tags.text.replace("`", "")
    assert "0x" not in one.message


def test_html_has_no_colour_of_its_own_for_text_or_opaque_ground():
    page = check("softmax", np.exp, keep=False)._repr_html_()
    assert not re.search(r"[\s;\"]color: (?!inherit)", page)
    assert re.search(r"background: #[0-9A-F]{6}1F", page)


# What it is called with --------------------------------------------------------------------


def test_unknown_name_offers_near_ones():
    assert "Did you mean softmax?" in check("sofmax", softmax).message
    assert "There are: " in check("zzz", softmax).message
    assert 'check("softmax", softmax)' in check(softmax, "softmax").message


def test_answer_in_place_of_the_function():
    said = message(softmax(np.zeros(2)))
    assert "an array of shape (2,)" in said and "without parentheses" in said


def test_parameters_are_named():
    assert message(lambda scores, axis: 0) == (
        "softmax: it is called as `softmax(scores)`, but yours takes (scores, axis)."
    )
    assert check("softmax", lambda scores, axis=-1: softmax(scores), keep=False).passed


def test_stub():
    def stub(scores):
        """Turn scores into probabilities."""
        raise NotImplementedError

    assert repr(check("softmax", stub)) == "softmax: not written yet"


def test_stub_further_down_is_named():
    def cross_entropy(probabilities, targets):
        raise NotImplementedError

    def softmax(scores):
        return cross_entropy(scores, scores)

    assert "calls `cross_entropy`, which is not written yet" in message(softmax)


# What goes wrong ---------------------------------------------------------------------------


def test_exception_names_the_line_and_what_to_look_at():
    def softmax(scores):
        exps = np.exp(scores)
        return exps / total  # noqa: F821

    said = message(softmax)
    assert "stops with NameError: name 'total' is not defined" in said
    assert "return exps / total" in said and "spelled" in said


def test_a_function_of_an_earlier_lesson_is_offered():
    def cross_entropy(probabilities, targets):
        return one_hot(targets, 3)  # noqa: F821

    assert '`one_hot = yours("one_hot")`' in message(cross_entropy, "cross_entropy")


@pytest.mark.parametrize(
    "error, word",
    [
        (ValueError("operands could not be broadcast together with shapes (2,) (3,)"), "shapes"),
        (ValueError("axis 1 is out of bounds for array of dimension 1"), "no such axis"),
        (TypeError("only 0-dimensional arrays can be converted to Python scalars"), "every entry"),
        (TypeError("f() takes 1 positional argument but 2 were given"), "arguments"),
        (TypeError("unsupported operand type(s) for *: 'NoneType' and 'float'"), "return"),
        (IndexError("index 7 is out of bounds"), "past the end"),
        (KeyError("q"), "keys"),
        (ZeroDivisionError(), "divided by 0"),
        (AttributeError("'list' object has no attribute 'shape'"), "before the dot"),
        (UnboundLocalError("x"), "before it has a value"),
        (MemoryError(), "memory"),
        (KeyboardInterrupt(), "KeyboardInterrupt"),
        (SystemExit(1), "sys.exit"),
        (NotImplementedError("later"), "not written yet"),
        (BaseException("odd"), "odd"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else None,
)
def test_advice_for_frequent_errors(error, word):
    def softmax(scores):
        raise error

    assert word in message(softmax)


def test_error_with_a_broken_text():
    class Nasty(Exception):
        def __str__(self):
            raise RuntimeError

    def softmax(scores):
        raise Nasty

    assert "stops with Nasty." in message(softmax)


@pytest.mark.parametrize(
    "answer, words",
    [
        (None, "nothing: is `return` missing?"),
        ("abc", "a string, 'abc'"),
        ([1, "x"], "not all"),
        ({}, "a dict"),
        ({1.0}, "a set"),
        (True, "The answer has shape ()"),
        (1j, "a complex"),
        (np.array(["a", "b"]), "type <U1"),
        (np.array([None, 1]), "type object"),
        (np.zeros((2, 1)), "shape (2, 1), but (2,) is expected"),
        ([[1], [1, 2]], "of different lengths"),
        (iter([1.0]), "a list_iterator"),
        (print, "a function"),
    ],
    ids=str,
)
def test_answers_of_the_wrong_kind(answer, words):
    assert words in message(lambda scores: answer)


def test_coroutine_is_closed():
    async def softmax(scores):
        return scores

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert "leave out `async`" in message(softmax)


def test_writing_into_the_argument():
    def softmax(scores):
        scores -= scores.max(axis=-1, keepdims=True)
        exps = np.exp(scores)
        return exps / exps.sum(axis=-1, keepdims=True)

    result = check("softmax", softmax, keep=False)
    assert result.mistake == "writes-into-argument" and "`scores`" in result.message


def test_known_mistake_that_also_writes_is_recognised_and_told():
    def softmax(scores):
        np.exp(scores, out=scores)
        return scores / scores.sum()

    def first_axis(scores):
        scores -= scores.max(axis=0)
        return np.exp(scores) / np.exp(scores).sum(axis=0)

    result = check("softmax", first_axis, keep=False)
    assert result.mistake == "wrong-axis" and "It also writes into `scores`" in result.message
    assert not check("softmax", softmax, keep=False).passed


def test_mistake_is_recognised_in_another_spelling():
    def softmax(scores):
        exps = [math.exp(score) for score in scores]
        return [value / sum(exps) for value in exps]

    assert check("softmax", softmax, keep=False).mistake == "no-shift"


def test_of_two_mistakes_the_first_is_named():
    def softmax(scores):
        exps = np.exp(scores)
        return exps / exps.sum()

    result = check("softmax", softmax, keep=False)
    assert result.mistake == "no-shift" and "Mend this one first." in result.message

    def softmax(scores):
        return np.full_like(scores, 0.5)

    assert check("softmax", softmax, keep=False).mistake == "argument-unused"


def test_what_is_expected_stands_beside_what_came():
    said = message(lambda scores: softmax(scores) ** 0.9)
    assert said == (
        "softmax: The answer is 0.3063 at character 0, which is too large.\n"
        "The smallest input that shows it:\n    scores = [1, 2]\n"
        "Expected:\n    [0.2689, 0.7311]\nYours gives:\n    [0.3063, 0.7543]"
    )


def test_a_near_miss_is_called_one():
    assert "near but too large, by 1e-06" in message(lambda scores: softmax(scores) + 1e-6)


def test_a_common_factor_is_seen():
    assert "every number is 0.5 times" in message(lambda scores: softmax(scores) / 2)


# Prints, warnings, time --------------------------------------------------------------------


def test_prints_are_shown_and_floods_cut(capsys):
    def softmax_printing(scores):
        print("shape", scores.shape)
        print("second", file=sys.stderr)
        for i in range(1000):
            print(i)
        return softmax(scores)

    said = check("softmax", softmax_printing, keep=False).message
    assert said == "softmax: passed.\nIt printed:\n    shape (2,)\n    0\n    1\n    ..."
    assert capsys.readouterr() == ("", "")


def test_float_warnings_make_no_noise(capsys):
    def no_shift(scores):
        warnings.warn("careful", stacklevel=1)
        return np.exp(scores) / np.exp(scores).sum(axis=-1, keepdims=True)

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        said = message(no_shift)
    assert "NumPy met: overflow" in said
    assert capsys.readouterr() == ("", "")


def left_running():
    """The threads of checks that have not ended a moment after their check."""
    time.sleep(0.1)
    return [thread for thread in threading.enumerate() if isinstance(thread, runner.WorkerThread)]


@pytest.mark.parametrize(
    "body",
    [
        "while True: pass",
        "while True:\n  try: print('x')\n  except: pass",
        "while True:\n  try:\n   while True: len(str(1))\n  except BaseException: pass",
        "for i in iter(int, 1): sum(range(100))",
    ],
    ids=["plain", "bare except", "except BaseException", "iterator"],
)
def test_endless_loops_end(body, monkeypatch, capsys):
    monkeypatch.setattr(runner, "TIME_LIMIT", 0.2)
    scope = {}
    exec("def softmax(scores):\n " + body.replace("\n", "\n "), scope)
    start = time.perf_counter()
    said = message(scope["softmax"])
    assert "did not come to an end within 0.2 seconds" in said and "scores = [1, 2]" in said
    assert time.perf_counter() - start < 2
    assert capsys.readouterr() == ("", "")
    assert left_running() == []


@pytest.mark.filterwarnings("error::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize(
    "body",
    [
        "while True:\n  try:\n   try: print('x')\n   except: pass\n  except: pass",
        "while True:\n  try:\n   try: print('x')\n   except: print('y')\n  except: print('z')",
        "while True:\n  try: len('x')\n  finally: continue",
        "while True:\n  with suppress(BaseException): len('x')",
        "while True:\n  try: raise ValueError\n  except BaseException as error: str(error)",
        "while True:\n  try: np.exp(np.zeros((100, 100)))\n  except: pass",
    ],
    ids=["nested", "printing", "finally", "suppress", "raising", "in NumPy"],
)
def test_code_that_catches_everything_ends_every_time(body):
    scope = {"np": np, "suppress": contextlib.suppress}
    exec("def softmax(scores):\n " + body.replace("\n", "\n "), scope)
    for _ in range(15):  # what interrupts it finds it elsewhere each time
        assert runner.run_with_timeout(lambda: scope["softmax"](None), 0.02)[0] is False
    assert left_running() == []


def test_a_thread_that_prints_all_the_time_does_no_harm():
    code = (
        f"import sys, threading; sys.path[:0] = {[str(ROOT), str(ROOT / 'notebooks')]}\n"
        "from course.checks import runner\n"
        "def talk():\n    while True: print('x')\n\n"
        "threading.Thread(target=talk, daemon=True).start()\n"
        "print(all(runner.run_with_timeout(dict, 5)[0] for _ in range(300)), file=sys.stderr)\n"
        "import os; os._exit(0)"  # Python waits for no thread, and stumbles over those that print
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    assert (ran.returncode, ran.stderr.split()) == (0, [b"True"]), ran.stderr.decode()


def test_sleeping_function_is_left_behind_in_silence(monkeypatch, capsys):
    monkeypatch.setattr(runner, "TIME_LIMIT", 0.1)

    def softmax(scores):
        time.sleep(1.6)
        print("late")

    out, err = sys.stdout, sys.stderr
    assert "did not come to an end" in message(softmax)
    time.sleep(0.8)
    print("the page goes on")
    assert capsys.readouterr() == ("the page goes on\n", "")
    sys.stdout, sys.stderr = out, err


def test_interrupt_from_the_keyboard_passes_through(request):
    import _thread

    # Whoever starts pytest in the background of a script has it ignore the keyboard.
    old = signal.signal(signal.SIGINT, signal.default_int_handler)
    request.addfinalizer(lambda: signal.signal(signal.SIGINT, old))

    def softmax(scores):
        _thread.interrupt_main()
        while True:
            pass

    start = time.perf_counter()
    with pytest.raises(KeyboardInterrupt):
        check("softmax", softmax, keep=False)
    assert time.perf_counter() - start < 2
    assert left_running() == []


def test_questions_are_refused():
    ask = input

    def softmax(scores):
        return scores * float(input("How much? "))

    assert "`input` waits for a person" in message(softmax)
    assert input is ask


def test_a_kernel_can_be_interrupted_and_goes_on():
    manager, client = need("jupyter_client.manager").start_new_kernel(kernel_name="python3")
    try:
        said = []

        def run(code, hook=lambda message: None):
            reply = client.execute_interactive(code, timeout=60, output_hook=hook)
            return reply["content"].get("ename"), reply["content"]["status"]

        folders = [str(ROOT), str(ROOT / "notebooks")]
        run(f"import sys; sys.path[:0] = {folders}\nfrom course.checks import check")
        threading.Timer(1.0, manager.interrupt_kernel).start()
        code = "def softmax(scores):\n    while True: pass\n\ncheck('softmax', softmax)"
        assert run(code)[0] == "KeyboardInterrupt"
        code = (
            "import threading, time\ntime.sleep(0.2)\n"
            "print([t.name for t in threading.enumerate() if 'Apart' in repr(t)])"
        )
        run(code, lambda message: said.append(message["content"].get("text")))
        assert "[]\n" in said
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def test_recursion_without_end():
    def softmax(scores):
        return softmax(scores)

    assert "calls itself without end" in message(softmax)


on_linux = pytest.mark.skipif(sys.platform != "linux", reason="only there memory is looked at")


def hoard(rows):
    """Take 400 MB in a second or two: more than any test allows, and no machine is short of it."""
    for _ in range(400):
        rows.append(b"x" * 1_000_000)
        time.sleep(0.002)


def clings(rows):
    for _ in range(400):
        with contextlib.suppress(BaseException):
            hoard(rows)


@on_linux
@pytest.mark.parametrize("grow", [hoard, clings])
def test_growing_without_end(grow, monkeypatch):
    monkeypatch.setattr(runner, "MEMORY_LIMIT", 40)
    rows = []

    def softmax(scores):
        print("on my way")
        grow(rows)

    said = message(softmax)
    assert "Your function stops with MemoryError: it has taken more than 40 MB\n" in said
    assert "\nIs there a loop that never ends" in said
    assert "scores = [1, 2]\nIt printed:\n    on my way" in said
    assert 40 <= len(rows) < 200 and left_running() == []
    assert check("softmax", EXERCISES["softmax"].reference, keep=False).passed


@on_linux
def test_calls_deeper_than_python_allows_are_endless_recursion(monkeypatch):
    """As on a Python that does not stop them: here the limit is lowered when they are down there."""
    monkeypatch.setattr(runner, "SUSPICIOUS", -1000)
    limit, down, late, caught = sys.getrecursionlimit(), threading.Event(), [], []

    def softmax(scores, depth=0):
        if depth < 2 * limit:
            softmax(scores, depth + 1)
        down.set()
        while not late:
            try:
                while not late:
                    pass
            except Exception as error:
                caught.append(error)

    def lower():
        down.wait(20)
        sys.setrecursionlimit(limit)

    helper, ender = threading.Thread(target=lower), threading.Timer(20, late.append, [True])
    sys.setrecursionlimit(4 * limit)
    helper.start()
    ender.start()
    try:
        said = message(softmax)
    finally:
        ender.cancel()
        helper.join()
        sys.setrecursionlimit(limit)
    assert "Your function stops with RecursionError" in said and "calls itself without end" in said
    assert (late, caught, left_running()) == ([], [], []) and sys.getrecursionlimit() == limit


@on_linux
def test_looking_at_memory_costs_next_to_nothing():
    with runner._memory(threading.current_thread()) as excess:
        start = time.process_time()
        assert not any(excess() for _ in range(100))
        assert time.process_time() - start < 0.05  # a check looks fifty times a second


def test_a_check_takes_well_under_a_second():
    check("softmax", np.exp, keep=False)
    start = time.process_time()
    check("softmax", np.exp, keep=False)
    assert time.process_time() - start < 0.3


# Every kind of exercise --------------------------------------------------------------------


def test_in_place(toy):
    def step(param, grad):
        param -= grad

    def away(param, grad):
        param = param - grad  # a new array, which the caller never sees

    def wrong_way(param, grad):
        param += grad

    cases = [(np.ones(2), np.array([1.0, 2.0])), (np.ones((2, 3)), np.full((2, 3), 0.5))]
    toy(
        "step",
        step,
        cases,
        [Mistake("plus", wrong_way, "Plus.")],
        signature="step(param, grad)",
        returns="",
        in_place=("param",),
    )
    assert check("step", step, keep=False).passed
    assert check("step", lambda param, grad: np.subtract(param, grad, out=param), keep=False).passed
    assert check("step", wrong_way, keep=False).mistake == "plus"
    result = check("step", away, keep=False)
    assert "`param` is 1 at position [0], which is too large" in result.message
    both = lambda param, grad: (step(param, grad), step(grad, grad))  # noqa: E731
    assert check("step", both, keep=False).mistake == "writes-into-argument"


def test_tuples_have_named_parts_and_axes(toy):
    toy(
        "toy",
        lambda x: (x, 2 * x),
        [(np.ones((3, 2)),), (np.ones((4, 2, 2)),)],
        parts=("hs", "ps"),
        axes=("time step", "batch", "unit"),
    )

    def late(x):
        ps = 2 * x
        ps[2:] = 0
        return x, ps

    said = message(late, "toy")
    assert "`ps` is 0 at time step 2, unit 0, which is too small." in said
    assert "Only time step 2 is wrong" in said
    assert "a tuple of 2 items" not in message(lambda x: x, "toy")
    assert "has 1 item where 2 are expected" in message(lambda x: (x,), "toy")
    assert "`ps` has shape (2, 3), but (3, 2)" in message(lambda x: (x, 2 * x.T), "toy")
    assert check("toy", lambda x: [x.tolist(), (2 * x).astype(np.float32)], keep=False).passed


def test_dicts_and_whole_numbers_and_strings(toy):
    toy("toy", lambda x: {"a": x, "b": x + 1}, [(np.zeros((2, 2)),)], axes={"b": ("row", "column")})
    assert "it lacks 'b'; it has too many: 'c'" in message(lambda x: {"a": x, "c": x}, "toy")
    said = message(lambda x: {"a": x, "b": x}, "toy")
    assert "`b` is 0 at row 0, column 0" in said
    assert "On this input `a` is right, `b` is not yet." in said
    toy("numbers", lambda x: np.arange(3), [(3,)])
    assert "whole numbers are expected" in message(lambda x: np.arange(3.0), "numbers")
    assert check("numbers", lambda x: [0, 1, 2], keep=False).passed
    toy("words", lambda x: "abc", [(3,)])
    assert check("words", lambda x: np.str_("abc"), keep=False).passed
    assert "The answer is 'abd', which is not right." in message(lambda x: "abd", "words")


def test_functions_as_arguments(toy):
    def square(x):
        """f(x) = x * x"""
        return float((x * x).sum())

    toy("slope", lambda f, x: f(x + 1) - f(x), [(square, np.ones(2))], signature="slope(f, x)")
    assert check("slope", lambda f, x: f(x + 1) - f(x), keep=False).passed
    assert "f = f(x) = x * x" in message(lambda f, x: 0.0, "slope")


def test_random_functions_are_observed(toy):
    def roll(sides, rng):
        return int(rng.integers(sides))

    def always_first(sides, rng):
        return 0

    def observe(function, args):
        sides, rng = args
        rolls = [function(sides, rng) for _ in range(2000)]
        return {"frequencies": Within(np.bincount(rolls, minlength=sides) / 2000, 0.1)}

    toy(
        "roll",
        roll,
        [(2, np.random.default_rng(0)), (6, np.random.default_rng(1))],
        [Mistake("always-first", always_first, "It is always the same one.")],
        signature="roll(sides, rng)",
        returns="a number below `sides`",
        observe=observe,
    )
    assert check("roll", lambda sides, rng: int(rng.random() * sides), keep=False).passed
    assert check("roll", always_first, keep=False).mistake == "always-first"
    assert "`frequencies`" in message(lambda sides, rng: sides - 1, "roll")
    assert "nothing: is `return` missing?" in message(lambda sides, rng: None, "roll")
    assert "ZeroDivisionError" in message(lambda sides, rng: 1 // 0, "roll")


def test_models_are_compared_by_their_arrays(toy):
    def train(model, x):
        model.Wxh = model.Wxh - x
        model.memory["by"][...] += 1
        return 0.5

    def forgets(model, x):
        model.Wxh = model.Wxh - x
        return 0.5

    toy(
        "train",
        train,
        [(Model("hope", 3, seed=0), 1.0)],
        signature="train(model, x)",
        returns="the loss",
        in_place=("model",),
    )
    assert check("train", train, keep=False).passed
    assert '`model.memory["by"]` is 0 at position [0]' in message(forgets, "train")
    toy(
        "look",
        lambda model: float(model.Wxh.sum()),
        [(Model("hope", 3, seed=0),)],
        signature="look(model)",
        returns="a number",
    )

    def writes(model):
        total = model.Wxh.sum()
        model.Wxh[0] = 7
        return total

    result = check("look", writes, keep=False)
    assert result.mistake == "writes-into-argument" and "V = 4, H = 3" in result.message


def test_terms_are_tried_one_at_a_time(toy):
    toy(
        "add",
        lambda a, b, c: a + b + c,
        [(np.ones(2), 2 * np.ones(2), np.ones(2))],
        signature="add(a, b, c)",
        terms={"a": ("a",), "b": ("b",), "c": ("c",)},
    )
    assert "With all other terms set to zero, `a` and `c` are right, `b` is not." in message(
        lambda a, b, c: a + c - b, "add"
    )


def test_expected_errors(toy):
    def strict(x):
        if x < 0:
            raise ValueError("negative")
        return x

    toy("strict", strict, [(1.0,), (-1.0,)])
    assert check("strict", strict, keep=False).passed
    assert not check("strict", lambda x: x, keep=False).passed


def test_model_is_an_rnn_with_memory_that_stays():
    model = Model("hope", 3, seed=1)
    model.memory["Wxh"][0, 0] = 5
    assert model.memory["Wxh"][0, 0] == 5 and model.char_to_ix["e"] == 0
    assert model.ix_to_char == {0: "e", 1: "h", 2: "o", 3: "p"}
    twin = runner.duplicate(model)
    assert runner.unchanged(model, twin)
    twin.Wxh[0, 0] += 1
    assert not runner.unchanged(model, twin)


@pytest.mark.parametrize(
    "expected, got, words",
    [
        (np.arange(6.0).reshape(2, 3), np.arange(6.0).reshape(2, 3).T, "transpose"),
        (np.arange(4.0).reshape(2, 2), np.arange(4.0).reshape(2, 2).T, "transpose"),
        (np.arange(4.0), -np.arange(4.0), "wrong sign"),
        (np.arange(4.0), np.arange(4.0) + 2, "off by 2"),
        (np.array([1.0, 5, 2]), np.array([2.0, 5, 1]), "reversed"),
        (np.array([1.0, 5, 2, 8]), np.array([0.0, 1, 5, 2]), "late"),
        (np.array([1.0, 5, 2, 8]), np.array([5.0, 2, 8, 0]), "early"),
        (np.arange(4.0), np.arange(4.0)[:, None], "the shape is not"),
    ],
    ids=["wide", "square", "sign", "offset", "reversed", "late", "early", "column"],
)
def test_patterns(expected, got, words):
    difference = compare.find(expected, got, 1e-9)
    assert any(words in text for text in compare.patterns(difference))


def test_precision_of_floats():
    expected = np.linspace(0.1, 1, 10)
    assert compare.find(expected, expected + 1e-6, 1e-9)
    assert not compare.find(expected, (expected + 1e-6).astype(np.float32), 1e-9)
    assert compare.find(expected, (expected + 1e-3).astype(np.float32), 1e-9)
    half = compare.find(expected, (expected + 1e-3).astype(np.float16), 1e-9)
    assert half.kind == "half"
    assert not compare.find(np.eye(3), np.eye(3, dtype=np.float16), 1e-9)  # nothing is lost
    assert not compare.find(np.array([np.inf, np.nan]), np.array([np.inf, np.nan]), 1e-9)


def test_values_are_shown_short():
    assert messages.show(np.array([[1.0, 2.5], [1e9, -0.125]])) == "[[1, 2.5], [1e+09, -0.125]]"
    assert messages.show(np.zeros((25, 22))) == "array of numbers, shape (25, 22)"
    assert messages.show((1,)) == "(1,)" and messages.show("x" * 99) == repr("x" * 57 + "...")
    assert messages.show(Model("hope", 3)) == "a network with V = 4, H = 3"
    assert messages.show(np.random.default_rng(0)) == "a random generator"


# All together ------------------------------------------------------------------------------


def test_whole_names_what_is_missing():
    text = check_whole().message
    assert text == f"Still to write: {', '.join(whole.PIECES)}."
    keep.MY_RNN.write_text("def softmax(scores):\n    return scores\n", encoding="utf-8")
    assert "softmax" not in check_whole().message.replace("Still to write", "")
    assert check_whole(keep.MY_RNN) == check_whole()


def test_whole_does_not_count_the_courses_own():
    keep.MY_RNN.write_text("from rnn_core import softmax\n", encoding="utf-8")
    assert "softmax" in check_whole().message


def test_whole_says_what_is_wrong_with_a_file(tmp_path):
    assert "no file none.py" in check_whole(tmp_path / "none.py").message
    keep.MY_RNN.write_text("def softmax(:\n", encoding="utf-8")
    assert "cannot be used (SyntaxError in line 1" in check_whole().message


FUNCTIONS = {name: exercise.reference for name, exercise in EXERCISES.items()}
complete = pytest.mark.skipif(
    "generate" not in FUNCTIONS
    or "backward" not in FUNCTIONS
    or "train_step" not in FUNCTIONS
    or "forward" not in FUNCTIONS,
    reason="some lessons have no exercises yet",
)


def network(**changed):
    """The course's functions as a module, some of them changed."""
    return types.SimpleNamespace(**{**FUNCTIONS, **changed})


@complete
def test_whole_trains_and_recites():
    assert whole._apart(whole._gradients, network()).passed
    start = time.process_time()
    result = whole._apart(whole._training, network())
    assert result.passed and time.process_time() - start < 10
    assert "It recites:\n    Hope is" in result.message


@complete
def test_whole_sees_pieces_that_do_not_work_together():
    def backward(*args):
        return {**FUNCTIONS["backward"](*args), "Whh": 0}

    def too_fast(model, *args):
        model.optimizer.learning_rate = 0.2
        return FUNCTIONS["train_step"](model, *args)

    def forgetful(model, inputs, targets, h_prev):
        return FUNCTIONS["train_step"](model, inputs, targets, 0 * h_prev)

    def fails(*args):
        raise KeyError("Wxh")

    def mumbles(model, prompt, n, temperature, rng):
        return "x" * n

    def said(stage, **changed):
        result = whole._apart(stage, network(**changed))
        assert not result.passed
        return result.message

    assert "gradient of Whh is not that of rnn_core" in said(whole._gradients, backward=backward)
    assert "no chunks" in said(whole._training, chunks=lambda *args: [])
    assert "From iteration 1 " in said(whole._training, train_step=forgetful)
    assert "From iteration 1 " in said(whole._training, train_step=too_fast)
    assert "stops with KeyError" in said(whole._training, train_step=fails)
    assert "does not recite" in said(whole._training, generate=mumbles)


@complete
def test_whole_has_a_time_limit(monkeypatch):
    monkeypatch.setattr(whole, "TIME_LIMIT", 0.2)

    def train_step(*args):
        while True:
            pass

    result = whole._apart(whole._training, network(train_step=train_step))
    assert "did not come to an end within 0.2 seconds" in result.message


@complete
@on_linux
def test_whole_has_a_memory_limit(monkeypatch):
    monkeypatch.setattr(runner, "MEMORY_LIMIT", 40)
    rows = []
    changed = network(train_step=lambda *args: hoard(rows))
    result = whole._apart(whole._training, changed)
    assert "stops with MemoryError: it has taken more than 40 MB" in result.message
    assert not result.passed and len(rows) < 200
