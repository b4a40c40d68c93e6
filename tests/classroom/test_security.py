"""What a curious student tries on a neighbour, through the hub and beside it: all is refused.

Each attempt is first made by the neighbour, who must succeed: so it is a real door that is closed.
"""

import asyncio
import json
import re

import aiohttp
import pytest
from hub import STUDENTS
from lesson import NOTEBOOKS, lesson_path
from student import FOLDER, Refused

from conftest import require

CURIOUS, VICTIM, ABSENT = STUDENTS[5], STUDENTS[6], STUDENTS[7]
SECRET = "the-answer-is-in-here"
DENIED = (400, 401, 403, 404, 405)
SECOND_NOTEBOOK = lesson_path(2)


def doors(kernel, session, terminal):
    """(method, path, body) below a student's own address: reading first, then changing."""
    secret = f"/api/contents/{FOLDER}/secret.txt"
    note = {"type": "file", "format": "text", "content": "changed"}
    return [
        ("GET", secret, None),
        ("GET", f"/files/{FOLDER}/secret.txt", None),
        ("GET", f"/api/contents/{FOLDER}", None),
        ("GET", f"/api/contents/{SECOND_NOTEBOOK}", None),
        ("GET", f"/nbconvert/script/{SECOND_NOTEBOOK}", None),
        ("GET", f"/lab/tree/{SECOND_NOTEBOOK}", None),
        ("GET", "/lab", None),
        ("GET", "/lab/api/workspaces", None),
        ("GET", "/api/status", None),
        ("GET", "/api/me", None),
        ("GET", "/api/sessions", None),
        ("GET", "/api/kernels", None),
        ("GET", f"/api/kernels/{kernel}", None),
        ("GET", f"/api/sessions/{session}", None),
        ("GET", "/api/terminals", None),
        ("GET", "/git-pull?repo=file:///nowhere", None),
        ("PUT", secret, note),
        ("POST", f"/api/contents/{FOLDER}", {"type": "file", "ext": ".txt"}),
        ("PATCH", secret, {"path": f"{FOLDER}/secret.txt"}),
        ("POST", f"{secret}/checkpoints", {}),
        ("POST", f"/api/kernels/{kernel}/interrupt", {}),
        ("POST", "/api/terminals", {}),
        ("DELETE", f"/api/terminals/{terminal}", None),
    ]


def hub_doors():
    """What the hub itself must refuse; {them} is the neighbour, {absent} has no server running."""
    return [
        ("GET", "/hub/api/users/{them}", None),
        ("GET", "/hub/api/users/{them}/tokens", None),
        ("GET", "/hub/api/users/{them}/server/progress", None),
        ("POST", "/hub/api/users/{them}/tokens", {"note": "mine now"}),
        ("POST", "/hub/api/users/{them}/servers/second", {}),
        ("POST", "/hub/api/users/{absent}/server", {}),
        ("GET", "/hub/spawn/{absent}", None),
        ("POST", "/hub/spawn/{absent}", {}),
        ("GET", "/hub/user/{absent}/lab", None),
        ("PATCH", "/hub/api/users/{them}", {"admin": True}),
        ("PATCH", "/hub/api/users/{me}", {"admin": True}),
        ("POST", "/hub/api/users/{them}/activity", {"last_activity": "2099-01-01T00:00:00Z"}),
        ("GET", "/hub/api/users", None),
        ("POST", "/hub/api/users", {"usernames": ["friend"]}),
        ("GET", "/hub/admin", None),
        ("GET", "/hub/api/services", None),
        ("GET", "/hub/api/proxy", None),
        ("POST", "/hub/api/groups/cheats", {}),
        ("POST", "/hub/api/shutdown", {}),
        ("DELETE", "/hub/api/users/{them}/server", None),
        ("DELETE", "/hub/api/users/{them}", None),
    ]


class Burglar:
    """Tries doors with one kind of key, and counts."""

    def __init__(self, hub, http, headers=None, query="", cookies_of=None):
        self.hub, self.http = hub, http
        self.headers, self.query, self.student = headers or {}, query, cookies_of

    async def try_door(self, method, path, body):
        """Return what is wrong: "" if the door stayed closed."""
        url = self.hub.url + path
        url += ("&" if "?" in url else "?") + self.query if self.query else ""
        headers = dict(self.headers)
        if self.student:  # the token of every page that the student's browser knows
            headers["X-XSRFToken"] = self.student.xsrf(self.student.base + "/")
            if path.startswith("/hub"):
                headers["X-XSRFToken"] = self.student.xsrf(self.hub.url + "/hub/")
        async with self.http.request(method, url, json=body, headers=headers) as answer:
            text = await answer.text()
            landed = answer.url.path
            closed = answer.status in DENIED or landed == "/hub/login"
            if SECRET in text or not closed:
                return f"{method} {path}: {answer.status} at {landed}: {text[:200]}"
        return ""

    async def try_socket(self, path):
        url = self.hub.url + path + (f"?{self.query}" if self.query else "")
        try:
            socket = await self.http.ws_connect(url, headers=self.headers, origin=self.hub.url)
        except aiohttp.WSServerHandshakeError as refused:
            return "" if refused.status in DENIED else f"{path}: {refused.status}"
        await socket.close()
        return f"{path}: open"


@pytest.fixture(scope="module")
def scene(hub, people, lesson_day, run):
    """The neighbour has a secret, a kernel and a terminal; a third student has gone home."""

    async def prepare():
        victim = people[VICTIM]
        note = {"type": "file", "format": "text", "content": SECRET}
        await victim.ask("PUT", f"/api/contents/{FOLDER}/secret.txt", note)
        kernel = victim.kernels[lesson_path(0)]
        await kernel.execute(f"secret = {SECRET!r}")
        terminal = (await victim.ask("POST", "/api/terminals", {}))["name"]
        await people[ABSENT].stop_server()
        for _ in range(300):
            if not (await people[ABSENT].ask("GET", f"/hub/api/users/{ABSENT}"))["servers"]:
                break
            await asyncio.sleep(0.1)
        return kernel, terminal

    yield run(prepare())
    # The third student comes back for the tests that follow.
    run(people[ABSENT].start_server())
    people[ABSENT].kernels.clear()


async def keys(hub, curious):
    """Every kind of key that a student can come by: {name: (headers, query, with cookies)}."""
    made = await curious.ask("POST", f"/hub/api/users/{CURIOUS}/tokens", {"note": "for scripts"})
    servers = await curious.kernels[lesson_path(0)].value(
        "__import__('os').environ['JUPYTERHUB_API_TOKEN']"
    )
    assert re.fullmatch(r"\w{32,}", servers)
    return {
        "no key": ({}, "", False),
        "a made-up token": ({"Authorization": f"token {'0' * 32}"}, "", False),
        "own cookies": ({}, "", True),
        "own token": ({"Authorization": f"token {made['token']}"}, "", False),
        "own token in the address": ({}, f"token={made['token']}", False),
        "own token as bearer": ({"Authorization": f"Bearer {made['token']}"}, "", False),
        "the own server's token": ({"Authorization": f"token {servers}"}, "", False),
    }


@pytest.fixture(scope="module")
def attempts(hub, people, scene, run):
    """All attempts: number made, and those that were not refused."""
    kernel, terminal = scene
    curious = people[CURIOUS]
    names = {"them": VICTIM, "absent": ABSENT, "me": CURIOUS}
    ours = [
        (method, f"/user/{VICTIM}{path}", body)
        for method, path, body in doors(kernel.id, kernel.session, terminal)
    ]
    ours += [(method, path.format(**names), body) for method, path, body in hub_doors()]
    sockets = [
        f"/user/{VICTIM}/api/kernels/{kernel.id}/channels",
        f"/user/{VICTIM}/terminals/websocket/{terminal}",
        f"/user/{VICTIM}/api/events/subscribe",
    ]

    async def try_all():
        made, opened = 0, []
        for name, (headers, query, with_cookies) in (await keys(hub, curious)).items():
            jar = curious.http.cookie_jar if with_cookies else aiohttp.DummyCookieJar()
            http = aiohttp.ClientSession(
                cookie_jar=jar, connector=curious.http.connector, connector_owner=False
            )
            burglar = Burglar(hub, http, headers, query, curious if with_cookies else None)
            results = [await burglar.try_door(*door) for door in ours]
            results += [await burglar.try_socket(path) for path in sockets]
            made += len(results)
            opened += [f"with {name}: {result}" for result in results if result]
            await http.close()
        return made, opened

    return run(try_all())


def test_owner_passes_every_door(people, scene, run):
    """The addresses are right: their owner gets an answer at each, by cookie and by websocket."""
    kernel, terminal = scene

    async def walk():
        victim, wrong = people[VICTIM], []
        for method, path, body in doors(kernel.id, kernel.session, terminal)[:-1]:
            try:
                await victim.ask(method, path, body)
            except Refused as refused:
                wrong.append(f"{method} {path}: {refused}")
        for path in (f"/terminals/websocket/{terminal}", "/api/events/subscribe"):
            socket = await victim.http.ws_connect(victim.base + path, origin=victim.hub.url)
            await socket.close()
        note = {"type": "file", "format": "text", "content": SECRET}
        await victim.ask("PUT", f"/api/contents/{FOLDER}/secret.txt", note)
        return wrong

    assert run(walk()) == []


def test_every_attempt_is_refused(attempts, figures):
    made, opened = attempts
    assert opened == []
    assert made >= 300
    figures.append(f"Security: {made} requests with seven kinds of keys, all refused")


def test_nothing_has_changed(hub, people, scene, attempts, run):
    kernel, terminal = scene
    victim = people[VICTIM]
    secret = run(victim.ask("GET", f"/api/contents/{FOLDER}/secret.txt"))
    assert secret["content"] == SECRET
    assert run(kernel.value("secret")) == SECRET
    assert terminal in [one["name"] for one in run(victim.ask("GET", "/api/terminals"))]
    own = run(people[CURIOUS].ask("GET", f"/hub/api/users/{CURIOUS}"))
    assert not own.get("admin")
    assert run(people[ABSENT].ask("GET", f"/hub/api/users/{ABSENT}"))["servers"] == {}
    assert hub.processes_of(ABSENT) == []


def test_a_page_elsewhere_cannot_ride_on_cookies(hub, people, scene, run):
    """A request with the owner's cookies, as a foreign page makes it: without the page's token."""
    kernel, _ = scene
    victim = people[VICTIM]

    async def ride():
        answers = []
        for method, path in (
            ("PUT", f"/api/contents/{FOLDER}/secret.txt"),
            ("POST", "/api/terminals"),
            ("POST", f"/api/kernels/{kernel.id}/restart"),
            ("DELETE", f"/api/kernels/{kernel.id}"),
        ):
            headers = {"Origin": "http://elsewhere.example", "Content-Type": "text/plain"}
            async with victim.http.request(
                method, victim.base + path, data="{}", headers=headers
            ) as answer:
                answers.append(answer.status)
        address = f"{victim.base}/api/kernels/{kernel.id}/channels"
        try:
            await victim.http.ws_connect(address, origin="http://elsewhere.example")
        except aiohttp.WSServerHandshakeError as refused:
            answers.append(refused.status)
        return answers

    assert run(ride()) == [403] * 5


INSIDE = """
import json, os, socket, urllib.request, urllib.error, zlib
home, folder, pid, ports = {home!r}, {folder!r}, {pid!r}, {ports!r}
tries = {{
    "list the home": lambda: os.listdir(home),
    "read a file": lambda: open(f"{{home}}/{{folder}}/secret.txt").read(),
    "write a file": lambda: open(f"{{home}}/{{folder}}/new.txt", "w"),
    "read a connection file": lambda: os.listdir(f"{{home}}/.jupyter_run"),
    "read the environment": lambda: open(f"/proc/{{pid}}/environ").read(),
    "read the memory": lambda: open(f"/proc/{{pid}}/mem", "rb").read(1),
    "look at open files": lambda: os.listdir(f"/proc/{{pid}}/fd"),
    "stop the server": lambda: os.kill(pid, 15),
    "read the hub's database": lambda: open({state!r} + "/jupyterhub.sqlite", "rb").read(),
    "read the hub's cookie secret": lambda: open({state!r} + "/jupyterhub_cookie_secret").read(),
}}
token = os.environ["JUPYTERHUB_API_TOKEN"]
def ask(url, **headers):
    return lambda: urllib.request.urlopen(urllib.request.Request(url, headers=headers)).read()
for what, url in ports.items():
    tries[f"{{what}}, no key"] = ask(url)
    tries[f"{{what}}, own token"] = ask(url, Authorization=f"token {{token}}")
got = {{}}
for what, action in tries.items():
    try:
        got[what] = f"open: {{action()!r}}"[:200]
    except urllib.error.HTTPError as error:
        got[what] = "refused" if error.code in (401, 403, 404) else f"open: {{error}}"
    except PermissionError:
        got[what] = "refused"
    except Exception as error:
        got[what] = f"open: {{type(error).__name__}}: {{error}}"
answer = zlib.compress(json.dumps(got).encode()).hex()
"""


def test_beside_the_hub(hub, people, scene, figures, run):
    """From a kernel: the neighbour's files, processes and port, the hub's files, the proxy's API."""
    require(hub.accounts, "Files are kept apart by accounts: run as root.")
    (server, *_) = hub.processes_of(VICTIM)
    port = next(one.laddr.port for one in server.net_connections("tcp") if one.status == "LISTEN")
    code = INSIDE.format(
        home=str(hub.homes / VICTIM),
        folder=FOLDER,
        pid=inner_pid(server),
        state=str(hub.state),
        ports={
            "the server itself": f"http://127.0.0.1:{port}/user/{VICTIM}/api/contents",
            "the proxy's routes": f"{hub.proxy_api}/api/routes",
            "the hub's users": f"{hub.hub_url}/hub/api/users",
        },
    )
    kernel = people[CURIOUS].kernels[lesson_path(0)]

    async def look():
        outputs, _ = await kernel.execute(code)
        assert outputs == []
        return json.loads(
            __import__("zlib").decompress(bytes.fromhex(await kernel.value("answer")))
        )

    got = run(look())
    assert len(got) == 16
    assert {what: answer for what, answer in got.items() if answer != "refused"} == {}
    figures.append(f"  and {len(got)} attempts from a kernel on the same machine, all refused")


def inner_pid(process):
    """The number of a process inside the class's room."""
    with open(f"/proc/{process.pid}/status", encoding="utf-8") as status:
        return int(re.search(r"^NSpid:.*\s(\d+)$", status.read(), re.MULTILINE)[1])


SPEAK = """
import threading, time, zmq
loudspeaker = zmq.Context.instance().socket(zmq.PUB)
port = loudspeaker.bind_to_random_port("tcp://127.0.0.1")
def speak():
    for _ in range(50):
        loudspeaker.send_string(secret)
        time.sleep(0.1)
threading.Thread(target=speak).start()
"""
LISTEN = """
import time, zmq
heard = set()
ears = {{port: zmq.Context.instance().socket(zmq.SUB) for port in {ports}}}
for port, ear in ears.items():
    ear.setsockopt(zmq.SUBSCRIBE, b"")
    ear.connect(f"tcp://127.0.0.1:{{port}}")
end = time.monotonic() + 4
while time.monotonic() < end:
    for port, ear in ears.items():
        if ear.poll(20) and b"{secret}" in b"".join(ear.recv_multipart()):
            heard.add(port)
"""


def test_a_kernel_is_not_overheard(hub, people, scene, figures, run):
    """On TCP, everyone on the machine can read what a kernel prints: here nothing is to be heard.

    The neighbour's own loudspeaker shows that the listener can hear.
    """
    kernel, _ = scene
    listener = people[CURIOUS].kernels[lesson_path(0)]

    async def eavesdrop():
        await kernel.execute(SPEAK)
        loud = int(await kernel.value("port"))
        process = next(
            one for one in hub.kernels_of(VICTIM) if kernel.id in " ".join(one.cmdline())
        )
        ports = {one.laddr.port for one in process.net_connections("tcp") if one.status == "LISTEN"}
        listening = asyncio.create_task(
            listener.execute(LISTEN.format(ports=sorted(ports), secret=SECRET))
        )
        for _ in range(30):
            await kernel.execute("print(secret)")
            await asyncio.sleep(0.1)
        outputs, _ = await listening
        assert outputs == []
        return loud, ports, await listener.value("sorted(heard)")

    loud, ports, heard = run(eavesdrop())
    assert loud in ports
    assert heard == f"[{loud}]"
    run(kernel.execute("loudspeaker.close()"))


def test_links_do_not_lead_out(hub, people, scene, run):
    """A link in one's own folder that points into the neighbour's home."""
    require(hub.accounts, "Files are kept apart by accounts: run as root.")
    curious = people[CURIOUS]
    link = f"import os; os.symlink({str(hub.homes / VICTIM / FOLDER)!r}, 'neighbour')"

    async def follow():
        outputs, _ = await curious.kernels[lesson_path(0)].execute(link)
        assert outputs == []
        refused = []
        for path in ("api/contents", "files"):
            try:
                text = await curious.ask("GET", f"/{path}/{NOTEBOOKS}/neighbour/secret.txt")
                refused.append(str(text))
            except Refused as error:
                refused.append(error.status)
                assert SECRET not in error.text
        return refused

    for answer in run(follow()):
        assert answer in (403, 404, 500), answer
