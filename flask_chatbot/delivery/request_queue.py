"""The queue of requests from other processes to a transport that is open in this one: groups, session, numbers, files."""

import json
from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial

from sqlalchemy import Connection

from flask_chatbot.core.logs import get_logger
from flask_chatbot.delivery.asking.files import fetched
from flask_chatbot.delivery.asking.linking import LINKING, linked
from flask_chatbot.delivery.loop import Begin
from flask_chatbot.delivery.threads import Threads
from flask_chatbot.errors import TransportError
from flask_chatbot.store import requests
from flask_chatbot.store.requests import Request
from flask_chatbot.transports.base import Transport

AT_ONCE = 8  # requests

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class RequestResult:
    """The result of a request: its answer in JSON, or the reason why there is none."""

    request: Request
    answer: str | None
    error: str | None


class RequestQueue:
    """Answers those requests while `is_open` says that the transport is open here."""

    def __init__(self, transport: Transport, *, is_open: Callable[[], bool], wake: Callable[[], None]) -> None:
        self._transport = transport
        self._is_open = is_open
        self._wake = wake
        self._threads = Threads("chatbot-request", 2)
        self._asked: set[str] = set()
        self._done: deque[RequestResult] = deque()

    @property
    def under_way(self) -> int:
        return len(self._asked)

    def has_results(self) -> bool:
        return bool(self._done)

    def is_due(self, connection: Connection, now: float) -> bool:
        return self._is_open() and bool(self._open(connection, now))

    def write(self, connection: Connection, now: float) -> Begin:
        done = list(self._done)
        for each in done:
            requests.answer(connection, each.request.id, each.answer, each.error, now)
        more = self._open(connection, now) if self._is_open() else []

        def begin() -> None:
            for each in done:
                self._done.popleft()
                self._asked.discard(each.request.id)
            for request in more:
                self._asked.add(request.id)
                self._threads.submit(partial(self._answer, request))

        return begin

    def close(self) -> None:
        self._threads.close()

    def _open(self, connection: Connection, now: float) -> list[Request]:
        found = requests.open_requests(connection, self._transport.name, now, AT_ONCE)
        return [request for request in found if request.id not in self._asked]

    def _answer(self, request: Request) -> None:
        try:
            result = RequestResult(request, answer_of(self._transport, request.kind, request.argument), None)
        except TransportError as error:
            result = RequestResult(request, None, str(error))
        except Exception as error:
            log.exception("a request of another process (%s) failed with an internal error", request.kind)
            result = RequestResult(request, None, f"It failed with an internal error: {type(error).__name__}.")
        self._done.append(result)
        self._wake()


def answer_of(transport: Transport, kind: str, argument: str) -> str:
    """The answer of a transport, as JSON."""
    if kind == "groups":
        return json.dumps([asdict(group) for group in transport.groups()])
    if kind == "session":
        return json.dumps(asdict(transport.session()))
    if kind == "file":
        return fetched(transport, argument)
    if kind in LINKING:
        return linked(transport, kind, argument)
    return json.dumps(transport.has_whatsapp(argument))
