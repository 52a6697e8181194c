"""A server on loopback that answers each POST after a while: ``python -m benchmarks.receiver SECONDS [BODY]``; it prints its port.

In the body, `N` stands for the number of the call.
"""

import asyncio
import sys
from itertools import count


class Receiver(asyncio.Protocol):
    """One connection, over which calls come one after the other."""

    def __init__(self, delay: float, body: str, numbers: "count[int]") -> None:
        self._delay = delay
        self._body = body
        self._numbers = numbers
        self._read = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Answer there."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer once a whole call has come."""
        self._read += data
        head, found, body = self._read.partition(b"\r\n\r\n")
        if found and len(body) >= length(head):
            self._read = b""
            asyncio.get_running_loop().call_later(self._delay, self._answer)

    def _answer(self) -> None:
        if isinstance(self._transport, asyncio.WriteTransport) and not self._transport.is_closing():
            body = self._body.replace("N", str(next(self._numbers))).encode()
            self._transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))


def length(head: bytes) -> int:
    """What the head of a call says of the size of its body."""
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return 0


async def serve(delay: float, body: str = "") -> None:
    """Answer until the process is ended."""
    numbers = count(1)
    server = await asyncio.get_running_loop().create_server(lambda: Receiver(delay, body, numbers), "127.0.0.1", 0, backlog=256)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(float(sys.argv[1]), *sys.argv[2:]))
