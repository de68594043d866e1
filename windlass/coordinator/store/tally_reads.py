"""How the tasks of jobs stand, counted; and what they have written, of many attempts at once."""

from collections.abc import Sequence
from uuid import UUID

from windlass.coordinator.store.db import Row, Tx

# Attempts are looked at only for tasks that are active: of these there are few.
_TALLIES = """
SELECT task.job_id, task.state, newest.state AS attempt_state, task.attempts > 1 AS again,
    count(*) AS tasks
FROM task LEFT JOIN LATERAL (
    SELECT state FROM attempt
    WHERE task.state = 'active' AND task_id = task.id ORDER BY number DESC LIMIT 1
) AS newest ON true
WHERE task.job_id = ANY(%(job_ids)s::uuid[]) GROUP BY 1, 2, 3, 4
"""


def tallies(tx: Tx, job_ids: Sequence[UUID]) -> Sequence[Row]:
    """``again``: it is not the first attempt."""
    return tx.all(_TALLIES, job_ids=list(job_ids))


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
