"""What lessons 10 to 13 claim."""

import copy
import cProfile
import pstats
from functools import cache

import numpy as np

from course import clinic, measured, speed
from course.baselines import ladder
from course.exercises import EXERCISES
from course.plots import blame_over_distance, smoothed
from course.texts import (
    DICKINSON,
    VERSE,
    python_reference,
    recall_accuracy,
    recall_text,
    reference_parts,
)
from rnn_core import (
    RNN,
    Adam,
    FastRNN,
    Vocabulary,
    clip_by_norm,
    cross_entropy,
    one_hot,
    orthogonal,
    softmax,
)

from .networks import EVEN, TEXT, T, Untransposed, original, trained
from .register import claim

# Lesson 10 -----------------------------------------------------------------------------------


@claim(
    10,
    "checklist",
    "Wrong targets do not show here, as an even guess is equally wrong about all",
    "weights a hundred times as large, which do show",
    range(5),
    quick=True,
)
def the_first_loss_does_not_see_targets(seed):
    quiet, loud = original(seed), original(seed)
    loud.Why = loud.Why * 1000
    (_, ps), (_, louder) = (model.forward(TEXT[:T], np.zeros(64)) for model in (quiet, loud))
    losses = [
        cross_entropy(ps, targets) for targets in (TEXT[:T], TEXT[1 : T + 1], TEXT[2 : T + 2])
    ]
    return (
        max(abs(loss - EVEN) for loss in losses)
        < 0.05
        < abs(cross_entropy(louder, TEXT[:T]) - EVEN)
    )


@claim(
    10,
    "cure-D",
    "The level it rests on is the loss of a table of single letters.",
    "a healthy training after as many updates",
)
def asleep_at_the_level_of_single_letters():
    case = clinic.examine("D")
    letters = ladder(DICKINSON, DICKINSON, orders=(1,))["1-gram"]
    return (
        abs(case.losses[-100:].mean() / T - letters) < 0.05
        and clinic.healthy_case().losses[-100:].mean() / T < letters / 10
    )


@claim(
    10,
    "cure-F",
    "An average over a chunk hides this",
    "a healthy training, whose places are alike",
)
def the_first_places_pay_for_a_lost_state():
    ill, well = clinic.examine("F").by_step, clinic.healthy_case().by_step
    return ill[0] > 5 * np.median(ill) and well[0] < 1 < ill[0]


@claim(
    10,
    "cure-G",
    "How much it harms is luck",
    "healthy trainings from the same starts",
    ((1, 2, 3, 4),),
)
def a_wrong_gradient_trains(seeds):
    wrong = [
        original(s, Untransposed).train(DICKINSON, 1200, report=None)[-50:].mean() for s in seeds
    ]
    right = [trained(seed, 3001)[1][1150:1200].mean() for seed in seeds]
    return (
        max(wrong) < EVEN
        and np.median(wrong) > 2 * np.median(right)
        and max(wrong) > 2 * min(wrong)
    )


@claim(
    10,
    "cure-B",
    "A learning rate of 0.005, a twentieth, cures this patient too",
    "the patient as it came",
)
def a_shorter_step_is_a_shorter_step():
    class Slow(clinic.B):
        learning_rate = 0.005

    return clinic.train(Slow).true_loss < clinic.WELL < clinic.examine("B").true_loss


@claim(
    10,
    "read-I",
    "it has become sure of one page, and takes every other for it",
    "the same training on 400,000 characters",
)
def one_page_by_heart_spoils_the_others():
    reference = python_reference()
    held_back = Vocabulary(reference).encode(reference[-20_000:-17_000])

    def ends(text):
        model = RNN(None, 64, 25, seed=1)
        model.vocabulary, losses = Vocabulary(reference), []
        for _ in range(6):
            model.train(text, 100, batch_size=8, report=None)
            _, ps = model.forward(held_back[:-1], np.zeros(64))
            losses.append(cross_entropy(ps, held_back[1:]) / len(ps))
        return losses

    few, many = ends(reference[:800]), ends(reference[:-40_000])
    return few[-1] > few[0] and many[-1] < many[0] and many[-1] < few[-1] - 1


# Lesson 11 -----------------------------------------------------------------------------------


@claim(
    11,
    "profile-read",
    "a hundred updates make thousands of calls, because each of the 25 time steps is gone through alone",
    "the network with one product for all steps",
    quick=True,
)
def the_book_makes_many_calls():
    def calls(make):
        network = make()
        network.update()
        with cProfile.Profile() as profile:
            for _ in range(5):
                network.update()
        return pstats.Stats(profile).total_calls / 5

    steps = dict(speed.STEPS)
    return calls(steps["by the book"]) > 3 * calls(steps["in place"]) > 0


@claim(
    11,
    "in-place-text",
    "the same results from the same weights",
    "weights that differ in the tenth digit",
    range(3),
    quick=True,
)
def fast_is_the_same(seed):
    losses = []
    for kind, change in ((RNN, 0.0), (FastRNN, 0.0), (RNN, 1e-4)):
        model = kind(22, 32, 25, seed=seed)
        model.optimizer, model.Why = Adam(1e-3), model.Why * (1 + change)
        losses.append(model.train(DICKINSON, 20, report=None))
    return np.allclose(losses[0], losses[1], rtol=1e-9) and not np.allclose(*losses[1:], rtol=1e-9)


@claim(
    11,
    "roof-read",
    "this size gains most",
    "512 units, whose weights lie in the cache",
)
def batches_pay_most_where_a_call_costs_most():
    points = speed.products()
    return speed.gain(points, 64) > 1.5 * speed.gain(points, 512)


# Lesson 12 -----------------------------------------------------------------------------------


@cache
def parts():
    return reference_parts()


@cache
def alphabet():
    return Vocabulary(python_reference())


def reader(hidden, seed, wxh=1.0, kind=FastRNN, rate=3e-3):
    """Lesson 12's network: Whh a rotation, Wxh as the original's times a factor."""
    model = kind(len(alphabet()), hidden, 50, seed=seed, dtype=np.float32)
    model.vocabulary, model.optimizer = alphabet(), Adam(rate)
    model.Whh, model.Wxh = orthogonal(hidden, model.rng), wxh * model.Wxh
    return model


def exam_loss(model, text):
    read = model.vocabulary.encode(text)
    _, ps = model.forward(read[:-1], np.zeros(model.hidden_size))
    return cross_entropy(ps[3:], read[4:]) / (len(read) - 4)


def share_read(exam, read, length=50):
    pieces = [exam[i : i + length] for i in range(0, len(exam) - length, length)]
    words = [piece for piece in pieces if any(map(str.isalpha, piece))]
    return np.mean([piece in read for piece in words])


@claim(
    12,
    "leak-read",
    "stand word for word in the one on all compound statements",
    "parts that are cut between topics, without repeats",
    quick=True,
)
def the_last_tenth_has_been_read():
    text = python_reference()
    cut = len(text) * 9 // 10
    leaky = share_read(text[cut:], text[:cut])
    return leaky > 0.05 and share_read(parts().validation[:20_000], parts().training) < 0.02


@claim(
    12,
    "by-heart-read",
    "Then it learns this text, and pays for it elsewhere",
    "the same network early in its training",
    (0, 1, 2),
)
def learning_by_heart_costs_elsewhere(seed):
    text, model, outside = python_reference(), reader(96, seed), []
    model.seq_length = 25
    for _ in range(10):
        losses = model.train(text[200_000:203_000], 100, batch_size=8, report=None)
        outside.append(exam_loss(model, text[-3000:]))
    return losses.mean() / 200 < outside[-1] / 2 and outside[-1] > min(outside) + 0.1


@claim(
    12,
    "ladder-read",
    "An opponent who is worse than need be makes for cheap victories.",
    "the same contexts by three ways of smoothing",
)
def smoothing_decides_how_good_a_table_is():
    exam = parts().validation[:20_000]
    added, mixed, best = (
        ladder(parts().training, exam, orders=(4, 5), smoothing=kind)
        for kind in ("add-k", "interpolated", "kneser-ney")
    )
    return added["5-gram"] > added["4-gram"] and best["5-gram"] < mixed["5-gram"] < mixed["4-gram"]


class NoMemory(FastRNN):
    def backward(self, *args):
        gradients = super().backward(*args)
        gradients["Whh"][...] = 0
        return gradients


@cache
def starts(seed, wxh):
    """Lesson 12's three ways to start, and their smoothed losses."""
    N, runs = np.random.default_rng(seed).standard_normal((64, 64)), {}
    for name, kind, Whh in (
        ("tiny", FastRNN, 0.01 * N),
        ("orthogonal", FastRNN, None),
        ("none", NoMemory, np.zeros((64, 64))),
    ):
        model = reader(64, seed, wxh, kind)
        model.Whh = model.Whh if Whh is None else Whh
        runs[name] = smoothed(model.train(parts().training, 300, batch_size=16, report=None), 0.95)
    return {name: np.array(run) / 800 for name, run in runs.items()}


@claim(
    12,
    "start-read",
    "the network without one is the first to leave",
    "the same network with a memory, tiny or a rotation",
    (0, 1),
)
def no_memory_leaves_the_plateau_first(seed):
    runs = starts(seed, 1)
    return runs["none"][150] < min(runs["tiny"][150], runs["orthogonal"][150]) - 0.1


@claim(
    12,
    "stuck-read",
    "The cause is not W_{hh}, but the tiny W_{xh}.",
    "Wxh from N(0, 1), with either Whh",
    (0, 1),
)
def a_larger_wxh_is_the_cure(seed):
    runs, small = starts(seed, 100), starts(seed, 1)
    return (
        abs(runs["tiny"][-1] - runs["orthogonal"][-1]) < 0.15
        and runs["tiny"][-1] < small["tiny"][-1] - 0.2
        and runs["none"][-1] > runs["orthogonal"][-1] + 0.2
    )


@claim(
    12,
    "stuck-read",
    "until every unit stands against its wall",
    "Wxh from N(0, 1)",
    (0, 1, 2),
    quick=True,
)
def a_tiny_wxh_saturates(seed):
    spread = {}
    for wxh in (1, 100):
        model = reader(64, seed, wxh)
        model.Whh = 0.01 * np.random.default_rng(seed).standard_normal((64, 64))
        model.train(parts().training, 50, batch_size=16, report=None)
        hs = model.forward(model.vocabulary.encode(parts().training[:2000]), np.zeros(64))[0][1:]
        spread[wxh] = hs.std(axis=0).mean()
    return spread[1] < 0.05 and spread[100] > 0.2


@claim(
    12,
    "falling-read",
    "with steps of one size a network keeps jumping about the place where it should settle",
    "the same updates with a rate that falls",
    (0, 1),
)
def a_falling_rate_settles(seed):
    model = reader(96, seed, 100)
    model.train(parts().training, 700, batch_size=8, report=None)
    twin, exam = copy.deepcopy(model), parts().validation[:20_000]
    for left in range(20, 0, -1):
        twin.learning_rate = 3e-3 * left / 20
        model.train(parts().training, 15, batch_size=8, report=None)
        twin.train(parts().training, 15, batch_size=8, report=None)
    return exam_loss(twin, exam) < exam_loss(model, exam) - 0.02


@claim(
    12,
    "race-read",
    "and the network is worse on what it has read as well",
    "the same network with a rate that falls, in the stored race",
    quick=True,
)
def a_constant_rate_is_restless():
    rows = measured.load("race").rows
    falling = [row["training"] for row in rows if row["rate"] == "falling"]
    return min(row["training"] for row in rows if row["rate"] == "constant") > max(falling) + 0.1


@claim(
    12,
    "privacy-read",
    "It does. It had met the sentence often",
    "a network that has read the verse without it",
    (0, 1),
)
def a_network_tells_what_it_has_read(seed):
    def said(secret):
        text = (VERSE * 2 + secret) * 60
        vocabulary = Vocabulary(VERSE + "My password is swordfish. ")
        model = FastRNN(len(vocabulary), 64, 25, seed=seed, dtype=np.float32)
        model.vocabulary = vocabulary
        model.optimizer, model.Whh = Adam(5e-3), orthogonal(64, model.rng)
        model.train(text, 600, batch_size=8, report=None)
        return model.generate(VERSE + "My password is ", 9, temperature=0.1, rng=0)

    return said("My password is swordfish. ") == "swordfish" != said("")


# Lesson 13 -----------------------------------------------------------------------------------


def plain_network(seed, recurrent="small", loudness=1.0):
    model = FastRNN(7, 32, 25, seed=seed)
    model.Wxh = model.Wxh * 100 * loudness
    if recurrent == "orthogonal":
        model.Whh = orthogonal(32, model.rng)
    return model


def remember(p, forward, backward, gap, updates=600):
    """Lesson 13's loop; the share of symbols recalled."""
    practice, exam = recall_text(gap, 20_000, rng=1), recall_text(gap, 4_000, rng=2)
    vocabulary, optimizer, steps = Vocabulary(practice.text), Adam(1e-2), 2 * (gap + 3)
    indices = vocabulary.encode(practice.text)
    stream = indices[: len(indices) // 16 * 16].reshape(16, -1).T
    h, start = np.zeros((16, 32)), 0
    for _ in range(updates):
        if start + steps + 1 > len(stream):
            h, start = np.zeros((16, 32)), 0
        inputs, targets = stream[start : start + steps], stream[start + 1 : start + steps + 1]
        passed = forward(inputs, h)
        optimizer.update(p, clip_by_norm(backward(inputs, targets, *passed), 1.0))
        h, start = passed[0][-1], start + steps
    asked = vocabulary.encode(exam.text)
    return recall_accuracy(
        forward(asked[:-1, None], np.zeros((1, 32)))[1][:, 0], asked, exam.positions
    )


@cache
def share(seed, gap, *start):
    model = plain_network(seed, *start)
    return remember(model.parameters, model.forward, model.backward, gap)


@claim(
    13,
    "plain-read",
    "Five characters it can bridge, fifteen it cannot: there it guesses.",
    "the same network at a gap of five",
    ((0, 1, 2),),
)
def the_small_start_forgets_at_fifteen(seeds):
    five, fifteen = ([share(seed, gap) for seed in seeds] for gap in (5, 15))
    return np.median(five) > 0.9 and max(fifteen) < 0.5


@claim(
    13,
    "starts-read",
    "with the one start it guesses, with the other it remembers, now and then with an exception",
    "the same network, optimiser, text and number of updates",
    range(6),
    hold=5,
)
def the_start_decides(seed):
    return share(seed, 15) < 0.5 and share(seed, 15, "orthogonal", 0.1) > 0.9


@claim(
    13,
    "starts-read",
    "Either half of the cure alone helps some seeds and leaves others guessing; it takes both.",
    "either half alone",
    ((0, 1, 2),),
)
def half_a_cure_is_not_enough(seeds):
    halves = [share(s, 15, *half) for s in seeds for half in (("orthogonal", 1.0), ("small", 0.1))]
    both = np.median([share(seed, 15, "orthogonal", 0.1) for seed in seeds])
    return np.median(halves) < 0.8 and both > 0.9


def blame_at(distance, *start, seed=0):
    model = plain_network(seed, *start)
    read = Vocabulary("abcd.? ").encode(recall_text(15, 36, rng=1).text)[:30]
    return blame_over_distance(model, model.forward(read, np.zeros(32))[0])[distance]


@claim(
    13,
    "predict-starts",
    "At a distance of 16, where the symbol stands, one of the four has a third of the blame left.",
    "the small start",
    range(5),
    quick=True,
)
def blame_arrives_from_the_good_start(seed):
    good = blame_at(16, "orthogonal", 0.1, seed=seed)
    return 0.2 < good < 0.6 and blame_at(16, seed=seed) < 1e-8


step, step_back = (EXERCISES[name].reference for name in ("gru_step", "gru_backward_step"))


def start_gru(seed):
    rng = np.random.default_rng(seed)

    def draw(*shape):
        return rng.standard_normal(shape) / np.sqrt(shape[-1])

    b = np.zeros((3, 32)) - [[2.0], [0.0], [0.0]]
    return {
        "W": draw(3, 32, 7),
        "U": draw(3, 32, 32),
        "b": b,
        "Why": draw(7, 32),
        "by": np.zeros(7),
    }


def gru_forward(p, inputs, h):
    hs, gates = [h], []
    for x in one_hot(inputs, 7):
        *gate, h = step(x, h, p["W"], p["U"], p["b"])
        hs.append(h)
        gates.append(gate)
    hs = np.array(hs)
    return hs, softmax(hs[1:] @ p["Why"].T + p["by"]), np.array(gates)


def gru_backward(p, inputs, targets, hs, ps, gates):
    def rows(array):
        return array.reshape(-1, array.shape[-1])

    dys, dh, das = ps - one_hot(targets, 7), np.zeros_like(hs[0]), []
    for t in reversed(range(len(inputs))):
        da, dh = step_back(dh + dys[t] @ p["Why"], hs[t], *gates[t], p["U"])
        das.append(da)
    das, x, before = np.array(das[::-1]), one_hot(inputs, 7), hs[:-1]
    seen = (before, before, gates[:, 1] * before)
    return {
        "W": np.array([rows(das[:, k]).T @ rows(x) for k in range(3)]),
        "U": np.array([rows(das[:, k]).T @ rows(seen[k]) for k in range(3)]),
        "b": das.sum(axis=(0, 2)),
        "Why": rows(dys).T @ rows(hs[1:]),
        "by": dys.sum(axis=(0, 1)),
    }


@cache
def gated(seed):
    p = start_gru(seed)
    found = remember(p, lambda *read: gru_forward(p, *read), lambda *way: gru_backward(p, *way), 15)
    return found, p


@claim(
    13,
    "gru-blame-text",
    "As good. And that is no wonder: here is the blame it has left before any training",
    "the best and the worst start of the plain network",
    range(3),
    quick=True,
)
def a_gru_starts_no_better(seed):
    p, blame = start_gru(seed), np.eye(32)
    read = Vocabulary("abcd.? ").encode(recall_text(15, 36, rng=1).text)[:30]
    hs, _, gates = gru_forward(p, np.repeat(read[:, None], 32, axis=1), np.zeros((32, 32)))
    for t in range(29, 13, -1):
        _, blame = step_back(blame, hs[t], *gates[t], p["U"])
    left = np.linalg.norm(blame) / np.sqrt(32)
    good = blame_at(16, "orthogonal", 0.1, seed=seed)
    return good / 3 < left < 3 * good and blame_at(16, seed=seed) < left / 1e6


@claim(
    13,
    "exchange-read",
    "So the symbol is kept behind closed gates.",
    "the four most open units",
    (0, 1, 2, 3),
    hold=3,
)
def the_symbol_is_kept_behind_closed_gates(seed):
    _, p = gated(seed)
    text = recall_text(15, 4_000, rng=3).text
    characters = sorted(set(text))
    read = Vocabulary(text).encode(text)[:, None]
    hs, _, gates = gru_forward(p, read, np.zeros((1, 32)))
    order = gates[:, 0, 0][[char == "." for char in text]].mean(axis=0).argsort()
    places = np.array([place for place, char in enumerate(text) if char == "?"])
    right = np.array(list(text))[places + 1]
    own, other = hs[places, 0], np.roll(hs[places, 0], 1, axis=0)

    def foreign(units):
        mixed = own.copy()
        mixed[:, units] = other[:, units]
        *_, h = step(one_hot(read[places, 0], 7), mixed, p["W"], p["U"], p["b"])
        answers = np.array(characters)[(h @ p["Why"].T + p["by"]).argmax(axis=1)]
        return (answers == np.roll(right, 1))[right != np.roll(right, 1)].mean()

    return foreign(order[:4]) > foreign(order[-4:]) + 0.1


@claim(
    13,
    "measured-read",
    "At a gap of 15 they make none: nearly all runs of both networks remember",
    "the plain network, well started, in the stored measurement",
    quick=True,
)
def gates_make_no_difference_at_fifteen():
    rows = [row for row in measured.load("memory").rows if row["gap"] == 15]
    solved = {
        name: np.mean([row["updates"] is not None for row in rows if row["network"] == name])
        for name in ("plain, orthogonal", "GRU")
    }
    return min(solved.values()) > 0.8


@claim(
    13,
    "gate-read",
    "On the way back the blame goes through a closed gate unchanged: a factor of exactly 1",
    "a gate that is half open",
    range(3),
    quick=True,
)
def a_closed_gate_hands_blame_on(seed):
    rng = np.random.default_rng(seed)
    dh, h, U = rng.normal(size=(2, 4)), rng.normal(size=(2, 4)), rng.normal(size=(3, 4, 4))
    r, c = rng.random((2, 4)), np.tanh(rng.normal(size=(2, 4)))
    closed, half = (step_back(dh, h, np.full((2, 4), z), r, c, U)[1] for z in (0.0, 0.5))
    return np.array_equal(closed, dh) and not np.allclose(half, dh)


@claim(
    13,
    "attention-read",
    "Nothing has to be carried through the dots, so nothing can be lost there",
    "a query that asks how late, and not whether a round begins",
    range(3),
    quick=True,
)
def attention_reads_at_any_distance(seed):
    def right(gap, query):
        text = recall_text(gap, 6 * (gap + 3), rng=seed).text
        question = text.rindex("?")
        begins = [place == 0 or text[place - 1] == " " for place in range(question)]
        keys = np.stack([begins, np.arange(question) / (gap + 3)], axis=1)
        values = one_hot(Vocabulary(text).encode(text[:question]), len(Vocabulary(text)))
        read = softmax(keys @ query) @ values
        return Vocabulary(text).decode([read.argmax()]) == text[question + 1]

    gaps = (6, 60, 600)
    return all(right(gap, [12, 2]) for gap in gaps) and not any(right(gap, [0, 2]) for gap in gaps)
