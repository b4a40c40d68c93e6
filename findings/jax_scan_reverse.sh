#!/usr/bin/env bash
# jax 0.10.2: lax.associative_scan(join, xs, reverse=True) calls join(later, earlier). It turns xs
# round, scans, and turns back, so that an operation for which the order counts gets its arguments
# exchanged: joining matrices or steps of a recurrence, it gives x3 x2 x1 x0 at the first place
# where "the scan from the end" suggests x0 x1 x2 x3. With no error, and unseen where the order does
# not matter, as for sums. Exchanging the arguments in join gives the products of the ends in order.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6
cd "$folder"
JAX_PLATFORMS=cpu venv/bin/python - <<'PYTHON'
import jax
import numpy as np


def join(first, second):
    """Two steps h = a h + b, one after the other, as one: (a, b) of both together."""
    return second[0] * first[0], second[0] * first[1] + second[1]


def in_order(a, b):
    """What the steps from each on to the last come to, joined one by one in their order."""
    found = []
    for t in range(len(a)):
        whole = (a[t], b[t])
        for step in zip(a[t + 1 :], b[t + 1 :]):
            whole = join(whole, step)
        found.append(whole[1])
    return np.array(found)


a, b = np.array([0.5, 0.9, 0.5, 0.2], np.float32), np.array([1.0, -0.1, 0.5, 0.4], np.float32)
as_given = jax.lax.associative_scan(join, (a, b), reverse=True)[1]
exchanged = jax.lax.associative_scan(lambda x, y: join(y, x), (a, b), reverse=True)[1]
print("steps to the end, in order:", in_order(a, b).round(3).tolist())
print("reverse=True:              ", np.asarray(as_given).round(3).tolist())
print("join exchanged:            ", np.asarray(exchanged).round(3).tolist())

assert jax.__version__ == "0.10.2"
assert np.allclose(exchanged, in_order(a, b), atol=1e-6)
assert np.allclose(as_given, [1.265, 0.53, 0.7, 0.4], atol=1e-6)
assert not np.allclose(as_given, in_order(a, b), atol=0.01)
print("as found: the operation gets the later entry first")
PYTHON
