"""Turn the results of a race into a Markdown page and two charts."""

import os.path

from matplotlib.lines import Line2D

from course.plots.style import COLOURS, Picture, label, new_figure

# Name -> (colour, marker): Paul Tol's muted palette, which is safe for the colour-blind, and none
# of the colours that stand for a part of the network in the lessons.
LOOKS = {
    "ours": (COLOURS["ink"], "o"),
    "plain": ("#CC6677", "X"),
    "by the book": ("#8A8F99", "s"),
    "torch": ("#882255", "^"),
    "jax": ("#332288", "D"),
    "jax tuned": ("#88CCEE", "P"),
    "C": ("#999933", "v"),
}
LIMITS = (0.18, 40)  # of the axis of ratios; what lies beyond stands at the edge, as a number
COMPETITORS = {
    "ours": "`rnn_core.FastRNN.train`, NumPy alone",
    "plain": "`rnn_core.RNN.train`, the same without the last steps of lesson 11",
    "by the book": "the same network written one column vector at a time, as the original is "
    "(a batch is one sequence after the other)",
    "torch": "`torch.nn.RNN`, `CrossEntropyLoss`, `clip_grad_value_`, `Adagrad`",
    "jax": "one update as one `jax.jit` function, the whole network in `lax.scan`, as one writes it "
    "first",
    "jax tuned": "the same with only the recurrence in `lax.scan`, and the look-up and the scores "
    "of all steps outside it, as ours are",
    "C": "hand-written loops, `gcc -O3 -march=native -fno-math-errno`, one thread",
}


def size_of(cell):
    """Return a row's name, such as "64 · 25 · none"."""
    return f"{cell['H']} · {cell['T']} · {cell['batch'] or 'none'}"


def threads_of(number):
    return "1 thread" if number == 1 else f"{number} threads"


def milliseconds(number):
    return f"{number:.2f}" if number < 10 else f"{number:.1f}" if number < 100 else f"{number:.0f}"


def times(number):
    return f"{number:.1f} ×" if number >= 10 else f"{number:.2f} ×"


# The charts


def race_chart(cells):
    """Draw every competitor's time over ours, a panel for each type and number of threads."""
    threads = sorted({cell["threads"] for cell in cells})
    rows = list(dict.fromkeys(size_of(cell) for cell in cells))
    figure, _ = new_figure(
        2, len(threads), width=10.0, height=1.2 + len(threads) * (0.9 + 0.42 * len(rows))
    )
    figure.get_layout_engine().set(h_pad=0.12, w_pad=0.08)
    for ax, (number, dtype) in zip(
        figure.axes, [(t, d) for t in threads for d in ("float64", "float32")], strict=True
    ):
        here = [cell for cell in cells if cell["threads"] == number and cell["dtype"] == dtype]
        race_panel(
            ax,
            here,
            rows,
            f"{dtype}, {threads_of(number)}",
            left=dtype == "float64",
            bottom=number == threads[-1],
        )
    handles = [
        Line2D([], [], color=colour, marker=marker, linestyle="", markersize=8, label=name)
        for name, (colour, marker) in LOOKS.items()
    ]
    figure.legend(handles=handles, loc="outside upper center", ncols=7, frameon=False, fontsize=11)
    alt = (
        "Dot plot of the time of one update as a multiple of ours, on a logarithmic axis, a row "
        "for each size of network and a panel for each number type and number of threads. What "
        "stands right of the line at one is slower than ours."
    )
    return Picture(figure, alt)


def race_panel(ax, cells, rows, title, *, left, bottom):
    low, high = LIMITS
    ax.set_xscale("log")
    ax.set_xlim(low, high)
    ax.set_ylim(len(rows) - 0.5, -0.75)
    ax.axvspan(low, 1, color="#F1F3F6", zorder=0, linewidth=0)
    ax.axvline(1, color=COLOURS["ink"], linewidth=1.4, zorder=1.5)
    for cell in cells:
        y, ratios = rows.index(size_of(cell)), cell["ratio"]
        shown = {name: min(max(value, low * 1.12), high / 1.12) for name, value in ratios.items()}
        ax.plot(
            [min(shown.values()), max(shown.values())],
            [y, y],
            color=COLOURS["grid"],
            linewidth=3,
            zorder=1,
            solid_capstyle="round",
        )
        for name, value in sorted(ratios.items(), key=lambda item: item[0] == "ours"):
            colour, marker = LOOKS[name]
            ax.plot(
                shown[name],
                y,
                marker,
                color=colour,
                markersize=8.5,
                zorder=3,
                markeredgecolor="white",
                markeredgewidth=0.8,
            )
            if value != shown[name]:  # beyond the edge: say how far
                align = "left" if value < shown[name] else "right"
                ax.annotate(
                    f"{value:.2f}" if value < 1 else f"{value:.0f}",
                    (shown[name], y),
                    (-5 if align == "left" else 5, -13),
                    textcoords="offset points",
                    fontsize=8.5,
                    va="center",
                    ha=align,
                    color=COLOURS["muted"],
                )
    ax.set_yticks(range(len(rows)), rows if left else [])
    ax.set_xticks([0.25, 0.5, 1, 2, 4, 8, 16, 32], ["¼", "½", "1", "2", "4", "8", "16", "32"])
    ax.minorticks_off()
    ax.grid(axis="y", visible=False)
    ax.tick_params(axis="y", length=0)
    for x, align, words in ((0.94, "right", "faster than ours"), (1.07, "left", "slower")):
        ax.text(
            x,
            -0.6,
            words,
            ha=align,
            va="center",
            fontsize=8.5,
            style="italic",
            color=COLOURS["muted"],
        )
    x = "time of one update, as a multiple of ours" if bottom else ""
    label(ax, title, x, "hidden size · steps · batch" if left else "")


def learning_chart(learning):
    """Draw validation loss against seconds of training, with the rungs of the ladder."""
    figure, ax = new_figure(width=9.0, height=4.8)
    ax.set_xscale("log")
    looks = (
        (COLOURS["muted"], "--", "s"),
        ("#999933", "-.", "D"),
        ("#882255", "-", "^"),
        ("#332288", "-", "o"),
    )
    runs = {
        name: [point for point in points if point[0] > 0]
        for name, points in learning["series"].items()
    }
    first = min(points[0][0] for points in runs.values())
    last = max(points[-1][0] for points in runs.values())
    bottom = (
        min(
            [loss for points in runs.values() for _, _, loss in points]
            + list(learning["ladder"].values())
        )
        - 0.1
    )
    ax.set_xlim(first * 0.9, last * 1.25)
    ax.set_ylim(bottom, 3.6)
    rungs = {name: loss for name, loss in learning["ladder"].items() if loss < 3.6}
    heights = spread(sorted(rungs.values()), (3.6 - bottom) * 0.045)
    for (name, loss), height in zip(
        sorted(rungs.items(), key=lambda rung: rung[1]), heights, strict=True
    ):
        ax.axhline(loss, color=COLOURS["muted"], linewidth=1, linestyle=":", zorder=1)
        ax.annotate(
            f"{name} {loss:.2f}",
            (1, loss),
            (1.02, height),
            va="center",
            fontsize=9.5,
            xycoords=ax.get_yaxis_transform(),
            textcoords=ax.get_yaxis_transform(),
            color=COLOURS["muted"],
            annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": COLOURS["grid"]},
        )
    for (name, points), (colour, line, marker) in zip(runs.items(), looks, strict=False):
        seconds, losses = [point[0] for point in points], [point[2] for point in points]
        ax.plot(
            seconds,
            losses,
            line,
            color=colour,
            marker=marker,
            markersize=4.5,
            label=f"{name}: {losses[-1]:.2f} at the end",
        )
    ticks = [0.25, 0.5, 1, 2, 5, 10, 20, 30, 60, 120]
    ticks = [tick for tick in ticks if first * 0.9 <= tick <= last * 1.25]
    ax.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    ax.minorticks_off()
    ax.legend(
        frameon=True,
        facecolor="white",
        framealpha=0.9,
        edgecolor="none",
        fontsize=10,
        loc="upper right",
    )
    label(
        ax,
        "Learning the Python Language Reference, on one core",
        "seconds of training (logarithmic)",
        "loss on unseen text (nats per character)",
    )
    alt = (
        "Line chart of the loss on unseen text against seconds of training, the n-gram models as "
        "dotted lines: the network with the original's settings comes down slowly, one of 128 "
        "units in batches sooner, and one of 256 units goes below all the lines."
    )
    return Picture(figure, alt)


def spread(heights, gap):
    """Return sorted heights, each moved up where it stands closer than gap to the one below."""
    places = []
    for height in heights:
        places.append(max([height, *[place + gap for place in places[-1:]]]))
    return places


# The page


def update_table(cells, threads):
    lines = [
        "| H · T · batch | type | " + " | ".join(LOOKS) + " |",
        "| --- | --- |" + " ---: |" * len(LOOKS),
    ]
    for cell in cells:
        if cell["threads"] != threads:
            continue
        entries = [f"**{milliseconds(cell['ms']['ours']['median'])} ms**"]
        for name in list(LOOKS)[1:]:
            if name in cell["ms"]:
                median, ratio = cell["ms"][name]["median"], cell["ratio"][name]
                entries.append(f"{milliseconds(median)} ms ({times(ratio)})")
            else:
                entries.append("–")
        lines.append(f"| {size_of(cell)} | {cell['dtype']} | " + " | ".join(entries) + " |")
    return "\n".join(lines)


def who_wins(cells):
    """Return sentences that count where each competitor is faster than ours."""
    sentences = []
    for name in list(LOOKS)[1:]:
        ratios = [cell["ratio"][name] for cell in cells if name in cell["ratio"]]
        if ratios:
            wins = sum(ratio < 1 for ratio in ratios)
            where = "nowhere" if not wins else f"in {wins} of {len(ratios)} settings"
            sentences.append(
                f"- **{name}** is faster than ours {where}: its time is "
                f"{min(ratios):.2f} to {max(ratios):.2f} times ours."
            )
    return "\n".join(sentences)


def page(results, pictures):
    """Return the Markdown page; pictures is the way from it to their folder."""
    machine, cells = results["machine"], results["updates"]
    versions = ", ".join(
        f"{name} {machine[name]}" for name in ("numpy", "torch", "jax") if machine[name]
    )
    parts = [
        "# The race",
        f"Measured on {machine['date']}: {machine['processor']}, {machine['cores']} cores, "
        f"{machine['system']}, Python {machine['python']}, {versions}. Written by "
        "`python tests/benchmarks/run.py`" + (" `--quick`" if results["quick"] else "") + ".",
        "All make the same update (forward, loss, backward, clip each entry at 5, Adagrad, state "
        "carried on) of the same weights on the same data, and their losses agree over the first "
        f"three updates: within {worst(cells, 'float64'):.0e} in float64 and "
        f"{worst(cells, 'float32'):.0e} in float32, relative. They take turns, round by round. "
        "Times are medians; in brackets, the time as a multiple of ours (median over rounds), so "
        "above 1 ours is faster.",
        "\n".join(f"- **{name}**: {what}." for name, what in COMPETITORS.items()),
        *[f"Skipped: {line}." for line in results["skipped"]],
        f"![{race_chart(cells).alt}]({pictures}/race.png)",
    ]
    for threads in sorted({cell["threads"] for cell in cells}):
        parts += [f"## One update, {threads_of(threads)}", update_table(cells, threads)]
    parts += ["## Who wins where", who_wins(cells), *more(results, pictures)]
    return "\n\n".join(parts) + "\n"


def worst(cells, dtype):
    return max(cell["agreement"] for cell in cells if cell["dtype"] == dtype)


def more(results, pictures):
    """Return the sections on sampling, encoding, memory and learning."""
    encoding, learning = results["encoding"], results["learning"]
    sampling = ["| type | ours | by the book | ours is faster |", "| --- | ---: | ---: | ---: |"]
    sampling += [
        f"| {row['dtype']} | {row['ours']:,.0f} | {row['by the book']:,.0f} "
        f"| {times(row['ratio'])} |"
        for row in results["sampling"]
    ]
    memory = [
        "| H · batch, type | of | after the first updates | after five times as many |",
        "| --- | --- | ---: | ---: |",
    ]
    for row in sorted(results["memory"], key=lambda row: row["H"]):
        later = "–" if row["later"] is None else f"{row['later']:.0f} MB"
        memory.append(
            f"| {row['H']} · {row['batch'] or 'none'}, {row['dtype']} | {row['name']} | "
            f"{row['first']:.0f} MB | {later} |"
        )
    rungs = ", ".join(f"{name} {loss:.2f}" for name, loss in learning["ladder"].items())
    curves = ["| settings | after | loss |", "| --- | ---: | ---: |"]
    for name, points in learning["series"].items():
        for second in (5, 10, 30, 60, 120):
            near = [point for point in points if point[0] <= second * 1.02]
            if near and near[-1][0] > second * 0.75:
                seconds, updates, loss = near[-1]
                curves.append(f"| {name} | {seconds:.0f} s, {updates:,} updates | {loss:.2f} |")
    rate = encoding["characters"] / encoding["seconds"]
    parts = [
        "## Characters sampled per second",
        "Hidden size 64, 22 characters, one thread.",
        "\n".join(sampling),
        "## Characters encoded",
        f"A text of {encoding['characters']:,} characters, {encoding['distinct']} distinct: "
        f"numbered and encoded in {encoding['seconds']:.2f} s, {rate / 1e6:.0f} million a second.",
    ]
    if results["memory"]:
        parts += ["## Peak memory of the process", "\n".join(memory)]
    return [
        *parts,
        "## Loss against seconds",
        f"The Python Language Reference ({learning['characters']:,} characters, "
        f"{learning['distinct']} distinct), {learning.get('exam', 'the last tenth')} kept for "
        "validation; one thread; nats per character. The ladder, with smoothing "
        f"{learning.get('smoothing', 'interpolated')}: {rungs}.",
        f"![{learning_chart(learning).alt}]({pictures}/learning.png)",
        "\n".join(curves),
    ]


def write(results, folder, pictures):
    """Write results.md into a folder, and race.png and learning.png into that of the pictures."""
    (pictures / "race.png").write_bytes(race_chart(results["updates"]).png)
    (pictures / "learning.png").write_bytes(learning_chart(results["learning"]).png)
    there = os.path.relpath(pictures, folder).replace(os.sep, "/")
    (folder / "results.md").write_text(page(results, there), encoding="utf-8")
