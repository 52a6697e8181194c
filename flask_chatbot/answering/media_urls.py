"""Addresses of the bot's own files, for programs that take no bytes: those beside the rules, and those that customers sent."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING

from flask_chatbot.core.logs import get_logger
from flask_chatbot.core.media.file_types import clean_name, kind_of_content, with_ending
from flask_chatbot.core.media.local import LocalFile
from flask_chatbot.core.values.contents import File
from flask_chatbot.core.values.replies import Media, Reply
from flask_chatbot.errors import FetchError
from flask_chatbot.media.folder import MediaFolder
from flask_chatbot.wire.media_urls import media_path

# SQLAlchemy is slow to load, and most bots serve no files of customers.
if TYPE_CHECKING:
    from flask_chatbot.database.database import Database

LASTS = 7 * 86_400  # seconds for which a customer's file can be fetched from the address that another program was given
Files = Mapping[str, LocalFile]  # by the names that replies have them under

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class MediaUrls:
    """Makes addresses below `public_url`, or below the host that was called, and the prefix.

    `secrets` returns what signs them, the first, and those that may have: it may open the database, so it is called only when needed.
    """

    secrets: Callable[[], Sequence[bytes]]
    public_url: str
    prefix: str

    def addressed(self, replies: Sequence[Reply], files: Files, called: str) -> tuple[Reply, ...]:
        """The replies with an address in place of each file beside the rules; `called` is the address of the app that was called."""
        return tuple([self._addressed(reply, files, called) for reply in replies])

    def url(self, hashed: str, name: str, until: int, called: str = "") -> str:
        """The address of a file."""
        return f"{self.public_url or called.rstrip('/')}{self.prefix}/{media_path(self.secrets()[0], hashed, name, until)}"

    def kept_url(self, hashed: str, name: str, now: float) -> str:
        """The address of a customer's file: it ends after a week, or with the file."""
        return self.url(hashed, name, int(now) + LASTS)

    def _addressed(self, reply: Reply, files: Files, called: str) -> Reply:
        file = files.get(reply.url) if isinstance(reply, Media) else None
        if file is None or not isinstance(reply, Media):
            return reply
        return replace(reply, url=self.url(file.sha256, reply.filename or file.path.name, 0, called))


def find_file(files: Files, hashed: str) -> File | None:
    """The file beside the rules whose content has this hash now; None if there is none.

    Another process may have loaded changed rules before this one, so files are looked at that were others when they were loaded.
    """
    for file in sorted(files.values(), key=lambda file: file.sha256 != hashed):
        try:
            found = file.read()
        except FetchError as error:
            log.warning("a file of the rules cannot be served: %s", error)
            continue
        if sha256(found.content).hexdigest() == hashed:
            return found
    return None


def is_referred_to(database: "Database", hashed: str) -> bool:
    """True if anything refers to the kept file whose content has this hash: else it waits to be swept away, and is nobody's to see."""
    from flask_chatbot.media import references

    with database.reading() as connection:
        return not references.unreferenced(connection, [hashed])


def kept_file(folder: MediaFolder, hashed: str, name: str) -> File | None:
    """The kept file whose content has this hash, its kind by its content; None if it is gone. Raises `StoreError` if it cannot be read."""
    content = folder.read(hashed)
    if content is None:
        return None
    kind, mime = kind_of_content(content, name=name)
    return File(content=content, kind=kind, mime=mime, name=clean_name(name) or with_ending(kind, mime))
