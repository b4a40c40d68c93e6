"""The box of lesson 5 shows what the plain function says, at any setting."""

import numpy as np
import pytest

from course.widgets.gradient_flow import CLIPS, charts, flow, gradient_flow, in_words
from driving import drive, growth
from rnn_core import numerical_gradient


def settings(panel):
    return [panel.controls[name].value for name in ("radius", "length", "limit", "how")]


def test_the_box_agrees_with_the_plain_function():
    panel = gradient_flow()

    def agree():
        found, how = flow(*settings(panel)), settings(panel)[-1]
        assert in_words(found, how) in panel.words.value
        assert charts(found, how)[0] in panel.flowing.value
        assert charts(found, how)[1] in panel.sizes.value
        assert panel.message.value == ""

    drive(panel.controls, agree)


def test_memory_does_not_grow():
    assert growth(gradient_flow().controls) < 300_000


@pytest.mark.parametrize("how", CLIPS)
def test_what_is_clipped_keeps_to_its_limit(how):
    found = flow(3.0, 40, 5.0, how)
    if how == "by norm":
        assert found.total[1] == pytest.approx(5.0)
        assert found.angle == pytest.approx(0.0, abs=1e-4)
    else:
        assert found.total[1] < found.total[0] and 0 < found.angle < 90
    unclipped = flow(0.5, 10, 50.0, how)
    assert unclipped.total[0] == pytest.approx(unclipped.total[1])
    assert "nothing is clipped" in in_words(unclipped, how)


def test_blame_by_central_differences():
    # What is left at distance 3 is the root mean square of d h_T / d h_{T-3}: differentiate it.
    from course.plots import gradient_norm_by_lag, network_of_radius

    rnn = network_of_radius(1.5, hidden_size=6)
    hs, _ = rnn.forward([3, 1, 4, 1, 5], np.zeros(6))
    columns = [
        numerical_gradient(lambda h, u=unit: rnn.forward([4, 1, 5], h)[0][-1][u], hs[2].copy())
        for unit in range(6)
    ]
    assert gradient_norm_by_lag(rnn, hs)[3] == pytest.approx(
        np.linalg.norm(columns) / np.sqrt(6), rel=1e-6
    )


def test_words_for_each_fate():
    assert "vanishes" in in_words(flow(0.3, 25, 5.0, "by norm"), "by norm")
    assert "survives" in in_words(flow(1.0, 10, 5.0, "by norm"), "by norm")
    assert "explodes" in in_words(flow(3.0, 60, 5.0, "by norm"), "by norm")


def test_unrun_it_says_what_running_brings():
    assert repr(gradient_flow()).startswith("Run this cell to move the spectral radius")
