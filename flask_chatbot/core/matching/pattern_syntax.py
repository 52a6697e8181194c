"""The syntax of RE2, as far as the checks of patterns need it."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from flask_chatbot.core.late import late_pattern

# What is no plain character has no group, and can stand for several.
_PART = late_pattern(
    r"\\Q(?P<quoted>.*?)(?:\\E|$)"
    r"|\\[pP](?:\{[^}]*\}|.)|\\x(?:\{[^}]*\}|..)|\\[0-7]{1,3}"
    r"|(?P<edge>\\[bBAz]|[\^$])"
    r"|\\(?P<escaped>\W)|\\."
    r"|\[\^?\]?(?:\[:\^?\w+:\]|\\.|[^\]\\])*\]"
    r"|(?P<flags>\(\?[imsU-]+\))"
    r"|(?P<open>\((?:\?(?:P?<\w+>|[imsU-]*:))?)"
    r"|(?P<close>\))|(?P<bar>\|)|\.|(?P<plain>[\w ]+|.)",
    re.DOTALL,
)
_REPEAT = late_pattern(r"(?:(?P<sign>[*+?])|\{(?P<least>\d+)(?:,(?P<most>\d*))?\})\??")
# Characters that tell classes apart: those of ASCII, and some of other scripts.
_SAMPLES = "".join(map(chr, range(32, 127))).lower() + "\u00e9\u03c3\u044f\u0639\u0939\u0e44\u4e00\uac00\u0663\u00a0\u2019\U0001f642"

Kind = Literal["text", "class", "edge", "flags", "open", "close", "bar"]


class Repeat(NamedTuple):
    """The repetition of a part: `most` as written, and 1 if it is unlimited (`is_endless`)."""

    least: int
    most: int
    is_endless: bool = False

    @property
    def is_fixed(self) -> bool:
        return self.least == self.most and not self.is_endless


ONCE = Repeat(1, 1)


class Token(NamedTuple):
    """A part of a pattern as written; `text` are the characters of a part of kind "text"."""

    kind: Kind
    source: str
    text: str = ""
    repeat: Repeat = ONCE


def tokens(source: str) -> Iterator[Token]:
    """The parts of a pattern that RE2 accepts.

    >>> [(token.kind, token.source, token.repeat.most) for token in tokens("a[0-9]{3}?$")]
    [('text', 'a', 1), ('class', '[0-9]', 3), ('edge', '$', 1)]
    """
    at = 0
    while part := _PART.match(source, at):
        at = part.end()
        kind = kind_of(part)
        found = _REPEAT.match(source, at) if kind in ("text", "class", "edge", "close") else None
        if found:
            at = found.end()
        yield Token(kind, part[0], part["quoted"] or part["escaped"] or part["plain"] or "", read_repeat(found) if found else ONCE)


def kind_of(part: re.Match[str]) -> Kind:
    match part.lastgroup:
        case "edge" | "flags" | "open" | "close" | "bar" as kind:
            return kind
        case "quoted" | "escaped" | "plain":
            return "text"
    return "class"


def read_repeat(found: re.Match[str]) -> Repeat:
    if found["sign"]:
        return Repeat(int(found["sign"] == "+"), 1, found["sign"] != "?")
    least = int(found["least"])
    return Repeat(least, max(least, int(found["most"] or 0), 1), found["most"] == "")


@lru_cache(maxsize=1024)
def letters_of(source: str) -> frozenset[str]:
    """The characters that a class stands for, out of a sample that includes all lower-case ASCII.

    >>> sorted(letters_of("[0-2X]"))
    ['0', '1', '2', 'x']
    """
    import re2

    return frozenset(re2.findall(source, _SAMPLES, matcher_options()))


@lru_cache(maxsize=1)
def matcher_options() -> Any:
    """The RE2 options that patterns are read with."""
    import re2

    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    return options
