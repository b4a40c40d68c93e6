"""Correct ways of writing the exercise on top-p of lesson 8."""

import numpy as np


def top_p_by_loop(probabilities, p):
    kept, total = [0.0] * len(probabilities), 0.0
    for ix in sorted(range(len(probabilities)), key=lambda ix: -probabilities[ix]):
        if total < p:
            kept[ix] = float(probabilities[ix])
            total += kept[ix]
    return [one / total for one in kept]


def top_p_by_searchsorted(probabilities, p):
    order = np.argsort(-probabilities, kind="stable")
    count = np.searchsorted(np.cumsum(probabilities[order]), p) + 1
    result = probabilities.copy()
    result[order[count:]] = 0
    return result / result.sum()


def top_p_by_threshold(probabilities, p):
    """The smallest probability that is kept, and all that are as large."""
    ranked = np.sort(probabilities)[::-1]
    sums = np.concatenate([[0.0], np.cumsum(ranked)[:-1]])
    least = ranked[sums < p].min()
    kept = probabilities * (probabilities >= least)
    return kept / kept.sum()


ALTERNATIVES = {"top_p": [top_p_by_loop, top_p_by_searchsorted, top_p_by_threshold]}
