"""Attempts, as they are read."""

from collections.abc import Sequence
from uuid import UUID

from windlass.coordinator.store.db import Row, Tx

COLUMNS = """id, task_id, job_id, number, epoch, state, reason, error, exit_code, node, queue,
    run_after, published_at, settled, log_bytes, log_lines, log_sha256, created_at, started_at,
    ended_at"""

_ATTEMPT = f"SELECT {COLUMNS} FROM attempt WHERE id = %(id)s"  # noqa: S608 - constants only

_OF_TASK = f"SELECT {COLUMNS} FROM attempt WHERE task_id = %(id)s ORDER BY number"  # noqa: S608 - constants only

_OF_JOB = f"""
SELECT {COLUMNS} FROM attempt
WHERE job_id = %(id)s AND (%(after)s::uuid IS NULL OR id > %(after)s) ORDER BY id LIMIT %(limit)s
"""  # noqa: S608 - constants only


_NEWEST = f"""
SELECT newest.* FROM unnest(%(ids)s::uuid[]) AS wanted (job), LATERAL (
    SELECT {COLUMNS} FROM attempt WHERE job_id = wanted.job ORDER BY id DESC LIMIT 1
) AS newest
"""  # noqa: S608 - constants only


def newest(tx: Tx, job_ids: Sequence[UUID]) -> Sequence[Row]:
    """Of each job that has any, the newest attempt of all its tasks."""
    return tx.all(_NEWEST, ids=list(job_ids))


def attempt(tx: Tx, id: UUID) -> Row | None:
    return tx.one(_ATTEMPT, id=id)


def of_task(tx: Tx, id: UUID) -> Sequence[Row]:
    return tx.all(_OF_TASK, id=id)


def of_job(tx: Tx, id: UUID, after: UUID | None, limit: int) -> Sequence[Row]:
    return tx.all(_OF_JOB, id=id, after=after, limit=limit)
