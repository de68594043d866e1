"""How the errands of jobs were answered."""

from collections.abc import Sequence
from uuid import UUID

from windlass.coordinator.store.db import Row, Tx

_OK = 200

# What an errand was answered is the output that its worker reports of the task.
_ANSWERS = """
SELECT job_id, count(*) FILTER (WHERE said.status = %(ok)s) AS good,
    count(*) FILTER (WHERE said.status <> %(ok)s) AS bad,
    coalesce(avg(said.seconds) FILTER (WHERE said.status = %(ok)s), 0) AS seconds
FROM task CROSS JOIN LATERAL
    json_to_record(task.output::json) AS said (status integer, seconds double precision)
WHERE job_id = ANY(%(ids)s::uuid[]) AND state = 'completed' AND parent IS NOT NULL AND kind = ''
  AND NOT stale AND output IS NOT NULL
GROUP BY job_id
"""


def answers(tx: Tx, job_ids: Sequence[UUID]) -> Sequence[Row]:
    """Of jobs whose composites consist of errands: how many were answered 200, and how else;
    the mean time of the former."""
    return tx.all(_ANSWERS, ids=list(job_ids), ok=_OK)
