"""Questions of the clinic: a diagnosis for each patient."""

from .base import Answer, Question

QUESTIONS = {
    "patient-a": Question(
        "Patient A's loss is <code>nan</code> from iteration 0, before a single update. What is "
        "wrong?",
        [
            Answer(
                "The learning rate is too high",
                "No update had been made yet when the loss was already <code>nan</code>. A "
                "learning rate can do no harm before the first step.",
            ),
            Answer(
                "Its softmax overflows",
                "Scores near 800 are too large for exp. It becomes infinite, and infinity over "
                "infinity is no number. The largest score was never taken away first.",
                right=True,
            ),
            Answer(
                "Its gradients explode",
                "They are <code>nan</code> as well, but they come after the loss. Look at what "
                "is computed first.",
            ),
        ],
    ),
    "patient-b": Question(
        "Patient B's loss jumps above even guessing within a few iterations, and its gradient "
        "shoots up by orders of magnitude. What is missing?",
        [
            Answer(
                "Clipping",
                "One huge gradient threw the weights so far that every unit is pressed against 1 "
                "or &minus;1. A bound on its length would have kept the step small.",
                right=True,
            ),
            Answer(
                "A lower temperature", "Temperature is for sampling. It has no part in training."
            ),
            Answer(
                "More iterations",
                "It has had a thousand of them. Saturated units send hardly any blame back, and "
                "now and then a great deal at once, which throws them to another wall.",
            ),
        ],
    ),
    "patient-c": Question(
        "Patient C's loss leaps above even guessing at once, comes down slowly and stays "
        "restless. Its gradient check passes. What would you change first?",
        [
            Answer(
                "The learning rate: lower",
                "Every weight leaps by its learning rate at each step at first. Steps that are "
                "too long land on the other side of the valley, again and again.",
                right=True,
            ),
            Answer(
                "The learning rate: higher",
                "A learning rate that is too low gives a calm, slow curve. This one is wild.",
            ),
            Answer(
                "The hidden size: larger",
                "The healthy network of the same size recites the verse. It is not a matter of "
                "room.",
            ),
        ],
    ),
    "patient-d": Question(
        "Patient D's loss sinks a little below even guessing and then lies still. The sample has "
        "about the right letters and no words. What is wrong?",
        [
            Answer(
                "It has learned all there is to learn",
                "The healthy network reads the same text and recites it.",
            ),
            Answer(
                "Its gradients vanish",
                "They are smaller than they could be, but they are there: the norm is above 10.",
            ),
            Answer(
                "The learning rate is too low",
                "It has learned how often each letter comes, which takes small changes of the "
                "biases, and has no steps long enough for more.",
                right=True,
            ),
        ],
    ),
    "patient-e": Question(
        "Patient E's loss falls below the healthy one within a hundred iterations. Then you read "
        "the sample. What has it learned?",
        [
            Answer(
                "To recite, only faster",
                "Read the sample again: it repeats one letter until chance breaks it.",
            ),
            Answer(
                "To repeat its input, because the targets are not shifted",
                "The easiest task there is: copy what you have just read. The loss measures that "
                "perfectly, and nobody asked for it.",
                right=True,
            ),
            Answer(
                "Nothing: a loss this low is a bug in the loss",
                "The loss is computed rightly, for the wrong question.",
            ),
        ],
    ),
    "patient-f": Question(
        "Patient F is surprised at the first places of every chunk, and hardly at all at the "
        "later ones. What is wrong?",
        [
            Answer(
                "The first characters of a chunk are harder to predict",
                "To the healthy network they are not: it brings along the state of the chunk "
                "before.",
            ),
            Answer(
                "Its chunks are too short", "They have 25 characters, as those of the healthy one."
            ),
            Answer(
                "Its state is not carried from chunk to chunk",
                "It wakes up from zeros at every chunk, without knowing what came before, and "
                "needs some characters to find its place.",
                right=True,
            ),
        ],
    ),
    "patient-g": Question(
        "Patient G learns, more slowly than the healthy one. Which single observation tells you "
        "most?",
        [
            Answer(
                "The loss is higher than the healthy one",
                "A higher loss has many possible causes, a slow start among them. It does not say "
                "which.",
            ),
            Answer(
                "The gradient check fails",
                "Whatever the curve does, the backward pass does not compute the gradient of "
                "this loss. It happens to point roughly downhill.",
                right=True,
            ),
            Answer("The sample is worse", "It is, and that could have a dozen causes."),
        ],
    ),
    "patient-h": Question(
        "Patient H uses a learning rate that suits the healthy one, and its gradients are right. "
        "Yet no weight ever takes a smaller step. What is wrong?",
        [
            Answer(
                "Adagrad forgets: its memory holds only the last gradient",
                "Then each gradient is divided by its own size, so every weight moves by the "
                "full learning rate at every step, for ever.",
                right=True,
            ),
            Answer(
                "Clipping cuts too much",
                "Divided by their own size, all gradients end up alike, clipped or not.",
            ),
            Answer(
                "The text is too hard for it",
                "It is the same verse, and the healthy network recites it after as many iterations.",
            ),
        ],
    ),
    "patient-i": Question(
        "Patient I's training loss is close to 0, its loss on other pages climbs above even "
        "guessing. What would help?",
        [
            Answer(
                "Training longer",
                "It got worse with every iteration. The longer it reads one page, the surer it "
                "becomes that all pages are this one.",
            ),
            Answer(
                "A smaller learning rate",
                "It would memorise more slowly, and end in the same place.",
            ),
            Answer(
                "More text, or stopping earlier",
                "With more text than it can know by heart, only what holds everywhere pays. "
                "Stopping at the low point of the second curve keeps the best of what it had.",
                right=True,
            ),
        ],
    ),
}
