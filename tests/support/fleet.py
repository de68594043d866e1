"""A worker's side of the engine without a worker: takes what is dispatched, reports as told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from tests.support.fakes import FakePublisher, FakeSignals
from tests.support.rows import rows
from windlass.coordinator.engine.activate import activate_ready
from windlass.coordinator.engine.apply import Loss, apply, lose
from windlass.coordinator.engine.dispatch import dispatch_due
from windlass.coordinator.store.db import Database, Row
from windlass.shared.events import AttemptFinished, AttemptProgressed, AttemptStarted, NodeBeat
from windlass.shared.states import Reason

NODE = "node-1"
NOW = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class Fleet:
    db: Database
    signals: FakeSignals = field(default_factory=FakeSignals)

    def dispatch(self) -> list[UUID]:
        """Attempts in the order in which they were handed to the broker."""
        activate_ready(self.db, self.signals)
        publisher = FakePublisher()
        dispatch_due(self.db, publisher, 1_000)
        return publisher.sent

    def start(self, *ids: UUID) -> None:
        apply(self.db, self.signals, [started(id) for id in ids])

    def finish(self, *ids: UUID, **fields: Any) -> None:
        apply(self.db, self.signals, [finished(id, **fields) for id in ids])

    def fail(self, *ids: UUID, reason: Reason = Reason.EXIT_CODE, code: int = 1) -> None:
        self.finish(*ids, reason=reason, exit_code=code, error=f"ended with {code}")

    def lose(self, *ids: UUID, reason: Reason = Reason.NODE_LOST) -> int:
        return lose(self.db, self.signals, [Loss(id, reason, "node-1 fell silent") for id in ids])

    def run(self, failing: Sequence[str] = (), outputs: Mapping[str, str] | None = None) -> None:
        """Everything there is, until nothing more comes."""
        while ids := self.dispatch():
            for row in rows(self.db, "attempt", ids):
                key = self._key(row)
                if key in failing:
                    self.fail(row["id"])
                else:
                    self.finish(row["id"], exit_code=0, output=(outputs or {}).get(key))

    def _key(self, attempt: Row) -> str:
        return str(rows(self.db, "task", [attempt["task_id"]])[0]["key"])


def started(id: UUID) -> AttemptStarted:
    return AttemptStarted(attempt_id=id, node=NODE, at=NOW)


def progressed(id: UUID, percent: float, message: str = "") -> AttemptProgressed:
    return AttemptProgressed(attempt_id=id, node=NODE, at=NOW, percent=percent, message=message)


def finished(id: UUID, **fields: Any) -> AttemptFinished:
    return AttemptFinished(attempt_id=id, node=NODE, at=NOW, **fields)


def a_beat(name: str = NODE, *, cpus: float = 64, memory: int = 256 << 30) -> NodeBeat:
    """Of a node that serves the default queue."""
    return NodeBeat(
        node=name,
        at=NOW,
        queues=("default",),
        slots=8,
        runtime="process",
        version="1",
        hostname=name,
        cpus=cpus,
        memory=memory,
    )
