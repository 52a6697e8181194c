"""Secrets of calls: API keys, compared in constant time, and signing secrets. Pure."""

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass, field
from hmac import compare_digest
from typing import TypeVar

from flask_chatbot.core.translation.translatable import tr

K = TypeVar("K", bound="Key")

_SIGNING = "whsec_"  # before a secret in base64, as Standard Webhooks write it
# Headers that other gateways take a key in, without "X-" and hyphens.
_MEANT_AS_KEY = frozenset(
    "authorization secretkey secret secrettoken apikey apisecret apitoken apisecretkey key token accesskey accesstoken authkey authtoken"
    " webhookkey".split()
)


@dataclass(frozen=True, slots=True)
class Key:
    """One key that a call may carry, as UTF-8 bytes; `name` is the line or the caller it belongs to."""

    name: str | None
    key: bytes = field(repr=False)


def find_key(keys: tuple[K, ...], given: object) -> K | None:
    """Find the given key, or None. All are compared, in constant time, so timing reveals nothing.

    >>> find_key((Key("toko", b"s3cret-word"),), "s3cret-word")
    Key(name='toko')
    >>> find_key((Key("toko", b"s3cret-word"),), 5)
    """
    offered = given.encode() if type(given) is str else b""
    found = None
    for key in keys:
        if compare_digest(key.key, offered):
            found = key
    return found


def key_of_header(keys: tuple[Key, ...], header: str) -> Key | None:
    """Find the key in a header as WSGI passes it, allowing for the white space and the trailing ``;`` that some clients send.

    >>> key_of_header((Key(None, "kunci-é".encode()),), " kunci-Ã© ; ")
    Key(name=None)
    """
    # WSGI hands headers on as Latin-1; keys are compared as UTF-8.
    given = header.encode("latin-1", "replace").decode("utf-8", "replace").strip()
    return find_key(keys, given) or find_key(keys, given.removesuffix(";").rstrip())


def key_of_monitoring(keys: tuple[Key, ...], secret_key: str, authorization: str) -> Key | None:
    """Find the key in ``SecretKey``, or in ``Authorization`` after ``Bearer``, which is what Prometheus can send.

    >>> key_of_monitoring((Key(None, b"kunci-toko"),), "", "bearer kunci-toko")
    Key(name=None)
    """
    scheme, _, given = authorization.partition(" ")
    return key_of_header(keys, secret_key) or key_of_header(keys, given if scheme.lower() == "bearer" else "")


def near_miss(headers: Iterable[tuple[str, str]]) -> str | None:
    """The name of a header that was probably meant to carry the key; None if there is none.

    >>> near_miss([("Host", "a.id"), ("X-Api-Key", "k")]), near_miss([("Secret-Key", "")])
    ('X-Api-Key', None)
    """
    name = next((name for name, value in headers if value.strip() and _plain(name) in _MEANT_AS_KEY), None)
    return "SecretKey" if name and name.lower() == "secretkey" else name  # servers write Secretkey


def _plain(name: str) -> str:
    return name.lower().replace("-", "").replace("_", "").removeprefix("x")


def read_secret(text: str) -> bytes:
    """The signing bytes of a secret: base64 after ``whsec_``, or else the text itself; ValueError if the base64 is invalid.

    >>> read_secret("whsec_a3VuY2k="), read_secret("kunci")
    (b'kunci', b'kunci')
    """
    if not text.startswith(_SIGNING):
        return text.encode()
    try:
        secret = base64.b64decode(text.removeprefix(_SIGNING), validate=True)
    except (binascii.Error, ValueError):
        secret = b""
    if not secret:
        raise ValueError(tr("it begins with {start}, but what follows is not base64. Copy it again.", start=_SIGNING))
    return secret
