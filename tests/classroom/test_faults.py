"""A bad day: a kernel dies, one student's code runs wild, a disk is full, the hub stops twice.

All of it happens while seven others work. They must notice nothing, and no one may lose a saved
notebook or a my_rnn.py.
"""

import asyncio
import json
from dataclasses import dataclass, field

import psutil
import pytest
from hub import FULL, STUDENTS
from lesson import NOTEBOOKS, lesson_path
from student import KernelDied, Refused, Stopwatch, errors_in
from test_class import contents

from conftest import require

STRUCK, WILD, CROWDED = STUDENTS[0], STUDENTS[1], FULL
OTHERS = STUDENTS[5:]
TRAIN = """
from rnn_core import RNN
from course.texts import DICKINSON
RNN(None, 64, 25, seed=1).train(DICKINSON, 1_000_000, report=None)
"""
ONE = "def softmax(scores):\n    exps = np.exp(scores - scores.max(axis=-1, keepdims=True))\n"
ONE += "    return exps / exps.sum(axis=-1, keepdims=True)\n\n\none = softmax"
KEEP_ON = """
from course.keep import save_solution
while True:
    save_solution(one)
    save_solution(other)
"""
SPAWN_ON = """
import subprocess
children = []
try:
    for _ in range(2000):
        children.append(subprocess.Popen(["sleep", "600"]))
finally:
    started = len(children)
    for child in children:
        child.kill()
    for child in children:
        child.wait()
"""
FILL = """
with open("filler", "wb", buffering=0) as file:
    for size in (2**20, 2**12, 1):
        try:
            while True:
                file.write(bytes(size))
        except OSError as error:
            reason = error.strerror
"""


@dataclass
class Day:
    """What was seen: by those who were struck, and by the others."""

    seen: dict = field(default_factory=dict)
    others: dict = field(default_factory=dict)  # name -> list of what they noticed
    rounds: dict = field(default_factory=dict)  # name -> how often they ran and saved the lesson
    waits: list = field(default_factory=list)  # seconds that 1 + 1 took the others
    trouble: dict = field(default_factory=dict)  # what ended otherwise than it should


def my_rnn(hub, name):
    return (hub.home(name) / NOTEBOOKS / "my_rnn.py").read_text(encoding="utf-8")


def error_of(outputs):
    return next((one["ename"] for one in outputs if one["output_type"] == "error"), None)


def process_of(hub, name, kernel):
    """The process of one kernel, which its connection file names."""
    found = [one for one in hub.kernels_of(name) if kernel.id in " ".join(one.cmdline())]
    return found[0]


async def kernel_dies(hub, student, day):
    """Its process is killed in the middle of a training, and then while it writes my_rnn.py."""
    kernel = student.kernels[lesson_path(7)]
    running = asyncio.create_task(kernel.execute(TRAIN))
    await asyncio.sleep(3)
    process_of(hub, student.name, kernel).kill()
    with pytest.raises(KernelDied):
        await running
    day.seen["after the training"] = error_of((await kernel.execute("1 + 1"))[0])
    kernel, kept = student.kernels[lesson_path(2)], []
    file = hub.home(student.name) / NOTEBOOKS / "my_rnn.py"
    for delay in (0.001, 0.013, 0.037):
        await kernel.execute("import sys; sys.path.insert(0, '..')\nimport numpy as np\n" + ONE)
        await kernel.execute(ONE.replace("one =", "other =").replace("exps", "powers"))
        running, before = asyncio.create_task(kernel.execute(KEEP_ON)), file.stat().st_ino
        async with asyncio.timeout(60):  # the lock of the one before holds for ten seconds
            while file.stat().st_ino == before:
                await asyncio.sleep(0.005)
        await asyncio.sleep(delay)
        process_of(hub, student.name, kernel).kill()
        with pytest.raises(KernelDied):
            await running
        kept.append(my_rnn(hub, student.name))
    day.seen["kept"] = kept
    notebook, _ = await student.run_all(lesson_path(2))
    day.seen["afterwards"] = errors_in(notebook)


async def runs_wild(hub, student, day, over):
    """Too much memory, too large a file, too many processes, and a loop without an end."""
    kernel = student.kernels[lesson_path(0)]
    for what, code in {
        "8 GB of numbers": "import numpy; huge = numpy.ones(10**9)",
        "8 GB of bytes": "huge = bytearray(8 * 2**30)",
        "a file of 2 GB": "open('large', 'wb').truncate(2**31)",
        "2,000 processes": SPAWN_ON,
    }.items():
        if hub.accounts or "processes" not in what:
            day.seen[what] = error_of((await kernel.execute(code))[0])
    if hub.accounts:
        day.seen["started"] = int(await kernel.value("started"))
    running = asyncio.create_task(kernel.execute("while True: pass"))
    await over.wait()
    process = process_of(hub, student.name, kernel)
    busy = process.cpu_times().user
    await kernel.interrupt()
    day.seen["loop"] = error_of((await running)[0])
    day.seen["loop's seconds"] = busy
    day.seen["alive"] = await kernel.value("1 + 1")


async def disk_fills(hub, student, day):
    """No byte is left in the student's home: what was saved stays, and saving says so."""
    path, kernel = lesson_path(2), student.kernels[lesson_path(2)]
    file = hub.home(student.name) / path
    before = file.read_bytes(), my_rnn(hub, student.name)
    await kernel.execute(FILL)
    day.seen["full"] = await kernel.value("reason")
    notebook, _ = await student.open(path)
    notebook["cells"][0]["source"] = "# A new title\n" + "and much more. " * 1000
    day.seen["saving"] = []
    for _ in range(3):
        try:
            await student.save(path, notebook)
            day.seen["saving"].append("saved")
        except Refused as refused:
            day.seen["saving"].append(refused.status)
    outputs, _ = await kernel.execute(
        "def softmax(scores):\n"
        "    exps = np.exp(scores - scores.max(axis=-1, keepdims=True))  # written anew\n"
        "    return exps / exps.sum(axis=-1, keepdims=True)\n\n"
        + "# long\n" * 10_000
        + "check('softmax', softmax)"
    )
    day.seen["check on a full disk"] = json.dumps(outputs)
    day.seen["unchanged"] = (file.read_bytes(), my_rnn(hub, student.name)) == before
    await kernel.execute("import os; os.remove('filler')")
    await student.save(path, notebook)
    day.seen["room again"] = contents(json.loads(file.read_bytes())) == contents(notebook)


async def hub_restarts(hub, day):
    """Killed at once, then stopped gently; each time it stays away for a while."""
    hub.stop("kill")
    await asyncio.sleep(4)
    await asyncio.to_thread(hub.start)
    hub.stop("terminate")
    await asyncio.sleep(2)
    await asyncio.to_thread(hub.start)


async def works_on(student, day, over):
    """Run All of 00 and save, again and again, over the connections of the first lesson."""
    path = lesson_path(0)
    day.rounds[student.name] = 0
    noticed = day.others[student.name] = []
    try:
        while not over.is_set() or not day.rounds[student.name]:
            clock = Stopwatch()
            await student.kernels[path].value("1 + 1")
            day.waits.append(clock.seconds)
            notebook, _ = await student.run_all(path)
            noticed += errors_in(notebook)
            day.rounds[student.name] += 1
    except Exception as error:
        noticed.append(f"{type(error).__name__}: {error}")


@pytest.fixture(scope="module")
def day(hub, people, lesson_day, run):
    assert not any(one.failure for one in lesson_day.values())
    found = Day()

    async def pass_():
        over = asyncio.Event()

        async def guarded(what, coroutine):
            try:
                await coroutine
            except Exception as error:
                found.trouble[what] = f"{type(error).__name__}: {error}"

        background = [works_on(people[name], found, over) for name in OTHERS]
        background.append(guarded("wild", runs_wild(hub, people[WILD], found, over)))
        background = [asyncio.create_task(one) for one in background]
        faults = [guarded("died", kernel_dies(hub, people[STRUCK], found))]
        faults.append(guarded("hub", hub_restarts(hub, found)))
        if hub.accounts:
            faults.append(guarded("disk", disk_fills(hub, people[CROWDED], found)))
        await asyncio.gather(*faults)
        over.set()
        await asyncio.gather(*background)

    run(pass_())
    return found


def test_faults_happened_as_planned(day):
    assert day.trouble == {}


def test_others_notice_nothing(day, figures):
    assert day.others == {name: [] for name in OTHERS}
    assert all(rounds >= 1 for rounds in day.rounds.values())
    figures.append(
        f"A bad day: {len(OTHERS)} others ran and saved lesson 00 {sum(day.rounds.values())} times "
        f"meanwhile without an error; 1 + 1 took them {max(day.waits):.1f} s at most"
    )


def test_a_killed_kernel_comes_back(day):
    assert day.seen["after the training"] is None
    assert day.seen["afterwards"] == []


def test_my_rnn_is_whole_whenever_its_writer_is_killed(day):
    assert len(day.seen["kept"]) == 3
    for source in day.seen["kept"]:
        compile(source, "my_rnn.py", "exec")
        assert "def softmax(" in source
        assert "def cross_entropy(" in source


def test_memory_and_files_are_limited(day):
    assert day.seen["8 GB of numbers"] in ("MemoryError", "_ArrayMemoryError")
    assert day.seen["8 GB of bytes"] == "MemoryError"
    assert day.seen["a file of 2 GB"] == "OSError"
    assert day.seen["alive"] == "2"


def test_processes_are_limited(hub, day):
    require(hub.accounts, "Processes are counted by account: run as root.")
    assert day.seen["2,000 processes"] == "BlockingIOError"
    assert 0 < day.seen["started"] < 400


def test_an_endless_loop_is_interrupted(day):
    assert day.seen["loop's seconds"] > 1
    assert day.seen["loop"] == "KeyboardInterrupt"


def test_a_full_disk_loses_nothing(hub, day):
    require(hub.accounts, "A small disk for one student takes root.")
    assert day.seen["full"] == "No space left on device"
    assert day.seen["saving"] == [500, 500, 500]
    assert day.seen["unchanged"]
    assert day.seen["room again"]


def test_a_full_disk_is_named(hub, day):
    require(hub.accounts, "A small disk for one student takes root.")
    said = day.seen["check on a full disk"]
    assert "softmax: passed." in said
    assert "No space left on device" in said


def test_hub_knows_everyone_again(hub, people, day, run):
    users = run(people[OTHERS[0]].ask("GET", "/hub/api/user"))
    assert users["name"] == OTHERS[0]
    assert all(
        run(one.ask("GET", f"/hub/api/users/{name}"))["servers"][""]["ready"]
        for name, one in people.items()
    )
    assert psutil.Process(hub.processes["proxy"].pid).is_running()
    assert hub.processes["proxy"].poll() is None


def test_nothing_saved_is_lost(hub, people, day):
    for name, student in people.items():
        for path, notebook in student.saved.items():
            stored = json.loads((hub.home(name) / path).read_text(encoding="utf-8"))
            assert contents(stored) == contents(notebook), (name, path)
        compile(my_rnn(hub, name), "my_rnn.py", "exec")
        assert "def softmax(" in my_rnn(hub, name), name
        assert "def cross_entropy(" in my_rnn(hub, name), name
