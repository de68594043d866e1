"""Attempts through a runner and its parts, on a real Redis; the runtime is a fake one."""

import hashlib
import threading
from collections.abc import Iterator
from threading import Event
from uuid import UUID

import pytest
from redis import Redis

from tests.support.clocks import HandClock
from tests.support.engine_side import EngineSide
from tests.support.fake_runtime import FakeRun, FakeRuntime
from tests.support.orders import a_script, an_order
from tests.support.waiting import until
from windlass.shared import keys
from windlass.shared.events import AttemptProgressed
from windlass.shared.lease import Leases, Verdict
from windlass.shared.messages import RunAttempt
from windlass.shared.states import Reason
from windlass.shared.streams import Outlet
from windlass.worker.adopt import adopt
from windlass.worker.capacity import Capacity, Hold
from windlass.worker.execution import REPORT_AGAIN, Tools
from windlass.worker.keeper import Keeper
from windlass.worker.progress import Progress
from windlass.worker.pump import Pump
from windlass.worker.reporter import Reporter
from windlass.worker.runner import NoRoom, Runner
from windlass.worker.runtimes.base import Adopted, Notice, Stream, Unrunnable

pytestmark = pytest.mark.redis
NODE = "node-1"


class Bench:
    """A worker without Celery, and the engine's side of it."""

    def __init__(self, redis: Redis, redis_url: str) -> None:
        self.engine = EngineSide(redis, redis_url, NODE)
        self.clock, self.runtime = HandClock(), FakeRuntime()
        outlet, leases = Outlet(redis), Leases(redis)
        self.reporter, self.keeper = Reporter(outlet), Keeper(leases, NODE)
        self.tools = Tools(
            node=NODE,
            clock=self.clock,
            runtime=self.runtime,
            leases=leases,
            keeper=self.keeper,
            reporter=self.reporter,
            progress=Progress(self.reporter, self.clock, NODE),
            pump=Pump(outlet, self.clock),
            capacity=Capacity(2),
        )
        self.runner = Runner(self.tools)
        self.reporter.start()

    def started(self, order: RunAttempt) -> FakeRun:
        self.engine.leases.issue([order.attempt_id])
        self.runner.accept(order)
        until(lambda: order.attempt_id in self.runtime.runs)
        return self.runtime.runs[order.attempt_id]

    def judged(self, order: RunAttempt, verdict: Verdict) -> None:
        self.engine.judge(order, verdict)
        self.keeper.renew()

    def close(self) -> None:
        """Nothing of it works on when the test is over."""
        for run in [*self.runtime.runs.values(), *(one.run for one in self.runtime.left)]:
            run.stop(0)
        until(
            lambda: (
                not [
                    thread for thread in threading.enumerate() if thread.name.startswith("attempt-")
                ]
            )
        )
        self.reporter.stop()
        self.engine.close()


@pytest.fixture
def bench(redis: Redis, redis_url: str) -> Iterator[Bench]:
    bench = Bench(redis, redis_url)
    yield bench
    bench.close()


def test_an_attempt_is_claimed_run_and_reported_with_its_log(bench: Bench) -> None:
    order = an_order()
    run = bench.started(order)

    run.write(b"hello\n")
    run.write(b"\0\xff\n", "err")
    run.content = b"the output"
    run.end(0)

    until(lambda: bench.engine.finished(order))
    end = bench.engine.finished(order)
    assert end is not None
    assert bench.engine.kinds(order) == ["AttemptStarted", "AttemptFinished"]
    assert (end.reason, end.exit_code, end.output) == (None, 0, "the output")
    assert (end.log_bytes, end.log_lines) == (9, 2)
    assert end.log_sha256 == hashlib.sha256(b"hello\n\0\xff\n").hexdigest()
    assert bench.engine.log(order) == b"hello\n\0\xff\n"
    assert bench.engine.chunks(order) == []


def test_a_second_delivery_runs_nothing(bench: Bench) -> None:
    order = an_order()
    run = bench.started(order)

    bench.runner.accept(order)
    run.end(0)
    until(lambda: bench.engine.finished(order))
    bench.judged(order, Verdict.SETTLED)
    until(lambda: not bench.runner.here())
    bench.runner.accept(order)

    assert bench.tools.capacity.taken == 0
    assert len(bench.runtime.runs) == 1
    assert bench.engine.kinds(order) == ["AttemptStarted", "AttemptFinished"]


def test_an_order_without_a_ticket_is_not_run(bench: Bench) -> None:
    bench.runner.accept(an_order())

    assert not bench.runtime.runs
    assert bench.tools.capacity.room() == 2


def test_a_claim_whose_answer_was_lost_is_found_again(bench: Bench) -> None:
    order = an_order()
    bench.engine.leases.issue([order.attempt_id])
    assert bench.tools.leases.claim(order.attempt_id, NODE)

    bench.runner.accept(order)

    until(lambda: order.attempt_id in bench.runtime.runs)


def test_an_attempt_of_another_node_is_not_run(bench: Bench) -> None:
    order = an_order()
    bench.engine.leases.issue([order.attempt_id])
    assert bench.tools.leases.claim(order.attempt_id, "node-2")

    bench.runner.accept(order)

    assert not bench.runner.here()


def test_a_slot_is_free_as_soon_as_the_run_has_ended(bench: Bench) -> None:
    first, second, third = an_order(), an_order(), an_order()
    run = bench.started(first)
    bench.started(second)
    bench.engine.leases.issue([third.attempt_id])
    with pytest.raises(NoRoom):
        bench.runner.accept(third)

    run.end(0)
    until(lambda: bench.tools.capacity.room() == 1)
    bench.runner.accept(third)

    until(lambda: third.attempt_id in bench.runtime.runs)
    assert first.attempt_id in bench.runner.here()


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
    bench: Bench, redis: Redis
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


def test_a_timeout_stops_the_run_and_names_the_limit(bench: Bench) -> None:
    order = a_script("sleep 60", timeout=0.05)
    run = bench.started(order)

    until(lambda: bench.engine.finished(order))
    end = bench.engine.finished(order)
    assert run.stopped
    assert end is not None
    assert (end.reason, end.error) == (Reason.TIMEOUT, "timed out after 0.1s")


def test_a_failure_says_what_the_task_said_last(bench: Bench) -> None:
    order = an_order()
    run = bench.started(order)
    run.write(b"cannot open the file\n")
    run.end(3)

    until(lambda: bench.engine.finished(order))
    end = bench.engine.finished(order)
    assert end is not None
    assert (end.reason, end.exit_code) == (Reason.EXIT_CODE, 3)
    assert end.error == "exit code 3. Its last lines:\ncannot open the file"


def test_a_refusal_of_the_runtime_is_the_tasks_own_failure(bench: Bench) -> None:
    order = an_order()

    def refuse(_: RunAttempt, notice: Notice) -> None:
        raise Unrunnable(Reason.IMAGE, "no such image")

    bench.runtime.preparing = refuse
    bench.engine.leases.issue([order.attempt_id])
    bench.runner.accept(order)

    until(lambda: bench.engine.finished(order))
    end = bench.engine.finished(order)
    assert end is not None
    assert (end.reason, end.error) == (Reason.IMAGE, "no such image")
    assert bench.tools.capacity.room() == 2


def test_a_broken_runtime_costs_the_infrastructure_and_holds_further_work(bench: Bench) -> None:
    order = an_order()
    run = bench.started(order)

    run.breaks("the daemon is gone")

    until(lambda: bench.engine.finished(order))
    end = bench.engine.finished(order)
    assert end is not None
    assert end.reason is Reason.NODE_LOST
    assert bench.tools.capacity.holds == {Hold.RUNTIME}


def test_words_about_a_pull_are_throttled_and_taken_back(bench: Bench) -> None:
    order = an_order()

    def pull(_: RunAttempt, notice: Notice) -> None:
        for percent in range(100):
            notice("pulling busybox", float(percent))

    bench.runtime.preparing = pull
    bench.started(order).end(0)
    until(lambda: bench.engine.finished(order))

    said = [e.message for e in bench.engine.reports(order) if isinstance(e, AttemptProgressed)]
    assert said in (["pulling busybox (0 %)", ""], [""])


def adopted(bench: Bench, order: RunAttempt, run: FakeRun, age: float = 1.0) -> None:
    bench.runtime.left = [Adopted(order, run, age)]
    adopt(bench.runtime, bench.tools.leases, bench.runner, NODE)


def test_an_adopted_run_goes_on_where_its_log_stood(bench: Bench, redis: Redis) -> None:
    order, run = an_order(), FakeRun()
    run.write(b"said before\n" * 3000)
    redis.set(keys.log_position(order.attempt_id), 36_000)

    adopted(bench, order, run)
    run.write(b"said after\n")
    run.end(0)

    until(lambda: bench.engine.finished(order))
    end = bench.engine.finished(order)
    assert end is not None
    assert [(c.first_byte, c.first_line, c.data) for c in end.tail] == [
        (36_000, 3000, b"said after\n")
    ]
    whole = b"said before\n" * 3000 + b"said after\n"
    assert end.log_sha256 == hashlib.sha256(whole).hexdigest()
    assert bench.engine.chunks(order) == []


def test_an_adopted_run_holds_a_slot_and_a_lease(bench: Bench) -> None:
    order = an_order()
    adopted(bench, order, FakeRun())

    assert bench.tools.capacity.room() == 1
    (standing,) = bench.engine.leases.standings([order.attempt_id])
    assert standing.holder == NODE


def test_what_is_wanted_is_taken_up_before_anything_else_is_stopped(bench: Bench) -> None:
    unwanted, wanted = an_order(), an_order()
    kept_by_then: list[set[UUID]] = []

    class Stubborn(FakeRun):
        """Takes longer to stop than a lease lasts."""

        def stop(self, grace: float) -> None:
            kept_by_then.append(set(bench.tools.keeper.held()))
            super().stop(grace)

    bench.engine.judge(unwanted, Verdict.LOST)
    bench.runtime.left = [Adopted(unwanted, Stubborn(), 1.0), Adopted(wanted, FakeRun(), 1.0)]

    adopt(bench.runtime, bench.tools.leases, bench.runner, NODE)

    assert kept_by_then == [{wanted.attempt_id}]


@pytest.mark.parametrize("verdict", [Verdict.SETTLED, Verdict.LOST])
def test_a_run_nobody_wants_any_more_is_removed_and_not_adopted(
    bench: Bench, verdict: Verdict
) -> None:
    order, run = an_order(), FakeRun()
    bench.engine.judge(order, verdict)

    adopted(bench, order, run)

    assert run.removed
    assert not bench.runner.here()
    assert bench.engine.reports(order) == []


def test_a_cancel_from_before_the_restart_is_carried_out(bench: Bench) -> None:
    order, run = an_order(), FakeRun()
    bench.engine.judge(order, Verdict.CANCEL)

    adopted(bench, order, run)

    until(lambda: bench.engine.finished(order))
    end = bench.engine.finished(order)
    assert end is not None
    assert end.reason is Reason.CANCELLED


def test_the_timeout_of_an_adopted_run_counts_from_its_start(bench: Bench) -> None:
    order, run = a_script("sleep 60", timeout=30.0), FakeRun()

    adopted(bench, order, run, age=29.95)

    until(lambda: bench.engine.finished(order))
    end = bench.engine.finished(order)
    assert end is not None
    assert end.reason is Reason.TIMEOUT


def test_a_run_that_ended_in_time_is_not_late_because_its_worker_was(bench: Bench) -> None:
    order, run = a_script("sleep 1", timeout=30.0), FakeRun()
    run.end(0)

    adopted(bench, order, run, age=3600.0)

    until(lambda: bench.engine.finished(order))
    end = bench.engine.finished(order)
    assert end is not None
    assert end.reason is None
