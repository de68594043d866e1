import pytest

from tests.support.fakes import FakeSignals
from tests.support.stored import given_job
from windlass.coordinator.engine import deadlines
from windlass.coordinator.store.db import Database

pytestmark = pytest.mark.postgres

PAST, FUTURE = "2020-01-01", "2999-01-01"


def test_only_open_jobs_past_their_deadline_shall_end(db: Database) -> None:
    late = given_job(db, deadline=PAST)
    given_job(db, deadline=FUTURE)
    given_job(db)
    given_job(db, deadline=PAST, state="completed", ended_at=PAST)
    cancelled = given_job(db, deadline=PAST, wanted="cancelled")
    signals = FakeSignals()

    assert deadlines.enforce(db, signals) == 1
    assert deadlines.enforce(db, signals) == 0

    with db.transaction() as tx:
        rows = tx.all("SELECT id, wanted, settling FROM job WHERE wanted IS NOT NULL ORDER BY id")
    assert [tuple(row.values()) for row in rows] == [
        (late, "timeout", True),
        (cancelled, "cancelled", False),
    ]
    assert signals.woken == 1
