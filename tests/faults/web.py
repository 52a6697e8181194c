"""The web processes of a shop, each called by a connection of its own, so that a test chooses who answers."""

import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from threading import Barrier
from typing import Any, TypeVar

from benchmarks.faults.line import API_KEY, KEY
from benchmarks.faults.shop import Shop

PATIENCE = 120.0  # seconds

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a call: its status, and the JSON of its body."""

    status: int
    body: Any

    @property
    def texts(self) -> list[str]:
        """The replies of a webhook call."""
        assert self.status == 200, self.body
        return [each["content"] for each in self.body["message"]["reply"]]


@dataclass(frozen=True, slots=True)
class WebProcess:
    """One process of gunicorn's, at the other end of a connection that stays open."""

    id: int
    connection: HTTPConnection

    def write(self, text: str, sender: str, id_: str = "") -> Answer:
        """Hand a customer's message to the webhook."""
        keyword, *data = text.split("#")
        body = {"keyword": keyword + "#" * bool(data), "data": data, "webhookkey": KEY, "from": sender}
        return self._call("POST", "/chatbot/webhook", body, {"webhook-id": id_} if id_ else {})

    def deliver(self, text: str, sender: str, id_: str) -> None:
        """Hand over a message that comes by the line; workers answer it."""
        answered = self._call("POST", "/chatbot/in/line", {"id": id_, "from": sender, "text": text})
        assert answered.status == 200, answered.body

    def send(self, text: str, to: str, key: str = "", **more: object) -> Answer:
        """Have the API send a message."""
        headers = {"SecretKey": API_KEY, **({"Idempotency-Key": key} if key else {})}
        return self._call("POST", "/chatbot/api/sendwa", {"nohp": to, "pesan": text, **more}, headers)

    def health(self) -> str:
        """The status that it gives of itself."""
        return str(self._call("GET", "/chatbot/healthz").body["status"])

    def _call(self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None) -> Answer:
        sent = None if body is None else json.dumps(body)
        self.connection.request(method, path, sent, {"Content-Type": "application/json", **(headers or {})})
        answer = self.connection.getresponse()
        content = answer.read()
        assert int(answer.headers["Process"]) == self.id, "another process answered than the one that is meant"
        return Answer(answer.status, json.loads(content) if content.startswith(b"{") else content)


@contextmanager
def web_processes(shop: Shop) -> Iterator[list[WebProcess]]:
    """All web processes of a shop."""
    found: dict[int, WebProcess] = {}
    with ExitStack() as stack:

        def has_all() -> bool:
            connection = stack.enter_context(closing(HTTPConnection("127.0.0.1", shop.port, timeout=PATIENCE)))
            connection.request("GET", "/chatbot/healthz/live")
            answer = connection.getresponse()
            answer.read()
            process = int(answer.headers["Process"])
            if process in found:
                connection.close()
            else:
                found[process] = WebProcess(process, connection)
            return len(found) == shop.size.web

        shop.wait_until("a connection to each web process", has_all)
        yield list(found.values())


def at_once(calls: Sequence[Callable[[], T]]) -> list[T]:
    """Make all of these calls at the same time; return their answers."""
    barrier = Barrier(len(calls))

    def at_the_barrier(call: Callable[[], T]) -> T:
        barrier.wait(PATIENCE)
        return call()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(at_the_barrier, calls))
