"""What lessons 6 to 9 claim."""

import copy
from functools import cache

import numpy as np

from course.baselines import ladder
from course.exercises import Model
from course.features import FEATURES, from_the_character, given_the_character
from course.texts import DICKINSON, reference_parts
from rnn_core import Adagrad, Adam, FastRNN, Vocabulary, cross_entropy, orthogonal, softmax

from .networks import (
    EVEN,
    ONCE,
    SGD,
    TEXT,
    T,
    V,
    at_45,
    eight_runs,
    epochs,
    original,
    trained,
)
from .register import claim

# Lesson 6 ------------------------------------------------------------------------------------


@claim(
    6,
    "surprise-read",
    "All five that come once are predicted worse than before training.",
    "the four most frequent, which are predicted better",
    (1, 2, 3, 4),
)
def rare_characters_pay_under_one_rate(seed):
    surprises = at_45("SGD", seed)
    frequent = np.bincount(TEXT[:119]).argsort()[-4:]
    return (surprises[ONCE] > np.log(V)).all() and (surprises[frequent] < np.log(V)).all()


@claim(
    6,
    "rates-text",
    "at the same loss each of those that come once costs less than under SGD",
    "SGD, stopped at the same loss",
    (1, 2, 3, 4),
)
def rare_characters_pay_less_under_adagrad(seed):
    ours, theirs = at_45("Adagrad", seed)[ONCE], at_45("SGD", seed)[ONCE]
    return (ours < theirs).all() and ours.mean() < theirs.mean() - 0.4


@claim(
    6,
    "valley-text",
    "With that rate SGD ends worse than it began, although train clips every gradient at 5",
    "SGD with a thirtieth of the rate",
    (1, 2, 3),
    quick=True,
)
def the_rate_of_adagrad_is_too_much_for_plain_steps(seed):
    ends = {}
    for rate in (0.1, 0.003):
        model = original(seed)
        model.optimizer = SGD(rate)
        ends[rate] = model.train(DICKINSON, 300, report=None)[-25:].mean()
    return ends[0.1] > EVEN > ends[0.003] + 5


@claim(
    6,
    "original-read",
    "The first steps wipe out the weights that were drawn, and the loss leaps up.",
    "first steps a hundredth as long",
    range(10),
    quick=True,
)
def the_first_steps_are_a_leap(seed):
    losses, gentle = (
        original(seed, rate=rate).train(DICKINSON, 20, report=None) for rate in (0.1, 0.001)
    )
    return (losses > EVEN).mean() > 0.5 and losses.max() > 100 and gentle.max() < EVEN + 0.1


@claim(
    6,
    "memory-read",
    "a tenth to a twentieth of the memory of the four most frequent",
    "the four most frequent characters",
    range(1, 7),
)
def the_memory_of_the_rare_is_small(seed):
    memory = trained(seed)[0].memory["Wxh"].mean(axis=0)
    frequent = np.bincount(TEXT[:119]).argsort()[-4:]
    return 0.02 < memory[ONCE].mean() / memory[frequent].mean() < 0.2


@claim(
    6,
    "rates-read",
    "three times to its right lies ruin",
    "Adagrad at three times a rate that works",
    (1, 2, 3),
)
def adagrad_forgives_a_rate_three_times_too_large(seed):
    def end(optimizer):
        model = original(seed)
        model.optimizer = optimizer
        return np.median(model.train(DICKINSON, 600, report=None)[-200:])

    best = min((0.003, 0.01), key=lambda rate: end(SGD(rate)))
    return end(SGD(3 * best)) > 0.8 * EVEN and end(Adagrad(0.03)) < 45 and end(Adagrad(0.1)) < 45


@claim(
    6,
    "adam-read",
    "in the end its steps are as long as they were at first",
    "Adagrad on the same gradients",
    quick=True,
)
def a_memory_that_fades_recovers():
    grads, steps = np.concatenate([np.full(100, 10.0), np.full(9900, 0.1)]), {}
    for name, optimizer in (("Adam", Adam(0.1)), ("Adagrad", Adagrad(0.1))):
        weights, at = {"w": np.zeros(1)}, []
        for gradient in grads:
            optimizer.update(weights, {"w": np.array([gradient])})
            at.append(weights["w"].item())
        steps[name] = np.abs(np.diff(at))
    return steps["Adam"][-1] > 0.095 and steps["Adagrad"][-1] < 0.0002


# Lesson 7 ------------------------------------------------------------------------------------


@claim(
    7,
    "hope-read",
    "So it did from four starts in ten that we tried, and from none with a learning rate of 0.01.",
    "an update a tenth as long",
    (range(10),),
    quick=True,
)
def the_first_step_can_be_too_long(seeds):
    def change(rate, seed):
        model = Model("hope", hidden_size=3, seq_length=4, learning_rate=rate, seed=seed)
        read = np.array([model.char_to_ix[char] for char in "hopeh"])
        losses = []
        for _ in range(2):
            hs, ps = model.forward(read[:-1], np.zeros(3))
            losses.append(cross_entropy(ps, read[1:]))
            model.update_params(model.backward(read[:-1], read[1:], hs, ps))
        return losses[1] - losses[0]

    worse = {rate: sum(change(rate, seed) > 0 for seed in seeds) for rate in (0.1, 0.01)}
    return worse == {0.1: 4, 0.01: 0}


@claim(
    7,
    "by-place-read",
    "The forgetting one has to find its place anew in every chunk",
    "the network that carries its state",
    (1, 2),
)
def a_carried_state_is_worth_the_first_characters(seed):
    by_place = {}
    for carry in (True, False):
        _, model = epochs(seed, 3, carry)
        h, surprises = np.zeros(64), []
        for start in range(0, len(TEXT) - T, T):
            hs, ps = model.forward(TEXT[start : start + T], h if carry else np.zeros(64))
            surprises.append(-np.log(ps[np.arange(T), TEXT[start + 1 : start + T + 1]]))
            h = hs[-1]
        by_place[carry] = np.mean(surprises, axis=0)
    return by_place[False][0] > 1 and by_place[False][0] > 5 * by_place[True][0]


@claim(
    7,
    "think-afresh",
    "the loss at such a return was about ten times as high as around it, and with zeros about three",
    "a state carried over the end of the text",
    (1, 2, 3),
    hold=2,
)
def a_state_carried_over_the_end_surprises_more(seed):
    def needle(afresh):
        losses, _ = epochs(seed, 3, afresh=afresh)
        return losses[950] / np.median(losses[920:950])

    return needle(False) > needle(True)


@claim(
    7,
    "core-read",
    "In the leap at the start each update makes such a difference about ten times larger.",
    "first steps a tenth as long, at which nothing grows",
    (1, 2, 3, 5),
    hold=3,
    quick=True,
)
def two_paths_part_by_the_first_steps(seed):
    def apart(rate):
        one, other = original(seed, rate=rate), original(seed, rate=rate)
        other.Whh[0, 0] += 1e-15
        runs = [model.train(DICKINSON, 30, report=None) for model in (one, other)]
        return np.abs(runs[0] / runs[1] - 1)

    long, short = apart(0.1), apart(0.01)
    return long[:8].max() < 1e-6 and long[12:].max() > 1e-5 and short.max() < 1e-10


@claim(
    7,
    "returns",
    "at such places, a loss higher than usual in most cases",
    "all other places at which a chunk begins",
    ("eight runs",),
)
def needles_stand_where_the_state_is_zeros(_):
    def higher(places):
        return np.mean(
            [run[i] > np.median(run[i - 30 : i]) for run in eight_runs() for i in places]
        )

    elsewhere = [i for i in range(500, 3001, 35) if i % 475]
    return higher(range(475, 3001, 475)) > 0.8 and higher(elsewhere) < 0.6


@claim(
    7,
    "luck-read",
    "A thousand iterations later the best and the worst are more than a factor of ten apart",
    "the same runs at the start",
    ("eight runs",),
)
def seeds_are_far_apart(_):
    smooth = [np.mean(run[950:1050]) for run in eight_runs()]
    first = [run[0] for run in eight_runs()]
    return max(smooth) > 5 * min(smooth) and max(first) < 1.001 * min(first)


@claim(
    7,
    "good-read",
    "It climbs past every table up to the 5-gram, which knows four characters back.",
    "the same network early on",
    ("eight runs",),
)
def it_climbs_past_every_table(_):
    five = ladder(DICKINSON, DICKINSON, orders=(5,))["5-gram"]
    late = np.median([run[-200:].mean() / T for run in eight_runs()])
    early = np.median([run[200:300].mean() / T for run in eight_runs()])
    return late < five < early


# Lesson 8 ------------------------------------------------------------------------------------


@claim(
    8,
    "temperatures-read",
    "The order of the characters is the same at every temperature",
    "how much they differ, which is not",
    range(3),
    quick=True,
)
def heat_changes_the_odds_and_not_the_order(seed):
    scores = np.random.default_rng(seed).normal(0, 2, 22)
    cold, hot = softmax(scores, 0.3), softmax(scores, 3.0)
    return (cold.argsort() == hot.argsort()).all() and cold.max() > 2 * hot.max()


@claim(
    8,
    "argmax-trouble",
    "as soon as the network comes back to a state it was in before, it goes round in a circle for ever",
    "drawing, from the same state",
    range(3),
)
def picking_goes_in_circles(seed):
    model, _ = trained(seed, 300)

    def repeats(temperature):
        said = model.generate("H", 3000, temperature, rng=seed)[-1000:]
        return any(said[n:] == said[:-n] for n in range(1, 400))

    return repeats(1e-4) and not repeats(1.0)


@claim(
    8,
    "warm-read",
    "With the last letter alone it cannot know which e it is in",
    "the whole prompt",
    range(3),
)
def a_prompt_warms_the_state(seed):
    model, _ = trained(seed, 3001)

    def next_after(prompt):
        read = model.vocabulary.encode(prompt)
        ps = model.forward(read, np.zeros(64))[1][-1]
        return dict(zip(model.vocabulary.characters, ps, strict=True))

    warm, cold = next_after("Hope is the thing with feathers that perche"), next_after("e")
    return warm["s"] > 0.8 and cold["s"] < 0.3 and cold[" "] > 0.5


# Lesson 9: one training serves them all -------------------------------------------------------


@cache
def inside(seed):
    """Lesson 9's network, trained and untrained, and its states on a page that it has not read."""
    training, validation, test = reference_parts()
    vocabulary, unseen = Vocabulary(training + validation + test), validation[:10_000]
    model = FastRNN(len(vocabulary), 96, 50, seed=seed, dtype=np.float32)
    model.vocabulary, model.optimizer = vocabulary, Adam(3e-3)
    model.Whh, model.Wxh = orthogonal(96, model.rng), 100 * model.Wxh
    untrained = copy.deepcopy(model)
    model.train(training, 1200, batch_size=16, report=None)
    cut = copy.deepcopy(model)
    cut.Whh = np.zeros((96, 96))
    read = vocabulary.encode(unseen)
    networks = {"trained": model, "untrained": untrained, "memory cut": cut}
    states = {name: net.forward(read, np.zeros(96))[0][1:] for name, net in networks.items()}
    return model, unseen, states


def correlation(hs, feature):
    hs, feature = hs - hs.mean(axis=0), feature - feature.mean()
    spread = hs.std(axis=0) * feature.std()
    return (hs * feature[:, None]).mean(axis=0) / np.where(spread > 0, spread, np.inf)


def best(hs, feature):
    return np.abs(correlation(hs, feature)).max()


def probes(seed):
    _, unseen, states = inside(seed)
    found = {}
    for who in ("trained", "untrained"):
        table = np.column_stack([states[who], np.ones(len(unseen))]).astype(float)
        for name, of in FEATURES.items():
            feature = of(unseen)
            weights = np.linalg.lstsq(table[:5000], feature[:5000])[0]
            guess, text = (table @ weights)[5000:, None], unseen[5000:]
            truth = given_the_character(feature[5000:], text)
            found[who, name] = best(given_the_character(guess, text), truth)
    return found


SEEDS = (0, 1, 2)


@claim(
    9,
    "states-intro",
    "It has learned more than any table of pairs can hold.",
    "a table of pairs counted on the very page of the exam",
    SEEDS,
)
def it_holds_more_than_pairs(seed):
    model, unseen, _ = inside(seed)
    read = model.vocabulary.encode(unseen)
    _, ps = model.forward(read[:-1], np.zeros(96))
    own = ladder(unseen, unseen, orders=(2,))["2-gram"]
    return cross_entropy(ps, read[1:]) / len(ps) < own


@claim(
    9,
    "given-text",
    "The controls pass the test as well, and the character alone often beats the best unit.",
    "shifted features, which is what chance can do",
    SEEDS,
)
def controls_pass_the_first_test(seed):
    _, unseen, states = inside(seed)
    passed = dict.fromkeys(states, 0)
    beaten = 0
    for of in FEATURES.values():
        feature = of(unseen)
        for who, hs in states.items():
            shifts = (np.roll(feature, shift) for shift in range(1000, 9000, 2000))
            passed[who] += best(hs, feature) > max(best(hs, shifted) for shifted in shifts)
        alone = best(from_the_character(feature, unseen)[:, None], feature)
        beaten += alone > best(states["trained"], feature)
    return min(passed.values()) >= 3 and beaten >= 2


@claim(
    9,
    "probe-read",
    "So this is what training has added: quotes.",
    "a probe on the untrained network",
    SEEDS,
)
def quotes_are_learned(seed):
    found = probes(seed)
    return found["trained", "inside quotes"] > 1.3 * found["untrained", "inside quotes"]


@claim(
    9,
    "probe-read",
    "Much of the other three comes nearly free with any recurrent network",
    "a probe on the untrained network",
    SEEDS,
)
def much_comes_free(seed):
    found = probes(seed)
    names = ("position in word", "indentation", "position in line")
    return all(found["untrained", name] > 0.4 * found["trained", name] for name in names)


@cache
def silenced(seed):
    """What it costs to hold each unit at 0 and at its mean, on 1,000 characters."""
    model, unseen, states = inside(seed)
    read, usual = model.vocabulary.encode(unseen[:1000]), states["trained"].mean(axis=0)

    def loss(net):
        return cross_entropy(net.forward(read[:-1], np.zeros(96))[1], read[1:]) / 999

    costs = {"zero": [], "mean": []}
    for unit in range(96):
        for way, value in (("zero", 0.0), ("mean", usual[unit])):
            net = copy.deepcopy(model)
            net.bh, net.by = net.bh + net.Whh[:, unit] * value, net.by + net.Why[:, unit] * value
            net.Whh[:, unit], net.Why[:, unit] = 0, 0
            costs[way].append(loss(net))
    whole = loss(model)
    return {way: np.array(values) - whole for way, values in costs.items()}


@claim(
    9,
    "cost-read",
    "Held at 0, a unit that hardly moves can be among the costliest, since its bias goes with it.",
    "the same unit held at its mean",
    SEEDS,
)
def silence_at_zero_takes_biases(seed):
    costs, (_, _, states) = silenced(seed), inside(seed)

    def rank(values):
        return np.argsort(np.argsort(values))

    spread = rank(states["trained"].std(axis=0))
    goes_with = {way: np.corrcoef(spread, rank(cost))[0, 1] for way, cost in costs.items()}
    return goes_with["mean"] > goes_with["zero"] and costs["mean"].sum() < costs["zero"].sum()


@claim(
    9,
    "cost-read",
    "how closely a unit follows quotes says little about how much it matters",
    "the ten that cost most",
    SEEDS,
)
def followers_are_not_the_costly_ones(seed):
    _, unseen, states = inside(seed)
    quotes = given_the_character(FEATURES["inside quotes"](unseen), unseen)
    follows = np.abs(correlation(given_the_character(states["trained"], unseen), quotes))
    return len(set(follows.argsort()[-10:]) & set(silenced(seed)["mean"].argsort()[-10:])) < 6
