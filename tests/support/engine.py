"""The engine without its API: its loops in threads of the test, jobs submitted directly."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Event, Thread

from tests.support.rows import job_of
from windlass.coordinator.config import Config
from windlass.coordinator.engine.ports import Signals
from windlass.coordinator.engine.submit import submit
from windlass.coordinator.engine.views import Submission
from windlass.coordinator.store.db import Database
from windlass.coordinator.wiring import run_loops
from windlass.shared.ids import JobId
from windlass.shared.lease import LEASE_TTL
from windlass.shared.spec import Container, JobSpec, TaskSpec


@contextmanager
def the_loops(database_url: str, redis_url: str, lease: timedelta = LEASE_TTL) -> Iterator[None]:
    config = Config(database_url=database_url, redis_url=redis_url, lease=lease)
    stop = Event()
    thread = Thread(target=run_loops, args=(config, stop.wait))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def a_chain(length: int) -> JobSpec:
    """So many tasks, each after the one before."""
    tasks = tuple(
        TaskSpec(
            name=f"task {position}",
            key=f"task {position}",
            container=Container(run="true"),
            needs=(position - 1,) if position else (),
        )
        for position in range(length)
    )
    return JobSpec(name="chain", tasks=tasks)


def submit_chain(db: Database, signals: Signals, length: int) -> JobId:
    return submit(db, signals, Submission(spec=a_chain(length), door="test")).job_id


def is_completed(db: Database, id: JobId) -> bool:
    return bool(job_of(db, id)["state"] == "completed")
