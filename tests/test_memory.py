"""Lesson 13's networks against other sources, and its stored measurement against its command."""

import importlib.util

import numpy as np
import pytest

from course import measured
from course.exercises import EXERCISES
from rnn_core import cross_entropy, numerical_gradient, one_hot, softmax
from solutions import ROOT
from tools import need

step, back = (EXERCISES[name].reference for name in ("gru_step", "gru_backward_step"))


def benchmark():
    path = ROOT / "tests" / "benchmarks" / "memory.py"
    spec = importlib.util.spec_from_file_location("memory", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def drawn(seed, B=3, V=5, H=4):
    rng = np.random.default_rng(seed)
    x, h = one_hot(rng.integers(V, size=B), V), rng.normal(0, 0.5, (B, H))
    return x, h, *(rng.normal(0, 0.7, shape) for shape in ((3, H, V), (3, H, H), (3, H)))


def test_a_step_by_hand():
    """One unit: z = 1/4 and r = 1/3 by their biases, and a candidate of tanh(1 + r h)."""
    W, U = np.array([[[0.0]], [[0.0]], [[1.0]]]), np.array([[[0.0]], [[0.0]], [[1.0]]])
    b = np.array([[np.log(1 / 3)], [np.log(1 / 2)], [0.0]])
    z, r, c, h = step(np.array([[1.0]]), np.array([[0.6]]), W, U, b)
    assert z[0, 0] == pytest.approx(1 / 4) and r[0, 0] == pytest.approx(1 / 3)
    assert c[0, 0] == pytest.approx(np.tanh(1.2))
    assert h[0, 0] == pytest.approx(0.75 * 0.6 + 0.25 * np.tanh(1.2))


@pytest.mark.parametrize("seed", range(3))
def test_the_way_back_is_the_slope_of_the_step(seed):
    x, h_prev, W, U, b = drawn(seed)
    dh = np.random.default_rng(seed).normal(size=h_prev.shape)

    def loss(_):
        return (dh * step(x, h_prev, W, U, b)[3]).sum()

    z, r, c, _ = step(x, h_prev, W, U, b)
    da, dh_prev = back(dh, h_prev, z, r, c, U)
    assert np.allclose(dh_prev, numerical_gradient(loss, h_prev), atol=1e-8)
    assert np.allclose(da.sum(axis=1), numerical_gradient(loss, b), atol=1e-8)


def test_torch_has_the_same_gru_where_the_order_of_r_and_the_matrix_does_not_matter():
    """With U_c diagonal it is the same; PyTorch's order is r, z, n, and its z keeps the old."""
    torch = need("torch")
    x, h_prev, W, U, b = drawn(0)
    U[2] = np.diag(np.diag(U[2]))
    cell = torch.nn.GRU(W.shape[2], W.shape[1]).double()
    order, turned = [1, 0, 2], np.array([1.0, -1.0, 1.0])  # σ(-a) is 1 - σ(a)
    flat = {
        "weight_ih_l0": (W[order] * turned[:, None, None]).reshape(-1, W.shape[2]),
        "weight_hh_l0": (U[order] * turned[:, None, None]).reshape(-1, U.shape[2]),
        "bias_ih_l0": (b[order] * turned[:, None]).ravel(),
        "bias_hh_l0": np.zeros(b.size),
    }
    cell.load_state_dict({name: torch.tensor(array) for name, array in flat.items()})
    _, h = cell(torch.tensor(x)[None], torch.tensor(h_prev)[None])
    assert np.allclose(h[0].detach().numpy(), step(x, h_prev, W, U, b)[3], atol=1e-12)


def test_a_frozen_second_bias_trains_as_ours_does():
    """Both biases of torch.nn.RNN get the same gradient: trained together they move twice."""
    torch = need("torch")
    moved = {}
    for frozen in (False, True):
        torch.manual_seed(0)
        cell = torch.nn.RNN(3, 4)
        cell.bias_hh_l0.requires_grad_(not frozen)
        before = (cell.bias_ih_l0 + cell.bias_hh_l0).detach().clone()
        optimizer = torch.optim.SGD([p for p in cell.parameters() if p.requires_grad], 0.1)
        cell(torch.ones(2, 3))[0].sum().backward()
        optimizer.step()
        moved[frozen] = (cell.bias_ih_l0 + cell.bias_hh_l0).detach() - before
    assert np.allclose(moved[False], 2 * moved[True], atol=1e-6)


def test_the_measured_gru_is_that_of_the_lesson():
    gru = benchmark().GRU(5, seed=0)
    rng, H = np.random.default_rng(0), gru.p["Why"].shape[1]
    inputs, targets = rng.integers(5, size=(7, 2)), rng.integers(5, size=(7, 2))
    W, U, b = (gru.p[name].reshape(3, H, *gru.p[name].shape[1:]) for name in "WUb")
    hs = [np.zeros((2, H))]
    for x in one_hot(inputs, 5):
        hs.append(step(x, hs[-1], W, U, b)[3])
    ps = softmax(np.array(hs[1:]) @ gru.p["Why"].T + gru.p["by"])
    found = gru.forward(inputs, hs[0].astype(np.float32))
    assert np.allclose(found[0], hs, atol=1e-6) and np.allclose(found[1], ps, atol=1e-6)
    gradients = gru.backward(inputs, targets, *found)
    gru.p = {name: array.astype(float) for name, array in gru.p.items()}
    for name in ("b", "by", "U"):
        entries = gru.p[name].ravel()[:40]

        def loss(values, name=name, entries=entries):
            changed = gru.p[name].copy()
            changed.ravel()[: len(entries)] = values
            W, U, b = (
                (changed if n == name else gru.p[n]).reshape(3, H, *gru.p[n].shape[1:])
                for n in "WUb"
            )
            h, total = np.zeros((2, H)), 0.0
            for x, y in zip(one_hot(inputs, 5), targets, strict=True):
                h = step(x, h, W, U, b)[3]
                by = changed if name == "by" else gru.p["by"]
                total += cross_entropy(softmax(h @ gru.p["Why"].T + by), y)
            return total

        slopes = numerical_gradient(loss, entries.copy())
        assert np.allclose(gradients[name].ravel()[:40], slopes, atol=1e-5), name


def test_what_is_stored_is_what_its_command_measures():
    memory, stored = benchmark(), measured.load("memory")
    planned = {
        (waiting, gap, name, rate, seed)
        for waiting, gap, seeds in memory.PLAN
        for name in memory.NETWORKS
        for rate in memory.RATES
        for seed in range(seeds)
    }
    columns = ("waiting", "gap", "network", "rate", "seed")
    found = [tuple(row[column] for column in columns) for row in stored.rows]
    assert len(found) == len(planned) and set(found) == planned
    for row in stored.rows:
        assert 0 <= row["share"] <= 1 and (row["updates"] is None) == (row["share"] < 0.99)
    assert "Python" in stored.about and "memory.py" in stored.about
