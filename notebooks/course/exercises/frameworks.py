"""Exercises of lesson 15: a network's weights under PyTorch's names, and back."""

import numpy as np

from .base import Exercise

NAMES = ("Wxh", "Whh", "Why", "bh", "by")
SIZES = ((2, 3), (3, 2), (3, 3), (1, 1), (1, 4), (4, 1), (5, 5), (8, 5))  # H, V


def shapes(H, V):
    return (H, V), (H, H), (V, H), (H,), (V,)


# to_torch ------------------------------------------------------------------------------------


def counted(H, V):
    """Weights that are 1, 2, 3 and so on, to be read in a message."""
    ends = np.cumsum([np.prod(shape) for shape in shapes(H, V)])
    parts = np.split(np.arange(1.0, ends[-1] + 1), ends[:-1])
    return tuple(part.reshape(shape) for part, shape in zip(parts, shapes(H, V), strict=True))


def to_torch_cases(rng):
    """Whole numbers first; also sizes where a turned matrix still fits."""
    yield counted(2, 3)
    for H, V in SIZES:
        yield tuple(rng.normal(size=shape) for shape in shapes(H, V))


def to_torch(Wxh, Whh, Why, bh, by):
    return {
        "rnn.weight_ih_l0": Wxh,
        "rnn.weight_hh_l0": Whh,
        "rnn.bias_ih_l0": bh,
        "rnn.bias_hh_l0": np.zeros_like(bh),
        "linear.weight": Why,
        "linear.bias": by,
    }


TO_TORCH = Exercise(
    name="to_torch",
    lesson=15,
    reference=to_torch,
    cases=to_torch_cases,
    signature="to_torch(Wxh, Whh, Why, bh, by)",
    returns="a dictionary of six arrays, under the names of the table",
    axes=("row", "column"),
)


def state(weights, **instead):
    """The right state dict, with some entries replaced; dots in names as double underscores."""
    return to_torch(*weights) | {name.replace("__", "."): a for name, a in instead.items()}


@TO_TORCH.mistake("""
    `bh` stands in both biases.
    PyTorch adds them, so the sum is twice what it was: one of them is to be zero.
    """)
def bias_in_both(*weights):
    return state(weights, rnn__bias_hh_l0=weights[3])


@TO_TORCH.mistake("""
    Each of the two biases has half of `bh`.
    That reads the same, but this file is for a network in which `bias_hh_l0` is frozen at zero and all of `bh` is in the one that learns.
    """)
def bias_halved(*weights):
    return state(weights, rnn__bias_ih_l0=weights[3] / 2, rnn__bias_hh_l0=weights[3] / 2)


@TO_TORCH.mistake("""
    `bh` and the zeros have changed places.
    It reads the same, but `bias_hh_l0` is the one that will be frozen: `bh` belongs into `bias_ih_l0`.
    """)
def bias_in_the_frozen_one(*weights):
    return state(weights, rnn__bias_ih_l0=0 * weights[3], rnn__bias_hh_l0=weights[3])


@TO_TORCH.mistake("""
    Both biases of the recurrence are zero.
    One of them holds `bh`.
    """)
def both_biases_zero(*weights):
    return state(weights, rnn__bias_ih_l0=0 * weights[3])


@TO_TORCH.mistake("""
    The second bias is missing.
    PyTorch wants all its names, also for what is zero, and refuses a state dict without one.
    """)
def second_bias_left_out(*weights):
    found = to_torch(*weights)
    del found["rnn.bias_hh_l0"]
    return found


@TO_TORCH.mistake("""
    The second bias is a single zero.
    It has an entry for each hidden unit, like `bh`.
    """)
def second_bias_a_number(*weights):
    return state(weights, rnn__bias_hh_l0=0.0)


@TO_TORCH.mistake("""
    The second bias is as long as `by`.
    It belongs to the recurrence: it has an entry for each hidden unit, like `bh`.
    """)
def second_bias_as_long_as_the_scores(*weights):
    return state(weights, rnn__bias_hh_l0=np.zeros_like(weights[4]))


@TO_TORCH.mistake("""
    `bias_hh_l0` holds `by`.
    That is the bias of the scores, and stands in `linear.bias`.
    """)
def second_bias_of_the_scores(*weights):
    return state(weights, rnn__bias_hh_l0=weights[4])


@TO_TORCH.mistake("""
    `Wxh` is turned.
    PyTorch keeps it as we do, a row for each hidden unit.
    """)
def input_weights_turned(*weights):
    return state(weights, rnn__weight_ih_l0=weights[0].T)


@TO_TORCH.mistake("""
    `Whh` is turned.
    It is square, so that nobody will complain, and it is another network: PyTorch keeps it as we do.
    """)
def recurrent_weights_turned(*weights):
    return state(weights, rnn__weight_hh_l0=weights[1].T)


@TO_TORCH.mistake("""
    `Why` is turned.
    `nn.Linear` keeps a row for each of its outputs, as we do.
    """)
def output_weights_turned(*weights):
    return state(weights, linear__weight=weights[2].T)


@TO_TORCH.mistake("""
    All matrices are turned, as Keras would have them.
    PyTorch keeps a row for each unit that is computed, as we do.
    """)
def all_turned(Wxh, Whh, Why, bh, by):
    return to_torch(Wxh.T, Whh.T, Why.T, bh, by)


@TO_TORCH.mistake("""
    `Wxh` and `Whh` have changed places.
    `ih` is from the input to the hidden state, `hh` from the hidden state to the next.
    """)
def weights_exchanged(Wxh, Whh, Why, bh, by):
    return to_torch(Whh, Wxh, Why, bh, by)


@TO_TORCH.mistake("""
    `Wxh` and `Why` have changed places.
    `rnn.weight_ih_l0` reads the characters, `linear.weight` gives the scores.
    """)
def first_and_last_exchanged(Wxh, Whh, Why, bh, by):
    return to_torch(Why, Whh, Wxh, bh, by)


@TO_TORCH.mistake("""
    `bh` and `by` have changed places.
    `linear.bias` is added to the scores: that is `by`.
    """)
def biases_exchanged(Wxh, Whh, Why, bh, by):
    return to_torch(Wxh, Whh, Why, by, bh)


@TO_TORCH.mistake("""
    `linear.bias` is missing.
    The scores have a bias, `by`.
    """)
def bias_of_the_scores_left_out(*weights):
    found = to_torch(*weights)
    del found["linear.bias"]
    return found


@TO_TORCH.mistake("""
    `linear.bias` is zero.
    It is `by`: the zeros belong to the second bias of the recurrence.
    """)
def bias_of_the_scores_zero(*weights):
    return state(weights, linear__bias=0 * weights[4])


@TO_TORCH.mistake("""
    The names have lost their first word.
    A module puts its own name in front of those of its parts: `rnn.` and `linear.`.
    """)
def names_without_their_part(*weights):
    return {
        "weight_ih_l0": weights[0],
        "weight_hh_l0": weights[1],
        "bias_ih_l0": weights[3],
        "bias_hh_l0": 0 * weights[3],
        "weight": weights[2],
        "bias": weights[4],
    }


@TO_TORCH.mistake("""
    The names have lost their ending, `_l0`.
    It stands for the layer, counted from 0; a second layer has names of its own.
    """)
def names_without_their_layer(*weights):
    return {name.removesuffix("_l0"): array for name, array in to_torch(*weights).items()}


@TO_TORCH.mistake("""
    These are our names.
    PyTorch looks for its own: those of the table, on the left.
    """)
def our_names(*weights):
    return dict(zip(NAMES, weights, strict=True))


# from_torch ----------------------------------------------------------------------------------


def from_torch_cases(rng):
    """As a file may bring it: both biases drawn, and the names in any order."""
    yield (to_torch(*counted(2, 3)) | {"rnn.bias_hh_l0": np.array([0.5, 0.25])},)
    for H, V in SIZES:
        Wxh, Whh, Why, bh, by = (rng.normal(size=shape) for shape in shapes(H, V))
        found = to_torch(Wxh, Whh, Why, bh, by) | {"rnn.bias_hh_l0": rng.normal(size=H)}
        yield (found,)
        yield ({name: found[name] for name in sorted(found)},)
    yield (to_torch(*(rng.normal(size=shape) for shape in shapes(3, 4))),)


def from_torch(state):
    return (
        state["rnn.weight_ih_l0"],
        state["rnn.weight_hh_l0"],
        state["linear.weight"],
        state["rnn.bias_ih_l0"] + state["rnn.bias_hh_l0"],
        state["linear.bias"],
    )


FROM_TORCH = Exercise(
    name="from_torch",
    lesson=15,
    reference=from_torch,
    cases=from_torch_cases,
    signature="from_torch(state)",
    returns="five arrays: `Wxh`, `Whh`, `Why`, `bh` and `by`",
    parts=NAMES,
    axes=("row", "column"),
)


def back(state, **instead):
    """The right five arrays, with some replaced."""
    found = dict(zip(NAMES, from_torch(state), strict=True)) | instead
    return tuple(found.values())


@FROM_TORCH.mistake("""
    `bias_hh_l0` is left behind.
    It need not be zero in a network that was trained there: the bias of the recurrence is the sum of both.
    """)
def second_bias_left_behind(state):
    return back(state, bh=state["rnn.bias_ih_l0"])


@FROM_TORCH.mistake("""
    `bias_ih_l0` is left behind.
    The bias of the recurrence is the sum of both.
    """)
def first_bias_left_behind(state):
    return back(state, bh=state["rnn.bias_hh_l0"])


@FROM_TORCH.mistake("""
    `bh` is the mean of the two biases.
    PyTorch adds both: it is their sum.
    """)
def biases_averaged(state):
    return back(state, bh=(state["rnn.bias_ih_l0"] + state["rnn.bias_hh_l0"]) / 2)


@FROM_TORCH.mistake("""
    `bh` is the difference of the two biases.
    PyTorch adds both: it is their sum.
    """)
def biases_subtracted(state):
    return back(state, bh=state["rnn.bias_ih_l0"] - state["rnn.bias_hh_l0"])


@FROM_TORCH.mistake("""
    The two biases are multiplied.
    PyTorch adds both: `bh` is their sum.
    """)
def biases_multiplied(state):
    return back(state, bh=state["rnn.bias_ih_l0"] * state["rnn.bias_hh_l0"])


@FROM_TORCH.mistake("""
    The two biases stand one behind the other.
    They are to be added, entry by entry.
    """)
def biases_joined(state):
    return back(state, bh=np.concatenate([state["rnn.bias_ih_l0"], state["rnn.bias_hh_l0"]]))


@FROM_TORCH.mistake("""
    There are six arrays.
    Our network has one bias of the hidden state: the sum of PyTorch's two.
    """)
def six_arrays(state):
    first, second = state["rnn.bias_ih_l0"], state["rnn.bias_hh_l0"]
    return (*from_torch(state)[:3], first, second, state["linear.bias"])


@FROM_TORCH.mistake("""
    The arrays are taken by their place.
    A file may bring them in any order, and many are sorted: take each by its name.
    """)
def by_place(state):
    Wxh, Whh, first, second, Why, by = state.values()
    if first.shape != second.shape:
        return Wxh, Whh, Why, first, by
    return Wxh, Whh, Why, first + second, by


@FROM_TORCH.mistake("""
    The arrays stand in PyTorch's order, with `bh` in the middle.
    Ours is `Wxh`, `Whh`, `Why`, `bh`, `by`.
    """)
def in_the_order_of_the_state(state):
    Wxh, Whh, Why, bh, by = from_torch(state)
    return Wxh, Whh, bh, Why, by


@FROM_TORCH.mistake("""
    `bh` and `by` have changed places.
    `linear.bias` is added to the scores: that is `by`.
    """)
def biases_out_of_order(state):
    Wxh, Whh, Why, bh, by = from_torch(state)
    return Wxh, Whh, Why, by, bh


@FROM_TORCH.mistake("""
    `Wxh` and `Whh` have changed places.
    `ih` is from the input to the hidden state, `hh` from the hidden state to the next.
    """)
def weights_out_of_order(state):
    Wxh, Whh, *others = from_torch(state)
    return Whh, Wxh, *others


@FROM_TORCH.mistake("""
    `Wxh` and `Why` have changed places.
    `rnn.weight_ih_l0` reads the characters, `linear.weight` gives the scores.
    """)
def ends_out_of_order(state):
    Wxh, Whh, Why, bh, by = from_torch(state)
    return Why, Whh, Wxh, bh, by


@FROM_TORCH.mistake("""
    The bias of the scores has been added to `bh`.
    `linear.bias` is `by`; the two of the recurrence are `bias_ih_l0` and `bias_hh_l0`.
    """)
def wrong_bias_added(state):
    return back(
        state,
        bh=state["rnn.bias_ih_l0"] + np.resize(state["linear.bias"], len(state["rnn.bias_ih_l0"])),
    )


@FROM_TORCH.mistake("""
    `by` is the second bias of the recurrence.
    The bias of the scores is `linear.bias`.
    """)
def bias_of_the_scores_from_the_recurrence(state):
    return back(state, bh=state["rnn.bias_ih_l0"], by=state["rnn.bias_hh_l0"])


@FROM_TORCH.mistake("""
    `Wxh` is turned.
    PyTorch keeps it as we do, a row for each hidden unit.
    """)
def input_weights_turned_back(state):
    return back(state, Wxh=state["rnn.weight_ih_l0"].T)


@FROM_TORCH.mistake("""
    `Whh` is turned.
    It is square, so that nobody will complain, and it is another network: PyTorch keeps it as we do.
    """)
def recurrent_weights_turned_back(state):
    return back(state, Whh=state["rnn.weight_hh_l0"].T)


@FROM_TORCH.mistake("""
    `Why` is turned.
    `nn.Linear` keeps a row for each of its outputs, as we do.
    """)
def output_weights_turned_back(state):
    return back(state, Why=state["linear.weight"].T)


@FROM_TORCH.mistake("""
    All matrices are turned, as they would be for Keras.
    PyTorch keeps a row for each unit that is computed, as we do.
    """)
def all_turned_back(state):
    Wxh, Whh, Why, bh, by = from_torch(state)
    return Wxh.T, Whh.T, Why.T, bh, by


@FROM_TORCH.mistake("""
    This is a dictionary.
    Give the five arrays, in the order of the parameters of `to_torch`.
    """)
def as_a_dictionary(state):
    return dict(zip(NAMES, from_torch(state), strict=True))


EXERCISES = [TO_TORCH, FROM_TORCH]
