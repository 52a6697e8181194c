"""Compiles the triggers of a rule: ``keyword:``, ``pattern:``, ``contains:`` and ``similar:``, and ``sends:`` for what is no text."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from flask_chatbot.core.fields.field import Field
from flask_chatbot.core.language.folding import fold_with_signs
from flask_chatbot.core.language.readings import Folding
from flask_chatbot.core.loading.fields import check_name
from flask_chatbot.core.loading.places import Place
from flask_chatbot.core.loading.texts import build_pattern
from flask_chatbot.core.matching.pattern_syntax import tokens
from flask_chatbot.core.matching.patterns import Pattern
from flask_chatbot.core.matching.phrases import LETTERS_LIMIT, WORDS_LIMIT, read_phrase
from flask_chatbot.core.matching.rule import Keyword, Phrase, Rule
from flask_chatbot.core.templates.types import Names, Type
from flask_chatbot.core.translation.translatable import reason_of, tr
from flask_chatbot.core.values.habits import guess
from flask_chatbot.core.values.sent import FILES, SENDS, names_in

KEYS = ("keyword", "pattern", "contains", "similar")
GROUP = re.compile(r"\(\?P?<(\w+)>")  # as a token of a pattern
NAME_LIMIT = 60  # characters of what a rule without a name is called by


class Kinds(NamedTuple):
    """All triggers of one rule; `similar` maps each folded text to the text as written.

    `first` is the first of them as written, by which a rule without a name is called. `named` are the groups of its patterns and the names
    in its keywords, even refused ones, so that one mistake is reported once.
    """

    first: str
    keywords: tuple[Keyword, ...]
    patterns: tuple[Pattern, ...]
    contains: tuple[Phrase, ...]
    similar: Mapping[str, str]
    named: tuple[str, ...]
    sends: tuple[str, ...]

    def is_small_talk(self, words: frozenset[str]) -> bool:
        """True if all of it is among these greetings and thanks."""
        literals = [keyword.literal for keyword in self.keywords]
        literals += [phrase.literal for phrase in self.contains]
        return bool(literals or self.similar) and not self.patterns and words.issuperset(literals) and words.issuperset(self.similar)

    def groups(self, fields: Iterable[Field]) -> tuple[str, ...]:
        """The names of the groups in its patterns, except those of fields."""
        if not self.named:
            return ()
        known = {field.name for field in fields}
        return tuple(name for name in self.named if name not in known)


def build_kinds(rule: Place, folding: Folding) -> Kinds:
    """The triggers of a rule's entry; mistakes are reported."""
    keywords, patterns, contains, similar = keyword_entries(rule), rule.each("pattern"), rule.each("contains"), rule.each("similar")
    return Kinds(
        first_written((*keywords, *patterns, *contains, *similar), rule.each("sends")),
        build_keywords(keywords),
        build_patterns(patterns),
        build_contains(contains, folding),
        build_similar(similar, folding),
        named_in(keywords, patterns),
        build_sends(rule.each("sends")),
    )


def named_in(keywords: Iterable[Place], patterns: Iterable[Place]) -> tuple[str, ...]:
    """The names of the groups in patterns, and of fields that are written into keywords: these are refused, and their templates are not."""
    names = [name for entry in patterns for name in named_groups(entry.data)]
    names += [name for entry in keywords for name in parts_in(entry.data)[1]]
    return tuple(dict.fromkeys(names)) if names else ()


def keyword_entries(rule: Place) -> list[Place]:
    """The places of a rule's keywords; that of an exact one is below its ``exact:``."""
    entries = rule.each("keyword")
    return [at for entry in entries if (at := entry.at("exact") if isinstance(entry.data, dict) else entry).data is not None]


def parts_in(written: str) -> tuple[str, list[str]]:
    """A keyword, and the names of fields that are written into it behind a #; with such names, as far as its first #.

    >>> parts_in("status#nota#tgl kirim"), parts_in("cek#nota#"), parts_in("#promo")
    (('status#', ['nota', 'tgl_kirim']), ('cek#nota#', []), ('#promo', []))
    """
    first, mark, rest = written.strip().partition("#")
    if not rest or not (first.strip() and mark) or rest.endswith("#"):
        return written.strip(), []
    names = ("_".join(re.findall(r"\w+", part)) for part in rest.split("#"))
    parts = [name for name in names if name]
    return (f"{first.strip()}#", parts) if parts else (written.strip(), [])


def named_groups(source: str) -> list[str]:
    r"""The names of the groups in a pattern, even if RE2 cannot read it.

    >>> named_groups(r"(?P<kode>[a-z]+)(?<nomor>.{1,99}) \(?P<x>")
    ['kode', 'nomor']
    """
    if "<" not in source:
        return []
    return [found[1] for token in tokens(source) if token.kind == "open" and (found := GROUP.match(token.source))]


def first_written(triggers: Iterable[Place], sends: Iterable[Place]) -> str:
    """The name of a rule without one: its first trigger, as written."""
    for entry in triggers:
        if entry.data and (written := entry.data.strip()):
            return str(written[:NAME_LIMIT])
    return next((str(entry.data) for entry in sends if entry.data), "fallback")


def build_keywords(entries: Iterable[Place]) -> tuple[Keyword, ...]:
    """The keywords, without those that fold to the same text, which are reported."""
    found: dict[tuple[str, bool], Keyword] = {}
    first: dict[tuple[str, bool], Place] = {}
    for entry in entries:
        written, parts = parts_in(entry.data)
        if parts:
            entry.report(
                tr(
                    "the fields of {text!r} stand in the keyword. Write `keyword: {keyword}` and `fields: [{fields}]`.",
                    text=entry.data.strip(),
                    keyword=written,
                    fields=", ".join(parts),
                )
            )
        takes_fields = written.endswith("#")
        literal = fold_with_signs(written.removesuffix("#"))
        if literal:
            literal = written if written == literal else literal  # as nearly always, and kept once
            key = literal, takes_fields
            found.setdefault(key, Keyword(written, literal, takes_fields, entry.path[-1] == "exact"))
            report_twice(entry, first.setdefault(key, entry))
        else:
            entry.report(
                tr("the keyword {keyword!r} has nothing that can be compared. Write at least one letter, digit or sign.", keyword=written)
            )
    return tuple(found.values())


def report_twice(entry: Place, first: Place) -> None:
    """Warn of a text that says the same as one before it under the same key."""
    if entry is not first:
        fact = tr("{text!r} is the same as {other!r} at {place}", text=entry.data, other=first.data, place=first.mark())
        entry.warn(tr("{fact}: what distinguishes them does not count where texts are compared. Remove one of them.", fact=fact))


def build_patterns(entries: Iterable[Place]) -> tuple[Pattern, ...]:
    """The patterns, whose groups may be named as fields may."""
    found: dict[str, Pattern] = {}
    for entry in entries:
        pattern = build_pattern(entry, tr("Repeat less, or write * for any number of times."))
        if pattern is not None:
            found.setdefault(pattern.source, pattern)
            for name in pattern.groups:
                check_name(entry, name)
    return tuple(found.values())


def build_contains(entries: Iterable[Place], folding: Folding) -> tuple[Phrase, ...]:
    """The phrases, without equivalent ones, which are reported."""
    found: dict[str, Phrase] = {}
    first: dict[str, Place] = {}
    for entry in entries:
        phrase = build_phrase(entry, folding)
        if phrase is not None:
            found.setdefault(phrase.literal, phrase)
            report_twice(entry, first.setdefault(phrase.literal, entry))
    return tuple(found.values())


def build_similar(entries: Iterable[Place], folding: Folding) -> dict[str, str]:
    """The texts as written, by the folded ones; equivalent ones are reported."""
    found: dict[str, str] = {}
    first: dict[str, Place] = {}
    for entry in entries:
        literal = folding.literal(entry.data)
        if check_similar(entry, literal):
            found.setdefault(literal, entry.data.strip())
            report_twice(entry, first.setdefault(literal, entry))
    return found


def build_phrase(place: Place, folding: Folding) -> Phrase | None:
    """The phrase at `place`, or None after reporting its mistake."""
    try:
        return read_phrase(place.data, folding)
    except ValueError as error:
        place.report(reason_of(error))
        return None


def check_similar(place: Place, literal: str) -> bool:
    """True if a folded text can be compared with typing errors; if not, it is reported."""
    words = literal.split()
    longest = max(map(len, words), default=0)
    if not literal:
        place.report(tr("{text!r} has nothing that can be compared. Write at least one word.", text=place.data))
    elif len(words) > WORDS_LIMIT:
        place.report(
            tr(
                "a 'similar' text has at most {limit} words, and this has {count}. Use 'contains' for a part of it.",
                limit=WORDS_LIMIT,
                count=len(words),
            )
        )
    elif longest > LETTERS_LIMIT:
        place.report(
            tr(
                "a word of a 'similar' text has at most {limit} letters, and one here has {longest}. Shorten it.",
                limit=LETTERS_LIMIT,
                longest=longest,
            )
        )
    return bool(literal) and len(words) <= WORDS_LIMIT and longest <= LETTERS_LIMIT


def build_sends(entries: Iterable[Place]) -> tuple[str, ...]:
    """The kinds of messages, as written; unknown ones and repeats are reported."""
    found: list[str] = []
    for entry in entries:
        kind = entry.data
        if kind not in SENDS:
            meant = guess(kind, SENDS)
            way_out = meant.way_out or tr(" The kinds are: {kinds}.", kinds=", ".join(SENDS))
            entry.report(tr("{kind!r} is no kind of message.{way_out}", kind=kind, way_out=way_out))
            found.append(meant.word or "media")  # so that templates may use its names
        elif kind in found:
            entry.report(tr("{kind!r} is in the list already. Remove it.", kind=kind))
        elif kind in FILES and "media" in found:
            entry.report(tr("'media' is any file, {kind!r} too. Keep one of them.", kind=kind))
        else:
            found.append(kind)
    return tuple(found)


def check_sends(place: Place, rule: Rule) -> None:
    """Report keys that a rule with ``sends`` has no use for."""
    if not rule.sends:
        return
    if rule.fallback:
        place.at("fallback").report(
            tr("'fallback' is for words that no rule takes, and 'sends' for what is no text. Remove one of them, or make two rules."),
            key=True,
        )
    for key in ("similar", "small_talk", "guess", "paste"):
        if key in place.data:
            place.at(key).report(tr("{key!r} is for texts, and a rule with 'sends' answers none. Remove it.", key=key), key=True)


def names_sent(sends: Sequence[str], may_ask: bool) -> Names:
    """The names of what was sent, with their types: of several kinds each may be missing, and all of them once a form has asked."""
    names = names_in(sends)
    among = 0 if may_ask else len(names)
    return {name: Type(name, optional=may_ask or len(names) > 1, among=among) for name in names}
