"""All loops together, with a worker that only claims and reports."""

from contextlib import closing

import pytest
from redis import Redis

from tests.support.engine import is_completed, submit_chain, the_loops
from tests.support.fake_worker import a_worker
from tests.support.fakes import FakeSignals
from tests.support.rows import attempts_of
from tests.support.waiting import until
from windlass.coordinator.store.db import Database
from windlass.coordinator.transport.nudges import Nudges
from windlass.coordinator.transport.signals import RedisSignals
from windlass.shared import keys

pytestmark = [pytest.mark.postgres, pytest.mark.redis]


def test_a_job_runs_from_submit_to_its_end(
    db: Database, database_url: str, redis: Redis, redis_url: str
) -> None:
    with (
        closing(RedisSignals(redis, redis, Nudges(redis))) as signals,
        the_loops(database_url, redis_url),
        a_worker(redis_url) as worker,
    ):
        id = submit_chain(db, signals, 5)
        until(lambda: is_completed(db, id))

        attempts = attempts_of(db, id)
        assert worker.claimed == [attempt["id"] for attempt in attempts]
        assert {attempt["node"] for attempt in attempts} == {"fake-node"}
        until(lambda: all(attempt["settled"] for attempt in attempts_of(db, id)))
        until(lambda: redis.xlen(keys.EVENTS) == 0)


def test_without_a_nudge_the_dispatcher_finds_what_is_due(
    db: Database, database_url: str, redis_url: str
) -> None:
    with the_loops(database_url, redis_url), a_worker(redis_url):
        id = submit_chain(db, FakeSignals(), 1)

        until(lambda: is_completed(db, id))


def test_two_coordinators_do_everything_once(
    db: Database, database_url: str, redis: Redis, redis_url: str
) -> None:
    with (
        closing(RedisSignals(redis, redis, Nudges(redis))) as signals,
        the_loops(database_url, redis_url),
        the_loops(database_url, redis_url),
        a_worker(redis_url) as worker,
    ):
        ids = [submit_chain(db, signals, 3) for _ in range(10)]
        until(lambda: all(is_completed(db, id) for id in ids))

    assert len(worker.claimed) == 30
    assert all(len(attempts_of(db, id)) == 3 for id in ids)
