"""The door, open, on a real engine; and a fleet that runs what was submitted."""

from collections.abc import Iterator

import pytest
from redis import Redis

from tests.conformance.daggy.client import Daggy
from tests.support.fleet import Fleet
from tests.support.http import an_app, an_engine
from windlass.coordinator.store.db import Database


@pytest.fixture
def daggy(db: Database, redis: Redis) -> Iterator[Daggy]:
    with an_engine(db, redis) as engine:
        yield Daggy(an_app(engine).test_client(), Fleet(db))
