"""Questions of the lesson on what came next."""

from .base import Answer, Question

QUESTIONS = {
    "why-gates": Question(
        "Before training, a GRU and a well started plain network lose blame equally slowly. What "
        "can the GRU learn that the plain network cannot?",
        [
            Answer(
                "To have more blame on the first day",
                "Look at the curves again: at the start the two lie on each other. What can "
                "training do to a gate?",
            ),
            Answer(
                "To remember more, as it has more units",
                "We gave both the same number. (It has three times as many weights, which is "
                "another matter.)",
            ),
            Answer(
                "To close a gate while there is nothing to do but wait",
                "With z at 0 the new state is the old one: no matrix, no tanh, and on the way "
                "back a factor of 1. The network learns when to close it, unit by unit.",
                right=True,
            ),
        ],
    ),
}
