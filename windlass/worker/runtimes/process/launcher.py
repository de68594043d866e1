"""The worker's end of its supervisor: started when first needed, and again should it die."""

import json
import os
import socket
import sys
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from threading import Lock

import windlass
from windlass.worker.runtimes.base import RuntimeBroken
from windlass.worker.runtimes.process.guardian import Request
from windlass.worker.runtimes.process.supervisor import LENGTH, STARTED

_MODULE = "windlass.worker.runtimes.process.supervisor"
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class Launcher:
    """Threads may share it; requests go one at a time."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self._lock = Lock()
        self._pid: int | None = None
        self._link: socket.socket | None = None

    def launch(self, request: Request) -> None:
        """Returns once the attempt has a guardian on record. RuntimeBroken when it has none."""
        body = json.dumps(asdict(request)).encode()
        with self._lock:
            if self._ask(body) != STARTED:
                raise RuntimeBroken(f"the process could not be started: see {self._log}")

    def check(self) -> None:
        with self._lock:
            self._linked()

    def close(self) -> None:
        """Guardians and their supervisor go on until their attempts have ended."""
        with self._lock:
            self._unlink()

    def _ask(self, body: bytes) -> bytes:
        """A supervisor that died since the last request is noticed only by asking it."""
        try:
            return self._exchange(body)
        except OSError:
            self._unlink()
        try:
            return self._exchange(body)
        except OSError as problem:
            self._unlink()
            raise RuntimeBroken(f"the supervisor does not answer: {problem}") from problem

    def _exchange(self, body: bytes) -> bytes:
        link = self._linked()
        link.sendall(LENGTH.pack(len(body)) + body)
        answer = link.recv(1)
        if not answer:
            raise ConnectionResetError("it ended")
        return answer

    def _linked(self) -> socket.socket:
        if self._link is None:
            ours, theirs = socket.socketpair()
            with theirs:
                self._pid = _spawn(theirs, self._log)
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


def _spawn(link: socket.socket, log: Path) -> int:
    """Its environment is not ours, which may hold secrets: tasks could read it in /proc."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    return os.posix_spawn(
        sys.executable,
        [sys.executable, "-S", "-m", _MODULE],
        {"PATH": _PATH, "PYTHONPATH": str(Path(windlass.__file__).parents[1])},
        file_actions=[
            (os.POSIX_SPAWN_DUP2, link.fileno(), 0),
            (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_RDWR, 0),
            (os.POSIX_SPAWN_OPEN, 2, str(log), flags, 0o600),
        ],
    )
