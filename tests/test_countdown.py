"""A cell that trains says how far it is, and what is stored of it is the same everywhere."""

import re

from course.countdown import countdown
from rnn_core import RNN


def test_it_counts_down_and_ends_with_one_line(capsys):
    model = RNN(None, 3, 2, seed=0)
    model.train("hope" * 9, 50, report=None)  # not the first iterations of this network
    model.train("hope" * 9, 300, report=countdown(300), every=100)
    said = capsys.readouterr().out
    assert "\r100 of 300 iterations, about 1 s left" in said
    assert re.search(r"\r300 iterations made \(here in \d+ s\)\n$", said)
    assert said.count("\n") == 1
