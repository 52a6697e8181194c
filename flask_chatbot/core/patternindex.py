"""Which of many patterns a text holds, without trying each."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from random import Random
from time import thread_time
from typing import TYPE_CHECKING, Any, NamedTuple

from flask_chatbot.core.folding import TEXT_LIMIT
from flask_chatbot.core.patterns import Pattern, as_written, encoded, re2_options
from flask_chatbot.core.problems import Problem

if TYPE_CHECKING:
    from flask_chatbot.core.rules import Rule

GRAM = 3  # characters in a row by which a pattern is found
CROWD_LIMIT = 100  # patterns that may have to be tried for the same three characters, or for every text
REPEATS_OF_ALL = 200  # what the repeats of those tried for every text may add up to
SET_MEMORY = 1 << 26  # bytes RE2 may spend on these; its own 8 MiB may be too little, and it only takes what it needs
SLOW = 0.25  # seconds for the probe; a good pattern takes a thousandth
MEND = "Write out a word that it always finds, or use 'contains'."


class _Entry(NamedTuple):
    """A pattern and its rule; one of `literals` stands in every text that it finds, as lower case has it."""

    rule: "Rule"
    pattern: Pattern
    literals: tuple[str, ...] = ()


class PatternIndex:
    """All patterns of a book by three characters in a row that what they find must hold; those without are one set of RE2.

    One set of all would be simpler, but RE2 makes its automaton as it meets texts: 500 plain words cost it 90 ms for a long new text.
    """

    __slots__ = ("_always", "_grams", "_set")

    def __init__(self, rules: "Iterable[Rule]") -> None:
        patterns = [(rule, pattern) for rule in rules for pattern in rule.patterns]
        common = Counter(gram for _, pattern in patterns for texts in pattern.needed for text in texts for gram in grams(text))
        self._grams: dict[str, list[_Entry]] = {}
        self._always: list[_Entry] = []
        for rule, pattern in patterns:
            texts = rarest(pattern, common)
            entry = _Entry(rule, pattern, tuple(texts.values()))
            for gram in texts:
                self._grams.setdefault(gram, []).append(entry)
            if not texts:
                self._always.append(entry)
        self._set = one_set([entry.pattern for entry in self._always])

    def __bool__(self) -> bool:
        return bool(self._always or self._grams)

    def find(self, text: str) -> "list[tuple[Rule, str]]":
        """The rules whose patterns a text holds, each with the pattern as written."""
        text = as_written(text)
        data = encoded(text)
        found = [self._always[number] for number in self._set.Match(data) or ()] if self._set else []
        found += [entry for entry in self._likely(text) if entry.pattern.finds(data)] if self._grams else []
        return [(entry.rule, entry.pattern.source) for entry in found]

    def _likely(self, text: str) -> Iterable[_Entry]:
        """The patterns that have a word of theirs in the text."""
        text = text.lower()
        keys = self._grams.keys() & {text[start : start + GRAM] for start in range(len(text) - GRAM + 1)}
        entries = [entry for key in keys for entry in self._grams[key] if any(literal in text for literal in entry.literals)]
        return {(entry.rule.position, entry.pattern.source): entry for entry in entries}.values()

    def problems(self) -> Iterator[Problem]:
        """Patterns that would be slow: too many to be tried at once, too big together, or slow by themselves."""
        yield from self._problems_of_set()
        for entries in self._grams.values():
            if len(entries) > CROWD_LIMIT:
                fact = f"{len(entries)} patterns would be tried for any text with {entries[-1].literals[0]!r}"
                yield Problem(entries[-1].rule.mark, f"{fact}, and {CROWD_LIMIT} is the most. {MEND}")
        everything = {entry.pattern.source: entry for entries in (self._always, *self._grams.values()) for entry in entries}.values()
        times = {entry: spent(entry.pattern) for entry in everything}
        slowest = max(everything, key=times.__getitem__, default=None)
        if slowest and times[slowest] > SLOW:
            yield Problem(slowest.rule.mark, f"the pattern {shown(slowest.pattern)} takes RE2 too long. Repeat less in it.")

    def _problems_of_set(self) -> Iterator[Problem]:
        """Too many patterns, or too heavy ones, that have to be tried for every text."""
        entries = self._always
        repeats = sum(entry.pattern.repeats for entry in entries)
        if len(entries) > CROWD_LIMIT:
            message = f"{len(entries)} patterns hold no three letters that they always find, and {CROWD_LIMIT} is the most. {MEND}"
            yield Problem(entries[-1].rule.mark, message)
        elif repeats > REPEATS_OF_ALL:
            fact = f"the repeats of patterns without three letters that they always find add up to {repeats}"
            yield Problem(entries[-1].rule.mark, f"{fact}, and {REPEATS_OF_ALL} is the most. {MEND}")
        elif entries and not self._set:
            biggest = max(entries, key=lambda entry: int(entry.pattern.compiled.programsize))
            yield Problem(biggest.rule.mark, f"the patterns are too big for RE2, {shown(biggest.pattern)} the most. Shorten it.")


def grams(text: str) -> list[str]:
    """Every three characters in a row that a text in lower case holds wherever RE2, which has its own idea of case, finds the text.

    >>> grams("kopi"), grams("harg\u03c3")
    (['kop', 'opi'], ['har', 'arg'])
    """
    pieces = [text[start : start + GRAM] for start in range(len(text) - GRAM + 1)]
    return pieces if text.isascii() else [piece for piece in pieces if has_one_form(piece)]


def has_one_form(text: str) -> bool:
    """Whether nothing but A to Z in a text has two cases."""
    return all(character.isascii() or character.lower() == character.upper() for character in text)


def rarest(pattern: Pattern, common: Mapping[str, int]) -> dict[str, str]:
    """Of the texts a pattern needs those that fewest others share, by their rarest three characters; nothing where there are none."""
    options = []
    for texts in pattern.needed:
        found = [(text, min(grams(text), key=lambda gram: (common[gram], gram), default="")) for text in sorted(texts)]
        if all(gram for _, gram in found):
            options.append({gram: text if has_one_form(text) else gram for text, gram in found})
    return min(options, key=lambda option: max(common[gram] for gram in option), default={})


def one_set(patterns: list[Pattern]) -> Any:
    """One set of all patterns; None where there are none, or they are too many or too big."""
    if not patterns or len(patterns) > CROWD_LIMIT:
        return None
    import re2

    together = re2.Set.SearchSet(re2_options(SET_MEMORY))
    for pattern in patterns:
        together.Add(pattern.source)
    try:
        together.Compile()
    except re2.error:
        return None
    return together


def shown(pattern: Pattern) -> str:
    """A pattern as it may stand in a sentence."""
    return repr(pattern.source) if len(pattern.source) <= 60 else f"{pattern.source[:57]!r}..."


@lru_cache(maxsize=1)
def probe() -> bytes:
    """A text as long as texts get, of few letters, which is what patterns find hardest; the same every time."""
    return "".join(Random(1).choices("ab1 ", k=TEXT_LIMIT)).encode()


def spent(pattern: Pattern) -> float:
    """Seconds of processor time for the probe, so that a busy machine does not count."""
    start = thread_time()
    pattern.finds(probe())
    return thread_time() - start
