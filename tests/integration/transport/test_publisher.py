from collections.abc import Iterator
from contextlib import closing
from uuid import UUID, uuid4

import pytest
from celery import Celery
from celery.contrib.testing.worker import start_worker
from redis import Redis

from tests.support.waiting import until
from windlass.coordinator.engine.ports import Away, Due
from windlass.coordinator.transport.publisher import CeleryPublisher
from windlass.embedded.valkey import free_port
from windlass.shared.lease import Leases
from windlass.shared.messages import TASK_NAME
from windlass.shared.queues import transport_options

pytestmark = pytest.mark.redis


@pytest.fixture
def publisher(redis: Redis, redis_url: str) -> Iterator[CeleryPublisher]:
    with closing(CeleryPublisher(redis_url, Leases(redis))) as publisher:
        yield publisher


def celery_app(url: str, heard: list[str]) -> Celery:
    """An app as Celery makes it, with nothing of ours but the options both sides agree on."""
    app = Celery("test", broker=url, set_as_current=False)
    app.conf.update(
        broker_transport_options=transport_options(),
        task_ignore_result=True,
        worker_prefetch_multiplier=1,
        accept_content=["json"],
    )

    @app.task(name=TASK_NAME, shared=False)  # or every later app of this process has it
    def run_attempt(message: str) -> None:
        heard.append(message)

    return app


def given_due(priority: int = 0, queue: str = "default", message: str = "{}") -> Due:
    return Due(uuid4(), queue, priority, message)


@pytest.mark.filterwarnings("default")  # of Celery's own
def test_a_plain_celery_worker_receives_each_message_most_urgent_first(
    publisher: CeleryPublisher, redis_url: str
) -> None:
    heard: list[str] = []
    publisher.publish([given_due(0, message="low"), given_due(9, message="high")])
    publisher.publish([given_due(5, message="middle")])

    app = celery_app(redis_url, heard)
    app.conf.task_default_queue = "default"
    with start_worker(app, pool="solo", perform_ping_check=False, loglevel="error"):
        until(lambda: len(heard) == 3)

    assert heard == ["high", "middle", "low"]


def test_every_message_has_an_open_ticket(publisher: CeleryPublisher, redis: Redis) -> None:
    batch = [given_due() for _ in range(3)]

    publisher.publish(batch)

    assert [Leases(redis).claim(due.attempt_id, "node") for due in batch] == [True] * 3


def test_publishing_again_does_not_reopen_a_spent_ticket(
    publisher: CeleryPublisher, redis: Redis
) -> None:
    due = given_due()
    publisher.publish([due])
    assert Leases(redis).claim(due.attempt_id, "node")

    publisher.publish([due])

    assert not Leases(redis).claim(due.attempt_id, "node")


def test_the_depth_of_a_queue_counts_every_priority(publisher: CeleryPublisher) -> None:
    assert publisher.depth("gpu") == 0

    publisher.publish([given_due(priority, queue="gpu") for priority in range(10)])

    assert publisher.depth("gpu") == 10
    assert publisher.depth("default") == 0


def test_a_batch_larger_than_a_pipeline_arrives_whole(publisher: CeleryPublisher) -> None:
    publisher.publish([given_due() for _ in range(2500)])

    assert publisher.depth("default") == 2500


def test_a_full_broker_is_away_until_there_is_room(
    publisher: CeleryPublisher, redis: Redis
) -> None:
    publisher.check()
    redis.config_set("maxmemory", 1)
    try:
        with pytest.raises(Away):
            publisher.check()
    finally:
        redis.config_set("maxmemory", 0)

    publisher.check()


def test_a_broker_that_cannot_be_reached_is_away() -> None:
    url = f"redis://127.0.0.1:{free_port()}/0"
    publisher = CeleryPublisher(url, Leases(Redis.from_url(url)))

    with pytest.raises(Away):
        publisher.check()
    with pytest.raises(Away):
        publisher.publish([Due(UUID(int=1), "default", 0, "{}")])
    with pytest.raises(Away):
        publisher.depth("default")
