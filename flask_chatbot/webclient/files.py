"""Files that go with messages, fetched from their URLs."""

import re
import time
from urllib.parse import unquote

from flask_chatbot.core.media.file_types import clean_name, kind_of_content, name_of, with_ending
from flask_chatbot.core.values.contents import FILE_LIMIT, File
from flask_chatbot.errors import FetchLater, FetchRefused
from flask_chatbot.webclient.addresses import read_url
from flask_chatbot.webclient.client import Fetched, HttpClient
from flask_chatbot.webclient.deadlines import read_retry_after

DEADLINE = 60.0  # seconds, from connecting to the last byte

_FILENAME = re.compile(r"""filename\*\s*=\s*utf-8'[^']*'([^;\s]+)|filename\s*=\s*(?:"([^"]*)"|([^;\s]+))""", re.IGNORECASE)


def fetch_media(client: HttpClient, url: str, filename: str = "", *, own: bool = False, now: float | None = None) -> File:
    """Fetch the file at a URL: at most 16 MiB, within 60 seconds, its kind detected from its content.

    It is named `filename`, else as its server names it, else by the end of its URL; a missing ending is added by its type. `now` is in
    epoch seconds, by default the current time. Raises `FetchLater` if the file may be there later, `FetchRefused` if it never will. `own`
    URLs are the operator's, and may be private.
    """
    answer = client.get(url, deadline=DEADLINE, limit=FILE_LIMIT, own=own)
    host = read_url(url, any_port=True).host
    if answer.status != 200:
        raise _refusal(answer, host, time.time() if now is None else now)
    if not answer.body:
        raise FetchRefused(f"The file at {host} is empty.")
    given = clean_name(filename) or _declared_name(answer)
    name = given or name_of(url)
    kind, mime = kind_of_content(answer.body, answer.headers.get("content-type", ""), name)
    return File(content=answer.body, kind=kind, mime=mime, name=with_ending(name, mime, is_of_url=not given))


def _refusal(answer: Fetched, host: str, now: float) -> FetchLater | FetchRefused:
    said = f"{host} answered {answer.status} instead of the file."
    if answer.may_pass:
        return FetchLater(said, read_retry_after(answer.headers.get("retry-after"), now))
    return FetchRefused(said)


def _declared_name(answer: Fetched) -> str:
    """The file name in the Content-Disposition header."""
    found = list(_FILENAME.finditer(answer.headers.get("content-disposition", "")))
    encoded = next((each[1] for each in found if each[1]), "")
    plain = next((each[2] or each[3] for each in found if not each[1]), "") or ""
    return clean_name(unquote(encoded) if encoded else plain)
