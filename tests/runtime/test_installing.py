"""``pip`` and ``uv`` of an entrypoint's environment, in containers that reach no network."""

import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any
from uuid import uuid4

import msgspec
import pytest

from tests.runtime.lab import Lab, docker_client, finished, order
from tests.support import debian, wheels
from windlass.coordinator.entrypoint import environment, translate
from windlass.coordinator.entrypoint.request import Archive, Entrypoint
from windlass.shared.spec import Container
from windlass.shared.states import Reason
from windlass.worker.outcome import Outcome, of_exit, with_output
from windlass.worker.parcels.shelf import directory_of
from windlass.worker.runtimes.docker import making

pytestmark = pytest.mark.docker

INDEX = "file:///job/working_dir/simple"
OPTIONS = ["--index-url", INDEX]
SHOW = "python3 -c 'import own, sys; print(own.WORD, sys.prefix)'"


@dataclass
class Node:
    """Its working directory is an index of packages; no cache of it outlives the test."""

    lab: Lab
    owner: str
    digest: str

    def __post_init__(self) -> None:
        self.volumes: set[str] = set()

    def run(self, **wish: Any) -> tuple[Outcome, str]:
        """What the engine is told, and the log."""
        container = self._container(wish)
        self.volumes.update(mount.source or "" for mount in making.cache(container))
        attempt = msgspec.structs.replace(order(), container=container)
        self.lab.runtime.prepare(attempt, lambda text, percent: None)
        run = self.lab.runtime.start(attempt)
        done = finished(run)
        told = with_output(of_exit(done.exit, None, container), run.result())
        run.remove()
        return told, done.out.decode()

    def _container(self, wish: dict[str, Any]) -> Container:
        asked = replace(
            environment.read(wish), working_dir=Archive(uri="gcs://i.zip", digest=self.digest)
        )
        spec = translate.to_job_spec(
            Entrypoint(
                command=SHOW, id="job", owner=self.owner, image=debian.DEBIAN, environment=asked
            )
        )
        given = spec.tasks[0].container
        return msgspec.structs.replace(given, pull="never", networks=("none",))


@pytest.fixture
def node(docker_lab: Lab) -> Iterator[Node]:
    debian.ensure_debian()
    node = Node(docker_lab, f"owner {uuid4()}", shelved_index(docker_lab))
    yield node
    with closing(docker_client()) as api:
        for volume in node.volumes:
            api.remove_volume(volume)


def shelved_index(lab: Lab) -> str:
    shelf = directory_of(lab.config.state_dir)
    shelf.mkdir()
    draft = shelf / "draft"
    with zipfile.ZipFile(draft, "w") as file:
        for name, content in wheels.index(wheels.own(), wheels.uv()):
            file.writestr(name, content)
    digest = sha256(draft.read_bytes()).hexdigest()
    draft.rename(shelf / digest)
    return digest


def test_pip_installs_from_the_index_it_is_told(node: Node) -> None:
    told, log = node.run(pip={"packages": ["own==1"], "pip_install_options": OPTIONS})

    assert told.reason is None, log
    assert f"{wheels.WORD} /windlass-cache/venv" in log


def test_uv_comes_from_the_same_index_as_what_it_installs(node: Node) -> None:
    told, log = node.run(
        uv={"packages": ["own==1"], "uv_pip_install_options": OPTIONS, "uv_check": True}
    )

    assert told.reason is None, log
    assert f"{wheels.WORD} /windlass-cache/venv" in log


def test_what_is_installed_serves_the_next_task_with_the_same_wishes(node: Node) -> None:
    wish = {"packages": ["own==1"], "pip_install_options": OPTIONS}
    node.run(pip=wish)

    told, log = node.run(pip=wish)

    assert told.reason is None, log
    assert len(node.volumes) == 1


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        (
            {"pip": {"packages": ["no-such"], "pip_install_options": OPTIONS}},
            "No matching distribution found for no-such",
        ),
        (
            {"uv": {"packages": ["no-such"], "uv_pip_install_options": OPTIONS}},
            "no-such was not found in the package registry",
        ),
    ],
)
def test_what_cannot_be_installed_fails_the_setup_with_the_last_lines(
    node: Node, wish: dict[str, Any], words: str
) -> None:
    told, log = node.run(**wish)

    assert told.reason is Reason.SETUP
    assert words in " ".join(told.error.split())
    assert "Runtime env setup failed" in log
