"""The attempt table, as the engine writes it."""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from windlass.coordinator.store.db import Row, Tx, Writer
from windlass.coordinator.store.rows import packed, pages


class NewAttempt(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    task_id: UUID
    job_id: UUID
    number: int
    epoch: int
    queue: str
    priority: int
    message: str
    timeout: float | None
    delay: float = 0.0  # seconds until it may be dispatched
    held: bool = False  # its job is paused
    cpus: float | None = None  # cores it asks for
    memory: int | None = None  # bytes
    group_name: str | None = None
    group_rank: int = 0
    secretive: bool = False  # its job has secrets


_INSERT = """
INSERT INTO attempt (id, task_id, job_id, number, epoch, state, queue, priority, message, timeout,
                     run_after, held, cpus, memory, group_name, group_rank)
SELECT id, task_id, job_id, number, epoch, 'pending', queue, priority, message, timeout,
       now() + make_interval(secs => delay), held, cpus, memory, group_name, group_rank
FROM json_to_recordset(%(rows)s) AS row (
    id uuid, task_id uuid, job_id uuid, number integer, epoch integer, queue text,
    priority smallint, message text, timeout double precision, delay double precision,
    held boolean, cpus double precision, memory bigint, group_name text, group_rank integer)
"""


def insert(writer: Writer, attempts: Sequence[NewAttempt]) -> None:
    seal = writer.safe.order
    for page in pages(attempts):
        rows = [
            msgspec.structs.replace(one, message=seal(one.message, one.secretive)) for one in page
        ]
        writer.run(_INSERT, rows=packed(rows))


_HELD = """
SELECT attempt.id, attempt.task_id, attempt.job_id, attempt.number, attempt.epoch, attempt.state,
    attempt.node, attempt.queue, attempt.priority, attempt.timeout, attempt.settled,
    attempt.log_bytes, attempt.cancelling, attempt.cpus, attempt.memory, attempt.placed,
    attempt.group_name, attempt.group_rank,
    task.position, task.key, task.allow_failure, task.failures, task.losses, task.generator,
    task.stopped,
    CASE WHEN again.id IS NOT NULL THEN attempt.message END AS "order",
    CASE WHEN again.id IS NOT NULL THEN task.spec END AS spec
FROM attempt JOIN task ON task.id = attempt.task_id
LEFT JOIN unnest(%(again)s::uuid[]) AS again (id) ON again.id = attempt.id
WHERE attempt.id = ANY(%(ids)s::uuid[])
"""


def held(tx: Tx, ids: Sequence[UUID], again: Sequence[UUID]) -> dict[UUID, Row]:
    """What the engine knows of these, by id; with order and the task's spec for those that may
    have to be tried ``again``. Its job is locked."""
    rows = tx.all(_HELD, ids=list(ids), again=list(again))
    return {row["id"]: row for row in rows}


# Tasks are looked up one by one (OFFSET 0): for so many the planner would read the whole table.
_OPEN = """
SELECT attempt.*, task.* FROM (
    SELECT id, task_id, job_id, state, node FROM attempt
    WHERE job_id = ANY(%(job_ids)s::uuid[]) AND NOT cancelling
      AND state IN ('pending', 'scheduled', 'running')
    LIMIT %(limit)s
) AS attempt CROSS JOIN LATERAL (
    SELECT position, key, allow_failure FROM task WHERE task.id = attempt.task_id OFFSET 0
) AS task
"""


def open_of(tx: Tx, job_ids: Sequence[UUID], limit: int) -> Sequence[Row]:
    """What of these jobs may still run and has not been told to stop."""
    return tx.all(_OPEN, job_ids=list(job_ids), limit=limit)


_OPEN_OF_TASK = """
SELECT attempt.id, task_id, attempt.job_id, attempt.state, node, position, key, allow_failure
FROM attempt JOIN task ON task.id = task_id
WHERE task_id = %(task_id)s AND attempt.state IN ('pending', 'scheduled', 'running')
"""


def open_of_task(tx: Tx, task_id: UUID) -> Sequence[Row]:
    """As ``open_of``, of one task."""
    return tx.all(_OPEN_OF_TASK, task_id=task_id)


_HOLD = """
UPDATE attempt SET held = true
WHERE job_id = %(job_id)s AND state IN ('pending', 'scheduled') AND NOT held
"""
# A message that came while it was held is gone: the republisher takes it for one never sent.
_RELEASE = """
UPDATE attempt SET held = false,
    published_at = CASE WHEN state = 'scheduled' THEN NULL ELSE published_at END
WHERE job_id = %(job_id)s AND state IN ('pending', 'scheduled') AND held
"""


def hold(tx: Tx, job_id: UUID, held: bool) -> None:
    """Whether what has not started may start."""
    tx.run(_HOLD if held else _RELEASE, job_id=job_id)


_CANCELLING = "UPDATE attempt SET cancelling = true WHERE id = ANY(%(ids)s::uuid[])"


def cancelling(tx: Tx, ids: Sequence[UUID]) -> None:
    """They have been told to stop."""
    if ids:
        tx.run(_CANCELLING, ids=list(ids))


_COMPLETE = """
SELECT attempt.id, attempt.node,
    coalesce(attempt.log_bytes, 0) <= coalesce(log.bytes, 0) AS complete,
    attempt.ended_at < now() - interval '20 seconds'
        AND (resend_at IS NULL OR resend_at < now() - interval '60 seconds') AS overdue,
    attempt.ended_at < now() - interval '1 day'
        OR attempt.ended_at < now() - interval '10 minutes' AND NOT EXISTS (
            SELECT FROM node WHERE node.name = attempt.node AND node.left_at IS NULL
            AND node.seen_at > now() - interval '1 minute'
            AND attempt.id = ANY(node.running)) AS hopeless
FROM attempt LEFT JOIN log ON log.attempt_id = attempt.id
WHERE NOT settled AND ended_at IS NOT NULL
ORDER BY complete DESC, resend_at NULLS FIRST, id LIMIT %(limit)s FOR UPDATE OF attempt SKIP LOCKED
"""


def unsettled(tx: Tx, limit: int) -> Sequence[Row]:
    """Final, and its node not told so; with how its log stands. Hopeless: its node is gone, or has
    it no more, or could not send it for a day."""
    return tx.all(_COMPLETE, limit=limit)


_SETTLED = "UPDATE attempt SET settled = true WHERE id = ANY(%(ids)s::uuid[]) AND NOT settled"


def settled(tx: Tx, ids: Sequence[UUID]) -> None:
    tx.run(_SETTLED, ids=list(ids))


_RESEND = "UPDATE attempt SET resend_at = now() WHERE id = ANY(%(ids)s::uuid[])"


def resend(tx: Tx, ids: Sequence[UUID]) -> None:
    """Their nodes have been asked for their logs again."""
    tx.run(_RESEND, ids=list(ids))
