"""Correct ways of writing the exercises of lesson 13."""

import numpy as np


def step_in_formulas(x, h_prev, W, U, b):
    """The page's own formulas, one line each."""
    z = 1 / (1 + np.exp(-(x @ W[0].T + h_prev @ U[0].T + b[0])))
    r = 1 / (1 + np.exp(-(x @ W[1].T + h_prev @ U[1].T + b[1])))
    c = np.tanh(x @ W[2].T + (r * h_prev) @ U[2].T + b[2])
    return z, r, c, h_prev + z * (c - h_prev)


def step_by_sequences(x, h_prev, W, U, b):
    """One column vector at a time, as on paper; σ by way of tanh."""
    rows = []
    for column, before in zip(x, h_prev, strict=True):
        z, r = (0.5 + 0.5 * np.tanh(0.5 * (W[k] @ column + U[k] @ before + b[k])) for k in (0, 1))
        c = np.tanh(W[2] @ column + U[2] @ (r * before) + b[2])
        rows.append((z, r, c, (1 - z) * before + z * c))
    return tuple(np.array(part) for part in zip(*rows, strict=True))


def step_by_einsum(x, h_prev, W, U, b):
    """All inputs at once; lists in place of arrays."""
    az, ar, ac = np.einsum("khv,bv->kbh", W, x) + b[:, None]
    z = np.exp(-np.logaddexp(0, -(az + h_prev @ U[0].T)))
    r = np.exp(-np.logaddexp(0, -(ar + h_prev @ U[1].T)))
    c = np.tanh(ac + np.einsum("hk,bk->bh", U[2], r * h_prev))
    return [z.tolist(), r.tolist(), c.tolist(), (z * c + h_prev - z * h_prev).tolist()]


def back_in_formulas(dh, h_prev, z, r, c, U):
    daz = dh * (c - h_prev) * z * (1 - z)
    dac = dh * z * (1 - c**2)
    drh = dac @ U[2]
    dar = drh * h_prev * r * (1 - r)
    return np.array([daz, dar, dac]), dh * (1 - z) + drh * r + daz @ U[0] + dar @ U[1]


def back_by_sequences(dh, h_prev, z, r, c, U):
    """One column vector at a time, every factor a matrix."""
    da, dh_prev = [], []
    for d, h, z1, r1, c1 in zip(dh, h_prev, z, r, c, strict=True):
        daz = np.diag(z1 - z1**2) @ ((c1 - h) * d)
        dac = np.diag(1 - c1**2) @ (z1 * d)
        through = U[2].T @ dac
        dar = np.diag(r1 - r1**2) @ (h * through)
        da.append([daz, dar, dac])
        dh_prev.append((1 - z1) * d + r1 * through + U[0].T @ daz + U[1].T @ dar)
    return np.array(da).swapaxes(0, 1), np.array(dh_prev)


def back_into_zeros(dh, h_prev, z, r, c, U):
    """Into arrays made first, the blame added up way by way."""
    da, dh_prev = np.zeros((3, *dh.shape)), np.zeros_like(dh)
    dh_prev += dh * (1 - z)
    da[2] = dh * z * (1 - c * c)
    drh = np.einsum("bh,hk->bk", da[2], U[2])
    dh_prev += drh * r
    da[1] = drh * h_prev * (r - r * r)
    da[0] = dh * (c - h_prev) * (z - z * z)
    for k in (0, 1):
        dh_prev += da[k] @ U[k]
    return da, dh_prev


ALTERNATIVES = {
    "gru_step": [step_in_formulas, step_by_sequences, step_by_einsum],
    "gru_backward_step": [back_in_formulas, back_by_sequences, back_into_zeros],
}
