"""Tasks that generators make: the rows beside those of submit."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from windlass.coordinator.store.db import Row, Tx

_BEGIN = "UPDATE task SET generating = true WHERE id = ANY(%(ids)s::uuid[]) AND state = 'active'"


def begin(tx: Tx, ids: Sequence[UUID]) -> None:
    """These have run, and their output is to be read."""
    if ids:
        tx.run(_BEGIN, ids=list(ids))


# A generator that is under way in another process is passed over.
_DUE = """
SELECT task.id, task.job_id, job.door, newest.id AS attempt_id
FROM task JOIN job ON job.id = task.job_id CROSS JOIN LATERAL (
    SELECT id FROM attempt WHERE task_id = task.id ORDER BY number DESC LIMIT 1
) AS newest
WHERE generating AND task.id > %(after)s ORDER BY task.id LIMIT %(limit)s
"""


def due(tx: Tx, after: UUID, limit: int) -> Sequence[Row]:
    return tx.all(_DUE, after=after, limit=limit)


_LOCKED = """
SELECT task.id AS task_id, job_id, position, key, allow_failure, exit_code,
    coalesce(generation, 0) AS generation
FROM task CROSS JOIN LATERAL (
    WITH RECURSIVE line (id, depth) AS (
        SELECT task.generated_by, 1 WHERE task.generated_by IS NOT NULL
        UNION ALL
        SELECT maker.generated_by, depth + 1 FROM line JOIN task AS maker ON maker.id = line.id
        WHERE maker.generated_by IS NOT NULL
    )
    SELECT max(depth) AS generation FROM line
) AS made
WHERE id = %(id)s AND generating AND state = 'active'
"""


def locked(tx: Tx, id: UUID) -> Row | None:
    """A generator whose output is to be read, its job locked; ``generation``: how many made one
    another before it."""
    return tx.one(_LOCKED, id=id)


_END = "UPDATE task SET generating = false WHERE id = %(id)s"


def end(tx: Tx, id: UUID) -> None:
    tx.run(_END, id=id)


# What an earlier run of the generator made has been opened again along with it, so all of it waits.
_FORGET = """
WITH RECURSIVE made (id, position) AS (
    SELECT id, position FROM task WHERE generated_by = %(id)s
    UNION
    SELECT task.id, task.position FROM made JOIN task ON task.generated_by = made.id
), cut AS (
    DELETE FROM edge USING made
    WHERE edge.job_id = %(job_id)s AND (edge.parent = made.position OR edge.child = made.position)
    RETURNING edge.parent, edge.child
), fewer AS (
    SELECT cut.child, count(*) AS by FROM cut JOIN made ON made.position = cut.parent
    WHERE cut.child NOT IN (SELECT position FROM made) GROUP BY cut.child
), freed AS (
    UPDATE task SET waiting_on = waiting_on - fewer.by FROM fewer
    WHERE job_id = %(job_id)s AND position = fewer.child
), gone AS (
    DELETE FROM task USING made WHERE task.id = made.id RETURNING task.id
)
UPDATE job SET total = total - (SELECT count(*) FROM gone) WHERE id = %(job_id)s
"""


def forget(tx: Tx, job_id: UUID, id: UUID) -> None:
    tx.run(_FORGET, job_id=job_id, id=id)


_NAMED = """
SELECT key, position, state,
    state = 'completed' OR (state = 'skipped' AND reason = 'condition')
        OR (state = 'failed' AND allow_failure) AS satisfied
FROM task WHERE job_id = %(job_id)s AND key = ANY(%(keys)s)
"""


def named(tx: Tx, job_id: UUID, keys: Sequence[str]) -> dict[str, Row]:
    rows = tx.all(_NAMED, job_id=job_id, keys=list(keys))
    return {row["key"]: row for row in rows}


_ROOM = """
SELECT max(position) + 1 AS next, count(*) AS tasks,
    (SELECT count(*) FROM edge WHERE job_id = %(job_id)s) AS edges
FROM task WHERE job_id = %(job_id)s
"""


def room(tx: Tx, job_id: UUID) -> Row:
    """The next position, and how many tasks and edges there are."""
    row = tx.one(_ROOM, job_id=job_id)
    assert row is not None  # noqa: S101 - an aggregate always gives one
    return row


_CHILDREN = """
SELECT child FROM edge JOIN task ON task.job_id = edge.job_id AND task.position = edge.child
WHERE edge.job_id = %(job_id)s AND edge.parent = %(position)s AND task.state = 'waiting'
"""


def children(tx: Tx, job_id: UUID, position: int) -> list[int]:
    """Who waits for it."""
    return [row["child"] for row in tx.all(_CHILDREN, job_id=job_id, position=position)]


_ADDED = """
WITH more AS (
    SELECT child, count(*) AS by FROM unnest(%(children)s::integer[]) AS added (child)
    GROUP BY child
), waiting AS (
    UPDATE task SET waiting_on = waiting_on + more.by FROM more
    WHERE job_id = %(job_id)s AND position = more.child
), marked AS (
    UPDATE task SET generated_by = %(id)s
    WHERE job_id = %(job_id)s AND position >= %(first)s
)
UPDATE job SET total = total + %(tasks)s, nested = nested OR EXISTS (
    SELECT FROM task WHERE task.job_id = %(job_id)s AND kind <> ''
) WHERE id = %(job_id)s
"""


@dataclass(frozen=True)
class Addition:
    """From position ``first`` on there are new tasks that task ``by`` made, for which ``children``
    that were there before wait as well, each as often as it is named."""

    by: UUID
    first: int
    tasks: int
    children: Sequence[int]


def added(tx: Tx, job_id: UUID, addition: Addition) -> None:
    tx.run(
        _ADDED,
        job_id=job_id,
        id=addition.by,
        first=addition.first,
        tasks=addition.tasks,
        children=list(addition.children),
    )
