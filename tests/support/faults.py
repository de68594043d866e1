"""Faults on purpose: a link that goes dead without a word, a server that dies and comes back."""

import os
import select
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread

from windlass.embedded import postgres, valkey
from windlass.embedded.process import Server
from windlass.embedded.valkey import free_port

_TICK = 0.02
_PASSWORD = "test"


class Link:
    """A TCP proxy. Stalled, it swallows everything and closes nothing, as a firewall does."""

    def __init__(self, target: tuple[str, int]) -> None:
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._dead: list[tuple[socket.socket, socket.socket]] = []
        self._stalled = Event()
        self._closed = Event()
        self._thread = Thread(target=self._run, daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        port: int = self._listener.getsockname()[1]
        return port

    def stall(self) -> None:
        self._stalled.set()

    def mend(self) -> None:
        """New connections work; the stalled ones stay dead, as after a failover."""
        self._dead, self._pairs = [*self._dead, *self._pairs], []
        self._stalled.clear()

    def close(self) -> None:
        self._closed.set()
        self._thread.join()
        for pair in (*self._pairs, *self._dead):
            for end in pair:
                end.close()
        self._listener.close()

    def _run(self) -> None:
        while not self._closed.is_set():
            if self._stalled.is_set():
                self._closed.wait(_TICK)
                continue
            peers = {a: b for pair in self._pairs for a, b in (pair, pair[::-1])}
            readable, _, _ = select.select([self._listener, *peers], [], [], _TICK)
            for end in readable:
                if end is self._listener:
                    self._accept()
                else:
                    self._forward(end, peers[end])

    def _accept(self) -> None:
        ours, _ = self._listener.accept()
        self._pairs.append((ours, socket.create_connection(self._target)))

    def _forward(self, source: socket.socket, sink: socket.socket) -> None:
        data = b""
        with suppress(OSError):
            data = source.recv(1 << 16)
            sink.sendall(data)
        if not data:
            self._pairs = [pair for pair in self._pairs if source not in pair]
            source.close()
            sink.close()


@contextmanager
def a_link(target: tuple[str, int]) -> Iterator[Link]:
    link = Link(target)
    try:
        yield link
    finally:
        link.close()


class RestartableRedis:
    """A Redis that a test may kill and start again on the same port, with its data or without."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._lives = 0
        self._port = free_port()
        self.url = f"redis://:{_PASSWORD}@127.0.0.1:{self._port}/0"
        self._server = self._start()

    def kill(self) -> None:
        self._server.process.send_signal(signal.SIGKILL)
        self._server.process.wait()

    def start(self, *, empty: bool = False) -> None:
        self._lives += empty
        self._server = self._start()

    def stop(self) -> None:
        self._server.stop()

    def _start(self) -> Server:
        return valkey.start(self._data / str(self._lives), self._port, _PASSWORD)


class RestartablePostgres:
    """A Postgres that a test may bring down at once, as a crash does, and start again."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._server = postgres.start(data)
        self.url = self._server.url

    def crash(self) -> None:
        self._server.process.send_signal(signal.SIGQUIT)
        self._server.process.wait()

    def tell(self, number: signal.Signals) -> None:
        """To every process of it."""
        for pid in _family(self._server.process.pid):
            os.kill(pid, number)

    def start(self) -> None:
        self._server = postgres.start(self._data)

    def stop(self) -> None:
        self._server.stop()


def _family(pid: int) -> list[int]:
    """It and its children; Postgres has no grandchildren."""
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [pid, *(int(child) for task in tasks for child in task.read_text().split())]
