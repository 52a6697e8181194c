"""The signatures of Standard Webhooks (https://www.standardwebhooks.com): made, and checked. Pure, except for the clock."""

import base64
import hmac
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from flask_chatbot.errors import BadSignature
from flask_chatbot.settings.keys import read_secret

TOLERANCE = 300.0  # seconds that a signature is good for, before and after

_VERSION = "v1,"
_SIGNATURES = 32  # looked at in one header: a change of secrets needs two


class Headers(Protocol):
    """The part of a mapping that the headers of every framework share."""

    def items(self) -> Iterable[tuple[str, str]]: ...


def sign(secrets: Sequence[bytes], name: str, timestamp: int, body: bytes) -> str:
    """The ``webhook-signature`` of a body, one for each secret. `name` is the ``webhook-id``, `timestamp` in epoch seconds.

    >>> from flask_chatbot.settings.keys import read_secret
    >>> secret = read_secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    >>> sign([secret], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='
    """
    signed = f"{name}.{timestamp}.".encode(errors="replace") + body
    return " ".join(_VERSION + base64.b64encode(hmac.digest(secret, signed, "sha256")).decode() for secret in secrets)


def headers(secrets: Sequence[bytes], name: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The headers that identify a body and its repeats to a receiver; without a secret they include no signature."""
    signature = {"webhook-signature": sign(secrets, name, timestamp, body)} if secrets else {}
    return {"webhook-id": name, "webhook-timestamp": str(timestamp), **signature}


def verify_signature(
    secret: str | bytes | Iterable[str | bytes],
    headers: Headers,
    body: bytes,
    *,
    now: float | None = None,
    tolerance: float = TOLERANCE,
) -> None:
    """Check a webhook's signature against `secret` (or several); raise `BadSignature` if none fits.

    For programs that receive callbacks: pass the request's headers, in any case, and its body byte for byte as it arrived, before any JSON
    is parsed. A secret is written as in CHATBOT_SIGNING_SECRET; bytes are used as they are. `now` is in epoch seconds, by default the
    current time; a call signed more than `tolerance` seconds before or after it is refused, as it may be a replay. Within that time,
    recognise a repeat by the header ``webhook-id``, which is the same each time one event is sent.

    >>> signed = {
    ...     "Webhook-Id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    ...     "Webhook-Timestamp": "1614265330",
    ...     "Webhook-Signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    ... }
    >>> verify_signature("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", signed, b'{"test": 2432232314}', now=1614265400)
    >>> verify_signature("another", signed, b'{"test": 2432232314}', now=1614265400)
    Traceback (most recent call last):
    ...
    flask_chatbot.errors.BadSignature: No signature fits. Check that both sides use the same secret, and that the body is unchanged.
    """
    known = {name.lower(): value for name, value in headers.items()}
    name, timestamp, signatures = (_header(known, f"webhook-{each}") for each in ("id", "timestamp", "signature"))
    at = _seconds(timestamp)
    if abs((time.time() if now is None else now) - at) > tolerance:
        raise BadSignature(f"It was signed more than {tolerance:g} seconds ago, or ahead. Check both clocks; old calls are refused.")
    expected = [each.encode() for each in sign(_secrets(secret), name, at, body).split()]
    given = [each.encode(errors="replace") for each in signatures.split()[:_SIGNATURES]]
    # All are compared, so that the time taken says nothing of which one fits.
    if not sum(hmac.compare_digest(one, other) for one in expected for other in given):
        raise BadSignature("No signature fits. Check that both sides use the same secret, and that the body is unchanged.")


def _secrets(secret: str | bytes | Iterable[str | bytes]) -> list[bytes]:
    several = [secret] if isinstance(secret, str | bytes) else secret
    known = [read_secret(each.strip()) if isinstance(each, str) else each for each in several]
    if not all(known):
        raise ValueError("A signing secret is empty: anybody could sign with it. Use the one that both sides agreed on.")
    return known


def _header(known: Mapping[str, str], name: str) -> str:
    value = known.get(name, "").strip()
    if not value:
        raise BadSignature(f"The header {name} is missing. The caller must sign: see https://www.standardwebhooks.com.")
    return value


def _seconds(timestamp: str) -> int:
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 15):
        raise BadSignature("The header webhook-timestamp is not a number of seconds.")
    return int(timestamp)
