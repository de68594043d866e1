"""Fixtures: worker processes, and the engine's side of them."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from redis import Redis

from tests.support.engine_side import EngineSide
from tests.support.worker import WorkerProcess

Workers = Callable[..., WorkerProcess]
NODE = "node-1"


@pytest.fixture
def engine(redis: Redis, redis_url: str) -> Iterator[EngineSide]:
    engine = EngineSide(redis, redis_url, NODE)
    yield engine
    engine.close()


@pytest.fixture
def workers(redis_url: str, tmp_path: Path) -> Iterator[Workers]:
    """Makes workers that have ended, with all they started, when the test has."""
    made: list[WorkerProcess] = []

    def make(url: str = redis_url, **wishes: object) -> WorkerProcess:
        worker = WorkerProcess(url, tmp_path / "state", **wishes)  # type: ignore[arg-type]  # fields of any type
        made.append(worker)
        return worker

    yield make
    for worker in made:
        worker.kill()
    for worker in made:
        worker.clean()
