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
from packaging.requirements import Requirement

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
    """uv, which knows other systems' conditions by itself, installs the zip's wheels for them.

    For the first release of each Python (some packages leave out 3.11.0 to 3.11.4, and Debian 12
    has 3.11.2), and NumPy in the version that the Python asks for.
    """
    path = tmp_path / "windows.zip"
    arguments = ["--platform", "windows", "--python", "3.11", "3.15"]
    run(command(path, *arguments), cwd=ROOT / "notebooks")
    folder = unpack(path, tmp_path / "unpacked")
    for python in ("3.11", "3.15"):
        install = [*uv(), "pip", "install", "--no-config", "--no-index", "--find-links", "wheels"]
        install += ["--only-binary", ":all:", "--python-platform", "x86_64-pc-windows-msvc"]
        install += ["--python-version", f"{python}.0", "--target", python, "-r", "requirements.txt"]
        run_it, environment = without_network(install, surroundings(tmp_path))
        run(run_it, cwd=folder, env=environment)
        assert (folder / python / "winpty").is_dir()  # what only Windows needs
        extension = f"_multiarray_umath.cp{python.replace('.', '')}-win_amd64*.pyd"
        assert list((folder / python / "numpy" / "_core").glob(extension))
        assert list((folder / python).glob(f"numpy-{numpy_for(python)}.dist-info"))
    text = (folder / "READ ME FIRST.txt").read_text(encoding="utf-8")
    assert text.split("\n")[0].endswith("it needs on windows with Python 3.11 or 3.15.")
    assert "py -3.15 -m venv .venv" in text


def numpy_for(python):
    """The version of NumPy that requirements.txt pins for a Python."""
    asked = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    lines = [Requirement(one) for one in re.findall(r"^numpy==.*", asked, re.MULTILINE)]
    (one,) = [one for one in lines if one.marker.evaluate({"python_version": python})]
    return str(one.specifier).removeprefix("==")


@pytest.mark.parametrize("system, python", [*zip(offline.PLATFORMS, offline.PYTHONS, strict=True)])
def test_every_system_and_python_can_be_served(system, python):
    """There are wheels of all packages; what only one system needs is for that one alone."""
    found = dict(pin.split("==") for pin in offline.resolve(system, python))
    assert found["numpy"] == numpy_for(python)
    assert ("pywinpty" in found) == (system == "windows")
    assert ("appnope" in found) == system.startswith("macos")


def test_read_me_first_speaks_of_every_python():
    several = offline.read_me_first(
        [("windows", "3.12"), ("macos", "3.12"), ("windows", "3.13"), ("macos", "3.13")]
    )
    assert "needs on windows or macos with Python 3.12 or 3.13." in several
    assert "below say 3.13, write\nits number: 3.12 or 3.13." in several
    assert "py -3.13 -m venv .venv" in several
    for error in ("No matching distribution found", "requires a different Python"):
        assert error in several  # pip's words
    assert "{" not in several


def test_solved_exercises_are_named(tmp_path):
    """A lesson that the teacher has solved would hand out the solutions: the command says so."""
    assert not offline.solved_exercises()
    (tmp_path / "notebooks").mkdir()
    name = "02_turn_scores_into_probabilities.ipynb"
    book = nbformat.read(ROOT / "notebooks" / name, 4)
    cell = next(cell for cell in book.cells if cell.id == "exercise-softmax")
    stub = "    raise NotImplementedError"
    for line in (
        "    return scores",
        f"    return scores\n    #{stub}",
        "    return scores  #" + stub,
    ):
        assert stub in cell.source
        solved = nbformat.from_dict(book)
        cell = next(cell for cell in solved.cells if cell.id == "exercise-softmax")
        before, cell.source = cell.source, cell.source.replace(stub, line)
        nbformat.write(solved, tmp_path / "notebooks" / name)
        assert offline.solved_exercises(tmp_path) == {name: ["softmax"]}
        cell.source = before


# What can go wrong -------------------------------------------------------------------------


def refused(*arguments):
    """Run the command in this process, and return the one sentence with which it refuses."""
    with pytest.raises(offline.CannotMake) as refusal:
        offline.main([str(argument) for argument in arguments])
    assert "\n" not in refusal.value.code
    return refusal.value.code


def test_places_where_no_zip_can_be(tmp_path):
    (tmp_path / "folder.zip").mkdir()
    for path in ("gone/class.zip", "class.ipynb", "folder.zip"):
        assert "name ends in .zip, and its folder must be there" in refused(tmp_path / path)
    assert [path.name for path in tmp_path.iterdir()] == ["folder.zip"]


def test_a_disk_that_is_full(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(offline, "fetch", full)
    (tmp_path / "class.zip").write_bytes(b"an older one")
    assert "No space left on device. Choose another place." in refused(tmp_path / "class.zip")
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"an older one"]


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


def test_no_uv_and_no_pip(tmp_path, monkeypatch):
    run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "bare"])
    python = next(tmp_path.glob("bare/[bS]*/python*"))
    monkeypatch.setattr(sys, "executable", str(python))
    assert "`python -m pip install uv`" in refused(tmp_path / "class.zip")
    monkeypatch.setattr(offline, "resolve", lambda *_: ["numpy==2.5.5"])
    assert "`python -m ensurepip`" in refused(tmp_path / "class.zip")


def test_no_package_for_a_machine(tmp_path, monkeypatch):
    """A pin that no wheel meets is named."""
    monkeypatch.setattr(offline, "ROOT", tmp_path)
    (tmp_path / "requirements.txt").write_text("numpy==0.0.999\n", encoding="utf-8")
    (tmp_path / "rnn_core.py").touch()
    said = refused(tmp_path / "class.zip", "--platform", "macos-intel", "--python", "3.12")
    assert "There is no ready-made package for such a machine" in said
    assert "numpy==0.0.999" in said


def test_no_index_for_pip(tmp_path, monkeypatch):
    """A machine whose pip may not look anywhere is not taken for one without packages."""
    for name in ("PIP_FIND_LINKS", "PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setattr(offline, "resolve", lambda *_: ["numpy==2.5.5"])
    assert "PIP_NO_INDEX" in refused(tmp_path / "class.zip")


def test_a_machine_without_a_name(capsys, tmp_path, monkeypatch):
    monkeypatch.setattr(offline.platform, "machine", lambda: "riscv64")
    with pytest.raises(SystemExit):
        offline.main([str(tmp_path / "class.zip")])
    assert "required: --platform" in capsys.readouterr().err


def test_all_means_every_one(tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(offline, "make", lambda _, targets: asked.extend(targets) or 0)
    (tmp_path / "class.zip").touch()
    offline.main([str(tmp_path / "class.zip"), "--platform", "all", "--python", "all"])
    assert asked == [(system, python) for python in offline.PYTHONS for system in offline.PLATFORMS]


def test_it_runs_where_it_is_unpacked(made, tmp_path):
    """A zip can be made again from the course in a zip: here, only its help is asked for."""
    folder = unpack(made, tmp_path / "unpacked")
    assert "--platform" in run(command("--help"), cwd=Path(folder) / "notebooks")
