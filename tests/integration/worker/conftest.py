from collections.abc import Iterator

import pytest
from redis import Redis

from tests.integration.worker.bench import Bench
from tests.support.workers import engine, workers

__all__ = ["bench", "engine", "workers"]


@pytest.fixture
def bench(redis: Redis, redis_url: str) -> Iterator[Bench]:
    bench = Bench(redis, redis_url)
    yield bench
    bench.close()
