"""Database errors in plain words for the operator: a fact and a way out, without SQL, values or passwords."""

import sqlite3

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnection

CHECK_THE_FILE = "It must be a file, in a folder that the user this runs as can write to."

_LOCKED = "stayed locked for too long. Find the program that has it open, and end its transaction."
_BUSY = "was busy for too long. Find the transaction that holds it, and end that."
_PREPARED = (
    "is reached through a pooler such as PgBouncer, which does not keep prepared statements. Make the app's own engine with "
    "connect_args={'prepare_threshold': None}."
)
_SQLITE = {
    sqlite3.SQLITE_BUSY: _LOCKED,
    sqlite3.SQLITE_LOCKED: _LOCKED,
    sqlite3.SQLITE_READONLY: "cannot be written. Let the user this runs as write to the file and to its folder.",
    sqlite3.SQLITE_FULL: "has no space left on its disk. Free some.",
    sqlite3.SQLITE_CANTOPEN: f"cannot be opened. {CHECK_THE_FILE}",
    sqlite3.SQLITE_PERM: f"cannot be opened. {CHECK_THE_FILE}",
    sqlite3.SQLITE_NOTADB: "is a file of another kind. Move it away, or name another in CHATBOT_DATABASE_URL.",
    sqlite3.SQLITE_CORRUPT: (
        "is damaged. Restore it from a backup: stop the server and run: flask chatbot db restore FILE (by hand: delete the files beside "
        "it, -wal and -shm, before you copy). To start over, move all three away."
    ),
    sqlite3.SQLITE_IOERR: "cannot be read or written by the system. Check its disk.",
}
# By the whole SQLSTATE, else by its class: https://www.postgresql.org/docs/current/errcodes-appendix.html
_POSTGRESQL = {
    "55P03": _BUSY,
    "57014": _BUSY,
    "26000": _PREPARED,
    "42P05": _PREPARED,
    "40": _BUSY,
    "25006": "cannot be written: it is a standby, or set to read-only. Name the primary in CHATBOT_DATABASE_URL.",
    "08006": "does not answer. Check it, and the network to it.",
    "42501": "denies permission. Let its user create and write the tables of the current schema.",
    "3F": "has no schema to put tables in. Create it, or correct search_path.",
    "53": "has no space or no connections left. Check its log.",
    "57": "is shutting down or starting. Try again when it is up.",
    "08": "cannot be reached. Start it, or correct CHATBOT_DATABASE_URL.",
}


def describe_error(error: SQLAlchemyError, place: str, password: str | None = None) -> str:
    """The sentences for an error of the database called `place`."""
    return f"The database {place} {_meaning(error, password)}"


def is_damage(error: object) -> bool:
    """True if an error of SQLite's means that a file is damaged, or no database: a fault that does not pass by itself."""
    return isinstance(error, sqlite3.Error) and _kind(error) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def gave_way(error: object) -> bool:
    """True if a server ended a statement since it waited too long for a lock, or would have waited for ever."""
    return getattr(error, "sqlstate", None) in ("55P03", "40P01")


def busy(place: str) -> str:
    """The sentences for a server on which others wrote for too long."""
    return f"The database {place} {_BUSY}"


def locked(place: str) -> str:
    """The sentences for a SQLite file that could not be locked for writing in time."""
    return f"The database {place} {_LOCKED}"


def held(place: str) -> str:
    """The sentences for a SQLite file that the app's own session has locked, in the thread that wants to write."""
    return (
        f"The app's own session has changes in the database {place} that are not committed, and SQLite has one writer at a time. "
        "Commit them first, or send in the same transaction: bot.send(..., session=db.session)."
    )


def _meaning(error: SQLAlchemyError, password: str | None) -> str:
    if isinstance(error, NoConnection):
        return "had no connection free for too long. Start fewer threads, or find what is slow."
    cause = error.orig if isinstance(error, DBAPIError) else None
    if isinstance(cause, sqlite3.Error):
        return _SQLITE.get(_kind(cause)) or _refused(getattr(cause, "sqlite_errorname", "no code"))
    state = getattr(cause, "sqlstate", None)
    if isinstance(state, str):
        return _POSTGRESQL.get(state) or _POSTGRESQL.get(state[:2]) or _refused(f"SQLSTATE {state}")
    if isinstance(error, DBAPIError) and error.statement is None:
        # No statement went out yet, so these are libpq's words about the connection.
        return f"cannot be reached. Start it, or correct CHATBOT_DATABASE_URL. The error was: {_clean(str(cause), password)}"
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return "closed the connection. Check its log."
    return _refused(type(cause or error).__name__)


def _kind(error: sqlite3.Error) -> int:
    """The low byte of the code; the rest is detail."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def _refused(code: str) -> str:
    return f"refused a statement ({code}). Check its log. Tables of another version need that version, or a backup of before."


def _clean(words: str, password: str | None) -> str:
    words = " ".join(words.split())
    return (words.replace(password, "***") if password else words)[:300]
