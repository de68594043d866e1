"""The Docker daemon is restarted under running containers, which it takes down or does not."""

import gc
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import docker
import pytest

from tests.runtime.lab import Lab, finished, read_until
from tests.support import images
from tests.support.dockerd import Daemon
from windlass.worker.runtimes.base import Exit, RuntimeBroken, RuntimeConfig

pytestmark = [
    pytest.mark.docker,
    pytest.mark.slow,
    # docker-py does not close a connection that the daemon cut.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

SCRIPT = "echo up; for i in $(seq 1 40); do echo $i; sleep 0.2; done; exit 3"


@pytest.fixture
def place() -> Iterator[Path]:
    directory = Path(tempfile.mkdtemp(prefix="wd-", dir="/tmp"))
    yield directory
    leave = ["umount", "--recursive", "--lazy", str(directory / "data")]
    subprocess.run(leave, capture_output=True, check=False)
    shutil.rmtree(directory)


@pytest.fixture
def daemon(
    place: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Daemon]:
    with closing(Daemon(place, live_restore=request.param)) as daemon:
        with closing(docker.APIClient(daemon.host)) as api:
            images.ensure(api, images.SHELL)
        monkeypatch.setenv("DOCKER_HOST", daemon.host)
        yield daemon


@pytest.fixture
def lab(daemon: Daemon, tmp_path: Path) -> Iterator[Lab]:
    with closing(Lab("docker", RuntimeConfig(node=uuid4().hex, state_dir=tmp_path))) as lab:
        yield lab
    gc.collect()  # while such a connection may still be passed over


def containers(daemon: Daemon) -> list[object]:
    with closing(docker.APIClient(daemon.host)) as api:
        return list(api.containers(all=True))


@pytest.mark.parametrize("daemon", [True], indirect=True)
def test_with_live_restore_a_container_does_not_notice(lab: Lab, daemon: Daemon) -> None:
    run = lab.start(SCRIPT)
    read_until(run, b"up")

    daemon.restart()

    outcome = finished(run)
    assert outcome.exit == Exit(3)
    assert outcome.out == b"up\n" + b"".join(b"%d\n" % n for n in range(1, 41))
    run.remove()
    assert containers(daemon) == []


@pytest.mark.parametrize("daemon", [False], indirect=True)
def test_without_it_what_ran_is_the_machinerys_loss_and_the_next_one_runs(
    lab: Lab, daemon: Daemon
) -> None:
    run = lab.start("echo up; sleep 600")
    read_until(run, b"up")

    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(run.wait)

        daemon.restart()

        assert isinstance(waiting.exception(30), RuntimeBroken)
    run.remove()
    assert containers(daemon) == []
    assert lab.outcome("echo hello").out == b"hello\n"
