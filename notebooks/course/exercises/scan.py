"""Exercises of lesson 14: a linear recurrence by a scan, the way back, and the minimal GRU."""

import numpy as np

from .base import Exercise

# linear_scan ---------------------------------------------------------------------------------

SHAPES = (
    (1,),
    (2,),
    (3,),
    (4,),
    (5, 2),
    (7, 3),
    (8, 2, 3),
    (9, 4, 2),
    (13, 3),
    (16, 2),
    (33, 3, 2),
)


def linear_scan_cases(rng):
    """One step, two, three, and then powers of two and lengths beside them.

    Gates that are wide open, with a = 0; and so many steps with so small an `a` that its products
    are too small for a float.
    """
    yield np.array([0.5]), np.array([3.0])
    yield np.array([0.5, 0.5]), np.array([4.0, 1.0])
    yield np.array([0.0, 1.0, 2.0, 1.0]), np.array([1.0, 2.0, 3.0, 4.0])
    for shape in SHAPES:
        yield rng.uniform(0.1, 1.0, shape), rng.normal(size=shape)
    a, b = rng.uniform(0.1, 1.0, (6, 3)), rng.normal(size=(6, 3))
    a[3] = 0
    yield a, b
    yield np.full((400, 2), 0.01), rng.normal(size=(400, 2))


def linear_scan(a, b):
    h, now = [], 0
    for t in range(len(a)):
        now = a[t] * now + b[t]
        h.append(now)
    return np.array(h)


LINEAR_SCAN = Exercise(
    name="linear_scan",
    lesson=14,
    reference=linear_scan,
    cases=linear_scan_cases,
    signature="linear_scan(a, b)",
    returns="an array shaped like `b`, the state after every step",
    axes=("time step", "sequence", "unit"),
)


def stepwise(a, b, step):
    """h_t = step(a_t, h_{t-1}, b_t) for all t."""
    h, now = [], np.zeros_like(b[0])
    for t in range(len(a)):
        now = step(a[t], now, b[t])
        h.append(now)
    return np.array(h)


def in_rounds(a, b, reaches, *, a_too=True, a_first=False):
    """The scan, in which the rounds can be got wrong."""
    a, b = np.array(a), np.array(b)
    for reach in reaches:
        if a_first:
            a[reach:] = a[reach:] * a[:-reach]
        b[reach:] = b[reach:] + a[reach:] * b[:-reach]
        if a_too and not a_first:
            a[reach:] = a[reach:] * a[:-reach]
    return b


def doubling(T):
    return [2**k for k in range(64) if 2**k < T]


@LINEAR_SCAN.mistake("""
    These are sums of `b`: `a` is not used.
    Each step keeps the share `a` of what was there.
    """)
def running_sum(a, b):
    return np.cumsum(b, axis=0)


@LINEAR_SCAN.mistake("""
    `a` multiplies what is new.
    In h = a h + b it multiplies the state before, and `b` comes whole.
    """)
def a_multiplies_b(a, b):
    return stepwise(a, b, lambda a, h, b: h + a * b)


@LINEAR_SCAN.mistake("""
    `a` multiplies both, the state before and `b`.
    It belongs to the state before alone.
    """)
def a_multiplies_both(a, b):
    return stepwise(a, b, lambda a, h, b: a * (h + b))


@LINEAR_SCAN.mistake("""
    `a` is taken for a gate, which mixes: (1 − a) of the old and a of the new.
    Here it is the share that is kept, and `b` is added as it is.
    """)
def taken_for_a_gate(a, b):
    return stepwise(a, b, lambda a, h, b: (1 - a) * h + a * b)


@LINEAR_SCAN.mistake("""
    Each state is multiplied by the `a` of its own step before it is handed on.
    What it keeps on the way to step t is said by the `a` of step t.
    """)
def a_of_the_step_before(a, b):
    return linear_scan(np.concatenate([a[:1], a[:-1]]), b)


@LINEAR_SCAN.mistake("""
    The recurrence runs from the end to the beginning.
    The way there starts at step 0; from the end it is the way back.
    """)
def from_the_end(a, b):
    return linear_scan(a[::-1], b[::-1])[::-1]


@LINEAR_SCAN.mistake("""
    Only the last state comes back.
    Every step has one, and all of them are wanted.
    """)
def last_state_alone(a, b):
    return linear_scan(a, b)[-1]


@LINEAR_SCAN.mistake("""
    The state of zeros from before the first step is among the answers.
    There is one state for each step, the first of them `b[0]`.
    """)
def zeros_among_them(a, b):
    return np.concatenate([np.zeros_like(b[:1]), linear_scan(a, b)])


@LINEAR_SCAN.mistake("""
    The state of the first step is zero.
    Before it there was nothing, so it is `b[0]`.
    """)
def first_step_lost(a, b):
    b = np.array(b)
    b[0] = 0
    return linear_scan(a, b)


@LINEAR_SCAN.mistake("""
    The state before the first step is taken to be one.
    It is zero, so that the first state is `b[0]`.
    """)
def starts_at_one(a, b):
    h, now = [], np.ones_like(b[0])
    for t in range(len(a)):
        now = a[t] * now + b[t]
        h.append(now)
    return np.array(h)


@LINEAR_SCAN.mistake("""
    One round alone: each step has heard of its neighbour, and of nothing before that.
    Go on, with the reach doubled each time, while it is smaller than the number of steps.
    """)
def one_round(a, b):
    return in_rounds(a, b, doubling(len(a))[:1])


@LINEAR_SCAN.mistake("""
    One round is missing at the end, the one with the longest reach.
    T steps take log2 T rounds, *rounded up*: go on while the reach is smaller than T.
    """)
def last_round_missing(a, b):
    return in_rounds(a, b, doubling(len(a))[:-1])


@LINEAR_SCAN.mistake("""
    The number of rounds is rounded down, which is right for 4 or 8 steps and one too few for 5.
    Go on while the reach is smaller than the number of steps.
    """)
def rounds_rounded_down(a, b):
    return in_rounds(a, b, doubling(len(a))[: int(np.log2(len(a)))])


@LINEAR_SCAN.mistake("""
    The rounds join `b`, and `a` stays that of single steps.
    A stretch of two steps keeps the product of both: `a` has to be joined in each round, too.
    """)
def a_never_joined(a, b):
    return in_rounds(a, b, doubling(len(a)), a_too=False)


@LINEAR_SCAN.mistake("""
    In each round `a` is joined before `b`.
    What `b` needs is the `a` of its own stretch, from before this round: join `b` first.
    """)
def a_joined_first(a, b):
    return in_rounds(a, b, doubling(len(a)), a_first=True)


@LINEAR_SCAN.mistake("""
    The reach grows by one each round, so that some of the past is counted twice.
    After a round each entry covers twice as many steps: the reach has to double.
    """)
def reach_grows_by_one(a, b):
    return in_rounds(a, b, range(1, len(a)))


@LINEAR_SCAN.mistake("""
    This divides by products of `a`.
    On paper that is right. But a product of many is soon too small for a float, and of a gate that is wide open it is zero.
    Go step by step, or in rounds: neither divides.
    """)
def divided_by_products(a, b):
    with np.errstate(all="ignore"):
        kept = np.cumprod(a, axis=0)
        return kept * np.cumsum(b / kept, axis=0)


@LINEAR_SCAN.mistake("""
    The `b` of each step is left out: this is what is kept of the first alone.
    """)
def later_ones_left_out(a, b):
    return np.cumprod(np.concatenate([b[:1], a[1:]]), axis=0)


# linear_scan_backward ------------------------------------------------------------------------


def linear_scan_backward_cases(rng):
    """What a real scan gives, from states that were not zero, and a blame."""
    yield np.array([1.0]), np.array([0.5]), np.array([2.0])
    yield np.array([0.0, 1.0]), np.array([0.5, 0.25]), np.array([2.0, 3.0])
    for shape in SHAPES[2:]:
        yield rng.normal(size=shape), rng.uniform(0.1, 1.0, shape), rng.normal(size=shape)
    dhs, a, before = rng.normal(size=(3, 6, 3))
    a[3] = 0
    yield 20 * dhs, a, before  # a loud one, with a gate wide open
    yield rng.normal(size=(400, 2)), np.full((400, 2), 0.01), rng.normal(size=(400, 2))


def linear_scan_backward(dhs, a, before):
    later = np.zeros_like(a)
    later[1:] = a[:0:-1]
    db = linear_scan(later, dhs[::-1])[::-1]
    return db * before, db


LINEAR_SCAN_BACKWARD = Exercise(
    name="linear_scan_backward",
    lesson=14,
    reference=linear_scan_backward,
    cases=linear_scan_backward_cases,
    signature="linear_scan_backward(dhs, a, before)",
    returns="two arrays shaped like `a`: `da` and `db`",
    parts=("da", "db"),
    axes=("time step", "sequence", "unit"),
)


def back_with(dhs, a, before):
    """Blame by a scan from the end with this `a`, and what follows from it."""
    db = linear_scan(a[::-1], dhs[::-1])[::-1]
    return db * before, db


@LINEAR_SCAN_BACKWARD.mistake("""
    Going back, the blame of step t + 1 is multiplied by the `a` of step t.
    On the way there the state of t came into step t + 1 times the `a` of t + 1: shift `a` by one.
    """)
def a_not_shifted(dhs, a, before):
    return back_with(dhs, a, before)


@LINEAR_SCAN_BACKWARD.mistake("""
    `a` is shifted by one the wrong way.
    The blame of step t + 1 comes to step t times the `a` of t + 1.
    """)
def a_shifted_the_wrong_way(dhs, a, before):
    return back_with(dhs, np.concatenate([a[:1] * 0, a[:-1]]), before)


@LINEAR_SCAN_BACKWARD.mistake("""
    The blame is gathered from the beginning to the end.
    A state is to blame for what came *after* it: start the scan at the last step.
    """)
def gathered_from_the_beginning(dhs, a, before):
    db = linear_scan(a, dhs)
    return db * before, db


@LINEAR_SCAN_BACKWARD.mistake("""
    The answers stand in the order of the way back, the last step first.
    Turn them round again.
    """)
def not_turned_round_again(dhs, a, before):
    db = linear_scan_backward(dhs, a, before)[1][::-1]
    return db * before, db


@LINEAR_SCAN_BACKWARD.mistake("""
    Both answers stand in the order of the way back, the last step first.
    Turn them round again.
    """)
def both_not_turned_round_again(dhs, a, before):
    da, db = linear_scan_backward(dhs, a, before)
    return da[::-1], db[::-1]


@LINEAR_SCAN_BACKWARD.mistake("""
    `dhs` is turned round for the way back, and `a` is not.
    Both have to run from the last step to the first.
    """)
def a_not_turned_round(dhs, a, before):
    db = linear_scan(np.concatenate([a[:1] * 0, a[:-1]]), dhs[::-1])[::-1]
    return db * before, db


@LINEAR_SCAN_BACKWARD.mistake("""
    Each step gets the blame of its own scores, and none from later steps.
    What it handed on it is to blame for, too.
    """)
def own_blame_alone(dhs, a, before):
    return dhs * before, np.array(dhs)


@LINEAR_SCAN_BACKWARD.mistake("""
    `db` is right, and `da` is made from the blame of a step's own scores alone.
    `a` gets the whole blame of its state, as `b` does, times the state before.
    """)
def own_blame_for_a(dhs, a, before):
    return dhs * before, linear_scan_backward(dhs, a, before)[1]


@LINEAR_SCAN_BACKWARD.mistake("""
    `da` is `db` times `a`.
    Of the product a h each factor gets the blame times the *other*: for `a` that is the state before.
    """)
def times_a(dhs, a, before):
    db = linear_scan_backward(dhs, a, before)[1]
    return db * a, db


@LINEAR_SCAN_BACKWARD.mistake("""
    `da` is the blame of the state as it is.
    Of the product a h each factor gets the blame times the *other*: for `a` that is the state before.
    """)
def state_before_left_out(dhs, a, before):
    db = linear_scan_backward(dhs, a, before)[1]
    return db.copy(), db


@LINEAR_SCAN_BACKWARD.mistake("""
    `da` is made with states that are one step off.
    `before[t]` is already the state before step t: no shift is needed.
    """)
def states_one_step_off(dhs, a, before):
    db = linear_scan_backward(dhs, a, before)[1]
    return db * np.concatenate([before[:1] * 0, before[:-1]]), db


@LINEAR_SCAN_BACKWARD.mistake("""
    `db` has been multiplied by `a`.
    In h = a h + b, `b` comes whole: its blame is that of the state, as it is.
    """)
def b_blamed_by_its_share(dhs, a, before):
    da, db = linear_scan_backward(dhs, a, before)
    return da, a * db


@LINEAR_SCAN_BACKWARD.mistake("""
    The two answers are in the other order.
    First `da`, then `db`.
    """)
def b_first(dhs, a, before):
    return linear_scan_backward(dhs, a, before)[::-1]


@LINEAR_SCAN_BACKWARD.mistake("""
    The blame of later steps comes whole: `a` is left out.
    Step t + 1 kept only the share `a[t + 1]` of this state.
    """)
def blame_added_up(dhs, a, before):
    db = np.cumsum(dhs[::-1], axis=0)[::-1]
    return db * before, db


for limit in (1, 5):
    LINEAR_SCAN_BACKWARD.mistake(
        f"The answers are cut to [-{limit}, {limit}]. Clipping is a step of its own, after the way back: leave them as they are.",
        name=f"scan-blame-clipped-at-{limit}",
    )(
        lambda *args, limit=limit: tuple(
            np.clip(array, -limit, limit) for array in linear_scan_backward(*args)
        )
    )


# mingru_forward ------------------------------------------------------------------------------

SIZES = ((1, 1, 2, 2), (2, 1, 2, 3), (3, 2, 4, 2), (4, 3, 3, 3), (5, 2, 6, 4), (9, 3, 5, 8))


def mingru_forward_cases(rng):
    """One character and one sequence, then more; and sums too large for `np.exp`."""
    for T, B, V, H in SIZES:
        inputs, h_prev = rng.integers(V, size=(T, B)), rng.normal(size=(B, H))
        yield inputs, h_prev, *(rng.normal(size=shape) for shape in ((H, V), (H, V), (H,), (H,)))
    inputs, h_prev = rng.integers(3, size=(4, 2)), rng.normal(size=(2, 3))
    W = np.sign(rng.normal(size=(2, 3, 3)))
    yield inputs, h_prev, 800 * W[0], W[1], rng.normal(size=3), rng.normal(size=3)


def sigma(a):
    return 1 / (1 + np.exp(-a))


def mingru(inputs, h_prev, z, c, mix=lambda z, h, c: (1 - z) * h + z * c):
    """Gates and candidates put together, which can be got wrong."""
    hs = [h_prev]
    for t in range(len(inputs)):
        hs.append(mix(z[t], hs[-1], c[t]))
    return z, c, np.array(hs)


def columns(W, inputs):
    return W.T[inputs]


def mingru_forward(inputs, h_prev, Wz, Wc, bz, bc):
    z, c = sigma(columns(Wz, inputs) + bz), columns(Wc, inputs) + bc
    return mingru(inputs, h_prev, z, c)


MINGRU_FORWARD = Exercise(
    name="mingru_forward",
    lesson=14,
    reference=mingru_forward,
    cases=mingru_forward_cases,
    signature="mingru_forward(inputs, h_prev, Wz, Wc, bz, bc)",
    returns="three arrays: `z` and `c` (T, B, H), and `hs` (T+1, B, H) with `h_prev` in front",
    parts=("z", "c", "hs"),
    axes=("time step", "sequence", "unit"),
)


def squashed(inputs, h_prev, Wz, Wc, bz, bc, gate=sigma, candidate=lambda a: a, **how):
    """The forward pass, in which single pieces can be got wrong."""
    z, c = gate(columns(Wz, inputs) + bz), candidate(columns(Wc, inputs) + bc)
    return mingru(inputs, h_prev, z, c, **how)


@MINGRU_FORWARD.mistake("""
    The gate is turned round.
    An open gate, z = 1, takes the candidate, and a closed one keeps the old state: the share that is kept, `a` of the scan, is 1 − z.
    """)
def min_gate_turned_round(*args):
    return squashed(*args, mix=lambda z, h, c: z * h + (1 - z) * c)


@MINGRU_FORWARD.mistake("""
    The candidate comes whole: `b` of the scan is c.
    What is added is the share z of it, z c.
    """)
def min_candidate_not_gated(*args):
    return squashed(*args, mix=lambda z, h, c: (1 - z) * h + c)


@MINGRU_FORWARD.mistake("""
    The old state stays whole and the gated candidate comes on top.
    `a` of the scan is the share that is kept, 1 − z.
    """)
def min_old_state_kept_whole(*args):
    return squashed(*args, mix=lambda z, h, c: h + z * c)


@MINGRU_FORWARD.mistake("""
    `h_prev` is not used: the states start from zero.
    It comes into the first step times 1 − z[0], added to `b[0]`.
    """)
def start_not_used(inputs, h_prev, *weights):
    z, c, hs = mingru_forward(inputs, 0 * h_prev, *weights)
    hs[0] = h_prev
    return z, c, hs


@MINGRU_FORWARD.mistake("""
    `h_prev` is not used, not even in front: the states start from zero.
    It comes into the first step times 1 − z[0], added to `b[0]`.
    """)
def start_taken_as_zero(inputs, h_prev, *weights):
    return mingru_forward(inputs, 0 * h_prev, *weights)


@MINGRU_FORWARD.mistake("""
    `h_prev` comes into the first step whole.
    As at every other step a share of it is kept, 1 − z[0].
    """)
def start_taken_whole(inputs, h_prev, *weights):
    z, c, _ = mingru_forward(inputs, h_prev, *weights)
    b = z * c
    b[0] = b[0] + h_prev
    return z, c, np.concatenate([h_prev[None], linear_scan(1 - z, b)])


@MINGRU_FORWARD.mistake("""
    `h_prev` is added to every step.
    From the second step on it is in the state already: add it to `b[0]` alone.
    """)
def start_added_everywhere(inputs, h_prev, *weights):
    z, c, _ = mingru_forward(inputs, h_prev, *weights)
    return z, c, np.concatenate([h_prev[None], linear_scan(1 - z, z * c + (1 - z) * h_prev)])


@MINGRU_FORWARD.mistake("""
    `h_prev` is missing in front of the states.
    As in all lessons `hs[0]` is the state before the first character, so that there is one more state than characters.
    """)
def start_not_in_front(*args):
    z, c, hs = mingru_forward(*args)
    return z, c, hs[1:]


@MINGRU_FORWARD.mistake("""
    The candidate goes through tanh.
    Here it does not: c is what the weights and the bias give.
    The state cannot outgrow it, as it is a mean of candidates.
    """)
def min_candidate_through_tanh(*args):
    return squashed(*args, candidate=np.tanh)


@MINGRU_FORWARD.mistake("""
    The new state goes through tanh.
    Then it is not linear in the old one any more, and no scan can make it.
    """)
def min_state_through_tanh(*args):
    return squashed(*args, mix=lambda z, h, c: np.tanh((1 - z) * h + z * c))


@MINGRU_FORWARD.mistake("""
    The candidate goes through σ.
    Only the gate does: c is what the weights and the bias give.
    """)
def min_candidate_through_sigma(*args):
    return squashed(*args, candidate=sigma)


@MINGRU_FORWARD.mistake("""
    The gate goes through tanh, which is negative half of the time.
    A gate is a share: it wants σ, between 0 and 1.
    """)
def min_gate_through_tanh(*args):
    return squashed(*args, gate=np.tanh)


@MINGRU_FORWARD.mistake("A gate without σ: what the weights and the bias give is not yet a share.")
def min_gate_without_sigma(*args):
    return squashed(*args, gate=lambda a: a)


@MINGRU_FORWARD.mistake("""
    σ is mirrored: the minus in `exp(-a)` is missing, and what should open a gate closes it.
    """)
def min_minus_forgotten_in_sigma(*args):
    return squashed(*args, gate=lambda a: sigma(-a))


@MINGRU_FORWARD.mistake("""
    Where a sum is large, σ breaks down: `np.exp` of 800 is no float any more, and infinity over infinity is nan.
    Write it as 1 / (1 + np.exp(-a)): one over something infinite is 0.
    """)
def min_sigma_overflows(*args):
    with np.errstate(all="ignore"):
        return squashed(*args, gate=lambda a: np.exp(a) / (1 + np.exp(a)))


for limit in (5, 10, 20):
    MINGRU_FORWARD.mistake(
        f"The sums are cut to [-{limit}, {limit}] before σ. Leave them as they are: `1 / (1 + np.exp(-a))` copes with large ones.",
        name=f"min-sums-cut-at-{limit}",
    )(lambda *args, limit=limit: squashed(*args, gate=lambda a: sigma(np.clip(a, -limit, limit))))


@MINGRU_FORWARD.mistake("""
    The two are exchanged: gates are made with `Wc` and `bc`, candidates with `Wz` and `bz`.
    """)
def min_gate_and_candidate_exchanged(inputs, h_prev, Wz, Wc, bz, bc):
    return mingru_forward(inputs, h_prev, Wc, Wz, bc, bz)


@MINGRU_FORWARD.mistake("""
    Both biases are missing.
    That of z starts at −2, and is what keeps the gates nearly closed.
    """)
def min_biases_forgotten(inputs, h_prev, Wz, Wc, bz, bc):
    return mingru_forward(inputs, h_prev, Wz, Wc, 0 * bz, 0 * bc)


@MINGRU_FORWARD.mistake("The bias of the gate, `bz`, is missing.")
def min_gate_bias_forgotten(inputs, h_prev, Wz, Wc, bz, bc):
    return mingru_forward(inputs, h_prev, Wz, Wc, 0 * bz, bc)


@MINGRU_FORWARD.mistake("The bias of the candidate, `bc`, is missing.")
def min_candidate_bias_forgotten(inputs, h_prev, Wz, Wc, bz, bc):
    return mingru_forward(inputs, h_prev, Wz, Wc, bz, 0 * bc)


@MINGRU_FORWARD.mistake("""
    The states stand first in your answer.
    The order is that in which they are computed: z, c, hs.
    """)
def min_states_first(*args):
    z, c, hs = mingru_forward(*args)
    return hs, z, c


EXERCISES = [LINEAR_SCAN, LINEAR_SCAN_BACKWARD, MINGRU_FORWARD]
