"""The only writer of state columns. A move is a compare-and-set along the table of legal moves, for
many rows in one statement, which also writes the history: neither exists without the other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from windlass.coordinator.store.db import Tx
from windlass.shared.states import Lifecycle, S

# Columns of ours that a move may set along with the state, and their types.
_COLUMNS = {
    "reason": "text",
    "error": "text",
    "exit_code": "integer",
    "node": "text",
    "output": "text",
    "log_bytes": "bigint",
    "log_lines": "bigint",
    "log_sha256": "text",
}

_MOVE = """
WITH wish AS (
    SELECT * FROM unnest({arrays}) AS wish (id, why{names})
), old AS (
    SELECT {table}.id, {table}.state FROM {table} JOIN wish USING (id)
    WHERE {table}.state = ANY(%(sources)s)
    ORDER BY {table}.id FOR UPDATE OF {table}
), moved AS (
    UPDATE {table} SET state = %(to)s{stamps}{sets}
    FROM old JOIN wish USING (id) WHERE {table}.id = old.id
    RETURNING {table}.id, {table}.job_id, old.state AS was, wish.why
), noted AS (
    INSERT INTO history (job_id, entity, entity_id, was, became, reason)
    SELECT job_id, %(entity)s, id, was, %(to)s, why FROM moved
)
SELECT id FROM moved
"""


@dataclass(frozen=True)
class Move:
    """One row's wish. ``why`` goes into the history, ``columns`` into the row."""

    id: UUID
    why: str = ""
    columns: Mapping[str, object] = field(default_factory=dict)


def move(tx: Tx, lifecycle: Lifecycle[S], to: S, wishes: Sequence[Move]) -> set[UUID]:
    """Move what may still be moved to ``to``; the ids of those. Losing a race is not an error.

    All wishes of one call set the same columns.
    """
    if not wishes:
        return set()
    columns = list(wishes[0].columns)
    arrays = ["%(id)s::uuid[]", "%(why)s::text[]"]
    arrays += [f"%({name})s::{_COLUMNS[name]}[]" for name in columns]
    statement = _MOVE.format(
        table=lifecycle.table,
        arrays=", ".join(arrays),
        names="".join(f", {name}" for name in columns),
        sets="".join(f", {name} = wish.{name}" for name in columns),
        stamps=_stamps(lifecycle, to),
    )
    values = {name: [wish.columns[name] for wish in wishes] for name in columns}
    rows = tx.all(
        statement,
        id=[wish.id for wish in wishes],
        why=[wish.why for wish in wishes],
        to=to.value,
        sources=[state.value for state in lifecycle.sources(to)],
        entity=lifecycle.table,
        **values,
    )
    return {row["id"] for row in rows}


def _stamps(lifecycle: Lifecycle[S], to: S) -> str:
    if lifecycle.is_final(to):
        return ", ended_at = now()"
    if to.value == "scheduled":
        return ", published = published + 1, published_at = now()"
    if to.value in {"running", "active"}:
        return ", started_at = coalesce(started_at, now())"
    return ""
