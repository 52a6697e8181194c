"""The versions of Meta's Graph API: the one that is called, and when Meta ends it."""

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta

from flask_chatbot.core.logs import get_logger
from flask_chatbot.core.translation.translatable import tr

VERSION = "v26.0"  # if CHATBOT_CLOUD_VERSION is not set
NOTICE = timedelta(days=183)  # before its end, a version is warned of
# From https://developers.facebook.com/documentation/development/graph-api/changelog, read in November 2026. A version ends two years
# after the next one was introduced; where the page has no date for the end yet, it is counted from that.
ENDS: Mapping[str, date] = {
    "v20.0": date(2026, 9, 24),
    "v21.0": date(2027, 1, 21),
    "v22.0": date(2027, 5, 29),
    "v23.0": date(2027, 10, 8),
    "v24.0": date(2028, 2, 18),
    "v25.0": date(2028, 7, 29),
    "v26.0": date(2028, 11, 4),
}
_VERSION = re.compile(r"v([0-9]{1,3})\.[0-9]{1,2}")

log = get_logger(__name__)


def read_version(value: object) -> str:
    """Read a version of the Graph API.

    >>> read_version(" v26.0 ")
    'v26.0'
    """
    if not isinstance(value, str) or not _VERSION.fullmatch(value.strip()):
        raise ValueError(tr("it is no version of the Graph API. Write it like '{version}'.", version=VERSION))
    return value.strip()


def complaint(version: str, today: date) -> str:
    """A sentence for the log if Meta has ended a version or ends it within half a year; else empty.

    >>> complaint("v21.0", date(2026, 11, 27))
    'Meta ends version v21.0 of the Graph API on 2027-01-21. Set CHATBOT_CLOUD_VERSION to a newer one, such as v26.0, and try it.'
    >>> complaint("v20.0", date(2026, 11, 27))[:57]
    'Meta ended version v20.0 of the Graph API on 2026-09-24. '
    >>> complaint("v26.0", date(2026, 11, 27))
    ''
    """
    end = ENDS.get(version) or (date(2026, 9, 24) if _number(version) < _number("v20.0") else None)
    if end is None or today < end - NOTICE:
        return ""
    fact = f"Meta {'ends' if today < end else 'ended'} version {version} of the Graph API {'on' if version in ENDS else 'before'} {end}."
    newer = VERSION if _number(version) < _number(VERSION) else "the newest of Meta's changelog"
    return f"{fact} Set CHATBOT_CLOUD_VERSION to a newer one, {'such as ' if newer == VERSION else ''}{newer}, and try it."


def warn_of_end(version: str, today: date, as_written: Callable[[str], str] = str) -> None:
    """Log a warning if a version ends soon, or has ended; it names the setting `as_written`."""
    if said := complaint(version, today):
        log.warning("%s", as_written(said))


def _number(version: str) -> int:
    found = _VERSION.fullmatch(version)
    return int(found[1]) if found else 0
