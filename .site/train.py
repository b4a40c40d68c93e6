"""Train the network that speaks on the front page, and draw how it learns: python .site/train.py

Writes .site/static/verse.js, the weights, and notebooks/images/recital.gif, README's moving
picture. Both are of one training, the original experiment with the seed below. On another
processor the same seed leads to other weights, which recite as well.
"""

import base64
import json
import math
import platform
import sys
from pathlib import Path

import numpy as np
from matplotlib import font_manager
from PIL import Image, ImageDraw, ImageFont

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "notebooks")]

from course.plots.style import COLOURS, INKS  # noqa: E402
from course.texts import DICKINSON, VERSE  # noqa: E402
from rnn_core import FastRNN, Vocabulary  # noqa: E402

SEED, ITERATIONS = 4, 10_000
SEEN = [0, 25, 50, 75, 100, 150, 200, 250, 300, 400, 500, 600, 700, 800, 900, 1000, 1200, 1400]
SEEN += [1600, 1800, 2000, 2500, 3000, 4000, 5000, 6000, 8000, ITERATIONS]
WIDTH, HEIGHT, MARGIN = 760, 300, 24


def packed(rnn):
    """The weights as a line of JavaScript: whole numbers of 16 bits, and a scale for each array."""
    scales = {name: float(np.abs(a).max()) / 32767 for name, a in rnn.parameters.items()}
    whole = [np.round(a / scales[name]).astype("<i2") for name, a in rnn.parameters.items()]
    data = {
        "characters": rnn.vocabulary.characters,
        "hidden": rnn.hidden_size,
        "scales": scales,
        "weights": base64.b64encode(b"".join(a.tobytes() for a in whole)).decode("ascii"),
    }
    made = f"seed {SEED}, {ITERATIONS:,} iterations, NumPy {np.__version__}, {platform.machine()}"
    return f"// Made by train.py: {made}.\nconst VERSE = {json.dumps(data, ensure_ascii=False)};\n"


def said(rnn, length):
    """What the network says after a capital H, and its surprise at each character."""
    text = rnn.generate("H", length, 0.5, rng=0)
    indices = rnn.vocabulary.encode("H" + text)
    _, ps = rnn.forward(indices[:-1], np.zeros(rnn.hidden_size))
    return text, -np.log(ps[np.arange(length), indices[1:]])


def frame(iteration, losses, text, surprises):
    """One picture: the count, the text with its surprises, and the loss so far."""
    picture = Image.new("RGB", (WIDTH, HEIGHT), "white")
    pen = ImageDraw.Draw(picture)
    path = font_manager.findfont("DejaVu Sans Mono")
    small, large = ImageFont.truetype(path, 14), ImageFont.truetype(path, 19)
    pen.text(
        (MARGIN, 16), f"after {iteration:>6,} iterations, at temperature 0.5", INKS["muted"], small
    )
    loss = np.mean(losses[-25:]) / 25 if losses else math.log(22)
    label = f"loss {loss:.2f} nats a character"
    pen.text((WIDTH - MARGIN - pen.textlength(label, small), 16), label, INKS["gradient"], small)
    across = pen.textlength("m", large)
    columns = int((WIDTH - 2 * MARGIN) / across)
    for place, (character, surprise) in enumerate([("H", 0.0), *zip(text, surprises, strict=True)]):
        row, column = divmod(place, columns)
        x, y = MARGIN + column * across, 46 + 28 * row
        share = min(1.0, round(surprise) / 5)
        fill = tuple(round(255 + share * (c - 255)) for c in (243, 197, 92))
        pen.rectangle((x, y, x + across, y + 25), fill)
        pen.text((x, y), character, INKS["ink"], large)
    top, bottom = 180, HEIGHT - 28
    right = WIDTH - MARGIN
    pen.line((MARGIN, bottom, right, bottom), COLOURS["muted"], 1)
    pen.text((MARGIN, bottom + 6), "iteration, on a logarithmic axis", INKS["muted"], small)
    if losses:
        place = np.unique(np.geomspace(1, len(losses), 200).astype(int))
        means = [np.mean(losses[max(0, p - 25) : p]) / 25 for p in place]
        xs = MARGIN + np.log(place) / math.log(ITERATIONS) * (right - MARGIN)
        ys = bottom - np.array(means) / 4 * (bottom - top)  # it never comes to 4
        pen.line([*zip(xs.tolist(), ys.tolist(), strict=True)], INKS["gradient"], 3)
    return picture


def main():
    rnn = FastRNN(22, 64, 25, 0.1, seed=SEED)
    rnn.vocabulary = Vocabulary(VERSE)
    frames, losses = [], []
    for iteration in SEEN:
        losses += rnn.train(DICKINSON, iteration - rnn.iteration, report=None).tolist()
        frames.append(frame(iteration, losses, *said(rnn, 200)))
    script = HERE / "static" / "verse.js"
    script.write_text(packed(rnn), encoding="utf-8", newline="\n")
    sheet = Image.new("RGB", (WIDTH, HEIGHT * 4))  # all shades that there are
    for place, picture in enumerate(frames[:16:4]):
        sheet.paste(picture, (0, HEIGHT * place))
    palette = sheet.quantize(48)
    frames = [picture.quantize(palette=palette, dither=Image.Dither.NONE) for picture in frames]
    lasts = [1500, *[450] * (len(frames) - 2), 6000]
    moving = HERE.parent / "notebooks" / "images" / "recital.gif"
    frames[0].save(moving, save_all=True, append_images=frames[1:], duration=lasts, loop=0)
    print(f"loss {np.mean(losses[-476:]) / 25:.4f} nats a character; {said(rnn, 118)[0]!r}")
    print(*(f"{path.name}: {path.stat().st_size:,} bytes" for path in (script, moving)), sep="\n")


if __name__ == "__main__":
    main()
