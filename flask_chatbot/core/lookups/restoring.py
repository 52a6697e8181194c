"""Values of saved rows as they were before JSON held them."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import date, time

from flask_chatbot.core.values.sent import read_sent

SENT = frozenset({"image", "document", "media", "location"})
RESTORED = frozenset({"date", "time"}) | SENT  # types whose values JSON holds otherwise


def restored(row: Mapping[str, object], kinds: Mapping[str, str]) -> dict[str, object]:
    """A row with the values of some columns as their types have them; a column that it lacks is None.

    >>> restored({"tanggal": "2026-12-05"}, {"tanggal": "date", "jam": "time"})
    {'tanggal': datetime.date(2026, 12, 5), 'jam': None}
    """
    return {**row, **{name: value_of(row.get(name), kind) for name, kind in kinds.items()}}


def value_of(value: object, kind: str) -> object:
    """A value of a type out of what JSON holds; None if it is not one."""
    with suppress(KeyError, TypeError, ValueError):
        if kind in SENT:
            return read_sent(value) if isinstance(value, Mapping) else None
        if isinstance(value, str) and kind in ("date", "time"):
            return date.fromisoformat(value) if kind == "date" else time.fromisoformat(value)
        return value
    return None
