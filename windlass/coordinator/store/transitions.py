"""The only writer of state columns. A move is a compare-and-set along the table of legal moves, for
many rows in one statement, which also writes the history: neither exists without the other.
(Moves back, which open a new epoch of a job, are in ``reopening``.)"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from windlass.coordinator.store.db import Tx
from windlass.coordinator.store.rows import packed
from windlass.shared.states import Lifecycle, S

# Columns of ours that a move may set along with the state, and their types.
_COLUMNS = {
    "reason": "text",
    "error": "text",
    "exit_code": "integer",
    "node": "text",
    "placed": "text",
    "name": "text",
    "var": "text",
    "queue": "text",
    "attempts": "integer",
    "output": "text",
    "progress": "real",
    "settled": "boolean",
    "settling": "boolean",
    "log_bytes": "bigint",
    "log_lines": "bigint",
    "log_sha256": "text",
    "ran": "double precision",  # seconds; sets started_at where no report has
}

_LISTED = "SELECT * FROM json_to_recordset(%(wishes)s) AS listed (id uuid, why text{names})"

# The rows are looked up one by one through the primary key (OFFSET 0 keeps it so): a planner that
# thinks the wishes few would join them by comparing each with each.
_MOVE = """
WITH wish AS MATERIALIZED (
    {wish}
), old AS MATERIALIZED (
    SELECT wish.*, found.state AS was
    FROM (SELECT * FROM wish ORDER BY id) AS wish CROSS JOIN LATERAL (
        SELECT state FROM {table} WHERE {table}.id = wish.id AND state = ANY(%(sources)s)
        OFFSET 0 FOR UPDATE
    ) AS found
), moved AS (
    UPDATE {table} SET state = %(to)s{sets}
    FROM old WHERE {table}.id = old.id
    RETURNING {table}.id, {table}.job_id, old.was, old.why
), noted AS (
    INSERT INTO history (job_id, entity, entity_id, was, became, reason)
    SELECT job_id, %(entity)s, id, was, %(to)s, why FROM moved
)
{answer}
"""
_DEADLINE = {
    "job": "least(until, now() + make_interval(secs => timeout))",
    "attempt": "now() + make_interval(secs => timeout)",
}
_IDS = "SELECT id FROM moved"
_COUNTS = "SELECT job_id, count(*) AS moved FROM moved GROUP BY job_id"


@dataclass(frozen=True)
class Move:
    """One row's wish. ``why`` goes into the history, ``columns`` into the row."""

    id: UUID
    why: str = ""
    columns: Mapping[str, object] = field(default_factory=dict)


def move(
    tx: Tx, lifecycle: Lifecycle[S], to: S, wishes: Sequence[Move], *, only: Sequence[S] = ()
) -> set[UUID]:
    """Move what may still be moved to ``to``; the ids of those. Losing a race is not an error.

    All wishes of one call set the same columns. ``only`` narrows the states to move from.
    """
    if not wishes:
        return set()
    columns = list(wishes[0].columns)
    names = "".join(f", {name} {_COLUMNS[name]}" for name in columns)
    statement = _statement(lifecycle, to, _LISTED.format(names=names), columns, _IDS)
    rows = tx.all(
        statement,
        wishes=packed([{"id": wish.id, "why": wish.why, **wish.columns} for wish in wishes]),
        **_parameters(lifecycle, to, only),
    )
    return {row["id"] for row in rows}


def move_found(
    tx: Tx,
    lifecycle: Lifecycle[S],
    to: S,
    found: str,
    columns: Sequence[str] = (),
    **values: object,
) -> dict[UUID, int]:
    """Move what the statement ``found`` finds, as ``id``, ``why`` and ``columns``, without taking
    it through the program; how many of each job."""
    statement = _statement(lifecycle, to, found, columns, _COUNTS)
    rows = tx.all(statement, **_parameters(lifecycle, to, ()), **values)
    return {row["job_id"]: row["moved"] for row in rows}


def _statement(
    lifecycle: Lifecycle[S], to: S, wish: str, columns: Sequence[str], answer: str
) -> str:
    table = lifecycle.table
    moved = _MOVE if table != "job" else _MOVE.replace("{table}.job_id", "{table}.id AS job_id")
    sets = "".join(_set(table, name) for name in columns) + _stamps(lifecycle, to)
    return moved.format(table=table, wish=wish, sets=sets, answer=answer)


def _set(table: str, column: str) -> str:
    if column == "ran":
        started = f"coalesce({table}.started_at, now() - make_interval(secs => old.ran))"
        return f", started_at = {started}"
    return f", {column} = old.{column}"


def _stamps(lifecycle: Lifecycle[S], to: S) -> str:
    if lifecycle.is_final(to):
        return ", ended_at = now()"
    if to.value == "scheduled":
        return ", published = published + 1, published_at = now()"
    if to.value == "running":
        return (
            f", started_at = coalesce(started_at, now()), deadline = {_DEADLINE[lifecycle.table]}"
        )
    return ""


def _parameters(lifecycle: Lifecycle[S], to: S, only: Sequence[S]) -> dict[str, object]:
    sources = [state.value for state in lifecycle.sources(to) if not only or state in only]
    return {"to": to.value, "sources": sources, "entity": lifecycle.table}
