"""The door, open, on a real engine; and a fleet that runs what was submitted."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from redis import Redis

from tests.support.fleet import Fleet
from tests.support.http import an_app, an_engine
from windlass.coordinator.engine.service import Engine
from windlass.coordinator.store.db import Database


@pytest.fixture
def engine(db: Database, redis: Redis) -> Iterator[Engine]:
    with an_engine(db, redis) as engine:
        yield engine


@pytest.fixture
def app(engine: Engine) -> Flask:
    return an_app(engine)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def fleet(db: Database) -> Fleet:
    return Fleet(db)
