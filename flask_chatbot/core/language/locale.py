"""How a bot speaks."""

from dataclasses import dataclass, field
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Locale:
    """Language of built-in sentences, time zone of dates, country of local telephone numbers."""

    language: str = "id"
    timezone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Asia/Jakarta"))
    country: str = "ID"


def is_month_first(language: str, country: str) -> bool:
    """True if short dates are written and read with the month before the day: in English, in the United States.

    >>> is_month_first("en", "US"), is_month_first("en", "ID"), is_month_first("id", "US")
    (True, False, False)
    """
    return language == "en" and country == "US"
