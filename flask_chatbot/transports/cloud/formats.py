"""The kinds of files that Meta takes: what it does not take as a picture, a film or a sound goes as a document. Pure.

The formats and sizes are those of https://developers.facebook.com/documentation/business-messaging/whatsapp/business-phone-numbers/media,
read in November 2026.
"""

from collections.abc import Mapping

from flask_chatbot.core.media.file_types import with_ending
from flask_chatbot.core.values.contents import File, MediaKind
from flask_chatbot.core.values.replies import Media

MIB = 1024 * 1024
CAPTION_LETTERS = 1024

_TAKEN: Mapping[MediaKind, frozenset[str]] = {
    "image": frozenset({"image/jpeg", "image/png"}),
    "audio": frozenset({"audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"}),
    "video": frozenset({"video/mp4", "video/3gpp"}),
    "sticker": frozenset({"image/webp"}),
}
_LARGEST: Mapping[MediaKind, int] = {"image": 5 * MIB, "audio": 16 * MIB, "video": 16 * MIB, "sticker": 500 * 1024}  # bytes
_UNUSUAL = {"audio/ogg": "audio/ogg; codecs=opus"}  # what Meta calls some types


def kind_at_meta(file: File, caption: str = "") -> MediaKind:
    """The kind of message that carries a file. A sound has no place for a caption at Meta, and so becomes a document.

    >>> picture = File(content=b"GIF89a", kind="image", mime="image/gif")
    >>> kind_at_meta(picture), kind_at_meta(File(content=b"...", kind="image", mime="image/png"), "Ini")
    ('document', 'image')
    """
    fits = file.mime in _TAKEN.get(file.kind, ()) and len(file.content) <= _LARGEST[file.kind]
    if not fits or (file.kind == "audio" and caption) or (file.mime == "audio/ogg" and b"OpusHead" not in file.content[:64]):
        return "document"
    return file.kind


def mime_at_meta(file: File) -> str:
    """The type under which a file is uploaded."""
    return _UNUSUAL.get(file.mime, file.mime)


def media_content(reply: Media, kind: MediaKind, place: Mapping[str, str], name: str) -> dict[str, object]:
    """The part of a message that a file has; `place` is the id that it has at Meta, or its link.

    >>> media_content(Media("https://example.com/a.png", "Ini"), "image", {"id": "7"}, "a.png")
    {'type': 'image', 'image': {'id': '7', 'caption': 'Ini'}}
    """
    caption = {"caption": reply.caption} if reply.caption and kind not in ("audio", "sticker") else {}
    filename = {"filename": name} if name and kind == "document" else {}
    return {"type": kind, kind: {**place, **caption, **filename}}


def name_at_meta(reply: Media, file: File) -> str:
    """The name of a file with an ending by which a phone can open it."""
    return with_ending(reply.filename or file.name, file.mime) or "file"
