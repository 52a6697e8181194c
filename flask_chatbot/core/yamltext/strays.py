"""Signs that look as if they were part of YAML and are not: odd spaces, bullets, and dashes with no space behind them."""

import re
from collections.abc import Iterable, Iterator
from collections.abc import Sequence as Lines

from flask_chatbot.core.late import late_pattern
from flask_chatbot.core.translation.translatable import tr
from flask_chatbot.core.yamltext.traps import Trap
from flask_chatbot.core.yamltext.tree import Node, Scalar, Sequence

SPACES = "\xa0\u1680\u2000-\u200d\u202f\u205f\u2060\u3000"
_ANY = re.compile(f"[{SPACES}]")
# Odd spaces in front of all else on a line, or right behind a dash or the colon of a key.
_SPACE = late_pattern(rf" *(?:(?:- +)*(?:-|[a-z_][\w-]*:))?([{SPACES}])")
_TAB = re.compile(r" *(?:- +)*(\t)")
_BULLET = late_pattern(r" *([\u2010-\u2015\u2022\u2023\u2043\u2219\u25aa\u25cf\u00b7])\s*(?=\S)")
_DASH = late_pattern(r" *(?:- +)*(-)(?=[A-Za-z_][\w-]*:(?:\s|$))")
_OPEN, _CLOSE = "\u2018\u201c\u201e\u00ab", "\u2019\u201d\u201c\u00bb"
CURLY = re.compile(f"[{_OPEN}{_CLOSE}]")
_CURLY = late_pattern(f"[{_OPEN}][^{_OPEN}{_CLOSE}]+[{_CLOSE}]")
_INVISIBLE = frozenset("\u200b\u200c\u200d\u2060")


def stray_spaces(text: str, lines: Lines[str]) -> frozenset[int]:
    """The lines that may hold an odd space where YAML wants a plain one."""
    if text.isascii() or not _ANY.search(text):
        return frozenset()
    return frozenset(number for number, line in enumerate(lines) if _SPACE.match(line))


def stray_space(lines: Lines[str], number: int) -> Trap | None:
    """The odd space of a line, where it stands for a plain one.

    >>> stray_space(["\\xa0\\xa0- keyword: a"], 0).message
    'a no-break space (U+00A0) stands where YAML takes plain spaces only. Type a space in its place.'
    """
    found = _SPACE.match(lines[number])
    if not found:
        return None
    sign = found[1]
    kind = tr("a no-break space") if sign == "\xa0" else tr("an invisible character") if sign in _INVISIBLE else tr("a special space")
    message = tr("{sign} (U+{code:04X}) stands where YAML takes plain spaces only. Type a space in its place.", sign=kind, code=ord(sign))
    return Trap(number, found.start(1), message)


def stray_sign(lines: Lines[str], numbers: Iterable[int]) -> Trap | None:
    """The first sign on some lines of a broken text that is likely to have broken it."""
    for number in numbers:
        line = lines[number]
        if trap := stray_space(lines, number):
            return trap
        if found := _TAB.match(line):
            return Trap(number, found.start(1), tr("there is a tab in the indentation. Use spaces."))
        if found := _BULLET.match(line):
            return Trap(number, found.start(1), tr("{sign} is not a dash to YAML. Begin the entry with '- '.", sign=found[1]))
        if found := _DASH.match(line):
            return Trap(
                number, found.start(1), tr("a space is missing after the dash. Write - {entry}", entry=line[found.end(1) :].strip())
            )
    return None


def curly_quoted(root: Node) -> Iterator[Scalar]:
    """The texts below a node that stand in curly quotes, and in no others: to YAML these are part of the text."""
    nodes, seen = [root], set[int]()
    while nodes:
        node = nodes.pop()
        if isinstance(node, Scalar):
            if not node.style and _CURLY.fullmatch(node.text):
                yield node
        elif id(node) not in seen:  # aliases stand in many places
            seen.add(id(node))
            nodes += node.items if isinstance(node, Sequence) else node.entries.values()
