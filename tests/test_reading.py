"""The editor that reads the lessons notices what it should, and lets good pages pass."""

import pytest

from reading import (
    ROOT,
    anchors,
    broken_links,
    fold_troubles,
    headings,
    picture_troubles,
    prose,
    word_troubles,
)

GOOD_FOLD = "Text.\n\n<details><summary>Hint 1</summary>\n\nLook at `x`.\n</details>\n\nMore."


@pytest.mark.parametrize(
    "text, trouble",
    [
        (GOOD_FOLD, None),
        ("```html\n<details>\n```\n", None),
        (GOOD_FOLD.replace("</details>\n\n", ""), "is not closed"),
        (GOOD_FOLD.replace("</summary>\n\n", "</summary>\n"), "blank line after the summary"),
        (GOOD_FOLD.replace("</details>\n\n", "</details>\n"), "blank line after the </details>"),
        (GOOD_FOLD.replace("`x`.\n</details>", "`x`.</details>"), "line of its own"),
        (GOOD_FOLD.replace("<details><summary>", "<details>\n<summary>"), "first line"),
        (GOOD_FOLD.replace("<details>", "<details open>"), "first line"),
        ("</details>\n", "closes nothing"),
        (GOOD_FOLD.replace("Look", "<details><summary>In</summary>\n\nLook"), "inside the fold"),
    ],
)
def test_folds(text, trouble):
    found = " ".join(fold_troubles(text))
    assert (trouble in found) if trouble else not found


@pytest.mark.parametrize(
    "text, trouble",
    [
        ("![The loss falls from 77 to 1](a.png)", None),
        ("![](a.png)", "no alt"),
        ("![figure 3](a.png)", "does not say"),
        ("![The plot](a.png)", "does not say"),
        ('<img src="a.png">', "no alt"),
        ('<img alt="" src="a.png">', "no alt"),
        ('<img alt="A curve that falls steeply" src="a.png">', None),
        ('<svg role="img" aria-label="Four bars of probability"></svg>', None),
        ("<svg></svg>", "role"),
        ('<svg role="img"></svg>', "no alt"),
        ('<svg aria-hidden="true"></svg>', None),
        ("`<img>` and\n```\n<svg>\n```\n", None),
    ],
)
def test_pictures(text, trouble):
    found = " ".join(picture_troubles(text))
    assert (trouble in found) if trouble else not found


@pytest.mark.parametrize(
    "text, trouble",
    [
        ("[a](https://example.org) [b](README.md) [c](notebooks)", None),
        ("[a](README.md#start) [b](#a-place)\n\n## A place", None),
        ("`[a](none.md)`", None),
        ("[a](none.md)", "does not exist"),
        ("[a](readme.md)", "does not exist"),
        ("[a](README.md#nowhere)", "a heading that README.md does not have"),
        ("[a](http://example.org)", "https://"),
        ("[a](../elsewhere.md)", "out of the course"),
        ('<a href="none.md">a</a>', "does not exist"),
        ("[![A badge that says so](none.svg)](README.md)", "does not exist"),
    ],
)
def test_links(text, trouble):
    found = " ".join(broken_links(ROOT / "PAGE.md", text))
    assert (trouble in found) if trouble else not found


@pytest.mark.parametrize(
    "text, trouble",
    [
        ("It says that the *color* is in `color` and $color$.", None),
        ("See [Optimization](https://example.org), prized for its size.", None),
        ("Justice and simplicity.", None),
        ("Simply do it.", "'Simply'"),
        ("It is just so.", "'just'"),
        ("This is easy.", "'easy'"),
        ("Of course.", "'Of course'"),
        ("Note that it is.", "'Note that'"),
        ("Well done!", "exclamation"),
        ("We normalize.", "British"),
        ("Its behavior and color.", "British"),
        ("Good \U0001f600", "emoji"),
    ],
)
def test_words(text, trouble):
    found = " ".join(word_troubles(prose(text)))
    assert (trouble in found) if trouble else not found, found


def test_headings_and_anchors():
    text = "# A · B\n\n```\n# no\n```\n\n## What you'll *build*\n"
    assert headings(text) == [(1, "A · B"), (2, "What you'll *build*")]
    assert anchors(text, github=False) == {"A-·-B", "What-you'll-build"}
    assert anchors(text, github=True) == {"a--b", "what-youll-build"}
