"""One kernel through many Run Alls of a lesson: its memory stays flat.

python -m pytest tests/abuse/test_soak.py -s
RUN_ALLS=200 python -m pytest tests/abuse/test_soak.py -s
"""

import os
import time

import pytest
from kernels import Kernel

RUN_ALLS = int(os.environ.get("RUN_ALLS", "40"))
SETTLED = 20  # Run Alls after which caches and pools are full
KEPT = {  # in this order: collecting garbage comes first
    "objects": "0 * __import__('gc').collect() + len(__import__('gc').get_objects())",
    "MB": "__import__('psutil').Process().memory_info().rss / 2**20",
    "figures open": "len(__import__('matplotlib.pyplot').pyplot.get_fignums())",
    "widgets": "len(__import__('ipywidgets').widgets.widget._instances)",
    "outputs kept": "len(Out)",
}


def census(kernel):
    """What the kernel holds."""
    return {what: float(kernel.ask(expression)) for what, expression in KEPT.items()}


@pytest.mark.parametrize(
    "lesson", os.environ.get("SOAK", "02_turn_scores_into_probabilities").split()
)
def test_memory_stays_flat(lesson, home):
    path, seen, start = home / "notebooks" / f"{lesson}.ipynb", {}, time.perf_counter()
    with Kernel(path, home) as kernel:
        for number in range(1, RUN_ALLS + 1):
            for index in kernel.cells:
                outputs = kernel.run(index)
                assert not [o for o in outputs if o.output_type == "error"], outputs
            if number in (1, SETTLED, RUN_ALLS) or number % 20 == 0:
                seen[number] = census(kernel)
                print(
                    f"\n{lesson}, {number} Run Alls, {time.perf_counter() - start:.0f} s: "
                    + ", ".join(f"{value:,.0f} {what}" for what, value in seen[number].items()),
                    end="",
                )
    first, last = seen[SETTLED], seen[RUN_ALLS]
    assert last["figures open"] == 0
    assert last["widgets"] == first["widgets"], "widgets pile up"
    assert last["outputs kept"] == first["outputs kept"], "pictures pile up"
    assert last["objects"] < 1.01 * first["objects"], "objects pile up"
    assert last["MB"] < first["MB"] + 16, "memory grows"
