"""What a pattern says of itself before it is ever run: how much it repeats, and what no text it finds can lack."""

import re
from typing import NamedTuple

# RE2's syntax as far as it matters here; what is no plain character has no group, and can stand for anything.
_PART = re.compile(
    r"\\Q(?P<quoted>.*?)(?:\\E|$)"
    r"|\\[pP](?:\{[^}]*\}|.)|\\x(?:\{[^}]*\}|..)|\\[0-7]{1,3}"
    r"|\\(?P<escaped>\W)|\\."
    r"|\[\^?\]?(?:\[:\^?\w+:\]|\\.|[^\]\\])*\]"
    r"|(?P<flags>\(\?[imsU-]+\))"
    r"|(?P<open>\((?:\?(?:P?<\w+>|[imsU-]*:))?)"
    r"|(?P<close>\))|(?P<bar>\|)|[.^$]|(?P<plain>.)",
    re.DOTALL,
)
_REPEAT = re.compile(r"(?:(?P<sign>[*+?])|\{(?P<least>\d+)(?:,(?P<most>\d*))?\})\??")

Needed = tuple[frozenset[str], ...]


class Parts(NamedTuple):
    """What was read of a pattern.

    `repeats` adds up how often its parts are repeated, those inside each other multiplied. Of each set in `needed`, one text at least,
    in lower case, stands in whatever the pattern finds.
    """

    repeats: int
    needed: Needed


class _Repeat(NamedTuple):
    least: int
    most: int  # 1 for one without end


class _Level:
    """What stands between two brackets, or in the whole pattern; `run` are the plain characters since the last that were none."""

    def __init__(self) -> None:
        self.repeats = 0
        self.run = ""
        self.needed: list[frozenset[str]] = []
        self.branches: list[Needed] = []

    def add_text(self, text: str, repeat: _Repeat | None) -> None:
        """Plain characters, the last of which may be repeated; an empty text is a part that stands for anything."""
        if text and repeat is None:
            self.run += text
            return
        self.run += text if repeat is None or repeat.least else text[:-1]
        self.cut()
        self.repeats += repeat.most if repeat else 0

    def add_group(self, group: Parts, repeat: _Repeat | None) -> None:
        self.cut()
        if repeat is None or repeat.least:
            self.needed += group.needed
        self.repeats += repeat.most * max(group.repeats, 1) if repeat else group.repeats

    def cut(self) -> None:
        if self.run:
            self.needed.append(frozenset([self.run.lower()]))
        self.run = ""

    def end_branch(self) -> None:
        self.cut()
        self.branches.append(tuple(self.needed))
        self.needed = []

    def parts(self) -> Parts:
        """What is needed by all branches: everything of a single one, the longest of each of several."""
        self.end_branch()
        if len(self.branches) == 1:
            return Parts(self.repeats, self.branches[0])
        if not all(self.branches):
            return Parts(self.repeats, ())
        longest = [max(branch, key=lambda texts: min(map(len, texts))) for branch in self.branches]
        return Parts(self.repeats, (frozenset().union(*longest),))


def read_parts(source: str) -> Parts:
    """The parts of a pattern that RE2 can read.

    >>> read_parts("resi (?P<nomor>[0-9]{8,12})")
    Parts(repeats=12, needed=(frozenset({'resi '}),))
    >>> read_parts("(Kopi|teh)?s"), read_parts("((ab){3}c*){2}").repeats
    (Parts(repeats=1, needed=(frozenset({'s'}),)), 8)
    """
    level, outer, at = _Level(), list[_Level](), 0
    while part := _PART.match(source, at):
        at = part.end()
        if part.lastgroup == "open":
            outer.append(level)
            level = _Level()
        elif part.lastgroup == "bar":
            level.end_branch()
        elif part.lastgroup != "flags":
            found = _REPEAT.match(source, at)
            at = found.end() if found else at
            repeat = read_repeat(found) if found else None
            if part.lastgroup == "close":
                group = level.parts()
                level = outer.pop()
                level.add_group(group, repeat)
            else:
                level.add_text(part["quoted"] or part["escaped"] or part["plain"] or "", repeat)
    return level.parts()


def read_repeat(found: re.Match[str]) -> _Repeat:
    if found["sign"]:
        return _Repeat(int(found["sign"] == "+"), 1)
    least = int(found["least"])
    return _Repeat(least, max(least, int(found["most"] or 0), 1))
