"""Customers who write while a fault strikes: each their next message once the last was taken, and again until it was."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException

CALLERS = 4
AGAIN = 0.2  # seconds until a call that failed is made again
TIMEOUT = 30.0  # seconds


@dataclass(frozen=True, slots=True)
class Accepted:
    """A message that was answered 200: it is the shop's from then on."""

    chat: str
    number: int
    at: float


@dataclass(eq=False, slots=True)
class Traffic:
    """`rate` messages a second from so many chats, as the platform's calls."""

    port: int
    prefix: str  # of the chats' numbers
    chats: int
    rate: float
    accepted: list[Accepted] = field(default_factory=list)
    refused: int = 0  # calls that had to be made again
    _stopping: threading.Event = field(default_factory=threading.Event)

    def stop(self) -> None:
        """Let nobody write any more."""
        self._stopping.set()

    def run(self, caller: int) -> None:
        """Write for the chats of one caller, one after the other, until stopped."""
        with closing(Client(self.port)) as client:
            self._write(client, caller)

    def _write(self, client: "Client", caller: int) -> None:
        mine = [f"{self.prefix}{number:05}" for number in range(caller, self.chats, CALLERS)]
        turn, due = 0, time.monotonic()
        while not self._stopping.is_set():
            chat, number = mine[turn % len(mine)], turn // len(mine)
            while not client.deliver(f"{chat}-{number}", chat, f"nomor#{number}"):
                self.refused += 1
                if self._stopping.wait(AGAIN):
                    return
            self.accepted.append(Accepted(chat, number, time.time()))
            turn, due = turn + 1, max(due + CALLERS / self.rate, time.monotonic() - 1.0)
            self._stopping.wait(max(0.0, due - time.monotonic()))


class Client:
    """The platform: calls the shop over a connection that it keeps open."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._connection: HTTPConnection | None = None

    def deliver(self, id_: str, sender: str, text: str) -> bool:
        """Hand over a message; True if it was taken."""
        body = json.dumps({"id": id_, "from": sender, "text": text})
        return self.call("/chatbot/in/line", body)[0] == 200

    def call(self, path: str, body: str, **headers: str) -> tuple[int, bytes]:
        """The status and the body of an answer; status 0 if there was none."""
        if self._connection is None:
            self._connection = HTTPConnection("127.0.0.1", self._port, timeout=TIMEOUT)
        try:
            self._connection.request("POST", path, body, {"Content-Type": "application/json", **headers})
            answer = self._connection.getresponse()
            return answer.status, answer.read()
        except (OSError, HTTPException):
            self.close()
            return 0, b""

    def close(self) -> None:
        """Close the connection; the next call opens another."""
        if self._connection is not None:
            with suppress(OSError):
                self._connection.close()
        self._connection = None


@contextmanager
def traffic(port: int, prefix: str, chats: int, rate: float) -> Iterator[Traffic]:
    """Customers who write, until stopped or the end of the block."""
    made = Traffic(port, prefix, chats, rate)
    threads = [threading.Thread(target=made.run, args=[caller], daemon=True) for caller in range(CALLERS)]
    for each in threads:
        each.start()
    try:
        yield made
    finally:
        made.stop()
        for each in threads:
            each.join(2 * TIMEOUT)
