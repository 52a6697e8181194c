"""Readers of the settings of transports: each returns a value, or raises ValueError with a sentence that shows no secret. Pure."""

import re

from flask_chatbot.core.late import late_pattern
from flask_chatbot.core.translation.translatable import tr

PUBLIC_SECRETS = ("secret", "your-secret-key", "my-secret-key")
LONGEST_WAIT = 86_400.0  # seconds that a Retry-After counts for, at the most
_URL = late_pattern(r"https?://(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?(?:/[A-Za-z0-9._~%/-]*)?", re.IGNORECASE)
_PAGE = late_pattern(r"/(?:dashboard|api(?:/\w+)?)/*$", re.IGNORECASE)
_HEADER = re.compile(r"[!-~](?:[ -~]*[!-~])?")


def read_address(value: object) -> str:
    """Read the address of a gateway, without a slash at its end.

    >>> read_address(" https://gateway.example.com/bot/ ")
    'https://gateway.example.com/bot'
    """
    if not isinstance(value, str) or not _URL.fullmatch(value.strip()):
        raise ValueError(tr("it is no address of a gateway. Write it like 'https://gateway.example.com', without a user, ? and #."))
    if page := _PAGE.search(value.strip()):
        raise ValueError(tr("it is the address of one page of the gateway. Leave {page!r} out.", page=page[0]))
    return value.strip().rstrip("/")


def read_token(value: object) -> str:
    """Read a key or a token that is sent in a header.

    >>> read_token(" kunci-toko ")
    'kunci-toko'
    """
    if not isinstance(value, str) or not _HEADER.fullmatch(value.strip()):
        raise ValueError(tr("it is no key: it must be a text of one line, without accents. Copy it again."))
    return value.strip()


def read_user(value: object) -> str:
    """Read the user name of basic auth, which a colon ends.

    >>> read_user(" admin ")
    'admin'
    """
    user = read_token(value)
    if ":" in user:
        raise ValueError(
            tr("it has a colon, which ends a user name: write what stands before it, and what stands behind it as the password.")
        )
    return user


def read_secret(value: object) -> str:
    """Read the secret that webhooks are signed with; those that stand in a gateway's documentation are refused.

    >>> read_secret(" tanda-tangan-toko ")
    'tanda-tangan-toko'
    """
    secret = read_token(value)
    if secret.lower() in PUBLIC_SECRETS:
        raise ValueError(
            tr("everybody knows it, from the gateway's pages. Set another one there and here: `openssl rand -hex 32` makes one.")
        )
    return secret


def read_wait(text: str | None) -> float:
    """The seconds of a Retry-After header; 0 if there is none, or it is a date.

    >>> read_wait("120"), read_wait(None), read_wait("Fri, 27 Nov 2026 08:00:00 GMT"), read_wait("9" * 99)
    (120.0, 0.0, 0.0, 86400.0)
    """
    return min(float(text), LONGEST_WAIT) if text is not None and text.isascii() and text.isdecimal() else 0.0
