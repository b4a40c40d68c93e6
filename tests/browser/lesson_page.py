"""One lesson, open in a browser, in JupyterLab or in Notebook."""

import contextlib
import itertools
import re
import urllib.parse

WINDOW = {"width": 1280, "height": 800}
LIMIT = 180  # seconds that anything may take here; Run All takes under 30, on a quiet machine

# What Jupyter itself reports as an error, and why that is not ours.
NOT_OURS = {
    r"page error: .*undefined \(reading 'schema'\)": (
        "Notebook 7.6 looks for a setting before it has loaded it, whenever any notebook opens"
    ),
}

_SCRIPT = """
window.course = {
  panel: () => window.jupyterapp.shell.currentWidget,
  cells: () => window.course.panel().content.widgets,
  name: () => { for (const cell of window.course.cells())
    cell.node.setAttribute('data-cell-id', cell.model.id); },
  place: id => window.course.cells().findIndex(cell => cell.model.id === id),
  show: async id => {
    const at = window.course.place(id);
    await window.course.panel().content.scrollToItem(at, 'start');
    window.course.cells()[at].node.setAttribute('data-cell-id', id);
  },
  choose: id => { window.course.panel().content.activeCellIndex = window.course.place(id); },
  run: command => {
    window.course.ran = null;
    window.jupyterapp.commands.execute(command).then(
      value => { window.course.ran = {value: String(value)}; },
      error => { window.course.ran = {error: String(error)}; });
  },
  outputs: () => window.course.cells().filter(cell => cell.model.type === 'code').map(cell => ({
    id: cell.model.id, count: cell.model.executionCount,
    source: cell.model.sharedModel.getSource(),
    outputs: cell.model.outputs.toJSON()})),
};
"""


class LessonPage:
    """A lesson in a browser window of its own, with a record of what went wrong there.

    `.errors` holds what the console and the page reported, `.strangers` the addresses outside
    this machine that the page asked for.
    """

    _numbers = itertools.count(1)

    def __init__(self, browser, server, path, *, window=WINDOW, theme=None, scale=1):
        self.server, self.path = server, path
        self.errors, self.strangers = [], []
        self.context = browser.new_context(viewport=window, device_scale_factor=scale)
        self.context.set_default_timeout(60_000)
        self.page = self.context.new_page()
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.errors.append(f"page error: {error}"))
        self.context.on("request", lambda request: self._asked(request.url))
        self.page.on("websocket", lambda socket: self._asked(socket.url))
        self.visit()
        if theme:
            self.theme(theme)

    # Opening and running ------------------------------------------------------------------

    def visit(self):
        """Open the lesson, and wait until its kernel is there and idle."""
        path = urllib.parse.quote(self.path)
        if self.server.kind == "lab":
            workspace = f"test{next(self._numbers)}"
            self.page.goto(f"{self.server.url}/lab/workspaces/{workspace}/tree/{path}")
        else:
            self.page.goto(f"{self.server.url}/notebooks/{path}")
        self.wait_until(
            """() => { const panel = window.jupyterapp?.shell?.currentWidget;
            return panel?.context?.isReady && panel.content?.widgets?.length > 0; }"""
        )
        self.page.evaluate(_SCRIPT)
        self.wait_until(
            """() => { const session = window.course.panel().sessionContext;
            return session.isReady && session.session?.kernel?.connectionStatus === 'connected'
              && session.session.kernel.status === 'idle'; }"""
        )
        self.page.evaluate("window.course.name()")
        return self

    def wait_until(self, condition, arg=None):
        """Wait until a condition (JavaScript) holds. To look at each frame would slow the page."""
        self.page.wait_for_function(condition, arg=arg, timeout=LIMIT * 1000, polling=100)

    def run_all(self):
        """Run All Cells, and wait until every cell has run."""
        self.begin_run_all()
        return self.end_run_all()

    def begin_run_all(self):
        """Have all cells run, without waiting for them."""
        self._begin("notebook:run-all-cells")

    def end_run_all(self):
        """Wait until every cell has run."""
        self._end("notebook:run-all-cells")
        self.wait_until(
            "() => window.course.outputs().every(cell => !cell.source.trim() || cell.count)"
        )
        self.page.evaluate("window.course.name()")
        return self

    def run_cell(self, cell_id):
        """Run one cell, and wait until it has run."""
        self.page.evaluate("id => window.course.show(id)", cell_id)
        self.page.evaluate("id => window.course.choose(id)", cell_id)
        self._begin("notebook:run-cell")
        self._end("notebook:run-cell")

    def _begin(self, command):
        self.page.evaluate("command => window.course.run(command)", command)

    def _end(self, command):
        self.wait_until("() => window.course.ran !== null")
        ran = self.page.evaluate("window.course.ran")
        assert "error" not in ran, f"{command}: {ran['error']}"

    def run_code(self, code):
        """Run a line in the lesson's kernel, beside its cells, and return what it printed."""
        return self.page.evaluate(
            """async code => {
              const kernel = window.course.panel().sessionContext.session.kernel;
              const future = kernel.requestExecute({code, store_history: false});
              let printed = '';
              future.onIOPub = message => {
                if (message.header.msg_type === 'stream') printed += message.content.text;
                if (message.header.msg_type === 'error') printed += message.content.evalue;
              };
              await future.done;
              return printed; }""",
            code,
        )

    def save(self):
        """Save the notebook."""
        self._begin("docmanager:save")
        self._end("docmanager:save")

    def theme(self, name):
        """Change to "JupyterLab Light" or "JupyterLab Dark"."""
        self.page.evaluate(
            "theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})", name
        )
        self.wait_until("name => document.body.dataset.jpThemeName === name", name)
        self.page.wait_for_timeout(300)

    def close(self):
        """End the kernel, and close the window."""
        with contextlib.suppress(Exception):  # a window that failed may not answer any more
            self.page.evaluate("window.course.panel().sessionContext.shutdown()")
        self.context.close()

    # Looking ------------------------------------------------------------------------------

    def outputs(self):
        """Every code cell: id, count, source, outputs (as they would be stored)."""
        return self.page.evaluate("window.course.outputs()")

    def shown(self):
        """{cell: (words, pictures)} of outputs as the page shows them; a picture is [alt, width].

        What is stored folded is opened first.
        """
        self.page.evaluate("window.course.cells().forEach(cell => { cell.outputHidden = false; })")
        return self.page.evaluate(
            """async limit => {
            const found = {}, end = performance.now() + limit;
            for (const cell of window.course.cells()) {
              if (cell.model.type !== 'code' || !cell.model.outputs.length) continue;
              await window.course.show(cell.model.id);
              const drawn = () => {  // JupyterLab draws what is in view, the browser too
                const parts = [...cell.node.querySelectorAll('.jp-OutputArea-output')];
                return parts.length === cell.model.outputs.length && parts.every(part =>
                  part.hasChildNodes() && part.checkVisibility({contentVisibilityAuto: true}));
              };
              while (!drawn()) {
                if (performance.now() > end) throw new Error(`no output of ${cell.model.id}`);
                await new Promise(requestAnimationFrame);
              }
              const area = cell.node.querySelector('.jp-OutputArea');
              const pictures = [...area.querySelectorAll('img')];
              await Promise.all(pictures.map(e => e.decode().catch(() => {})));
              found[cell.model.id] = [area.innerText, pictures.map(e => [e.alt, e.naturalWidth])];
            }
            return found; }""",
            LIMIT * 1000,
        )

    def failures(self):
        """Sentences about cells that raised an error or wrote to stderr."""
        for cell in self.outputs():
            for output in cell["outputs"]:
                if output["output_type"] == "error":
                    yield f"cell {cell['id']}: {output['ename']}: {output['evalue']}"
                elif output.get("name") == "stderr":
                    yield f"cell {cell['id']} wrote to stderr: {output['text']}"

    def widget_cells(self, name=""):
        """The ids of the cells that show a widget (of that name), in order."""
        pattern = re.compile(rf"^(?:\w+ = )?widgets\.({name or chr(92) + 'w+'})\(", re.MULTILINE)
        return [cell["id"] for cell in self.outputs() if pattern.search(cell["source"])]

    def cell(self, cell_id):
        """A locator of a cell, scrolled into view."""
        self.page.evaluate("id => window.course.show(id)", cell_id)
        return self.page.locator(f'[data-cell-id="{cell_id}"]')

    def panel(self, cell_id):
        """A locator of the widget's box in a cell, scrolled into view."""
        box = self.cell(cell_id).locator(".rnn-panel").first
        box.wait_for(state="visible")
        return box

    def own_errors(self):
        """The errors without those of Jupyter itself."""
        return [e for e in self.errors if not any(re.search(known, e) for known in NOT_OURS)]

    def _console(self, message):
        if message.type == "error":
            self.errors.append(f"console: {message.text} ({message.location.get('url', '')})")

    def _asked(self, url):
        parts = urllib.parse.urlsplit(url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.hostname != "127.0.0.1":
            self.strangers.append(url)
