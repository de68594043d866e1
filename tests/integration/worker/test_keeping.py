"""Leases, names and nudges on a real Redis."""

from datetime import timedelta
from threading import Event

import pytest
from redis import Redis

from tests.support.waiting import until
from windlass.shared import keys
from windlass.shared.ids import new_attempt_id
from windlass.shared.lease import Leases, Verdict
from windlass.shared.redis import connect
from windlass.worker.identity import Ownership
from windlass.worker.keeper import Keeper
from windlass.worker.nudges import Nudges

pytestmark = pytest.mark.redis
NODE = "node-1"


class Ear:
    def __init__(self) -> None:
        self.heard: list[Verdict] = []

    def hear(self, verdict: Verdict) -> None:
        self.heard.append(verdict)


class Broken(Ear):
    def hear(self, verdict: Verdict) -> None:
        raise ZeroDivisionError


def test_each_holder_hears_its_own_verdict(redis: Redis) -> None:
    leases, ears = Leases(redis), {new_attempt_id(): Ear() for _ in range(4)}
    keeper = Keeper(leases, NODE)
    for id, ear in ears.items():
        keeper.keep(id, ear)
    quiet, cancelled, stolen, settled = ears
    leases.judge([cancelled], Verdict.CANCEL, [])
    redis.set(keys.lease(stolen), "node-2")
    leases.judge([settled], Verdict.SETTLED, [])

    keeper.renew()

    assert ears[quiet].heard == [Verdict.NONE]
    assert ears[cancelled].heard == [Verdict.CANCEL]
    assert ears[stolen].heard == [Verdict.STOLEN]
    assert ears[settled].heard == [Verdict.SETTLED]
    assert redis.get(keys.lease(stolen)) == b"node-2"


def test_one_that_breaks_does_not_keep_the_others_from_hearing(redis: Redis) -> None:
    keeper, ear = Keeper(Leases(redis), NODE), Ear()
    keeper.keep(new_attempt_id(), Broken())
    keeper.keep(new_attempt_id(), ear)

    keeper.renew()

    assert ear.heard == [Verdict.NONE]


def test_an_outage_is_survived_in_silence() -> None:
    nowhere, ear = connect("redis://127.0.0.1:1/0"), Ear()
    keeper = Keeper(Leases(nowhere), NODE)
    keeper.keep(new_attempt_id(), ear)

    keeper.renew()

    assert ear.heard == []
    nowhere.close()


def test_leases_that_are_left_outlast_their_worker(redis: Redis) -> None:
    keeper, id = Keeper(Leases(redis), NODE), new_attempt_id()
    keeper.keep(id, Ear())

    keeper.bequeath(Leases(redis, timedelta(minutes=2)))

    assert redis.pttl(keys.lease(id)) > 110_000


def test_a_verdict_that_was_carried_out_is_heard_no_more(redis: Redis) -> None:
    leases, id = Leases(redis), new_attempt_id()
    leases.judge([id], Verdict.RESEND, [])

    leases.carried_out(id, Verdict.RESEND)

    assert leases.renew([id], NODE) == [Verdict.NONE]


def test_a_later_verdict_is_not_taken_for_the_one_carried_out(redis: Redis) -> None:
    leases, id = Leases(redis), new_attempt_id()
    leases.judge([id], Verdict.SETTLED, [])

    leases.carried_out(id, Verdict.RESEND)

    assert leases.renew([id], NODE) == [Verdict.SETTLED]


def test_a_name_belongs_to_one_installation_until_it_gives_it_up(redis: Redis) -> None:
    one, other = Ownership(redis, NODE, "one"), Ownership(redis, NODE, "other")

    assert one.renew()
    assert one.renew()
    assert not other.renew()
    other.give_up()
    assert not other.renew()
    one.give_up()
    assert other.renew()


def test_a_nudge_is_heard(redis: Redis) -> None:
    heard = Event()
    nudges = Nudges(redis, NODE, [heard.set])
    nudges.start()
    assert heard.wait(10)  # the subscription itself

    heard.clear()
    Leases(redis).judge([new_attempt_id()], Verdict.CANCEL, [NODE])

    assert heard.wait(10)
    nudges.stop()


def test_a_broken_subscription_is_made_again(redis: Redis) -> None:
    heard = Event()
    nudges = Nudges(redis, NODE, [heard.set])
    nudges.start()
    assert heard.wait(10)

    heard.clear()
    redis.client_kill_filter(_type="pubsub")
    assert heard.wait(10)
    heard.clear()

    until(lambda: redis.publish(keys.node_channel(NODE), "look") == 1)
    assert heard.wait(10)
    nudges.stop()
