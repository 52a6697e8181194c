"""The time that RE2 really takes for a pattern: the second check, after the limits computed from the pattern alone."""

from collections.abc import Iterator
from random import Random
from time import thread_time

from flask_chatbot.core.language.folding import TEXT_LIMIT
from flask_chatbot.core.matching.pattern_syntax import letters_of, tokens
from flask_chatbot.core.matching.patterns import FINDING_MEMORY, Pattern, effort, one_set

PROBED = 500  # by `effort`; what is easier than that is not tried
TRIES = 3  # of which the best counts, for a busy machine
WIDE = "\u4e00"  # several bytes, so that RE2 is in the midst of a character too
REFERENCE = "a[ab]{50}x"  # takes RE2 3 ms on the machine of `effort`
FAST = 0.002  # seconds; what is done by then is fast on any machine
SLOW = 1.7  # times as long as the reference, measured in the same moment: no machine refuses what another takes


def is_slow(pattern: Pattern) -> bool:
    """True if RE2 takes too much processor time for a potentially hard pattern, on texts made from its own parts."""
    return effort([pattern]) > PROBED and any(is_slow_for(pattern.source, text) for text in probes(pattern.source))


def is_slow_for(source: str, text: bytes) -> bool:
    """True if a text takes too long in every try, each measured beside the reference."""
    known = "".join(Random(0).choices("ab", k=TEXT_LIMIT)).encode()
    return all((took := spent(source, text)) > FAST and took > SLOW * spent(REFERENCE, known) for _ in range(TRIES))


def spent(source: str, text: bytes) -> float:
    """The seconds for a text that is new to RE2."""
    finder = one_set([source], FINDING_MEMORY)
    start = thread_time()
    finder.Match(text)
    return thread_time() - start


def probes(source: str) -> Iterator[bytes]:
    """Texts of maximum length, always the same: of a pattern's letters, its words, both, cut-off words, or two letters.

    >>> len(next(probes("resi [0-9]{8}"))), sorted(set(next(probes("a[bc]")).decode()))
    (4096, ['a', 'b', 'c'])
    """
    random, letters = Random(0), letters_in(source)
    words = [token.text.lower() for token in tokens(source) if token.text] or letters
    cut = [word[:size] for word in words for size in range(1, len(word) + 1)]
    pairs = [words[0][0], letters[-1]], [words[0][0], WIDE], [letters[0], letters[-1]]
    for pieces in (letters, [*words, " "], [*words, *letters], [*cut, *letters[:1]], *pairs):
        yield "".join(random.choices(pieces, k=TEXT_LIMIT))[:TEXT_LIMIT].encode("utf-8", "replace")


def letters_in(source: str) -> list[str]:
    """The letters of a pattern's words, and the first and last of each class."""
    letters = set[str]()
    for token in tokens(source):
        found = letters_of(token.source) if token.kind == "class" else token.text.lower()
        letters.update(found and (min(found), max(found)) if token.kind == "class" else found)
    return sorted(letters) or ["a"]
