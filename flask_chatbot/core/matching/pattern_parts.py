"""Facts read from a pattern before it is ever run: how much it repeats, and the texts that its matches must contain."""

from typing import NamedTuple

from flask_chatbot.core.matching.pattern_syntax import ONCE, Repeat, tokens

Needed = tuple[frozenset[str], ...]


class Parts(NamedTuple):
    """The facts about a pattern.

    `repeats` adds up how often its parts are repeated, multiplied when nested. At least one lower-case text of each set in `needed` occurs
    in everything that the pattern finds.
    """

    repeats: int
    needed: Needed


class _Level:
    """The parts between two brackets, or of the whole pattern; `run` are the latest consecutive plain characters."""

    def __init__(self) -> None:
        self.repeats = 0
        self.run = ""
        self.needed: list[frozenset[str]] = []
        self.branches: list[Needed] = []

    def add_text(self, text: str, repeat: Repeat) -> None:
        """Add plain characters, the last of which may be repeated; an empty text is a part that stands for anything."""
        if text and repeat is ONCE:
            self.run += text
            return
        self.run += text if repeat.least else text[:-1]
        self.cut()
        self.repeats += 0 if repeat is ONCE else repeat.most

    def add_group(self, group: Parts, repeat: Repeat) -> None:
        self.cut()
        if repeat.least:
            self.needed += group.needed
        self.repeats += group.repeats if repeat is ONCE else repeat.most * max(group.repeats, 1)

    def cut(self) -> None:
        if self.run:
            self.needed.append(frozenset([self.run.lower()]))
        self.run = ""

    def end_branch(self) -> None:
        self.cut()
        self.branches.append(tuple(self.needed))
        self.needed = []

    def parts(self) -> Parts:
        """The parts needed by all branches: everything of a single one, the longest of each of several."""
        self.end_branch()
        if len(self.branches) == 1:
            return Parts(self.repeats, self.branches[0])
        if not all(self.branches):
            return Parts(self.repeats, ())
        longest = [max(branch, key=lambda texts: min(map(len, texts))) for branch in self.branches]
        return Parts(self.repeats, (frozenset().union(*longest),))


def read_parts(source: str) -> Parts:
    """Read the parts of a pattern that RE2 accepts.

    >>> read_parts("resi (?P<nomor>[0-9]{8,12})")
    Parts(repeats=12, needed=(frozenset({'resi '}),))
    >>> read_parts("(Kopi|teh)?s"), read_parts("((ab){3}c*){2}").repeats
    (Parts(repeats=1, needed=(frozenset({'s'}),)), 8)
    """
    level, outer = _Level(), list[_Level]()
    for token in tokens(source):
        if token.kind == "open":
            outer.append(level)
            level = _Level()
        elif token.kind == "close":
            group = level.parts()
            level = outer.pop()
            level.add_group(group, token.repeat)
        elif token.kind == "bar":
            level.end_branch()
        elif token.kind != "flags":
            level.add_text(token.text, token.repeat)
    return level.parts()
