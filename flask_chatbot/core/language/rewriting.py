"""Days, times of day, dates and lengths of time as people write them, in the form that rule files take; empty where nobody can tell."""

import re
from datetime import date

from flask_chatbot.core.late import late_pattern
from flask_chatbot.core.values.habits import COMMAS, DASHES, MONTHS, by_habit

DAY_RANGES = ("mon-sun", "mon-fri", "sat,sun")
WHOLE_DAY = "00.00-24.00"
_TO = re.compile(rf"\s*(?:(?<!\w)(?:{'|'.join(map(re.escape, DASHES))})(?!\w)|[\u2010-\u2015])\s*")
_AND = late_pattern(rf"\s+(?:{'|'.join(map(re.escape, COMMAS))})\s+")
_EACH = late_pattern(r"\b(?:hari|setiap|tiap|every|on)\b\s*")
_CLOCK = late_pattern(r"([0-9]{1,2})(?:[.:]([0-9]{2}))?\s*(am|pm|pagi|siang|sore|malam)?")
_BESIDE_CLOCKS = late_pattern(r"(?:jam|pukul|from|dari|mulai|wib|wita|wit|buka|open|[\s,&.-]|\b(?:dan|and)\b)*")
_DAY_FIRST = re.compile(r"([0-9]{1,2})[-/. ]([0-9]{1,2})(?:[-/. ]([0-9]{4}))?")
_YEAR_FIRST = re.compile(r"([0-9]{4})[-/. ]([0-9]{1,2})[-/. ]([0-9]{1,2})")
_IN_WORDS = re.compile(r"([0-9]{1,2})\s+([a-z]+)\.?(?:,?\s+([0-9]{4}))?|([a-z]+)\.?\s+([0-9]{1,2})(?:,?\s+([0-9]{4}))?")
_OFTEN = late_pattern(r"\b(?:setiap|tiap|per|every|each|sekali|selama|for|once)\b")
_HALVES = {"jam": "30 menit", "hour": "30 minutes", "hari": "12 jam", "day": "12 hours", "menit": "30 detik", "minute": "30 seconds"}
_LARGE = {"bulan": (30, "hari"), "month": (30, "days"), "months": (30, "days"), "tahun": (365, "hari"), "year": (365, "days")}
_SHORT = {"j": "jam", "h": "hours", "hr": "hours", "hrs": "hours", "d": "days", "s": "seconds", "w": "weeks"}
_SMALLER = {"jam": "menit", "hour": "minutes", "hours": "minutes", "menit": "detik", "minute": "seconds", "minutes": "seconds"}


def days_meant(text: str) -> str:
    """The days of the week.

    >>> days_meant("Senin s/d Jumat"), days_meant("setiap hari"), days_meant("sabtu dan minggu"), days_meant("xyz")
    ('senin-jumat', 'mon-sun', 'sabtu, minggu', '')
    """
    if meant := by_habit(text, DAY_RANGES):
        return meant
    folded = text.casefold().strip()
    meant = _AND.sub(", ", _TO.sub("-", _EACH.sub("", folded))).strip()
    return meant if meant != folded else ""


def spans_meant(text: str) -> str:
    """One stretch of time, or a list of several.

    >>> spans_meant("jam 8 s/d 17 WIB"), spans_meant("8am-5pm"), spans_meant("08.00-11.30, 13.00-17.00"), spans_meant("nanti")
    ('08.00-17.00', '08.00-17.00', '["08.00-11.30", "13.00-17.00"]', '')
    """
    if by_habit(text, (WHOLE_DAY,)):
        return WHOLE_DAY
    folded = _TO.sub("-", text.casefold())
    clocks = [_clock(*found.groups()) for found in _CLOCK.finditer(folded)]
    if not clocks or len(clocks) % 2 or not _BESIDE_CLOCKS.fullmatch(_CLOCK.sub("", folded)):
        return ""
    spans = [f"{start}-{end}" for start, end in zip(clocks[::2], clocks[1::2], strict=True)]
    return spans[0] if len(spans) == 1 else "[" + ", ".join(f'"{span}"' for span in spans) + "]"


def _clock(hour: str, minute: str | None, half: str | None) -> str:
    hours = int(hour)
    if (half in ("pm", "sore", "malam") and hours < 12) or (half == "siang" and hours < 6):
        hours += 12
    return f"{hours:02}.{minute or '00'}"


def dates_meant(text: str) -> str:
    """A date or several in a row, each with the year ahead; one without a year comes every year.

    >>> dates_meant("25/12/2026"), dates_meant("24 Desember 2026 s/d 2 januari 2027"), dates_meant("25 des")
    ('2026-12-25', '2026-12-24..2027-01-02', '12-25')
    """
    folded = text.casefold().strip()
    parts = [_date_meant(part) for part in _TO.sub("..", folded).split("..")]
    meant = "..".join(parts)
    return meant if all(parts) and meant != folded else ""


def _date_meant(text: str) -> str:
    text = text.strip()
    year: str | None = None
    if found := _YEAR_FIRST.fullmatch(text):
        year, month, day = found[1], int(found[2]), int(found[3])
    elif found := _DAY_FIRST.fullmatch(text):
        day, month, year = int(found[1]), int(found[2]), found[3]
        if month > 12 >= day or (year is None and _exists(None, day, month)):  # the month first, as America writes it and we do
            day, month = month, day
    elif found := _IN_WORDS.fullmatch(text):
        day, month = int(found[1] or found[5]), MONTHS.get(found[2] or found[4], 0)
        year = found[3] or found[6]
    else:
        return ""
    return (f"{year}-" if year else "") + f"{month:02}-{day:02}" if _exists(year, month, day) else ""


def _exists(year: str | None, month: int, day: int) -> bool:
    try:
        date(int(year or 2024), month, day)
    except ValueError:
        return False
    return True


def duration_meant(text: str) -> str:
    """A length of time.

    >>> duration_meant("sejam"), duration_meant("1 jam sekali"), duration_meant("setengah jam"), duration_meant("1,5 jam")
    ('1 jam', '1 jam', '30 menit', '90 menit')
    >>> duration_meant("2 bulan"), duration_meant("2h"), duration_meant("setiap hari"), duration_meant("lama")
    ('60 hari', '2 hours', '1 hari', '')
    """
    plain = " ".join(_OFTEN.sub(" ", text.casefold()).split())
    if found := re.fullmatch(r"(?:setengah|half an|half) ([a-z]+)", plain):
        return _HALVES.get(found[1], "")
    found = re.fullmatch(r"(?:(?P<one>se|a |an )|(?P<whole>[0-9]{1,3})(?:[.,](?P<half>5))?)? ?(?P<unit>[a-z]+)", plain)
    if not found or not (found["one"] or found["whole"] or plain != text.casefold().strip()):
        return ""
    count, unit = int(found["whole"] or 1), _SHORT.get(found["unit"], found["unit"])
    if found["half"]:
        return f"{count * 60 + 30} {_SMALLER[unit]}" if unit in _SMALLER else ""
    days, unit = _LARGE.get(unit, (1, unit))
    return f"{count * days} {unit}"
