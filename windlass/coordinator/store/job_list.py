"""The list of jobs, by cursor and filter.

Ids sort by age, so a page is a short walk along an index of ids. A filter that lets little through
would make it a long one: after REACH rows the walk is given up, and the one index over everything
that can be filtered by is asked for all that match, which then are few. Asking it first would be
wrong: for the beginning of a common word it has to collect every match before it tells of one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from windlass.coordinator.store.db import Row, Tx
from windlass.shared.ids import first_id_at

REACH = 5000

# Ids carry the clock of the coordinator that made them, created_at that of Postgres.
_SKEW = 60.0

COLUMNS = """id, door, external_id, owner, name, description, state, reason, error, wanted, paused,
    epoch, priority, queue, tags, spec, total, ended, failed, output, created_at, started_at,
    ended_at, schedule_id, parent_task, wanted_at, template_id, template_version"""

_WALK = """
SELECT {columns} FROM (
    SELECT {columns}, words, audience FROM job WHERE {within} ORDER BY id {order} LIMIT %(reach)s
) AS job WHERE {wanted} ORDER BY id {order} LIMIT %(limit)s
"""

# Empty where the walk has seen all there is.
_BEYOND = """
SELECT id FROM job WHERE {within} ORDER BY id {order} OFFSET %(reach)s LIMIT 1
"""

# Materialized: the planner shall not turn it into yet another walk.
_SEARCH = """
WITH hit AS MATERIALIZED (
    SELECT id, created_at FROM job WHERE {wanted}
), page AS (
    SELECT id FROM hit WHERE {within} ORDER BY id {order} LIMIT %(limit)s
)
SELECT {columns} FROM page JOIN job USING (id) ORDER BY id {order}
"""

_NEXT = "SELECT {columns} FROM job WHERE {within} ORDER BY id {order} LIMIT %(limit)s"

# One part per state: only so does each go along the index of that state.
_OF_STATE = """
(SELECT {columns} FROM job WHERE state = %(state_{number})s AND {within}
ORDER BY id {order} LIMIT %(limit)s)
"""
_OF_STATES = "SELECT {columns} FROM ({parts}) AS job ORDER BY id {order} LIMIT %(limit)s"

# Of each audience the newest, along its index; what is hidden is not even passed over. Worded so
# that no other index has this order: to walk along all ids looks cheap for an audience of no jobs.
_OF_AUDIENCES = """
SELECT seen.* FROM unnest(%(audiences)s::bigint[]) AS chosen (one) CROSS JOIN LATERAL (
    SELECT {columns} FROM job WHERE audience BETWEEN chosen.one AND chosen.one AND {within}
    ORDER BY audience {order}, id {order} LIMIT %(limit)s
) AS seen ORDER BY id {order} LIMIT %(limit)s
"""

_COUNT = "SELECT count(*) AS jobs FROM ({rows}) AS counted"

_MATCHING = "SELECT FROM job WHERE {wanted} AND {within} LIMIT %(limit)s"

_FACETS = "job_facets(state, queue, door, owner)"


@dataclass(frozen=True, kw_only=True)
class Search:
    """All given must hold. Every state is allowed when ``states`` is empty, every audience when
    ``audiences`` is None."""

    states: tuple[str, ...] = ()
    queue: str | None = None
    door: str | None = None
    owner: str | None = None
    tags: tuple[str, ...] = ()
    words: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    audiences: tuple[int, ...] | None = None


@dataclass(frozen=True)
class Place:
    """Where a page begins: beyond ``key``, or at the very end where that is None."""

    key: UUID | None = None
    older: bool = True


NEWEST = Place()


def page(tx: Tx, search: Search, place: Place, limit: int) -> Sequence[Row]:
    """The next jobs from there, in the order of the way."""
    values = {"limit": limit, "reach": REACH, **_values(search, place)}
    if not _is_picky(search):
        return tx.all(_straight(search, place, COLUMNS), **values)
    parts = _parts(search, place, COLUMNS)
    rows = tx.all(_WALK.format(**parts), **values)
    if _is_enough(tx, rows, parts, values):
        return rows
    if 2 * len(rows) >= limit:  # not far to go
        rows = tx.all(_WALK.format(**parts), **{**values, "reach": 3 * REACH})
    return rows if len(rows) == limit else tx.all(_SEARCH.format(**parts), **values)


def count(tx: Tx, search: Search, most: int) -> int:
    """No further than ``most``."""
    values = {"limit": most, "reach": REACH, **_values(search, NEWEST)}
    if not _is_picky(search):
        return _count(tx, _straight(search, NEWEST, "id"), values)
    parts = _parts(search, NEWEST, COLUMNS)
    walked = _count(tx, _WALK.format(**parts), values)
    return walked if walked == most else _count(tx, _MATCHING.format(**parts), values)


def _count(tx: Tx, rows: str, values: Mapping[str, object]) -> int:
    row = tx.one(_COUNT.format(rows=rows), **values)
    return int(row["jobs"]) if row else 0


def _is_picky(search: Search) -> bool:
    """Whether a walk may have to pass over most of what it sees."""
    facets = (search.queue, search.door, search.owner, search.words)
    several = search.audiences is not None and search.states
    return bool(search.tags or several) or any(facet is not None for facet in facets)


def _is_enough(
    tx: Tx, rows: Sequence[Row], parts: Mapping[str, str], values: Mapping[str, object]
) -> bool:
    return len(rows) == values["limit"] or tx.one(_BEYOND.format(**parts), **values) is None


def _straight(search: Search, place: Place, columns: str) -> str:
    """A walk that passes over nothing."""
    parts = {"columns": columns, "within": _within(search, place), "order": _order(place)}
    if search.audiences is not None:
        return _OF_AUDIENCES.format(**parts)
    if not search.states:
        return _NEXT.format(**parts)
    each = [_OF_STATE.format(number=number, **parts) for number in range(len(search.states))]
    return _OF_STATES.format(parts=" UNION ALL ".join(each), **parts)


def _parts(search: Search, place: Place, columns: str) -> dict[str, str]:
    return {
        "columns": columns,
        "within": _within(search, place),
        "wanted": _wanted(search),
        "order": _order(place),
    }


def _order(place: Place) -> str:
    return "DESC" if place.older else "ASC"


def _within(search: Search, place: Place) -> str:
    """What bounds the walk, whatever the filter."""
    conditions = []
    if place.key is not None:
        conditions.append("id < %(key)s" if place.older else "id > %(key)s")
    if search.since is not None:
        conditions += ["id >= %(since_id)s", "created_at >= %(since)s"]
    if search.until is not None:
        conditions += ["id < %(until_id)s", "created_at < %(until)s"]
    return _all(conditions)


def _wanted(search: Search) -> str:
    """Worded as the index over all that has it."""
    conditions = []
    if search.queue is not None or search.door is not None or search.owner is not None:
        conditions.append(f"{_FACETS} @> %(facets)s")
    if search.states:
        conditions.append(f"{_FACETS} && %(state_facets)s")
    if search.tags:
        conditions.append("tags @> %(tags)s")
    if search.words is not None:
        conditions.append("words @@ job_query(%(words)s)")
    if search.audiences is not None:
        conditions.append("audience = ANY(%(audiences)s::bigint[])")
    return _all(conditions)


def _all(conditions: Sequence[str]) -> str:
    return " AND ".join(conditions) or "true"


def _values(search: Search, place: Place) -> dict[str, object]:
    facets = {"queue": search.queue, "door": search.door, "owner": search.owner}
    return {
        "key": place.key,
        **{f"state_{number}": state for number, state in enumerate(search.states)},
        "state_facets": [f"state:{state}" for state in search.states],
        "facets": [f"{name}:{value}" for name, value in facets.items() if value is not None],
        "tags": list(search.tags),
        "words": search.words,
        "audiences": list(search.audiences or ()),
        "since": search.since,
        "until": search.until,
        "since_id": search.since and first_id_at(search.since.timestamp() - _SKEW),
        "until_id": search.until and first_id_at(search.until.timestamp() + _SKEW),
    }
