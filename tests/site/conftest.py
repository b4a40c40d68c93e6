"""The site, built once without a network, served on this machine, and looked at in Chromium."""

import functools
import http.server
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections import namedtuple
from pathlib import Path

import pytest

from reading import ROOT
from tools import missing, need

HERE = ROOT / ".site"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
Built = namedtuple("Built", "folder seconds output")


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """The site of this repository, as if it were called ada/rnn-course on GitHub.

    While tests are written, COURSE_SITE may name a folder where it has been built like that.
    """
    if "COURSE_SITE" in os.environ:
        return Built(Path(os.environ["COURSE_SITE"]) / "html", 0.0, "")
    for module in ("sphinx", "myst_nb", "sphinx_book_theme", "PIL"):
        need(module)
    if not shutil.which("node") or not (HERE / "node_modules" / "mathjax").exists():
        missing("Node or MathJax is missing: npm ci --prefix .site")
    alone = ["unshare", "--map-root-user", "--net"]  # without a network, where that can be had
    if subprocess.run([*alone, "true"], capture_output=True, check=False).returncode:
        alone = []
    folder, start = tmp_path_factory.mktemp("site"), time.monotonic()
    done = subprocess.run(
        [*alone, sys.executable, HERE / "build.py", folder],
        env=os.environ | {"GITHUB_REPOSITORY": "ada/rnn-course", "GITHUB_REF_NAME": "main"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return Built(folder / "html", time.monotonic() - start, done.stdout + done.stderr)


def page_names(folder):
    names = (path.relative_to(folder).as_posix() for path in folder.rglob("*.html"))
    return sorted(name for name in names if not name.startswith("_"))


def lesson_names(folder):
    return [name for name in page_names(folder) if re.match(r"notebooks/\d\d_", name)]


@pytest.fixture(scope="session")
def chromium():
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if not program:
        missing("Chromium is not installed.")
    playwright = need("playwright.sync_api").sync_playwright().start()
    browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
    yield browser
    browser.close()
    playwright.stop()


@pytest.fixture(scope="session")
def address(built):
    """Where the site is served."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *words):
            pass

    handler = functools.partial(Quiet, directory=built.folder)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()


@pytest.fixture(scope="session")
def axe():
    source = HERE / "node_modules" / "axe-core" / "axe.min.js"
    if not source.exists():
        missing("axe-core is missing: npm ci --prefix .site")
    return source.read_text(encoding="utf-8")


class Sheet:
    """A page of the browser that notes what went wrong in it, and what it asked of other places."""

    def __init__(self, browser, address, width, theme="light"):
        self.address, self.troubles = address, []
        self.context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=theme, reduced_motion="reduce"
        )
        self.page = self.context.new_page()
        self.page.on("pageerror", lambda error: self.troubles.append(str(error)))
        self.page.on("response", self._note)
        self.page.on("request", self._note_request)

    def _note(self, response):
        if response.status >= 400:
            self.troubles.append(f"{response.status} {response.url}")

    def _note_request(self, request):
        if not request.url.startswith((self.address, "data:", "blob:")):
            self.troubles.append(f"asks for {request.url}")

    def open(self, name):
        self.page.goto(self.address + name, wait_until="load")
        return self.page


@pytest.fixture
def sheet(chromium, address):
    """A function that opens a Sheet; all are closed after the test."""
    opened = []

    def new(width=1280, theme="light"):
        opened.append(Sheet(chromium, address, width, theme))
        return opened[-1]

    yield new
    for one in opened:
        one.context.close()
