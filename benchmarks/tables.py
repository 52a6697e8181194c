"""What was measured, beside what is promised of it, as Markdown."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

NO_TIME = "it is not a matter of time."  # why a row has no profile


@dataclass(frozen=True, slots=True)
class Row:
    """One figure: how many times as much `ours` is as `other`, or as fast, and the promise, None where there is none.

    `at_least` tells a promise to be so fast from one to cost no more. `profile` draws the table of where its time goes, which is looked
    at only where the promise does not hold; where nothing can be drawn, it is the reason.
    """

    what: str
    ours: str
    other: str
    ratio: float
    promise: float | None = None
    at_least: bool = False
    profile: Callable[[], str] | str = field(kw_only=True)

    @property
    def is_kept(self) -> bool:
        """True if the promise holds, or there is none."""
        if self.promise is None:
            return True
        return self.ratio >= self.promise if self.at_least else self.ratio <= self.promise

    def drawn_profile(self) -> str:
        """The table of where its time goes, or why there is none.

        >>> Row("sends in order", "1", "0", 1.0, 0.0, profile=NO_TIME).drawn_profile()
        'No profile: it is not a matter of time.'
        """
        return f"No profile: {self.profile}" if isinstance(self.profile, str) else self.profile()

    def cells(self) -> list[str]:
        """The row as it is printed.

        >>> Row("loading", "2.00 s", "1.00 s", 2.0, 3.5, profile=NO_TIME).cells()
        ['loading', '2.00 s', '1.00 s', '2.00', 'at most 3.5', 'kept']
        """
        if self.promise is None:
            promise, verdict = "", ""
        else:
            promise = f"{'at least' if self.at_least else 'at most'} {self.promise:g}"
            verdict = "kept" if self.is_kept else "BROKEN"
        return [self.what, self.ours, self.other, f"{self.ratio:.3g}" if self.ratio >= 100 else f"{self.ratio:.2f}", promise, verdict]


HEADS = ("what", "ours", "beside", "ratio", "promise", "")
TITLE = "\n## "  # begins a table that is printed


def table(title: str, rows: Sequence[Sequence[str]], heads: Sequence[str] = HEADS) -> str:
    """The rows under a title, their columns in line."""
    return f"{TITLE}{title}\n\n{drawn(rows, heads)}"


def drawn(rows: Sequence[Sequence[str]], heads: Sequence[str]) -> str:
    """The rows under their heads, their columns in line.

    >>> print(drawn([["a|b", "1"]], ("pattern", "time")))
    | pattern | time |
    |---------|------|
    | a\\|b    | 1    |
    """
    lines = [[cell.replace("|", "\\|") for cell in line] for line in (heads, *rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(heads))]
    texts = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |" for line in lines]
    texts.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(texts)


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
