"""Servers on loopback that answer byte by byte what a test has them answer, be it well or badly."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from email.parser import BytesParser
from pathlib import Path
from typing import BinaryIO

import pytest

from flask_chatbot.errors import FetchLater, FetchRefused
from flask_chatbot.webclient.client import HttpClient

CERTIFICATES = Path(__file__).parent / "certificates"
PATIENCE = 30.0  # seconds until a test is given up
DEADLINE = 10.0  # seconds of a call, where they are not what is judged
PUBLIC = "93.184.215.14"  # what names resolve to here; the connection goes to loopback


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked; the names of `headers` are in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class Server:
    """A server that runs: `requests` and `connections` grow. `closing` is set when a test is over, so that no answer outlives it."""

    port: int
    requests: list[Request] = field(default_factory=list)
    connections: int = 0
    closing: threading.Event = field(default_factory=threading.Event)
    wires: list[socket.socket] = field(default_factory=list)

    def url(self, path: str = "/", host: str = "hook.example.com", scheme: str = "http") -> str:
        return f"{scheme}://{host}:{self.port}{path}"


Answers = Callable[[Request], bytes | Iterable[bytes]]  # the whole answer, or its pieces, each sent at once


@contextmanager
def serving(answers: Answers, *, certificate: str = "", once: bool = False) -> Iterator[Server]:
    """A server, with TLS where a certificate is named; `once` for each connection, else as long as it stays open."""
    tls = None
    if certificate:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(CERTIFICATES / certificate)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = Server(listener.getsockname()[1])
        threads: list[threading.Thread] = []

        def accept() -> None:
            while True:
                connection, _ = listener.accept()
                if server.closing.is_set():
                    connection.close()
                    return
                server.connections += 1
                threads.append(threading.Thread(target=talk, args=[connection, server, answers, tls, once]))
                threads[-1].start()

        acceptor = threading.Thread(target=accept)
        acceptor.start()
        try:
            yield server
        finally:
            server.closing.set()
            socket.create_connection(("127.0.0.1", server.port)).close()
            acceptor.join(PATIENCE)
            for wire in server.wires:
                hang_up(wire)
            for thread in threads:
                thread.join(PATIENCE)


def talk(connection: socket.socket, server: Server, answers: Answers, tls: ssl.SSLContext | None, once: bool) -> None:
    """Answer what comes over one connection."""
    connection.settimeout(PATIENCE)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    # Whoever is judged here breaks off when it has had enough.
    with connection, suppress(OSError), tls.wrap_socket(connection, server_side=True) if tls else connection as wire:
        server.wires.append(wire)
        with wire.makefile("rb") as lines:
            while not server.closing.is_set() and (request := read_request(lines)):
                server.requests.append(request)
                answer = answers(request)
                for piece in [answer] if isinstance(answer, bytes) else answer:
                    wire.sendall(piece)
                if once:
                    return


def hang_up(wire: socket.socket) -> None:
    with suppress(OSError):
        socket.socket.shutdown(wire, socket.SHUT_RDWR)


def read_request(lines: BinaryIO) -> Request | None:
    """The next request, or None where there is no more."""
    first = lines.readline().decode("latin-1").split()
    if len(first) != 3:
        return None
    head = b""
    while (line := lines.readline()).strip():
        head += line
    headers = {name.lower(): value for name, value in BytesParser().parsebytes(head).items()}
    return Request(first[0], first[1], headers, lines.read(int(headers.get("content-length", 0))))


def ok(body: bytes = b"{}", *headers: str, status: str = "200 OK") -> bytes:
    """A whole answer that leaves the connection open."""
    return "\r\n".join([f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]).encode() + body


def redirect(location: str, status: str = "302 Found") -> bytes:
    return ok(b"", f"Location: {location}", status=status)


def drips(data: bytes, every: float = 0.02) -> Iterator[bytes]:
    """The bytes one at a time, every so many seconds: none of them is long in coming."""
    pause = threading.Event()
    for byte in data:
        yield bytes([byte])
        pause.wait(every)


@dataclass
class World:
    """What a client sees of the network: names and addresses as a test has them, and every connection leads to loopback.

    `asked` are the names that were looked up, `reached` the addresses that were connected to.
    """

    names: dict[str, list[str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    reached: list[tuple[str, int]] = field(default_factory=list)

    def resolve(self, host: str, port: int) -> list[str]:
        self.asked.append(host)
        return self.names.get(host, [PUBLIC])

    def connect(self, address: tuple[str, int], seconds: float) -> socket.socket:
        self.reached.append(address)
        return socket.create_connection(("127.0.0.1", address[1]), seconds)

    def client(self, private_hosts: Iterable[str] = (), pool: int = 64) -> HttpClient:
        return HttpClient(private_hosts=private_hosts, pool=pool, resolve=self.resolve, connect=self.connect, tls=trusting)


def trusting() -> ssl.SSLContext:
    """What trusts the authority that was made for tests, and no other."""
    return ssl.create_default_context(cafile=str(CERTIFICATES / "ca.pem"))


@contextmanager
def calling(
    answers: Answers, world: World | None = None, *, certificate: str = "", once: bool = False
) -> Iterator[tuple[HttpClient, Server]]:
    """A client of a world where every name is public, and a server that it comes to."""
    with serving(answers, certificate=certificate, once=once) as server, closing((world or World()).client()) as client:
        yield client, server


def always(answer: bytes) -> Callable[[Request], bytes]:
    return lambda request: answer


def later(client: HttpClient, url: str, deadline: float = DEADLINE) -> str:
    """What a client says of a call that came to nothing for now."""
    with pytest.raises(FetchLater) as caught:
        client.get(url, deadline=deadline, limit=1000)
    return str(caught.value)


def refused(client: HttpClient, url: str, limit: int = 1000, own: bool = False) -> str:
    """What a client says of a call that will always come to nothing."""
    with pytest.raises(FetchRefused) as caught:
        client.get(url, deadline=DEADLINE, limit=limit, own=own)
    return str(caught.value)
