"""Attempts the dispatcher takes: those whose time has come, and those that got stuck on the way.

Rows are taken without their job's lock, by SKIP LOCKED: whoever takes them waits for nobody.
"""

from collections.abc import Sequence
from uuid import UUID

from windlass.coordinator.store.db import Row, Tx

# Priority by priority, so that attempts waiting for their time in one are not read for another.
_TAKE = """
SELECT due.* FROM generate_series(9, 0, -1) AS wanted (priority), LATERAL (
    SELECT id, queue, priority, message, extract(epoch FROM now() - run_after)::float8 AS late
    FROM attempt
    WHERE state = 'pending' AND attempt.priority = wanted.priority AND run_after <= now()
    ORDER BY run_after, id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
) AS due
LIMIT %(limit)s
"""


def take(tx: Tx, limit: int) -> Sequence[Row]:
    """Lock due attempts, most urgent first: id, queue, priority, message, late (seconds)."""
    return tx.all(_TAKE, limit=limit)


_SOONEST = """
SELECT min(extract(epoch FROM next.run_after - now()))::float8 AS rest
FROM generate_series(0, 9) AS wanted (priority), LATERAL (
    SELECT run_after FROM attempt
    WHERE state = 'pending' AND attempt.priority = wanted.priority AND run_after > now()
    ORDER BY run_after LIMIT 1
) AS next
"""


def soonest(tx: Tx) -> float | None:
    """Seconds until the next attempt becomes due."""
    row = tx.one(_SOONEST)
    return None if row is None else row["rest"]


_WAITING = """
SELECT queue, count(*) AS attempts FROM attempt WHERE state = 'scheduled' GROUP BY queue
"""


def waiting(tx: Tx) -> dict[str, int]:
    """How many scheduled attempts each queue has."""
    return {row["queue"]: row["attempts"] for row in tx.all(_WAITING)}


# Once more as soon as may be where sending failed, after 10 s where nothing waits at the broker;
# else at an age that doubles each time.
_STUCK = """
SELECT id, queue, priority, message FROM attempt
WHERE state = 'scheduled' AND NOT cancelling AND id > %(after)s AND queue = ANY(%(queues)s)
  AND (published_at IS NULL
    OR published_at < now() - CASE WHEN queue = ANY(%(empty)s) THEN interval '10 seconds'
      ELSE interval '1 minute' * power(2, least(published, 7) - 1) END)
ORDER BY id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
"""


def take_stuck(
    tx: Tx, queues: Sequence[str], empty: Sequence[str], after: UUID, limit: int
) -> Sequence[Row]:
    """Lock attempts of ``queues`` whose message may be gone: id, queue, priority, message."""
    return tx.all(_STUCK, queues=list(queues), empty=list(empty), after=after, limit=limit)


_AGAIN = """
UPDATE attempt SET published = published + 1, published_at = now()
WHERE id = ANY(%(ids)s) AND state = 'scheduled'
"""


def published_again(tx: Tx, ids: Sequence[UUID]) -> None:
    tx.run(_AGAIN, ids=list(ids))


_UNSENT = """
UPDATE attempt SET published_at = NULL WHERE id IN (
    SELECT id FROM attempt WHERE id = ANY(%(ids)s) AND state = 'scheduled'
    FOR UPDATE SKIP LOCKED
)
"""


def unsent(tx: Tx, ids: Sequence[UUID]) -> None:
    """Nobody knows whether the broker has these; those that somebody else works on stay as they
    are."""
    tx.run(_UNSENT, ids=list(ids))
