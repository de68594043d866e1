"""Jobs that have been over for a while."""

from windlass.coordinator.store.db import Database


def two_hours_pass(db: Database) -> None:
    with db.transaction() as tx:
        tx.run("UPDATE job SET ended_at = ended_at - interval '2 hours'")
