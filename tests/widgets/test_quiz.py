"""Every question can be answered in every way, and says why."""

import pytest

from course.widgets import quiz
from course.widgets.questions import QUESTIONS, Answer, Question
from course.widgets.quiz import feedback


@pytest.mark.parametrize("name", QUESTIONS)
def test_every_answer_gets_its_feedback(name):
    panel, question = quiz(name), QUESTIONS[name]
    assert "No answer picked yet" in panel.reply.value
    for number, answer in enumerate(question.answers):
        panel.answers.value = number
        assert answer.feedback in panel.reply.value
        assert ("Right" in panel.reply.value.split("</b>")[0]) == answer.right
        assert panel.message.value == ""
    panel.answers.value = None
    assert "No answer picked yet" in panel.reply.value


@pytest.mark.parametrize("name", QUESTIONS)
def test_questions_are_worth_asking(name):
    question = QUESTIONS[name]
    assert len(question.answers) >= 3
    assert len({answer.feedback for answer in question.answers}) == len(question.answers)
    assert all(len(answer.feedback) > 40 for answer in question.answers)


def test_a_question_of_your_own():
    own = Question("1 + 1?", [Answer("2", "yes", right=True), Answer("3", "no")])
    panel = quiz(own)
    panel.answers.value = 1
    assert feedback(own, 1) in panel.reply.value


def test_what_is_no_question():
    with pytest.raises(ValueError, match="No question is called 'nothing'"):
        quiz("nothing")
    with pytest.raises(ValueError, match="Exactly one answer must be right"):
        Question("?", [Answer("a", ""), Answer("b", "")])
    with pytest.raises(ValueError, match="two answers or more"):
        Question("?", [Answer("a", "", right=True)])
