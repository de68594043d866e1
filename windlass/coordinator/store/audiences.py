"""Who may see which job. A job has one audience: a set of users and roles, or everybody (0)."""

from collections.abc import Sequence
from uuid import UUID

from windlass.coordinator.store.db import Row, Tx

EVERYBODY = 0

_FIND = "SELECT id FROM audience WHERE members = %(members)s::text[]"

_MAKE = """
INSERT INTO audience (members) VALUES (%(members)s::text[]) ON CONFLICT (members) DO NOTHING
"""

_VISIBLE = "SELECT id FROM audience WHERE members && %(keys)s::text[]"

# Of ids that exist, those that are hidden.
_HIDDEN = """
WITH wanted AS ({wanted})
SELECT wanted.id FROM wanted
WHERE wanted.audience <> 0 AND NOT EXISTS (
    SELECT FROM audience WHERE id = wanted.audience AND members && %(keys)s::text[]
)
"""
_WANTED = {
    "job": "SELECT id, audience FROM job WHERE id = ANY(%(ids)s::uuid[])",
    "task": """SELECT task.id, audience FROM task JOIN job ON job.id = job_id
        WHERE task.id = ANY(%(ids)s::uuid[])""",
    "attempt": """SELECT attempt.id, audience FROM attempt JOIN job ON job.id = job_id
        WHERE attempt.id = ANY(%(ids)s::uuid[])""",
    "schedule": "SELECT id, audience FROM schedule WHERE id = ANY(%(ids)s::uuid[])",
}


def of(tx: Tx, members: Sequence[str]) -> int:
    """The audience of these members, made where there is none yet."""
    values = {"members": sorted(set(members))}
    found = tx.one(_FIND, **values)
    if found is None:
        tx.run(_MAKE, **values)
        found = tx.one(_FIND, **values)
    assert found is not None  # noqa: S101 - audiences are never deleted
    return int(found["id"])


def visible(tx: Tx, keys: Sequence[str]) -> list[int]:
    """The audiences that somebody with these keys belongs to."""
    found = tx.all(_VISIBLE, keys=list(keys)) if keys else ()
    return [EVERYBODY, *(row["id"] for row in found)]


def hidden(tx: Tx, what: str, ids: Sequence[UUID], keys: Sequence[str]) -> set[UUID]:
    """``what``: job, task, attempt or schedule."""
    rows = tx.all(_HIDDEN.format(wanted=_WANTED[what]), ids=list(ids), keys=list(keys))
    return {row["id"] for row in rows}


_MEMBERS = "SELECT members FROM audience WHERE id = %(id)s"


def members(tx: Tx, id: int) -> Sequence[str]:
    row: Row | None = tx.one(_MEMBERS, id=id)
    return row["members"] if row else ()
