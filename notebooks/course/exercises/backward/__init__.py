"""Exercises of lesson 4: the blame for a wrong prediction, sent back in time."""

from .numerical import NUMERICAL_GRADIENT
from .steps import BACKWARD_STEP, OUTPUT_GRADIENT
from .whole import BACKWARD

EXERCISES = [OUTPUT_GRADIENT, BACKWARD_STEP, BACKWARD, NUMERICAL_GRADIENT]
