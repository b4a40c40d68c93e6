"""What the browser tests need and the repository does not hold: other Jupyters, and axe-core.

Both are made once in a cache folder: the one that COURSE_BROWSER_CACHE names, or one that lasts
as long as the test run.
"""

import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
AXE = "axe-core@4.14.1"


def python_of(name, cache):
    """Return the Python of the environment that NAME.txt describes, and make it if need be."""
    if name is None:
        return Path(sys.executable)
    folder = Path(cache) / name
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    finished = folder / "finished"
    wanted = (HERE / f"{name}.txt").read_text(encoding="utf-8")
    if finished.exists() and finished.read_text(encoding="utf-8") == wanted:
        return python
    shutil.rmtree(folder, ignore_errors=True)
    _run([sys.executable, "-m", "venv", folder])
    _run(
        [
            python,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "-r",
            HERE / f"{name}.txt",
        ]
    )
    finished.write_text(wanted, encoding="utf-8")
    return python


def axe_source(cache):
    """Return the JavaScript of axe-core, fetched from npm if need be."""
    folder = Path(cache) / "axe"
    source = folder / "axe.min.js"
    if not source.exists():
        folder.mkdir(parents=True, exist_ok=True)
        npm = shutil.which("npm")
        if npm is None:
            raise FileNotFoundError("npm is needed to fetch axe-core: install Node's npm.")
        _run([npm, "pack", "--silent", "--pack-destination", folder, AXE], cwd=folder)
        archive = next(folder.glob("axe-core-*.tgz"))
        with tarfile.open(archive) as package:
            content = package.extractfile("package/axe.min.js").read()
        source.write_bytes(content)
    return source.read_text(encoding="utf-8")


def chromium():
    """Return the path of the system's Chromium, or None."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return next((found for name in names if (found := shutil.which(name))), None)


def _run(command, **options):
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", **options)
    if done.returncode:
        raise RuntimeError(f"{' '.join(map(str, command))} failed:\n{done.stdout}\n{done.stderr}")
