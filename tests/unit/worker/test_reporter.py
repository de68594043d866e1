from collections.abc import Sequence
from threading import Event

from redis.exceptions import ConnectionError as Gone

from tests.support.clocks import HandClock
from windlass.shared.events import AnyEvent, AttemptProgressed, AttemptStarted
from windlass.shared.ids import AttemptId, new_attempt_id
from windlass.shared.streams import Outlet
from windlass.worker.reporter import Reporter

NOW = HandClock().now()


class FakeOutlet(Outlet):
    def __init__(self) -> None:
        self.up = Event()
        self.tried = Event()
        self.sent: list[AnyEvent] = []

    def publish(self, batch: Sequence[AnyEvent]) -> None:
        self.tried.set()
        if not self.up.is_set():
            raise Gone("away")
        self.sent += batch


def started() -> AttemptStarted:
    return AttemptStarted(attempt_id=new_attempt_id(), node="n", at=NOW)


def progressed(id: AttemptId, percent: float) -> AttemptProgressed:
    return AttemptProgressed(attempt_id=id, node="n", at=NOW, percent=percent)


def test_reports_leave_in_order_once_redis_is_back() -> None:
    outlet, reports = FakeOutlet(), [started() for _ in range(250)]
    reporter = Reporter(outlet)
    reporter.start()

    for report in reports:
        reporter.report(report)
    assert outlet.tried.wait(5)
    assert not reporter.flush(0.0)
    outlet.up.set()

    assert reporter.flush(5.0)
    assert outlet.sent == reports
    reporter.stop()


def test_only_the_latest_progress_is_held() -> None:
    outlet, one, other = FakeOutlet(), new_attempt_id(), new_attempt_id()
    reporter = Reporter(outlet)
    reports = [progressed(one, 1), progressed(other, 50), progressed(one, 2), progressed(one, 3)]

    for report in reports:
        reporter.report(report)
    outlet.up.set()
    reporter.start()

    assert reporter.flush(5.0)
    assert outlet.sent == [progressed(other, 50), progressed(one, 3)]
    reporter.stop()


def test_a_report_that_is_still_waiting_is_not_held_twice() -> None:
    outlet, report = FakeOutlet(), started()
    reporter = Reporter(outlet)

    reporter.report(report)
    reporter.report(report)
    outlet.up.set()
    reporter.start()

    assert reporter.flush(5.0)
    assert outlet.sent == [report]
    reporter.stop()
