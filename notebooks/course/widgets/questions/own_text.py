"""Questions of the lesson on a text of one's own."""

from .base import Answer, Question

QUESTIONS = {
    "validation-rises": Question(
        "The training loss still falls, the validation loss has been rising for a while. What has "
        "happened, and which network would you keep?",
        [
            Answer(
                "It trains too fast; keep the last one, with a smaller learning rate",
                "A high learning rate shows in the training loss, which would jump or rise. Here "
                "it falls as it should, and the trouble is what it falls by.",
            ),
            Answer(
                "It learns this text by heart; keep the one at the lowest validation loss",
                "From there on it gains only what holds in the training text alone, and pays for "
                "it elsewhere. Stopping at that point is called early stopping.",
                right=True,
            ),
            Answer(
                "The validation part is harder; keep the last one",
                "Harder parts shift the whole curve upwards. They do not make it turn: the same "
                "characters were easier for the same network earlier on.",
            ),
        ],
    ),
    "perplexity-of-eight": Question(
        "A network has a perplexity of 8 per character. Which of these says the same?",
        [
            Answer(
                "Its loss is 8 nats per character",
                "Perplexity is e to the loss. A loss of 8 nats would be a perplexity of almost "
                "3,000, worse than guessing among all the characters there are.",
            ),
            Answer(
                "It gives the right character a probability of 1/8 every time",
                "That would give a perplexity of 8, but so do many other ways. It is an average: "
                "some characters are almost certain, others come as a shock.",
            ),
            Answer(
                "It is, on average, as uncertain as among 8 equal choices: 3 bits",
                "Three questions with yes or no tell 8 choices apart: 2 to the power of 3. In "
                "nats it is the logarithm of 8, a little above 2.",
                right=True,
            ),
        ],
    ),
}
