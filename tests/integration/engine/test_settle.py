from uuid import UUID

import pytest

from tests.support.builders import submitted
from tests.support.fleet import Fleet
from tests.support.rows import age, row
from windlass.coordinator.engine.settle import settle
from windlass.coordinator.store import logs
from windlass.coordinator.store.db import Database
from windlass.shared.events import LogChunk
from windlass.shared.lease import Verdict


def an_unsettled_attempt(db: Database, fleet: Fleet, log_bytes: int) -> UUID:
    submitted(db)
    (id,) = fleet.dispatch()
    fleet.finish(id, exit_code=0, log_bytes=log_bytes)
    return id


def store(db: Database, id: UUID, *pieces: tuple[int, int]) -> None:
    """Pieces as (first byte, size)."""
    with db.transaction() as tx:
        chunks = [
            LogChunk(
                attempt_id=id, first_byte=first, size=size, first_line=0, lines=0, data=b"x" * size
            )
            for first, size in pieces
        ]
        logs.insert(tx, chunks)


@pytest.mark.parametrize(
    "pieces", [[(0, 10)], [(0, 4), (4, 6)], [(0, 4), (2, 8)], [(0, 9), (3, 2), (8, 2)]]
)
def test_a_log_without_gaps_settles_its_attempt(
    db: Database, pieces: list[tuple[int, int]]
) -> None:
    fleet = Fleet(db)
    id = an_unsettled_attempt(db, fleet, 10)
    store(db, id, *pieces)

    assert settle(db, fleet.signals, 10) == 1

    assert row(db, "attempt", id)["settled"]
    assert fleet.signals.judged == [(id, Verdict.SETTLED)]
    assert settle(db, fleet.signals, 10) == 0


@pytest.mark.parametrize("pieces", [[], [(0, 9)], [(1, 9)], [(0, 4), (5, 5)]])
def test_a_log_with_a_gap_does_not(db: Database, pieces: list[tuple[int, int]]) -> None:
    fleet = Fleet(db)
    id = an_unsettled_attempt(db, fleet, 10)
    store(db, id, *pieces)

    assert settle(db, fleet.signals, 10) == 0

    assert fleet.signals.judged == []


def test_a_log_that_stays_incomplete_is_asked_for_again_but_not_all_the_time(db: Database) -> None:
    fleet = Fleet(db)
    id = an_unsettled_attempt(db, fleet, 10)
    age(db, id, "ended_at", 30)

    settle(db, fleet.signals, 10)
    settle(db, fleet.signals, 10)

    assert fleet.signals.judged == [(id, Verdict.RESEND)]


def test_a_log_nobody_can_send_any_more_is_given_up(db: Database) -> None:
    fleet = Fleet(db)
    id = an_unsettled_attempt(db, fleet, 10)
    age(db, id, "ended_at", 700)

    assert settle(db, fleet.signals, 10) == 1

    assert fleet.signals.judged == [(id, Verdict.SETTLED)]


def test_what_nobody_could_be_told_is_told_later(db: Database) -> None:
    fleet = Fleet(db)
    id = an_unsettled_attempt(db, fleet, 1)
    store(db, id, (0, 1))
    fleet.signals.away = True

    with pytest.raises(Exception, match="away"):
        settle(db, fleet.signals, 10)
    fleet.signals.away = False

    assert settle(db, fleet.signals, 10) == 1
