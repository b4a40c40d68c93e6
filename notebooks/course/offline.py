"""Put the course and every package it needs into one zip, for a room without a network.

Run it in the folder `notebooks` of a machine that has a network and uv (python -m pip install uv):

    python -m course.offline                                  for machines and a Python like these
    python -m course.offline --platform windows macos --python 3.12 3.13
    python -m course.offline class.zip --platform all --python all

Students unpack the zip and do what the READ ME FIRST in it says. Lessons go in as they stand in
the folder; a my_rnn.py, saved models and files that are not the course's stay out.
"""

import argparse
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = "rnn-course"  # what the zip unpacks to
COURSE = re.compile(
    r"README.md|LICENSE|requirements.txt|pyproject.toml|rnn_core.py|rnn_extras.py|(tests|binder)/.+"
    r"|notebooks/(\d\d_[^/]+\.ipynb|words\.ipynb|[^/]+\.md|(course|images)/.+)"
)
NOT_COURSE = re.compile(r"(^|/)(__pycache__|node_modules|\.|my_rnn)|\.(pyc|npz|zip|tmp)$")

PYTHONS = ("3.11", "3.12", "3.13", "3.14", "3.15")
# glibc 2.17 (2014) to 2.28 (2018), newest first; macOS 12 (2021) and newer.
GLIBC = (*(f"manylinux_2_{minor}" for minor in range(28, 16, -1)), "manylinux2014")
PLATFORMS = {  # name: (system and processor as Python calls them, uv's name, how wheels are tagged)
    "windows": ("Windows AMD64", "windows", ["win"]),
    "macos": ("Darwin arm64", "macos", ["macosx_12_0"]),
    "macos-intel": ("Darwin x86_64", "x86_64-apple-darwin", ["macosx_12_0"]),
    "linux": ("Linux x86_64", "linux", GLIBC),
    "linux-arm": ("Linux aarch64", "aarch64-unknown-linux-gnu", GLIBC),
}
TOOLS = {"uv": "python -m pip install uv", "pip": "python -m ensurepip"}  # and how to get them


class CannotMake(SystemExit):
    """Why there is no zip, in a sentence that says what to do; it ends the command."""


def resolve(system, python):
    """What a kind of machine needs with the first release of a Python, as ["numpy==…", …].

    What the first release can install, the later ones can.
    """
    words = ["--no-header", "--no-annotate", "--no-config", "--no-python-downloads"]
    words += ["--python-platform", PLATFORMS[system][1], "--python-version", f"{python}.0"]
    found = use("uv", "pip", "compile", *words, "--only-binary", ":all:", ROOT / "requirements.txt")
    return re.findall(r"^\S+==\S+", found, re.MULTILINE)


def fetch(system, python, folder):
    """Fetch into a folder the wheels that a kind of machine needs with a Python."""
    words = ["--no-deps", "--only-binary=:all:", "--disable-pip-version-check", "--retries", "2"]
    words += ["--dest", folder, "--implementation", "cp", "--python-version", f"{python}.0"]
    cpu = PLATFORMS[system][0].split()[1].lower()
    words += [f"--platform={start}_{cpu}" for start in PLATFORMS[system][2]]
    use("pip", "download", *words, *resolve(system, python))


def use(tool, *words):
    """Run pip or uv; return what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", tool, *map(str, words), "--quiet"],
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        env=os.environ | {"MACOSX_DEPLOYMENT_TARGET": "12.0"},  # for uv: see PLATFORMS
        check=False,
    )
    if done.returncode == 0:
        return done.stdout
    said = "; ".join(re.findall(r"(?:ERROR|cause): (.+)", done.stderr))[:400] or done.stderr.strip()
    if f"No module named {tool}" in said:
        reason = f"{tool} is needed to get the packages: run `{TOOLS[tool]}` first."
    elif "No solution found" in done.stderr:
        reason = (
            "There is no ready-made package for such a machine: leave it out, or choose another "
            f"Python. {tool} said: {said}"
        )
    else:
        reason = (
            f"{tool} could not get the packages: see that this machine has a network, room on its "
            "disk and leave to use the package index (PIP_NO_INDEX or a setting like it takes it "
            f"away), and run the command again. {tool} said: {said}"
        )
    raise CannotMake(reason)


def course_files(root=ROOT):
    """The files of the course, relative to its folder: no student's work, no caches."""
    found = {
        Path(name)
        for path in root.rglob("*")
        if COURSE.fullmatch(name := path.relative_to(root).as_posix())
        and not NOT_COURSE.search(name)
        and path.is_file()
    }
    if not {Path("requirements.txt"), Path("rnn_core.py")} <= found:
        raise CannotMake(f"The course in {root} is not whole: download it again.")
    return sorted(found)


def solved_exercises(root=ROOT):
    """{lesson: its exercises that are no stubs any more}: what a class would be handed."""
    solved = {}
    for path in sorted(root.glob("notebooks/[0-9][0-9]_*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            stub = re.search(r"^\s+raise NotImplementedError\b", "".join(cell["source"]), re.M)
            if "exercise" in cell["metadata"].get("tags", []) and not stub:
                name = cell.get("id", "").removeprefix("exercise-")
                solved.setdefault(path.name, []).append(name)
    return solved


def read_me_first(targets):
    """What students read first."""
    text = Path(__file__).with_name("read_me_first.txt").read_text(encoding="utf-8")
    systems, pythons = (list(dict.fromkeys(names)) for names in zip(*targets, strict=True))
    said = {"systems": " or ".join(systems), "pythons": " or ".join(pythons)}
    return text.format(folder=FOLDER, python=pythons[-1], **said)


def make(output, targets):
    """Write the zip for some targets, [(system, python)]; return how many packages are in it."""
    part = output.with_name(f".{output.stem}.tmp")
    try:
        with tempfile.TemporaryDirectory(prefix="wheels_") as wheels, open(part, "wb") as file:
            for system, python in targets:
                print(f"Fetching packages for {system}, Python {python} …", flush=True)
                fetch(system, python, wheels)
            with zipfile.ZipFile(file, "w", strict_timestamps=False) as archive:
                archive.writestr(f"{FOLDER}/READ ME FIRST.txt", read_me_first(targets))
                for path in course_files():
                    name = f"{FOLDER}/{path.as_posix()}"
                    archive.write(ROOT / path, name, zipfile.ZIP_DEFLATED)
                names = sorted(os.listdir(wheels))
                for name in names:  # which are compressed already
                    archive.write(Path(wheels, name), f"{FOLDER}/wheels/{name}")
        os.replace(part, output)  # in one step, when all is in it
    finally:
        part.unlink(missing_ok=True)
    return len(names)


def main(arguments=None):
    """Make the zip that the command line asks for."""
    here = f"{platform.system()} {platform.machine()}"
    system = [name for name, (called, *_) in PLATFORMS.items() if called == here]
    python = [one for one in PYTHONS if one == "{}.{}".format(*sys.version_info)]
    parser = argparse.ArgumentParser(
        prog="python -m course.offline",
        description="Put the course and every package it needs into one zip, for a room without "
        "a network. Without options: for machines and a Python like these.",
    )
    add = parser.add_argument
    add("output", nargs="?", type=Path, default=Path(f"{FOLDER}.zip"), metavar="FILE.zip")
    for option, choices, mine in ("--platform", PLATFORMS, system), ("--python", PYTHONS, python):
        add(option, nargs="+", choices=[*choices, "all"], default=mine, required=not mine)
    asked = parser.parse_args(arguments)
    output = asked.output
    if output.suffix.lower() != ".zip" or output.is_dir() or not output.parent.is_dir():
        raise CannotMake(f"{output}: the zip's name ends in .zip, and its folder must be there.")
    targets = [
        (system, python)
        for python in PYTHONS
        for system in PLATFORMS
        if {system, "all"} & {*asked.platform} and {python, "all"} & {*asked.python}
    ]
    try:
        count = make(output, targets)
    except OSError as error:
        raise CannotMake(f"The zip cannot be written: {error}. Choose another place.") from None
    except KeyboardInterrupt:
        raise CannotMake("Stopped; no zip was written.") from None
    print(f"{output} is ready: {output.stat().st_size / 2**20:.0f} MiB, {count} packages.")
    print("On the other machines, unpack it and follow READ ME FIRST.txt.")
    for lesson, names in solved_exercises().items():
        print(
            f"Mind: in this zip {lesson} has solved exercises ({', '.join(names)}). To hand out "
            "empty ones, make the zip from a fresh copy of the course."
        )


if __name__ == "__main__":
    main()
