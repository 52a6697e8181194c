"""`CountedHits`: the hits of each rule, of which those of the past are counted once."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from flask_chatbot.core.late import Late, new_lock

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from sqlalchemy import Connection

    from flask_chatbot.store.console.hits import Hits

DAYS = 30
AMONG = 200_000  # of the last messages
UNSETTLED = 120.0  # seconds for which a message may yet appear before others: transactions do not end in the order of their numbers
DAY = 86_400  # seconds


class CountedHits:
    """The hits of an app's rules today and in 30 days. A page counts only what came since the last one, so its time does not grow."""

    _lock = Late(new_lock)

    def __init__(self) -> None:
        self._counted: dict[tuple[str, str, int], int] = {}
        self._until = 0

    def by_rule(
        self, connection: "Connection", now: datetime, timezone: "ZoneInfo", is_meant: Callable[[str], bool]
    ) -> dict[str, tuple[int, int]]:
        """The hits today and in 30 days by the rule's name, of the lines and webhook keys that are meant."""
        from flask_chatbot.store.console import hits

        offset = (timezone.utcoffset(now.astimezone(timezone).replace(tzinfo=None)) or timedelta()).total_seconds()
        today = int(now.timestamp() + offset) // DAY
        since = (today - DAYS + 1) * DAY - offset
        with self._lock:
            last = hits.last(connection)
            if last < self._until:  # another database
                self._counted, self._until = {}, 0
            after = max(self._until, last - AMONG)
            until = hits.settled(connection, after, last, now.timestamp() - UNSETTLED)
            self._keep(hits.count(connection, after, until, since=since, offset=offset), until, today)
            kept = [hits.Hits(*key, count) for key, count in self._counted.items()]
        newest = hits.count(connection, until, last, since=since, offset=offset)
        return hits.total([each for each in (*kept, *newest) if is_meant(each.session)], today)

    def _keep(self, found: "list[Hits]", until: int, today: int) -> None:
        """Add what was counted, and drop the days that are past."""
        for each in found:
            key = each.session, each.rule, each.day
            self._counted[key] = self._counted.get(key, 0) + each.times
        self._counted = {key: count for key, count in self._counted.items() if key[2] > today - DAYS}
        self._until = until
