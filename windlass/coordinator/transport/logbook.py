"""The log stream into the store, and a nudge to whoever follows."""

from collections.abc import Sequence

from redis import Redis

from windlass.coordinator.engine.ports import Signals
from windlass.coordinator.store import logs
from windlass.coordinator.store.db import Database
from windlass.coordinator.transport.reading import Source, StreamReader
from windlass.shared import events, keys, metrics
from windlass.shared.events import LogChunk

BATCH = 256  # chunks, at most 16 MB of them

_LOGS: Source[LogChunk] = Source(
    stream=keys.LOGS,
    group=keys.LOGBOOK_GROUP,
    decode=events.decode_chunk,
    dead=keys.LOGS_DEAD,
    dead_length=100,
    taken=metrics.chunks_stored,
    buried=metrics.chunks_buried,
)


class Logbook(StreamReader[LogChunk]):
    def __init__(
        self, redis: Redis, consumer: str, db: Database, signals: Signals, limit: int = BATCH
    ) -> None:
        super().__init__(redis, consumer, _LOGS, self._store, limit)
        self._db = db
        self._signals = signals

    def _store(self, chunks: Sequence[LogChunk]) -> None:
        with self._db.transaction() as tx:
            job_ids = logs.insert(tx, chunks)
        self._signals.changed(sorted(job_ids))
