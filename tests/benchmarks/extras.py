"""Characters sampled and encoded per second, and memory.

Run by `run.py`. `python extras.py` prints one JSON object: {"sampling": ..., "encoding": ...};
`python extras.py NAME H BATCH DTYPE` prints the memory of one competitor, alone in its process.
"""

import json
import statistics
import sys
import time

import competitors
import numpy as np

import rnn_core
from course import by_the_book, texts


def sampling(quick):
    """Return characters per second of the network of the original experiment, by type."""
    results = []
    n = 500 if quick else 2000
    for dtype in ("float64", "float32"):
        rnn = rnn_core.FastRNN(0, 64, 25, seed=0, dtype=np.dtype(dtype))
        rnn.train(texts.DICKINSON, 1000, report=None)
        weights = by_the_book.as_columns(rnn.parameters)
        rng = np.random.default_rng(0)
        ours, book = [], []
        for _ in range(5 if quick else 15):
            start = time.perf_counter()
            rnn.sample(0, n)
            middle = time.perf_counter()
            by_the_book.sample(weights, 0, n, rng)
            ours.append(middle - start)
            book.append(time.perf_counter() - middle)
        results.append(
            {
                "dtype": dtype,
                "ours": n / statistics.median(ours),
                "by the book": n / statistics.median(book),
                "ratio": float(np.median(np.array(book) / np.array(ours))),
            }
        )
    return results


def encoding():
    """Return the seconds that a text of 10 MB takes to encode: numbering included, and alone."""
    reference = texts.python_reference()
    text = (reference * (10_000_000 // len(reference) + 1))[:10_000_000]
    both, alone = [], []
    for _ in range(3):
        start = time.perf_counter()
        vocabulary = rnn_core.Vocabulary(text)
        middle = time.perf_counter()
        vocabulary.encode(text)
        alone.append(time.perf_counter() - middle)
        both.append(time.perf_counter() - start)
    return {
        "characters": len(text),
        "distinct": len(vocabulary),
        "seconds": statistics.median(both),
        "encode": statistics.median(alone),
    }


def peak():
    """Return the most memory that this process has held, in MB, or None where nobody says."""
    try:
        import resource
    except ImportError:  # Windows
        return None
    unit = 1e6 if sys.platform == "darwin" else 1e3
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def memory(name, H, batch, dtype):
    """Return the peak in MB after the first updates, and after five times as many."""
    (competitor,) = [each for each in competitors.ALL if each.name == name]
    rng = np.random.default_rng(0)
    V, T = (94, 50) if batch else (22, 25)
    weights = by_the_book.draw_weights(V, H, rng, np.dtype(dtype))
    weights.update({name: weights[name].reshape(-1) for name in ("bh", "by")})
    data = rng.integers(0, V, (4 * T + 1, batch) if batch else 40 * T + 1)
    updates = 2 if batch else 400
    before = peak()
    try:
        runner = competitor(weights, data, T, 0.001)
    except competitors.Missing:
        return None
    runner.run(updates)
    first = peak()
    if name == "by the book" and batch:
        return {"before": before, "first": first, "later": None}
    runner.run(4 * updates)
    return {"before": before, "first": first, "later": peak()}


def main():
    if len(sys.argv) == 5:
        name, H, batch, dtype = sys.argv[1:]
        print(json.dumps({"memory": memory(name, int(H), int(batch), dtype)}))
    else:
        quick = "--quick" in sys.argv
        print(json.dumps({"sampling": sampling(quick), "encoding": encoding()}))


if __name__ == "__main__":
    main()
