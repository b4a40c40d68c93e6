"""The learner's own my_rnn.py, which grows with every exercise that is accepted.

save_solution(function)  put a function into it (check does this)
yours(name)              the function in it or, until there is one, the course's
progress()               which exercises are done, and what is next
forget(name)             take a function out again, to write it anew
restore(path)            bring back a my_rnn.py that was downloaded elsewhere
"""

import functools
import html
import linecache
import os
import sys
import textwrap
import types
from pathlib import Path

import numpy as np

from ..exercises import EXERCISES, LESSONS, no_such_exercise
from . import files, sources

__all__ = ["Progress", "forget", "progress", "restore", "save_solution", "yours"]

# Beside the lessons, unless the environment names another file (as tests of the lessons do).
MY_RNN = Path(os.environ.get("COURSE_MY_RNN") or Path(__file__).resolve().parents[2] / "my_rnn.py")

_loaded = {"stamp": None, "module": None}


def save_solution(function, name=None):
    """Put the source of a function into my_rnn.py; return a sentence that says what came of it."""
    name = name or getattr(function, "__name__", "")
    module = getattr(function, "__module__", None)
    if module == "my_rnn":
        return "It is the one in my_rnn.py."
    if module == "rnn_core" or str(module).startswith("course."):
        return "Not kept in my_rnn.py: it is the course's own."
    try:
        source, own = sources.source_of(function)
        scope = getattr(function, "__globals__", {})
        needs = sources.needs_of(source, own, scope)
        if own != name:
            if name in sources.global_names(source):
                raise sources.CannotKeep(f"it is called `{own}` and calls another `{name}`")
            needs.append(sources.Need(own, "helper", source))
            source = f"{name} = {own}"
        return _put(name, source, needs)
    except sources.CannotKeep as reason:
        return f"Not kept in my_rnn.py: {reason}."
    except (OSError, TimeoutError) as error:
        return f"Not kept: my_rnn.py cannot be written here ({_reason(error)})."
    except sources.NOT_PYTHON:
        return "Not kept in my_rnn.py: it does not stand on its own outside of its cell."


def _reason(error):
    return getattr(error, "strerror", None) or str(error)


def _put(name, source, needs):
    said = ""
    with files.locked(MY_RNN):
        for _ in range(5):
            stamp = files.stamp(MY_RNN)
            try:
                before = files.read(MY_RNN)
                compile(before, MY_RNN.name, "exec", dont_inherit=True)
            except sources.NOT_PYTHON:
                aside = files.back_up(MY_RNN)
                said = f" The my_rnn.py that was there is not valid Python; it is now {aside}."
                before, stamp = "", None
            after = sources.put(before, name, source, needs)
            if after == before:
                break
            if files.stamp(MY_RNN) == stamp:
                files.write(MY_RNN, after)
                break
        else:
            raise TimeoutError("it changes all the time")
    return "Kept in my_rnn.py." + said


def _module():
    """Return my_rnn.py as a module, loaded again whenever it has changed; None if it fails."""
    stamp = files.stamp(MY_RNN)
    if stamp != _loaded["stamp"]:
        module, trouble = load(MY_RNN) if stamp else (None, "")
        _loaded.update(stamp=stamp, module=module)
        if trouble:
            print(f"{trouble} Until it can, the course's own functions stand in.")
    return _loaded["module"]


def load(path):
    """Run a my_rnn.py as a module of its own; return the module or None, and what went wrong."""
    module = types.ModuleType("my_rnn")
    module.__file__ = str(path)
    try:
        text = files.read(path)
        linecache.cache[str(path)] = (len(text), None, text.splitlines(True), str(path))
        exec(compile(text, str(path), "exec"), module.__dict__)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        line = f" in line {error.lineno}" if getattr(error, "lineno", None) else ""
        text = str(getattr(error, "msg", None) or error).split("\n")[0][:100]
        kind = type(error).__name__
        return None, f"{path.name} cannot be used ({kind}{line}: {text})."
    return module, ""


def in_use(name):
    """A sentence that says that an accepted function is still the one in use, or ""."""
    if name not in progress().done:
        return ""
    return (
        f"Until another one passes, your accepted `{name}` in my_rnn.py stays in use "
        f'(`yours("{name}")`).'
    )


def yours(name):
    """Return your accepted function for an exercise or, until there is one, the course's.

    A check accepts lists where an array is meant; later cells ask for shapes, so lists of numbers
    come back as arrays here.
    """
    _known(name, "yours")
    function = getattr(_module(), name, None)
    if not callable(function):
        return EXERCISES[name].reference

    @functools.wraps(function)
    def with_arrays(*args, **kwargs):
        return _as_arrays(function(*args, **kwargs))

    return with_arrays


def _known(name, asked):
    """Say it in a sentence if a name is none of an exercise."""
    if not isinstance(name, str):
        given = getattr(name, "__name__", "softmax")
        raise ValueError(f'{asked} takes a name in quotes: {asked}("{given}").')
    if name not in EXERCISES:
        raise ValueError(no_such_exercise(name))


def forget(name):
    """Take your function for an exercise out of my_rnn.py, to write it again; return a sentence.

    my_rnn.py as it was is set aside. The stub comes in a new cell below, or else in the sentence.
    """
    _known(name, "forget")
    try:
        with files.locked(MY_RNN):
            before = files.read(MY_RNN)
            after = sources.without(before, name)
            if after == before:
                said = f"There is no `{name}` of yours in my_rnn.py."
            else:
                aside = files.back_up(MY_RNN)
                files.write(MY_RNN, after)
                said = (
                    f"`{name}` is out of my_rnn.py; as it was, the file is now {aside}. Until you "
                    "have written it again, the course's own is used."
                )
    except sources.CannotKeep as reason:
        return f"Nothing is changed: {reason}."
    except sources.NOT_PYTHON:
        return "my_rnn.py is not valid Python; nothing is changed."
    except (OSError, TimeoutError) as error:
        return f"my_rnn.py cannot be written here ({_reason(error)}); nothing is changed."
    return f"{said}\n{_offer(stub(name))}"


def stub(name):
    """The cell of an exercise as it is before anything is written."""
    exercise = EXERCISES[name]
    does = f"Return {exercise.returns}." if exercise.returns else "Nothing is returned."
    begins = textwrap.indent(exercise.begins, "    ")
    return (
        f'def {exercise.signature}:\n    """{does}"""\n{begins}    # your code here\n'
        f'    raise NotImplementedError\n\n\ncheck("{name}", {name})'
    )


def _offer(cell):
    """Put a new cell below the one that runs, where there is a notebook; return what to say."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    if shell is not None and hasattr(shell, "payload_manager"):
        shell.set_next_input(cell)
        return "The new cell below is for the next try."
    return "To write it again, begin with:\n\n" + cell


def _as_arrays(answer):
    """Turn lists of numbers or of arrays into arrays; a vocabulary's list into its dictionary."""
    if type(answer) is tuple:
        return tuple(_as_arrays(part) for part in answer)
    if type(answer) is dict:
        return {key: _as_arrays(part) for key, part in answer.items()}
    if type(answer) is not list or not answer or isinstance(answer[0], tuple):
        return answer
    return dict(enumerate(answer)) if isinstance(answer[0], str) else np.array(answer)


class Progress:
    """Which exercises are done, by lesson, and what is next."""

    def __init__(self, done, trouble=""):
        self.done, self.trouble = tuple(done), trouble
        self.next = next((name for name in EXERCISES if name not in done), None)

    @property
    def summary(self):
        """Counts and the next exercise, in a sentence."""
        if self.trouble:
            return self.trouble
        text = f"{len(self.done)} of {len(EXERCISES)} exercises done."
        if self.next:
            return f"{text} Next: {self.next}, in lesson {EXERCISES[self.next].lesson}."
        return f"{text} Every one of them is yours."

    def _rows(self):
        for number, (notebook, title) in LESSONS.items():
            names = [name for name, e in EXERCISES.items() if e.lesson == number]
            yield number, notebook, title, [(name, name in self.done) for name in names]

    def __repr__(self):
        lines = [self.summary]
        for number, _, title, marks in self._rows():
            words = ", ".join(f"{name} {'done' if done else 'to do'}" for name, done in marks)
            lines.append(f"  {number} {title}: {words}")
        return "\n".join(lines)

    def _repr_html_(self):
        rows = []
        for number, notebook, title, marks in self._rows():
            words = ", ".join(
                f"<code>{name}</code> {'✓ done' if done else 'to do'}" for name, done in marks
            )
            rows.append(
                f'<tr><td style="text-align: left;"><a href="{notebook}">{number} · '
                f'{html.escape(title)}</a></td><td style="text-align: left;">{words}'
                "</td></tr>"
            )
        summary = html.escape(self.summary)
        if self.next and not self.trouble:
            link = f'<a href="{LESSONS[EXERCISES[self.next].lesson][0]}">lesson '
            summary = summary.replace("in lesson ", "in " + link)[:-1] + "</a>."
        download = (
            '<p><a href="my_rnn.py" download="my_rnn.py">Download my_rnn.py</a> to take '
            "your functions with you.</p>"
            if self.done
            else ""
        )
        return (
            f'<p>{summary}</p><table><thead><tr><th scope="col" style="text-align: left;">'
            'Lesson</th><th scope="col" style="text-align: left;">Exercises</th></tr></thead>'
            f"<tbody>{''.join(rows)}</tbody></table>{download}"
        )


def progress():
    """Return which exercises are done and what is next, read from my_rnn.py without running it."""
    try:
        text = files.read(MY_RNN)
        compile(text, MY_RNN.name, "exec", dont_inherit=True)  # finds more than a parser does
        return Progress(sources.defined(text))
    except sources.NOT_PYTHON as error:
        line = f" (line {error.lineno})" if getattr(error, "lineno", None) else ""
        return Progress(
            [],
            f"my_rnn.py is not valid Python{line}, so nothing can be said about "
            "it. The next accepted exercise sets it aside and starts a new one.",
        )
    except OSError as error:
        return Progress([], f"my_rnn.py cannot be read ({_reason(error)}).")


def restore(path):
    """Put a my_rnn.py from elsewhere in place of the one here, which is set aside.

    Return a sentence. Uploading the file into the folder of the lessons does the same.
    """
    path = Path(path)
    if not path.exists():
        return f"There is no file {path.name} at that place."
    try:
        text = files.read(path)
        names = sources.defined(text)
    except sources.NOT_PYTHON:
        return f"{path.name} is not valid Python; nothing is changed."
    except OSError as error:
        return f"{path.name} cannot be read ({_reason(error)}); nothing is changed."
    if not names:
        return f"{path.name} holds none of the course's functions; nothing is changed."
    said = f"Restored: {', '.join(names)}."
    try:
        if MY_RNN.exists() and path.resolve() == MY_RNN.resolve():
            return f"{said} It is the file that is in use already."
        with files.locked(MY_RNN):
            if MY_RNN.exists() and files.stamp(MY_RNN):
                said += f" The my_rnn.py that was here is now {files.back_up(MY_RNN)}."
            files.write(MY_RNN, text)
    except (OSError, TimeoutError) as error:
        return f"my_rnn.py cannot be written here ({_reason(error)})."
    return said
