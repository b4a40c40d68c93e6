"""Correct ways of writing the exercises of lesson 14."""

import numpy as np


def scan_in_rounds(a, b):
    """Hillis and Steele's: after each round an entry reaches back twice as far."""
    a, b, reach = a.copy(), b.copy(), 1
    while reach < len(a):
        b[reach:] += a[reach:] * b[:-reach]
        a[reach:] = a[reach:] * a[:-reach]
        reach *= 2
    return b


def scan_step_by_step(a, b):
    """The loop, into an array made first."""
    h = np.zeros(b.shape)
    h[0] = b[0]
    for t in range(1, len(b)):
        h[t] = a[t] * h[t - 1] + b[t]
    return h


def scan_by_halves(a, b):
    """Blelloch's: join neighbours, solve the problem of half the length, and fill in."""
    if len(a) == 1:
        return b.copy()
    even = len(a) // 2 * 2
    joined = scan_by_halves(a[1:even:2] * a[0:even:2], a[1:even:2] * b[0:even:2] + b[1:even:2])
    h = np.zeros(b.shape)
    h[1:even:2] = joined
    h[0] = b[0]
    h[2::2] = a[2::2] * h[1:-1:2] + b[2::2]
    return h


def back_step_by_step(dhs, a, before):
    db, later = np.zeros(dhs.shape), 0
    for t in reversed(range(len(a))):
        db[t] = dhs[t] + later
        later = a[t] * db[t]
    return before * db, db


def back_in_rounds(dhs, a, before):
    """The scan from the end, without turning anything round."""
    db, a, reach = dhs.copy(), np.concatenate([a[1:], np.zeros_like(a[:1])]), 1
    while reach < len(a):
        db[:-reach] += a[:-reach] * db[reach:]
        a[:-reach] = a[:-reach] * a[reach:]
        reach *= 2
    return db * before, db


def back_by_the_scan(dhs, a, before):
    """The page's own: shifted by one, from the end. (The first `a` meets nothing: it may be any.)"""
    db = scan_in_rounds(np.roll(a[::-1], 1, axis=0), dhs[::-1])[::-1]
    return [db * before, db]


def forward_step_by_step(inputs, h_prev, Wz, Wc, bz, bc):
    """A character at a time, columns as on paper."""
    T, B = inputs.shape
    z, c = np.empty((2, T, B, len(bz)))
    hs = np.empty((T + 1, B, len(bz)))
    hs[0] = h_prev
    for t in range(T):
        for i in range(B):
            x = np.eye(Wz.shape[1])[inputs[t, i]]
            z[t, i] = 0.5 + 0.5 * np.tanh(0.5 * (Wz @ x + bz))
            c[t, i] = Wc @ x + bc
            hs[t + 1, i] = hs[t, i] + z[t, i] * (c[t, i] - hs[t, i])
    return z, c, hs


def forward_by_the_scan(inputs, h_prev, Wz, Wc, bz, bc):
    z = 1 / (1 + np.exp(-(Wz.T[inputs] + bz)))
    c = Wc.T[inputs] + bc
    b = z * c
    b[0] += (1 - z[0]) * h_prev
    return z, c, np.concatenate([h_prev[None], scan_in_rounds(1 - z, b)])


def forward_with_the_start_as_a_step(inputs, h_prev, Wz, Wc, bz, bc):
    """The state before is the first `b` of a scan that is one step longer."""
    x = np.eye(Wz.shape[1])[inputs]
    z, c = np.exp(-np.logaddexp(0, -(x @ Wz.T + bz))), x @ Wc.T + bc
    a, b = np.concatenate([z[:1] * 0, 1 - z]), np.concatenate([h_prev[None], z * c])
    return [z, c, scan_by_halves(a, b)]


ALTERNATIVES = {
    "linear_scan": [scan_in_rounds, scan_step_by_step, scan_by_halves],
    "linear_scan_backward": [back_step_by_step, back_in_rounds, back_by_the_scan],
    "mingru_forward": [
        forward_step_by_step,
        forward_by_the_scan,
        forward_with_the_start_as_a_step,
    ],
}
