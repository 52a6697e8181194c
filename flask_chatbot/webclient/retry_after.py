"""How long somebody asks us to wait, in the header ``Retry-After``."""

from email.utils import parsedate_to_datetime

LONGEST = 24 * 3600.0  # seconds that anybody may ask us to wait


def read_retry_after(value: str | None, now: float) -> float:
    """The seconds a ``Retry-After`` header asks for, as a number or a date: 24 hours at most, 0 where it says nothing that can be read.

    >>> read_retry_after("120", 0.0), read_retry_after("Thu, 01 Jan 1970 00:01:00 GMT", 10.0), read_retry_after("soon", 0.0)
    (120.0, 50.0, 0.0)
    """
    text = (value or "").strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:9]), LONGEST)
    try:
        at = parsedate_to_datetime(text).timestamp()
    except (ValueError, TypeError, OverflowError, OSError):
        return 0.0
    return max(0.0, min(at - now, LONGEST))
