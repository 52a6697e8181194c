"""Looks at a connection to WhatsApp in a thread of their own, so that a page that looks again every two seconds holds up nobody."""

import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from flask_chatbot.core.late import Late, new_lock
from flask_chatbot.errors import StoreError, TransportError
from flask_chatbot.transports.base import Passkey, Session

if TYPE_CHECKING:
    from flask_chatbot.delivery.transport_proxy import TransportProxy

FIRST_WAIT = 1.0  # seconds that a page waits for the first answer
FRESH = 1.5  # seconds for which an answer counts while the phone is not linked
FRESH_LINKED = 10.0  # seconds once it is


@dataclass(frozen=True, slots=True, kw_only=True)
class LineLook:
    """The last answer of a connection: its session, or the problem; and the passkey that is asked for. Before any, both are empty."""

    session: Session | None = None
    problem: str = ""
    passkey: Passkey = field(default_factory=Passkey)


class LineWatch:
    """Asks one connection, never twice at a time."""

    _lock = Late(new_lock)

    def __init__(self, proxy: "TransportProxy") -> None:
        self._proxy = proxy
        self._last = LineLook()
        self._at = 0.0
        self._answered: threading.Event | None = None

    def look(self) -> LineLook:
        """The last answer. A new one is asked for if that is old; only the first look waits for it, and no longer than a second."""
        with self._lock:
            linked = self._last.session is not None and self._last.session.is_authenticated
            is_fresh = self._at and time.monotonic() - self._at < (FRESH_LINKED if linked else FRESH)
            if self._answered is None and not is_fresh:
                self._answered = threading.Event()
                threading.Thread(target=self._ask, args=[self._answered], name="chatbot-console-look", daemon=True).start()
            answered = self._answered
        if answered is not None and not self._at:
            answered.wait(FIRST_WAIT)
        return self._last

    def forget(self) -> None:
        """Ask anew at the next look, after something was changed, and wait for that as for a first one."""
        self._at = 0.0

    def _ask(self, answered: threading.Event) -> None:
        try:
            session = self._proxy.session()
            asks = not session.is_authenticated and self._proxy.can("passkey")
            self._last = LineLook(session=session, passkey=self._proxy.passkey() if asks else Passkey())
        except (TransportError, StoreError) as error:
            self._last = LineLook(problem=str(error))
        except Exception as error:  # noqa: BLE001  a transport of the app's own; nobody else hears of it
            self._last = LineLook(problem=type(error).__name__)
        finally:
            self._at, self._answered = time.monotonic(), None
            answered.set()
