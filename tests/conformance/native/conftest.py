"""The door, open, on a real engine; and a fleet that runs what was submitted."""

from collections.abc import Iterator
from contextlib import closing

import pytest
from flask import Flask
from redis import Redis

from tests.support.fleet import Fleet
from tests.support.http import BASE, Client, a_document, an_app, an_engine, sent
from tests.support.postgres import a_database
from windlass.coordinator.engine.service import Engine
from windlass.coordinator.store.db import Database
from windlass.shared.redis import connect


@pytest.fixture
def engine(db: Database, redis: Redis) -> Iterator[Engine]:
    with an_engine(db, redis) as engine:
        yield engine


@pytest.fixture
def app(engine: Engine) -> Flask:
    return an_app(engine)


@pytest.fixture
def client(app: Flask) -> Client:
    return app.test_client()


@pytest.fixture(scope="module")
def lasting_client(postgres_server: str, template: str, redis_server: str) -> Iterator[Client]:
    """One database for all tests of a module: for those that must leave nothing behind."""
    with (
        a_database(postgres_server, template) as url,
        closing(Database(url, pool_size=4)) as db,
        connect(redis_server) as redis,
        an_engine(db, redis) as engine,
    ):
        yield an_app(engine).test_client()


@pytest.fixture
def fleet(db: Database) -> Fleet:
    return Fleet(db)


@pytest.fixture
def steadfast(lasting_client: Client) -> Iterator[Client]:
    """Afterwards a sound job is taken, and nothing else was."""
    before = newest(lasting_client)
    yield lasting_client
    job = sent(lasting_client, a_document())
    assert newest(lasting_client) == [job["id"], *before][:2]


def newest(client: Client) -> list[str]:
    return [job["id"] for job in client.get(f"{BASE}/jobs?limit=2").json["items"]]
