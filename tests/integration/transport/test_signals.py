from collections.abc import Iterator
from contextlib import closing
from threading import Event
from uuid import uuid4

import pytest
from redis import Redis

from tests.support.waiting import until
from windlass.coordinator.engine.ports import Away
from windlass.coordinator.transport.nudges import ALL_CHANNELS, Nudges
from windlass.coordinator.transport.signals import RedisSignals
from windlass.embedded.valkey import free_port
from windlass.shared import keys
from windlass.shared.lease import Leases, Verdict
from windlass.shared.redis import connect
from windlass.shared.streams import Outlet

pytestmark = pytest.mark.redis


@pytest.fixture
def nudges(redis: Redis) -> Iterator[Nudges]:
    nudges = Nudges(redis)
    yield nudges
    nudges.close()


@pytest.fixture
def signals(redis: Redis, nudges: Nudges) -> Iterator[RedisSignals]:
    with closing(RedisSignals(redis, redis, nudges)) as signals:
        yield signals


def subscribed(redis: Redis) -> bool:
    return all(listeners for _, listeners in redis.pubsub_numsub(*ALL_CHANNELS))


def grown_old(redis: Redis) -> None:
    redis.set(keys.EPOCH, 1)


@pytest.fixture
def away() -> RedisSignals:
    nobody = connect(f"redis://127.0.0.1:{free_port()}/0", timeout=1.0)
    return RedisSignals(nobody, nobody, Nudges(nobody))


def test_a_watcher_hears_of_its_job_and_of_no_other(signals: RedisSignals, redis: Redis) -> None:
    mine, other = uuid4(), uuid4()
    with signals.watch([mine]) as watch, signals.watch([]) as all_of_them:
        until(lambda: subscribed(redis))
        while watch.wait(0.2):  # the subscription itself counts as a change
            pass
        all_of_them.wait(0.0)

        signals.changed([other])
        assert all_of_them.wait(5)
        assert not watch.wait(0.05)

        signals.changed([mine])
        assert watch.wait(5)


def test_the_dispatcher_is_woken(signals: RedisSignals, nudges: Nudges, redis: Redis) -> None:
    woken = Event()
    nudges.listen([keys.DISPATCH_NUDGE], woken.set)
    until(lambda: subscribed(redis))
    assert woken.wait(5)
    woken.clear()

    signals.wake_dispatch()

    assert woken.wait(5)


def test_a_forgotten_watcher_leaves_nothing(signals: RedisSignals, nudges: Nudges) -> None:
    with signals.watch([uuid4()]), signals.watch([]):
        pass

    assert not nudges._listeners


def test_without_redis_a_watcher_goes_by_time(away: RedisSignals) -> None:
    with away.watch([uuid4()]) as watch:
        assert not watch.wait(0.01)


def test_without_redis_nudges_are_dropped_and_questions_refused(away: RedisSignals) -> None:
    away.wake_dispatch()
    away.changed([uuid4()])

    for question in (
        away.young,
        away.backlog,
        lambda: away.standings([uuid4()]),
        lambda: away.revoke([uuid4()]),
        lambda: away.judge([uuid4()], Verdict.CANCEL, ["node"]),
        lambda: away.drain("node", True),
        away.horizon,
        lambda: away.committed("0-0"),
    ):
        with pytest.raises(Away):
            question()


def test_a_redis_that_was_emptied_is_young(redis: Redis, signals: RedisSignals) -> None:
    assert signals.young()

    redis.flushall()
    assert signals.young()
    assert redis.get(keys.EPOCH) is not None


def test_a_redis_that_came_up_a_moment_ago_is_young_whatever_it_remembers(
    redis: Redis, nudges: Nudges
) -> None:
    grown_old(redis)
    uptime = redis.info("server")["uptime_in_seconds"]

    assert RedisSignals(redis, redis, nudges, youth=uptime + 3600).young()


def test_after_trouble_redis_counts_as_young(redis: Redis, nudges: Nudges) -> None:
    signals = RedisSignals(redis, redis, nudges, youth=1.0)
    grown_old(redis)
    until(lambda: not signals.young())

    redis.set(keys.lease(uuid4()), "x")
    redis.hset(keys.EVENTS, "not", "a stream")
    with pytest.raises(Away):
        signals.backlog()

    assert signals.young()


def test_reports_are_committed_when_they_have_left_the_stream(
    redis: Redis, signals: RedisSignals
) -> None:
    assert signals.committed(signals.horizon())

    first = redis.xadd(keys.EVENTS, {"d": b"1"})
    horizon = signals.horizon()
    redis.xadd(keys.EVENTS, {"d": b"2"})
    assert not signals.committed(horizon)

    redis.xdel(keys.EVENTS, first)
    assert signals.committed(horizon)
    assert signals.backlog() == 1 == Outlet(redis).lengths()[0]


def test_a_drained_node_is_told_so_and_later_the_opposite(
    redis: Redis, signals: RedisSignals
) -> None:
    signals.drain("node-1", True)
    assert redis.exists(keys.drain("node-1"))

    signals.drain("node-1", False)
    assert not redis.exists(keys.drain("node-1"))


def test_a_revoked_attempt_can_no_longer_start(redis: Redis, signals: RedisSignals) -> None:
    claimed, waiting = uuid4(), uuid4()
    leases = Leases(redis)
    leases.issue([claimed, waiting])
    leases.claim(claimed, "node-1")

    assert list(signals.revoke([claimed, waiting])) == [False, True]

    assert not leases.claim(waiting, "node-1")
    assert [standing.holder for standing in signals.standings([claimed, waiting])] == [
        "node-1",
        None,
    ]


def test_a_ticket_that_was_taken_back_can_be_taken_back_again(
    redis: Redis, signals: RedisSignals
) -> None:
    id, leases = uuid4(), Leases(redis)
    leases.issue([id])
    signals.revoke([id])
    leases.issue([id])

    assert list(signals.revoke([id])) == [True]
    assert not leases.claim(id, "node-1")


def test_the_logbook_is_as_late_as_its_oldest_piece(redis: Redis, signals: RedisSignals) -> None:
    assert signals.log_delay() == 0.0

    now, _ = redis.time()
    redis.xadd(keys.LOGS, {"d": b""}, id=f"{(now - 60) * 1000}-1")
    redis.xadd(keys.LOGS, {"d": b""})

    assert 60 <= signals.log_delay() < 90
