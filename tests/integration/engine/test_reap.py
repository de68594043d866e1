from typing import Any
from uuid import UUID

import pytest

from tests.support.fakes import FakeSignals
from tests.support.rows import age, row, state_of
from tests.support.stored import given_due
from windlass.coordinator.engine.ports import Away
from windlass.coordinator.engine.reap import Pace, Reaper
from windlass.coordinator.store.db import Database
from windlass.shared.lease import Standing

pytestmark = pytest.mark.postgres

MISSING = Standing("spent", None)
PACE = Pace()
HELD = Standing("spent", "node-1")


class Hands:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Scene:
    def __init__(self, db: Database) -> None:
        self.signals = FakeSignals()
        self.clock = Hands()
        self.reaper = Reaper(db, self.signals, self.signals, Pace(page=2), clock=self.clock)

    def passes(self, count: int, every: float = PACE.confirm_after) -> int:
        """How many attempts were given up on in that many passes."""
        given_up = 0
        for _ in range(count):
            self.clock.now += every
            given_up += self.reaper.once()
        return given_up


@pytest.fixture
def scene(db: Database) -> Scene:
    return Scene(db)


def given_running(db: Database, **columns: Any) -> UUID:
    return given_due(db, state="running", node="node-1", **columns)


def test_an_attempt_without_a_lease_is_lost_on_the_second_pass(db: Database, scene: Scene) -> None:
    id = given_running(db)
    scene.signals.known[id] = MISSING

    assert scene.passes(1) == 0
    assert scene.passes(1) == 1

    found = row(db, "attempt", id)
    assert (found["state"], found["reason"]) == ("lost", "node_lost")
    assert "node-1" in found["error"]


def test_a_lease_that_comes_back_in_time_saves_the_attempt(db: Database, scene: Scene) -> None:
    id = given_running(db)
    scene.signals.known[id] = MISSING
    scene.passes(1)

    scene.signals.known[id] = HELD
    scene.passes(1)
    scene.signals.known[id] = MISSING

    assert scene.passes(1) == 0
    assert state_of(db, id) == "running"


def test_two_passes_in_quick_succession_prove_nothing(db: Database, scene: Scene) -> None:
    id = given_running(db)
    scene.signals.known[id] = MISSING

    assert scene.passes(2, every=PACE.confirm_after / 4) == 0
    assert state_of(db, id) == "running"


def test_nothing_is_given_up_on_while_earlier_reports_are_uncommitted(
    db: Database, scene: Scene
) -> None:
    id = given_running(db)
    scene.signals.known[id] = MISSING
    scene.signals.behind = True

    assert scene.passes(5) == 0

    scene.signals.behind = False
    assert scene.passes(1) == 1


def test_a_young_redis_clears_every_suspicion(db: Database, scene: Scene) -> None:
    id = given_running(db)
    scene.signals.known[id] = MISSING
    scene.passes(1)

    scene.signals.is_young = True
    scene.passes(3)
    scene.signals.is_young = False

    assert scene.passes(1) == 0
    assert scene.passes(1) == 1


def test_a_machine_that_slept_forms_its_suspicions_anew(db: Database, scene: Scene) -> None:
    id = given_running(db)
    scene.signals.known[id] = MISSING
    scene.passes(1)

    scene.clock.now += 10 * PACE.asleep
    assert scene.reaper.once() == 0
    assert scene.passes(1) == 0

    assert scene.passes(1) == 1


def test_an_outage_of_redis_is_no_proof(db: Database, scene: Scene) -> None:
    id = given_running(db)
    scene.signals.known[id] = MISSING
    scene.passes(1)

    scene.signals.away = True
    with pytest.raises(Away):
        scene.passes(1)

    assert state_of(db, id) == "running"


@pytest.mark.parametrize("published_at", ["2020-01-01", None])
def test_a_claimed_attempt_whose_start_was_never_reported_is_lost_too(
    db: Database, scene: Scene, published_at: str | None
) -> None:
    """Also one of which the dispatcher does not know that it was sent."""
    id = given_due(db, state="scheduled", published=1, published_at=published_at)
    scene.signals.known[id] = MISSING

    assert scene.passes(2) == 1
    assert state_of(db, id) == "lost"


@pytest.mark.parametrize("ticket", ["open", None])
def test_a_scheduled_attempt_that_may_still_be_claimed_is_not_lost(
    db: Database, scene: Scene, ticket: str | None
) -> None:
    id = given_due(db, state="scheduled", published=1, published_at="2020-01-01")
    scene.signals.known[id] = Standing(ticket, None)

    assert scene.passes(3) == 0
    assert state_of(db, id) == "scheduled"


def test_an_attempt_that_was_told_to_stop_and_is_nowhere_any_more_is_lost(
    db: Database, scene: Scene
) -> None:
    id = given_due(db, state="scheduled", published=1, published_at="2020-01-01", cancelling=True)
    scene.signals.known[id] = Standing(None, None)

    assert scene.passes(2) == 1
    assert state_of(db, id) == "lost"


def test_pages_hide_nobody(db: Database, scene: Scene) -> None:
    ids = [given_running(db) for _ in range(5)]
    ids += [
        given_due(db, state="scheduled", published=1, published_at="2020-01-01") for _ in range(5)
    ]
    scene.signals.known = dict.fromkeys(ids, MISSING)

    assert scene.passes(6) == len(ids)


def test_an_attempt_long_past_its_deadline_timed_out(db: Database, scene: Scene) -> None:
    late = given_running(db, grace=60.0, deadline="2020-01-01")
    in_grace = given_running(db, grace=3600.0, deadline="2020-01-01")
    with db.transaction() as tx:
        tx.run("UPDATE attempt SET deadline = now()")
    age(db, late, "deadline", 95)
    age(db, in_grace, "deadline", 95)
    scene.signals.known = dict.fromkeys((late, in_grace), MISSING)

    assert scene.passes(2) == 2

    assert row(db, "attempt", late)["reason"] == "timeout"
    assert row(db, "attempt", in_grace)["reason"] == "node_lost"
