"""Every exercise against all that we know of it: right ways, known mistakes, and abuse."""

import copy
import re
import sys
import time
from itertools import combinations

import numpy as np
import pytest

from alternatives import ALTERNATIVES
from course.checks import check, compare, diagnose, runner
from course.exercises import EXERCISES, MODULES

NAMES = list(EXERCISES)
MISTAKES = [(name, mistake) for name in NAMES for mistake in EXERCISES[name].mistakes]
RIGHT = [(name, way) for name, ways in ALTERNATIVES.items() for way in ways if name in EXERCISES]
ALL_IN = all(topic.EXERCISES for topic in MODULES)
SIGNATURES = """build_vocabulary(text) one_hot(indices, size) shift_targets(indices)
pair_probabilities(indices, size) softmax(scores)
cross_entropy(probabilities, targets) rnn_step(x, h_prev, Wxh, Whh, bh)
forward(inputs, h_prev, Wxh, Whh, Why, bh, by) output_gradient(ps, targets)
backward_step(dh, h, h_prev, Whh) backward(inputs, targets, hs, ps, Wxh, Whh, Why)
numerical_gradient(f, array) clip_by_value(gradients, limit) clip_by_norm(gradients, limit)
sgd_update(param, grad, learning_rate) adagrad_update(param, grad, memory, learning_rate)
adam_update(param, grad, mean, square, t, learning_rate)
chunks(indices, seq_length) train_step(model, inputs, targets, h_prev)
train(model, indices, iterations)
sample_character(probabilities, rng) apply_temperature(scores, temperature)
generate(model, prompt, n, temperature, rng)
top_p(probabilities, p)
hidden_states(model, text) unit_correlation(hs, feature) ablate(model, unit, text)
loss_and_gradients(inputs, targets, h_prev, Wxh, Whh, Why, bh, by)
forward_batched(inputs, h_prev, Wxh, Whh, Why, bh, by)
backward_batched(inputs, targets, hs, ps, Wxh, Whh, Why)
perplexity(loss, count) split_text(text, fraction) ngram_probability(counts, context, character)
gru_step(x, h_prev, W, U, b) gru_backward_step(dh, h_prev, z, r, c, U)
linear_scan(a, b) linear_scan_backward(dhs, a, before)
mingru_forward(inputs, h_prev, Wz, Wc, bz, bc)
to_torch(Wxh, Whh, Why, bh, by) from_torch(state)"""


def ids(pairs):
    return [f"{name}-{getattr(other, 'name', None) or other.__name__}" for name, other in pairs]


@pytest.fixture(autouse=True)
def quick_and_clean(monkeypatch, tmp_path):
    """No check in this file writes to the real my_rnn.py or waits for long."""
    from course import keep

    monkeypatch.setattr(keep, "MY_RNN", tmp_path / "my_rnn.py")
    stdout, stderr = sys.stdout, sys.stderr
    yield
    assert sys.stdout is stdout and sys.stderr is stderr


@pytest.mark.parametrize("name", NAMES)
def test_name_and_signature(name):
    assert EXERCISES[name].name == name
    assert EXERCISES[name].signature in " ".join(SIGNATURES.split())


@pytest.mark.parametrize("name", NAMES)
def test_cases_are_quick_repeatable_and_grow(name):
    cases = list(EXERCISES[name].cases(np.random.default_rng(0)))
    again = list(EXERCISES[name].cases(np.random.default_rng(0)))
    assert 3 <= len(cases) <= 60
    assert all(len(args) == len(EXERCISES[name].arguments) for args in cases)
    assert all(
        runner.unchanged(a, b)
        for one, two in zip(cases, again, strict=True)
        for a, b in zip(one, two, strict=True)
    )


@pytest.mark.parametrize("name", NAMES)
def test_reference_passes_on_other_inputs_too(name):
    exercise = EXERCISES[name]
    assert check(name, exercise.reference, keep=False).message.startswith(f"{name}: passed")
    for seed in range(3):
        for args in exercise.cases(np.random.default_rng(seed)):
            one = runner.call(exercise, exercise.reference, args)
            two = runner.call(exercise, exercise.reference, args)
            assert compare.same_outcome(one, two, exercise.tolerance)
            assert not one.written


@pytest.mark.parametrize("name, way", RIGHT, ids=ids(RIGHT))
def test_other_right_ways_are_accepted(name, way):
    result = check(name, way, keep=False)
    assert result.passed, result.message


@pytest.mark.parametrize("name", NAMES)
def test_at_least_two_other_right_ways(name):
    assert len(ALTERNATIVES.get(name, ())) >= 2


@pytest.mark.parametrize("name, mistake", MISTAKES, ids=ids(MISTAKES))
def test_known_mistake_is_recognised(name, mistake):
    result = check(name, mistake.function, keep=False)
    assert not result.passed
    assert result.mistake == mistake.name, result.message
    assert mistake.hint in result.message
    assert "not written yet" not in result.message


@pytest.mark.parametrize("name", NAMES)
def test_mistakes_have_names_and_hints_of_their_own(name):
    mistakes = EXERCISES[name].mistakes
    assert len(mistakes) >= 6 or name in ("sgd_update", "sample_character")
    assert len({mistake.name for mistake in mistakes}) == len(mistakes)
    assert "writes-into-argument" not in {mistake.name for mistake in mistakes}
    for one, two in combinations(mistakes, 2):
        assert one.hint.split() != two.hint.split()
    for mistake in mistakes:
        assert mistake.name == mistake.name.lower().replace("_", "-").replace(" ", "-")
        assert mistake.hint[-1] in ".?" and len(mistake.hint) > 30 and "!" not in mistake.hint
        assert "$" not in mistake.hint  # messages are plain text


@pytest.mark.skipif(not ALL_IN, reason="some lessons have no exercises yet")
def test_all_exercises_are_there_with_mistakes_enough():
    named = re.findall(r"\w+\([^)]*\)", " ".join(SIGNATURES.split()))
    assert [exercise.signature for exercise in EXERCISES.values()] == [
        signature for signature in named if signature.split("(")[0] in EXERCISES
    ]
    assert len(named) == len(EXERCISES) == 40
    lessons = [exercise.lesson for exercise in EXERCISES.values()]
    assert lessons == sorted(lessons)
    assert len(MISTAKES) >= 700


# Functions that are not even wrong ---------------------------------------------------------


def stub(*args):
    raise NotImplementedError


def breaks(*args):
    return np.zeros(3)[7]


def gives_nothing(*args):
    pass


def gives_words(*args):
    return "the answer"


def gives_other_shape(*args):
    return np.zeros((2, 9, 1))


def gives_generator(*args):
    yield 1


def gives_function(*args):
    return gives_nothing


def exits(*args):
    sys.exit("bye")


def recurses(*args):
    return recurses(args)


def loops(*args):
    while True:
        pass


def floods(*args):
    for i in range(200):
        print("line", i)


ABUSE = {
    breaks: "stops with IndexError",
    gives_words: "a string",
    gives_other_shape: "",
    gives_generator: "a generator",
    gives_function: "a function",
    exits: "stops with SystemExit",
    recurses: "stops with RecursionError",
    gives_nothing: "",
    floods: "    line 2\n    ...",
}


@pytest.mark.parametrize("name", NAMES)
def test_stub_gives_one_fixed_line(name, capsys):
    result = check(name, stub, keep=False)
    assert not result.passed and result.mistake is None
    assert repr(result) == result.message == f"{name}: not written yet"
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("function", ABUSE, ids=lambda f: f.__name__)
def test_abuse_gets_a_sentence(name, function, capsys):
    result = check(name, function, keep=False)
    assert not result.passed
    assert result.message.startswith(f"{name}: ") and len(result.message) < 1500
    if EXERCISES[name].observe is None and (
        EXERCISES[name].returns or "stops" in ABUSE[function] or function is floods
    ):
        assert ABUSE[function] in result.message
    assert capsys.readouterr() == ("", "")
    assert check(name, EXERCISES[name].reference, keep=False).passed


@pytest.mark.parametrize("name", NAMES)
def test_endless_loop_is_stopped(name, monkeypatch, capsys):
    monkeypatch.setattr(runner, "TIME_LIMIT", 0.2)
    result = check(name, loops, keep=False)
    assert "did not come to an end" in result.message and not result.passed
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("name", NAMES)
def test_writing_into_arguments_is_noticed_and_harmless(name):
    exercise = EXERCISES[name]

    def spoil(value):
        if isinstance(value, np.ndarray) and value.size:
            value[...] = 1 - value
        elif isinstance(value, dict):
            value.clear()
        elif hasattr(value, "parameters"):
            value.Wxh = value.Wxh + 1

    def spoils(*args):
        given = copy.copy(args)
        answer = exercise.reference(*args)
        for arg, argument in zip(given, exercise.arguments, strict=True):
            if argument not in exercise.in_place:
                spoil(arg)
        return answer

    spoilable = any(
        isinstance(arg, (np.ndarray, dict)) or hasattr(arg, "parameters")
        for args in diagnose.expected_outcomes(name)[0]
        for arg, argument in zip(args, exercise.arguments, strict=True)
        if argument not in exercise.in_place
    )
    result = check(name, spoils, keep=False)
    assert result.passed != spoilable
    assert check(name, exercise.reference, keep=False).passed


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("thing", [None, 3, "softmax", [1.0], np.zeros(2), {}], ids=str)
def test_what_is_not_a_function(name, thing):
    result = check(name, thing, keep=False)
    assert not result.passed and "check needs your function itself" in result.message


@pytest.mark.parametrize("name", NAMES)
def test_number_of_parameters(name):
    result = check(name, lambda: 0, keep=False)
    assert f"`{EXERCISES[name].signature}`" in result.message and not result.passed


@pytest.mark.parametrize("name", NAMES)
def test_a_check_is_quick(name):
    exercise = EXERCISES[name]
    for function in (exercise.reference, exercise.mistakes[0].function):
        diagnose.expected_outcomes.cache_clear()
        diagnose.mistaken_outcomes.cache_clear()
        start = time.process_time()  # not the clock on the wall: the machine may be busy
        check(name, function, keep=False)
        assert time.process_time() - start < 1.0
