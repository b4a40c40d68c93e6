"""Lesson 14's scan and minimal GRU against other sources, and its measurements against their command."""

import importlib.util
import sys

import numpy as np
import pytest

from course import measured, texts
from course.exercises import EXERCISES
from course.plots import reading_race, remembered, scan_pays, scan_rounds
from rnn_core import cross_entropy, numerical_gradient, one_hot, softmax
from solutions import ROOT
from tools import need

scan, back, mingru = (
    EXERCISES[name].reference for name in ("linear_scan", "linear_scan_backward", "mingru_forward")
)


@pytest.fixture(scope="module")
def benchmark():
    folder = ROOT / "tests" / "benchmarks"
    sys.path.insert(0, str(folder))  # it imports memory.py beside it
    try:
        spec = importlib.util.spec_from_file_location("scan_benchmark", folder / "scan.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(folder))
    return module


def drawn(seed, T=9, B=2, V=5, H=4):
    rng = np.random.default_rng(seed)
    inputs, targets = rng.integers(V, size=(2, T, B))
    weights = [rng.normal(size=shape) for shape in ((H, V), (H, V), H, H)]
    return inputs, targets, rng.normal(size=(B, H)), weights


def test_a_scan_by_hand():
    h = scan(np.array([0.5, 0.9, 0.5, 0.2]), np.array([1.0, -0.1, 0.5, 0.4]))
    assert h == pytest.approx([1.0, 0.8, 0.9, 0.58])


@pytest.mark.parametrize("T", [1, 2, 3, 7, 64, 1000])
def test_rounds_and_steps_are_one(benchmark, T):
    rng = np.random.default_rng(T)
    a, b = rng.random((T, 4, 8)), rng.normal(size=(T, 4, 8))
    kept = a.copy(), b.copy()
    for way in (benchmark.scan, benchmark.loop):
        assert np.abs(way(a, b) - scan(a, b)).max() < 1e-12
    assert (a == kept[0]).all() and (b == kept[1]).all()


def test_the_way_back_is_the_slope():
    rng = np.random.default_rng(0)
    a, b, weights = rng.random((7, 3)), rng.normal(size=(7, 3)), rng.normal(size=(7, 3))
    before = np.concatenate([np.zeros((1, 3)), scan(a, b)[:-1]])
    for blame, array in zip(back(weights, a, before), (a, b), strict=True):
        slopes = numerical_gradient(lambda _: (weights * scan(a, b)).sum(), array)
        assert np.allclose(blame, slopes, atol=1e-8)


def test_torch_differentiates_the_minimal_gru_alike():
    torch = need("torch")
    inputs, _, h_prev, weights = drawn(0)
    Wz, Wc, bz, bc = (torch.tensor(array, requires_grad=True) for array in weights)
    h, hs = torch.tensor(h_prev), []
    for row in inputs:
        z, c = torch.sigmoid(Wz.T[row] + bz), Wc.T[row] + bc
        h = (1 - z) * h + z * c
        hs.append(h)
    z, c, ours = mingru(inputs, h_prev, *weights)
    assert np.abs(torch.stack(hs).detach().numpy() - ours[1:]).max() < 1e-14
    blame = np.random.default_rng(1).normal(size=ours[1:].shape)
    (torch.stack(hs) * torch.tensor(blame)).sum().backward()
    da, db = back(blame, 1 - z, ours[:-1])
    dac, daz = db * z, (db * c - da) * z * (1 - z)
    assert np.allclose(bc.grad.numpy(), dac.sum((0, 1)), atol=1e-12)
    assert np.allclose(bz.grad.numpy(), daz.sum((0, 1)), atol=1e-12)
    x = one_hot(inputs.ravel(), 5)
    assert np.allclose(Wz.grad.numpy(), daz.reshape(-1, 4).T @ x, atol=1e-12)


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_the_measured_network_is_that_of_the_lesson_and_its_gradient_is_right(benchmark, layers):
    inputs, targets, _, _ = drawn(layers)
    network = benchmark.MinGRU(5, seed=layers, hidden=4, layers=layers, dtype=float)
    h = np.random.default_rng(layers).normal(size=(2, network.hidden_size))
    passed = network.forward(inputs, h)
    if layers == 1:
        p = network.p
        _, _, hs = mingru(inputs, h, p["Wz0"], p["Wc0"], p["bz0"], p["bc0"])
        assert np.allclose(passed[0], hs, atol=1e-14)
        assert np.allclose(passed[1], softmax(hs[1:] @ p["Why"].T + p["by"]), atol=1e-14)
    for name, gradient in network.backward(inputs, targets, *passed).items():
        slopes = numerical_gradient(
            lambda _: cross_entropy(network.forward(inputs, h)[1], targets), network.p[name]
        )
        assert np.allclose(gradient, slopes, atol=1e-6), name


def test_letters_that_wait_are_those_that_are_asked_for(benchmark):
    text = texts.recall_text(8, 200, rng=0, waiting="uvwx").text
    read = text.translate(str.maketrans(benchmark.SAME_LETTERS))
    assert set(read) == set("abcd? ") and read[8] == "?" and read[0] == read[9]


def columns(rows, *names):
    return [tuple(row[name] for name in names) for row in rows]


def test_what_is_stored_is_what_its_command_measures(benchmark):
    remembering = measured.load("scan_memory").rows
    planned = {
        (waiting, gap, name, rate, seed)
        for waiting, gap, names, rates, seeds in benchmark.PLAN
        for name in names
        for rate in rates
        for seed in range(seeds)
    }
    found = columns(remembering, "waiting", "gap", "network", "rate", "seed")
    assert len(found) == len(planned) and set(found) == planned
    for row in remembering:
        assert (row["updates"] is None) == (row["share"] < 0.99)
    times = measured.load("scan_times").rows
    assert all(row["ms"] > 0 for row in times)
    recurrence = [row for row in times if row["what"] == "recurrence"]
    assert set(columns(recurrence, "numbers", "steps", "way")) == {
        (width, T, way)
        for width in benchmark.WIDTHS
        for T in benchmark.LENGTHS
        for way in ("loop", "scan")
    }
    reading = [row for row in measured.load("scan_reading").rows if row["seed"] is not None]
    for name, (_, seeds) in benchmark.READERS.items():
        for seed in range(seeds):
            run = [row for row in reading if (row["network"], row["seed"]) == (name, seed)]
            assert len(run) == 8 and run[-1]["seconds"] >= benchmark.SECONDS
    for name in ("scan_memory", "scan_times", "scan_reading"):
        assert f"scan.py {name[5:]}" in measured.load(name).about


def test_figures_say_what_they_show():
    assert "each of 3 rounds" in scan_rounds("hopehope").alt
    assert "each of 3 rounds" in scan_rounds("hopes").alt
    rows = [
        {"gap": 15, "network": "GRU", "updates": 100},
        {"gap": 15, "network": "GRU", "updates": None},
        {"gap": 30, "network": "minGRU", "updates": 300},
    ]
    said = remembered(rows, 600).alt
    assert "GRU at a gap of 15 1 of 2" in said and "minGRU at a gap of 30 1 of 1" in said
    times = [
        {"what": "recurrence", "numbers": 32, "steps": T, "way": way, "ms": ms}
        for T, way, ms in ((8, "loop", 2), (8, "scan", 1), (64, "loop", 6), (64, "scan", 2))
    ]
    assert "At 64 steps it is 3 for 32 numbers a step" in scan_pays(times).alt
    reading = [
        {"network": "plain", "seed": seed, "seconds": seconds, "nats": nats}
        for seed, seconds, nats in ((0, 1, 2.5), (0, 2, 2.0), (1, 1, 2.7), (1, 2, 2.2))
    ]
    table = [{"network": "2-gram", "seed": None, "seconds": None, "nats": 2.6}]
    assert "plain 2.10 nats" in reading_race(table + reading).alt
