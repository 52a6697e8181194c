"""Words that the built-in sentences tell customers to write, which the lists under ``words:`` must hold."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from flask_chatbot.core.language.folding import fold
from flask_chatbot.core.language.sentences import Language
from flask_chatbot.core.language.words import Words, words_heard
from flask_chatbot.core.loading.places import Place
from flask_chatbot.core.translation.translatable import tr

BOLD = re.compile(r"\*([^*\n]{1,40})\*")
PROMISES = {
    "form_way_out": ("cancel",),
    "form_way_out_yesno": ("cancel",),
    "form_skip": ("skip",),
    "form_given_up": ("resume",),
    "form_aside": ("resume",),
    "form_aside_or_anew": ("resume",),
    "not_yesno": ("yes", "no"),
}


class Unheard(NamedTuple):
    """A sentence that tells customers to write a word, and the list that lacks it."""

    sentence: str
    word: str
    words: str


def check_promised(lists: Iterable[Place], sentences: Iterable[Place], language: Language, words: Words) -> None:
    """Warn of sentences whose word would not be heard: at the sentence, where it is the author's own, else at the list."""
    places = {str(place.path[-1]): place for place in lists}
    own = {str(place.path[-1]): place for place in sentences}
    for sentence, word, name in dict.fromkeys(unheard(language, words)):
        if (place := own.get(sentence) or places.get(name)) is not None:
            place.warn(
                tr(
                    "customers are asked to write {word!r}, by the sentence {sentence!r}, and the words of {words!r} do not hold it."
                    " Add it to them, or say the sentence otherwise.",
                    word=word,
                    sentence=sentence,
                    words=name,
                ),
                key=True,
            )


def unheard(language: Language, words: Words) -> Iterator[Unheard]:
    """Yield the sentences of which no bold word is in a list that it must be in, each with its last one.

    >>> from flask_chatbot.core.language.sentences import language_of
    >>> list(unheard(language_of("id"), Words(resume=frozenset({"terus"}), alone=frozenset({"resume"}))))[0]
    Unheard(sentence='form_given_up', word='lanjut', words='resume')
    """
    for sentence, names in PROMISES.items():
        bold = [word for word in BOLD.findall(language.sentences[sentence]) if "{" not in word]
        for name in names if bold else ():
            if words_heard(words, name).isdisjoint(map(fold, bold)):
                yield Unheard(sentence, bold[min(names.index(name), len(bold) - 1)], name)
