"""The names of days, months and numbers, as ``words:`` adds them to those of the language."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal

from flask_chatbot.core.language.folding import canonical
from flask_chatbot.core.language.vocabulary import Vocabulary, vocabulary_of
from flask_chatbot.core.late import late_pattern
from flask_chatbot.core.loading.places import Place
from flask_chatbot.core.translation.translatable import Translatable, tr

LISTS = {"days": 7, "months": 12, "numbers": None}  # with the number of their entries
WORD = re.compile(r"[^\W\d_]+(?:['.-][^\W\d_]+)*")  # as values are split
DIGITS = late_pattern(r"[0-9]{1,12}(?:[.,][0-9]{1,2})?")
SCALES = frozenset(map(Decimal, (100, 1_000, 10**6, 10**9)))  # that multiply the number before them
FIRST = {"days": "Monday", "months": "January"}


def build_vocabulary(listed: Iterable[Place], like: str) -> Vocabulary | None:
    """The words of values, with what a file adds to days, months and numbers; None where it adds nothing."""
    entries = [place for place in listed if place.path[-1] in LISTS and place.data is not None]
    if not entries:
        return None
    words = vocabulary_of(like)
    for place in entries:
        name = str(place.path[-1])
        only = place.at("only") if isinstance(place.data, dict) and "only" in place.data else None
        if only is not None and len(place.data) > 1:
            place.report(
                tr("the list {name!r} is words, or 'only' and the words in place of the language's own. Write one of them.", name=name)
            )
            continue
        known: Mapping[str, int] | Mapping[str, Decimal] = getattr(words, name)
        added = dict(read_values(only or place, name, known))
        table = added if only is not None else {**known, **added}
        more = (
            {} if name != "numbers" else {"scales": {**words.scales, **{word: value for word, value in added.items() if value in SCALES}}}
        )
        words = replace(words, **{name: table}, **more)  # type: ignore[arg-type]  # of one type under each name
    return words


def read_values(place: Place, name: str, known: Mapping[str, int] | Mapping[str, Decimal]) -> Iterator[tuple[str, int | Decimal]]:
    """The words with what they mean, each once: of a list by their order, of a map by its keys."""
    seen: dict[str, Place] = {}
    for value, entry in keyed(place, name, known):
        for each in entry.entries():
            word = canonical(str(each.data)).strip()
            if not WORD.fullmatch(word):
                each.report(tr("{text!r} is no single word, and a value is read word by word. Write one word.", text=each.data))
            elif word in seen:
                each.report(tr("{word!r} is written already, at {mark}. Remove one of them.", word=word, mark=seen[word].mark()))
            else:
                seen[word] = each
                yield word, value


def keyed(place: Place, name: str, known: Mapping[str, int] | Mapping[str, Decimal]) -> Iterator[tuple[int | Decimal, Place]]:
    """The meaning of each entry, and its place."""
    if isinstance(place.data, dict):
        for key in place.data:
            value = meaning(key, name, known)
            if isinstance(value, Translatable):
                place.at(key).report(value, key=True)
            else:
                yield value, place.at(key)
        return
    entries = place.entries()
    count = LISTS[name]
    if count is not None and len(entries) != count:
        message = tr(
            "{name!r} are {count} in order, {first} first, and these are {number}. Write all, or a map such as {{{example}: [...]}}.",
            name=name,
            count=count,
            first=FIRST[name],
            number=len(entries),
            example=FIRST[name].lower(),
        )
        place.report(message)
        return
    start = 1 if name == "months" else 0
    for number, entry in enumerate(entries, start):
        yield (number if count else Decimal(number)), entry


def meaning(key: str, name: str, known: Mapping[str, int] | Mapping[str, Decimal]) -> int | Decimal | Translatable:
    """The day, the month or the number that a key names, by a word that is known or by digits; or what is wrong with it."""
    word = canonical(key).strip()
    if word in known:
        return known[word]
    if name == "numbers" and DIGITS.fullmatch(word):
        return Decimal(word.replace(",", "."))
    if name == "numbers":
        return tr("{key!r} is no number. Write it in digits, such as 12, and its words behind it.", key=key)
    return tr(
        "{key!r} is not among the {name} that the language knows. Write {first!r} or the like, and its other words behind it.",
        key=key,
        name=name,
        first=FIRST[name].lower(),
    )
