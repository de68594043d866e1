"""Forks a guardian for each request that comes in on standard input. ``python -m`` starts it.

It outlives the worker: when the requests end, it stays until the last guardian has ended. Should a
guardian be killed, it ends what that left behind. What it needs was imported before the first
fork, and nothing is freed afterwards, so that guardians share its memory.
"""

import contextlib
import gc
import json
import os
import signal
import socket
import struct
from pathlib import Path

from windlass.worker.runtimes.process import tree
from windlass.worker.runtimes.process.guardian import Request, guard

LENGTH = struct.Struct(">I")
STARTED, NOT_STARTED = b"+", b"-"


class _Supervisor:
    def __init__(self, requests: socket.socket) -> None:
        self._requests = requests
        self._guardians: set[int] = set()

    def serve(self) -> None:
        signal.signal(signal.SIGCHLD, lambda number, frame: self._collect())
        while request := self._next():
            self._requests.sendall(STARTED if self._start(request) else NOT_STARTED)
        self._requests.close()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        while self._collect():
            os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOWAIT)

    def _next(self) -> Request | None:
        head = self._exactly(LENGTH.size)
        body = head and self._exactly(*LENGTH.unpack(head))
        return Request(**json.loads(body)) if body else None

    def _exactly(self, size: int) -> bytes | None:
        """None when the worker has gone."""
        received = b""
        while len(received) < size:
            more = self._requests.recv(size - len(received))
            if not more:
                return None
            received += more
        return received

    def _start(self, request: Request) -> bool:
        """Returns once the guardian has put itself on record, or failed to."""
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
        reading, writing = os.pipe2(os.O_CLOEXEC)
        pid = os.fork()
        if pid == 0:
            os.close(reading)
            self._become_guardian(request, writing)
        os.close(writing)
        self._guardians.add(pid)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
        with contextlib.closing(os.fdopen(reading, "rb", buffering=0)) as claimed:
            return claimed.read(1) == STARTED

    def _become_guardian(self, request: Request, writing: int) -> None:
        self._requests.close()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})

        def claimed() -> None:
            os.write(writing, STARTED)
            os.close(writing)

        guard(request, claimed)
        os._exit(0)

    def _collect(self) -> bool:
        return tree.reap(self._reaped)

    def _reaped(self, pid: int, status: int) -> None:
        if pid not in self._guardians or status != 0:
            self._end_strays()
        self._guardians.discard(pid)

    def _end_strays(self) -> None:
        """Our children that are no guardians lost theirs."""
        below = [pid for guardian in self._guardians for pid in tree.descendants(guardian)]
        tree.send(signal.SIGKILL, os.getpid(), frozenset(below) | self._guardians)


def main() -> None:
    with contextlib.suppress(PermissionError):  # already a leader
        os.setsid()
    os.chdir(Path("/"))
    tree.become_subreaper()
    requests = socket.socket(fileno=os.dup(0))
    requests.setblocking(True)
    os.dup2(1, 0)  # nothing is to be read there, nor to take that number
    gc.collect()
    gc.freeze()
    gc.disable()
    _Supervisor(requests).serve()


if __name__ == "__main__":
    main()
