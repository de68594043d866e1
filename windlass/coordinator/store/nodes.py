"""The node table, and what the attempts say about nodes and queues. All times are Postgres'."""

from collections.abc import Sequence
from uuid import UUID

from windlass.coordinator.store.db import Row, Tx
from windlass.shared.events import NodeBeat

# Nodes in order of name, so that two inboxes never wait for each other in a circle.
_BEAT = """
INSERT INTO node AS known (
    name, hostname, runtime, version, queues, slots, running, draining, cpus, memory, disk_free
) VALUES %s
ON CONFLICT (name) DO UPDATE SET
    hostname = excluded.hostname, runtime = excluded.runtime, version = excluded.version,
    queues = excluded.queues, slots = excluded.slots, running = excluded.running,
    draining = excluded.draining, cpus = excluded.cpus, memory = excluded.memory,
    disk_free = excluded.disk_free, seen_at = now(), left_at = NULL,
    joined_at = CASE WHEN known.left_at IS NULL THEN known.joined_at ELSE now() END
"""


def beat(tx: Tx, beats: Sequence[NodeBeat]) -> None:
    """One per node, sorted by name."""
    tx.many(_BEAT, [_as_row(beat) for beat in beats])


def _as_row(beat: NodeBeat) -> Sequence[object]:
    return (
        beat.node,
        beat.hostname,
        beat.runtime,
        beat.version,
        list(beat.queues),
        beat.slots,
        list(beat.running),
        beat.draining,
        beat.cpus,
        beat.memory,
        beat.disk_free,
    )


_LEAVE = """
UPDATE node SET left_at = now(), seen_at = now() WHERE name = ANY(%(names)s)
"""


def leave(tx: Tx, names: Sequence[str]) -> None:
    tx.run(_LEAVE, names=list(names))


_WISHES = """
SELECT name, drain FROM node WHERE name = ANY(%(names)s) AND drain <> draining
"""


def unheard_wishes(tx: Tx, names: Sequence[str]) -> dict[str, bool]:
    """Nodes that do not do as their operator wants, and what that is."""
    return {row["name"]: row["drain"] for row in tx.all(_WISHES, names=list(names))}


_CARRIED = """
SELECT carried.id, attempt.state, attempt.settled, attempt.cancelling,
    coalesce(attempt.ended_at < now() - interval '10 seconds', true) AS stale
FROM unnest(%(ids)s::uuid[]) AS carried (id) LEFT JOIN attempt USING (id)
"""


def carried(tx: Tx, ids: Sequence[UUID]) -> Sequence[Row]:
    """What is known of attempts that nodes say they run: id, state (None: nothing), settled,
    cancelling, stale (over for longer than news takes to reach its node)."""
    return tx.all(_CARRIED, ids=list(ids))


_LIST = """
SELECT name, hostname, runtime, version, queues, slots, cardinality(running) AS running,
    running::text[] AS attempts, cpus, memory, disk_free, joined_at, seen_at,
    CASE
        WHEN left_at IS NOT NULL THEN 'left'
        WHEN seen_at < now() - interval '15 seconds' THEN 'silent'
        WHEN NOT (drain OR draining) THEN 'active'
        WHEN cardinality(running) > 0 THEN 'draining'
        ELSE 'drained'
    END AS state
FROM node
"""
_ALL = f"{_LIST} ORDER BY name"
_ONE = f"{_LIST} WHERE name = %(name)s"


def all(tx: Tx) -> Sequence[Row]:
    return tx.all(_ALL)


def one(tx: Tx, name: str) -> Row | None:
    return tx.one(_ONE, name=name)


_DRAIN = "UPDATE node SET drain = %(wanted)s WHERE name = %(name)s"


def drain(tx: Tx, name: str, wanted: bool) -> bool:
    """False: there is no such node."""
    return tx.run(_DRAIN, name=name, wanted=wanted) > 0


_FORGET = """
DELETE FROM node WHERE seen_at < now() - interval '7 days' AND NOT drain
"""


def forget(tx: Tx) -> int:
    """Nodes not heard of for a week."""
    return tx.run(_FORGET)


_QUEUES = """
WITH load AS (
    SELECT queue AS name,
        count(*) FILTER (WHERE state = 'pending') AS pending,
        count(*) FILTER (WHERE state = 'scheduled') AS scheduled,
        count(*) FILTER (WHERE state = 'running') AS running,
        min(created_at) FILTER (WHERE state <> 'running') AS oldest_at
    FROM attempt WHERE state IN ('pending', 'scheduled', 'running') GROUP BY queue
), served AS (
    SELECT queue.name, count(*) AS nodes FROM node, unnest(queues) AS queue (name)
    WHERE left_at IS NULL AND seen_at >= now() - interval '15 seconds' AND NOT (drain OR draining)
    GROUP BY queue.name
)
SELECT name, coalesce(pending, 0) AS pending, coalesce(scheduled, 0) AS scheduled,
    coalesce(running, 0) AS running, oldest_at, coalesce(nodes, 0) AS nodes
FROM load FULL JOIN served USING (name) ORDER BY name
"""


def queues(tx: Tx) -> Sequence[Row]:
    """Every queue with open attempts or an active node."""
    return tx.all(_QUEUES)


_ALIVE = "SELECT 1"


def ping(tx: Tx) -> None:
    tx.run(_ALIVE)
