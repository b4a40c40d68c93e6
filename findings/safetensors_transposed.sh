#!/usr/bin/env bash
# safetensors 0.8.0 with NumPy 2.4.6: save and save_file of a transposed array store other numbers.
# They write the array's memory as it lies and the shape as it is seen, so that what comes back has
# the right shape and its entries in another order, with no error: for
# [[0, 3], [1, 4], [2, 5]], which is arange(6).reshape(2, 3).T, it is [[0, 1], [2, 3], [4, 5]].
# A slice with a step is stored wrong, too. np.ascontiguousarray before saving helps.
# It meets whoever carries a recurrent network out as W.T, as other frameworks have it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet safetensors==0.8.0 numpy==2.4.6
cd "$folder"
venv/bin/python - <<'PYTHON'
import numpy as np
import safetensors
from safetensors.numpy import load_file, save_file

weights = np.arange(6, dtype=np.float32).reshape(2, 3)
arrays = {"plain": weights, "transposed": weights.T, "every second": weights[:, ::2]}
came_back = {}
for name, array in arrays.items():
    save_file({"weights": array}, "weights.safetensors")
    came_back[name] = load_file("weights.safetensors")["weights"]
    print(f"{name}: saved {array.tolist()}, loaded {came_back[name].tolist()}")
save_file({"weights": np.ascontiguousarray(weights.T)}, "weights.safetensors")
copied = load_file("weights.safetensors")["weights"]

assert safetensors.__version__ == "0.8.0"
assert (came_back["plain"] == weights).all() and (copied == weights.T).all()
assert came_back["transposed"].tolist() == [[0, 1], [2, 3], [4, 5]] != weights.T.tolist()
assert came_back["every second"].tolist() == [[0, 1], [2, 3]] != weights[:, ::2].tolist()
print("as found: the right shape, and other numbers")
PYTHON
