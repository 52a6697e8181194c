"""Patterns of RE2, checked when they are loaded."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flask_chatbot.core.folding import TEXT_LIMIT, nfkc
from flask_chatbot.core.patternparts import Needed, read_parts
from flask_chatbot.core.places import Place

REPEAT = re.compile(r"\{(\d+)?(?:,(\d+)?)?\}")
REPEATS_LIMIT = 50  # what a counted repeat such as {3,20} may ask for
REPEATS_IN_ALL = 100  # what all repeats of a pattern may add up to, those inside each other multiplied
PATTERN_MEMORY = 1 << 20  # bytes RE2 may spend on one pattern
ASCII_BOUNDARY = re.compile(r"([^\x00-\x7f])\\[bB]|\\[bB]([^\x00-\x7f])")


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern as written, compiled, with what its repeats add up to; one of each set of `needed` stands in whatever it finds."""

    source: str
    compiled: Any
    repeats: int = 0
    needed: Needed = ()

    @property
    def groups(self) -> tuple[str, ...]:
        """The names of its groups, in their order."""
        named: dict[str, int] = self.compiled.groupindex
        return tuple(sorted(named, key=named.__getitem__))

    def fullmatch(self, text: str) -> bool:
        """Whether the whole text fits."""
        return self.compiled.fullmatch(encoded(text)) is not None

    def finds(self, text: bytes) -> bool:
        """Whether it fits anywhere in a text that `encoded` made."""
        return self.compiled.search(text) is not None

    def read(self, text: str) -> Mapping[str, str | None]:
        """What its named groups hold of a text; None for a group that took no part."""
        found = self.compiled.search(encoded(as_written(text)).decode())
        return found.groupdict() if found else dict.fromkeys(self.groups)


def as_written(text: str) -> str:
    """A text as patterns see it: NFKC, trimmed, and cut.

    >>> as_written(" Rp\\uff11\\uff10! ")
    'Rp10!'
    """
    text = text[:TEXT_LIMIT].strip()
    return text if text.isascii() else nfkc(text).strip()


def encoded(text: str) -> bytes:
    """The bytes RE2 works on; half a character, which no bytes stand for, becomes a question mark."""
    return text.encode("utf-8", "replace")


def build_pattern(place: Place, mend: str = "Use 'min' and 'max' for long texts.") -> Pattern | None:
    """The pattern at `place`, or None after telling what is wrong with it; `mend` is the way out of repeating too much."""
    try:
        return read_pattern(place.data, mend)
    except ValueError as error:
        place.tell(str(error))
    except ImportError:
        place.tell("patterns need RE2, which is not installed. Run: pip install 'flask-chatbot[patterns]'")
    return None


def read_pattern(source: str, mend: str = "Repeat less.") -> Pattern:
    """The pattern that is written; ValueError with what is wrong with it, ImportError where there is no RE2."""
    source = unicodedata.normalize("NFC", source)
    for repeat in REPEAT.finditer(source):
        if max(int(count or 0) for count in repeat.groups()) > REPEATS_LIMIT:
            raise ValueError(f"the pattern repeats {repeat[0]} times, and {REPEATS_LIMIT} is the most. {mend}")
    check_letters(source)
    compiled = compiled_by_re2(source)
    parts = read_parts(source)
    if parts.repeats > REPEATS_IN_ALL:
        raise ValueError(f"the repeats of the pattern add up to {parts.repeats}, and {REPEATS_IN_ALL} is the most. {mend}")
    return Pattern(source, compiled, parts.repeats, parts.needed)


def check_letters(source: str) -> None:
    """ValueError for letters that no text holds once it is read, and for words that end where RE2 sees no end."""
    changed = next((character for character in source if unicodedata.normalize("NFKC", character) != character), None)
    if changed is not None:
        plain = unicodedata.normalize("NFKC", changed)
        raise ValueError(f"texts are read with {plain!r} in place of {changed!r}, so the pattern would not find it. Write {plain!r}.")
    boundary = ASCII_BOUNDARY.search(source)
    if boundary:
        letter = boundary[1] or boundary[2]
        raise ValueError(rf"to RE2 only a to z are letters, so \b sees no word begin or end at {letter!r}. Use 'contains', or [^\pL].")


def compiled_by_re2(source: str) -> Any:
    """The pattern compiled; ValueError with RE2's reason."""
    import re2

    try:
        return re2.compile(source, re2_options(PATTERN_MEMORY))
    except re2.error as error:
        reason = error.args[0].decode("utf-8", "replace") if isinstance(error.args[0], bytes) else str(error)
        raise ValueError(f"RE2 cannot read this pattern: {reason}. Look-around and references back are not to be had.") from error
    except UnicodeEncodeError as error:
        raise ValueError("the pattern holds half a character. Write the whole of it.") from error


@lru_cache(maxsize=4)
def re2_options(memory: int) -> Any:
    """Options of RE2 with a limit in bytes."""
    import re2

    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    options.max_mem = memory
    return options
