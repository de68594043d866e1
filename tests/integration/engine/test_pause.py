import pytest

from tests.support.builders import a_task, submitted
from tests.support.fakes import FakePublisher
from tests.support.fleet import Fleet
from tests.support.rows import attempts_of, job_of, row, states_of
from windlass.coordinator.engine import pause
from windlass.coordinator.engine.cancel import cancel
from windlass.coordinator.engine.dispatch import Republisher
from windlass.coordinator.engine.errors import Conflict, NotFound
from windlass.coordinator.store.db import Database
from windlass.shared.ids import new_job_id
from windlass.shared.spec import Retry

pytestmark = pytest.mark.postgres


def test_nothing_of_a_paused_job_is_dispatched_until_it_is_resumed(db: Database) -> None:
    fleet, id = Fleet(db), submitted(db, a_task("a"), a_task("b", [0]))

    pause.pause(db, fleet.signals, id)
    assert fleet.dispatch() == []
    assert fleet.signals.held == {id}

    pause.resume(db, fleet.signals, id)
    fleet.run()
    assert states_of(db, id) == {"a": "completed", "b": "completed"}
    assert fleet.signals.held == set()


def test_what_runs_ends_and_what_follows_waits(db: Database) -> None:
    fleet, id = Fleet(db), submitted(db, a_task("a"), a_task("b", [0]))
    ids = fleet.dispatch()
    fleet.start(*ids)

    pause.pause(db, fleet.signals, id)
    fleet.finish(*ids, exit_code=0)

    assert fleet.dispatch() == []
    assert states_of(db, id) == {"a": "completed", "b": "active"}
    assert job_of(db, id)["state"] == "running"


def test_a_retry_of_a_paused_job_waits_as_well(db: Database) -> None:
    fleet = Fleet(db)
    id = submitted(db, a_task("a", retry=Retry(limit=1, initial_delay=0)))
    ids = fleet.dispatch()
    pause.pause(db, fleet.signals, id)
    fleet.fail(*ids)

    assert fleet.dispatch() == []
    pause.resume(db, fleet.signals, id)
    assert len(fleet.dispatch()) == 1


def test_a_message_that_was_let_go_meanwhile_is_sent_again(db: Database) -> None:
    fleet, id = Fleet(db), submitted(db)
    (attempt,) = fleet.dispatch()
    publisher = FakePublisher()
    pause.pause(db, fleet.signals, id)
    Republisher(db, publisher, fleet.signals).step()
    assert publisher.sent == []

    pause.resume(db, fleet.signals, id)
    Republisher(db, publisher, fleet.signals).step()

    assert publisher.sent == [attempt]


def test_a_paused_job_can_be_cancelled(db: Database) -> None:
    fleet, id = Fleet(db), submitted(db)
    pause.pause(db, fleet.signals, id)

    cancel(db, fleet.signals, id)

    assert job_of(db, id)["state"] == "cancelled"


def test_redis_is_reminded_of_what_is_paused(db: Database) -> None:
    fleet, id = Fleet(db), submitted(db)
    fleet.signals.away = True
    pause.pause(db, fleet.signals, id)
    assert fleet.signals.held == set()

    fleet.signals.away = False
    assert pause.remind(db, fleet.signals) == 1
    assert fleet.signals.held == {id}


def test_pausing_twice_changes_nothing(db: Database) -> None:
    fleet, id = Fleet(db), submitted(db)
    pause.pause(db, fleet.signals, id)
    pause.pause(db, fleet.signals, id)

    (attempt,) = attempts_of(db, id)
    assert row(db, "attempt", attempt["id"])["held"]
    assert job_of(db, id)["paused"]


def test_what_is_over_or_unknown_cannot_be_paused(db: Database) -> None:
    fleet, id = Fleet(db), submitted(db)
    fleet.run()

    with pytest.raises(Conflict, match="completed already"):
        pause.pause(db, fleet.signals, id)
    with pytest.raises(NotFound):
        pause.resume(db, fleet.signals, new_job_id())
