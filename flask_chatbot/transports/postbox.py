"""Events for a `Listener`, held until they are due, there is a listener, and it has accepted them."""

import threading
from collections.abc import Callable
from heapq import heappop, heappush
from itertools import count

from flask_chatbot.core.late import Late, new_condition, new_rlock
from flask_chatbot.core.logs import get_logger
from flask_chatbot.errors import AnswerFailed, FetchError, SetupError, StoreError, TransportError
from flask_chatbot.transports.base import Listener

MOST_WAIT = 60.0  # seconds before what a listener did not keep comes again
CLOSING = 5.0  # seconds for what is just being dispatched
_SAFE = (AnswerFailed, FetchError, SetupError, StoreError, TransportError)

Event = Callable[[Listener], None]

log = get_logger(__name__)


class Postbox:
    """Dispatches each event to the listener when it is due, in order of time, one by one. Threads may share it.

    `dispatch_due` does so in the calling thread. With `by_itself` there is also a thread for it while a listener is there.
    """

    _changed = Late(new_condition)
    _dispatching = Late(new_rlock)

    def __init__(self, now: Callable[[], float], *, by_itself: bool) -> None:
        self._now = now
        self._by_itself = by_itself
        self._numbers = count()
        self._waiting: list[tuple[float, int, int, Event]] = []
        self._listener: Listener | None = None
        self._is_held = False
        self._thread: threading.Thread | None = None

    @property
    def is_open(self) -> bool:
        """True if there is a listener."""
        return self._listener is not None

    def open(self, listener: Listener) -> None:
        """Start dispatching."""
        with self._changed:
            self._listener = listener
            if self._by_itself and (self._thread is None or not self._thread.is_alive()):  # not alive: in a process that was forked
                self._thread = threading.Thread(target=self._run, name="chatbot-simulator", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def close(self) -> None:
        """Stop dispatching; events wait for the next listener."""
        with self._changed:
            self._listener = None
            thread, self._thread = self._thread, None
            self._changed.notify_all()
        if thread is not None and thread is not threading.current_thread():
            thread.join(CLOSING)

    def hold(self, is_held: bool) -> None:
        """Hold back all events, or resume."""
        with self._changed:
            self._is_held = is_held
            self._changed.notify_all()

    def put(self, at: float, event: Event) -> None:
        """Schedule an event for that time."""
        self._put(at, 0, event)

    def dispatch(self, event: Event) -> None:
        """Dispatch the event now, in this thread; later if nobody listens or the listener raises."""
        listener = self._audience()
        if listener is None:
            self.put(self._now(), event)
        else:
            self._try(listener, event, 0)

    def dispatch_due(self) -> None:
        """Dispatch the events that are due, in this thread."""
        with self._dispatching:  # one after the other: two threads would mix up the order
            while (listener := self._audience()) and (due := self._take()):
                _, _, tries, event = due
                self._try(listener, event, tries)

    def _audience(self) -> Listener | None:
        return None if self._is_held else self._listener

    def _put(self, at: float, tries: int, event: Event) -> None:
        with self._changed:
            heappush(self._waiting, (at, next(self._numbers), tries, event))
            self._changed.notify_all()

    def _take(self) -> tuple[float, int, int, Event] | None:
        with self._changed:
            return heappop(self._waiting) if self._waiting and self._waiting[0][0] <= self._now() else None

    def _try(self, listener: Listener, event: Event, tries: int) -> None:
        try:
            event(listener)
        except Exception as error:  # noqa: BLE001  whatever it is, the protocol says: it comes again later
            wait = min(2.0**tries, MOST_WAIT)
            log.warning("the listener failed (%s), and gets the event again in %g seconds", _shown(error), wait)
            self._put(self._now() + wait, tries + 1, event)

    def _run(self) -> None:
        while True:
            self.dispatch_due()
            with self._changed:
                if self._thread is not threading.current_thread():
                    return  # closed; perhaps opened again, by another thread
                if wait := self._wait():
                    self._changed.wait(None if wait < 0 else wait)

    def _wait(self) -> float:
        """Seconds until the next event is due; 0 if it is due now, -1 if only a change can make it so."""
        if not self._waiting or self._audience() is None:
            return -1.0
        return max(self._waiting[0][0] - self._now(), 0.0)


def _shown(error: Exception) -> str:
    """An error as a log may have it: the words of one that promises to be safe, and of any other its type, as it may quote a customer."""
    return str(error) if isinstance(error, _SAFE) else type(error).__name__
