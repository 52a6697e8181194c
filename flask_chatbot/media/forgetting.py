"""Forgets a person together with their files: those that nobody else has sent, too."""

from collections.abc import Iterable

from flask_chatbot.core.logs import get_logger
from flask_chatbot.core.values.chats import person_in
from flask_chatbot.database.database import Database
from flask_chatbot.media import references
from flask_chatbot.media.folder import MediaFolder
from flask_chatbot.store import forgetting, people

log = get_logger(__name__)


def forget(database: Database, folder: MediaFolder, person: str, spellings: Iterable[str]) -> int:
    """Delete all that is kept of a person in one transaction, and then the files that nobody else has; return how many those were.

    Raises `StoreError` if a file cannot be deleted: the person is forgotten all the same, the file is not served any more, and a sweep
    deletes it.
    """
    with database.writing() as connection:
        ids = people.ids_of(connection, person)
        under_way = [references.holder_of(person_in(each.alias.chat)) for each in people.aliases_of(connection, ids)]
        hashes = references.of_people(connection, [*ids, *under_way])
        references.release(connection, hashes, under_way)
        forgetting.forget(connection, person, spellings)
    # Not before the commit: what is rolled back must not lose its files.
    with database.reading() as connection:
        alone = references.unreferenced(connection, hashes)
    there = [hashed for hashed in alone if folder.kept_at(hashed) is not None]
    for hashed in there:
        folder.delete(hashed)
    if there:
        log.info("deleted %d files of somebody who was forgotten", len(there))
    return len(there)
