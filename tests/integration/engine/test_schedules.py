"""Schedules: one job for each time, whoever counts, and what becomes of those that were missed."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from tests.support.builders import a_job, a_task
from tests.support.fakes import FakeSignals
from tests.support.firing import due_since, fire
from tests.support.fleet import Fleet
from windlass.coordinator.engine import firing, schedules
from windlass.coordinator.engine.errors import Conflict, Invalid, NotFound
from windlass.coordinator.engine.schedule_views import (
    ScheduleFilter,
    ScheduleSubmission,
    ScheduleView,
)
from windlass.coordinator.store.db import Database, Row
from windlass.shared.ids import ScheduleId, new_schedule_id

pytestmark = pytest.mark.postgres

EVERYTHING = ScheduleFilter()


def a_schedule(db: Database, **fields: Any) -> ScheduleView:
    given = {"spec": a_job(), "door": "native", "cron": "@every 10s", **fields}
    return schedules.create(db, ScheduleSubmission(**given))


def made(db: Database, id: ScheduleId) -> Sequence[Row]:
    with db.transaction() as tx:
        return tx.all("SELECT * FROM job WHERE schedule_id = %(id)s ORDER BY id", id=id)


def test_a_job_is_made_when_its_time_has_come_and_runs(db: Database) -> None:
    schedule = a_schedule(db, owner="ann", document="posted", spec=a_job(tags=("red",)))
    assert fire(db) == 0
    due_since(db, 0, schedule.id)

    assert fire(db) == 1
    assert fire(db) == 0

    (job,) = made(db, schedule.id)
    assert (job["name"], job["door"], job["owner"], job["tags"]) == (
        schedule.name,
        "native",
        "ann",
        ["red"],
    )
    seen = schedules.one(db, schedule.id)
    assert seen.last_job == job["id"]
    assert seen.last_at is not None
    assert seen.next_at is not None
    assert seen.next_at - seen.last_at == timedelta(seconds=10)
    Fleet(db).run()
    assert made(db, schedule.id)[0]["state"] == "completed"


def test_expressions_are_evaluated_for_every_job(db: Database) -> None:
    schedule = a_schedule(db, spec=a_job(a_task("{{ inputs.who }}"), inputs={"who": "bob"}))
    due_since(db, 0, schedule.id)
    fire(db)
    with db.transaction() as tx:
        names = [row["name"] for row in tx.all("SELECT name FROM task")]
    assert names == ["bob"]


def test_many_coordinators_make_one_job_for_each_time(db: Database) -> None:
    ids = [a_schedule(db).id for _ in range(10)]
    for id in ids:
        due_since(db, 0, id)
    with ThreadPoolExecutor(4) as coordinators:
        looked_at = sum(coordinators.map(lambda _: fire(db), range(8)))
    assert looked_at == len(ids)
    assert [len(made(db, id)) for id in ids] == [1] * len(ids)


def test_a_time_a_job_was_made_for_makes_no_other(db: Database) -> None:
    schedule = a_schedule(db)
    due_since(db, 5, schedule.id)
    fire(db)
    with db.transaction() as tx:  # as if the clock had been turned back
        tx.run("UPDATE schedule SET next_at = last_at")
    assert fire(db) == 1
    assert len(made(db, schedule.id)) == 1


@pytest.mark.parametrize(("catch_up", "jobs"), [("none", 0), ("one", 1), ("all", 3)])
def test_what_was_missed_in_an_outage(db: Database, catch_up: str, jobs: int) -> None:
    schedule = a_schedule(db, catch_up=catch_up, cron="@every 1h")
    due_since(db, 2.5 * 3600, schedule.id)
    fire(db)
    assert len(made(db, schedule.id)) == jobs
    assert fire(db) == 0


def test_catching_up_is_bounded(db: Database) -> None:
    schedule = a_schedule(db, catch_up="all")
    due_since(db, 30 * 86_400, schedule.id)
    fire(db)
    assert len(made(db, schedule.id)) == firing.MOST_CAUGHT_UP
    assert fire(db) == 0


def test_no_job_is_made_beside_one_that_is_not_over(db: Database) -> None:
    schedule = a_schedule(db, overlap="skip")
    for seconds in (2, 0):
        due_since(db, seconds, schedule.id)
        fire(db)
    assert len(made(db, schedule.id)) == 1
    assert schedules.one(db, schedule.id).error == "an earlier job is not over"

    Fleet(db).run()
    due_since(db, 4, schedule.id)
    fire(db)
    assert len(made(db, schedule.id)) == 2
    assert schedules.one(db, schedule.id).error == ""


def test_a_paused_schedule_makes_nothing_and_makes_up_for_nothing(db: Database) -> None:
    schedule = a_schedule(db, catch_up="all")
    schedules.pause(db, schedule.id)
    due_since(db, 100, schedule.id)
    assert fire(db) == 0
    assert (seen := schedules.one(db, schedule.id)).state == "paused"
    assert seen.next_at is None
    with pytest.raises(Conflict):
        schedules.pause(db, schedule.id)

    schedules.resume(db, schedule.id)
    assert fire(db) == 0
    assert schedules.one(db, schedule.id).state == "active"
    with pytest.raises(Conflict):
        schedules.resume(db, schedule.id)


def test_what_cannot_be_read_any_more_harms_no_other(db: Database) -> None:
    broken, unfit, sound = a_schedule(db), a_schedule(db), a_schedule(db)
    for age, schedule in enumerate([sound, unfit, broken]):
        due_since(db, age, schedule.id)
    with db.transaction() as tx:
        tx.run("UPDATE schedule SET cron = 'never' WHERE id = %(id)s", id=broken.id)
        tx.run(
            """UPDATE schedule SET spec = '{"name":"x","tasks":[]}' WHERE id = %(id)s""",
            id=unfit.id,
        )
    fire(db)
    assert [len(made(db, each.id)) for each in (broken, unfit, sound)] == [0, 0, 1]
    assert "five fields" in schedules.one(db, broken.id).error
    assert schedules.one(db, unfit.id).error == "there are 0 tasks"


def test_deleted_alone_it_leaves_its_jobs(db: Database) -> None:
    schedule = a_schedule(db)
    due_since(db, 0, schedule.id)
    fire(db)
    schedules.delete(db, FakeSignals(), schedule.id, with_jobs=False)
    assert [job["state"] for job in made(db, schedule.id)] == ["pending"]
    with pytest.raises(NotFound):
        schedules.one(db, schedule.id)


def test_deleted_with_its_jobs_it_takes_even_those_that_run(db: Database) -> None:
    fleet, schedule = Fleet(db), a_schedule(db)
    for seconds in (5, 0):
        due_since(db, seconds, schedule.id)
        fire(db)
        if len(made(db, schedule.id)) == 1:
            fleet.run()
    (running,) = fleet.dispatch()
    fleet.start(running)

    schedules.delete(db, fleet.signals, schedule.id, with_jobs=True)
    assert schedules.page(db, EVERYTHING, 10, 0).items == []
    assert len(made(db, schedule.id)) == 1

    fleet.fail(running)
    while firing.clear(db, fleet.signals):
        pass
    assert made(db, schedule.id) == []
    with db.transaction() as tx:
        assert tx.one("SELECT id FROM schedule") is None


def test_pages_are_newest_first_and_counted(db: Database) -> None:
    ids = [a_schedule(db, door=door).id for door in ("native", "tork", "native")]
    page = schedules.page(db, ScheduleFilter(door="native"), 1, 1)
    assert ([view.id for view in page.items], page.total) == ([ids[0]], 2)


def test_what_is_wrong_is_told_at_once(db: Database) -> None:
    with pytest.raises(Invalid) as refusal:
        a_schedule(db, cron="0 0 30 2 *", catch_up="some", spec=a_job(name=""))
    assert {problem.path for problem in refusal.value.problems} == {
        ("name",),
        ("catch_up",),
        ("cron",),
    }


def test_nobody_knows_a_schedule_that_never_was(db: Database) -> None:
    for act in (schedules.pause, schedules.resume, schedules.one):
        with pytest.raises(NotFound):
            act(db, new_schedule_id())
