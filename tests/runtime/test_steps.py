"""Steps before and after the task. The same on every runtime."""

import msgspec
import pytest

from tests.runtime.lab import Lab, finished, order, read_until
from tests.runtime.stepping import (
    begin,
    killed_once_it_says,
    step,
    stopped,
    the_only,
    waited,
    waiting,
)
from windlass.shared.messages import RunAttempt
from windlass.shared.spec import Step


def with_steps(
    asked: RunAttempt, pre: tuple[Step, ...] = (), post: tuple[Step, ...] = ()
) -> RunAttempt:
    return msgspec.structs.replace(asked, pre=pre, post=post)


def test_steps_run_in_order_around_the_task_and_into_one_log(lab: Lab) -> None:
    asked = with_steps(
        order("echo task"),
        pre=(step("a", "echo first"), step("b", "echo second")),
        post=(step("c", "echo third"),),
    )

    outcome = finished(waited(begin(lab, asked)))

    assert outcome.out == b"first\nsecond\ntask\nthird\n"
    assert outcome.exit.code == 0


def test_the_first_step_that_fails_ends_it(lab: Lab) -> None:
    asked = with_steps(
        order("echo task"), pre=(step("a", "echo first; exit 3"), step("b", "echo second"))
    )

    outcome = finished(waited(begin(lab, asked)))

    assert (outcome.exit.code, outcome.exit.step) == (3, "a")
    assert outcome.out == b"first\n"


def test_a_task_that_failed_has_nothing_run_after_it(lab: Lab) -> None:
    asked = with_steps(order("echo task; exit 4"), post=(step("c", "echo third"),))

    outcome = finished(waited(begin(lab, asked)))

    assert (outcome.exit.code, outcome.exit.step, outcome.out) == (4, "", b"task\n")


def test_a_step_afterwards_that_fails_fails_it(lab: Lab) -> None:
    asked = with_steps(order("true"), post=(step("c", "exit 5"),))

    exit = waited(begin(lab, asked)).wait()

    assert (exit.code, exit.step) == (5, "c")


def test_a_step_does_not_see_the_tasks_environment(lab: Lab) -> None:
    asked = with_steps(
        order('echo "$MARK"', env={"MARK": "task"}),
        pre=(step("a", 'echo "${MARK-none}"'), step("b", 'echo "$MARK"', env={"MARK": "own"})),
    )

    assert finished(waited(begin(lab, asked))).out == b"none\nown\ntask\n"


def test_the_output_is_the_tasks_own(lab: Lab) -> None:
    write = 'echo {} > "$WINDLASS_OUTPUT"'
    asked = with_steps(
        order(write.format("task")),
        pre=(step("a", write.format("before")),),
        post=(step("c", write.format("after")),),
    )

    assert waited(begin(lab, asked)).result() == b"task\n"


def test_a_step_has_a_time_of_its_own(lab: Lab) -> None:
    asked = with_steps(order("echo task"), pre=(step("a", "sleep 60", timeout=0.3, grace=0.0),))

    exit = waited(begin(lab, asked)).wait()

    assert (exit.step, exit.late) == ("a", 0.3)


def test_stopped_during_a_step_nothing_more_is_started(lab: Lab) -> None:
    asked = with_steps(order("echo task"), pre=(step("a", "echo up; sleep 60"),))
    run = begin(lab, asked)
    waiter = waiting(run)
    read_until(run, b"up")

    run.stop(grace=0)
    waiter.join()

    assert stopped(run.wait())
    assert finished(run).out == b"up\n"
    run.remove()
    assert lab.restarted().adopt() == []


@pytest.mark.parametrize("mark", ["before", "during", "after"])
def test_a_later_worker_goes_on_where_the_sequence_stood(lab: Lab, mark: str) -> None:
    asked = with_steps(
        order("echo during; sleep 1", env={"SECRET": "x"}),
        pre=(step("a", "echo before; sleep 1"),),
        post=(step("c", "echo after; sleep 1"),),
    )
    killed_once_it_says(lab, asked, mark.encode())

    adopted = the_only(lab)

    outcome = finished(waited(adopted.run))
    assert adopted.order.attempt_id == asked.attempt_id
    assert adopted.order.container.env == {}
    assert (outcome.exit.code, outcome.out) == (0, b"before\nduring\nafter\n")
    adopted.run.remove()
    assert lab.runtime.sweep(set()) == 0


def test_the_sweep_spares_the_containers_of_an_attempt_that_is_here(lab: Lab) -> None:
    asked = with_steps(order("true"), pre=(step("a", "true"),))
    run = waited(begin(lab, asked))

    assert lab.runtime.sweep({asked.attempt_id}) == 0
    assert finished(run).exit.code == 0
    assert lab.runtime.sweep(set()) > 0
    assert lab.restarted().adopt() == []
