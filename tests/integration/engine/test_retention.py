"""Jobs that are over go when they wished to, or when they are old; what is still needed stays."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest

from tests.support.builders import a_job, a_task, submitted
from tests.support.fakes import FakeSignals
from tests.support.firing import due_since, fire
from tests.support.fleet import Fleet
from windlass.coordinator.engine import restart, retention, schedules, subjobs
from windlass.coordinator.engine.errors import NotFound
from windlass.coordinator.engine.schedule_views import ScheduleSubmission
from windlass.coordinator.store.db import Database
from windlass.shared.ids import JobId
from windlass.shared.spec import Subjob, TaskSpec, Webhook
from windlass.shared.states import JobState

pytestmark = pytest.mark.postgres

HOUR = 3600.0
ALL_ENDS = dict.fromkeys((JobState.COMPLETED, JobState.FAILED, JobState.CANCELLED), HOUR)
TABLES = ("attempt", "task", "edge", "history", "log", "document", "delivery", "idempotency")


def ended_ago(db: Database, seconds: float) -> None:
    with db.transaction() as tx:
        tx.run(
            "UPDATE job SET ended_at = now() - make_interval(secs => %(s)s)"
            " WHERE ended_at IS NOT NULL",
            s=seconds,
        )


def left(db: Database) -> list[JobId]:
    with db.transaction() as tx:
        return [row["id"] for row in tx.all("SELECT id FROM job ORDER BY id")]


def test_a_job_that_completed_goes_when_it_wished_to(db: Database) -> None:
    wished = submitted(db, delete_after=60.0)
    submitted(db, delete_after=3 * HOUR)
    submitted(db)
    fleet = Fleet(db)
    assert retention.expire(db) == 0
    fleet.run()
    assert retention.expire(db) == 0

    ended_ago(db, HOUR)
    assert retention.expire(db) == 1
    assert wished not in left(db)
    assert len(left(db)) == 2


@pytest.mark.parametrize("state", ["failed", "cancelled"])
def test_only_what_completed_had_such_a_wish(db: Database, state: str) -> None:
    submitted(db, delete_after=1.0)
    Fleet(db).run(failing=["task"])
    with db.transaction() as tx:
        tx.run("UPDATE job SET state = %(state)s", state=state)
    ended_ago(db, HOUR)
    assert retention.expire(db) == 0


def test_it_takes_everything_of_it_along(db: Database) -> None:
    submitted(db, a_task("one"), a_task("two", [0]), delete_after=1.0)
    Fleet(db).run()
    ended_ago(db, HOUR)
    retention.expire(db)
    with db.transaction() as tx:
        rows = {table: tx.all(f"SELECT * FROM {table}") for table in TABLES}  # noqa: S608 - names of ours
    assert rows == {table: [] for table in TABLES}


def test_each_end_has_an_age_of_its_own(db: Database) -> None:
    good, bad = submitted(db), submitted(db, a_task("bad"))
    still = submitted(db, a_task("slow"))
    fleet = Fleet(db)
    fleet.run(failing=["bad"])
    ended_ago(db, 2 * HOUR)
    with db.transaction() as tx:  # as if it went on
        tx.run("UPDATE job SET state = 'running', ended_at = NULL WHERE id = %(id)s", id=still)

    assert retention.retire(db, {JobState.FAILED: 3 * HOUR}) == 0
    ages = {JobState.COMPLETED: HOUR, JobState.FAILED: 3 * HOUR}
    assert retention.retire(db, ages) == 1
    assert left(db) == [bad, still]
    assert good not in left(db)
    assert retention.retire(db, ALL_ENDS) == 1


def test_without_ages_everything_is_kept(db: Database) -> None:
    submitted(db)
    Fleet(db).run()
    ended_ago(db, 1000 * HOUR)
    assert retention.retire(db, {}) == 0


def test_what_a_parent_has_not_taken_yet_stays(db: Database) -> None:
    inner = a_job(a_task("in"), name="inner", delete_after=1.0)
    sub = TaskSpec(name="sub", subjob=Subjob(job=inner, document="{}"))
    parent = submitted(db, sub)
    fleet = Fleet(db)
    fleet.run()
    ended_ago(db, 2 * HOUR)
    assert retention.expire(db) == 0
    assert retention.retire(db, ALL_ENDS) == 0

    while subjobs.follow(db, fleet.signals):
        fleet.run()
    assert retention.expire(db) == 1
    assert left(db) == [parent]


def test_what_a_webhook_has_not_been_told_yet_stays(db: Database) -> None:
    submitted(db, webhooks=(Webhook(url="http://127.0.0.1:1/"),), delete_after=1.0)
    Fleet(db).run()
    ended_ago(db, 2 * HOUR)
    assert retention.expire(db) == 0
    assert retention.retire(db, ALL_ENDS) == 0
    with db.transaction() as tx:  # as when it has been told everything
        tx.run("UPDATE delivery SET due_at = NULL")
    assert retention.expire(db) == 1


def test_what_has_a_log_on_its_way_stays(db: Database) -> None:
    submitted(db, delete_after=1.0)
    fleet = Fleet(db)
    (attempt,) = fleet.dispatch()
    fleet.finish(attempt, exit_code=0, log_bytes=5, log_lines=1, log_sha256="x")
    ended_ago(db, 2 * HOUR)
    assert retention.expire(db) == 0
    with db.transaction() as tx:
        tx.run("UPDATE attempt SET settled = true")
    assert retention.expire(db) == 1


def test_the_last_job_of_a_schedule_does_not_go_by_age(db: Database) -> None:
    made = schedules.create(db, ScheduleSubmission(spec=a_job(), door="native", cron="@every 1h"))
    fleet = Fleet(db)
    for seconds in (10, 0):
        due_since(db, seconds)
        fire(db)
    fleet.run()
    ended_ago(db, 2 * HOUR)

    assert retention.retire(db, ALL_ENDS) == 1
    assert left(db) == [schedules.one(db, made.id).last_job]
    schedules.delete(db, fleet.signals, made.id, with_jobs=False)
    assert retention.retire(db, ALL_ENDS) == 1


def test_there_is_more_than_one_batch(db: Database) -> None:
    for _ in range(3):
        submitted(db, delete_after=1.0)
    submitted(db, *[a_task(str(place), []) for place in range(30)], delete_after=1.0)
    Fleet(db).run()
    ended_ago(db, HOUR)
    with db.transaction() as tx:  # as if they had so many tasks
        tx.run("UPDATE job SET total = 15000")
    passes = []
    while done := retention.expire(db):
        passes.append(done)
    assert passes == [retention.BATCH] * 3 + [1]
    assert left(db) == []


@pytest.mark.parametrize("many", [8])
def test_a_restart_wins_or_finds_nothing(db: Database, many: int) -> None:
    """Deletion races restarts: a job is gone, or it goes on and is whole."""
    ids = [submitted(db, a_task("one"), a_task("two", [0])) for _ in range(many)]
    fleet = Fleet(db)
    fleet.run(failing=["two"])
    ended_ago(db, 2 * HOUR)

    def restarted(id: JobId) -> JobId | None:
        with suppress(NotFound):
            restart.restart(db, FakeSignals(), id)
            return id
        return None

    acts: list[Any] = [lambda: retention.retire(db, ALL_ENDS)]
    with ThreadPoolExecutor(4) as threads:
        retiring = [threads.submit(act) for act in acts * 4]
        going_on = {id for id in threads.map(restarted, ids) if id}
        assert sum(act.result() for act in retiring) + len(going_on) == many

    assert set(left(db)) == going_on
    fleet.run()
    with db.transaction() as tx:
        rows = tx.all("SELECT job_id, count(*) AS tasks FROM task GROUP BY job_id")
        ends = {row["state"] for row in tx.all("SELECT state FROM job")}
    assert {row["job_id"]: row["tasks"] for row in rows} == dict.fromkeys(going_on, 2)
    assert ends <= {"completed"}


def test_two_coordinators_delete_each_job_once(db: Database) -> None:
    for _ in range(20):
        submitted(db, delete_after=1.0)
    Fleet(db).run()
    ended_ago(db, HOUR)
    with ThreadPoolExecutor(4) as coordinators:
        done = sum(coordinators.map(lambda _: retention.expire(db), range(8)))
    assert (done, left(db)) == (20, [])
