"""Jobs of one door by numbered page, newest first, searched by whole words with English stems.

Worded as the partial indexes of the Tork door have it; another door would need its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from windlass.coordinator.store.db import Row, Tx
from windlass.coordinator.store.job_list import COLUMNS

_WHERE = "door = 'tork' AND {wanted}"

_WORDS = "job_prose(name, description, state) @@ plainto_tsquery('english', %(words)s)"

_PAGE = """
SELECT {columns}, current.at, current.at_progress FROM (
    SELECT {columns} FROM job WHERE {where} ORDER BY id DESC LIMIT %(limit)s OFFSET %(offset)s
) AS job {current} ORDER BY id DESC
"""

# Of few jobs that match, all are found by the index over words or tags; to walk from the newest job
# on until a page is full would be to pass over all the others. Materialized: the planner shall not
# turn it into that walk.
FEW = 5_000
_PAGE_OF_FEW = """
WITH hit AS MATERIALIZED (SELECT id FROM job WHERE {where}), page AS (
    SELECT id FROM hit ORDER BY id DESC LIMIT %(limit)s OFFSET %(offset)s
)
SELECT {columns}, current.at, current.at_progress FROM page JOIN job USING (id) {current}
ORDER BY id DESC
"""

# Of each audience the newest, along its index; what is hidden is not even passed over. Worded so
# that no other index has this order: to walk along all ids looks cheap for an audience of no jobs.
_PAGE_SEEN = """
SELECT {columns}, current.at, current.at_progress FROM (
    SELECT seen.id FROM unnest(%(audiences)s::bigint[]) AS chosen (one) CROSS JOIN LATERAL (
        SELECT id FROM job WHERE door = 'tork' AND audience BETWEEN chosen.one AND chosen.one
        ORDER BY audience DESC, id DESC LIMIT %(limit)s::bigint + %(offset)s::bigint
    ) AS seen ORDER BY id DESC LIMIT %(limit)s OFFSET %(offset)s
) AS page JOIN job USING (id) {current} ORDER BY id DESC
"""

_COUNT = "SELECT count(*) AS jobs FROM job WHERE {where}"

_TOTAL = "SELECT coalesce(sum(jobs), 0)::bigint AS jobs FROM job_tork_total"

_TOTAL_SEEN = """
SELECT ((SELECT coalesce(sum(jobs), 0) FROM job_tork_total) - (
    SELECT coalesce(sum(jobs), 0) FROM job_audience_total
    WHERE door = 'tork' AND audience <> ALL(%(audiences)s::bigint[])
))::bigint AS jobs
"""

# The first task that is not over, or ended badly: where the job is.
CURRENT = """
LEFT JOIN LATERAL (
    SELECT position AS at, progress AS at_progress
    FROM unnest('{active,failed,cancelled}'::text[]) AS chosen (one) CROSS JOIN LATERAL (
        SELECT position, progress FROM task
        WHERE job_id = job.id AND state = chosen.one AND parent IS NULL
        ORDER BY position LIMIT 1
    ) AS first ORDER BY position LIMIT 1
) AS current ON true
"""

_ONE = f"SELECT {COLUMNS}, current.at, current.at_progress FROM job {CURRENT} WHERE id = %(id)s"  # noqa: S608 - constants only


@dataclass(frozen=True, kw_only=True)
class Prose:
    """``tags``: any of them, where there are some; ``words``: all of them; ``audiences``: any of
    them, None: all there are."""

    tags: tuple[str, ...] | None = None
    words: str | None = None
    audiences: tuple[int, ...] | None = None

    @property
    def is_empty(self) -> bool:
        """Nothing was asked for."""
        return self.tags is None and self.words is None


@dataclass(frozen=True)
class Span:
    """Of a list that has ``total``."""

    limit: int
    offset: int
    total: int


def page(tx: Tx, prose: Prose, span: Span) -> Sequence[Row]:
    parts = {"columns": COLUMNS, "where": _where(prose), "current": CURRENT}
    sql = _way(prose, span.total).format(**parts)
    return tx.all(sql, limit=span.limit, offset=span.offset, **_values(prose))


def _way(prose: Prose, total: int) -> str:
    if prose.is_empty:
        return _PAGE if prose.audiences is None else _PAGE_SEEN
    return _PAGE_OF_FEW if total <= FEW else _PAGE


def count(tx: Tx, prose: Prose) -> int:
    total = _TOTAL if prose.audiences is None else _TOTAL_SEEN
    sql = total if prose.is_empty else _COUNT.format(where=_where(prose))
    row = tx.one(sql, **_values(prose))
    return int(row["jobs"]) if row else 0


def one(tx: Tx, id: object) -> Row | None:
    return tx.one(_ONE, id=id)


def _where(prose: Prose) -> str:
    wanted = []
    if prose.tags is not None:
        wanted.append("tags && %(tags)s")
    if prose.words is not None:
        wanted.append(
            "job_prose(name, description, state) @@ plainto_tsquery('english', %(words)s)"
        )
    if prose.audiences is not None:
        wanted.append("audience = ANY(%(audiences)s::bigint[])")
    return _WHERE.format(wanted=" AND ".join(wanted) or "true")


def _values(prose: Prose) -> dict[str, object]:
    return {
        "tags": list(prose.tags or ()),
        "words": prose.words,
        "audiences": list(prose.audiences or ()),
    }
