"""Correct ways of writing the exercises of lesson 5."""

import math

import numpy as np


def value_by_loop(gradients, limit):
    clipped = {}
    for name in gradients:
        flat = [min(max(entry, -limit), limit) for entry in gradients[name].ravel().tolist()]
        clipped[name] = np.array(flat).reshape(gradients[name].shape)
    return clipped


def value_by_where(gradients, limit):
    return {
        name: np.where(np.abs(g) > limit, np.sign(g) * limit, g).astype(np.float32)
        for name, g in gradients.items()
    }


def norm_by_concatenation(gradients, limit):
    everything = np.concatenate([g.ravel() for g in gradients.values()])
    norm = np.linalg.norm(everything)
    if norm <= limit:
        return {name: g.copy() for name, g in gradients.items()}
    return {name: limit * g / norm for name, g in gradients.items()}


def norm_by_loop(gradients, limit):
    squares = 0.0
    for g in gradients.values():
        for entry in g.ravel().tolist():
            squares += entry * entry
    shrink = max(1.0, math.sqrt(squares) / limit)
    return {name: (g / shrink).tolist() for name, g in gradients.items()}


def value_by_masks(gradients, limit):
    clipped = {name: g.copy() for name, g in gradients.items()}
    for g in clipped.values():
        g[g > limit] = limit
        g[g < -limit] = -limit
    return clipped


def value_by_sign(gradients, limit):
    return {name: np.sign(g) * np.minimum(np.abs(g), limit) for name, g in gradients.items()}


def norm_by_hypot(gradients, limit):
    norm = math.hypot(*(entry for g in gradients.values() for entry in g.ravel().tolist()))
    scale = min(1.0, limit / norm) if norm else 1.0
    return {name: scale * g for name, g in gradients.items()}


ALTERNATIVES = {
    "clip_by_value": [value_by_loop, value_by_where, value_by_masks, value_by_sign],
    "clip_by_norm": [norm_by_concatenation, norm_by_loop, norm_by_hypot],
}
