"""Correct ways of writing the exercises of lesson 12."""

import math

import numpy as np


def perplexity_by_math(loss, count):
    return math.exp(loss / count)


def perplexity_by_bits(loss, count):
    bits = loss / math.log(2) / count
    return 2**bits


def perplexity_in_float32(loss, count):
    return np.exp(np.float32(loss) / np.float32(count))


def split_by_lists(text, fraction):
    length = int(len(text) * fraction)
    return [text[0:length], text[length:]]


def split_by_loop(text, fraction):
    training, validation = "", ""
    for i, character in enumerate(text):
        if i < int(fraction * len(text)):
            training += character
        else:
            validation += character
    return training, validation


def probability_by_try(counts, context, character):
    try:
        return counts[context][character] / sum(counts[context].values())
    except KeyError:
        return 0


def probability_by_loop(counts, context, character):
    seen = total = 0
    for key, followers in counts.items():
        for follower, count in followers.items():
            if key == context:
                total += count
                seen += count * (follower == character)
    return np.float64(seen / max(total, 1))


ALTERNATIVES = {
    "perplexity": [perplexity_by_math, perplexity_by_bits, perplexity_in_float32],
    "split_text": [split_by_lists, split_by_loop],
    "ngram_probability": [probability_by_try, probability_by_loop],
}
