"""All questions of the course by name; a module for each lesson."""

from . import (
    backward,
    beyond,
    characters,
    clinic,
    clipping,
    forward,
    frameworks,
    inside,
    optimisers,
    own_text,
    probabilities,
    sampling,
    scan,
    speed,
    start,
    training,
)
from .base import Answer as Answer
from .base import Question as Question

_LESSONS = (
    start,
    characters,
    probabilities,
    forward,
    backward,
    clipping,
    optimisers,
    training,
    sampling,
    inside,
    clinic,
    speed,
    own_text,
    beyond,
    scan,
    frameworks,
)
QUESTIONS = {name: question for lesson in _LESSONS for name, question in lesson.QUESTIONS.items()}
