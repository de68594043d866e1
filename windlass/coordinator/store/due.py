"""Attempts the dispatcher takes: those whose time has come, and those that got stuck on the way.

Rows are taken without their job's lock, by SKIP LOCKED: whoever takes them waits for nobody.
"""

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from windlass.coordinator.store import groups, placing
from windlass.coordinator.store.db import Row, Tx
from windlass.shared import queues

# What asks for more than any node has free stays where it is, and in nobody's way.
_FITS = """
(cpus IS NULL AND memory IS NULL OR EXISTS (
    SELECT FROM room WHERE attempt.queue = ANY(room.queues) AND room.slots > 0
    AND coalesce(attempt.cpus, 0) <= room.cpus AND coalesce(attempt.memory, 0) <= room.memory))
"""

_COLUMNS = """id, queue, priority, message, cpus, memory, run_after,
    extract(epoch FROM now() - run_after)::float8 AS late"""

# Priority by priority, so that attempts waiting for their time in one are not read for another. Of
# the groups this transaction has locked, as many as there is room for.
_TAKE = f"""
WITH room AS MATERIALIZED ({placing.ROOMS}), open_group AS MATERIALIZED (
    SELECT name, running - ({groups.OUT}) AS room FROM job_group
    WHERE taken_by = pg_current_xact_id_if_assigned()::text::bigint
)
(
    SELECT due.* FROM generate_series(9, 0, -1) AS wanted (priority), LATERAL (
        SELECT {_COLUMNS} FROM attempt
        WHERE state = 'pending' AND NOT held AND group_name IS NULL
          AND attempt.priority = wanted.priority AND run_after <= now() AND {_FITS}
        ORDER BY run_after, id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
    ) AS due LIMIT %(limit)s
) UNION ALL
SELECT due.* FROM open_group, LATERAL (
    SELECT {_COLUMNS} FROM attempt
    WHERE state = 'pending' AND NOT held AND group_name = open_group.name
      AND run_after <= now() AND {_FITS}
    ORDER BY group_rank DESC, run_after, id
    LIMIT greatest(open_group.room, 0) FOR UPDATE SKIP LOCKED
) AS due
"""  # noqa: S608 - constants only

_MOST_URGENT = f"""{groups.LOCK};
SELECT * FROM ({_TAKE}) AS due ORDER BY priority DESC, run_after, id LIMIT %(limit)s
"""  # noqa: S608 - constants only


def take(tx: Tx, limit: int) -> Sequence[Row]:
    """Lock due attempts, most urgent first: id, queue, priority, message, cpus, memory, late
    (seconds). Of each group only what there is room for."""
    return tx.all(_MOST_URGENT, limit=limit)


_SOONEST = """
SELECT min(extract(epoch FROM next.run_after - now()))::float8 AS rest
FROM generate_series(0, 9) AS wanted (priority), LATERAL (
    SELECT run_after FROM attempt
    WHERE state = 'pending' AND NOT held AND group_name IS NULL
      AND attempt.priority = wanted.priority AND run_after > now()
    ORDER BY run_after LIMIT 1
) AS next
"""


def soonest(tx: Tx) -> float | None:
    """Seconds until the next attempt becomes due, but for those in groups."""
    row = tx.one(_SOONEST)
    return None if row is None else row["rest"]


_WAITING = """
SELECT queue, placed, count(*) AS attempts FROM attempt WHERE state = 'scheduled' AND NOT held
GROUP BY queue, placed
"""


def waiting(tx: Tx) -> dict[str, int]:
    """How many scheduled attempts each queue of the broker has."""
    found: Counter[str] = Counter()
    for row in tx.all(_WAITING):
        found[queues.at_broker(row["queue"], row["placed"])] += row["attempts"]
    return found


# Once more as soon as may be where sending failed, after 10 s where nothing waits at the broker;
# else at an age that doubles each time.
_STUCK = """
SELECT id, queue, priority, message FROM attempt
WHERE state = 'scheduled' AND NOT cancelling AND NOT held AND id > %(after)s
  AND coalesce('@' || placed, queue) = ANY(%(queues)s)
  AND (published_at IS NULL
    OR published_at < now() - CASE
      WHEN coalesce('@' || placed, queue) = ANY(%(empty)s) THEN interval '10 seconds'
      ELSE interval '1 minute' * power(2, least(published, 7) - 1) END)
ORDER BY id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
"""


def take_stuck(
    tx: Tx, short: Sequence[str], empty: Sequence[str], after: UUID, limit: int
) -> Sequence[Row]:
    """Lock attempts of these queues of the broker whose message may be gone: id, queue, priority,
    message."""
    return tx.all(_STUCK, queues=list(short), empty=list(empty), after=after, limit=limit)


_AGAIN = """
UPDATE attempt SET published = published + 1, published_at = now(), placed = NULL
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
