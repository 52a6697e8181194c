"""Warnings about calls without a valid key: their origin and number, never the key."""

from flask_chatbot.core.language.sentences import clip
from flask_chatbot.core.logs import get_logger

PERIOD = 3600.0  # seconds that calls are counted for
ADDRESSES_LIMIT = 1000  # that are told apart in this time
OTHERS = "other addresses"

log = get_logger(__name__)


class WrongKeys:
    """Counts the calls of each address for an hour, and warns of the first, second, fourth, eighth ... of them.

    So neither memory nor the log grows with the calls. Threads may share it: at worst a call is not counted.
    """

    def __init__(self) -> None:
        self._since = 0.0
        self._counts: dict[str, int] = {}

    def warn(self, call: str, address: str | None, reason: str, now: float) -> None:
        """Count a refused call and log it if its turn has come; `address` as the server gives it, `now` in epoch seconds."""
        if not 0 <= now - self._since < PERIOD:
            self._since, self._counts = now, {}
        counts = self._counts
        place = printable(address or "an unknown address")
        if place not in counts and len(counts) >= ADDRESSES_LIMIT:
            place = OTHERS
        count = counts[place] = counts.get(place, 0) + 1
        if count & (count - 1) == 0:
            log.warning("refused %s from %s: %s This was call %d from there within an hour.", call, place, reason, count)


def printable(address: str) -> str:
    """An address in a form that is safe to log: proxies pass on whatever they received.

    >>> printable("2001:db8::7"), printable("1.2.3.4\\n")
    ('2001:db8::7', "'1.2.3.4\\\\n'")
    """
    return clip(address if address.isprintable() else repr(address), 60)
