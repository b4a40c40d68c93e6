"""Correct ways of writing the exercises of lesson 8."""

import math

import numpy as np


def temperature_by_loop(scores, temperature):
    largest = max(scores)
    exps = [math.exp((score - largest) / temperature) for score in scores]
    return [value / sum(exps) for value in exps]


def temperature_by_power(scores, temperature):
    """Probabilities to the power of one over the temperature, by their logarithms."""
    log_p = scores - scores.max()
    log_p -= np.log(np.exp(log_p).sum())
    powered = np.exp(log_p / temperature)
    return powered / powered.sum()


def draw_by_loop(probabilities, rng):
    u, total = rng.random(), 0.0
    for ix in range(len(probabilities)):
        total += probabilities[ix]
        if u < total:
            return ix
    return len(probabilities) - 1


def draw_by_search(probabilities, rng):
    sums = np.cumsum(probabilities)
    return np.searchsorted(sums, rng.random() * sums[-1], side="right")


def draw_by_races(probabilities, rng):
    """The exponential that rings first: as often as its rate says."""
    with np.errstate(divide="ignore"):
        return int(np.argmin(rng.exponential(size=len(probabilities)) / probabilities))


def generate_by_forward(model, prompt, n, temperature, rng):
    indices = [model.char_to_ix[char] for char in prompt]
    hs, ps = model.forward(indices, np.zeros(model.hidden_size))
    h, p, text = hs[-1], ps[-1], ""
    for _ in range(n):
        scores = np.log(p) / temperature
        weights = np.exp(scores - scores.max())
        ix = int(rng.choice(len(p), p=weights / weights.sum()))
        text += model.ix_to_char[ix]
        hs, ps = model.forward([ix], h)
        h, p = hs[-1], ps[-1]
    return text


def draw_by_gumbel(probabilities, rng):
    """The largest of log p plus Gumbel noise falls on each as often as p says."""
    with np.errstate(divide="ignore"):
        return int(np.argmax(np.log(probabilities) + rng.gumbel(size=len(probabilities))))


def draw_by_multinomial(probabilities, rng):
    return int(rng.multinomial(1, probabilities).argmax())


def generate_from_the_start(model, prompt, n, temperature, rng):
    """All is read again for each new character."""
    text = prompt
    for _ in range(n):
        hs, _ = model.forward([model.char_to_ix[c] for c in text], np.zeros(model.hidden_size))
        scores = (model.Why @ hs[-1] + model.by) / temperature
        exps = np.exp(scores - scores.max())
        text += model.ix_to_char[int(rng.choice(len(exps), p=exps / exps.sum()))]
    return text[len(prompt) :]


def generate_by_core(model, prompt, n, temperature, rng):
    return model.generate(prompt, n, temperature, rng=rng)


ALTERNATIVES = {
    "apply_temperature": [temperature_by_loop, temperature_by_power],
    "sample_character": [
        draw_by_loop,
        draw_by_search,
        draw_by_races,
        draw_by_gumbel,
        draw_by_multinomial,
    ],
    "generate": [generate_by_forward, generate_from_the_start, generate_by_core],
}
