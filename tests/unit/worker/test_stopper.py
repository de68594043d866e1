from threading import Event

from tests.support.fake_runtime import FakeRun
from tests.support.waiting import until
from windlass.shared.states import Reason
from windlass.worker.runtimes.base import RuntimeBroken
from windlass.worker.stopper import Stopper


class Slow(FakeRun):
    """A run whose stop takes until the test lets it."""

    def __init__(self) -> None:
        super().__init__()
        self.let = Event()
        self.stops = 0

    def stop(self, grace: float) -> None:
        self.stops += 1
        self.let.wait()
        super().stop(grace)


class Broken(FakeRun):
    def stop(self, grace: float) -> None:
        raise RuntimeBroken("no daemon")


class Weary(FakeRun):
    """Its runtime answers the second time."""

    def __init__(self) -> None:
        super().__init__()
        self.stops = 0

    def stop(self, grace: float) -> None:
        self.stops += 1
        if self.stops == 1:
            raise RuntimeBroken("no daemon")
        super().stop(grace)


def test_the_first_reason_counts_and_stops_once() -> None:
    run, stopper = Slow(), Stopper(0)
    stopper.attach(run)

    stopper.ask(Reason.TIMEOUT)
    stopper.ask(Reason.CANCELLED)
    run.let.set()

    assert stopper.ended() is Reason.TIMEOUT
    assert run.stops == 1


def test_a_wish_from_before_the_start_is_carried_out_after_it() -> None:
    run, stopper = FakeRun(), Stopper(0)
    stopper.ask(Reason.CANCELLED)

    stopper.attach(run)

    assert stopper.ended() is Reason.CANCELLED
    assert run.stopped


def test_a_wish_that_comes_after_the_end_changes_nothing() -> None:
    run, stopper = FakeRun(), Stopper(0)
    stopper.attach(run)
    assert stopper.ended() is None

    stopper.ask(Reason.TIMEOUT)

    assert stopper.ended() is None
    assert not run.stopped


def test_the_end_waits_for_a_stop_in_progress() -> None:
    run, stopper = Slow(), Stopper(0)
    stopper.attach(run)
    stopper.ask(Reason.CANCELLED)
    run.let.set()

    stopper.ended()

    assert run.stopped


def test_a_stop_that_fails_is_survived() -> None:
    stopper = Stopper(0)
    stopper.attach(Broken())

    stopper.ask(Reason.CANCELLED)

    assert stopper.ended() is Reason.CANCELLED


def test_a_stop_that_fails_is_tried_again_until_it_works() -> None:
    run, stopper = Weary(), Stopper(0)
    stopper.attach(run)

    stopper.ask(Reason.CANCELLED)

    until(lambda: run.stopped)
