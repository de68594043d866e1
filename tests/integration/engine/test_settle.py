from uuid import UUID

import pytest

from tests.support.builders import submitted
from tests.support.fleet import NODE, NOW, Fleet
from tests.support.rows import age, row
from windlass.coordinator.engine.settle import settle
from windlass.coordinator.store import logs, nodes
from windlass.coordinator.store.db import Database
from windlass.shared.events import LogChunk, NodeBeat
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


def a_beat(db: Database, *running: UUID) -> None:
    beat = NodeBeat(
        node=NODE,
        at=NOW,
        queues=("default",),
        slots=1,
        running=running,
        runtime="process",
        version="1",
        hostname="host",
    )
    with db.transaction() as tx:
        nodes.beat(tx, [beat])


def test_a_log_its_node_does_not_have_any_more_is_given_up(db: Database) -> None:
    fleet = Fleet(db)
    id = an_unsettled_attempt(db, fleet, 10)
    age(db, id, "ended_at", 700)
    a_beat(db, id)
    assert settle(db, fleet.signals, 10) == 0

    a_beat(db)

    assert settle(db, fleet.signals, 10) == 1


def test_a_log_its_node_has_failed_to_send_for_a_day_is_given_up(db: Database) -> None:
    fleet = Fleet(db)
    id = an_unsettled_attempt(db, fleet, 10)
    age(db, id, "ended_at", 90_000)
    a_beat(db, id)

    assert settle(db, fleet.signals, 10) == 1


def test_a_log_that_may_still_be_on_its_way_is_not_asked_for(db: Database) -> None:
    fleet = Fleet(db)
    id = an_unsettled_attempt(db, fleet, 10)
    age(db, id, "ended_at", 30)
    fleet.signals.delay = 60.0

    settle(db, fleet.signals, 10)
    assert fleet.signals.judged == []
    fleet.signals.delay = 0.5  # somebody always writes

    settle(db, fleet.signals, 10)
    assert fleet.signals.judged == [(id, Verdict.RESEND)]


def test_logs_that_are_incomplete_hold_up_no_other(db: Database) -> None:
    fleet = Fleet(db)
    an_unsettled_attempt(db, fleet, 10)
    complete = an_unsettled_attempt(db, fleet, 1)
    store(db, complete, (0, 1))

    assert settle(db, fleet.signals, 1) == 1


def test_what_nobody_could_be_told_is_told_later(db: Database) -> None:
    fleet = Fleet(db)
    id = an_unsettled_attempt(db, fleet, 1)
    store(db, id, (0, 1))
    fleet.signals.away = True

    with pytest.raises(Exception, match="away"):
        settle(db, fleet.signals, 10)
    fleet.signals.away = False

    assert settle(db, fleet.signals, 10) == 1
