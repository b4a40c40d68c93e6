"""What repo2docker makes of a folder, and the same steps by hand, as far as they go without Docker.

Its base image is a conda environment with exact versions, from files that repo2docker carries.
Here the same versions of the same packages come from PyPI.
"""

import json
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

from desk import ROOT, make_environment, run, surroundings, uv, without_network

# Packages that conda-forge calls otherwise.
PYPI = {
    "brotli-python": "brotli",
    "jupyterhub-base": "jupyterhub",
    "jupyterhub-singleuser": "jupyterhub",
    "nbconvert-core": "nbconvert",
    "python-fastjsonschema": "fastjsonschema",
}
NOT_PYTHON = {"python", "nodejs", "pip"}  # of what the base image asks for by name
LIST = """
import importlib.metadata, json
print(json.dumps({d.metadata["Name"]: [d.version, d.requires or []]
                  for d in importlib.metadata.distributions()}))
"""


def canonical(name):
    """A package's name as PyPI compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(path):
    """Package -> version, of a requirements file."""
    lines = Path(path).read_text(encoding="utf-8").splitlines()
    return dict(line.split("==") for line in lines if re.match(r"[\w.-]+==", line))


# What repo2docker says -----------------------------------------------------------------------


def dockerfile(folder, scratch):
    """The Dockerfile for a folder as [(instruction, words)], rendered without a network."""
    command = [
        sys.executable,
        "-m",
        "repo2docker",
        "--no-build",
        "--debug",
        "--Repo2Docker.platform=linux/amd64",
        "--user-id",
        "1000",
        "--user-name",
        "jovyan",
        folder,
    ]
    command, environment = without_network(command, surroundings(scratch))
    done = subprocess.run(
        command, env=environment, capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stderr
    lines = (done.stdout if "FROM " in done.stdout else done.stderr).split("\n")
    text = "\n".join(line for line in lines if not line.lstrip().startswith("#"))
    text = re.sub(r"\\\n\s*", "", text)
    found = re.findall(r"^([A-Z]+)[ \t]+(.+)$", text[text.index("FROM ") :], re.MULTILINE)
    return [(word, rest.strip()) for word, rest in found]


def unescaped(text):
    """A path as repo2docker writes it into a Dockerfile: "-2e" for a dot, and the like."""
    return re.sub(r"-([0-9a-f]{2})", lambda found: chr(int(found[1], 16)), text)


def frozen(version):
    """Package -> version of all that the base image with a Python version brings."""
    found = {}
    for line in base_file(f"environment.py-{version}-linux-64.lock").splitlines():
        if named := re.match(r"https://\S+/([^/#]+)-([^-/#]+)-[^-/#]+\.(?:conda|tar\.bz2)#", line):
            found[canonical(PYPI.get(named[1], named[1]))] = named[2]
    return found


def asked_for(version):
    """The packages that the base image asks for by name; the others follow from them."""
    _, _, wanted = base_file(f"environment.py-{version}.yml").partition("dependencies:")
    names = re.findall(r"^- ([\w.-]+)", wanted, re.MULTILINE)
    return sorted({canonical(PYPI.get(name, name)) for name in names} - NOT_PYTHON)


def base_file(name):
    """The text of one of repo2docker's own files about its base image."""
    import repo2docker.buildpacks.conda as conda

    return (Path(conda.__file__).parent / name).read_text(encoding="utf-8")


# The same by hand ----------------------------------------------------------------------------


class Image:
    """An environment with the base image's packages, and then with ours.

    `.before` and `.after` are {package: version}, `.requires` the needs of those in `.after`,
    `.said` what pip said, `.seconds` how long it took, `.added` how much larger it got (MiB).
    """

    def __init__(self, python, version, steps, folder):
        self.folder = Path(folder)
        self.frozen = frozen(version)
        self.python = make_environment(python, self.folder / "image")
        self._install_base(version)
        self.before, _ = self._packages()
        size = self._size()
        copied = self.folder / "preassembled"  # what is there before the repository is copied
        (copied / "binder").mkdir(parents=True)
        shutil.copy(ROOT / "binder" / "requirements.txt", copied / "binder")
        start = time.perf_counter()
        self.said = "".join(self._step(step, copied) for step in steps)
        self.seconds = time.perf_counter() - start
        self.after, self.requires = self._packages()
        self.added = (self._size() - size) / 2**20

    def _install_base(self, version):
        constraints = self.folder / "frozen.txt"
        lines = [f"{name}=={number}\n" for name, number in self.frozen.items() if name[0].isalnum()]
        constraints.write_text("".join(lines), encoding="utf-8")
        run(
            [
                *uv(),
                "pip",
                "install",
                "--quiet",
                "--compile-bytecode",
                "--python",
                self.python,
                "--constraint",
                constraints,
                f"pip=={self.frozen['pip']}",
                *asked_for(version),
            ]
        )

    def _step(self, step, folder):
        """Run a RUN line of the Dockerfile with the image's folder in place of conda's."""
        step = step.replace("${KERNEL_PYTHON_PREFIX}/bin/", f"{self.python.parent}/")
        environment = surroundings(self.folder, PYTHONDONTWRITEBYTECODE="")
        return run(["bash", "-ec", step], cwd=folder, env=environment)

    def _packages(self):
        found = json.loads(run([self.python, "-c", LIST]))
        versions = {canonical(name): version for name, (version, _) in found.items()}
        return versions, {canonical(name): needs for name, (_, needs) in found.items()}

    def _size(self):
        paths = (self.folder / "image").rglob("*")
        return sum(path.lstat().st_size for path in paths if path.is_file())
