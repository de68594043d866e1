"""SIGKILL at the worst moment."""

import multiprocessing
import os
import signal
from collections.abc import Sequence
from contextlib import closing

import pytest
from redis import Redis

from tests.support.fakes import FakePublisher
from tests.support.rows import state_of
from tests.support.stored import given_due
from windlass.coordinator.engine.dispatch import dispatch_due
from windlass.coordinator.engine.ports import Due
from windlass.coordinator.store.db import Database
from windlass.coordinator.transport.publisher import CeleryPublisher
from windlass.shared.lease import Leases
from windlass.shared.redis import connect

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
