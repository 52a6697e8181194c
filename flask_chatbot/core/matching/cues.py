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

    One look for all of them, since most texts have none. `plain_words` are those of phrases without accents.
    """

    __slots__ = ("_may_be_loose", "_may_be_similar", "_phrases", "_words")

    def __init__(self, phrases: PhraseIndex | None, similar: SimilarIndex | None, loose: LooseIndex, plain_words: Iterable[str]) -> None:
        self._phrases = phrases if phrases is not None and phrases.is_open else None
        self._may_be_similar = similar.may_find if similar is not None else None
        self._may_be_loose = loose.may_begin
        self._words = loose.first_words.union(plain_words, phrases.first_words if phrases is not None else ())

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
        return self._phrases is not None and self._phrases.may_begin(words)
