"""Windows, macOS and Linux by construction: what test_setup.py does not look at yet.

test_setup.py sees to encodings of open() and pathlib in modules, imports that exist on POSIX only,
names of files in the repository, and newlines in them. Here: the code of the lessons, subprocesses,
what the standard library has on POSIX only, paths, and newlines and names of files as they come.
"""

import ast
import re
from pathlib import Path, PureWindowsPath

import nbformat
import pytest

from course import keep
from course.keep import files, progress
from course.texts import read_text
from solutions import ROOT, lessons
from test_setup import FILES, fail_with, name_of, opened_without_encoding

# What a module has on POSIX only: used at module level, it breaks the import on Windows.
POSIX_NAMES = {
    "os": {
        "fork",
        "forkpty",
        "getuid",
        "geteuid",
        "getgid",
        "getpgid",
        "setsid",
        "setpgid",
        "kill",
        "killpg",
        "chown",
        "mkfifo",
        "nice",
        "setuid",
        "setrlimit",
        "sched_setaffinity",
        "sched_getaffinity",
        "uname",
        "wait4",
        "O_NOFOLLOW",
        "O_DIRECTORY",
        "WIFEXITED",
    },
    "signal": {
        "SIGKILL",
        "SIGALRM",
        "SIGHUP",
        "SIGUSR1",
        "SIGUSR2",
        "SIGCHLD",
        "SIGSTOP",
        "SIGCONT",
        "SIGXCPU",
        "alarm",
        "setitimer",
        "pause",
        "pthread_kill",
    },
    "time": {"tzset"},
    "socket": {"AF_UNIX"},
    "select": {"poll", "epoll"},
}
RUNS = {"run", "Popen", "check_output", "check_call", "call", "getoutput"}


def sources():
    """(name, code, whether it is the course's own) of every module and every lesson."""
    for path in FILES:
        if path.suffix == ".py":
            inside = "notebooks" in path.parts or path.parent == ROOT
            yield name_of(path), path.read_text(encoding="utf-8"), inside
    for path in lessons():
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "code":
                yield f"{path.name}, cell {cell.id}", cell.source, True


SOURCES = list(sources())


def at_the_top(node):
    """The nodes of a module that run when it is imported: function bodies left out."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            yield child
            yield from at_the_top(child)


def posix_names(tree):
    """(line, name) of what exists on POSIX only and is used while importing."""
    for node in at_the_top(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            if node.attr in POSIX_NAMES.get(node.value.id, ()):
                yield node.lineno, f"{node.value.id}.{node.attr}"
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                if alias.name in POSIX_NAMES.get(node.module or "", ()):
                    yield node.lineno, f"{node.module}.{alias.name}"


def text_without_encoding(tree):
    """Lines of subprocesses in text mode, which take the machine's encoding unless told."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            given = {keyword.arg: keyword.value for keyword in node.keywords}
            called = getattr(node.func, "attr", getattr(node.func, "id", ""))
            text = given.get("text") or given.get("universal_newlines")
            text = isinstance(text, ast.Constant) and text.value is True
            if called in RUNS and text and "encoding" not in given:
                yield node.lineno


def posix_paths(tree):
    """(line, text) of strings that are paths of one system, and of paths glued with a slash."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            if re.match(r"(/tmp|/dev|/proc|/var|/usr|/etc)(/|$)|[A-Za-z]:[\\]", node.value):
                yield node.lineno, node.value
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            for part in (node.left, node.right):
                if isinstance(part, ast.Constant) and part.value == "/":
                    yield node.lineno, "a path put together with + '/'"


def found(look, only_inside=False):
    for name, source, inside in SOURCES:
        if inside or not only_inside:
            for line in look(ast.parse(source)):
                yield name, line


def test_importing_needs_nothing_that_only_posix_has():
    fail_with(
        f"{name}:{line}: {what} exists on POSIX only: use it inside a function that asks first"
        for name, (line, what) in found(posix_names)
    )


def test_texts_of_subprocesses_have_an_encoding():
    fail_with(
        f'{name}:{line}: give encoding="utf-8" to this subprocess'
        for name, line in found(text_without_encoding)
    )


def test_lessons_open_files_with_an_encoding():
    fail_with(
        f'{name}:{line}: give encoding="utf-8"'
        for name, source, _ in SOURCES
        if ", cell " in name
        for line in opened_without_encoding(source)
    )


def test_no_path_of_one_system():
    fail_with(
        f"{name}:{line}: {what!r} is not a path on every system"
        for name, (line, what) in found(posix_paths, only_inside=True)
        # The one refuses these paths, wherever it runs; the other asks whether there is one.
        if not name.endswith(("grade/sandbox/guard.py", "checks/runner.py"))
    )


@pytest.mark.parametrize(
    "look, source, wrong",
    [
        (posix_names, "import os\nos.fork()", True),
        (posix_names, "from signal import SIGKILL", True),
        (posix_names, "import os\ndef f():\n    os.fork()", False),
        (posix_names, "os.getpid()", False),
        (posix_names, "class A:\n    stop = signal.SIGKILL", True),
        (text_without_encoding, "subprocess.run(c, text=True)", True),
        (text_without_encoding, "run(c, text=True, encoding='utf-8')", False),
        (text_without_encoding, "run(c, capture_output=True)", False),
        (posix_paths, "p = '/var/x'", True),
        (posix_paths, "p = folder + '/' + name", True),
        (posix_paths, "p = 'a / b'", False),
        (posix_paths, r"p = 'C:\\x'", True),
    ],
)
def test_the_tests_above(look, source, wrong):
    assert bool(list(look(ast.parse(source)))) == wrong


# Names of files ----------------------------------------------------------------------------


def test_names_that_windows_takes():
    """Reserved names (CON, aux.py), and paths that do not fit where a learner unpacks them."""
    names = [name_of(path) for path in FILES]
    reserved = {"con", "prn", "aux", "nul", *(f"{n}{i}" for n in ("com", "lpt") for i in range(10))}
    troubles = [
        n
        for n in names
        for part in PureWindowsPath(n).parts
        if part.split(".")[0].lower() in reserved
    ]
    assert not troubles
    assert max(map(len, names)) < 120, "260 characters are all that a path may have on Windows"


@pytest.fixture
def my_rnn(monkeypatch, tmp_path):
    monkeypatch.setattr(keep, "MY_RNN", tmp_path / "my_rnn.py")
    return keep.MY_RNN


def test_names_that_keep_makes_are_valid_on_windows(my_rnn, monkeypatch):
    made, real = [], files.os.open
    monkeypatch.setattr(
        files.os, "open", lambda p, *rest: (made.append(Path(p)), real(p, *rest))[1]
    )
    with files.locked(my_rnn):
        files.write(my_rnn, "x = 1\n")
    made += [Path(files.back_up(my_rnn)), Path("my_rnn.py")]
    assert len(made) >= 3
    assert not [path for path in made if re.search(r'[<>:"|?*\x00-\x1f]|[. ]$', path.name)]


# Newlines ----------------------------------------------------------------------------------


NEWLINES = pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])


@NEWLINES
def test_my_rnn_with_the_newlines_of_any_system(my_rnn, newline):
    text = 'import numpy as np\n\n\ndef softmax(scores):\n    """Mine\n    in two lines."""\n'
    text += "    return np.exp(scores) / np.exp(scores).sum()\n"
    my_rnn.write_bytes(text.replace("\n", newline).encode("utf-8"))
    assert progress().done == ("softmax",)
    assert files.read(my_rnn) == text
    assert keep.yours("softmax")(keep.np.zeros(2)).tolist() == [0.5, 0.5]
    said = keep.save_solution(keep.EXERCISES["one_hot"].reference, "one_hot")
    assert said == "Not kept in my_rnn.py: it is the course's own."
    files.write(my_rnn, files.read(my_rnn))
    assert my_rnn.read_bytes() == text.encode("utf-8"), "newlines as the course writes them"


@NEWLINES
def test_a_text_with_the_newlines_of_any_system(tmp_path, newline):
    lines = ["Hope is the thing with feathers", "", "that perches in the soul", ""]
    path = tmp_path / "ü hope.txt"
    path.write_bytes(newline.join(lines).encode("utf-8"))
    assert read_text(path) == "\n".join(lines)


def test_the_repository_is_checked_out_with_the_newlines_that_the_tests_expect():
    """Without this, git on Windows would turn every newline into two characters."""
    rules = (ROOT / ".gitattributes").read_text(encoding="utf-8")
    assert re.search(r"^\* text=auto eol=lf$", rules, re.MULTILINE), rules
