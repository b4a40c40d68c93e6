"""Questions of the lesson on sending the blame back in time."""

from .base import Answer, Question

QUESTIONS = {
    "which-line-is-wrong": Question(
        "You check a backward pass numerically. The gradients of <code>Why</code> and "
        "<code>by</code> are right to the last digit; those of <code>Whh</code>, "
        "<code>Wxh</code> and <code>bh</code> are off. Which slip can it be?",
        [
            Answer(
                "The 1 is not taken off at the target",
                "That would spoil dy, and dWhy and dby are made from dy directly: they would be "
                "wrong as well. Whatever is broken lies further back than the scores.",
            ),
            Answer(
                "The one-hot rows are those of the targets instead of the inputs",
                "That spoils dWxh alone. Here Whh and bh are wrong too, so look at what all three "
                "of them are made from.",
            ),
            Answer(
                "Whh is not transposed on the way back",
                "All three are made from das, and das is where a wrong way back in time shows. The "
                "scores come before it, so Why and by know nothing of it.",
                right=True,
            ),
            Answer(
                "hs[1:] is used for dWhh in place of hs[:-1]",
                "A likely slip, but it spoils dWhh alone. bh is a plain sum of das and uses no "
                "states at all.",
            ),
        ],
    ),
}
