from collections.abc import Sequence
from uuid import UUID

import pytest

from tests.support.fakes import FakePublisher, FakeSignals
from tests.support.rows import age, row
from tests.support.stored import given_scheduled
from windlass.coordinator.engine.dispatch import Republisher
from windlass.coordinator.store import attempts, due
from windlass.coordinator.store.db import Database
from windlass.shared.lease import Standing

pytestmark = pytest.mark.postgres


def test_an_attempt_nobody_claimed_is_published_again_when_its_queue_is_empty(
    db: Database,
) -> None:
    stuck = given_scheduled(db, sent_ago=11)
    fresh = given_scheduled(db, sent_ago=2)
    signals, publisher = FakeSignals(), FakePublisher()
    signals.known = dict.fromkeys((stuck, fresh), Standing("open", None))

    Republisher(db, publisher, signals).step()

    assert publisher.sent == [stuck]
    assert row(db, "attempt", stuck)["published"] == 2


def test_attempts_whose_messages_all_wait_at_the_broker_are_left_alone(db: Database) -> None:
    given_scheduled(db, sent_ago=3600)
    publisher = FakePublisher()
    publisher.depths = {"default": 1}

    Republisher(db, publisher, FakeSignals()).step()

    assert publisher.sent == []


def test_in_a_queue_that_lost_some_messages_the_pause_doubles(db: Database) -> None:
    twice = given_scheduled(db, sent_ago=70)
    once = given_scheduled(db, sent_ago=70)
    with db.transaction() as tx:
        due.published_again(tx, [twice])
    age(db, twice, "published_at", 70)
    publisher = FakePublisher()
    publisher.depths = {"default": 1}

    Republisher(db, publisher, FakeSignals()).step()

    assert publisher.sent == [once]


def test_an_attempt_that_was_told_to_stop_is_not_published_again(db: Database) -> None:
    id, publisher = given_scheduled(db, sent_ago=60), FakePublisher()
    with db.transaction() as tx:
        attempts.cancelling(tx, [id])

    Republisher(db, publisher, FakeSignals()).step()

    assert publisher.sent == []


def test_a_claimed_attempt_is_not_published_again(db: Database) -> None:
    id = given_scheduled(db, sent_ago=60)
    signals, publisher = FakeSignals(), FakePublisher()
    signals.known[id] = Standing("spent", None)

    Republisher(db, publisher, signals).step()

    assert publisher.sent == []


def test_nothing_is_published_again_while_redis_may_not_know_who_runs_what(db: Database) -> None:
    given_scheduled(db, sent_ago=60)
    signals, publisher = FakeSignals(), FakePublisher()
    signals.is_young = True

    Republisher(db, publisher, signals).step()
    assert publisher.sent == []

    signals.is_young = False
    Republisher(db, publisher, signals).step()
    assert len(publisher.sent) == 1


class EmptiedMeanwhile(FakeSignals):
    def standings(self, attempt_ids: Sequence[UUID]) -> Sequence[Standing]:
        self.is_young = True
        return super().standings(attempt_ids)


def test_the_answers_of_a_redis_emptied_meanwhile_prove_nothing(db: Database) -> None:
    given_scheduled(db, sent_ago=60)
    publisher = FakePublisher()

    Republisher(db, publisher, EmptiedMeanwhile()).step()

    assert publisher.sent == []


def test_many_stuck_attempts_are_gone_through_in_pages(db: Database) -> None:
    ids = [given_scheduled(db, sent_ago=60) for _ in range(3)]
    publisher = FakePublisher()
    republisher = Republisher(db, publisher, FakeSignals(), limit=2)

    assert republisher.step() == 0
    assert republisher.step() > 0

    assert publisher.sent == ids
