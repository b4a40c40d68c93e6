"""The network against sources of truth other than itself: hand, loops, NumPy's own choice.

Its plain form and its fast one are held to the same numbers; `test_by_the_book.py` and
`test_core_properties.py` hold them to a naive network, to central differences and to PyTorch.
"""

import copy
import errno
import math
import os
import pickle
import sys
import tracemalloc

import numpy as np
import pytest

import rnn_core
import rnn_extras
from rnn_core import (
    RNN,
    Adagrad,
    Adam,
    FastRNN,
    Vocabulary,
    clip_by_norm,
    clip_by_value,
    cross_entropy,
    softmax,
)

VERSE = (
    "Hope is the thing with feathers that perches in the soul. "
    "And sings the tune without the words and never stops at all. "
)
TEXT = VERSE * 100
OURS = (rnn_core.__file__, rnn_extras.__file__)
NAMES = ["Wxh", "Whh", "Why", "bh", "by"]


@pytest.fixture(params=[RNN, FastRNN])
def kind(request):
    return request.param


def network(kind=RNN, V=5, H=4, T=6, scale=0.5, seed=0, **settings):
    """A network with weights (and biases) large enough that every term matters."""
    rnn = kind(V, H, T, seed=seed, **settings)
    for array in rnn.parameters.values():
        array[...] = rnn.rng.normal(0, scale, array.shape)
    return rnn


def chunk(V, T, batch=None, seed=1):
    """Random inputs and targets, (T,) or (T, batch)."""
    shape = (2, T) if batch is None else (2, T, batch)
    return np.random.default_rng(seed).integers(0, V, shape)


def states(rnn, batch=None, seed=2):
    shape = (rnn.hidden_size,) if batch is None else (batch, rnn.hidden_size)
    return np.random.default_rng(seed).normal(0, 0.5, shape).astype(rnn.dtype)


# Forward and backward


def test_two_steps_by_hand(kind):
    rnn = kind(2, 1, 2)
    rnn.Wxh, rnn.Whh, rnn.Why = [[0.5, -0.7]], [[0.3]], [[1.0], [-2.0]]
    rnn.bh, rnn.by = [0.1], [0.2, -0.2]
    hs, ps = rnn.forward([0, 1], [0.4])
    h1 = math.tanh(0.5 + 0.3 * 0.4 + 0.1)
    h2 = math.tanh(-0.7 + 0.3 * h1 + 0.1)
    p1 = 1 / (1 + math.exp(-2.0 * h1 - 0.2 - (1.0 * h1 + 0.2)))
    p2 = 1 / (1 + math.exp(-2.0 * h2 - 0.2 - (1.0 * h2 + 0.2)))
    assert hs[:, 0] == pytest.approx([0.4, h1, h2], abs=1e-15)
    assert ps[:, 0] == pytest.approx([p1, p2], abs=1e-15)
    loss = -math.log(1 - p1) - math.log(p2)
    assert cross_entropy(ps, [1, 0]) == pytest.approx(loss, abs=1e-14)

    gradients = rnn.backward([0, 1], [1, 0], hs, ps)
    da2 = (1.0 * (p2 - 1) - 2.0 * (1 - p2)) * (1 - h2**2)
    da1 = (1.0 * p1 - 2.0 * (1 - p1 - 1) + 0.3 * da2) * (1 - h1**2)
    dy, dwhy = p1 + p2 - 1, p1 * h1 + (p2 - 1) * h2
    expected = {
        "Wxh": [[da1, da2]],
        "Whh": [[da1 * 0.4 + da2 * h1]],
        "Why": [[dwhy], [-dwhy]],
        "bh": [da1 + da2],
        "by": [dy, -dy],
    }
    for name, numbers in expected.items():
        assert gradients[name] == pytest.approx(np.array(numbers), abs=1e-14), name


@pytest.mark.parametrize(("dtype", "near"), [(np.float64, 1e-12), (np.float32, 2e-4)])
@pytest.mark.parametrize(
    ("V", "H", "T", "batch"), [(2, 1, 1, None), (22, 64, 25, None), (94, 32, 50, 8)]
)
def test_plain_and_fast_are_the_same_network(V, H, T, batch, dtype, near):
    plain, fast = (network(kind, V, H, T, 0.1, dtype=dtype) for kind in (RNN, FastRNN))
    inputs, targets = chunk(V, T, batch)
    h_prev = states(plain, batch)
    for _ in range(3):
        ours, theirs = plain.forward(inputs, h_prev), fast.forward(inputs, h_prev)
        gradients = plain.backward(inputs, targets, *ours)
        others = fast.backward(inputs, targets, *theirs)
        for one, two in zip(ours, theirs, strict=True):
            np.testing.assert_allclose(two, one, atol=near)
        for name in NAMES:
            np.testing.assert_allclose(others[name], gradients[name], rtol=near, atol=near)
            assert others[name].dtype == gradients[name].dtype == dtype
        plain.update_params(gradients)
        fast.update_params(others)
        for name in NAMES:
            np.testing.assert_allclose(fast.parameters[name], plain.parameters[name], atol=near)
            np.testing.assert_allclose(fast.memory[name], plain.memory[name], rtol=near, atol=near)


@pytest.mark.parametrize("optimizer", [Adagrad, Adam])
@pytest.mark.parametrize("batch_size", [None, 3])
def test_plain_and_fast_train_and_speak_alike(optimizer, batch_size):
    losses, said = [], []
    for kind in (RNN, FastRNN):
        rnn = kind(None, 16, 25, seed=3)
        rnn.optimizer = optimizer(0.001)
        losses.append(rnn.train(TEXT, 200, batch_size=batch_size, report=None))
        said.append(rnn.generate("Hope", 60))
    np.testing.assert_allclose(*losses, rtol=1e-12)
    assert said[0] == said[1]


def test_a_batch_is_as_many_single_runs(kind):
    rnn = network(kind, 9, 8, 7)
    inputs, targets = chunk(9, 7, 3)
    h_prev = states(rnn, 3)
    hs, ps = rnn.forward(inputs, h_prev)
    assert (hs.shape, ps.shape) == ((8, 3, 8), (7, 3, 9))
    together = rnn.backward(inputs, targets, hs, ps)
    total = dict.fromkeys(together, 0.0)
    for b in range(3):
        hs1, ps1 = rnn.forward(inputs[:, b], h_prev[b])
        np.testing.assert_allclose(hs[:, b], hs1, atol=1e-14)
        np.testing.assert_allclose(ps[:, b], ps1, atol=1e-14)
        alone = rnn.backward(inputs[:, b], targets[:, b], hs1, ps1)
        total = {name: total[name] + alone[name] for name in alone}
    for name in together:
        np.testing.assert_allclose(together[name], total[name], atol=1e-12)


# The weights, and what is remembered of them


def test_a_weight_can_be_set_in_every_way(kind):
    rnn = kind(3, 2, 4, seed=1, dtype=np.float32)
    rnn.Whh = [[1, 2], [3, 4]]
    rnn.Whh[0, 0] = 9
    rnn.Whh *= 2
    assert rnn.parameters["Whh"].tolist() == [[18, 4], [6, 8]] and rnn.Whh.dtype == np.float32
    rnn.parameters["by"][...] = 7
    rnn.parameters["by"] -= 2
    rnn.parameters["bh"] = np.ones(2)
    assert rnn.by.tolist() == [5, 5, 5] and rnn.bh.tolist() == [1, 1]
    for wrong in ([1, 2], 0.5, np.ones((2, 1))):
        with pytest.raises(ValueError, match=r"Whh has shape \(2, 2\), not \("):
            rnn.Whh = wrong
    rnn.Whh = np.eye(2) / 2
    before, (inputs, targets) = rnn.parameters["Whh"].copy(), chunk(3, 4)
    rnn.update_params(rnn.backward(inputs, targets, *rnn.forward(inputs, np.zeros(2))))
    assert not np.array_equal(rnn.Whh, before)  # what was set is what the optimiser moves
    with pytest.raises(AttributeError, match="'weights'"):
        _ = rnn.weights


@pytest.mark.parametrize("optimizer", [Adagrad, Adam])
def test_memory_is_named_like_the_parameters_and_writable(kind, optimizer):
    rnn = kind(0, 6, 5, seed=1)
    rnn.optimizer = optimizer(0.01)
    assert dict(rnn.memory) == {}
    rnn.train(VERSE, 1, report=None)
    several = {"Adagrad": (), "Adam": (2,)}[optimizer.__name__]
    assert {name: m.shape for name, m in rnn.memory.items()} == {
        name: (*several, *p.shape) for name, p in rnn.parameters.items()
    }
    before = rnn.memory["by"].copy()
    rnn.memory["by"] += 1
    np.testing.assert_array_equal(rnn.memory["by"], before + 1)


def test_learning_rate_optimiser_and_clipping_are_choices(kind):
    rnn = kind(0, 16, 25, 0.1, seed=1)
    rnn.learning_rate = 0.05
    assert rnn.optimizer.learning_rate == rnn.learning_rate == 0.05
    rnn.optimizer = Adam(0.01)
    assert rnn.train(TEXT, 300, report=None)[-1] < 60
    rnn, asked = network(kind), []
    rnn.optimizer, start = Plain(), {name: array.copy() for name, array in rnn.parameters.items()}
    huge = {name: np.full(array.shape, -80.0) for name, array in rnn.parameters.items()}
    rnn.update_params(huge)  # clipped at 5, unless another rule is chosen
    rnn.clip = lambda gradients: asked.append(list(gradients)) or clip_by_norm(gradients, 1.0)
    rnn.update_params(huge)
    assert asked == [NAMES]
    entry = 1 / math.sqrt(sum(array.size for array in huge.values()))
    for name, array in rnn.parameters.items():
        np.testing.assert_allclose(array, start[name] + 5 + entry)


class Plain:
    """Gradient descent at a learning rate of 1, as someone would write it by name."""

    def update(self, parameters, gradients):
        for name in gradients:
            parameters[name] -= gradients[name]


def test_the_first_weights_are_drawn_in_the_same_order_as_ever():
    rng, rnn = np.random.default_rng(7), RNN(22, 5, 25, seed=7)
    for name in ("Wxh", "Whh", "Why"):
        np.testing.assert_array_equal(
            rnn.parameters[name], rng.standard_normal(rnn.parameters[name].shape) * 0.01
        )
    for name in NAMES:
        np.testing.assert_array_equal(
            FastRNN(22, 5, 25, seed=7).parameters[name], rnn.parameters[name]
        )


# Pieces


def test_softmax_against_plain_python():
    scores = [1.0, 2.0, 3.0, -1.0]
    exps = [math.exp(s / 0.7) for s in scores]
    assert softmax(scores, 0.7).tolist() == pytest.approx([e / sum(exps) for e in exps], abs=1e-15)
    with np.errstate(all="raise", under="ignore"):
        assert softmax(np.array([1e308, -1e308, 0.0])).tolist() == [1.0, 0.0, 0.0]
        assert softmax(np.array([1e308, 1e308])).tolist() == [0.5, 0.5]


@pytest.mark.parametrize("temperature", [0, -1, float("nan")])
def test_temperature_must_be_positive(kind, temperature):
    with pytest.raises(ValueError, match="temperature must be a number above 0"):
        softmax([1.0, 2.0], temperature)
    with pytest.raises(ValueError, match="temperature must be a number above 0"):
        network(kind).sample(0, 3, temperature)


def test_cross_entropy_is_a_sum_in_nats_over_time_and_batch():
    p = np.array([[0.5, 0.5], [0.25, 0.75]])
    once = -math.log(0.5) - math.log(0.75)
    assert cross_entropy(p, [0, 1]) == pytest.approx(once)
    assert cross_entropy(np.stack([p, p], axis=1), [[0, 0], [1, 1]]) == pytest.approx(2 * once)
    assert cross_entropy([[1.0, 0.0]], [1]) == math.inf
    with pytest.raises(ValueError, match=r"\(2, 2\) do not fit targets \(1,\)"):
        cross_entropy(p, [0])


def test_clipping():
    gradients = {"a": np.array([3.0, -40.0]), "b": np.array([[0.0]])}
    assert clip_by_value(gradients)["a"].tolist() == [3.0, -5.0]
    by_norm = clip_by_norm({"a": np.array([3.0]), "b": np.array([[4.0]])}, 1.0)
    assert [by_norm["a"].item(), by_norm["b"].item()] == pytest.approx([0.6, 0.8])
    assert clip_by_norm(gradients, 100.0)["a"].tolist() == [3.0, -40.0]
    assert clip_by_norm({"a": np.zeros(2)}, 1.0)["a"].tolist() == [0.0, 0.0]
    assert gradients["a"].tolist() == [3.0, -40.0]
    with np.errstate(invalid="ignore"):
        infinite = clip_by_norm({"a": np.array([np.inf, 1.0])}, 1.0)["a"]
    assert infinite[1] == 0.0  # not nan


def test_adagrad_by_hand():
    parameters, adagrad = {"w": np.array([1.0])}, Adagrad(0.1)
    adagrad.update(parameters, {"w": np.array([3.0])})
    first = 1.0 - 0.1 * 3.0 / math.sqrt(9.0 + 1e-8)
    assert parameters["w"][0] == pytest.approx(first, abs=1e-15)
    adagrad.update(parameters, {"w": np.array([-4.0])})
    assert parameters["w"][0] == pytest.approx(first + 0.4 / math.sqrt(25.0 + 1e-8), abs=1e-15)
    assert adagrad.memory["w"].tolist() == [25.0]


def test_adam_by_hand():
    parameters, adam = {"w": np.array([1.0])}, Adam(0.1)
    mean = square = 0.0
    expected = 1.0
    for step, gradient in enumerate([3.0, -4.0, 0.5], start=1):
        adam.update(parameters, {"w": np.array([gradient])})
        mean = 0.9 * mean + 0.1 * gradient
        square = 0.999 * square + 0.001 * gradient**2
        unbiased = mean / (1 - 0.9**step), square / (1 - 0.999**step)
        expected -= 0.1 * unbiased[0] / (math.sqrt(unbiased[1]) + 1e-8)
        assert parameters["w"][0] == pytest.approx(expected, abs=1e-12)


def test_orthogonal_keeps_lengths():
    turn = rnn_core.orthogonal(7, np.random.default_rng(0))
    np.testing.assert_allclose(turn @ turn.T, np.eye(7), atol=1e-12)


def test_numerical_gradient_puts_the_array_back_even_after_an_error():
    array = np.array([1.0, 2.0])
    found = rnn_core.numerical_gradient(lambda a: (a**3).sum(), array)
    assert found == pytest.approx(np.array([3.0, 12.0]), abs=1e-8)
    with pytest.raises(ZeroDivisionError):
        rnn_core.numerical_gradient(lambda a: 1 / 0, array)
    assert array.tolist() == [1.0, 2.0]


def test_vocabulary():
    vocabulary = Vocabulary("hope\nHope é🙂")
    assert vocabulary.characters == "\n Hehopé🙂"
    assert len(vocabulary) == 9
    assert vocabulary.encode("hé🙂").tolist() == [4, 7, 8]
    assert vocabulary.decode([4, 7, 8]) == "hé🙂"
    assert vocabulary.encode("").tolist() == [] and vocabulary.decode([]) == ""
    for unknown in "azA\U0010ffff":
        with pytest.raises(ValueError, match="at position 1") as raised:
            vocabulary.encode("h" + unknown)
        assert repr(unknown) in str(raised.value)
    alphabet = Vocabulary("".join(map(chr, range(0x4E00, 0x9FA5))))  # only its beginning is shown
    with pytest.raises(ValueError, match="Unknown character 'a' at position 0: ") as raised:
        alphabet.encode("a")
    assert "20,901" in str(raised.value) and len(str(raised.value)) < 200
    with pytest.raises(ValueError, match="empty"):
        Vocabulary("")
    for bad in ([9], [-1]):
        with pytest.raises(ValueError, match="between 0 and 8"):
            vocabulary.decode(bad)


def test_one_hot():
    assert rnn_core.one_hot([[2, 0]], 3).tolist() == [[[0, 0, 1], [1, 0, 0]]]
    for bad in ([3], [-1]):
        with pytest.raises(ValueError, match="between 0 and 2"):
            rnn_core.one_hot(bad, 3)


# Training


@pytest.fixture(scope="module")
def trained():
    rnn = RNN(0, 64, 25, 0.1, seed=1)
    return rnn, rnn.train(TEXT, 3000, report=None)


def test_the_original_experiment(trained):
    rnn, losses = trained
    assert (rnn.vocab_size, len(TEXT)) == (22, 11_900)
    assert losses[0] == pytest.approx(25 * math.log(22), abs=0.02)
    assert 0.3 < losses[1000] < 9 and losses[2000:].mean() < 2
    assert "feathers that perches" in rnn.generate("H", 200, rng=0)


@pytest.mark.parametrize("batch", [None, 2])
def test_every_chunk_that_fits_is_read_and_the_state_is_carried(batch):
    # 11 characters hold two chunks of 5 with a target for each; the original drops the second.
    # In a batch, equal parts of the text are read side by side: here a to k, and l to v.
    rnn, read = RNN(0, 3, 5, seed=1), []
    forward = rnn.forward
    rnn.forward = lambda x, h: read.append((x.T.tolist(), bool(np.any(h)))) or forward(x, h)
    rnn.train("abcdefghijklmnopqrstuv"[: 22 if batch else 11], 3, batch_size=batch, report=None)
    first, second = [0, 1, 2, 3, 4], [5, 6, 7, 8, 9]
    if batch:
        first, second = [first, [11, 12, 13, 14, 15]], [second, [16, 17, 18, 19, 20]]
    assert read == [(first, False), (second, True), (first, False)]
    assert rnn.h.shape == ((2, 3) if batch else (3,))


def test_training_in_slices_is_training_at_once(kind):
    whole, sliced = kind(0, 16, 25, seed=2), kind(0, 16, 25, seed=2)
    expected = whole.train(TEXT, 600, report=None)
    losses = np.concatenate([sliced.train(TEXT, 60, report=None) for _ in range(10)])
    np.testing.assert_array_equal(losses, expected)


def test_reports_do_not_change_what_is_learned(capsys):
    quiet, loud = RNN(0, 16, 25, seed=2), RNN(0, 16, 25, seed=2)
    expected = quiet.train(TEXT, 120, report=None)
    assert capsys.readouterr().out == ""
    np.testing.assert_array_equal(loud.train(TEXT, 120, every=50), expected)
    printed = capsys.readouterr().out
    assert [line.split(",")[0] for line in printed.splitlines() if "loss" in line] == [
        "iteration 0",
        "iteration 50",
        "iteration 100",
    ]
    assert len(printed.split("\n")[1]) == 150
    calls = []
    loud.train(TEXT, 100, report=lambda *args: calls.append(args), every=60)
    assert [(rnn is loud, iteration) for rnn, iteration, _ in calls] == [(True, 120), (True, 180)]


def test_global_random_state_is_left_alone(kind):
    np.random.seed(5)
    before = np.random.get_state()[1].copy()
    rnn = kind(0, 8, 5, seed=1)
    rnn.train(VERSE, 20, report=None)
    rnn.generate("H", 20)
    np.testing.assert_array_equal(np.random.get_state()[1], before)


def test_another_text_or_batch_starts_afresh():
    rnn = RNN(0, 6, 5, seed=1)
    rnn.train(VERSE, 3, report=None)
    rnn.train(VERSE * 2, 1, report=None)
    assert rnn.pointer == 5
    rnn.train(VERSE * 2, 1, batch_size=2, report=None)
    assert (rnn.pointer, rnn.h.shape) == (5, (2, 6))


def test_memory_in_use_does_not_grow_with_iterations(kind):
    rnn = kind(0, 32, 25, seed=1)
    rnn.train(TEXT, 50, report=None)
    ours = [tracemalloc.Filter(True, path) for path in OURS]  # other threads may be at work too
    tracemalloc.start()
    used = []
    for _ in range(4):
        rnn.train(TEXT, 200, report=None)
        traces = tracemalloc.take_snapshot().filter_traces(ours).statistics("filename")
        used.append(sum(trace.size for trace in traces))
    tracemalloc.stop()
    assert max(used) - used[1] < 2_000  # the second call frees the losses of the first


# Bad input: one sentence, and nothing changed


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "empty"),
        ("hopee", "too short"),
        ("a" * 50, "One distinct character, 'a'"),
    ],
)
def test_texts_that_cannot_be_trained_on(text, says):
    rnn = RNN(0, 4, 5, seed=1)
    with pytest.raises(ValueError, match=says):
        rnn.train(text, 1)
    assert rnn.vocabulary is None and rnn.vocab_size is None
    assert len(rnn.train("hopeho", 1, report=None)) == 1


def test_a_text_with_other_characters():
    rnn = RNN(0, 4, 5, seed=1)
    rnn.train(VERSE, 3, report=None)
    weights = {name: p.copy() for name, p in rnn.parameters.items()}
    with pytest.raises(ValueError, match="Unknown character 'z' at position 4"):
        rnn.train("Hopez" + VERSE, 1)
    assert rnn.iteration == 3 and rnn.pointer == 15
    for name, old in weights.items():
        np.testing.assert_array_equal(rnn.parameters[name], old)
    with pytest.raises(ValueError, match="22 characters, but this network was made for 7"):
        RNN(7, 4, 5).train(VERSE, 1)


@pytest.mark.parametrize(
    ("setting", "wrong", "says"),
    [
        ("hidden_size", (0, 2.5, "64"), "must be a whole number of at least 1, not "),
        ("seq_length", (0, -2), "must be a whole number of at least 1, not "),
        ("vocab_size", (1, -3, "22"), "must be a whole number of at least 2, not "),
        ("learning_rate", (0, math.nan, "0.1", None), "must be a number above 0, not "),
    ],
)
def test_settings_out_of_range(setting, wrong, says):
    for value in wrong:
        with pytest.raises(ValueError, match=f"{setting} {says}{value!r}"):
            RNN(**{"vocab_size": 5, "hidden_size": 4, "seq_length": 5} | {setting: value})


@pytest.mark.parametrize(
    ("inputs", "h_prev", "says"),
    [
        ([0, 5], np.zeros(4), "between 0 and 4"),
        ([0, -1], np.zeros(4), "between 0 and 4"),
        ([0, 1], np.zeros(3), r"h_prev must have shape \(4,\), not \(3,\)"),
        ([0, 1], 0.5, "h_prev must have shape"),
        ([[0], [1]], np.zeros(4), r"h_prev must have shape \(1, 4\)"),
    ],
)
def test_inputs_of_a_wrong_shape_or_range(kind, inputs, h_prev, says):
    with pytest.raises(ValueError, match=says):
        network(kind).forward(inputs, h_prev)


def test_backward_and_update_refuse_what_does_not_fit(kind):
    rnn = network(kind)
    inputs, targets = chunk(5, 6)
    hs, ps = rnn.forward(inputs, states(rnn))
    for wrong in ((inputs, targets[:-1], hs, ps), (inputs, targets, hs[1:], ps)):
        with pytest.raises(ValueError, match="do not belong together"):
            rnn.backward(*wrong)
    for bad in (targets + 5, targets - 5):
        with pytest.raises(ValueError, match="between 0 and 4"):
            rnn.backward(inputs, bad, hs, ps)
    before = rnn.Whh.copy()
    gradients = rnn.backward(inputs, targets, hs, ps)
    for wrong in ({"Whh": gradients["Whh"]}, gradients | {"by": np.zeros(3)}):
        with pytest.raises(ValueError, match="names and shapes of the parameters"):
            rnn.update_params(wrong)
    np.testing.assert_array_equal(rnn.Whh, before)


def test_before_the_first_text(kind):
    rnn = kind(None, 4, 5)
    for call in (
        lambda: rnn.forward([0], np.zeros(4)),
        lambda: rnn.sample(0, 1),
        lambda: rnn.save("nowhere.npz"),
        lambda: rnn.Whh,
        lambda: rnn.parameters["Whh"],
        lambda: setattr(rnn, "Whh", np.eye(4)),
    ):
        with pytest.raises(ValueError, match="No weights yet"):
            call()
    with pytest.raises(ValueError, match="has read no text yet"):
        network(kind).generate("a", 3)


def test_what_cannot_be_sampled(kind, trained, tmp_path):
    trained[0].save(tmp_path / "m.npz")
    rnn = kind.load(tmp_path / "m.npz")
    with pytest.raises(ValueError, match="The prompt is empty"):
        rnn.generate("", 5)
    with pytest.raises(ValueError, match="Unknown character 'z' at position 2"):
        rnn.generate("Hoz", 5)
    for bad in (22, -1):
        with pytest.raises(ValueError, match="between 0 and 21"):
            rnn.sample(bad, 5)
    assert rnn.sample(0, 0) == [] and rnn.generate("H", 0) == ""


def test_nan_is_noticed_before_it_spreads(kind):
    rnn = kind(0, 8, 5, seed=1)
    rnn.train(VERSE, 7, report=None)
    rnn.Why[0, 0] = np.nan
    memory = rnn.memory["Whh"].copy()
    with pytest.raises(FloatingPointError, match="loss is nan at iteration 7: "):
        rnn.train(VERSE, 5, report=None)
    assert rnn.iteration == 7 and len(rnn.losses) == 0
    np.testing.assert_array_equal(rnn.memory["Whh"], memory)
    with pytest.raises(ValueError, match="not a finite number"):
        rnn.generate("H", 5)


def test_interrupting_at_any_line_leaves_a_usable_network(kind):
    rnn = kind(0, 8, 5, seed=1)
    rnn.train(VERSE, 10, report=None)
    struck = set()
    for lines in range(1, 180, 3):
        before = rnn.iteration
        struck.add(interrupted_training(rnn, lines))
        assert 0 <= len(rnn.losses) - (rnn.iteration - before) <= 1  # or struck between the two
        assert np.isfinite(rnn.losses).all()
        assert rnn.pointer % 5 == 0
        assert len(rnn.generate("H", 5)) == 5
    assert {"train", "forward", "backward", "update"} <= struck
    assert np.isfinite(rnn.train(VERSE, 20, report=None)).all()


def interrupted_training(rnn, lines):
    """Train until Ctrl-C strikes that many lines after the first `forward`; return in what."""
    left, begun = lines, False

    def trace(frame, event, arg):
        nonlocal left, begun
        if frame.f_code.co_filename not in OURS:
            return None
        begun = begun or frame.f_code.co_name == "forward"
        left -= begun and event == "line"
        if left == 0:
            struck.append(frame.f_code.co_name)
            raise KeyboardInterrupt
        return trace

    old, struck = sys.gettrace(), []
    sys.settrace(trace)
    try:
        with pytest.raises(KeyboardInterrupt):
            rnn.train(VERSE, 1000, report=None)
    finally:
        sys.settrace(old)
    return struck[0]


# Sampling


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("temperature", [1e-9, 0.5, 1.0, 2.0])
def test_samples_are_those_of_the_plain_loop_and_of_numpys_choice(kind, temperature, dtype):
    rnn = network(kind, 6, 5, 4, dtype=dtype)
    rng, h, ix, expected = np.random.default_rng(8), states(rnn), 3, []
    for _ in range(200):
        h = np.tanh(rnn.Wxh[:, ix] + rnn.Whh @ h + rnn.bh)
        scores = (rnn.Why @ h + rnn.by).astype(float) / temperature
        exps = np.exp(scores - scores.max())
        ix = int(rng.choice(6, p=exps / exps.sum()))
        expected.append(ix)
    assert rnn.sample(3, 200, temperature, h=states(rnn), rng=8) == expected
    drawn = rnn.sample(3, 200, temperature, h=states(rnn), rng=np.random.default_rng(8))
    assert drawn == expected and (temperature > 1e-3 or len(set(drawn)) < 6)


def test_generate_reads_the_whole_prompt(trained):
    rnn = trained[0]
    hs, _ = rnn.forward(rnn.vocabulary.encode("perch"), np.zeros(64))
    rng = np.random.default_rng(3)
    ix = rnn.sample(rnn.vocabulary.encode("h")[0], 5, h=hs[-2], rng=rng)
    assert rnn.generate("perch", 5, rng=3) == rnn.vocabulary.decode(ix)


# Copies and files


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda rnn: pickle.loads(pickle.dumps(rnn))])
def test_a_copy_is_whole_and_separate(kind, duplicate):
    rnn = kind(0, 8, 5, seed=1)
    assert duplicate(rnn).train(VERSE, 1, report=None).shape == (1,)
    rnn.train(VERSE, 10, report=None)
    twin, before = duplicate(rnn), rnn.Whh.copy()
    expected = twin.train(VERSE, 5, report=None)
    np.testing.assert_array_equal(rnn.Whh, before)
    assert not np.array_equal(twin.Whh, before)
    np.testing.assert_array_equal(rnn.train(VERSE, 5, report=None), expected)


def test_a_copy_or_a_file_does_not_carry_the_text(kind, tmp_path):
    rnn = kind(0, 8, 5, seed=1)
    rnn.train("My password is swordfish. " + VERSE * 2000, 3, report=None)
    rnn.save(tmp_path / "m.npz")
    for size in (len(pickle.dumps(rnn)), (tmp_path / "m.npz").stat().st_size):
        assert size < 20_000  # the text alone has 238,000 characters
    for carried in vars(copy.deepcopy(rnn)).values():
        assert np.size(carried) < 1000


@pytest.mark.parametrize("loader", [RNN, FastRNN])
@pytest.mark.parametrize("optimizer", [Adagrad, Adam])
@pytest.mark.parametrize(("dtype", "batch_size"), [(np.float64, None), (np.float32, 3)])
def test_what_was_saved_goes_on_as_if_never_stopped(
    tmp_path, kind, loader, optimizer, dtype, batch_size
):
    rnn = kind(0, 12, 10, seed=4, dtype=dtype)
    rnn.optimizer = optimizer(0.001)
    rnn.train(TEXT, 60, batch_size=batch_size, report=None)
    rnn.save(tmp_path / "model.npz")
    twin = loader.load(tmp_path / "model.npz")
    assert type(twin) is loader and type(twin.optimizer) is optimizer
    assert (twin.iteration, twin.pointer, twin.dtype) == (60, 600, dtype)
    assert twin.learning_rate == 0.001
    assert twin.generate("Hope", 30) == rnn.generate("Hope", 30)
    settings = {"batch_size": batch_size, "report": None}
    ours, theirs = rnn.train(TEXT, 50, **settings), twin.train(TEXT, 50, **settings)
    np.testing.assert_allclose(theirs, ours, rtol=1e-12 if dtype is np.float64 else 1e-5)
    if loader is kind:  # to the bit
        np.testing.assert_array_equal(theirs, ours)
        for name, array in rnn.parameters.items():
            np.testing.assert_array_equal(twin.parameters[name], array)
    assert os.listdir(tmp_path) == ["model.npz"]


@pytest.mark.parametrize("optimizer", [Adagrad, Adam])
def test_files_of_the_first_version_are_read(tmp_path, kind, optimizer):
    """Its optimiser remembered one vector for all parameters, in their order."""
    rnn, path = kind(0, 4, 5, seed=1), tmp_path / "m.npz"
    rnn.optimizer = optimizer(0.1)
    rnn.train(VERSE, 3, report=None)
    rnn.save(path)
    with np.load(path) as file:
        assert set(file) == {*NAMES, "h", "all", "meta"}
        remembered = file["all"][..., : 4 * 22].reshape(rnn.memory["Wxh"].shape)
        np.testing.assert_array_equal(remembered, rnn.memory["Wxh"])
        rewritten(path, meta=str(file["meta"]).replace('"clip": true, ', ""))
    np.testing.assert_array_equal(
        kind.load(path).train(VERSE, 3, report=None), rnn.train(VERSE, 3, report=None)
    )


def test_a_rule_that_a_file_cannot_hold_is_asked_for(tmp_path):
    rnn = RNN(0, 4, 5, seed=1)
    rnn.clip = lambda gradients: clip_by_norm(gradients, 1.0)
    rnn.train(VERSE, 3, report=None)
    rnn.save(tmp_path / "m.npz")
    twin = RNN.load(tmp_path / "m.npz")
    assert twin.generate("H", 5, rng=0) == rnn.generate("H", 5, rng=0)
    with pytest.raises(ValueError, match=r"set rnn\.clip"):
        twin.train(VERSE, 1, report=None)
    twin.clip = rnn.clip
    np.testing.assert_array_equal(
        twin.train(VERSE, 3, report=None), rnn.train(VERSE, 3, report=None)
    )
    rnn.optimizer = Plain()
    with pytest.raises(ValueError, match="Only Adagrad and Adam can be saved, not Plain"):
        rnn.save(tmp_path / "other.npz")
    assert os.listdir(tmp_path) == ["m.npz"]


def rewritten(path, **changes):
    """Store other arrays, or none for None, under the same names."""
    with np.load(path) as file:
        arrays = dict(file) | changes
    np.savez(path, **{name: a for name, a in arrays.items() if a is not None})


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(path.read_bytes()[:-200]),
        lambda path: np.save(path.open("wb"), np.zeros(3)),
        lambda path: np.savez(path, meta=np.array([{"version": 1}], dtype=object)),
        lambda path: rewritten(path, meta=np.array('{"optimizer": "os.system"}')),
        lambda path: rewritten(path, Wxh=np.zeros((4, 22), dtype=complex)),
        lambda path: rewritten(path, Whh=np.zeros((3, 4))),
        lambda path: rewritten(path, all=np.zeros(3)),
        lambda path: rewritten(path, h=np.zeros(3)),
        lambda path: rewritten(path, by=None),
        lambda path: rewritten(path, other=np.zeros(3)),
    ],
)
def test_damaged_and_foreign_files(tmp_path, kind, damage):
    path = tmp_path / "model.npz"
    rnn = kind(0, 4, 5, seed=1)
    rnn.train(VERSE, 3, report=None)
    rnn.save(path)
    rewritten(path)
    kind.load(path)
    damage(path)
    with pytest.raises(ValueError, match=r"is damaged, or not a saved network: .") as caught:
        kind.load(path)
    assert "\n" not in str(caught.value)
    with pytest.raises(FileNotFoundError):
        kind.load(tmp_path / "none.npz")


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "No space left"), KeyboardInterrupt()])
@pytest.mark.parametrize("where", ["savez", "replace"])
def test_a_save_that_fails_leaves_the_old_file_whole(tmp_path, monkeypatch, error, where):
    rnn = network()
    rnn.save(tmp_path / "m.npz")
    before = (tmp_path / "m.npz").read_bytes()

    def fails(file, *args, **kwargs):
        if where == "savez":
            file.write(b"half of")
        raise error

    monkeypatch.setattr(np if where == "savez" else os, where, fails)
    with pytest.raises(type(error)):
        rnn.save(tmp_path / "m.npz")
    assert os.listdir(tmp_path) == ["m.npz"]
    assert (tmp_path / "m.npz").read_bytes() == before
