"""Exercises of lesson 11: the forward and the backward pass on many sequences at once."""

from .backward import BACKWARD_BATCHED
from .forward import FORWARD_BATCHED

EXERCISES = [FORWARD_BATCHED, BACKWARD_BATCHED]
