"""Literals that a text means though it writes them otherwise: other spaces, repeated letters, another word for the same thing."""

from collections.abc import Callable, Iterable, Sequence
from itertools import chain, pairwise

from flask_chatbot.core.language.readings import Folding
from flask_chatbot.core.language.variants import JOINED_LEAST, JOINTS, TWICE, joined, may_be_joined, may_be_squeezed, squeezed
from flask_chatbot.core.language.words import Words
from flask_chatbot.core.matching.keywords import Found
from flask_chatbot.core.matching.phrases import PhraseIndex
from flask_chatbot.core.matching.rule import Rule
from flask_chatbot.core.matching.steps import LookupStep, Reader

WORDS_LIMIT = 40  # words of a text that phrases are looked for in


class LooseIndex:
    """Keywords, similar texts and phrases by what is left of them when spaces and repeated letters do not count.

    `whole` finds those that are a text, letter by letter.
    """

    __slots__ = (
        "_first_words",
        "_folding",
        "_is_open",
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
        self._phrases_joined: dict[str, Found] = {}
        self._longest = 0  # words of a phrase that may be one in a text, and one more
        self._starts = set[str]()  # of literals and phrases without spaces
        self._first_words = set[str]()  # of literals and phrases, without repeated letters
        self._is_open = False  # if a phrase begins with a word that ends in a star
        self._vocabulary: dict[str, str] = {}  # the words of phrases, by the same without repeated letters
        for rule in rules:
            self._add_literals(rule)
            self._add_phrases(rule)
        self._meanings = Meanings(rules, folding.words)

    def _add_literals(self, rule: Rule) -> None:
        keywords = [keyword.literal for keyword in rule.keywords if "#" not in keyword.literal and not keyword.exact]
        for literal in dict.fromkeys((*keywords, *rule.similar)):
            if may_be_joined(literal):
                one = joined(literal)
                self._starts.add(one.replace(" ", "")[:JOINED_LEAST])
                if one != literal:
                    self._joined.setdefault(one, []).append((rule, literal))
            if may_be_squeezed(literal):
                once = squeezed(literal)
                self._first_words.add(once.partition(" ")[0])
                if once != literal:
                    self._squeezed.setdefault(once, []).append((rule, literal))

    def _add_phrases(self, rule: Rule) -> None:
        for phrase in rule.contains:
            if phrase.star < 0 and may_be_joined(phrase.literal):
                one = "".join(phrase.words)
                self._starts.add(starts_of([one])[0])
                self._phrases_joined.setdefault(one, []).append((rule, phrase.literal))
                self._longest = max(self._longest, len(phrase.words) + 1)
            self._first_words.add(squeezed(phrase.words[0]))
            self._is_open |= phrase.star == 0
            for word in filter(may_be_squeezed, phrase.words):
                self._vocabulary[squeezed(word)] = max(word, self._vocabulary.get(squeezed(word), ""))

    @property
    def first_words(self) -> frozenset[str]:
        """The words that literals and phrases begin with, without repeated letters, and all texts that mean the same."""
        return self._meanings.first_words.union(self._first_words)

    def may_begin(self, words: Sequence[str]) -> bool:
        """True if something without spaces may begin with one of the words and those after it."""
        return not self._starts.isdisjoint(starts_of(words))

    def find(self, reader: Reader, may_answer: Callable[[Rule], bool]) -> list[tuple[LookupStep, Found]]:
        """Each step that finds literals, with these, up to the first that finds a rule that may answer.

        What a text needs to be found in a step is looked at first, by its words, since nearly all have none of it.
        """
        words = reader.words()
        once = list(map(squeezed, words)) if TWICE.search(" ".join(words)) else words
        found: list[tuple[LookupStep, Found]] = []
        for step, find in self._likely(words, once):
            if hits := find(reader):
                found.append((step, hits))
                if any(may_answer(rule) for rule, _ in hits):
                    break
        return found

    def _likely(self, words: Sequence[str], once: Sequence[str]) -> list[tuple[LookupStep, Callable[[Reader], Found]]]:
        """The steps that may find something for a text of these words; `once` are the same without repeated letters."""
        likely: list[tuple[LookupStep, Callable[[Reader], Found]]] = []
        if self.may_begin(words):
            likely.append((LookupStep.JOINED, self._by_spaces))
        if not self._first_words.isdisjoint(once) or (self._is_open and not (once is words and self._vocabulary.keys().isdisjoint(words))):
            likely.append((LookupStep.SQUEEZED, self._by_letters))
        if self._meanings.first_words and not self._meanings.first_words.isdisjoint(chain(words, once)):
            likely.append((LookupStep.MEANING, self._by_meaning))
        return likely

    def _by_spaces(self, reader: Reader) -> Found:
        texts = dict.fromkeys(joined(reading) for reading in reader.all() if may_be_joined(reading))
        found = [each for text in texts for each in (*self._joined.get(text, ()), *self._whole(text))]
        if found or not self._phrases_joined:
            return found
        words = reader.split()
        for start, letters in enumerate(starts_of(words) if len(words) <= WORDS_LIMIT else ()):
            if letters not in self._starts:
                continue
            for end in range(start + 1, min(start + self._longest, len(words)) + 1):
                run = words[start:end]
                if not any(ahead[-1:].isdigit() and behind[:1].isdigit() for ahead, behind in pairwise(run)):
                    found += self._phrases_joined.get("".join(run), ())
        return found

    def _by_letters(self, reader: Reader) -> Found:
        once = [squeezed(reading) for reading in reader.all() if may_be_squeezed(reading)]
        more = [left for reading in once for left in self._folding.without_courtesy(reading)]
        found = [each for text in dict.fromkeys((*once, *more)) for each in (*self._squeezed.get(text, ()), *self._literal(text))]
        if found or self._phrases is None:
            return found
        words = reader.split()
        meant = [self._vocabulary.get(squeezed(word), squeezed(word)) if may_be_squeezed(word) else word for word in words]
        return self._phrases.find(meant) if meant != words else []

    def _by_meaning(self, reader: Reader) -> Found:
        readings = reader.all()
        return self._meanings.find([*readings, *map(squeezed, readings)])

    def _literal(self, text: str) -> Found:
        return self._whole(text) if may_be_squeezed(text) else []


def starts_of(words: Sequence[str]) -> list[str]:
    """The first letters of a text from each of its words on, whatever spaces, hyphens and apostrophes stand between them.

    >>> starts_of(["di", "mana", "lokasi"])
    ['dimana', 'manalo', 'lokasi']
    """
    text = "".join(words)
    if not text.isalnum():
        words = [JOINTS.sub("", word) for word in words]
        text = "".join(words)
    starts: list[str] = []
    place = 0
    for word in words:
        starts.append(text[place : place + JOINED_LEAST])
        place += len(word)
    return starts


class Meanings:
    """Keywords that are a greeting, a thanks or a yes of the language, by the list they stand in.

    `first_words` are those of all texts that mean the same as one of them.
    """

    __slots__ = ("_by_list", "_words", "first_words")

    def __init__(self, rules: Iterable[Rule], words: Words) -> None:
        self._words = words
        self._by_list: dict[frozenset[str], Found] = {}
        lists = [words.thanks, words.yes, *words.greetings.values()]
        for rule in rules:
            for keyword in rule.keywords:
                for words_alike in lists:
                    if not keyword.takes_fields and not keyword.exact and keyword.literal in words_alike:
                        self._by_list.setdefault(words_alike, []).append((rule, keyword.literal))
        self.first_words = frozenset(text.partition(" ")[0] for listed in lists for text in listed) if self._by_list else frozenset()

    def find(self, readings: Iterable[str]) -> Found:
        """The rules with a keyword that means the same as a text, by the list that is nearest to it."""
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
