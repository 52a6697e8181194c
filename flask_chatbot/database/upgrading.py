"""Versions of the tables in a database, and upgrades to the current one.

Steps add, and remove a version later: code of `OLDEST`, and of each revision from 0026 on, works on the tables of this one, so that servers
of both versions may run at once while a new one is brought out. Code of a revision between these takes the tables for older ones.
"""

import enum
import math
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Column, Connection, Engine, MetaData, NullPool, String, Table, create_engine, delete, insert, inspect, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.schema import CreateIndex

from flask_chatbot.core.late import sleep
from flask_chatbot.core.logs import get_logger
from flask_chatbot.database.counting.tables import metadata
from flask_chatbot.database.engines import NAME
from flask_chatbot.database.notifications import aside
from flask_chatbot.database.tables import people
from flask_chatbot.errors import StoreError

MIGRATIONS = Path(__file__).with_name("migrations")
# Those of the folder, so that a database that is up to date is known without loading Alembic.
# Each was given its number as it was begun; 0026 was ready before 0025, as 0021 before 0020, and databases have them in this order.
REVISIONS = tuple(f"{number:04}" for number in (*range(1, 18), 21, 20, 22, 23, 24, 26, 25))
HEAD = REVISIONS[-1]
# Raise it in the version that takes away what code of before it needs; all that did not is then to be stopped for an upgrade.
OLDEST = "0009"

AGAIN = 0.2  # seconds between two looks if somebody else still makes indexes
LOCK_WAIT = 1  # seconds that a step waits for a table on a server, and all others behind it; then it gives way

# The indexes of our schema, and whether each is valid; one that is being built right now counts as valid.
_INDEXES = """
SELECT c.relname, i.indisvalid OR EXISTS (SELECT FROM pg_stat_progress_create_index p WHERE p.index_relid = i.indexrelid)
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = current_schema()
"""
_UPGRADING = 0x63686174  # any number, the same in all processes: who holds this lock upgrades
_INDEXING = _UPGRADING + 1  # who holds this one makes indexes
# Code of 0024 and before goes by this table alone, and works on no other revision than its own: it holds the oldest.
_version = Table("chatbot_alembic_version", MetaData(), Column("version_num", String(32), nullable=False))
_tables = Table("chatbot_tables", MetaData(), Column("revision", String(32), nullable=False), Column("oldest", String(32), nullable=False))


log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Stamp:
    """The `revision` of the tables in a database, and the `oldest` one whose code works on them."""

    revision: str
    oldest: str

    @property
    def is_newer(self) -> bool:
        """True if this version does not know the revision."""
        return self.revision not in REVISIONS

    @property
    def is_usable(self) -> bool:
        """True if this version works on the tables."""
        return self.revision == HEAD or (self.is_newer and self.oldest in REVISIONS)


class Tables(enum.Enum):
    """The version of the tables in a database."""

    CURRENT = enum.auto()
    OLDER = enum.auto()
    NEWER = enum.auto()
    NONE = enum.auto()
    UNREADABLE = enum.auto()


def is_current(connection: Connection) -> bool:
    """True if the tables are those of this version, or of a newer one that only added to them."""
    names = set(inspect(connection).get_table_names())
    stamp = _stamp_of(connection, names)
    return names.issuperset(metadata.tables) and stamp is not None and stamp.is_usable


def tables_in(open_: Callable[[], sqlite3.Connection]) -> Tables:
    """The version of the tables in a SQLite file; `open_` opens it."""
    engine = create_engine("sqlite://", creator=open_, poolclass=NullPool, hide_parameters=True, logging_name=NAME)
    try:
        with engine.connect() as connection:
            names = set(inspect(connection).get_table_names())
            stamp = _stamp_of(connection, names)
            if stamp is not None and stamp.is_usable:
                return Tables.CURRENT if names.issuperset(metadata.tables) else Tables.UNREADABLE
            if stamp is None and people.name not in names:
                return Tables.NONE
            return Tables.NEWER if stamp is not None and stamp.is_newer else Tables.OLDER
    except (SQLAlchemyError, sqlite3.Error):
        return Tables.UNREADABLE


def check(connection: Connection, place: str) -> None:
    """Raise `StoreError` unless the tables in the database called `place` are those of this version."""
    if not is_current(connection):
        _refuse_newer(_stamp_of(connection, set(inspect(connection).get_table_names())), place)
        raise StoreError(f"The database {place} does not have the tables of this version. Run: flask chatbot db upgrade")


def upgrade_tables(connection: Connection, place: str) -> None:
    """Make the tables, or upgrade them, within the transaction of `connection`; on a server it may give way to others, and is repeated."""
    if connection.dialect.name == "postgresql":
        # Whoever comes second waits for the first, and finds all done; a table with many rows takes its time.
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _UPGRADING})
        # Whoever uses a table waits behind a step that waits for it, as for a long reader such as pg_dump.
        connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_WAIT}s'"))
    names = set(inspect(connection).get_table_names())
    stamp = _stamp_of(connection, names)
    _refuse_newer(stamp, place)
    if stamp is not None and stamp.is_newer:
        return
    revision = stamp.revision if stamp else REVISIONS[0] if people.name in names else None  # the first was made before there were stamps
    if revision is not None and revision != HEAD:
        migrate(connection, revision)
    metadata.create_all(connection)
    _stamp(connection)


def migrate(connection: Connection, revision: str, to: str = HEAD) -> None:
    """Take every step from a revision (or "base": no tables) to this version's, or to `to`."""
    from alembic.migration import MigrationContext  # here, since Alembic is slow to load and seldom needed
    from alembic.operations import Operations
    from alembic.script import ScriptDirectory

    steps = list(ScriptDirectory(str(MIGRATIONS)).iterate_revisions(to, revision))
    with Operations.context(MigrationContext.configure(connection)):
        for step in reversed(steps):
            step.module.upgrade()


def add_index_in_use(name: str, table: str, columns: Sequence[str], where: str | None = None) -> None:
    """Add an index, in a step, to a table that may be large and in use.

    On a server it would keep everybody from writing until the step is committed, so it is left to `make_indexes`.
    """
    from alembic import op

    if op.get_bind().dialect.name == "sqlite":
        op.create_index(name, table, list(columns), sqlite_where=None if where is None else text(where))


def make_indexes(engine: Engine) -> None:
    """Make the indexes that a server's tables lack, while others write; one that was interrupted is made anew."""
    wanted = {str(index.name): index for table in metadata.tables.values() for index in table.indexes}
    with aside(engine) as connection:
        connection.patience = math.inf
        if not connection.is_pooled:  # a pooler would hand the setting and the lock on to others; its connections have no limit
            connection.execute("SET statement_timeout = 0")
            # Tried, not waited for: an index that is being built waits for every statement under way, that of a waiting lock, too.
            while connection.execute("SELECT pg_try_advisory_lock(%s)", [_INDEXING]).fetchone() == (False,):
                sleep(AGAIN)
        found: dict[str, bool] = dict(connection.execute(_INDEXES).fetchall())
        for name in sorted(wanted.keys() - {name for name, is_whole in found.items() if is_whole}):
            if name in found:
                connection.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}".encode())
            statement = str(CreateIndex(wanted[name]).compile(dialect=engine.dialect))
            log.info("index %s is being made", name)
            connection.execute(statement.replace(" INDEX ", " INDEX CONCURRENTLY IF NOT EXISTS ", 1).encode())


def _stamp_of(connection: Connection, names: set[str]) -> Stamp | None:
    """The stamp of a database with tables of these names; None if it has none."""
    if _tables.name in names and (found := connection.execute(select(_tables)).first()):
        return Stamp(found.revision, found.oldest)
    if _version.name not in names:
        return None
    revision = connection.execute(select(_version.c.version_num)).scalar()
    return Stamp(revision, revision) if revision else None


def _refuse_newer(stamp: Stamp | None, place: str) -> None:
    if stamp is not None and stamp.is_newer and not stamp.is_usable:
        raise StoreError(
            f"The database {place} was made by a newer version (its tables are of {stamp.revision}, this version knows {HEAD}). "
            "Install that version, or name another database in CHATBOT_DATABASE_URL."
        )


def _stamp(connection: Connection) -> None:
    for table, values in ((_tables, {"revision": HEAD, "oldest": OLDEST}), (_version, {"version_num": OLDEST})):
        table.create(connection, checkfirst=True)
        connection.execute(delete(table))
        connection.execute(insert(table).values(values))
