"""Finds which of many patterns match a text, without trying each."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from flask_chatbot.core.language.folding import TEXT_LIMIT
from flask_chatbot.core.matching.pattern_probe import EFFORT_LIMIT, effort, way_out
from flask_chatbot.core.matching.patterns import Pattern, as_written, encoded, one_set
from flask_chatbot.core.translation.translatable import tr
from flask_chatbot.core.values.problems import Problem

if TYPE_CHECKING:
    from flask_chatbot.core.matching.rule import Rule

GRAMS = (6, 3)  # characters in a row by which a pattern is found: many, where it has as many, since few texts share them
CUTS = 8  # lengths of texts that are cut alike
FEW_GRAMS = 20  # up to so many are looked for one by one in a text, more among all that it has
CROWD_LIMIT = 100  # patterns that may have to be tried for the same three characters, or for every text
SET_EFFORT = 1000  # microseconds; a set in which more places come together than in each pattern alone may take more
LOOK = 3  # microseconds to look for a word in a long text
WAY_OUT = tr("Write out a word that it always finds, or use 'contains'.")


class _Entry(NamedTuple):
    """A pattern and its rule; every text it finds contains one of `literals`, in lower case; `effort` is its maximum cost."""

    rule: "Rule"
    pattern: Pattern
    literals: tuple[str, ...]
    effort: int


class PatternIndex:
    """All patterns of a book, by six or three consecutive characters that their matches must contain; the rest form one RE2 set.

    The cost is bounded for every text, see `effort`. One set of all would be simpler, but RE2 builds its automaton as it meets texts: 500
    plain words cost it 90 ms for a long new text.
    """

    __slots__ = ("_always", "_effort", "_entries", "_grams", "_set", "_sizes")

    def __init__(self, rules: "Iterable[Rule]") -> None:
        patterns = [(rule, pattern) for rule in sorted(rules, key=rank) for pattern in rule.patterns]
        common = Counter(gram for _, pattern in patterns for texts in pattern.needed for text in texts for gram in grams(text))
        self._grams: dict[str, list[int]] = {}  # the places of the entries, so that they can be put in order without looking at them
        self._entries: list[_Entry] = []
        self._always: list[_Entry] = []
        for rule, pattern in patterns:
            texts = rarest(pattern, common)
            for gram in texts:
                self._grams.setdefault(gram, []).append(len(self._entries))
            entries = self._entries if texts else self._always
            entries.append(_Entry(rule, pattern, tuple(texts.values()), effort(pattern)))
        self._sizes = frozenset(map(len, self._grams))
        self._set, self._effort = _at_once(self._always)

    def __bool__(self) -> bool:
        return bool(self._always or self._grams)

    def find(self, text: str) -> "list[tuple[Rule, str]]":
        """The rules whose patterns match a text, each with the pattern as written."""
        text = as_written(text)
        lower = text.lower()
        shared = self._shared(lower)
        if not (shared or self._always):
            return []
        data, found = encoded(text), list[_Entry]()
        if self._set:
            found += [self._always[number] for number in self._set.Match(data) or ()]
        elif self._always:
            found += [entry for entry in self._always[:CROWD_LIMIT] if entry.pattern.finds(data)]
        if shared:
            places = set[int]().union(*[self._grams[gram] for gram in shared])
            found += [entry for entry in self._likely(lower, places) if entry.pattern.finds(data)]
        return [(entry.rule, entry.pattern.source) for entry in found]

    def _shared(self, text: str) -> Collection[str]:
        """The grams that occur in a lower-case text."""
        grams = self._grams.keys()
        if len(grams) <= FEW_GRAMS:
            return [gram for gram in grams if gram in text]
        return set[str]().union(*[grams & cuts(len(text), size)(text) for size in self._sizes])

    def _likely(self, text: str, places: Iterable[int]) -> Iterator[_Entry]:
        """Yield the patterns at these positions whose literals occur in a lower-case text, first winner first.

        The effort, less for a shorter text, is limited: for a text made to contain the words of very many patterns, the last are left out.
        """
        left = (EFFORT_LIMIT - self._effort) * TEXT_LIMIT // max(len(text), 1)
        for number in sorted(places):
            entry = self._entries[number]
            is_there = any(literal in text for literal in entry.literals)
            left -= LOOK + entry.effort if is_there else LOOK
            if left < 0:
                break
            if is_there:
                yield entry

    def problems(self) -> Iterator[Problem]:
        """Yield patterns that would be slow: too many to try at once, too big together, or slow by themselves."""
        yield from self._problems_of_set()
        for entry in {entry.pattern.source: entry for entry in (*self._always, *self._entries)}.values():
            if entry.effort > EFFORT_LIMIT:
                message = tr(
                    "some texts would take RE2 too long for the pattern {pattern}. {way_out}",
                    pattern=source_text(entry.pattern),
                    way_out=way_out(entry.pattern),
                )
                yield Problem(entry.rule.mark, message)
        for numbers in self._grams.values():
            yield from self._problems_of_crowd([self._entries[number] for number in numbers])

    def _problems_of_crowd(self, entries: list[_Entry]) -> Iterator[Problem]:
        """Yield a problem if too many patterns, or too heavy ones, must be tried for a text with one word."""
        word, biggest = entries[-1].literals[0], max(entries, key=attrgetter("effort"))
        if len(entries) > CROWD_LIMIT:
            message = tr(
                "{count} patterns would be tried for any text with {word!r}, and the limit is {limit}. {way_out}",
                count=len(entries),
                word=word,
                limit=CROWD_LIMIT,
                way_out=WAY_OUT,
            )
            yield Problem(entries[-1].rule.mark, message)
        elif self._effort + sum(LOOK + entry.effort for entry in entries) > EFFORT_LIMIT >= biggest.effort:
            message = tr(
                "some texts with {word!r} would take RE2 too long, as it tries {count} patterns, {pattern} the hardest. {way_out}",
                word=word,
                count=len(entries),
                pattern=source_text(biggest.pattern),
                way_out=WAY_OUT,
            )
            yield Problem(biggest.rule.mark, message)

    def _problems_of_set(self) -> Iterator[Problem]:
        """Yield a problem if too many patterns, or too heavy ones, must be tried for every text."""
        entries = self._always
        if len(entries) > CROWD_LIMIT:
            message = tr(
                "{count} patterns hold no three letters that they always find, and the limit is {limit}. {way_out}",
                count=len(entries),
                limit=CROWD_LIMIT,
                way_out=WAY_OUT,
            )
            yield Problem(entries[-1].rule.mark, message)
        elif self._effort > EFFORT_LIMIT >= max(entry.effort for entry in entries):
            biggest = max(entries, key=attrgetter("effort"))
            message = tr(
                "some texts would take RE2 too long, as it tries {count} patterns without three letters that they always find, "
                "{pattern} the hardest. {way_out}",
                count=len(entries),
                pattern=source_text(biggest.pattern),
                way_out=WAY_OUT,
            )
            yield Problem(biggest.rule.mark, message)


def _at_once(entries: list[_Entry]) -> tuple[Any, int]:
    """A set of these, unless it would be slow and to try each is not, and the effort for all."""
    patterns = [entry.pattern for entry in entries]
    each = sum(entry.effort for entry in entries)
    together = one_set([pattern.source for pattern in patterns]) if 1 < len(patterns) <= CROWD_LIMIT else None
    if together is None or (cost := effort(*patterns)) > max(each, SET_EFFORT):
        return None, each
    return together, cost


def rank(rule: "Rule") -> tuple[int, int]:
    """The rank of a rule among others that are also found by a pattern."""
    return -rule.priority, rule.position


def grams(text: str) -> list[str]:
    """Every six consecutive characters of a lower-case text, or three of a shorter one, except those whose case RE2 sees differently.

    >>> grams("kopi"), grams("gratis"), grams("harg\u03c3")
    (['kop', 'opi'], ['gratis'], ['har', 'arg'])
    """
    for size in GRAMS:
        pieces = [text[start : start + size] for start in range(len(text) - size + 1)]
        if found := pieces if text.isascii() else [piece for piece in pieces if has_one_form(piece)]:
            return found
    return []


def cuts(length: int, size: int) -> Callable[[str], tuple[str, ...]]:
    """Cuts a text of so many characters into all pieces of one size, and shorter ones at its end, in one call.

    >>> cuts(4, 3)("kopi")
    ('kop', 'opi', 'pi', 'i', '', '', '', '')
    """
    return _cuts(-(-length // CUTS), size)


@lru_cache(maxsize=32)
def _cuts(lengths: int, size: int) -> Callable[[str], tuple[str, ...]]:
    return itemgetter(*[slice(start, start + size) for start in range(max(lengths * CUTS, 2))])


def has_one_form(text: str) -> bool:
    """True if only A to Z in a text have two cases."""
    return all(character.isascii() or character.lower() == character.upper() for character in text)


def rarest(pattern: Pattern, common: Mapping[str, int]) -> dict[str, str]:
    """The texts of a pattern that are shared least, each with its rarest three characters; empty if there are none."""
    options = []
    for texts in pattern.needed:
        found = [(text, min(grams(text), key=lambda gram: (common[gram], gram), default="")) for text in sorted(texts)]
        if all(gram for _, gram in found):
            options.append({gram: text if has_one_form(text) else gram for text, gram in found})
    return min(options, key=lambda option: max(common[gram] for gram in option), default={})


def source_text(pattern: Pattern) -> str:
    """A pattern as a sentence may quote it."""
    return repr(pattern.source) if len(pattern.source) <= 60 else f"{pattern.source[:57]!r}..."
