"""Formats of dates and times: a width such as ``long``, or a CLDR pattern, whose letters Babel knows."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from flask_chatbot.core.translation.translatable import NO_MESSAGE, Translatable, tr
from flask_chatbot.core.values.problems import did_you_mean

WIDTHS = ("short", "medium", "long", "full")
LIMIT = 40  # characters of a pattern such as "EEEE, d MMMM"
PART = re.compile(r"'[^']*'|([A-Za-z])\1*")  # words in quotes, and runs of one letter

_DAY = {"d": 2, "D": 3, "E": 5, "e": 5, "c": 5, "F": 1, "M": 5, "L": 5, "Q": 5, "q": 5, "y": 9, "Y": 9, "u": 9, "w": 2, "W": 1, "G": 5}
_CLOCK = {"h": 2, "H": 2, "K": 2, "k": 2, "m": 2, "s": 2, "S": 9, "a": 5, "z": 4, "Z": 5, "v": 4, "V": 4, "x": 5, "X": 5, "O": 4}


class FormKind(NamedTuple):
    """A kind of pattern: its letters with how often each may repeat, their meaning for the reader, and an example."""

    letters: Mapping[str, int]
    known: Translatable
    example: str
    others: Mapping[str, str]  # how the same is written elsewhere


_OF_DAYS = {"D": "d", "j": "d", "l": "EEEE", "m": "M", "F": "MMMM", "n": "M", "Y": "y", "b": "M"}
_OF_CLOCKS = {"M": "m", "i": "mm", "G": "H", "g": "h", "A": "a", "I": "h", "p": "a"}
KINDS = {
    "date": FormKind(_DAY, tr("d, M, y and E"), "d/M/yyyy", _OF_DAYS),
    "time": FormKind(_CLOCK, tr("H, m and s"), "HH.mm", _OF_CLOCKS),
}
_PERCENT = {
    "date": {"d": "dd", "e": "d", "m": "MM", "y": "yy", "Y": "yyyy", "b": "MMM", "B": "MMMM", "a": "EEE", "A": "EEEE", "j": "D"},
    "time": {"H": "HH", "I": "hh", "M": "mm", "S": "ss", "p": "a"},
}


def misformed(form: object, name: str) -> Translatable:
    """The reason why the filter cannot use a format, with the right letters; empty if it can.

    >>> misformed("%d/%m/%Y", "date")
    "'%d/%m/%Y' is not a pattern of this filter. Write 'dd/MM/yyyy'."
    >>> misformed("d MMMM yyyy", "date"), misformed("HH.mm", "time"), misformed("full", "date")
    ('', '', '')
    """
    kind = KINDS["time" if name == "time" else "date"]
    if not isinstance(form, str):
        return tr(
            "{form!r} is not a pattern. Write its letters in quotes, as in '{example}', or one of {widths}.",
            form=form,
            example=kind.example,
            widths=", ".join(WIDTHS),
        )
    if form in WIDTHS or not (fault := fault_of(form, kind)):
        return NO_MESSAGE
    if len(form) > LIMIT:
        return tr("the pattern has more than {limit} characters. Write the words of it beside the tag.", limit=LIMIT)
    if guess := did_you_mean(form.casefold(), WIDTHS):
        return tr("{form!r} is no way to write it.{guess}", form=form, guess=guess)
    better = rewritten(form, name)
    if not fault_of(better, kind):
        return tr("{form!r} is not a pattern of this filter. Write {better!r}.", form=form, better=better)
    if not re.search("[%']", form) and not unknown(form, {**_DAY, **_CLOCK}):
        return of_the_other(form, kind)
    return tr(
        "{fault} Its letters are {known}, as in '{example}', and words stand in single quotes.",
        fault=fault,
        known=kind.known,
        example=kind.example,
    )


def of_the_other(form: str, kind: FormKind) -> Translatable:
    """The complaint about hours in a pattern of days, or days in one of hours."""
    if kind.letters is _DAY:
        return tr("{form!r} has hours, and this filter writes days. Write the hours on their own: `now | time('HH.mm')`.", form=form)
    return tr("{form!r} has days, and this filter writes hours. Write the day on its own: `now | date('d/M/yyyy')`.", form=form)


def fault_of(form: str, kind: FormKind) -> Translatable:
    """The mistake in a pattern, as a sentence."""
    if len(form) > LIMIT:
        return tr("It is too long.")
    if form.count("'") % 2:
        return tr("{form!r} has a quote too many.", form=form)
    if re.search("%[A-Za-z]", form):
        return tr("{form!r} is a pattern of Python's.", form=form)
    if letters := unknown(form, kind.letters):
        return tr("{letters!r} in {form!r} means nothing to this filter.", letters=letters, form=form)
    if "D" in bare(form) and "M" in bare(form):
        return tr("'D' in {form!r} is the day of the year.", form=form)
    return NO_MESSAGE


def bare(form: str) -> str:
    """A pattern without its quoted words."""
    return re.sub("'[^']*'", "", form)


def unknown(form: str, letters: Mapping[str, int]) -> str:
    """The first run of letters that is not a pattern's, or is too long."""
    runs = (found[0] for found in PART.finditer(bare(form)))
    return next((run for run in runs if len(run) > letters.get(run[0], 0)), "")


def rewritten(form: str, name: str) -> str:
    """The pattern in CLDR letters, as far as can be guessed.

    >>> rewritten("dd/mm/yyyy", "date"), rewritten("dddd, D MMMM YYYY", "date"), rewritten("d-m-Y", "date"), rewritten("%H:%M", "time")
    ('dd/MM/yyyy', 'EEEE, d MMMM yyyy', 'd-M-yyyy', 'HH:mm')
    """
    key = "time" if name == "time" else "date"
    if "%" in form:
        return re.sub("%[-#]?([A-Za-z])", lambda found: _PERCENT[key].get(found[1], found[0]), form)
    others = KINDS[key].others

    def instead(found: re.Match[str]) -> str:
        run = found[0]
        if run[0] == "'":
            return run
        if run[0] == "d" and len(run) > 2 and key == "date":
            return "EEEE" if len(run) > 3 else "EEE"
        if run == "Y":
            return "yyyy"
        other = others.get(run[0], run[0])
        return other if len(other) > 1 else other * len(run)

    return PART.sub(instead, form)


def in_calendar_years(form: str) -> str:
    """A pattern with the calendar year in place of a week-based year that has no week.

    >>> in_calendar_years("dd/MM/YYYY"), in_calendar_years("'Y' YYYY"), in_calendar_years("w/YYYY")
    ('dd/MM/yyyy', "'Y' yyyy", 'w/YYYY')
    """
    if "Y" not in form or "w" in bare(form):
        return form
    return PART.sub(lambda found: found[0].replace("Y", "y") if found[0][0] == "Y" else found[0], form)
