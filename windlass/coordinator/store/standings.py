"""Jobs of one door, and of one owner there, with their newest attempts; by numbered page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from windlass.coordinator.store.db import Row, Tx
from windlass.coordinator.store.job_list import COLUMNS

# Of a job of several tasks the mean.
_FURTHEST = """
(SELECT avg(CASE WHEN state = 'completed' THEN 100 ELSE furthest END)::float8
 FROM task WHERE job_id = job.id AND parent IS NULL) AS furthest
"""

_ONE = f"""
SELECT {COLUMNS}, {_FURTHEST} FROM job
WHERE door = %(door)s AND external_id = %(external_id)s
"""  # noqa: S608 - constants only

_PAGE = """
SELECT {columns}, {furthest} FROM job {newest} WHERE {where}
ORDER BY id DESC LIMIT %(limit)s OFFSET %(offset)s
"""

_COUNT = "SELECT count(*) AS jobs FROM job {newest} WHERE {where}"

_NEWEST = """
LEFT JOIN LATERAL (
    SELECT state AS attempt_state, reason AS attempt_reason FROM attempt
    WHERE job_id = job.id ORDER BY id DESC LIMIT 1
) AS newest ON true
"""

_LATE = (
    "(job.reason IS NOT DISTINCT FROM 'timeout' OR attempt_reason IS NOT DISTINCT FROM 'timeout')"
)


@dataclass(frozen=True)
class Condition:
    """Of a job in ``state``: its newest attempt is in one of ``attempts`` (none: in any, or there
    is none); ``late``: its time was up, or not (None: either)."""

    state: str
    attempts: tuple[str, ...] = ()
    late: bool | None = None


@dataclass(frozen=True, kw_only=True)
class Owned:
    """All given must hold, but for ``conditions``, of which any."""

    door: str
    owner: str | None = None
    external_id: str | None = None
    tags: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    conditions: tuple[Condition, ...] = ()


def one(tx: Tx, door: str, external_id: str) -> Row | None:
    return tx.one(_ONE, door=door, external_id=external_id)


def page(tx: Tx, owned: Owned, limit: int, offset: int) -> Sequence[Row]:
    """Newest first."""
    parts = {"columns": COLUMNS, "furthest": _FURTHEST, **_parts(owned)}
    return tx.all(_PAGE.format(**parts), limit=limit, offset=offset, **_values(owned))


def count(tx: Tx, owned: Owned) -> int:
    row = tx.one(_COUNT.format(**_parts(owned)), **_values(owned))
    return int(row["jobs"]) if row else 0


def _parts(owned: Owned) -> dict[str, str]:
    wanted = ["door = %(door)s"]
    for field, condition in _FIELDS.items():
        if getattr(owned, field):
            wanted.append(condition)
    if owned.conditions:
        any_of = (_condition(number, each) for number, each in enumerate(owned.conditions))
        wanted.append(f"({' OR '.join(any_of)})")
    newest = _NEWEST if owned.conditions else ""
    return {"where": " AND ".join(wanted), "newest": newest}


_FIELDS = {
    "owner": "owner = %(owner)s",
    "external_id": "external_id = %(external_id)s",
    "tags": "tags @> %(tags)s",
    "since": "created_at >= %(since)s",
    "until": "created_at < %(until)s",
}


def _condition(number: int, condition: Condition) -> str:
    parts = [f"job.state = %(state_{number})s"]
    if condition.attempts:
        parts.append(f"attempt_state = ANY(%(attempts_{number})s)")
    if condition.late is not None:
        parts.append(_LATE if condition.late else f"NOT {_LATE}")
    return f"({' AND '.join(parts)})"


def _values(owned: Owned) -> dict[str, object]:
    values: dict[str, object] = {
        "door": owned.door,
        "owner": owned.owner,
        "external_id": owned.external_id,
        "tags": list(owned.tags),
        "since": owned.since,
        "until": owned.until,
    }
    for number, each in enumerate(owned.conditions):
        values |= {f"state_{number}": each.state, f"attempts_{number}": list(each.attempts)}
    return values
