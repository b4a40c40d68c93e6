"""Recurrence that does not wait, measured for lesson 14: memory, time, and reading.

    python tests/benchmarks/scan.py                  everything, some forty minutes on one core
    python tests/benchmarks/scan.py memory           one of the parts: memory, times, reading
    python tests/benchmarks/scan.py --quick          a little of each

memory   the networks of memory.py and the minGRU, by its rule and with its settings, at gaps of up
         to 300, in at most 600 updates
times    one recurrence h = a h + b, step after step and by the scan, and one update of each network
reading  the plain network, the minGRU and two of them on top of each other, on the reference text, for the
         same seconds of the processor

Writes notebooks/course/data/scan_memory.json, scan_times.json and scan_reading.json, which the
lesson draws (or into the folder given by --output).
"""

import argparse
import time
from functools import partial
from pathlib import Path

import memory
import numpy as np
from memory import B, F, H

from course import baselines, texts
from course.survey import nats_per_character
from rnn_core import Adam, FastRNN, Vocabulary, clip_by_norm, one_hot, orthogonal, softmax

UPDATES = 600
SECONDS, HIDDEN, STREAMS, LENGTH, RATE = 40, 128, 32, 50, 3e-3


def loop(a, b):
    """h_t = a_t h_{t-1} + b_t from h = 0, step after step."""
    h = b.copy()
    for t in range(1, len(a)):
        h[t] += a[t] * h[t - 1]
    return h


def scan(a, b):
    """The same in rounds: after each, an entry reaches back twice as far."""
    a, b, reach = a.copy(), b.copy(), 1
    while reach < len(a):
        b[reach:] += a[reach:] * b[:-reach]
        a[reach:] = a[reach:] * a[:-reach]
        reach *= 2
    return b


def sigma(a):
    return 1 / (1 + np.exp(-a))


def rows(array):
    return array.reshape(-1, array.shape[-1])


class MinGRU:
    """The network of lesson 14, in one layer or more, each reading the states of the one below.

    The states of all layers stand side by side: hs (T+1, B, layers · hidden).
    """

    def __init__(self, V, seed, hidden=H, layers=1, recur=scan, dtype=F):
        rng, self.layers, self.recur, p = np.random.default_rng(seed), layers, recur, {}
        for k in range(layers):
            width = hidden if k else V
            for name, start in (("z", -2.0), ("c", 0.0)):
                drawn = rng.standard_normal((hidden, width))
                p[f"W{name}{k}"] = drawn / np.sqrt(width) if k else drawn
                p[f"b{name}{k}"] = np.full(hidden, start)
        p["Why"], p["by"] = rng.standard_normal((V, hidden)) / np.sqrt(hidden), np.zeros(V)
        self.p = {name: array.astype(dtype) for name, array in p.items()}
        self.hidden_size = layers * hidden

    def forward(self, inputs, h):
        p, below, hs, gates = self.p, None, [], []
        for k, before in enumerate(np.split(h, self.layers, axis=-1)):
            if k:
                az, ac = (below @ p[f"W{n}{k}"].T + p[f"b{n}{k}"] for n in "zc")
            else:  # the columns of the characters
                az, ac = ((p[f"W{n}0"].T + p[f"b{n}0"])[inputs] for n in "zc")
            z = sigma(az)
            b = z * ac
            b[0] += (1 - z[0]) * before
            hs.append(np.concatenate([before[None], self.recur(1 - z, b)]))
            gates.append((z, ac))
            below = hs[-1][1:]
        ps = softmax(below @ p["Why"].T + p["by"])
        return np.concatenate(hs, axis=-1), ps, gates

    def backward(self, inputs, targets, hs, ps, gates):
        p, V, hs = self.p, len(self.p["by"]), np.split(hs, self.layers, axis=-1)
        dys = (ps - one_hot(targets, V)).astype(ps.dtype)
        grads = {"Why": rows(dys).T @ rows(hs[-1][1:]), "by": dys.sum((0, 1))}
        dhs = dys @ p["Why"]
        for k in reversed(range(self.layers)):
            z, c = gates[k]
            after = np.zeros_like(z)  # what the state after it keeps of each
            after[1:] = (1 - z)[:0:-1]
            dh = self.recur(after, dhs[::-1])[::-1]
            das = {"z": dh * (c - hs[k][:-1]) * z * (1 - z), "c": dh * z}
            x = rows(hs[k - 1][1:]) if k else one_hot(inputs.ravel(), V).astype(ps.dtype)
            for n, da in das.items():
                grads[f"W{n}{k}"], grads[f"b{n}{k}"] = rows(da).T @ x, da.sum((0, 1))
            dhs = sum(da @ p[f"W{n}{k}"] for n, da in das.items()) if k else None
        return {name: grads[name] for name in p}


class LoudGRU(memory.GRU):
    """The control: a GRU whose gates read the characters as loudly as the minGRU's."""

    def __init__(self, V, seed):
        super().__init__(V, seed)
        self.p["W"] *= F(np.sqrt(V))


# The three parts ------------------------------------------------------------------------------


NETWORKS = {
    "minGRU": MinGRU,
    "plain, orthogonal": memory.Plain,
    "GRU": memory.GRU,
    "loud GRU": LoudGRU,
    "minGRU, two layers": partial(MinGRU, layers=2),
    "minGRU, three layers": partial(MinGRU, layers=3),
}
SAME_LETTERS = dict(zip("uvwx", "abcd", strict=True))  # what waits looks like what is remembered
PLAN = [  # what waits, gap, networks, learning rates, seeds: fewer where a run takes a minute
    ("dots", 15, ("minGRU", "plain, orthogonal", "GRU", "loud GRU"), memory.RATES, 3),
    ("dots", 30, ("minGRU", "plain, orthogonal", "GRU", "loud GRU"), memory.RATES, 3),
    ("same letters", 8, [name for name in NETWORKS if name != "loud GRU"], memory.RATES, 3),
    ("dots", 100, ("minGRU", "plain, orthogonal"), memory.RATES, 3),
    ("dots", 100, ("GRU",), memory.RATES, 1),
    ("dots", 300, ("minGRU",), memory.RATES[-1:], 3),
    ("dots", 300, ("plain, orthogonal",), memory.RATES[-1:], 1),
]


def remembering(quick):
    """Rows of what waits, gap, network, rate, seed, updates needed (or None), share recalled."""
    for waiting, gap, names, rates, seeds in PLAN[:1] if quick else PLAN:
        for name in names:
            for rate in rates[-1:] if quick else rates:
                for seed in range(1 if quick else seeds):
                    start = partial(NETWORKS[name], seed=seed)
                    letters = (".", None) if waiting == "dots" else ("uvwx", SAME_LETTERS)
                    updates, share = memory.learn(start, gap, letters[0], rate, UPDATES, letters[1])
                    yield [waiting, gap, name, rate, seed, updates, round(share, 3)]


def best_times(calls, rounds=9):
    """Milliseconds of the processor for each of several calls: the quickest of rounds in turn."""
    quickest = dict.fromkeys(calls, np.inf)
    for call in calls.values():
        call()
    for _ in range(rounds):
        for way, call in calls.items():
            began, times = time.process_time(), 0
            while not times or time.process_time() - began < 0.01:
                call()
                times += 1
            quickest[way] = min(quickest[way], 1000 * (time.process_time() - began) / times)
    return {way: round(ms, 4) for way, ms in quickest.items()}


WIDTHS, LENGTHS = (32, 512, 4096), (8, 32, 128, 512, 2048)
UPDATE_LENGTHS = (36, 206, 606)  # two rounds of the gaps 15, 100 and 300


def timing(quick):
    """Rows of what is timed, how many numbers a step has, how many steps, by which way, ms."""
    rng = np.random.default_rng(0)
    for width in WIDTHS[:1] if quick else WIDTHS:
        for T in LENGTHS[:2] if quick else LENGTHS:
            a, b = (rng.random((T, width)).astype(F) for _ in range(2))
            calls = {way.__name__: partial(way, a, b) for way in (loop, scan)}
            for way, ms in best_times(calls).items():
                yield ["recurrence", width, T, way, ms]
    ways = {
        "plain, orthogonal": memory.Plain,
        "GRU": memory.GRU,
        "minGRU, loop": partial(MinGRU, recur=loop),
        "minGRU, scan": MinGRU,
    }
    for width in (1, B):
        for T in UPDATE_LENGTHS[:1] if quick else UPDATE_LENGTHS:
            inputs, targets = rng.integers(7, size=(2, T, width))
            made = {name: network(7, seed=0) for name, network in ways.items()}

            def update(network, inputs=inputs, targets=targets, width=width):
                passed = network.forward(inputs, np.zeros((width, H), F))
                network.backward(inputs, targets, *passed)

            calls = {name: partial(update, network) for name, network in made.items()}
            for way, ms in best_times(calls).items():
                yield ["update", width * H, T, way, ms]


class Reader:
    """What the reading needs of a network: to learn from a chunk, and to be examined."""

    def __init__(self, network, vocabulary):
        self.network, self.vocabulary = network, vocabulary
        self.hidden_size, self.optimizer = network.hidden_size, Adam(RATE)
        self.parameters = getattr(network, "p", None) or network.parameters

    def learn(self, inputs, targets, h):
        passed = self.network.forward(inputs, h)
        gradients = self.network.backward(inputs, targets, *passed)
        count = inputs.size
        gradients = {name: array / count for name, array in gradients.items()}
        self.optimizer.update(self.parameters, clip_by_norm(gradients, 1.0))
        return passed[0][-1]

    def forward(self, indices, h):
        hs, ps, *_ = self.network.forward(np.asarray(indices)[:, None], h[None].astype(F))
        return hs[:, 0], ps[:, 0]


def plain_reader(V, seed):
    """Started as lesson 12 starts one."""
    rnn = FastRNN(V, HIDDEN, LENGTH, seed=seed, dtype=F)
    rnn.Whh, rnn.Wxh = orthogonal(HIDDEN, rnn.rng), rnn.rng.standard_normal(rnn.Wxh.shape)
    return rnn


READERS = {  # and how many seeds
    "plain": (plain_reader, 3),
    "minGRU": (partial(MinGRU, hidden=HIDDEN), 3),
    "minGRU, two layers": (partial(MinGRU, hidden=HIDDEN, layers=2), 1),
}


def reading(quick):
    """Rows of network, seed, seconds, updates, nats a character of the second part of the text."""
    train, exam, _ = texts.reference_parts()
    vocabulary, exam = Vocabulary(train + exam), exam[:20_000]
    indices = vocabulary.encode(train)
    stream = indices[: len(indices) // STREAMS * STREAMS].reshape(STREAMS, -1).T
    for name, nats in baselines.ladder(train, exam, orders=(1, 2, 3, 4)).items():
        yield [name, None, None, None, round(nats, 4)]
    seconds = 2 if quick else SECONDS
    for name, (make, seeds) in READERS.items():
        for seed in range(1 if quick else seeds):
            reader, spent, updates = Reader(make(len(vocabulary), seed=seed), vocabulary), 0.0, 0
            h, start, ask = np.zeros((STREAMS, reader.hidden_size), F), 0, seconds / 8
            while spent < seconds:
                if start + LENGTH + 1 > len(stream):
                    h, start = np.zeros_like(h), 0
                reader.optimizer.learning_rate = RATE * max(0.02, 1 - spent / seconds)
                began = time.process_time()
                inputs = stream[start : start + LENGTH]
                h = reader.learn(inputs, stream[start + 1 : start + LENGTH + 1], h)
                spent += time.process_time() - began
                start, updates = start + LENGTH, updates + 1
                if spent >= ask:
                    nats = nats_per_character(reader, exam, skip=4)
                    yield [name, seed, round(spent, 1), updates, round(nats, 4)]
                    ask += seconds / 8


COLUMNS = {
    "memory": ("waiting", "gap", "network", "rate", "seed", "updates", "share"),
    "times": ("what", "numbers", "steps", "way", "ms"),
    "reading": ("network", "seed", "seconds", "updates", "nats"),
}
PARTS = {"memory": remembering, "times": timing, "reading": reading}


def main(arguments=None):
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", help=f"of {', '.join(PARTS)}; all by default")
    parser.add_argument("--quick", action="store_true", help="a little of each")
    parser.add_argument("--output", type=Path, default=memory.DATA, help="a folder")
    options = parser.parse_args(arguments)
    options.output.mkdir(parents=True, exist_ok=True)
    for part in options.parts or PARTS:
        about = memory.about() | {"command": f"python tests/benchmarks/scan.py {part}"}
        about |= {"updates": UPDATES} if part == "memory" else {}
        found = []
        for row in PARTS[part](options.quick):
            print(part, *row, flush=True)
            found.append(row)
            memory.store(options.output / f"scan_{part}.json", about, COLUMNS[part], found)


if __name__ == "__main__":
    main()
