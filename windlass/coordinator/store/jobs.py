"""The job table, as the engine writes it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

import msgspec

from windlass.coordinator.store.db import Row, Tx, Writer
from windlass.coordinator.store.rows import packed
from windlass.shared.spec import Group


@dataclass(frozen=True, kw_only=True)
class Parent:
    """The task that starts a sub-job. ``attached``: it waits for the end of it."""

    task_id: UUID
    job_id: UUID
    epoch: int
    attached: bool
    secretive: bool


@dataclass(frozen=True, kw_only=True)
class NewJob:
    id: UUID
    door: str
    external_id: str | None
    owner: str
    name: str
    description: str
    priority: int
    queue: str
    tags: list[str]
    spec: str
    total: int
    timeout: float | None
    start_timeout: float | None
    total_timeout: float | None
    fail_fast: bool
    templated: bool
    nested: bool
    secretive: bool = False
    template: UUID | None = None
    template_version: int | None = None
    audience: int = 0  # unless a job around it, or the schedule that makes it, has one
    group: Group | None = None
    parent: Parent | None = None  # of a sub-job
    schedule_id: UUID | None = None
    delete_after: float | None = None


_INSERT = """
WITH made AS (
    INSERT INTO job (id, door, external_id, owner, name, description, state, priority, queue, tags,
                     spec, total, timeout, deadline, fail_fast, templated, nested, parent_task,
                     parent_job, parent_epoch, attached, schedule_id, delete_after, group_name,
                     group_rank, audience, until, template_id, template_version, secretive)
    VALUES (%(id)s, %(door)s, %(external_id)s, %(owner)s, %(name)s, %(description)s, 'pending',
            %(priority)s, %(queue)s, %(tags)s::text[], %(spec)s, %(total)s, %(timeout)s,
            now() + make_interval(secs => least(%(start_timeout)s::float8, %(total_timeout)s)),
            %(fail_fast)s, %(templated)s, %(nested)s, %(parent_task)s, %(parent_job)s,
            %(parent_epoch)s, %(attached)s, %(schedule_id)s, %(delete_after)s, %(group_name)s,
            %(group_rank)s, coalesce(
                (SELECT audience FROM job WHERE id = %(parent_job)s),
                (SELECT audience FROM schedule WHERE id = %(schedule_id)s), %(audience)s),
            now() + make_interval(secs => %(total_timeout)s::float8),
            (SELECT id FROM job_template WHERE id = %(template)s AND deleted_at IS NULL
             FOR KEY SHARE), %(template_version)s, %(secretive)s)
    RETURNING id, state
)
INSERT INTO history (job_id, entity, entity_id, became, reason)
SELECT id, 'job', id, state, 'submitted' FROM made
"""


def insert(writer: Writer, job: NewJob) -> None:
    """Taken (``job_external``): the door's id is in use. Broken (``job_template_there``): the
    template is deleted."""
    values, parent, group = dict(vars(job)), job.parent, job.group
    values["spec"] = writer.safe.kept(job.spec, job.secretive)
    del values["parent"], values["group"]
    writer.run(
        _INSERT,
        **values,
        parent_task=parent and parent.task_id,
        parent_job=parent and parent.job_id,
        parent_epoch=parent and parent.epoch,
        attached=parent is not None and parent.attached,
        group_name=group and group.name,
        group_rank=group.rank if group else 0,
    )


# The row of a door is locked until the job is there: numbers have no gaps.
_NUMBER = """
WITH counted AS (
    INSERT INTO door_number (door, next) VALUES (%(door)s, 1)
    ON CONFLICT (door) DO UPDATE SET next = door_number.next + 1
    RETURNING next - 1 AS number
)
UPDATE job SET external_id = counted.number FROM counted WHERE id = %(id)s
"""


def number(writer: Writer, id: UUID, door: str) -> None:
    """Give a job the next number of its door for an id there, counted from 0."""
    writer.run(_NUMBER, id=id, door=door)


_MADE = "SELECT created_at, external_id FROM job WHERE id = %(id)s"


def ask_made(writer: Writer, id: UUID) -> None:
    """When a job was created, and its id at its door."""
    writer.run(_MADE, id=id)


_LOCKED = (
    "id, name, state, wanted, settling, epoch, total, ended, failed, error, fail_fast, nested, "
    "attached, secretive, paused, group_name, group_rank, door, "
    "template_id IS NOT NULL AS of_template"
)

_LOCK = f"SELECT {_LOCKED} FROM job WHERE id = ANY(%(ids)s::uuid[]) ORDER BY id FOR UPDATE"  # noqa: S608 - constants only


def lock(tx: Tx, ids: Iterable[UUID]) -> dict[UUID, Row]:
    """Whoever changes a job's tasks or attempts does this first; those that exist, by id."""
    rows = tx.all(_LOCK, ids=sorted(set(ids)))
    return {row["id"]: row for row in rows}


_LOCK_OF_ATTEMPTS = f"""
SELECT {_LOCKED} FROM job
WHERE id IN (SELECT job_id FROM attempt WHERE id = ANY(%(attempts)s::uuid[]))
ORDER BY id FOR UPDATE
"""  # noqa: S608 - constants only


def lock_of_attempts(tx: Tx, attempt_ids: Sequence[UUID]) -> dict[UUID, Row]:
    """``lock`` for the jobs these attempts belong to."""
    rows = tx.all(_LOCK_OF_ATTEMPTS, attempts=list(attempt_ids))
    return {row["id"]: row for row in rows}


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """How many more tasks of a job have ended; ``error`` names the first that failed.

    ``ran``: for how many seconds, at least, the job has been going on, where that is known.
    """

    job_id: UUID
    ended: int
    failed: int = 0
    error: str = ""
    ran: float | None = None


_COUNT = """
UPDATE job SET
    ended = job.ended + tally.ended,
    failed = job.failed + tally.failed,
    error = CASE WHEN job.error = '' THEN tally.error ELSE job.error END,
    started_at = coalesce(started_at, now() - make_interval(secs => tally.ran))
FROM json_to_recordset(%(tallies)s)
    AS tally (job_id uuid, ended integer, failed integer, error text, ran double precision)
WHERE job.id = tally.job_id
RETURNING id, name, wanted, timeout, started_at IS NULL AS unstarted,
    job.ended = total AS over, job.failed, job.error, templated,
    CASE WHEN templated AND job.ended = total THEN spec END AS spec,
    extract(epoch FROM deadline - created_at)::float AS start_timeout,
    extract(epoch FROM until - created_at)::float AS total_timeout,
    extract(epoch FROM now() - created_at)::float AS age
"""


def count(tx: Tx, tallies: Sequence[Tally]) -> Sequence[Row]:
    """The jobs as they stand then; ``over``: every task has ended."""
    return tx.all(_COUNT, tallies=packed(tallies)) if tallies else []


_STATUS = """
SELECT id, name, wanted, timeout, started_at IS NULL AS unstarted,
    ended = total AS over, failed, error, templated,
    CASE WHEN templated THEN spec END AS spec,
    extract(epoch FROM deadline - created_at)::float AS start_timeout,
    extract(epoch FROM until - created_at)::float AS total_timeout,
    extract(epoch FROM now() - created_at)::float AS age
FROM job WHERE id = %(id)s
"""


def status(tx: Tx, id: UUID) -> Row | None:
    """As ``count`` gives it."""
    return tx.one(_STATUS, id=id)


_WANT = """
UPDATE job SET wanted = %(wanted)s, wanted_at = now(), settling = true,
    error = CASE WHEN error = '' THEN %(error)s ELSE error END
WHERE id = ANY(%(ids)s::uuid[]) AND wanted IS NULL AND ended_at IS NULL
RETURNING id
"""


def want(tx: Tx, ids: Sequence[UUID], wanted: str, error: str = "") -> list[UUID]:
    """An early end; the first wish stands. The jobs to which this was news."""
    return [row["id"] for row in tx.all(_WANT, ids=list(ids), wanted=wanted, error=error)]


_SETTLING = "SELECT id FROM job WHERE settling ORDER BY id LIMIT %(limit)s"


def settling(tx: Tx, limit: int) -> list[UUID]:
    """Whose early end is not carried out yet."""
    return [row["id"] for row in tx.all(_SETTLING, limit=limit)]


_CARRIED_OUT = """
UPDATE job SET settling = false
WHERE id = ANY(%(ids)s::uuid[]) AND settling
  AND NOT EXISTS (SELECT FROM task WHERE job_id = job.id AND state = 'waiting')
  AND NOT EXISTS (SELECT FROM attempt WHERE job_id = job.id AND NOT cancelling
                  AND state IN ('pending', 'scheduled', 'running'))
"""


def carried_out(tx: Tx, ids: Sequence[UUID]) -> None:
    """Of these, the ones where everything is stopped or told to stop are done with."""
    tx.run(_CARRIED_OUT, ids=list(ids))


_PAUSE = """
WITH turned AS (
    UPDATE job SET paused = %(paused)s
    WHERE id = %(id)s AND paused <> %(paused)s AND ended_at IS NULL RETURNING id, state
)
INSERT INTO history (job_id, entity, entity_id, was, became, reason)
SELECT id, 'pause', id, state, %(became)s, '' FROM turned
"""


def pause(tx: Tx, id: UUID, paused: bool) -> bool:
    """False: it was so already."""
    became = "paused" if paused else "resumed"
    return tx.run(_PAUSE, id=id, paused=paused, became=became) > 0


_PAUSED = "SELECT id FROM job WHERE paused AND ended_at IS NULL"


def paused(tx: Tx) -> list[UUID]:
    return [row["id"] for row in tx.all(_PAUSED)]


_SPECS = "SELECT id, spec FROM job WHERE id = ANY(%(ids)s::uuid[])"


def specs(tx: Tx, ids: Sequence[UUID]) -> dict[UUID, str]:
    """Without their tasks."""
    return {row["id"]: row["spec"] for row in tx.all(_SPECS, ids=list(ids))}


_SECRETIVE = "SELECT id, spec FROM job WHERE id = ANY(%(ids)s::uuid[]) AND secretive"


def secretive(tx: Tx, ids: Sequence[UUID]) -> dict[UUID, str]:
    """Specs, without their tasks, of those that may have secrets."""
    return {row["id"]: row["spec"] for row in tx.all(_SECRETIVE, ids=list(ids))}


_SECRETIVE_OF = """
SELECT spec FROM job
WHERE id = (SELECT job_id FROM attempt WHERE id = %(attempt)s) AND secretive
"""


def secretive_of(tx: Tx, attempt: UUID) -> str | None:
    """Likewise, of the job of an attempt."""
    row = tx.one(_SECRETIVE_OF, attempt=attempt)
    return row["spec"] if row else None


_OVER = "SELECT id FROM job WHERE id = ANY(%(ids)s::uuid[]) AND ended_at IS NOT NULL"


def over(tx: Tx, ids: Sequence[UUID]) -> list[UUID]:
    """Those of them that are."""
    return [row["id"] for row in tx.all(_OVER, ids=list(ids))]


_INSERT_DOCUMENT = "INSERT INTO document (job_id, content) VALUES (%(job_id)s, %(content)s)"


def insert_document(writer: Writer, job_id: UUID, content: str, secretive: bool) -> None:
    sealed = writer.safe.kept(content, secretive)
    writer.run(_INSERT_DOCUMENT, job_id=job_id, content=sealed)
