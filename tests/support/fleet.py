"""A worker's side of the engine without a worker: takes what is dispatched, reports as told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from tests.support.fakes import FakePublisher, FakeSignals
from windlass.coordinator.engine.activate import activate_ready
from windlass.coordinator.engine.apply import Loss, apply, lose
from windlass.coordinator.engine.dispatch import dispatch_due
from windlass.coordinator.store.db import Database, Row
from windlass.shared.events import AttemptFinished, AttemptProgressed, AttemptStarted
from windlass.shared.ids import JobId
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


def rows(db: Database, table: str, ids: Sequence[UUID]) -> Sequence[Row]:
    """In the order of their ids."""
    with db.transaction() as tx:
        return tx.all(
            f"SELECT * FROM {table} WHERE id = ANY(%(ids)s::uuid[]) ORDER BY id",  # noqa: S608
            ids=list(ids),
        )


def row(db: Database, table: str, id: UUID) -> Row:
    return rows(db, table, [id])[0]


def job_of(db: Database, id: JobId) -> Row:
    return row(db, "job", id)


def tasks_of(db: Database, job_id: JobId) -> Sequence[Row]:
    with db.transaction() as tx:
        return tx.all("SELECT * FROM task WHERE job_id = %(id)s ORDER BY position", id=job_id)


def states_of(db: Database, job_id: JobId) -> dict[str, str]:
    """Of its tasks, by key; skipped ones with their reason."""
    return {
        task["key"]: f"skipped:{task['reason']}" if task["state"] == "skipped" else task["state"]
        for task in tasks_of(db, job_id)
    }


def attempts_of(db: Database, job_id: JobId) -> Sequence[Row]:
    with db.transaction() as tx:
        return tx.all(
            "SELECT attempt.*, task.key FROM attempt JOIN task ON task.id = task_id"
            " WHERE attempt.job_id = %(id)s ORDER BY task.position, attempt.number",
            id=job_id,
        )


def history_of(db: Database, entity_id: UUID) -> list[tuple[str | None, str, str]]:
    with db.transaction() as tx:
        found = tx.all(
            "SELECT was, became, reason FROM history WHERE entity_id = %(id)s ORDER BY id",
            id=entity_id,
        )
    return [(row["was"], row["became"], row["reason"]) for row in found]
