"""`DatabaseFile`: watches the file of a SQLite database, since SQLite goes on writing to one that was deleted, moved or replaced."""

import enum
import math
import os
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic

from flask_chatbot.database.faults import CHECK_THE_FILE
from flask_chatbot.database.upgrading import Tables, tables_in
from flask_chatbot.errors import StoreError

if sys.platform != "win32":  # where a file that is open cannot be moved or replaced
    import fcntl

BESIDE = ("-wal", "-shm")  # what SQLite keeps beside a file: what was written last, and an index to it
RESTORE = "flask chatbot db restore FILE"
MISSING_FOR = 1.0  # seconds before the reason why a file cannot be seen is asked for again

Identity = tuple[int, int]  # of a file, whatever its name: device and inode


class Seen(enum.Enum):
    """The state of the file at a path."""

    UNOPENED = enum.auto()  # or nothing: this process has known none so far
    SAME = enum.auto()
    GONE = enum.auto()
    OTHER = enum.auto()


class DatabaseFile:
    """Recognises the file that this process opened first among any that replace it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._name = str(path)  # as the system takes it: a Path is written out at each look
        self.known: Identity | None = None
        self._beside: dict[Path, Identity | None] = {}
        self._left: bool | None = None  # True if files were beside it when it was missing; None before anybody looked
        self._is_missing = False
        self._asked_why = -math.inf

    def look(self) -> Seen:
        """The state of the file now, in one system call."""
        try:
            found = os.stat(self._name)  # noqa: PTH116  a third of the time of Path.stat, for each use of the database
        except OSError:
            self._left = any(map(os.path.lexists, beside(self.path)))
            return Seen.GONE if self.known or self._left else Seen.UNOPENED
        if self.known is None:
            return Seen.UNOPENED
        return Seen.SAME if (found.st_dev, found.st_ino) == self.known else Seen.OTHER

    def is_there(self) -> bool:
        """True if there is a file, or was one. Opening one that cannot be looked at tells what is wrong.

        Each message asks until the first write makes the file. So it is looked for each time in the one way that raises no error, which
        would cost six times as much; only the reason why it is not seen, and what a missing one left beside it, are not.
        """
        if os.access(self._name, os.F_OK):
            return True
        if (now := monotonic()) - self._asked_why >= MISSING_FOR:
            self._asked_why, self._is_missing = now, self._find_missing()
        return not self._is_missing or bool(self.known or self._left)

    def _find_missing(self) -> bool:
        """True if there is no file, rather than one that cannot be looked at."""
        try:
            os.stat(self._name)  # noqa: PTH116  as above
        except (FileNotFoundError, NotADirectoryError):
            if self._left is None:
                self.look()
            return True
        except OSError:
            return False
        return False

    def make(self) -> None:
        """Create an empty file that only its owner can read, if there never was one."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            if self.look() is Seen.UNOPENED and not self.path.exists():
                self.path.touch(mode=0o600)
        except OSError as error:
            raise StoreError(f"The database {self.path} cannot be created: {error.strerror}. {CHECK_THE_FILE}") from None

    def admit(self) -> None:
        """Accept a connection that has just opened the file; raise `StoreError` if it is another file than before."""
        if self.known is None:
            self.known = identity(self.path)
        elif self.look() is not Seen.SAME:
            raise StoreError(self.moved())

    def note(self) -> None:
        """Remember the files beside it, to distinguish them from those of another file."""
        self._beside = {path: identity(path) for path in beside(self.path)}

    def gone(self) -> str:
        """The message for a file that is gone."""
        name = self.path.name
        return (
            f"The database {self.path} is gone: it was deleted or moved. Put it back, or stop the server and run: {RESTORE}. "
            f"To start over, which forgets everyone who opted out, stop the server and delete {name}-wal and {name}-shm."
        )

    def moved(self) -> str:
        """The message for a file that disappeared during a write."""
        return f"The database {self.path} was deleted, moved or replaced just now. Try again."

    def foreign(self) -> str | None:
        """The message for another file in place of the known one; None if it may be used."""
        what = _FOREIGN[self._tables()]
        return what and f"The database {self.path} was replaced by {what}. Stop the server and run: {RESTORE}"

    def _tables(self) -> Tables:
        try:
            # What lies beside it is not read: most likely it is that of the file before.
            return tables_in(lambda: open_to_read(self.path, alone=not self._has_its_own()))
        except OSError:
            return Tables.UNREADABLE

    def _has_its_own(self) -> bool:
        """True if the files beside the new file came with it."""
        wal, _ = beside(self.path)
        found = identity(wal)
        return found is not None and found != self._beside.get(wal)

    def succeed(self, finish: Callable[[], object]) -> None:
        """Adopt the current file in place of the previous one; `finish` writes that one's last changes.

        The files beside it belong to the previous file, and would destroy this one. Anything unfinished is kept under another name.
        """
        try:
            with _alone_in(self.path.parent):
                left = [path for path in beside(self.path) if (found := identity(path)) and found == self._beside.get(path)]
                if left:
                    with suppress(StoreError):
                        finish()
                for path in left:
                    _put_away(path)
        except OSError as error:
            what = f"The database {self.path} was replaced, and the files that the previous one left beside it cannot be removed"
            raise StoreError(f"{what}: {error.strerror}. Stop the server and run: {RESTORE}") from None
        self.known, self._beside = identity(self.path), {}


_FOREIGN = {
    Tables.CURRENT: None,
    Tables.OLDER: "one with tables of an earlier version",
    Tables.NEWER: "one with tables of a newer version",
    Tables.NONE: "a file without the tables of a bot",
    Tables.UNREADABLE: "a file that is damaged, or not a database",
}


def beside(path: Path) -> tuple[Path, Path]:
    """The files that SQLite keeps beside a file; for a link, beside its target."""
    real = os.path.realpath(path)
    wal, shm = (Path(real + ending) for ending in BESIDE)
    return wal, shm


def identity(path: Path) -> Identity | None:
    """The identity of a file; None if there is none."""
    try:
        found = os.stat(path)  # noqa: PTH116  as above
    except OSError:
        return None
    return found.st_dev, found.st_ino


def open_to_read(path: Path, *, alone: bool) -> sqlite3.Connection:
    """A connection that changes nothing; `alone`, it ignores the files beside it."""
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro{'&immutable=1' if alone else ''}", uri=True, isolation_level=None)


def _put_away(path: Path) -> None:
    """Remove a file, or keep one with content as ``...-1``, ``...-2``: it may belong to a file that was only moved."""
    if path.name.endswith("-shm") or not path.stat().st_size:
        path.unlink()
        return
    number = 1
    while (other := path.with_name(f"{path.name}-{number}")).exists():
        number += 1
    path.rename(other)


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Let one of several serving processes in at a time."""
    if sys.platform == "win32":
        yield
        return
    opened = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX)
        yield
    finally:
        os.close(opened)
