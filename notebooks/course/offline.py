"""Put the course and every package it needs into one zip, for a room without a network.

Run it in the folder `notebooks` of a machine that has a network:

    python -m course.offline                                  for machines and a Python like these
    python -m course.offline --platform windows macos --python 3.12 3.13
    python -m course.offline class.zip --platform all --python all

Students unpack the zip and do what the READ ME FIRST in it says. Lessons go in as they stand in
the folder; a my_rnn.py, saved models and files that are not the course's stay out.
"""

import argparse
import contextlib
import os
import re
import subprocess
import sys
import tempfile
import zipfile
from email.parser import HeaderParser
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = "rnn-course"  # what the zip unpacks to
COURSE = (
    "README.md",
    "LICENSE",
    "requirements.txt",
    "pyproject.toml",
    "rnn_core.py",
    "notebooks/[0-9][0-9]_*.ipynb",
    "notebooks/*.md",
    "notebooks/images/*",
    "notebooks/course/**/*",
    "tests/**/*",
    "binder/**/*",
)
NOT_COURSE = re.compile(r"(^|/)(__pycache__|node_modules|\.|my_rnn)|\.(pyc|npz|zip|tmp)$")

PYTHONS = ("3.11", "3.12", "3.13", "3.14")
# glibc 2.17 (2014) to 2.28 (2018), newest first; macOS 12 (2021) and newer.
GLIBC = [*(f"manylinux_2_{minor}" for minor in range(28, 16, -1)), "manylinux2014"]
PLATFORMS = {  # name: (wheel tags, best first; what markers ask: os_name, sys_platform, system, cpu)
    "windows": (["win_amd64"], ("nt", "win32", "Windows", "AMD64")),
    "macos": (["macosx_12_0_arm64"], ("posix", "darwin", "Darwin", "arm64")),
    "macos-intel": (["macosx_12_0_x86_64"], ("posix", "darwin", "Darwin", "x86_64")),
    "linux": ([f"{libc}_x86_64" for libc in GLIBC], ("posix", "linux", "Linux", "x86_64")),
    "linux-arm": ([f"{libc}_aarch64" for libc in GLIBC], ("posix", "linux", "Linux", "aarch64")),
}

READ_ME_FIRST = """\
The course, and every package that it needs on {platforms} with Python {pythons}.
From here on no network is needed.

Python itself is not inside: it has to be on the machine (its installer comes from python.org).
On Windows, unpack this folder in a short place such as C:\\{folder}, because some of JupyterLab's
files have long names.

1. Open a terminal in this folder, the one that holds requirements.txt.

2. Make an environment for the course, once, and enter it, in each new terminal.{choice}

   Windows, Command Prompt:
       py -{python} -m venv .venv
       .venv\\Scripts\\activate.bat

   macOS, Linux:
       python{python} -m venv .venv
       source .venv/bin/activate

3. Install the packages, once, from the folder "wheels":

       python -m pip install --no-index --find-links wheels -r requirements.txt

4. Start the course:

       python -m jupyter lab notebooks/00_start_here.ipynb

If step 3 says "No matching distribution found", this machine or its Python is none of those named
at the top: use such a Python in step 2, or have the zip made again for this one with
"python -m course.offline --help".
"""
CHOICE = """
   Where it says {python}, write the number of this machine's Python: {pythons}.
   ("py --list" on Windows, and "python3 --version" elsewhere, tell it.)"""
MACS = {"macos": "macos (Apple silicon)", "macos-intel": "macos (Intel)"}


class CannotMake(Exception):
    """Why there is no zip, in a sentence that says what to do."""


# What a machine needs ------------------------------------------------------------------------


class Target:
    """A kind of machine and a version of Python; without a name, this machine and this Python.

    `.tags` are the wheels that it can install, best first; `.markers` what it answers to the
    conditions of requirements ("only on Windows"); `.options` tell pip to fetch for it.
    """

    def __init__(self, platform=None, python=None):
        self.markers = dict(markers.default_environment())
        self.python = python or "{}.{}".format(*sys.version_info[:2])
        self.platform = platform or this_platform() or f"{sys.platform} as on this machine"
        self.options = []
        if platform is None and python is None:
            self.tags = list(tags.sys_tags())
            return
        if platform is None and self.platform not in PLATFORMS:
            raise CannotMake(
                "This kind of machine has no name here: leave out --python, or name the machines "
                f"with --platform ({', '.join(PLATFORMS)})."
            )
        names, system = PLATFORMS[self.platform]
        major, minor = map(int, self.python.split("."))
        abi = f"cp{major}{minor}"
        if "macosx" in names[0]:
            names = list(tags.mac_platforms((12, 0), system[-1]))
        self.tags = [
            *tags.cpython_tags((major, minor), [abi], names),
            *tags.compatible_tags((major, minor), abi, names),
        ]
        keys = ("os_name", "sys_platform", "platform_system", "platform_machine")
        self.markers |= dict(zip(keys, system, strict=True)) | {
            "python_version": self.python,
            "python_full_version": f"{self.python}.0",
            "implementation_name": "cpython",
            "platform_python_implementation": "CPython",
        }
        self.options = ["--python-version", self.python, "--implementation", "cp", "--abi", abi]
        self.options += [word for name in names for word in ("--platform", name)]

    def __str__(self):
        return f"{self.platform}, Python {self.python}"

    def wants(self, requirement, extras):
        """Whether the condition of a requirement holds here, for any of the extras asked for."""
        return requirement.marker is None or any(
            requirement.marker.evaluate(self.markers | {"extra": extra}) for extra in extras or {""}
        )

    def fits(self, wheel):
        """Whether a wheel can be installed here."""
        return not wheel.tags.isdisjoint(self.tags) and wheel.python.contains(
            self.markers["python_full_version"], prereleases=True
        )


def this_platform():
    """The name of this kind of machine, or None if it has none."""
    here = markers.default_environment()
    mine = here["sys_platform"], here["platform_machine"].lower()
    for name, (_, (_, system, _, machine)) in PLATFORMS.items():
        if mine == (system, machine.lower()):
            return name
    return None


class Wheel:
    """A file of a package: what it is called, where it can go, what else it needs."""

    def __init__(self, path):
        self.path = path
        self.name, self.version, _, self.tags = utils.parse_wheel_filename(path.name)
        with zipfile.ZipFile(path) as archive:
            inside = next(n for n in archive.namelist() if re.fullmatch(r"[^/]+info/METADATA", n))
            head = HeaderParser().parsestr(archive.read(inside).decode("utf-8"))
        self.python = specifiers.SpecifierSet(head.get("Requires-Python", ""))
        self.needs = [Requirement(line) for line in head.get_all("Requires-Dist", [])]


def needs_of(target, requirements, wheels):
    """What a target needs, as far as the wheels that are there tell.

    Return {name: (specifier, extras, the newest wheel that will do or None)}.
    """
    found, left = {}, list(requirements)
    while left:
        one = left.pop()
        name = utils.canonicalize_name(one.name)
        asked, extras, _ = found.get(name, (specifiers.SpecifierSet(), frozenset(), None))
        now = asked & one.specifier, extras | frozenset(one.extras)
        if name in found and now == (asked, extras):
            continue
        wheel = max(
            (
                w
                for w in wheels
                if w.name == name
                and target.fits(w)
                and now[0].contains(w.version, prereleases=True)
            ),
            key=lambda w: w.version,
            default=None,
        )
        found[name] = (*now, wheel)
        if wheel:
            left += [need for need in wheel.needs if target.wants(need, now[1])]
    return found


def fetch(target, requirements, folder):
    """Fetch into a folder what a target needs and the folder lacks; return its wheels.

    pip follows the conditions of requirements for the machine it runs on, not for the one it
    fetches for: so it is given one layer of packages at a time, and the next is read from them.
    """
    while True:
        wheels = [Wheel(path) for path in sorted(folder.glob("*.whl"))]
        found = needs_of(target, requirements, wheels)
        missing = [f"{name}{asked}" for name, (asked, _, wheel) in found.items() if not wheel]
        if not missing:
            return {wheel.path for _, _, wheel in found.values()}
        before = len(wheels)
        download(target, missing, folder)
        if len(list(folder.glob("*.whl"))) == before:
            raise CannotMake(f"pip fetched nothing that fits {target} for {', '.join(missing)}.")


def download(target, requirements, folder):
    """Have pip fetch wheels, without what they need in their turn."""
    command = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--quiet",
        "--disable-pip-version-check",
        "--retries",
        "2",
        "--no-deps",
        "--only-binary=:all:",
        "--dest",
        str(folder),
        *target.options,
        *requirements,
    ]
    done = subprocess.run(
        command, capture_output=True, encoding="utf-8", errors="replace", check=False
    )
    if done.returncode == 0:
        return
    said = done.stdout + done.stderr
    if "No module named pip" in said:
        raise CannotMake(
            "This Python has no pip to fetch packages with: run `python -m ensurepip`, or with uv "
            "add `--with pip`."
        )
    last = re.findall(r"^ERROR: (.+)", said, re.MULTILINE)[-1:] or said.split("\n")[-2:-1] or [""]
    if re.search(r"Retrying|Connect|connection|SSL|timed out|No space", said):
        raise CannotMake(
            "pip could not fetch the packages: see that this machine has a network and room on "
            f"its disk, and run the command again. pip said: {last[0].strip()}"
        )
    if "(from versions: none)" in said:
        raise CannotMake(
            f"pip found no version at all of a package for {target}. Either it may look in no "
            "package index (PIP_NO_INDEX or a setting like it), or there is none for such a "
            f"machine: then leave that out, or choose another Python. pip said: {last[0].strip()}"
        )
    raise CannotMake(
        f"There is no ready-made package for {target}: leave that out, or choose another "
        f"Python. pip said: {last[0].strip()}"
    )


# The zip -------------------------------------------------------------------------------------


def course_files(root=ROOT):
    """The files of the course, relative to its folder: no student's work, no caches."""
    found = {
        path.relative_to(root)
        for pattern in COURSE
        for path in root.glob(pattern)
        if path.is_file() and not NOT_COURSE.search(path.relative_to(root).as_posix())
    }
    if not {Path("requirements.txt"), Path("rnn_core.py")} <= found:
        raise CannotMake(f"The course in {root} is not whole: download it again.")
    return sorted(found)


def read_me_first(targets):
    """What students read first."""
    platforms = dict.fromkeys(MACS.get(target.platform, target.platform) for target in targets)
    pythons = list(dict.fromkeys(target.python for target in targets))
    said = {"python": pythons[-1], "pythons": " or ".join(pythons)}
    choice = CHOICE.format(**said) if len(pythons) > 1 else ""
    return READ_ME_FIRST.format(
        platforms=" or ".join(platforms), choice=choice, folder=FOLDER, **said
    )


def make(output, targets, say=print):
    """Write the zip for some targets; return how many packages are in it."""
    requirements = [
        Requirement(line)
        for line in (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
        if line.partition("#")[0].strip()
    ]
    files = course_files()
    with tempfile.TemporaryDirectory(prefix="wheels_") as name, written_whole(output) as file:
        wheels = set()
        for target in targets:
            say(f"Fetching packages for {target} …", flush=True)
            wheels |= fetch(target, requirements, Path(name))
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False) as archive:
            archive.writestr(f"{FOLDER}/READ ME FIRST.txt", read_me_first(targets))
            for path in files:
                archive.write(ROOT / path, f"{FOLDER}/{path.as_posix()}")
            for path in sorted(wheels):  # which are compressed already
                archive.write(path, f"{FOLDER}/wheels/{path.name}", zipfile.ZIP_STORED)
    return len(wheels)


@contextlib.contextmanager
def written_whole(path):
    """Give a file to write that takes its place in one step, when all is in it."""
    handle, name = tempfile.mkstemp(prefix=f".{path.stem}_", suffix=".tmp", dir=path.parent)
    try:
        with open(handle, "wb") as file:
            yield file
        with contextlib.suppress(OSError):  # mkstemp makes files that only the owner may read
            os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise


def checked(output):
    """The path of the zip, if one can be written there."""
    if output.suffix.lower() != ".zip":
        raise CannotMake(f"{output.name} should end in .zip.")
    if output.is_dir():
        raise CannotMake(f"{output} is a folder: give the zip another name.")
    folder = output.resolve().parent
    if not folder.is_dir():
        raise CannotMake(f"There is no folder {folder}: make it first, or choose another.")
    return folder / output.name


def chosen(platforms, pythons):
    """The targets that were asked for."""
    if not platforms and not pythons:
        return [Target()]
    platforms = list(PLATFORMS) if "all" in platforms else list(dict.fromkeys(platforms))
    pythons = list(PYTHONS) if "all" in pythons else sorted(set(pythons), key=PYTHONS.index)
    # The oldest Python first: the versions found for it mostly do for the others too.
    return [
        Target(platform, python) for python in pythons or [None] for platform in platforms or [None]
    ]


def main(arguments=None):
    """Make the zip that the command line asks for; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m course.offline",
        description="Put the course and every package it needs into one zip, for a room without "
        "a network. Without options: for machines and a Python like these.",
    )
    parser.add_argument(
        "output",
        nargs="?",
        type=Path,
        default=Path(f"{FOLDER}.zip"),
        metavar="FILE.zip",
        help="default: %(default)s",
    )
    parser.add_argument("--platform", nargs="+", default=[], choices=[*PLATFORMS, "all"])
    parser.add_argument("--python", nargs="+", default=[], choices=[*PYTHONS, "all"])
    asked = parser.parse_args(arguments)
    try:
        load_packaging()
        output = checked(asked.output)
        count = make(output, chosen(asked.platform, asked.python))
        size = output.stat().st_size / 2**20
        print(f"{output} is ready: {size:.0f} MiB, {count} packages.")
        print("On the other machines, unpack it and follow READ ME FIRST.txt.")
    except CannotMake as reason:
        print(reason, file=sys.stderr)
        return 1
    except OSError as error:
        print(
            f"The zip cannot be written ({error.strerror or error}): choose another place.",
            file=sys.stderr,
        )
        return 1
    except KeyboardInterrupt:
        print("Stopped; no zip was written.", file=sys.stderr)
        return 1
    return 0


def load_packaging():
    """Import what reads requirements and wheels; it comes with the course's packages."""
    global Requirement, markers, specifiers, tags, utils
    try:
        from packaging import markers, specifiers, tags, utils
        from packaging.requirements import Requirement
    except ImportError:
        raise CannotMake(
            "The course's packages are not installed in this Python: run "
            "`python -m pip install -r ../requirements.txt` first."
        ) from None


if __name__ == "__main__":
    sys.exit(main())
