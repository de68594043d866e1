"""Attempts that are out of the engine's hands, as the reaper reads them."""

from collections.abc import Sequence
from uuid import UUID

from windlass.coordinator.store.db import Row, Tx

# Overdue: its worker should have stopped it long ago. Grace is in the message as the worker got it,
# which is read only where it matters.
_OVERDUE = """
CASE WHEN deadline < now() - interval '30 seconds' THEN deadline < now() - interval '30 seconds'
    - interval '1 second' * coalesce((message::json #>> '{container,grace}')::float8, 10)
ELSE false END
"""

_RUNNING = f"""
SELECT id, state, node, cancelling, {_OVERDUE} AS overdue FROM attempt
WHERE state = 'running' AND id > %(after)s
ORDER BY id LIMIT %(limit)s
"""  # noqa: S608 - constants only


def running(tx: Tx, after: UUID, limit: int) -> Sequence[Row]:
    """id, state, node, cancelling, overdue; by id."""
    return tx.all(_RUNNING, after=after, limit=limit)


_SCHEDULED = """
SELECT id, state, node, cancelling, false AS overdue FROM attempt
WHERE state = 'scheduled' AND id > %(after)s
  AND (published_at IS NULL OR published_at < now() - interval '15 seconds')
ORDER BY id LIMIT %(limit)s
"""


def scheduled(tx: Tx, after: UUID, limit: int) -> Sequence[Row]:
    """id, state, node, cancelling, overdue; by id; not those just sent out."""
    return tx.all(_SCHEDULED, after=after, limit=limit)


_STILL = """
SELECT id, state, node, cancelling, false AS overdue FROM attempt
WHERE state = 'scheduled' AND id = ANY(%(ids)s)
"""


def still_scheduled(tx: Tx, ids: Sequence[UUID]) -> Sequence[Row]:
    return tx.all(_STILL, ids=list(ids)) if ids else []
