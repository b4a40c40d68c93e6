"""What binder/hub offers a teacher: the configuration is one that JupyterHub knows, the three ways
give the same limits, the table of sizes is the arithmetic it says, and only the class may log in."""

import json
import re
import subprocess
import sys

import pytest
from hub import CONFIG, HERE, STUDENTS
from traitlets.config.loader import PyFileConfigLoader

from conftest import require
from tools import need

FOLDER = CONFIG.parent
README = (FOLDER / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def config():
    need("jupyterhub")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CONFIGPROXY_AUTH_TOKEN", "secret")
        return PyFileConfigLoader(str(CONFIG)).load_config()


@pytest.fixture(scope="module")
def values():
    return need("yaml").safe_load((FOLDER / "values.yaml").read_text(encoding="utf-8"))


def test_jupyterhub_knows_every_setting(config):
    from jupyterhub.app import JupyterHub
    from jupyterhub.auth import PAMAuthenticator
    from jupyterhub.proxy import ConfigurableHTTPProxy

    spawner = config.JupyterHub.spawner_class
    known = {one.__name__: one for one in (JupyterHub, PAMAuthenticator, ConfigurableHTTPProxy)}
    known |= {"Spawner": spawner, "ClassroomSpawner": spawner}
    assert set(config) <= set(known)
    for section in config:
        traits = known[section].class_traits(config=True)
        assert set(config[section]) <= set(traits), section


def test_jupyter_server_knows_every_argument(config):
    from jupyter_client.manager import KernelManager
    from jupyter_server.services.kernels.kernelmanager import MappingKernelManager
    from jupyterhub.services.auth import HubOAuth

    known = {one.__name__: one for one in (KernelManager, MappingKernelManager, HubOAuth)}
    for argument in config.Spawner.args:
        owner, trait = re.fullmatch(r"--(\w+)\.(\w+)=\w+", argument).groups()
        assert trait in known[owner].class_traits(config=True), argument


def test_kubernetes_gets_the_same_limits(config, values):
    single = values["singleuser"]
    assert single["memory"]["limit"] == config.ClassroomSpawner.mem_limit
    assert single["extraEnv"] == config.Spawner.environment
    assert single["defaultUrl"] == config.Spawner.default_url
    (culler,) = config.JupyterHub.services
    arguments = dict(one.lstrip("-").split("=") for one in culler["command"] if "=" in one)
    cull = values["cull"]
    assert {"timeout": cull["timeout"], "max-age": cull["maxAge"], "cull-every": cull["every"]} == {
        name: int(value) for name, value in arguments.items()
    }
    assert f"limits.memory {single['memory']['limit']}" in README
    assert f"services.cull.timeout {cull['timeout']}\n" in README
    assert f"services.cull.max_age {cull['maxAge']}\n" in README


def test_versions_agree():
    pinned = (FOLDER / "requirements.txt").read_text(encoding="utf-8")
    (puller,) = re.findall(r"^nbgitpuller==.+$", pinned, re.MULTILINE)
    assert puller in README
    (proxy,) = set(re.findall(r"configurable-http-proxy@[\d.]+", pinned + README))
    assert proxy in (HERE / "hub.py").read_text(encoding="utf-8")


def test_sizes_follow_from_the_measured_ones():
    """Every row of the table is the rule above it."""
    (each,) = map(float, re.findall(r"students × ([\d.]+) GB \+ 2 GB", README))
    (cpu, within) = map(float, re.search(r"students × (\d+) s ÷ (\d+) s", README).groups())
    rows = re.findall(r"^\| ([\d,]+) \| ([\d.]+) (GB|TB) \| ([\d,]+) \| ([\d,]+) \|", README, re.M)
    assert [row[0] for row in rows] == ["12", "50", "300", "5,000"]
    for students, memory, unit, spread, at_once in rows:
        students = int(students.replace(",", ""))
        memory = float(memory) * (1000 if unit == "TB" else 1)
        assert memory == pytest.approx(students * each + 2, rel=0.02)
        for cores, seconds in ((spread, within), (at_once, within / 5)):
            assert abs(int(cores.replace(",", "")) - students * cpu / seconds) < 1, students


LOG_IN = """
import asyncio, json, sys
from jupyterhub.app import JupyterHub
from jupyterhub.auth import PAMAuthenticator

hub = JupyterHub()
hub.load_config_file(sys.argv[1])
assert hub.config.JupyterHub.authenticator_class == "pam"
config = {"open_sessions": False, "config": hub.config}
authenticator = PAMAuthenticator(**config)
open_to_all = PAMAuthenticator(allow_all=True, **config)

async def try_all():
    data = {"username": "stranger", "password": json.loads(sys.argv[2])[2][1]}
    found = [(await open_to_all.get_authenticated_user(None, data))["name"]]
    for name, password in json.loads(sys.argv[2]):
        data = {"username": name, "password": password}
        user = await authenticator.get_authenticated_user(None, data)
        found.append(user and [user["name"], user["admin"]])
    return found

print(json.dumps(asyncio.run(try_all())))
"""


def test_only_the_class_may_log_in(hub):
    """The way in that the configuration has by itself: accounts, passwords, groups."""
    require(hub.accounts, "Accounts for a test need root.")
    tries = [
        (STUDENTS[0], hub.password),
        ("teacher", hub.password),
        ("stranger", hub.password),  # an account of the machine, in neither group
        (STUDENTS[0], "guessed"),
        ("teacher", ""),
        ("nobody", ""),
        ("root", hub.password),
    ]
    done = subprocess.run(
        [
            "nsenter",
            f"--target={hub.first}",
            "--mount",
            "--pid",
            sys.executable,
            "-c",
            LOG_IN,
            CONFIG,
            json.dumps(tries),
        ],
        capture_output=True,
        encoding="utf-8",
        env={"CONFIGPROXY_AUTH_TOKEN": "x", "PATH": "/usr/bin:/bin"},
    )
    assert done.returncode == 0, done.stderr
    stranger, student, teacher, *refused = json.loads(done.stdout)
    assert stranger == "stranger"  # whose password is right: it is the group that is missing
    assert student == [STUDENTS[0], False]
    assert teacher == ["teacher", True]
    assert refused == [None] * 5
