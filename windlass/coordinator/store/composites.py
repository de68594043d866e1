"""Tasks made of tasks, as the engine writes them."""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from windlass.coordinator.store.db import Row, Tx
from windlass.coordinator.store.rows import packed

_TOPS = """
SELECT job.id, coalesce((SELECT max(position) FROM task WHERE job_id = job.id), -1) AS top
FROM job WHERE id = ANY(%(ids)s::uuid[])
"""


def tops(tx: Tx, job_ids: Sequence[UUID]) -> dict[UUID, int]:
    """The highest position in use, for each of these locked jobs."""
    return {row["id"]: row["top"] for row in tx.all(_TOPS, ids=list(job_ids))}


class Begun(msgspec.Struct, frozen=True):
    id: UUID
    size: int


_BEGUN = """
UPDATE task SET size = begun.size, started_at = now()
FROM json_to_recordset(%(begun)s) AS begun (id uuid, size integer) WHERE task.id = begun.id
"""


def begun(tx: Tx, composites: Sequence[Begun]) -> None:
    tx.run(_BEGUN, begun=packed(composites))


_PARENTS = "SELECT id, parent FROM task WHERE id = ANY(%(ids)s::uuid[]) AND parent IS NOT NULL"


def parents(tx: Tx, ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """Of those that are children."""
    return {row["id"]: row["parent"] for row in tx.all(_PARENTS, ids=list(ids))}


class Sum(msgspec.Struct, frozen=True):
    """How many more children of a composite have ended; ``error``: of the first that failed it."""

    id: UUID
    ended: int
    cancelled: int
    error: str | None


_COUNT = """
UPDATE task SET done = task.done + sum.ended, cut = cut OR sum.cancelled > 0,
    failing = coalesce(failing, sum.error),
    progress = 100.0 * (task.done + sum.ended) / greatest(size, 1)
FROM json_to_recordset(%(sums)s) AS sum (id uuid, ended integer, cancelled integer, error text)
WHERE task.id = sum.id
RETURNING task.id, job_id, position, key, allow_failure, failing, cut, stopped,
    done >= size AS over, sum.ended
"""


def count(tx: Tx, sums: Sequence[Sum]) -> Sequence[Row]:
    """The composites as they stand then; ``over``: every child has ended."""
    return tx.all(_COUNT, sums=packed(sums))


# Index lookups for each composite (OFFSET 0), in order of position.
_RELEASE = """
WITH room AS (
    SELECT * FROM json_to_recordset(%(rooms)s) AS row (id uuid, ended integer)
), next AS (
    SELECT held.id FROM room CROSS JOIN LATERAL (
        SELECT id FROM task WHERE parent = room.id AND state = 'waiting' AND waiting_on > 0
            AND NOT stopped
        ORDER BY position LIMIT room.ended
    ) AS held
)
UPDATE task SET waiting_on = 0 FROM next WHERE task.id = next.id RETURNING task.id
"""


class Room(msgspec.Struct, frozen=True):
    id: UUID
    ended: int


def release(tx: Tx, rooms: Sequence[Room]) -> list[UUID]:
    """The next children in each composite may start, one for each that has ended."""
    return [row["id"] for row in tx.all(_RELEASE, rooms=packed(rooms))]


_STOP = """
WITH RECURSIVE below (id) AS (
    SELECT id FROM task WHERE parent = ANY(%(ids)s::uuid[]) AND NOT stale
    UNION ALL
    SELECT child.id FROM below CROSS JOIN LATERAL (
        SELECT id FROM task WHERE task.parent = below.id AND NOT stale OFFSET 0
    ) AS child
)
UPDATE task SET stopped = true FROM below
WHERE task.id = below.id AND state IN ('waiting', 'active') AND NOT stopped
"""


def stop(tx: Tx, ids: Sequence[UUID]) -> None:
    """Everything in these composites that has not ended shall end early."""
    tx.run(_STOP, ids=list(ids))


_OPEN_ATTEMPT = """
    SELECT FROM attempt WHERE attempt.job_id = task.job_id AND attempt.task_id = task.id
    AND NOT cancelling AND attempt.state IN ('pending', 'scheduled', 'running')
"""

_HALTING = f"""
SELECT DISTINCT job_id FROM task
WHERE stopped AND ended_at IS NULL
  AND (state = 'waiting' OR kind = '' AND EXISTS ({_OPEN_ATTEMPT})) LIMIT %(limit)s
"""  # noqa: S608 - constants only


def halting(tx: Tx, limit: int) -> list[UUID]:
    """Jobs in which there is something to be stopped that has not been told so."""
    return [row["job_id"] for row in tx.all(_HALTING, limit=limit)]


_WAITING = """
SELECT task.id, job_id, position, key, allow_failure FROM task
JOIN job ON job.id = task.job_id
WHERE task.job_id = ANY(%(ids)s::uuid[]) AND task.state = 'waiting'
  AND (stopped OR %(all)s AND job.nested)
ORDER BY task.id LIMIT %(limit)s
"""


def waiting(tx: Tx, job_ids: Sequence[UUID], limit: int, *, all: bool) -> Sequence[Row]:
    """What waits and shall end early; ``all``: whatever waits, of jobs that have composites."""
    return tx.all(_WAITING, ids=list(job_ids), limit=limit, all=all)


_OPEN = """
SELECT attempt.id, attempt.task_id, attempt.job_id, attempt.state, attempt.node, task.position,
    task.key, task.allow_failure
FROM task JOIN attempt ON attempt.task_id = task.id
WHERE task.job_id = ANY(%(ids)s::uuid[]) AND task.stopped AND task.ended_at IS NULL
  AND NOT attempt.cancelling AND attempt.state IN ('pending', 'scheduled', 'running')
LIMIT %(limit)s
"""


def open_of(tx: Tx, job_ids: Sequence[UUID], limit: int) -> Sequence[Row]:
    """As ``attempts.open_of``, of tasks that shall end early."""
    return tx.all(_OPEN, ids=list(job_ids), limit=limit)


_ROOT = """
WITH RECURSIVE above (id, parent) AS (
    SELECT id, parent FROM task WHERE id = %(id)s
    UNION ALL
    SELECT task.id, task.parent FROM above JOIN task ON task.id = above.parent
)
SELECT id FROM above WHERE parent IS NULL
"""


def root_of(tx: Tx, id: UUID) -> UUID:
    """The task of the job itself that this one is, or is a part of."""
    row = tx.one(_ROOT, id=id)
    return id if row is None else UUID(str(row["id"]))
