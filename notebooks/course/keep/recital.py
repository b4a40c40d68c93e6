"""What `python my_rnn.py` does: train the learner's own network on the verse, and let it recite."""

import traceback
from pathlib import Path

import numpy as np

from ..exercises import EXERCISES, LESSONS, Model
from ..texts import VERSE
from . import files, load, sources

ROUNDS = 7  # times through the text, which holds the verse a hundred times


def recite(path):
    """Train on the verse with the functions of a my_rnn.py; what is missing in it is lent."""
    path = Path(path)
    module, trouble = load(path)
    if trouble:
        print(f"{trouble} Mend that line, or have the lesson's check write it anew.")
        return
    missing = lend(module, sources.defined(files.read(path)))
    if missing:
        print("Not written yet, so the course's own stand in:")
        for lesson, names in missing.items():
            print(f"    lesson {lesson}, {LESSONS[lesson][1]}: {', '.join(names)}")
    else:
        print("Every function of it is yours.")
    try:
        _train(module)
    except Exception as error:
        lines = [
            f.lineno for f in traceback.extract_tb(error.__traceback__) if f.filename == str(path)
        ]
        where = f" in line {lines[-1]}" if lines else ""
        kind = type(error).__name__
        print(
            f"\n{path.name} stops{where} with {kind}: {error}\nThe check of its lesson says more."
        )


def lend(module, own):
    """Give a module what it lacks of lessons 1 to 8; return the names by lesson."""
    missing = {}
    for name, exercise in EXERCISES.items():
        if exercise.lesson <= 8 and name not in own:
            missing.setdefault(exercise.lesson, []).append(name)
            setattr(module, name, exercise.reference)
    return missing


def _train(module):
    model = Model(VERSE, hidden_size=64, seq_length=25, learning_rate=0.1, seed=1)
    char_to_ix, _ = module.build_vocabulary(VERSE)
    indices = np.array([char_to_ix[char] for char in VERSE * 100])
    count = len(module.chunks(indices, model.seq_length))
    print(f"\nIt trains on the verse, {ROUNDS} times {count} updates, and speaks after each:\n")
    for done in range(1, ROUNDS + 1):  # the text begins anew in each, as it would in one call
        loss = np.mean(module.train(model, indices, count))
        said = module.generate(model, "Hope", 60, 0.5, np.random.default_rng(1))
        print(f"{done * count:5,}  loss {loss:5.2f}  Hope{said}", flush=True)
    recital = module.generate(model, "Hope", len(VERSE) - 5, 0.1, np.random.default_rng(1))
    print(f"\nIt recites:\n\n    Hope{recital}")
