"""Let a trained network speak, warmer or colder, and see what it was choosing from."""

import html
from dataclasses import dataclass

import ipywidgets
import numpy as np

from rnn_core import softmax

from ..exercises.nucleus import top_p as nucleus
from ..plots.style import COLOURS, visible
from .base import Panel, text, write

MOST = 2000  # characters: longer than a learner reads, short enough to answer within a blink
GREEDY = 1e-6  # so cold that the most probable character always wins
_SHOWN = 24  # characters in the chart


@dataclass(frozen=True)
class Saying:
    """What a network said, and what it was choosing from at the first step."""

    text: str
    surprises: np.ndarray  # (len(text),) nats, each by the network's own probabilities
    before: np.ndarray  # (V,) probabilities of the first character at temperature 1
    after: np.ndarray  # (V,) the same as it was drawn from: at the temperature, without the tail


def say(model, prompt, n, temperature=1.0, seed=0, *, greedy=False, top_k=None, top_p=1.0):
    """Return the Saying of n characters after a prompt; the same seed says the same.

    Drawn from are the top_k most probable (all if None), and of these as few as make up top_p.
    """
    if not 0 < n <= MOST:
        raise ValueError(f"The length must lie between 1 and {MOST}, not {n}.")
    temperature = GREEDY if greedy else temperature
    narrow = Narrowing(top_k, top_p)
    spoken = narrow.generate(model, prompt, n, temperature, np.random.default_rng(seed))
    indices = model.vocabulary.encode(prompt + spoken)
    _, ps = model.forward(indices[:-1], np.zeros(model.hidden_size))
    chosen = ps[len(prompt) - 1 :]
    surprises = -np.log(np.maximum(chosen[np.arange(n), indices[len(prompt) :]], 1e-300))
    before = chosen[0].astype(float)
    return Saying(spoken, surprises, before, narrow(heated(before, temperature)))


def heated(probabilities, temperature):
    """Probabilities at another temperature."""
    return softmax(np.log(np.maximum(probabilities, 1e-300)), temperature)


@dataclass(frozen=True)
class Narrowing:
    """Leave out the tail: keep the top_k most probable, and of these as few as make up top_p."""

    top_k: int | None = None
    top_p: float = 1.0

    def __call__(self, probabilities):
        if self.top_k is not None:
            least = np.sort(probabilities)[-min(self.top_k, len(probabilities))]
            probabilities = np.where(probabilities >= least, probabilities, 0)
        return nucleus(probabilities / probabilities.sum(), self.top_p)

    def generate(self, model, prompt, n, temperature, rng):
        """As model.generate, but for the tail."""
        if self == Narrowing():
            return model.generate(prompt, n, temperature, rng=rng)
        model.generate(prompt, 0)  # refuses what cannot be read, in its own words
        hs, _ = model.forward(model.vocabulary.encode(prompt), np.zeros(model.hidden_size))
        Wxh, Whh, Why, bh, by = model.parameters.values()
        h, drawn = hs[-1], []
        for _ in range(n):
            p = self(softmax((Why @ h + by).astype(float), temperature))
            drawn.append(int(rng.choice(len(p), p=p)))
            h = np.tanh(Wxh[:, drawn[-1]] + Whh @ h + bh)
        return model.vocabulary.decode(drawn)


def entropy(p):
    """The mean surprise of a distribution, in nats."""
    p = p[p > 0]
    return float(-(p * np.log(p)).sum())


def distribution_words(saying, characters):
    """One sentence (HTML) on the first choice, before and after temperature."""
    best = visible(characters[int(saying.after.argmax())])
    first, then = entropy(saying.before), entropy(saying.after)
    return (
        f"First character: most probable <b>{html.escape(best)}</b> "
        f"({saying.after.max():.0%}), of {np.count_nonzero(saying.after > 1e-12)} that can come. "
        f"Entropy {first:.2f} nats before, {then:.2f} as drawn: as uncertain "
        f"as {np.exp(then):.1f} equal choices (its perplexity)."
    )


def distribution_svg(saying, characters):
    """A bar chart (inline SVG): an outline for each probability before, a fill for after."""
    order = np.argsort(-np.maximum(saying.before, saying.after), kind="stable")[:_SHOWN]
    order = np.sort(order)
    step, tall, base = 32, 110, 128
    parts = []
    for place, ix in enumerate(order):
        x = 8 + place * step
        before, after = saying.before[ix] * tall, saying.after[ix] * tall
        name = html.escape(visible(characters[ix]))
        parts.append(
            f"<g><title>{name}: {saying.before[ix]:.3f} before, {saying.after[ix]:.3f} after</title>"
            f'<rect x="{x + 3}" y="{base - after:.1f}" width="18" height="{after:.1f}" '
            f'fill="{COLOURS["output"]}"/>'
            f'<rect x="{x}" y="{base - before:.1f}" width="24" height="{before:.1f}" fill="none" '
            f'stroke="currentColor" stroke-width="1.5" stroke-dasharray="3 2"/>'
            f'<text x="{x + 12}" y="{base + 17}" text-anchor="middle">{name}</text></g>'
        )
    width = 16 + step * len(order)
    best = visible(characters[int(saying.after.argmax())])
    alt = (
        f"Bars of the probability of each first character; the tallest as drawn is "
        f"{best}, at {saying.after.max():.2f}, and it was {saying.before.max():.2f} for the "
        f"most probable one before."
    )
    return (
        f'<svg role="img" aria-label="{html.escape(alt)}" viewBox="0 0 {width} 152" '
        f'width="{width}" height="152" style="max-width: 100%" font-size="14" '
        f'font-family="var(--jp-code-font-family, monospace)" fill="currentColor">'
        f'<line x1="4" x2="{width - 4}" y1="{base}" y2="{base}" stroke="currentColor"/>'
        f"{''.join(parts)}</svg>"
        "<div>Dashed outline: the network's own. Filled: as drawn, at the temperature and without the tail.</div>"
    )


def shaded(prompt, saying):
    """The prompt and what was said (HTML), each character the darker the more it surprises."""
    parts = [f"<b>{html.escape(prompt)}</b>"]
    for character, surprise in zip(saying.text, saying.surprises, strict=True):
        strength = min(1.0, surprise / 5.0)
        mark = "border-bottom: 2px solid currentColor; " if surprise > 3 else ""
        parts.append(
            f'<span title="surprise {surprise:.2f} nats" style="{mark}background: '
            f'rgba(230, 159, 0, calc({0.85 * strength:.2f} * var(--tint, 1)))">'
            f"{html.escape(character)}</span>"
        )
    return "".join(parts)


def surprise_words(saying):
    """One sentence on how surprised the network was by its own words."""
    mean, worst = saying.surprises.mean(), int(saying.surprises.argmax())
    return (
        f"Mean surprise {mean:.2f} nats a character; the most surprising was "
        f"<b>{html.escape(visible(saying.text[worst]))}</b>, number {worst + 1}, with "
        f"{saying.surprises[worst]:.1f} nats. Shading grows with surprise; underlined above 3 nats."
    )


def first_words(model, prompt="Hope"):
    """A prompt that a network can read: this one, or else the first letter that it knows."""
    known = model.vocabulary.characters
    if set(prompt) <= set(known):
        return prompt
    return next(filter(str.isalpha, known), known[-1])


def temperature_sampler(model, prompt=None, length=200, temperature=1.0, seed=0):
    """Return a box that samples from a trained network as its controls are moved.

    prompt: what it reads first; if none is given, "Hope", or a letter that the network knows.
    """
    prompt = first_words(model) if prompt is None else prompt
    style = {"description_width": "90px"}
    wide = {"width": "420px"}
    heat = ipywidgets.FloatLogSlider(
        temperature,
        base=10,
        min=-1,
        max=0.7,
        step=0.01,
        description="Temperature",
        readout_format=".2f",
        style=style,
        layout=wide,
        tooltip="Below 1 the network plays safe, above 1 it dares more; arrow keys move it",
    )
    start = ipywidgets.Text(
        prompt,
        description="Prompt",
        style=style,
        layout=wide,
        continuous_update=True,
        tooltip="What the network reads before it speaks",
    )
    size = ipywidgets.IntSlider(
        length,
        min=10,
        max=600,
        step=10,
        description="Length",
        style=style,
        layout=wide,
        tooltip="How many characters it says",
    )
    dice = ipywidgets.BoundedIntText(
        seed,
        min=0,
        max=9999,
        description="Seed",
        style=style,
        layout={"width": "190px"},
        tooltip="Which throw of the dice: the same seed says the same",
    )
    greedy = ipywidgets.Checkbox(
        False,
        description="Greedy: always the most probable",
        indent=False,
        tooltip="Leave chance out of it; temperature then has no say",
    )
    few = ipywidgets.IntSlider(
        len(model.vocabulary),
        min=1,
        max=len(model.vocabulary),
        description="Top-k",
        style=style,
        layout=wide,
        tooltip="Only so many characters can come, the most probable",
    )
    share = ipywidgets.FloatSlider(
        1.0,
        min=0.05,
        max=1.0,
        step=0.05,
        description="Top-p",
        readout_format=".2f",
        style=style,
        layout=wide,
        tooltip="Only as few of the most probable can come as make up this much together",
    )
    words, chart = text(live=True), text()
    spoken, surprise = text("", "rnn-text rnn-mono"), text()
    words.layout.min_height = surprise.layout.min_height = "3.4em"  # so that nothing jumps
    panel = Panel(
        "Temperature",
        "move the temperature, the prompt and the seed, and read what the network says",
        [
            heat,
            few,
            share,
            start,
            size,
            ipywidgets.HBox([dice, greedy]),
            words,
            chart,
            surprise,
            spoken,
        ],
        says=words,
    )
    characters = model.vocabulary.characters

    def show_answer(visibility):
        """What was said before is no answer to a wrong prompt; its place stays, so nothing jumps."""
        for part in (chart, surprise, spoken):
            part.layout.visibility = visibility

    def update(_=None):
        heat.disabled = greedy.value
        try:
            said = say(
                model,
                start.value,
                size.value,
                heat.value,
                dice.value,
                greedy=greedy.value,
                top_k=few.value if few.value < few.max else None,
                top_p=share.value,
            )
        except ValueError:
            show_answer("hidden")
            raise
        write(words, distribution_words(said, characters), live=True)
        write(chart, distribution_svg(said, characters))
        write(spoken, shaded(start.value, said), "rnn-text rnn-mono")
        write(surprise, surprise_words(said))
        show_answer("visible")

    for control in (heat, few, share, start, size, dice, greedy):
        control.observe(panel.guard(update), "value")
    panel.controls = {
        "temperature": heat,
        "top-k": few,
        "top-p": share,
        "prompt": start,
        "length": size,
        "seed": dice,
        "greedy": greedy,
    }
    panel.words, panel.chart, panel.spoken, panel.surprise = words, chart, spoken, surprise
    panel.guard(update)()
    return panel
