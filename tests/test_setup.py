"""What stands around the lessons: requirements, README, licences, and who may import whom."""

import ast
import importlib.metadata
import re
import sys
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

import readme_map
from course.offline import PYTHONS
from reading import (
    NOTEBOOKS,
    ROOT,
    broken_links,
    files_of_the_course,
    lesson_paths,
    prose,
    read_lesson,
    word_troubles,
)

TEST_COMMAND = (
    "python3 -m venv .venv && .venv/bin/python -m pip install -r requirements.txt && "
    ".venv/bin/python -m pytest"
)
LESSON_0 = "jupyter lab notebooks/00_start_here.ipynb"
# What repo2docker's base image brings of the needs of NumPy, matplotlib and ipywidgets, in
# versions that satisfy them.
IN_BINDERS_IMAGE = {"comm", "ipython", "packaging", "python-dateutil", "traitlets"}


def text_of(name):
    return (ROOT / name).read_text(encoding="utf-8")


FILES = files_of_the_course()
PYTHON = [path for path in FILES if path.suffix == ".py"]


def name_of(path):
    return path.relative_to(ROOT).as_posix()


def fail_with(lines):
    lines = [f"  - {line}" for line in lines]
    if lines:
        pytest.fail("\n".join(["", *lines]), pytrace=False)


# Requirements ------------------------------------------------------------------------------


def pins(name, python):
    """Package -> version of a requirements file for a Python; every line must be a pin of a
    version, name another file, or forbid to compile."""
    lines = [line.partition("#")[0].strip() for line in text_of(name).splitlines()]
    others = [line.removeprefix("-r ") for line in lines if line.startswith("-r ")]
    assert all((ROOT / name).parent.joinpath(other).is_file() for other in others)
    asked = [Requirement(line) for line in lines if line and not line.startswith("-")]
    loose = [str(one) for one in asked if not re.fullmatch(r"==\d[\w.]*", str(one.specifier))]
    assert not loose, f"{name} should pin exactly (name==version): {loose}"
    here = [
        one for one in asked if not one.marker or one.marker.evaluate({"python_version": python})
    ]
    found = {one.name.lower().replace("_", "-"): str(one.specifier)[2:] for one in here}
    assert len(found) == len(here), f"{name} pins a package twice for Python {python}"
    return found


@pytest.mark.parametrize("python", PYTHONS)
def test_learners_requirements_are_six_pins(python):
    expected = {"numpy", "matplotlib", "ipywidgets", "jupyterlab", "nbval", "pytest"}
    assert set(pins("requirements.txt", python)) == expected


def test_no_numpy_is_compiled():
    """On a Python that no pin of NumPy has a wheel for, pip says that, and no compiler starts."""
    assert "--only-binary numpy" in text_of("requirements.txt").splitlines()


PINNING = [
    name_of(path)
    for path in FILES
    if path.suffix == ".txt" and re.search(r"^[\w.-]+==", path.read_text("utf-8"), re.MULTILINE)
]


@pytest.mark.parametrize("name", PINNING)
def test_requirements_are_pinned_and_agree(name):
    for python in PYTHONS if name != "binder/requirements.txt" else ["3.12"]:
        learners, here = pins("requirements.txt", python), pins(name, python)
        differing = {p: v for p, v in here.items() if learners.get(p, v) != v}
        if "4.4.9" in name:  # the JupyterLab that Binder's image has
            differing.pop("jupyterlab", None)
        assert not differing, f"{name} and requirements.txt disagree about {differing}"


OURS = sorted({path.stem for path in (ROOT / "tests").glob("*.py")})


@pytest.mark.parametrize(
    "module", ["rnn_core", "rnn_extras", "course.plots.style", "alternatives.speed", *OURS]
)
@pytest.mark.parametrize("kind", [DeprecationWarning, PendingDeprecationWarning])
def test_what_will_be_taken_away_is_an_error_in_our_code(module, kind):
    """pyproject.toml says so, for each module by its name; other people's code may warn."""
    code = "import warnings; warnings.warn('soon gone', kind)"
    with pytest.raises(kind):
        exec(code, {"__name__": module, "kind": kind})
    with pytest.warns(kind):
        exec(code, {"__name__": "matplotlib.axes", "kind": kind})


def test_the_same_pythons_everywhere():
    """From the oldest to the newest that the packages are pinned for: no page lags behind."""
    oldest, newest = PYTHONS[0], PYTHONS[-1]
    after = f"3.{int(newest.removeprefix('3.')) + 1}"
    ranges = re.compile(r"\b3\.11 to (3\.\d+)|>=3\.11,<(3\.\d+)")
    found = {
        (name_of(path), one[0])
        for path in FILES
        if path.suffix not in BINARY and path != Path(__file__).resolve()
        for one in ranges.finditer(path.read_text(encoding="utf-8"))
    }
    right = (f"{oldest} to {newest}", f">={oldest},<{after}")
    assert {"README.md", "binder/hub/README.md", ".ci/run"} <= {name for name, _ in found}
    fail_with(f"{name} says {words}" for name, words in sorted(found) if words not in right)


def test_binder_adds_what_the_image_lacks_and_no_more():
    lock = pins("binder/requirements.txt", "3.12")
    needed = {"numpy", "matplotlib", "ipywidgets"}
    for package in tuple(needed):
        for requirement in importlib.metadata.requires(package) or ():
            if "extra ==" not in requirement:
                needed.add(re.match(r"[\w.-]+", requirement)[0].lower().replace("_", "-"))
    assert set(lock) == needed - IN_BINDERS_IMAGE
    assert text_of("binder/runtime.txt") == "python-3.12\n"
    assert "uv pip compile" in text_of("binder/requirements.txt"), "say how the lock was made"


# README, CI, workflow ----------------------------------------------------------------------


def commands(name):
    """The lines of a page's code blocks."""
    blocks = re.findall(r"^```\w*\n(.*?)^```", text_of(name), re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.splitlines()]


def for_windows(command):
    """The same line for PowerShell, whose version 5 does not know &&, and the Command Prompt."""
    command = command.replace("python3 -m venv", "py -m venv")
    return 'cmd /c "' + command.replace(".venv/bin/python", r".venv\Scripts\python") + '"'


def test_readme_begins_with_one_line_for_each_system():
    start = TEST_COMMAND.replace("pytest", LESSON_0)
    lines = [start, for_windows(start), TEST_COMMAND, for_windows(TEST_COMMAND)]
    assert commands("README.md")[:4] == lines
    top = text_of("README.md").partition("\n## ")[0]
    assert all(line in top for line in lines)
    assert "apt install python3-venv" in top and "No matching distribution found for numpy" in top
    uv = f'uv run --no-project --python ">={PYTHONS[0]},<3.16" --with-requirements requirements.txt -m '
    assert f"{uv}{LESSON_0}" in commands("README.md")
    assert f"{uv}pytest" in commands("README.md")


def test_ci_runs_readmes_command():
    assert f"'{TEST_COMMAND}' README.md" in text_of(".ci/run")
    assert text_of(".ci/run").count('bash -c "$readme_command') == 2  # here, and in Debian sid


def test_readmes_map_is_what_the_files_say_of_themselves():
    shown = text_of("README.md").partition(readme_map.BEGIN)[2].partition(readme_map.END)[0]
    assert shown == readme_map.tree(), "run python tests/readme_map.py"
    assert not re.findall(r"^ *\S+\.py$", shown, re.MULTILINE), "files that do not say what for"


def test_citation():
    citation = yaml.safe_load(text_of("CITATION.cff"))
    assert {"cff-version", "message", "title", "authors"} <= citation.keys()


def test_readme_says_how_to_reach_binder():
    address = "https://mybinder.org/v2/gh/OWNER/REPO/TAG?urlpath=lab/tree/notebooks/"
    assert address + "00_start_here.ipynb" in commands("README.md")


def test_readmes_table_of_lessons():
    rows = re.findall(
        r"^\| \[(.+?)\]\(notebooks/(.+?)\) \| .+ \| (\d+) \|$", text_of("README.md"), re.MULTILINE
    )
    troubles = []
    for title, name, minutes in rows:
        path = NOTEBOOKS / name
        if not path.exists():
            continue  # the test of links says so
        first = read_lesson(path).cells[0].source
        if first.split("\n")[0] != f"# {title}":
            troubles.append(f"{name} is called {first.split(chr(10))[0]!r}, not {title!r}")
        elif f"*{minutes} minutes" not in first:
            troubles.append(f"{name} does not say {minutes} minutes")
    missing = {path.name for path in lesson_paths()} - {name for _, name, _ in rows}
    fail_with(troubles + [f"{name} is not in README's table" for name in sorted(missing)])
    assert [name for _, name, _ in rows] == sorted(name for _, name, _ in rows)


def test_workflow():
    workflow = yaml.safe_load(text_of(".github/workflows/test.yml"))
    on = workflow[True]  # YAML 1.1 reads the key `on` as true
    assert {"push", "pull_request", "schedule"} <= set(on)
    assert re.fullmatch(r"\d+ \d+ \* \* \d", on["schedule"][0]["cron"]), "weekly"
    (job,) = workflow["jobs"].values()
    matrix = job["strategy"]["matrix"]
    assert {name.partition("-")[0] for name in matrix["system"]} == {"ubuntu", "macos", "windows"}
    assert tuple(matrix["python"]) == PYTHONS
    windows = for_windows(TEST_COMMAND).replace("py -m venv", "python -m venv")
    assert [step["run"] for step in job["steps"] if "run" in step] == [TEST_COMMAND, windows]


def test_licences():
    text = text_of("LICENSE")
    for words in (
        "BSD 3-Clause License",
        "Redistributions in binary form must reproduce",
        "Neither the name of the copyright holder",
        "PROVIDED BY THE COPYRIGHT HOLDERS",
        "CC BY 4.0",
        "https://creativecommons.org/licenses/by/4.0/legalcode",
        "the course's authors",
    ):
        assert words in text


PAGES = [path for path in FILES if path.suffix == ".md"]


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_pages(page):
    text = page.read_text(encoding="utf-8")
    # The site's front page links to where its pages stand when they are built: tests/site looks.
    links = [] if ".site" in page.parts else broken_links(page, text)
    fail_with([*links, *word_troubles(prose(text))])


# Files -------------------------------------------------------------------------------------

BINARY = {".png", ".npz", ".ico", ".gif", ".zip", ".safetensors"}


def test_files_are_utf8_with_unix_newlines():
    troubles = []
    for path in FILES:
        if path.suffix in BINARY:
            continue
        data = path.read_bytes()
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError as error:
            troubles.append(f"{name_of(path)} is not UTF-8: {error}")
            continue
        if "\r" in text:
            troubles.append(f"{name_of(path)} has newlines other than \\n")
        if text.startswith("\ufeff"):
            troubles.append(f"{name_of(path)} starts with a byte order mark")
        if text and not text.endswith("\n"):
            troubles.append(f"{name_of(path)} does not end with a newline")
    fail_with(troubles)


def test_names_that_every_system_can_store():
    names = [name_of(path) for path in FILES]
    assert len({name.lower() for name in names}) == len(names), "names that differ only in case"
    assert not [name for name in names if re.search(r'[<>:"\\|?*\x00-\x1f]|[. ]$', name)]


def test_nothing_of_one_machine():
    folders = ["home", "root", "tmp", "Users", "work", "opt", "mnt", "srv"]
    # The leading slash is put in here, so that this file does not find itself.
    pattern = re.compile(rf"(?<![\w./~*])/(?:{'|'.join(folders)})/[\w.-]+|[A-Z]:\\{{1,2}}Users")
    people = re.compile(
        r"/home/(jovyan|ada|anna|STUDENT|jupyter-)|/opt/(tljh|hub|course)|/srv/"
        r"rnn-course"
    )  # of hubs, or made up
    hosts = re.compile(r"(extra-)?index-url\s*[= ]|registry\s*=|pypi\.org/simple")
    troubles = []
    for path in FILES:
        if path.suffix in BINARY or path == Path(__file__).resolve():
            continue
        text = re.sub(r"base64,[\w+/=]+", "", path.read_text(encoding="utf-8", errors="replace"))
        for number, line in enumerate(text.split("\n"), 1):
            for found in [*pattern.finditer(line), *hosts.finditer(line)]:
                if not people.match(line, found.start()):
                    troubles.append(f"{name_of(path)}:{number}: {found[0]}")
    fail_with(troubles)


def test_only_what_belongs_stands_at_the_top():
    top = {name_of(path).partition("/")[0] for path in FILES}
    expected = {
        "README.md",
        "CONTRIBUTING.md",
        "CHANGES.md",
        "CITATION.cff",
        "LICENSE",
        "requirements.txt",
        "pyproject.toml",
        "rnn_core.py",
        "rnn_extras.py",
        "notebooks",
        "tests",
        "binder",
        "findings",
    }
    assert {name for name in top if not name.startswith(".")} == expected


def test_modules_are_short_enough_to_read():
    long = {
        name_of(p): p.read_text(encoding="utf-8").count("\n")
        for p in PYTHON
        if NOTEBOOKS in p.parents
    }
    fail_with(
        f"{name} has {lines} lines: split it into a folder of that name"
        for name, lines in long.items()
        if lines > (1200 if "exercises" in name else 640)  # mistakes are read one by one
    )


# Imports -----------------------------------------------------------------------------------

# Who stands on whom: a room may import those with a smaller number. Modules that serve one
# lesson (clinic.py and the like) stand between figures and widgets.
FLOORS = {
    "rnn_extras": -1,
    "rnn_core": 0,
    "texts": 1,
    "baselines": 2,
    "survey": 2,
    "by_the_book": 2,
    "plots": 3,
    "exercises": 3,
    "checks": 4,
    "keep": 4,
    "widgets": 5,
    "grade": 6,
}
TOGETHER = {"checks", "keep"}  # a check keeps what it accepts
OUTSIDE = {
    "rnn_extras": {"numpy"},
    "rnn_core": {"numpy"},
    "texts": {"numpy", "pydoc_data"},
    "baselines": {"numpy"},
    "plots": {"numpy", "matplotlib"},
    "exercises": {"numpy"},
    "checks": {"numpy"},
    "keep": {"numpy"},
    "widgets": {"numpy", "matplotlib", "ipywidgets", "IPython", "traitlets"},
    "grade": {"numpy", "guard", "protocol"},  # the worker starts alone, with its folder on the path
}
POSIX_ONLY = {
    "resource",
    "fcntl",
    "pwd",
    "grp",
    "termios",
    "tty",
    "pty",
    "posix",
    "syslog",
    "spwd",
    "crypt",
    "curses",
    "readline",
}
COURSE = [p for p in PYTHON if p.is_relative_to(NOTEBOOKS / "course")] + [*ROOT.glob("rnn_*.py")]


def room_of(path):
    """Which room of the house a file belongs to."""
    return (
        path.relative_to(NOTEBOOKS / "course").parts[0].removesuffix(".py")
        if (NOTEBOOKS in path.parents)
        else path.stem
    )


ROOMS = {room_of(path) for path in COURSE}


def imports(path, at_the_top=False):
    """(line, module) of the imports of a file; the course's relative ones in full, as course.…"""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in tree.body if at_the_top else ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.lineno, node.module
            if node.module == "course":
                yield from ((node.lineno, f"course.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and NOTEBOOKS in path.parents:
            package = path.relative_to(NOTEBOOKS).parent.parts
            package = package[: len(package) - node.level + 1]
            full = ".".join([*package, *filter(None, [node.module])])
            yield node.lineno, full
            if full == "course":
                yield from ((node.lineno, f"course.{alias.name}") for alias in node.names)


def test_nobody_imports_what_is_above():
    troubles = []
    for path in COURSE:
        room = room_of(path)
        if room == "__init__":
            continue
        for line, module in imports(path):
            other = module.split(".")[1] if module.startswith("course.") else module
            if other in ROOMS and module not in OUTSIDE.get(room, ()):
                above = FLOORS.get(other, 4) >= FLOORS.get(room, 4)
                if above and other != room and {other, room} != TOGETHER:
                    troubles.append(f"{name_of(path)}:{line}: {room} may not import {other}")
            elif module.partition(".")[0] not in {
                "course",
                *OUTSIDE.get(room, {"numpy"}),
                *sys.stdlib_module_names,
            }:
                troubles.append(f"{name_of(path)}:{line}: {room} may not import {module}")
    fail_with(troubles)


def test_every_system_can_import_every_module():
    fail_with(
        f"{name_of(path)}:{line}: {module} exists on POSIX only: import it where it is used"
        for path in PYTHON
        if name_of(path) != "binder/hub/jupyterhub_config.py"  # JupyterHub itself needs POSIX
        for line, module in imports(path, at_the_top=True)
        if module.partition(".")[0] in POSIX_ONLY
    )


def test_text_files_are_opened_with_an_encoding():
    fail_with(
        f'{name_of(path)}:{line}: give encoding="utf-8"'
        for path in PYTHON
        for line in opened_without_encoding(path.read_text(encoding="utf-8"))
    )


def opened_without_encoding(source):
    """Line numbers of open(), read_text() and write_text() in text mode without an encoding."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        given = {keyword.arg for keyword in node.keywords}
        if "encoding" in given or None in given:
            continue
        if (name == "read_text" and not node.args) or (name == "write_text" and len(node.args) < 2):
            yield node.lineno
        elif isinstance(node.func, ast.Name) and name in ("open", "fdopen"):
            mode = [*node.args[1:2], *(k.value for k in node.keywords if k.arg == "mode")]
            if not mode or (isinstance(mode[0], ast.Constant) and "b" not in mode[0].value):
                yield node.lineno


@pytest.mark.parametrize(
    "source, wrong",
    [
        ("open(p)", True),
        ('open(p, "w")', True),
        ('open(p, "rb")', False),
        ('open(p, encoding="utf-8")', False),
        ("p.read_text()", True),
        ("p.write_text(t)", True),
        ('p.write_text(t, encoding="utf-8")', False),
        ('open(p, mode="wb")', False),
    ],
)
def test_the_test_of_encodings(source, wrong):
    assert bool(list(opened_without_encoding(source))) == wrong
