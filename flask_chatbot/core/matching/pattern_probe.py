"""How long RE2 really takes for a pattern: the second line, behind the limits that are told from the pattern alone."""

from random import Random
from time import thread_time

from flask_chatbot.core.language.folding import TEXT_LIMIT
from flask_chatbot.core.matching.pattern_syntax import letters_of, tokens
from flask_chatbot.core.matching.patterns import FINDING_MEMORY, Pattern, effort, one_set

PROBED = 500  # by `effort`; what is easier than that is not tried
TRIES = 3  # of which the best counts, for a busy machine
SLOW = 0.01  # seconds; several times of what `effort` allows, so that no machine refuses what another takes


def is_slow(pattern: Pattern) -> bool:
    """Whether a pattern that may be hard takes too long for a text of its own letters, in processor time."""
    return effort([pattern]) > PROBED and all(spent(pattern, seed) > SLOW for seed in range(TRIES))


def spent(pattern: Pattern, seed: int) -> float:
    """Seconds for a text that RE2 has not met before."""
    text = probe(pattern.source, seed)
    finder = one_set([pattern.source], FINDING_MEMORY)
    start = thread_time()
    finder.Match(text)
    return thread_time() - start


def probe(source: str, seed: int) -> bytes:
    """A text as long as texts get, of letters that the pattern is about; the same every time.

    >>> len(probe("a[bc]", 0)), sorted(set(probe("a[bc]", 0).decode()))
    (4096, ['a', 'b', 'c'])
    """
    letters = set[str]()
    for token in tokens(source):
        found = letters_of(token.source) if token.kind == "class" else token.text.lower()
        letters.update(found and (min(found), max(found)) if token.kind == "class" else found)
    return "".join(Random(seed).choices(sorted(letters) or ["a"], k=TEXT_LIMIT)).encode("utf-8", "replace")
