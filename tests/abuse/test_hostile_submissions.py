"""Grade what is hostile, broken, or right: every row is as it should be, and nothing else changes.

Not part of plain pytest: python -m pytest tests/abuse/test_hostile_submissions.py
"""

import ast
import csv
import hashlib
import inspect
import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

import solutions
from alternatives import ALTERNATIVES
from course.checks import check
from course.exercises import EXERCISES
from course.grade import judging
from course.grade.collecting import Student
from course.grade.remote import Limits

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 4  # what one exercise may take here; on a machine that is busy otherwise, more
RIGHT = "def perplexity(loss, count):\n    return np.exp(loss / count)\n"
HEAD = "import numpy as np\n"
SOFTMAX = "    e = np.exp(scores - scores.max(axis=-1, keepdims=True))\n"
SOFTMAX += "    return e / e.sum(axis=-1, keepdims=True)\n"
POSIX = os.name == "posix"
HOSTILE = {}  # student -> (files: name -> bytes, expected: exercise -> (passed, words in message))


def hostile(name, body, passed=False, said="", others=True, exercise="softmax", head=""):
    """A module whose softmax has this body; its perplexity is right, and judged so if `others`."""
    parameters = "scores" if exercise == "softmax" else ", ".join(EXERCISES[exercise].arguments)
    text = HEAD + head + f"\ndef {exercise}({parameters}):\n"
    text += textwrap.indent(textwrap.dedent(body).strip("\n"), "    ") + "\n\n\n" + RIGHT
    expected = {exercise: (passed, said), "perplexity": (others, "")}
    HOSTILE[name] = ({"my_rnn.py": text.encode()}, expected)


def whole(name, data, said="", others=False, softmax=False, file="my_rnn.py"):
    """A file with this content."""
    data = data.encode() if isinstance(data, str) else data
    expected = {"softmax": (softmax, said), "perplexity": (others, "")}
    HOSTILE[name] = ({file: data}, expected)


GOOD = f"{HEAD}\ndef softmax(scores):\n{SOFTMAX}\n\n{RIGHT}"
whole("good", GOOD, others=True, softmax=True)


def cell(source, **more):
    return {"cell_type": "code", "source": source, "metadata": {}, "outputs": [], **more}


def notebook(*cells):
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


PARTS = (cell("import numpy as np"), cell(f"def softmax(scores):\n{SOFTMAX}"), cell(RIGHT))

# It takes too much
hostile("endless", "while True: pass", said="did not come to an end")
hostile(
    "endless, holding on",
    """
    while True:
        try:
            while True: pass
        except BaseException: pass""",
    said="did not come to an end",
)
hostile("asleep", "import time; time.sleep(3600)", said="did not come to an end")
hostile(
    "asleep, deaf to signals",
    """
    import signal, time
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    time.sleep(3600)""",
    said="did not come to an end",
)
hostile("10 GB list", "return [0.0] * (10 ** 10 // 8)", said="MemoryError" if POSIX else "")
hostile("10 GB array", "return np.ones(10 ** 10 // 8)", said="emory")
hostile("huge answer", "return np.zeros((3000, 3000))", said="too large")
hostile("huge answer by broadcast", "return np.broadcast_to(0.0, (10**6, 10**6))", said="too large")
hostile("list inside itself", "a = []; a.append(a); return a", said="too large")
hostile("one long text in a long list", 'return ["x" * 100_000] + ["a"] * 12_000', said="too large")
hostile("a long text, then numbers", 'return ["x" * 10**6] + [1] * 10**5', said="too large")
hostile("objects without end", "return [np.empty(999_999, dtype=object)] * 500", said="too large")
hostile("a million lists", "return [[] for _ in range(2 * 10**6)]", said="too large")
hostile("a number without end", "return 10 ** 5000")
hostile(
    "a gigabyte of prints",
    """
    for _ in range(1000):
        print("x" * 1_000_000)
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)""",
    passed=None,
)
hostile("prints without end", "while True: print('x' * 1000)", said="did not come to an end")
hostile("recursion", "return softmax(scores)", said="RecursionError")
hostile(
    "recursion without Python's limit",
    """
    import sys
    sys.setrecursionlimit(10**9)
    def deep(x): return deep(x) + deep(x)
    class A:
        def __getattr__(self, name): return getattr(self, name + "x")
    return A().x""",
    said="",
)
hostile(
    "threads without end",
    f"""
    import threading, time
    for _ in range(20):
        threading.Thread(target=time.sleep, args=(3600,)).start()
{SOFTMAX}""",
    passed=None,
)
hostile(
    "a huge file",
    """
    with open("big", "wb") as file:
        for _ in range(1000): file.write(b"x" * 1_000_000)""",
    said="OSError" if POSIX else "",
)
hostile("many files", "for i in range(10**5): open(f'f{i}', 'w')", said="Refused")
whole("5 MB of source", GOOD + "# x\n" * 1_250_000, "larger than 1 MB")
whole("60,000 statements", notebook(*PARTS, cell("x = 1\n" * 45_000)), "", True, True, "02.ipynb")
whole(
    "finally in finally",
    GOOD
    + "".join("    " * n + "try: pass\n" + "    " * n + "finally:\n" for n in range(20))
    + "    " * 20
    + "pass\n",
    "`finally` inside of one another",
)
whole("a deep expression", GOOD + "x = " + "(" * 5000 + ")" * 5000, "not valid Python")
whole("a long sum", GOOD + "x = 1" + "+1" * 100_000, "")

# It does not want to be there
hostile("sys.exit", "import sys; sys.exit(0)", said="SystemExit")
hostile("os._exit", "import os; os._exit(0)", said="ended its own process")
hostile("abort", "import os; os.abort()", said="signal 6" if POSIX else "")
hostile("KeyboardInterrupt", "raise KeyboardInterrupt", said="KeyboardInterrupt")
hostile("GeneratorExit", "raise GeneratorExit")
hostile("input", "return float(input())", said="waits for a person")
whole("input at the top", GOOD + "name = input('Your name? ')\n", others=True, softmax=True)
whole("input first of all", "name = input('Your name? ')\n" + GOOD, "", True, True)
whole("sys.exit at the top", "import sys\nsys.exit()\n" + GOOD, "", True, True)
whole("os._exit at the top", "import os\nos._exit(3)\n" + GOOD, "", True, True)
whole("endless at the top", "while True: pass\n" + GOOD, "", True, True)
whole("endless, and nothing else", "while True: pass\n", "cannot be loaded")
whole("os._exit, and nothing else", "import os\nos._exit(3)\n", "cannot be loaded")
whole("sys.exit, and nothing else", "import sys\nsys.exit(3)\n", "SystemExit")
whole("a main that trains", GOOD + "if __name__ == '__main__':\n    1 / 0\n", "", True, True)
whole("an error at the end", GOOD + "1 / 0\n", others=True, softmax=True)

# It reaches for what is not its own
hostile("fork", "import os\nwhile True: os.fork()", said="start a process" if POSIX else "")
hostile(
    "multiprocessing",
    """
    import multiprocessing
    multiprocessing.get_context("fork").Process(target=print).start()""",
    said="start a process" if POSIX else "",
)
hostile("shell", "import os; os.system('rm -rf <sentinel>')", said="start a process")
hostile(
    "subprocess", "import subprocess; subprocess.run(['rm', '-rf', '<sentinel>'])", said="start"
)
hostile(
    "kill the parent",
    "import os, signal; os.kill(os.getppid(), signal.SIGKILL)",
    said="send a signal" if POSIX else "",
)
hostile(
    "kill everyone",
    "import os, signal; os.killpg(os.getpgid(os.getppid()), 9)",
    said="send a signal" if POSIX else "",
)
hostile(
    "kill by descriptor",
    """
    import os, signal
    signal.pidfd_send_signal(os.pidfd_open(os.getppid()), signal.SIGKILL)""",
    said="Refused" if sys.platform == "linux" else "",
)
hostile(
    "slower grader",
    "import os; os.setpriority(os.PRIO_PROCESS, os.getppid(), 19)",
    said="Refused" if POSIX else "",
)
hostile("a database", "import sqlite3; sqlite3.connect('<sentinel>/a.db')", said="use a database")
hostile(
    "a history",
    "import readline; readline.write_history_file('<sentinel>/a')",
    said="import readline" if POSIX else "",
)
hostile(
    "shared memory",
    """
    import sys
    sys.modules.pop("_posixshmem", None)
    from multiprocessing import shared_memory
    shared_memory.SharedMemory(name="course_test", create=True, size=100)""",
    said="",
)
hostile(
    "another kind of network",
    """
    import zmq
    zmq.Context().socket(zmq.REP).bind("ipc://<sentinel>/a.sock")""",
    said="import zmq",
)
hostile(
    "mode by number",
    """
    import os
    os.chmod(os.open("<sentinel>/kept.txt", os.O_RDONLY), 0o777)""",
    said="whole path" if POSIX else "",
)
hostile(
    "time by number",
    "import os; os.utime(os.open('<sentinel>/kept.txt', os.O_RDONLY), (1, 1))",
    said="whole path" if POSIX else "",
)
hostile("a file of NumPy's folder", "open(np.__file__, 'a')", said="change no files")
hostile("remove", "import os; os.remove('<sentinel>/kept.txt')", said="change no files")
hostile("remove a tree", "import shutil; shutil.rmtree('<sentinel>')", said="Refused")
hostile(
    "remove a tree, quietly",
    f"""
    import shutil; shutil.rmtree('<sentinel>', ignore_errors=True)
{SOFTMAX}""",
    passed=True,
)
hostile("overwrite", "open('<sentinel>/kept.txt', 'w').write('gone')", said="change no files")
hostile(
    "append by number",
    "import os; os.open('<sentinel>/kept.txt', os.O_RDWR | os.O_APPEND)",
    said="change no files",
)
hostile("rename", "import os; os.rename('<sentinel>/kept.txt', 'mine')", said="change no files")
hostile("a way up", "open('../../outside.txt', 'w')", said="change no files")
hostile(
    "a link out",
    "import os; os.symlink('<sentinel>', 's'); open('s/kept.txt', 'w')",
    said="Refused" if POSIX else "",
)
hostile("another folder", "import os; os.chdir('/'); open('x', 'w')", said="change no files")
hostile("np.save", "np.save('<sentinel>/a.npy', scores)", said="change no files")
hostile("Path", "import pathlib; pathlib.Path('<sentinel>/new').mkdir()", said="change no files")
hostile(
    "its own folder",
    f"""
    open("mine.txt", "w").write("x"); assert open("mine.txt").read() == "x"
{SOFTMAX}""",
    passed=True,
)
hostile("network", "import socket; socket.create_connection(('127.0.0.1', 80))", said="network")
hostile("download", "import urllib.request; urllib.request.urlopen('http://localhost')", said="")
hostile("other submissions", "return open('<submissions>/good/my_rnn.py').read()", said="read this")
hostile("list the class", "import os; return os.listdir('<submissions>')", said="read this")

# It wants to pass without the work
hostile(
    "rnn_core in between", "import rnn_core; return rnn_core.softmax(scores)", said="hands back"
)
whole("rnn_core handed back", f"{HEAD}from rnn_core import softmax\n{RIGHT}", "not written", True)
whole(
    "yours handed back",
    f"{HEAD}from course.keep import yours\nsoftmax = yours('softmax')\n{RIGHT}",
    "not written",
    True,
)
whole(
    "the reference handed back",
    f"{HEAD}from course.exercises import EXERCISES\n"
    f"softmax = EXERCISES['softmax'].reference\n{RIGHT}",
    "not written",
    True,
)
whole("everything handed back", f"from rnn_core import *\n{HEAD}{RIGHT}", "not written", True)
whole(
    "rnn_core under its name",
    f"{HEAD}import rnn_core\nsoftmax = rnn_core.softmax\n{RIGHT}",
    "hands back",
    True,
)
hostile(
    "by the network",
    """
    from rnn_core import RNN
    rnn = RNN(len(scores), 1, 1)
    rnn.by = scores
    return rnn.forward([0], np.zeros(1))[1][0]""",
    said="hands back",
)
hostile(
    "the network for forward",
    """
    from rnn_core import RNN
    rnn = RNN(len(by), len(bh), 1)
    for name, value in dict(Wxh=Wxh, Whh=Whh, Why=Why, bh=bh, by=by).items():
        setattr(rnn, name, value)
    return rnn.forward(inputs, h_prev)""",
    said="hands back",
    exercise="forward",
)
hostile(
    "generate by the model",
    "return model.generate(prompt, n, temperature, rng=rng)",
    said="hands back",
    exercise="generate",
)
hostile(
    "the file of rnn_core", "exec(open('<root>/rnn_core.py').read(), globals())", said="read this"
)
hostile(
    "the file by a folder's number",
    """
    import posix
    place = posix.open("/", 0)
    return posix.read(posix.open("<root>/rnn_core.py".lstrip("/"), 0, dir_fd=place), 10)""",
    said="whole path" if POSIX else "",
)
hostile(
    "the file by another reader",
    f"""
    import readline
    readline.read_history_file("<root>/rnn_core.py")
{SOFTMAX}""",
    said="import readline" if POSIX else "",
)
hostile(
    "what others have handed in",
    """
    import os, time
    up = os.path.dirname(os.getcwd())
    for _ in range(100):
        for name in os.listdir(up):
            path = os.path.join(up, name, "my_rnn.py")
            if name != os.path.basename(os.getcwd()) and os.path.exists(path):
                space = {}
                exec(open(path).read(), space)
                return space["softmax"](scores)
        time.sleep(0.02)""",
    said="read this",
)
hostile(
    "another softmax by its temperature",
    """
    import rnn_core
    class One(float):
        def __ne__(self, other): return False
        def __eq__(self, other): return True
    return rnn_core.softmax(scores, One(temperature))""",
    said="hands back",
    exercise="apply_temperature",
)
hostile(
    "the course by path",
    """
    import sys
    for name in [n for n in sys.modules if n.startswith(("course", "rnn_core"))]: del sys.modules[name]
    sys.meta_path[:] = sys.meta_path[:3]
    sys.path[:0] = ["<root>", "<root>/notebooks"]
    from course.exercises import EXERCISES
    return EXERCISES["softmax"].reference(scores)""",
    said="",
)
hostile(
    "search of the memory",
    """
    import gc
    for thing in gc.get_objects():
        if type(thing).__name__ == "Exercise":
            return thing.reference(scores)
        if callable(thing) and getattr(thing, "__name__", "") == "softmax" and thing is not softmax:
            return thing(scores)""",
    said="",
)
hostile(
    "search of the frames",
    """
    import sys
    frame = sys._getframe()
    while frame:
        for name in ("expected", "reference", "cases"):
            if name in frame.f_locals: return frame.f_locals[name]
        frame = frame.f_back""",
    said="",
)
hostile(
    "memory of the grader",
    """
    import os
    return open(f"/proc/{os.getppid()}/mem", "rb").read(10)""",
    said="read this" if sys.platform == "linux" else "",
)
hostile(
    "a false result",
    """
    import struct, wire, os
    frame = wire.pack({"passed": True, "number": 2, "calls": [], "mistake": None})
    for number in range(3, 20):
        try: os.write(number, struct.pack("<Q", len(frame)) + frame)
        except OSError: pass
    return scores""",
    said="",
)
hostile(
    "a false Result object",
    """
    class Result:
        passed, mistake, message = True, None, "softmax: passed."
        def __bool__(self): return True
        def __eq__(self, other): return True
        def __array__(self, *args, **named): return np.ones(3)
    return Result()""",
    said="",
)
hostile(
    "equal to everything",
    """
    class Same(np.ndarray):
        def __eq__(self, other): return np.ones(self.shape, bool)
        __lt__ = __le__ = __gt__ = __eq__
    return scores.view(Same)""",
    said="",
)
hostile(
    "a false report at the top",
    "return scores",
    head=(
        "import os, struct, wire\n"
        "for found in ({'number': 1, 'stopped': None}, {'number': 1, 'own': [], 'stopped': 5},\n"
        "              {'number': 1, 'stopped': None, 'own': 3, 'state': 'function', 'name': '',\n"
        "               'filename': '', 'signature': [['a', 99, False]]}):\n"
        "    frame = wire.pack(found)\n"
        "    for number in range(3, 9):\n"
        "        try: os.write(number, struct.pack('<Q', len(frame)) + frame)\n"
        "        except OSError: pass\n"
    ),
    said="",
)
hostile("an odd signature", "return scores", others=True, head="import inspect\n")
HOSTILE["an odd signature"][0]["my_rnn.py"] += b"""
class P:
    name, default, empty, kind = "scores", 0, 0, 99
class S:
    parameters = {"scores": P}
inspect.signature = lambda function: S
"""
hostile(
    "flood of questions",
    """
    import os, struct, wire
    frame = wire.pack({"ask": 0, "args": ["x" * 10] * 10**5})
    while True:
        for number in range(3, 9):
            try: os.write(number, struct.pack("<Q", len(frame)) + frame)
            except OSError: pass""",
    said="",
)
hostile(
    "noise on every number",
    """
    import os
    for number in range(3, 64):
        try: os.write(number, b"\\xff" * 1000)
        except OSError: pass
    return scores""",
    said="",
)
hostile("close every number", "import os; os.closerange(0, 64); return scores", said="")
hostile(
    "another NumPy",
    """
    for name in ("isfinite", "allclose", "abs", "asarray"):
        setattr(np, name, lambda *args, **named: np.ones(3, bool))
    return scores""",
    said="",
)
hostile(
    "another sys.modules",
    """
    import sys
    for name in list(sys.modules): sys.modules[name] = None
    return scores""",
    said="",
)
hostile(
    "other builtins",
    """
    import builtins
    for name in ("isinstance", "len", "type"): setattr(builtins, name, lambda *args: True)
    return scores""",
    said="",
)
hostile(
    "another check",
    "return scores",
    head=("import course.checks\ncourse.checks.check = lambda *args: True\n"),
    said="",
)

# It gives back what is no answer
hostile("nan", "return scores * np.nan", said="nan")
hostile("objects", "return np.array([object()] * len(scores))")
hostile("a generator", "yield from scores", said="a generator")
hostile("a coroutine", "return scores", said="")
HOSTILE["a coroutine"][0]["my_rnn.py"] = HOSTILE["a coroutine"][0]["my_rnn.py"].replace(
    b"def softmax", b"async def softmax"
)
hostile("no return", "pass", said="return")
hostile(
    "a trap",
    """
    class Trap:
        def __getattribute__(self, name): raise SystemError("no")
    return Trap()""",
    said="",
)
hostile(
    "a group of exceptions",
    "raise ExceptionGroup('several', [ValueError('x')])",
    said="ExceptionGroup",
)
hostile(
    "an exception that raises",
    """
    class Bad(Exception):
        def __str__(self): raise ValueError
    raise Bad""",
    said="Bad",
)
whole("no function", f"{HEAD}softmax = 3\n{RIGHT}", "needs your function", True)
whole("another signature", f"{HEAD}def softmax(): return 1\n{RIGHT}", "it is called as", True)

hostile("a mistake", "return sorted(set(text)), 1", exercise="build_vocabulary")
hostile(
    "a set's own order",
    """
    characters = list(set(text))
    return {c: i for i, c in enumerate(characters)}, dict(enumerate(characters))""",
    said="order",
    exercise="build_vocabulary",
)

# It is no file, or no Python
whole("empty", b"", "not written yet")
whole("a syntax error", GOOD + "def f(:\n", "not valid Python: SyntaxError in line")
whole("tabs and spaces", GOOD + "if True:\n\tx = 1\n        y = 2\n", "not valid Python")
whole("null bytes", GOOD.encode() + b"\0\0", "not valid Python")
whole("a picture", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 10, "UTF-8")
whole("Latin-1", "# Größe\n".encode("latin-1") + GOOD.encode(), "UTF-8")
whole(
    "Latin-1, said so",
    "# coding: latin-1\n# Größe\n".encode("latin-1") + GOOD.encode(),
    "",
    True,
    True,
)
whole("UTF-16", GOOD.encode("utf-16"), "")
whole("BOM", b"\xef\xbb\xbf" + GOOD.encode(), "", True, True)
whole("Windows newlines", GOOD.replace("\n", "\r\n"), "", True, True)
whole("Zoë 你好 \u202e\x1b[31m", GOOD, "", True, True)
whole(
    "=cmd|'calc'!A0", f"{HEAD}def softmax(scores): raise ValueError('=1+1')\n{RIGHT}", "=1+1", True
)
whole("not JSON", "{", "not a notebook", file="02.ipynb")
whole("JSON, no notebook", "[1, 2]", "not a notebook", file="02.ipynb")
whole("deep JSON", "[" * 100_000, "not a notebook", file="02.ipynb")


whole("a notebook without tags", notebook(*PARTS), "", True, True, "02.ipynb")
whole(
    "a notebook with an endless cell",
    notebook(cell("while True: pass"), *PARTS),
    "",
    True,
    True,
    "02.ipynb",
)
whole(
    "a notebook with a broken cell",
    notebook(cell("def f(:"), *PARTS, cell("%matplotlib x\n!rm")),
    "",
    True,
    True,
    "02.ipynb",
)
whole(
    "a broken exercise",
    notebook(PARTS[0], cell("def softmax(scores):\n  return (", id="exercise-softmax"), PARTS[2]),
    "not valid Python",
    True,
    False,
    "02.ipynb",
)
whole(
    "30 MB of outputs",
    notebook(*PARTS[:2], {**PARTS[2], "outputs": ["x" * 30_000_000]}),
    "",
    True,
    True,
    "02.ipynb",
)
whole(
    "60 MB of outputs",
    notebook(*PARTS[:2], {**PARTS[2], "outputs": ["x" * 60_000_000]}),
    "larger than 50 MB",
    file="02.ipynb",
)


def snapshot(folder):
    """Every file and link under a folder, with its content."""
    found = {}
    for place, folders, files in os.walk(folder):
        for name in [*folders, *files]:
            path = os.path.join(place, name)
            if os.path.islink(path):
                found[path] = os.readlink(path)
            elif os.path.isfile(path):
                found[path] = hashlib.sha256(Path(path).read_bytes()).hexdigest()
            else:
                found[path] = None
    return found


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """Grade all of them in one go; return the rows by (student, exercise), and what was around."""
    base = tmp_path_factory.mktemp("class")
    submissions, sentinel, temporary = (base / n for n in ("submissions", "sentinel", "temporary"))
    for folder in (submissions, sentinel, temporary):
        folder.mkdir()
    (sentinel / "kept.txt").write_text("kept", encoding="utf-8")
    places = {"sentinel": sentinel, "submissions": submissions, "root": ROOT}
    for student, (files, _) in HOSTILE.items():
        (submissions / student).mkdir()
        for name, data in files.items():
            for key, place in places.items():
                data = data.replace(b"<%s>" % key.encode(), place.as_posix().encode())
            (submissions / student / name).write_bytes(data)
    (submissions / "a folder" / "my_rnn.py").mkdir(parents=True)
    (submissions / "nothing").mkdir()
    if POSIX:
        (submissions / "links").mkdir()
        (submissions / "links" / "loop").symlink_to(submissions / "links")
        (submissions / "links" / "my_rnn.py").symlink_to(submissions / "good" / "my_rnn.py")
        (submissions / "own link.py").symlink_to(submissions / "own link.py")
        os.mkfifo(submissions / "pipe.py")
    before = snapshot(submissions), snapshot(sentinel)
    started = time.monotonic()
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "course.grade",
            str(submissions),
            "--csv",
            str(base / "out.csv"),
            "--limit-seconds",
            str(SECONDS),
            "--jobs",
            "2",
        ],
        cwd=ROOT / "notebooks",
        capture_output=True,
        check=False,
        env={**os.environ, "TMPDIR": str(temporary), "PYTHONIOENCODING": "utf-8"},
    )
    took = time.monotonic() - started
    print(done.stdout.decode("utf-8")[-3000:])
    assert done.returncode == 0, done.stderr.decode("utf-8")[-3000:]
    with open(base / "out.csv", encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    return {
        "rows": {(row["student"].removeprefix("'"), row["exercise"]): row for row in rows},
        "count": len(rows),
        "changed": before != (snapshot(submissions), snapshot(sentinel)),
        "left": snapshot(temporary),
        "around": sorted(path.name for path in base.iterdir()),
        "seconds": took,
        "text": done.stdout.decode("utf-8"),
    }


def shown(student):
    """A student's name as it stands in the file."""
    return "".join(c if c.isprintable() else "\ufffd" for c in student)


def test_there_are_enough_of_them():
    assert len(HOSTILE) >= 100


@pytest.mark.parametrize("student", HOSTILE)
def test_rows(graded, student):
    for exercise, (passed, said) in HOSTILE[student][1].items():
        row = graded["rows"][shown(student), exercise]
        if passed is not None:
            assert row["passed"] == ("yes" if passed else "no"), row["message"]
        assert said in row["message"], row["message"]
    assert "look at it by hand" not in str(
        [r for k, r in graded["rows"].items() if k[0] == student]
    )


def test_what_is_no_file_has_rows_too(graded):
    rows = graded["rows"]
    assert "is a folder" in rows["a folder", "softmax"]["message"]
    assert "Nothing was handed in" in rows["nothing", "softmax"]["message"]
    if POSIX:
        assert "is a link" in rows["links", "softmax"]["message"]
        assert "is a link" in rows["own link", "softmax"]["message"]
        assert "is not a file" in rows["pipe", "softmax"]["message"]
    assert graded["count"] == (len(EXERCISES) + 1) * (len(HOSTILE) + (5 if POSIX else 2))


def test_nothing_else_changed(graded):
    assert not graded["changed"]
    assert graded["left"] == {}
    assert graded["around"] == ["out.csv", "sentinel", "submissions", "temporary"]


def test_nothing_that_was_started_is_still_there(graded):
    if sys.platform != "linux":
        pytest.skip("looks into /proc")
    commands = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            commands.append(path.read_bytes())
        except OSError:
            continue
    assert not [command for command in commands if b"import worker; worker.serve()" in command]


def test_no_cell_is_a_formula(graded):
    row = graded["rows"]["=cmd|'calc'!A0", "softmax"]
    assert row["student"].startswith("'=")


# What is right ---------------------------------------------------------------------------------


def rows_of(text, tmp_path, names=None):
    """The rows of one module's text, by exercise."""
    path = tmp_path / "my_rnn.py"
    path.write_text(text, encoding="utf-8")
    limits = Limits(60.0, hidden=(str(tmp_path),))
    rows = judging.judge(Student("one", [path]), str(tmp_path), limits)
    return {row.exercise: row for row in rows if names is None or row.exercise in names}


def test_every_solution_passes(tmp_path):
    written = solutions.all_written()
    text = "import copy\n" + HEAD + "\n\n".join(one.solution for one in written)
    rows = rows_of(text, tmp_path)
    assert {name: row.message for name, row in rows.items() if not row.passed} == {}


def test_every_solved_notebook_passes(tmp_path):
    files = []
    for path in solutions.lessons():
        cells = {f"exercise-{one.name}": one for one in solutions.written_in(path)}
        lesson = json.loads(path.read_text(encoding="utf-8"))
        for part in lesson["cells"]:
            if part.get("id") in cells:
                part["source"] = cells[part.pop("id")].solved
                part["metadata"] = {}
        files.append(tmp_path / path.name)
        files[-1].write_text(json.dumps(lesson), encoding="utf-8")
    rows = judging.judge(Student("one", files), str(tmp_path), Limits(60.0))
    assert {row.exercise: row.message for row in rows if not row.passed} == {}


BORROWED = {"generate_by_core", "forward_one_by_one", "backward_one_by_one"}  # rnn_core's own work
OF_THE_COURSE = {"forward_in_rows", "backward_in_rows"}  # made by a function of course.exercises


@pytest.mark.parametrize("name", ALTERNATIVES)
def test_alternatives(name, tmp_path):
    """Whatever is right in another way passes, but for what only calls rnn_core's answer."""
    for number, function in enumerate(ALTERNATIVES[name]):
        if function.__name__ in OF_THE_COURSE:
            continue
        home = Path(inspect.getsourcefile(function)).read_text(encoding="utf-8")
        text = f"{home}\n{name} = ALTERNATIVES['{name}'][{number}]\n"
        row = rows_of(text, tmp_path, [name])[name]
        borrowed = function.__name__ in BORROWED
        assert row.passed != borrowed, (function, row.message)
        assert not borrowed or row.mistake == judging.HANDED_BACK, row.message


OF_A_SET = ("not-sorted", "sorted-too-early")  # its order is another one here: see HOSTILE


def mistakes_with_source():
    """Known mistakes that are functions of their own: a module's text, and check's verdict."""
    for name, exercise in EXERCISES.items():
        for mistake in exercise.mistakes:
            function = mistake.function
            plain = not function.__closure__ and function.__name__ != "<lambda>"
            if plain and mistake.name not in OF_A_SET:
                yield pytest.param(name, mistake, id=f"{name}-{mistake.name}")


@pytest.mark.parametrize(("name", "mistake"), list(mistakes_with_source())[::4])
def test_known_mistakes_are_named_as_in_the_lessons(name, mistake, tmp_path):
    home = Path(inspect.getsourcefile(mistake.function))
    text = _alone(home, mistake.function.__name__, name)
    here = check(name, mistake.function, keep=False)
    row = rows_of(text, tmp_path, [name])[name]
    assert not row.passed
    if row.mistake == judging.HANDED_BACK:
        pytest.skip("leans on the course's own answer")
    assert row.mistake == (here.mistake or ""), row.message


def _alone(home, function, name):
    """A module of a topic's helpers and one of its mistakes under the name of the exercise."""
    tree = ast.parse(home.read_text(encoding="utf-8"))
    kept = [
        node
        for node in tree.body
        if not (isinstance(node, ast.ImportFrom) and node.level)
        and not isinstance(node, (ast.Expr, ast.For))  # mistakes that are made, and docstrings
        and not (
            isinstance(node, ast.Assign)
            and isinstance(node.value, (ast.Call, ast.List))
            and getattr(node.targets[0], "id", "").isupper()
        )
    ]
    for node in kept:
        if isinstance(node, ast.FunctionDef):
            node.decorator_list = []
    for node in (inner for top in kept for inner in ast.walk(top)):  # the right one steps aside
        if isinstance(node, ast.Name) and node.id == name:
            node.id = f"right_{name}"
        elif isinstance(node, ast.FunctionDef) and node.name == name:
            node.name = f"right_{name}"
    lines = [ast.unparse(node) for node in kept]
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.level:
            others = [alias.name for alias in node.names if alias.name in EXERCISES]
            lines[1:1] = [f"{other} = yours('{other}')" for other in others]
    lines.insert(1, "from course.keep import yours")
    return "from course.exercises import Model\n" + "\n\n".join(lines) + f"\n{name} = {function}\n"


# Stopped half-way ------------------------------------------------------------------------------


@pytest.mark.parametrize("kinds", [("SIGINT",), ("SIGINT", "SIGINT"), ("SIGTERM",), ("SIGHUP",)])
def test_a_grader_that_is_stopped_leaves_nothing(kinds, tmp_path):
    """Signals go to the whole group, as from a terminal. The file of last time stays."""
    if not POSIX:
        pytest.skip("sends signals")
    submissions, temporary = tmp_path / "submissions", tmp_path / "temporary"
    submissions.mkdir()
    temporary.mkdir()
    (tmp_path / "out.csv").write_text("old", encoding="utf-8")
    for number in range(6):
        text = f"{GOOD}\nimport time\ntime.sleep(1)\n"
        (submissions / f"{number}.py").write_text(text, encoding="utf-8")
    grader = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "course.grade",
            str(submissions),
            "--csv",
            str(tmp_path / "out.csv"),
        ],
        cwd=ROOT / "notebooks",
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        env={**os.environ, "TMPDIR": str(temporary)},
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a job with & ignores it
    )
    end = time.monotonic() + 60
    while not list(temporary.glob("course_grade_*/scratch_*")) and time.monotonic() < end:
        time.sleep(0.1)
    for kind in kinds:
        os.killpg(grader.pid, getattr(signal, kind))
        time.sleep(0.2)
    out, err = grader.communicate(timeout=60)
    assert grader.returncode == 130 and out == "", err
    *graded, last = err.splitlines()
    assert last == "Stopped. Nothing was written.", err
    assert all("2 of 28 passed" in line for line in graded), err
    assert list(temporary.iterdir()) == []
    assert sorted(os.listdir(tmp_path)) == ["out.csv", "submissions", "temporary"]
    assert (tmp_path / "out.csv").read_text(encoding="utf-8") == "old"


def test_a_table_that_nobody_reads_to_its_end(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.py").write_text(GOOD, encoding="utf-8")
    grader = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "course.grade",
            str(tmp_path / "in"),
            "--csv",
            str(tmp_path / "o.csv"),
        ],
        cwd=ROOT / "notebooks",
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    grader.stdout.close()
    assert grader.stderr.read().startswith("1: a, 2 of 28 passed")
    assert grader.wait(60) == 0 and (tmp_path / "o.csv").exists()
