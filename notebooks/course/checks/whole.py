"""The last check: all of a learner's functions together, as one network that recites."""

import types
from pathlib import Path

import numpy as np

from .. import keep
from ..exercises import EXERCISES, Model
from ..texts import VERSE
from . import Result, check, compare, diagnose, messages, runner

TIME_LIMIT = 60.0  # seconds for training and reciting
ITERATIONS = 1000
EXACT = 1e-10
PIECES = [name for name, exercise in EXERCISES.items() if exercise.lesson <= 8]


def check_whole(my_rnn=None):
    """Check a module of a learner's functions: their own my_rnn.py, a path, or a module."""
    module, trouble = _module(my_rnn)
    if trouble:
        return Result(False, trouble)
    missing = [name for name in PIECES if not _own(getattr(module, name, None))]
    if missing:
        return Result(False, f"Still to write: {', '.join(missing)}.")
    for name in PIECES:
        result = check(name, getattr(module, name), keep=False)
        if not result.passed:
            return Result(
                False,
                f"In my_rnn.py one function does not pass its check any more.\n{result.message}",
                result.mistake,
            )
    for stage in (_gradients, _training):
        result = _apart(stage, module)
        if not result.passed:
            return result
    return result


def _module(my_rnn):
    """Return the module, or None and a sentence."""
    if isinstance(my_rnn, types.ModuleType):
        return my_rnn, ""
    path = keep.MY_RNN if my_rnn is None else Path(my_rnn)
    if not path.exists():
        if my_rnn is None:
            return None, f"Still to write: {', '.join(PIECES)}."
        return None, f"There is no file {path.name} at that place."
    return keep.load(path)


def _own(function):
    """Whether a function is the learner's, not borrowed from the course."""
    module = str(getattr(function, "__module__", ""))
    return callable(function) and module != "rnn_core" and not module.startswith("course.")


def _apart(stage, module):
    """Run a stage in its own thread; what goes wrong inside becomes a sentence."""
    found = []

    def task():
        try:
            with np.errstate(all="ignore"):
                found.append(stage(module))
        except runner.OutOfTime:
            raise
        except BaseException as error:
            note = runner.raised(error, module.train_step)
            found.append(Result(False, "\n".join(messages.error_in_words(note))))

    in_time, _, why = runner.run_with_timeout(task, TIME_LIMIT)
    if why:
        note = runner.raised(why[0], module.train_step, why[1])
        return Result(False, "\n".join(messages.error_in_words(note)))
    if not in_time:
        return Result(
            False,
            f"Training did not come to an end within {TIME_LIMIT:g} seconds. "
            "Each function is right on its own; time them one by one.",
        )
    return found[0]


def _single(module):
    """Whether any of its functions gives float32: then fewer digits can be asked of the whole."""
    return any(diagnose.gives_single(name, getattr(module, name)) for name in PIECES)


def _gradients(module):
    """Forward and backward, one after the other, against rnn_core."""
    model = Model(VERSE, 16, 25, seed=1)
    for name in ("Wxh", "Whh", "Why", "bh", "by"):
        model.parameters[name][...] = np.random.default_rng(2).normal(
            scale=0.3, size=model.parameters[name].shape
        )
    indices = model.vocabulary.encode(VERSE)
    inputs, targets = module.shift_targets(indices[:26])
    h_prev = np.linspace(-1, 1, 16)
    hs, ps = module.forward(inputs, h_prev, model.Wxh, model.Whh, model.Why, model.bh, model.by)
    mine = module.backward(inputs, targets, hs, ps, model.Wxh, model.Whh, model.Why)
    states, probabilities = model.forward(indices[:25], h_prev)
    exact = model.backward(indices[:25], indices[1:26], states, probabilities)
    precision = compare.PRECISION[4] if _single(module) else EXACT
    for name, gradient in exact.items():
        if compare.find(gradient, mine[name], precision):
            return Result(
                False,
                "Forward and backward pass one by one, but not together: the "
                f"gradient of {name} is not that of rnn_core.",
            )
    return Result(True, "")


def _training(module):
    """Train on the verse and recite, beside rnn_core from the same start."""
    model, other = (Model(VERSE, 64, 25, 0.1, seed=4) for _ in range(2))
    char_to_ix, _ = module.build_vocabulary(VERSE)
    indices = np.array([char_to_ix[char] for char in VERSE * 100])
    losses, h = [], np.zeros(64)
    while len(losses) < ITERATIONS:
        before = len(losses)
        for inputs, targets, starts_afresh in module.chunks(indices, 25):
            if starts_afresh:
                h = np.zeros(64)
            loss, h = module.train_step(model, inputs, targets, h)
            losses.append(float(loss))
            if len(losses) == ITERATIONS:
                break
        if len(losses) == before:
            return Result(False, "`chunks` gives no chunks for the whole verse.")
    theirs = other.train(VERSE * 100, ITERATIONS, report=None)
    many, tolerance = (
        (5, 1e-3) if _single(module) else (20, 1e-6)
    )  # differences grow tenfold a step
    near = np.isclose(losses[:many], theirs[:many], rtol=tolerance)
    if not near.all():
        first = int(np.argmin(near))
        return Result(
            False,
            f"From iteration {first} the loss is not that of rnn_core from the "
            "same start, although every function passes: look at what "
            "`train_step` hands from one to the other.",
        )
    start, end, band = losses[0], np.mean(losses[-50:]), np.mean(theirs[-50:])
    if not end < max(3 * band, 10):
        return Result(
            False,
            f"Training brings the loss from {start:.0f} only to {end:.0f}; "
            f"rnn_core comes to {band:.1f} from the same start.",
        )
    recited = module.generate(model, "Hope is", 80, 0.2, np.random.default_rng(0))
    heard = "Hope is" + recited.removeprefix("Hope is")
    known = [heard[i : i + 5] in VERSE * 2 for i in range(len(heard) - 4)]
    if np.mean(known) < 0.6:
        return Result(
            False,
            'It trains, but it does not recite. From "Hope is" it goes on:\n'
            f"    {messages.show(recited)}",
        )
    return Result(
        True,
        f"Your network is whole. All {len(PIECES)} functions are your own, "
        "their gradients are those of rnn_core, and in "
        f"{ITERATIONS:,} iterations the loss falls from {start:.0f} to "
        f"{end:.1f}. It recites:\n    {heard}",
    )
