"""Settings and vars: what stands before the rules."""

import keyword
from collections.abc import Collection, Iterable
from datetime import timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from flask_chatbot.core.conversation.dialogue import PATIENCE
from flask_chatbot.core.deciding.rulebook import TAKEOVER
from flask_chatbot.core.language.addressees import number_or_id
from flask_chatbot.core.language.sentences import Language, Locale
from flask_chatbot.core.loading.conditions import build_duration
from flask_chatbot.core.loading.dialogue import Staff
from flask_chatbot.core.loading.places import Place
from flask_chatbot.core.matching.rule import Rule
from flask_chatbot.core.reminding.quiet import Quiet
from flask_chatbot.core.templates.check import JINJA_NAMES
from flask_chatbot.core.translation.translatable import reason_of, tr
from flask_chatbot.core.values.actions import Notify
from flask_chatbot.core.values.habits import guess
from flask_chatbot.core.values.people import is_outside_id, is_person_id


def read_country(settings: Place) -> str:
    """The country that local numbers are read in."""
    country: str = (settings.data or {}).get("country") or "ID"
    if not is_country(country):
        settings.at("country").report(
            tr("{country!r} is not a country with telephone numbers. Write its two capital letters, such as ID or MY.", country=country)
        )
    return country


def build_locale(settings: Place, language: Language, country: str) -> Locale:
    """The language and the country with the time zone of the files."""
    return Locale(language=language, timezone=build_timezone(settings, (settings.data or {}).get("timezone")), country=country)


def is_country(code: str) -> bool:
    """True if telephone numbers of that country can be read.

    >>> is_country("MY"), is_country("XX")
    (True, False)
    """
    if code == "ID":
        return True
    import phonenumbers  # slow to load, and nearly every file is of one country

    return code in phonenumbers.SUPPORTED_REGIONS


def build_timezone(settings: Place, name: str | None) -> ZoneInfo:
    name = "Asia/Jakarta" if name is None else name
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        way_out = guess(name, sorted(available_timezones())).way_out or tr(" Use an IANA name, such as Asia/Jakarta.")
        settings.at("timezone").report(tr("unknown time zone {name!r}.{way_out}", name=name, way_out=way_out))
        return ZoneInfo("UTC")


def build_staff(settings: Place, country: str) -> Staff:
    """The members of staff that rules notify, by their names; mistakes are reported."""
    staff, numbers = settings.at("staff"), {}
    for name, number in (staff.data or {}).items():
        place = staff.at(name)
        if not any(map(str.isalpha, name)) or is_outside_id(name) or is_person_id(name):
            place.report(tr("{name!r} looks like a number. Call members of staff by a name, such as kasir.", name=name), key=True)
        try:
            numbers[name] = "" if number is None else number_or_id(number, country)
        except ValueError as error:
            numbers[name] = ""
            place.report(reason_of(error))
    return Staff(numbers, country, is_whole=staff.data is not None or "staff" not in (settings.data or {}))


def build_groups(settings: Place) -> Literal["never", "keywords", "all"]:
    """The kinds of rules that answer in group chats."""
    groups: Literal["never", "keywords", "all"] = (settings.data or {}).get("groups", "never")
    return groups


def build_guess(settings: Place) -> Literal["never", "suggest", "answer"]:
    """The reaction to texts that nothing matches."""
    guess: Literal["never", "suggest", "answer"] = (settings.data or {}).get("guess", "suggest")
    return guess


def build_patience(settings: Place) -> timedelta:
    """The time that forms and menus wait for an answer."""
    written = build_duration(settings.each("patience")) if settings.data else None
    return written or timedelta(seconds=PATIENCE)


def build_takeover(settings: Place) -> timedelta | None:
    """The time for which the bot is silent after the owner wrote by hand; None for never."""
    place = settings.at("takeover")
    written = str(place.data).strip()
    if place.data is None or any(map(str.isdigit, written)):
        return build_duration(settings.each("takeover") if settings.data else ()) or TAKEOVER
    if written.casefold() != "never":
        place.report(
            tr("{text!r} is no length of time. Write one, such as 1 hour, or never: then the bot goes on answering.", text=written)
        )
    return None


def build_silence(settings: Place, staff: Staff, rules: Iterable[Rule], quiet: Quiet | None) -> dict[str, Any]:
    """The time of silence after the owner wrote by hand, the staff to whom that does not apply, and the night, as a book holds them."""
    notified = {action.to for rule in rules for action in rule.actions if isinstance(action, Notify)}
    numbers = frozenset({*staff.numbers.values(), *notified} - {""})
    return {"takeover": build_takeover(settings), "staff": numbers, "quiet": quiet}


def build_vars(entries: Iterable[Place], taken: Collection[str]) -> dict[str, Place]:
    """The places of all vars by name; a built-in name, or one given twice, is reported."""
    found: dict[str, Place] = {}
    for place in entries:
        name = str(place.path[-1])
        if name in taken or name in (*JINJA_NAMES, "value") or keyword.iskeyword(name):
            place.report(
                tr("a var may not be called {name!r}, which means something else in templates. Choose another name.", name=name), key=True
            )
        elif name in found:
            place.report(
                tr("the var {name!r} is defined already, at {mark}. Remove one of them.", name=name, mark=found[name].mark(key=True)),
                key=True,
            )
        found[name] = place
    return found
