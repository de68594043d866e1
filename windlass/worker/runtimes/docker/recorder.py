"""The worker's side of the spools that the scribe writes: one directory per attempt."""

import shutil
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import asdict
from pathlib import Path
from threading import Lock
from time import monotonic, sleep
from uuid import UUID

from windlass.worker.runtimes import spool
from windlass.worker.runtimes.base import PIECE, RuntimeBroken, Stream
from windlass.worker.runtimes.companion import Companion
from windlass.worker.runtimes.docker.daemon import Daemon, machinery
from windlass.worker.runtimes.docker.scribe import OWNER, SPOOL, Request
from windlass.worker.runtimes.life import Life, lives

_SCRIBE = "windlass.worker.runtimes.docker.scribe"
_SOON, _LATER = 0.005, 0.04  # seconds of silence between two looks: at first, and later
_CHECK = 1.0  # seconds between two looks after the scribe


class Recorder:
    """Threads may share it."""

    def __init__(self, daemon: Daemon, root: Path, log_limit: int) -> None:
        self._daemon = daemon
        self._root = root
        self._log_limit = log_limit
        self._scribe = Companion(_SCRIBE, root / "scribe.log")
        self._mending = Lock()

    def check(self) -> None:
        self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._scribe.check()

    def begin(self, attempt_id: UUID, container: str, *, begun: bool = False) -> None:
        """Before the container is started, so that no byte is missed."""
        directory = self._root / str(attempt_id)
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        request = Request(
            endpoint=self._daemon.endpoint,
            directory=str(directory),
            container=container,
            log_limit=self._log_limit,
            begun=begun,
        )
        self._scribe.ask(asdict(request))

    def follow(self, attempt_id: UUID, container: str) -> Iterator[tuple[Stream, bytes]]:
        """Empty pieces while there is nothing new."""
        self._mend(attempt_id, container)
        with closing(self._reader(attempt_id)) as reader:
            pause, checked = _SOON, monotonic()
            while True:
                pieces = reader.read()
                for stream, data in pieces:
                    if stream == spool.END:
                        return
                    yield spool.STREAMS[stream], data
                if pieces:
                    pause = _SOON
                    continue
                yield "out", b""
                if monotonic() - checked > _CHECK:
                    self._mend(attempt_id, container)
                    checked = monotonic()
                sleep(pause)
                pause = min(2 * pause, _LATER)

    def _reader(self, attempt_id: UUID) -> spool.Reader:
        try:
            return spool.Reader(self._root / str(attempt_id) / SPOOL, 4 * PIECE)
        except FileNotFoundError:
            raise RuntimeBroken("its output was removed") from None

    def _mend(self, attempt_id: UUID, container: str) -> None:
        """Another scribe goes on where one was killed. RuntimeBroken when the container is gone."""
        with self._mending:
            if not self._is_cared_for(self._root / str(attempt_id)):
                with machinery():
                    self._daemon.api.inspect_container(container)
                self.begin(attempt_id, container, begun=True)

    def _is_cared_for(self, directory: Path) -> bool:
        try:
            owner = Life.parse((directory / OWNER).read_text())
        except FileNotFoundError:
            return False
        return lives(owner) or spool.is_complete(directory / SPOOL)

    def has(self, attempt_id: UUID) -> bool:
        """Something of it is here."""
        return (self._root / str(attempt_id)).exists()

    def forget(self, attempt_id: UUID) -> None:
        shutil.rmtree(self._root / str(attempt_id), ignore_errors=True)

    def kept(self) -> set[UUID]:
        found = set()
        for path in self._root.glob("*-*"):
            with suppress(ValueError):
                found.add(UUID(path.name))
        return found

    def close(self) -> None:
        self._scribe.close()
