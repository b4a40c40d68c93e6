"""Questions of the lesson on what came next."""

from .base import Answer, Question

QUESTIONS = {
    "why-gates": Question(
        "Why does blame survive a hundred steps in a GRU, where a plain network loses it in ten?",
        [
            Answer(
                "Its weights are larger",
                "Larger weights would let blame explode, as in lesson 5. The trick is to avoid the "
                "multiplication altogether.",
            ),
            Answer(
                "Where the gate is closed, the state is copied, and the way back of a copy is a copy",
                "With z at 0 the new state is the old one: no matrix, no tanh, a factor of 1. The "
                "network learns when to keep that road open.",
                right=True,
            ),
            Answer(
                "It has more units",
                "We gave both the same number. A plain network with ten times as many would still "
                "multiply its blame at every step.",
            ),
        ],
    ),
}
