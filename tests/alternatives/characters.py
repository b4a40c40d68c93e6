"""Correct ways of writing the exercises of lesson 1."""

from itertools import pairwise

import numpy as np


def vocabulary_by_loop(text):
    characters = []
    for char in text:
        if char not in characters:
            characters.append(char)
    characters.sort()
    char_to_ix, ix_to_char = {}, {}
    for ix in range(len(characters)):
        char_to_ix[characters[ix]] = ix
        ix_to_char[ix] = characters[ix]
    return char_to_ix, ix_to_char


def vocabulary_by_numpy(text):
    characters = [str(char) for char in np.unique(list(text))]
    return {char: characters.index(char) for char in characters}, dict(enumerate(characters))


def one_hot_by_loop(indices, size):
    rows = []
    for ix in indices:
        row = [0] * size
        row[ix] = 1
        rows.append(row)
    return rows


def one_hot_by_comparison(indices, size):
    return (np.arange(size) == np.asarray(indices)[:, None]).astype(np.float32)


def one_hot_by_assignment(indices, size):
    rows = np.zeros((len(indices), size), dtype=int)
    rows[np.arange(len(indices)), indices] = 1
    return rows


def shift_by_loop(indices):
    inputs, targets = [], []
    for t in range(len(indices) - 1):
        inputs.append(indices[t])
        targets.append(indices[t + 1])
    return inputs, targets


def shift_by_delete(indices):
    return np.delete(indices, -1), np.delete(indices, 0)


def pairs_by_dictionary(indices, size):
    followers = {}
    for now, then in pairwise(indices):
        followers.setdefault(int(now), []).append(int(then))
    rows = []
    for now in range(size):
        after = followers.get(now, [])
        rows.append([after.count(then) / len(after) if after else 0.0 for then in range(size)])
    return rows


def pairs_by_product(indices, size):
    rows = np.eye(size)[indices]
    table = rows[:-1].T @ rows[1:]
    return table / np.maximum(table.sum(axis=1, keepdims=True), 1)


ALTERNATIVES = {
    "build_vocabulary": [vocabulary_by_loop, vocabulary_by_numpy],
    "one_hot": [one_hot_by_loop, one_hot_by_comparison, one_hot_by_assignment],
    "shift_targets": [shift_by_loop, shift_by_delete],
    "pair_probabilities": [pairs_by_dictionary, pairs_by_product],
}
