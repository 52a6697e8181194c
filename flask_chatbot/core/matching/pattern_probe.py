"""The time that RE2 takes for patterns, measured with texts that are hard for them.

No rule about a pattern's parts tells it: most of those that repeat much are fast, since RE2 reads a text once. Slow is what begins at many
places of a text at once, as `a[ab]{50}x` does among the letters a and b: each new combination of places costs RE2 time.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from random import Random
from time import thread_time
from typing import Any

from flask_chatbot.core.language.folding import TEXT_LIMIT
from flask_chatbot.core.matching.pattern_syntax import letters_of, tokens
from flask_chatbot.core.matching.patterns import Pattern, compiled_by_re2, one_set
from flask_chatbot.core.translation.translatable import Translatable, tr

EFFORT_LIMIT = 4000  # microseconds for the text that is hardest; so much is left of the 5 ms that a decision may take
EASY_SIZE = 100  # of RE2's program; up to here, and with few repeats, no text takes it more than some hundred microseconds
EASY_REPEATS = 8
REFERENCE = "a[ab]{50}x"
REFERENCE_EFFORT = (
    3000  # what it takes where limits are as meant; it is measured beside all others, so no machine refuses what another takes
)
FAST = 0.001  # seconds; what is done by then is fast on any machine, and not measured again
HOPELESS = 0.02  # seconds; what takes longer twice is not tried again
TRIES = 5  # of which the best counts, for a busy machine
WIDE = "\u4e00"  # several bytes, so that RE2 is in the midst of a character too


def effort(*patterns: Pattern) -> int:
    """The microseconds that RE2 needs to look for a pattern, or for several at once, in the text that is hardest for it."""
    if len(patterns) == 1 and patterns[0].size <= EASY_SIZE and patterns[0].repeats <= EASY_REPEATS:
        return 10 + patterns[0].size
    return _measured(tuple(pattern.source for pattern in patterns)) if patterns else 0


@lru_cache(maxsize=4096)
def _measured(sources: tuple[str, ...]) -> int:
    """The effort for patterns, measured with each probe once, and with the hardest of them several times."""
    most, hardest = 0.0, b""
    for text in probes("|".join(sources)):
        took = spent(sources, text)
        if took > HOPELESS:
            took = min(took, spent(sources, text))
        most, hardest = max((most, hardest), (took, text))
        if most > HOPELESS:
            break
    if not FAST < most < HOPELESS:
        return round(most * 1e6)
    known = "".join(Random(0).choices("ab", k=TEXT_LIMIT)).encode()
    # In turn, so that a machine that slows down in between slows down both.
    pairs = [(spent(sources, hardest), spent((REFERENCE,), known)) for _ in range(TRIES)]
    return round(REFERENCE_EFFORT * min(took for took, _ in pairs) / min(meant for _, meant in pairs))


def way_out(pattern: Pattern) -> Translatable:
    """A way to write a slow pattern without counting, where that is fast enough; else the advice to repeat less.

    >>> from flask_chatbot.core.matching.patterns import read_pattern
    >>> way_out(read_pattern("[ab].{49}x")), way_out(read_pattern("a....b"))
    ("Write '.+' for '.{49}'.", 'Repeat less in it.')
    """
    counted = [token for token in tokens(pattern.source) if token.kind == "class" and token.repeat.most > 1]
    if counted:
        most = max(counted, key=lambda token: token.repeat.most)
        least = most.repeat.least
        written = f"{most.source}{{{least}}}" if most.repeat.is_fixed else f"{most.source}{{{least},{most.repeat.most}}}"
        endless = most.source + ("+" if least else "*")
        other = pattern.source.replace(written, endless)
        if other != pattern.source and _measured((other,)) <= EFFORT_LIMIT:
            return tr("Write {endless!r} for {written!r}.", endless=endless, written=written)
    return tr("Repeat less in it.")


def spent(sources: Sequence[str], text: bytes) -> float:
    """The seconds for a text that is new to RE2."""
    find = _finder(sources)
    start = thread_time()
    find(text)
    return thread_time() - start


def _finder(sources: Sequence[str]) -> Callable[[bytes], Any]:
    import re2

    re2.purge()  # what it learnt of texts before
    find: Callable[[bytes], Any] = compiled_by_re2(sources[0]).search if len(sources) == 1 else one_set(sources).Match
    return find


def probes(source: str) -> Iterator[bytes]:
    """Texts of maximum length, always the same: of a pattern's letters, its words, parts of these, or a few letters, some of them rare.

    >>> len(next(probes("resi [0-9]{8}"))), sorted(set(next(probes("a[bc]")).decode()))
    (4096, ['a', 'b', 'c'])
    """
    chance = Random(0).randbytes(TEXT_LIMIT)
    for pieces in _pools(source):
        each = [pieces[number % len(pieces)] for number in range(256)]
        yield "".join(map(each.__getitem__, chance))[:TEXT_LIMIT].encode("utf-8", "replace")


def _pools(source: str) -> Iterator[list[str]]:
    """The pieces of each probe; those without a last word do not end the search early."""
    parts = [token for token in tokens(source) if token.kind in ("text", "class")]
    classes = [letters_of(part.source) or frozenset("a") for part in parts if part.kind == "class"]
    words = [part.text.lower() for part in parts if part.text]
    ends = sorted({end for found in classes for end in (min(found), max(found))})
    letters = sorted({*ends, *"".join(words)}) or ["a"]
    word, first = (words or letters)[0], classes[0] if classes and not parts[0].text else frozenset((words or ["a"])[0][0])
    begin, middle = min(first), sorted(frozenset().union(*classes) - first - {*"".join(words)})[-1:] or [WIDE]
    common = sorted(frozenset.intersection(*classes)) if classes else letters
    yield from (letters, [*words, " "], [*(each[:size] for each in words for size in range(1, len(each) + 1)), letters[0]])
    yield from ([begin, *middle], [begin, *middle * 6], [word, *middle], [word, *middle * 20], [word[0], WIDE], [letters[0], letters[-1]])
    yield from ([word[0], *ends], [*ends, word], [*letters[1:] * 8, letters[0]], [*letters[:-1] * 8, letters[-1]])
    yield from ([word[0], *common[:1], *common[-1:]], [word, *common[:1], *common[-1:], WIDE], [word, *common[-1:] * 6])
