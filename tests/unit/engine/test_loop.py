from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

import pytest
from prometheus_client import REGISTRY

from tests.support.waiting import until
from windlass.coordinator.engine.errors import Unavailable
from windlass.coordinator.engine.loop import LONGEST_PAUSE, pause, run

LONG = 3600.0


class Work:
    """Rests as long as it is told; fails as often as it is told."""

    def __init__(self, rest: float = LONG) -> None:
        self.rest = rest
        self.done = 0
        self.problems: list[Exception] = []

    def step(self) -> float:
        if self.problems:
            raise self.problems.pop()
        self.done += 1
        return self.rest


@contextmanager
def running(work: Work, every: float = LONG) -> Iterator[Event]:
    wake, stop = Event(), Event()
    thread = Thread(target=run, args=(work.step, every, wake, stop))
    thread.start()
    try:
        yield wake
    finally:
        stop.set()
        wake.set()
        thread.join(10)
        assert not thread.is_alive()


def test_a_wake_ends_the_rest() -> None:
    work = Work()
    with running(work) as wake:
        until(lambda: work.done == 1)
        wake.set()
        until(lambda: work.done == 2)


def test_it_rests_no_longer_than_it_may() -> None:
    work = Work()
    with running(work, every=0.001):
        until(lambda: work.done >= 3)


def test_a_step_with_more_to_do_goes_on_at_once() -> None:
    work = Work(rest=0.0)
    with running(work):
        until(lambda: work.done >= 100)


@pytest.mark.parametrize("problem", [Unavailable("Postgres: away"), ValueError("a bug")])
def test_a_failed_step_is_counted_and_tried_again(problem: Exception) -> None:
    def failures() -> float:
        return REGISTRY.get_sample_value("windlass_loop_failures_total", {"loop": "work"}) or 0.0

    before = failures()
    work = Work()
    work.problems = [problem]
    with running(work):
        until(lambda: work.done == 1)

    assert failures() == before + 1


def test_the_pause_grows_with_the_failures_up_to_a_limit() -> None:
    assert pause(1) < pause(5) < pause(10) <= LONGEST_PAUSE
    assert pause(10_000) <= LONGEST_PAUSE
