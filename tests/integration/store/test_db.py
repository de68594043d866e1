from collections.abc import Iterator
from contextlib import closing
from urllib.parse import urlsplit

import psycopg2
import pytest

from tests.support.postgres import admin, other_database
from windlass.coordinator.store.db import Database
from windlass.coordinator.store.errors import Unavailable

pytestmark = pytest.mark.postgres


@pytest.fixture
def small(database_url: str) -> Iterator[Database]:
    """With one connection, so that a broken one would be met again."""
    with closing(Database(database_url, pool_size=1)) as database:
        yield database


def end_all_connections(database_url: str) -> None:
    admin(
        database_url,
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()",
    )


def test_a_connection_that_broke_is_unavailable_and_then_replaced(
    small: Database, database_url: str
) -> None:
    def broken() -> None:
        with small.transaction() as tx:
            end_all_connections(database_url)
            tx.run("SELECT 1")

    with pytest.raises(Unavailable):
        broken()

    with small.transaction() as tx:
        assert tx.one("SELECT 1 AS n") == {"n": 1}


def test_a_connection_that_broke_while_idle_is_not_even_noticed(
    small: Database, database_url: str
) -> None:
    with small.transaction() as tx:
        tx.run("SELECT 1")
    end_all_connections(database_url)

    with small.transaction() as tx:
        assert tx.one("SELECT 1 AS n") == {"n": 1}


def test_a_server_that_is_not_there_is_unavailable() -> None:
    nowhere = Database("postgresql://windlass@127.0.0.1:1/none", pool_size=1)

    with pytest.raises(Unavailable, match="Postgres"), nowhere.transaction() as tx:
        tx.run("SELECT 1")


def test_a_mistake_of_ours_is_not_an_outage(small: Database) -> None:
    with pytest.raises(psycopg2.ProgrammingError), small.transaction() as tx:
        tx.run("SELECT nonsense")

    with small.transaction() as tx:
        assert tx.one("SELECT 1 AS n") == {"n": 1}


def test_an_exception_rolls_everything_back(small: Database) -> None:
    def failing() -> None:
        with small.transaction() as tx:
            tx.run("CREATE TABLE scratch (n integer)")
            raise KeyError

    with pytest.raises(KeyError):
        failing()

    with small.transaction() as tx:
        assert tx.one("SELECT to_regclass('scratch') AS found") == {"found": None}


def test_a_server_that_became_a_standby_is_unavailable_until_it_is_replaced(
    small: Database, database_url: str
) -> None:
    name = urlsplit(database_url).path.removeprefix("/")
    becomes = f"ALTER DATABASE {name} SET default_transaction_read_only"

    def write() -> None:
        with small.transaction() as tx:
            tx.run("CREATE TABLE written (n integer)")

    admin(database_url, f"{becomes} = on")
    with pytest.raises(Unavailable):
        write()

    admin(other_database(database_url, "postgres"), f"{becomes} = off")
    write()


def test_what_is_sent_and_never_answered_is_given_up_within_seconds(small: Database) -> None:
    with small.transaction() as tx:
        given = tx._connection.info.dsn_parameters

    assert 0 < int(given["tcp_user_timeout"]) <= 30_000
