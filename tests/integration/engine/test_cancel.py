import pytest

from tests.support.builders import a_task, submitted
from tests.support.fleet import Fleet
from tests.support.rows import attempts_of, job_of, row, states_of
from windlass.coordinator.engine.cancel import cancel, carry_out
from windlass.coordinator.engine.errors import Conflict, NotFound
from windlass.coordinator.store.db import Database
from windlass.shared.ids import new_job_id
from windlass.shared.lease import Standing, Verdict
from windlass.shared.spec import Retry
from windlass.shared.states import Reason


def test_a_job_of_which_nothing_runs_is_cancelled_at_once(db: Database) -> None:
    fleet, id = Fleet(db), submitted(db, a_task("a"), a_task("b", [0]))

    cancel(db, fleet.signals, id)

    assert states_of(db, id) == {"a": "cancelled", "b": "cancelled"}
    job = job_of(db, id)
    assert (job["state"], job["reason"], job["ended"]) == ("cancelled", "cancelled", 2)
    assert not job["settling"]
    assert fleet.dispatch() == []


def test_an_attempt_nobody_has_claimed_is_taken_back(db: Database) -> None:
    fleet, id = Fleet(db), submitted(db)
    (attempt,) = fleet.dispatch()

    cancel(db, fleet.signals, id)

    assert row(db, "attempt", attempt)["state"] == "cancelled"
    assert job_of(db, id)["state"] == "cancelled"


def test_an_attempt_that_is_claimed_is_told_to_stop(db: Database) -> None:
    fleet, id = Fleet(db), submitted(db)
    (attempt,) = fleet.dispatch()
    fleet.signals.known[attempt] = Standing("spent", "node-1")

    cancel(db, fleet.signals, id)

    assert fleet.signals.judged == [(attempt, Verdict.CANCEL)]
    job = job_of(db, id)
    assert (job["state"], job["settling"]) == ("pending", False)
    fleet.start(attempt)
    assert fleet.signals.judged[1:] == [(attempt, Verdict.CANCEL)]
    fleet.finish(attempt, reason=Reason.CANCELLED)
    assert job_of(db, id)["state"] == "cancelled"


def test_a_running_task_ends_as_its_worker_reports(db: Database) -> None:
    fleet = Fleet(db)
    id = submitted(db, a_task("stopped"), a_task("quick"), a_task("stubborn"))
    ids = {attempt["key"]: attempt["id"] for attempt in attempts_of(db, id)}
    fleet.start(*fleet.dispatch())

    cancel(db, fleet.signals, id)
    fleet.finish(ids["stopped"], reason=Reason.CANCELLED, exit_code=143)
    fleet.finish(ids["quick"], exit_code=0)
    fleet.fail(ids["stubborn"], code=1)

    assert states_of(db, id) == {
        "stopped": "cancelled",
        "quick": "completed",
        "stubborn": "failed",
    }
    assert job_of(db, id)["state"] == "cancelled"


def test_a_failure_after_a_cancel_is_not_tried_again(db: Database) -> None:
    fleet = Fleet(db)
    id = submitted(db, a_task("a", retry=Retry(limit=9, initial_delay=0.0)))
    (attempt,) = fleet.dispatch()
    fleet.start(attempt)
    cancel(db, fleet.signals, id)

    fleet.fail(attempt)

    assert job_of(db, id)["state"] == "cancelled"
    assert len(attempts_of(db, id)) == 1


def test_a_node_lost_after_a_cancel_ends_the_job(db: Database) -> None:
    fleet, id = Fleet(db), submitted(db)
    (attempt,) = fleet.dispatch()
    fleet.start(attempt)
    cancel(db, fleet.signals, id)

    fleet.lose(attempt)

    assert job_of(db, id)["state"] == "cancelled"
    assert [attempt["state"] for attempt in attempts_of(db, id)] == ["lost"]


def test_cancelling_again_is_no_error_until_the_job_is_over(db: Database) -> None:
    fleet, id = Fleet(db), submitted(db)
    (attempt,) = fleet.dispatch()
    fleet.start(attempt)

    cancel(db, fleet.signals, id)
    cancel(db, fleet.signals, id)
    fleet.finish(attempt, reason=Reason.CANCELLED)

    with pytest.raises(Conflict):
        cancel(db, fleet.signals, id)


def test_a_job_nobody_knows_cannot_be_cancelled(db: Database) -> None:
    with pytest.raises(NotFound):
        cancel(db, Fleet(db).signals, new_job_id())


def test_a_cancel_without_redis_is_carried_out_when_it_is_back(db: Database) -> None:
    fleet, id = Fleet(db), submitted(db)
    (attempt,) = fleet.dispatch()
    fleet.start(attempt)
    fleet.signals.away = True

    cancel(db, fleet.signals, id)
    assert job_of(db, id)["settling"]

    fleet.signals.away = False
    assert carry_out(db, fleet.signals, 10) == 1
    assert fleet.signals.judged == [(attempt, Verdict.CANCEL)]
    assert carry_out(db, fleet.signals, 10) == 0


def test_a_big_job_is_left_to_the_loop(db: Database) -> None:
    fleet, id = Fleet(db), submitted(db, *(a_task(str(i)) for i in range(1_001)))

    cancel(db, fleet.signals, id)
    assert "waiting" in states_of(db, id).values()
    while carry_out(db, fleet.signals, 10):
        pass

    assert {*states_of(db, id).values()} == {"cancelled"}
    assert job_of(db, id)["state"] == "cancelled"


def test_a_job_past_its_time_fails_with_that_reason(db: Database) -> None:
    fleet, id = Fleet(db), submitted(db, a_task("a"), a_task("b", [0]), timeout=90.0)
    fleet.start(*fleet.dispatch())
    with db.transaction() as tx:
        tx.run("UPDATE job SET wanted = 'timeout', settling = true")

    carry_out(db, fleet.signals, 10)
    fleet.finish(attempts_of(db, id)[0]["id"], reason=Reason.CANCELLED)

    assert (job_of(db, id)["state"], job_of(db, id)["reason"]) == ("failed", "timeout")
    assert job_of(db, id)["error"] == "timed out after 1m30s"
    assert states_of(db, id) == {"a": "cancelled", "b": "cancelled"}
