"""Doubts about a guess: the reasons why a rule that a text may have meant is not answered at once, however near its phrase is."""

from collections.abc import Sequence

from flask_chatbot.core.deciding.rulebook import RuleBook
from flask_chatbot.core.matching.guesses import CHARACTERS_READ
from flask_chatbot.core.matching.rule import Rule
from flask_chatbot.core.translation.translatable import tr
from flask_chatbot.core.values.actions import Subscribe

YIELDS = tr("it is small talk, and the text asks for something")


class Doubts:
    """The doubts about guesses at one text."""

    __slots__ = ("_book", "_text")

    def __init__(self, book: RuleBook, text: str) -> None:
        self._book = book
        self._text = text[:CHARACTERS_READ]

    def about(self, rule: Rule, phrase: str, is_whole: bool) -> str:
        """The reason for not answering by a rule and its phrase; empty if there is none. `is_whole` if the text has all words of it."""
        folding = self._book.folding
        literal = folding.fold(phrase)
        if self.yields(rule, phrase):
            return YIELDS
        if rule.small_talk and not is_whole and literal in folding.words.small_talk:
            return tr("it is small talk, and the text has only a part of it")
        if self._refuses(folding.split(literal)):
            return tr("the text says no, and its phrase does not")
        return "" if is_harmless(rule) else tr("its rule does more than answer")

    def yields(self, rule: Rule, phrase: str) -> bool:
        """True if a rule is small talk, and the text asks for something beside its phrase."""
        return rule.small_talk and self._book.folding.asks(self._text, self._book.folding.fold(phrase))

    def _refuses(self, phrase: Sequence[str]) -> bool:
        """True if the text calls something off or denies it, with a word that the phrase does not have.

        A negation at the end, or behind a word that asks, only makes a question of it ("masih ada gak", "ada gak kopinya").
        """
        words, known = self._book.folding.split(self._book.folding.fold(self._text)), self._book.folding.words
        negations = self._book.locale.language.vocabulary.negations
        end = next((place for place in range(len(words), 0, -1) if words[place - 1] not in known.ignore | known.ignore_last), 0)
        for place, word in enumerate(words):
            is_tag = place + 1 >= end or words[place - 1 : place] in [[each] for each in known.questions]
            if word not in phrase and (word in known.cancel or (word in negations and not is_tag)):
                return True
        return False


def is_harmless(rule: Rule) -> bool:
    """True if a guess at a rule does no harm: it only answers, or asks before it does or looks up anything."""
    asks_first = rule.asks or rule.confirm is not None or any(not field.may_be_left_out for field in rule.fields or ())
    return asks_first or (rule.find is None and all(isinstance(action, Subscribe) for action in rule.actions))
