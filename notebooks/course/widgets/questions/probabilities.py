"""Questions of the lesson on scores and probabilities."""

from .base import Answer, Question

QUESTIONS = {
    "same-probabilities": Question(
        "Two characters have the scores 3 and 1. Which other scores give them the same "
        "probabilities?",
        [
            Answer(
                "6 and 2",
                "Here the ratio of the scores is the same, and that would be right if we divided "
                "them by their sum. Softmax goes by their difference, which has doubled.",
            ),
            Answer(
                "103 and 101",
                "The difference is 2, as before, so the first is e² times as probable as the "
                "second. A common shift cancels.",
                right=True,
            ),
            Answer(
                "−3 and −1",
                "The difference is 2 again, but the other way round: now the second character is "
                "ahead.",
            ),
            Answer(
                "0.75 and 0.25",
                "These look like probabilities, which is the temptation. As scores they are only "
                "half a point apart.",
            ),
        ],
    ),
    "untrained-loss": Question(
        "A friend trains on a text with 94 distinct characters, 50 at a time, and the first loss "
        "printed is 4.54. Nothing else is known. What has most likely happened?",
        [
            Answer(
                "The network has learned something before the first update",
                "Nothing can be learned before the first update. Work out what an even guess "
                "among 94 costs at one character.",
            ),
            Answer(
                "The loss is a mean over the characters, not a sum",
                "An even guess among 94 costs ln 94 = 4.54 at each character. The sum over 50 "
                "would be 227. Nothing is broken, as long as you compare like with like.",
                right=True,
            ),
            Answer(
                "The weights are too large",
                "Large random weights make a network sure of wrong characters: the first loss "
                "would lie far above an even guess, not at it.",
            ),
            Answer(
                "The first loss should be 77.28, so the code is wrong",
                "77.28 is 25 ln 22, and belongs to 25 steps and 22 characters. Another text has "
                "another T ln V.",
            ),
        ],
    ),
}
