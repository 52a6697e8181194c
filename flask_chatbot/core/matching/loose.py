"""Literals that a text means though it writes them otherwise: other spaces, repeated letters, another word for the same thing."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise

from flask_chatbot.core.language.readings import Folding
from flask_chatbot.core.language.variants import JOINED_LEAST, joined, may_be_joined, may_be_squeezed, squeezed
from flask_chatbot.core.language.words import Words
from flask_chatbot.core.matching.keywords import Found
from flask_chatbot.core.matching.phrases import PhraseIndex
from flask_chatbot.core.matching.rule import Rule
from flask_chatbot.core.matching.steps import LookupStep

WORDS_LIMIT = 40  # words of a text that phrases are looked for in


class LooseIndex:
    """Keywords, similar texts and phrases by what is left of them when spaces and repeated letters do not count.

    `whole` finds those that are a text, letter by letter.
    """

    __slots__ = (
        "_folding",
        "_joined",
        "_longest",
        "_meanings",
        "_phrases",
        "_phrases_joined",
        "_squeezed",
        "_starts",
        "_vocabulary",
        "_whole",
    )

    def __init__(self, rules: Sequence[Rule], folding: Folding, phrases: PhraseIndex | None, whole: Callable[[str], Found]) -> None:
        self._folding = folding
        self._whole = whole
        self._phrases = phrases
        self._joined: dict[str, Found] = {}
        self._squeezed: dict[str, Found] = {}
        for rule in rules:
            keywords = [keyword.literal for keyword in rule.keywords if "#" not in keyword.literal and not keyword.exact]
            for literal in dict.fromkeys((*keywords, *rule.similar)):
                if may_be_joined(literal) and (one := joined(literal)) != literal:
                    self._joined.setdefault(one, []).append((rule, literal))
                if may_be_squeezed(literal) and (once := squeezed(literal)) != literal:
                    self._squeezed.setdefault(once, []).append((rule, literal))
        self._phrases_joined: dict[str, Found] = {}
        self._longest = 0
        for rule in rules if phrases is not None else ():
            for phrase in rule.contains:
                if phrase.star < 0 and may_be_joined(phrase.literal):
                    self._phrases_joined.setdefault("".join(phrase.words), []).append((rule, phrase.literal))
                    self._longest = max(self._longest, len(phrase.words) + 1)
        self._starts = frozenset(text[:JOINED_LEAST] for text in self._phrases_joined)
        words = {word for rule in rules for phrase in rule.contains for word in phrase.words if may_be_squeezed(word)}
        self._vocabulary = {squeezed(word): word for word in sorted(words)}
        self._meanings = Meanings(rules, folding.words)

    def find(self, readings: Sequence[str], may_answer: Callable[[Rule], bool]) -> Iterator[tuple[LookupStep, Found]]:
        """Yield each step that finds literals, with these, up to the first that finds a rule that may answer."""
        steps = (LookupStep.JOINED, self._by_spaces), (LookupStep.SQUEEZED, self._by_letters), (LookupStep.MEANING, self._by_meaning)
        for step, find in steps:
            if found := find(readings):
                yield step, found
                if any(may_answer(rule) for rule, _ in found):
                    break

    def _by_spaces(self, readings: Sequence[str]) -> Found:
        texts = dict.fromkeys(joined(reading) for reading in readings if may_be_joined(reading))
        found = [each for text in texts for each in (*self._joined.get(text, ()), *self._whole(text))]
        if found or not self._phrases_joined:
            return found
        words = self._folding.split(readings[0])
        for start in range(len(words) if len(words) <= WORDS_LIMIT else 0):
            if "".join(words[start : start + self._longest])[:JOINED_LEAST] not in self._starts:
                continue
            for end in range(start + 1, min(start + self._longest, len(words)) + 1):
                run = words[start:end]
                if not any(ahead[-1:].isdigit() and behind[:1].isdigit() for ahead, behind in pairwise(run)):
                    found += self._phrases_joined.get("".join(run), ())
        return found

    def _by_letters(self, readings: Sequence[str]) -> Found:
        once = [squeezed(reading) for reading in readings if may_be_squeezed(reading)]
        more = [left for reading in once for left in self._folding.without_courtesy(reading)]
        found = [each for text in dict.fromkeys((*once, *more)) for each in (*self._squeezed.get(text, ()), *self._literal(text))]
        if found or self._phrases is None:
            return found
        words = self._folding.split(readings[0])
        meant = [self._vocabulary.get(squeezed(word), squeezed(word)) if may_be_squeezed(word) else word for word in words]
        return self._phrases.find(meant) if meant != words else []

    def _by_meaning(self, readings: Sequence[str]) -> Found:
        return self._meanings.find([*readings, *map(squeezed, readings)])

    def _literal(self, text: str) -> Found:
        return self._whole(text) if may_be_squeezed(text) else []


class Meanings:
    """Keywords that are a greeting, a thanks or a yes of the language, by the list they stand in."""

    __slots__ = ("_by_list", "_words")

    def __init__(self, rules: Iterable[Rule], words: Words) -> None:
        self._words = words
        self._by_list: dict[frozenset[str], Found] = {}
        lists = [words.thanks, words.yes, *words.greetings.values()]
        for rule in rules:
            for keyword in rule.keywords:
                for words_alike in lists:
                    if not keyword.takes_fields and not keyword.exact and keyword.literal in words_alike:
                        self._by_list.setdefault(words_alike, []).append((rule, keyword.literal))

    def find(self, readings: Iterable[str]) -> Found:
        """The rules with a keyword that means the same as a text, by the list that is nearest to it."""
        if not self._by_list:
            return []
        for reading in dict.fromkeys(readings):
            for words_alike in self._alike(reading):
                if found := self._by_list.get(words_alike):
                    return found
        return []

    def _alike(self, reading: str) -> Iterable[frozenset[str]]:
        words = self._words
        if reading in words.thanks:
            return (words.thanks,)
        if reading in words.yes or words.yes.issuperset(reading.split(" ")):
            return (words.yes,)
        return words.greetings_like(reading)
