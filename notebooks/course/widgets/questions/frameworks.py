"""Questions of the lesson on the way to a framework and back."""

from .base import Answer, Question

QUESTIONS = {
    "what-parted": Question(
        "Your network and the same one in PyTorch give the same loss at the first update and "
        "another at the hundredth. What do you look at first?",
        [
            Answer(
                "Rounding: the two add in another order, and that is all it is",
                "It may be. But rounding alone shows at the first update as 1e-16, and with small "
                "steps it stays there. Look how far apart the weights are after one update: a "
                "hundredth is no rounding.",
            ),
            Answer(
                "The weights after one single update",
                "What differs in the rule shows there already: another ε, a memory that does not "
                "start where yours does, a second bias that learns. What is only rounding does "
                "not.",
                right=True,
            ),
            Answer(
                "The forward pass, number by number",
                "The first losses are the same, so it is the same function of the same weights. "
                "Something after it must differ: the gradient, the clipping or the step.",
            ),
        ],
    ),
}
