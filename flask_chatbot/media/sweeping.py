"""Deletes the kept files that nothing refers to any more."""

from itertools import cycle

from sqlalchemy import Connection

from flask_chatbot.core.logs import get_logger
from flask_chatbot.errors import StoreError
from flask_chatbot.media import references
from flask_chatbot.media.folder import PARTS, MediaFolder
from flask_chatbot.media.mark import is_of

GRACE = 86_400.0  # seconds for which a file stays without a reference: its message may be on its way into the database

log = get_logger(__name__)


class MediaSweeper:
    """Looks through one part of a folder with each sweep: through all of it within a day, and never through many files at once."""

    def __init__(self, folder: MediaFolder) -> None:
        self._folder = folder
        self._parts = cycle(PARTS)

    def sweep(self, connection: Connection, now: float) -> int:
        """Delete what nothing refers to in the next part; return how many files that were. None, if they may be those of another bot."""
        old = references.unreferenced(connection, [*self._folder.older(next(self._parts), now - GRACE)])
        try:
            if not old or not is_of(connection, self._folder):
                return 0
            for hashed in old:
                self._folder.delete(hashed)
        except StoreError as error:
            log.warning("files that nothing refers to stay for now: %s", error)
            return 0
        log.info("deleted %d kept files that nothing refers to", len(old))
        return len(old)
