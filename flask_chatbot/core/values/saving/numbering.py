"""`Numbering`: the numbers of saved rows as customers read them, such as INV-2026-0012."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from flask_chatbot.core.translation.translatable import Translatable, tr
from flask_chatbot.core.values.problems import did_you_mean

CODE_LIMIT = 60  # characters of a number as customers read it
WIDTH_LIMIT = 12  # digits
DATES = {"year": ("year", 4), "month": ("month", 2), "day": ("day", 2)}
NUMBER = "number"
_WORDS = re.compile(r"[^\W\d_]+|\d+")
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_BETWEEN = r"[\W_]*"  # what separates the parts of a number, however it is written


@dataclass(frozen=True, slots=True, kw_only=True)
class RowNumber:
    """The number of a row in its table; `code` is what customers read in its place, and `running` the number in that."""

    number: int
    code: str = ""
    running: int = 0

    @property
    def shown(self) -> int | str:
        """The number as customers know it."""
        return self.code or self.number


class Unnumberable(ValueError):
    """A text that cannot number rows."""

    def __init__(self, message: Translatable) -> None:
        self.message = message
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Numbering:
    """A text with the running number in it, and parts of the date; `pieces` are texts, and placeholders with their widths.

    With a year, a month or a day the running number begins anew with each.
    """

    source: str
    pieces: tuple[tuple[str, str, int], ...]

    def period(self, now: datetime) -> str:
        """The year, month or day in which rows are counted; empty if they are never counted anew.

        >>> read_numbering("INV-{year}-{number:4}").period(datetime(2026, 11, 27))
        '2026'
        """
        return "-".join(self._date(name, now, 0) for name in DATES if any(name == kind for _, kind, _ in self.pieces))

    def written(self, running: int, now: datetime) -> str:
        """The number that customers read.

        >>> read_numbering("INV-{year}-{number:4}").written(12, datetime(2026, 11, 27))
        'INV-2026-0012'
        """
        return "".join(self._piece(piece, running, now) for piece in self.pieces)

    def _piece(self, piece: tuple[str, str, int], running: int, now: datetime) -> str:
        text, kind, width = piece
        return text or (f"{running:0{width}}" if kind == NUMBER else self._date(kind, now, width))

    @staticmethod
    def _date(kind: str, now: datetime, width: int) -> str:
        name, usual = DATES[kind]
        return f"{getattr(now, name):0{usual}}"[-(width or usual) :]

    def is_like(self, text: str) -> bool:
        """True if a text is a whole number of this kind, however it is written.

        >>> numbering = read_numbering("INV-{year}-{number:4}")
        >>> numbering.is_like("inv 2026 12"), numbering.is_like("12")
        (True, False)
        """
        return re.fullmatch(rf"\s*#?{self._pattern()}\s*", text, re.IGNORECASE) is not None

    def running_in(self, code: str) -> int | None:
        """The running number in a number that customers read; None if it is not written so."""
        pattern = "".join(re.escape(text) or (r"([0-9]+)" if kind == NUMBER else r"[0-9]+") for text, kind, _ in self.pieces)
        found = re.fullmatch(pattern, code, re.IGNORECASE)
        return int(found[1]) if found else None

    def _pattern(self) -> str:
        parts = []
        for text, kind, _ in self.pieces:
            parts += [re.escape(word) for word in _WORDS.findall(text)] if text else [r"[0-9]{1,4}" if kind != NUMBER else r"[0-9]{1,15}"]
        return _BETWEEN.join(parts)


def read_numbering(written: object) -> Numbering:
    """The numbering that a rule file writes; raises `Unnumberable` with the way out."""
    source = " ".join(str(written).split())
    if "{{" in source:
        raise Unnumberable(tr("a numbering is not a template. Write single braces, such as {example}.", example="INV-{year}-{number:4}"))
    pieces = tuple(_pieces(source))
    kinds = [kind for _, kind, _ in pieces if kind]
    if kinds.count(NUMBER) != 1:
        raise Unnumberable(tr("a numbering has {{number}} in it once, such as {example}.", example="INV-{year}-{number:4}"))
    for finer, coarser in (("day", "month"), ("month", "year")):
        if finer in kinds and coarser not in kinds:
            raise Unnumberable(
                tr("with {{{finer}}} alone the same number would come again. Write {{{coarser}}} as well.", finer=finer, coarser=coarser)
            )
    if sum(len(text) or WIDTH_LIMIT for text, _, _ in pieces) > CODE_LIMIT:
        raise Unnumberable(tr("the numbers would be longer than {limit} characters. Shorten the text.", limit=CODE_LIMIT))
    return Numbering(source, pieces)


def _pieces(source: str) -> Iterator[tuple[str, str, int]]:
    """Yield the texts and placeholders of a numbering."""
    at = 0
    for found in _PLACEHOLDER.finditer(source):
        yield from _text(source[at : found.start()])
        yield _placeholder(found[1])
        at = found.end()
    yield from _text(source[at:])


def _text(text: str) -> Iterator[tuple[str, str, int]]:
    if "{" in text or "}" in text:
        raise Unnumberable(tr("a brace is not closed. Write {example}.", example="INV-{year}-{number:4}"))
    if text:
        yield text, "", 0


def _placeholder(written: str) -> tuple[str, str, int]:
    name, _, width = (part.strip() for part in written.partition(":"))
    known = (NUMBER, *DATES)
    if name not in known:
        way_out = did_you_mean(name, known) or tr(" There are {names}.", names=", ".join(f"{{{each}}}" for each in known))
        raise Unnumberable(tr("{{{name}}} is unknown here.{way_out}", name=name, way_out=way_out))
    widths = range(1, WIDTH_LIMIT + 1) if name == NUMBER else (2, 4) if name == "year" else ()
    if ":" in written and width.lstrip("0") not in map(str, widths):
        example = "{number:4}" if name == NUMBER else f"{{{name}}}"
        raise Unnumberable(tr("{{{written}}} has no such width. Write {example}.", written=written, example=example))
    return "", name, int(width or 0)


def number_form(written: object) -> str:
    """The form by which numbers are compared: signs, capitals and leading zeros do not count.

    >>> number_form("#INV-2026-0012"), number_form("inv 2026 12"), number_form(12)
    ('inv 2026 12', 'inv 2026 12', '12')
    """
    words = _WORDS.findall(str(written).casefold())
    return " ".join(str(int(word)) if word.isdecimal() else word for word in words)


def forms_of(code: str, running: int) -> tuple[str, ...]:
    """All forms by which a row is found: its whole number, with and without its signs or letters, and the running number.

    >>> forms_of("INV-2026-0012", 12)
    ('inv 2026 12', 'inv 20260012', '2026 12', '12')
    """
    glued = re.sub(r"[\W_]+", "", code)
    digits = " ".join(re.findall(r"\d+", code))
    return tuple(dict.fromkeys(map(number_form, (code, glued, digits, running))))
