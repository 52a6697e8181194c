"""A text as a form or a menu that waits for an answer hears it."""

from dataclasses import dataclass

from flask_chatbot.core.language.folding import fold
from flask_chatbot.core.language.readings import Folding
from flask_chatbot.core.language.words import words_heard


def readings(text: str, folding: Folding) -> frozenset[str]:
    """The forms in which a text may be a word that a form or a menu waits for: as written, by its synonyms, without courtesy words.

    >>> from flask_chatbot.core.language.words import Words
    >>> sorted(readings("Ya, kak!", Folding(Words(ignore=frozenset({"kak"})))))
    ['ya', 'ya kak']
    """
    forms = {fold(text), folding.fold(text)}
    return frozenset(forms.union(*(folding.without_courtesy(form, may_agree=True) for form in forms)))


def list_of(name: str, folding: Folding) -> frozenset[str]:
    """The words of one list, in all languages and as the bot's own rules add to it."""
    return words_heard(folding.words, name)


@dataclass(frozen=True, slots=True)
class Heard:
    """A text, its readings, and the words of the bot that it is heard by."""

    text: str
    said: frozenset[str]
    folding: Folding

    def means(self, *names: str) -> bool:
        """True if the whole text is a word of one of the lists.

        >>> Heard("Gak jadi, kak", frozenset({"gak jadi"}), Folding()).means("cancel")
        True
        """
        return any(not self.said.isdisjoint(list_of(name, self.folding)) for name in names)


def hear(text: str, folding: Folding) -> Heard:
    """The text, as a bot with these words hears it."""
    return Heard(text, readings(text, folding), folding)
