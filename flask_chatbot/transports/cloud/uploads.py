"""`Uploads`: the ids of files that were uploaded, so that a picture that goes to many people is uploaded once a day."""

import hashlib
import threading
import time
from collections.abc import Callable

from flask_chatbot.core.values.contents import File

KEPT = 24 * 3600.0  # seconds; Meta keeps an upload for 30 days
MOST = 1000  # ids that are kept


class Uploads:
    """Ids of files by their content and type, for one process; threads may share it. `clock` runs forward, in seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._ids: dict[tuple[str, str], tuple[str, float]] = {}
        self._lock = threading.Lock()

    def known(self, file: File) -> str:
        """The id of a file that was uploaded within a day; empty if there is none."""
        with self._lock:
            found, until = self._ids.get(_key(file), ("", 0.0))
            return found if self._clock() < until else ""

    def keep(self, file: File, media_id: str) -> None:
        """Keep the id of a file that was uploaded just now."""
        with self._lock:
            self._ids.pop(_key(file), None)
            self._ids[_key(file)] = media_id, self._clock() + KEPT
            while len(self._ids) > MOST:
                del self._ids[next(iter(self._ids))]  # the oldest

    def forget(self, file: File) -> bool:
        """Forget the id of a file; True if there was one."""
        with self._lock:
            return self._ids.pop(_key(file), None) is not None


def _key(file: File) -> tuple[str, str]:
    return hashlib.sha256(file.content).hexdigest(), file.mime
