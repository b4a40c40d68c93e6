#!/usr/bin/env bash
# keras 3.15.1 (JAX backend): an optimiser with global_clipnorm turns a finite gradient into nan.
# The squares of [3e19, 4e19, 0] overflow float32, the norm is taken to be infinite, and all three
# entries become nan, also the one that is 0, and with them the weights. The same gradient with
# clipnorm, or in optax 0.2.8's clip_by_global_norm, becomes zeros: that update is lost and training
# goes on. The gradient that exploded is the case that clipping is there for.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet \
    keras==3.15.1 optax==0.2.8 jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6
cd "$folder"
KERAS_HOME="$folder" KERAS_BACKEND=jax JAX_PLATFORMS=cpu venv/bin/python - <<'PYTHON'
import jax.numpy as jnp
import keras
import numpy as np
import optax


def step(gradient, **clip):
    """What one step of plain gradient descent at rate 1 subtracts from weights of zero."""
    weights = keras.Variable(np.zeros(3, np.float32))
    keras.optimizers.SGD(1.0, **clip).apply([keras.ops.array(gradient)], [weights])
    return -np.array(weights)


usual, large = np.array([3, 4, 0], np.float32), np.array([3e19, 4e19, 0], np.float32)
assert np.isfinite(large).all()
ours = optax.clip_by_global_norm(1.0)
clipped = ours.update(jnp.array(large), ours.init(jnp.array(large)))[0]
print("keras", keras.__version__, "optax", optax.__version__)
print("global_clipnorm=1 of [3, 4, 0]:       ", step(usual, global_clipnorm=1.0).round(3).tolist())
print("global_clipnorm=1 of [3e19, 4e19, 0]: ", step(large, global_clipnorm=1.0).tolist())
print("clipnorm=1 of the same:               ", np.abs(step(large, clipnorm=1.0)).tolist())
print("optax.clip_by_global_norm of the same:", clipped.tolist())

assert (keras.__version__, optax.__version__) == ("3.15.1", "0.2.8")
assert np.allclose(step(usual, global_clipnorm=1.0), [0.6, 0.8, 0])
assert np.isnan(step(large, global_clipnorm=1.0)).all()
assert (step(large, clipnorm=1.0) == 0).all() and (np.array(clipped) == 0).all()
print("as found: nan, where the others lose one update")
PYTHON
