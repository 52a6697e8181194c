"""The mark of a folder of kept files: which database refers to them, so that hosts that see different folders learn of it.

The database has a random text, and the folder a file with the same one: made together, once, by whoever keeps files first.
"""

from secrets import token_hex

from sqlalchemy import Connection

from flask_chatbot.core.translation.translatable import tr
from flask_chatbot.database import secrets
from flask_chatbot.database.database import Database
from flask_chatbot.media.folder import MediaFolder

NAME = "media_folder"  # of the database's side of the mark


def find_fault(database: Database, folder: MediaFolder) -> str | None:
    """The fault of the folder, and the way out; None if it is that of the database, which it becomes if that has none yet.

    Raises `StoreError` if the database or the folder fails.
    """
    mark = _mark_of(database)
    if mark is None:
        with database.writing() as connection:
            mark = _settle(connection, folder)
    return _compared(folder, mark)


def look_for_fault(database: Database, folder: MediaFolder) -> str | None:
    """The fault of the folder as `find_fault` has it, with nothing written: a folder is any database's that has none yet."""
    mark = _mark_of(database) if database.is_there() else None
    return None if mark is None else _compared(folder, mark)


def is_of(connection: Connection, folder: MediaFolder) -> bool:
    """True if the folder is that of this database, or if neither has a mark."""
    return folder.mark() == secrets.find(connection, NAME)


def _mark_of(database: Database) -> str | None:
    """The database's side of the mark; None if it has none yet."""
    with database.reading() as connection:
        return secrets.find(connection, NAME)


def _compared(folder: MediaFolder, mark: str) -> str | None:
    """The fault of a folder that should have this mark."""
    found = folder.mark()
    if found == mark:
        return None
    names = {"folder": folder.path, "mark": mark, "file": folder.mark_path}
    if found is None:
        return tr(
            "{folder} is not the folder in which the files that customers sent are kept: those are lost, or on another host. Let all hosts "
            "share one folder, and name it in CHATBOT_MEDIA. If this is the right one from now on, write {mark} into {file}.",
            **names,
        )
    return tr(
        "{folder} keeps the files of another bot's database. Name a folder of its own in CHATBOT_MEDIA for each bot. If this database has "
        "taken the place of that one, write {mark} into {file}.",
        **names,
    )


def _settle(connection: Connection, folder: MediaFolder) -> str:
    """The database's side of the mark; who makes it marks an unmarked folder before anybody else can see it."""
    mine = token_hex(16)
    mark = secrets.ensure(connection, NAME, mine)
    if mark == mine and folder.mark() is None:
        folder.set_mark(mark)
    return mark
