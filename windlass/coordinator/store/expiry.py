"""Jobs that are over, and logs, that nobody keeps any longer."""

from collections.abc import Sequence
from uuid import UUID

from windlass.coordinator.store.db import Row, Tx

# Left alone: what a parent has yet to take, a webhook has yet to be told, a log has yet to come.
_NEEDED_BY_NOBODY = """
NOT attached
AND NOT EXISTS (SELECT FROM delivery WHERE delivery.job_id = job.id AND due_at IS NOT NULL)
AND NOT EXISTS (
    SELECT FROM attempt
    WHERE attempt.job_id = job.id AND NOT settled AND attempt.ended_at IS NOT NULL
)
"""

# Never waits: who opens a job again has it, or finds it gone.
_EXPIRED = f"""
SELECT id, total FROM job
WHERE delete_after IS NOT NULL AND state = 'completed'
  AND ended_at < now() - make_interval(secs => delete_after) AND {_NEEDED_BY_NOBODY}
ORDER BY ended_at LIMIT %(limit)s FOR UPDATE OF job SKIP LOCKED
"""  # noqa: S608 - constants only


def expired(tx: Tx, limit: int) -> Sequence[Row]:
    """Those that wished for it, locked; ``total``: of their tasks."""
    return tx.all(_EXPIRED, limit=limit)


_AGED = f"""
SELECT id, total FROM job
WHERE state = ANY(%(states)s::text[]) AND ended_at < now() - make_interval(secs => %(age)s)
  AND {_NEEDED_BY_NOBODY}
  AND NOT EXISTS (SELECT FROM schedule WHERE schedule.id = schedule_id AND last_job = job.id)
ORDER BY ended_at LIMIT %(limit)s FOR UPDATE OF job SKIP LOCKED
"""  # noqa: S608 - constants only


def aged(tx: Tx, states: Sequence[str], age: float, limit: int) -> Sequence[Row]:
    """Those over for so many seconds, locked; but the last one of a schedule."""
    return tx.all(_AGED, states=list(states), age=age, limit=limit)


# Ids grow with time: what is older than this one is found without looking at the rest.
_OLD_LOGS = """
SELECT attempt_id FROM log JOIN attempt ON attempt.id = attempt_id
WHERE attempt_id < %(before)s AND settled AND ended_at < now() - make_interval(secs => %(age)s)
ORDER BY attempt_id LIMIT %(limit)s FOR UPDATE OF log SKIP LOCKED
"""


def old_logs(tx: Tx, before: UUID, age: float, limit: int) -> Sequence[UUID]:
    """The attempts, their logs locked, that ended so many seconds ago; ``before``: the first id of
    that moment."""
    found = tx.all(_OLD_LOGS, before=before, age=age, limit=limit)
    return [row["attempt_id"] for row in found]


_FORGET_CHUNKS = "DELETE FROM log_chunk WHERE attempt_id = ANY(%(ids)s::uuid[])"
_FORGET_LOGS = "DELETE FROM log WHERE attempt_id = ANY(%(ids)s::uuid[])"


def forget_logs(tx: Tx, ids: Sequence[UUID]) -> None:
    with tx.together() as batch:
        batch.run(_FORGET_CHUNKS, ids=list(ids))
        batch.run(_FORGET_LOGS, ids=list(ids))
