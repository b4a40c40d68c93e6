"""What repo2docker would do for this repository: Python 3.12, our lock, the files; nothing else."""

import re

from binder_image import frozen, unescaped
from desk import ROOT


def test_python(version, instructions):
    """The base image is the one with the Python that binder/runtime.txt names."""
    copied = unescaped("\n".join(rest for word, rest in instructions if word == "COPY"))
    named = set(re.findall(r"environment\.py-([\d.]+)-linux-64\.lock", copied))
    assert named == {version} == {"3.12"}
    assert frozen(version)["python"].startswith("3.12.")


def test_base_is_the_one_that_the_guide_speaks_of(version):
    brought = frozen(version)
    assert (brought["jupyterlab"], brought["notebook"]) == ("4.4.9", "7.4.7")


def test_our_lock_goes_in_before_the_repository_and_nothing_else(instructions, own_steps):
    lock = "binder/requirements.txt"
    copy, *rest = own_steps
    assert copy == ("COPY", f"--chown=1000:1000 src/{lock} ${{REPO_DIR}}/{lock}")
    install = ("RUN", f'${{KERNEL_PYTHON_PREFIX}}/bin/pip install --no-cache-dir -r "{lock}"')
    assert install in rest
    repository = next(
        i
        for i, (word, what) in enumerate(instructions)
        if word == "COPY" and re.search(r" src/ ", what)
    )
    assert instructions.index(copy) < instructions.index(install) < repository
    rest.remove(install)
    left = [step for step in rest if step[0] != "USER"]
    if (ROOT / "binder" / "postBuild").exists():
        assert left == [("RUN", "chmod +x binder/postBuild"), ("RUN", "./binder/postBuild")]
    else:
        assert left == []


def test_the_lock_is_flat():
    """A line that reads another file would put off the install until the repository is there."""
    lines = (ROOT / "binder" / "requirements.txt").read_text(encoding="utf-8").splitlines()
    left = [line for line in lines if line and not line.startswith("#")]
    assert left == sorted(left)
    assert all(re.fullmatch(r"[a-z0-9-]+==[0-9.]+", line) for line in left), left
