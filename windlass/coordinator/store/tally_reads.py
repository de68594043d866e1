"""How the tasks of jobs stand, counted; and what they have written, of many attempts at once."""

from collections.abc import Sequence
from uuid import UUID

from windlass.coordinator.store.db import Row, Tx

_STATES = """
SELECT job_id, state, count(*) AS tasks FROM task
WHERE job_id = ANY(%(job_ids)s::uuid[]) GROUP BY job_id, state
"""


def states(tx: Tx, job_ids: Sequence[UUID]) -> Sequence[Row]:
    """How many tasks of each job are in each state."""
    return tx.all(_STATES, job_ids=list(job_ids))


_OPEN = """
SELECT job_id, state, number > 1 AS again, count(*) AS tasks FROM attempt
WHERE job_id = ANY(%(job_ids)s::uuid[]) AND state IN ('pending', 'scheduled', 'running')
GROUP BY 1, 2, 3
"""


def open_attempts(tx: Tx, job_ids: Sequence[UUID]) -> Sequence[Row]:
    """Of each job, those that are not over; ``again``: not the first of its task."""
    return tx.all(_OPEN, job_ids=list(job_ids))


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
