"""Which webhooks have something to tell, and how far each has come.

Only moves whose writers hold the job's lock are told, since only their numbers grow in the order in
which they are committed: not the dispatcher's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import msgspec

from windlass.coordinator.store.db import Row, Tx, Writer
from windlass.coordinator.store.rows import packed


@dataclass(frozen=True)
class Place:
    """``after`` this move, and ``stage`` things told of the one that follows; ``tries`` at the
    next of them."""

    after: int
    stage: int = 0
    tries: int = 0


_INSERT = """
INSERT INTO delivery (job_id, hook, event)
SELECT %(job_id)s, hook - 1, event
FROM unnest(%(events)s::text[]) WITH ORDINALITY AS hooks (event, hook)
"""


def insert(writer: Writer, job_id: UUID, events: Sequence[str]) -> None:
    """Of each webhook, in its place, of what it wants to hear."""
    writer.run(_INSERT, job_id=job_id, events=list(events))


_TOLD = """
(entity <> 'attempt' OR became IN ('running', 'completed', 'failed', 'cancelled', 'lost'))
"""

# Only of jobs that have somebody to tell: progress is no move.
_NOTE_PROGRESS = """
INSERT INTO history (job_id, entity, entity_id, became, reason)
SELECT task.job_id, 'progress', attempt_id, 'progress', said.percent
FROM json_to_recordset(%(said)s) AS said (task_id uuid, percent text, attempt_id uuid)
JOIN task ON task.id = said.task_id AND task.state = 'active' AND progress <> said.percent::real
WHERE EXISTS (
    SELECT FROM delivery
    WHERE delivery.job_id = task.job_id AND event IN ('task.progress', 'job.progress')
) ORDER BY task.job_id, task.id
"""


class Said(msgspec.Struct, frozen=True):
    task_id: UUID
    attempt_id: UUID
    percent: str


def note_progress(tx: Tx, said: Sequence[Said]) -> None:
    """How far tasks are by now, before that is stored; where it is no news nothing is noted."""
    if said:
        tx.run(_NOTE_PROGRESS, said=packed(said))


_CLAIM = f"""
WITH due AS MATERIALIZED (
    SELECT job_id, hook FROM delivery
    WHERE due_at <= now() AND EXISTS (
        SELECT FROM history WHERE history.job_id = delivery.job_id AND id > after AND {_TOLD}
    )
    ORDER BY due_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
)
UPDATE delivery SET due_at = now() + make_interval(secs => %(lease)s)
FROM due WHERE delivery.job_id = due.job_id AND delivery.hook = due.hook
RETURNING delivery.job_id, delivery.hook, after, stage, tries, due_at
"""  # noqa: S608 - constants only


def claim(tx: Tx, limit: int, lease: float) -> Sequence[Row]:
    """Those that have waited longest; nobody else gets them for so many seconds."""
    return tx.all(_CLAIM, limit=limit, lease=lease)


_FOLLOWING = f"""
SELECT told.*, coalesce(task.kind <> '', false) AS composite, task.parent IS NOT NULL AS nested,
    EXISTS (
        SELECT FROM attempt JOIN attempt AS earlier
            ON earlier.task_id = attempt.task_id AND earlier.epoch = attempt.epoch
        WHERE told.entity = 'attempt' AND attempt.id = told.entity_id
            AND earlier.number < attempt.number
    ) AS again
FROM (
    SELECT id, job_id, entity, entity_id, was, became, reason, at FROM history
    WHERE job_id = %(job_id)s AND id > %(after)s AND {_TOLD} ORDER BY id LIMIT %(limit)s
) AS told LEFT JOIN task ON told.entity = 'task' AND task.id = told.entity_id
ORDER BY told.id
"""  # noqa: S608 - constants only


def following(tx: Tx, job_id: UUID, after: int, limit: int) -> Sequence[Row]:
    """The moves it has not been told. ``again``: of an attempt that is not the first."""
    return tx.all(_FOLLOWING, job_id=job_id, after=after, limit=limit)


# Whoever reopens the job makes it due again, and so another than was claimed.
_RELEASE = f"""
UPDATE delivery SET after = %(after)s, stage = %(stage)s, tries = %(tries)s,
    due_at = CASE WHEN EXISTS (SELECT FROM job WHERE id = %(job_id)s AND ended_at IS NOT NULL)
        AND NOT EXISTS (
            SELECT FROM history WHERE job_id = %(job_id)s AND id > %(after)s AND {_TOLD}
        ) THEN NULL ELSE now() + make_interval(secs => %(rest)s) END
WHERE job_id = %(job_id)s AND hook = %(hook)s AND due_at = %(due_at)s
"""  # noqa: S608 - constants only


def release(tx: Tx, claimed: Row, place: Place, rest: float) -> None:
    """Nothing, where the claim has run out meanwhile."""
    tx.run(
        _RELEASE,
        job_id=claimed["job_id"],
        hook=claimed["hook"],
        due_at=claimed["due_at"],
        **vars(place),
        rest=rest,
    )


_AGAIN = "UPDATE delivery SET due_at = clock_timestamp() WHERE job_id = %(job_id)s"


def again(tx: Tx, job_id: UUID) -> None:
    """The job was reopened: there will be more to tell."""
    tx.run(_AGAIN, job_id=job_id)
