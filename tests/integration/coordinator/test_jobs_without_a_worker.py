"""The engine's whole cycle: submitted through its service, moved by a real coordinator's loops,
claimed and reported by a worker that runs nothing."""

from collections.abc import Iterator
from contextlib import closing

import pytest
from redis import Redis

from tests.support.coordinator import a_coordinator
from tests.support.engine import a_chain
from tests.support.fake_worker import a_worker
from tests.support.rows import attempts_of
from tests.support.waiting import until
from windlass.coordinator.engine.service import Engine
from windlass.coordinator.engine.views import Submission, TaskFilter
from windlass.coordinator.store.db import Database
from windlass.coordinator.transport.nudges import Nudges
from windlass.coordinator.transport.signals import RedisSignals
from windlass.embedded.valkey import free_port
from windlass.shared.ids import JobId
from windlass.shared.states import JobState, Reason

pytestmark = [pytest.mark.postgres, pytest.mark.redis]


@pytest.fixture
def engine(db: Database, database_url: str, redis: Redis, redis_url: str) -> Iterator[Engine]:
    urls = {"DATABASE_URL": database_url, "REDIS_URL": redis_url}
    with (
        a_coordinator(free_port(), **urls) as started,
        closing(Nudges(redis)) as nudges,
        closing(RedisSignals(redis, redis, nudges)) as signals,
    ):
        until(lambda: started.answers("/-/ready"))
        yield Engine(db, signals)


def submitted(engine: Engine, length: int) -> JobId:
    return engine.submit(Submission(spec=a_chain(length), door="test")).job_id


def test_a_job_runs_from_submit_to_its_end_and_can_be_watched(
    engine: Engine, redis_url: str
) -> None:
    with a_worker(redis_url) as worker:
        id = submitted(engine, 3)
        with engine.watch([id]) as watch:
            until(lambda: watch.wait(1.0) and engine.job(id).state is JobState.COMPLETED)

    tasks = engine.tasks(id, TaskFilter(), limit=10).items
    assert [task.attempt_id for task in tasks] == worker.claimed
    moves = [row.became for row in engine.history(id) if row.entity == "job"]
    assert moves[-2:] == ["running", "completed"]


def test_a_cancelled_job_ends_and_its_message_at_the_broker_starts_nothing(
    engine: Engine, db: Database, redis_url: str
) -> None:
    id = submitted(engine, 2)
    until(lambda: attempts_of(db, id)[0]["state"] == "scheduled")

    engine.cancel(id)

    until(lambda: engine.job(id).state is JobState.CANCELLED)
    with a_worker(redis_url) as worker:
        until(lambda: worker.refused)
    assert worker.claimed == []


def test_a_job_out_of_time_ends_without_a_worker(engine: Engine, db: Database) -> None:
    id = submitted(engine, 2)
    with db.transaction() as tx:
        tx.run("UPDATE job SET deadline = now() WHERE id = %(id)s", id=id)

    until(lambda: engine.job(id).state is JobState.FAILED)

    assert engine.job(id).reason is Reason.TIMEOUT
