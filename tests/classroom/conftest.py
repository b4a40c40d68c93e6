"""One hub and one class of twelve for all tests of this folder, which run in the files' order."""

import asyncio
import os
import shutil
import sys
from pathlib import Path

import pytest

from tools import missing, need

TOOLS = ("npm", "node", "git", "openssl")


def require(condition, reason):
    """Skip unless condition; where COURSE_REQUIRE_ALL is set, fail."""
    if not condition:
        missing(reason)


@pytest.fixture(scope="session")
def cache(tmp_path_factory):
    """The folder of what is fetched once: the proxy."""
    named = os.environ.get("COURSE_CLASSROOM_CACHE")
    return Path(named) if named else tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="session")
def hub(cache, figures):
    for module in ("jupyterhub", "nbgitpuller", "jupyterhub_idle_culler", "aiohttp", "psutil"):
        need(module)
    require(sys.platform == "linux", "A hub with students' accounts runs on Linux.")
    absent = [name for name in TOOLS if shutil.which(name) is None]
    require(not absent, f"Not installed: {', '.join(absent)}.")
    from hub import Hub

    one = Hub(cache)
    if not one.accounts:
        figures.append("Not root: the whole class shares one account of the system.")
    yield one
    one.close()


@pytest.fixture(scope="session")
def run():
    """A function that runs a coroutine; all of them share one loop, in which the students live."""
    with asyncio.Runner() as runner:
        yield runner.run


@pytest.fixture(scope="session")
def people(hub, run):
    """The twelve students, logged in and with nothing started: {name: Student}."""
    from hub import STUDENTS
    from student import Student

    async def arrive():
        students = {name: Student(hub, name) for name in STUDENTS}
        for student in students.values():
            await student.log_in()
        return students

    async def leave():
        await asyncio.gather(*(student.close() for student in students.values()))

    students = run(arrive())
    yield students
    run(leave())


@pytest.fixture(scope="session")
def lesson_day(hub, people, run):
    """What came of the first lesson: it is held once, and tests look at it. See lesson.py."""
    from lesson import hold

    return run(hold(hub, people))
