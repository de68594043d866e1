"""A job goes with everything that belongs to it."""

from uuid import UUID

from windlass.coordinator.store.db import Tx

# First: whoever adds to a log holds its row.
_EXTENTS = """
DELETE FROM log WHERE attempt_id IN (SELECT id FROM attempt WHERE job_id = %(job_id)s)
"""
_LOGS = """
DELETE FROM log_chunk WHERE attempt_id IN (SELECT id FROM attempt WHERE job_id = %(job_id)s)
"""
_ATTEMPTS = "DELETE FROM attempt WHERE job_id = %(job_id)s"
_EDGES = "DELETE FROM edge WHERE job_id = %(job_id)s"
_TASKS = "DELETE FROM task WHERE job_id = %(job_id)s"
_HISTORY = "DELETE FROM history WHERE job_id = %(job_id)s"
_DOCUMENT = "DELETE FROM document WHERE job_id = %(job_id)s"
_BLOBS = "DELETE FROM job_blob WHERE job_id = %(job_id)s"
_IDEMPOTENCY = "DELETE FROM idempotency WHERE job_id = %(job_id)s"
_JOB = "DELETE FROM job WHERE id = %(job_id)s"

_ALL = (_EXTENTS, _LOGS, _ATTEMPTS, _EDGES, _TASKS, _HISTORY, _DOCUMENT, _BLOBS, _IDEMPOTENCY, _JOB)


def delete(tx: Tx, job_id: UUID) -> None:
    with tx.together() as batch:
        for statement in _ALL:
            batch.run(statement, job_id=job_id)
