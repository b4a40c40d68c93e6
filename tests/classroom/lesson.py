"""The first lesson of the class, from the login to the saved notebooks, twelve at once."""

import asyncio
import contextlib
from dataclasses import dataclass, field

import psutil
from student import FOLDER, Stopwatch, errors_in, words_of

import solutions

NOTEBOOKS = f"{FOLDER}/notebooks"
MIB = 2**20


def lesson_path(number):
    """The path of a lesson in a student's home."""
    return f"{NOTEBOOKS}/{next(solutions.NOTEBOOKS.glob(f'{number:02d}_*.ipynb')).name}"


def solved(number):
    """Cell id -> the exercise cell with the lesson's own solution in it; and the names."""
    path = next(solutions.NOTEBOOKS.glob(f"{number:02d}_*.ipynb"))
    written = solutions.written_in(path)
    return {f"exercise-{one.name}": one.solved for one in written}, [one.name for one in written]


@dataclass
class Record:
    """What one student did, and what it took."""

    seconds: dict = field(default_factory=dict)  # what -> seconds by the clock
    cpu: dict = field(default_factory=dict)  # lesson -> seconds of the kernel's CPU
    memory: dict = field(default_factory=dict)  # "share", "resident": MiB of server and kernels
    server: float = 0.0  # seconds of the server's CPU
    disk: float = 0.0  # MiB in the student's home
    errors: list = field(default_factory=list)
    checks: dict = field(default_factory=dict)  # exercise -> what its check said
    failure: str = ""


def measured(hub, name):
    """MiB of a student's server and of each kernel: proportional share, and resident."""
    shares, resident = [], []
    for process in hub.processes_of(name):
        with contextlib.suppress(psutil.Error):
            memory = process.memory_full_info()
            shares.append(memory.pss / MIB)
            resident.append(memory.rss / MIB)
    return {"share": shares, "resident": resident}


async def attend(student, record):
    clock = Stopwatch()
    await student.start_server()
    record.seconds["start"] = clock.seconds
    await student.pull()
    record.seconds["course"] = clock.seconds - record.seconds["start"]
    for number in (0, 7, 2):
        start = clock.seconds
        cells, names = solved(number) if number == 2 else ({}, [])
        notebook, record.cpu[number] = await student.run_all(lesson_path(number), cells)
        record.errors += errors_in(notebook)
        for cell in notebook["cells"]:
            name = cell["id"].removeprefix("exercise-")
            if name in names and cell["id"] != name:
                record.checks[name] = words_of(cell)
        record.seconds[number] = clock.seconds - start
    record.seconds["all"] = clock.seconds


async def hold(hub, people):
    """Let all twelve work at once; return {name: Record}."""
    records = {name: Record() for name in people}

    async def one(name):
        try:
            await attend(people[name], records[name])
        except Exception as error:
            records[name].failure = f"{type(error).__name__}: {error}"

    await asyncio.gather(*(one(name) for name in people))
    for name, record in records.items():
        record.memory = measured(hub, name)
        processes = hub.processes_of(name)
        record.server = sum(processes[0].cpu_times()[:2]) if processes else 0.0
        files = (path for path in hub.home(name).rglob("*") if path.is_file())
        record.disk = sum(path.stat().st_size for path in files) / MIB
    return records
