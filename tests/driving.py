"""Move the controls of a widget as a restless learner would."""

import gc
import tracemalloc

import ipywidgets
import numpy as np


def ends(control):
    """The extreme settings of a control."""
    if isinstance(control, ipywidgets.FloatLogSlider):
        return [control.base**control.min, control.base**control.max]
    if isinstance(control, ipywidgets.Checkbox | ipywidgets.ToggleButton):
        return [False, True]
    if hasattr(control, "options"):
        return [option[1] if isinstance(option, tuple) else option for option in control.options]
    if hasattr(control, "min"):
        return [control.min, control.max]
    return [control.value]


def anything(control, rng):
    """A random setting of a control, on its own grid."""
    extremes = ends(control)
    if isinstance(control, ipywidgets.FloatLogSlider):
        return float(control.base ** rng.uniform(control.min, control.max))
    if hasattr(control, "options") or isinstance(extremes[0], bool) or len(extremes) == 1:
        return extremes[int(rng.integers(len(extremes)))]
    if isinstance(control.value, int):
        return int(rng.integers(control.min, control.max + 1))
    return float(rng.uniform(control.min, control.max))


def drive(controls, agree, moves=100, seed=0):
    """Set every control to its ends, then all to random values in random order.

    controls: dict name -> ipywidgets control. After every move agree() asserts that the box shows
    what the plain function says.
    """
    rng = np.random.default_rng(seed)
    for control in controls.values():
        for value in ends(control):
            control.value = value
            agree()
    for _ in range(moves):
        control = controls[list(controls)[int(rng.integers(len(controls)))]]
        control.value = anything(control, rng)
        agree()


def growth(controls, moves=1000, seed=0):
    """Bytes by which memory grew over so many random moves, after some moves to warm up."""
    drive(controls, lambda: None, moves // 10, seed)
    gc.collect()
    tracemalloc.start()
    drive(controls, lambda: None, moves // 2, seed)
    gc.collect()
    before = tracemalloc.get_traced_memory()[0]
    drive(controls, lambda: None, moves // 2, seed)
    gc.collect()
    after = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    return after - before
