"""Exercises of lesson 7: a text cut into chunks, an update on one of them, and the loop around it."""

from .chunks import CHUNKS
from .loop import TRAIN
from .steps import TRAIN_STEP

EXERCISES = [CHUNKS, TRAIN_STEP, TRAIN]
