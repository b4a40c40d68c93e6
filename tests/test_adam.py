"""The exercise on Adam against PyTorch's own, step by step on the same gradients."""

import numpy as np
import pytest

from course.exercises import EXERCISES
from tools import need


@pytest.mark.parametrize("seed", range(3))
def test_adam_update_is_that_of_pytorch(seed):
    torch = need("torch")
    rng, learning_rate = np.random.default_rng(seed), 0.02
    param, mean, square = rng.normal(size=(3, 5)), np.zeros((3, 5)), np.zeros((3, 5))
    theirs = torch.tensor(param.copy(), requires_grad=True)
    optimizer = torch.optim.Adam([theirs], lr=learning_rate)
    for t in range(1, 201):
        grad = rng.normal(size=(3, 5)) * 10.0 ** rng.integers(-9, 3, size=(3, 5))
        grad[0, 0] = 0.0
        EXERCISES["adam_update"].reference(param, grad, mean, square, t, learning_rate)
        theirs.grad = torch.tensor(grad)
        optimizer.step()
        np.testing.assert_allclose(param, theirs.detach().numpy(), rtol=1e-12, atol=1e-12)
