"""An attempt from its order to its report; the runtime is a fake one."""

import hashlib

import pytest
from redis import Redis

from tests.integration.worker.bench import NODE, Bench
from tests.support.orders import a_script, an_order
from tests.support.waiting import until
from windlass.shared import keys
from windlass.shared.events import AttemptProgressed
from windlass.shared.lease import Verdict
from windlass.shared.messages import RunAttempt
from windlass.shared.states import Reason
from windlass.worker.capacity import Hold
from windlass.worker.runner import NoRoom
from windlass.worker.runtimes.base import Notice, Unrunnable

pytestmark = pytest.mark.redis


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


def test_a_node_refuses_what_was_on_its_way_when_it_was_drained(bench: Bench, redis: Redis) -> None:
    order = an_order()
    bench.engine.leases.issue([order.attempt_id])
    redis.set(keys.drain(NODE), "1")

    with pytest.raises(NoRoom):
        bench.runner.accept(order)

    assert bench.tools.capacity.holds == {Hold.DRAINING}
    assert bench.tools.capacity.taken == 0
    assert bench.engine.leases.claim(order.attempt_id, "node-2")


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
