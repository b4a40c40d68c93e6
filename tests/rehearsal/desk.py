"""Fresh environments, commands run in them, and a network that is cut."""

import functools
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
AWAY = ("JUPYTER", "IPYTHON", "PYTHON", "COURSE_", "PYTEST", "VIRTUAL_ENV", "PIP_", "UV_")

# Brings up the loopback device of an empty network, over which kernels talk, and runs a command.
LOOPBACK = """
import fcntl, os, socket, struct, sys
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
    fcntl.ioctl(probe, 0x8914, struct.pack("16sH14s", b"lo", 0x1 | 0x40, b""))
os.execvp(sys.argv[1], sys.argv[1:])
"""
# Where no network can be taken away: every request goes to a port that nobody listens at.
NOWHERE = {f"{kind}_proxy": "http://127.0.0.1:9" for kind in ("http", "https", "all")}


def find_python(version):
    """Return the path of a Python of that version ("3.12"), or None."""
    home = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    names = [*sorted(map(str, home.glob(f"{version}*/bin/python"))), f"python{version}"]
    script = "import ensurepip, sys; print('%d.%d' % sys.version_info[:2])"
    for name in names:
        if path := shutil.which(name):
            done = subprocess.run(
                [path, "-c", script], capture_output=True, encoding="utf-8", check=False
            )
            if done.stdout.strip() == version:
                return path
    return None


def surroundings(folder, **more):
    """Environment variables for a process of its own: a home in a folder, no one's settings."""
    home = Path(folder) / "home"
    home.mkdir(parents=True, exist_ok=True)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(AWAY)}
    return kept | {
        "HOME": str(home),
        "JUPYTER_PREFER_ENV_PATH": "1",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_CONFIG_FILE": os.devnull,
        "PYTHONDONTWRITEBYTECODE": "1",
        **more,
    }


def run(command, **options):
    """Run a command and return what it did; where it fails, say all that it said."""
    done = subprocess.run(
        [str(word) for word in command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        check=False,
        **options,
    )
    assert done.returncode == 0, f"{' '.join(map(str, command))}\n{done.stdout}"
    return done.stdout


def make_environment(python, folder):
    """Make an environment; return its Python."""
    run([python, "-m", "venv", folder])
    return Path(folder) / "bin" / "python"


@functools.cache
def _cutter():
    for words in (["unshare", "--net"], ["unshare", "--map-root-user", "--net"]):
        command = [*words, sys.executable, "-c", LOOPBACK]
        if shutil.which("unshare"):
            done = subprocess.run([*command, "true"], capture_output=True, check=False)
            if done.returncode == 0:
                return command
    return []


def without_network(command, environment):
    """Return a command and its environment such that it cannot reach any other machine."""
    if _cutter():
        return [*_cutter(), *map(str, command)], environment
    return [str(word) for word in command], environment | NOWHERE


def uv():
    """The command line of uv, which belongs to the environment that runs the tests."""
    return [sys.executable, "-m", "uv"]
