"""Addresses of files that the bot has itself: signed, so that only who was given an address can fetch its file. Pure.

Below the app's prefix it is ``media/<hash>/<name>?until=<time>&signature=<signature>``, `until` being 0 for a file of the rules, whose
address stays. The name is for whoever goes by the end of a URL; the hash alone says which file it is.
"""

import hmac
import re
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from urllib.parse import quote

FOREVER = 0  # the time of an address that does not expire
SECONDS = re.compile(r"0|[1-9][0-9]{0,11}")
HASH = re.compile(r"[0-9a-f]{64}")


def media_path(secret: bytes, hashed: str, name: str, until: int = FOREVER) -> str:
    """The address of a file by the SHA-256 of its content, from the prefix on; it ends `until` that time, in epoch seconds.

    >>> media_path(b"secret", "ab" * 32, "harga kopi.png").partition("?")[0][-19:]
    'ab/harga%20kopi.png'
    """
    return f"media/{hashed}/{quote(name, safe='') or 'file'}?until={until}&signature={_sign(secret, hashed, until)}"


def is_signed(secrets: Sequence[bytes], hashed: str, until: str, signature: str) -> bool:
    """True if an address was made with one of the secrets, whether it has expired or not.

    >>> _, _, query = media_path(b"secret", "ab" * 32, "a.png", 100).partition("&signature=")
    >>> is_signed([b"other", b"secret"], "ab" * 32, "100", query), is_signed([b"secret"], "ab" * 32, "101", query)
    (True, False)
    """
    if not (HASH.fullmatch(hashed) and SECONDS.fullmatch(until)):
        return False
    given = signature.encode(errors="replace")
    # All are compared, so that the time taken says nothing of which one fits.
    return bool(sum(hmac.compare_digest(_sign(secret, hashed, int(until)).encode(), given) for secret in secrets))


def _sign(secret: bytes, hashed: str, until: int) -> str:
    """A signature of 22 characters; its text cannot be one of those that webhooks sign, which begin with an id and a time."""
    signed = hmac.digest(secret, f"media {hashed} {until}".encode(), "sha256")
    return urlsafe_b64encode(signed[:16]).decode().rstrip("=")
