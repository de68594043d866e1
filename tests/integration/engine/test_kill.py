import pytest

from tests.support.builders import a_task, submitted
from tests.support.fleet import Fleet
from tests.support.rows import attempts_of, job_of, states_of, task_of
from windlass.coordinator.engine.errors import NotFound
from windlass.coordinator.engine.kill import kill
from windlass.coordinator.store.db import Database
from windlass.shared.ids import new_task_id
from windlass.shared.lease import Standing, Verdict
from windlass.shared.spec import Retry
from windlass.shared.states import Reason

pytestmark = pytest.mark.postgres


def test_what_depends_on_a_killed_task_does_not_run_and_the_rest_does(db: Database) -> None:
    fleet = Fleet(db)
    id = submitted(db, a_task("a"), a_task("below", [0]), a_task("beside"))

    kill(db, fleet.signals, task_of(db, id, "a")["id"])
    fleet.run()

    assert states_of(db, id) == {
        "a": "cancelled",
        "below": "skipped:upstream",
        "beside": "completed",
    }
    job = job_of(db, id)
    assert (job["state"], job["reason"], job["failed"]) == ("failed", "task_failed", 1)


def test_an_attempt_that_runs_is_told_and_not_repeated(db: Database) -> None:
    fleet = Fleet(db)
    id = submitted(db, a_task("a", retry=Retry(limit=5)))
    (attempt,) = fleet.dispatch()
    fleet.start(attempt)
    fleet.signals.known[attempt] = Standing("spent", "node-1")

    kill(db, fleet.signals, task_of(db, id, "a")["id"])
    assert (attempt, Verdict.CANCEL) in fleet.signals.judged
    fleet.finish(attempt, reason=Reason.CANCELLED)

    assert states_of(db, id) == {"a": "cancelled"}
    assert len(attempts_of(db, id)) == 1


def test_an_attempt_nobody_has_claimed_is_taken_back(db: Database) -> None:
    fleet, id = Fleet(db), submitted(db)
    fleet.dispatch()

    kill(db, fleet.signals, attempts_of(db, id)[0]["task_id"])

    assert [each["state"] for each in attempts_of(db, id)] == ["cancelled"]
    assert job_of(db, id)["state"] == "failed"


def test_without_redis_the_wish_stands_and_the_node_hears_of_it_later(db: Database) -> None:
    fleet, id = Fleet(db), submitted(db)
    (attempt,) = fleet.dispatch()
    fleet.start(attempt)
    fleet.signals.away = True

    kill(db, fleet.signals, attempts_of(db, id)[0]["task_id"])

    (found,) = attempts_of(db, id)
    assert (found["state"], found["cancelling"]) == ("running", True)


def test_a_task_that_was_allowed_to_fail_may_be_killed(db: Database) -> None:
    fleet = Fleet(db)
    id = submitted(db, a_task("a", allow_failure=True), a_task("b", [0]))

    kill(db, fleet.signals, task_of(db, id, "a")["id"])
    fleet.run()

    assert states_of(db, id) == {"a": "cancelled", "b": "completed"}
    assert job_of(db, id)["state"] == "completed"


def test_a_task_that_is_over_stays_as_it_is(db: Database) -> None:
    fleet, id = Fleet(db), submitted(db)
    fleet.run()

    kill(db, fleet.signals, attempts_of(db, id)[0]["task_id"])

    assert job_of(db, id)["state"] == "completed"


def test_a_task_nobody_knows_is_not_found(db: Database) -> None:
    with pytest.raises(NotFound):
        kill(db, Fleet(db).signals, new_task_id())


def test_what_was_killed_and_was_allowed_to_fail_shields_what_needs_it(db: Database) -> None:
    fleet = Fleet(db)
    id = submitted(
        db, a_task("a"), a_task("b", [0], allow_failure=True), a_task("c", [1]), a_task("d")
    )

    kill(db, fleet.signals, task_of(db, id, "b")["id"])
    kill(db, fleet.signals, task_of(db, id, "a")["id"])
    fleet.run()

    assert states_of(db, id) == {
        "a": "cancelled",
        "b": "cancelled",
        "c": "completed",
        "d": "completed",
    }
