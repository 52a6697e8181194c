"""Words that customers use, as a file adds them to the lists of its language: ``words:`` and ``synonyms:``."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from flask_chatbot.core.language.folding import fold
from flask_chatbot.core.language.readings import Folding
from flask_chatbot.core.language.sentences import Locale
from flask_chatbot.core.language.words import Words, words_of
from flask_chatbot.core.loading.places import Place
from flask_chatbot.core.translation.translatable import Translatable, tr
from flask_chatbot.core.values.problems import Mark

RUN_LIMIT = 10  # words that stand for one


def build_folding(synonyms: Iterable[Place], words: Iterable[Place], locale: Locale) -> Folding:
    """The folding by which this bot compares texts."""
    built = build_words(words, words_of(locale.language.like))
    if (own := locale.language.own_vocabulary) is not None:
        counted = {word: str(value) for word, value in own.numbers.items() if value == value.to_integral_value()}
        built = replace(built, counting={**built.counting, **counted})
    return Folding(built, build_synonyms(synonyms))


def build_synonyms(listed: Iterable[Place]) -> dict[str, str]:
    """The folded words, and runs of words, with what they stand for."""
    heads: dict[str, str] = {}
    places: dict[str, Place] = {}
    for place in listed:
        head = fold(str(place.path[-1]))
        for entry in place.entries():
            run = fold(entry.data)
            if not (is_run(run) and is_run(head)):
                entry.report(no_synonym(head if is_run(run) else run))
                continue
            if run in heads and heads[run] != head:
                entry.report(twice(run, heads[run], places[run].mark()))
            heads.setdefault(run, head)
            places.setdefault(run, entry)
    for run, head in heads.items():
        if heads.get(head, head) != head:
            places[run].report(tr("{head!r} is itself a synonym of {of!r}. List all its words there.", head=head, of=heads[head]))
    return {run: head for run, head in heads.items() if run != head}


def no_synonym(text: str) -> Translatable:
    """The complaint about what cannot be a synonym, or have one."""
    return tr(
        "a synonym is one word or a few, at most {limit}, without a #, and {text!r} is something else. Change it.",
        limit=RUN_LIMIT,
        text=text,
    )


def twice(words: str, head: str, mark: Mark) -> Translatable:
    """The complaint about words that stand for something already."""
    return tr("{words!r} stands for {head!r} already, at {mark}. Remove one of them.", words=words, head=head, mark=mark)


def build_words(listed: Iterable[Place], words: Words) -> Words:
    """The words of the language with what a file adds to its lists, or has in their place."""
    for place in listed:
        name = str(place.path[-1])
        if not isinstance(getattr(words, name, None), frozenset) and name != "greetings":  # refused by the schema, or of values
            continue
        only = place.at("only") if isinstance(place.data, dict) else None
        if only is not None and list(place.data) != ["only"]:
            place.report(
                tr("the list {name!r} is words, or 'only' and the words in place of the language's own. Write one of them.", name=name)
            )
            continue
        added = frozenset(each for each in map(read_word, (only or place).entries()) if each)
        words = with_list(words, name, added, is_alone=only is not None)
    return words


def with_list(words: Words, name: str, added: frozenset[str], *, is_alone: bool) -> Words:
    """The words with more in one of their lists, or with these alone."""
    if name == "greetings":
        greetings = {"any": added} if is_alone else {**words.greetings, "any": words.greetings["any"] | added}
        return replace(words, greetings=greetings)
    lists: dict[str, Any] = {name: added if is_alone else getattr(words, name) | added}
    if is_alone:
        lists["alone"] = words.alone | {name}
    if is_alone and name == "ignore":
        lists |= dict.fromkeys(("ignore_first", "ignore_last"), frozenset())
    return replace(words, **lists)


def read_word(entry: Place) -> str:
    """The folded word or words at a place; nothing after reporting what is wrong with them."""
    folded = fold(entry.data)
    if is_run(folded):
        return folded
    entry.report(tr("{text!r} is no word that a customer says. Write up to {limit} words without a #.", text=entry.data, limit=RUN_LIMIT))
    return ""


def is_run(folded: str) -> bool:
    """True if a folded text is one word or a few.

    >>> is_run("harga"), is_run("daftar harga"), is_run("")
    (True, True, False)
    """
    return bool(folded) and "#" not in folded and folded.count(" ") < RUN_LIMIT
