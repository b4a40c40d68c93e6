"""The other exercise of lesson 8: draw from the most probable characters alone."""

import numpy as np

from .base import Exercise


def top_p(probabilities, p):
    """Keep the most probable, as few as make up p together; the others get 0."""
    order = np.argsort(probabilities)[::-1]
    before = np.cumsum(probabilities[order]) - probabilities[order]
    kept = np.zeros(len(probabilities))
    kept[order] = np.where(before < p, probabilities[order], 0)
    return kept / kept.sum()


def cases(rng):
    """Orders of all kinds; one that is enough alone; all of them; a network's own, sharp and flat."""
    yield np.array([0.2, 0.1, 0.6, 0.1 - 1e-3, 1e-3]), 0.75
    yield np.array([0.7, 0.3]), 0.5
    yield np.array([0.15, 0.05, 0.5, 0.3]), 0.9
    yield np.array([0.05, 0.95]), 0.9
    yield np.array([0.4, 0.35, 0.25]), 0.99
    yield np.array([0.1, 0.2, 0.3, 0.4]), 1.0
    yield np.array([1.0]), 0.3
    yield np.array([0.0, 0.25, 0.0, 0.75]), 0.8
    for size, spread, p in ((5, 1, 0.6), (22, 3, 0.9), (22, 1, 0.95), (22, 6, 0.5), (40, 2, 1.0)):
        exps = np.exp(rng.normal(scale=spread, size=size))
        yield exps / exps.sum(), p


TOP_P = Exercise(
    name="top_p",
    lesson=8,
    reference=top_p,
    cases=cases,
    signature="top_p(probabilities, p)",
    returns="an array of shape (V,), the probabilities that are kept, made to add up to 1 again",
    axes=("character",),
)


def keeping(choose):
    """Keep the places where choose(sorted probabilities, their sums, p) is true, and normalise."""

    def kept_by(probabilities, p):
        order = np.argsort(probabilities)[::-1]
        ranked = probabilities[order]
        kept = np.zeros(len(probabilities))
        kept[order] = np.where(choose(ranked, np.cumsum(ranked), p), ranked, 0)
        return kept / kept.sum()

    return kept_by


def known(hint, name, function):
    TOP_P.mistake(hint, name=name)(function)


known(
    """
    One character too few is kept, and where the first is large enough alone, none at all.
    They are kept until their sum has reached p: the one that reaches it belongs to them.
    """,
    "one-too-few",
    keeping(lambda ranked, sums, p: sums <= p),
)
known(
    """
    One character too many is kept.
    When the sum has reached p it is enough.
    """,
    "one-too-many",
    keeping(lambda ranked, sums, p: np.concatenate([[0, 0], sums[:-2]])[: len(sums)] < p),
)
known(
    """
    Each probability is compared with p by itself.
    It is their sum, from the largest on, that should reach p.
    """,
    "each-compared-with-p",
    keeping(lambda ranked, sums, p: ranked >= p),
)
known(
    """
    Kept is what is at least p times as probable as the favourite.
    That is a rule too, min-p; here the sum of what is kept should reach p.
    """,
    "min-p",
    keeping(lambda ranked, sums, p: ranked >= p * ranked[0]),
)
known(
    """
    Kept is what is at least 1 − p by itself.
    It is the sum, from the largest on, that should reach p.
    """,
    "each-compared-with-the-rest",
    keeping(lambda ranked, sums, p: ranked >= 1 - p),
)
known(
    """
    A share p of the characters is kept, however probable they are.
    It is their probabilities that should make up p.
    """,
    "share-of-characters",
    keeping(lambda ranked, sums, p: np.arange(len(ranked)) < max(1, int(p * len(ranked)))),
)
known(
    """
    It is the tail that is kept, and the most probable are left out.
    """,
    "tail-kept",
    keeping(lambda ranked, sums, p: sums >= p),
)
known(
    "The most probable alone is kept. The next ones follow until the sum reaches p.",
    "best-only",
    keeping(lambda ranked, sums, p: np.arange(len(ranked)) == 0),
)


@TOP_P.mistake("""
    The least probable are kept first.
    `np.argsort` puts the smallest first: turn its order round.
    """)
def smallest_first(probabilities, p):
    order = np.argsort(probabilities)
    before = np.cumsum(probabilities[order]) - probabilities[order]
    kept = np.zeros(len(probabilities))
    kept[order] = np.where(before < p, probabilities[order], 0)
    return kept / kept.sum()


@TOP_P.mistake("""
    Characters are added up in the order of the alphabet.
    The most probable come first: sort before you add up.
    """)
def not_sorted(probabilities, p):
    kept = np.where(np.cumsum(probabilities) - probabilities < p, probabilities, 0)
    return kept / kept.sum()


@TOP_P.mistake("""
    The right ones are kept, but they come back sorted: the largest stands first.
    Put each back at its own place.
    """)
def left_sorted(probabilities, p):
    return np.sort(top_p(probabilities, p))[::-1]


@TOP_P.mistake("""
    The right ones are kept at their old size, so that they no longer add up to 1.
    Divide by what is left.
    """)
def not_normalised(probabilities, p):
    return np.where(top_p(probabilities, p) > 0, probabilities, 0)


@TOP_P.mistake("""
    What is kept is divided by p.
    Its sum is p or more: divide by the sum itself.
    """)
def divided_by_p(probabilities, p):
    return np.where(top_p(probabilities, p) > 0, probabilities, 0) / p


@TOP_P.mistake("""
    The right ones are kept, but softmax was taken of them: those left out get a share again.
    Dividing by the sum is enough.
    """)
def softmax_again(probabilities, p):
    exps = np.exp(np.where(top_p(probabilities, p) > 0, probabilities, 0))
    return exps / exps.sum()


@TOP_P.mistake("""
    All that are kept have become alike.
    Among themselves they should differ as before.
    """)
def made_even(probabilities, p):
    kept = top_p(probabilities, p) > 0
    return kept / kept.sum()


@TOP_P.mistake("""
    What comes back are the numbers of the characters that are kept.
    Asked for is an array as long as `probabilities`, with 0 for the others.
    """)
def indices_given(probabilities, p):
    return np.flatnonzero(top_p(probabilities, p))


@TOP_P.mistake("""
    Only those that are kept come back, and their places are lost.
    The answer is as long as `probabilities`, with 0 for the others.
    """)
def others_left_out(probabilities, p):
    kept = top_p(probabilities, p)
    return kept[kept > 0]


@TOP_P.mistake("""
    What comes back is True and False.
    Give back the probabilities that are kept, with 0 for the others, made to add up to 1.
    """)
def mask_given(probabilities, p):
    return top_p(probabilities, p) > 0


@TOP_P.mistake("""
    The probabilities came back as they were.
    Where does p come in?
    """)
def unchanged(probabilities, p):
    return probabilities.copy()


@TOP_P.mistake("""
    With p = 1 a sum may end at 0.9999999999999999 and never reach it: then `argmax` finds no True, gives 0, and one character alone is kept.
    Ask for each character what had been added up before it.
    """)
def never_reached(probabilities, p):
    order = np.argsort(probabilities)[::-1]
    sums = np.cumsum(probabilities[order]).clip(max=1 - 1e-16 if p == 1 else None)
    kept = np.zeros(len(probabilities))
    places = order[: int(np.argmax(sums >= p)) + 1]
    kept[places] = probabilities[places]
    return kept / kept.sum()


EXERCISES = [TOP_P]
