"""Questions of the lesson on the hidden state."""

from .base import Answer, Question

QUESTIONS = {
    "where-is-the-past": Question(
        "A network has read a hundred characters and now predicts the next one. Through which "
        "door does the very first character reach this prediction?",
        [
            Answer(
                "Through hs: forward keeps all the states, and the scores are made from them",
                "The rows are kept, but the scores after step t are made from one of them alone. "
                "The others wait for lesson 4.",
            ),
            Answer(
                "Through the last state, as far as a hundred updates have left a trace of it",
                "There is no other door. What the state does not hold is lost to the prediction, "
                "however often it stood in the text.",
                right=True,
            ),
            Answer(
                "Through the weights: they take in the text as it is read",
                "While reading, no weight changes. The weights say how to remember; what is "
                "remembered stands in the state.",
            ),
            Answer(
                "Not at all: only the last character counts",
                "That would be the table of pairs from lesson 1. Here each state is made from the "
                "state before it as well.",
            ),
        ],
    ),
    "weights-for-longer-texts": Question(
        "A network with V = 22 and H = 64 reads chunks of 25 characters. You let it read chunks of "
        "50. How many weights does it have now?",
        [
            Answer(
                "Twice as many: every step has weights of its own",
                "The unrolled picture looks like that, with Whh drawn again at each step. It is "
                "the same Whh each time.",
            ),
            Answer(
                "As many as before",
                "Wxh, Whh and bh are used at every step, so their sizes know nothing of T. Only "
                "hs and ps get more rows.",
                right=True,
            ),
            Answer(
                "More, but only in Wxh, which has to hold the longer input",
                "Wxh meets one character at a time: its shape is (H, V), with no T in it.",
            ),
        ],
    ),
}
