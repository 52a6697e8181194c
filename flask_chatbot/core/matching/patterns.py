"""RE2 patterns, checked when they are loaded."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flask_chatbot.core.language.folding import TEXT_LIMIT, nfkc
from flask_chatbot.core.matching.pattern_parts import Needed, Parts, read_parts
from flask_chatbot.core.translation.translatable import NO_MESSAGE, Translatable, tr

REPEAT = re.compile(r"\{(\d+)?(?:,(\d+)?)?\}")
REPEATS_LIMIT = 50  # what a counted repeat such as {3,20} may ask for
REPEATS_IN_ALL = 100  # what all repeats of a pattern may add up to, those inside each other multiplied
GROUPS_LIMIT = 10  # named groups; RE2 carries each along for every way in which a text may fit
SIZE_LIMIT = 4000  # of RE2's program, which classes such as \pL make big
PATTERN_MEMORY = 1 << 20  # bytes RE2 may spend on one pattern; where they are too few for a text, it finds all the same, but takes longer
SET_MEMORY = 1 << 26  # bytes it may spend on a set; its own 8 MiB may be too little, and it only takes what it needs
REPEAT_LESS = tr("Repeat less.")
ASCII_BOUNDARY = re.compile(r"([^\x00-\x7f])\\[bB]|\\[bB]([^\x00-\x7f])")


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern as written, compiled; every match contains one text of each set in `needed`.

    `size` is that of RE2's program, `repeats` is from `read_parts`.
    """

    source: str
    compiled: Any
    needed: Needed
    size: int
    repeats: int

    @property
    def groups(self) -> tuple[str, ...]:
        """The names of its groups, in order."""
        named: dict[str, int] = self.compiled.groupindex
        return tuple(sorted(named, key=named.__getitem__))

    def fullmatch(self, text: str) -> bool:
        """True if the whole text fits."""
        return self.compiled.fullmatch(encoded(text)) is not None

    def finds(self, text: bytes) -> bool:
        """True if it fits anywhere in a text that `encoded` made."""
        return self.compiled.search(text) is not None

    def read(self, text: str) -> Mapping[str, str | None]:
        """The contents of its named groups in a text, trimmed; None for a group that took no part."""
        found = self.groups and self.compiled.search(encoded(as_written(text)).decode())
        held: Mapping[str, str | None] = found.groupdict() if found else dict.fromkeys(self.groups)
        return {name: part.strip() if part else part for name, part in held.items()}


def as_written(text: str) -> str:
    """A text as patterns see it: NFKC, trimmed, and cut.

    >>> as_written(" Rp\\uff11\\uff10! ")
    'Rp10!'
    """
    text = text[:TEXT_LIMIT].strip()
    return text if text.isascii() else nfkc(text).strip()


def encoded(text: str) -> bytes:
    """The bytes RE2 works on; a lone surrogate, which has no bytes, becomes a question mark."""
    return text.encode("utf-8", "replace")


def read_pattern(source: str, way_out: Translatable = REPEAT_LESS) -> Pattern:
    """Read a pattern; raise ValueError with its mistake, or ImportError without RE2."""
    source = unicodedata.normalize("NFC", source)
    for repeat in REPEAT.finditer(source):
        if max(int(count or 0) for count in repeat.groups()) > REPEATS_LIMIT:
            raise ValueError(
                tr(
                    "the pattern repeats {times} times, and the limit is {limit}. {way_out}",
                    times=repeat[0],
                    limit=REPEATS_LIMIT,
                    way_out=way_out,
                )
            )
    check_letters(source)
    compiled = compiled_by_re2(source)
    parts = check_parts(source, compiled, way_out)
    return Pattern(source, compiled, parts.needed, int(compiled.programsize), parts.repeats)


def check_parts(source: str, compiled: Any, way_out: Translatable) -> Parts:
    """Read a pattern's parts; raise ValueError if it repeats too much, or is too big."""
    parts = read_parts(source)
    if message := excess(parts, len(compiled.groupindex), way_out):
        raise ValueError(message)
    if compiled.programsize > SIZE_LIMIT:
        raise ValueError(tr("the pattern is too big for RE2. Write less, or smaller classes, such as [a-z] or \\S for \\pL."))
    return parts


def excess(parts: Parts, named: int, way_out: Translatable) -> Translatable:
    """The limit that a pattern with so many named groups exceeds; empty if it exceeds none."""
    if parts.repeats > REPEATS_IN_ALL:
        return tr(
            "the repeats of the pattern add up to {repeats}, and the limit is {limit}. {way_out}",
            repeats=parts.repeats,
            limit=REPEATS_IN_ALL,
            way_out=way_out,
        )
    if named > GROUPS_LIMIT:
        return tr("the pattern has {count} named groups, and the limit is {limit}. Write (...) for some.", count=named, limit=GROUPS_LIMIT)
    return NO_MESSAGE


def check_letters(source: str) -> None:
    """Raise ValueError for letters that no normalised text contains, and for word ends that RE2 does not see."""
    letters = () if source.isascii() else source
    changed = next((letter for letter in letters if unicodedata.normalize("NFKC", letter) != letter), None)
    if changed is not None:
        plain = unicodedata.normalize("NFKC", changed)
        raise ValueError(
            tr(
                "texts are read with {plain!r} in place of {changed!r}, so the pattern would not find it. Write {plain!r}.",
                plain=plain,
                changed=changed,
            )
        )
    boundary = ASCII_BOUNDARY.search(source)
    if boundary:
        letter = boundary[1] or boundary[2]
        raise ValueError(
            tr("to RE2 only a to z are letters, so \\b sees no word begin or end at {letter!r}. Use 'contains', or [^\\pL].", letter=letter)
        )


def compiled_by_re2(source: str) -> Any:
    """Compile a pattern; raise ValueError with RE2's reason."""
    import re2

    try:
        return re2.compile(source, re2_options(PATTERN_MEMORY))
    except re2.error as error:
        reason = error.args[0].decode("utf-8", "replace") if isinstance(error.args[0], bytes) else str(error)
        raise ValueError(
            tr("RE2 cannot read this pattern: {reason}. Look-around and backreferences are not supported.", reason=reason)
        ) from error
    except UnicodeEncodeError as error:
        raise ValueError(tr("the pattern holds half a character. Write the whole of it.")) from error


def one_set(sources: Iterable[str]) -> Any:
    """A set that finds all matching patterns of a text at once; None if they need too much memory."""
    import re2

    together = re2.Set.SearchSet(re2_options(SET_MEMORY))
    for source in sources:
        together.Add(source)
    try:
        together.Compile()
    except re2.error:
        return None
    return together


@lru_cache(maxsize=4)
def re2_options(memory: int) -> Any:
    """RE2 options with a limit in bytes."""
    import re2

    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    options.max_mem = memory
    options.never_capture = True  # but for named groups; nobody asks what the others hold, and RE2 cannot simplify what it must report
    return options
