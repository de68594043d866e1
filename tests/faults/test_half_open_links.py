"""A link that swallows everything without closing: noticed within seconds, and then replaced."""

from collections.abc import Iterator
from contextlib import closing
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from redis import Redis

from tests.support.engine import is_completed, submit_chain, the_loops
from tests.support.fake_worker import a_worker
from tests.support.fakes import FakeSignals
from tests.support.faults import Link, a_link
from tests.support.waiting import until
from windlass.coordinator.engine.ports import Away
from windlass.coordinator.store.db import Database
from windlass.coordinator.transport import nudges as nudges_module
from windlass.coordinator.transport.nudges import Nudges
from windlass.coordinator.transport.signals import RedisSignals
from windlass.shared.redis import connect

pytestmark = [pytest.mark.postgres, pytest.mark.redis]


@pytest.fixture
def link(redis_url: str) -> Iterator[Link]:
    parts = urlsplit(redis_url)
    assert parts.hostname
    with a_link((parts.hostname, parts.port or 6379)) as link:
        yield link


def through(link: Link, redis_url: str) -> str:
    parts = urlsplit(redis_url)
    login = f":{parts.password}@" if parts.password else ""
    return parts._replace(netloc=f"{login}127.0.0.1:{link.port}").geturl()


def test_the_loops_go_on_over_a_new_link(
    db: Database, database_url: str, redis_url: str, link: Link
) -> None:
    with the_loops(database_url, through(link, redis_url)), a_worker(redis_url):
        first = submit_chain(db, FakeSignals(), 1)
        until(lambda: is_completed(db, first))
        link.stall()
        second = submit_chain(db, FakeSignals(), 2)
        link.mend()

        until(lambda: is_completed(db, second), timeout=60)


def test_whoever_asks_over_a_dead_link_is_told_so(redis_url: str, link: Link) -> None:
    with (
        connect(through(link, redis_url), timeout=0.5, retries=0) as client,
        closing(RedisSignals(client, client, Nudges(client), youth=60.0)) as signals,
    ):
        signals.backlog()
        link.stall()

        with pytest.raises(Away):
            signals.backlog()
        signals.wake_dispatch()  # dropped


def test_watchers_hear_again_after_the_link_died(
    redis: Redis, redis_url: str, link: Link, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nudges_module, "QUIET", 0.2)
    job = uuid4()
    with (
        connect(through(link, redis_url), timeout=1.0) as client,
        closing(Nudges(client)) as ears,
        closing(RedisSignals(redis, redis, ears)) as signals,
        ears.watch([job]) as watch,
    ):
        assert watch.wait(5)  # a subscription counts as a change: who knows what was missed
        link.stall()
        link.mend()
        assert watch.wait(20)

        signals.changed([job])

        assert watch.wait(5)
