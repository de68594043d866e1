"""What followers of jobs look at again and again: only what changed, and what runs."""

from collections.abc import Sequence
from uuid import UUID

from windlass.coordinator.store.db import Row, Tx

_JOBS = """
SELECT id, state, reason, error, total, ended, failed FROM job WHERE id = ANY(%(ids)s)
"""

_MOVES = """
SELECT id, entity, entity_id, became FROM history
WHERE job_id = %(id)s AND id > %(after)s AND entity <> 'progress' ORDER BY id LIMIT %(limit)s
"""

# Progress is no move: what runs is looked at every time.
_TASKS = """
SELECT task.id, position, name, task.state, task.reason, task.error, task.exit_code, progress,
    message, newest.id AS attempt_id, number, node
FROM task LEFT JOIN LATERAL (
    SELECT id, number, node FROM attempt WHERE task_id = task.id ORDER BY number DESC LIMIT 1
) AS newest ON true
WHERE task.id IN (
    SELECT unnest(%(ids)s::uuid[])
    UNION
    SELECT task_id FROM attempt WHERE attempt.job_id = %(job_id)s AND attempt.state = 'running'
) ORDER BY position
"""

_ATTEMPTS = """
SELECT attempt.id, number, name FROM attempt JOIN task ON task.id = task_id
WHERE attempt.id = ANY(%(ids)s)
"""

# Moves of what begins or ends an attempt; scheduled is left out, for the dispatcher alone notes it
# without the job's lock, so only the others are numbered in the order in which they were committed.
_BEGUN = """
SELECT entity_id, min(id) AS id, bool_or(became <> 'running') AS ended FROM history
WHERE job_id = %(job_id)s AND id <= %(until)s
    AND entity = 'attempt' AND became NOT IN ('pending', 'scheduled')
GROUP BY entity_id HAVING min(id) > %(after)s ORDER BY min(id)
"""

_ATTEMPTS_OF = "SELECT id, entity_id FROM history WHERE job_id = %(job_id)s AND id = ANY(%(ids)s)"

_NEWEST_MOVE = "SELECT coalesce(max(id), 0) AS id FROM history"

_MOVES_OF_ALL = """
SELECT id, job_id FROM history WHERE id > %(after)s ORDER BY id LIMIT %(limit)s
"""


def jobs(tx: Tx, ids: Sequence[UUID]) -> Sequence[Row]:
    return tx.all(_JOBS, ids=list(ids))


def moves(tx: Tx, id: UUID, after: int, limit: int) -> Sequence[Row]:
    return tx.all(_MOVES, id=id, after=after, limit=limit)


def tasks(tx: Tx, job_id: UUID, ids: Sequence[UUID]) -> Sequence[Row]:
    """These, and those that run, by position."""
    return tx.all(_TASKS, job_id=job_id, ids=list(ids))


def attempts(tx: Tx, ids: Sequence[UUID]) -> Sequence[Row]:
    """Whose they are."""
    return tx.all(_ATTEMPTS, ids=list(ids))


def begun(tx: Tx, job_id: UUID, after: int, until: int) -> Sequence[Row]:
    """Attempts whose first move that counts lies between, in that order."""
    return tx.all(_BEGUN, job_id=job_id, after=after, until=until)


def attempts_of(tx: Tx, job_id: UUID, move_ids: Sequence[int]) -> Sequence[Row]:
    """What these moves are about."""
    return tx.all(_ATTEMPTS_OF, job_id=job_id, ids=list(move_ids))


def newest_move(tx: Tx) -> int:
    row = tx.one(_NEWEST_MOVE)
    return int(row["id"]) if row else 0


def moves_of_all(tx: Tx, after: int, limit: int) -> Sequence[Row]:
    """Of all jobs; those that are being committed may still come in between."""
    return tx.all(_MOVES_OF_ALL, after=after, limit=limit)
