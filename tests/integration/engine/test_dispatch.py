from collections.abc import Sequence
from contextlib import closing
from uuid import UUID

import pytest
from redis import Redis

from tests.support.engine import submit_chain
from tests.support.fakes import FakePublisher, FakeSignals
from tests.support.rows import age, attempts_of, row, state_of
from tests.support.stored import given_due, given_scheduled
from windlass.coordinator.engine.cancel import cancel
from windlass.coordinator.engine.dispatch import Dispatcher, Republisher, dispatch_due
from windlass.coordinator.engine.ports import Away, Due
from windlass.coordinator.store import due
from windlass.coordinator.store.db import Database
from windlass.coordinator.transport.nudges import Nudges
from windlass.coordinator.transport.publisher import CeleryPublisher
from windlass.coordinator.transport.signals import RedisSignals
from windlass.shared.lease import Leases, Standing

pytestmark = pytest.mark.postgres


def test_a_due_attempt_is_published_once(db: Database) -> None:
    id = given_due(db)
    publisher = FakePublisher()

    assert dispatch_due(db, publisher, 10) == 1
    assert dispatch_due(db, publisher, 10) == 0

    assert publisher.sent == [id]
    found = row(db, "attempt", id)
    assert (found["state"], found["published"]) == ("scheduled", 1)
    assert found["published_at"] is not None


def test_a_broker_outage_leaves_the_attempt_pending(db: Database) -> None:
    id = given_due(db)
    publisher = FakePublisher()
    publisher.away = True

    with pytest.raises(Away):
        dispatch_due(db, publisher, 10)

    assert state_of(db, id) == "pending"


def test_the_broker_is_asked_for_only_when_something_is_due(db: Database) -> None:
    age(db, given_due(db), "run_after", -60)
    publisher = FakePublisher()

    Dispatcher(db, publisher).step()
    assert publisher.checks == 0

    given_due(db)
    Dispatcher(db, publisher).step()
    assert publisher.checks == 1


def test_what_is_published_has_been_committed(db: Database) -> None:
    id = given_due(db)
    publisher = Beholder(db)

    dispatch_due(db, publisher, 10)

    assert publisher.seen == {id: "scheduled"}


class Beholder(FakePublisher):
    """Looks at what it publishes as others see it."""

    def __init__(self, db: Database) -> None:
        super().__init__()
        self.seen: dict[UUID, str] = {}
        self._db = db

    def publish(self, batch: Sequence[Due]) -> None:
        self.seen = {due.attempt_id: state_of(self._db, due.attempt_id) for due in batch}


def given_unsent(db: Database) -> UUID:
    id, publisher = given_due(db), FakePublisher()
    publisher.torn = True
    with pytest.raises(Away):
        dispatch_due(db, publisher, 10)
    return id


@pytest.mark.parametrize("depth", [0, 1])
def test_an_attempt_that_could_not_be_sent_goes_out_as_soon_as_may_be(
    db: Database, depth: int
) -> None:
    """Also from a queue that is short without being empty."""
    given_scheduled(db, sent_ago=2)
    unsent = given_unsent(db)
    assert state_of(db, unsent) == "scheduled"
    publisher = FakePublisher()
    publisher.depths = {"default": depth}

    Republisher(db, publisher, FakeSignals()).step()

    assert publisher.sent == [unsent]
    assert row(db, "attempt", unsent)["published_at"] is not None


def test_a_dispatcher_that_was_frozen_sends_nothing_it_has_not_asked_about(db: Database) -> None:
    id = given_due(db)
    publisher, moments = FakePublisher(), iter([0.0, 600.0])

    assert dispatch_due(db, publisher, 10, lambda: next(moments)) == 1

    assert publisher.sent == []
    assert row(db, "attempt", id)["published_at"] is None
    Republisher(db, publisher, FakeSignals()).step()
    assert publisher.sent == [id]


def test_an_attempt_that_was_sent_and_claimed_after_all_is_not_sent_again(db: Database) -> None:
    id = given_unsent(db)
    signals, publisher = FakeSignals(), FakePublisher()
    signals.known[id] = Standing("spent", "node-1")

    Republisher(db, publisher, signals).step()

    assert publisher.sent == []


def test_an_attempt_that_could_not_be_sent_waits_while_redis_is_young(db: Database) -> None:
    given_unsent(db)
    signals, publisher = FakeSignals(), FakePublisher()
    signals.is_young = True

    Republisher(db, publisher, signals).step()

    assert publisher.sent == []


def test_an_attempt_somebody_else_works_on_is_not_taken_for_unsent(db: Database) -> None:
    id = given_scheduled(db, sent_ago=2)

    with db.transaction() as tx:
        tx.run("SELECT id FROM attempt WHERE id = %(id)s FOR UPDATE", id=id)
        with db.transaction() as other:
            due.unsent(other, [id])

    assert row(db, "attempt", id)["published_at"] is not None


@pytest.mark.redis
def test_an_attempt_cancelled_before_its_message_goes_out_does_not_start(
    db: Database, redis: Redis, redis_url: str
) -> None:
    job = submit_chain(db, FakeSignals(), 1)
    (attempt,) = attempts_of(db, job)
    signals = RedisSignals(redis, redis, Nudges(redis))

    class Overtaken(CeleryPublisher):
        def publish(self, batch: Sequence[Due]) -> None:
            cancel(db, signals, job)
            super().publish(batch)

    with closing(Overtaken(redis_url, Leases(redis))) as publisher:
        assert dispatch_due(db, publisher, 10) == 1

    assert state_of(db, attempt["id"]) == "cancelled"
    assert not Leases(redis).claim(attempt["id"], "node-1")


def test_the_most_urgent_goes_first_and_then_the_one_due_longest(db: Database) -> None:
    low = given_due(db, priority=0)
    later = given_due(db, priority=5)
    sooner = given_due(db, priority=5)
    high = given_due(db, priority=9)
    age(db, sooner, "run_after", 60)
    publisher = FakePublisher()

    assert dispatch_due(db, publisher, 3) == 3
    assert dispatch_due(db, publisher, 3) == 1

    assert publisher.sent == [high, sooner, later, low]


def test_an_attempt_waits_for_its_time(db: Database) -> None:
    id = given_due(db)
    age(db, id, "run_after", -60)
    publisher = FakePublisher()

    rest = Dispatcher(db, publisher).step()

    assert publisher.sent == []
    assert 50 < rest <= 60


def test_two_dispatchers_share_the_work_without_waiting_for_each_other(db: Database) -> None:
    ids = {given_due(db) for _ in range(4)}
    publisher = FakePublisher()

    with db.transaction() as tx:
        taken = {row["id"] for row in due.take(tx, 2)}
        assert dispatch_due(db, publisher, 10) == 2

    assert taken | set(publisher.sent) == ids


def test_a_full_batch_asks_for_another_at_once(db: Database) -> None:
    given_due(db)
    given_due(db)
    dispatcher = Dispatcher(db, FakePublisher(), limit=1)

    assert dispatcher.step() == 0
    assert dispatcher.step() == 0
    assert dispatcher.step() > 0
