"""No list reads much of a big table, whatever is asked for, and however deep."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import UUID, uuid4

import pytest

from tests.support.many_jobs import given_many_jobs
from tests.support.postgres import admin, other_database
from windlass.coordinator.store import job_list
from windlass.coordinator.store.bounded import bounded
from windlass.coordinator.store.db import Database, Row, Tx
from windlass.coordinator.store.job_list import NEWEST, Place, Search
from windlass.shared.ids import first_id_at

pytestmark = pytest.mark.postgres


JOBS = 200_000
MOST_BUFFERS = 1000

_NOW = datetime.now(UTC)
_MIDDLE = UUID(int=first_id_at((_NOW - timedelta(seconds=JOBS / 4)).timestamp()).int)
_OLDEST = first_id_at((_NOW - timedelta(seconds=JOBS / 2 - 10)).timestamp())

SEARCHES = {
    "everything": Search(),
    "one state": Search(states=("failed",)),
    "a rare state": Search(states=("running",)),
    "several states": Search(states=("failed", "cancelled", "running")),
    "all states": Search(states=("pending", "running", "completed", "failed", "cancelled")),
    "a common tag": Search(tags=("team-7",)),
    "a rare tag": Search(tags=("batch-77",)),
    "a tag of long ago": Search(tags=("old",)),
    "a tag nobody has": Search(tags=("none",)),
    "two tags": Search(tags=("team-3", "batch-77")),
    "a common word": Search(words="render"),
    "a rare word": Search(words="spec"),
    "a word nobody used": Search(words="nothing"),
    "two words": Search(words="render 1234"),
    "a queue": Search(queue="gpu"),
    "a common door": Search(door="native"),
    "a rare door": Search(door="ray"),
    "an owner": Search(owner="ann"),
    "a state and a tag": Search(states=("failed",), tags=("team-0",)),
    "a state and a queue that exclude one another": Search(states=("failed",), queue="gpu"),
    "a tag and a word that exclude one another": Search(tags=("team-7",), words="render"),
    "an hour of everything": Search(
        since=_NOW - timedelta(hours=3), until=_NOW - timedelta(hours=2)
    ),
    "an hour of a tag": Search(tags=("team-7",), since=_NOW - timedelta(hours=1)),
    "a time before all": Search(until=_NOW - timedelta(days=400)),
    "what is open": Search(audiences=(0,)),
    "what is open to nobody": Search(audiences=(0, 1, 2)),
    "what failed and is open": Search(states=("failed",), audiences=(0, 1)),
    "everything at once": Search(
        states=("failed", "completed"),
        queue="default",
        door="native",
        owner="bob",
        tags=("team-2",),
        words="rend",
        since=_NOW - timedelta(hours=20),
        until=_NOW,
    ),
}
PLACES = {
    "at the newest": NEWEST,
    "in the middle": Place(_MIDDLE),
    "in the middle, back": Place(_MIDDLE, older=False),
    "near the oldest": Place(_OLDEST),
}


class Explaining(Tx):
    """Keeps how many buffers each statement touched."""

    buffers: list[int]

    def all(self, sql: str, **values: object) -> Sequence[Row]:
        (row,) = super().all(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {sql}", **values)
        plan = cast(Any, row["QUERY PLAN"])[0]["Plan"]
        self.buffers.append(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])
        return super().all(sql, **values)

    def one(self, sql: str, **values: object) -> Row | None:
        return next(iter(self.all(sql, **values)), None)


@pytest.fixture(scope="module")
def many(postgres_server: str, template: str) -> Iterator[Database]:
    name = f"test_{uuid4().hex}"
    admin(postgres_server, f"CREATE DATABASE {name} TEMPLATE {template}")
    db = Database(other_database(postgres_server, name), pool_size=2)
    given_many_jobs(db, JOBS)
    admin(other_database(postgres_server, name), "VACUUM job")
    yield db
    db.close()
    admin(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def explaining(db: Database) -> Iterator[Explaining]:
    with bounded(db) as tx:
        explaining = Explaining(tx._connection)
        explaining.buffers = []
        yield explaining


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES.keys())
@pytest.mark.parametrize("search", SEARCHES.values(), ids=SEARCHES.keys())
def test_a_page_reads_little(many: Database, search: Search, place: Place) -> None:
    with explaining(many) as tx:
        job_list.page(tx, search, place, 51)

    assert sum(tx.buffers) < MOST_BUFFERS


@pytest.mark.parametrize("search", SEARCHES.values(), ids=SEARCHES.keys())
def test_a_capped_count_reads_little(many: Database, search: Search) -> None:
    with explaining(many) as tx:
        job_list.count(tx, search, 1001)

    assert sum(tx.buffers) < 4 * MOST_BUFFERS  # twenty times as many jobs as a page has
