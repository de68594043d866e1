"""A job goes with everything that belongs to it."""

from collections.abc import Sequence
from uuid import UUID

from windlass.coordinator.store.db import Tx

# First: whoever adds to a log holds its row.
_EXTENTS = """
DELETE FROM log WHERE attempt_id IN (
    SELECT id FROM attempt WHERE job_id = ANY(%(ids)s::uuid[])
)
"""
_LOGS = """
DELETE FROM log_chunk WHERE attempt_id IN (
    SELECT id FROM attempt WHERE job_id = ANY(%(ids)s::uuid[])
)
"""
_ATTEMPTS = "DELETE FROM attempt WHERE job_id = ANY(%(ids)s::uuid[])"
_EDGES = "DELETE FROM edge WHERE job_id = ANY(%(ids)s::uuid[])"
_TASKS = "DELETE FROM task WHERE job_id = ANY(%(ids)s::uuid[])"
_HISTORY = "DELETE FROM history WHERE job_id = ANY(%(ids)s::uuid[])"
_DOCUMENT = "DELETE FROM document WHERE job_id = ANY(%(ids)s::uuid[])"
_BLOBS = "DELETE FROM job_blob WHERE job_id = ANY(%(ids)s::uuid[])"
_DELIVERIES = "DELETE FROM delivery WHERE job_id = ANY(%(ids)s::uuid[])"
_IDEMPOTENCY = "DELETE FROM idempotency WHERE job_id = ANY(%(ids)s::uuid[])"
_JOB = "DELETE FROM job WHERE id = ANY(%(ids)s::uuid[])"

_ALL = (
    _EXTENTS,
    _LOGS,
    _ATTEMPTS,
    _EDGES,
    _TASKS,
    _HISTORY,
    _DOCUMENT,
    _BLOBS,
    _DELIVERIES,
    _IDEMPOTENCY,
    _JOB,
)


def delete(tx: Tx, job_ids: Sequence[UUID]) -> None:
    """Whoever does this has locked them."""
    if job_ids:
        with tx.together() as batch:
            for statement in _ALL:
                batch.run(statement, ids=list(job_ids))
