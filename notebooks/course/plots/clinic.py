"""Figures of lesson 10: what a doctor sees of a training."""

import numpy as np

from .style import COLOURS, INKS, Picture, label, new_figure

__all__ = ["case_figure", "memoriser"]


def case_figure(case, healthy):
    """Draw a Case over a healthy one: loss, gradient norm, surprise along the chunk, sample."""
    figure, axes = new_figure(3, width=8.6, height=3.0, width_ratios=(1.25, 1, 1))
    figure.set_layout_engine(None)  # the same places each time, and twice as fast
    figure.subplots_adjust(left=0.075, right=0.99, bottom=0.27, top=0.91, wspace=0.34)
    patient = f"patient {case.name}" if len(case.name) == 1 else case.name
    panels = (
        ("losses", "Loss", "iteration", "nats per 25 characters", (2e-3, 3e3)),
        ("norms", "Gradient", "iteration", "norm, before clipping", (0.02, 1e5)),
        (
            "by_step",
            "At each place",
            "place in the chunk",
            "surprise at the end, nats",
            (1e-3, 100),
        ),
    )
    for ax, (values, title, x, y, limits) in zip(axes, panels, strict=True):
        if case is not healthy:
            ax.plot(getattr(healthy, values), color="#9AA2AF", linewidth=1, label="healthy")
        theirs = getattr(case, values)
        ax.plot(
            np.where(np.isfinite(theirs), theirs, np.nan),
            color=INKS["gradient"],
            linewidth=1.3,
            label=patient,
        )
        ax.set_yscale("log")
        ax.minorticks_off()  # nine to a decade would take longer to draw than all the rest
        ax.set_ylim(*limits)
        label(ax, title, x, y)
    left, even = axes[0], 25 * np.log(22)
    left.axhline(even, color=COLOURS["muted"], linewidth=1, linestyle="--")
    above = case.losses[-400:].mean() > even  # then the words stand below the line
    left.text(
        len(case.losses),
        even / 1.2 if above else even * 1.2,
        "even guessing",
        fontsize=9,
        ha="right",
        va="top" if above else "bottom",
        color=COLOURS["muted"],
    )
    left.legend(frameon=False, fontsize=9.5, loc="lower left")
    gone = np.flatnonzero(~np.isfinite(case.losses))
    if len(gone):
        left.text(
            0.5,
            0.62,
            f"nan from iteration {gone[0]}",
            transform=left.transAxes,
            fontsize=12,
            ha="center",
            color=INKS["gradient"],
            fontweight="bold",
        )
    check = "passes" if case.exact else "fails"
    figure.supxlabel(
        f"Gradient check: {check}.   It says: Hope{case.sample}",
        fontsize=9.5,
        family="monospace",
        color=COLOURS["ink"],
        parse_math=False,
    )
    state = "recites the verse" if case.well else "does not do well"
    who = "a healthy training" if case is healthy else f"{patient} beside a healthy training"
    return Picture(
        figure,
        f"Loss, gradient norm and surprise at each place of a chunk, for {who}; "
        f"at the end it {state}. Its gradient check {check}.",
    )


def memoriser(training, validation, every=100):
    """Draw the loss on the text trained on and on text held back, in nats per character."""
    figure, ax = new_figure(width=7.4, height=3.3)
    steps = every * (1 + np.arange(len(training)))
    ax.plot(steps, training, color=INKS["ink"], linewidth=1.8, marker="o", label="training text")
    ax.plot(
        steps,
        validation,
        "--",
        color=INKS["gradient"],
        linewidth=1.8,
        marker="^",
        label="text held back",
    )
    ax.set_ylim(0, 1.1 * max(max(validation), max(training)))
    ax.legend(frameon=False, fontsize=10)
    label(ax, "The same network on two texts", "iteration", "loss, nats per character")
    rising = np.argmin(validation) < len(validation) // 2
    fate = "rises" if rising else "goes on falling"
    return Picture(
        figure,
        f"The loss on the training text falls steadily, while the loss on text held back {fate}.",
    )
