"""How far back plain networks and gated ones remember, for lesson 13.

    python tests/benchmarks/memory.py            everything, some twenty minutes on one core
    python tests/benchmarks/memory.py --quick    one gap, rate and seed

Both get the same: 32 units, the text of `recall_text`, sequences of two rounds, 16 side by side,
Adam, clipping by norm at 1, the same seeds and learning rates, and at most 2,000 updates. Whoever
recalls 99 in 100 on another text sooner may stop. Prints a line for each kind and writes
notebooks/course/data/memory.json, which the lesson draws (or into the folder given by --output).
"""

import argparse
import json
import os
import platform
import sys
import time
from functools import partial
from pathlib import Path

for _library in ("OPENBLAS", "OMP", "MKL", "VECLIB_MAXIMUM"):
    os.environ.setdefault(f"{_library}_NUM_THREADS", "1")

import numpy as np  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "notebooks")]

from course import texts  # noqa: E402
from rnn_core import (  # noqa: E402
    Adam,
    FastRNN,
    Vocabulary,
    clip_by_norm,
    one_hot,
    orthogonal,
    softmax,
)

DATA = ROOT / "notebooks" / "course" / "data"
H, B, UPDATES, EVERY, CLIP = 32, 16, 2000, 100, 1.0
F = np.float32


class Plain:
    """The network of the course, with the best of the lesson's starts."""

    hidden_size = H

    def __init__(self, V, seed):
        rnn = FastRNN(V, H, 1, seed=seed, dtype=F)
        rnn.Wxh, rnn.Whh = rnn.Wxh * 10, orthogonal(H, rnn.rng)
        self.p, self.forward, self.backward = rnn.parameters, rnn.forward, rnn.backward


class GRU:
    """The network of lesson 13, with what can be done for all time steps at once done so.

    W (3H, V), U (3H, H) and b (3H,) are stacked in the order z, r, c.
    """

    hidden_size = H

    def __init__(self, V, seed):
        rng = np.random.default_rng(seed)

        def draw(*shape):
            return rng.standard_normal(shape) / np.sqrt(shape[-1])

        b = np.repeat([-2.0, 0.0, 0.0], H)
        p = {"W": draw(3 * H, V), "U": draw(3 * H, H), "b": b, "Why": draw(V, H), "by": np.zeros(V)}
        self.p = {name: array.astype(F) for name, array in p.items()}

    def forward(self, inputs, h):
        sums = (self.p["W"].T + self.p["b"])[inputs]  # (T, B, 3H)
        hs, gates = np.empty((len(inputs) + 1, *h.shape), F), np.empty_like(sums)
        hs[0] = h
        Uzr, Uc = self.p["U"][: 2 * H].T.copy(), self.p["U"][2 * H :].T.copy()
        for t, a in enumerate(sums):
            zr = 1 / (1 + np.exp(-(a[:, : 2 * H] + h @ Uzr)))
            z, r = zr[:, :H], zr[:, H:]
            c = np.tanh(a[:, 2 * H :] + (r * h) @ Uc)
            h = h + z * (c - h)
            hs[t + 1], gates[t, :, : 2 * H], gates[t, :, 2 * H :] = h, zr, c
        return hs, softmax(hs[1:] @ self.p["Why"].T + self.p["by"]), gates

    def backward(self, inputs, targets, hs, ps, gates):
        (z, r, c), before, U = np.split(gates, 3, axis=-1), hs[:-1], self.p["U"]
        V = len(self.p["by"])
        dys = (ps - one_hot(targets, V)).astype(F)
        for_z, for_c = (c - before) * z * (1 - z), z * (1 - c**2)
        for_r, kept = before * r * (1 - r), 1 - z
        dhs, das, dh = dys @ self.p["Why"], np.empty_like(gates), 0.0
        for t in reversed(range(len(inputs))):
            dh = dh + dhs[t]
            das[t, :, 2 * H :] = dac = dh * for_c[t]
            drh = dac @ U[2 * H :]
            das[t, :, :H], das[t, :, H : 2 * H] = dh * for_z[t], drh * for_r[t]
            dh = dh * kept[t] + drh * r[t] + das[t, :, : 2 * H] @ U[: 2 * H]

        def rows(array):
            return array.reshape(-1, array.shape[-1])

        dU = rows(das).T @ rows(before)
        dU[2 * H :] = rows(das[..., 2 * H :]).T @ rows(r * before)
        return {
            "W": rows(das).T @ one_hot(inputs.ravel(), V).astype(F),
            "U": dU,
            "b": das.sum((0, 1)),
            "Why": rows(dys).T @ rows(hs[1:]),
            "by": dys.sum((0, 1)),
        }


NETWORKS = {"plain, orthogonal": Plain, "GRU": GRU}
WAITING = {"dots": ".", "letters": "uvwx"}
PLAN = (  # what waits, gap, how many seeds
    ("dots", 15, 4),
    ("letters", 15, 4),
    ("dots", 30, 4),
    ("dots", 100, 1),
)
RATES = (0.005, 0.01)


def learn(network, gap, waiting, rate, updates=UPDATES, renamed=None):
    """Train a network; return after how many updates it may stop (or None), and its share.

    renamed: {character: another}, what the text is rewritten by before it is read.
    """
    T = 2 * (gap + 3)
    practice = texts.recall_text(gap, max(20_000, B * T * 40), rng=1, waiting=waiting)
    exam = texts.recall_text(gap, 200 * (gap + 3), rng=2, waiting=waiting)
    read, asked = (text.text.translate(str.maketrans(renamed or {})) for text in (practice, exam))
    vocabulary, optimizer = Vocabulary(read), Adam(rate)
    network = network(len(vocabulary))
    indices, asked = vocabulary.encode(read), vocabulary.encode(asked)
    stream = indices[: len(indices) // B * B].reshape(B, -1).T
    zeros = np.zeros((B, network.hidden_size), F)
    h, start = zeros, 0
    for update in range(1, updates + 1):
        if start + T + 1 > len(stream):
            h, start = zeros, 0
        inputs, targets = stream[start : start + T], stream[start + 1 : start + T + 1]
        passed = network.forward(inputs, h)
        gradients = network.backward(inputs, targets, *passed)
        optimizer.update(network.p, clip_by_norm(gradients, CLIP))
        h, start = passed[0][-1], start + T
        if update % EVERY == 0:
            ps = network.forward(asked[:-1, None], zeros[:1])[1]
            share = texts.recall_accuracy(ps[:, 0], asked, exam.positions)
            if share >= 0.99:
                return update, share
    return None, share


def about():
    """What the measurement stands on."""
    info, machine = Path("/proc/cpuinfo"), platform.processor() or platform.machine()
    if info.exists():
        for line in info.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                machine = line.split(":")[1].strip()
    return {
        "date": time.strftime("%Y-%m-%d"),
        "machine": f"{machine}, {platform.system()}",
        "python": platform.python_version(),
        "numpy": np.__version__,
        "updates": UPDATES,
        "command": "python tests/benchmarks/memory.py",
    }


def store(path, about, columns, rows):
    """Write a measurement as course.measured reads it, a row a line."""
    head = f'"about": {json.dumps(about)},\n"columns": {json.dumps(columns)}'
    text = ",\n".join(json.dumps(row) for row in rows)
    path.write_text(f'{{{head},\n"rows": [\n{text}\n]}}\n', encoding="utf-8")


def main(arguments=None):
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="one gap, rate and seed")
    parser.add_argument("--output", type=Path, default=DATA, help="a folder")
    options = parser.parse_args(arguments)
    options.output.mkdir(parents=True, exist_ok=True)
    rows = []
    for waiting, gap, seeds in PLAN[:1] if options.quick else PLAN:
        for name, network in NETWORKS.items():
            began, solved = time.process_time(), []
            for rate in RATES[-1:] if options.quick else RATES:
                for seed in range(1 if options.quick else seeds):
                    start = partial(network, seed=seed)
                    updates, share = learn(start, gap, WAITING[waiting], rate)
                    rows.append([waiting, gap, name, rate, seed, updates, round(share, 3)])
                    solved.append(updates is not None)
            seconds = time.process_time() - began
            said = f"{sum(solved)} of {len(solved)}, {seconds:.0f} s"
            print(f"{waiting:7} gap {gap:3} {name:18} {said}", flush=True)
            names_of = ["waiting", "gap", "network", "rate", "seed", "updates", "share"]
            store(options.output / "memory.json", about(), names_of, rows)


if __name__ == "__main__":
    main()
