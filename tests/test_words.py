"""The page of symbols and words is complete, and each word is explained where it first stands."""

import re

import pytest

from reading import INLINE, NOTEBOOKS, broken_links, lesson_paths, prose, read_lesson

PAGE = read_lesson(NOTEBOOKS / "words.ipynb")
LESSONS = [read_lesson(path) for path in lesson_paths()]
# The field's names that a reader must have met to look further, whatever else the page holds.
MUST = """logit, negative log-likelihood, cross-entropy, nat, perplexity, token, embedding, bigram model,
neuron, activation, nonlinearity, forward pass, backward pass, gradient, gradient check,
truncated backpropagation through time, initialisation, hyperparameters, minibatch, epoch, iteration,
saturated, Jacobian, exponential moving average, loss spike, baselines, greedy decoding, ablation,
test set, held-out text, data leakage""".replace("\n", " ").split(", ")
SYMBOLS = ["V", "T", "H", "B", "x", "h", "W", "L", "y", "p", "a", "b", "c", "t"]


def rows(name):
    """The cells of a table of the page, row by row."""
    (text,) = [cell.source for cell in PAGE.cells if cell.id == name]
    lines = [line for line in text.splitlines() if line.startswith("| ")][2:]
    return [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in lines]


WORDS = [
    (ours, theirs, int(re.match(r"\[(\d+)\]", at)[1])) for ours, theirs, _, at in rows("words")
]


def cells_with(lesson, word):
    """The ids of the cells of text that hold a word, beginning alike: plurals count."""
    found = []
    for cell in lesson.text:
        text = " ".join(re.sub(r"[*_]", "", cell.source).split())
        if re.search(rf"\b{re.escape(word)}", text, re.IGNORECASE):
            found.append(cell.id)
    return found


@pytest.mark.parametrize("ours, theirs, number", WORDS, ids=[theirs for _, theirs, _ in WORDS])
def test_a_word_is_explained_where_it_first_stands(ours, theirs, number):
    """The field's word stands beside ours in that lesson, and in no lesson before it."""
    lesson = LESSONS[number]
    here = cells_with(lesson, theirs)
    assert here, f"lesson {number} does not say {theirs!r}"
    (first,) = [cell for cell in lesson.text if cell.id == here[0]]
    key = ours.split()[-1] if ours.split()[0] in {"value", "number", "table", "matrix"} else ours
    stem = key.split()[0][:5]
    assert re.search(rf"\b{re.escape(stem)}", first.source, re.IGNORECASE), (
        f"lesson {number}, {first.where}: {theirs!r} first stands without {ours!r} beside it"
    )
    for earlier in LESSONS[:number]:
        if theirs.lower() != ours.lower() and earlier.number:  # lesson 0 is a look ahead
            assert not cells_with(earlier, theirs), (
                f"lesson {earlier.number} says {theirs!r} before lesson {number} explains it"
            )


def test_the_page_is_complete():
    elsewhere = " | ".join(theirs for _, theirs, _ in WORDS)
    assert not [word for word in MUST if word not in elsewhere]
    symbols = " ".join(symbol for symbol, *_ in rows("symbols"))
    assert not [symbol for symbol in SYMBOLS if not re.search(rf"\${symbol}[_$^]", symbols)]


@pytest.mark.parametrize("lesson", LESSONS[1:9], ids=lambda lesson: lesson.path.stem)
def test_sizes_and_arrays_of_formulas_are_on_the_page(lesson):
    """Every capital letter of a formula, a size or an array, has its row."""
    listed = "".join(symbol for symbol, *_ in rows("symbols"))
    for cell in lesson.text:
        for formula in re.findall(
            r"\$\$(.+?)\$\$|\$([^$]+)\$", INLINE.sub(" ", cell.source), re.DOTALL
        ):
            formula = "".join(formula)
            formula = re.sub(r"\\[a-zA-Z]+|#[0-9A-F]{6}|\{[a-z ]+\}", " ", formula)
            for letter in re.findall(r"(?<![A-Za-z])[A-Z](?![A-Za-z])", formula):
                assert f"${letter}" in listed or letter in "NS", f"{cell.where}: ${letter}$"


def test_every_lesson_leads_to_the_page():
    for lesson in LESSONS:
        shown = [text for _, kind, text in lesson.texts_shown if kind == "text/html"]
        assert any('href="words.ipynb"' in text for text in shown), lesson.path.name


def test_its_links_and_its_words():
    for cell in PAGE.text:
        assert not list(broken_links(PAGE.path, cell.source))
        assert "!" not in prose(cell.source)
