"""A small process beside the worker that outlives it: started when first needed, and again should
it die. What it has begun it finishes, also after the worker has gone."""

import os
import socket
import sys
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Any

import windlass
from windlass.worker.runtimes import wire
from windlass.worker.runtimes.base import RuntimeBroken

_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class Companion:
    """Threads may share it; requests go one at a time."""

    def __init__(self, module: str, log: Path) -> None:
        self._module = module
        self._log = log
        self._lock = Lock()
        self._pid: int | None = None
        self._link: socket.socket | None = None

    def ask(self, request: dict[str, Any]) -> None:
        """RuntimeBroken unless it says yes. It may get the same request twice, should it die."""
        with self._lock:
            if self._answer(request) != wire.YES:
                raise RuntimeBroken(f"{self._module} could not do it: see {self._log}")

    def check(self) -> None:
        with self._lock:
            self._linked()

    def close(self) -> None:
        with self._lock:
            self._unlink()

    def _answer(self, request: dict[str, Any]) -> bytes:
        """That it died since the last request is noticed only by asking it."""
        try:
            return self._exchange(request)
        except OSError:
            self._unlink()
        try:
            return self._exchange(request)
        except OSError as problem:
            self._unlink()
            raise RuntimeBroken(f"{self._module} does not answer: {problem}") from problem

    def _exchange(self, request: dict[str, Any]) -> bytes:
        link = self._linked()
        wire.send(link, request)
        answer = link.recv(1)
        if not answer:
            raise ConnectionResetError("it ended")
        return answer

    def _linked(self) -> socket.socket:
        if self._link is None:
            ours, theirs = socket.socketpair()
            with theirs:
                self._pid = _spawn(self._module, theirs, self._log)
            self._link = ours
        return self._link

    def _unlink(self) -> None:
        if self._link is not None:
            self._link.close()
            self._link = None
        if self._pid is not None:
            with suppress(ChildProcessError):
                os.waitpid(self._pid, os.WNOHANG)
            self._pid = None


def _spawn(module: str, link: socket.socket, log: Path) -> int:
    """Its environment is not ours, which may hold secrets: tasks could read it in /proc."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    return os.posix_spawn(
        sys.executable,
        [sys.executable, "-S", "-m", module],
        {"PATH": _PATH, "PYTHONPATH": str(Path(windlass.__file__).parents[1])},
        file_actions=[
            (os.POSIX_SPAWN_DUP2, link.fileno(), 0),
            (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_RDWR, 0),
            (os.POSIX_SPAWN_OPEN, 2, str(log), flags, 0o600),
        ],
    )
