"""One job, and what belongs to it, as it is read."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from windlass.coordinator.store.db import Row, Tx
from windlass.coordinator.store.job_list import COLUMNS

_JOB = f"SELECT {COLUMNS} FROM job WHERE id = %(id)s"  # noqa: S608 - constants only

_FIND = "SELECT id FROM job WHERE door = %(door)s AND external_id = %(external_id)s"

# Of very many failures any early one will do: they are not all sorted to tell the very first.
_FIRST_FAILURE = """
WITH failed AS MATERIALIZED (
    SELECT id, name, reason, error, exit_code, ended_at, position FROM task
    WHERE job_id = %(id)s AND state = 'failed' AND NOT allow_failure
      AND failing IS NULL AND NOT stale
    ORDER BY position LIMIT 1000
), first AS (
    SELECT * FROM failed ORDER BY ended_at, position LIMIT 1
)
SELECT first.id, name, reason, error, exit_code, newest.id AS attempt_id
FROM first LEFT JOIN LATERAL (
    SELECT id FROM attempt WHERE task_id = first.id ORDER BY number DESC LIMIT 1
) AS newest ON true
"""

_TOTALS = "SELECT state, sum(jobs)::bigint AS jobs FROM job_total GROUP BY state"

_TOTALS_SEEN = """
SELECT state, sum(jobs)::bigint AS jobs FROM (
    SELECT state, jobs FROM job_total
    UNION ALL
    SELECT state, -jobs FROM job_audience_total WHERE audience <> ALL(%(audiences)s::bigint[])
) AS change GROUP BY state
"""

_DOCUMENT = """
SELECT content FROM job LEFT JOIN document ON job_id = id WHERE id = %(id)s
"""

_DOCUMENTS = "SELECT job_id, content FROM document WHERE job_id = ANY(%(ids)s::uuid[])"

_HISTORY = """
SELECT id, job_id, entity, entity_id, was, became, reason, at FROM history
WHERE job_id = %(id)s AND id > %(after)s AND entity <> 'progress' ORDER BY id LIMIT %(limit)s
"""


def job(tx: Tx, id: UUID) -> Row | None:
    return tx.one(_JOB, id=id)


def find(tx: Tx, door: str, external_id: str) -> UUID | None:
    row = tx.one(_FIND, door=door, external_id=external_id)
    return row["id"] if row else None


def first_failure(tx: Tx, id: UUID) -> Row | None:
    """The task whose failure counts, and its newest attempt."""
    return tx.one(_FIRST_FAILURE, id=id)


def totals(tx: Tx) -> Mapping[str, int]:
    return {row["state"]: row["jobs"] for row in tx.all(_TOTALS)}


def totals_seen(tx: Tx, audiences: Sequence[int]) -> Mapping[str, int]:
    """Of the jobs with one of these audiences."""
    rows = tx.all(_TOTALS_SEEN, audiences=list(audiences))
    return {row["state"]: row["jobs"] for row in rows}


def document(tx: Tx, id: UUID) -> Row | None:
    """None: there is no such job."""
    return tx.one(_DOCUMENT, id=id)


def documents(tx: Tx, ids: Sequence[UUID]) -> Mapping[UUID, str]:
    """Of those that have one."""
    return {row["job_id"]: row["content"] for row in tx.all(_DOCUMENTS, ids=list(ids))}


def history(tx: Tx, id: UUID, after: int, limit: int) -> Sequence[Row]:
    return tx.all(_HISTORY, id=id, after=after, limit=limit)
