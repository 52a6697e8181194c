"""Compiles the conversations of a rule: ``ask:``, ``confirm:``, ``menu:``; and its actions."""

import re
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType
from typing import Any, NamedTuple

from flask_chatbot.core.fields.field import Field
from flask_chatbot.core.language.addressees import number_or_id
from flask_chatbot.core.language.durations import read_duration
from flask_chatbot.core.language.folding import fold
from flask_chatbot.core.loading.addresses import no_address
from flask_chatbot.core.loading.fields import FieldBuilder
from flask_chatbot.core.loading.lookalikes import may_mislead, warn_of_lookalikes
from flask_chatbot.core.loading.places import Place
from flask_chatbot.core.loading.texts import compile_template
from flask_chatbot.core.loading.triggers import keyword_entries
from flask_chatbot.core.matching.rule import MenuEntry
from flask_chatbot.core.templates.template import Sandbox, Template, has_marks
from flask_chatbot.core.templates.types import Names
from flask_chatbot.core.translation.translatable import Translatable, reason_of, tr
from flask_chatbot.core.values.actions import Action, Forward, Notify, Pause, Save, Subscribe
from flask_chatbot.core.values.habits import guess

NUMBERED = re.compile(r"\d{1,3}(?:[.):]+(?=\s|$)|$)")
PLAIN = frozenset({"question", "label"})  # the keys of a field with texts that are no templates
SWITCHES = frozenset("true false yes no on off ya tidak".split())
FORWARD_TIMEOUT = timedelta(seconds=10)  # for all tries together, where the rule says nothing


class Staff(NamedTuple):
    """Members of staff: their numbers or ids by name, empty if unfit, and the country of local numbers.

    If not all of them could be read, `is_whole` is False.
    """

    numbers: Mapping[str, str] = MappingProxyType({})
    country: str = "ID"
    is_whole: bool = True

    def addresses(self, place: Place) -> list[str]:
        """The number or id of the name, number or id at `place`; none where it is unfit, which is reported."""
        name = place.data.strip()
        if name in self.numbers:
            return [self.numbers[name]] if self.numbers[name] else []
        try:
            return [number_or_id(name, self.country)]
        except ValueError as error:
            if not any(map(str.isalpha, name)) or "@" in name:
                place.report(reason_of(error))
            elif self.is_whole:
                place.report(self.unknown(name))
            return []

    def unknown(self, name: str) -> Translatable:
        """The sentence about a name that no member of staff has."""
        meant = guess(name, self.numbers).way_out or (tr(" Known are {names}.", names=", ".join(self.numbers)) if self.numbers else "")
        way_out = meant or tr(" Write a number, or add to the settings: `staff: {{{name}: 6281234567890}}`", name=name)
        return tr("there is no member of staff {name!r}.{way_out}", name=name, way_out=way_out)


class Asking(NamedTuple):
    """The fields of a rule, and True if they are asked for one at a time from the start."""

    fields: tuple[Field, ...] | None = None
    asks: bool = False

    @property
    def takes_sent(self) -> bool:
        """True if a file or a place is the value of one of them."""
        return self.fields is not None and any(field.is_sent for field in self.fields)


NO_FIELDS = Asking()
NOBODY = Staff()


def build_asking(rule: Place, builder: FieldBuilder) -> Asking:
    """The fields under ``fields:`` or ``ask:``; mistakes are reported."""
    asks = rule.data.get("ask") is not None
    key = "ask" if asks else "fields"
    if key not in rule.data:
        return NO_FIELDS
    place = with_questions(rule.at(key), builder.types) if asks else rule.at(key)
    fields = builder.build(place)
    for said in [below(entry) for entry in place.entries() if isinstance(entry.data, dict)]:
        for word in PLAIN.intersection(said.data or ()):
            check_plain(said.at(word), f"a {word}")
    if asks:
        check_asking(rule, fields or ())
    return Asking(fields, asks)


def with_questions(place: Place, types: Container[str]) -> Place:
    """The entries of ``ask:`` with each text behind a field's name made its question."""
    if not isinstance(place.data, list):
        return place
    for entry in place.entries():
        for name, text in entry.data.items() if isinstance(entry.data, dict) else ():
            if isinstance(text, str) and text in types:
                entry.at(name).report(
                    tr("customers would be asked {text!r}. Write it as {name}: {{question: ..., type: {text}}}.", text=text, name=name)
                )
    return replace(place, data=[asked(each) if isinstance(each, dict) else each for each in place.data])


def asked(entry: Mapping[str, Any]) -> dict[str, Any]:
    """An entry with its field's question under a key, where a text stands in its place.

    >>> asked({"nama": "Siapa?"}), asked({"nama": {"min": 2}})
    ({'nama': {'question': 'Siapa?'}}, {'nama': {'min': 2}})
    """
    return {name: {"question": str(data)} if isinstance(data, str | int | float) else data for name, data in entry.items()}


def check_asking(rule: Place, fields: tuple[Field, ...]) -> None:
    """Check a form without ``#``: each field has its question, and no key of the other kind of form is present."""
    if "fields" in rule.data:
        rule.at("ask").report(tr("'ask' replaces 'fields'. Keep one of them."), key=True)
    for entry, field in zip(rule.at("ask").entries(), fields, strict=False):
        if not field.question.strip():
            entry.report(
                tr("the field {field!r} has no question to ask for it. Write it behind the name: `{field}: ...`.", field=field.name)
            )
        if field.rest:
            below(entry).at("rest").report(
                tr("'rest' is for parts after a #. Here each answer is a message of its own: remove it."), key=True
            )
    for entry in keyword_entries(rule):
        if entry.data.strip().endswith("#"):
            entry.report(tr("'ask' is a form without #. Write the keyword without it, or 'fields' in place of 'ask'."))


def below(entry: Place) -> Place:
    """The settings of a field; empty if it is just a name."""
    return entry.at(next(iter(entry.data))) if isinstance(entry.data, dict) else replace(entry, data=None)


def check_plain(place: Place, what: str, key: bool = False) -> None:
    """Report a text that looks like a template and is not one."""
    if isinstance(place.data, str) and has_marks(place.data):
        place.report(tr("{place} is not a template: customers would see the braces. Write it without them.", place=what), key)
    elif isinstance(place.data, str) and not key and may_mislead(place.data):
        warn_of_lookalikes(place)


def build_confirm(place: Place, sandbox: Sandbox, names: Names) -> Template | None:
    """The text that asks for confirmation, or None."""
    if place.data is None:
        return None
    if place.data.strip().casefold() in SWITCHES:
        place.report(
            tr("'confirm' is the text that customers say yes or no to. Write one, such as \"Nilai {{{{ nilai }}}}. Benar? (ya/tidak)\".")
        )
    return compile_template(place, sandbox, names)


def build_menu(listed: Iterable[Place]) -> tuple[MenuEntry, ...]:
    """The entries of a menu: the words shown, and the rule they lead to."""
    entries: list[MenuEntry] = []
    for entry in listed:
        words, rule = next(iter(entry.data.items()))
        at_words = replace(entry.at(words), data=words)
        check_plain(at_words, tr("an entry of a menu"), key=True)
        if number := NUMBERED.match(words):
            rest = words[number.end() :].strip()
            write = (
                tr("Write {rest!r} alone", rest=rest)
                if rest
                else tr("Write the words to show, such as `- Daftar harga: {rule}`", rule=rule)
            )
            at_words.report(tr("menu entries are numbered automatically. {way_out}.", way_out=write), key=True)
        elif not fold(words):
            at_words.report(tr("the words of a menu entry are empty. Write what customers are to see."), key=True)
        if fold(words) in (fold(other.words) for other in entries):
            entry.report(tr("the menu already has an entry {words!r}. Use other words here.", words=words))
        entries.append(MenuEntry(words.strip(), rule.strip(), entry.at(words).mark()))
    return tuple(entries)


def build_notices(entry: Place, staff: Staff, write: Callable[[Place], Template]) -> list[Notify]:
    """The notices of one entry under ``notify:``; `write` compiles the text of one."""
    if not isinstance(entry.data, dict):
        return [Notify(to) for to in staff.addresses(entry)]
    text = write(entry.at("text")) if "text" in entry.data else None
    line = str(entry.data.get("line", ""))
    return [Notify(to, text, line) for each in entry.at("to").entries() for to in staff.addresses(each)]


def build_actions(rule: Place, staff: Staff, write: Callable[[Place], Template], save: Save | None) -> tuple[Action, ...]:
    """The actions of the rule besides its replies; `write` compiles the texts of its notices."""
    actions: list[Action] = [] if save is None else [save]
    for entry in rule.each("notify"):
        actions += build_notices(entry, staff, write)
    if (pause := read_time(rule.at("pause")) if "pause" in rule.data else None) is not None:
        actions.append(Pause(pause))
    if "subscribe" in rule.data:
        actions.append(Subscribe(rule.data["subscribe"]))
    if "forward" in rule.data:
        actions.append(build_forward(rule.at("forward")))
    elif "failed" in rule.data:
        rule.at("failed").report(
            tr("'failed' is sent when 'forward' fails, but this rule has no 'forward'. Add one, or remove 'failed'."), key=True
        )
    return tuple(actions)


def build_forward(place: Place) -> Forward:
    """The `forward:` of a rule."""
    data = place.data
    if not data["url"].startswith(("http://", "https://", "${")):  # a variable of the environment is looked at when it is called
        place.at("url").report(no_address(data["url"], tr("Write it with https:// in front.")))
    timeout = read_time(place.at("timeout")) or FORWARD_TIMEOUT
    return Forward(data["url"], data.get("webhookkey", ""), timeout)


def read_time(place: Place) -> timedelta | None:
    """The length of time written at a place, or None."""
    if place.data is None:
        return None
    try:
        return read_duration(place.data)
    except ValueError as error:
        place.report(reason_of(error))
        return None
