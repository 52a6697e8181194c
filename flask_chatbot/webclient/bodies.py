"""The body of an answer, counted as it arrives."""

import zlib
from collections.abc import Callable
from http.client import HTTPResponse, IncompleteRead

from flask_chatbot.errors import FetchRefused

_CHUNK = 64 * 1024  # bytes
_GZIP_OR_ZLIB = 47  # zlib finds out which by the header


class AnswerTooLarge(FetchRefused):
    """An answer is longer than its limit, so it is read no further."""


def read_body(response: HTTPResponse, host: str, limit: int) -> bytes:
    """Read and decompress the whole body; raise `AnswerTooLarge` as soon as either form is longer than `limit` bytes.

    Raises `HTTPException` or `zlib.error` if it breaks off or is malformed.
    """
    encoding = response.headers.get("content-encoding", "").strip().lower()
    inflater = _inflater(encoding, host)
    unpack = _as_it_is if inflater is None else _unpacked_by(inflater)
    too_large = AnswerTooLarge(f"The answer of {host} is larger than {_size(limit)}.")
    if response.length is not None and response.length > limit:
        raise too_large
    body = bytearray()
    arrived = 0
    while chunk := response.read(_CHUNK):
        arrived += len(chunk)
        body += unpack(chunk, limit + 1 - len(body))
        if max(arrived, len(body)) > limit:
            raise too_large
    if response.length:
        raise IncompleteRead(b"", response.length)
    if inflater is not None and arrived and (inflater.unused_data or not inflater.eof):
        raise zlib.error("more or less than one whole stream")
    return bytes(body)


def _inflater(encoding: str, host: str) -> "zlib._Decompress | None":
    """A decompressor for an encoding that was not asked for; some servers always compress."""
    if encoding in ("", "identity"):
        return None
    if encoding in ("gzip", "x-gzip", "deflate"):
        return zlib.decompressobj(_GZIP_OR_ZLIB)
    raise FetchRefused(f"{host} answers in an encoding that was not requested. It must answer plainly, or with gzip.")


def _unpacked_by(inflater: "zlib._Decompress") -> Callable[[bytes, int], bytes]:
    # With a limit of its own: a few bytes may unpack to a thousand times as many.
    return lambda chunk, room: inflater.decompress(inflater.unconsumed_tail + chunk, room)


def _as_it_is(chunk: bytes, room: int) -> bytes:
    return chunk


def _size(limit: int) -> str:
    """A number of bytes for people.

    >>> _size(256 * 1024), _size(16 * 1024 * 1024)
    ('256 KiB', '16 MiB')
    """
    return f"{limit // 1024**2} MiB" if limit >= 1024**2 else f"{limit // 1024} KiB" if limit >= 1024 else f"{limit} bytes"
