"""Rehearsals: Binder's image by hand, and a room without a network. They need a network once."""

import sys
from pathlib import Path

import pytest
from binder_image import Image, dockerfile
from desk import ROOT, find_python

sys.path.append(str(Path(__file__).resolve().parents[1] / "browser"))  # for its servers


@pytest.fixture(scope="session")
def version():
    """The Python that Binder is asked for, "3.12"."""
    return (ROOT / "binder" / "runtime.txt").read_text(encoding="utf-8").strip()[len("python-") :]


@pytest.fixture(scope="session")
def instructions(tmp_path_factory):
    """The Dockerfile that repo2docker writes for this repository, [(instruction, words)]."""
    return dockerfile(ROOT, tmp_path_factory.mktemp("repo2docker"))


@pytest.fixture(scope="session")
def bare_instructions(tmp_path_factory, version):
    """The same for a folder that asks for nothing but this Python."""
    folder = tmp_path_factory.mktemp("bare")
    (folder / "binder").mkdir()
    (folder / "binder" / "runtime.txt").write_text(f"python-{version}\n", encoding="utf-8")
    return dockerfile(folder, tmp_path_factory.mktemp("repo2docker"))


@pytest.fixture(scope="session")
def own_steps(instructions, bare_instructions):
    """What the Dockerfile does for this repository only."""
    left = list(bare_instructions)
    own = []
    for one in instructions:
        if one in left:
            left.remove(one)
        else:
            own.append(one)
    assert not [rest for word, rest in left if word != "LABEL"], "it does less than for a bare one"
    return [(word, rest) for word, rest in own if word != "LABEL"]


@pytest.fixture(scope="session")
def image(tmp_path_factory, version, own_steps, figures):
    """The image by hand: the base's packages and, by the Dockerfile's own steps, ours."""
    python = find_python(version)
    if python is None:
        python = sys.executable
        running = "{}.{}".format(*sys.version_info[:2])
        figures.append(f"Binder by hand: no Python {version} was found, so it ran on {running}.")
    steps = [rest for word, rest in own_steps if word == "RUN"]
    made = Image(python, version, steps, tmp_path_factory.mktemp("binder"))
    figures.append(
        f"Binder by hand: our lock adds {made.added:.0f} MiB to the base image and takes "
        f"{made.seconds:.0f} s to fetch and install."
    )
    return made
