"""Questions of the lesson on gradients in bounds."""

from .base import Answer, Question

QUESTIONS = {
    "clipping-cures": Question(
        "A network is trained on chunks of a hundred characters, and cannot learn that a bracket "
        "opened forty characters ago must be closed. Its gradients are clipped at 5. What would "
        "help?",
        [
            Answer(
                "A lower clip limit",
                "It would make all steps shorter. The blame from forty steps back is not too "
                "large, it is gone before it arrives.",
            ),
            Answer(
                "A higher clip limit, or none",
                "Nothing was cut off that blame: it shrank by itself, a factor at each step. "
                "Clipping only ever shortens.",
            ),
            Answer(
                "Nothing about clipping: the blame vanished on its way",
                "Clipping cures gradients that are too large. For those that vanish one has to "
                "change the way back itself: weights with a spectral radius near 1 to begin with, "
                "or gates, as in lesson 13. (With chunks of 25 no blame would set out on "
                "so long a way: then longer chunks come first.)",
                right=True,
            ),
        ],
    ),
    "value-or-norm": Question(
        "Two entries of a gradient are 100 and 1, and the limit is 5. Which statement is true?",
        [
            Answer(
                "By value keeps their ratio, by norm does not",
                "By value makes 5 and 1 of them: a ratio of 5 where it was 100. Work out what by "
                "norm makes.",
            ),
            Answer(
                "By norm keeps their ratio, by value does not",
                "By norm multiplies both by the same number, so the direction stays. By value cuts "
                "the 100 alone and lets the 1 weigh twenty times more than before.",
                right=True,
            ),
            Answer(
                "Both give the same, since both respect the limit",
                "Both respect it in their own way: by value each entry, by norm the length of all "
                "of them together. Here they give (5, 1) and about (5, 0.05).",
            ),
        ],
    ),
}
