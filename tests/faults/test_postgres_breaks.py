"""Every connection to Postgres is cut, again and again: the loops go on, and nothing is lost."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from redis import Redis

from tests.support.aftermath import assert_sound, is_settled, left_behind
from tests.support.builders import a_task, submitted
from tests.support.engine import is_completed, submit_chain, the_loops
from tests.support.fake_worker import a_worker
from tests.support.fakes import FakeSignals
from tests.support.faults import RestartablePostgres
from tests.support.postgres import admin
from tests.support.rows import attempts_of
from tests.support.waiting import until
from tests.support.workers import Workers, workers
from windlass.coordinator.store.db import Database
from windlass.coordinator.store.errors import Unavailable
from windlass.coordinator.store.migrate import migrate

__all__ = ["workers"]
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
        try:
            return all(is_completed(db, id) for id in jobs)
        except Unavailable:  # ours was among those cut
            return False

    with the_loops(database_url, redis_url), a_worker(redis_url) as worker:
        until(cut_and_look, timeout=60)

    assert sorted(worker.claimed) == sorted(a["id"] for id in jobs for a in attempts_of(db, id))


@pytest.fixture
def mortal(services: Path) -> Iterator[RestartablePostgres]:
    server = RestartablePostgres(services / "mortal")
    migrate(server.url)
    yield server
    server.stop()


def test_a_postgres_that_crashed_and_is_back_finds_everything_going_on(
    mortal: RestartablePostgres, redis_url: str, workers: Workers, tmp_path: Path
) -> None:
    notes, go = tmp_path / "notes", tmp_path / "go"
    script = f"echo started >> {notes}; while ! test -e {go}; do sleep 0.05; done"
    with closing(Database(mortal.url, pool_size=2)) as db, the_loops(mortal.url, redis_url):
        workers().start()
        running = submitted(db, a_task(run=script), a_task("next", [0]))
        until(notes.exists)

        mortal.crash()
        go.touch()  # it ends while nobody can hear of it
        mortal.start()

        until(lambda: is_completed(db, running), timeout=30)
        after = submitted(db)
        until(lambda: is_completed(db, after), timeout=30)
        until(lambda: is_settled(db, running) and not left_behind(tmp_path / "state"))
        assert notes.read_text() == "started\n"
        assert_sound(db, running)
