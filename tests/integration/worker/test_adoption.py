"""Runs that an earlier worker left, taken up; the runtime is a fake one."""

import hashlib
from uuid import UUID

import pytest
from redis import Redis

from tests.integration.worker.bench import NODE, Bench
from tests.support.fake_runtime import FakeRun
from tests.support.orders import a_script, an_order
from tests.support.waiting import until
from windlass.shared import keys
from windlass.shared.lease import Verdict
from windlass.shared.messages import RunAttempt
from windlass.shared.states import Reason
from windlass.worker.adopt import adopt
from windlass.worker.runtimes.base import Adopted

pytestmark = pytest.mark.redis


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
