"""What was measured, beside what is promised of it, as Markdown."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
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


HEADS = ("what", "ours", "beside", "ratio", "promise", "")
EARLIER = ", earlier"  # ends the verdict of a row of the page that the last run did not measure


def table(title: str, rows: Sequence[Sequence[str]], heads: Sequence[str] = HEADS) -> str:
    """The rows under a title, their columns in line."""
    lines = [list(heads), *map(list, rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(heads))]
    drawn = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |" for line in lines]
    drawn.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return f"\n## {title}\n\n" + "\n".join(drawn)


def with_rows(page: str, measured: Mapping[str, Sequence[Row]], machine: str) -> str:
    """A page with the rows of each part in the table of its promises, those that are broken below it, and the machine of this run.

    Rows of parts that were not measured stay, and are marked as earlier ones.

    >>> old = "| load | old | | | | | kept |\\n| way | calls | | | | | kept |\\n"
    >>> page = f"Measured on x.\\n\\n## The promises\\n\\n| part |\\n|---|\\n{old}\\nAll hold.\\n"
    >>> print(with_rows(page, {"load": [Row("loading", "5 s", "1 s", 5.0, 4.0)]}, "y"))
    Measured on y.
    <BLANKLINE>
    ## The promises
    <BLANKLINE>
    | part | what | ours | beside | ratio | promise | |
    |---|---|---|---|---|---|---|
    | way | calls | | | | | kept, earlier |
    | load | loading | 5 s | 1 s | 5.00 | at most 4 | BROKEN |
    <BLANKLINE>
    These promises do not hold: loading (5.00, at most 4 is promised).
    <BLANKLINE>
    """
    page = re.sub(r"^Measured (.*?)on .*\.$", lambda found: f"Measured {found[1]}on {machine}.", page, count=1, flags=re.MULTILINE)
    return _PROMISES.sub(lambda found: _promises(found[1], measured), page, count=1)


# Heads of the table, its rows, and the paragraph below, which begins as one of those that are written there.
_PROMISES = re.compile(r"(?<=^## The promises\n\n)(?:\|.*\n){2}((?:\|.*\n)*)\n(?:All hold|These promises do not hold).*\n", re.MULTILINE)


def _promises(drawn: str, measured: Mapping[str, Sequence[Row]]) -> str:
    """The table of the page, and what of it is broken, from the rows that were drawn there and those measured now."""
    old = [[cell.strip() for cell in line[1:-1].split("|")] for line in drawn.splitlines()]
    rows = [[*cells[:-1], marked(cells[-1])] for cells in old if cells[0] not in measured]
    rows += [[part, *row.cells()] for part, those in measured.items() for row in those]
    lines = [re.sub(r"\|  +(?=\|)", "| ", f"| {' | '.join(cells)} |") for cells in (["part", *HEADS], *rows)]
    broken = [f"{cells[1]} ({cells[4]}, {cells[5]} is promised)" for cells in rows if cells[-1].startswith("BROKEN")]
    below = f"These promises do not hold: {'; '.join(broken)}." if broken else "All hold."
    return "\n".join([lines[0], "|" + "---|" * (1 + len(HEADS)), *lines[1:], "", below, ""])


def marked(verdict: str) -> str:
    """A verdict as one of an earlier run.

    >>> marked("kept"), marked("kept, earlier"), marked("")
    ('kept, earlier', 'kept, earlier', 'earlier')
    """
    return (verdict.removesuffix(EARLIER) + EARLIER).removeprefix(", ") if verdict != "earlier" else verdict


def with_tables(page: str, said: Iterable[str]) -> str:
    """A page with tables that were printed, each in place of the one below a comment with its title.

    >>> print(with_tables("% table: Loads\\n\\n| rules |\\n|---|\\n| 1 |\\n\\nMore.", [table("Loads", [["2"]], ["rules"])]))
    % table: Loads
    <BLANKLINE>
    | rules |
    |-------|
    | 2     |
    <BLANKLINE>
    More.
    """
    for text in said:
        title, _, drawn = text.removeprefix("\n## ").partition("\n\n")
        place = re.compile(rf"(?<=^% table: {re.escape(title)}\n\n)(?:\|.*\n)+", re.MULTILINE)
        page = place.sub(drawn.replace("\\", r"\\") + "\n", page, count=1)
    return page


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
