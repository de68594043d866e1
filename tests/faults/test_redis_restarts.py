"""Redis dies and comes back, with its data or without any: everything goes on by itself."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.engine import is_completed, submit_chain, the_loops
from tests.support.fake_worker import a_worker
from tests.support.fakes import FakeSignals
from tests.support.faults import RestartableRedis
from tests.support.rows import age, attempts_of, job_of
from tests.support.waiting import until
from windlass.coordinator.engine.dispatch import Republisher, dispatch_due
from windlass.coordinator.store.db import Database
from windlass.coordinator.transport.nudges import Nudges
from windlass.coordinator.transport.publisher import CeleryPublisher
from windlass.coordinator.transport.signals import RedisSignals
from windlass.shared import keys
from windlass.shared.lease import Leases
from windlass.shared.redis import connect

pytestmark = [pytest.mark.postgres, pytest.mark.redis]


@pytest.fixture
def mortal(tmp_path: Path) -> Iterator[RestartableRedis]:
    redis = RestartableRedis(tmp_path)
    yield redis
    redis.stop()


def test_jobs_submitted_before_and_during_an_outage_complete_after_it(
    db: Database, database_url: str, mortal: RestartableRedis
) -> None:
    with the_loops(database_url, mortal.url):
        before = submit_chain(db, FakeSignals(), 2)
        until(lambda: attempts_of(db, before)[0]["state"] == "scheduled")
        mortal.kill()
        during = submit_chain(db, FakeSignals(), 2)
        mortal.start()

        with a_worker(mortal.url):
            until(lambda: is_completed(db, before) and is_completed(db, during), timeout=30)


def test_after_redis_forgot_everything_scheduled_attempts_go_out_again(
    db: Database, mortal: RestartableRedis
) -> None:
    with connect(mortal.url) as redis, closing(_publisher(mortal)) as publisher:
        job = submit_chain(db, FakeSignals(), 1)
        dispatch_due(db, publisher, 10)
        [attempt] = attempts_of(db, job)
        mortal.kill()
        mortal.start(empty=True)
        signals = RedisSignals(redis, redis, Nudges(redis), youth=1.0)
        until(lambda: not signals.young())

        age(db, attempt["id"], "published_at", 11)
        Republisher(db, publisher, signals).step()

        assert publisher.depth("default") == 1
        assert Leases(redis).claim(attempt["id"], "node")


def test_the_loops_serve_a_redis_that_came_back_empty(
    db: Database, database_url: str, mortal: RestartableRedis
) -> None:
    with the_loops(database_url, mortal.url), a_worker(mortal.url):
        first = submit_chain(db, FakeSignals(), 1)
        until(lambda: is_completed(db, first))
        mortal.kill()
        mortal.start(empty=True)

        second = submit_chain(db, FakeSignals(), 3)

        until(lambda: is_completed(db, second), timeout=30)


def test_a_full_redis_costs_no_job(
    db: Database, database_url: str, mortal: RestartableRedis
) -> None:
    with connect(mortal.url) as redis, the_loops(database_url, mortal.url), a_worker(mortal.url):
        redis.config_set("maxmemory", 1)
        id = submit_chain(db, FakeSignals(), 2)
        until(lambda: redis.info("errorstats").get("errorstat_OOM"))
        assert job_of(db, id)["state"] == "pending"

        redis.config_set("maxmemory", 0)

        until(lambda: is_completed(db, id), timeout=30)


def test_an_emptied_redis_is_young_for_every_engine(mortal: RestartableRedis) -> None:
    with connect(mortal.url) as redis:
        redis.set(keys.EPOCH, 1)
        one, other = (RedisSignals(redis, redis, Nudges(redis), youth=2.0) for _ in range(2))
        until(lambda: not one.young())

        redis.flushall()

        assert one.young()
        assert other.young()
        until(lambda: not other.young())
        assert not one.young()


def test_another_run_of_redis_is_young_whatever_its_age(mortal: RestartableRedis) -> None:
    with connect(mortal.url) as redis:
        redis.set(keys.EPOCH, 1)
        signals = RedisSignals(redis, redis, Nudges(redis), youth=1.0)
        until(lambda: not signals.young())
        mortal.kill()
        mortal.start()
        uptime_counts = RedisSignals(redis, redis, Nudges(redis), youth=1.0)
        until(lambda: not uptime_counts.young())

        assert signals.young()


def _publisher(mortal: RestartableRedis) -> CeleryPublisher:
    return CeleryPublisher(mortal.url, Leases(connect(mortal.url)))
