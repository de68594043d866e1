"""Schedules whose time has come, and those whose jobs have to go."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from windlass.coordinator.store.db import Row, Tx

_DUE = """
SELECT id, door, owner, name, cron, timezone, catch_up, overlap, spec, document, next_at, last_at,
    created_at, now() AS now
FROM schedule WHERE NOT paused AND NOT doomed AND next_at <= now()
ORDER BY next_at LIMIT 1 FOR UPDATE SKIP LOCKED
"""


def due(tx: Tx) -> Row | None:
    """The one that waits longest, and that nobody else is at; it stays locked."""
    return tx.one(_DUE)


_NOTE = """
INSERT INTO schedule_fire (schedule_id, at, job_id) VALUES (%(id)s, %(at)s, %(job_id)s)
ON CONFLICT DO NOTHING
"""


def note(tx: Tx, id: UUID, at: datetime, job_id: UUID) -> bool:
    """False: a job was made for this time before."""
    return bool(tx.run(_NOTE, id=id, at=at, job_id=job_id))


_MOVE_ON = """
UPDATE schedule SET next_at = %(next_at)s, error = %(error)s,
    last_job = coalesce(%(job_id)s, last_job),
    last_at = CASE WHEN %(job_id)s::uuid IS NULL THEN last_at ELSE %(seen)s END
WHERE id = %(id)s AND next_at = %(seen)s
"""


def move_on(tx: Tx, due: Row, next_at: datetime, job_id: UUID | None, error: str = "") -> None:
    """Unless somebody else has: then its ``next_at`` is another."""
    tx.run(_MOVE_ON, id=due["id"], seen=due["next_at"], next_at=next_at, job_id=job_id, error=error)


_OPEN = "SELECT id FROM job WHERE schedule_id = %(id)s AND ended_at IS NULL LIMIT 1"


def has_open_job(tx: Tx, id: UUID) -> bool:
    return tx.one(_OPEN, id=id) is not None


_PRUNE = """
DELETE FROM schedule_fire WHERE schedule_id = %(id)s AND at IN (
    SELECT at FROM schedule_fire WHERE schedule_id = %(id)s
    ORDER BY at DESC OFFSET %(keep)s LIMIT 100
)
"""


def prune(tx: Tx, id: UUID, keep: int) -> None:
    """Times so long ago that nobody can come back to them."""
    tx.run(_PRUNE, id=id, keep=keep)


_DOOMED = "SELECT id FROM schedule WHERE doomed ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED"


def doomed(tx: Tx) -> UUID | None:
    """One that nobody else is at; it stays locked."""
    row = tx.one(_DOOMED)
    return row["id"] if row else None


_JOBS = """
SELECT id, ended_at IS NULL AS open FROM job WHERE schedule_id = %(id)s ORDER BY id LIMIT %(limit)s
"""


def jobs_of(tx: Tx, id: UUID, limit: int) -> Sequence[Row]:
    return tx.all(_JOBS, id=id, limit=limit)
