"""One question, several answers, and a word on each."""

import ipywidgets

from .base import Panel, text, write
from .questions import QUESTIONS, Question


def feedback(question, choice):
    """Return what the box says (HTML) when the answer with number `choice` is picked."""
    if choice is None:
        return "No answer picked yet. Take a guess: a wrong one is explained."
    answer = question.answers[choice]
    verdict = "✓ Right." if answer.right else "✗ Not quite."
    return f"<b>{verdict}</b> {answer.feedback}"


def quiz(question):
    """Return a box that asks a question: its name in QUESTIONS, or a Question of your own."""
    if not isinstance(question, Question):
        if question not in QUESTIONS:
            raise ValueError(f"No question is called {question!r}; there are {sorted(QUESTIONS)}.")
        question = QUESTIONS[question]
    answers = ipywidgets.RadioButtons(
        options=[(answer.text, number) for number, answer in enumerate(question.answers)],
        value=None,
        tooltip="Pick an answer; arrow keys move between answers",
        layout={"width": "auto"},
    )
    answers.add_class("rnn-answers")
    reply = text(feedback(question, None), live=True)
    reply.layout.min_height = "4.5em"  # so that the page does not jump when the reply comes
    panel = Panel("Quiz", "answer a question", [text(question.prompt), answers, reply])
    panel.answers, panel.reply = answers, reply
    answers.observe(
        panel.guard(lambda change: write(reply, feedback(question, change["new"]), live=True)),
        "value",
    )
    return panel
