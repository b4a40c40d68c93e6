"""A JupyterHub with its proxy on loopback, twelve students' homes, and the course in a repository."""

import contextlib
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

import psutil

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
CONFIG = ROOT / "binder" / "hub" / "jupyterhub_config.py"
PROXY = "configurable-http-proxy@5.3.0"
STUDENTS = [f"student{number:02d}" for number in range(1, 13)]
FULL = STUDENTS[2]  # whose disk will be full
DISK = "64m"
FIRST_ACCOUNT = 61000
GIT = ["git", "-c", "user.name=teacher", "-c", "user.email=teacher@localhost"]


def accounts_possible():
    """Whether students can have accounts of their own: it takes root and namespaces."""
    if os.name != "posix" or os.geteuid() != 0 or not shutil.which("nsenter"):
        return False
    return subprocess.run(["unshare", "--mount", "--pid", "--fork", "true"]).returncode == 0


def free_ports(number):
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


class Course:
    """The working tree as a git repository that students pull from."""

    def __init__(self, folder):
        self.folder = folder
        away = shutil.ignore_patterns("my_rnn*", "*.npz", "__pycache__", "venv", ".[!g]*", ".git")
        shutil.copytree(ROOT, folder, ignore=away)
        self.git("init", "--quiet", "--initial-branch=main")
        self.commit("The course")

    def git(self, *arguments):
        done = subprocess.run(
            [*GIT, *arguments], cwd=self.folder, capture_output=True, encoding="utf-8"
        )
        if done.returncode:
            raise RuntimeError(f"git {' '.join(arguments)}: {done.stdout}{done.stderr}")

    def commit(self, message):
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", message)

    @property
    def url(self):
        return self.folder.as_uri()


class Hub:
    """The hub, its proxy and what they need; `close` ends every process of the class."""

    def __init__(self, cache):
        self.accounts = accounts_possible()
        self.folder = Path(tempfile.mkdtemp(prefix="class_"))
        self.processes, self.room, self.first = {}, None, None
        self.mark = f"class-{secrets.token_hex(8)}"  # in the environment of every process
        try:
            self._prepare(cache)
            self.start_proxy()
            self.start()
        except BaseException:
            self.close()
            raise

    # Preparation ------------------------------------------------------------------------------

    def _prepare(self, cache):
        self.folder.chmod(0o711)
        self.homes = self.folder / "h"
        self.homes.mkdir(mode=0o755)
        self.state = self.folder / "state"
        self.state.mkdir(mode=0o700)
        self.course = Course(self.folder / "rnn-course")
        self.proxy_program = _proxy_program(cache)
        ports = free_ports(3)
        self.url, self.proxy_api, self.hub_url = (f"http://127.0.0.1:{port}" for port in ports)
        self.port, self.proxy_api_port, self.hub_port = ports
        self.password = secrets.token_hex(8)
        self.teacher_token = secrets.token_hex(16)
        self.account = {name: FIRST_ACCOUNT + i for i, name in enumerate(STUDENTS)}
        for name in STUDENTS:
            home = self.homes / name
            home.mkdir(mode=0o700)
            # The repository is the teacher's, on this very machine: git asks whether that is well.
            (home / ".gitconfig").write_text("[safe]\n\tdirectory = *\n", encoding="utf-8")
            if self.accounts:
                os.chown(home, self.account[name], self.account[name])
        if self.accounts:
            self._enter_room()

    def _enter_room(self):
        plan = {
            "needed": sorted(
                {
                    str(Path(path).resolve())
                    for path in (
                        sys.prefix,
                        sys.base_prefix,
                        self.folder,
                        ROOT,
                        self.proxy_program.parents[2],
                    )
                }
            ),
            "scratch": str(self.folder / "kept"),
            "files": {},
            "disks": {str(self.homes / FULL): (DISK, self.account[FULL])},
        }
        for file, lines in self._register().items():
            path = self.folder / file
            path.write_text(
                Path("/etc", file).read_text(encoding="utf-8") + lines, encoding="utf-8"
            )
            path.chmod(0o600 if file == "shadow" else 0o644)
            plan["files"][f"/etc/{file}"] = str(path)
        self.room = subprocess.Popen(
            [
                "unshare",
                "--mount",
                "--pid",
                "--fork",
                "--kill-child",
                "--mount-proc",
                sys.executable,
                "-I",
                HERE / "namespace.py",
                json.dumps(plan),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )
        if self.room.stdout.readline() != "ready\n":
            raise RuntimeError("The class's room could not be made.")
        (first,) = psutil.Process(self.room.pid).children()
        self.first = first.pid

    def _register(self):
        """Lines for /etc: the students, a teacher and a stranger, all with one password."""
        key = subprocess.run(
            ["openssl", "passwd", "-6", self.password],
            capture_output=True,
            encoding="utf-8",
            check=True,
        ).stdout.strip()
        numbers = self.account | {"teacher": FIRST_ACCOUNT + 100, "stranger": FIRST_ACCOUNT + 101}
        return {
            "passwd": "".join(
                f"{name}:x:{number}:{number}::{self.homes / name}:/bin/bash\n"
                for name, number in numbers.items()
            ),
            "group": "".join(f"{name}:x:{number}:\n" for name, number in numbers.items())
            + f"students:x:{FIRST_ACCOUNT + 200}:{','.join(STUDENTS)}\n"
            + f"teachers:x:{FIRST_ACCOUNT + 201}:teacher\n",
            "shadow": "".join(f"{name}:{key}:20000:0:99999:7:::\n" for name in numbers),
        }

    # Processes --------------------------------------------------------------------------------

    def _popen(self, name, command, cwd, environment):
        inside = ()
        if self.accounts:
            inside = ("nsenter", f"--target={self.first}", "--mount", "--pid", f"--wd={cwd}")
        log = (self.folder / f"{name}.log").open("a", encoding="utf-8")
        with log:
            self.processes[name] = subprocess.Popen(
                [*inside, *map(str, command)],
                cwd=None if self.accounts else cwd,
                env=environment,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                # Started in the background, a shell lets its commands ignore this signal, by
                # which the hub stops its services.
                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
            )

    def _environment(self):
        away = ("JUPYTER", "IPYTHON", "PYTHON", "COURSE_", "PYTEST", "VIRTUAL_ENV", "XDG_")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(away)}
        path = f"{Path(sys.executable).parent}{os.pathsep}{kept['PATH']}"
        return kept | {
            "PATH": path,
            "CONFIGPROXY_AUTH_TOKEN": self.teacher_token[::-1],
            "COURSE_CLASSROOM_MARK": self.mark,
        }

    def start_proxy(self):
        self._popen(
            "proxy",
            [
                self.proxy_program,
                "--ip=127.0.0.1",
                f"--port={self.port}",
                "--api-ip=127.0.0.1",
                f"--api-port={self.proxy_api_port}",
                f"--error-target={self.hub_url}/hub/error",
            ],
            self.state,
            self._environment(),
        )
        self._wait("proxy", f"{self.proxy_api}/api/routes", answers=(403,))

    def start(self):
        """Start the hub, or start it again: it finds the students' servers where they are."""
        plan = {
            "config": str(CONFIG),
            "url": self.url,
            "hub_url": self.hub_url,
            "proxy_api": self.proxy_api,
            "password": self.password,
            "teacher_token": self.teacher_token,
            "accounts": self.accounts,
            "homes": str(self.homes),
            "environment": {"COURSE_CLASSROOM_MARK": self.mark},
        }
        environment = self._environment() | {"COURSE_CLASSROOM": json.dumps(plan)}
        command = [sys.executable, "-m", "jupyterhub", "-f", HERE / "classroom_config.py"]
        self._popen("hub", command, self.state, environment)
        self._wait("hub", f"{self.url}/hub/api/", answers=(200,))

    def stop(self, how="terminate"):
        """End the hub alone, gently or at once ("kill"). The proxy and the students go on."""
        process = self.processes["hub"]
        hub = self._inner(process)
        getattr(hub, how)()
        process.wait(100)

    def _inner(self, process):
        """The process that nsenter waits for, or the process itself."""
        process = psutil.Process(process.pid)
        return process.children()[0] if self.accounts else process

    def _wait(self, name, url, answers, seconds=60):
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.processes[name].poll() is None:
            with contextlib.suppress(OSError):
                if _status(url) in answers:
                    return
            time.sleep(0.1)
        raise RuntimeError(f"The {name} did not start:\n{self.log(name)}")

    def log(self, name):
        return (self.folder / f"{name}.log").read_text(encoding="utf-8")[-5000:]

    # Students, seen from outside ----------------------------------------------------------------

    def home(self, name):
        """A student's home; root sees the small disk through the first process of the room."""
        path = self.homes / name
        return Path(f"/proc/{self.first}/root{path}") if self.accounts else path

    def processes_of(self, name):
        """The processes of one student: the server first, then kernels, in order of their start."""
        home, found = str(self.homes / name), []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                if self.accounts:
                    theirs = process.uids().real == self.account[name]
                else:
                    around = process.environ()
                    theirs = around.get("COURSE_CLASSROOM_MARK") == self.mark
                    theirs = theirs and around.get("HOME") == home
                if theirs and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(process)
        return sorted(found, key=lambda process: process.create_time())

    def kernels_of(self, name):
        return [one for one in self.processes_of(name) if "ipykernel_launcher" in one.cmdline()]

    def close(self):
        """End every process of the class, and remove its folder."""
        if self.room is not None:
            self.room.stdin.close()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.room.wait(10)
            self.room.kill()
            self.room.wait()
        for process in self.processes.values():
            process.kill()
            process.wait()
        for process in psutil.process_iter() if not self.accounts else ():
            with contextlib.suppress(psutil.Error):
                if process.environ().get("COURSE_CLASSROOM_MARK") == self.mark:
                    process.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


def _status(url):
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def _proxy_program(cache):
    """The path of configurable-http-proxy, fetched from npm if need be."""
    program = Path(cache) / "proxy" / "node_modules" / ".bin" / "configurable-http-proxy"
    if not program.exists():
        done = subprocess.run(
            [
                "npm",
                "install",
                "--silent",
                "--no-audit",
                "--no-fund",
                "--prefix",
                Path(cache) / "proxy",
                PROXY,
            ],
            capture_output=True,
            encoding="utf-8",
        )
        if done.returncode:
            raise RuntimeError(f"npm could not install {PROXY}:\n{done.stdout}{done.stderr}")
    return program.resolve()
