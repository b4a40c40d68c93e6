"""Is everything in place? Names what is wrong, and how to mend it.

It needs no package, and an old Python can read it too: that is when it is wanted most.
"""

import importlib
import importlib.util
import os
import sys
from importlib import metadata

PYTHON = (3, 11)
PACKAGES = {"numpy": (2, 0), "matplotlib": (3, 9), "ipywidgets": (8, 0)}  # the least that will do
LESSONS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
ROOT = os.path.dirname(LESSONS)


class Environment:
    """What is wrong, as `.problems`: sentences that say how to mend it. None: all is well."""

    def __init__(self, problems):
        self.problems = tuple(problems)

    def __repr__(self):
        if not self.problems:
            return "All is well: Python, the packages and the course's files are in place."
        lines = ["Not all is well yet."]
        lines += [f"{i}. {problem}" for i, problem in enumerate(self.problems, 1)]
        return "\n".join([*lines, "Then choose Kernel, Restart Kernel, and run this cell again."])


def check_environment():
    """Look at Python, the course's files and the packages; return an Environment."""
    return Environment([*python_problems(), *file_problems(), *package_problems()])


def python_problems():
    """Is Python new enough?"""
    if sys.version_info[:2] < PYTHON:
        yield (
            f"This notebook runs on Python {dotted(sys.version_info[:2])}, and the course needs "
            f"{dotted(PYTHON)} or newer: install one from python.org, and start the course with it "
            "as its README says. In JupyterLab, the name at the top right of the notebook chooses "
            "between the Pythons that it knows."
        )


def file_problems():
    """Is the notebook in its folder, with the course around it, and nothing in the way?"""
    here = os.path.realpath(os.getcwd())
    if here != os.path.realpath(LESSONS):
        yield (
            f"This notebook runs in the folder {here}, and the course lies in {LESSONS}: open the "
            "notebook that is there."
        )
    for name in ("rnn_core", "rnn_extras"):
        path, found = os.path.join(ROOT, f"{name}.py"), origin(name)
        if not os.path.exists(path):
            yield (
                f"The file {name}.py is missing. It belongs in {ROOT}, beside the folder of the "
                "lessons: download the whole course again, not only its notebooks."
            )
        elif found and os.path.realpath(found) != os.path.realpath(path):
            yield (
                f"Another {name}.py is in the way, {found}: move it elsewhere, or give it "
                "another name."
            )
    if not os.access(LESSONS, os.W_OK):
        yield (
            f"The folder {LESSONS} cannot be written to, so the functions that you write would be "
            "lost: copy the course to a folder of your own, and open it there."
        )


def package_problems():
    """Is each package there, new enough, and the one that is meant?"""
    wanted = []
    for name, least in PACKAGES.items():
        found = origin(name)
        if found and in_course(found):
            yield (
                f"The file {found} hides the package {name}, which has the same name: give the "
                "file another name."
            )
        elif found is None:
            wanted.append(f"{name} is missing")
        elif version(name) and version(name) < least:
            old = dotted(version(name))
            wanted.append(f"{name} is too old ({old}, and {dotted(least)} is needed)")
        else:
            trouble = loading(name)
            if trouble:
                wanted.append(f"{name} cannot be loaded ({trouble})")
    if wanted:
        requirements = quoted(os.path.join(ROOT, "requirements.txt"))
        yield (
            f"Of the packages, {', '.join(wanted)}. Run this in a terminal:\n"
            f"   {quoted(sys.executable)} -m pip install -r {requirements}"
        )


def origin(name):
    """The file that `import name` reads, or None."""
    try:
        spec = importlib.util.find_spec(name)
    except (ImportError, ValueError):
        return None
    if spec is None:
        return None
    return spec.origin or next(iter(spec.submodule_search_locations or ()), None)


def in_course(path):
    """Whether a file lies beside the lessons or beside rnn_core.py."""
    folder = os.path.realpath(os.path.dirname(path))
    if os.path.basename(path) == "__init__.py":
        folder = os.path.dirname(folder)
    return folder in (os.path.realpath(LESSONS), os.path.realpath(ROOT))


def version(name):
    """The version of an installed package, as far as it is whole numbers: (2, 4, 6)."""
    try:
        text = metadata.version(name)
    except metadata.PackageNotFoundError:
        return ()
    numbers = []
    for part in text.split("."):
        if not part.isdigit():
            break
        numbers.append(int(part))
    return tuple(numbers)


def loading(name):
    """Import a package; return what went wrong, or nothing."""
    try:
        importlib.import_module(name)
    except Exception as error:  # a broken package can raise any
        first = (str(error).strip().splitlines() or [""])[0][:120]
        return f"{type(error).__name__}: {first}".rstrip(": ")
    return ""


def dotted(numbers):
    """(3, 11) as 3.11."""
    return ".".join(map(str, numbers))


def quoted(path):
    """A path as it can be typed, in quotes if it has spaces."""
    return f'"{path}"' if " " in path else path
