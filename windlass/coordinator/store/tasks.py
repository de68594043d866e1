"""The task table, as the engine writes it."""

from collections.abc import Iterable, Sequence
from uuid import UUID

import msgspec

from windlass.coordinator.store.db import Row, Tx, Writer
from windlass.coordinator.store.rows import packed, pages
from windlass.coordinator.store.safe import Safe
from windlass.shared.states import TaskState


class NewTask(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    position: int
    key: str
    name: str
    var: str | None
    state: TaskState  # waiting, or active when its first attempt is made along with it
    waiting_on: int
    templated: bool
    allow_failure: bool
    queue: str
    priority: int
    spec: str
    kind: str = ""
    parent: UUID | None = None
    item: int | None = None
    scope: str | None = None
    path: list[int] | None = None
    generator: bool = False


_INSERT = """
WITH made AS (
    INSERT INTO task (id, job_id, position, key, name, var, state, waiting_on, templated,
                      allow_failure, queue, priority, spec, attempts, kind, parent, path,
                      item, scope, generator)
    SELECT id, %(job_id)s, position, key, name, var, state, waiting_on, templated, allow_failure,
           queue, priority, spec, (state = 'active')::integer, kind, parent, path, item,
           scope, generator
    FROM json_to_recordset(%(rows)s) AS row (
        id uuid, position integer, key text, name text, var text, state text, waiting_on integer,
        templated boolean, allow_failure boolean, queue text, priority smallint, spec text,
        kind text, parent uuid, path integer[], item integer, scope text, generator boolean)
    RETURNING id, state
)
INSERT INTO history (job_id, entity, entity_id, was, became, reason)
SELECT %(job_id)s, 'task', id, 'waiting', state, 'ready' FROM made WHERE state = 'active'
"""


def insert(writer: Writer, job_id: UUID, tasks: Sequence[NewTask], secretive: bool = False) -> None:
    """A task that comes active has waited for nothing: its history says so. ``secretive``: the job
    has secrets."""
    for page in pages(tasks):
        rows = [_sealed(writer.safe, task, secretive) for task in page]
        writer.run(_INSERT, job_id=job_id, rows=packed(rows))


def _sealed(safe: Safe, task: NewTask, secretive: bool) -> NewTask:
    scope = None if task.scope is None else safe.kept(task.scope, secretive)
    return msgspec.structs.replace(task, spec=safe.kept(task.spec, secretive), scope=scope)


_READY = """
SELECT task.id, task.job_id FROM task JOIN job ON job.id = task.job_id
WHERE task.state = 'waiting' AND task.waiting_on = 0 AND NOT task.stopped AND job.wanted IS NULL
ORDER BY task.priority DESC, task.id LIMIT %(limit)s
"""


def ready(tx: Tx, limit: int) -> Sequence[Row]:
    """What could start, of all jobs."""
    return tx.all(_READY, limit=limit)


_START = (
    "id, job_id, position, key, name, templated, allow_failure, priority, queue, attempts, spec, "
    "scope, path"
)

_READY_OF = """
SELECT id FROM task WHERE job_id = %(job_id)s AND state = 'waiting' AND waiting_on = 0
ORDER BY position LIMIT %(limit)s
"""


def ready_of(tx: Tx, job_id: UUID, limit: int) -> Sequence[Row]:
    """What could start, of one locked job."""
    return tx.all(_READY_OF, job_id=job_id, limit=limit)


_JOB_OF = "SELECT job_id FROM task WHERE id = %(id)s"


def job_of(tx: Tx, id: UUID) -> UUID | None:
    row = tx.one(_JOB_OF, id=id)
    return None if row is None else row["job_id"]


_PLACE_OF = """
SELECT id AS task_id, job_id, position, key, state, allow_failure FROM task WHERE id = %(id)s
"""


def place_of(tx: Tx, id: UUID) -> Row | None:
    return tx.one(_PLACE_OF, id=id)


_STILL_READY = f"""
SELECT {_START} FROM task
WHERE id = ANY(%(ids)s::uuid[]) AND state = 'waiting' AND waiting_on = 0 AND NOT stopped
ORDER BY priority DESC, id
"""  # noqa: S608 - constants only


def still_ready(tx: Tx, ids: Sequence[UUID]) -> Sequence[Row]:
    """Which of these could still start, now that their jobs are locked."""
    return tx.all(_STILL_READY, ids=list(ids))


_SATISFY = """
WITH ended AS (
    SELECT * FROM json_to_recordset(%(ended)s) AS row (job_id uuid, position integer)
), fewer AS (
    SELECT ended.job_id, needed.child, count(*) AS by
    FROM ended CROSS JOIN LATERAL (
        SELECT child FROM edge WHERE edge.job_id = ended.job_id AND edge.parent = ended.position
        OFFSET 0
    ) AS needed
    GROUP BY ended.job_id, needed.child
)
UPDATE task SET waiting_on = waiting_on - fewer.by FROM fewer
WHERE task.job_id = fewer.job_id AND task.position = fewer.child AND task.state = 'waiting'
RETURNING task.id, task.waiting_on
"""


class Place(msgspec.Struct, frozen=True):
    job_id: UUID
    position: int


def satisfy(tx: Tx, ended: Sequence[Place]) -> list[UUID]:
    """Whoever needs these waits for that many fewer; the tasks that now wait for none."""
    rows = tx.all(_SATISFY, ended=packed(ended))
    return [row["id"] for row in rows if row["waiting_on"] == 0]


# The subquery with OFFSET 0 is looked up through the index for each row, never joined by a scan.
# What is not waiting any more (it was killed, and may be allowed to) leads no further.
DOWNSTREAM = """
WITH RECURSIVE failed AS (
    SELECT * FROM json_to_recordset(%(failed)s) AS row (job_id uuid, position integer)
), downstream (job_id, position) AS (
    SELECT failed.job_id, needed.child FROM failed CROSS JOIN LATERAL (
        SELECT child FROM edge
        WHERE edge.job_id = failed.job_id AND edge.parent = failed.position AND (
            SELECT state FROM task WHERE job_id = edge.job_id AND position = edge.child) = 'waiting'
        OFFSET 0
    ) AS needed
    UNION
    SELECT downstream.job_id, needed.child FROM downstream CROSS JOIN LATERAL (
        SELECT child FROM edge
        WHERE edge.job_id = downstream.job_id AND edge.parent = downstream.position AND (
            SELECT state FROM task WHERE job_id = edge.job_id AND position = edge.child) = 'waiting'
        OFFSET 0
    ) AS needed
)
SELECT task.id, 'what it needs did not complete' AS why, 'upstream' AS reason
FROM downstream JOIN task USING (job_id, position) WHERE task.state = 'waiting'
"""

WAITING = """
SELECT task.id, job.wanted AS why,
    CASE job.wanted WHEN 'timeout' THEN 'timeout' WHEN 'task_failed' THEN 'task_failed'
    ELSE 'cancelled' END AS reason
FROM task JOIN job ON job.id = task.job_id
WHERE task.job_id = ANY(%(ids)s::uuid[]) AND task.state = 'waiting' AND NOT job.nested
LIMIT %(limit)s
"""


_OUTPUTS = """
SELECT job_id, var, output FROM task
WHERE job_id = ANY(%(job_ids)s::uuid[]) AND var IS NOT NULL AND output IS NOT NULL AND NOT stale
  AND (%(vars)s::text[] IS NULL OR var = ANY(%(vars)s::text[]))
ORDER BY ended_at
"""


def outputs(tx: Tx, job_ids: Sequence[UUID], vars: Iterable[str] | None) -> Sequence[Row]:
    """What tasks have left under these vars (None: under any); what was left last comes last."""
    return tx.all(_OUTPUTS, job_ids=list(job_ids), vars=None if vars is None else list(vars))


_STARTED = """
UPDATE task SET started_at = now()
WHERE id = ANY(%(ids)s::uuid[]) AND started_at IS NULL AND state = 'active'
"""


def started(tx: Tx, ids: Sequence[UUID]) -> None:
    if ids:
        tx.run(_STARTED, ids=list(ids))


class Progress(msgspec.Struct, frozen=True):
    task_id: UUID
    percent: float
    message: str


_PROGRESS = """
UPDATE task SET progress = said.percent, message = said.message,
    furthest = greatest(furthest, said.percent)
FROM json_to_recordset(%(said)s) AS said (task_id uuid, percent real, message text)
WHERE task.id = said.task_id AND task.state = 'active'
"""


def progress(tx: Tx, said: Sequence[Progress]) -> None:
    if said:
        tx.run(_PROGRESS, said=packed(said))


class Charge(msgspec.Struct, frozen=True):
    """Another attempt of a task, and to whom it is charged."""

    task_id: UUID
    failures: int = 0
    losses: int = 0


_CHARGE = """
UPDATE task SET attempts = task.attempts + 1, failures = task.failures + charge.failures,
    losses = task.losses + charge.losses, progress = 0, message = ''
FROM json_to_recordset(%(charges)s) AS charge (task_id uuid, failures integer, losses integer)
WHERE task.id = charge.task_id
"""


def charge(tx: Tx, charges: Sequence[Charge]) -> None:
    if charges:
        tx.run(_CHARGE, charges=packed(charges))
