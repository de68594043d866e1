"""Jobs whose time is up."""

from collections.abc import Sequence
from uuid import UUID

from windlass.coordinator.store.db import Tx

_EXPIRE = """
WITH late AS (
    SELECT id FROM job
    WHERE deadline < now() AND ended_at IS NULL AND wanted IS NULL
    ORDER BY id LIMIT %(limit)s FOR UPDATE
)
UPDATE job SET wanted = 'timeout', wanted_at = now(), settling = true
FROM late WHERE job.id = late.id AND job.ended_at IS NULL AND job.wanted IS NULL
RETURNING job.id
"""


def expire(tx: Tx, limit: int) -> Sequence[UUID]:
    """Want the end of jobs past their deadline; which they are."""
    return [row["id"] for row in tx.all(_EXPIRE, limit=limit)]
