"""The door, open, on a real engine; and a fleet that runs what was submitted."""

from collections.abc import Iterator

import pytest
from redis import Redis

from tests.support.fleet import Fleet
from tests.support.http import Client, an_app, an_engine
from windlass.coordinator.dialects.tork.settings import Settings
from windlass.coordinator.engine.service import Engine
from windlass.coordinator.store.db import Database
from windlass.coordinator.web.settings import DoorSettings


@pytest.fixture
def engine(db: Database, redis: Redis) -> Iterator[Engine]:
    with an_engine(db, redis) as engine:
        yield engine


@pytest.fixture
def settings() -> Settings:
    return Settings()


@pytest.fixture
def client(engine: Engine, settings: Settings) -> Client:
    doors = {"tork": DoorSettings(options=settings)}
    return an_app(engine, doors=doors).test_client()


@pytest.fixture
def fleet(db: Database) -> Fleet:
    return Fleet(db)
