"""Jobs that were started by tasks of other jobs."""

from collections.abc import Sequence
from uuid import UUID

from windlass.coordinator.store.db import Row, Tx

_ORIGINS = "SELECT id, door, owner FROM job WHERE id = ANY(%(ids)s::uuid[])"


def origins(tx: Tx, ids: Sequence[UUID]) -> dict[UUID, Row]:
    """Through which door these jobs came, and whose they are."""
    return {row["id"]: row for row in tx.all(_ORIGINS, ids=list(ids))}


_ENDED = """
SELECT id, parent_job FROM job WHERE attached AND ended_at IS NOT NULL ORDER BY id LIMIT %(limit)s
"""


def ended(tx: Tx, limit: int) -> Sequence[Row]:
    """Those over whose parents wait for what came of them."""
    return tx.all(_ENDED, limit=limit)


_OUTCOMES = """
SELECT job.id, job.state AS outcome, job.reason, job.error, job.output, job.parent_job AS job_id,
    task.id AS task_id, task.position, task.key, task.allow_failure, task.stopped,
    coalesce(task.state = 'active' AND parent.epoch = job.parent_epoch, false) AS awaited
FROM job
LEFT JOIN task ON task.id = job.parent_task LEFT JOIN job AS parent ON parent.id = job.parent_job
WHERE job.id = ANY(%(ids)s::uuid[]) AND job.attached AND job.ended_at IS NOT NULL
ORDER BY job.id
"""


def outcomes(tx: Tx, ids: Sequence[UUID]) -> Sequence[Row]:
    """How these locked jobs ended, and the tasks that wait for them."""
    return tx.all(_OUTCOMES, ids=list(ids))


_DETACH = "UPDATE job SET attached = false WHERE id = ANY(%(ids)s::uuid[])"


def detach(tx: Tx, ids: Sequence[UUID]) -> None:
    """Their parents have taken what came of them."""
    tx.run(_DETACH, ids=list(ids))


_UNWANTED = """
SELECT job.id FROM job
LEFT JOIN task ON task.id = job.parent_task LEFT JOIN job AS parent ON parent.id = job.parent_job
WHERE job.attached AND job.ended_at IS NULL AND job.wanted IS NULL
  AND (task.stopped OR parent.wanted IS NOT NULL OR task.state IS DISTINCT FROM 'active')
ORDER BY job.id LIMIT %(limit)s
"""


def unwanted(tx: Tx, limit: int) -> list[UUID]:
    """Those that go on though the tasks that wait for them shall end early."""
    return [row["id"] for row in tx.all(_UNWANTED, limit=limit)]
