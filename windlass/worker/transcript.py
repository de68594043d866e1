"""The log of one attempt on its way out, on a thread of its own."""

from collections.abc import Iterator
from threading import Event, Thread
from uuid import UUID

from windlass.shared import logs
from windlass.shared.events import LogChunk
from windlass.worker.chunker import Chunker
from windlass.worker.pump import Abandoned, Pump
from windlass.worker.runtimes.base import Run, RuntimeBroken, Stream

_REREADS = 5  # of an output that breaks off at the same byte
_REREAD_AFTER = 1.0

log = logs.logger("transcript")


class Transcript:
    """``abandoned`` ends it early: nobody wants this log any more."""

    def __init__(self, attempt_id: UUID, pump: Pump, abandoned: Event) -> None:
        self._attempt_id = attempt_id
        self._pump = pump
        self._abandoned = abandoned
        self._thread: Thread | None = None
        self.chunker = Chunker(attempt_id)
        self.tail: list[LogChunk] = []

    def start(self, run: Run, *, resumed: bool = False) -> None:
        """``resumed``: an earlier worker may have sent the first part of it."""
        self._thread = Thread(target=self._follow, args=(run, resumed), daemon=True)
        self._thread.start()

    def finish(self) -> None:
        """Wait until all of it has left, but for ``tail``."""
        if self._thread is not None:
            self._thread.join()

    def send_again(self, run: Run) -> bool:
        """The whole of it, from the first byte; False when it was abandoned on the way."""
        chunker = Chunker(self._attempt_id)
        try:
            tail = self._pump.carry(self._pieces(run, chunker), chunker, self._abandoned)
            self._pump.send(tail, self._abandoned)
        except Abandoned:
            return False
        return True

    def _follow(self, run: Run, resumed: bool) -> None:
        try:
            if resumed:
                position = self._pump.position(self._attempt_id, self._abandoned)
                self.chunker = Chunker(self._attempt_id, position)
            pieces = self._pieces(run, self.chunker)
            self.tail = self._pump.carry(pieces, self.chunker, self._abandoned)
        except Abandoned:
            log.debug("log.abandoned", attempt_id=str(self._attempt_id))
        except Exception:  # what was read and not sent, the engine will ask for
            log.exception("log.broken", attempt_id=str(self._attempt_id))

    def _pieces(self, run: Run, chunker: Chunker) -> Iterator[tuple[Stream, bytes]]:
        """Its output, taken up where it stood whenever reading it breaks off."""
        failures, reached = 0, -1
        while True:
            try:
                yield from _behind(run.output(), chunker.size)
            except RuntimeBroken as problem:
                failures = failures + 1 if chunker.size == reached else 1
                reached = chunker.size
                log.warning("log.broke_off", attempt_id=str(self._attempt_id), problem=str(problem))
                if failures == _REREADS or self._abandoned.wait(_REREAD_AFTER):
                    return
            else:
                return


def _behind(pieces: Iterator[tuple[Stream, bytes]], skip: int) -> Iterator[tuple[Stream, bytes]]:
    for stream, data in pieces:
        known = min(skip, len(data))
        skip -= known
        yield stream, data[known:]
