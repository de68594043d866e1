from typing import Any

import pytest

from tests.support.builders import a_job, a_task, submitted
from tests.support.fleet import Fleet
from tests.support.rows import attempts_of, job_of, states_of, tasks_of
from windlass.coordinator.engine import deadlines, subjobs
from windlass.coordinator.engine.cancel import cancel, carry_out
from windlass.coordinator.engine.errors import Conflict
from windlass.coordinator.engine.restart import delete, restart
from windlass.coordinator.store.db import Database, Row
from windlass.shared import messages
from windlass.shared.ids import JobId
from windlass.shared.spec import Each, Parallel, Subjob, TaskSpec
from windlass.shared.states import Reason


def a_subjob(*tasks: TaskSpec, detached: bool = False, **fields: Any) -> TaskSpec:
    job = a_job(*tasks, **{"name": "inner", **fields})
    return TaskSpec(name="sub", var="sub", subjob=Subjob(job=job, detached=detached, document="{}"))


def jobs_of(db: Database, id: JobId) -> list[Row]:
    with db.transaction() as tx:
        return list(tx.all("SELECT * FROM job WHERE parent_job = %(id)s ORDER BY id", id=id))


def run(fleet: Fleet, **how: Any) -> None:
    """Until neither workers nor jobs wait for one another."""
    fleet.run(**how)
    while subjobs.follow(fleet.db, fleet.signals):
        carry_out(fleet.db, fleet.signals, 20)
        fleet.run(**how)


def test_the_output_of_a_subjob_is_the_result_of_its_task(db: Database) -> None:
    sub = a_subjob(a_task("inside", var="x"), output="got {{ tasks.x }}")
    after = a_task("after", [0], env={"SAID": "{{ tasks.sub }}"})
    id = submitted(db, sub, after)

    run(Fleet(db), outputs={"inside": "42"})

    (child,) = jobs_of(db, id)
    assert (child["state"], child["output"], child["attached"]) == ("completed", "got 42", False)
    assert states_of(db, id) == {"sub": "completed", "after": "completed"}
    (order,) = [messages.decode(attempt["message"]) for attempt in attempts_of(db, id)]
    assert order.container.env["SAID"] == "got 42"
    assert child["parent_task"] == tasks_of(db, id)[0]["id"]


def test_what_its_parent_gives_it_is_evaluated_there_and_nothing_twice(db: Database) -> None:
    inside = a_task("inside", env={"SAID": "{{ inputs.y }} {{ secrets.s }} {{ job.name }}"})
    sub = a_subjob(
        inside,
        name="for {{ inputs.x }}",
        inputs={"y": "{{ inputs.x }}"},
        secrets={"s": "{{ secrets.t }}"},
    )
    id = submitted(db, sub, inputs={"x": "{{ 1 + 1 }}"}, secrets={"t": "hush"})

    run(Fleet(db))

    (child,) = jobs_of(db, id)
    (order,) = [messages.decode(attempt["message"]) for attempt in attempts_of(db, child["id"])]
    assert order.container.env["SAID"] == "{{ 1 + 1 }} hush for {{ 1 + 1 }}"


def test_a_failed_subjob_fails_its_task_with_its_error(db: Database) -> None:
    id = submitted(db, a_subjob(a_task("bad")))

    run(Fleet(db), failing=["bad"])

    job = job_of(db, id)
    assert (job["state"], job["error"]) == ("failed", 'task "sub": task "bad": ended with 1')


def test_a_detached_subjob_is_done_with_once_it_is_accepted(db: Database) -> None:
    fleet = Fleet(db)
    id = submitted(db, a_subjob(a_task("bad"), detached=True))

    assert job_of(db, id)["state"] == "completed"
    run(fleet, failing=["bad"])

    (child,) = jobs_of(db, id)
    assert child["state"] == "failed"
    assert job_of(db, id)["state"] == "completed"


def test_cancelling_a_job_cancels_what_it_waits_for(db: Database) -> None:
    fleet = Fleet(db)
    id = submitted(db, a_subjob(a_subjob(a_task("deep"))), a_task("beside"))
    fleet.dispatch()
    fleet.dispatch()

    cancel(db, fleet.signals, id)
    run(fleet)

    (child,) = jobs_of(db, id)
    (grandchild,) = jobs_of(db, child["id"])
    states = [job["state"] for job in (job_of(db, id), child, grandchild)]
    assert states == ["cancelled"] * 3
    assert states_of(db, id) == {"sub": "cancelled", "beside": "cancelled"}


def test_cancelling_a_subjob_cancels_the_job_that_waits_for_it(db: Database) -> None:
    fleet = Fleet(db)
    id = submitted(db, a_subjob(), a_task("beside"))
    (child,) = jobs_of(db, id)

    cancel(db, fleet.signals, child["id"])
    subjobs.follow(db, fleet.signals)
    run(fleet)

    assert job_of(db, id)["state"] == "cancelled"
    assert states_of(db, id) == {"sub": "cancelled", "beside": "cancelled"}


def test_a_subjob_is_cancelled_when_a_sibling_fails(db: Database) -> None:
    fleet = Fleet(db)
    both = TaskSpec(name="both", parallel=Parallel(tasks=(a_subjob(a_task("in")), a_task("bad"))))
    id = submitted(db, both)
    (bad,) = [attempt["id"] for attempt in attempts_of(db, id)]
    fleet.dispatch()
    fleet.fail(bad)

    run(fleet)

    assert [job["state"] for job in jobs_of(db, id)] == ["cancelled"]
    assert states_of(db, id) == {"both": "failed", "sub": "cancelled", "bad": "failed"}
    assert job_of(db, id)["state"] == "failed"


def test_a_restart_starts_another_subjob(db: Database) -> None:
    fleet = Fleet(db)
    id = submitted(db, a_subjob(a_task("bad")))
    run(fleet, failing=["bad"])

    restart(db, fleet.signals, id)
    run(fleet)

    assert [(job["state"], job["parent_epoch"]) for job in jobs_of(db, id)] == [
        ("failed", 1),
        ("completed", 2),
    ]
    assert job_of(db, id)["state"] == "completed"


def test_a_subjob_cannot_be_deleted_before_its_result_is_taken(db: Database) -> None:
    fleet = Fleet(db)
    id = submitted(db, a_subjob())
    (child,) = jobs_of(db, id)
    fleet.run()

    with pytest.raises(Conflict, match="has not taken its result"):
        delete(db, child["id"])
    run(fleet)

    delete(db, child["id"])
    assert jobs_of(db, id) == []


def test_a_job_out_of_time_ends_what_it_waits_for(db: Database) -> None:
    fleet = Fleet(db)
    id = submitted(db, a_subjob(), a_task("beside"), timeout=60.0)
    (beside,) = [attempt["id"] for attempt in attempts_of(db, id)]
    fleet.dispatch()
    fleet.start(beside)
    with db.transaction() as tx:
        tx.run("UPDATE job SET deadline = now() WHERE id = %(id)s", id=id)

    deadlines.enforce(db, fleet.signals)
    carry_out(db, fleet.signals, 20)
    fleet.finish(beside, reason=Reason.CANCELLED)
    run(fleet)

    assert [job["state"] for job in jobs_of(db, id)] == ["cancelled"]
    assert (job_of(db, id)["state"], job_of(db, id)["reason"]) == ("failed", "timeout")


def test_every_element_may_get_a_job_of_its_own(db: Database) -> None:
    sub = a_subjob(
        name="n{{ item.value }}", inputs={"n": "{{ item.value }}"}, output="{{ inputs.n }}"
    )
    id = submitted(db, TaskSpec(name="each", each=Each(list="{{ 1..3 }}", task=sub, concurrency=2)))

    run(Fleet(db))

    assert [job["name"] for job in jobs_of(db, id)] == ["n1", "n2", "n3"]
    assert [task["output"] for task in tasks_of(db, id)[1:]] == ["1", "2", "3"]
    assert job_of(db, id)["state"] == "completed"
