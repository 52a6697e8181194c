"""A way to a server on loopback that can be cut, can fall silent, and can be mended."""

import socket
import threading
from contextlib import suppress


class Proxy:
    """Hands on what comes to its port. While it is cut, nobody gets through, and connections there were are gone."""

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._open: list[socket.socket] = []
        self._silent: set[socket.socket] = set()  # what comes from these is swallowed
        self._is_silent = False
        self._listener = self._listen(0)
        self.port: int = self._listener.getsockname()[1]

    def cut(self) -> None:
        """Close all that is open, and listen no more."""
        self._shut(self._listener)
        self._shut_all()

    def fall_silent(self) -> None:
        """Swallow all that comes, and close nothing: neither side hears that the other is gone."""
        self._is_silent = True
        self._silent.update(self._open)

    def restore(self) -> None:
        """Listen again, or let through who connects from now on; connections that fell silent stay so, as behind a router's lost table."""
        if self._is_silent:
            self._is_silent = False
        else:
            self._listener = self._listen(self.port)

    def close(self) -> None:
        """Close everything for good."""
        self.cut()

    def _listen(self, port: int) -> socket.socket:
        listener = socket.create_server(("127.0.0.1", port))
        threading.Thread(target=self._accept, args=[listener], daemon=True).start()
        return listener

    def _accept(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                near, _ = listener.accept()
                try:
                    far = socket.create_connection(self._target)
                except OSError:  # the server is down, and this way to it is not
                    self._shut(near)
                    continue
                for each in (near, far):  # else the system holds small pieces back for 40 ms, as no way between machines does
                    each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._open += [near, far]
                if self._is_silent:
                    self._silent |= {near, far}
                for source, sink in ((near, far), (far, near)):
                    threading.Thread(target=self._copy, args=[source, sink], daemon=True).start()

    def _copy(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65_536):
                if source not in self._silent:
                    sink.sendall(data)
        if source not in self._silent:
            self._shut(sink)

    def _shut_all(self) -> None:
        for each in self._open:
            self._shut(each)
        self._open.clear()
        self._silent.clear()

    @staticmethod
    def _shut(each: socket.socket) -> None:
        with suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
        each.close()
