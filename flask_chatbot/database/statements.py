"""Shared statements: upserts, locks, and text that any database accepts."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from hashlib import sha256
from typing import Any

from sqlalchemy import ColumnElement, Connection, CursorResult, Dialect, Executable, Insert, Select, literal_column, text
from sqlalchemy.dialects import postgresql, sqlite

_Values = Mapping[str, Any] | Sequence[Mapping[str, Any]]
_DRIVERS = ("pysqlite", "psycopg")  # ours, which take `:name` and `%(name)s`

CHAT_LIMIT = 206  # characters of a chat's name: an alias of 200, and how it ends

# A NUL is refused by PostgreSQL, half of a surrogate pair by both.
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
_LOCKS = text("SELECT pg_advisory_xact_lock(key) FROM unnest(CAST(:keys AS bigint[])) AS key")
_NOW = text("SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) AS double precision)")
_TRY_LOCKS = text("SELECT key FROM unnest(CAST(:keys AS bigint[])) AS key WHERE pg_try_advisory_xact_lock(key)")


def upsert(make: Callable[[Any], Executable]) -> dict[str, Executable]:
    """One statement for each kind of database, made from its `insert` with ON CONFLICT; its result counts the rows written."""
    inserts = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
    return {name: make(insert).execution_options(preserve_rowcount=True) for name, insert in inserts.items()}


class Frequent:
    """A statement that each message pays for: written out as SQL once, which is a fifth cheaper than to be looked up each time.

    Its values and results are the driver's own: for text and numbers. `columns` are those of an insert of rows.
    """

    def __init__(self, statement: Select[Any] | Insert, columns: Collection[str] = ()) -> None:
        self._statement = statement
        dialects: tuple[Dialect, ...] = (sqlite.dialect(paramstyle="named"), postgresql.dialect(paramstyle="pyformat"))  # type: ignore[no-untyped-call]
        compiled = (statement.compile(dialect=dialect, column_keys=list(columns) or None) for dialect in dialects)
        self._written = dict(zip(_DRIVERS, map(str, compiled), strict=True))

    def run(self, connection: Connection, values: _Values) -> CursorResult[Any]:
        """Execute it with these values, or once for each of several."""
        written = self._written.get(connection.dialect.driver)
        if written is None:  # a connection of the app's, by a driver that writes parameters in another way
            return connection.execute(self._statement, values)
        return connection.exec_driver_sql(written, values)


def word(value: str) -> ColumnElement[str]:
    """A constant written into the SQL: a partial index is used only if its condition can be read there."""
    return literal_column(f"'{value}'")


def storable(value: str) -> str:
    r"""Text that any database accepts.

    >>> storable("a\0b\ud83d") == "a\ufffdb\ufffd"
    True
    """
    return _UNSTORABLE.sub("\ufffd", value)


def is_chat(name: str) -> bool:
    """True if messages to a chat of this name can be stored; any other name is not one of WhatsApp's.

    >>> is_chat("628111@c.us"), is_chat("6" * 300 + "@c.us")
    (True, False)
    """
    return fitting(name, CHAT_LIMIT) == name


def fitting(value: str, limit: int) -> str:
    """Text of at most `limit` characters: longer or unstorable text becomes its SHA-256, as much of it as fits.

    >>> fitting("628111", 80), len(fitting("628111" * 20, 64))
    ('628111', 64)
    """
    if len(value) <= limit and not _UNSTORABLE.search(value):
        return value
    return f"sha256:{sha256(value.encode('utf-8', 'surrogatepass')).hexdigest()}"[:limit]


def lock_key(*names: str) -> int:
    """The number under which PostgreSQL locks the thing with these names."""
    return int.from_bytes(sha256("\0".join(names).encode()).digest()[:8], "big", signed=True)


def lock_all(connection: Connection, keys: Collection[int]) -> None:
    """Take these locks and hold them to the end of the transaction. SQLite has one writer at a time, and needs none."""
    if connection.dialect.name == "postgresql":
        # In one order for all, so that no two wait for each other.
        connection.execute(_LOCKS, {"keys": sorted(set(keys))})


def try_locks(connection: Connection, keys: Collection[int]) -> Collection[int]:
    """Take the locks that are free at once; return them. They are held to the end of the transaction."""
    if connection.dialect.name != "postgresql":
        return keys
    return set(connection.execute(_TRY_LOCKS, {"keys": list(set(keys))}).scalars())


def server_time(connection: Connection) -> float | None:
    """The epoch seconds of a server's clock; None for a file, whose machine has one."""
    return connection.execute(_NOW).scalar() if connection.dialect.name == "postgresql" else None
