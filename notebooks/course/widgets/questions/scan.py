"""Questions of the lesson on recurrence that does not wait."""

from .base import Answer, Question

QUESTIONS = {
    "why-a-scan": Question(
        "Why can the states of a minGRU be computed in a dozen rounds, and those of a GRU not?",
        [
            Answer(
                "It has fewer weights",
                "It has, and each step is cheaper for it. But a network with a single weight would "
                "have to wait too, if a tanh or a gate stood between one state and the next.",
            ),
            Answer(
                "Its gates do not see the state, so each step is a multiplication and an addition",
                "Two such steps are again such a step, and all shares and additions are known "
                "before the first state is. A GRU's gates are known when the state before is.",
                right=True,
            ),
            Answer(
                "It leaves the long way out, as attention does",
                "Attention does. The minGRU still carries everything through one state of fixed "
                "size, and forgets what its gates let go. Only the order of the work is another.",
            ),
        ],
    ),
}
