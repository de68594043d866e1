"""What a whole coordinator does by itself: it tells webhooks, deletes what wished for it, and makes
jobs by the clock."""

import json

import pytest

from tests.support.builders import a_job, submitted
from tests.support.coordinator import a_coordinator
from tests.support.firing import due_since
from tests.support.fleet import Fleet
from tests.support.receiver import a_receiver
from tests.support.rows import attempts_of
from tests.support.waiting import until
from windlass.coordinator.engine import schedules
from windlass.coordinator.engine.schedule_views import ScheduleSubmission
from windlass.coordinator.store.db import Database
from windlass.embedded.valkey import free_port
from windlass.shared.spec import Webhook

pytestmark = [pytest.mark.postgres, pytest.mark.redis]


def test_a_job_is_told_of_and_then_goes(db: Database, database_url: str, redis_url: str) -> None:
    given = {
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "WEBHOOK_ALLOW": "10.0.0.0/8,127.0.0.1",
        "WEBHOOK_SECRET": "key",
    }
    with a_receiver() as receiver, a_coordinator(free_port(), **given):
        id = submitted(db, webhooks=(Webhook(url=receiver.url),), delete_after=0.001)
        until(lambda: attempts_of(db, id)[0]["state"] == "scheduled")
        Fleet(db).finish(attempts_of(db, id)[0]["id"], exit_code=0)
        until(lambda: len(receiver.heard) == 3, timeout=30)
        until(lambda: gone(db), timeout=60)

    states = [json.loads(body)["state"] for body in receiver.bodies]
    assert states == ["pending", "running", "completed"]
    assert all("Windlass-Signature" in headers for headers, _ in receiver.heard)


def test_nobody_private_is_told_unless_allowed(
    db: Database, database_url: str, redis_url: str
) -> None:
    given = {"DATABASE_URL": database_url, "REDIS_URL": redis_url}
    with a_receiver() as receiver, a_coordinator(free_port(), **given):
        submitted(db, webhooks=(Webhook(url=receiver.url),))
        until(lambda: told_so_far(db) > 0, timeout=30)
    assert receiver.heard == []


def test_a_schedule_nobody_can_read_keeps_no_coordinator_from_starting(
    db: Database, database_url: str, redis_url: str
) -> None:
    given = {"DATABASE_URL": database_url, "REDIS_URL": redis_url}
    bad, good = (schedules.create(db, given_schedule()) for _ in range(2))
    with db.transaction() as tx:
        tx.run("UPDATE schedule SET cron = '99 99 * *' WHERE id = %(id)s", id=bad.id)
    due_since(db, 1)
    with a_coordinator(free_port(), **given):
        until(lambda: schedules.one(db, good.id).last_job is not None, timeout=30)
        until(lambda: schedules.one(db, bad.id).error != "", timeout=30)


def given_schedule() -> ScheduleSubmission:
    return ScheduleSubmission(spec=a_job(), door="native", cron="@every 1h")


def gone(db: Database) -> bool:
    with db.transaction() as tx:
        return tx.one("SELECT id FROM job") is None


def told_so_far(db: Database) -> int:
    with db.transaction() as tx:
        row = tx.one("SELECT after FROM delivery")
    return int(row["after"]) if row else 0
