"""Lengths of time, as a rule file writes them."""

import re
from datetime import timedelta

from flask_chatbot.core.language.rewriting import duration_meant
from flask_chatbot.core.translation.translatable import NO_MESSAGE, Translatable, linked, tr
from flask_chatbot.core.values.problems import did_you_mean

LONGEST = timedelta(days=366)
_UNITS = {
    timedelta(seconds=1): "second seconds sec secs detik dtk",
    timedelta(minutes=1): "minute minutes min mins menit mnt",
    timedelta(hours=1): "hour hours jam",
    timedelta(days=1): "day days hari",
    timedelta(weeks=1): "week weeks minggu pekan",
}
UNITS = {word: unit for unit, words in _UNITS.items() for word in words.split()}
_WRITTEN = re.compile(r"([0-9]{1,9}) *([^\W\d_]+)")  # nine digits of weeks are within what a timedelta holds
_WAY_OUT = tr("Write a whole number and its unit, such as 10 minutes, 2 jam or 1 hari.")


def read_duration(text: str) -> timedelta:
    """Read a length of time from one second to 366 days; ValueError has the sentence for the rule's author.

    >>> read_duration("10 minutes"), read_duration("2 jam")
    (datetime.timedelta(seconds=600), datetime.timedelta(seconds=7200))
    """
    found = _WRITTEN.fullmatch(text.strip().casefold())
    if not found or found[2] not in UNITS:
        raise ValueError(_unread(text, found[2] if found else ""))
    count, unit = int(found[1]), found[2]
    if not count:
        raise ValueError(tr("{text!r} is no time at all. Write at least 1 second, or remove it.", text=text))
    if count > LONGEST // UNITS[unit]:
        raise ValueError(tr("{text!r} is too long: the limit is 366 days. Write less.", text=text))
    return count * UNITS[unit]


def _unread(text: str, unit: str) -> Translatable:
    meant = _WRITTEN.fullmatch(duration_meant(text))
    if meant and meant[2] in UNITS:
        return tr("{text!r} cannot be read as a length of time. Write {meant}", text=text, meant=meant[0])
    if not unit:
        return tr("{text!r} is not a length of time. {way_out}", text=text, way_out=_WAY_OUT)
    guess = did_you_mean(unit, UNITS) if len(unit) > 2 else NO_MESSAGE  # m could be minutes as well as months
    return tr("{text!r} has no unit of time that is known.{guess}", text=text, guess=guess or linked("", (" ", _WAY_OUT)))
