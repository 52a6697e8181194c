"""The counts of one transaction: gathered while it lasts, and written at its end, so that many things of a kind are one row."""

import json
from bisect import bisect_left
from collections import Counter
from typing import NamedTuple

from sqlalchemy import Connection

from flask_chatbot.database.counting.tables import LABELS_LIMIT, counts
from flask_chatbot.database.statements import Frequent, fitting, storable

_OPEN = "chatbot_counts"
BUCKETS = (0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 120.0, 600.0, 3600.0)  # seconds
SUM = "sum"
_ADD = Frequent(counts.insert().inline(), ("name", "line", "labels", "number"))


class Count(NamedTuple):
    """A kind of thing that is counted: a name, the line that it happened on, and words that tell more."""

    name: str
    line: str
    labels: tuple[str, ...] = ()


def count(connection: Connection, what: Count, number: int = 1) -> None:
    """Count something that happens in this transaction: if it is rolled back, nothing has happened."""
    tally: Counter[Count] | None = connection.info.get(_OPEN)
    if tally is None:  # a connection of the app's, whose end we do not see
        _write(connection, Counter({what: number}))
    else:
        tally[what] += number


def observe(connection: Connection, name: str, line: str, seconds: float) -> None:
    """Count something by the time that it took: in its bucket, and in microseconds for the sum."""
    seconds = max(0.0, seconds)
    place = bisect_left(BUCKETS, seconds)
    count(connection, Count(name, line, (str(place),)))
    count(connection, Count(name, line, (SUM,)), round(seconds * 1e6))


def begin(connection: Connection) -> None:
    """Gather the counts of a transaction that begins."""
    connection.info[_OPEN] = Counter()


def end(connection: Connection) -> None:
    """Write the counts of a transaction that is about to be committed."""
    tally: Counter[Count] | None = connection.info.pop(_OPEN, None)
    if tally:
        _write(connection, tally)


def so_far(connection: Connection) -> "Counter[Count]":
    """The counts of a transaction up to now, for `go_back`."""
    return Counter(connection.info[_OPEN])


def go_back(connection: Connection, counted: "Counter[Count]") -> None:
    """Forget what was counted since: it was rolled back."""
    connection.info[_OPEN] = counted


def _write(connection: Connection, tally: "Counter[Count]") -> None:
    rows = [
        {"name": what.name, "line": what.line, "labels": _written(what.labels), "number": number} for what, number in sorted(tally.items())
    ]
    _ADD.run(connection, rows)


def _written(labels: tuple[str, ...]) -> str:
    """Words as JSON; those that do not fit are shortened.

    >>> _written(("salam", "answered"))
    '["salam", "answered"]'
    """
    return json.dumps([fitting(storable(each), LABELS_LIMIT // 4) for each in labels], ensure_ascii=False)
