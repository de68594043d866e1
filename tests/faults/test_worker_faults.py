"""Workers, their Redis and the network between them, killed and silenced under running tasks."""

import signal
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from redis import Redis

from tests.support.engine_side import EngineSide
from tests.support.faults import Link, RestartableRedis, a_link
from tests.support.orders import a_script
from tests.support.waiting import until
from tests.support.workers import NODE, Workers, engine, workers
from windlass.shared import keys
from windlass.shared.lease import Verdict
from windlass.shared.messages import RunAttempt
from windlass.shared.redis import connect

__all__ = ["engine", "workers"]
pytestmark = pytest.mark.redis


class Gate:
    """A script that goes on when the test says so, and leaves a line for each start."""

    def __init__(self, directory: Path) -> None:
        self._starts, self._go = directory / "starts", directory / "go"
        self.order: RunAttempt = a_script(
            f"echo started >> {self._starts}; echo before;"
            f" while ! test -e {self._go}; do sleep 0.05; done; echo after",
            grace=1.0,
        )

    @property
    def starts(self) -> int:
        return len(self._starts.read_text().splitlines()) if self._starts.exists() else 0

    def open(self) -> None:
        self._go.touch()


@pytest.fixture
def gate(tmp_path: Path) -> Gate:
    return Gate(tmp_path)


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[RestartableRedis]:
    own = RestartableRedis(tmp_path / "redis")
    yield own
    own.stop()


@pytest.fixture
def own_engine(own_redis: RestartableRedis) -> Iterator[EngineSide]:
    with (
        connect(own_redis.url) as client,
        closing(EngineSide(client, own_redis.url, NODE)) as engine,
    ):
        yield engine


@pytest.fixture
def link(redis_url: str) -> Iterator[Link]:
    server = urlsplit(redis_url)
    with a_link((server.hostname or "", server.port or 0)) as link:
        yield link


def test_a_killed_workers_run_is_taken_up_by_the_next(
    engine: EngineSide, workers: Workers, gate: Gate
) -> None:
    worker = workers().start()
    engine.send(gate.order)
    until(lambda: engine.log(gate.order) == b"before\n")

    worker.kill()
    worker.start()
    until(lambda: engine.kinds(gate.order).count("AttemptStarted") == 2)
    gate.open()

    until(lambda: engine.finished(gate.order))
    assert gate.starts == 1
    assert engine.log(gate.order) == b"before\nafter\n"
    assert sum(chunk.size for chunk in engine.chunks(gate.order)) <= len(b"before\nafter\n")


def test_a_run_that_ended_while_no_worker_was_there_is_reported(
    engine: EngineSide, workers: Workers, gate: Gate, tmp_path: Path
) -> None:
    worker = workers().start()
    engine.send(gate.order)
    until(lambda: engine.log(gate.order) == b"before\n")

    worker.kill()
    gate.open()
    worker.start()

    until(lambda: engine.finished(gate.order))
    end = engine.finished(gate.order)
    assert end is not None
    assert end.reason is None
    assert engine.log(gate.order) == b"before\nafter\n"


def test_a_report_that_was_not_settled_is_made_again_by_the_next_worker(
    engine: EngineSide, workers: Workers
) -> None:
    order = a_script("echo hello")
    worker = workers().start()
    engine.send(order)
    until(lambda: engine.finished(order))

    worker.kill()
    worker.start()

    until(lambda: engine.kinds(order).count("AttemptFinished") == 2)
    engine.judge(order, Verdict.SETTLED)
    until(lambda: engine.running() == set())


def test_redis_killed_and_started_again_costs_no_run_and_no_report(
    own_redis: RestartableRedis, own_engine: EngineSide, workers: Workers, gate: Gate
) -> None:
    workers(url=own_redis.url).start()
    own_engine.send(gate.order)
    until(lambda: own_engine.log(gate.order) == b"before\n")

    own_redis.kill()
    gate.open()
    own_redis.start()

    until(lambda: own_engine.finished(gate.order), timeout=30.0)
    after = a_script("true")
    own_engine.send(after)
    until(lambda: own_engine.finished(after), timeout=30.0)
    assert gate.starts == 1
    assert own_engine.log(gate.order) == b"before\nafter\n"


def test_a_redis_that_forgot_everything_is_told_again(
    engine: EngineSide, workers: Workers, gate: Gate, redis: Redis
) -> None:
    workers().start()
    engine.send(gate.order)
    until(lambda: engine.log(gate.order) == b"before\n")

    redis.flushall()

    until(lambda: redis.exists(keys.lease(gate.order.attempt_id)))
    assert redis.get(keys.ticket(gate.order.attempt_id)) == b"spent"
    until(lambda: engine.running() == {gate.order.attempt_id})
    gate.open()
    until(lambda: engine.finished(gate.order))
    after = a_script("true")
    engine.send(after)
    until(lambda: engine.finished(after))


def test_a_connection_that_falls_silent_is_replaced_and_nothing_is_lost(
    engine: EngineSide, workers: Workers, gate: Gate, redis_url: str, link: Link
) -> None:
    server = urlsplit(redis_url)
    workers(url=redis_url.replace(f":{server.port}/", f":{link.port}/")).start()
    engine.send(gate.order)
    until(lambda: engine.log(gate.order) == b"before\n")
    waiting = [a_script("true") for _ in range(3)]

    link.stall()
    gate.open()
    engine.send(*waiting)
    link.mend()

    until(lambda: engine.finished(gate.order), timeout=40.0)
    until(lambda: sum(map(engine.was_reported, waiting)) >= len(waiting) - 1, timeout=40.0)
    engine.send(*waiting)  # the engine publishes again what nobody claimed
    until(lambda: all(map(engine.finished, waiting)), timeout=40.0)
    assert gate.starts == 1
    assert engine.log(gate.order) == b"before\nafter\n"


def test_a_worker_that_slept_past_its_lease_stops_what_was_given_up_on(
    engine: EngineSide, workers: Workers, gate: Gate, redis: Redis
) -> None:
    worker = workers().start()
    engine.send(gate.order)
    until(lambda: engine.log(gate.order) == b"before\n")

    worker.signal(signal.SIGSTOP)
    redis.delete(keys.lease(gate.order.attempt_id))
    engine.judge(gate.order, Verdict.LOST)
    worker.signal(signal.SIGCONT)

    until(lambda: engine.beats() and engine.running() == set())
    after = a_script("true")
    engine.send(after)
    until(lambda: engine.finished(after))
    assert engine.finished(gate.order) is None
