"""Questions of the lesson on sampling."""

from .base import Answer, Question

QUESTIONS = {
    "hot-or-cold": Question(
        "A network writes the same dull sentence over and over. Which temperature might help, "
        "and why?",
        [
            Answer(
                "A lower one: it makes the network try harder",
                "This is what most people say at first. A lower temperature divides the scores by "
                "a smaller number, so the gaps between them widen and the favourite wins even "
                "more often: duller still.",
            ),
            Answer(
                "A higher one: unlikely characters get a larger share",
                "The scores move closer together, so the draw is more often something other than "
                "the favourite. Too high, and it stops making sense.",
                right=True,
            ),
            Answer(
                "Temperature cannot change which characters are drawn, only how fast",
                "Temperature has nothing to do with speed. It changes every probability, though "
                "never their order.",
            ),
        ],
    ),
    "same-seed": Question(
        "You sample twice with <code>np.random.default_rng(1)</code> made afresh each time, and "
        "get the same text. A colleague makes the generator once and samples twice with it. What "
        "does the colleague get?",
        [
            Answer(
                "The same text twice",
                "A generator moves on with every draw: the second text starts where the first one "
                "left off.",
            ),
            Answer(
                "Two different texts, and the same two again tomorrow",
                "One seed fixes the whole sequence of random numbers. The first text uses its "
                "beginning, the second what comes after.",
                right=True,
            ),
            Answer(
                "Two different texts, and others tomorrow",
                "That would be so with a generator without a seed. With one, every run of the "
                "program draws the same numbers in the same order.",
            ),
        ],
    ),
}
