"""The sentences of a bot: those of its language, and what ``sentences:`` says in their place."""

import re
from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from flask_chatbot.core.language.placeholders import MARK, MAY_BE_EMPTY, allowed, needed
from flask_chatbot.core.language.sentences import CALLS, SENTENCES, Language, built_in, language_of
from flask_chatbot.core.language.vocabulary import Vocabulary
from flask_chatbot.core.language.words import LANGUAGES
from flask_chatbot.core.loading.places import Place
from flask_chatbot.core.translation.translatable import NO_MESSAGE, Translatable, tr
from flask_chatbot.core.values.habits import guess

TIMES = 3  # that a sentence may hold one placeholder
NAME = re.compile("[A-Za-z][A-Za-z0-9_-]{1,34}")


class Tongue(NamedTuple):
    """The language that the settings name: its name, the word that people are addressed by, and the nearest language of the package."""

    name: str
    call: str | None
    like: str
    babel: str


def read_tongue(settings: Place, country: str) -> Tongue:
    """The language that the settings name."""
    data = settings.data or {}
    name = data.get("language") or "id"
    if name in LANGUAGES:
        return Tongue(name, read_call(settings), name, name)
    near = "id" if country == "ID" else "en"
    return Tongue(name, read_call(settings), near, babel_of(name) or near)


def read_call(settings: Place) -> str | None:
    """The word that people are addressed by; None where the settings have none."""
    call = (settings.data or {}).get("call")
    if call is None:
        return None
    text = " ".join(str(call).split())
    if any(mark in text for mark in "{}%#*_~`"):
        settings.at("call").report(
            tr("{text!r} is no word to address people by. Write it without signs, such as Kak or Bapak/Ibu.", text=text)
        )
        return ""
    return text


def babel_of(name: str) -> str:
    """The locale of Babel for a language; empty if it knows none.

    >>> babel_of("ms"), babel_of("gaul")
    ('ms', '')
    """
    from babel import Locale, UnknownLocaleError

    try:
        return str(Locale.parse(name.replace("-", "_")))
    except (ValueError, UnknownLocaleError):
        return ""


def build_language(settings: Place, tongue: Tongue, entries: Iterable[Place], vocabulary: Vocabulary | None) -> Language:
    """The language of the settings with the sentences of the files; mistakes in them are reported."""
    given = read_sentences(entries)
    if not given and tongue.call is None and vocabulary is None and tongue.name in LANGUAGES:
        return language_of(tongue.name)
    if tongue.name not in LANGUAGES and not NAME.fullmatch(tongue.name) and not guess(tongue.name, LANGUAGES).word:
        message = tr("{name!r} is no name of a language. Write one such as id, en or ms: letters, digits and hyphens.", name=tongue.name)
        settings.at("language").report(message)
        return language_of(tongue.like)
    lacking = [] if tongue.name in LANGUAGES else [key for key in SENTENCES["en"] if key not in given]
    if lacking:
        report_lacking(settings.at("language"), tongue.name, lacking)
    call = CALLS.get(tongue.name, "") if tongue.call is None else tongue.call
    sentences = {**built_in(tongue.like, addresses=tongue.call is not None), **given}
    return Language(
        name=tongue.name, like=tongue.like, babel=tongue.babel, sentences=sentences, call=call, sapaan=call, own_vocabulary=vocabulary
    )


def report_lacking(place: Place, name: str, lacking: Collection[str]) -> None:
    """Report all sentences that a language of the file's own lacks, at once."""
    meant = guess(name, LANGUAGES)
    if len(lacking) == len(SENTENCES["en"]) and meant.word:
        place.report(tr("unknown language {name!r}.{guess}", name=name, guess=meant.way_out))
        return
    if len(lacking) == len(SENTENCES["en"]):
        place.report(
            tr(
                "the language {name!r} does not come with the package, which has {known}. Use one of those, or write all {count} sentences "
                "under 'sentences': `flask chatbot sentences --language en` prints them, ready to be translated.",
                name=name,
                known=", ".join(LANGUAGES),
                count=len(lacking),
            )
        )
        return
    place.report(
        tr(
            "the language {name!r} needs all its sentences under 'sentences', and {count} are missing: {keys}. "
            "Add them: `flask chatbot sentences --language en` prints all, ready to be translated.",
            name=name,
            count=len(lacking),
            keys=", ".join(lacking),
        )
    )


def read_sentences(entries: Iterable[Place]) -> dict[str, str]:
    """The sentences by name, as far as they are right."""
    found: dict[str, str] = {}
    places: dict[str, Place] = {}
    for place in entries:
        key = str(place.path[-1])
        if place.data is None or key not in SENTENCES["en"]:  # the schema has refused it
            found.setdefault(key, "")
            continue
        if key in places:
            place.report(
                tr("the sentence {key!r} is given already, at {mark}. Remove one of them.", key=key, mark=places[key].mark(key=True)),
                key=True,
            )
        places.setdefault(key, place)
        found[key] = str(place.data).strip()
        check_sentence(place, key, found[key])
    return {key: text for key, text in found.items() if key in SENTENCES["en"]}


def check_sentence(place: Place, key: str, text: str) -> None:
    """Report what is wrong with a sentence: a placeholder that is unknown or missing, a template, or nothing at all."""
    if not text:
        if key not in MAY_BE_EMPTY:
            empty = ", ".join(sorted(MAY_BE_EMPTY))
            place.report(
                tr("the sentence {key!r} may not be empty: only {names} may. Write something, or remove it.", key=key, names=empty)
            )
        return
    are_right = [is_placeholder(place, key, number, found) for number, found in marks(str(place.data))]  # each is reported
    if all(are_right):
        check_placeholders(place, key, text)


def marks(text: str) -> Iterator[tuple[int, re.Match[str]]]:
    """The placeholders in a text and what looks like one, each with its line; of a template's marks only the first."""
    for number, line in enumerate(text.split("\n"), 1):
        for found in MARK.finditer(line):
            yield number, found
            if not found[1]:
                return


def is_placeholder(place: Place, key: str, number: int, found: re.Match[str]) -> bool:
    """True for a placeholder that a sentence may have; any other mark is reported."""
    problem = problem_of(key, found[1], allowed(key))
    if problem:
        place.report_word(number, found[0], problem)
    return not problem


def check_placeholders(place: Place, key: str, text: str) -> None:
    """Report a placeholder that is written too often, or that is missing."""
    if often := next((name for name in allowed(key) if text.count(f"{{{name}}}") > TIMES), ""):
        place.report(
            tr("the sentence {key!r} has {{{name}}} more than {times} times. Write it once or twice.", key=key, name=often, times=TIMES)
        )
    elif missing := [name for name in needed(key) if f"{{{name}}}" not in text]:
        listed = ", ".join(f"{{{name}}}" for name in missing)
        place.report(
            tr("the sentence {key!r} needs {placeholders}: without it nobody knows what to do. Add it.", key=key, placeholders=listed)
        )


def problem_of(key: str, name: str | None, names: Collection[str]) -> Translatable:
    """The problem with a mark in a sentence: a template's where it has no name; nothing if the sentence may have it."""
    if name is None:
        return tr("a sentence has placeholders in single braces, such as {{sapaan}}, and no templates. Write it that way.")
    if name in names:
        return NO_MESSAGE
    known = ", ".join(f"{{{each}}}" for each in names)
    meant = guess(name.strip(), names).word
    return tr(
        "the sentence {key!r} has no placeholder {{{name}}}.{guess}{known}",
        key=key,
        name=name,
        guess=tr(" Did you mean {{{word}}}?", word=meant) if meant else NO_MESSAGE,
        known=tr(" It may have {known}.", known=known) if names else tr(" It has none: remove it."),
    )
