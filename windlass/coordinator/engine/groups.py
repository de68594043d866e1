"""Groups that nothing belongs to any more."""

from windlass.coordinator.store import groups
from windlass.coordinator.store.db import Database

BATCH = 1_000


def forget(db: Database) -> int:
    """How many."""
    with db.transaction() as tx:
        return groups.forget(tx, BATCH)
