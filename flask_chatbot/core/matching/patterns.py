"""RE2 patterns, checked when they are loaded."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flask_chatbot.core.language.folding import TEXT_LIMIT, nfkc
from flask_chatbot.core.matching.pattern_parts import Needed, Parts, read_parts
from flask_chatbot.core.matching.pattern_places import read_places
from flask_chatbot.core.matching.pattern_syntax import tokens
from flask_chatbot.core.translation.translatable import NO_MESSAGE, Translatable, tr

REPEAT = re.compile(r"\{(\d+)?(?:,(\d+)?)?\}")
REPEATS_LIMIT = 50  # what a counted repeat such as {3,20} may ask for
DEPTH_LIMIT = 3  # repeats inside of repeats
REPEATS_IN_ALL = 100  # what all repeats of a pattern may add up to, those inside each other multiplied
REPEATS_OF_NAMED = 50  # the same where groups are named, whose texts RE2 cannot find as fast as the whole; twice as deep counts four times
GROUPS_LIMIT = 10  # named groups; RE2 carries each along for every way in which a text may fit
EFFORT_LIMIT = 4000  # microseconds for the text that is hardest for it; so much is left of the 5 ms that a decision may take
CASES_LIMIT = 12  # a text is too short for more cases than 2 to the 12th
PLACES_FEW = 5  # up to here, it is not for these that a pattern is slow
PATTERN_MEMORY = 1 << 20  # bytes RE2 may spend on one pattern
FINDING_MEMORY = 1 << 23  # bytes it may spend on finding it, of which it takes what it needs; with too few it would find nothing
REPEAT_LESS = tr("Repeat less.")
BIG_CLASSES = tr("its classes of letters, such as \\pL, are big together. Write [a-z], or \\S, for some.")
ASCII_BOUNDARY = re.compile(r"([^\x00-\x7f])\\[bB]|\\[bB]([^\x00-\x7f])")


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern as written, compiled; every match contains one text of each set in `needed`.

    `finder` only tells if a text matches. `size` is that of RE2's program, `repeats` is from `read_parts`, `places` from `read_places`.
    """

    source: str
    compiled: Any
    finder: Any
    needed: Needed
    size: int
    repeats: int
    places: int

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
        return bool(self.finder.Match(text))

    def read(self, text: str) -> Mapping[str, str | None]:
        """The contents of its named groups in a text, trimmed; None for a group that took no part."""
        found = self.groups and self.compiled.search(encoded(as_written(text)).decode())
        held: Mapping[str, str | None] = found.groupdict() if found else dict.fromkeys(self.groups)
        return {name: part.strip() if part else part for name, part in held.items()}


def effort(patterns: Collection[Pattern]) -> int:
    """The approximate microseconds that RE2 may need to look for these at once, in a text that is hard for them.

    As measured: 10 for any text, plus either one for each part of a program that a text visits, or a fraction for each new combination of
    places where matches may have begun, for all patterns together. More places make a combination slower.
    """
    size = sum(pattern.size for pattern in patterns)
    cases = 1 << min(9 * sum(pattern.places for pattern in patterns) // 4, CASES_LIMIT)  # words may stand at uneven distances
    held = sum(pattern.places * (2 + pattern.size // max(pattern.places, pattern.repeats)) for pattern in patterns if pattern.places)
    repeated = sum(pattern.repeats * (50 + pattern.size) for pattern in patterns) // 50
    return 10 + max(size + repeated, cases * (130 + held) // 330)


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
    size, places = int(compiled.programsize), read_places(source)
    pattern = Pattern(source, compiled, one_set([source], FINDING_MEMORY), parts.needed, size, parts.repeats, places)
    if effort([pattern]) > EFFORT_LIMIT:
        why = (
            tr("it can begin at {places} places at once. {way_out}", places=places, way_out=uncounted(source) or way_out)
            if places > PLACES_FEW
            else BIG_CLASSES
        )
        raise ValueError(tr("some texts would take RE2 too long for this pattern, as {why}", why=why))
    return pattern


def uncounted(source: str) -> Translatable:
    """A way to write a pattern that counts too far without counting; empty if there is none.

    >>> uncounted("kirim .{1,40} ke .{1,40}"), uncounted("a....b")
    ("Write '.+' for '.{1,40}'.", '')
    """
    counted = [token for token in tokens(source) if token.kind == "class" and token.repeat.most > 1 and not token.repeat.is_endless]
    if not counted:
        return NO_MESSAGE
    most = max(counted, key=lambda token: token.repeat.most)
    least = most.repeat.least
    written = f"{most.source}{{{least}}}" if most.repeat.is_fixed else f"{most.source}{{{least},{most.repeat.most}}}"
    endless = most.source + ("+" if least else "*")
    is_better = written in source and read_places(source.replace(written, endless)) <= PLACES_FEW
    return tr("Write {endless!r} for {written!r}.", endless=endless, written=written) if is_better else NO_MESSAGE


def check_parts(source: str, compiled: Any, way_out: Translatable) -> Parts:
    """Read a pattern's parts; raise ValueError if it repeats too much."""
    parts, named = read_parts(source), len(compiled.groupindex)
    if message := excess(parts, named, way_out):
        raise ValueError(message)
    return parts


def excess(parts: Parts, named: int, way_out: Translatable) -> Translatable:
    """The limit that a pattern with so many named groups exceeds; empty if it exceeds none."""
    repeats = parts.repeats * max(parts.depth, 1) ** 2 if named else parts.repeats
    limit = REPEATS_OF_NAMED if named else REPEATS_IN_ALL
    if repeats > limit:
        kind = tr(" with named groups") if named else ""
        return tr(
            "the repeats of the pattern{kind} add up to {repeats}, and the limit is {limit}. {way_out}",
            kind=kind,
            repeats=repeats,
            limit=limit,
            way_out=way_out,
        )
    if parts.depth > DEPTH_LIMIT:
        return tr(
            "repeats are nested {depth} deep, and the limit is {limit}. {way_out}", depth=parts.depth, limit=DEPTH_LIMIT, way_out=way_out
        )
    if named > GROUPS_LIMIT:
        return tr("the pattern has {count} named groups, and the limit is {limit}. Write (...) for some.", count=named, limit=GROUPS_LIMIT)
    return NO_MESSAGE


def check_letters(source: str) -> None:
    """Raise ValueError for letters that no normalised text contains, and for word ends that RE2 does not see."""
    changed = next((character for character in source if unicodedata.normalize("NFKC", character) != character), None)
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


def one_set(sources: Iterable[str], memory: int) -> Any:
    """A set that finds all matching patterns of a text at once; None if they need more than so many bytes."""
    import re2

    together = re2.Set.SearchSet(re2_options(memory))
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
