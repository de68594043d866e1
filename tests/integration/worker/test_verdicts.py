"""What becomes of a run, as the engine decides; the runtime is a fake one."""

from collections.abc import Iterator
from threading import Event

import pytest
from redis import Redis

from tests.integration.worker.bench import Bench
from tests.support.fake_runtime import FakeRun
from tests.support.orders import an_order
from tests.support.waiting import until
from windlass.shared import keys
from windlass.shared.lease import Verdict
from windlass.shared.messages import RunAttempt
from windlass.shared.states import Reason
from windlass.worker.execution import REPORT_AGAIN
from windlass.worker.runtimes.base import Notice, Stream

pytestmark = pytest.mark.redis


def test_a_run_is_kept_until_its_report_is_settled(bench: Bench) -> None:
    order = an_order()
    run = bench.started(order)
    run.end(0)
    until(lambda: bench.engine.finished(order))
    bench.keeper.renew()
    assert not run.removed
    assert order.attempt_id in bench.keeper.held()

    bench.judged(order, Verdict.SETTLED)

    until(lambda: run.removed and not bench.runner.here())
    assert order.attempt_id not in bench.keeper.held()


def test_a_report_without_an_answer_is_repeated(bench: Bench) -> None:
    order = an_order()
    bench.started(order).end(0)
    until(lambda: bench.engine.finished(order))

    bench.clock.pass_(REPORT_AGAIN + 1)
    bench.keeper.renew()

    until(lambda: bench.engine.kinds(order).count("AttemptFinished") == 2)


def test_cancel_stops_a_run_and_is_reported(bench: Bench) -> None:
    order = an_order()
    run = bench.started(order)

    bench.judged(order, Verdict.CANCEL)

    until(lambda: bench.engine.finished(order))
    end = bench.engine.finished(order)
    assert run.stopped
    assert end is not None
    assert end.reason is Reason.CANCELLED


def test_cancel_breaks_off_a_pull(bench: Bench) -> None:
    order, go_on = an_order(), Event()

    def pull(_: RunAttempt, notice: Notice) -> None:
        notice("pulling", 10.0)
        assert go_on.wait(10)
        notice("pulling", 20.0)

    bench.runtime.preparing = pull
    bench.engine.leases.issue([order.attempt_id])
    bench.runner.accept(order)
    until(lambda: "AttemptProgressed" in bench.engine.kinds(order))

    bench.judged(order, Verdict.CANCEL)
    go_on.set()

    until(lambda: bench.engine.finished(order))
    end = bench.engine.finished(order)
    assert end is not None
    assert end.reason is Reason.CANCELLED
    assert not bench.runtime.runs


@pytest.mark.parametrize("verdict", [Verdict.LOST, Verdict.STOLEN])
def test_a_run_that_was_given_up_on_is_stopped_and_not_reported(
    bench: Bench, redis: Redis, verdict: Verdict
) -> None:
    order = an_order()
    run = bench.started(order)

    if verdict is Verdict.LOST:
        bench.engine.judge(order, verdict)
    else:
        redis.set(keys.lease(order.attempt_id), "node-2")
    bench.keeper.renew()

    until(lambda: run.removed and not bench.runner.here())
    assert run.stopped
    assert bench.tools.capacity.taken == 0
    assert bench.engine.finished(order) is None


def test_a_log_that_was_lost_on_the_way_is_sent_again_once(bench: Bench, redis: Redis) -> None:
    order = an_order()
    run = bench.started(order)
    written = b"a line of some length\n" * 10_000
    run.write(written)
    run.end(0)
    until(lambda: bench.engine.log(order) == written)
    sent = len(bench.engine.chunks(order))

    bench.judged(order, Verdict.RESEND)

    until(lambda: not redis.exists(keys.verdict(order.attempt_id)))
    bench.keeper.renew()
    bench.keeper.renew()
    assert len(bench.engine.chunks(order)) == 2 * sent


class Forgetful(FakeRun):
    """The second time its output is asked for, something nobody thought of happens."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0

    def output(self) -> Iterator[tuple[Stream, bytes]]:
        self.asked += 1
        if self.asked == 2:
            raise ValueError("not thought of")
        return super().output()


def test_a_log_that_could_not_be_sent_again_is_sent_when_it_is_asked_for_once_more(
    bench: Bench,
) -> None:
    order = an_order()
    bench.runtime.runs[order.attempt_id] = Forgetful()
    run = bench.started(order)
    run.write(b"x" * 100)
    run.end(0)
    until(lambda: bench.engine.finished(order))

    def is_sent_again() -> bool:
        bench.judged(order, Verdict.RESEND)
        return bench.engine.chunks(order) != []

    until(is_sent_again)
