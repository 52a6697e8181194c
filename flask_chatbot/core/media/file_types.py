"""The kind of message that a file is sent as: by its name at first, and by its content once it is fetched. Pure."""

import mimetypes
import re
from collections.abc import Callable
from urllib.parse import unquote, urlsplit

from flask_chatbot.core.late import late_pattern
from flask_chatbot.core.values.contents import FILE_LIMIT, Attachment, File, MediaKind
from flask_chatbot.errors import Refused

UNKNOWN = "application/octet-stream"

_KINDS: dict[str, MediaKind] = {"image": "image", "audio": "audio", "video": "video"}
# Pictures that a phone does not show: they go as files.
_NO_PICTURES = frozenset({"image/svg+xml", "image/tiff", "image/heic", "image/avif", "image/vnd.adobe.photoshop", "image/x-icon"})
# The system's own table differs from machine to machine; what is sent here often must not.
_OFFICE, _OPEN = "application/vnd.openxmlformats-officedocument", "application/vnd.oasis.opendocument"
_TYPES = mimetypes.MimeTypes()
for _ending, _mime in {
    ".webp": "image/webp",
    ".heic": "image/heic",
    ".avif": "image/avif",
    ".ogg": "audio/ogg",
    ".oga": "audio/ogg",
    ".opus": "audio/ogg",
    ".m4a": "audio/mp4",
    ".aac": "audio/aac",
    ".amr": "audio/amr",
    ".flac": "audio/flac",
    ".3gp": "video/3gpp",
    ".mkv": "video/x-matroska",
    ".docx": f"{_OFFICE}.wordprocessingml.document",
    ".xlsx": f"{_OFFICE}.spreadsheetml.sheet",
    ".pptx": f"{_OFFICE}.presentationml.presentation",
    ".odt": f"{_OPEN}.text",
    ".ods": f"{_OPEN}.spreadsheet",
    ".odp": f"{_OPEN}.presentation",
    ".epub": "application/epub+zip",
    ".apk": "application/vnd.android.package-archive",
}.items():
    _TYPES.add_type(_mime, _ending)

# What the table of types has no ending for, or another than people know.
_ENDINGS = {
    "audio/wav": ".wav",
    "video/ogg": ".ogv",
    "video/x-flv": ".flv",
    "application/gzip": ".gz",
    "application/vnd.rar": ".rar",
    "application/x-7z-compressed": ".7z",
    UNKNOWN: "",
}
# In a URL these name the program that answers, not the file.
_OF_PROGRAM = late_pattern(r"\.(?:php[0-9]?|phtml|aspx?|ashx|jspx?|cgi|cfm|do|action)", re.IGNORECASE)
_ENDING = late_pattern(r"\.[A-Za-z][A-Za-z0-9]{0,9}|\.[0-9](?:gp|g2|z)", re.IGNORECASE)

_Tell = Callable[[bytes], str]
_MP4 = {"M4A ": "audio/mp4", "M4B ": "audio/mp4", "qt  ": "video/quicktime", "avif": "image/avif", "avis": "image/avif"}
_MP4 |= dict.fromkeys(("heic", "heix", "hevc", "heim", "heis", "mif1", "msf1"), "image/heic")
_MP4 |= dict.fromkeys(("3gp4", "3gp5", "3gp6", "3g2a"), "video/3gpp")


def kind_of_mime(mime: str) -> MediaKind:
    """The kind of message for a MIME type.

    >>> kind_of_mime("audio/ogg"), kind_of_mime("image/svg+xml")
    ('audio', 'document')
    """
    return "document" if mime in _NO_PICTURES else _KINDS.get(mime.partition("/")[0], "document")


def kind_of_name(url: str) -> MediaKind:
    """The kind of file that a URL's name suggests; "document" if the name has no known ending.

    >>> kind_of_name("https://example.com/foto%20toko.JPG?v=2"), kind_of_name("https://example.com/unduh?id=7")
    ('image', 'document')
    """
    return kind_of_mime(mime_of_name(name_of(url)))


def kind_by_ending(url: str) -> MediaKind | None:
    """The kind of file that a URL's ending stands for; None if the ending is missing or unknown.

    >>> kind_by_ending("https://example.com/harga.pdf"), kind_by_ending("https://example.com/unduh?id=7")
    ('document', None)
    """
    mime = mime_of_name(name_of(url))
    return None if mime == UNKNOWN else kind_of_mime(mime)


def name_of(url: str) -> str:
    """The file name at the end of a URL's path, without characters that file names cannot hold; empty if there is none.

    >>> name_of("https://example.com/unduh/daftar%20harga.pdf?v=2")
    'daftar harga.pdf'
    """
    try:
        path = urlsplit(url).path
    except ValueError:
        return ""
    return clean_name(unquote(path.rpartition("/")[2]))


def clean_name(name: str) -> str:
    """A name that cannot leave its folder or its line, of at most 120 characters; its ending is kept.

    >>> clean_name("../rahasia/\\nharga.pdf")
    'harga.pdf'
    """
    name = re.sub(r"[\x00-\x1f\x7f\u2028\u2029\u202a-\u202e\u2066-\u2069]", "", re.split(r"[/\\]", name)[-1]).strip(" .")
    stem, dot, ending = name.rpartition(".")
    return name if len(name) <= 120 else f"{stem[: 119 - len(ending)]}.{ending}" if dot and len(ending) <= 10 else name[:120]


def with_ending(name: str, mime: str, *, is_of_url: bool = False) -> str:
    """A name by which a phone can open a file of that type: a missing ending is added, an existing one kept.

    In a name `is_of_url`, the ending of a server's program does not count. Empty only if nothing is known of the file at all.

    >>> with_ending("daftar harga", "application/pdf"), with_ending("unduh.php", "image/png", is_of_url=True), with_ending("", "image/png")
    ('daftar harga.pdf', 'unduh.png', 'file.png')
    """
    ending = _ENDINGS.get(mime, _TYPES.guess_extension(mime, strict=False) or "")
    if not ending:
        return name
    stem, dot, last = name.rpartition(".")
    if is_of_url and dot and _OF_PROGRAM.fullmatch(dot + last):
        name = stem
    elif dot and _ENDING.fullmatch(dot + last):
        return name
    return clean_name(f"{name or 'file'}{ending}")


def kind_of_content(content: bytes, declared: str = "", name: str = "") -> tuple[MediaKind, str]:
    """The kind and type of a file, by its first bytes. `declared` (a Content-Type) and the name only distinguish documents.

    >>> kind_of_content(b"%PDF-1.7", declared="image/png"), kind_of_content(b"<html>", declared="image/png")
    (('document', 'application/pdf'), ('document', 'text/plain'))
    """
    mime = next((mime for mark, mime in _MARKS if mark.match(content)), "")
    if mime in _CLOSER:
        mime = _CLOSER[mime](content)
    if not mime or mime in _FAMILIES:
        mime = _closer_document(mime, content, declared.partition(";")[0].strip().lower(), mime_of_name(name))
    elif mime == "video/mp4" and declared.startswith("audio/"):
        mime = "audio/mp4"  # a recording without a picture begins like a film
    return kind_of_mime(mime), mime


def received_file(attachment: Attachment, content: bytes) -> File:
    """The file of an attachment with its content, by which its kind and type are detected; only a picture may be a sticker.

    Raises `Refused` if it is empty or larger than 16 MiB.

    >>> received_file(Attachment("image", name="bukti.jpg"), b"%PDF-1.7")
    File(kind='document', mime='application/pdf', name='bukti.jpg')
    """
    if not content:
        raise Refused("The file is empty.")
    if len(content) > FILE_LIMIT:
        raise Refused("The file is larger than 16 MiB.")
    name = clean_name(attachment.name)
    kind, mime = kind_of_content(content, attachment.mime, name)
    is_sticker = attachment.kind == "sticker" and kind == "image"
    return File(content=content, kind="sticker" if is_sticker else kind, mime=mime, name=name)


def mime_of_name(name: str) -> str:
    mime, compression = _TYPES.guess_type(f"file:{name}", strict=False)
    return UNKNOWN if compression or not mime else mime


def _closer_document(family: str, content: bytes, *guesses: str) -> str:
    """The type of a document that its bytes leave open: the declared one, if it is possible."""
    possible = _FAMILIES.get(family) or re.compile(r"(?:text|application)/.+")
    for guess in guesses:
        if guess != UNKNOWN and possible.fullmatch(guess) and not (guess.startswith("text/") and not _is_text(content)):
            return guess
    return family or ("text/plain" if _is_text(content) else UNKNOWN)


def _is_text(content: bytes) -> bool:
    begin = content[:4096]
    try:
        begin.decode()
    except UnicodeDecodeError as error:
        if error.start < len(begin) - 3 or len(content) <= 4096:
            return False
    return bool(begin) and b"\0" not in begin


def _mp4(content: bytes) -> str:
    return _MP4.get(content[8:12].decode("latin-1"), "video/mp4")


def _ogg(content: bytes) -> str:
    return "video/ogg" if b"theora" in content[:64] else "audio/ogg"


def _matroska(content: bytes) -> str:
    return "video/webm" if b"webm" in content[:64] else "video/x-matroska"


def _marks(*lines: tuple[bytes, str]) -> list[tuple["re.Pattern[bytes]", str]]:
    return [(re.compile(mark, re.DOTALL), mime) for mark, mime in lines]


# Written from the formats' own descriptions; the first that fits counts.
_MARKS = _marks(
    (rb"\xff\xd8\xff", "image/jpeg"),
    (rb"\x89PNG\r\n\x1a\n", "image/png"),
    (rb"GIF8[79]a", "image/gif"),
    (rb"RIFF....WEBP", "image/webp"),
    (rb"BM.{8}....[\x0c\x28\x40\x6c\x7c]\0\0\0", "image/bmp"),
    (rb"II\*\0|MM\0\*", "image/tiff"),
    (rb"%PDF-", "application/pdf"),
    (rb"....ftyp", "video/mp4"),
    (rb"OggS", "audio/ogg"),
    (rb"fLaC", "audio/flac"),
    (rb"RIFF....WAVE", "audio/wav"),
    (rb"#!AMR", "audio/amr"),
    (rb"MThd\0\0\0\x06", "audio/midi"),
    (rb"\xff[\xf0\xf1\xf8\xf9]", "audio/aac"),
    (rb"ID3[\x02-\x04]|\xff[\xe2\xe3\xf2\xf3\xfa\xfb]", "audio/mpeg"),
    (rb"RIFF....AVI ", "video/x-msvideo"),
    (rb"\x1a\x45\xdf\xa3", "video/x-matroska"),
    (rb"\0\0\x01[\xba\xb3]", "video/mpeg"),
    (rb"FLV\x01", "video/x-flv"),
    (rb"PK(?:\x03\x04|\x05\x06)", "application/zip"),
    (rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (rb"\x1f\x8b\x08", "application/gzip"),
    (rb"Rar!\x1a\x07", "application/vnd.rar"),
    (rb"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (rb"\{\\rtf", "application/rtf"),
)
_CLOSER: dict[str, _Tell] = {"video/mp4": _mp4, "audio/ogg": _ogg, "video/x-matroska": _matroska}
# Office files are archives of one of two forms: which, only the declared type or the name can say.
_FAMILIES = {
    "application/zip": late_pattern(
        r"application/(?:vnd\.(?:openxmlformats|oasis|ms-|android).*|epub\+zip|java-archive|zip|x-zip-compressed)"
    ),
    "application/x-ole-storage": re.compile(r"application/(?:msword|vnd\.ms-.*|x-msi)"),
}
