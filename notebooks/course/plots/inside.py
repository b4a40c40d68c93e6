"""Figures of lesson 9: what the hidden units do while the network reads."""

import numpy as np
from matplotlib.colors import LinearSegmentedColormap

from .style import COLOURS, INKS, Picture, bare, drawn, label, new_figure

__all__ = ["best_units", "controls", "cost_of_silence", "state_map", "text_by_unit"]

# Below 0 orange, above 0 green: far apart for every kind of colour vision, and pale near 0.
_SIGNED = LinearSegmentedColormap.from_list(
    "signed", [COLOURS["output"], "#FFFFFF", COLOURS["hidden"]]
)


def state_map(text, hs):
    """Draw hidden states (len(text), H) as a map: characters across, units down."""
    figure, ax = new_figure(width=8.4, height=3.6)
    shown = ax.imshow(hs.T, cmap=_SIGNED, vmin=-1, vmax=1, aspect="auto", interpolation="nearest")
    ax.set_xticks(range(len(text)), [drawn(c) for c in text], fontsize=9, family="monospace")
    ax.grid(False)
    bar = figure.colorbar(shown, ax=ax, pad=0.01)
    bar.set_label("activation", fontsize=10, color=COLOURS["ink"])
    label(ax, "The hidden state after each character", "character read", "hidden unit")
    alt = (
        f"A map of {hs.shape[1]} hidden units over {len(text)} characters. Some rows change with "
        "every character, some hold one colour for several characters, and some columns, such as "
        "those of spaces, look alike wherever they stand."
    )
    return Picture(figure, alt)


def text_by_unit(text, activation, title, columns=68):
    """Draw a text with each character on the colour of one unit's activation after it."""
    lines = _wrapped(text, columns)
    figure, ax = new_figure(width=8.4, height=0.27 * len(lines) + 0.9)
    bare(ax)
    low = np.full((len(lines), columns), np.nan)
    place = 0
    for row, line in enumerate(lines):
        for column, char in enumerate(line):
            low[row, column] = activation[place]
            shown = "↵" if char == "\n" else char
            ax.text(
                column,
                row,
                shown,
                ha="center",
                va="center",
                fontsize=9.5,
                family="monospace",
                color=COLOURS["ink"],
            )
            place += 1
    image = ax.imshow(low, cmap=_SIGNED, vmin=-1, vmax=1, aspect="auto", interpolation="nearest")
    bar = figure.colorbar(image, ax=ax, pad=0.01, shrink=0.6, aspect=12, ticks=[-1, 0, 1])
    bar.ax.tick_params(labelsize=9)
    bar.set_label("activation", fontsize=10, color=COLOURS["ink"])
    label(ax, title)
    alt = (
        f"{title}: the text, each character on a ground coloured by the unit's activation after "
        "it, from minus 1 to 1."
    )
    return Picture(figure, alt)


def _wrapped(text, columns):
    """Cut a text at newlines (kept) and at the width, losing no character."""
    lines = []
    for line in text.splitlines(keepends=True):
        lines += [line[i : i + columns] for i in range(0, len(line), columns)]
    return lines


def best_units(found):
    """Draw, for each feature, its strongest correlation beside the strongest found by chance.

    found: feature name -> (correlation of its best unit, largest one by chance)
    """
    names = list(found)
    figure, ax = new_figure(width=7.6, height=0.55 * len(names) + 1.2)
    places = np.arange(len(names))
    best = [abs(found[name][0]) for name in names]
    chance = [found[name][1] for name in names]
    ax.barh(
        places - 0.18,
        best,
        0.34,
        color=COLOURS["hidden"],
        edgecolor=INKS["hidden"],
        label="best unit",
    )
    ax.barh(
        places + 0.18,
        chance,
        0.34,
        color="white",
        edgecolor=COLOURS["muted"],
        hatch="///",
        label="best by chance",
    )
    ax.set_yticks(places, names, fontsize=11)
    ax.invert_yaxis()
    ax.set_xlim(0, 1)
    ax.legend(frameon=False, fontsize=10, loc="lower right")
    label(ax, "The unit that follows each feature best", "correlation, without its sign")
    alt = (
        f"Pairs of bars for {', '.join(names)}: the correlation of the best unit, and the best to "
        "be had by chance. The position in the word stands far above chance."
    )
    return Picture(figure, alt)


_MARKS = [("hidden", "s", 9), ("ink", "o", 8), ("memory", "v", 8), ("input", "D", 7)]


def controls(found, title, chance=None, alt=""):
    """Draw for each feature a row of marks: how well it is followed by a network and its controls.

    found: name of who follows -> {feature: correlation, without its sign}, at most four; the first
    is filled. chance: {feature: the best by chance}, a hatched bar. alt says what is to be seen.
    """
    features = list(next(iter(found.values())))
    figure, ax = new_figure(width=7.6, height=0.5 * len(features) + 1.6)
    places = np.arange(len(features))
    if chance:
        ax.barh(
            places,
            [chance[name] for name in features],
            0.5,
            color="white",
            edgecolor=COLOURS["muted"],
            hatch="///",
            label="best by chance",
        )
    for (name, row), (role, marker, size) in zip(found.items(), _MARKS, strict=False):
        ax.plot(
            [row[feature] for feature in features],
            places,
            marker,
            markersize=size,
            color=INKS[role],
            markerfacecolor=COLOURS[role] if role == "hidden" else "white",
            markeredgewidth=1.6,
            label=name,
        )
    ax.set_yticks(places, features, fontsize=11)
    ax.invert_yaxis()
    ax.set_xlim(0, 1)
    ax.legend(frameon=False, fontsize=10, loc="upper left", bbox_to_anchor=(1, 1))
    label(ax, title, "correlation, without its sign")
    said = f"Marks on a row for each of {', '.join(features)}: {', '.join(found)}"
    return Picture(figure, f"{said}{', and the best by chance' * bool(chance)}. {alt}".strip())


def cost_of_silence(correlations, costs, feature, others="other units"):
    """Draw for every unit what silencing it costs against how well it follows a feature.

    costs: (H,), or several ways to silence a unit side by side, {name: (H,)}.
    """
    ways = costs if isinstance(costs, dict) else {"": costs}
    figure, axes = new_figure(len(ways), width=8.4 if len(ways) > 1 else 6.8, height=3.6)
    strength, axes = np.abs(correlations), np.atleast_1d(axes)
    top = strength >= np.sort(strength)[-5]
    highest = 1.08 * max(max(way) for way in ways.values())
    lowest = min(0, *(min(way) for way in ways.values())) - 0.03 * highest
    for ax, (name, way) in zip(axes, ways.items(), strict=True):
        ax.scatter(
            strength[~top], way[~top], s=26, color="white", edgecolor=INKS["ink"], label=others
        )
        ax.scatter(
            strength[top],
            way[top],
            s=52,
            color=INKS["hidden"],
            marker="s",
            label=f"the five that follow {feature} best",
        )
        ax.axhline(0, color=COLOURS["muted"], linewidth=1)
        ax.set_ylim(lowest, highest)
        label(
            ax,
            name.capitalize() or "Does following a feature make a unit matter?",
            "correlation, without its sign",
            "extra loss without it, nats" if ax is axes[0] else "",
        )
    figure.legend(
        *axes[0].get_legend_handles_labels(),
        frameon=False,
        fontsize=10,
        loc="outside lower center",
        ncols=2,
    )
    alt = (
        f"One point for each hidden unit{', in a panel each ' * (len(ways) > 1)}"
        f"{' and '.join(filter(None, ways))}: how well it follows the feature, and what it costs "
        "to silence it. Most cost little; the costliest are not the ones that follow best."
    )
    return Picture(figure, alt)
