"""Questions of the lesson on a step for each weight."""

from .base import Answer, Question

QUESTIONS = {
    "scale-of-the-loss": Question(
        "Someone averages the loss over the 25 characters of a chunk where we add it up, so that "
        "every gradient is 25 times smaller. Nothing else is changed. What happens to the steps?",
        [
            Answer(
                "With both, they are 25 times shorter",
                "With SGD, yes. For Adagrad work it out: the gradient stands above the fraction "
                "line, and what stands below it?",
            ),
            Answer(
                "With SGD they are 25 times shorter, with Adagrad they stay as they are",
                "Above the line the gradient is 25 times smaller, and so is the root of the summed "
                "squares below it. The two cancel, as long as ε plays no part. An SGD learning "
                "rate belongs to the scale of the loss; Adagrad's does not.",
                right=True,
            ),
            Answer(
                "With SGD they are 25 times shorter, with Adagrad 25 times longer",
                "The memory is indeed smaller, and a smaller memory makes longer steps. But the "
                "gradient above the fraction line is smaller too: how much is left over?",
            ),
            Answer(
                "With SGD they are 25 times shorter, with Adagrad 625 times, because of the square",
                "Only the memory is squared, and the root undoes that before the division.",
            ),
        ],
    ),
    "whose-step-is-longest": Question(
        "The network has read the verse for 1,000 iterations under Adagrad. Now the columns of the "
        "space, of “e” and of “H” each receive the same gradient. Which of them takes the longest "
        "step?",
        [
            Answer(
                "That of the space: it has had the most practice",
                "It has had the most gradients, and all of them are in its memory, below the "
                "fraction line. What does a large memory do to a step?",
            ),
            Answer(
                "That of “H”: it has heard the least so far",
                "Its column is one of the pale ones in the picture: a small memory below the "
                "fraction line makes a long step. What is rare counts for more when it comes.",
                right=True,
            ),
            Answer(
                "All three take the same step, since the gradients are the same",
                "That is SGD. Under Adagrad each weight divides by what it has heard before, and "
                "these three have heard very different things.",
            ),
        ],
    ),
}
