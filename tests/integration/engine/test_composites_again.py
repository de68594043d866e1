from tests.support.builders import a_task, submitted
from tests.support.composites import an_item, for_each, side_by_side
from tests.support.fleet import Fleet
from tests.support.rows import attempts_of, job_of, tasks_of
from windlass.coordinator.engine.cancel import cancel
from windlass.coordinator.engine.restart import delete, rerun, restart
from windlass.coordinator.store.db import Database
from windlass.shared.ids import TaskId
from windlass.shared.spec import Container, Each, TaskSpec
from windlass.shared.states import Reason


def test_a_cancelled_job_takes_its_composites_along(db: Database) -> None:
    fleet = Fleet(db)
    id = submitted(db, for_each("{{ 1..9 }}", side_by_side(an_item()), concurrency=2))
    (runs, _) = fleet.dispatch()
    fleet.start(runs)

    cancel(db, fleet.signals, id)
    fleet.finish(runs, reason=Reason.CANCELLED)

    assert {task["state"] for task in tasks_of(db, id)} == {"cancelled"}
    job = job_of(db, id)
    assert (job["state"], job["ended"], job["settling"]) == ("cancelled", 1, False)


def test_a_failed_composite_is_done_again_from_its_start(db: Database) -> None:
    fleet = Fleet(db)
    id = submitted(db, a_task("first"), side_by_side(a_task("a"), a_task("b"), needs=(0,)))
    fleet.run(failing=["b"])
    assert job_of(db, id)["state"] == "failed"

    restart(db, fleet.signals, id)
    fleet.run()

    job = job_of(db, id)
    assert (job["state"], job["ended"], job["total"]) == ("completed", 2, 2)
    found = [
        (task["position"], task["key"], task["state"], task["stale"]) for task in tasks_of(db, id)
    ]
    assert found[2:] == [
        (2, "a", "completed", True),
        (3, "b", "failed", True),
        (4, "a", "completed", False),
        (5, "b", "completed", False),
    ]


def test_a_rerun_of_a_child_runs_its_composite_again(db: Database) -> None:
    fleet = Fleet(db)
    id = submitted(db, side_by_side(a_task("a")), a_task("after", [0]))
    fleet.run()

    rerun(db, fleet.signals, TaskId(tasks_of(db, id)[2]["id"]))
    fleet.run()

    assert [row["key"] for row in attempts_of(db, id)] == ["after", "after", "a", "a"]
    assert job_of(db, id)["state"] == "completed"
    delete(db, id)
    assert tasks_of(db, id) == []


def test_a_list_of_thousands_is_run_to_its_end(db: Database) -> None:
    fleet = Fleet(db)
    long = TaskSpec(
        name="long",
        each=Each(list="{{ 1..3000 }}", task=TaskSpec(name="x", container=Container(run="true"))),
    )
    id = submitted(db, long)

    fleet.run()

    job = job_of(db, id)
    assert (job["state"], len(tasks_of(db, id))) == ("completed", 3001)
