"""The check of lesson 0 names what is wrong and how to mend it, and is silent when all is well."""

import ast
import os
import re
import shutil
import subprocess
import sys

import pytest

from course import environment
from course.environment import check_environment
from solutions import NOTEBOOKS, ROOT


@pytest.fixture(autouse=True)
def in_the_lessons(monkeypatch):
    monkeypatch.chdir(NOTEBOOKS)


def only_problem():
    (problem,) = check_environment().problems
    return problem


def test_all_is_well_and_says_nothing_that_varies():
    assert repr(check_environment()) == (
        "All is well: Python, the packages and the course's files are in place."
    )
    assert not re.search(r"\d", repr(check_environment()))


def test_python_too_old(monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 9, 2, "final", 0))
    problem = only_problem()
    assert "Python 3.9" in problem and "3.11" in problem and "python.org" in problem


def test_an_old_python_can_read_it():
    source = (NOTEBOOKS / "course" / "environment.py").read_text(encoding="utf-8")
    ast.parse(source, feature_version=(3, 8))
    ast.parse(
        (NOTEBOOKS / "course" / "__init__.py").read_text(encoding="utf-8"), feature_version=(3, 8)
    )
    imported = {
        alias.name.split(".")[0]
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    assert imported <= {"importlib", "os", "sys"}


def test_another_folder(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    problem = only_problem()
    assert str(tmp_path.resolve()) in problem and str(NOTEBOOKS) in problem


@pytest.mark.parametrize("name", environment.PACKAGES)
def test_a_package_is_missing(monkeypatch, name):
    find = environment.origin
    monkeypatch.setattr(environment, "origin", lambda n: None if n == name else find(n))
    problem = only_problem()
    assert f"{name} is missing" in problem and "-m pip install -r" in problem
    assert "requirements.txt" in problem


@pytest.mark.parametrize(
    "name, text", [("numpy", "1.26.4"), ("matplotlib", "3.8.0rc1"), ("ipywidgets", "7.7")]
)
def test_a_package_is_too_old(monkeypatch, name, text):
    real = environment.metadata.version
    monkeypatch.setattr(environment.metadata, "version", lambda n: text if n == name else real(n))
    assert f"{name} is too old ({text.split('rc')[0].removesuffix('.0')}" in only_problem()


def test_a_package_cannot_be_loaded(monkeypatch):
    load = environment.importlib.import_module

    def broken(name):
        if name == "matplotlib":
            raise ImportError("DLL load failed\nand more")
        return load(name)

    monkeypatch.setattr(environment.importlib, "import_module", broken)
    assert "matplotlib cannot be loaded (ImportError: DLL load failed)" in only_problem()


@pytest.mark.skipif(os.name == "nt" or not hasattr(os, "geteuid"), reason="other rights here")
def test_a_folder_that_cannot_be_written_to(monkeypatch):
    monkeypatch.setattr(environment.os, "access", lambda path, mode: False)
    assert "cannot be written to" in only_problem()


def test_several_are_numbered(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "version_info", (3, 8, 1, "final", 0))
    text = repr(check_environment())
    assert "1. This notebook runs on Python 3.8" in text and "2. This notebook runs in" in text
    assert text.endswith("Then choose Kernel, Restart Kernel, and run this cell again.")


# In a copy of the course, as the first cell of lesson 0 does it --------------------------------

CELL = """
import sys; sys.path.insert(0, "..")
from course.environment import check_environment
print(check_environment())
"""


@pytest.fixture
def copy(tmp_path):
    shutil.copytree(
        NOTEBOOKS / "course",
        tmp_path / "notebooks" / "course",
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    for path in ROOT.glob("rnn_*.py"):
        shutil.copy(path, tmp_path)
    return tmp_path


def said(folder):
    run = subprocess.run(
        [sys.executable, "-c", CELL],
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        env={k: v for k, v in os.environ.items() if k != "PYTHONPATH"},
        timeout=120,
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


def test_a_copy_is_well(copy):
    assert said(copy / "notebooks").startswith("All is well")


@pytest.mark.parametrize("name", ["rnn_core.py", "rnn_extras.py"])
def test_the_core_is_missing(copy, name):
    (copy / name).unlink()
    assert f"{name} is missing" in said(copy / "notebooks")


@pytest.mark.parametrize("name", ["rnn_core.py", "rnn_extras.py"])
def test_another_core_is_in_the_way(copy, name):
    shutil.copy(copy / name, copy / "notebooks")  # the notebook's folder comes first
    text = subprocess.run(
        [sys.executable, "-c", CELL.replace('0, ".."', '1, ".."')],
        cwd=copy / "notebooks",
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=True,
    ).stdout
    assert f"Another {name} is in the way" in text


@pytest.mark.parametrize("name", ["numpy.py", "matplotlib/__init__.py"])
def test_a_file_hides_a_package(copy, name):
    path = copy / "notebooks" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("", encoding="utf-8")
    text = said(copy / "notebooks")
    assert "hides the package" in text and path.name in text
