"""The door, open, on a real engine; and a fleet that runs what was submitted."""

from collections.abc import Iterator

import pytest
from redis import Redis

from tests.conformance.daggy.client import Daggy
from tests.support.fleet import Fleet, a_beat
from tests.support.http import an_app, an_engine
from windlass.coordinator.engine import fleet
from windlass.coordinator.store.db import Database


@pytest.fixture
def daggy(db: Database, redis: Redis) -> Iterator[Daggy]:
    with an_engine(db, redis) as engine:
        fleet.report(db, Fleet(db).signals, [a_beat()])
        yield Daggy(an_app(engine).test_client(), Fleet(db))
