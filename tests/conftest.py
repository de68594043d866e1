"""Fixtures: real Postgres and Redis, a fresh database and an empty Redis for each test."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from redis import Redis

from tests.support.postgres import a_database, admin, hurry, other_database
from tests.support.services import POSTGRES, a_postgres, a_redis
from windlass.coordinator.store.db import Database
from windlass.coordinator.store.migrate import migrate
from windlass.shared.redis import connect


def pytest_sessionfinish(session: pytest.Session) -> None:
    """In CI a skipped test is a failed run: it would have been green without having been run."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") and reporter and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session")
def services() -> Iterator[Path]:
    """A directory that an unprivileged Postgres may enter, which pytest's own is not."""
    with tempfile.TemporaryDirectory(prefix="windlass-test-") as name:
        directory = Path(name)
        directory.chmod(0o755)
        yield directory


@pytest.fixture(scope="session")
def postgres_server(services: Path) -> Iterator[str]:
    with a_postgres(services / "postgres") as url:
        if not os.environ.get(POSTGRES):
            hurry(url)
        yield url


@pytest.fixture(scope="session")
def template(postgres_server: str) -> str:
    name = f"template_{uuid4().hex}"
    admin(postgres_server, f"CREATE DATABASE {name}")
    migrate(other_database(postgres_server, name))
    return name


@pytest.fixture
def database_url(postgres_server: str, template: str) -> Iterator[str]:
    with a_database(postgres_server, template) as url:
        yield url


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    database = Database(database_url, pool_size=4)
    yield database
    database.close()


@pytest.fixture(scope="session")
def redis_server(services: Path) -> Iterator[str]:
    with a_redis(services / "valkey") as url:
        yield url


@pytest.fixture
def redis_url(redis_server: str) -> str:
    """A Redis with nothing in it; parallel test processes have one each."""
    with connect(redis_server) as client:
        client.flushall()
    return redis_server


@pytest.fixture
def redis(redis_url: str) -> Iterator[Redis]:
    client = connect(redis_url)
    yield client
    client.close()
