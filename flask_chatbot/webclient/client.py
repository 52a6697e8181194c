"""The HTTP client for everything we call: guarded, with one deadline from DNS lookup to the last byte, and never via a proxy."""

import socket
import ssl
import zlib
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPException, HTTPResponse
from typing import NamedTuple
from weakref import finalize

from flask_chatbot.errors import FetchError, FetchLater, FetchRefused
from flask_chatbot.webclient.addresses import Target, follow, read_url
from flask_chatbot.webclient.bodies import read_body
from flask_chatbot.webclient.connections import (
    Connect,
    Connection,
    ConnectionKey,
    Idle,
    Resolve,
    connect,
    open_connection,
    resolve,
    resolve_in_time,
)
from flask_chatbot.webclient.deadlines import Countdown, Watchdog
from flask_chatbot.webclient.guard import Guard

ANSWER_LIMIT = 256 * 1024  # bytes of the answer to a call, which is short, unlike a file
REDIRECTS = 5  # followed for one file

_REDIRECT = frozenset({301, 302, 303, 307, 308})
_PASSING = frozenset({408, 425, 429})  # 404 is not one: a mistyped address stays wrong, and waiting for it holds up the chat
_OURS = {"User-Agent": "flask_chatbot", "Accept": "*/*"}
_NO_SUCH_NAME = {getattr(socket, name) for name in ("EAI_NONAME", "EAI_NODATA") if hasattr(socket, name)}
_NOT_YET, _NO_LONGER, _OTHER_NAME, _OTHER_ADDRESS = 9, 10, 62, 64  # what OpenSSL calls the faults of a certificate


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A server's response. The names of `headers` are in lower case; `body` is within the limit."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    @property
    def may_pass(self) -> bool:
        """True if the same call may succeed later, with nothing changed.

        >>> [Fetched(status=status, headers={}, body=b"").may_pass for status in (503, 429, 404)]
        [True, True, False]
        """
        return self.status >= 500 or self.status in _PASSING


class _CallParts(NamedTuple):
    """The parts of a call that all its connections and redirects share."""

    method: str
    body: bytes | None
    headers: Mapping[str, str]
    time: Countdown
    limit: int
    cuts: bool = False
    is_repeatable: bool = True  # at once, where a reused connection ends without an answer: the server may have taken the call all the same


class _GaveUp(Exception):
    """A reused connection that the server closed as we wrote."""


def checked_tls() -> ssl.SSLContext:
    """The system's default context, which checks certificates."""
    return ssl.create_default_context()


class HttpClient:
    """Calls servers for one process, from any thread.

    Other people's URLs reach public addresses and `private_hosts` only; `trusts_everything` is for tests and trials. `pool` connections are
    kept for reuse. `resolve` and `connect` replace the system's own, `tls` makes the context that checks certificates.
    """

    def __init__(
        self,
        *,
        private_hosts: Iterable[str] = (),
        trusts_everything: bool = False,
        pool: int = 64,
        resolve: Resolve = resolve,
        connect: Connect = connect,
        tls: Callable[[], ssl.SSLContext] = checked_tls,
    ) -> None:
        self._guard = Guard(private_hosts, trusts_everything=trusts_everything)
        self._trust = Guard(trusts_everything=True)
        self._resolve = resolve
        self._connect = connect
        self._make_tls = tls
        self._tls: ssl.SSLContext | None = None
        self._idle = Idle(pool)
        finalize(self, self._idle.close).atexit = False
        self._watchdog = Watchdog()

    def check(self, url: str) -> Target:
        """The target of a URL; raises `FetchRefused` if it is refused whatever its name resolves to. Looks nothing up."""
        target = read_url(url, any_port=True)
        self._guard.check(target)
        return target

    def post(
        self,
        url: str,
        body: bytes,
        headers: Mapping[str, str],
        *,
        deadline: float,
        limit: int = ANSWER_LIMIT,
        own: bool = False,
        cuts: bool = False,
    ) -> Fetched:
        """POST within `deadline` seconds and return the answer, whatever its status; redirects are not followed.

        `limit` is in bytes: a longer answer is refused. With `cuts`, only the status counts: a body that is too long or cannot be read is
        left out. `own` URLs are the operator's, and may be private. Raises `FetchLater` if it failed for now, `FetchRefused` if it always
        will.
        """
        call = _CallParts("POST", body, {**_OURS, **headers}, Countdown(deadline), limit, cuts)
        return self._answer(read_url(url, any_port=True), call, own)

    def call(
        self, method: str, url: str, body: bytes | None, headers: Mapping[str, str], *, deadline: float, limit: int, own: bool = False
    ) -> Fetched:
        """Call a URL by any method: redirects are not followed.

        Raises as `post` does. Unlike there, a call that may change something is never made twice, not even where the server closed the
        reused connection: what it carries need not have an id by which the server knows a repeat.
        """
        call = _CallParts(method, body, {**_OURS, **headers}, Countdown(deadline), limit, is_repeatable=method == "GET")
        return self._answer(read_url(url, any_port=True), call, own)

    def get(self, url: str, *, deadline: float, limit: int, own: bool = False) -> Fetched:
        """GET, following redirects: each is checked like anyone's URL, and the deadline covers all of them."""
        target = read_url(url, any_port=True)
        call = _CallParts("GET", None, _OURS, Countdown(deadline), limit)
        for _ in range(REDIRECTS + 1):
            answer = self._answer(target, call, own)
            location = answer.headers.get("location")
            if answer.status not in _REDIRECT or not location:
                return answer
            target, own = self._followed(target, location, own)
        raise FetchRefused(f"{target.host} redirects more than {REDIRECTS} times.")

    def close(self) -> None:
        """Close the idle connections."""
        self._idle.close()

    def _followed(self, target: Target, location: str, own: bool) -> tuple[Target, bool]:
        """The target of a redirect, and True if it still counts as the operator's own: only from one path of a server to another."""
        try:
            there = follow(target, location)
            own = own and (there.scheme, there.host, there.port) == (target.scheme, target.host, target.port)
            self._guard_of(own).check(there)
        except FetchRefused as error:
            raise FetchRefused(f"{target.host} redirects, and the redirect is refused: {error}") from None
        return there, own

    def _guard_of(self, own: bool) -> Guard:
        return self._trust if own else self._guard

    def _answer(self, target: Target, call: _CallParts, own: bool) -> Fetched:
        """Call the target's server, over an idle connection or else a new one."""
        guard = self._guard_of(own)
        guard.check(target)
        key = ConnectionKey.of(target, own)
        try:
            kept = self._idle.take(key)
            if kept is not None:
                with suppress(_GaveUp):
                    return self._exchange(kept, target, key, call, call.is_repeatable)
            return self._exchange(self._open(target, guard, call.time), target, key, call)
        except (OSError, HTTPException, zlib.error) as error:
            raise fetch_error(error, target, call.time) from None

    def _open(self, target: Target, guard: Guard, time: Countdown) -> Connection:
        addresses = guard.choose(target, resolve_in_time(self._resolve, target, time))
        if target.scheme == "https" and self._tls is None:
            self._tls = self._make_tls()
        return open_connection(target, addresses, self._connect, self._tls if target.scheme == "https" else None, time)

    def _exchange(self, connection: Connection, target: Target, key: ConnectionKey, call: _CallParts, may_repeat: bool = False) -> Fetched:
        """Make one request under the watchdog; the connection is kept or closed."""
        self._watchdog.watch(connection, call.time.ends_at)
        try:
            connection.allow(call.time.left())
            response = _response(connection, target, call, may_repeat)
            answer = _read(response, target, call)
            call.time.left()  # an answer that the watchdog cut may look whole
        except BaseException:
            connection.drop()
            raise
        finally:
            self._watchdog.release(connection)
        if response.isclosed() and connection.sock is not None:
            self._idle.give(key, connection)
        else:
            connection.drop()
        return answer


def _response(connection: Connection, target: Target, call: _CallParts, may_repeat: bool) -> HTTPResponse:
    """Send the request and read the headers of the answer, but not its body."""
    try:
        connection.request(call.method, target.path, call.body, call.headers)
        response = connection.getresponse()
    except ConnectionError:
        if may_repeat:
            raise _GaveUp from None
        raise
    if response.status < 200:
        raise HTTPException("an interim answer that was not asked for")
    return response


def _read(response: HTTPResponse, target: Target, call: _CallParts) -> Fetched:
    try:
        body = b"" if response.status in _REDIRECT else read_body(response, target.host, call.limit)
    except (FetchRefused, OSError, HTTPException, zlib.error):
        if not call.cuts:
            raise
        body = b""
    headers: dict[str, str] = {}
    for name, value in response.headers.items():
        low = name.lower()
        headers[low] = f"{headers[low]}, {value}" if low in headers else value
    return Fetched(status=response.status, headers=headers, body=body)


def fetch_error(error: Exception, target: Target, time: Countdown) -> FetchError:
    """The error for an exception, in a sentence that shows only the host of the URL."""
    host = target.host
    if isinstance(error, TimeoutError) or time.is_over:
        return FetchLater(f"{host} took longer than {time.seconds:.3g} seconds.")
    if isinstance(error, ssl.SSLCertVerificationError):
        return _certificate_error(error, host)
    if isinstance(error, socket.gaierror):
        if error.errno in _NO_SUCH_NAME:
            return FetchRefused(f"There is no host {host}.")
        return FetchLater(f"The host {host} could not be looked up.")
    if isinstance(error, ConnectionRefusedError):
        return FetchLater(f"{host} accepts no connections on port {target.port}.")
    if isinstance(error, ConnectionError):
        return FetchLater(f"{host} broke off the connection.")
    if isinstance(error, OSError):
        return FetchLater(f"{host} could not be reached: {error.strerror or type(error).__name__}.")
    return FetchLater(f"{host} did not answer with valid HTTP.")


def _certificate_error(error: ssl.SSLCertVerificationError, host: str) -> FetchLater:
    """The error for a bad certificate. Its owner may repair it, so the call may be retried: nothing was sent."""
    if error.verify_code in (_OTHER_NAME, _OTHER_ADDRESS):
        return FetchLater(f"The certificate of {host} is for another name.")
    if error.verify_code in (_NOT_YET, _NO_LONGER):
        return FetchLater(f"The certificate of {host} is out of date.")
    return FetchLater(f"The certificate of {host} cannot be trusted: {error.verify_message}.")
