"""Exercises of lesson 8: drawing text from the network."""

import ast

import numpy as np

import rnn_core

from .base import Exercise, Model, Within

# apply_temperature -------------------------------------------------------------------------


def apply_temperature_cases(rng):
    """Two scores, then more, at temperatures below, at and above 1; large scores; ties; one."""
    yield np.array([1.0, 2.0]), 2.0
    yield np.array([1.0, 2.0]), 0.5
    yield np.array([0.0, 1.0, 3.0]), 1.0
    yield np.array([-2.0, 0.5, 0.5, 4.0]), 0.25
    yield np.array([300.0, 301.0]), 0.1
    yield np.array([-900.0, -901.0, -903.0]), 0.5
    yield np.array([1.0, 0.3, 2.1, 0.3]), 0.3  # the scores of the lesson
    yield np.array([1.0, 0.3, 2.1, 0.3]), 3.0
    yield np.array([0.01, 0.03, 0.0]), 0.01
    yield np.array([100.0, -50.0, 30.0]), 200.0
    yield np.array([0.0, 1000.0, -1000.0]), 1.0  # chances that are exactly 0
    yield np.array([-7.0]), 0.5
    yield np.array([2.0, 0.0, 3.0]), 2.0
    yield np.array([0.0, -1000.0]), 1000.0  # so far apart that softmax alone gives 1 and 0
    for size, temperature in ((5, 0.7), (22, 1.6), (22, 3.0)):
        yield rng.normal(0, 2, size), temperature


APPLY_TEMPERATURE = Exercise(
    name="apply_temperature",
    lesson=8,
    reference=rnn_core.softmax,
    cases=apply_temperature_cases,
    signature="apply_temperature(scores, temperature)",
    exact_zeros=True,
    returns="an array of probabilities with the shape of `scores`",
    axes=("character",),
)


@APPLY_TEMPERATURE.mistake("""
    A high temperature makes the network more certain here.
    It is the other way round, heat evens things out: what are the scores divided by?
    """)
def multiplied(scores, temperature):
    return rnn_core.softmax(scores * temperature)


@APPLY_TEMPERATURE.mistake("""
    The probabilities were divided, and no longer add up to 1.
    Temperature acts on the scores, before softmax.
    """)
def divided_after_softmax(scores, temperature):
    return rnn_core.softmax(scores) / temperature


@APPLY_TEMPERATURE.mistake("""
    The answer is the same at any temperature: either it is not used, or it cancels out, as it does when it is added to all scores, or divides probabilities that are then normalised again.
    Divide the scores by it.
    """)
def no_effect(scores, temperature):
    p = rnn_core.softmax(scores) / temperature
    return p / p.sum()


@APPLY_TEMPERATURE.mistake("""
    Softmax is applied to probabilities here.
    It wants the scores, each divided by the temperature.
    """)
def softmax_twice(scores, temperature):
    return rnn_core.softmax(rnn_core.softmax(scores) / temperature)


@APPLY_TEMPERATURE.mistake("These do not add up to 1 yet: after `np.exp` a division is missing.")
def not_normalised(scores, temperature):
    return np.exp((scores - scores.max()) / temperature)


@APPLY_TEMPERATURE.mistake("""
    These are powers of e, not yet shares of a whole.
    What did softmax do with their sum?
    """)
def exponentials_only(scores, temperature):
    return np.exp(scores / temperature)


@APPLY_TEMPERATURE.mistake("""
    The temperature acts above the fraction line only, so the shares do not add up to 1.
    In the formula it stands below the line too.
    """)
def above_the_line_only(scores, temperature):
    return np.exp(scores / temperature) / np.exp(scores).sum()


@APPLY_TEMPERATURE.mistake("""
    Where the scores over the temperature are large this breaks down: 300 over 0.1 is 3,000, and `np.exp` of that is too large for a float.
    Your softmax of lesson 2 knows what to do.
    """)
def no_shift(scores, temperature):
    exps = np.exp(scores / temperature)
    return exps / exps.sum()


@APPLY_TEMPERATURE.mistake(
    "Raising probabilities to 1 over the temperature is a right idea, but afterwards they no longer add up to 1."
)
def power_not_normalised(scores, temperature):
    return rnn_core.softmax(scores) ** (1 / temperature)


@APPLY_TEMPERATURE.mistake("""
    Where scores lie far apart, softmax gives exactly 0 to some, and no power brings those back.
    Divide the scores by the temperature first: then they are near enough for softmax.
    """)
def power_normalised(scores, temperature):
    p = rnn_core.softmax(scores) ** (1 / temperature)
    return p / p.sum()


for small in ("1e-6", "1e-8"):
    APPLY_TEMPERATURE.mistake(
        f"The temperature is made {small} larger. It is never 0: divide by it as it is.",
        name=f"{small}-added",
    )(lambda scores, temperature, small=float(small): rnn_core.softmax(scores, temperature + small))


@APPLY_TEMPERATURE.mistake("""
    The scores are divided by the root of the temperature.
    Divide by the temperature itself.
    """)
def root_of_temperature(scores, temperature):
    return rnn_core.softmax(scores / np.sqrt(temperature))


@APPLY_TEMPERATURE.mistake("""
    A logarithm is taken of the scores, as if they were probabilities, and a negative one has none.
    Divide the scores as they are.
    """)
def logarithm_of_scores(scores, temperature):
    with np.errstate(invalid="ignore"):
        return rnn_core.softmax(np.log(scores + 1e-8) / temperature)


@APPLY_TEMPERATURE.mistake("The temperature comes in twice. Divide the scores by it once.")
def temperature_squared(scores, temperature):
    return rnn_core.softmax(scores / temperature**2)


@APPLY_TEMPERATURE.mistake("These are the scores over the temperature, not yet probabilities.")
def only_divided(scores, temperature):
    return scores / temperature


@APPLY_TEMPERATURE.mistake("""
    Temperatures above 1 have no effect.
    They are allowed: above 1 the network dares more.
    """)
def never_warmer(scores, temperature):
    return rnn_core.softmax(scores / min(temperature, 1.0))


@APPLY_TEMPERATURE.mistake("""
    Temperatures below 1 have no effect.
    They are allowed: below 1 the network plays safe.
    """)
def never_colder(scores, temperature):
    return rnn_core.softmax(scores / max(temperature, 1.0))


@APPLY_TEMPERATURE.mistake("""
    Probabilities to the power of the temperature do not add up to 1 any more, and heat makes them more certain.
    Temperature divides the scores, before softmax.
    """)
def power_of_temperature(scores, temperature):
    return rnn_core.softmax(scores) ** temperature


@APPLY_TEMPERATURE.mistake("""
    Scores are raised to a power.
    They are divided by the temperature.
    """)
def scores_to_a_power(scores, temperature):
    return rnn_core.softmax(scores ** (1 / temperature))


@APPLY_TEMPERATURE.mistake("""
    The largest score is taken away as it is, from scores that are divided already, and where they are large this breaks down.
    Divide all, then take the largest of those away; your softmax of lesson 2 does.
    """)
def shift_not_divided(scores, temperature):
    exps = np.exp(scores / temperature - scores.max())
    return exps / exps.sum()


@APPLY_TEMPERATURE.mistake(
    "This is the index of the likeliest character. Give back all the probabilities."
)
def likeliest_only(scores, temperature):
    return int(np.argmax(scores))


@APPLY_TEMPERATURE.mistake(
    "Something small is added to the probabilities. A chance that softmax gives as 0 stays 0."
)
def floor_added(scores, temperature):
    return rnn_core.softmax(scores, temperature) + 1e-10


@APPLY_TEMPERATURE.mistake("""
    Whole-number division, `//`, rounds every score down, and differences are lost.
    Divide with `/`.
    """)
def whole_division(scores, temperature):
    return rnn_core.softmax(scores // temperature)


@APPLY_TEMPERATURE.mistake("""
    The largest score always gets a score of 1 before softmax: all were divided by it.
    Divide by the temperature alone.
    """)
def over_the_largest(scores, temperature):
    return rnn_core.softmax(scores / np.max(scores) / temperature)


@APPLY_TEMPERATURE.mistake("""
    Scores and temperature have changed places: the temperature is divided by the scores.
    Turn the fraction over.
    """)
def fraction_upside_down(scores, temperature):
    with np.errstate(divide="ignore", invalid="ignore"):
        return rnn_core.softmax(temperature / scores)


@APPLY_TEMPERATURE.mistake("""
    These are the logarithms of the probabilities.
    Softmax gives the probabilities themselves.
    """)
def logarithms(scores, temperature):
    with np.errstate(divide="ignore"):
        return np.log(rnn_core.softmax(scores, temperature))


# sample_character --------------------------------------------------------------------------

DRAWS = 400  # a frequency of so many draws lies within 0.1 of its probability: four sigma


def sample_character_cases(rng):
    """A certain draw, then a fair coin, then distributions with one likely and many unlikely.

    In the last, half of the characters are impossible.
    """
    for p in (
        [0.0, 1.0, 0.0],
        [0.5, 0.5],
        [0.6, 0.1, 0.3],
        [0.05, 0.15, 0.5, 0.3],
        [0.2, 0.1, 0.6, 0.1],  # that of the lesson
        [0.4, 0.0, 0.0, 0.0, 0.6],
        [0.1] * 10,
        [1.0],
        np.repeat([0.05, 0.0, 0.1, 0.0, 0.05, 0.0], [4, 4, 5, 4, 6, 7])[::-1],
    ):
        yield np.array(p), np.random.default_rng(int(rng.integers(1000)))


def nearly_zero():
    """A generator whose first random number is 2**-46.

    The first output of SFC64 is the sum of three of the numbers in its state.
    """
    bits = np.random.SFC64(0)
    state = bits.state
    state["state"]["state"][[0, 1, 3]] = 2**18, 0, 0
    bits.state = state
    return np.random.Generator(bits)


def draws_impossible(function, probabilities, counts):
    """Whether a character of probability 0 came, or comes where it stands first."""
    impossible = np.flatnonzero(probabilities == 0)
    if not len(impossible):
        return False
    turned = np.roll(probabilities, -impossible[0])
    return bool(counts[impossible].any() or turned[function(turned, nearly_zero())] == 0)


CHANCE, LIKELIEST, STUCK = "by chance", "always the likeliest", "always the same"


def described(counts, reproducible, drawn, tolerance):
    """What draws look like. If they are out of control, any frequencies are alike."""
    lost = drawn == STUCK or not reproducible
    return {
        "frequencies": Within(counts / counts.sum(), 1.0 if lost else tolerance),
        "the same draws from the same seed": reproducible,
        "drawn": drawn,
    }


def is_greedy(function):
    """Whether it takes the likeliest: no throw that is fixed once can, in all three of these."""
    chances = np.array([0.4, 0.3, 0.3])
    rng = np.random.default_rng(0)
    return all(function(np.roll(chances, place), rng) == place for place in range(3))


def observe_draws(function, args):
    """How often each character is drawn; and whether one seed gives one character."""
    probabilities, rng = args
    drawn = []
    for _ in range(DRAWS):
        ix = function(probabilities, rng)
        if not isinstance(ix, (int, np.integer)):
            row = isinstance(ix, np.ndarray) and ix.shape == probabilities.shape
            return np.sort(ix) if row else ix  # a one-hot row is the same, whatever was drawn
        if not 0 <= ix < len(probabilities):
            return ix
        drawn.append(ix)
    counts = np.bincount(drawn, minlength=len(probabilities))
    first, again = (
        [int(function(probabilities, np.random.default_rng(seed))) for seed in range(20)]
        for _ in range(2)
    )
    drawn = CHANCE
    if counts.max() == DRAWS and probabilities.max() < 1:  # one character, each time
        drawn = LIKELIEST if is_greedy(function) else STUCK
    found = described(counts, first == again, drawn, 0.1)
    near = drawn == CHANCE and np.abs(counts / DRAWS - probabilities).max() < 0.1
    impossible = near and draws_impossible(function, probabilities, counts)
    missing = near and bool((counts[probabilities >= 0.05] == 0).any())  # 20 are expected
    return found | {"impossible ones": impossible, "possible ones missing": missing}


def sample_character(probabilities, rng):
    """As rng.choice, in a third of its time: all known mistakes draw hundreds of times.

    They draw so as well, wherever it comes to the same.
    """
    sums = probabilities.cumsum()
    return int(sums.searchsorted(rng.random() * sums[-1], side="right"))


def argmax(probabilities, rng):
    return int(np.argmax(probabilities))


def global_random(probabilities, rng):
    return sample_character(probabilities, np.random)


FIRST_THROW = np.random.default_rng(0).random()


def seeded_inside(probabilities, rng):
    return int((probabilities.cumsum() <= FIRST_THROW).sum())


SAMPLE_CHARACTER = Exercise(
    name="sample_character",
    lesson=8,
    reference=sample_character,
    cases=sample_character_cases,
    signature="sample_character(probabilities, rng)",
    returns="one whole number from 0 to V - 1, the index of the character drawn",
    observe=observe_draws,
)


SAMPLE_CHARACTER.mistake(
    """
    This always takes the most probable character.
    Sampling takes each as often as its probability says, the unlikely ones now and then too.
    """,
    name="argmax",
)(argmax)


@SAMPLE_CHARACTER.mistake(
    "Every character is drawn equally often, whatever stands in `probabilities`."
)
def uniform(probabilities, rng):
    return int(rng.integers(len(probabilities)))


OTHER_GENERATOR = r"(?<![\w.])random\b|\bnp\.random\b|default_rng"

SAMPLE_CHARACTER.mistake(
    "The draw comes from `np.random`, or from a generator made inside, not from `rng`: the same seed gives another text each time.",
    name="global-random",
    sign=OTHER_GENERATOR,
)(global_random)


SAMPLE_CHARACTER.mistake(
    """
    Every call draws the same character: the throw is a fixed number, or comes from a generator that is made inside with a fixed seed.
    Use the `rng` that is handed in: it remembers where it is.
    """,
    name="seeded-inside",
)(seeded_inside)


@SAMPLE_CHARACTER.mistake("""
    This takes the first character whose own probability is above a random number.
    Add the probabilities up along the way, and compare with the sum so far.
    """)
def first_above(probabilities, rng):
    above = np.flatnonzero(probabilities > rng.random())
    return int(above[0]) if len(above) else int(np.argmax(probabilities))


@SAMPLE_CHARACTER.mistake("""
    A character is taken when its own probability is above the random number, and the last one gets the rest.
    Compare with the sum up to each character.
    """)
def first_above_or_last(probabilities, rng):
    above = np.flatnonzero(probabilities > rng.random())
    return int(above[0]) if len(above) else len(probabilities) - 1


@SAMPLE_CHARACTER.mistake("""
    The random number is looked up among the probabilities themselves.
    The borders that `np.searchsorted` looks between must rise from 0 to 1: add the probabilities up first, with `np.cumsum`.
    """)
def searched_without_sums(probabilities, rng):
    return int(np.searchsorted(probabilities, rng.random()))


@SAMPLE_CHARACTER.mistake("""
    Every character gets a random number of its own, and the first whose probability is above it is taken, so the early ones come too often.
    Throw once, and compare with the sums of the probabilities so far.
    """)
def first_above_of_its_own(probabilities, rng):
    return int(np.argmax(rng.random(len(probabilities)) < probabilities))


@SAMPLE_CHARACTER.mistake("""
    A character with probability 0 can be drawn here.
    Take the probabilities as they are: with nothing added, and without a least value.
    """)
def impossible_made_possible(probabilities, rng):
    return sample_character(0.999 * probabilities + 0.001 / len(probabilities), rng)


@SAMPLE_CHARACTER.mistake("""
    Characters with a small probability never come.
    Seldom is not never: take the probabilities as they are.
    """)
def rare_ones_dropped(probabilities, rng):
    kept = np.where(probabilities < 0.1, 0, probabilities)
    return sample_character(kept / kept.sum(), rng)


@SAMPLE_CHARACTER.mistake(
    """
    Random noise is multiplied on, and the largest product wins.
    That favours likely characters, but not as often as their probabilities say.
    """,
    sign=r"max\(",
)
def noisy_argmax(probabilities, rng):
    return int(np.argmax(probabilities * rng.random(len(probabilities))))


@SAMPLE_CHARACTER.mistake(
    "Every draw lands one place too far to the right: look at where you start counting."
)
def one_place_on(probabilities, rng):
    return sample_character(probabilities, rng) + 1


@SAMPLE_CHARACTER.mistake(
    "Every draw lands one place too far to the left: look at where you start counting."
)
def one_place_back(probabilities, rng):
    return sample_character(probabilities, rng) - 1


@SAMPLE_CHARACTER.mistake("""
    This gives back the probability of the character that was drawn.
    We need its index, to know which one it was.
    """)
def probability_for_index(probabilities, rng):
    return float(probabilities[sample_character(probabilities, rng)])


@SAMPLE_CHARACTER.mistake("This gives back a one-hot row. Here the index alone is enough.")
def one_hot_for_index(probabilities, rng):
    return np.eye(len(probabilities))[sample_character(probabilities, rng)]


@SAMPLE_CHARACTER.mistake("""
    This is an array with one number in it.
    Take the number out: it will be looked up in a dictionary.
    """)
def array_of_one(probabilities, rng):
    return np.array([sample_character(probabilities, rng)])


@SAMPLE_CHARACTER.mistake("""
    All characters that are possible at all come equally often.
    Their probabilities should decide.
    """)
def among_possible(probabilities, rng):
    return sample_character((probabilities > 0) / (probabilities > 0).sum(), rng)


@SAMPLE_CHARACTER.mistake("""
    One of the probabilities is drawn, each equally often.
    Draw one of the *indices*, 0 to V - 1, and hand the probabilities over as `p`.
    """)
def value_drawn(probabilities, rng):
    return float(probabilities[rng.integers(len(probabilities))])


@SAMPLE_CHARACTER.mistake("""
    The comparison looks the wrong way: this finds the first sum that is still *below* the random number.
    Which is the first that has passed it?
    """)
def comparison_reversed(probabilities, rng):
    return int(np.argmax(np.cumsum(probabilities) < rng.random()))


@SAMPLE_CHARACTER.mistake("""
    A new random number is thrown for every character on the way, so the early ones come too often.
    Throw once, before the loop.
    """)
def new_throw_for_each(probabilities, rng):
    sums = np.cumsum(probabilities)
    return next((i for i, reached in enumerate(sums) if rng.random() < reached), len(sums) - 1)


@SAMPLE_CHARACTER.mistake("""
    Likely characters come too often, and unlikely ones too seldom: the probabilities were squared.
    Take them as they are.
    """)
def squared(probabilities, rng):
    return sample_character(probabilities**2 / (probabilities**2).sum(), rng)


@SAMPLE_CHARACTER.mistake(
    """
    Gumbel noise belongs on the *logarithms* of the probabilities.
    On the probabilities themselves it evens them out, and impossible characters are drawn.
    """,
    sign="gumbel",
)
def gumbel_without_logarithm(probabilities, rng):
    return int(np.argmax(probabilities + rng.gumbel(size=len(probabilities))))


@SAMPLE_CHARACTER.mistake(
    """
    The probabilities go through softmax again, which evens them out, and impossible characters are drawn.
    They are probabilities already.
    """,
    sign=r"softmax|exp\(|apply_temperature",
)
def softmax_again(probabilities, rng):
    return sample_character(np.exp(probabilities), rng)  # which divides by the sum


@SAMPLE_CHARACTER.mistake("""
    The sums were written into `probabilities`, and the next draw begins with them.
    Make a new array: `np.cumsum` without `out`.
    """)
def sums_written_in(probabilities, rng):
    sums = np.cumsum(probabilities, out=probabilities)
    return int(np.searchsorted(sums, rng.random(), side="right"))


@SAMPLE_CHARACTER.mistake("""
    Each character gets the share of the one before it: the sum is compared before its own probability is added.
    Add first, then compare.
    """)
def compared_before_adding(probabilities, rng):
    before = np.cumsum(probabilities) - probabilities
    passed = np.flatnonzero(before > rng.random())
    return int(passed[0]) if len(passed) else len(probabilities) - 1


@SAMPLE_CHARACTER.mistake("""
    The comparison looks the wrong way: a character is taken when the sum is still *below* the random number, and else the last one.
    Which is the first that has passed it?
    """)
def first_below_or_last(probabilities, rng):
    below = np.flatnonzero(np.cumsum(probabilities) < rng.random())
    return int(below[0]) if len(below) else len(probabilities) - 1


@SAMPLE_CHARACTER.mistake("""
    The order of the characters is turned round: the sums were counted from the last one.
    """)
def counted_from_the_end(probabilities, rng):
    return len(probabilities) - 1 - sample_character(probabilities, rng)


@SAMPLE_CHARACTER.mistake("""
    The last character never comes, or the first never does: the whole numbers drawn from are one too few.
    """)
def last_never_drawn(probabilities, rng):
    few = (
        probabilities[:-1] if len(probabilities) > 1 and probabilities[:-1].any() else probabilities
    )
    return sample_character(few / few.sum(), rng)


# generate ----------------------------------------------------------------------------------

TEXTS = 24  # for what follows what, drawn so often
COLD = 0.01  # so cold that every draw is certain
HOT = 30.0  # so hot that any character may come


def chatty_model():
    """A small network with weights so large that its next character depends on all before.

    With this seed it is sure of what it says, and does not fall into saying one character only.
    """
    model = Model("hope perches.", 6, 5, seed=242)
    for array in model.parameters.values():
        array[...] = model.rng.normal(0, 1.5, array.shape)
    model.h = np.tanh(model.rng.normal(size=model.hidden_size))  # left over from its training
    return model


def generate_cases(rng):
    """One character, then more, from short prompts and long ones; cold first, then warm."""
    for prompt, n in (("h", 1), ("ho", 1), ("ho", 3), ("hope ", 6), ("perches.", 12), ("p", 0)):
        yield chatty_model(), prompt, n, COLD, np.random.default_rng(1)
    yield chatty_model(), "hope ", 2, COLD / 10, np.random.default_rng(1)  # exp(scores) overflows
    for prompt, temperature in (("op", 1.0), ("hope", 3.0)):
        yield chatty_model(), prompt, 1, temperature, np.random.default_rng(2)
    yield chatty_model(), "op", 16, 1.0, np.random.default_rng(2)


def likelihood(model, prompt, texts):
    """How likely texts are that should be drawn from a network at temperature 1, in sigma.

    Their log-probability less its mean, given what stands before each character, over its spread.
    """
    off = spread = 0.0
    for text in texts:
        indices = [model.char_to_ix[char] for char in prompt + text]
        _, ps = model.forward(indices[:-1], np.zeros(model.hidden_size))
        ps, drawn = ps[len(prompt) - 1 :], indices[len(prompt) :]
        means = (ps * np.log(ps)).sum(axis=1)
        off += (np.log(ps[np.arange(len(drawn)), drawn]) - means).sum()
        spread += ((ps * np.log(ps) ** 2).sum(axis=1) - means**2).sum()
    return off / np.sqrt(spread)


def observe_longer(function, args):
    """Whether each character is drawn as likely as the network has it after those before it."""
    model, prompt, n, _, _ = args
    texts = [function(*args) for _ in range(TEXTS)]
    for said in texts:
        if not isinstance(said, str) or len(said) != n or not set(said) <= set(model.char_to_ix):
            return said
    if len(set(texts)) == 1:
        return {"drawn": STUCK}
    sigma = likelihood(model, prompt, texts)
    fits = "by chance" if abs(sigma) < 5 else "too likely" if sigma > 0 else "too unlikely"
    return {"drawn": CHANCE, "each after those before it": fits}


def observe_generate(function, args):
    """The text when it is certain; else how often each character comes first, and more."""
    model, prompt, n, temperature, rng = args
    if n > 1 and temperature > COLD:
        return observe_longer(function, args)
    said = function(*args)
    if temperature <= COLD or not isinstance(said, str) or len(said) != 1:
        return said
    texts = [said] + [function(*args) for _ in range(99)]
    one, two = (function(model, prompt, 20, HOT, np.random.default_rng(3)) for _ in "ab")
    counts = np.array([texts.count(char) for char in model.ix_to_char.values()])
    if not counts.sum():
        return said
    favourites = speaking()(model, prompt, 20, COLD, rng)
    drawn = CHANCE
    if counts.max() == len(texts):
        drawn = LIKELIEST if one == favourites else STUCK
    return described(counts, one == two, drawn, 0.2)


def speaking(
    warm=lambda prompt: prompt,
    tau=lambda t: t,
    draw=sample_character,
    told=lambda p, text: text,
    carry=lambda new, old: new,
    start=np.zeros,
    count=lambda n, prompt: n,
    feed=lambda new, old: new,
    bias=1.0,
    hidden_bias=1.0,
    activate=np.tanh,
    score=lambda scores: scores,
):
    """A function that generates text, in which single pieces can be got wrong."""

    def generate(model, prompt, n, temperature, rng):
        def step(char, h):
            column = model.Wxh[:, model.char_to_ix[char]]
            a = column + model.Whh @ h + hidden_bias * model.bh
            return carry(activate(a), h)

        h, text = start(model.hidden_size), ""
        for char in warm(prompt):
            h = step(char, h)
        last = prompt[-1]
        for _ in range(count(n, prompt)):
            p = rnn_core.softmax(score(model.Why @ h + bias * model.by), tau(temperature))
            char = model.ix_to_char[draw(p, rng)]
            text, last = text + char, feed(char, last)
            h = step(last, h)
        return told(prompt, text)

    return generate


GENERATE = Exercise(
    name="generate",
    lesson=8,
    reference=speaking(),
    cases=generate_cases,
    signature="generate(model, prompt, n, temperature, rng)",
    returns="a string of `n` new characters",
    observe=observe_generate,
)


def zeros_in_a_loop(tree):
    """Whether a loop makes an array of zeros at each turn."""
    return any(
        isinstance(node, ast.Call) and ast.unparse(node.func).endswith("zeros")
        for loop in ast.walk(tree)
        if isinstance(loop, ast.For)
        for part in loop.body
        for node in ast.walk(part)
    )


@GENERATE.mistake(
    """
    The state is set to zeros again at each character of the prompt, so the network remembers the last one only.
    Make the zeros once, before the loop.
    """,
    sign=zeros_in_a_loop,
)
def zeros_at_each_character_read(model, prompt, n, temperature, rng):
    for char in prompt:
        h = np.zeros(model.hidden_size)
        h = np.tanh(model.Wxh[:, model.char_to_ix[char]] + model.Whh @ h + model.bh)
    return speaking(warm=lambda prompt: "", start=lambda size: h)(
        model, prompt, n, temperature, rng
    )


GENERATE.mistake(
    """
    Only the last character of the prompt was read.
    The state should have read them all, or the network does not know what it is in the middle of.
    """,
    name="prompt-not-read",
)(speaking(warm=lambda prompt: prompt[-1]))


GENERATE.mistake(
    "The first character is drawn from a state of zeros, as if nothing had been read: whatever the prompt, it begins alike.",
    name="no-warming",
)(speaking(warm=lambda prompt: ""))


GENERATE.mistake(
    "The last character of the prompt was not read before the first draw.",
    name="prompt-without-its-end",
)(speaking(warm=lambda prompt: prompt[:-1]))


GENERATE.mistake(
    "The last character of the prompt was read twice: once with the prompt, and once more before the first draw.",
    name="last-read-twice",
)(speaking(warm=lambda prompt: prompt + prompt[-1]))


GENERATE.mistake(
    "The prompt was read backwards, from its last character to its first.", name="backwards"
)(speaking(warm=lambda prompt: prompt[::-1]))


GENERATE.mistake(
    """
    The prompt stands in front of the answer.
    Give back the new characters only; who calls can put the prompt before them.
    """,
    name="prompt-given-back",
)(speaking(told=lambda prompt, text: prompt + text))


GENERATE.mistake(
    """
    The answer begins with the last character of the prompt, and the last one drawn is missing.
    What was read is not what is said.
    """,
    name="first-repeated",
)(speaking(told=lambda prompt, text: (prompt[-1] + text)[: len(text)]))


@GENERATE.mistake("""
    The text begins with character number 0, whatever the prompt, and the last one is missing.
    Is the first place of an array of zeros left as it was?
    """)
def first_place_left(model, prompt, n, temperature, rng):
    return (model.ix_to_char[0] + speaking()(model, prompt, n, temperature, rng))[:n]


GENERATE.mistake(
    "The first character of the prompt was not read.", name="prompt-without-its-beginning"
)(speaking(warm=lambda prompt: prompt[1:]))


@GENERATE.mistake("""
    The temperature counts for the first character alone, and is 1 for all others.
    Divide the scores by it at every step.
    """)
def temperature_once(model, prompt, n, temperature, rng):
    text = speaking()(model, prompt, min(n, 1), temperature, rng)
    return text + speaking()(model, prompt + text, n - len(text), 1.0, rng)


def reading_back(choose):
    """Read another thing than the character that was said: choose(p, ix, rng) gives what, (V,)."""

    def generate(model, prompt, n, temperature, rng):
        hs, _ = model.forward([model.char_to_ix[c] for c in prompt], np.zeros(model.hidden_size))
        h, text = hs[-1], ""
        for _ in range(n):
            p = rnn_core.softmax(model.Why @ h + model.by, temperature)
            ix = sample_character(p, rng)
            text += model.ix_to_char[ix]
            h = np.tanh(model.Wxh @ choose(p, ix, rng) + model.Whh @ h + model.bh)
        return text

    return generate


GENERATE.mistake(
    """
    The text is unlikely by the network's own probabilities.
    Is what it reads next the very character that it has just said? Draw once at each step, and both keep and read what was drawn; and if it does so, look at how scores become probabilities.
    """,
    name="another-one-read",
)(reading_back(lambda p, ix, rng: np.eye(len(p))[np.argmax(p)]))


@GENERATE.mistake("""
    After the first character the likeliest ones come too often.
    Draw each of them with your `sample_character`.
    """)
def greedy_after_the_first(model, prompt, n, temperature, rng):
    text = speaking()(model, prompt, min(n, 1), temperature, rng)
    return text + speaking(draw=argmax)(model, prompt + text, n - len(text), temperature, rng)


@GENERATE.mistake(
    """
    Where the temperature is low, the scores divided by it are so large that `np.exp` of them is no float any more.
    Your `apply_temperature` knows what to do.
    """,
    error="(?i)nan",
)
def no_shift_when_cold(model, prompt, n, temperature, rng):
    h, text = model.forward(model.vocabulary.encode(prompt), np.zeros(model.hidden_size))[0], ""
    for _ in range(n):
        with np.errstate(over="ignore", invalid="ignore"):
            exps = np.exp((model.Why @ h[-1] + model.by) / temperature)
            ix = int(rng.choice(len(exps), p=exps / exps.sum()))
        h, _ = model.forward([ix], h[-1])
        text += model.ix_to_char[ix]
    return text


GENERATE.mistake("There is one character too many.", name="one-too-many")(
    speaking(count=lambda n, prompt: n + 1)
)


GENERATE.mistake("There is one character too few.", name="one-too-few")(
    speaking(count=lambda n, prompt: max(n - 1, 0))
)


GENERATE.mistake(
    "Only the first new character comes back. Is the `return` indented into the loop?",
    name="only-the-first",
)(speaking(told=lambda prompt, text: text[:1] or None))


GENERATE.mistake(
    "Only the last new character comes back. Each should be added to those before it.",
    name="only-the-last",
)(speaking(told=lambda prompt, text: text[-1:]))


GENERATE.mistake(
    """
    The network never reads what it has said: the same last character of the prompt goes in at every step.
    Feed each new character back.
    """,
    name="not-fed-back",
)(speaking(feed=lambda new, old: old))


GENERATE.mistake(
    """
    The state stays as it was at the start, so every character is drawn from the same probabilities.
    Keep the state that `rnn_step` gives back.
    """,
    name="state-frozen",
)(speaking(carry=lambda new, old: old))


@GENERATE.mistake("""
    The state starts from zeros again at every character, so the network remembers one character only.
    Carry the state from step to step.
    """)
def state_forgotten(model, prompt, n, temperature, rng):
    text = ""
    for _ in range(n):
        text += speaking()(model, (prompt + text)[-1], 1, temperature, rng)
    return text


@GENERATE.mistake("""
    The prompt is read as a whole, but each character said is read from a state of zeros.
    Go on from the state that the prompt left.
    """)
def state_forgotten_after_prompt(model, prompt, n, temperature, rng):
    text = speaking()(model, prompt, min(n, 1), temperature, rng)
    while len(text) < n:
        text += speaking()(model, text[-1], 1, temperature, rng)
    return text


GENERATE.mistake(
    """
    The state starts from ones.
    A network that has read nothing has a state of zeros.
    """,
    name="starts-from-ones",
)(speaking(start=np.ones))


GENERATE.mistake(
    """
    Each time the most probable character is taken, so temperature and chance have no say.
    Draw with your `sample_character`.
    """,
    name="greedy",
)(speaking(draw=argmax))


GENERATE.mistake(
    """
    The bias `by` is missing from the scores.
    Compare your line for the scores with the one in `forward`.
    """,
    name="output-bias-forgotten",
)(speaking(bias=0.0))


GENERATE.mistake(
    """
    Every call says the same: the draws come from a generator that begins anew each time, a copy of `rng` or one with a fixed seed.
    Use the `rng` that is handed in, and hand it on; it remembers where it is.
    """,
    name="seeded-inside",
)(speaking(draw=seeded_inside))


@GENERATE.mistake(
    """
    The same seed says something else each time: the draws come from `np.random`, or from a new generator, not from the `rng` that is handed in.
    Hand it on.
    """,
    sign=OTHER_GENERATOR,
)
def other_generator(model, prompt, n, temperature, rng):
    return speaking()(model, prompt, n, temperature, np.random)


GENERATE.mistake(
    "The temperature has no effect: at 0.01 the text should be all but certain. Does it divide the scores, before softmax?",
    name="temperature-ignored",
)(speaking(tau=lambda t: 1.0))


GENERATE.mistake(
    "A low temperature makes this text wild. Divide the scores by the temperature.",
    name="temperature-upside-down",
)(speaking(tau=lambda t: 1 / t))


@GENERATE.mistake("""
    These are the numbers of the characters.
    Turn them into text with `model.ix_to_char`.
    """)
def indices_for_text(model, prompt, n, temperature, rng):
    return [model.char_to_ix[char] for char in speaking()(model, prompt, n, temperature, rng)]


@GENERATE.mistake("""
    The text with the prompt is `n` characters long.
    Draw `n` new ones, and give back those alone.
    """)
def n_counts_the_prompt(model, prompt, n, temperature, rng):
    return prompt + speaking()(model, prompt, max(n - len(prompt), 0), temperature, rng)


GENERATE.mistake(
    "The scores go through softmax twice, before the temperature and after it, and everything looks almost equally likely. The temperature divides scores.",
    name="temperature-after-softmax",
)(speaking(score=rnn_core.softmax))


@GENERATE.mistake("""
    The network never reads what it has said: the state stays as the prompt left it, and so do the probabilities.
    Feed each new character back, and keep the state that comes of it.
    """)
def never_reads_itself(model, prompt, n, temperature, rng):
    h, _ = model.forward(model.vocabulary.encode(prompt), np.zeros(model.hidden_size))
    p = rnn_core.softmax(model.Why @ h[-1] + model.by, temperature)
    return "".join(model.ix_to_char[sample_character(p, rng)] for _ in range(n))


GENERATE.mistake(
    """
    As many characters as the prompt has are missing.
    `n` counts the new ones alone.
    """,
    name="n-less-the-prompt",
)(speaking(count=lambda n, prompt: max(n - len(prompt), 0)))


GENERATE.mistake(
    """
    There are as many new characters as the prompt has.
    How many are asked for stands in `n`.
    """,
    name="as-many-as-the-prompt",
)(speaking(count=lambda n, prompt: len(prompt)))


GENERATE.mistake(
    """
    The first new characters were cut off, as many as the prompt has, though the prompt does not stand in front of them.
    """,
    name="prompt-cut-off-twice",
)(speaking(told=lambda prompt, text: text[len(prompt) :]))


GENERATE.mistake(
    """
    The numbers of the characters stand in the text.
    Turn each into its character with `model.ix_to_char`.
    """,
    name="numbers-in-the-text",
)(
    lambda model, prompt, n, temperature, rng: "".join(
        str(model.char_to_ix[char]) for char in speaking()(model, prompt, n, temperature, rng)
    )
)


GENERATE.mistake(
    """
    Only the first character of the prompt was read.
    Does the function stop reading too early?
    """,
    name="prompt-cut-short",
)(speaking(warm=lambda prompt: prompt[:1]))


GENERATE.mistake(
    "The text comes back turned round: each new character was put before the others.",
    name="turned-round",
)(speaking(told=lambda prompt, text: text[::-1]))


GENERATE.mistake(
    "The bias `bh` is missing from the new state: compare your step with `rnn_step`.",
    name="bias-forgotten",
)(speaking(hidden_bias=0.0))


GENERATE.mistake(
    "The new state still has to go through tanh: compare your step with `rnn_step`.",
    name="tanh-forgotten",
)(speaking(activate=lambda a: a))


@GENERATE.mistake("""
    A list of single characters comes back.
    Put them together to one string, with `"".join`.
    """)
def list_of_characters(model, prompt, n, temperature, rng):
    return list(speaking()(model, prompt, n, temperature, rng))


@GENERATE.mistake("""
    The text with the prompt is cut to `n` characters.
    Give back the `n` new ones.
    """)
def cut_to_n(model, prompt, n, temperature, rng):
    return (prompt + speaking()(model, prompt, n, temperature, rng))[:n]


@GENERATE.mistake("""
    It begins with the state that training left behind, in `model.h`.
    Begin with zeros: the prompt alone should decide what is in memory.
    """)
def state_of_training(model, prompt, n, temperature, rng):
    return speaking(start=lambda size: model.h)(model, prompt, n, temperature, rng)


EXERCISES = [SAMPLE_CHARACTER, APPLY_TEMPERATURE, GENERATE]
