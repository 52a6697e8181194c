"""Versions of the tables in a database, and upgrades to the current one."""

import enum
import sqlite3
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Column, Connection, MetaData, NullPool, String, Table, create_engine, delete, insert, inspect, select, text
from sqlalchemy.exc import SQLAlchemyError

from flask_chatbot.database.broadcast_tables import metadata
from flask_chatbot.database.engines import NAME
from flask_chatbot.database.tables import people
from flask_chatbot.errors import StoreError

MIGRATIONS = Path(__file__).with_name("migrations")
# Those of the folder, so that a database that is up to date is known without loading Alembic.
REVISIONS = tuple(f"{number:04}" for number in (*range(1, 18), 21, 20, 22, 23, 24))
HEAD = REVISIONS[-1]

_UPGRADING = 0x63686174  # any number, the same in all processes: who holds this lock upgrades
_version = Table("chatbot_alembic_version", MetaData(), Column("version_num", String(32), nullable=False))


class Tables(enum.Enum):
    """The version of the tables in a database."""

    CURRENT = enum.auto()
    OLDER = enum.auto()
    NEWER = enum.auto()
    NONE = enum.auto()
    UNREADABLE = enum.auto()


def is_current(connection: Connection) -> bool:
    """True if the tables are those of this version."""
    names = set(inspect(connection).get_table_names())
    return names.issuperset(metadata.tables) and _revision(connection, names) == HEAD


def tables_in(open_: Callable[[], sqlite3.Connection]) -> Tables:
    """The version of the tables in a SQLite file; `open_` opens it."""
    engine = create_engine("sqlite://", creator=open_, poolclass=NullPool, hide_parameters=True, logging_name=NAME)
    try:
        with engine.connect() as connection:
            names = set(inspect(connection).get_table_names())
            revision = _revision(connection, names)
            if revision == HEAD:
                return Tables.CURRENT if names.issuperset(metadata.tables) else Tables.UNREADABLE
            if revision is None and people.name not in names:
                return Tables.NONE
            return Tables.OLDER if revision is None or revision in REVISIONS else Tables.NEWER
    except (SQLAlchemyError, sqlite3.Error):
        return Tables.UNREADABLE


def check(connection: Connection, place: str) -> None:
    """Raise `StoreError` unless the tables in the database called `place` are those of this version."""
    if not is_current(connection):
        _refuse_newer(_revision(connection, set(inspect(connection).get_table_names())), place)
        raise StoreError(f"The database {place} does not have the tables of this version. Run: flask chatbot db upgrade")


def upgrade_tables(connection: Connection, place: str) -> None:
    """Make the tables, or upgrade them, within the transaction of `connection`."""
    if connection.dialect.name == "postgresql":
        # Whoever comes second waits for the first, and finds all done; a table with many rows takes its time.
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _UPGRADING})
    names = set(inspect(connection).get_table_names())
    revision = _revision(connection, names)
    _refuse_newer(revision, place)
    if revision is None and people.name in names:
        revision = REVISIONS[0]  # made before there were revisions
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


def _revision(connection: Connection, names: set[str]) -> str | None:
    if _version.name not in names:
        return None
    return connection.execute(select(_version.c.version_num)).scalar()


def _refuse_newer(revision: str | None, place: str) -> None:
    if revision is not None and revision not in REVISIONS:
        raise StoreError(
            f"The database {place} was made by a newer version (its tables are of {revision}, this version knows {HEAD}). "
            "Install that version, or name another database in CHATBOT_DATABASE_URL."
        )


def _stamp(connection: Connection) -> None:
    _version.create(connection, checkfirst=True)
    connection.execute(delete(_version))
    connection.execute(insert(_version).values(version_num=HEAD))
