"""Fetches the files that rules take from the transport, and keeps them."""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import TypeVar

from flask_chatbot.core.late import Late, new_lock
from flask_chatbot.core.logs import get_logger
from flask_chatbot.core.values.contents import FILE_LIMIT, Attachment, Fetch, File
from flask_chatbot.core.values.messages import Message
from flask_chatbot.database.database import Database
from flask_chatbot.errors import Refused, TryLater
from flask_chatbot.media import references
from flask_chatbot.media.folder import MediaFolder

PATIENCE = 120.0  # seconds of failing: then its sender is asked for the file again, rather than left without an answer
REMEMBERED = 500  # messages whose file failed, or was kept before they were answered

_Key = tuple[str, Attachment]  # a message's id, and its file as its sender says it is
T = TypeVar("T")
log = get_logger(__name__)


class Keeper:
    """Keeps files in a folder, and notes them in the database. `clock` is in epoch seconds, `timer` monotonic. Threads may share it."""

    _lock = Late(new_lock)

    def __init__(
        self,
        folder: MediaFolder,
        database: Database,
        *,
        clock: Callable[[], float] = time.time,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self._folder = folder
        self._database = database
        self._clock = clock
        self._timer = timer
        self._failing: OrderedDict[_Key, float] = OrderedDict()  # since when
        self._kept: OrderedDict[_Key, Attachment] = OrderedDict()

    def equipped(self, message: Message, id_: str, fetch: Fetch) -> Message:
        """The message with the means to fetch its files by `fetch`, each at most once, and to keep them."""
        if not message.attachments:
            return replace(message, fetch=fetch)
        once, address = _FetchedOnce(fetch), message.sender.address
        return replace(message, fetch=once.fetch, keep=lambda attachment: self.keep(attachment, id_, once.fetch, address))

    def keep(self, attachment: Attachment, id_: str, fetch: Fetch, address: str = "") -> Attachment:
        """Keep the file of a message from an address, and return the attachment with the name of the copy, and its kind by the content.

        It is marked as unfit if it can never be had. Raises `TryLater` or `StoreError` if it cannot be had or kept now.
        """
        key = id_, attachment
        with self._lock:
            known = self._kept.get(key)
        if known is not None and self._folder.kept_at(known.file) is not None:
            self._note(known.file, address)
            return known
        try:
            file = _within_limit(attachment, fetch)
        except Refused as error:
            log.warning("a file of message %(incoming_id)s cannot be kept: %(error)s", {"incoming_id": _short(id_), "error": error})
            return replace(attachment, is_unfit=True)
        except TryLater as error:
            if not self._is_given_up(key):
                raise
            facts = {"incoming_id": _short(id_), "wait": PATIENCE, "error": error}
            log.error(
                "a file of message %(incoming_id)s could not be fetched for %(wait)g seconds, and is asked for again: %(error)s", facts
            )
            return replace(attachment, is_unfit=True)
        self._note(sha256(file.content).hexdigest(), address)  # before it is there
        found = _by_content(attachment, file, self._folder.keep(file.content))
        with self._lock:
            _remember(self._kept, key, found)
        return found

    def _note(self, hashed: str, address: str) -> None:
        """Note that a message under way refers to a file."""
        now = self._clock()
        with self._database.writing() as connection:
            references.note(connection, [hashed], references.holder_of(address), now, now + references.IN_FLIGHT)

    def _is_given_up(self, key: _Key) -> bool:
        """True if a file has failed for too long."""
        now = self._timer()
        with self._lock:
            since = self._failing.get(key)
            if since is None:
                _remember(self._failing, key, now)
        return since is not None and now - since > PATIENCE


@dataclass(slots=True, eq=False)
class _FetchedOnce:
    """Fetches each file of one message once, whether a handler asks for it or a rule."""

    fetch_it: Fetch
    files: dict[str, File] = field(default_factory=dict)  # by handle

    def fetch(self, attachment: Attachment) -> File:
        if attachment.handle not in self.files:
            self.files[attachment.handle] = self.fetch_it(attachment)
        return self.files[attachment.handle]


def _within_limit(attachment: Attachment, fetch: Fetch) -> File:
    """The file, unless it is larger than may be kept: what says so itself is not even fetched."""
    if attachment.size is not None and attachment.size > FILE_LIMIT:
        raise Refused("The file is larger than 16 MiB.")
    file = fetch(attachment)
    if not file.content or len(file.content) > FILE_LIMIT:
        raise Refused("The file is larger than 16 MiB." if file.content else "The file is empty.")
    return file


def _by_content(attachment: Attachment, file: File, hashed: str) -> Attachment:
    """The attachment as its content says. What was sent as a document stays one, and so does a recording whose form may hold films."""
    is_recording = {attachment.kind, file.kind} == {"audio", "video"}
    kind = attachment.kind if attachment.kind == "document" or is_recording else file.kind
    return replace(attachment, kind=kind, mime=file.mime, size=len(file.content), file=hashed)


def _remember(known: OrderedDict[_Key, T], key: _Key, value: T) -> None:
    known[key] = value
    while len(known) > REMEMBERED:
        known.popitem(last=False)


def _short(id_: str) -> str:
    """A form of a message id for the log: WhatsApp's own ids contain phone numbers."""
    return sha256(id_.encode("utf-8", "surrogatepass")).hexdigest()[:12]
