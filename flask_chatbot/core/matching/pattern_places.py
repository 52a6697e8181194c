"""The number of places where a match of a pattern may have begun at once, computed from the pattern alone.

RE2 tracks all of them, and each new combination costs it time. `a[ab]{20}x` may have begun at each `a` of the last twenty letters, or not:
a million combinations. `resi [0-9]{20}` can have begun at one place only, since no `resi` stands among digits.
"""

from collections.abc import Sequence
from typing import NamedTuple

from flask_chatbot.core.matching.pattern_syntax import ONCE, Token, letters_of, tokens

NONE: frozenset[str] = frozenset()


class Step(NamedTuple):
    """A part of a pattern: one of `texts` stands for it, possibly none if there are none; it can loop through letters of `loop`."""

    texts: frozenset[str]
    loop: frozenset[str] = NONE


class _Brackets(NamedTuple):
    """The parts between two brackets, which begin after so many steps; all branches but the last are complete."""

    start: int
    outer: float
    branches: list[list[Step]]


def read_places(source: str) -> int:
    """The number of places where a match of a pattern may have begun at once, besides the first.

    >>> read_places("resi [0-9]{8,12}"), read_places("a[ab]{20}x"), read_places("pesan .{1,50}")
    (0, 19, 7)
    """
    found, row, groups = 0.0, list[Step](), [_Brackets(0, 0.0, [])]
    for token in tokens(source) if can_begin_late(source) else ():
        if token.kind == "open":
            groups.append(_Brackets(len(row), found, []))
            found = 0.0
        elif token.kind == "bar":
            groups[-1].branches.append(row[groups[-1].start :])
            del row[groups[-1].start :]
        elif token.kind == "close":
            group = groups.pop()
            steps = [*group.branches, row[group.start :]]
            if group.branches or token.repeat.most > 1:
                letters = NONE.union(*(step.loop.union(*step.texts) for branch in steps for step in branch))
                found = found or rate(row[: group.start], letters)
            found = group.outer + found * token.repeat.most
            row[group.start :] = grouped(steps, token)
        elif token.kind == "class":
            letters = letters_of(token.source)
            found += token.repeat.most * rate(row, letters)
            row.append(Step(letters if token.repeat.least else NONE, letters if token.repeat.is_loop else NONE))
        elif text := token.text.lower():
            sure = text if token.repeat.least else text[:-1]
            row.append(Step(frozenset([sure] if sure else []), frozenset(text[-1:] if token.repeat.is_loop else "")))
    return max(int(found) - 1, 0)


def can_begin_late(source: str) -> bool:
    """True if a pattern, or its end, may be found anywhere in a text, not only within so many characters of its start.

    >>> can_begin_late("^.{1,9}b.{1,9}c"), can_begin_late("^.+b.{1,9}c")
    (False, True)
    """
    parts = list(tokens(source))
    is_bound = bool(parts) and parts[0].source in ("^", r"\A")
    return not is_bound or any(token.kind == "bar" or token.repeat.is_endless for token in parts)


def rate(row: Sequence[Step], letters: frozenset[str]) -> float:
    """The number of places per character where a class may begin after these steps; 0 if there is only one place."""
    size = 0  # of the words before it, that have to fit in between
    for step in reversed(row):
        if step.loop & letters:
            return 1 / max(size, 1) if size or not letters <= step.loop else 0
        if step.texts:
            if all(set(text) - letters for text in step.texts):
                return 0
            size += (
                shortest(step.texts) if len(step.texts) == 1 or shortest(step.texts) > 1 else 0
            )  # of single letters, any may be the next
    return 1 / max(size, 1) if row else 0


def grouped(branches: list[list[Step]], token: Token) -> list[Step]:
    """The contents of brackets, as steps of the surrounding row."""
    if len(branches) == 1 and token.repeat is ONCE:
        return branches[0]
    steps = [step for branch in branches for step in branch]
    loops = [step.loop for step in steps]
    if token.repeat.is_loop:
        loops += [frozenset("".join(step.texts)) for step in steps]
    longest = [max((step.texts for step in branch), key=shortest, default=NONE) for branch in branches]
    return [Step(NONE.union(*longest) if token.repeat.least and all(longest) else NONE, NONE.union(*loops))]


def shortest(texts: frozenset[str]) -> int:
    return min(map(len, texts), default=0)
