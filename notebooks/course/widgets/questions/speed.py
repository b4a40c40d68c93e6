"""Questions of the lesson on speed."""

from .base import Answer, Question

QUESTIONS = {
    "what-first": Question(
        "Your training is slow. What do you do first?",
        [
            Answer(
                "Rewrite the inner loop in C",
                "Perhaps one day. But which loop? Most of the time may be spent elsewhere, and "
                "then the fastest inner loop gains nothing.",
            ),
            Answer(
                "Measure where the time goes",
                "A profile takes a minute and often surprises. Only what takes much of the time "
                "can save much of it.",
                right=True,
            ),
            Answer(
                "Move it to float32",
                "It may gain a third, and cost some digits; you will see it below. But as long as "
                "you do not know where the time goes, it is a guess like any other.",
            ),
        ],
    ),
    "why-batches": Question(
        "Reading 32 sequences at a time makes each character many times cheaper, though just as "
        "much is calculated for each. Why?",
        [
            Answer(
                "The 32 sequences run on 32 cores",
                "It is one core. Look at what is done once for all 32 of them.",
            ),
            Answer(
                "What one call costs is paid once for 32 characters",
                "The smaller the arrays, the more of the time is the price of the call itself: "
                "that is why 64 units gain most. And where the weights are too many for the cache, "
                "each one fetched serves 32 characters as well.",
                right=True,
            ),
            Answer(
                "The weights come from memory once in place of 32 times",
                "With 64 units they are 16 KiB and stay in the cache all the time. Which size in "
                "the picture would have to gain most, if this were the reason?",
            ),
            Answer(
                "With batches, fewer gradients are computed",
                "All are computed, and added up. What is saved is not arithmetic.",
            ),
        ],
    ),
}
