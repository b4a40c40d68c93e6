"""Time the competitors, interleaved, with the number of threads that the environment sets.

Run by `run.py`, once for each number of threads, because libraries read it when they load.
Prints one JSON object a line: {"skipped": ...} or {"updates": ...}.
"""

import argparse
import json
import os
import time

import competitors
import numpy as np

from course import by_the_book

SIZES = ((64, 25, None), (100, 25, None), (128, 25, 32), (256, 50, 32), (512, 50, 32))
THREADS = int(os.environ["OMP_NUM_THREADS"])
LEARNING_RATE = 0.001  # small, so that rounding stays small too and losses can be compared
AGREE = {"float64": 1e-9, "float32": 1e-4}  # largest relative difference after three updates
SLOT = 0.02  # seconds that each has at a time
PAUSE = 0.03  # seconds between, with several threads: idle ones of the last still spin so long
TOO_SLOW = 0.4  # seconds: by the book, an update slower than this is timed by its first three alone


def contest(H, T, batch, dtype, seconds, say):
    """Return the times of one size: each competitor in turn, again and again for so long."""
    rng = np.random.default_rng(0)
    V = 94 if batch else 22  # the symbols of the Language Reference, and of the verse
    weights = by_the_book.draw_weights(V, H, rng, np.dtype(dtype))
    weights = {
        name: array.reshape(-1) if name in ("bh", "by") else array
        for name, array in weights.items()
    }
    data = rng.integers(0, V, (40 * T + 1, batch) if batch else 100 * T + 1)
    runners = []
    for competitor in competitors.ALL:
        try:
            runners.append(competitor(weights, data, T, LEARNING_RATE))
        except competitors.Missing as missing:
            say({"skipped": f"{competitor.name}: {missing}"})
    difference, single = agreement(runners, AGREE[dtype])
    slow = {name for name in ("by the book",) if min(single[name]) > TOO_SLOW}
    times = {
        runner.name: list(single[runner.name]) if runner.name in slow else [] for runner in runners
    }
    runners = [runner for runner in runners if runner.name not in slow]
    counts = {runner.name: max(1, int(SLOT / min(single[runner.name]))) for runner in runners}
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(times["ours"]) < 3:
        for runner in runners:
            updates = counts[runner.name]
            time.sleep(PAUSE if THREADS > 1 else 0)
            start = time.perf_counter()
            runner.run(updates)
            times[runner.name].append((time.perf_counter() - start) / updates)
    return {
        "H": H,
        "T": T,
        "batch": batch,
        "V": V,
        "dtype": dtype,
        "threads": THREADS,
        "agreement": difference,
        "ms": {name: summary(ts) for name, ts in times.items()},
        "ratio": {name: ratio(ts, times["ours"], name in slow) for name, ts in times.items()},
    }


def agreement(runners, limit):
    """Make three updates with each; return the worst difference of losses, and the times.

    They must agree: who does other work is not in the same race.
    """
    losses, single = {}, {}
    for runner in runners:
        losses[runner.name], single[runner.name] = [], []
        for _ in range(3):
            start = time.perf_counter()
            losses[runner.name] += runner.run(1)
            single[runner.name].append(time.perf_counter() - start)
    ours = np.array(losses["ours"])
    differences = {
        name: float(np.abs(np.array(theirs) / ours - 1).max()) for name, theirs in losses.items()
    }
    worst = max(differences, key=differences.get)
    if not differences[worst] <= limit:
        raise SystemExit(f"{worst} does not do the same work: {losses[worst]}, ours {ours}")
    return differences[worst], single


def summary(times):
    ms = 1000 * np.array(times)
    return {"median": float(np.median(ms)), "minimum": float(ms.min()), "rounds": len(ms)}


def ratio(theirs, ours, slow):
    """Return their time over ours: the median over rounds, both times of one round compared."""
    if slow:
        return float(np.median(theirs) / np.median(ours))
    return float(np.median(np.array(theirs) / np.array(ours)))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick

    def say(what):
        print(json.dumps(what), flush=True)

    for H, T, batch in SIZES[:3] if quick else SIZES:
        for dtype in ("float64", "float32"):
            seconds = 0.8 if quick else 5.0 if H < 256 else 4.0 + H / 64
            say({"updates": contest(H, T, batch, dtype, seconds, say)})


if __name__ == "__main__":
    main()
