"""The daemon goes away and comes back while containers run."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import docker
import pytest

from tests.runtime.lab import Lab, finished, order, read_until, runs
from tests.support.crossing import Crossing
from tests.support.waiting import until
from windlass.worker.runtimes.base import Exit, Run, RuntimeBroken, RuntimeConfig

pytestmark = pytest.mark.docker


@pytest.fixture
def crossing(
    tmp_path: Path, docker_api: docker.APIClient, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Crossing]:
    path = tmp_path / "docker.sock"
    way = Crossing(path, "/var/run/docker.sock")
    monkeypatch.setenv("DOCKER_HOST", f"unix://{path}")
    yield way
    way.close()


@pytest.fixture
def lab(crossing: Crossing, docker_lab: Lab) -> Lab:
    return docker_lab


def test_no_byte_is_lost_or_repeated(lab: Lab, crossing: Crossing) -> None:
    run = lab.start("for i in $(seq 1 30); do echo line $i; sleep 0.1; done; printf end; exit 3")
    seen = bytearray()

    for _, data in run.output():
        if not seen and data:
            crossing.cut()
            crossing.mend()
        seen += data

    assert bytes(seen) == b"".join(b"line %d\n" % i for i in range(1, 31)) + b"end"
    assert run.wait() == Exit(3)


def test_an_end_while_the_daemon_was_away_is_learned_later(lab: Lab, crossing: Crossing) -> None:
    run = lab.start("echo up; sleep 0.5; echo last; exit 3")
    read_until(run, b"up")
    waiting = Waiting(run)
    waiting.start()

    crossing.cut()
    wait_for_the_container_behind_its_back(lab)
    crossing.mend()

    waiting.join()
    assert waiting.seen == Exit(3)
    assert finished(run).out == b"up\nlast\n"


def test_what_needs_the_daemon_at_once_says_that_it_is_away(lab: Lab, crossing: Crossing) -> None:
    run = lab.start("sleep 60")
    crossing.cut()

    for call in (lab.runtime.check, run.remove, lab.runtime.adopt):
        with pytest.raises(RuntimeBroken):
            call()
    with pytest.raises(RuntimeBroken):
        run.stop(grace=1)

    crossing.mend()
    lab.runtime.check()


def test_a_node_without_docker_is_told_so(
    config: RuntimeConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/nobody.sock")

    with pytest.raises(RuntimeBroken):
        Lab("docker", config).runtime.check()


class Waiting(Thread):
    def __init__(self, run: Run) -> None:
        super().__init__()
        self._run = run
        self.seen: Exit | None = None

    def run(self) -> None:
        self.seen = self._run.wait()


def wait_for_the_container_behind_its_back(lab: Lab) -> None:
    direct = docker_client_at("/var/run/docker.sock")
    (found,) = direct.containers(filters={"label": [f"windlass.node={lab.config.node}"]})
    direct.wait(found["Id"])
    direct.close()


def docker_client_at(path: str) -> docker.APIClient:
    return docker.APIClient(base_url=f"unix://{path}", version="auto")


def test_nobody_waits_for_a_daemon_on_behalf_of_a_run_that_is_gone(
    lab: Lab, crossing: Crossing
) -> None:
    passing = lab.restarted()
    run = passing.start(order("echo up; sleep 60"))
    read_until(run, b"up")
    (owner,) = lab.config.state_dir.rglob("*-*/scribe")
    pid = int(owner.read_text().split()[0])
    crossing.cut()

    shutil.rmtree(owner.parent)
    passing.close()

    until(lambda: not runs(pid))
    crossing.mend()
