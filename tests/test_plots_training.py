"""The figures of training: what they compute, refuse and describe."""

import numpy as np
import pytest

from course import plots
from course.plots import style

FALLING = 77 * np.exp(-np.arange(500) / 60)


def test_smoothed_is_a_mean_that_fades_and_is_corrected_for_its_start():
    curve = plots.smoothed([10.0, 20.0, 0.0], keep=0.9)
    means = [10, (0.9 * 10 + 20) / 1.9, (0.81 * 10 + 0.9 * 20) / 2.71]
    assert curve.tolist() == pytest.approx(means)
    assert len(plots.smoothed([])) == 0
    assert plots.smoothed(np.full(50, 3.0)).tolist() == pytest.approx([3.0] * 50)


def test_every_way_of_drawing_losses_is_described():
    picture = plots.losses(
        FALLING,
        trend=plots.smoothed(FALLING),
        band=[FALLING, 2 * FALLING],
        characters=25,
        marks={"the original": {0: 77.0, 400: 0.1}},
        baselines={"uniform": 3.09, "2-gram": 1.19},
    )
    for words in (
        "nats per character",
        "on a log axis",
        "falls by far",
        "smooth trend",
        "2 random",
        "the original at 0, 400",
        "uniform, 2-gram",
    ):
        assert words in picture.alt
    assert picture.png.startswith(b"\x89PNG")


@pytest.mark.parametrize(
    "curve, words",
    [
        (FALLING[:150], "falls to a fraction"),
        (FALLING[:20], "falls a little"),
        (np.full(100, 5.0), "stays where it began"),
        (FALLING[::-1], "rises"),
        (np.append(FALLING, np.inf), "too large to draw"),
    ],
)
def test_the_course_of_a_curve_in_words(curve, words):
    assert words in plots.losses(curve, log=False).alt


def test_several_curves_and_a_late_trend():
    assert "“one”" in plots.losses({"one": FALLING, "two": FALLING / 2}, log=False).alt
    plots.losses(FALLING, trend=np.convolve(FALLING, np.ones(100) / 100, mode="valid"))
    plots.losses(np.tile(FALLING, 200))  # more than there are pixels


def test_baselines_need_to_know_the_length_of_a_chunk():
    with pytest.raises(ValueError, match="nats per character"):
        plots.losses(FALLING, baselines={"uniform": 3.09})


@pytest.mark.parametrize(
    "text, seq_length, count",
    [("hopehopeh", 4, 2), ("hopehope", 4, 1), ("hope", 3, 1), ("hope" * 4, 3, 5)],
)
def test_chunks_are_counted_as_the_exercise_does(text, seq_length, count):
    from course.exercises.training.chunks import chunks

    assert len(chunks(list(text), seq_length)) == count
    assert f"into {count} chunks" in plots.chunked(text, seq_length).alt


def test_ladder_and_places():
    assert "2-gram" in plots.ladder({"uniform": 3.0, "2-gram": 1.2}, {"network": 0.1}).alt
    curves = {"carried": np.full(25, 0.1), "from zeros": np.linspace(1, 0.1, 25)}
    assert "carried, from zeros" in plots.by_position(curves, [1.2, 0.5]).alt


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    "text", ["山水 山水 日本", "שלום עולם", "क्या है", "na\u0301 \u200d\ufe0f", "😀👍 ok"]
)
def test_an_alphabet_of_any_script_is_drawn_without_a_warning(text):
    picture = plots.alphabet(text * 3)
    assert picture.png.startswith(b"\x89PNG") and "Bars of how often" in picture.alt


def test_what_no_font_has_is_shown_as_its_code(monkeypatch):
    monkeypatch.setattr(style.font_manager.fontManager, "ttflist", [])
    style._has_font.cache_clear()
    assert [style.drawn(c) for c in "a é\n"] == ["a", "␣", "é", "↵"]
    assert style.drawn("\u0301") == "U+0301" and style.drawn("\U0001f9ff") == "U+1F9FF"
    style._has_font.cache_clear()
