"""Tasks of a job, and what they wait for, as they are read."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from windlass.coordinator.store.db import Row, Tx

# With the newest attempt, and the keys of (at most 100) tasks it needs.
_SHOWN = """
SELECT task.id, task.job_id, position, key, name, var, task.state, task.reason, task.error,
    waiting_on, allow_failure, task.queue, task.priority, spec, attempts, task.exit_code, output,
    progress, message, task.started_at, task.ended_at, newest.id AS attempt_id, newest.node,
    task.parent, task.path, task.kind, task.size, task.done, task.item,
    (SELECT sub.id FROM job AS sub WHERE sub.parent_task = task.id
     ORDER BY sub.parent_epoch DESC LIMIT 1) AS subjob_id,
    newest.state AS attempt_state,
    ARRAY(
        SELECT needed.key FROM edge JOIN task AS needed
            ON needed.job_id = edge.job_id AND needed.position = edge.parent
        WHERE edge.job_id = task.job_id AND edge.child = task.position
        ORDER BY edge.parent LIMIT 100
    ) AS needs
FROM ({rows}) AS task LEFT JOIN LATERAL (
    SELECT id, node, state FROM attempt WHERE task_id = task.id ORDER BY number DESC LIMIT 1
) AS newest ON true ORDER BY position {order}
"""

_PAGE = """
SELECT * FROM task WHERE job_id = %(job_id)s AND {conditions}
ORDER BY position {order} LIMIT %(limit)s
"""

_PAGE_BY_STATE = """
SELECT page.* FROM unnest(%(states)s::text[]) AS chosen (one) CROSS JOIN LATERAL (
    SELECT * FROM task WHERE job_id = %(job_id)s AND state = chosen.one AND {conditions}
    ORDER BY position {order} LIMIT %(limit)s
) AS page ORDER BY position {order} LIMIT %(limit)s
"""

_TASKS = _SHOWN.format(rows="SELECT * FROM task WHERE id = ANY(%(ids)s)", order="ASC")

# What was never set in motion has nothing to show.
_BEGUN = _SHOWN.format(
    rows="""SELECT * FROM task WHERE job_id = %(job_id)s AND (
        attempts > 0 OR state IN ('active', 'completed', 'failed')
        OR (state = 'skipped' AND reason = 'condition')
    )""",
    order="ASC",
)

_STATES = """
SELECT state FROM task WHERE job_id = %(job_id)s AND parent IS NULL ORDER BY position
"""

_EDGES = "SELECT parent, child FROM edge WHERE job_id = %(job_id)s ORDER BY parent, child"

# What has ended well, or was allowed not to, is no longer waited for.
_WAITING_FOR = """
SELECT needed.key FROM edge JOIN task AS needed
    ON needed.job_id = edge.job_id AND needed.position = edge.parent
WHERE edge.job_id = %(job_id)s AND edge.child = %(position)s
    AND needed.state <> 'completed'
    AND NOT (needed.state = 'skipped' AND needed.reason = 'condition')
    AND NOT (needed.state = 'failed' AND needed.allow_failure)
ORDER BY needed.position LIMIT %(limit)s
"""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Of which states (none: of any), with parts of composites or without, how named, and from
    which position on or back."""

    states: tuple[str, ...] = ()
    children: bool = False
    beginning: str | None = None
    beyond: int | None = None
    onward: bool = True


def page(tx: Tx, job_id: UUID, wanted: Wanted, limit: int) -> Sequence[Row]:
    """The next tasks, in the order of the way."""
    conditions = ["true" if wanted.children else "parent IS NULL"]
    if wanted.beginning is not None:
        conditions.append("starts_with(lower(name), lower(%(beginning)s))")
    if wanted.beyond is not None:
        conditions.append("position > %(beyond)s" if wanted.onward else "position < %(beyond)s")
    order = "ASC" if wanted.onward else "DESC"
    found = _PAGE_BY_STATE if wanted.states else _PAGE
    rows = found.format(conditions=" AND ".join(conditions), order=order)
    return tx.all(
        _SHOWN.format(rows=rows, order=order),
        job_id=job_id,
        states=list(wanted.states),
        beginning=wanted.beginning,
        beyond=wanted.beyond,
        limit=limit,
    )


def tasks(tx: Tx, ids: Sequence[UUID]) -> Sequence[Row]:
    """Of one job, those that exist, by position."""
    return tx.all(_TASKS, ids=list(ids))


def begun(tx: Tx, job_id: UUID) -> Sequence[Row]:
    """Of a job, those that were set in motion or skipped of themselves, by position."""
    return tx.all(_BEGUN, job_id=job_id)


def states(tx: Tx, job_id: UUID) -> Sequence[str]:
    return [row["state"] for row in tx.all(_STATES, job_id=job_id)]


def edges(tx: Tx, job_id: UUID) -> Sequence[tuple[int, int]]:
    return [(row["parent"], row["child"]) for row in tx.all(_EDGES, job_id=job_id)]


def waiting_for(tx: Tx, job_id: UUID, position: int, limit: int) -> Sequence[str]:
    rows = tx.all(_WAITING_FOR, job_id=job_id, position=position, limit=limit)
    return [row["key"] for row in rows]
