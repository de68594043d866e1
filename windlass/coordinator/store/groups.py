"""Groups of jobs: how many attempts of one run at once, and how many may wait for that.

Whoever hands out the room of a group, or adds to what waits in it, holds its row. What is counted
is counted by a later statement than the one that locks, so that it sees what the holder before has
done.
"""

from windlass.coordinator.store.db import Tx, Writer
from windlass.shared.spec import Group

FULL = "job_group_full"

_JOIN = """
INSERT INTO job_group (name, running, waiting) VALUES (%(name)s, %(running)s, %(waiting)s)
ON CONFLICT (name) DO UPDATE SET
    running = excluded.running, waiting = excluded.waiting, filled = 0
"""

# With the one that is about to be written.
_COUNT = """
UPDATE job_group SET filled = 1 + (
    SELECT count(*) FROM attempt WHERE group_name = %(name)s AND state = 'pending'
) WHERE name = %(name)s
"""


def join(writer: Writer, group: Group) -> None:
    """Before the first attempt of a job is written. Broken (``FULL``): too many wait already."""
    writer.run(_JOIN, name=group.name, running=group.running, waiting=group.waiting)
    writer.run(_COUNT, name=group.name)


OUT = """
SELECT count(*) FROM attempt
WHERE group_name = job_group.name AND state IN ('scheduled', 'running')
"""

# The names of groups in which anything waits, each found by one look into the index.
# Those with something to hand out and room for it, but for those that another dispatcher is at.
# They are this transaction's until it ends.
LOCK = f"""
WITH RECURSIVE wanted (name) AS (
    (SELECT group_name FROM attempt WHERE state = 'pending' AND group_name IS NOT NULL
     ORDER BY group_name LIMIT 1)
    UNION ALL
    SELECT (SELECT group_name FROM attempt WHERE state = 'pending' AND group_name > wanted.name
            ORDER BY group_name LIMIT 1)
    FROM wanted WHERE wanted.name IS NOT NULL
), roomy AS (
    SELECT name FROM job_group WHERE name IN (SELECT name FROM wanted) AND running > ({OUT})
    ORDER BY name FOR UPDATE SKIP LOCKED
)
UPDATE job_group SET taken_by = pg_current_xact_id()::text::bigint
FROM roomy WHERE job_group.name = roomy.name
"""  # noqa: S608 - constants only


# Locked first, looked at then: whoever submits to one meanwhile is seen.
_EMPTY = """
NOT EXISTS (
    SELECT FROM attempt
    WHERE group_name = job_group.name AND state IN ('pending', 'scheduled', 'running'))
"""

_FORGET = f"""
UPDATE job_group SET taken_by = pg_current_xact_id()::text::bigint WHERE name IN (
    SELECT name FROM job_group WHERE {_EMPTY}
    ORDER BY name LIMIT %(limit)s FOR UPDATE SKIP LOCKED
);
DELETE FROM job_group
WHERE taken_by = pg_current_xact_id_if_assigned()::text::bigint AND {_EMPTY}
"""  # noqa: S608 - constants only


def forget(tx: Tx, limit: int) -> int:
    """Those of which nothing is left; how many."""
    return tx.run(_FORGET, limit=limit)
