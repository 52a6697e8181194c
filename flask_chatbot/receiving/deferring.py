"""`Deferring`: what a transport hands over is heeded at once; what cannot be yet is kept, and messages of its chat wait behind it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from uuid import uuid4

from flask_chatbot.core.values.incoming.events import Incoming
from flask_chatbot.core.values.messages import Message
from flask_chatbot.database.database import Database
from flask_chatbot.receiving.event_queue import Undecided
from flask_chatbot.receiving.sound import sound
from flask_chatbot.store.incoming import events


@dataclass(slots=True, eq=False, kw_only=True)
class Deferring:
    """Hands what comes in by a session to `received`, or to the event queue: all of it if it `keeps` all. Threads may share it."""

    database: Database
    session: str
    received: Callable[[Incoming], None]
    clock: Callable[[], float]
    keeps: bool = False
    _has_deferred: bool = False  # something may wait in the queue: only then it is looked at

    def heed(self, incoming: Incoming) -> None:
        """Heed something that came in, now or in its turn; it is stored when this returns, unless it can never be, which the log says."""
        kept = sound(self.session, incoming)
        if kept is not None:
            self._heed(kept)

    def _heed(self, incoming: Incoming) -> None:
        if self.keeps:
            self._keep(incoming)
            return
        if self._has_deferred and self._waits_behind(incoming):
            return
        try:
            self.received(incoming)
        except Undecided:
            self._has_deferred = True
            self._keep(incoming)
            self._has_deferred = True  # another thread may just have seen that nothing waited

    def _keep(self, incoming: Incoming) -> None:
        with self.database.writing() as connection:
            events.add(connection, self.session, [_identified(incoming)], self.clock())

    def _waits_behind(self, incoming: Incoming) -> bool:
        """True, and it is kept, if something of the same chat waits already."""
        incoming = _identified(incoming)
        with self.database.writing() as connection:
            if events.has_open(connection, self.session, incoming):
                events.add(connection, self.session, [incoming], self.clock())
                return True
            self._has_deferred = events.count_open(connection, self.session) > 0
        return False


def _identified(incoming: Incoming) -> Incoming:
    """The same with an id: a message that the transport gave none is never recognised."""
    return replace(incoming, id=uuid4().hex) if isinstance(incoming, Message) and not incoming.id else incoming
