"""What was measured, beside what is promised of it, as Markdown."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One figure: how many times as much `ours` is as `other`, or as fast, and the promise, None where there is none.

    `at_least` tells a promise to be so fast from one to cost no more.
    """

    what: str
    ours: str
    other: str
    ratio: float
    promise: float | None = None
    at_least: bool = False

    @property
    def is_kept(self) -> bool:
        """Whether the promise holds, or there is none."""
        if self.promise is None:
            return True
        return self.ratio >= self.promise if self.at_least else self.ratio <= self.promise

    def cells(self) -> list[str]:
        """The row as it is printed.

        >>> Row("loading", "2.00 s", "1.00 s", 2.0, 3.5).cells()
        ['loading', '2.00 s', '1.00 s', '2.00', 'at most 3.5', 'kept']
        """
        if self.promise is None:
            promise, verdict = "", ""
        else:
            promise = f"{'at least' if self.at_least else 'at most'} {self.promise:g}"
            verdict = "kept" if self.is_kept else "BROKEN"
        return [self.what, self.ours, self.other, f"{self.ratio:.3g}" if self.ratio >= 100 else f"{self.ratio:.2f}", promise, verdict]


HEAD = "| what | ours | beside | ratio | promise | |\n|---|---|---|---|---|---|"  # of the page
HEADS = ("what", "ours", "beside", "ratio", "promise", "")


def table(title: str, rows: Sequence[Sequence[str]], heads: Sequence[str] = HEADS) -> str:
    """The rows under a title, their columns in line."""
    lines = [list(heads), *map(list, rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(heads))]
    drawn = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |" for line in lines]
    drawn.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return f"\n## {title}\n\n" + "\n".join(drawn)


def with_rows(page: str, rows: Sequence[Row], machine: str) -> str:
    """A page with these rows in the table of its promises, and the machine that they were measured on.

    >>> page = "Measured on x.\\n\\n## The promises\\n\\n| what |\\n|---|\\n| old |\\n\\nMore.\\n"
    >>> print(with_rows(page, [Row("loading", "2 s", "1 s", 2.0, 4.0)], "y"))
    Measured on y.
    <BLANKLINE>
    ## The promises
    <BLANKLINE>
    | what | ours | beside | ratio | promise | |
    |---|---|---|---|---|---|
    | loading | 2 s | 1 s | 2.00 | at most 4 | kept |
    <BLANKLINE>
    More.
    <BLANKLINE>
    """
    drawn = "\n".join([HEAD, *(f"| {' | '.join(row.cells())} |".replace("|  |", "| |") for row in rows)])
    page = re.sub(r"^Measured (.*?)on .*\.$", lambda found: f"Measured {found[1]}on {machine}.", page, count=1, flags=re.MULTILINE)
    return re.sub(r"(?<=^## The promises\n\n)(?:\|.*\n)+", lambda _: f"{drawn}\n", page, count=1, flags=re.MULTILINE)


def seconds(value: float) -> str:
    """A time with its unit.

    >>> seconds(0.0000234), seconds(0.0451), seconds(2.5)
    ('23.4 us', '45.1 ms', '2.50 s')
    """
    for factor, unit in ((1e6, "us"), (1e3, "ms")):
        if value * factor < 1000:
            return f"{value * factor:.3g} {unit}"
    return f"{value:.2f} s"


Say = Callable[[str], None]
