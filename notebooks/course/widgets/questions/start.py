"""Questions of the lesson to start with."""

from .base import Answer, Question

QUESTIONS = {
    "cell-order": Question(
        "The upper of two cells says <code>print(x)</code>, the lower one <code>x = 5</code>. You "
        "run the lower cell first, then the upper one. What happens?",
        [
            Answer(
                "An error: x is used before it is set",
                "That would be so in a program that is read from top to bottom. A notebook goes by "
                "the order in which you run its cells.",
            ),
            Answer(
                "It prints 5",
                "When the upper cell runs, x is known. It also means that a notebook can work "
                "today and fail tomorrow, when it is run from the top. Restart and Run All shows "
                "which it is.",
                right=True,
            ),
            Answer(
                "It prints nothing until the lower cell is run again",
                "No cell waits for another. Each does its work at the moment you run it, with "
                "whatever is known by then.",
            ),
        ],
    ),
}
