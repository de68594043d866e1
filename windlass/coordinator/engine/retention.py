"""Jobs that are over go with everything that belongs to them: when they wished for it, or when they
are older than the operator keeps them; logs may go earlier. In small batches, by any number of
coordinators."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from math import inf
from time import time
from uuid import UUID

from windlass.coordinator.store import deletion, expiry
from windlass.coordinator.store.db import Database, Row, Tx
from windlass.shared.ids import first_id_at
from windlass.shared.states import JobState

BATCH = 100
_TASKS = 20_000  # of all jobs of a batch, where it is of more than one

Ages = Mapping[JobState, float]  # seconds since its end; a state that is not there is kept for ever


def expire(db: Database) -> int:
    """Delete what has completed so long ago as it said; at least ``BATCH``: there may be more."""
    with db.transaction() as tx:
        return _delete(tx, expiry.expired(tx, BATCH))


def retire(db: Database, ages: Ages) -> int:
    """Delete what is too old; at least ``BATCH``: there may be more."""
    states: dict[float, list[str]] = defaultdict(list)
    for state, age in ages.items():
        states[age].append(state)
    done = 0
    for age, alike in states.items():
        with db.transaction() as tx:
            done += _delete(tx, expiry.aged(tx, alike, age, BATCH))
    return done


def forget_logs(db: Database, age: float) -> int:
    """Delete what attempts wrote that ended so many seconds ago, and keep their jobs; ``BATCH``:
    there may be more. An endless age is that of their jobs."""
    if age == inf:
        return 0
    with db.transaction() as tx:
        ids = expiry.old_logs(tx, first_id_at(time() - age), age, BATCH)
        if ids:
            expiry.forget_logs(tx, ids)
    return len(ids)


def _delete(tx: Tx, found: Sequence[Row]) -> int:
    chosen = list(_few(found))
    deletion.delete(tx, chosen)
    return len(found) if len(chosen) == len(found) else BATCH


def _few(found: Sequence[Row]) -> Iterator[UUID]:
    """The first, and others while they are not too much for one transaction."""
    tasks = 0
    for row in found:
        tasks += row["total"]
        if tasks > _TASKS and tasks > row["total"]:
            return
        yield row["id"]
