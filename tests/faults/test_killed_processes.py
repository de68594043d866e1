"""SIGKILL at the worst moment."""

import os
import signal
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from functools import partial

import pytest
from redis import Redis

from crash.members import children
from tests.support.aftermath import assert_sound, everything_of
from tests.support.coordinator import a_coordinator
from tests.support.dying import died
from tests.support.engine import submit_chain
from tests.support.fakes import FakeSignals
from tests.support.rows import age, attempts_of, state_of
from tests.support.stored import given_due
from tests.support.waiting import until
from windlass.coordinator.engine.dispatch import Republisher, dispatch_due
from windlass.coordinator.engine.ports import Away, Due
from windlass.coordinator.store.db import Database
from windlass.coordinator.transport.inbox import Inbox, Intake
from windlass.coordinator.transport.nudges import Nudges
from windlass.coordinator.transport.publisher import CeleryPublisher
from windlass.coordinator.transport.signals import RedisSignals
from windlass.embedded.stack import is_taken
from windlass.embedded.valkey import free_port
from windlass.shared import keys
from windlass.shared.events import AnyEvent, AttemptFinished
from windlass.shared.lease import Leases, Verdict
from windlass.shared.redis import connect
from windlass.shared.streams import Outlet

pytestmark = [pytest.mark.postgres, pytest.mark.redis]


class DeadBefore(CeleryPublisher):
    def publish(self, batch: Sequence[Due]) -> None:
        os.kill(os.getpid(), signal.SIGKILL)


class DeadAfter(CeleryPublisher):
    def publish(self, batch: Sequence[Due]) -> None:
        super().publish(batch)
        os.kill(os.getpid(), signal.SIGKILL)


def dispatch(publishers: type[CeleryPublisher], database_url: str, redis_url: str) -> None:
    publisher = publishers(redis_url, Leases(connect(redis_url)))
    dispatch_due(Database(database_url, pool_size=1), publisher, 10)


def test_what_a_dispatcher_killed_between_commit_and_publish_had_taken_is_sent(
    db: Database, database_url: str, redis: Redis, redis_url: str
) -> None:
    id, leases = given_due(db), Leases(redis)
    assert died(partial(dispatch, DeadBefore), database_url, redis_url)
    assert state_of(db, id) == "scheduled"

    with closing(CeleryPublisher(redis_url, leases)) as publisher:
        assert publisher.depth("default") == 0
        age(db, id, "published_at", 11)

        Republisher(db, publisher, grown(redis)).step()

        assert publisher.depth("default") == 1
    assert leases.claim(id, "node-1")
    assert not leases.claim(id, "node-2")


def test_what_a_dispatcher_killed_right_after_publishing_had_sent_starts_once(
    db: Database, database_url: str, redis: Redis, redis_url: str
) -> None:
    id, leases = given_due(db), Leases(redis)
    assert died(partial(dispatch, DeadAfter), database_url, redis_url)
    assert state_of(db, id) == "scheduled"

    with closing(CeleryPublisher(redis_url, leases)) as publisher:
        assert publisher.depth("default") == 1
        assert leases.claim(id, "node-1")
        age(db, id, "published_at", 3600)

        assert dispatch_due(db, publisher, 10) == 0
        Republisher(db, publisher, grown(redis)).step()

        assert publisher.depth("default") == 1


class CutOff(CeleryPublisher):
    """Everything arrives, and no answer comes back."""

    def publish(self, batch: Sequence[Due]) -> None:
        super().publish(batch)
        raise Away("cut off")


def test_a_message_whose_fate_is_unknown_goes_out_again_and_starts_once(
    db: Database, redis: Redis, redis_url: str
) -> None:
    id, leases = given_due(db), Leases(redis)
    with closing(CutOff(redis_url, leases)) as publisher, pytest.raises(Away):
        dispatch_due(db, publisher, 10)
    with closing(CeleryPublisher(redis_url, leases)) as publisher:
        given_due(db, state="scheduled", published=1, published_at=datetime.now(UTC))

        Republisher(db, publisher, grown(redis)).step()

        assert publisher.depth("default") == 2
    assert leases.claim(id, "node-1")
    assert not leases.claim(id, "node-2")


def test_an_attempt_of_a_killed_dispatcher_does_not_start_again_after_redis_was_emptied(
    db: Database, database_url: str, redis: Redis, redis_url: str
) -> None:
    """Nobody has committed that it runs, and Redis knows nothing of it: only its holder does."""
    id, leases = given_due(db), Leases(redis)
    assert died(partial(dispatch, DeadAfter), database_url, redis_url)
    assert leases.claim(id, "node-1")
    redis.flushdb()
    age(db, id, "published_at", 3600)
    signals = RedisSignals(redis, redis, Nudges(redis), youth=2.0)

    with closing(CeleryPublisher(redis_url, leases)) as publisher:
        assert dispatch_due(db, publisher, 10) == 0
        Republisher(db, publisher, signals).step()  # Redis is young
        assert publisher.depth("default") == 0

        assert leases.renew([id], "node-1") == [Verdict.NONE]
        until(lambda: not signals.young())
        Republisher(db, publisher, signals).step()

        assert dispatch_due(db, publisher, 10) == 0
        assert publisher.depth("default") == 0
    assert not leases.claim(id, "node-2")


def grown(redis: Redis) -> RedisSignals:
    """Of a Redis that has been there for long enough."""
    return RedisSignals(redis, redis, Nudges(redis), youth=0.0)


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
