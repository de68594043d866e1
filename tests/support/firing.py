"""Schedules whose time has come, and one coordinator that looks at them."""

from uuid import UUID

from tests.support.fakes import FakeSignals
from windlass.coordinator.engine import firing
from windlass.coordinator.store.db import Database


def due_since(db: Database, seconds: float, id: UUID | None = None) -> None:
    """One, or all of them."""
    with db.transaction() as tx:
        tx.run(
            "UPDATE schedule SET next_at = date_trunc('second', now())"
            " - make_interval(secs => %(seconds)s) WHERE id = coalesce(%(id)s, id)",
            id=id,
            seconds=seconds,
        )


def fire(db: Database) -> int:
    return firing.fire_due(db, FakeSignals())


def fire_now(db: Database) -> None:
    """What is due at this second."""
    due_since(db, 0)
    fire(db)
