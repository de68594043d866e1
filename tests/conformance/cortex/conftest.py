"""The door, open, on a real engine; and a fleet that runs what was submitted."""

from collections.abc import Iterator

import msgspec
import pytest
from redis import Redis

from tests.conformance.cortex.client import Cortex
from tests.conformance.native.conftest import lasting_client
from tests.support.fakes import FakeSignals
from tests.support.fleet import Fleet, a_beat
from tests.support.http import an_app, an_engine
from windlass.coordinator.dialects.cortex.settings import Settings
from windlass.coordinator.engine import fleet
from windlass.coordinator.engine.service import Engine
from windlass.coordinator.store.db import Database
from windlass.coordinator.web.settings import DoorSettings

__all__ = ["lasting_client"]


@pytest.fixture
def engine(db: Database, redis: Redis) -> Iterator[Engine]:
    with an_engine(db, redis) as engine:
        yield engine


@pytest.fixture
def cortex(engine: Engine, db: Database) -> Cortex:
    return opened(engine, db)


def opened(engine: Engine, db: Database, settings: Settings | None = None) -> Cortex:
    """With a node that serves one more queue than the default one."""
    beat = msgspec.structs.replace(a_beat(), queues=("default", "fast"))
    fleet.report(db, FakeSignals(), [beat])
    doors = {"cortex": DoorSettings(options=settings)}
    return Cortex(an_app(engine, doors=doors).test_client(), Fleet(db))
