"""SIGKILL at the worst moment."""

import multiprocessing
import os
import signal
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime

import pytest
from redis import Redis

from crash.members import children
from tests.support.aftermath import assert_sound, everything_of
from tests.support.coordinator import a_coordinator
from tests.support.engine import submit_chain
from tests.support.fakes import FakePublisher, FakeSignals
from tests.support.rows import attempts_of, state_of
from tests.support.stored import given_due
from tests.support.waiting import until
from windlass.coordinator.engine.dispatch import dispatch_due
from windlass.coordinator.engine.ports import Due
from windlass.coordinator.store.db import Database
from windlass.coordinator.transport.inbox import Inbox, Intake
from windlass.coordinator.transport.nudges import Nudges
from windlass.coordinator.transport.publisher import CeleryPublisher
from windlass.coordinator.transport.signals import RedisSignals
from windlass.embedded.stack import is_taken
from windlass.embedded.valkey import free_port
from windlass.shared import keys
from windlass.shared.events import AnyEvent, AttemptFinished
from windlass.shared.lease import Leases
from windlass.shared.redis import connect
from windlass.shared.streams import Outlet

pytestmark = [pytest.mark.postgres, pytest.mark.redis]


class Deadly(CeleryPublisher):
    def publish(self, batch: Sequence[Due]) -> None:
        super().publish(batch)
        os.kill(os.getpid(), signal.SIGKILL)


def dispatch_and_die(database_url: str, redis_url: str) -> None:
    publisher = Deadly(redis_url, Leases(connect(redis_url)))
    dispatch_due(Database(database_url, pool_size=1), publisher, 10)


def test_a_dispatcher_killed_between_publish_and_commit_starts_nothing_twice(
    db: Database, database_url: str, redis: Redis, redis_url: str
) -> None:
    id = given_due(db)
    child = multiprocessing.get_context("spawn").Process(
        target=dispatch_and_die, args=(database_url, redis_url)
    )
    child.start()
    child.join()
    assert child.exitcode == -signal.SIGKILL
    assert state_of(db, id) == "pending"

    leases = Leases(redis)
    with closing(CeleryPublisher(redis_url, leases)) as publisher:
        assert publisher.depth("default") == 1
        assert leases.claim(id, "node-1")  # the first message is taken up before the second is sent

        assert dispatch_due(db, publisher, 10) == 1

        assert publisher.depth("default") == 2
    assert not leases.claim(id, "node-2")
    assert dispatch_due(db, FakePublisher(), 10) == 0


class Unacknowledged:
    """Takes a batch in, and is killed before it can say so."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake

    def __call__(self, batch: Sequence[AnyEvent]) -> None:
        self._intake(batch)
        os.kill(os.getpid(), signal.SIGKILL)


def take_in_and_die(database_url: str, redis_url: str) -> None:
    redis = connect(redis_url)
    intake = Intake(Database(database_url, pool_size=1), RedisSignals(redis, redis, Nudges(redis)))
    inbox = Inbox(redis, "engine", Unacknowledged(intake))
    while True:
        inbox.step()


def test_an_engine_killed_between_commit_and_acknowledge_counts_nothing_twice(
    db: Database, database_url: str, redis: Redis, redis_url: str
) -> None:
    job = submit_chain(db, FakeSignals(), 2)
    (first,) = attempts_of(db, job)
    Inbox(redis, "engine", lambda batch: None).step()  # makes the group
    now = datetime.now(UTC)
    Outlet(redis).publish(
        [AttemptFinished(attempt_id=first["id"], node="node-1", at=now, exit_code=0)]
    )
    assert died(take_in_and_die, database_url, redis_url)
    before = everything_of(db, job)
    assert len(attempts_of(db, job)) == 2

    again = Inbox(redis, "engine", Intake(db, RedisSignals(redis, redis, Nudges(redis))))
    again.step()

    assert everything_of(db, job) == before
    assert_sound(db, job)
    assert redis.xlen(keys.EVENTS) == 0


def died(main: Callable[[str, str], None], database_url: str, redis_url: str) -> bool:
    """In a process of its own, by SIGKILL."""
    child = multiprocessing.get_context("spawn").Process(
        target=main, args=(database_url, redis_url)
    )
    child.start()
    child.join()
    return child.exitcode == -signal.SIGKILL


def test_a_coordinator_killed_while_it_waits_for_postgres_gives_its_address_back(
    redis_url: str,
) -> None:
    """The family, but not the API's own worker, which nobody is left to end."""
    port = free_port()
    nowhere = "postgresql://windlass@/nowhere?host=/nonexistent"
    with a_coordinator(port, DATABASE_URL=nowhere, REDIS_URL=redis_url) as started:
        until(lambda: len(started.children()) == 2)
        arbiter = started.children()["http"]
        until(lambda: children(arbiter))

        for pid in (started.process.pid, *started.children().values()):
            os.kill(pid, signal.SIGKILL)

        until(lambda: not is_taken(port))
