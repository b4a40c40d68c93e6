"""Exercises of lesson 7: a text cut into chunks, and one update of the network on one of them."""

from .chunks import CHUNKS
from .steps import TRAIN_STEP

EXERCISES_HERE = [CHUNKS, TRAIN_STEP]
