from collections.abc import Sequence
from uuid import UUID

import msgspec
import pytest
from redis import Redis

from tests.support.fakes import FakeSignals
from tests.support.logs import cut, piece
from tests.support.stored import given_running
from windlass.coordinator.engine import logbook
from windlass.coordinator.engine.errors import Unavailable
from windlass.coordinator.store import logs
from windlass.coordinator.store.db import Database
from windlass.coordinator.transport import reading
from windlass.coordinator.transport.logbook import Logbook
from windlass.shared import keys
from windlass.shared.ids import AttemptId, new_attempt_id
from windlass.shared.streams import Outlet

pytestmark = [pytest.mark.postgres, pytest.mark.redis]

LOG = b"".join(b"line %d\n" % number for number in range(1000))


class Told(FakeSignals):
    def __init__(self) -> None:
        super().__init__()
        self.jobs: list[UUID] = []

    def changed(self, job_ids: Sequence[UUID]) -> None:
        self.jobs += job_ids


@pytest.fixture
def signals() -> Told:
    return Told()


@pytest.fixture
def book(redis: Redis, db: Database, signals: Told) -> Logbook:
    made = Logbook(redis, "one", db, signals)
    made.step()  # makes the group
    return made


def stored(db: Database, id: AttemptId) -> bytes:
    return b"".join(piece.data for piece in logbook.Reader(db, id).bytes())


def test_chunks_are_stored_and_leave_the_stream(
    redis: Redis, db: Database, book: Logbook, signals: Told
) -> None:
    id = given_running(db)
    Outlet(redis).publish_log(cut(id, LOG, 100, 2000, packed=True))

    book.step()

    assert stored(db, id) == LOG
    assert redis.xlen(keys.LOGS) == 0
    assert len(signals.jobs) == 1


def test_a_chunk_that_is_not_what_it_says_takes_no_other_along(
    redis: Redis, db: Database, book: Logbook
) -> None:
    good, bad = given_running(db), given_running(db)
    lies = [
        msgspec.structs.replace(piece(bad, LOG, 0, 10), size=11),
        msgspec.structs.replace(piece(bad, LOG, 0, 10), lines=9),
        msgspec.structs.replace(piece(bad, LOG, 0, 10), packed=True),
        msgspec.structs.replace(piece(bad, LOG, 0, 10, packed=True), size=5),
        msgspec.structs.replace(piece(bad, LOG, 0, 10), first_byte=-1),
        msgspec.structs.replace(piece(bad, LOG, 0, 10), first_byte=1 << 62),
        piece(new_attempt_id(), LOG, 0, 10),
    ]
    redis.xadd(keys.LOGS, {"d": b"no chunk"})
    Outlet(redis).publish_log([*lies, *cut(good, LOG, 500)])

    book.step()

    assert stored(db, good) == LOG
    assert stored(db, bad) == b""
    assert redis.xlen(keys.LOGS) == 0
    assert redis.xlen(keys.LOGS_DEAD) == 1


def test_what_a_dead_coordinator_had_read_is_taken_over(
    redis: Redis, db: Database, book: Logbook, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = given_running(db)
    first, second = cut(id, LOG, 500)
    Outlet(redis).publish_log([first])
    redis.xreadgroup(keys.LOGBOOK_GROUP, "dead", {keys.LOGS: ">"})
    Outlet(redis).publish_log([second])
    monkeypatch.setattr(reading, "CLAIM_IDLE_MS", 0)
    monkeypatch.setattr(reading, "CLAIM_EVERY", 0)

    book.step()
    book.step()

    assert stored(db, id) == LOG


def test_an_outage_of_postgres_loses_nothing(
    redis: Redis, db: Database, book: Logbook, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = given_running(db)
    Outlet(redis).publish_log(cut(id, LOG, 500))

    def away(*_: object) -> None:
        raise Unavailable("away")

    with monkeypatch.context() as outage:
        outage.setattr(logs, "insert", away)
        with pytest.raises(Unavailable):
            book.step()
    book.step()

    assert stored(db, id) == LOG
    assert redis.xlen(keys.LOGS) == 0
