"""Everything of a job that was ever set in motion: its tasks, and their attempts."""

from collections.abc import Sequence
from uuid import UUID

from windlass.coordinator.store.attempt_reads import COLUMNS
from windlass.coordinator.store.db import Row, Tx

# ``tries``: attempts of the same epoch before this one.
_ATTEMPTS = f"""
SELECT {COLUMNS}, message AS "order",
    row_number() OVER (PARTITION BY task_id, epoch ORDER BY number) - 1 AS tries
FROM attempt WHERE {{which}} ORDER BY id
"""  # noqa: S608 - constants only
_OF_JOB = _ATTEMPTS.format(which="job_id = %(id)s")
_OF_TASK = _ATTEMPTS.format(which="task_id = %(id)s")

_JOB_OF = """
SELECT job_id, id AS task_id FROM task WHERE id = %(id)s
UNION ALL
SELECT job_id, task_id FROM attempt WHERE id = %(id)s
"""

_OUTPUTS = """
SELECT var, output FROM task
WHERE job_id = %(id)s AND var IS NOT NULL AND output IS NOT NULL AND state = 'completed'
ORDER BY position
"""

_RUNNING = """
SELECT (SELECT coalesce(sum(jobs), 0)::bigint FROM job_total WHERE state = 'running') AS jobs,
    (SELECT count(*) FROM attempt WHERE state = 'running') AS tasks
"""


def attempts_of_job(tx: Tx, id: UUID) -> Sequence[Row]:
    return tx.all(_OF_JOB, id=id)


def attempts_of_task(tx: Tx, id: UUID) -> Sequence[Row]:
    return tx.all(_OF_TASK, id=id)


def owner_of(tx: Tx, id: UUID) -> Row | None:
    """The job and the task of a task or an attempt."""
    return tx.one(_JOB_OF, id=id)


def outputs(tx: Tx, id: UUID) -> dict[str, str]:
    """What later expressions find under ``tasks``."""
    return {row["var"]: row["output"] for row in tx.all(_OUTPUTS, id=id)}


def running(tx: Tx) -> Row:
    """How many ``jobs`` run, and ``tasks``."""
    return tx.one(_RUNNING) or {"jobs": 0, "tasks": 0}
