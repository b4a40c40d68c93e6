"""Questions of the lesson on looking inside."""

from .base import Answer, Question

QUESTIONS = {
    "found-by-chance": Question(
        "Of 96 units, the best correlates with the phase of the moon on the day each page was "
        "written, at 0.06. What have you found?",
        [
            Answer(
                "A unit that follows the moon, weakly",
                "Try any 96 columns of numbers against any other column: the best of them will "
                "correlate a little. You have to know how much chance alone would give.",
            ),
            Answer(
                "Nothing, until you know what the best of 96 gives by chance",
                "Shift the feature along the text, so that it fits nothing, and look at the best "
                "unit again. What does not stand above that is no find. What does may still be "
                "had for nothing: an untrained network is the next thing to ask.",
                right=True,
            ),
            Answer(
                "Nothing, since the moon cannot be in the text",
                "Probably true, but that is knowing the answer beforehand. The same test would "
                "then have let you believe a correlation of 0.06 with something more likely.",
            ),
        ],
    ),
    "silenced-unit": Question(
        "Suppose unit 16 follows the position in the word better than any other. Silenced, the "
        "loss hardly changes. What does that say?",
        [
            Answer(
                "The network does not use the position in the word",
                "Several units follow it, not one. With one gone, the others may still carry what "
                "is needed.",
            ),
            Answer(
                "The correlation must have been a mistake",
                "It was computed and far above chance. But to follow something and to be needed "
                "for it are two things.",
            ),
            Answer(
                "That it can be spared: others may know what unit 16 knows",
                "A state of 96 numbers spreads what it knows over many units. To find out what "
                "the network uses, one would have to silence whole groups of them.",
                right=True,
            ),
        ],
    ),
}
