"""Calls byte by byte, for what no HTTP client would send."""

import http.client
import json
import socket
from contextlib import suppress

from tests.servers.running import PATIENCE

HEAD = b"POST /chatbot/webhook HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"


def connect(port: int) -> socket.socket:
    """A connection that sends each piece at once."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def answer_of(connection: socket.socket) -> tuple[int, bytes]:
    """The status and body of the next answer."""
    with http.client.HTTPResponse(connection) as answer:
        answer.begin()
        return answer.status, answer.read()


def exchange(port: int, sent: bytes) -> tuple[int, bytes]:
    """The status and body answered to these bytes; a server may stop listening before it has them all."""
    with connect(port) as connection:
        with suppress(ConnectionError):
            connection.sendall(sent)
        return answer_of(connection)


def whole(body: bytes, head: bytes = HEAD) -> bytes:
    """A request with a Content-Length."""
    return head + b"Content-Length: %d\r\n\r\n" % len(body) + body


def chunked(body: bytes, size: int = 50_000, head: bytes = HEAD) -> bytes:
    """A request that tells its length in pieces."""
    parts = [body[start : start + size] for start in range(0, len(body), size)]
    return head + b"Transfer-Encoding: chunked\r\n\r\n" + b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in [*parts, b""])


def refusal(message: str) -> bytes:
    return json.dumps({"success": False, "message": message}, separators=(",", ":")).encode()
