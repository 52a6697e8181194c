"""Files that simulated customers send: kept in memory, and handed out only when somebody asks for one."""

from collections import OrderedDict
from hashlib import sha256
from pathlib import Path
from typing import TypedDict, cast

from flask_chatbot.core.late import Late, new_lock
from flask_chatbot.core.media.file_types import clean_name, kind_of_content, received_file
from flask_chatbot.core.values.contents import FILE_LIMIT, Attachment, File, MediaKind
from flask_chatbot.errors import Refused

ROOM = 8 * FILE_LIMIT  # bytes of all files together; beyond that the oldest are dropped


class SentFile(TypedDict, total=False):
    """One file, its content or its path under the kind that it is sent as."""

    image: bytes | str | Path
    audio: bytes | str | Path
    video: bytes | str | Path
    document: bytes | str | Path
    sticker: bytes | str | Path


def only_file(file: SentFile) -> tuple[MediaKind, bytes | str | Path]:
    """The kind and the source of the one file that is sent; raises `TypeError` if there is none or more than one.

    >>> only_file({"image": b"..."})
    ('image', b'...')
    """
    if len(file) != 1 or not file.keys() <= SentFile.__annotations__.keys():
        raise TypeError("sends() takes one file, by its kind: image=, audio=, video=, document= or sticker=.")
    ((kind, source),) = file.items()
    return cast("MediaKind", kind), cast("bytes | str | Path", source)


class KeptFiles:
    """The files of simulated messages, named by their hash. Threads may share it."""

    _lock = Late(new_lock)

    def __init__(self) -> None:
        self._contents: OrderedDict[str, bytes] = OrderedDict()

    def keep(self, kind: MediaKind, source: bytes | str | Path, *, name: str = "", voice: bool = False) -> Attachment:
        """Keep a file, given by its content or its path, and return the attachment that stands for it.

        The attachment says what a phone would say: `kind` is not checked against the content.
        """
        content = source if isinstance(source, bytes) else Path(source).read_bytes()
        name = clean_name(name or ("" if isinstance(source, bytes) else Path(source).name))
        hashed = sha256(content).hexdigest()
        with self._lock:
            self._contents[hashed] = content
            self._contents.move_to_end(hashed)
            while len(self._contents) > 1 and sum(map(len, self._contents.values())) > ROOM:
                self._contents.popitem(last=False)
        mime = kind_of_content(content, name=name)[1]
        return Attachment(kind, mime=mime, name=name, size=len(content), sha256=hashed, voice=voice, handle=hashed)

    def fetch(self, attachment: Attachment) -> File:
        """The file that an attachment stands for; raises `Refused` if it is no longer there, empty or too large."""
        with self._lock:
            content = self._contents.get(attachment.handle)
        if content is None:
            raise Refused("The file is gone.")
        return received_file(attachment, content)
