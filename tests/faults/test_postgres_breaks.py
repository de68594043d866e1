"""Every connection to Postgres is cut, again and again: the loops go on, and nothing is lost."""

import pytest
from redis import Redis

from tests.support.engine import is_completed, submit_chain, the_loops
from tests.support.fake_worker import a_worker
from tests.support.fakes import FakeSignals
from tests.support.postgres import admin
from tests.support.rows import attempts_of
from tests.support.waiting import until
from windlass.coordinator.store.db import Database

pytestmark = [pytest.mark.postgres, pytest.mark.redis]

CUT = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


def test_jobs_complete_although_connections_are_cut_all_the_time(
    db: Database, database_url: str, redis: Redis, redis_url: str
) -> None:
    jobs = [submit_chain(db, FakeSignals(), 4) for _ in range(5)]

    def cut_and_look() -> bool:
        admin(database_url, CUT)
        return all(is_completed(db, id) for id in jobs)

    with the_loops(database_url, redis_url), a_worker(redis_url) as worker:
        until(cut_and_look, timeout=60)

    assert sorted(worker.claimed) == sorted(a["id"] for id in jobs for a in attempts_of(db, id))
