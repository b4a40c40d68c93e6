"""A question with its answers, each with what to say to those who choose it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Answer:
    """One answer (plain text) and the feedback (HTML) for whoever picks it."""

    text: str
    feedback: str
    right: bool = False


@dataclass(frozen=True)
class Question:
    """A prompt (HTML) and at least two answers, one of them right."""

    prompt: str
    answers: list[Answer]

    def __post_init__(self):
        texts = [answer.text for answer in self.answers]
        if len(texts) < 2 or len(set(texts)) < len(texts):
            raise ValueError(f"A question needs two answers or more, all different: {texts}.")
        if sum(answer.right for answer in self.answers) != 1:
            raise ValueError(f"Exactly one answer must be right: {self.prompt!r}.")
