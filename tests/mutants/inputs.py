"""Inputs for each exercise, more and wilder than those of its check, and made without them."""

import math

import numpy as np

from course.exercises import Model

TEXTS = [
    "a",
    "ba",
    "hope",
    "Zz zZ",
    "aab",
    "hop\nhope\t",
    "漢字 é",
    "the thing with feathers",
    " a ",
]


def rng_of(name):
    return np.random.default_rng([ord(char) for char in name])


def probabilities(rng, *shape, scale=2.0):
    exps = np.exp(rng.normal(scale=scale, size=shape))
    return exps / exps.sum(axis=-1, keepdims=True)


def sizes(rng, count, most=6):
    for _ in range(count):
        yield rng.integers(1, most, 4)  # T, B, V - 1, H


def weights(rng, V, H, scale):
    arrays = [rng.normal(size=shape) * scale for shape in ((H, V), (H, H), (V, H), (H,), (V,))]
    return [np.round(array) for array in arrays] if scale == 2.0 else arrays


SCALES = (0.01, 0.5, 1.0, 2.0, 30.0, 800.0)


def build_vocabulary(rng):
    for text in [*TEXTS, "b" * 300 + "a", "".join(map(chr, range(32, 127)))]:
        yield (text,)


def one_hot(rng):
    for indices, size in [([0], 1), ([1], 3), ([2, 2, 0], 3), ([0, 1], 2), ([4, 0], 9)]:
        yield np.array(indices), size
    for n, size in rng.integers(1, 12, (20, 2)):
        yield rng.integers(0, size, n), int(size)


def shift_targets(rng):
    for n in [2, 2, 3, 4, 5, 9, 26]:
        yield (rng.integers(0, 30, n),)


def pair_probabilities(rng):
    for indices, size in [([0, 0], 1), ([0, 1], 3), ([1, 1, 0, 1, 1], 2), ([2, 0, 2, 1], 4)]:
        yield np.array(indices), size
    for n, size in rng.integers(2, 9, (20, 2)):
        yield rng.integers(0, size, 3 * n), int(size)


def softmax(rng):
    for row in (
        [0.0],
        [5.0, 5.0],
        [1e-9, 0.0],
        [1000.0, 0.0],
        [-1000.0, -1001.0],
        [710.0, -710.0],
        [1e5, 0.0],
        [-1e5, -1e5],
        [0.0, -800.0],
        [88.0, 89.0],
        [300.0, -300.0, 299.0],
    ):
        yield (np.array(row),)
    yield (np.array([1, 2, 3]),)
    yield (np.array([[0, 2000], [-3, 4]]),)
    for scale in (1e-3, 1.0, 30.0, 600.0, 2000.0):
        for shape in [(1,), (4,), (22,), (1, 3), (3, 1), (4, 4), (5, 3), (2, 3, 4), (3, 3, 3)]:
            yield (rng.normal(scale=scale, size=shape) + rng.normal(scale=scale),)


def cross_entropy(rng):
    yield np.array([[1.0, 0.0]]), np.array([0])
    yield np.array([[1.0, 0.0]]), np.array([1])
    yield np.array([[0.5, 0.5, 0.0], [0.0, 0.0, 1.0]]), np.array([1, 2])
    yield np.array([[1e-300, 1.0], [1 - 1e-9, 1e-9]]), np.array([0, 1])
    for T, _, V, _ in sizes(rng, 15):
        yield probabilities(rng, T, V + 1), rng.integers(0, V + 1, T)


def steps(rng, batch=False):
    """inputs, h_prev and the five weights, of all sizes and scales."""
    for scale in SCALES:
        for T, B, V, H in [*sizes(rng, 4), (3, 2, 2, 3), (1, 1, 1, 1)]:
            more = (int(B),) if batch else ()
            yield (
                rng.integers(0, V + 1, (T, *more)),
                np.tanh(rng.normal(size=(*more, H))),
                *weights(rng, V + 1, H, scale),
            )


def rnn_step(rng):
    yield (
        np.array([0, 1]),
        np.array([0, 0]),
        np.array([[1, -2]] * 2),
        np.eye(2, dtype=int),
        np.array([-1, 0]),
    )
    for inputs, h_prev, Wxh, Whh, _, bh, _ in steps(rng):
        yield np.eye(Wxh.shape[1])[inputs[0]], h_prev, Wxh, Whh, bh


def forward(rng):
    for inputs, h_prev, Wxh, Whh, Why, bh, by in steps(rng):
        yield inputs, h_prev, Wxh, Whh, Why, bh, by
        yield inputs, h_prev, Wxh, Whh, Why * 2000, bh, by


def forward_batched(rng):
    yield from steps(rng, batch=True)


def output_gradient(rng):
    yield np.array([[1.0, 0.0]]), np.array([0])
    yield np.array([[1.0, 0.0]]), np.array([1])
    for T, _, V, _ in sizes(rng, 15):
        yield probabilities(rng, T, V + 1), rng.integers(0, V + 1, T)


def backward_step(rng):
    for scale in (1e-6, 1.0, 30.0, 1e4):
        for _, _, _, H in sizes(rng, 5):
            h, h_prev = np.tanh(rng.normal(scale=2, size=(2, H)))
            yield rng.normal(scale=scale, size=H), h, h_prev, rng.normal(size=(H, H))
    yield np.array([3, 1]), np.array([0.5, 1.0]), np.array([0.0, -1.0]), np.array([[1, 2], [0, 3]])


def _way_back(rng, batch):
    for T, B, V, H in [*sizes(rng, 12), (1, 1, 1, 1), (4, 4, 3, 4)]:
        more = (int(B),) if batch else ()
        inputs, targets = rng.integers(0, V + 1, (2, T, *more))
        Wxh, Whh, Why, _, _ = weights(rng, V + 1, H, 1.0)
        hs = np.tanh(rng.normal(size=(T + 1, *more, H)))
        yield inputs, targets, hs, probabilities(rng, T, *more, V + 1), Wxh, Whh, Why


def backward(rng):
    yield from _way_back(rng, False)


def backward_batched(rng):
    yield from _way_back(rng, True)


def numerical_gradient(rng):
    for f in (
        lambda a: float((a**2).sum()),
        lambda a: float(np.sin(a).sum() + a.prod()),
        lambda a: float(a.ravel()[0] * 3),
        lambda a: float(np.exp(a).sum()),
    ):
        for shape in [(1,), (3,), (2, 2), (2, 3), (1, 2, 2)]:
            yield f, rng.normal(size=shape)


def _gradients(rng, scale):
    return {
        "Wxh": rng.normal(size=(3, 2)) * scale,
        "bh": rng.normal(size=4) * scale,
        "by": np.zeros(2),
    }


def clip_by_value(rng):
    yield {"bh": np.array([np.inf, 1.0, -np.inf])}, 5.0
    yield {"bh": np.array([7, -7, 2])}, 3
    for scale in (1e-9, 0.1, 1.0, 7.0, 1e6):
        for limit in (0.01, 0.5, 5.0, 50.0, 1000.0):
            yield _gradients(rng, scale), limit


def clip_by_norm(rng):
    yield {"bh": np.zeros(3), "by": np.zeros(1)}, 1.0
    yield {"bh": np.array([6, 8])}, 5
    for scale in (1e-9, 0.1, 1.0, 7.0, 1e6):
        for limit in (0.01, 0.5, 5.0, 50.0, 1000.0):
            yield _gradients(rng, scale), limit


def sgd_update(rng):
    for scale in (1e-9, 1.0, 7.0, 300.0, 1e6):
        for rate in (1e-3, 0.1, 0.7, 3.0):
            yield rng.normal(size=(2, 3)) * 200, rng.normal(size=(2, 3)) * scale, rate


def adagrad_update(rng):
    for scale in (0.0, 1e-9, 1e-4, 1.0, 7.0, 300.0, 1e6):
        for rate in (1e-3, 0.1, 3.0):
            for old in (0.0, 1e-8, 1.0, 1e6):
                yield (
                    rng.normal(size=(2, 3)) * 200,
                    rng.normal(size=(2, 3)) * scale,
                    rng.random((2, 3)) * old,
                    rate,
                )


def adam_update(rng):
    for scale in (0.0, 1e-9, 1e-4, 1.0, 300.0, 1e6):
        for t in (1, 2, 10, 3000):
            for old in (0.0, 1.0, 1e6):
                grad = rng.normal(size=(2, 3)) * scale
                mean, square = rng.normal(size=(2, 3)) * old, rng.random((2, 3)) * old**2
                yield rng.normal(size=(2, 3)) * 200, grad, mean, square, t, 0.1


def chunks(rng):
    for n in range(2, 15):
        for T in range(1, 6):
            yield list(rng.integers(0, 9, n)), T
    yield rng.integers(0, 9, 101), 25


def _model(rng, text, H, scale):
    model = Model(text, H, 4, float(rng.choice([0.05, 0.1, 1.0])), seed=int(rng.integers(99)))
    for name, array in model.parameters.items():
        array[...] = rng.normal(size=array.shape) * scale
        model.memory[name][...] = rng.random(array.shape) * rng.choice([0.0, 1.0, 50.0])
    return model


def train_step(rng):
    for text in ("ab", "hope", "that perches"):
        for H in (1, 3, 6):
            for scale in (0.01, 1.0, 5.0):
                model, T = _model(rng, text, H, scale), int(rng.integers(1, 30))
                inputs, targets = rng.integers(0, model.vocab_size, (2, T))
                yield model, inputs, targets, np.tanh(rng.normal(size=H))


def train(rng):
    for text in ("ab", "hope", "that perches"):
        for H in (1, 3, 6):
            for length, T in ((2, 1), (4, 3), (9, 4), (11, 4), (13, 4), (40, 5)):
                model = _model(rng, text, H, 1.0)
                model.seq_length = T
                indices = rng.integers(0, model.vocab_size, length)
                yield model, indices, int(rng.integers(1, 12))


def sample_character(rng):
    for row in ([1.0], [0.0, 1.0, 0.0], [0.5, 0.5], [0.1, 0.2, 0.7], [0.7, 0.0, 0.3], [0.25] * 4):
        yield np.array(row), np.random.default_rng(5)


def apply_temperature(rng):
    for scale in (1e-3, 1.0, 300.0, 3000.0):
        for temperature in (0.01, 0.5, 1.0, 2.0, 50.0):
            for shape in [(1,), (4,), (2, 3)]:
                yield rng.normal(scale=scale, size=shape), temperature
    yield np.array([1, 2, 3]), 2


def generate(rng):
    for H in (2, 5):
        model = _model(rng, "hope this", H, 1.5)
        for prompt in ("h", "hope", "this hope"):
            for n in (0, 1, 3):
                for temperature in (0.001, 1.0, 3.0):
                    yield model, prompt, n, temperature, np.random.default_rng(3)


def top_p(rng):
    for size in (1, 2, 3, 5, 22):
        for scale in (0.3, 2.0, 5.0):
            for p in (0.1, 0.5, 0.9, 0.99, 1.0):
                yield probabilities(rng, size, scale=scale), p
    yield np.array([0.1, 0.2, 0.3, 0.4]), 1.0


def hidden_states(rng):
    for H in (1, 2, 5):
        for scale in (0.1, 1.0, 3.0):
            model = _model(rng, "hope this", H, scale)
            for text in ("h", "ss", "hope", "this hope this"):
                yield model, text


def unit_correlation(rng):
    for T, H in [(2, 1), (3, 3), (4, 2), (30, 5), (200, 3)]:
        for shift, scale in ((0.0, 1.0), (5.0, 1.0), (0.0, 1e-3), (-2.0, 100.0)):
            yield rng.normal(size=(T, H)) * scale + shift, rng.normal(size=T) * scale + shift
    yield rng.normal(size=(20, 3)), rng.integers(0, 2, 20)
    yield rng.normal(size=(20, 3)), np.arange(20) % 3 == 0


def ablate(rng):
    for H in (2, 5):
        for scale in (0.1, 1.5):
            model = _model(rng, "hope this", H, scale)
            for unit in range(H):
                for text in ("ho", "this hope"):
                    yield model, unit, text


def loss_and_gradients(rng):
    for T, V, H in ((1, 2, 1), (2, 3, 2), (5, 3, 4), (4, 4, 4), (20, 6, 3)):
        for scale in (0.01, 0.5, 1.5):
            h_prev = np.tanh(rng.normal(size=H))
            ixs = rng.integers(0, V, (2, T))
            yield ixs[0], ixs[1], h_prev, *weights(rng, V, H, scale)


def perplexity(rng):
    yield from [(0.0, 5), (math.log(2), 1), (1.0, 1), (7.5, 3), (5e5, 10_000), (1, 4)]
    for _ in range(20):
        count = int(rng.integers(1, 3000))
        yield float(rng.random() * 4.5 * count), count


def split_text(rng):
    for text in [*TEXTS, "to be or not to be", "one\ntwo\nthree\n", "a b c d e f g", "x" * 101]:
        for fraction in (0.1, 0.3, 0.5, 0.75, 0.9, 1 / 3, 0.999):
            yield text, fraction


def ngram_probability(rng):
    letters = "hope "
    for length in (1, 2, 3):
        counts = {}
        text = "".join(rng.choice(list(letters), 60))
        for i in range(length, len(text)):
            following = counts.setdefault(text[i - length : i], {})
            following[text[i]] = following.get(text[i], 0) + 1
        for _ in range(30):
            yield counts, "".join(rng.choice(list(letters), length)), str(rng.choice(list(letters)))
        yield counts, text[:length], "q"
        yield counts, "q" * length, "h"


def gru_step(rng):
    for B in (1, 2, 5):
        for V in (1, 2, 4):
            for H in (1, 2, 4):
                for scale in (0.1, 1.0, 5.0, 900.0):
                    shapes = (3, H, V), (3, H, H), (3, H)
                    yield (
                        np.eye(V)[rng.integers(V, size=B)],
                        np.tanh(rng.normal(size=(B, H))),
                        *(rng.normal(size=shape) * scale for shape in shapes),
                    )


def gru_backward_step(rng):
    for B in (1, 2, 5):
        for H in (1, 2, 4):
            for scale in (0.1, 1.0, 40.0):
                z, r = rng.random((2, B, H))
                h_prev, c = np.tanh(rng.normal(size=(2, B, H)))
                yield rng.normal(size=(B, H)) * scale, h_prev, z, r, c, rng.normal(size=(3, H, H))


def linear_scan(rng):
    for T in (1, 2, 3, 4, 5, 7, 8, 9, 16, 17, 40):
        for shape in ((T,), (T, 1), (T, 3), (T, 2, 3)):
            for least in (0.0, 0.3, 0.9):
                yield rng.uniform(least, 1.0, shape), rng.normal(size=shape)
    a, b = rng.uniform(0, 1, (9, 2)), rng.normal(size=(9, 2))
    a[4] = 0
    yield a, b


def linear_scan_backward(rng):
    for a, before in linear_scan(rng):
        yield rng.normal(size=a.shape), a, before


def mingru_forward(rng):
    for T, B, V, H in sizes(rng, 30):
        V += 1
        weights = (rng.normal(size=shape) for shape in ((H, V), (H, V), H, H))
        yield rng.integers(V, size=(T, B)), rng.normal(size=(B, H)), *weights


def to_torch(rng):
    for H, V in rng.integers(1, 7, (25, 2)):
        yield tuple(weights(rng, V, H, 1.0))
    yield tuple(weights(rng, 3, 3, 2.0))


def from_torch(rng):
    names = ("rnn.weight_ih_l0", "rnn.weight_hh_l0", "linear.weight", "rnn.bias_ih_l0")
    names += ("linear.bias",)
    for arrays in to_torch(rng):
        state = dict(zip(names, arrays, strict=True))
        state["rnn.bias_hh_l0"] = rng.normal(size=len(arrays[3]))
        yield ({name: state[name] for name in rng.permutation(sorted(state)).tolist()},)
