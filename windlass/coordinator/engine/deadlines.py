"""Jobs past their deadline end as if somebody had cancelled them, only with another reason.

An attempt that outlives its own deadline is stopped by its worker; where that is gone, the reaper
sees to it.
"""

from windlass.coordinator.engine.ports import Signals
from windlass.coordinator.store import deadlines
from windlass.coordinator.store.db import Database

BATCH = 100


def enforce(db: Database, signals: Signals) -> int:
    """Want the end of jobs whose time is up; ``cancel.carry_out`` does the rest."""
    with db.transaction() as tx:
        ids = deadlines.expire(tx, BATCH)
    if ids:
        signals.wake_dispatch()
        signals.changed(ids)
    return len(ids)
