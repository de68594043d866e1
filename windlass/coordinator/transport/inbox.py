"""The event stream into the engine."""

from collections.abc import Callable, Sequence
from typing import cast

from redis import Redis

from windlass.coordinator.engine import apply, fleet
from windlass.coordinator.engine.ports import Signals
from windlass.coordinator.store.db import Database
from windlass.coordinator.transport.reading import Source, StreamReader
from windlass.shared import events, keys, metrics

_EVENTS: Source[events.AnyEvent] = Source(
    stream=keys.EVENTS,
    group=keys.ENGINE_GROUP,
    decode=events.decode,
    dead=keys.EVENTS_DEAD,
    dead_length=10_000,
    taken=metrics.applied,
    buried=metrics.buried,
)


class Inbox(StreamReader[events.AnyEvent]):
    def __init__(
        self,
        redis: Redis,
        consumer: str,
        consume: Callable[[Sequence[events.AnyEvent]], None],
        limit: int = 500,
    ) -> None:
        super().__init__(redis, consumer, _EVENTS, consume, limit)


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
