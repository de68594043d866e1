"""Forks a guardian for each request that comes in on standard input. ``python -m`` starts it.

It outlives the worker: when the requests end, it stays until the last guardian has ended. Should a
guardian be killed, it ends what that left behind. What it needs was imported before the first
fork, and nothing is freed afterwards, so that guardians share its memory.
"""

import contextlib
import gc
import os
import signal
import socket

from windlass.worker.runtimes import wire
from windlass.worker.runtimes.process import tree
from windlass.worker.runtimes.process.guardian import guard
from windlass.worker.runtimes.process.starting import Request


class _Supervisor:
    def __init__(self, requests: socket.socket) -> None:
        self._requests = requests
        self._guardians: set[int] = set()

    def serve(self) -> None:
        signal.signal(signal.SIGCHLD, lambda number, frame: self._collect())
        for request in wire.requests(self._requests):
            self._requests.sendall(wire.YES if self._start(Request(**request)) else wire.NO)
        self._requests.close()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        while self._collect():
            os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOWAIT)

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
            return claimed.read(1) == wire.YES

    def _become_guardian(self, request: Request, writing: int) -> None:
        self._requests.close()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})

        def claimed() -> None:
            os.write(writing, wire.YES)
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
    requests = wire.become_companion()
    tree.become_subreaper()
    gc.collect()
    gc.freeze()
    gc.disable()
    _Supervisor(requests).serve()


if __name__ == "__main__":
    main()
