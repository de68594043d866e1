"""Containers that run, but no longer answer."""

import socket
import sys

import msgspec
import pytest

from tests.runtime.lab import Lab, finished, in_parallel, order
from tests.runtime.stepping import begin, shell, waited, waiting
from tests.support.waiting import until
from windlass.shared.messages import RunAttempt
from windlass.shared.spec import Errand, Liveness, Sidecar

SERVES = "mkdir -p /tmp/w; touch /tmp/w/ok; httpd -p 9000 -h /tmp/w; "
SILENT = "it no longer answered its liveness probe"


def asked_of(port: int | None = 9000, **fields: object) -> Liveness:
    return Liveness(port=port, delay=0.5, period=0.2, timeout=2, failures=2, **fields)  # type: ignore[arg-type]  # fields of any type


@pytest.mark.docker
@pytest.mark.parametrize(
    "liveness", [asked_of(path="/ok"), asked_of(None, command=("test", "-f", "/tmp/w/ok"))]
)
def test_one_that_no_longer_answers_is_ended_and_has_failed(
    docker_lab: Lab, liveness: Liveness
) -> None:
    asked = order(
        SERVES + "sleep 1; rm /tmp/w/ok; trap 'exit 0' TERM; sleep 600", liveness=liveness
    )

    exit = waited(begin(docker_lab, asked)).wait()

    assert exit.code != 0
    assert exit.text == SILENT


@pytest.mark.docker
@pytest.mark.parametrize(
    "liveness",
    [asked_of(), asked_of(path="/ok"), asked_of(None, command=("test", "-f", "/tmp/w/ok"))],
)
def test_one_that_answers_is_left_alone(docker_lab: Lab, liveness: Liveness) -> None:
    asked = order(SERVES + "sleep 1.5; echo done", liveness=liveness)

    outcome = finished(waited(begin(docker_lab, asked)))

    assert (outcome.exit.code, outcome.out) == (0, b"done\n")


@pytest.mark.docker
def test_a_container_beside_the_task_fails_it_when_it_dies(docker_lab: Lab) -> None:
    deaf = Sidecar(name="deaf", container=shell("sleep 600", liveness=asked_of()))
    asked = msgspec.structs.replace(order("sleep 600"), sidecars=(deaf,), together=True)

    exit = waited(begin(docker_lab, asked)).wait()

    assert (exit.step, exit.text) == ("deaf", SILENT)


@pytest.mark.docker
def test_a_command_that_is_not_there_or_does_not_end_is_no_good_answer(docker_lab: Lab) -> None:
    run = docker_lab.start("sleep 600")

    assert run.ask(("true",), 5) is True
    assert run.ask(("/no/such",), 5) is False
    assert run.ask(("sleep", "60"), 0.2) is False
    run.stop(0)
    assert run.ask(("true",), 5) is None


def test_a_process_that_does_not_listen_is_ended(process_lab: Lab, port: int) -> None:
    run = waited(begin(process_lab, order("sleep 600", liveness=asked_of(port))))

    assert run.wait().text == SILENT


def test_an_errand_reaches_a_process_on_its_own_machine(process_lab: Lab, port: int) -> None:
    """Which answers a POST with 501."""
    server = f"exec {sys.executable} -m http.server --bind 127.0.0.1 {port}"

    run = waited(begin(process_lab, with_errand(order(server), Errand(port=port, tolerant=True))))

    assert run.wait().code == 0
    assert msgspec.json.decode(run.result() or b"")["status"] == 501


def test_errands_at_one_port_of_a_machine_wait_for_one_another(process_lab: Lab, port: int) -> None:
    """Servers that would fail where somebody listens already."""
    server = f"exec {sys.executable} -m http.server --bind 127.0.0.1 {port}"
    errand = Errand(port=port, tolerant=True)
    runs = [begin(process_lab, with_errand(order(server), errand)) for _ in range(3)]

    in_parallel(*(run.wait for run in runs))

    assert [run.wait().code for run in runs] == [0, 0, 0]


def test_one_that_is_stopped_before_its_turn_never_starts(process_lab: Lab, port: int) -> None:
    errand = Errand(port=port)
    first, second = (begin(process_lab, with_errand(order("sleep 600"), errand)) for _ in "ab")
    threads = [waiting(first)]
    until(lambda: len(process_lab.runtime.inner.adopt()) == 1)  # type: ignore[attr-defined]  # what it wraps
    threads.append(waiting(second))

    second.stop(0)
    threads[1].join()
    started = process_lab.runtime.inner.adopt()  # type: ignore[attr-defined]  # what it wraps
    first.stop(0)
    threads[0].join()

    assert second.wait().code == 143
    assert len(started) == 1


def with_errand(asked: RunAttempt, errand: Errand) -> RunAttempt:
    return msgspec.structs.replace(asked, errand=errand)


@pytest.fixture
def port() -> int:
    """That nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
