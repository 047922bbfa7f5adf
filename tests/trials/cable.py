"""A cable between the browser and the server, which can be pulled out, or cut in the middle of an answer."""

from __future__ import annotations

import socket
from contextlib import suppress
from threading import Event, Lock, Thread


class Cable:
    """Listens on a port of its own, so that the browser's site stays the same when the server is another."""

    def __init__(self, server: int) -> None:
        self.server = server
        self.is_out = Event()
        self.cuts = 0
        self._to_cut: int | None = None
        self._lines: set[socket.socket] = set()
        self._lock = Lock()
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self._listening.getsockname()[1]
        Thread(target=self._listen, daemon=True).start()

    def close(self) -> None:
        self._listening.close()
        self.pull_out()

    def pull_out(self) -> None:
        """Nothing goes through from now on, and what was under way ends."""
        self.is_out.set()
        with self._lock:
            lines = list(self._lines)
        for line in lines:
            _end(line)

    def plug_in(self, server: int | None = None) -> None:
        self.server = server or self.server
        self.is_out.clear()

    def cut_the_next_answer(self, after: int) -> None:
        """The next answer ends after so many bytes; the server has done what it was asked."""
        self._to_cut = after

    def _listen(self) -> None:
        while True:
            try:
                browser, _address = self._listening.accept()
            except OSError:
                return
            Thread(target=self._carry, args=(browser,), daemon=True).start()

    def _carry(self, browser: socket.socket) -> None:
        try:
            server = socket.create_connection(("127.0.0.1", self.server), timeout=20)
        except OSError:
            return _end(browser)
        server.settimeout(None)
        with self._lock:
            self._lines |= {browser, server}
        if self.is_out.is_set():
            _end(browser)
            return _end(server)
        Thread(target=self._up, args=(browser, server), daemon=True).start()
        self._down(browser, server)
        with self._lock:
            self._lines -= {browser, server}
        return None

    def _up(self, browser: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while piece := browser.recv(1 << 16):
                server.sendall(piece)
        _end(server)

    def _down(self, browser: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while piece := server.recv(1 << 16):
                if self._to_cut is not None and not self.is_out.is_set():
                    after, self._to_cut = self._to_cut, None
                    self.cuts += 1
                    browser.sendall(piece[:after])
                    break
                browser.sendall(piece)
        _end(browser)
        _end(server)


def _end(line: socket.socket) -> None:
    with suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)
    line.close()
