"""A way to a Unix socket that can be closed: whoever uses it loses what it had open."""

import socket
import threading
from contextlib import suppress
from pathlib import Path


class Crossing:
    def __init__(self, path: Path, to: str) -> None:
        self._to = to
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._closed = False
        self._door = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._door.bind(str(path))
        self._door.listen(64)
        self._threads = [threading.Thread(target=self._serve)]
        self._threads[0].start()

    def cut(self) -> None:
        """Every connection breaks, and new ones too, until ``mend``."""
        with self._lock:
            self._closed = True
            for link in self._open:
                with suppress(OSError):
                    link.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        self._closed = False

    def close(self) -> None:
        self.cut()
        with suppress(OSError):
            self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()
        for thread in self._threads:
            thread.join()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._door.accept()
                if self._closed:
                    near.close()
                    continue
                far = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
                far.connect(self._to)
                self._join(near, far)

    def _join(self, near: socket.socket, far: socket.socket) -> None:
        with self._lock:
            self._open |= {near, far}
        passing = [
            threading.Thread(target=self._pass, args=pair) for pair in ((near, far), (far, near))
        ]
        closing = threading.Thread(target=self._close_after, args=(passing, near, far))
        self._threads += [*passing, closing]
        for thread in (*passing, closing):
            thread.start()

    def _pass(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while data := one.recv(1 << 16):
                other.sendall(data)
        with suppress(OSError):
            other.shutdown(socket.SHUT_WR)

    def _close_after(self, passing: list[threading.Thread], *ends: socket.socket) -> None:
        for thread in passing:
            thread.join()
        with self._lock:
            self._open -= set(ends)
        for end in ends:
            end.close()
