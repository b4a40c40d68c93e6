"""Say that a cell is at work, and for how long still, in a line that is written over."""

import time

EVERY = 100  # iterations between two calls, as `train(..., every=100)` makes them


def countdown(iterations):
    """Return a `report` for `train` that counts so many iterations down, and says how long."""
    begin, first = time.perf_counter(), None

    def report(model, iteration, loss):
        nonlocal first
        first = iteration if first is None else first
        done = iteration - first
        passed = time.perf_counter() - begin
        whole = passed * iterations / done if done else 0.0
        if done + EVERY >= iterations:
            words = f"{iterations:,} iterations made (here in {max(whole, 1):.0f} s)\n"
        else:
            left = f", about {max(whole - passed, 1):.0f} s left" if done else ""
            words = f"{done:,} of {iterations:,} iterations{left}"
        print(f"\r{'':44}\r{words}", end="", flush=True)

    return report
