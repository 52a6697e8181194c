"""Connections to checked addresses, and a pool of idle ones."""

import os
import queue
import select
import socket
import ssl
import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from http.client import HTTPConnection, HTTPResponse
from time import monotonic
from typing import NamedTuple

from flask_chatbot.core.late import Late, new_lock
from flask_chatbot.webclient.addresses import PORTS, Target
from flask_chatbot.webclient.deadlines import Countdown

AGE = 60.0  # seconds that a connection is used: names move to other addresses

Resolve = Callable[[str, int], Sequence[str]]  # the addresses of a host; OSError where there are none
Connect = Callable[[tuple[str, int], float], "socket.socket"]  # to an address and port, within so many seconds


class Connection(HTTPConnection):
    """A connection that never reconnects by itself: a name is resolved once, and its addresses are checked."""

    auto_open = 0

    def __init__(self, target: Target, wire: socket.socket) -> None:
        super().__init__(target.host, target.port)
        self.default_port = PORTS[target.scheme]  # which the header Host leaves out
        self.sock = self._wire = wire
        self._opened_at = monotonic()
        self._written = b""
        self._answer: HTTPResponse | None = None

    def allow(self, seconds: float) -> None:
        """Limit each wait on the socket to that many seconds."""
        self._wire.settimeout(seconds)

    def send(self, data: bytes) -> None:  # type: ignore[override]  # the one form we use of many
        """Hold the data until the answer is asked for: headers and body in one packet cost half as much as two."""
        self._written += data

    def getresponse(self) -> HTTPResponse:
        written, self._written = self._written, b""
        super().send(written)
        self._answer = super().getresponse()
        return self._answer

    def cut(self) -> None:
        """End a read or write in progress with an error."""
        with suppress(OSError):
            # Not the method of a TLS socket, which is no business of another thread.
            socket.socket.shutdown(self._wire, socket.SHUT_RDWR)

    def drop(self) -> None:
        """Close it together with an unfinished answer, which would hold on to the socket."""
        if self._answer is not None:
            self._answer.close()
        self.close()

    def is_fresh(self, age: float) -> bool:
        """True if it can be reused: no older than `age`, with nothing unsolicited received, not even an end."""
        return self.sock is not None and monotonic() - self._opened_at < age and not _is_readable(self._wire)


class ConnectionKey(NamedTuple):
    """The identity of a reusable connection; whether its address was checked is part of it."""

    scheme: str
    host: str
    port: int
    own: bool
    process: int

    @classmethod
    def of(cls, target: Target, own: bool) -> "ConnectionKey":
        # A fork must not share connections with its parent.
        return cls(target.scheme, target.host, target.port, own, os.getpid())


class Idle:
    """Idle connections: at most `size`, the longest unused are closed first, and none is reused after `age`."""

    _lock = Late(new_lock)

    def __init__(self, size: int, age: float = AGE) -> None:
        self._size = size
        self._age = age
        self._waiting: OrderedDict[ConnectionKey, deque[Connection]] = OrderedDict()
        self._count = 0

    def take(self, key: ConnectionKey) -> Connection | None:
        """A fresh connection, or None."""
        while True:
            with self._lock:
                waiting = self._waiting.get(key)
                if not waiting:
                    return None
                connection = waiting.pop()
                self._count -= 1
                if not waiting:
                    del self._waiting[key]
            if connection.is_fresh(self._age):
                return connection
            connection.drop()

    def give(self, key: ConnectionKey, connection: Connection) -> None:
        """Keep a connection for reuse."""
        with self._lock:
            self._waiting.setdefault(key, deque()).append(connection)
            self._waiting.move_to_end(key)
            self._count += 1
            surplus = [self._pop_oldest() for _ in range(self._count - self._size)]
        for each in surplus:
            each.close()

    def close(self) -> None:
        """Close all of them."""
        with self._lock:
            all_of_them = [connection for waiting in self._waiting.values() for connection in waiting]
            self._waiting.clear()
            self._count = 0
        for connection in all_of_them:
            connection.close()

    def _pop_oldest(self) -> Connection:
        key, waiting = next(iter(self._waiting.items()))
        connection = waiting.popleft()
        if not waiting:
            del self._waiting[key]
        self._count -= 1
        return connection


def resolve(host: str, port: int) -> list[str]:
    """The addresses of a host, in the system's order of preference."""
    if host == "invalid" or host.endswith(".invalid"):
        raise socket.gaierror(socket.EAI_NONAME, "this name is reserved, and never exists")  # RFC 6761
    return list(dict.fromkeys(str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))


def resolve_in_time(resolve: Resolve, target: Target, time: Countdown) -> Sequence[str]:
    """The addresses of a target's host; `TimeoutError` if that takes too long, since the system's own timeout cannot be set."""
    if target.is_address:
        return [target.host]
    answers: queue.SimpleQueue[Sequence[str] | Exception] = queue.SimpleQueue()

    def look_up() -> None:
        try:
            answers.put(resolve(target.host, target.port))
        except Exception as error:  # noqa: BLE001  raised again where somebody waits for it
            answers.put(error)

    threading.Thread(target=look_up, name="chatbot-resolver", daemon=True).start()
    try:
        answer = answers.get(timeout=time.left())
    except queue.Empty:
        raise TimeoutError from None
    if isinstance(answer, Exception):
        raise answer
    return answer


def connect(address: tuple[str, int], seconds: float) -> socket.socket:
    """Open a plain connection."""
    wire = socket.create_connection(address, seconds)
    wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return wire


def open_connection(target: Target, addresses: Sequence[str], connect: Connect, tls: ssl.SSLContext | None, time: Countdown) -> Connection:
    """Connect to the first address that accepts; with `tls`, check the certificate against the target's name."""
    for place, address in enumerate(addresses, 1):
        try:
            share = time.left() / (len(addresses) - place + 1)
            wire = connect((address, target.port), share)
            break
        except OSError:
            if place == len(addresses):
                raise
    if tls is None:
        return Connection(target, wire)
    try:
        wire.settimeout(time.left())  # for the whole handshake
        return Connection(target, tls.wrap_socket(wire, server_hostname=target.host))
    except BaseException:
        wire.close()
        raise


def _is_readable(wire: socket.socket) -> bool:
    if not hasattr(select, "poll"):  # Windows
        return bool(select.select([wire], [], [], 0)[0])
    poll = select.poll()
    poll.register(wire, select.POLLIN)
    return bool(poll.poll(0))
