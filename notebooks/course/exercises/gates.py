"""Exercises of lesson 13: one step of a gated network, and the way back through it."""

import numpy as np

from .base import Exercise

AXES = {"da": ("gate", "sequence", "unit")} | dict.fromkeys(
    ("z", "r", "c", "h", "dh_prev"), ("sequence", "unit")
)
SIZES = ((1, 2, 2), (2, 3, 2), (2, 2, 3), (3, 3, 3), (4, 5, 3), (16, 7, 8))  # B, V, H


def drawn(rng, B, V, H):
    """Rows x (B, V), states (B, H) and weights of a GRU, none of them zero."""
    x, h_prev = np.eye(V)[rng.integers(V, size=B)], np.tanh(rng.normal(size=(B, H)))
    return x, h_prev, *(rng.normal(0, 0.7, shape) for shape in ((3, H, V), (3, H, H), (3, H)))


def sigma(a):
    return 1 / (1 + np.exp(-a))


def gates_of(x, h_prev, W, U, b, squash=sigma):
    return (squash(x @ W[k].T + h_prev @ U[k].T + b[k]) for k in (0, 1))


def candidate(x, h_seen, W, U, b, squash=np.tanh):
    return squash(x @ W[2].T + h_seen @ U[2].T + b[2])


def mixed(z, r, c, h_prev):
    return z, r, c, (1 - z) * h_prev + z * c


# gru_step ------------------------------------------------------------------------------------


def gru_step_cases(rng):
    """One sequence of two units, then more; sizes all different, and some equal.

    Then one of large numbers whose sums are small; the last has sums so large that `np.exp` of
    them is not a float any more.
    """
    for size in SIZES:
        yield drawn(rng, *size)
    W, U = np.array([[[150.25]], [[150.0]], [[200.5]]]), np.full((3, 1, 1), 200.0)
    yield np.array([[1.0]]), np.array([[0.5]]), W, U, np.full((3, 1), -250.0)
    x, h_prev, W, U, b = drawn(rng, 3, 4, 3)
    yield x, h_prev, np.sign(W) * 800, U, b


def gru_step(x, h_prev, W, U, b):
    z, r = gates_of(x, h_prev, W, U, b)
    return mixed(z, r, candidate(x, r * h_prev, W, U, b), h_prev)


GRU_STEP = Exercise(
    name="gru_step",
    lesson=13,
    reference=gru_step,
    cases=gru_step_cases,
    signature="gru_step(x, h_prev, W, U, b)",
    returns="four arrays (B, H): `z`, `r`, `c` and the new state `h`",
    parts=("z", "r", "c", "h"),
    axes=AXES,
)


@GRU_STEP.mistake("""
    The gate is turned round.
    On this page an open gate, z = 1, takes the candidate, and a closed one keeps the old state.
    Cho and others, and PyTorch, have it your way.
    """)
def update_gate_turned_round(x, h_prev, W, U, b):
    z, r, c, _ = gru_step(x, h_prev, W, U, b)
    return z, r, c, z * h_prev + (1 - z) * c


@GRU_STEP.mistake("""
    `r` is multiplied on behind the matrix.
    On this page it covers parts of the old state before `U[2]` sees it.
    PyTorch's GRU has it your way.
    """)
def reset_after_the_matrix(x, h_prev, W, U, b):
    z, r = gates_of(x, h_prev, W, U, b)
    return mixed(z, r, np.tanh(x @ W[2].T + r * (h_prev @ U[2].T) + b[2]), h_prev)


@GRU_STEP.mistake("""
    Here `r` multiplies the recurrent part and the bias.
    It belongs to the old state alone, before the matrix.
    """)
def reset_after_the_bias(x, h_prev, W, U, b):
    z, r = gates_of(x, h_prev, W, U, b)
    return mixed(z, r, np.tanh(x @ W[2].T + r * (h_prev @ U[2].T + b[2])), h_prev)


@GRU_STEP.mistake("The candidate sees all of the old state: `r` has no part in it.")
def reset_not_used(x, h_prev, W, U, b):
    z, r = gates_of(x, h_prev, W, U, b)
    return mixed(z, r, candidate(x, h_prev, W, U, b), h_prev)


@GRU_STEP.mistake("""
    `r` is multiplied with the whole candidate.
    What it covers is the old state, on its way into the candidate.
    """)
def reset_of_the_candidate(x, h_prev, W, U, b):
    z, r = gates_of(x, h_prev, W, U, b)
    return mixed(z, r, r * candidate(x, h_prev, W, U, b), h_prev)


@GRU_STEP.mistake("""
    `W`, `U` and `b` are taken in the order r, z, c.
    They are stacked in the order z, r, c.
    """)
def stacked_as_in_pytorch(x, h_prev, W, U, b):
    r, z = gates_of(x, h_prev, W, U, b)
    return mixed(z, r, candidate(x, r * h_prev, W, U, b), h_prev)


@GRU_STEP.mistake("""
    The order of the answer is z, r, c, h.
    The new state stands first in yours.
    """)
def state_first(x, h_prev, W, U, b):
    z, r, c, h = gru_step(x, h_prev, W, U, b)
    return h, z, r, c


@GRU_STEP.mistake("""
    The gates go through tanh, which is negative half of the time.
    A gate is a share: it wants σ, between 0 and 1.
    """)
def gates_through_tanh(x, h_prev, W, U, b):
    z, r = gates_of(x, h_prev, W, U, b, np.tanh)
    return mixed(z, r, candidate(x, r * h_prev, W, U, b), h_prev)


@GRU_STEP.mistake("""
    The candidate goes through σ, so that it can never be negative.
    It is a state, and wants tanh.
    """)
def candidate_through_sigma(x, h_prev, W, U, b):
    z, r = gates_of(x, h_prev, W, U, b)
    return mixed(z, r, candidate(x, r * h_prev, W, U, b, sigma), h_prev)


@GRU_STEP.mistake("""
    σ is mirrored: the minus in `exp(-a)` is missing, and what should open a gate closes it.
    """)
def minus_forgotten_in_sigma(x, h_prev, W, U, b):
    z, r = gates_of(x, h_prev, W, U, b, lambda a: 1 / (1 + np.exp(a)))
    return mixed(z, r, candidate(x, r * h_prev, W, U, b), h_prev)


@GRU_STEP.mistake("""
    Where a sum is large, σ breaks down: `np.exp` of 800 is no float any more, and infinity over infinity is nan.
    Write it as 1 / (1 + np.exp(-a)): one over something infinite is 0.
    """)
def sigma_overflows(x, h_prev, W, U, b):
    z, r = gates_of(x, h_prev, W, U, b, lambda a: np.exp(a) / (1 + np.exp(a)))
    return mixed(z, r, candidate(x, r * h_prev, W, U, b), h_prev)


@GRU_STEP.mistake("""
    The gate is turned round, and `r` is multiplied on behind the matrix, both as PyTorch's GRU has them.
    On this page z = 1 takes the candidate, and `r` covers parts of the old state before `U[2]` sees it.
    """)
def as_in_pytorch(x, h_prev, W, U, b):
    z, r, c, _ = reset_after_the_matrix(x, h_prev, W, U, b)
    return z, r, c, z * h_prev + (1 - z) * c


@GRU_STEP.mistake("""
    `r` multiplies the whole sum of the candidate, input and bias too.
    It belongs to the old state alone, before the matrix.
    """)
def reset_of_the_whole_sum(x, h_prev, W, U, b):
    z, r = gates_of(x, h_prev, W, U, b)
    return mixed(z, r, candidate(x, h_prev, W, U, b, lambda a: np.tanh(r * a)), h_prev)


@GRU_STEP.mistake("""
    The candidate is shown 1 - r of the old state.
    On this page r = 1 shows it all, and r = 0 covers it.
    """)
def reset_gate_turned_round(x, h_prev, W, U, b):
    z, r = gates_of(x, h_prev, W, U, b)
    return mixed(z, r, candidate(x, (1 - r) * h_prev, W, U, b), h_prev)


@GRU_STEP.mistake("The bias of the candidate, `b[2]`, is missing.")
def bias_of_candidate_forgotten(x, h_prev, W, U, b):
    return gru_step(x, h_prev, W, U, b * np.array([1, 1, 0])[:, None])


@GRU_STEP.mistake("""
    `r` was multiplied into the old state itself, and the mixture then keeps what `r` has left of it.
    For the candidate alone make `r * h_prev`, a new array.
    """)
def old_state_covered_for_good(x, h_prev, W, U, b):
    z, r, c, _ = gru_step(x, h_prev, W, U, b)
    h_prev *= r
    return mixed(z, r, c, h_prev)


@GRU_STEP.mistake("""
    The mixture keeps of the old state what `r` has left of it.
    `r` covers it for the candidate alone: the old state is kept as it is.
    """)
def covered_state_kept(x, h_prev, W, U, b):
    z, r, c, _ = gru_step(x, h_prev, W, U, b)
    return mixed(z, r, c, r * h_prev)


for limit in (5, 10, 20):
    GRU_STEP.mistake(
        f"The sums are cut to [-{limit}, {limit}] before σ or tanh. Leave them as they are: `1 / (1 + np.exp(-a))` copes with large ones, and tanh too.",
        name=f"sums-cut-at-{limit}",
    )(lambda x, h_prev, W, U, b, limit=limit: cut_sums(x, h_prev, W, U, b, limit))


@GRU_STEP.mistake("A gate without σ: the sum of the three parts is not yet a share.")
def gates_without_sigma(x, h_prev, W, U, b):
    z, r = gates_of(x, h_prev, W, U, b, lambda a: a)
    return mixed(z, r, candidate(x, r * h_prev, W, U, b), h_prev)


@GRU_STEP.mistake("""
    The states stand in rows, one for each sequence.
    What was `U @ h` for a column needs `U[k]` turned round when `h` is a row.
    """)
def u_not_transposed(x, h_prev, W, U, b):
    return gru_step(x, h_prev, W, U.swapaxes(1, 2), b)


@GRU_STEP.mistake("""
    The reset gate is made of the weights of the update gate, `W[0]`, `U[0]` and `b[0]`, so that r and z are the same.
    Its own stand at index 1.
    """)
def reset_with_weights_of_update(x, h_prev, W, U, b):
    z, _ = gates_of(x, h_prev, W, U, b)
    return mixed(z, z, candidate(x, z * h_prev, W, U, b), h_prev)


@GRU_STEP.mistake("""
    `W`, `U` and `b` are taken in another order than they are stacked: z uses those of r, r those of the candidate, the candidate those of z.
    They are stacked in the order z, r, c, from index 0.
    """)
def stack_off_by_one(x, h_prev, W, U, b):
    return gru_step(x, h_prev, *(np.roll(array, -1, axis=0) for array in (W, U, b)))


@GRU_STEP.mistake("""
    `W`, `U` and `b` are taken in the order c, z, r.
    They are stacked in the order z, r, c.
    """)
def stack_off_by_one_down(x, h_prev, W, U, b):
    return gru_step(x, h_prev, *(np.roll(array, 1, axis=0) for array in (W, U, b)))


@GRU_STEP.mistake("""
    σ is not below 1: `1 / 1 + np.exp(-a)` divides 1 by 1, and adds the rest.
    Put parentheses around what is to stand below the line.
    """)
def parentheses_of_sigma(x, h_prev, W, U, b):
    with np.errstate(all="ignore"):
        z, r = gates_of(x, h_prev, W, U, b, lambda a: 1 + np.exp(-a))
        return mixed(z, r, candidate(x, r * h_prev, W, U, b), h_prev)


@GRU_STEP.mistake("""
    The biases of the gates are added behind σ, so that a gate is no share between 0 and 1.
    They belong to the sum that goes through σ.
    """)
def bias_behind_sigma(x, h_prev, W, U, b):
    z, r = gates_of(x, h_prev, W, U, 0 * b)
    z, r = z + b[0], r + b[1]
    return mixed(z, r, candidate(x, r * h_prev, W, U, b), h_prev)


@GRU_STEP.mistake("""
    Old state and candidate are both multiplied by z.
    What the gate does not take of the one it takes of the other: z and 1 − z.
    """)
def same_share_of_both(x, h_prev, W, U, b):
    z, r, c, _ = gru_step(x, h_prev, W, U, b)
    return z, r, c, z * h_prev + z * c


@GRU_STEP.mistake("""
    `U[2]` is given `r` alone.
    `r` says how much of the old state the candidate sees: multiply the two first.
    """)
def reset_in_place_of_the_state(x, h_prev, W, U, b):
    z, r = gates_of(x, h_prev, W, U, b)
    return mixed(z, r, candidate(x, r, W, U, b), h_prev)


@GRU_STEP.mistake("""
    The candidate comes in whole.
    A mixture takes 1 − z of the old state and z of the candidate.
    """)
def candidate_whole(x, h_prev, W, U, b):
    z, r, c, _ = gru_step(x, h_prev, W, U, b)
    return z, r, c, (1 - z) * h_prev + c


@GRU_STEP.mistake(
    """
    `W[k]` has a row for each unit, and `x` a row for each sequence: where no `.T` turns the matrix, the two meet along the wrong sides.
    Turn `W[k]` and `U[k]` round, behind `x` and `h_prev`.
    """,
    error="matmul|shapes|core dimension",
    sign=r"@ \w+\[\w+\](?!\.T)|dot\(",
)
def neither_transposed(x, h_prev, W, U, b):
    z, r = (sigma(x @ W[k] + h_prev @ U[k] + b[k]) for k in (0, 1))
    c = np.tanh(x @ W[2] + (r * h_prev) @ U[2] + b[2])
    return mixed(z, r, c, h_prev)


@GRU_STEP.mistake("""
    The new state alone comes back.
    The way back needs the gates and the candidate as well: z, r, c and h.
    """)
def state_alone(x, h_prev, W, U, b):
    return gru_step(x, h_prev, W, U, b)[-1]


@GRU_STEP.mistake("""
    The old state is lost: the new one is `z * c` alone.
    What the gate does not take from the candidate it keeps of the old state.
    """)
def old_state_lost(x, h_prev, W, U, b):
    z, r, c, _ = gru_step(x, h_prev, W, U, b)
    return z, r, c, z * c


@GRU_STEP.mistake("""
    The old state stays whole and the candidate comes on top.
    A mixture takes 1 − z of the one and z of the other.
    """)
def old_state_kept_whole(x, h_prev, W, U, b):
    z, r, c, _ = gru_step(x, h_prev, W, U, b)
    return z, r, c, h_prev + z * c


@GRU_STEP.mistake("""
    The new state is the candidate as it is.
    `z` decides how much of it is taken.
    """)
def gate_not_used(x, h_prev, W, U, b):
    z, r, c, _ = gru_step(x, h_prev, W, U, b)
    return z, r, c, c


@GRU_STEP.mistake("""
    The biases are missing.
    That of z starts at −2, and is what keeps the gates nearly closed.
    """)
def biases_forgotten(x, h_prev, W, U, b):
    return gru_step(x, h_prev, W, U, 0 * b)


@GRU_STEP.mistake("The gates do not look at the old state: their part with `U` is missing.")
def gates_see_the_input_alone(x, h_prev, W, U, b):
    z, r = gates_of(x, 0 * h_prev, W, U, b)
    return mixed(z, r, candidate(x, r * h_prev, W, U, b), h_prev)


@GRU_STEP.mistake("""
    `U[0]` and `U[1]` are given `r * h_prev` as well.
    The gates see the old state whole; only the candidate sees it through `r`.
    """)
def reset_for_the_update_gate_too(x, h_prev, W, U, b):
    _, r = gates_of(x, h_prev, W, U, b)
    z, _ = gates_of(x, r * h_prev, W, U, b)
    return mixed(z, r, candidate(x, r * h_prev, W, U, b), h_prev)


def cut_sums(x, h_prev, W, U, b, limit):
    z, r = gates_of(x, h_prev, W, U, b, lambda a: sigma(np.clip(a, -limit, limit)))
    return mixed(z, r, candidate(x, r * h_prev, W, U, b), h_prev)


# gru_backward_step ---------------------------------------------------------------------------


def gru_backward_step_cases(rng):
    """What a real step gives, for the same sizes, and a blame."""
    for B, V, H in SIZES:
        x, h_prev, W, U, b = drawn(rng, B, V, H)
        z, r, c, _ = gru_step(x, h_prev, W, U, b)
        yield rng.normal(size=(B, H)), h_prev, z, r, c, U
    yield 500 * rng.normal(size=(B, H)), h_prev, z, r, c, U  # a loud one


def gru_backward_step(dh, h_prev, z, r, c, U):
    return back(dh, h_prev, z, r, c, U)


def slope_of_sigma(gate):
    return gate * (1 - gate)


def slope_of_tanh(value):
    return 1 - value**2


def back(
    dh,
    h_prev,
    z,
    r,
    c,
    U,
    gate_slope=slope_of_sigma,
    state_slope=slope_of_tanh,
    ways=(1, 1, 1, 1),
    share=lambda z: z,
    stacked=(0, 1, 2),
):
    """The way back, in which single pieces can be got wrong.

    ways: what of the copy, the candidate, the update and the reset gate arrives.
    """
    daz = dh * (c - h_prev) * gate_slope(z)
    dac = dh * share(z) * state_slope(c)
    drh = dac @ U[2]
    dar = drh * h_prev * gate_slope(r)
    parts = (dh * (1 - z), drh * r, daz @ U[0], dar @ U[1])
    dh_prev = sum(way * part for way, part in zip(ways, parts, strict=True))
    return np.stack([(daz, dar, dac)[k] for k in stacked]), dh_prev


def with_slopes(dh, h_prev, z, r, c, U, without):
    """The slope of σ left out at one of the gates, 0 or 1."""
    daz = dh * (c - h_prev) * (1 if without == 0 else slope_of_sigma(z))
    dac = dh * z * slope_of_tanh(c)
    dar = (dac @ U[2]) * h_prev * (1 if without == 1 else slope_of_sigma(r))
    dh_prev = dh * (1 - z) + (dac @ U[2]) * r + daz @ U[0] + dar @ U[1]
    return np.stack([daz, dar, dac]), dh_prev


def with_one_turned(dh, h_prev, z, r, c, U, which):
    turned = U.copy()
    turned[which] = U[which].swapaxes(1, 2)
    return back(dh, h_prev, z, r, c, turned)


GRU_BACKWARD_STEP = Exercise(
    name="gru_backward_step",
    lesson=13,
    reference=gru_backward_step,
    cases=gru_backward_step_cases,
    signature="gru_backward_step(dh, h_prev, z, r, c, U)",
    returns="two arrays, `da` (3, B, H) and `dh_prev` (B, H)",
    parts=("da", "dh_prev"),
    axes=AXES,
)


@GRU_BACKWARD_STEP.mistake("""
    The way through the closed part of the gate is missing from `dh_prev`: the share 1 − z of
    the old state that was copied.
    """)
def copy_left_out(dh, h_prev, z, r, c, U):
    return back(dh, h_prev, z, r, c, U, ways=(0, 1, 1, 1))


@GRU_BACKWARD_STEP.mistake("""
    The way through the candidate is missing from `dh_prev`: through `U[2]` and then `r`.
    """)
def candidate_left_out(dh, h_prev, z, r, c, U):
    return back(dh, h_prev, z, r, c, U, ways=(1, 0, 1, 1))


@GRU_BACKWARD_STEP.mistake("""
    The way through `z` is missing from `dh_prev`.
    The gate was computed from the old state too.
    """)
def update_gate_left_out(dh, h_prev, z, r, c, U):
    return back(dh, h_prev, z, r, c, U, ways=(1, 1, 0, 1))


@GRU_BACKWARD_STEP.mistake("""
    The way through `r` is missing from `dh_prev`.
    The gate was computed from the old state too.
    """)
def reset_gate_left_out(dh, h_prev, z, r, c, U):
    return back(dh, h_prev, z, r, c, U, ways=(1, 1, 1, 0))


@GRU_BACKWARD_STEP.mistake("""
    Both gates are taken as given: `dh_prev` has the ways of the copy and of the candidate, and
    the old state also went into z and into r.
    """)
def gates_taken_as_given(dh, h_prev, z, r, c, U):
    return back(dh, h_prev, z, r, c, U, ways=(1, 1, 0, 0))


@GRU_BACKWARD_STEP.mistake("""
    Only the copy hands blame on.
    The old state went three other ways as well: into the candidate, into z and into r.
    """)
def copy_only(dh, h_prev, z, r, c, U):
    return back(dh, h_prev, z, r, c, U, ways=(1, 0, 0, 0))


@GRU_BACKWARD_STEP.mistake("""
    The blame of r ⊙ h_prev is handed on as it is.
    Of a product each factor gets the blame times the *other* factor: for the old state that is
    `r`.
    """)
def reset_not_multiplied_on(dh, h_prev, z, r, c, U):
    da, dh_prev = back(dh, h_prev, z, r, c, U)
    return da, dh_prev + (da[2] @ U[2]) * (1 - r)


@GRU_BACKWARD_STEP.mistake("""
    Going back, the blame passes each `U[k]` the other way round than on the way there.
    With states in rows that is without a transpose.
    """)
def u_transposed(dh, h_prev, z, r, c, U):
    return back(dh, h_prev, z, r, c, U.swapaxes(1, 2))


@GRU_BACKWARD_STEP.mistake("""
    The slope of σ is missing: the blame of a gate is not yet that of what went into it.
    """)
def slope_of_sigma_forgotten(dh, h_prev, z, r, c, U):
    return back(dh, h_prev, z, r, c, U, gate_slope=lambda gate: 1)


for gate, number in (("z", 0), ("r", 1)):
    GRU_BACKWARD_STEP.mistake(
        f"The slope of σ is missing at {gate}: the blame of the gate is not yet that of what went into it.",
        name=f"slope-of-sigma-forgotten-at-{gate}",
    )(lambda *args, number=number: with_slopes(*args, number))


@GRU_BACKWARD_STEP.mistake("""
    The gate is turned round throughout, as Cho and others have it.
    On this page an open gate, z = 1, takes the candidate, and a closed one keeps the old state.
    """)
def gate_turned_round(dh, h_prev, z, r, c, U):
    da, dh_prev = back(dh, h_prev, 1 - z, r, c, U)
    da[0] *= -1
    return da, dh_prev + 2 * da[0] @ U[0]


@GRU_BACKWARD_STEP.mistake("""
    Here `r` is taken as PyTorch has it, multiplied on behind the matrix.
    On this page it covers parts of the old state before `U[2]` sees it: first through the matrix, then through the product.
    """)
def reset_as_in_pytorch(dh, h_prev, z, r, c, U):
    da, _ = back(dh, h_prev, z, r, c, U)
    da[1] = da[2] * (h_prev @ U[2].T) * slope_of_sigma(r)
    return da, dh * (1 - z) + (da[2] * r) @ U[2] + da[0] @ U[0] + da[1] @ U[1]


@GRU_BACKWARD_STEP.mistake("""
    tanh is applied once more.
    `c` has been through it already: the slope can be read off it as it is.
    """)
def slope_of_tanh_of_c(dh, h_prev, z, r, c, U):
    return back(dh, h_prev, z, r, c, U, state_slope=lambda c: 1 - np.tanh(c) ** 2)


for number, name in enumerate(("update-gate", "reset-gate", "candidate")):
    GRU_BACKWARD_STEP.mistake(
        f"Going back, `U[{number}]` is turned round, and the others are not. With states in rows none of them is.",
        name=f"u-transposed-for-{name}",
    )(lambda *args, number=number: with_one_turned(*args, [number]))


for numbers, names in (((0, 1), "the gates"), ((0, 2), "z and c"), ((1, 2), "r and c")):
    GRU_BACKWARD_STEP.mistake(
        f"Going back, the matrices `U[k]` of {names} are turned round, and the third is not. With states in rows none of them is.",
        name=f"u-transposed-for-{names.replace(' ', '-')}",
    )(lambda *args, numbers=numbers: with_one_turned(*args, list(numbers)))


for limit in (1, 5):
    GRU_BACKWARD_STEP.mistake(
        f"The answers are cut to [-{limit}, {limit}]. Clipping is a step of its own, after the way back: leave them as they are.",
        name=f"clipped-at-{limit}",
    )(lambda *args, limit=limit: tuple(np.clip(a, -limit, limit) for a in back(*args)))


@GRU_BACKWARD_STEP.mistake("""
    The gates have been given the slope of tanh.
    That of σ, read off its own value s, is s (1 − s).
    """)
def slope_of_tanh_for_the_gates(dh, h_prev, z, r, c, U):
    return back(dh, h_prev, z, r, c, U, gate_slope=slope_of_tanh)


@GRU_BACKWARD_STEP.mistake("""
    The candidate has been given the slope of σ.
    It came out of tanh, whose slope is one minus its square.
    """)
def slope_of_sigma_for_the_candidate(dh, h_prev, z, r, c, U):
    return back(dh, h_prev, z, r, c, U, state_slope=slope_of_sigma)


@GRU_BACKWARD_STEP.mistake("The blame of the candidate is not multiplied by the slope of tanh.")
def slope_of_tanh_forgotten(dh, h_prev, z, r, c, U):
    return back(dh, h_prev, z, r, c, U, state_slope=lambda c: 1)


@GRU_BACKWARD_STEP.mistake("""
    The candidate takes all of the blame.
    Only its share z of the new state came from it.
    """)
def candidate_not_gated(dh, h_prev, z, r, c, U):
    return back(dh, h_prev, z, r, c, U, share=lambda z: 1)


@GRU_BACKWARD_STEP.mistake("""
    The gate is turned round: the candidate is blamed with 1 − z.
    Its share of the new state is z.
    """)
def candidate_gated_with_the_rest(dh, h_prev, z, r, c, U):
    return back(dh, h_prev, z, r, c, U, share=lambda z: 1 - z)


@GRU_BACKWARD_STEP.mistake("""
    The blame of z has the wrong sign.
    Opening the gate a little moves the state from the old towards the candidate, by their
    difference: c minus h_prev.
    """)
def difference_turned_round(dh, h_prev, z, r, c, U):
    right, dh_prev = back(dh, h_prev, z, r, c, U)
    return right * np.array([-1, 1, 1])[:, None, None], dh_prev - 2 * right[0] @ U[0]


@GRU_BACKWARD_STEP.mistake("""
    For z the old state is left out.
    Opening the gate adds the candidate *and* takes the old state away.
    """)
def candidate_alone_blames_z(dh, h_prev, z, r, c, U):
    daz = dh * c * slope_of_sigma(z)
    right, dh_prev = back(dh, h_prev, z, r, c, U)
    return np.stack([daz, *right[1:]]), dh_prev + (daz - right[0]) @ U[0]


@GRU_BACKWARD_STEP.mistake("""
    `r` is blamed with `dac` itself.
    Between the two stands `U[2]`: take the blame through it first, then through the product r ⊙
    h_prev.
    """)
def matrix_left_out_before_r(dh, h_prev, z, r, c, U):
    right, dh_prev = back(dh, h_prev, z, r, c, U)
    dar = right[2] * h_prev * slope_of_sigma(r)
    return np.stack([right[0], dar, right[2]]), dh_prev + (dar - right[1]) @ U[1]


@GRU_BACKWARD_STEP.mistake("""
    The blame of r lacks the old state.
    Of the product r ⊙ h_prev each factor gets the blame times the *other* factor.
    """)
def old_state_left_out_before_r(dh, h_prev, z, r, c, U):
    right, dh_prev = back(dh, h_prev, z, r, c, U)
    dar = (right[2] @ U[2]) * slope_of_sigma(r)
    return np.stack([right[0], dar, right[2]]), dh_prev + (dar - right[1]) @ U[1]


@GRU_BACKWARD_STEP.mistake("""
    `da` is stacked in the order r, z, c.
    `W`, `U` and `b` have the order z, r, c.
    """)
def stacked_r_first(dh, h_prev, z, r, c, U):
    return back(dh, h_prev, z, r, c, U, stacked=(1, 0, 2))


@GRU_BACKWARD_STEP.mistake("""
    `da` and `dh_prev` are in the other order.
    The blame of the state before comes last.
    """)
def state_before_comes_first(dh, h_prev, z, r, c, U):
    return back(dh, h_prev, z, r, c, U)[::-1]


EXERCISES = [GRU_STEP, GRU_BACKWARD_STEP]
