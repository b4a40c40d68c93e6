"""The palette: told apart by everyone, and legible as ink.

Colour-blindness is simulated as in Machado, Oliveira and Fernandes, "A Physiologically-based Model
for Simulation of Color Vision Deficiency", IEEE Transactions on Visualization and Computer
Graphics 15(6), 2009: their matrices for a severity of 1, on linear RGB.
"""

from itertools import combinations

import numpy as np
import pytest

from course.plots.style import COLOURS, INKS, LIGHTS

MACHADO = {
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
MEANINGS = ["input", "hidden", "output", "gradient", "memory"]
APART = 15.0  # CIELAB distance; about 2.3 is the least that is noticed side by side


def linear(colour):
    """Linear RGB of "#rrggbb"."""
    rgb = np.array([int(colour[place : place + 2], 16) for place in (1, 3, 5)]) / 255
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def lab(rgb):
    """CIELAB (D65) of linear RGB."""
    to_xyz = np.array(
        [
            [0.4124564, 0.3575761, 0.1804375],
            [0.2126729, 0.7151522, 0.0721750],
            [0.0193339, 0.1191920, 0.9503041],
        ]
    )
    x, y, z = np.cbrt(to_xyz @ rgb / to_xyz.sum(axis=1))  # none of ours is near black
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def contrast(one, other):
    """The contrast of two colours, as WCAG 2 defines it."""
    lights = sorted(np.array([0.2126, 0.7152, 0.0722]) @ linear(colour) for colour in (one, other))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


@pytest.mark.parametrize("sight", ["usual", *MACHADO])
def test_every_pair_stays_apart(sight):
    matrix = np.array(MACHADO.get(sight, np.eye(3)))
    seen = {name: lab(np.clip(matrix @ linear(COLOURS[name]), 0, 1)) for name in MEANINGS}
    for one, other in combinations(MEANINGS, 2):
        assert np.linalg.norm(seen[one] - seen[other]) >= APART, (one, other)


def test_the_matrices_keep_grey_grey():
    for matrix in MACHADO.values():
        assert np.allclose(np.sum(matrix, axis=1), 1, atol=1e-5)


@pytest.mark.parametrize("name", INKS)
def test_inks_are_legible_on_white(name):
    assert contrast(INKS[name], "#FFFFFF") >= 4.5


@pytest.mark.parametrize("name", ["ink", "muted"])
def test_figures_text_is_legible(name):
    assert contrast(COLOURS[name], "#FFFFFF") >= 4.5


@pytest.mark.parametrize("name", LIGHTS)
def test_words_and_formulas_are_legible_on_a_dark_page(name):
    for paper in ("#111111", "#212121"):  # JupyterLab's page and its outputs
        assert contrast(LIGHTS[name], paper) >= 4.5
