"""Each runtime under the one contract. Whatever a test leaves behind is swept, and looked for."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import docker
import pytest

from tests.runtime.lab import Lab, docker_client
from tests.support import images
from windlass.worker.runtimes.base import RuntimeConfig


@pytest.fixture(scope="session")
def docker_api() -> Iterator[docker.APIClient]:
    client = docker_client()
    images.ensure_all(client)
    yield client
    client.close()


@pytest.fixture
def state_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Other users may pass through it, as through the directories of a real node."""
    directory = tmp_path_factory.mktemp("node")
    temporary = Path(tempfile.gettempdir())
    for parent in (directory, *directory.relative_to(temporary).parents):
        if parent != Path():
            (temporary / parent).chmod(0o755)
    return directory


@pytest.fixture
def config(state_dir: Path) -> RuntimeConfig:
    return RuntimeConfig(node=f"test-{uuid4().hex[:12]}", state_dir=state_dir)


@pytest.fixture
def docker_lab(docker_api: docker.APIClient, config: RuntimeConfig) -> Iterator[Lab]:
    lab = Lab("docker", config)
    yield lab
    lab.close()
    ours = {"label": [f"windlass.node={config.node}"]}
    assert docker_api.containers(all=True, filters=ours) == []
    assert not docker_api.volumes(filters=ours)["Volumes"]
    assert docker_api.networks(filters=ours) == []


@pytest.fixture
def process_lab(config: RuntimeConfig) -> Iterator[Lab]:
    lab = Lab("process", config)
    yield lab
    lab.close()
    assert not list(config.state_dir.rglob("spool"))


@pytest.fixture(params=[pytest.param("docker", marks=pytest.mark.docker), "process"])
def lab(request: pytest.FixtureRequest) -> Lab:
    fixture: Lab = request.getfixturevalue(f"{request.param}_lab")
    return fixture
