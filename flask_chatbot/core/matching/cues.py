"""The words that a text must have to be found otherwise than as it is written."""

from collections.abc import Iterable

from flask_chatbot.core.language.variants import TWICE, squeezed
from flask_chatbot.core.matching.loose import LooseIndex
from flask_chatbot.core.matching.phrases import PhraseIndex
from flask_chatbot.core.matching.similar import SimilarIndex
from flask_chatbot.core.matching.steps import Reader

LETTERS_LIMIT = 300  # of a text that it pays to look at first; a longer one is asked in full


class Cues:
    """The words that phrases, similar texts and literals written otherwise begin with.

    One look for all of them, since most texts have none.
    """

    __slots__ = ("_may_be_loose", "_may_be_similar", "_open_phrases", "_words")

    def __init__(self, phrases: Iterable[PhraseIndex], similar: SimilarIndex | None, loose: LooseIndex) -> None:
        phrases = tuple(phrases)
        self._open_phrases = tuple(each for each in phrases if each.is_open)
        self._may_be_similar = similar.may_find if similar is not None else None
        self._may_be_loose = loose.may_begin
        self._words = loose.first_words.union(*[each.first_words for each in phrases])

    def stand_in(self, reader: Reader) -> bool:
        """True unless neither a phrase nor a similar text nor a literal written otherwise can be found in a text."""
        words = reader.plain_words()
        if not words or len(reader.folded) > LETTERS_LIMIT or not self._words.isdisjoint(words):
            return True
        if TWICE.search(reader.folded) and not self._words.isdisjoint(map(squeezed, words)):
            return True
        # What is not found by whole words, but by how one of them begins or ends.
        if (self._may_be_similar is not None and self._may_be_similar(words)) or self._may_be_loose(words):
            return True
        return any(each.may_begin(words) for each in self._open_phrases)
