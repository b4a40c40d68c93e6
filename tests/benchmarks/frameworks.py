"""What frameworks do where a good guess is wrong: Adagrad, biases, clipping; and how each follows rnn_core.

    python tests/benchmarks/frameworks.py

Runs what is installed of torch, keras, optax, mlx and paddle, and writes a row for each, with its
version and date, into notebooks/course/data/frameworks.json and as a table into frameworks.md
beside this file. Rows of frameworks that are not installed stay as they were.
"""

import importlib
import importlib.metadata
import inspect
import json
import os
import platform
import sys
import time
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("JAX_ENABLE_X64", "1")  # or float64 is made float32

import numpy as np

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "notebooks")]

from rnn_core import Adagrad  # noqa: E402

STORE = ROOT / "notebooks" / "course" / "data" / "frameworks.json"
PAGE = HERE / "frameworks.md"
RATE, TINY = 0.1, 1e-6


class Torch:
    name, package = "PyTorch", "torch"
    follow = "initial_accumulator_value=1e-8, eps=0"

    def defaults(self):
        import torch

        found = torch.optim.Adagrad([torch.zeros(1)], RATE).defaults
        return found["eps"], found["initial_accumulator_value"]

    def steps(self, gradients, follow=False):
        import torch

        weight = torch.zeros(gradients.shape[1], dtype=torch.float64)
        how = {"initial_accumulator_value": 1e-8, "eps": 0.0} if follow else {}
        optimizer = torch.optim.Adagrad([weight], RATE, **how)
        for gradient in gradients:
            weight.grad = torch.tensor(gradient)
            optimizer.step()
        return weight.numpy()

    def clipped(self, gradient):
        import torch

        weight = torch.zeros(3)
        weight.grad = torch.tensor(gradient)
        torch.nn.utils.clip_grad_norm_([weight], 1.0)
        return weight.grad.numpy()

    def biases(self):
        import torch

        cell = torch.nn.RNN(3, 4)
        return [b.detach().numpy() for n, b in cell.named_parameters() if n.startswith("bias")]


class Keras:
    name, package = "Keras", "keras"
    follow = "initial_accumulator_value=0, epsilon=1e-8"

    def optimizer(self, **how):
        import keras

        return keras.optimizers.Adagrad(RATE, **how)

    def defaults(self):
        found = self.optimizer()
        return found.epsilon, found.initial_accumulator_value

    def steps(self, gradients, follow=False):
        import keras

        weight = keras.Variable(np.zeros(gradients.shape[1]), dtype="float64")
        how = {"initial_accumulator_value": 0.0, "epsilon": 1e-8} if follow else {}
        optimizer = self.optimizer(**how)
        for gradient in gradients:
            optimizer.apply([keras.ops.convert_to_tensor(gradient, "float64")], [weight])
        return keras.ops.convert_to_numpy(weight)

    def clipped(self, gradient):
        import keras

        weight = keras.Variable(np.zeros(3, np.float32))
        optimizer = keras.optimizers.SGD(1.0, global_clipnorm=1.0)
        optimizer.apply([keras.ops.convert_to_tensor(gradient)], [weight])
        return -keras.ops.convert_to_numpy(weight)

    def biases(self):
        import keras

        cell = keras.layers.SimpleRNN(4)
        cell.build((None, None, 3))
        return [keras.ops.convert_to_numpy(w) for w in cell.weights if w.name == "bias"]


class Optax:
    name, package = "Optax", "optax"
    follow = "initial_accumulator_value=0, eps=1e-8"

    def defaults(self):
        import optax

        found = inspect.signature(optax.adagrad).parameters
        return found["eps"].default, found["initial_accumulator_value"].default

    def steps(self, gradients, follow=False):
        import jax
        import optax

        how = {"initial_accumulator_value": 0.0, "eps": 1e-8} if follow else {}
        optimizer, weight = optax.adagrad(RATE, **how), jax.numpy.zeros(gradients.shape[1])
        state = optimizer.init(weight)
        for gradient in gradients:
            step, state = optimizer.update(jax.numpy.asarray(gradient), state)
            weight = optax.apply_updates(weight, step)
        return np.asarray(weight)

    def clipped(self, gradient):
        import jax
        import optax

        clip = optax.clip_by_global_norm(1.0)
        gradient = jax.numpy.asarray(gradient)
        return np.asarray(clip.update(gradient, clip.init(gradient))[0])

    def biases(self):
        return None  # it has no layers


class MLX:
    name, package = "MLX", "mlx"
    follow = 'eps=1e-30, which may not be 0, and its state "v" filled with 1e-8'

    def defaults(self):
        import mlx.optimizers

        return inspect.signature(mlx.optimizers.Adagrad).parameters["eps"].default, 0.0

    def steps(self, gradients, follow=False):
        import mlx.core as mx
        import mlx.optimizers

        weights = {"w": mx.zeros(gradients.shape[1])}
        optimizer = mlx.optimizers.Adagrad(RATE, **({"eps": 1e-30} if follow else {}))
        optimizer.init(weights)
        if follow:
            optimizer.state["w"]["v"] = mx.full(gradients.shape[1], 1e-8)
        for gradient in gradients:
            weights = optimizer.apply_gradients({"w": mx.array(gradient.astype("f4"))}, weights)
        return np.array(weights["w"]).astype(float)

    def clipped(self, gradient):
        import mlx.core as mx
        import mlx.optimizers

        return np.array(mlx.optimizers.clip_grad_norm({"w": mx.array(gradient)}, 1.0)[0]["w"])

    def biases(self):
        import mlx.nn

        return [np.array(b) for n, b in mlx.nn.RNN(3, 4).parameters().items() if "bias" in n]


class Paddle:
    name, package, distribution = "Paddle", "paddle", "paddlepaddle"
    follow = "initial_accumulator_value=1e-8, epsilon=0"

    def defaults(self):
        import paddle

        found = inspect.signature(paddle.optimizer.Adagrad).parameters
        return found["epsilon"].default, found["initial_accumulator_value"].default

    def steps(self, gradients, follow=False):
        import paddle

        weight = paddle.create_parameter([gradients.shape[1]], "float64")
        weight.set_value(np.zeros(gradients.shape[1]))
        how = {"initial_accumulator_value": 1e-8, "epsilon": 0.0} if follow else {}
        optimizer = paddle.optimizer.Adagrad(RATE, parameters=[weight], **how)
        for gradient in gradients:
            optimizer.clear_grad()
            (weight * paddle.to_tensor(gradient)).sum().backward()
            optimizer.step()
        return weight.numpy()

    def clipped(self, gradient):
        import paddle

        weight = paddle.create_parameter([3], "float32")
        clip = paddle.nn.ClipGradByGlobalNorm(1.0)
        return clip([(weight, paddle.to_tensor(gradient))])[0][1].numpy()

    def biases(self):
        import paddle

        cell = paddle.nn.SimpleRNN(3, 4)
        return [b.numpy() for n, b in cell.named_parameters() if "bias" in n and "cell" not in n]


def ours(gradients):
    """What rnn_core makes of the same gradients."""
    parameters, optimizer = {"w": np.zeros(gradients.shape[1])}, Adagrad(RATE)
    for gradient in gradients:
        optimizer.update(parameters, {"w": gradient})
    return parameters["w"]


def where_epsilon_stands(step, epsilon, memory):
    """By the first step of a tiny gradient: which of the two formulas gives it?"""
    memory += TINY**2
    inside, outside = TINY / np.sqrt(memory + epsilon), TINY / (np.sqrt(memory) + epsilon)
    found = [
        place
        for place, size in (("inside the root", inside), ("outside", outside))
        if np.isclose(step, RATE * size, rtol=1e-4)
    ]
    return " or ".join(found) or "elsewhere"


def row(framework):
    """What one framework does, as a dict."""
    epsilon, memory = framework.defaults()
    step = -framework.steps(np.full((1, 1), TINY))[0]
    stands = where_epsilon_stands(step, epsilon, memory)
    if " or " in stands:  # so large a memory hides it: look again with that of rnn_core
        follow = -framework.steps(np.full((1, 1), TINY), follow=True)[0]
        stands = where_epsilon_stands(follow, 1e-8, 0.0)
    rng = np.random.default_rng(0)
    gradients = rng.normal(size=(20, 50)) * 10.0 ** rng.integers(-7, 2, 50)
    apart = np.abs(framework.steps(gradients, follow=True) - ours(gradients)).max()
    biases, clipped = framework.biases(), framework.clipped(np.array([np.inf, 1, 0], np.float32))
    drawn = "zero" if biases and not any(b.any() for b in biases) else "at random"
    return {
        "framework": framework.name,
        "version": importlib.metadata.version(
            getattr(framework, "distribution", framework.package)
        ),
        "date": time.strftime("%Y-%m-%d"),
        "python": platform.python_version(),
        "epsilon": epsilon,
        "stands": stands,
        "memory": memory,
        "first step": f"{step:.2g}",
        "biases": "none: no layers" if biases is None else f"{len(biases)}, {drawn}",
        "[inf, 1, 0] clipped": str([float(v) for v in clipped]),
        "to follow": framework.follow,
        "then apart": f"{apart:.0e}",
    }


def main():
    known = {}
    if STORE.exists():
        stored = json.loads(STORE.read_text(encoding="utf-8"))
        known = {r[0]: dict(zip(stored["columns"], r, strict=True)) for r in stored["rows"]}
    for framework in (Torch(), Keras(), Optax(), MLX(), Paddle()):
        try:
            importlib.import_module(framework.package)
        except ImportError:
            print(f"{framework.name} is not installed here: its row stays as it is.")
            continue
        known[framework.name] = row(framework)
    rows = list(known.values())
    about = {
        "date": max(r["date"] for r in rows),
        "machine": platform.machine(),
        "python": platform.python_version(),
        "numpy": np.__version__,
        "command": "python tests/benchmarks/frameworks.py",
    }
    columns = list(rows[0])
    lines = ",\n".join(json.dumps(list(r.values())) for r in rows)
    head = f'"about": {json.dumps(about)},\n"columns": {json.dumps(columns)}'
    STORE.write_text(f'{{{head},\n"rows": [\n{lines}\n]}}\n', encoding="utf-8")
    shown = [c for c in columns if c != "python"]
    table = [shown, ["---"] * len(shown), *([str(r[c]) for c in shown] for r in rows)]
    text = "\n".join(f"| {' | '.join(cells)} |" for cells in table)
    PAGE.write_text(
        "# Frameworks, where a good guess is wrong\n\n"
        "Made by `python tests/benchmarks/frameworks.py`. Learning rate 0.1; *first step* is that of "
        "a weight whose gradient is 1e-6, where `rnn_core` makes 0.001 (ε = 1e-8 inside the root, "
        "memory from 0). *Clipped* is by the global norm, at 1. *To follow* says how Adagrad is to be "
        "set so that it does what `rnn_core` does, and *then apart* is the largest difference after "
        "20 updates of 50 weights with gradients from 1e-7 to 10.\n\n"
        f"{text}\n",
        encoding="utf-8",
    )
    print(text)


if __name__ == "__main__":
    main()
