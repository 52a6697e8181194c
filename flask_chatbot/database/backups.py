"""Backups of a SQLite file: made while it is in use, and restored without the leftovers of the file before."""

import os
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from secrets import token_hex

from sqlalchemy import NullPool, create_engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from flask_chatbot.database.engines import NAME
from flask_chatbot.database.faults import describe_error, is_damage
from flask_chatbot.database.files import beside, open_to_read
from flask_chatbot.database.upgrading import Tables, tables_in, upgrade_tables
from flask_chatbot.errors import StoreError

if sys.platform != "win32":
    import fcntl

_SHARED = (510, 0x40000002)  # where SQLite locks a file that it has open, and an index: https://www.sqlite.org/fileformat2.html
_INDEX = (1, 128)
_OLDER = "Restore it from an older backup: flask chatbot db restore FILE"
_ANOTHER = "Name another backup."
_NO_BACKUP = {
    Tables.NONE: "holds no tables of a bot",
    Tables.UNREADABLE: "is damaged, or not a SQLite database",
    Tables.NEWER: "was made by a newer version, which must be installed first",
}


def back_up(database: Path, target: Path, *, replace: bool) -> None:
    """Copy a database, whole as of one moment, into a file that only its owner can read; raise `StoreError` on failure."""
    if not database.exists():
        raise StoreError(f"There is no database {database}, so nothing to back up: it is created when something is first stored.")
    if fault := _no_target(target, database):
        raise StoreError(f"{target} is {fault}. Name another file.")
    if target.exists() and not replace:
        raise StoreError(f"{target} already exists. Name another file, or replace it with --force.")
    if in_use := next((each for each in beside(target) if each.exists()), None):
        raise StoreError(f"{in_use} would destroy a backup of that name. Delete it if no program uses it, or name another file.")
    with _new_file(target) as copy:
        _copy(lambda: _open(database), copy, database, _OLDER)
        _check(copy, database, _OLDER)
        _rename(copy, target)


def restore(backup: Path, database: Path) -> Path | None:
    """Replace a database by a backup and upgrade its tables; return the new path of the previous one, if any.

    Raises `StoreError`, with nothing changed, if the backup is not whole, or a process seems to have the database open.
    """
    if not backup.is_file():
        raise StoreError(f"There is no file {backup}. Name a backup that `flask chatbot db backup` made.")
    if database.exists() and backup.samefile(database):
        raise StoreError(f"{backup} is the database itself. Name a backup of it.")
    try:
        database.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(database, error) from None
    database = database.resolve()  # a link stays, and leads to the new file
    with _new_file(database) as copy, _unused(database):
        _copy(lambda: open_to_read(backup, alone=not beside(backup)[0].exists()), copy, backup, _ANOTHER)
        _check(copy, backup, _ANOTHER)
        _upgrade(copy, backup)
        _belong_to_the_same(copy, database)
        aside = _put_aside(database)
        _rename(copy, database)
    return aside


def _no_target(target: Path, database: Path) -> str | None:
    """The reason why a place cannot hold a backup of a database; None if it can."""
    if target.resolve() in (*beside(database), Path(f"{database.resolve()}-journal")):
        return "where SQLite keeps what belongs to the database"
    if not target.exists():
        return None
    if target.is_dir():
        return "a folder"
    if target.samefile(database):
        return "the database itself"
    return None if target.is_file() else "not a regular file: a pipe or a device cannot be read as a database"


@contextmanager
def _new_file(place: Path) -> Iterator[Path]:
    """An empty file beside a place, removed at the end unless it was renamed."""
    path = place.with_name(f".{place.name}.{token_hex(4)}")
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except OSError as error:
        raise _unwritable(place, error) from None
    try:
        yield path
    finally:
        for each in (path, *beside(path), path.with_name(f"{path.name}-journal")):
            each.unlink(missing_ok=True)


def _open(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True, isolation_level=None)


def _copy(open_: Callable[[], sqlite3.Connection], target: Path, source: Path, way_out: str) -> None:
    """Copy a database while others may write to it into a single file. `way_out` is the advice for a damaged one."""
    try:
        with closing(open_()) as old, closing(sqlite3.connect(target, isolation_level=None)) as new:
            new.execute("PRAGMA synchronous=FULL")
            old.backup(new)
            new.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.Error as error:
        if is_damage(error):
            raise StoreError(f"{source} {_NO_BACKUP[Tables.UNREADABLE]}. {way_out}") from None
        cause = DBAPIError(None, None, error)
        raise StoreError(f"{describe_error(cause, str(source))} It could not be copied to {target.parent}.") from None


def _check(copy: Path, source: Path, way_out: str) -> None:
    """Raise `StoreError` unless the copy is a whole database of a bot."""
    tables = tables_in(lambda: open_to_read(copy, alone=True))
    fault = _NO_BACKUP.get(tables)
    if fault is None:
        try:
            with closing(open_to_read(copy, alone=True)) as connection:
                found = [row[0] for row in connection.execute("PRAGMA integrity_check(1)")]
        except sqlite3.Error:
            found = []
        fault = None if found == ["ok"] else "is damaged"
    if fault is not None:
        raise StoreError(f"{source} {fault}. {way_out}")


def _upgrade(copy: Path, source: Path) -> None:
    engine = create_engine("sqlite://", creator=lambda: sqlite3.connect(copy), poolclass=NullPool, hide_parameters=True, logging_name=NAME)
    try:
        with engine.begin() as connection:
            upgrade_tables(connection, str(source))
    except SQLAlchemyError as error:
        raise StoreError(describe_error(error, str(source))) from None


@contextmanager
def _unused(database: Path) -> Iterator[None]:
    """Lock a file so that nobody opens it; raise `StoreError` if a process has it open. This process must not: its own locks would go."""
    opened: list[int] = []
    try:
        for path, (length, start) in ((database, _SHARED), (beside(database)[1], _INDEX)):
            if sys.platform != "win32" and path.exists():
                opened.append(os.open(path, os.O_RDWR))
                fcntl.lockf(opened[-1], fcntl.LOCK_EX | fcntl.LOCK_NB, length, start)
        yield
    except BlockingIOError:
        raise StoreError(f"A process has the database {database} open. Stop the server and its workers, then restore it.") from None
    except OSError as error:
        raise _unwritable(database, error) from None
    finally:
        for each in opened:
            os.close(each)


def _belong_to_the_same(copy: Path, database: Path) -> None:
    """Give a new file the owner of the previous one, or of its folder: root may restore a file that another user serves."""
    if sys.platform != "win32":
        owner = (database if database.exists() else database.parent).stat()
        with suppress(PermissionError):
            os.chown(copy, owner.st_uid, owner.st_gid)


def _put_aside(database: Path) -> Path | None:
    """Rename a database together with its latest writes; return its new name."""
    wal, shm = beside(database)
    aside = _free_name(database)
    found = database.exists()
    if found:
        database.rename(aside)
    if wal.exists():
        wal.rename(beside(aside)[0])
    shm.unlink(missing_ok=True)
    return aside if found else None


def _free_name(database: Path) -> Path:
    """An unused name that contains the current time."""
    name = f"{database.name}.before-{datetime.now().astimezone():%Y%m%d-%H%M%S}"
    path, number = database.with_name(name), 1
    while any(os.path.lexists(each) for each in (path, *beside(path))):
        number += 1
        path = database.with_name(f"{name}-{number}")
    return path


def _rename(path: Path, target: Path) -> None:
    """Rename a file durably."""
    path.replace(target)
    if sys.platform != "win32":
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _unwritable(path: Path, error: OSError) -> StoreError:
    return StoreError(f"{path} cannot be written: {error.strerror}. Name a place in a folder that you can write to.")
