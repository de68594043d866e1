"""A run outlives its worker. The same on every runtime."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.runtime.lab import Lab, finished, order, processes_with, read_until
from windlass.shared import messages
from windlass.shared.messages import RunAttempt
from windlass.shared.spec import Registry
from windlass.worker.runtimes.base import Adopted, Exit, Runtime

WORKER = Path(__file__).with_name("worker_that_dies.py")


def test_starting_twice_gives_the_same_run(lab: Lab) -> None:
    asked = order("echo once; sleep 0.3; exit 3")
    lab.runtime.prepare(asked, lambda text, percent: None)

    first = lab.runtime.start(asked)
    second = lab.restarted().start(asked)

    assert finished(second).out == b"once\n"
    assert first.wait() == second.wait() == Exit(3)


def test_a_later_worker_takes_up_what_runs(lab: Lab) -> None:
    run = lab.start("echo before; sleep 1; echo after; exit 4", grace=7.0)
    read_until(run, b"before")

    adopted = the_only(lab.restarted())

    outcome = finished(adopted.run)
    assert (outcome.exit, outcome.out) == (Exit(4), b"before\nafter\n")
    assert adopted.order.container.grace == 7.0
    assert adopted.age >= 0


def test_a_later_worker_learns_of_an_end_it_missed(lab: Lab) -> None:
    run = lab.start('echo said; echo result > "$WINDLASS_OUTPUT"; exit 9')
    run.wait()

    adopted = the_only(lab.restarted())

    outcome = finished(adopted.run)
    assert (outcome.exit, outcome.out) == (Exit(9), b"said\n")
    assert adopted.run.result() == b"result\n"


def test_a_later_worker_can_stop_and_remove_what_it_took_up(lab: Lab) -> None:
    read_until(lab.start("trap 'exit 5' TERM; echo up; while :; do sleep 0.1; done"), b"up")
    adopted = the_only(lab.restarted()).run

    adopted.stop(grace=30)

    assert adopted.wait() == Exit(5)
    adopted.remove()
    assert lab.runtime.adopt() == []


def test_a_fault_is_still_known_to_a_later_worker(lab: Lab) -> None:
    lab.start(cmd=("no-such-program",)).wait()

    assert the_only(lab.restarted()).run.wait().fault


def test_what_is_kept_for_adoption_holds_no_secrets(lab: Lab) -> None:
    asked = order(
        "true # hunter2",
        env={"TOKEN": "hunter2"},
        files={"key": "hunter2"},
        cmd=("hunter2",),
        registry=Registry(username="me", password="hunter2"),
    )
    lab.runtime.prepare(asked, lambda text, percent: None)
    lab.runtime.start(asked)

    kept = the_only(lab.restarted()).order

    assert kept.attempt_id == asked.attempt_id
    assert b"hunter2" not in messages.encode(kept)


def test_a_killed_worker_costs_neither_the_run_nor_a_byte_of_it(lab: Lab) -> None:
    asked = order("for i in 1 2 3 4 5 6; do echo line $i; sleep 0.2; done; exit 6")

    a_worker_starts_it_and_is_killed(lab, asked)

    adopted = the_only(lab.runtime)
    outcome = finished(adopted.run)
    assert adopted.order.attempt_id == asked.attempt_id
    assert outcome.exit == Exit(6)
    assert outcome.out == b"".join(b"line %d\n" % i for i in range(1, 7))


def test_sweep_removes_all_that_nobody_wants(lab: Lab) -> None:
    wanted, unwanted, ended = order("sleep 60"), order("exec sleep 61.25"), order("true")
    for asked in (wanted, unwanted, ended):
        lab.runtime.prepare(asked, lambda text, percent: None)
        lab.runtime.start(asked)

    removed = lab.restarted().sweep({wanted.attempt_id})

    assert removed == 2
    assert the_only(lab.runtime).order.attempt_id == wanted.attempt_id
    assert processes_with("sleep 61.25") == []
    assert lab.runtime.sweep({wanted.attempt_id}) == 0


def test_sweep_leaves_other_nodes_alone(lab: Lab) -> None:
    lab.start("sleep 60")

    assert lab.restarted(node="another").sweep(set()) == 0
    assert the_only(lab.runtime)


def the_only(runtime: Runtime) -> Adopted:
    found = runtime.adopt()
    assert len(found) == 1
    return found[0]


def a_worker_starts_it_and_is_killed(lab: Lab, asked: RunAttempt) -> None:
    worker = subprocess.Popen(
        [sys.executable, WORKER, lab.kind, lab.config.node, lab.config.state_dir],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(WORKER.parents[2])},
    )
    with worker:
        assert worker.stdin
        assert worker.stdout
        worker.stdin.write(messages.encode(asked))
        worker.stdin.close()
        assert worker.stdout.readline() == b"started\n"
        worker.send_signal(signal.SIGKILL)
    assert worker.returncode == -signal.SIGKILL


@pytest.fixture(autouse=True)
def _no_leftovers_of_an_earlier_test(lab: Lab) -> None:
    assert lab.runtime.adopt() == []
