"""Coordinators killed while they fire schedules, tell webhooks and delete."""

import os
import signal
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import timedelta
from itertools import pairwise

import pytest

from tests.support.builders import a_job, submitted
from tests.support.coordinator import a_coordinator
from tests.support.deliveries import HERE, deliver, time_passes, words
from tests.support.dying import DeadBeforeCommit, die, died
from tests.support.fakes import FakeSignals
from tests.support.firing import due_since
from tests.support.fleet import Fleet
from tests.support.receiver import Receiver, receiver
from tests.support.waiting import until
from windlass.coordinator.engine import firing, retention, schedules
from windlass.coordinator.engine.deliver import Teller
from windlass.coordinator.engine.hooks import Letter
from windlass.coordinator.engine.schedule_views import ScheduleSubmission, ScheduleView
from windlass.coordinator.store import deliveries
from windlass.coordinator.store.db import Database, Row
from windlass.coordinator.transport.outgoing import Outgoing
from windlass.embedded.valkey import free_port
from windlass.shared.spec import Webhook

__all__ = ["receiver"]
pytestmark = [pytest.mark.postgres, pytest.mark.redis]


def a_schedule(db: Database, **fields: str) -> ScheduleView:
    given = {"cron": "@every 1s", "catch_up": "all", **fields}
    return schedules.create(db, ScheduleSubmission(spec=a_job(), door="native", **given))  # type: ignore[arg-type]  # words of literals


def rows(db: Database, table: str) -> Sequence[Row]:
    with db.transaction() as tx:
        return tx.all(f"SELECT * FROM {table}")  # noqa: S608 - names of ours


def fire_and_die(database_url: str) -> None:
    firing.fire_due(DeadBeforeCommit(database_url, pool_size=1), FakeSignals())


class Dying(FakeSignals):
    """Killed as soon as there is something to tell, which is after the commit."""

    def wake_dispatch(self) -> None:
        die()


def fire_and_die_after(database_url: str) -> None:
    firing.fire_due(Database(database_url, pool_size=1), Dying())


def test_a_time_of_one_that_was_killed_before_its_commit_is_made_by_another(
    db: Database, database_url: str
) -> None:
    a_schedule(db, cron="@every 1h")
    due_since(db, 0)
    assert died(fire_and_die, database_url)
    assert [rows(db, table) for table in ("job", "task", "schedule_fire")] == [[], [], []]

    until(lambda: firing.fire_due(db, FakeSignals()))  # once Postgres has noticed
    assert firing.fire_due(db, FakeSignals()) == 0
    assert [len(rows(db, table)) for table in ("job", "task", "schedule_fire")] == [1, 1, 1]


def test_a_job_of_one_that_was_killed_right_after_its_commit_runs_and_comes_once(
    db: Database, database_url: str
) -> None:
    a_schedule(db, cron="@every 1h")
    due_since(db, 0)
    assert died(fire_and_die_after, database_url)
    assert firing.fire_due(db, FakeSignals()) == 0
    Fleet(db).run()
    assert [job["state"] for job in rows(db, "job")] == ["completed"]


def test_two_coordinators_of_which_one_is_killed_make_one_job_for_each_second(
    db: Database, database_url: str, redis_url: str
) -> None:
    given = {"DATABASE_URL": database_url, "REDIS_URL": redis_url}
    with ExitStack() as stack:
        one, other = (stack.enter_context(a_coordinator(free_port(), **given)) for _ in range(2))
        until(lambda: one.answers() and other.answers(), timeout=60)
        a_schedule(db)
        until(lambda: len(rows(db, "job")) >= 2, timeout=30)
        os.kill(one.children()["loops"], signal.SIGKILL)
        os.kill(one.process.pid, signal.SIGKILL)
        until(lambda: len(rows(db, "job")) >= 5, timeout=30)

    times = sorted(row["at"] for row in rows(db, "schedule_fire"))
    steps = {later - earlier for earlier, later in pairwise(times)}
    assert steps == {timedelta(seconds=1)}
    assert len(times) == len(rows(db, "job"))


class Post:
    """Kills before it has sent a letter, or after."""

    def __init__(self, *, sends: bool) -> None:
        self._sends = sends

    def __call__(self, letter: Letter) -> int:
        if self._sends:
            Outgoing(HERE).post(letter)
        die()
        return 0


def tell_and_die(database_url: str, sends: str) -> None:
    db = Database(database_url, pool_size=2)
    with db.transaction() as tx:
        (claimed,) = deliveries.claim(tx, 1, 120.0)
    Teller(db, words, Post(sends=sends == "sends"), "").tell(claimed)


@pytest.mark.parametrize(("when", "first"), [("sends", ["pending"]), ("before", [])])
def test_what_one_that_was_killed_had_to_tell_is_told_by_another_under_the_same_id(
    db: Database, database_url: str, receiver: Receiver, when: str, first: list[str]
) -> None:
    submitted(db, webhooks=(Webhook(url=receiver.url),))
    Fleet(db).run()
    assert died(tell_and_die, database_url, when)
    deliver(db)
    assert receiver.states == first  # it is claimed, until nobody can be at it any more

    time_passes(db)
    deliver(db)
    assert receiver.states == [*first, "pending", "running", "completed"]
    ids = [headers["Windlass-Delivery"] for headers, _ in receiver.heard]
    assert len(set(ids)) == 3
    assert ids[0] == ids[len(first)]


def expire_and_die(database_url: str) -> None:
    retention.expire(DeadBeforeCommit(database_url, pool_size=1))


def test_what_is_deleted_when_its_coordinator_is_killed_is_whole_and_goes_later(
    db: Database, database_url: str
) -> None:
    submitted(db, delete_after=1.0)
    Fleet(db).run()
    with db.transaction() as tx:
        tx.run("UPDATE job SET ended_at = now() - interval '1 hour'")
    tables = ("job", "task", "attempt", "history")
    before = [rows(db, table) for table in tables]
    assert died(expire_and_die, database_url)
    assert [rows(db, table) for table in tables] == before
    until(lambda: retention.expire(db) == 1)
    assert [rows(db, table) for table in tables] == [[]] * len(tables)


def clear_and_die(database_url: str) -> None:
    firing.clear(DeadBeforeCommit(database_url, pool_size=1), FakeSignals())


def test_a_schedule_that_was_being_deleted_with_its_jobs_is_deleted_by_another(
    db: Database, database_url: str
) -> None:
    schedule = a_schedule(db, cron="@every 1h")
    due_since(db, 0)
    firing.fire_due(db, FakeSignals())
    Fleet(db).run()
    with db.transaction() as tx:
        tx.run("UPDATE schedule SET doomed = true WHERE id = %(id)s", id=schedule.id)
    assert died(clear_and_die, database_url)
    assert len(rows(db, "job")) == 1
    until(lambda: firing.clear(db, FakeSignals()) == 1)
    assert firing.clear(db, FakeSignals()) == 0
    assert (rows(db, "job"), rows(db, "schedule"), rows(db, "schedule_fire")) == ([], [], [])
