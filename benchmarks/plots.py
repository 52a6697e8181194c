"""The pictures of the pages on performance and on scaling."""

from collections.abc import Mapping
from pathlib import Path

from matplotlib import pyplot as plt
from matplotlib.figure import Figure

plt.switch_backend("svg")

COLOURS = ("#0b6e4f", "#c8553d", "#6c757d")
plt.rcParams.update({"font.size": 11, "svg.hashsalt": "flask_chatbot", "axes.spines.top": False, "axes.spines.right": False})


def draw_deciding(curves: Mapping[str, Mapping[int, float]], folder: Path) -> None:
    """Time to decide against the number of rules, both by powers of ten."""
    figure, axes = plt.subplots(figsize=(7.5, 4.5))
    for (name, curve), colour in zip(curves.items(), COLOURS, strict=True):
        axes.loglog(list(curve), [spent * 1e6 for spent in curve.values()], marker="o", color=colour, linewidth=2)
        last = max(curve)
        axes.annotate(name, (last, curve[last] * 1e6), xytext=(6, 6), textcoords="offset points", color=colour, ha="right", va="bottom")
    axes.set(xlabel="rules", ylabel="microseconds a message", title="Deciding: processor time against the number of rules")
    axes.grid(visible=True, which="major", color="#dddddd")
    save(figure, folder / "deciding.svg")


def draw_webhook(bars: Mapping[str, Mapping[int, float]], folder: Path) -> None:
    """What a call costs as a multiple of a view that returns a constant."""
    figure, axes = plt.subplots(figsize=(7.5, 4.0))
    width = 0.26
    for number, ((name, sizes), colour) in enumerate(zip(bars.items(), reversed(COLOURS), strict=True)):
        places = [place + (number - 1) * width for place in range(len(sizes))]
        drawn = axes.bar(places, list(sizes.values()), width, label=name, color=colour)
        axes.bar_label(drawn, fmt="%.2f", padding=2, fontsize=9)
    axes.axhline(1.0, color="#333333", linewidth=1)
    rules = next(iter(bars.values()))
    axes.set_xticks(range(len(rules)), [f"{size:,} rules" for size in rules])
    axes.set(ylabel="times a constant view", title="Webhook: processor time of a call, beside a view that returns a constant")
    axes.legend(frameon=False, loc="upper left", ncols=3)
    axes.set_ylim(0, max(max(sizes.values()) for sizes in bars.values()) * 1.3)
    save(figure, folder / "webhook.svg")


def draw_scale(curves: Mapping[str, Mapping[int, tuple[float, float]]], folder: Path) -> None:
    """What processes do a second, and the 99th percentile, against how many there are."""
    figure, both = plt.subplots(1, 2, figsize=(9.5, 3.8))
    titles = {
        "web processes": ("messages accepted a second", "a call, p99"),
        "workers": ("messages sent a second", "from commit to send, p99"),
    }
    for axes, (name, curve) in zip(both, curves.items(), strict=True):
        numbers, right = list(curve), axes.twinx()
        for side, place, colour in ((axes, 0, COLOURS[0]), (right, 1, COLOURS[1])):
            values = [value[place] * (1000 if place else 1) for value in curve.values()]
            side.plot(numbers, values, marker="o", color=colour, linewidth=2)
            side.set_ylim(0, max(values) * 1.25)
            side.set_ylabel(titles[name][place] + (" (ms)" if place else ""), color=colour)
        axes.set(xlabel=name, xticks=numbers)
        axes.grid(visible=True, which="major", color="#dddddd")
    figure.tight_layout()
    save(figure, folder / "scale.svg")


def save(figure: Figure, path: Path) -> None:
    """Write the picture; without a date, so that a picture of the same figures is the same file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, bbox_inches="tight", metadata={"Date": None})
    plt.close(figure)
