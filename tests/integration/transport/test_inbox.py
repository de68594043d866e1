from collections.abc import Sequence
from datetime import UTC, datetime
from threading import Event, Thread
from uuid import UUID, uuid4

import pytest
from redis import Redis

from tests.support.waiting import until
from windlass.coordinator.engine.errors import Unavailable
from windlass.coordinator.engine.ports import Away
from windlass.coordinator.transport import reading
from windlass.coordinator.transport.inbox import Inbox
from windlass.shared import events, keys
from windlass.shared.redis import connect
from windlass.shared.streams import Outlet

pytestmark = pytest.mark.redis

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def started(id: UUID | None = None) -> events.AttemptStarted:
    return events.AttemptStarted(attempt_id=id or uuid4(), node="node-1", at=NOW)


class Consumer:
    """Takes down what it gets; refuses ``poison`` for good, and everything while ``outage``."""

    def __init__(self) -> None:
        self.got: list[events.AnyEvent] = []
        self.poison: set[UUID] = set()
        self.outage = False

    def __call__(self, batch: Sequence[events.AnyEvent]) -> None:
        if self.outage:
            raise Unavailable("away")
        if any(getattr(event, "attempt_id", None) in self.poison for event in batch):
            raise ValueError("cannot be applied")
        self.got += batch


@pytest.fixture
def consumer() -> Consumer:
    return Consumer()


def given_inbox(redis: Redis, consumer: Consumer, name: str = "one") -> Inbox:
    made = Inbox(redis, name, consumer)
    made.step()  # what it left in an earlier life: makes the group
    return made


def test_events_arrive_in_order_and_leave_the_stream(redis: Redis, consumer: Consumer) -> None:
    box = given_inbox(redis, consumer)
    batch = [started() for _ in range(3)]
    Outlet(redis).publish(batch)

    box.step()

    assert consumer.got == batch
    assert redis.xlen(keys.EVENTS) == 0


def test_an_outage_loses_nothing_and_keeps_the_order(redis: Redis, consumer: Consumer) -> None:
    box = given_inbox(redis, consumer)
    first, second = started(), started()
    Outlet(redis).publish([first])
    consumer.outage = True
    with pytest.raises(Unavailable):
        box.step()
    Outlet(redis).publish([second])
    assert redis.xlen(keys.EVENTS) == 2

    consumer.outage = False
    for _ in range(3):
        box.step()

    assert consumer.got == [first, second]


def test_a_restarted_inbox_takes_up_what_it_had_read(redis: Redis, consumer: Consumer) -> None:
    box = given_inbox(redis, consumer)
    event = started()
    Outlet(redis).publish([event])
    consumer.outage = True
    with pytest.raises(Unavailable):
        box.step()

    consumer.outage = False
    Inbox(redis, "one", consumer).step()

    assert consumer.got == [event]


def test_what_another_left_behind_is_taken_over(
    redis: Redis, consumer: Consumer, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = given_inbox(redis, consumer, "other")
    event = started()
    Outlet(redis).publish([event])
    consumer.outage = True
    with pytest.raises(Unavailable):
        other.step()
    consumer.outage = False
    monkeypatch.setattr(reading, "CLAIM_IDLE_MS", 0)

    box = given_inbox(redis, consumer)
    box.step()

    assert consumer.got == [event]
    assert redis.xlen(keys.EVENTS) == 0


def test_poison_is_put_aside_and_its_neighbours_are_not(redis: Redis, consumer: Consumer) -> None:
    box = given_inbox(redis, consumer)
    batch = [started() for _ in range(7)]
    consumer.poison = {batch[2].attempt_id, batch[5].attempt_id}
    Outlet(redis).publish(batch)

    box.step()

    assert consumer.got == [event for event in batch if event.attempt_id not in consumer.poison]
    assert redis.xlen(keys.EVENTS) == 0
    assert redis.xlen(keys.EVENTS_DEAD) == 2


def test_what_is_no_event_is_put_aside(redis: Redis, consumer: Consumer) -> None:
    box = given_inbox(redis, consumer)
    redis.xadd(keys.EVENTS, {"d": b'{"type":"attempt.exploded"}'})
    redis.xadd(keys.EVENTS, {"d": b"\xff\x00"})
    redis.xadd(keys.EVENTS, {"other": b""})
    good = started()
    Outlet(redis).publish([good])

    box.step()

    assert consumer.got == [good]
    assert redis.xlen(keys.EVENTS_DEAD) == 3


def test_a_redis_that_forgot_the_group_gets_a_new_one(redis: Redis, consumer: Consumer) -> None:
    box = given_inbox(redis, consumer)
    redis.flushall()
    event = started()
    Outlet(redis).publish([event])

    for _ in range(3):
        box.step()

    assert consumer.got == [event]


def test_an_idle_inbox_hears_of_an_event_at_once(redis: Redis, consumer: Consumer) -> None:
    box = given_inbox(redis, consumer)
    stop = Event()

    def work() -> None:
        while not stop.is_set():
            box.step()

    thread = Thread(target=work)
    thread.start()
    try:
        Outlet(redis).publish([started()])
        until(lambda: consumer.got)
    finally:
        stop.set()
        thread.join()


def test_what_cannot_be_forgotten_is_not_acknowledged_either(
    redis: Redis, redis_url: str, consumer: Consumer
) -> None:
    redis.acl_setuser(
        "forgetless", enabled=True, nopass=True, keys="*", commands=["+@all", "-xdel"]
    )
    _, _, address = redis_url.rpartition("@")
    crippled = given_inbox(connect(f"redis://forgetless:any@{address}"), consumer)
    Outlet(redis).publish([started()])

    with pytest.raises(Away):
        crippled.step()
    given_inbox(redis, consumer)  # takes up what that one has not committed

    assert len(consumer.got) == 2
    assert redis.xlen(keys.EVENTS) == 0


def test_large_reports_are_committed_in_portions(redis: Redis) -> None:
    portions: list[int] = []
    box = Inbox(redis, "one", lambda batch: portions.append(len(batch)))
    box.step()
    report = events.AttemptFinished(
        attempt_id=uuid4(), node="node-1", at=NOW, output="x" * (reading.AT_ONCE // 2 - 1_000)
    )
    Outlet(redis).publish([report] * 5)

    box.step()

    assert portions == [2, 2, 1]
    assert redis.xlen(keys.EVENTS) == 0
