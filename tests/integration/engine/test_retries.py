import pytest

from tests.support.builders import a_task, submitted
from tests.support.fleet import Fleet
from tests.support.rows import age, attempts_of, job_of, row, states_of, tasks_of
from windlass.coordinator.store.db import Database
from windlass.shared import messages
from windlass.shared.lease import Verdict
from windlass.shared.spec import Retry
from windlass.shared.states import Reason

AT_ONCE = Retry(limit=2, initial_delay=0.0)


def test_a_failed_task_is_tried_again_up_to_its_limit(db: Database) -> None:
    fleet, id = Fleet(db), submitted(db, a_task("a", retry=AT_ONCE))

    fleet.run(failing=["a"])

    assert [attempt["number"] for attempt in attempts_of(db, id)] == [1, 2, 3]
    assert {attempt["state"] for attempt in attempts_of(db, id)} == {"failed"}
    assert states_of(db, id) == {"a": "failed"}


def test_a_retry_that_completes_completes_the_task(db: Database) -> None:
    fleet, id = Fleet(db), submitted(db, a_task("a", retry=AT_ONCE))

    fleet.fail(*fleet.dispatch())
    fleet.finish(*fleet.dispatch(), exit_code=0)

    assert job_of(db, id)["state"] == "completed"
    (task,) = tasks_of(db, id)
    assert (task["attempts"], task["failures"], task["exit_code"]) == (2, 1, 0)


def test_a_retry_waits_and_repeats_the_order_under_a_new_id(db: Database) -> None:
    fleet = Fleet(db)
    retry = Retry(limit=1, initial_delay=60.0, jitter=0.0)
    id = submitted(
        db, a_task("a", retry=retry, env={"X": "{{ inputs.x }}"}), inputs={"x": "{{ inputs.y }}"}
    )

    fleet.fail(*fleet.dispatch())

    assert fleet.dispatch() == []
    first, second = attempts_of(db, id)
    assert (second["run_after"] - first["ended_at"]).total_seconds() == pytest.approx(60, abs=1)
    order = messages.decode(second["message"])
    assert (order.attempt_id, order.number) == (second["id"], 2)
    assert order.container.env == {"X": "{{ inputs.y }}"}


@pytest.mark.parametrize("reason", [Reason.REJECTED, Reason.TEMPLATE])
def test_what_another_try_cannot_mend_is_not_tried_again(db: Database, reason: Reason) -> None:
    fleet, id = Fleet(db), submitted(db, a_task("a", retry=AT_ONCE))

    fleet.fail(*fleet.dispatch(), reason=reason)

    assert states_of(db, id) == {"a": "failed"}


def test_a_lost_attempt_is_replaced_at_no_cost_to_the_limit(db: Database) -> None:
    fleet, id = Fleet(db), submitted(db, a_task("a"))
    (lost,) = fleet.dispatch()
    fleet.start(lost)

    assert fleet.lose(lost) == 1

    assert row(db, "attempt", lost)["state"] == "lost"
    assert fleet.signals.judged == [(lost, Verdict.LOST)]
    fleet.finish(*fleet.dispatch(), exit_code=0)
    assert job_of(db, id)["state"] == "completed"
    assert tasks_of(db, id)[0]["losses"] == 1


def test_a_task_that_loses_its_nodes_again_and_again_is_given_up(db: Database) -> None:
    fleet, id = Fleet(db), submitted(db, a_task("a", retry=AT_ONCE))

    while ids := fleet.dispatch():
        fleet.lose(*ids)
        age(db, attempts_of(db, id)[-1]["id"], "run_after", 60)

    assert len(attempts_of(db, id)) == 5
    assert tasks_of(db, id)[0]["reason"] == "poison"
    assert job_of(db, id)["state"] == "failed"


def test_a_report_of_a_lost_attempt_is_not_accepted(db: Database) -> None:
    fleet, id = Fleet(db), submitted(db, a_task("a"))
    (lost,) = fleet.dispatch()
    fleet.lose(lost)
    fleet.signals.judged.clear()

    fleet.finish(lost, exit_code=0)

    assert row(db, "attempt", lost)["state"] == "lost"
    assert states_of(db, id) == {"a": "active"}
    assert fleet.signals.judged == [(lost, Verdict.LOST)]


def test_giving_up_twice_does_it_once(db: Database) -> None:
    fleet, id = Fleet(db), submitted(db, a_task("a"))
    (lost,) = fleet.dispatch()

    assert (fleet.lose(lost), fleet.lose(lost)) == (1, 0)

    assert len(attempts_of(db, id)) == 2


def test_an_overdue_attempt_without_a_worker_counts_as_timed_out(db: Database) -> None:
    fleet, id = Fleet(db), submitted(db, a_task("a", retry=Retry(limit=1, initial_delay=0.0)))

    fleet.lose(*fleet.dispatch(), reason=Reason.TIMEOUT)
    fleet.lose(*fleet.dispatch(), reason=Reason.TIMEOUT)

    (task,) = tasks_of(db, id)
    assert (task["state"], task["reason"], task["failures"]) == ("failed", "timeout", 1)
    assert [attempt["state"] for attempt in attempts_of(db, id)] == ["failed", "failed"]
