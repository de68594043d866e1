"""The event stream into the engine: at least once, acknowledged after the commit.

An entry that cannot be applied is found by halving its batch, so that it takes no neighbour along,
and put aside; an outage is not the entry's fault, so it is met by trying again.
"""

from collections.abc import Callable, Sequence
from time import monotonic
from typing import Any, cast

import structlog
from redis import Redis, RedisError

from windlass.coordinator.engine import apply, fleet
from windlass.coordinator.engine.errors import Unavailable
from windlass.coordinator.engine.ports import Away, Signals
from windlass.coordinator.store.db import Database
from windlass.shared import events, keys, metrics
from windlass.shared.streams import Entry, Inlet

BLOCK_MS = 1000  # less than the socket's own timeout; how long an end may take
CLAIM_EVERY = 10.0
CLAIM_IDLE_MS = 15_000
DEAD_LENGTH = 10_000

_log = structlog.get_logger()


class Inbox:
    """``consumer`` names this process among its like, and stays the same over restarts."""

    def __init__(
        self,
        redis: Redis,
        consumer: str,
        consume: Callable[[Sequence[events.AnyEvent]], None],
        limit: int = 500,
    ) -> None:
        self._redis = redis
        self._inlet = Inlet(redis, keys.EVENTS, keys.ENGINE_GROUP, consumer)
        self._consume = consume
        self._limit = limit
        self._behind = True  # perhaps: what was read here, or in an earlier life, and not committed
        self._claimed_at = 0.0

    def step(self) -> float:
        """Waits for events itself, so it rests only to let the loop look at ``stop``."""
        try:
            entries = self._read()
            if entries:
                self._handle(entries)
        except RedisError as problem:
            self._behind = True
            raise Away(f"Redis: {problem}") from problem
        except Exception:
            self._behind = True
            raise
        return 0.0

    def _read(self) -> Sequence[Entry]:
        if self._behind:
            entries = self._inlet.pending(self._limit)
            self._behind = bool(entries)
            return entries
        if monotonic() - self._claimed_at > CLAIM_EVERY:
            entries = self._inlet.abandoned(self._limit, CLAIM_IDLE_MS)
            if len(entries) < self._limit:
                self._claimed_at = monotonic()
            if entries:
                return entries
        return self._inlet.fresh(self._limit, BLOCK_MS)

    def _handle(self, entries: Sequence[Entry]) -> None:
        try:
            self._consume([events.decode(entry.data) for entry in entries])
        except (Unavailable, Away, RedisError):
            raise
        except Exception as problem:  # one of them is bad: find it
            self._isolate(entries, problem)
            return
        metrics.applied.inc(len(entries))
        self._inlet.done(entries)

    def _isolate(self, entries: Sequence[Entry], problem: Exception) -> None:
        if len(entries) == 1:
            self._bury(entries[0], problem)
            return
        half = len(entries) // 2
        self._handle(entries[:half])
        self._handle(entries[half:])

    def _bury(self, entry: Entry, problem: Exception) -> None:
        _log.error("event.buried", entry=entry.id, error=repr(problem))
        fields: Any = {"d": entry.data, "id": entry.id, "error": repr(problem)[:1000]}
        self._redis.xadd(keys.EVENTS_DEAD, fields, maxlen=DEAD_LENGTH, approximate=True)
        self._inlet.done([entry])
        metrics.buried.inc()


class Intake:
    """What a batch of events does: attempts first, for a node's beat tells of them too."""

    def __init__(self, db: Database, signals: Signals) -> None:
        self._db = db
        self._signals = signals

    def __call__(self, batch: Sequence[events.AnyEvent]) -> None:
        attempts = [event for event in batch if isinstance(event, events.AttemptEvent)]
        nodes = [event for event in batch if isinstance(event, events.NodeEvent)]
        if attempts:
            apply.apply(self._db, self._signals, attempts)
        if nodes:
            fleet.report(
                self._db, self._signals, cast(Sequence[events.NodeBeat | events.NodeLeft], nodes)
            )
