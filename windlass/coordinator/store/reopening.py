"""Beside ``transitions`` the only writer of state columns: the moves back that open a new epoch.

What is opened again is a set of positions, found in the database; a task in it waits for as many
tasks as it needs out of the same set, since all others have ended well.
"""

from uuid import UUID

from windlass.coordinator.store.db import Tx

_UNFINISHED = """
WITH again AS (
    SELECT position FROM task
    WHERE job_id = %(job_id)s AND parent IS NULL AND NOT (
        state = 'completed' OR (state = 'skipped' AND reason = 'condition')
        OR (state = 'failed' AND allow_failure))
)
"""

# What was cancelled goes on as well, since the job is no longer being ended early; what depends on
# a task that failed, and is not run again, stays as it is.
_FROM_TASK = """
WITH RECURSIVE wanted (position) AS (
    SELECT position FROM task
    WHERE job_id = %(job_id)s AND parent IS NULL
      AND (id = %(task_id)s OR state = 'cancelled')
    UNION
    SELECT needed.child FROM wanted CROSS JOIN LATERAL (
        SELECT child FROM edge WHERE edge.job_id = %(job_id)s AND edge.parent = wanted.position
        OFFSET 0
    ) AS needed
), blocked (position) AS (
    SELECT position FROM task
    WHERE job_id = %(job_id)s AND parent IS NULL AND state = 'failed' AND NOT allow_failure
      AND position NOT IN (SELECT position FROM wanted)
    UNION
    SELECT needed.child FROM blocked CROSS JOIN LATERAL (
        SELECT child FROM edge WHERE edge.job_id = %(job_id)s AND edge.parent = blocked.position
        OFFSET 0
    ) AS needed
), again AS (
    SELECT position FROM wanted EXCEPT SELECT position FROM blocked
)
"""

_TASKS = """
, needs AS (
    SELECT edge.child, count(*) AS count FROM edge JOIN again ON again.position = edge.parent
    WHERE edge.job_id = %(job_id)s GROUP BY edge.child
), old AS (
    SELECT task.id, task.state, coalesce(needs.count, 0) AS needs
    FROM task JOIN again USING (position) LEFT JOIN needs ON needs.child = task.position
    WHERE task.job_id = %(job_id)s
), opened AS (
    UPDATE task SET state = 'waiting', waiting_on = old.needs, reason = NULL, error = '',
        failures = 0, losses = 0, exit_code = NULL, output = NULL, progress = 0, furthest = 0,
        message = '', size = 0, done = 0, cut = false, failing = NULL,
        started_at = NULL, ended_at = NULL
    FROM old WHERE task.id = old.id
    RETURNING task.id, old.state AS was
), noted AS (
    INSERT INTO history (job_id, entity, entity_id, was, became, reason)
    SELECT %(job_id)s, 'task', id, was, 'waiting', 'restarted' FROM opened
)
SELECT count(*) AS opened, coalesce(bool_or(id = %(task_id)s), false) AS among FROM opened
"""

_JOB = """
WITH old AS (
    SELECT id, state FROM job WHERE id = %(job_id)s
), left_over AS (
    SELECT count(*) FILTER (WHERE state = 'waiting') AS waiting,
        count(*) FILTER (WHERE state = 'failed' AND NOT allow_failure) AS failed
    FROM task WHERE job_id = %(job_id)s AND parent IS NULL
), opened AS (
    UPDATE job SET state = 'pending', epoch = epoch + 1, wanted = NULL, settling = false,
        reason = NULL, error = CASE WHEN left_over.failed > 0 THEN error ELSE '' END,
        ended = total - left_over.waiting, failed = left_over.failed, output = NULL,
        deadline = NULL, until = NULL, wanted_at = NULL, started_at = NULL, ended_at = NULL
    FROM old, left_over WHERE job.id = old.id
    RETURNING job.id, old.state AS was, epoch
)
INSERT INTO history (job_id, entity, entity_id, was, became, reason)
SELECT id, 'job', id, was, 'pending', 'epoch ' || epoch FROM opened
"""


# Composites that wait have no children in this epoch: what they have is of the one before.
_STALE = """
WITH RECURSIVE below (id) AS (
    SELECT id FROM task WHERE job_id = %(job_id)s AND kind <> '' AND state = 'waiting'
    UNION ALL
    SELECT child.id FROM below CROSS JOIN LATERAL (
        SELECT id FROM task WHERE task.parent = below.id AND NOT stale OFFSET 0
    ) AS child
)
UPDATE task SET stale = true FROM below WHERE task.id = below.id AND parent IS NOT NULL
"""


def unfinished(tx: Tx, job_id: UUID) -> None:
    """Open a job again for all that did not end well."""
    tx.all(_UNFINISHED + _TASKS, job_id=job_id, task_id=None)
    tx.run(_STALE, job_id=job_id)
    tx.run(_JOB, job_id=job_id)


def from_task(tx: Tx, job_id: UUID, task_id: UUID) -> bool:
    """Open it for one task, what follows from it, and what was cancelled. False: the task depends
    on others that failed; then the transaction must not be committed."""
    answer = tx.one(_FROM_TASK + _TASKS, job_id=job_id, task_id=task_id)
    tx.run(_STALE, job_id=job_id)
    tx.run(_JOB, job_id=job_id)
    return answer is not None and bool(answer["among"])
