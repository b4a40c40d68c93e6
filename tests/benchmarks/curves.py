"""Loss against seconds on the Python Language Reference, beside the n-gram ladder.

Run by `run.py`; prints one JSON object. The clock runs while the network trains, and stands
still while the validation part of the text, which it never trains on, is scored. best.py beside
this file has the race for lesson 12.
"""

import json
import sys
import time

import numpy as np

import rnn_core
from course import baselines, texts

STREAMS = 32  # the validation text is read as so many streams side by side


def original(vocabulary):
    """Return the network of the original experiment, and its batch size."""
    rnn = rnn_core.FastRNN(len(vocabulary), 64, 25, seed=0)
    return rnn, None


def larger(vocabulary):
    """Return a larger network, to be trained with Adam, and its batch size.

    Whh starts orthogonal and Wxh from N(0, 1), so that from the first update on the state holds
    which character was read: it is below the 3-gram model after some 200 updates.
    """
    rnn = rnn_core.FastRNN(len(vocabulary), 256, 50, 0.005, seed=0, dtype=np.float32)
    rnn.optimizer = rnn_core.Adam(0.005)
    rnn.Whh = rnn_core.orthogonal(256, rnn.rng)
    rnn.Wxh = rnn.rng.standard_normal(rnn.Wxh.shape)
    return rnn, 32


def lesson_12(vocabulary):
    """Return the network that lesson 12 trains at length, and its batch size."""
    rnn = rnn_core.FastRNN(len(vocabulary), 128, 50, seed=0, dtype=np.float32)
    rnn.optimizer = rnn_core.Adam(0.003)
    rnn.Whh = rnn_core.orthogonal(128, rnn.rng)
    rnn.Wxh = rnn.rng.standard_normal(rnn.Wxh.shape)
    return rnn, 32


def validation_loss(rnn, indices):
    """Return the mean loss in nats per character, reading on from the state of the training.

    Not from zeros: the original's settings train on one long stream, and a network that has not
    met a state of zeros for a while can be caught by it and never find back.
    """
    length = (len(indices) - 1) // STREAMS
    inputs = indices[: length * STREAMS].reshape(STREAMS, length).T
    targets = indices[1 : length * STREAMS + 1].reshape(STREAMS, length).T
    ps = rnn.forward(inputs, np.broadcast_to(rnn.h, (STREAMS, rnn.hidden_size)))[1]
    return rnn_core.cross_entropy(ps, targets) / targets.size


def curve(rnn, batch, train_text, validation, seconds, slice_updates, falls):
    """Train for so many seconds, the learning rate falling in a line to a fiftieth of itself.

    Return [[seconds, updates, loss], ...], scored at moments that stand further and further
    apart. Where falls is false, the learning rate stays as it is.
    """
    rate, spent, score_at, points = rnn.learning_rate, 0.0, 0.0, []
    while True:
        if spent >= score_at or spent >= seconds:
            points.append([spent, rnn.iteration, validation_loss(rnn, validation)])
            score_at = max(0.25, spent * 1.25)
        if spent >= seconds:
            return points
        if falls:
            rnn.learning_rate = rate * max(0.02, 1 - spent / seconds)
        start = time.perf_counter()
        rnn.train(train_text, slice_updates, batch_size=batch, report=None)
        spent += time.perf_counter() - start


def main():
    quick = "--quick" in sys.argv
    train_text, validation_text, _ = texts.reference_parts()
    text = train_text + validation_text
    vocabulary = rnn_core.Vocabulary(text)
    validation = vocabulary.encode(validation_text)
    series = {}
    for name, make, seconds, updates in (
        ("64 units, the original's settings", original, 3 if quick else 30, 200),
        ("128 units, as in lesson 12", lesson_12, 0 if quick else 60, 10),
        ("256 units, for 30 s", larger, 4 if quick else 30, 5),
        ("256 units, for 2 minutes", larger, 0 if quick else 120, 5),
    ):
        if seconds:
            rnn, batch = make(vocabulary)
            rnn.vocabulary = vocabulary
            series[name] = curve(
                rnn, batch, train_text, validation, seconds, updates, make is larger
            )
    ladder = baselines.ngram_losses(train_text, validation_text, smoothing="kneser-ney")
    print(
        json.dumps(
            {
                "series": series,
                "ladder": ladder,
                "smoothing": "kneser-ney",
                "exam": "the second of its three parts",
                "characters": len(text),
                "distinct": len(vocabulary),
            }
        )
    )


if __name__ == "__main__":
    main()
