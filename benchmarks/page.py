"""The page of a run: promises, tables, and where the time goes, each in its place; what was not measured stays."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from benchmarks.tables import HEADS, TITLE, Row

EARLIER = ", earlier"  # ends the verdict of a row of the page that the last run did not measure
PROFILES = "## Where the time goes\n"


def with_rows(page: str, measured: Mapping[str, Sequence[Row]], machine: str) -> str:
    """A page with the rows of each part in the table of its promises, those that are broken below it, and the machine of this run.

    Rows of parts that were not measured stay, and are marked as earlier ones.

    >>> old = "| load | old | | | | | kept |\\n| way | calls | | | | | kept |\\n"
    >>> page = f"Measured on x.\\n\\n## The promises\\n\\n| part |\\n|---|\\n{old}\\nAll hold.\\n"
    >>> print(with_rows(page, {"load": [Row("loading", "5 s", "1 s", 5.0, 4.0, profile="")]}, "y"))
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

    >>> from benchmarks.tables import table
    >>> print(with_tables("% table: Loads\\n\\n| rules |\\n|---|\\n| 1 |\\n\\nMore.", [table("Loads", [["2"]], ["rules"])]))
    % table: Loads
    <BLANKLINE>
    | rules |
    |-------|
    | 2     |
    <BLANKLINE>
    More.
    """
    for title, drawn in _tables(said):
        page = _place(title).sub(lambda _, new=drawn: f"{new}\n", page, count=1)  # type: ignore[misc]
    return page


def without_place(page: str, said: Iterable[str]) -> list[str]:
    """The titles of tables that were printed, and have no place on a page.

    >>> from benchmarks.tables import table
    >>> without_place("% table: Loads\\n\\n| rules |\\n|---|\\n", [table(each, [], ["rules"]) for each in ("Loads", "Starts")])
    ['Starts']
    """
    return [title for title, _ in _tables(said) if not _place(title).search(page)]


def _tables(said: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield the title and the lines of each text that is a table."""
    for text in said:
        if text.startswith(TITLE):
            title, _, drawn = text.removeprefix(TITLE).partition("\n\n")
            yield title, drawn


def _place(title: str) -> re.Pattern[str]:
    """The lines of a table on the page."""
    return re.compile(rf"(?<=^% table: {re.escape(title)}\n\n)(?:\|.*\n)+", re.MULTILINE)


def with_profiles(page: str, profiles: Mapping[str, Mapping[str, str]]) -> str:
    """A page with the profiles of each part that was measured, none where all its promises hold; those of other parts stay.

    >>> page = "## Where the time goes\\n\\nBy samples.\\n\\n% profiles: load\\n\\n### loading\\n\\nold\\n\\n## Notes\\n"
    >>> print(with_profiles(page, {"load": {}, "way": {"calls": "new"}}))
    ## Where the time goes
    <BLANKLINE>
    By samples.
    <BLANKLINE>
    % profiles: way
    <BLANKLINE>
    ### calls
    <BLANKLINE>
    new
    <BLANKLINE>
    ## Notes
    <BLANKLINE>
    """
    before, found, behind = page.partition(PROFILES)
    section, more, rest = behind.partition("\n## ")
    about, *old = re.split(r"^% profiles: (.*)\n\n", section, flags=re.MULTILINE)
    parts = dict(zip(old[::2], old[1::2], strict=True))
    parts |= {part: "\n\n".join(f"### {what}\n\n{text}" for what, text in those.items()) for part, those in profiles.items()}
    blocks = [about.rstrip(), *(f"% profiles: {part}\n\n{text.rstrip()}" for part, text in parts.items() if text)]
    return f"{before}{found or PROFILES}" + "\n\n".join(blocks) + f"\n{more}{rest}"
