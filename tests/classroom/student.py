"""A student at a browser, without the browser: logs in, gets the course, runs, solves and saves."""

import asyncio
import json
import time
import urllib.parse
import uuid

import aiohttp
from yarl import URL

FOLDER = "rnn-course"
PATIENCE = 240  # seconds for one cell, with a whole class at work on two cores


class Refused(Exception):
    """The server said no; `.status` and `.text` are its answer."""

    def __init__(self, status, text):
        super().__init__(f"{status}: {text[:300]}")
        self.status, self.text = status, text


class Student:
    """One person, with the cookies of one browser. Made inside the loop that it lives in."""

    def __init__(self, hub, name):
        self.hub, self.name = hub, name
        self.base = f"{hub.url}/user/{name}"
        self.kernels = {}  # path of a notebook -> its Kernel
        self.saved = {}  # path of a notebook -> what was saved last
        jar = aiohttp.CookieJar(unsafe=True, quote_cookie=False)
        self.http = aiohttp.ClientSession(
            cookie_jar=jar, timeout=aiohttp.ClientTimeout(total=PATIENCE)
        )

    async def close(self):
        await asyncio.gather(*(kernel.close() for kernel in self.kernels.values()))
        await self.http.close()

    def xsrf(self, url):
        """What a page of ours sends along to show that it is ours."""
        cookie = self.http.cookie_jar.filter_cookies(URL(url)).get("_xsrf")
        return cookie.value if cookie else ""

    async def ask(self, method, path, body=None, **options):
        """Ask our own server, or the hub if path starts with /hub; return JSON, or None."""
        url = self.hub.url + path if path.startswith("/hub") else self.base + path
        headers = {"X-XSRFToken": self.xsrf(url)}
        async with self.http.request(method, url, json=body, headers=headers, **options) as answer:
            text = await answer.text()
            if answer.status >= 400:
                raise Refused(answer.status, text)
            return json.loads(text) if text.startswith(("{", "[")) else None

    # To the desk ------------------------------------------------------------------------------

    async def log_in(self):
        page = f"{self.hub.url}/hub/login"
        async with self.http.get(page) as answer:
            await answer.read()
        form = {"username": self.name, "password": self.hub.password, "_xsrf": self.xsrf(page)}
        async with self.http.post(page, data=form, allow_redirects=False) as answer:
            if answer.status != 302:
                raise Refused(answer.status, await answer.text())

    async def start_server(self):
        """Open the page that starts the server, wait as its progress bar does, and go in."""
        await self.ask("GET", f"/hub/spawn/{self.name}", allow_redirects=False)
        path = f"/hub/api/users/{self.name}/server/progress"
        last = [event async for event in self.events(self.hub.url + path)][-1]
        if not last.get("ready"):
            raise RuntimeError(f"The server of {self.name} did not start: {last}")
        await self.ask("GET", "/lab")  # by way of the hub, which gives us the server's cookie

    async def stop_server(self):
        await self.ask("DELETE", f"/hub/api/users/{self.name}/server")

    async def events(self, url):
        """The JSON events of a stream, as a browser's EventSource gives them."""
        async with self.http.get(url) as answer:
            if answer.status >= 400:
                raise Refused(answer.status, await answer.text())
            async for line in answer.content:
                if line.startswith(b"data:"):
                    yield json.loads(line.removeprefix(b"data:"))

    async def pull(self):
        """Follow the link that the teacher gave: nbgitpuller clones the course, or merges."""
        query = urllib.parse.urlencode({"repo": self.hub.course.url, "branch": "main"})
        link = f"/hub/user-redirect/git-pull?{query}&urlpath=lab/tree/{FOLDER}/notebooks"
        await self.ask("GET", link)  # the page, whose script then asks for this:
        events = [one async for one in self.events(f"{self.base}/git-pull/api?{query}")]
        if events[-1]["phase"] != "finished":
            raise RuntimeError(f"{self.name}: {events[-1].get('message')}\n{events}")

    # At work ----------------------------------------------------------------------------------

    async def open(self, path):
        """Return the notebook and its kernel, which is started if need be."""
        answer = await self.ask("GET", f"/api/contents/{path}?type=notebook&content=1")
        if path not in self.kernels:
            session = await self.ask(
                "POST",
                "/api/sessions",
                {
                    "path": path,
                    "name": path,
                    "type": "notebook",
                    "kernel": {"name": "python3"},
                },
            )
            self.kernels[path] = Kernel(self, session)
            await self.kernels[path].connect()
        return answer["content"], self.kernels[path]

    async def shut(self, path):
        """Shut down a notebook's kernel."""
        kernel = self.kernels.pop(path)
        await kernel.close()
        await self.ask("DELETE", f"/api/sessions/{kernel.session}")

    async def save(self, path, notebook):
        await self.ask(
            "PUT",
            f"/api/contents/{path}",
            {
                "type": "notebook",
                "format": "json",
                "content": notebook,
            },
        )
        self.saved[path] = json.loads(json.dumps(notebook))

    async def run_all(self, path, solve=None):
        """Run every cell, keep what it shows, and save; return the notebook and CPU seconds.

        solve: cell id -> source that the student has typed in its place.
        """
        notebook, kernel = await self.open(path)
        for cell in notebook["cells"]:
            if cell["cell_type"] == "code":
                cell["source"] = (solve or {}).get(cell["id"], cell["source"])
                await kernel.run_cell(cell)
        await self.save(path, notebook)
        return notebook, await kernel.cpu_seconds()


class Kernel:
    """The websocket of one kernel."""

    def __init__(self, student, session):
        self.student, self.session = student, session["id"]
        self.id = session["kernel"]["id"]

    async def connect(self):
        student = self.student
        url = f"{student.base}/api/kernels/{self.id}/channels?session_id={uuid.uuid4().hex}"
        self.socket = await student.http.ws_connect(
            url, origin=student.hub.url, max_msg_size=0, timeout=aiohttp.ClientWSTimeout(ws_close=5)
        )
        self.messages = asyncio.Queue()
        self.reader = asyncio.create_task(self._read())

    async def send(self, kind, content, channel="shell"):
        header = {
            "msg_id": uuid.uuid4().hex,
            "msg_type": kind,
            "username": self.student.name,
            "session": self.session,
            "version": "5.3",
            "date": "2025-01-01T00:00:00Z",
        }
        await self.socket.send_json(
            {
                "header": header,
                "parent_header": {},
                "metadata": {},
                "content": content,
                "channel": channel,
                "buffers": [],
            }
        )
        return header["msg_id"]

    async def execute(self, code, seconds=PATIENCE, expressions=None):
        """Run code; return its outputs as a notebook stores them, and the reply."""
        request = await self.send(
            "execute_request",
            {
                "code": code,
                "silent": False,
                "store_history": True,
                "allow_stdin": False,
                "stop_on_error": False,
                "user_expressions": expressions or {},
            },
        )
        outputs, reply, idle = [], None, False
        async with asyncio.timeout(seconds):
            while reply is None or not idle:
                message = await self.receive()
                kind, content = message["msg_type"], message["content"]
                if content.get("execution_state") in ("restarting", "dead"):
                    raise KernelDied(f"{self.student.name}: {content}")
                if message["parent_header"].get("msg_id") != request:
                    continue
                if kind == "execute_reply":
                    reply = content
                elif kind == "status":
                    idle = content["execution_state"] == "idle"
                elif kind in ("stream", "display_data", "execute_result", "error"):
                    _add(outputs, kind, content)
        return outputs, reply

    async def _read(self):
        """Take in what comes, at all times: it also answers the server's question who is there."""
        async for frame in self.socket:
            if frame.type == aiohttp.WSMsgType.TEXT:
                self.messages.put_nowait(json.loads(frame.data))
            elif frame.type == aiohttp.WSMsgType.BINARY:  # JSON, then a widget's buffers
                count = int.from_bytes(frame.data[:4], "big")
                starts = [int.from_bytes(frame.data[4 * i : 4 * i + 4], "big") for i in (1, 2)]
                end = starts[1] if count > 1 else None
                self.messages.put_nowait(json.loads(frame.data[starts[0] : end]))
        self.messages.put_nowait(None)

    async def receive(self):
        """The next message; a websocket that closes is an error, as a student would see one."""
        message = await self.messages.get()
        if message is None:
            self.messages.put_nowait(None)
            code = self.socket.close_code
            raise ConnectionError(
                f"{self.student.name}: the connection to a kernel was lost: {code}"
            )
        return message

    async def close(self):
        self.reader.cancel()
        await self.socket.close()

    async def run_cell(self, cell):
        outputs, reply = await self.execute(cell["source"])
        cell["outputs"], cell["execution_count"] = outputs, reply["execution_count"]

    async def value(self, expression):
        """What an expression is in the kernel, as a string."""
        _, reply = await self.execute("", expressions={"value": f"str({expression})"})
        answer = reply["user_expressions"]["value"]
        if answer["status"] != "ok":
            raise RuntimeError(f"{expression}: {answer}")
        return answer["data"]["text/plain"][1:-1]

    async def cpu_seconds(self):
        return float(await self.value("__import__('time').process_time()"))

    async def interrupt(self):
        await self.student.ask("POST", f"/api/kernels/{self.id}/interrupt", {})


class KernelDied(Exception):
    """The kernel ended while it ran a cell."""


def _add(outputs, kind, content):
    content = {key: value for key, value in content.items() if key != "transient"}
    last = outputs[-1] if outputs else {}
    if kind == "stream" and (last.get("output_type"), last.get("name")) == (kind, content["name"]):
        last["text"] += content["text"]
    else:
        outputs.append({"output_type": kind, **content})


def errors_in(notebook):
    """The errors that a notebook shows where none is meant to be."""
    return [
        f"{cell['id']}: {output['ename']}: {output['evalue']}"
        for cell in notebook["cells"]
        if cell["cell_type"] == "code"
        and "raises-exception" not in cell["metadata"].get("tags", ())
        for output in cell["outputs"]
        if output["output_type"] == "error"
    ]


def words_of(cell):
    """All the text that a cell shows."""
    shown = []
    for output in cell["outputs"]:
        shown.append(output.get("text", ""))
        shown.append(output.get("data", {}).get("text/plain", ""))
        shown.append(output.get("evalue", ""))
    return "\n".join(shown)


class Stopwatch:
    """Seconds since it was made."""

    def __init__(self):
        self.start = time.monotonic()

    @property
    def seconds(self):
        return time.monotonic() - self.start
