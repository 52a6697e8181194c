"""Texts with typing errors."""

from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

from flask_chatbot.core.translation.translatable import tr
from flask_chatbot.core.values.problems import Problem

if TYPE_CHECKING:
    from flask_chatbot.core.matching.rule import Rule

FORGIVING = 4  # letters a word must have for a typing error in it to be forgiven
CROWD_LIMIT = 100  # words that may have the same letters but for one
PATHS_LIMIT = 100  # texts that a text is taken for, while it is read word by word
_HASH = 1 << 32


def letters(word: str) -> int:
    """The number of letters in a word, without digits and signs.

    >>> letters("paket"), letters("2026"), letters("k-9")
    (5, 0, 1)
    """
    return len(word) if word.isalpha() else sum(map(str.isalpha, word))


def shortened(word: str) -> set[str]:
    """The word, and all forms of it without one of its characters.

    >>> sorted(shortened("abb"))
    ['ab', 'abb', 'bb']
    """
    return {word, *[word[:place] + word[place + 1 :] for place in range(len(word))]}


def unchanged(size: int) -> int:
    """The number of letters that one typing error in a word of this length leaves unchanged at one of its ends.

    >>> unchanged(4), unchanged(9)
    (1, 4)
    """
    return (size - 1) // 2


class Spellings:
    """Words, found by themselves and, if they are long enough, by forms with one typing error.

    Two words are one error apart if they are equal after one character is removed from each or from either. The shortened form is kept as
    half a hash, with the word's number in the other half: eight bytes each, sorted, and found by the first bits of the hash.
    """

    __slots__ = ("_alone", "_firsts", "_forms", "_lasts", "_longest", "_numbers", "_shift", "_starts", "_words")

    def __init__(self, words: Iterable[str]) -> None:
        self._words = list(dict.fromkeys(words))
        self._numbers = {word: number for number, word in enumerate(self._words)}
        forgiving = [(number, word) for number, word in enumerate(self._words) if letters(word) >= FORGIVING]
        self._longest = max((len(word) for _, word in forgiving), default=-1)
        self._firsts = frozenset(word[: unchanged(len(word))] for _, word in forgiving)
        self._lasts = frozenset(word[-unchanged(len(word)) :] for _, word in forgiving)
        self._forms = array("Q", sorted(hash(form) % _HASH * _HASH + number for number, word in forgiving for form in shortened(word)))
        bits = len(self._forms).bit_length()
        self._shift = 64 - bits
        counts = Counter(form >> self._shift for form in self._forms)
        self._starts = array("I", accumulate((counts[first] for first in range(1 << bits)), initial=0))
        alike = {form % _HASH for pair in pairwise(self._forms) if pair[0] // _HASH == pair[1] // _HASH for form in pair}
        self._alone = frozenset(word for number, word in forgiving if number not in alike)  # nothing else is near these

    def near(self, word: str) -> list[str]:
        """The words that equal this one, or differ by one typing error."""
        found = [word] if word in self._numbers else []
        if word in self._alone or len(word) > self._longest + 1:
            return found
        half = unchanged(len(word) + 1)  # or one less, by the length of the other word
        if self._firsts.isdisjoint((word[:half], word[: half - 1])) and self._lasts.isdisjoint((word[-half:], word[1 - half :])):
            return found
        others = [self._words[number] for number in sorted(self._sharing(word)) if self._words[number] != word]
        if not others:
            return found
        from rapidfuzz.distance import OSA  # slow to load, and few bots ever need it

        return found + [near for near in others if OSA.distance(near, word, score_cutoff=1) == 1]

    def _sharing(self, word: str) -> set[int]:
        """The numbers of the words that share a shortened form with this one."""
        forms, starts, shift = self._forms, self._starts, self._shift
        numbers: set[int] = set()
        for form in shortened(word):
            key = hash(form) % _HASH * _HASH
            start = key >> shift
            for place in range(starts[start], starts[start + 1]):  # none for most
                if 0 <= forms[place] - key < _HASH:
                    numbers.add(forms[place] - key)
        return numbers

    def crowds(self) -> list[list[str]]:
        """Groups of too many words that share a shortened form; the largest group first."""
        sizes = Counter(form // _HASH for form in self._forms)
        members: dict[int, list[str]] = {key: [] for key, size in sizes.items() if size > CROWD_LIMIT}
        for form in self._forms if members else ():
            if form // _HASH in members:
                members[form // _HASH].append(self._words[form % _HASH])
        return sorted(members.values(), key=lambda words: (-len(words), words))


class Texts:
    """Folded texts, found with one typing error in each of their longer words."""

    __slots__ = ("_beginnings", "_edge", "_edges", "_fewest", "_firsts", "_lasts", "_literals", "_most", "_short", "_spaces", "spellings")

    def __init__(self, literals: Iterable[str]) -> None:
        self._literals = frozenset(literals)
        split = [literal.split(" ") for literal in self._literals]
        self._spaces = frozenset(len(words) - 1 for words in split)
        self._beginnings = frozenset(" ".join(words[:end]) for words in split for end in range(1, len(words)))
        self._fewest = min(map(len, split), default=0)
        firsts = {words[0] for words in split}
        forgiving = {word for word in firsts if letters(word) >= FORGIVING}
        self._short = frozenset(firsts - forgiving)
        # One error leaves most letters unchanged at one end of a word, or else a few at both.
        least = min(map(len, forgiving), default=0)
        most, edge = self._most, self._edge = least * 2 // 3, least - 1 - least * 2 // 3
        self._firsts = frozenset(word[:most] for word in forgiving)
        self._lasts = frozenset(word[-most:] for word in forgiving)
        self._edges = frozenset(word[:edge] + word[-edge:] for word in forgiving)
        self.spellings = Spellings(sorted({word for words in split for word in words}))

    def may_be_near(self, words: Sequence[str]) -> bool:
        """True unless no folded text made of some of these words can be near: none begins or ends as the first word of one of ours does."""
        if len(words) < self._fewest:
            return False
        most, edge, firsts, lasts, edges = self._most, self._edge, self._firsts, self._lasts, self._edges
        for word in words:  # lists of their beginnings and ends would cost twice as much
            if word[:most] in firsts or word[-most:] in lasts or word[:edge] + word[-edge:] in edges:
                return True
        return not self._short.isdisjoint(words)

    def near(self, text: str, known: dict[str, list[str]]) -> list[str]:
        """The texts that equal a folded one, or differ by typing errors; `known` caches look-ups of words."""
        if text.count(" ") not in self._spaces:
            return []
        words = text.split(" ")
        paths = [""]
        for place, word in enumerate(words):
            if word not in known:
                known[word] = self.spellings.near(word)
            reached = (path + near for path in paths for near in known[word])
            if place == len(words) - 1:
                return [path for path in reached if path in self._literals]
            paths = [f"{path} " for path in reached if path in self._beginnings][:PATHS_LIMIT]
            if not paths:
                break
        return []


class SimilarIndex:
    """All ``similar:`` texts of a book."""

    __slots__ = ("_rules", "_texts", "may_find")

    def __init__(self, rules: "Iterable[Rule]") -> None:
        self._rules: dict[str, list[Rule]] = {}
        for rule in rules:
            for literal in rule.similar:
                self._rules.setdefault(literal, []).append(rule)
        self._texts = Texts(self._rules)
        # True unless a text with these words, or some of them, cannot be similar to any, as nearly all.
        self.may_find: Callable[[Sequence[str]], bool] = self._texts.may_be_near

    def __bool__(self) -> bool:
        return bool(self._rules)

    def find(self, readings: Iterable[str]) -> "list[tuple[Rule, str]]":
        """The rules with a text similar to one of the readings, each with that text."""
        known: dict[str, list[str]] = {}
        literals = [literal for reading in readings for literal in self._texts.near(reading, known)]
        return [(rule, literal) for literal in dict.fromkeys(literals) for rule in self._rules[literal]] if literals else []

    def named(self, text: str) -> "list[tuple[Rule, str]]":
        """The rules that have this text, letter by letter."""
        return [(rule, text) for rule in self._rules.get(text, ())]

    def problems(self) -> Iterator[Problem]:
        """Yield a problem for too many words that differ in one letter only: each text near them would be compared with all."""
        for words in self._texts.spellings.crowds()[:1]:
            crowd = set(words)
            rules = [rule for literal, rules in self._rules.items() if not crowd.isdisjoint(literal.split(" ")) for rule in rules]
            few = ", ".join(map(repr, sorted(words)[:3]))
            message = tr(
                "{count} words of 'similar' differ in one letter only ({few}, ...), and the limit is {limit}. Make them keywords.",
                count=len(words),
                few=few,
                limit=CROWD_LIMIT,
            )
            yield Problem(max(rules, key=lambda rule: rule.position).mark, message)
