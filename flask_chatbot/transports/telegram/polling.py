"""`UpdatePoller`: asks Telegram for updates, one long call after the other, and confirms them only once they are kept."""

import threading
import time
from collections.abc import Callable

from flask_chatbot.core.logs import get_logger
from flask_chatbot.errors import TransportError, TryLater
from flask_chatbot.transports.cloud.nodes import Node, nodes, whole
from flask_chatbot.transports.telegram.api import ELSEWHERE, BotApi, Conflict
from flask_chatbot.transports.telegram.updates import ALLOWED

POLL = 25.0  # seconds that Telegram waits for something to happen before it answers
MOST_WAIT = 60.0  # seconds between two tries
CONFLICT = 60.0  # seconds after one that the connection counts as shared
CLOSING = 3.0  # seconds to wait for the end of a thread that is in the middle of a call

log = get_logger(__name__)


class UpdatePoller:
    """A thread that hands each update to `take`, in order. If `take` raises, the update comes again. `poll` is in seconds."""

    def __init__(self, line: str, api: BotApi, take: Callable[[Node], None], poll: float = POLL) -> None:
        self._line = line
        self._api = api
        self._take = take
        self._poll = poll
        self._stopping = threading.Event()
        self._next = 0  # the first update that is not confirmed
        self._fault = ""  # of the last call
        self._conflict_at = -CONFLICT  # by a monotonic clock: two programs that ask end each other's calls by turns
        self._thread = threading.Thread(target=self._run, name="chatbot-telegram", daemon=True)

    @property
    def fault(self) -> str:
        """The reason why the last call brought nothing, empty if it did; that of a conflict for a minute."""
        return ELSEWHERE if time.monotonic() - self._conflict_at < CONFLICT else self._fault

    def start(self) -> None:
        """Begin to ask."""
        self._thread.start()

    def stop(self) -> None:
        """Hand over nothing more; a call that is under way ends by itself, and what it brings comes again to whoever asks next."""
        self._stopping.set()
        if self._thread is not threading.current_thread():
            self._thread.join(CLOSING)

    def _run(self) -> None:
        failures = 0
        while not self._stopping.is_set():
            try:
                self._step()
                failures, self._fault = 0, ""
            except Exception as error:  # noqa: BLE001  whatever it is, the updates are still at Telegram
                failures += 1
                self._note(error)
                wait = min(max(2.0 ** (failures - 2), getattr(error, "after", 0.0)), MOST_WAIT)
                if not self._stopping.is_set():
                    said = error if isinstance(error, TransportError) else f"an update could not be kept ({type(error).__name__})"
                    log.warning("line %s: messages of Telegram are asked for again in %g seconds: %s", self._line, wait, said)
                self._stopping.wait(wait)

    def _note(self, error: Exception) -> None:
        """Keep what says something of the connection; an update that could not be kept does not."""
        self._fault = str(error) if isinstance(error, TransportError) else ""
        if isinstance(error, Conflict):
            self._conflict_at = time.monotonic()

    def _step(self) -> None:
        asked = {"offset": self._next, "timeout": int(self._poll), "allowed_updates": list(ALLOWED)}
        before, updates = self._next, nodes(self._api.ask("getUpdates", asked, wait=self._poll))
        for update in updates:
            if self._stopping.is_set():
                return
            self._take(update)
            self._next = max(self._next, whole(update.get("update_id")) + 1)
        if updates and self._next == before:
            raise TryLater("Telegram gave updates without a new id, by which they could be confirmed.")
