"""Questions of the lesson on characters as numbers."""

from .base import Answer, Question

QUESTIONS = {
    "why-one-hot": Question(
        "A colleague feeds the network the plain numbers: 0 for a, 1 for b, up to 25 for z. What "
        "is wrong with that?",
        [
            Answer(
                "The numbers are too large",
                "They could be divided by 25, and the trouble would remain. Think of what a "
                "network does with an input: it multiplies.",
            ),
            Answer(
                "It says that z is twenty-five times b, and that b lies between a and c",
                "An input is multiplied by a weight, so its size means something. A character's "
                "number is only a name; with one-hot, every character has weights of its own.",
                right=True,
            ),
            Answer(
                "Nothing: the network will learn what the numbers mean",
                "It would have to bend a single line of numbers into 26 unrelated things. That "
                "takes layers of work which one-hot gives for free.",
            ),
        ],
    ),
    "sorted-or-set": Question(
        "You train with <code>list(set(text))</code> as the numbering, save the weights, and load "
        "them tomorrow. The samples are gibberish. Which part of the program changed?",
        [
            Answer(
                "The weights: saving rounds them",
                "Files keep every bit of a weight. Look at what stands between a weight and a "
                "letter.",
            ),
            Answer(
                "The numbering: row 7 of a weight matrix now belongs to another letter",
                "Python salts the hash of a string anew in every process, a set's order follows "
                "the hashes, and so each run has an alphabet of its own. Sorting ends that.",
                right=True,
            ),
            Answer(
                "The random numbers used for sampling",
                "Those do change, and give another text, but still one with real words in it.",
            ),
        ],
    ),
}
