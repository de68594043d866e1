"""What nodes have left for attempts that ask for cores or memory."""

from collections.abc import Sequence

from windlass.coordinator.store.db import Row, Tx

LIVE = """
node.left_at IS NULL AND node.seen_at >= now() - interval '15 seconds'
    AND NOT (node.drain OR node.draining)
"""

# What runs without having asked for anything takes a slot, and nothing else that could be counted.
ROOMS = f"""
SELECT node.name, node.queues,
    node.cpus - coalesce(taken.cpus, 0) AS cpus,
    node.memory - coalesce(taken.memory, 0) AS memory,
    node.slots - greatest(cardinality(node.running), coalesce(taken.attempts, 0)) AS slots
FROM node LEFT JOIN (
    SELECT placed, sum(cpus) AS cpus, sum(memory) AS memory, count(*) AS attempts FROM attempt
    WHERE placed IS NOT NULL AND state IN ('scheduled', 'running') GROUP BY placed
) AS taken ON taken.placed = node.name
WHERE {LIVE}
"""  # noqa: S608 - constants only


def rooms(tx: Tx) -> Sequence[Row]:
    """Of each live node: name, queues, and what is free of its cpus, memory and slots."""
    return tx.all(ROOMS)


_SIZES = f"SELECT name, queues, cpus, memory FROM node WHERE {LIVE}"  # noqa: S608 - constants only


def sizes(tx: Tx) -> Sequence[Row]:
    """Of each live node: name, queues, cpus and memory, free or not."""
    return tx.all(_SIZES)


# The message waits in a queue of the node's own, from which nobody else will take it.
_UNPLACE = f"""
UPDATE attempt SET placed = NULL, published_at = NULL
WHERE state = 'scheduled' AND placed IS NOT NULL
  AND NOT EXISTS (SELECT FROM node WHERE node.name = placed AND {LIVE})
"""  # noqa: S608 - constants only


def unplace(tx: Tx) -> int:
    """Attempts waiting for a node that takes no more are to be sent to any; how many."""
    return tx.run(_UNPLACE)
