"""How pytest runs the lessons: loaded for every run by the settings in pyproject.toml."""

import re
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LESSON = re.compile(r"\d\d_\w+\.ipynb")
NEWCOMER = pytest.StashKey[str]()  # an empty folder
SOLVED = pytest.StashKey[dict]()  # path of a lesson -> future of its cells, run with the solutions


def pytest_addoption(parser):
    parser.addoption(
        "--alternatives",
        action="store_true",
        help="run every lesson with every set of tests/alternatives as well (a few minutes each)",
    )
    parser.addoption(
        "--claims",
        action="store_true",
        help="run the experiments behind all that the lessons claim, on all seeds (ten minutes)",
    )
    parser.addoption(
        "--absurd",
        action="store_true",
        help="give every check functions that are not even wrong (a minute)",
    )


def pytest_configure(config):
    option = config.option
    if config.pluginmanager.hasplugin("nbval"):  # `-p no:nbval` leaves the lessons out
        option.nbval = not option.nbval_lax  # strict: what a cell shows is what is stored
        option.nbval_current_env = option.nbval_kernel_name is None
        if option.nbval_sanitize_with is None:
            option.nbval_sanitize_with = str(ROOT / "tests" / "sanitize.cfg")
    folder = tempfile.TemporaryDirectory(prefix="newcomer_", ignore_cleanup_errors=True)
    config.add_cleanup(folder.cleanup)
    config.stash[NEWCOMER] = folder.name


def pytest_ignore_collect(collection_path):
    """A notebook that is not a lesson (a learner's own, say) is not ours to test."""
    if collection_path.suffix == ".ipynb":
        return not LESSON.fullmatch(collection_path.name) or None
    return None


WAITING = ("test_solved_lesson[", "test_what_the_lessons_collected")
LONG = {
    "--alternatives": "test_lesson_with_other_right_ways[",
    "--claims": "test_all_seeds[",
    "--absurd": "test_abuse_gets_a_sentence[",
}


def pytest_collection_modifyitems(config, items):
    """What waits for the solved lessons comes last; what takes minutes runs when asked for."""
    items.sort(key=lambda item: item.name.startswith(WAITING))
    left_out = tuple(name for option, name in LONG.items() if not config.getoption(option))
    long = [item for item in items if left_out and item.name.startswith(left_out)]
    if long:
        items[:] = [item for item in items if item not in long]
        config.hook.pytest_deselected(items=long)


def pytest_collection_finish(session):
    """The solved lessons take long: their kernels run beside the other tests, from the start."""
    chosen = [item for item in session.items if item.name.startswith("test_solved_lesson[")]
    if chosen and not session.config.option.collectonly:
        futures, end = chosen[0].module.begin([item.callspec.params["path"] for item in chosen])
        session.config.stash[SOLVED] = futures
        session.config.add_cleanup(end)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item):
    """Start a lesson's kernel as a newcomer has it: no one's my_rnn.py is read or written."""
    if item.path.suffix != ".ipynb":
        return (yield)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("COURSE_MY_RNN", str(Path(item.config.stash[NEWCOMER], "my_rnn.py")))
        return (yield)
