"""Calls to a gateway: their addresses and bodies, as JSON or as a form with a file. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from urllib.parse import quote, urlencode

from flask_chatbot.core.media.file_types import clean_name, with_ending
from flask_chatbot.core.values.contents import File


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiCall:
    """A call to a gateway: `path` is what follows its address, with the query. `has_file` allows it more time."""

    method: str
    path: str
    body: bytes | None = field(default=None, repr=False)
    content_type: str = ""
    has_file: bool = False


def get(*path: str, **query: str) -> ApiCall:
    """A call that asks for something; the parts of the path are escaped.

    >>> get("api", "toko ku", "auth", "qr", format="raw").path
    '/api/toko%20ku/auth/qr?format=raw'
    """
    return ApiCall(method="GET", path=join(*path, **query))


def post(*path: str, document: Mapping[str, object] | None = None, method: str = "POST", has_file: bool = False) -> ApiCall:
    """A call that hands over a JSON document, or nothing."""
    body = None if document is None else json.dumps(document).encode()
    kind = "" if document is None else "application/json"
    return ApiCall(method=method, path=join(*path), body=body or b"", content_type=kind, has_file=has_file)


def form(*path: str, fields: Mapping[str, str], name: str = "", file: File | None = None) -> ApiCall:
    """A call that hands over a form, with a file under a name if there is one.

    >>> file = File(content=b"%PDF", kind="document", mime="application/pdf", name="a.pdf")
    >>> form("send", "file", fields={"phone": "628111"}, name="file", file=file).content_type[:30]
    'multipart/form-data; boundary='
    """
    content = file.content if file is not None else b""
    mark = "chatbot" + sha256(content + repr(sorted(fields.items())).encode()).hexdigest()[:24]
    parts = [f'--{mark}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode() for key, value in fields.items()]
    if file is not None:
        shown = with_ending(clean_name(file.name) or file.kind, file.mime).replace('"', "%22").replace("\\", "_")
        head = f'--{mark}\r\nContent-Disposition: form-data; name="{name}"; filename="{shown}"\r\nContent-Type: {file.mime}\r\n\r\n'
        parts += [head.encode(), content, b"\r\n"]
    body = b"".join([*parts, f"--{mark}--\r\n".encode()])
    return ApiCall(method="POST", path=join(*path), body=body, content_type=f"multipart/form-data; boundary={mark}", has_file=True)


def join(*path: str, **query: str) -> str:
    """A path of escaped parts, with a query."""
    return "/" + "/".join(quote(part, safe="@") for part in path) + (f"?{urlencode(query)}" if query else "")
