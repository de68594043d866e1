"""The engine without runs: submit, hand over, start, finish; its own processes, a real broker, and
somebody who reports every attempt as done."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from time import perf_counter, sleep

from benchmarks import floor_table
from benchmarks.fake_worker import a_fake_worker
from benchmarks.figures import Figure, Goal
from benchmarks.scale import Scale
from benchmarks.stack import Up, a_stack
from windlass.coordinator.engine.service import Engine
from windlass.coordinator.engine.views import Submission
from windlass.coordinator.store.db import Database
from windlass.coordinator.store.safe import Safe
from windlass.coordinator.transport.nudges import Nudges
from windlass.coordinator.transport.signals import RedisSignals
from windlass.shared.redis import connect
from windlass.shared.sealing import Ring
from windlass.shared.spec import Container, JobSpec, TaskSpec
from windlass.shared.states import JobState

QUEUE = "engine"
TASKS = 100  # of each job, side by side
_LOOK = 0.02


def measure(scale: Scale) -> list[Figure]:
    jobs = scale.attempts // TASKS
    with a_stack() as up, an_engine(up) as engine, a_fake_worker(up, QUEUE):
        floor = floor_table.moves_per_second(up.running.database_url, scale.attempts)
        _run(engine, max(1, jobs // 10))
        took = _run(engine, jobs)
    return [
        Figure(
            name="engine.rate",
            ours=jobs * TASKS / took,
            unit="attempts/s",
            floor=floor,
            floor_is="one narrow row inserted and moved three times, in batches of 500",
            goal=Goal("ours", "≥", 2000),
        )
    ]


@contextmanager
def an_engine(up: Up) -> Iterator[Engine]:
    """In this process, on the servers of the stack; the stack's own loops do the rest."""
    with (
        connect(up.running.redis_url) as redis,
        closing(Database(up.running.database_url, 2, _safe(up))) as db,
    ):
        yield Engine(db, RedisSignals(redis, redis, Nudges(redis)))


def _safe(up: Up) -> Safe:
    """With the keys that the stack has."""
    return Safe(*(Ring.of([up.place.key(name)]) for name in ("secrets", "orders")))


def _run(engine: Engine, jobs: int) -> float:
    began, before = perf_counter(), _completed(engine)
    for _ in range(jobs):
        engine.submit(Submission(spec=_wide(), door="bench"))
    while _completed(engine) < before + jobs:
        sleep(_LOOK)
    return perf_counter() - began


def _completed(engine: Engine) -> int:
    return engine.totals().by_state[JobState.COMPLETED]


def _wide() -> JobSpec:
    container = Container(cmd=("/bin/true",))
    tasks = (TaskSpec(name=f"task {i}", queue=QUEUE, container=container) for i in range(TASKS))
    return JobSpec(name="wide", tasks=tuple(tasks))
