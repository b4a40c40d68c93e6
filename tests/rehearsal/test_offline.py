"""The zip for a room without a network: made by its command, installed and run with none."""

import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import nbformat
import pytest
from desk import ROOT, run, surroundings, uv, without_network

from course import offline
from tools import missing

LESSON = "07_train_it.ipynb"


def command(*arguments, python=sys.executable):
    return [python, "-m", "course.offline", *arguments]


def unpack(path, folder):
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        archive.extractall(folder)
    (inside,) = folder.iterdir()
    return inside


@pytest.fixture(scope="module")
def versioned():
    """The course's files as git knows them, without git's and GitHub's own."""
    if not (shutil.which("git") and (ROOT / ".git").exists()):
        missing("git is needed to know which files are the course's.")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout.decode("utf-8")
    names = {name for name in listed.split("\0") if name and (ROOT / name).is_file()}
    return {name: (ROOT / name).read_bytes() for name in names if not re.search(r"(^|/)\.", name)}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The zip for machines like this one."""
    path = tmp_path_factory.mktemp("made") / "class.zip"
    said = run(command(path), cwd=ROOT / "notebooks")
    assert said.splitlines()[-2].startswith(f"{path} is ready: ")
    return path


# What is in it -----------------------------------------------------------------------------


def test_zip_holds_the_whole_course(versioned, made):
    """What git knows, what to read first, and wheels; nothing else."""
    top = f"{offline.FOLDER}/"
    with zipfile.ZipFile(made) as archive:
        names = {name.removeprefix(top) for name in archive.namelist()}
        wheels = {name for name in names if re.fullmatch(r"wheels/[^/]+\.whl", name)}
        assert names - wheels == set(versioned) | {"READ ME FIRST.txt"}
        differing = [  # a file may be edited while the zip is made
            name
            for name, before in versioned.items()
            if archive.read(top + name) not in (before, (ROOT / name).read_bytes())
        ]
    assert not differing


def test_no_students_work_goes_in(tmp_path):
    """Whatever a year of use has left in the folder, only the course is taken."""
    whole = offline.course_files()
    for path in whole:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(b"")
    for name in (
        "notebooks/my_rnn.py",
        "notebooks/my_rnn_set_aside_1.py",
        "notebooks/poem.npz",
        "notebooks/my_rnn.py.lock",
        "notebooks/Untitled.ipynb",
        "notebooks/poem.txt",
        "notebooks/.ipynb_checkpoints/00_start_here-checkpoint.ipynb",
        "grades.csv",
        "notebooks/course/__pycache__/texts.cpython-312.pyc",
        ".venv/bin/python",
        "notebooks/course/.ipynb_checkpoints/texts.py",
        "tests/browser/node_modules/a.js",
        "notebooks/rnn-course.zip",
        "notebooks/submissions/ada/my_rnn.py",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    assert offline.course_files(tmp_path) == whole


def test_a_course_that_is_not_whole(tmp_path):
    with pytest.raises(offline.CannotMake, match="not whole"):
        offline.course_files(tmp_path)


# Without a network -------------------------------------------------------------------------


def steps_of(text):
    """The commands that READ ME FIRST gives for macOS and Linux."""
    text = re.sub(r"   Windows.*?(?=   macOS)", "", text, flags=re.DOTALL)
    return [line.strip() for line in text.splitlines() if line.startswith(" " * 7)]


@pytest.mark.skipif(os.name == "nt", reason="the steps for macOS and Linux are what is run")
def test_the_steps_work_without_a_network(made, tmp_path, figures):
    """Word for word, but for the Python, which is the one of this run; then a lesson is run."""
    folder = unpack(made, tmp_path / "unpacked")
    text = (folder / "READ ME FIRST.txt").read_text(encoding="utf-8")
    make, enter, install, start = steps_of(text)
    version = "{}.{}".format(*sys.version_info[:2])
    assert make == f"python{version} -m venv .venv"
    assert start == "python -m jupyter lab notebooks/00_start_here.ipynb"
    make = make.replace(f"python{version}", f'"{sys.executable}"')
    script = f"""
        if {sys.executable} -c 'import urllib.request as u; u.urlopen("https://pypi.org", None, 9)'
        then echo 'the network is not cut'; exit 1; fi 2>/dev/null
        {make}
        {enter}
        {install}
        python -m jupyter lab --version
        python -m nbconvert --to notebook --execute --output-dir . notebooks/{LESSON}
        python -m pytest -q notebooks/00_start_here.ipynb
    """
    run_it, environment = without_network(["bash", "-ec", script], surroundings(tmp_path))
    said = run(run_it, cwd=folder, env=environment)
    assert "\n4." in said, said  # the version of JupyterLab
    assert re.search(r"^\d+ passed", said, re.MULTILINE), said
    notebook = nbformat.read(folder / LESSON, 4)
    assert all(c.execution_count for c in notebook.cells if c.cell_type == "code" and c.source)
    size = made.stat().st_size / 2**20
    figures.append(f"Offline: the zip for Python {version} on this machine has {size:.0f} MiB.")


def test_another_system_and_python(tmp_path):
    """uv, which knows other systems' conditions by itself, installs the zip's wheels for them."""
    path = tmp_path / "windows.zip"
    run(command(path, "--platform", "windows", "--python", "3.13"), cwd=ROOT / "notebooks")
    folder = unpack(path, tmp_path / "unpacked")
    install = [
        *uv(),
        "pip",
        "install",
        "--no-config",
        "--no-index",
        "--find-links",
        "wheels",
        "--only-binary",
        ":all:",
        "--python-platform",
        "x86_64-pc-windows-msvc",
        "--python-version",
        "3.13",
        "--target",
        "installed",
        "-r",
        "requirements.txt",
    ]
    run_it, environment = without_network(install, surroundings(tmp_path))
    run(run_it, cwd=folder, env=environment)
    installed = folder / "installed"
    assert (installed / "winpty").is_dir()  # what only Windows needs
    assert list((installed / "numpy" / "_core").glob("_multiarray_umath.cp313-win_amd64*.pyd"))
    text = (folder / "READ ME FIRST.txt").read_text(encoding="utf-8")
    assert text.split("\n")[0].endswith("it needs on windows with Python 3.13.")
    assert "py -3.13 -m venv .venv" in text


def test_read_me_first_speaks_of_every_python():
    offline.load_packaging()
    several = offline.read_me_first(offline.chosen(["windows", "macos"], ["3.12", "3.13"]))
    assert "needs on windows or macos (Apple silicon) with Python 3.12 or 3.13." in several
    assert "Where it says 3.13, write the number of this machine's Python: 3.12 or 3.13." in several
    assert "py -3.13 -m venv .venv" in several
    one = offline.read_me_first(offline.chosen(["macos-intel"], ["3.12"]))
    assert "Where it says" not in one and "macos (Intel) with Python 3.12." in one
    assert "{" not in several + one


# What can go wrong -------------------------------------------------------------------------


def refused(capsys, *arguments):
    """Run the command in this process, and return the one sentence with which it refuses."""
    assert offline.main([str(argument) for argument in arguments]) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and "Traceback" not in said
    return said


def test_places_where_no_zip_can_be(capsys, tmp_path):
    assert "There is no folder" in refused(capsys, tmp_path / "gone" / "class.zip")
    assert "should end in .zip" in refused(capsys, tmp_path / "class.ipynb")
    (tmp_path / "folder.zip").mkdir()
    assert "is a folder" in refused(capsys, tmp_path / "folder.zip")
    assert [path.name for path in tmp_path.iterdir()] == ["folder.zip"]


def test_no_network(tmp_path):
    """A sentence, in reasonable time; the zip that was there stays as it was."""
    path = tmp_path / "class.zip"
    path.write_bytes(b"an older one")
    run_it, environment = without_network(command(path), surroundings(tmp_path))
    done = subprocess.run(
        run_it,
        env=environment | {"PIP_NO_CACHE_DIR": "1"},
        cwd=ROOT / "notebooks",
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    assert done.returncode == 1
    assert "see that this machine has a network" in done.stderr
    assert done.stderr.count("\n") == 1
    assert path.read_bytes() == b"an older one"
    assert not list(tmp_path.glob(".*"))


def test_no_pip(capsys, tmp_path, monkeypatch):
    run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "bare"])
    python = next(tmp_path.glob("bare/[bS]*/python*"))
    monkeypatch.setattr(sys, "executable", str(python))
    assert "ensurepip" in refused(capsys, tmp_path / "class.zip")


def test_packages_not_installed(capsys, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "packaging", None)
    assert "python -m pip install -r" in refused(capsys, tmp_path / "class.zip")


def test_no_package_for_a_machine(tmp_path):
    """A pin that no wheel meets is named, with the machine that it is for."""
    offline.load_packaging()
    target = offline.Target("macos-intel", "3.12")
    with pytest.raises(offline.CannotMake) as refusal:
        offline.download(target, ["numpy==0.0.999"], tmp_path)
    assert re.match(
        r"There is no ready-made package for macos-intel, Python 3.12: .*numpy==0.0.999",
        str(refusal.value),
    )


def test_no_index_for_pip(tmp_path, monkeypatch):
    """A machine whose pip may not look anywhere is not taken for one without packages."""
    for name in ("PIP_FIND_LINKS", "PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    offline.load_packaging()
    with pytest.raises(offline.CannotMake, match="no package index"):
        offline.download(offline.Target(), ["numpy==2.4.6"], tmp_path)


def test_a_machine_without_a_name(monkeypatch):
    offline.load_packaging()
    monkeypatch.setattr(offline, "this_platform", lambda: None)
    assert offline.Target().tags
    with pytest.raises(offline.CannotMake, match="--platform"):
        offline.Target(python="3.12")


@pytest.mark.parametrize("platform", offline.PLATFORMS)
def test_conditions_are_the_targets_own(platform):
    """Not those of the machine that makes the zip."""
    offline.load_packaging()
    windows = offline.Requirement('pywinpty; os_name == "nt"')
    mac = offline.Requirement('appnope; platform_system == "Darwin"')
    young = offline.Requirement('audioop-lts; python_version >= "3.13"')
    extra = offline.Requirement('webcolors; extra == "format"')
    for python in offline.PYTHONS:
        target = offline.Target(platform, python)
        assert target.wants(windows, frozenset()) == (platform == "windows")
        assert target.wants(mac, frozenset()) == platform.startswith("macos")
        assert target.wants(young, frozenset()) == (python in ("3.13", "3.14"))
        assert not target.wants(extra, frozenset())
        assert target.wants(extra, frozenset({"format"}))


def test_all_means_every_one():
    offline.load_packaging()
    targets = offline.chosen(["all"], ["all"])
    assert len({str(target) for target in targets}) == len(offline.PLATFORMS) * len(offline.PYTHONS)
    assert [t.python for t in targets] == sorted(t.python for t in targets)


def test_it_runs_where_it_is_unpacked(made, tmp_path):
    """A zip can be made again from the course in a zip: here, only its help is asked for."""
    folder = unpack(made, tmp_path / "unpacked")
    assert "--platform" in run(command("--help"), cwd=Path(folder) / "notebooks")
