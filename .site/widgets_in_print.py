"""What can be read of a widget without a kernel: quizzes whole, of the others what they do."""

import html
import re

from course.widgets.questions import QUESTIONS


def shown(source, promise, live):
    """Return HTML for the output of a cell that makes a widget.

    source: the cell's code; promise: "Run this cell to …"; live: how the page is made live.
    """
    quiz = re.search(r'widgets\.quiz\("([\w-]+)"\)', source)
    return question(QUESTIONS[quiz[1]]) if quiz else box(promise, live)


def question(asked):
    """A question, its answers, and below a fold what there is to say of each."""
    answers = "".join(f"<li>{html.escape(answer.text)}</li>" for answer in asked.answers)
    words = "".join(
        f"<li>{'<b>Right.</b>' if answer.right else 'Not quite.'} {answer.feedback}</li>"
        for answer in asked.answers
    )
    return (
        f'<div class="widget"><p><b>Question.</b> {asked.prompt}</p><ol type="A">{answers}</ol>'
        f'<details><summary>What there is to say of each answer</summary><ol type="A">{words}</ol>'
        f"</details></div>"
    )


def box(promise, live):
    does = html.escape(promise.removeprefix("Run this cell to "))
    return f'<div class="widget"><p><b>Here you can</b> {does}</p><p>{live}</p></div>'
