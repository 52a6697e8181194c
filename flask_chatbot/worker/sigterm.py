"""SIGTERM under servers that leave it to the system, which would end a process at once: leases are released first."""

import ctypes
import os
import signal
import threading
from collections.abc import Callable
from types import FrameType

from flask_chatbot.core.logs import get_logger

End = Callable[[], object]

Handler = Callable[[int, FrameType | None], object]

log = get_logger(__name__)


def end_at_sigterm(end: End) -> None:
    """Call `end` before SIGTERM ends this process, unless a server that shuts down in order handles it.

    Call it from any thread; only the main one may set handlers.
    """
    if threading.current_thread() is threading.main_thread():
        _install(end)
    else:
        _in_main_thread(lambda: _install(end))


class SigtermHandler:
    """A SIGTERM handler: calls `end`, then passes the signal to the previous handler. A second SIGTERM does not wait."""

    def __init__(self, end: End, before: Handler | signal.Handlers) -> None:
        self._end = end
        self._before = before
        self._pid = os.getpid()
        self._is_ending = False

    def __call__(self, number: int, frame: FrameType | None) -> None:
        if self._is_ending or self._pid != os.getpid():  # a child that was forked has nothing of ours
            self._pass_on(number, frame)
            return
        self._is_ending = True
        # In a thread, since the main one may hold a lock that is needed for it. Not a daemon: the process waits for it.
        threading.Thread(target=self._finish, args=[number], name="chatbot-end").start()

    def _finish(self, number: int) -> None:
        try:
            self._end()
        except Exception:
            log.exception("SIGTERM: the worker could not be shut down cleanly")
        os.kill(os.getpid(), number)

    def _pass_on(self, number: int, frame: FrameType | None) -> None:
        signal.signal(number, self._before)
        if callable(self._before):
            self._before(number, frame)
            return
        signal.raise_signal(number)
        os._exit(128 + number)  # the first process of a container, which the system spares


def _install(end: End) -> None:
    before = signal.getsignal(signal.SIGTERM)
    # Uvicorn ends in order, and then lets the signal end the process all the same; other servers' handlers end it as `exit` does.
    if before is signal.SIG_DFL or (callable(before) and getattr(before, "__module__", "").startswith("uvicorn.")):
        signal.signal(signal.SIGTERM, SigtermHandler(end, before))


_Pending = ctypes.PYFUNCTYPE(ctypes.c_int, ctypes.c_void_p)
_pending: list[object] = []  # what the interpreter is still to call must not be freed


def _in_main_thread(do: Callable[[], object]) -> None:
    """Have the main thread call something soon; does nothing if the interpreter cannot do that."""

    def called(_: object) -> int:
        do()
        return 0

    add = getattr(ctypes.pythonapi, "Py_AddPendingCall", None)
    if add is not None:
        call = _Pending(called)
        _pending.append(call)
        add(call, None)
