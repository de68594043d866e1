import pytest

from tests.support.builders import a_task, submitted
from tests.support.fleet import Fleet
from tests.support.rows import attempts_of, history_of, job_of, states_of, tasks_of
from windlass.coordinator.engine.cancel import cancel
from windlass.coordinator.engine.errors import Conflict, NotFound
from windlass.coordinator.engine.restart import delete, rerun, restart
from windlass.coordinator.store.db import Database
from windlass.shared.ids import JobId, TaskId, new_job_id, new_task_id

TABLES = ("job", "task", "edge", "attempt", "history", "document", "idempotency", "log_chunk")


def a_task_id(db: Database, job_id: JobId, key: str) -> TaskId:
    return TaskId(next(task["id"] for task in tasks_of(db, job_id) if task["key"] == key))


def a_failed_job(db: Database, fleet: Fleet) -> JobId:
    id = submitted(
        db,
        a_task("done"),
        a_task("no", condition="false"),
        a_task("allowed", allow_failure=True),
        a_task("bad", [0, 1, 2]),
        a_task("after", [3]),
        a_task("last", [4, 0]),
    )
    fleet.run(failing=["bad", "allowed"])
    assert job_of(db, id)["state"] == "failed"
    return id


def test_a_restart_keeps_what_ended_well_and_runs_the_rest(db: Database) -> None:
    fleet = Fleet(db)
    id = a_failed_job(db, fleet)

    assert restart(db, fleet.signals, id) == 2

    assert states_of(db, id) == {
        "done": "completed",
        "no": "skipped:condition",
        "allowed": "failed",
        "bad": "active",
        "after": "waiting",
        "last": "waiting",
    }
    assert [task["waiting_on"] for task in tasks_of(db, id)][3:] == [0, 1, 1]
    job = job_of(db, id)
    assert (job["state"], job["ended"], job["failed"], job["error"]) == ("pending", 3, 0, "")

    fleet.run()

    job = job_of(db, id)
    assert (job["state"], job["ended"], job["epoch"]) == ("completed", 6, 2)
    bad = [attempt for attempt in attempts_of(db, id) if attempt["key"] == "bad"]
    assert [(attempt["number"], attempt["epoch"]) for attempt in bad] == [(1, 1), (2, 2)]


def test_a_restart_is_told_in_the_history(db: Database) -> None:
    fleet = Fleet(db)
    id = a_failed_job(db, fleet)

    restart(db, fleet.signals, id)

    assert history_of(db, id)[-1] == ("failed", "pending", "epoch 2")
    bad = history_of(db, a_task_id(db, id, "bad"))
    assert bad[-2:] == [("failed", "waiting", "restarted"), ("waiting", "active", "ready")]


def test_a_cancelled_job_can_be_restarted(db: Database) -> None:
    fleet, id = Fleet(db), submitted(db, a_task("a"), a_task("b", [0]))
    cancel(db, fleet.signals, id)

    restart(db, fleet.signals, id)
    fleet.run()

    assert job_of(db, id)["state"] == "completed"


def test_only_a_job_that_failed_or_was_cancelled_can_be_restarted(db: Database) -> None:
    fleet, id = Fleet(db), submitted(db)

    with pytest.raises(Conflict):
        restart(db, fleet.signals, id)
    fleet.run()
    with pytest.raises(Conflict):
        restart(db, fleet.signals, id)
    with pytest.raises(NotFound):
        restart(db, fleet.signals, new_job_id())


def test_a_job_that_failed_by_its_output_alone_ends_again_at_once(db: Database) -> None:
    fleet, id = Fleet(db), submitted(db, a_task("a", var="x"), output="{{ fromJSON(tasks.x) }}")
    fleet.run(outputs={"a": "{"})

    assert restart(db, fleet.signals, id) == 2

    assert (job_of(db, id)["state"], job_of(db, id)["reason"]) == ("failed", "template")


def test_a_rerun_takes_along_what_follows_and_nothing_else(db: Database) -> None:
    fleet = Fleet(db)
    id = submitted(db, a_task("a"), a_task("b", [0]), a_task("c", [1]), a_task("d", [0]))
    fleet.run()

    assert rerun(db, fleet.signals, a_task_id(db, id, "b")) == 2

    assert states_of(db, id) == {"a": "completed", "b": "active", "c": "waiting", "d": "completed"}
    fleet.run()
    assert (job_of(db, id)["state"], job_of(db, id)["ended"]) == ("completed", 4)


def test_a_rerun_leaves_other_failures_as_they_are(db: Database) -> None:
    fleet = Fleet(db)
    id = submitted(db, a_task("a"), a_task("b"), a_task("c", [0]), a_task("d", [0, 1]))
    fleet.run(failing=["a", "b"])

    rerun(db, fleet.signals, a_task_id(db, id, "a"))
    fleet.run()

    assert states_of(db, id) == {
        "a": "completed",
        "b": "failed",
        "c": "completed",
        "d": "skipped:upstream",
    }
    job = job_of(db, id)
    assert (job["state"], job["ended"], job["failed"]) == ("failed", 4, 1)


def test_a_task_cannot_be_rerun_when_what_it_needs_failed(db: Database) -> None:
    fleet, id = Fleet(db), submitted(db, a_task("a"), a_task("b", [0]))
    fleet.run(failing=["a"])
    before = job_of(db, id)

    with pytest.raises(Conflict):
        rerun(db, fleet.signals, a_task_id(db, id, "b"))

    assert job_of(db, id) == before


def test_a_rerun_in_a_cancelled_job_goes_on_with_what_was_cancelled(db: Database) -> None:
    fleet, id = Fleet(db), submitted(db, a_task("a"), a_task("b"), a_task("c", [1]))
    cancel(db, fleet.signals, id)

    rerun(db, fleet.signals, a_task_id(db, id, "a"))
    fleet.run()

    assert {*states_of(db, id).values()} == {"completed"}
    assert job_of(db, id)["state"] == "completed"


def test_a_task_of_an_open_job_cannot_be_rerun(db: Database) -> None:
    fleet, id = Fleet(db), submitted(db, a_task("a"))

    with pytest.raises(Conflict):
        rerun(db, fleet.signals, a_task_id(db, id, "a"))
    with pytest.raises(NotFound):
        rerun(db, fleet.signals, new_task_id())


def test_a_deleted_job_leaves_nothing(db: Database) -> None:
    fleet = Fleet(db)
    id = a_failed_job(db, fleet)

    delete(db, id)

    with db.transaction() as tx:
        left = {table: tx.all(f"SELECT * FROM {table}") for table in TABLES}  # noqa: S608 - names of ours
    assert left == {table: [] for table in TABLES}
    with pytest.raises(NotFound):
        delete(db, id)


def test_an_open_job_cannot_be_deleted(db: Database) -> None:
    id = submitted(db)

    with pytest.raises(Conflict):
        delete(db, id)
