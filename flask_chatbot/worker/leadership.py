"""Leadership, for work that only one process may do: a lease in the database, renewed while its holder lives."""

import socket
import threading
from collections.abc import Callable
from secrets import token_hex

from flask_chatbot.core.logs import get_logger
from flask_chatbot.database.database import Database
from flask_chatbot.delivery.retry import LEADERSHIP, Clock
from flask_chatbot.delivery.threads import Job
from flask_chatbot.errors import StoreError, TransportError, TryLater
from flask_chatbot.store import leases, outbox
from flask_chatbot.transports.base import Listener, Transport
from flask_chatbot.worker.processes import describe_process, is_gone

DURATION = LEADERSHIP
RENEWALS = 3  # in that time, so that one that fails does no harm
LOOK = 1.0  # seconds between two looks whether it is free
RETRY = 5.0  # seconds between two tries to open a transport

log = get_logger(__name__)


def holder_name() -> str:
    """A unique name for this worker, which lets others see if its process is gone. 80 characters at most."""
    return f"{socket.gethostname()[:28]}:{token_hex(6)}:{describe_process()}"


def heartbeat_name(holder: str) -> str:
    """The name of the lease by which a worker is seen that needs none to work.

    >>> heartbeat_name("shop-1:0f3a9b12c4d5:812:66017:9f86d081884c7d65")
    'alive:0f3a9b12c4d5'
    """
    return f"{leases.HEARTBEAT}{holder.split(':')[1]}"


def is_dead(holder: str) -> bool:
    """True if a holder's process ran on this host and is gone."""
    return is_gone(holder.partition(":")[2].partition(":")[2])


class Lease:
    """A named lease that this process holds or waits for. `clock` returns epoch seconds, `timer` is monotonic."""

    def __init__(self, database: Database, *, name: str, holder: str, clock: Clock, timer: Clock, duration: float = DURATION) -> None:
        self._database = database
        self._name = name
        self._holder = holder
        self._clock = clock
        self._timer = timer
        self._duration = duration
        self._held_until: float | None = None  # by the timer
        self._look_at = 0.0

    @property
    def is_held(self) -> bool:
        """True while the lease is ours; one that could not be renewed in time is not."""
        return self._held_until is not None and self._timer() < self._held_until

    def hold(self) -> bool:
        """Take or renew the lease if that is due; True if it is ours. If the database fails, it stays held until it expires."""
        now = self._timer()
        if now >= self._look_at:
            self._look_at = now + LOOK
            is_ours = self._take()
            self._held_until = now + self._duration if is_ours else None
            self._look_at = now + (self._duration / RENEWALS if is_ours else LOOK)
        return self.is_held

    def give_up(self) -> None:
        """Release the lease, for another process to take at once."""
        if self._held_until is not None:
            self._held_until = None
            with self._database.writing() as connection:
                leases.give_up(connection, self._name, self._holder)

    def _take(self) -> bool:
        now = self._clock()
        with self._database.writing() as connection:
            if leases.take(connection, self._name, self._holder, now, self._duration):
                return True
            other = leases.holder_of(connection, self._name, now)
            if other is None or not is_dead(other):
                return False
            leases.give_up(connection, self._name, other)
            log.info("lease %s: the process that held it is gone, and it is taken over", self._name)
            return leases.take(connection, self._name, self._holder, now, self._duration)


class OpenTransport:
    """A transport that is open whenever it may be: always if it runs anywhere, else while its session's lease is held.

    `opened` is called with True once it is open, with False before it is closed; `shut` with the reason why it cannot be opened, and with
    an empty text once it is open or need not be. With `submit`, it is opened by a thread that this hands its job to.
    """

    def __init__(
        self,
        transport: Transport,
        *,
        listener: Listener,
        lease: Lease,
        database: Database,
        timer: Clock,
        opened: Callable[[bool], None] = lambda is_open: None,
        shut: Callable[[str], None] = lambda why: None,
        submit: Callable[[Job], None] | None = None,
    ) -> None:
        self._transport = transport
        self._listener = listener
        self._lease = lease
        self._database = database
        self._timer = timer
        self._opened = opened
        self._shut = shut
        self._submit = submit
        self._is_opening = False  # by a thread
        self._is_wanted = False
        self._lock = threading.Lock()  # of the state that it finds when it is done
        self._retry_at = 0.0
        self._logged = ""
        self.is_open = False

    def keep(self) -> None:
        """Open or close the transport, as the lease requires. Raises `StoreError` if the database fails."""
        try:
            may = self._transport.runs_anywhere or self._lease.hold()
        finally:
            if self.is_open and not (self._transport.runs_anywhere or self._lease.is_held):
                log.warning("session %s is held by another process: closed here", self._transport.name)
                with self._lock:
                    self._is_wanted = False
                    self._close()
        if may and not self.is_open and not self._is_opening and self._timer() >= self._retry_at:
            self._is_wanted = True
            if self._submit is None:
                self._open()
            else:
                self._is_opening = True
                self._submit(self._open_aside)

    def end(self) -> None:
        """Close the transport, and release it for another process."""
        with self._lock:
            self._is_wanted = False
            if self.is_open:
                self._close()
        self._shut("")
        self._lease.give_up()

    def _open_aside(self) -> None:
        try:
            self._open()
        except StoreError as error:
            log.warning("session %s cannot be opened now: %s", self._transport.name, error)
            self._retry_at = self._timer() + RETRY
        finally:
            self._is_opening = False

    def _open(self) -> None:
        if not self._transport.runs_anywhere:
            with self._database.writing() as connection:
                claims = outbox.release(connection, self._transport.name)
            if claims:
                log.info("session %s: taking over %d messages of a worker that ended", self._transport.name, claims)
        try:
            self._transport.open(self._listener)
        except Exception as error:  # whatever a transport raises, callbacks must go on
            self._retry_at = self._timer() + max(getattr(error, "after", 0.0), RETRY)
            self._shut(str(error) if isinstance(error, TransportError) else f"It failed with an internal error: {type(error).__name__}.")
            if repr(error) != self._logged:
                fault = None if isinstance(error, TryLater) else error
                log.warning("session %s cannot be opened now: %s", self._transport.name, error, exc_info=fault)
                self._logged = repr(error)
            return
        self._logged = ""
        with self._lock:
            self._shut("")
            self.is_open = True
            self._opened(True)
            if not self._is_wanted:  # it took so long that another process has it, or this one ends
                self._close()

    def _close(self) -> None:
        self.is_open = False
        self._opened(False)
        try:
            self._transport.close()
        except Exception:
            log.exception("session %s could not be closed, and counts as closed", self._transport.name)
