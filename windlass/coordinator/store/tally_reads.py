"""How the tasks of jobs stand, counted; and what they have written, of many attempts at once."""

from collections.abc import Sequence
from uuid import UUID

from windlass.coordinator.store.db import Row, Tx

# Tasks are only counted where that is quick: what has completed, and what waits, follows from the
# job's own counters. One statement, so that all of it is of one moment.
_TALLIES = """
SELECT job.id AS job_id, job.total, job.ended, over.*, open.*
FROM job CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE state = 'failed') AS failed,
        count(*) FILTER (WHERE state = 'cancelled') AS cancelled,
        count(*) FILTER (WHERE state = 'skipped') AS skipped
    FROM task WHERE job_id = job.id AND state IN ('failed', 'cancelled', 'skipped')
) AS over CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE state = 'running') AS running,
        count(*) FILTER (WHERE state <> 'running' AND number = 1) AS first,
        count(*) FILTER (WHERE state <> 'running' AND number > 1) AS again
    FROM attempt WHERE job_id = job.id AND state IN ('pending', 'scheduled', 'running')
) AS open
WHERE job.id = ANY(%(job_ids)s::uuid[])
"""


def tallies(tx: Tx, job_ids: Sequence[UUID]) -> Sequence[Row]:
    """Of each job: total, ended, failed, cancelled and skipped tasks, and its attempts that are not
    over: running, first ones of their task, later ones."""
    return tx.all(_TALLIES, job_ids=list(job_ids))


_AROUND = """
SELECT key, 'parent' AS place, position FROM edge
JOIN task ON task.job_id = edge.job_id AND task.position = edge.parent
WHERE edge.job_id = %(job_id)s AND edge.child = %(position)s
UNION ALL
SELECT key, 'child', position FROM edge
JOIN task ON task.job_id = edge.job_id AND task.position = edge.child
WHERE edge.job_id = %(job_id)s AND edge.parent = %(position)s
ORDER BY position
"""


def around(tx: Tx, job_id: UUID, position: int) -> Sequence[Row]:
    """Keys of the tasks it needs (``place``: parent) and of those that need it (child)."""
    return tx.all(_AROUND, job_id=job_id, position=position)


_MOVED_AT = """
SELECT wanted.id, newest.at FROM unnest(%(job_ids)s::uuid[]) AS wanted (id) CROSS JOIN LATERAL (
    SELECT at FROM history WHERE job_id = wanted.id ORDER BY id DESC LIMIT 1
) AS newest
"""


def moved_at(tx: Tx, job_ids: Sequence[UUID]) -> Sequence[Row]:
    """When anything of these jobs moved last."""
    return tx.all(_MOVED_AT, job_ids=list(job_ids))


_BY_KEY = "SELECT id FROM task WHERE job_id = %(job_id)s AND key = %(key)s"


def by_key(tx: Tx, job_id: UUID, key: str) -> UUID | None:
    row = tx.one(_BY_KEY, job_id=job_id, key=key)
    return None if row is None else row["id"]


_ENDS = """
SELECT chunk.attempt_id, first_byte, size, first_line, chunk.lines, stream, packed, data
FROM log JOIN log_chunk AS chunk USING (attempt_id)
WHERE attempt_id = ANY(%(ids)s::uuid[]) AND first_byte + size > log.bytes - %(most)s
  AND first_byte < log.bytes
ORDER BY attempt_id, first_byte
"""


def log_ends(tx: Tx, ids: Sequence[UUID], most: int) -> Sequence[Row]:
    """The chunks of the last ``most`` bytes of each log."""
    return tx.all(_ENDS, ids=list(ids), most=most)


_JOB_MOVES = """
SELECT id, job_id, entity, entity_id, was, became, reason, at FROM history
WHERE job_id = %(job_id)s AND entity_id = %(job_id)s ORDER BY id
"""


def job_moves(tx: Tx, job_id: UUID) -> Sequence[Row]:
    """Of the job itself, not of its tasks."""
    return tx.all(_JOB_MOVES, job_id=job_id)
