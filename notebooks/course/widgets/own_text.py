"""Choose a text or bring one, see what is in it, and train a network on it; save and load it."""

import functools
import html
import math
import os

import ipywidgets

from rnn_core import FastRNN, Vocabulary

from .. import baselines, texts
from ..survey import (
    VALIDATION_CHARS,
    ascii_safe,
    build,
    nats_per_character,
    plan,
    seconds_per_update,
    survey,
    text_warnings,
)
from .base import Panel, text, write
from .live_training import beside_baselines
from .training_dashboard import training_dashboard

TRAINING = 0.9  # the share of a text to train on; the rest is for the exam
_COUNTED = 1_000_000  # characters that the tables of the baselines are counted from
MEGABYTES = texts.LARGEST // 1_000_000
ENDINGS = ".txt,.md,.csv,.tsv,.json,.log,.tex,.srt,.abc,.fasta,.py,.js,.c,.h"
CHOICES = ("the verse", "the Python reference", "made brackets")


@functools.cache
def made_brackets():
    """Brackets by the thousand, the same every time."""
    return texts.balanced_brackets(100_000, rng=0)


def reference_once():
    """The Python reference without what stands in it twice: the last tenth is a fair exam."""
    return "\n".join(texts.reference_parts())


def chosen_text(name):
    """One of the texts that the course brings along, by its name in the box."""
    bring = (lambda: texts.DICKINSON, reference_once, made_brackets)
    return dict(zip(CHOICES, bring, strict=True))[name]()


class Bench:
    """A text with all that is known of it; each is worked out once, when it is asked for."""

    def __init__(self, words):
        self.words = words
        cut = int(TRAINING * len(words))
        self.training, self.exam = words[:cut], words[cut:][:VALIDATION_CHARS]
        self._seconds = {}

    @functools.cached_property
    def survey(self):
        """What is in the text."""
        return survey(self.words)

    @functools.cached_property
    def vocabulary(self):
        """The numbering of its characters."""
        return Vocabulary(self.words)

    @functools.cached_property
    def baselines(self):
        """Losses to compare with: tables of up to four characters, on the part that is kept back."""
        most = min(4, len(self.exam), len(self.training))
        counted = self.training[:_COUNTED]
        return baselines.ngram_losses(
            counted, self.exam, range(1, most + 1), smoothing="kneser-ney"
        )

    def plan(self, hidden_size, passes):
        """How it would be read by a network of that size."""
        return plan(len(self.training), hidden_size, passes)

    def seconds(self, hidden_size, passes):
        """About how long that would take on this machine, from a few updates that are timed."""
        made = self.plan(hidden_size, passes)
        if hidden_size not in self._seconds:
            self._seconds[hidden_size] = seconds_per_update(self.training, self.vocabulary, made)
        return self._seconds[hidden_size] * made.iterations


def survey_words(found):
    """What is in a text, in sentences (HTML)."""
    most = ", ".join(_shown(c) for c in list(found.counts)[:8])
    odd = "".join(f"<li>{html.escape(sentence)}</li>" for sentence in text_warnings(found))
    list_of_odd = f'<ul style="margin: 4px 0 0">{odd}</ul>' if odd else " Nothing odd was found."
    return (
        f"<b>{found.length:,} characters, {found.size:,} of them distinct.</b> Most frequent: "
        f"{most}.{list_of_odd}"
    )


def plan_words(made, seconds):
    """What training would do and how long it would take, in a sentence (HTML)."""
    side_by_side = (
        "at one place" if made.batch_size == 1 else f"at {made.batch_size} places at once"
    )
    return (
        f"{made.iterations:,} updates, each on {made.seq_length} characters {side_by_side}: "
        f"<b>{duration_words(seconds)}</b> on this machine, as a few updates show."
    )


def duration_words(seconds):
    """A time to wait, roughly."""
    if seconds < 90:
        return f"about {max(1, round(seconds))} s"
    if seconds < 5400:
        return f"about {round(seconds / 60)} minutes"
    return f"about {seconds / 3600:.1f} hours"


def exam_words(model, bench):
    """How a network does on the part it has not read, in a sentence (HTML)."""
    if len(bench.exam) < 5:
        raise ValueError("The part kept back is too short for an exam: bring a longer text.")
    loss = nats_per_character(model, bench.exam, min(4, len(bench.exam) - 1))
    return (
        f"On {len(bench.exam):,} characters that it has not read: <b>{loss:.2f} nats per "
        f"character</b>, {loss / math.log(2):.2f} bits, perplexity {math.exp(loss):.1f}"
        f"{html.escape(beside_baselines(loss, bench.baselines))}."
    )


def load_for(path, bench):
    """Load a network to go on with a text, or say in a sentence why that does not go."""
    path = _npz(path)
    try:
        model = FastRNN.load(path)
    except FileNotFoundError:
        raise ValueError(f"There is no file {path!r} in {os.getcwd()!r}: check its name.") from None
    except OSError as error:
        raise ValueError(f"{path!r} cannot be read: {error.strerror or error}.") from None
    if model.vocabulary is None:
        raise ValueError(f"{path!r} was saved without its alphabet: it cannot read a text.")
    strange = sorted(set(bench.survey.counts) - set(model.vocabulary.characters))
    if strange:
        raise ValueError(
            f"The network in {path!r} has not learnt {ascii_safe(strange[0])!r}, which this text "
            "has: choose the text that it was trained on."
        )
    return model


def save_to(model, path):
    """Save a network, and give back where; what goes wrong is a sentence."""
    path = _npz(path)
    try:
        model.save(path)
    except OSError as error:
        raise ValueError(f"{path!r} cannot be written: {error.strerror or error}.") from None
    return path


def _npz(path):
    path = os.path.expanduser(path.strip())
    if not path:
        raise ValueError("Give the file a name, as in network.npz.")
    return path if path.endswith(".npz") else path + ".npz"


def _shown(character):
    return f"<code>{html.escape(ascii_safe(character))}</code>"


def _button(name, icon, tooltip):
    return ipywidgets.Button(
        description=name, icon=icon, tooltip=tooltip, layout={"width": "150px"}
    )


class OwnText(Panel):
    """The box. `.model` is the network once there is one, `.dashboard` what trains it."""

    def __init__(self, words):
        style, wide = {"description_width": "90px"}, {"width": "430px"}
        self._own, self._benches, self.model, self.dashboard = None, {}, None, None
        self.choice = ipywidgets.Dropdown(
            options=CHOICES,
            description="Text",
            style=style,
            layout=wide,
            tooltip="Which text to look at and to train on",
        )
        self.upload = ipywidgets.FileUpload(
            accept=f"text/*,{ENDINGS}",
            multiple=False,
            description="Bring a text",
            tooltip=f"A plain text file of yours, in UTF-8, up to {MEGABYTES} MB; it stays on the "
            "machine the notebook runs on",
            layout={"width": "150px"},
        )
        self.size = ipywidgets.Dropdown(
            options=[("64 units, quick", 64), ("128 units", 128), ("256 units, slow", 256)],
            value=128,
            description="Network",
            style=style,
            layout=wide,
            tooltip="The size of the hidden state",
        )
        self.passes = ipywidgets.IntSlider(
            10,
            min=1,
            max=50,
            description="Passes",
            style=style,
            layout=wide,
            tooltip="How often to read the whole text; arrow keys move it",
        )
        self.path = ipywidgets.Text(
            "network.npz",
            description="File",
            style=style,
            layout=wide,
            tooltip="Where to save the network, and where to load it from",
        )
        self.build = _button("Build", "cogs", "Make a new network for this text, ready to train")
        self.examine = _button("Examine", "search", "Its loss on the tenth that it never reads")
        self.save = _button("Save", "save", "Write the network to the file")
        self.load = _button("Load", "folder-open", "Go on with the network in the file")
        limit = text(
            f"UTF-8, up to {MEGABYTES} MB: of a larger file, save a part as one of its own. If "
            "nothing comes of a file, run this cell again."
        )
        self.contents, self.estimate = text(live=True), text(live=True)
        self.news = text("No network yet: Build makes one.", live=True)
        self.contents.layout.min_height, self.estimate.layout.min_height = "5.2em", "3em"
        self.stage = ipywidgets.VBox()
        row = ipywidgets.HBox
        super().__init__(
            "Your own text",
            "choose a text or bring your own, see what is in it, and train a network on it",
            [
                row([self.choice, self.upload]),
                limit,
                self.contents,
                self.size,
                self.passes,
                self.estimate,
                row([self.build, self.examine]),
                self.path,
                row([self.save, self.load]),
                self.news,
                self.stage,
            ],
            says=self.news,
        )
        self.controls = {"text": self.choice, "size": self.size, "passes": self.passes}
        for control in self.controls.values():
            control.observe(self.guard(self._look), "value")
        self.upload.observe(self.guard(self._receive), "value")
        for button, act in (
            (self.build, self._build),
            (self.examine, self._examine),
            (self.save, self._save),
            (self.load, self._load),
        ):
            button.on_click(self.guard(act))
        self.guard(self._look)()
        if words is not None:
            self.guard(self.bring)(words)

    @property
    def bench(self):
        """The text chosen, with all that is known of it."""
        name = self.choice.value
        if name not in self._benches:
            self._benches[name] = Bench(chosen_text(name))
        return self._benches[name]

    def bring(self, words, name="your text"):
        """Put a text of the learner's own among the choices, and choose it."""
        if not isinstance(words, str):
            raise ValueError('This is no text: give one as read_text("my_text.txt") returns it.')
        words = texts.read_text(words.encode("utf-8"))
        if self._own:
            del self._benches[self._own]
        self._own = name if name not in CHOICES else f"{name} (yours)"
        self._benches[self._own] = Bench(words)
        with self.hold_trait_notifications():
            self.choice.options = (*CHOICES, self._own)
        self.choice.value = self._own
        self._look()  # also where the name is the one before

    def _receive(self, change):
        if change["new"]:
            file = change["new"][0]
            self.upload.value = ()  # the same file can come again, and no copy stays
            self.bring(texts.read_text(bytes(file["content"])), file["name"])

    def _look(self, _=None):
        write(self.contents, survey_words(self.bench.survey), live=True)
        made = self.bench.plan(self.size.value, self.passes.value)
        seconds = self.bench.seconds(self.size.value, self.passes.value)
        write(self.estimate, plan_words(made, seconds), live=True)

    def _build(self, _=None):
        made = self.bench.plan(self.size.value, self.passes.value)
        model = build(self.bench.vocabulary, made)
        self._stand(model, made, "A new network is ready. It trains on the first nine tenths.")

    def _load(self, _=None):
        model = load_for(self.path.value, self.bench)
        made = self.bench.plan(model.hidden_size, self.passes.value)
        self._stand(model, made, f"Loaded, after {model.iteration:,} updates: Start goes on.")

    def _stand(self, model, made, news):
        """Put a network before its dashboard."""
        if self.dashboard is not None:
            self.dashboard._end()
        bench = self.bench
        dashboard = training_dashboard(
            model, bench.training, made.iterations, bench.baselines, made.batch_size
        )
        self.model, self.dashboard, self._trained_on = model, dashboard, bench
        old, self.stage.children = self.stage.children, (dashboard,)
        for box in old:
            box.close()
        write(self.news, news, live=True)

    def _present(self):
        if self.model is None:
            raise ValueError("There is no network yet: press Build, or Load one.")
        return self.model

    def _examine(self, _=None):
        write(self.news, exam_words(self._present(), self._trained_on), live=True)

    def _save(self, _=None):
        path = save_to(self._present(), self.path.value)
        write(
            self.news,
            f"Saved after {self.model.iteration:,} updates in "
            f"{html.escape(path)}: weights, memory of the optimiser and place in the text.",
            live=True,
        )


def own_text(words=None):
    """Return a box to choose or upload a text, look at it, and train a network on it.

    words: a text of your own, as read_text gives it, to be chosen from the start.
    """
    return OwnText(words)
