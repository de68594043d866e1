"""The scribe, which writes down what containers say, on its bad days."""

import os
import shutil
import signal

import pytest

from tests.runtime.lab import Lab, finished, order, parent_of, processes_with, runs
from tests.support.waiting import until
from windlass.worker.runtimes.base import Exit, Unrunnable

pytestmark = pytest.mark.docker


@pytest.fixture
def lab(docker_lab: Lab) -> Lab:
    return docker_lab


def test_a_killed_scribe_costs_no_byte(lab: Lab) -> None:
    script = "for i in $(seq 1 40); do echo line $i; sleep 0.1; done; printf end"
    run = lab.start(script)
    seen = bytearray()

    for _, data in run.output():
        if not seen and data:
            (owner,) = lab.config.state_dir.rglob("*-*/scribe")
            os.kill(int(owner.read_text().split()[0]), signal.SIGKILL)
        seen += data

    assert bytes(seen) == b"".join(b"line %d\n" % i for i in range(1, 41)) + b"end"
    assert finished(run).out == bytes(seen)


def test_a_spool_that_is_lost_is_fetched_from_the_daemon(lab: Lab) -> None:
    run = lab.start("echo one; echo two >&2; sleep 0.2; printf three")
    finished(run)
    (spool,) = lab.config.state_dir.rglob("spool")
    shutil.rmtree(spool.parent)

    outcome = finished(lab.restarted().adopt()[0].run)

    assert (outcome.out, outcome.err) == (b"one\nthree", b"two\n")


def test_the_scribe_ends_when_its_worker_and_its_containers_have(lab: Lab) -> None:
    passing = lab.restarted()
    run = passing.start(order("sleep 0.5"))
    (owner,) = lab.config.state_dir.rglob("*-*/scribe")
    pid = int(owner.read_text().split()[0])

    passing.close()

    assert finished(run).exit == Exit(0)
    until(lambda: not runs(pid))


def test_a_container_that_never_started_does_not_keep_the_scribe(lab: Lab) -> None:
    passing = lab.restarted()
    passing.check()
    children = set(processes_with("runtimes.docker.scribe"))
    with pytest.raises(Unrunnable):
        passing.start(order("true", user="no-such-user"))

    passing.close()

    until(lambda: not any(runs(pid) and parent_of(pid) == os.getpid() for pid in children))


def test_a_task_that_closes_its_output_goes_on(lab: Lab) -> None:
    outcome = lab.outcome("echo before; exec >&- 2>&-; sleep 0.3; exit 3")

    assert (outcome.exit, outcome.out) == (Exit(3), b"before\n")
