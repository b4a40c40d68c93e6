"""Laws that hold for any input, tried on many; and PyTorch's gradients on the same weights."""

import numpy as np
import pytest

from rnn_core import RNN, FastRNN, Vocabulary, cross_entropy, gradient_check, softmax
from tools import need

hypothesis = need("hypothesis")
from hypothesis import example, given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

FLOATS = st.floats(-1e308, 1e308)
SIZES = {
    "V": st.integers(2, 12),
    "H": st.integers(1, 8),
    "T": st.integers(1, 8),
    "batch": st.sampled_from([None, 1, 4]),
    "seed": st.integers(0, 10_000),
}


def drawn(V, H, T, batch, seed, scale=0.3):
    """A network, plain or fast, with weights of that scale, a chunk, and a state to start from."""
    rng = np.random.default_rng(seed)
    rnn = (RNN, FastRNN)[seed % 2](V, H, T, seed=seed)
    for array in rnn.parameters.values():
        array[...] = rng.normal(0, scale, array.shape)
    shape = (T,) if batch is None else (T, batch)
    h_prev = rng.normal(0, 0.5, (*shape[1:], H))
    return rnn, rng.integers(0, V, shape), rng.integers(0, V, shape), h_prev


@given(st.lists(FLOATS, min_size=1, max_size=30), st.floats(1e-3, 1e3))
def test_softmax_is_a_distribution_for_any_finite_scores(scores, temperature):
    p = softmax(np.array(scores), temperature)
    assert np.isfinite(p).all() and (p >= 0).all()
    assert p.sum() == pytest.approx(1)


@given(st.lists(st.floats(-50, 50), min_size=1, max_size=30), st.floats(-1e6, 1e6))
def test_a_shift_changes_nothing(scores, shift):
    scores = np.array(scores)
    np.testing.assert_allclose(softmax(scores + shift), softmax(scores), atol=1e-8)


@given(
    st.lists(st.floats(-20, 20), min_size=2, max_size=10), st.floats(0.05, 5), st.floats(0.01, 5)
)
def test_entropy_grows_with_temperature(scores, temperature, more):
    def entropy(p):
        p = p[p > 0]
        return -(p * np.log(p)).sum()

    cool, warm = softmax(scores, temperature), softmax(scores, temperature + more)
    assert entropy(warm) >= entropy(cool) - 1e-12


@given(st.text(min_size=1))
def test_encode_and_decode_undo_each_other(text):
    vocabulary = Vocabulary(text)
    indices = vocabulary.encode(text)
    assert vocabulary.decode(indices) == text
    assert vocabulary.encode(vocabulary.decode(indices)).tolist() == indices.tolist()
    assert list(vocabulary.characters) == sorted(set(text))


@given(**SIZES)
@example(V=3, H=1, T=8, batch=4, seed=156)  # the sum over time and batch nearly cancels
def test_gradients_agree_with_central_differences(V, H, T, batch, seed):
    rnn, inputs, targets, h_prev = drawn(V, H, T, batch, seed)
    exact = rnn.backward(inputs, targets, *rnn.forward(inputs, h_prev))
    errors = gradient_check(rnn, inputs, targets, h_prev)
    assert list(errors) == ["Wxh", "Whh", "Why", "bh", "by"]
    for name, error in errors.items():  # relative; where all is small, differences have few digits
        largest = max(np.abs(exact[name]).max(), 1e-12)
        assert error < 1e-7 * max(1.0, 1 / largest)


@settings(max_examples=40)
@given(
    V=st.integers(2, 60),
    H=st.integers(1, 64),
    T=st.integers(1, 40),
    batch=st.sampled_from([None, 1, 4]),
    seed=st.integers(0, 10_000),
)
def test_gradients_of_larger_networks_along_random_directions(V, H, T, batch, seed):
    rnn, inputs, targets, h_prev = drawn(V, H, T, batch, seed)
    gradients = rnn.backward(inputs, targets, *rnn.forward(inputs, h_prev))
    rng = np.random.default_rng(seed)
    for name, gradient in gradients.items():
        direction, kept = rng.normal(size=gradient.shape), rnn.parameters[name].copy()
        direction /= np.linalg.norm(direction)

        def loss(step, name=name, kept=kept, direction=direction):
            rnn.parameters[name][...] = kept + step * direction
            return cross_entropy(rnn.forward(inputs, h_prev)[1], targets)

        def slope(step, loss=loss):  # central differences of the fourth order
            near, far = loss(step) - loss(-step), loss(2 * step) - loss(-2 * step)
            return (8 * near - far) / (12 * step)

        # The smaller step is for gradients that explode: their loss bends within the larger one.
        slopes = np.array([slope(1e-4), slope(1e-5)])
        rnn.parameters[name][...] = kept
        error = np.abs(slopes - (gradient * direction).sum()).min()
        assert error < 1e-7 * max(1.0, np.linalg.norm(gradient))


@settings(max_examples=30)
@given(**SIZES)
def test_plain_and_fast_agree_to_the_last_digits(V, H, T, batch, seed):
    rnn, inputs, targets, h_prev = drawn(V, H, T, batch, seed)
    other = (FastRNN, RNN)[seed % 2](V, H, T)
    for name, array in rnn.parameters.items():
        other.parameters[name] = array
    ours, theirs = (network.forward(inputs, h_prev) for network in (rnn, other))
    for one, two in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(two, one, rtol=0, atol=1e-12)
    gradients = other.backward(inputs, targets, *theirs)
    for name, gradient in rnn.backward(inputs, targets, *ours).items():
        np.testing.assert_allclose(gradients[name], gradient, rtol=0, atol=1e-12)


@given(**SIZES)
def test_save_and_load_give_the_same_network_to_the_bit(tmp_path_factory, V, H, T, batch, seed):
    path = tmp_path_factory.getbasetemp() / "model.npz"
    rnn, inputs, targets, h_prev = drawn(V, H, T, batch, seed)
    rnn.update_params(rnn.backward(inputs, targets, *rnn.forward(inputs, h_prev)))
    rnn.save(path)
    copy = type(rnn).load(path)
    for name, array in rnn.parameters.items():
        assert array.tobytes() == copy.parameters[name].tobytes()
        assert rnn.memory[name].tobytes() == copy.memory[name].tobytes()
    assert copy.sample(0, 10) == rnn.sample(0, 10)


@settings(max_examples=400)
@given(st.binary(max_size=200), st.integers(0, 4000), st.booleans(), st.booleans())
def test_damage_to_a_file_is_a_value_error_or_changes_nothing(noise, at, cut, fast):
    rnn = (RNN, FastRNN)[fast](4, 3, 2, seed=1)
    path = test_damage_to_a_file_is_a_value_error_or_changes_nothing.path
    rnn.save(path)
    file = bytearray(path.read_bytes())
    at = min(at, len(file))
    file[at : None if cut else at + len(noise)] = noise
    path.write_bytes(bytes(file))
    try:
        loaded = type(rnn).load(path)
    except ValueError as error:
        assert "is damaged, or not a saved network: " in str(error)
        return
    for name, array in rnn.parameters.items():  # the date of an array has changed, say
        assert array.tobytes() == loaded.parameters[name].tobytes()
    assert loaded.sample(0, 20) == rnn.sample(0, 20)


@pytest.fixture(autouse=True, scope="module")
def _a_place_for_files(tmp_path_factory):
    test_damage_to_a_file_is_a_value_error_or_changes_nothing.path = (
        tmp_path_factory.mktemp("damage") / "m.npz"
    )


@given(**SIZES)
def test_backward_changes_no_argument_and_batches_add_up(V, H, T, batch, seed):
    rnn, inputs, targets, h_prev = drawn(V, H, T, batch, seed)
    hs, ps = rnn.forward(inputs, h_prev)
    copies = [array.copy() for array in (inputs, targets, h_prev, hs, ps)]
    together = rnn.backward(inputs, targets, hs, ps)
    for array, copy in zip((inputs, targets, h_prev, hs, ps), copies, strict=True):
        np.testing.assert_array_equal(array, copy)
    for name in together if batch else ():
        alone = sum(
            rnn.backward(inputs[:, b], targets[:, b], hs[:, b], ps[:, b])[name]
            for b in range(batch)
        )
        np.testing.assert_allclose(together[name], alone, atol=1e-11)


@pytest.mark.parametrize("seed", [3, 4])  # a fast network, and a plain one
@pytest.mark.parametrize("batch", [None, 1, 4])
def test_gradients_equal_those_of_pytorch(batch, seed):
    torch = need("torch")
    rnn, inputs, targets, h_prev = drawn(22, 16, 25, batch, seed)
    cell = torch.nn.RNN(22, 16).double()
    weights = {
        cell.weight_ih_l0: rnn.Wxh,
        cell.weight_hh_l0: rnn.Whh,
        cell.bias_ih_l0: rnn.bh,
        cell.bias_hh_l0: np.zeros(16),
    }
    with torch.no_grad():
        for theirs, ours in weights.items():
            theirs.copy_(torch.from_numpy(ours))
    Why = torch.tensor(rnn.Why, requires_grad=True)
    by = torch.tensor(rnn.by, requires_grad=True)
    one_hot = torch.nn.functional.one_hot(torch.from_numpy(inputs), 22).double()
    hidden, _ = cell(one_hot, torch.from_numpy(h_prev)[None])
    scores = (hidden @ Why.T + by).reshape(-1, 22)
    goal = torch.from_numpy(targets).reshape(-1)
    loss = torch.nn.functional.cross_entropy(scores, goal, reduction="sum")
    loss.backward()

    hs, ps = rnn.forward(inputs, h_prev)
    assert cross_entropy(ps, targets) == pytest.approx(loss.item(), abs=1e-10)
    theirs = {
        "Wxh": cell.weight_ih_l0.grad,
        "Whh": cell.weight_hh_l0.grad,
        "Why": Why.grad,
        "bh": cell.bias_ih_l0.grad,
        "by": by.grad,
    }
    for name, gradient in rnn.backward(inputs, targets, hs, ps).items():
        np.testing.assert_allclose(gradient, theirs[name].numpy(), atol=1e-10)
