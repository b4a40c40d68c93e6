"""Watch a network train: its speed, its loss and what it says; start, pause, resume and stop it.

Training runs in short slices on the kernel's event loop, and not in a thread of its own. Between
two slices the kernel does whatever else it is asked: buttons, sliders, cells. So nobody ever sees
a network in the middle of an update, nothing needs a lock, and the losses are those of one long
call. A thread would not hear the kernel's interrupt, and would change the weights under the hands
of every cell that runs meanwhile. Buttons may be heard in another thread (JupyterLab sends them
through a subshell of the kernel); all they do is leave a word for the loop.
"""

import asyncio
import html
import signal
import threading
import time
import weakref

import ipywidgets

from ..plots.style import INKS, visible
from .base import Panel, text, write
from .live_training import Training, summary
from .loss_chart import HEIGHT, WIDTH, loss_chart

_dashboards = weakref.WeakSet()  # only one of them trains at a time
_ENTRIES = 8  # of the diary are shown


class Dashboard(Panel):
    """The box. `.model` can be used at any time; `.losses`, in nats, summed over each chunk.

    `.state` is "ready", "training", "paused", "stopped" or "finished". What the buttons do,
    `.start()`, `.pause()`, `.resume()` and `.stop()` do as well.
    """

    def __init__(self, model, text_to_learn, iterations, baselines, batch_size):
        if iterations < 1:
            raise ValueError(f"iterations must be 1 or more, not {iterations}.")
        self.model, self.iterations = model, iterations
        self.training = Training(model, text_to_learn, iterations, batch_size)
        self.baselines, self.state = dict(baselines or {}), "ready"
        self._task, self._interrupted, self._trouble = None, False, ""
        self._saved_handler = None
        try:
            self._loop = asyncio.get_running_loop()  # that of the kernel: cells run in it
        except RuntimeError:
            self._loop = None
        self._start = _button("Start", "play", "Train, or go on where it was paused")
        self._pause = _button("Pause", "pause", "Hold on; Resume goes on as if nothing had been")
        self._stop = _button("Stop", "stop", "End this training; the network stays as it is")
        self.words, self.progress, self.chart = text(live=True), text(), text()
        self.spoken = text("", "rnn-text rnn-mono")
        self.chart.layout.min_height = f"{HEIGHT + 4}px"
        self.spoken.layout.min_height = f"{24 * (_ENTRIES + 2)}px"
        super().__init__(
            "Training, live",
            "train the network live, pause it, and read what it says as it learns",
            [
                ipywidgets.HBox([self._start, self._pause, self._stop]),
                self.words,
                self.progress,
                self.chart,
                self.spoken,
            ],
            says=self.words,
        )
        self.controls = {"start": self._start, "pause": self._pause, "stop": self._stop}
        self._start.on_click(self.guard(lambda _: self.start()))
        self._pause.on_click(self.guard(lambda _: self.pause()))
        self._stop.on_click(self.guard(lambda _: self.stop()))
        _dashboards.add(self)
        self._hold_others()
        self._show()

    @property
    def losses(self):
        """The loss of every iteration made here, in nats, summed over a chunk."""
        return self.training.losses

    def start(self):
        """Begin to train, or go on."""
        self._ask(self._go)

    resume = start

    def pause(self):
        """Hold after the present slice."""
        self._ask(self._hold)

    def stop(self):
        """End this training after the present slice."""
        self._ask(self._end)

    def _ask(self, act):
        """Have act() done by the kernel's loop, between two slices."""
        if self._loop is None:
            try:
                self._loop = asyncio.get_running_loop()
            except RuntimeError:
                sentence = "Training needs the event loop of a notebook to run in."
                raise RuntimeError(sentence) from None
        self._loop.call_soon_threadsafe(act)

    def _go(self):
        if self.state == "training":
            return
        self._hold_others()
        if self.state in ("stopped", "finished"):
            self.training.aim(self.iterations)
        self._interrupted, self._trouble = False, ""
        self._change("training")
        if self._task is None or self._task.done():
            self._task = self._loop.create_task(self._run())

    def _hold(self):
        if self.state == "training":
            self._change("paused")

    def _hold_others(self):
        for other in list(_dashboards):
            if other is not self:
                other._hold()

    def _end(self):
        if self.state in ("training", "paused"):
            self._change("stopped")

    def _change(self, state):
        self.state = state
        if state != "training":
            self.training.rate = 0.0  # no speed, and no time left to tell
        self._show()

    async def _run(self):
        drawn = cost = 0.0
        begin, before = time.perf_counter(), self.training.done
        try:
            while self.state == "training":
                self._listen()
                self.training.advance()
                now = time.perf_counter()
                self.training.rate = (self.training.done - before) / (now - begin)
                if self.training.done >= self.training.goal:
                    self._change("finished")
                elif self._interrupted:
                    self._hold()
                elif now - drawn > max(0.2, 20 * cost):  # drawing takes a twentieth at most
                    self._draw()
                    drawn = time.perf_counter()
                    cost = drawn - now
                await asyncio.sleep(0.001)
        except KeyboardInterrupt:
            self._interrupted = True
            self._hold()
        except Exception as error:
            made, sentence = self.training.done, str(error) or type(error).__name__
            self._trouble = f"Stopped after {made:,} iterations. {sentence}" if made else sentence
            self._change("stopped" if made else "ready")
        finally:
            self._listen_no_more()

    def _listen(self):
        """Have the kernel's interrupt pause the training: between cells it is ignored else."""
        if threading.current_thread() is not threading.main_thread():
            return
        handler = signal.getsignal(signal.SIGINT)
        if handler != self._note:
            self._saved_handler = handler
            signal.signal(signal.SIGINT, self._note)

    def _listen_no_more(self):
        if threading.current_thread() is not threading.main_thread():
            return
        if signal.getsignal(signal.SIGINT) == self._note:
            signal.signal(signal.SIGINT, self._saved_handler)

    def _note(self, number, frame):
        self._interrupted = True

    def _show(self):
        self._draw()
        write(self.words, f"<b>{_state_words(self)}</b>", live=True)
        self.complain(self._trouble)
        self._start.description = "Resume" if self.state == "paused" else "Start"
        self._start.disabled = self.state == "training"
        self._pause.disabled = self.state != "training"
        self._stop.disabled = self.state not in ("training", "paused")

    def _draw(self):
        training = self.training
        said = html.escape(summary(training, self.baselines))
        write(self.progress, _bar(training.done / training.goal) + said)
        write(self.chart, loss_chart(training, self.baselines))
        write(self.spoken, _diary_html(training), "rnn-text rnn-mono")


def _button(name, icon, tooltip):
    layout = {"width": "110px"}
    return ipywidgets.Button(description=name, icon=icon, tooltip=tooltip, layout=layout)


def _state_words(dashboard):
    """What is going on, and what can be done about it."""
    training, more = dashboard.training, f"{dashboard.iterations:,}"
    after = f"after {training.done:,} iterations"
    if dashboard.state == "ready":
        made = training.first + training.done
        known = f"This network has made {made:,} iterations before. " if made else ""
        return f"Ready. {known}Start trains it for {more} iterations."
    if dashboard.state == "training":
        return "Training. Pause and Stop work at any time."
    if dashboard.state == "paused":
        why = "Interrupted, and so paused" if dashboard._interrupted else "Paused"
        return f"{why} {after}. The network can be used as it is; Resume goes on."
    if dashboard._trouble:
        return f"Stopped {after}."
    done = "Stopped" if dashboard.state == "stopped" else "Finished"
    return f"{done} {after}. The network can be used as it is; Start trains it for {more} more."


def _bar(share):
    return (
        f'<div role="progressbar" aria-label="Training" aria-valuemin="0" aria-valuemax="100" '
        f'aria-valuenow="{100 * share:.0f}" style="height: 10px; border-radius: 5px; '
        f'background: var(--line); max-width: {WIDTH}px; margin: 4px 0 8px"><div style="height: '
        f"10px; border-radius: 5px; background: {INKS['hidden']}; "
        f'width: {100 * share:.1f}%"></div></div>'
    )


def _diary_html(training):
    """What it said at some iterations, and what it says now."""
    if not training.done:
        return "Here stands what the network says, as soon as it has begun to learn."
    entries = training.diary[-_ENTRIES:]
    if entries[-1][0] != training.done:
        entries = [*entries[1 - _ENTRIES :], (training.done, training.says())]
    places = len(f"{training.goal:,}")
    lines = "".join(
        f'<div style="white-space: pre; overflow: hidden; text-overflow: ellipsis">'
        f"{done:>{places},}  {html.escape(''.join(map(visible, said)).replace('␣', ' '))}</div>"
        for done, said in entries
    )
    start = html.escape(visible(training.text[0]))
    return f"<div>After so many iterations it goes on from “{start}”:</div>{lines}"


def training_dashboard(model, text, iterations, baselines=None, batch_size=None):
    """Return a box that trains a model on a text when its Start button is pressed.

    baselines: {name: nats per character}, drawn as lines. The box's `.model` can be used at any
    time, `.losses` holds the loss of each iteration, `.state` says what is going on.
    """
    return Dashboard(model, text, iterations, baselines, batch_size)
