"""Lesson 15's way out and back against PyTorch, safetensors and ONNX themselves, and its stored files."""

import importlib.util
import json
import sys

import numpy as np
import pytest

from course import measured
from course.exercises import EXERCISES
from course.plots import paths_apart
from course.texts import DICKINSON
from rnn_core import FastRNN, Vocabulary, cross_entropy, one_hot
from solutions import NOTEBOOKS, ROOT
from tools import need

to_torch, from_torch = (EXERCISES[name].reference for name in ("to_torch", "from_torch"))
LESSON = json.loads((NOTEBOOKS / "15_out_and_back.ipynb").read_text(encoding="utf-8"))
CELLS = {cell["id"]: cell for cell in LESSON["cells"]}
STORED = measured.DATA / "verse_in_torch.safetensors"


def run(*names, **scope):
    """What cells of the lesson, run one after the other, leave behind."""
    scope = {"np": np, "one_hot": one_hot, "from_torch": from_torch, **scope}
    for name in names:
        exec("".join(CELLS[name]["source"]), scope)
    return scope


FILES = run("pack", "unpack")
pack, unpack = FILES["pack"], FILES["unpack"]


def network(seed=0, dtype=np.float64, rate=0.01):
    """A network with weights large enough to feel, and all biases away from zero."""
    model = FastRNN(22, 32, 25, rate, seed=seed, dtype=dtype)
    for array in model.parameters.values():
        array[...] = model.rng.normal(0, 0.15, array.shape)
    model.vocabulary = Vocabulary(DICKINSON)
    return model


# PyTorch -----------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype, bound", [("float64", 1e-10), ("float32", 1e-6)])
def test_torch_says_the_same(dtype, bound):
    """Scores, loss and all five gradients, relative to the largest entry of each."""
    torch = need("torch")
    model, kind = network(dtype=dtype), getattr(torch, dtype)
    indices = model.vocabulary.encode(DICKINSON[:26])
    inputs, targets = indices[:-1], indices[1:]
    hs, ps = model.forward(inputs, np.zeros(32))
    ours = model.backward(inputs, targets, hs, ps)
    rnn, linear = torch.nn.RNN(22, 32), torch.nn.Linear(32, 22)
    parts = torch.nn.ModuleDict({"rnn": rnn, "linear": linear}).to(kind)
    state = to_torch(*model.parameters.values())
    parts.load_state_dict({name: torch.tensor(array) for name, array in state.items()})
    states, _ = rnn(torch.tensor(one_hot(inputs, 22)).to(kind))
    scores = linear(states)
    loss = torch.nn.functional.cross_entropy(scores, torch.tensor(targets), reduction="sum")
    loss.backward()
    assert np.abs(states.detach().numpy() - hs[1:]).max() < bound
    assert np.abs(torch.softmax(scores, -1).detach().numpy() - ps).max() < bound
    assert abs(loss.item() / cross_entropy(ps, targets) - 1) < bound
    theirs = {name: p.grad.numpy() for name, p in parts.named_parameters()}
    assert np.allclose(theirs["rnn.bias_ih_l0"], theirs["rnn.bias_hh_l0"], rtol=1e-5)  # the whole
    theirs["rnn.bias_hh_l0"] = np.zeros(32, dtype)  # frozen, it would have none
    for (name, gradient), other in zip(ours.items(), from_torch(theirs), strict=True):
        assert np.abs(gradient - other).max() < bound * np.abs(gradient).max(), name


def test_what_comes_back_is_what_went_out():
    model = network()
    for sent, home in zip(
        model.parameters.values(), from_torch(to_torch(*model.parameters.values())), strict=True
    ):
        assert (sent == home).all()


def test_trained_there_is_trained_here():
    """The lesson's own cells: what is trained in PyTorch comes back as what is trained here."""
    torch = need("torch")
    model = network()
    encoded = model.vocabulary.encode(DICKINSON)
    there = run(
        "there-how",
        "train-there",
        model=model,
        FastRNN=FastRNN,
        DICKINSON=DICKINSON,
        to_torch=to_torch,
    )
    start = FastRNN(22, 32, 25, 0.01, seed=3)
    state = to_torch(*(array.copy() for array in start.parameters.values()))
    home = there["train_there"](torch, state, updates=60)
    start.train(DICKINSON, 60, report=None)
    for name, ours, theirs in zip(start.parameters, start.parameters.values(), home, strict=True):
        assert np.abs(ours - theirs).max() < 1e-10, name
    assert len(encoded) == len(DICKINSON)


@pytest.mark.parametrize("wrong", ["second bias learns", "PyTorch's own Adagrad"])
def test_left_as_it_comes_torch_trains_another_network(wrong, monkeypatch):
    """The control: without either setting the first update already differs by far."""
    torch = need("torch")
    there = run(
        "there-how",
        "train-there",
        model=network(),
        FastRNN=FastRNN,
        DICKINSON=DICKINSON,
        to_torch=to_torch,
    )
    start = FastRNN(22, 32, 25, 0.01, seed=3)
    state = to_torch(*(array.copy() for array in start.parameters.values()))
    if wrong == "second bias learns":
        monkeypatch.setattr(torch.nn.Parameter, "requires_grad_", lambda self, on: self)
    else:
        adagrad = torch.optim.Adagrad
        monkeypatch.setattr(torch.optim, "Adagrad", lambda ps, rate, **_: adagrad(ps, rate))
    home = there["train_there"](torch, state, updates=1)
    start.train(DICKINSON, 1, report=None)
    apart = [np.abs(a - b).max() for a, b in zip(start.parameters.values(), home, strict=True)]
    assert max(apart) > 1e-3


def test_without_torch_the_page_says_so():
    """What is stored is what a learner without PyTorch sees, on every machine."""
    for name in ("there-run", "train-there-run"):
        (output,) = CELLS[name]["outputs"]
        assert "".join(output["text"]).startswith("PyTorch is not installed here."), name


# Files -------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_file_comes_back_whole(dtype):
    state = to_torch(*network(dtype=dtype).parameters.values())
    file = pack(state)
    assert (8 + int.from_bytes(file[:8], "little")) % 8 == 0
    back, about = unpack(file)
    assert about == {} and list(back) == list(state)
    for name, array in state.items():
        assert back[name].dtype == array.dtype and (back[name] == array).all()


def test_a_view_is_packed_as_it_is_seen():
    weights = np.arange(6.0).reshape(2, 3)
    for view in (weights.T, weights[:, ::2], weights[::-1]):
        assert (unpack(pack({"w": view}))[0]["w"] == view).all()


def test_the_package_reads_ours_and_we_read_the_package(tmp_path):
    numpy_side = need("safetensors.numpy")
    state = to_torch(*network(dtype="float32").parameters.values())
    (tmp_path / "ours").write_bytes(pack(state))
    theirs = numpy_side.load_file(tmp_path / "ours")
    numpy_side.save_file(state, tmp_path / "theirs", metadata={"made": "here"})
    ours, about = unpack((tmp_path / "theirs").read_bytes())
    assert about == {"made": "here"} and sorted(ours) == sorted(theirs) == sorted(state)
    for name, array in state.items():
        assert (theirs[name] == array).all() and (ours[name] == array).all()
    for name, array in numpy_side.load_file(STORED).items():
        assert (unpack(STORED.read_bytes())[0][name] == array).all()


def test_their_file_for_numpy_turns_a_view_unseen(tmp_path):
    """What the lesson says of safetensors 0.8.0."""
    numpy_side = need("safetensors.numpy")
    turned = np.arange(6, dtype=np.float32).reshape(2, 3).T
    numpy_side.save_file({"w": turned}, tmp_path / "file")
    assert numpy_side.load_file(tmp_path / "file")["w"].tolist() == [[0, 1], [2, 3], [4, 5]]
    torch, torch_side = need("torch"), need("safetensors.torch")
    with pytest.raises(ValueError, match="contiguous"):
        torch_side.save_file({"w": torch.tensor([[0.0, 1.0]] * 3).T}, tmp_path / "file")


def at_home(weights):
    model = FastRNN(22, 32, 25)
    model.vocabulary = Vocabulary(DICKINSON)
    for name, array in zip(model.parameters, weights, strict=True):
        setattr(model, name, array)
    return model


def test_the_stored_network_is_somebody_elses_and_recites():
    state, about = unpack(STORED.read_bytes())
    assert list(state) == sorted(state), "the package sorts the names"
    assert about["characters"] == Vocabulary(DICKINSON).characters
    assert about["by"] == "python tests/benchmarks/verse_in_torch.py"
    assert (ROOT / about["by"].removeprefix("python ")).exists()
    assert np.abs(state["rnn.bias_hh_l0"]).max() > 0.1, "both biases were trained"
    guest = at_home(from_torch(state))
    assert "Hope" + guest.generate("Hope", 115, 0.1, rng=0) == DICKINSON[:119]


def test_onnx_runtime_says_the_same():
    """The network as an ONNX graph: its RNN has two biases as well, in one array."""
    onnx, runtime = need("onnx"), need("onnxruntime")
    helper, numpy_helper = onnx.helper, importlib.import_module("onnx.numpy_helper")
    model = network(dtype="float32")
    state = to_torch(*model.parameters.values())
    biases = np.concatenate([state["rnn.bias_ih_l0"], state["rnn.bias_hh_l0"]])
    constants = {
        "W": state["rnn.weight_ih_l0"][None],
        "R": state["rnn.weight_hh_l0"][None],
        "B": biases[None],
        "Why": np.ascontiguousarray(state["linear.weight"].T),
        "by": state["linear.bias"],
        "direction": np.array([1]),
    }
    nodes = [
        helper.make_node("RNN", ["X", "W", "R", "B"], ["H"], hidden_size=32),
        helper.make_node("Squeeze", ["H", "direction"], ["states"]),
        helper.make_node("MatMul", ["states", "Why"], ["product"]),
        helper.make_node("Add", ["product", "by"], ["scores"]),
        helper.make_node("Softmax", ["scores"], ["ps"], axis=-1),
    ]
    graph = helper.make_graph(
        nodes,
        "verse",
        [helper.make_tensor_value_info("X", onnx.TensorProto.FLOAT, ["T", 1, 22])],
        [helper.make_tensor_value_info("ps", onnx.TensorProto.FLOAT, ["T", 1, 22])],
        [numpy_helper.from_array(array, name) for name, array in constants.items()],
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)], ir_version=8)
    onnx.checker.check_model(made, full_check=True)
    session = runtime.InferenceSession(made.SerializeToString(), providers=["CPUExecutionProvider"])
    inputs = model.vocabulary.encode(DICKINSON[:119])
    x = one_hot(inputs, 22).astype("float32")[:, None]
    (theirs,) = session.run(["ps"], {"X": x})
    _, ours = model.forward(inputs, np.zeros(32))
    assert np.abs(theirs[:, 0] - ours).max() < 1e-6


# The table ---------------------------------------------------------------------------------


def benchmark():
    spec = importlib.util.spec_from_file_location(
        "frameworks_benchmark", ROOT / "tests" / "benchmarks" / "frameworks.py"
    )
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_each_row_has_version_date_and_command():
    table = measured.load("frameworks")
    assert "python tests/benchmarks/frameworks.py" in table.about
    assert [row["framework"] for row in table.rows] == [
        "PyTorch",
        "Keras",
        "Optax",
        "MLX",
        "Paddle",
    ]
    for row in table.rows:
        assert row["version"][0].isdigit() and row["date"] >= "2026-11-29"


def test_the_formula_gives_the_steps_that_were_measured():
    first_step = run("first-step")["first_step"]
    for row in measured.load("frameworks").rows:
        said = first_step(row["epsilon"], row["stands"], row["memory"])
        assert f"{said:.2g}" == row["first step"], row["framework"]
        other = "outside" if "inside" in row["stands"] else "inside the root"
        if not row["memory"]:  # a large memory hides where ε stands
            assert f"{first_step(row['epsilon'], other, row['memory']):.2g}" != row["first step"]


@pytest.mark.parametrize("name", ["Torch", "Keras", "Optax", "MLX", "Paddle"])
def test_a_row_is_what_the_framework_does(name):
    """Wherever the framework is installed, whatever its version: else the lesson is out of date."""
    run = benchmark()
    framework = getattr(run, name)()
    if name == "Torch":
        need("torch")
    else:
        pytest.importorskip(framework.package)
    found = run.row(framework)
    (stored,) = [
        row for row in measured.load("frameworks").rows if row["framework"] == found["framework"]
    ]
    settled = set(stored) - {"version", "date", "python", "then apart"}
    assert {key: found[key] for key in settled} == {key: stored[key] for key in settled}


# Paths -------------------------------------------------------------------------------------


def test_the_figure_of_paths_names_them():
    picture = paths_apart({"Adam, 0.1": [[1e-15, 1e-3], [0, 1.0]], "Adam, 0.01": [[0, 0]]}, 20)
    assert "Adam, 0.1, Adam, 0.01" in picture.alt and picture.png[:4] == b"\x89PNG"
