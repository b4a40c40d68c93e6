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
                "It gains where arrays are large. In a loop over small ones the time goes into the "
                "calls, and a call costs the same for either type.",
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
                "Each call, and each weight fetched from memory, serves 32 characters",
                "The price of a call and of fetching Whh is the same for 1 and for 32. That is "
                "what arithmetic intensity counts: operations for each byte moved.",
                right=True,
            ),
            Answer(
                "With batches, fewer gradients are computed",
                "All are computed, and added up. What is saved is not arithmetic.",
            ),
        ],
    ),
}
