"""A run's output to the log stream, as fast as the stream takes it and no faster.

What does not fit is not held here: the runtime keeps the output, and reading just stops. Bytes are
bytes: nothing is masked on the way (that is done where they are shown), or offsets, lengths and the
checksum would mean nothing.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from threading import Event
from uuid import UUID

from redis.exceptions import RedisError

from windlass.shared import logs
from windlass.shared.clock import Clock
from windlass.shared.events import LogChunk
from windlass.shared.streams import Outlet
from windlass.worker.chunker import CHUNK, Chunker
from windlass.worker.runtimes.base import Stream

FLUSH_AFTER = 0.1  # seconds between two batches that are not full; a byte alone goes at once
BATCH = 512 << 10  # bytes to one round trip
TAIL = 16 << 10  # bytes of the end that travel in the final report
LOG_BACKLOG = 2_000  # chunks the engine may be behind before pumps wait for it
_AGAIN = 0.25
_AGAIN_AT_MOST = 2.0

log = logs.logger("pump")


class Abandoned(Exception):
    """Nobody wants this log any more."""


@dataclass(frozen=True)
class Pump:
    """Every method blocks while Redis is away or the engine is behind; Abandoned once
    ``abandoned`` is set."""

    outlet: Outlet
    clock: Clock

    def carry(
        self, pieces: Iterable[tuple[Stream, bytes]], chunker: Chunker, abandoned: Event
    ) -> list[LogChunk]:
        """Send all of ``pieces`` but a short end, which is returned."""
        ready: list[LogChunk] = []
        sent = chunker.position
        sent_at = self.clock.monotonic()
        for stream, data in pieces:
            if abandoned.is_set():
                raise Abandoned
            ready += chunker.feed(stream, data)
            if chunker.size <= sent:
                continue
            if self.clock.monotonic() - sent_at >= FLUSH_AFTER:
                ready += chunker.flush()
            elif chunker.cut - sent <= BATCH - CHUNK:
                continue
            self.send(ready, abandoned)
            ready, sent, sent_at = [], chunker.cut, self.clock.monotonic()
        ready += chunker.flush()
        if chunker.size - sent <= TAIL:
            return ready
        self.send(ready, abandoned)
        return []

    def send(self, chunks: Sequence[LogChunk], abandoned: Event) -> None:
        """In batches of bounded size, each repeated until Redis has it."""
        for batch in _batches(chunks):
            backlog = self._publish(batch, abandoned)
            while backlog > LOG_BACKLOG:
                _rest(abandoned, _AGAIN)
                backlog = self._backlog()

    def position(self, attempt_id: UUID, abandoned: Event) -> int:
        """How much of this log an earlier worker has sent."""
        while True:
            try:
                return self.outlet.log_position(attempt_id)
            except RedisError as problem:
                log.debug("position.unknown", problem=str(problem))
            _rest(abandoned, _AGAIN)

    def _publish(self, batch: Sequence[LogChunk], abandoned: Event) -> int:
        pause = _AGAIN
        while True:
            try:
                return self.outlet.publish_log(batch)
            except RedisError as problem:
                log.debug("log.held", problem=str(problem))
            _rest(abandoned, pause)
            pause = min(2 * pause, _AGAIN_AT_MOST)

    def _backlog(self) -> int:
        try:
            return self.outlet.lengths()[1]
        except RedisError:
            return LOG_BACKLOG + 1


def _rest(abandoned: Event, seconds: float) -> None:
    if abandoned.wait(seconds):
        raise Abandoned


def _batches(chunks: Sequence[LogChunk]) -> Iterator[list[LogChunk]]:
    batch: list[LogChunk] = []
    size = 0
    for chunk in chunks:
        if batch and size + chunk.size > BATCH:
            yield batch
            batch, size = [], 0
        batch.append(chunk)
        size += chunk.size
    if batch:
        yield batch
