"""Correct ways of writing the exercises of lesson 4."""

import numpy as np

# output_gradient


def output_by_loop(ps, targets):
    dys = []
    for p, target in zip(ps.tolist(), targets, strict=True):
        p[target] -= 1
        dys.append(p)
    return dys


def output_by_one_hot(ps, targets):
    return ps - np.eye(ps.shape[1])[targets]


def output_in_float32(ps, targets):
    dys = np.array(ps, dtype=np.float32)
    for t in range(len(dys)):
        dys[t, targets[t]] -= 1
    return dys


# backward_step


def step_by_dot(dh, h, h_prev, Whh):
    da = (1 - h * h) * dh
    return da, da.dot(Whh)


def step_by_loop(dh, h, h_prev, Whh):
    da = [dh[j] * (1 - h[j] ** 2) for j in range(len(h))]
    dh_prev = [sum(Whh[j, i] * da[j] for j in range(len(h))) for i in range(len(h))]
    return da, dh_prev


def step_with_jacobian(dh, h, h_prev, Whh):
    slopes, dh = np.diag(1 - h**2).astype(np.float32), dh.astype(np.float32)
    return [slopes @ dh, ((slopes @ Whh).T @ dh).astype(np.float32)]


# backward


def backward_by_loop(inputs, targets, hs, ps, Wxh, Whh, Why):
    """As the original script does it, one outer product a step."""
    dWxh, dWhh, dWhy = np.zeros_like(Wxh), np.zeros_like(Whh), np.zeros_like(Why)
    dbh, dby, dhnext = np.zeros(len(Whh)), np.zeros(len(Why)), np.zeros(len(Whh))
    for t in reversed(range(len(inputs))):
        dy = np.copy(ps[t])
        dy[targets[t]] -= 1
        dWhy += np.outer(dy, hs[t + 1])
        dby += dy
        dh = Why.T @ dy + dhnext
        dhraw = (1 - hs[t + 1] * hs[t + 1]) * dh
        dbh += dhraw
        x = np.zeros(Wxh.shape[1])
        x[inputs[t]] = 1
        dWxh += np.outer(dhraw, x)
        dWhh += np.outer(dhraw, hs[t])
        dhnext = Whh.T @ dhraw
    return {"Wxh": dWxh, "Whh": dWhh, "Why": dWhy, "bh": dbh, "by": dby}


def backward_in_place(inputs, targets, hs, ps, Wxh, Whh, Why):
    """As rnn_core does it, in one array."""
    dys = ps.copy()
    dys[np.arange(len(dys)), targets] -= 1
    das, slopes = dys.dot(Why), 1 - hs[1:] ** 2
    das[-1] *= slopes[-1]
    for t in range(len(das) - 2, -1, -1):
        das[t] = (das[t] + das[t + 1].dot(Whh)) * slopes[t]
    dWxh = np.zeros(Wxh.shape)
    np.add.at(dWxh.T, inputs, das)
    return {
        "by": dys.sum(0),
        "bh": das.sum(0),
        "Why": dys.T.dot(hs[1:]),
        "Whh": das.T.dot(hs[:-1]),
        "Wxh": dWxh,
    }


def backward_in_float32(*arguments):
    arguments = [a.astype(np.float32) if a.dtype.kind == "f" else a for a in arguments]
    gradients = backward_by_loop(*arguments)
    return {name: gradient.astype(np.float32) for name, gradient in gradients.items()}


# numerical_gradient


def numerical_with_copies(f, array):
    gradient = np.empty_like(array)
    for index in np.ndindex(*array.shape):
        above, below = array.copy(), array.copy()
        above[index] += 1e-4
        below[index] -= 1e-4
        gradient[index] = (f(above) - f(below)) / 2e-4
    return gradient


def numerical_in_place(f, array):
    gradient, step = np.zeros(array.shape), 1e-6
    for index, _ in np.ndenumerate(gradient):
        array[index] += step
        above = f(array)
        array[index] -= 2 * step
        below = f(array)
        array[index] += step
        gradient[index] = (above - below) / (2 * step)
    return gradient


def numerical_of_flat(f, array):
    flat = array.ravel()
    if array.size and not np.shares_memory(flat, array):
        return numerical_with_copies(f, array)
    slopes = []
    for i in range(flat.size):
        value = flat[i]
        flat[i] = value + 1e-5
        above = f(array)
        flat[i] = value - 1e-5
        slopes.append((above - f(array)) / 2e-5)
        flat[i] = value
    return np.reshape(slopes, array.shape).tolist()


ALTERNATIVES = {
    "output_gradient": [output_by_loop, output_by_one_hot, output_in_float32],
    "backward_step": [step_by_dot, step_by_loop, step_with_jacobian],
    "backward": [backward_by_loop, backward_in_place, backward_in_float32],
    "numerical_gradient": [numerical_with_copies, numerical_in_place, numerical_of_flat],
}
