"""Questions of the lesson on training."""

from .base import Answer, Question

QUESTIONS = {
    "needles": Question(
        "Needles stand out of the loss curve at iterations 950 and 1,425, and often at 475. What "
        "happens there?",
        [
            Answer(
                "The chunk with the hardest words comes round again",
                "Then it would come round in every verse. The verse has 119 characters, so it "
                "passes once in about five iterations, a hundred times as often as the needles.",
            ),
            Answer(
                "The gradients explode, and clipping catches them",
                "A loss is measured before its update, so this network was surprised first. And "
                "explosions keep no timetable: what comes every 475 iterations?",
            ),
            Answer(
                "A new epoch begins, and the state is set to zeros",
                "All other chunks begin in a state that has read something. Once an epoch the "
                "network stands at the beginning with nothing in mind, and has had as many chances "
                "to practise that as there were epochs.",
                right=True,
            ),
            Answer(
                "Chance: sooner or later every curve has outliers",
                "Outliers of chance would not stand at equal distances. Divide the numbers by "
                "one another before you blame chance.",
            ),
        ],
    ),
    "good-loss": Question(
        "On the text that it was trained on, a network has a lower loss than any n-gram table. "
        "What does that show?",
        [
            Answer(
                "That it has learned this text",
                "That, and no more. What it would make of other text can be seen only on other "
                "text, kept aside from the start.",
                right=True,
            ),
            Answer(
                "That it would predict another poem better than the tables",
                "It might, or it might be worse: what is learned by heart need not carry over. "
                "Nothing measured here speaks of another poem.",
            ),
            Answer(
                "That it has found the rules of English",
                "A verse by heart needs no rules. If you sing a song in a language that you do "
                "not speak, your loss is low as well.",
            ),
            Answer(
                "That it has more parameters than a table has entries",
                "Here the table of 5-grams is the larger one by far, if you count its empty rows. "
                "Look at what the loss was measured on.",
            ),
        ],
    ),
}
