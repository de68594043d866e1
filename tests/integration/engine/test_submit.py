import pytest

from tests.support.builders import a_job, a_submission, a_task, submitted
from tests.support.fakes import FakeSignals
from tests.support.fleet import Fleet
from tests.support.rows import attempts_of, history_of, job_of, states_of, tasks_of
from windlass.coordinator.engine.errors import Conflict, Invalid
from windlass.coordinator.engine.submit import submit
from windlass.coordinator.store.db import Database
from windlass.shared import messages


def test_a_job_of_one_task_is_ready_to_be_dispatched(db: Database) -> None:
    signals = FakeSignals()

    answer = submit(db, signals, a_submission(a_job(a_task("one", image="busybox"))))

    assert answer.created
    assert job_of(db, answer.job_id)["state"] == "pending"
    (attempt,) = attempts_of(db, answer.job_id)
    assert attempt["state"] == "pending"
    assert signals.woken == 1
    order = messages.decode(attempt["message"])
    assert (order.attempt_id, order.number, order.task_name) == (attempt["id"], 1, "one")
    assert order.container.image == "busybox"


def test_tasks_that_need_others_wait(db: Database) -> None:
    id = submitted(db, a_task("first"), a_task("second", [0]), a_task("third", [0, 1]))

    assert states_of(db, id) == {"first": "active", "second": "waiting", "third": "waiting"}
    assert [task["waiting_on"] for task in tasks_of(db, id)] == [0, 1, 2]


def test_the_history_of_a_task_that_starts_at_once_says_that_it_was_ready(db: Database) -> None:
    id = submitted(db)

    (task,) = tasks_of(db, id)
    assert history_of(db, task["id"]) == [("waiting", "active", "ready")]
    assert history_of(db, id) == [(None, "pending", "submitted")]


def test_a_wide_job_starts_some_tasks_at_once_and_the_others_soon(db: Database) -> None:
    id = submitted(db, *(a_task(str(i)) for i in range(700)))

    assert sorted({*states_of(db, id).values()}) == ["active", "waiting"]

    fleet = Fleet(db)
    taken = fleet.dispatch() + fleet.dispatch()

    assert len(taken) == 700
    assert {*states_of(db, id).values()} == {"active"}


def test_a_spec_with_problems_is_refused_and_leaves_nothing(db: Database) -> None:
    with pytest.raises(Invalid) as refusal:
        submit(db, FakeSignals(), a_submission(a_job(a_task("a", [1]), a_task("b", [0]), name="")))

    assert [problem.path for problem in refusal.value.problems] == [
        ("name",),
        ("tasks", 0, "needs"),
    ]
    with db.transaction() as tx:
        assert tx.all("SELECT id FROM job") == []


def test_the_same_request_again_makes_no_second_job(db: Database) -> None:
    request = a_submission(idempotency_key="key", fingerprint="same")

    first = submit(db, FakeSignals(), request)
    second = submit(db, FakeSignals(), request)

    assert (second.job_id, second.created) == (first.job_id, False)
    with db.transaction() as tx:
        assert len(tx.all("SELECT id FROM job")) == 1


def test_a_key_that_came_with_another_request_is_a_conflict(db: Database) -> None:
    submit(db, FakeSignals(), a_submission(idempotency_key="key", fingerprint="one"))

    with pytest.raises(Conflict):
        submit(db, FakeSignals(), a_submission(idempotency_key="key", fingerprint="other"))


def test_keys_of_different_callers_do_not_meet(db: Database) -> None:
    one = submit(db, FakeSignals(), a_submission(idempotency_key="key", owner="ann"))
    other = submit(db, FakeSignals(), a_submission(idempotency_key="key", owner="bob"))

    assert other.created
    assert other.job_id != one.job_id


def test_an_external_id_is_taken_once_for_each_door(db: Database) -> None:
    submit(db, FakeSignals(), a_submission(external_id="raysubmit_1", door="ray"))
    submit(db, FakeSignals(), a_submission(external_id="raysubmit_1", door="tork"))

    with pytest.raises(Conflict, match="raysubmit_1"):
        submit(db, FakeSignals(), a_submission(external_id="raysubmit_1", door="ray"))


@pytest.mark.parametrize("field", ["external_id", "idempotency_key"])
def test_what_comes_with_a_spec_is_checked_too(db: Database, field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        submit(db, FakeSignals(), a_submission(None, **{field: "a\0b"}))

    assert [problem.path for problem in refusal.value.problems] == [(field,)]


def test_a_document_is_kept_as_it_came_but_for_what_cannot_be_stored(db: Database) -> None:
    id = submit(db, FakeSignals(), a_submission(document="name: a\0b\ud800")).job_id

    with db.transaction() as tx:
        row = tx.one("SELECT content FROM document WHERE job_id = %(id)s", id=id)
    assert row == {"content": "name: a\ufffdb\ufffd"}
