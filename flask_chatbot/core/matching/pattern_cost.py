"""How much RE2 has to remember of a text while it looks for a pattern, told from the pattern alone.

RE2 walks through a text once, and keeps track of every place where what it looks for may have begun. `a[ab]{20}x` may have begun at each
`a` of the last twenty letters, or not: a million cases, and each case that it meets for the first time costs it a microsecond or more.
`resi [0-9]{20}` can have begun at one place only, since no `resi` stands among digits.
"""

from collections.abc import Sequence
from typing import NamedTuple

from flask_chatbot.core.matching.pattern_syntax import ONCE, Repeat, Token, letters_of, tokens

NONE: frozenset[str] = frozenset()
WORDS_LIMIT = 30  # texts of a group that are told apart


class Part(NamedTuple):
    """A part of a pattern: one of a few plain texts, or else up to `size` characters out of `letters`.

    `source` is what it is written as, if it is one class repeated; a group keeps its `branches` to look into.
    """

    letters: frozenset[str]
    size: int
    repeat: Repeat = ONCE
    texts: frozenset[str] = NONE
    source: str = ""
    branches: tuple[tuple["Part", ...], ...] = ()

    @property
    def text(self) -> str:
        """The only text that it stands for; empty where there are several."""
        return next(iter(self.texts)) if len(self.texts) == 1 else ""

    @property
    def is_fixed(self) -> bool:
        """Whether it always has one length."""
        return self.repeat.is_fixed and not self.branches and len(set(map(len, self.texts))) < 2


BEGINNING = Part(NONE, 0, source="^")
NOWHERE = Part(NONE, 0)


def read_memory(source: str) -> int:
    """In how many ways what is known of a text may differ: for each more, there are twice as many cases.

    >>> read_memory("resi [0-9]{8,12}"), read_memory("a[ab]{20}x"), read_memory("pesan .{1,50}")
    (0, 19, 8)
    """
    return choices(parts_of(source))


def choices(parts: Sequence[Part]) -> int:
    """What the parts of a pattern have to remember: for those in a row between two texts, one less than the places they may begin at."""
    found = run = 0
    for at, part in enumerate(parts):
        if part.text:
            found, run = found + max(run - 1, 0), 0
        elif at == 0 and part.repeat.most == 1:
            found += sum(map(choices, part.branches))  # it may begin anew at every place, so that repeating it adds nothing
        else:
            run += beginnings(parts[:at], part)
    return found + max(run - 1, 0)


def beginnings(before: Sequence[Part], part: Part) -> int:
    """At how many places a match may have begun that is in the midst of this part."""
    if part.source and all(each.source == part.source for each in before):
        return 0
    is_loop = bool(part.branches) and not part.source and part.repeat.is_loop
    if is_alone(before, part):
        return part.size if is_loop else sum(map(choices, part.branches))
    if is_loop:
        return part.size
    told = told_apart(before, part)
    return min(part.size, (told < len(before)) - (-part.size // apart(before[:told])))


def told_apart(before: Sequence[Part], part: Part) -> int:
    """How many of the parts before one are left without the last of them that cannot stand in its midst.

    Behind the first beginning that is still open, nothing of these can have come.
    """
    count = len(before)
    while count and not before[count - 1].letters & part.letters:
        count -= 1
    return count


def is_alone(before: Sequence[Part], part: Part) -> bool:
    """Whether nothing else can have begun: what stands before the part cannot stand in the midst of it."""
    if before and before[0] is BEGINNING and not any(each.repeat.is_endless for each in before):
        return True
    for each in reversed(before):
        if each.texts:
            return all(any(letter.isascii() and letter not in part.letters for letter in text) for text in each.texts)
        if each.letters & part.letters:
            return False
        if each.repeat.least and not each.branches:
            return True
    return False


def apart(before: Sequence[Part]) -> int:
    """How many characters at least stand between two places where what comes next may begin."""
    if not before or not (before[-1].text or before[-1].is_fixed):
        return 1
    *earlier, last = before
    if not last.text:
        return apart(earlier)
    is_told = bool(earlier) and last.text[0] not in earlier[-1].letters and is_alone(earlier[:-1], earlier[-1])
    return max(period(last.text), apart(earlier[:-1] if is_told else earlier))


def period(text: str) -> int:
    """How many characters at least stand between two places where a text begins.

    >>> period("resi"), period("abab"), period("aa")
    (4, 2, 1)
    """
    return next(shift for shift in range(1, len(text) + 1) if text.startswith(text[shift:]))


def parts_of(source: str) -> tuple[Part, ...]:
    """The parts of a pattern, in a row; brackets that change nothing are gone."""
    branches, outer = [list[Part]()], list[list[list[Part]]]()
    for token in tokens(source):
        if token.kind == "open":
            outer.append(branches)
            branches = [[]]
        elif token.kind == "bar":
            branches.append([])
        elif token.kind == "close":
            group = grouped(branches, token.repeat)
            branches = outer.pop()
            join(branches[-1], group)
        else:
            join(branches[-1], parts_of_token(token))
    return grouped(branches, ONCE)


def join(row: list[Part], more: Sequence[Part]) -> None:
    """Put parts behind a row, two texts made one, and a class written twice one of twice the length."""
    for part in more:
        last = row[-1] if row else NOWHERE
        if part.text and last.text:
            text = last.text + part.text
            row[-1] = Part(frozenset(text), len(text), texts=frozenset([text]))
        elif part.source == last.source != "" and part.size and part.is_fixed and last.is_fixed:
            size = part.size + last.size
            row[-1] = part._replace(size=size, repeat=Repeat(size, size))
        else:
            row.append(part)


def parts_of_token(token: Token) -> tuple[Part, ...]:
    """One part, or two where only the last of several characters is repeated; none for what stands for no character."""
    if token.kind == "class":
        return (Part(letters_of(token.source), token.repeat.most, token.repeat, source=token.source),)
    if token.kind != "text":
        return (BEGINNING,) if token.source in ("^", r"\A") else ()
    text = token.text.lower()
    once, again = (text, "") if token.repeat is ONCE else (text[:-1], text[-1:])
    first = (Part(frozenset(once), len(once), texts=frozenset([once])),) if once else ()
    return (*first, Part(frozenset(again), token.repeat.most, token.repeat, source=again)) if again else first


def grouped(branches: list[list[Part]], repeat: Repeat) -> tuple[Part, ...]:
    """What stood between brackets, as parts of the row around them."""
    if len(branches) == 1 and repeat is ONCE:
        return tuple(branches[0])
    parts = [part for branch in branches for part in branch]
    letters = NONE.union(*(part.letters for part in parts))
    if repeat is ONCE:
        size = max(sum(part.size for part in branch) for branch in branches)
        if len(branches) <= WORDS_LIMIT and all(len(branch) == 1 and branch[0].text for branch in branches):
            return (Part(letters, size, texts=frozenset(part.text for part in parts)),)
    else:
        size = repeat.most * sum(part.size for part in parts)
    sources = {part.source for part in parts}
    return (Part(letters, size, repeat, source=sources.pop() if len(sources) == 1 else "", branches=tuple(map(tuple, branches))),)
