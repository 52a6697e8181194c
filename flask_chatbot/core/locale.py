"""How a bot speaks."""

from dataclasses import dataclass, field
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Locale:
    """Language of built-in sentences, time zone of dates, country of local telephone numbers."""

    language: str = "id"
    timezone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Asia/Jakarta"))
    country: str = "ID"
