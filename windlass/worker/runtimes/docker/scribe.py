"""Writes down what containers say, from their start to their end. ``python -m`` starts it.

It listens where the container's output is still byte for byte what was written, and outlives the
worker. Should it be killed, or the daemon go away, the next scribe adds what the daemon itself has
kept (see ``logs``). A spool that is complete ends with an END piece. Standard library only.
"""

import json
import socket
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from time import sleep
from typing import Any

from windlass.worker.runtimes import spool, wire
from windlass.worker.runtimes.docker.endpoint import Endpoint, received
from windlass.worker.runtimes.docker.logs import Cut, Piece, frames, kept, merged
from windlass.worker.runtimes.life import Life

SPOOL, OWNER = "spool", "scribe"  # in the directory of an attempt
_RETRY = 0.5  # seconds
_LOOKS, _LOOK = 40, 0.05  # how often, and after how many seconds
_LISTENING = {101, 200}
_NOT_FOUND = 404


@dataclass(frozen=True, kw_only=True)
class Request:
    endpoint: Endpoint
    directory: str
    container: str
    log_limit: int
    begun: bool  # its output may have begun: what is missing is to be fetched


class Recording:
    def __init__(self, request: Request) -> None:
        self._request = request
        self._endpoint = request.endpoint
        directory = Path(request.directory)
        self._path = directory / SPOOL
        draft = directory / f".{OWNER}"
        draft.write_text(str(Life.own()))
        draft.replace(directory / OWNER)
        self._have = spool.mend(self._path)
        self._spool = spool.Writer(self._path)

    def begin(self) -> Callable[[], None]:
        """What is to be done in a thread. Once this has returned, the container may start."""
        if self._request.begun:
            return self._catch_up
        query = "stream=1&stdout=1&stderr=1"
        link = self._endpoint.connect()
        path = f"/containers/{self._request.container}/attach?{query}"
        upgrade = ("Connection: Upgrade", "Upgrade: tcp", "Content-Length: 0")
        status, rest = self._endpoint.ask(link, "POST", path, *upgrade)
        if status not in _LISTENING:
            link.close()
            raise Cut(f"attach: status {status}: {rest!r}")
        return lambda: self._listen(link, rest)

    def _listen(self, link: socket.socket, rest: bytes) -> None:
        try:
            with link:
                for whole in frames(_chained(rest, received(link))):
                    for stream, data in merged(whole):
                        self._keep(stream, data)
            ended = self._ends_soon()
        except (OSError, Cut):
            ended = False
        if ended:
            self._close()
        else:
            self._catch_up()

    def _ends_soon(self) -> bool:
        """The daemon knows of an end a little later than whoever listens. Otherwise the link broke,
        or the task closed its own output."""
        for _ in range(_LOOKS):
            if not self._runs():
                return True
            sleep(_LOOK)
        return False

    def _catch_up(self) -> None:
        """Follows the daemon's own log, then reads it once more, when it cannot grow any longer.
        However long the daemon stays away, unless nobody wants the spool any more."""
        while self._path.exists():
            try:
                running = self._runs()
                for stream, data in self._missing(running):
                    self._keep(stream, data)
                if not running:
                    break
            except (OSError, Cut):
                sleep(_RETRY)
        self._close()

    def _missing(self, running: bool | None) -> Iterator[Piece]:
        """What the spool does not have yet. Nothing of a container that is gone."""
        if running is None:
            return
        passed = dict.fromkeys(self._have, 0)
        for stream, data in kept(self._endpoint, self._request.container, follow=running):
            known = self._have[stream] - passed[stream]
            passed[stream] += len(data)
            if len(data) > known:
                yield stream, data[max(0, known) :]

    def _runs(self) -> bool | None:
        """None when there is no such container any more."""
        status, body = self._endpoint.call("GET", f"/containers/{self._request.container}/json")
        if status == _NOT_FOUND:
            return None
        return bool(json.loads(body)["State"]["Running"])

    def _keep(self, stream: int, data: bytes) -> None:
        before, limit = self._spool.size, self._request.log_limit
        self._spool.write(stream, data)
        self._have[stream] += len(data)
        if before <= limit < self._spool.size:
            self._spool.write(spool.SYS, f"stopped: its log is over {limit} bytes\n".encode())
            self._endpoint.call("POST", f"/containers/{self._request.container}/kill")

    def _close(self) -> None:
        self._spool.write(spool.END, b"")
        self._spool.close()


def _chained(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def _begin(body: dict[str, Any]) -> bytes:
    """Yes once nothing can be missed any more."""
    try:
        request = Request(**{**body, "endpoint": Endpoint(**body["endpoint"])})
        work = Recording(request).begin()
    except (OSError, Cut):
        traceback.print_exc()
        return wire.NO
    Thread(target=work).start()
    return wire.YES


def main() -> None:
    """After the last request it lives as long as its threads."""
    link = wire.become_companion()
    for body in wire.requests(link):
        link.sendall(_begin(body))
    link.close()


if __name__ == "__main__":
    main()
