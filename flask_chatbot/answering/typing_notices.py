"""Customers see that the bot is typing where an answer takes long: a handler that computes, another webhook that is asked."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from flask_chatbot.core.late import Late, new_condition
from flask_chatbot.core.logs import get_logger

AFTER = 1.0  # seconds that an answer takes before it is shown
AGAIN = 5.0  # seconds until it is shown again: some ways to people show it no longer

log = get_logger(__name__)


@dataclass(slots=True, eq=False)
class _Awaited:
    """One answer that is not there yet; the notice is due at that time of the timer."""

    chat: str
    message_id: str
    due_at: float


class TypingNotices:
    """Calls `show` with the chat and the message's id for each answer that takes longer than `after` seconds, and every `again` seconds.

    One thread makes all the calls, and ends when nothing is waited for. An error of a call is logged, and the answer goes on.
    """

    _changed = Late(new_condition)

    def __init__(
        self,
        show: Callable[[str, str], object],
        *,
        after: float = AFTER,
        again: float = AGAIN,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self._show = show
        self._after = after
        self._again = again
        self._timer = timer
        self._answers: set[_Awaited] = set()
        self._thread: threading.Thread | None = None
        self._wakes_at = 0.0

    @contextmanager
    def shown(self, chat: str, message_id: str) -> Iterator[None]:
        """Show it in a chat from a while after this block began until it ends."""
        answer = _Awaited(chat, message_id, self._timer() + self._after)
        with self._changed:
            self._answers.add(answer)
            if self._thread is None or not self._thread.is_alive():  # a forked process has none of its parent's threads
                self._thread = threading.Thread(target=self._run, name="chatbot-typing", daemon=True)
                self._thread.start()
            elif answer.due_at < self._wakes_at:
                self._changed.notify()
        try:
            yield
        finally:
            with self._changed:
                self._answers.discard(answer)

    def _run(self) -> None:
        while due := self._next():
            for answer in due:
                try:
                    self._show(answer.chat, answer.message_id)
                except Exception as error:  # noqa: BLE001  an answer must not fail for it
                    log.info("a customer could not be shown that an answer is on its way: %s", type(error).__name__)

    def _next(self) -> list[_Awaited]:
        """Wait for answers to become due; none if nothing is waited for, and then this thread ends."""
        with self._changed:
            while self._answers:
                now = self._timer()
                if due := [answer for answer in self._answers if answer.due_at <= now]:
                    for answer in due:
                        answer.due_at = now + self._again
                    return due
                self._wakes_at = min(answer.due_at for answer in self._answers)
                self._changed.wait(self._wakes_at - now)
            self._thread = None
            return []
