"""The real command in processes of its own, each test class of stacks in a directory of its own."""

import os
import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.e2e.command import ROOT, Windlass
from tests.runtime.lab import docker_client
from tests.support import images
from windlass.embedded.stack import DEFAULT_IMAGE


@pytest.fixture(scope="session")
def directories() -> Iterator[Path]:
    """Short names, which others may enter: Postgres has a socket in there."""
    with tempfile.TemporaryDirectory(prefix="wl-") as name:
        directory = Path(name)
        directory.chmod(0o755)
        yield directory


def clean_environment(data: Path) -> dict[str, str]:
    """Nothing that this machine has configured for windlass."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WINDLASS_")}
    return {
        **kept,
        "PYTHONPATH": str(ROOT),
        "WINDLASS_DATA": str(data),
        "WINDLASS_CONFIG": str(data / "config.toml"),
    }


@pytest.fixture
def windlass(directories: Path) -> Iterator[Windlass]:
    """With data of its own; nothing of it may run when the test is over."""
    data = Path(tempfile.mkdtemp(dir=directories))
    data.chmod(0o755)
    command = Windlass(data, clean_environment(data))
    yield command
    command.end_all()
    assert command.left_running() == []


@pytest.fixture(
    scope="session", params=["process", pytest.param("docker", marks=pytest.mark.docker)]
)
def stack(request: pytest.FixtureRequest, directories: Path) -> Iterator[Windlass]:
    """``windlass up`` with each runtime, for many tests."""
    runtime: str = request.param
    if runtime == "docker":
        with closing(docker_client()) as client:
            images.ensure(client, DEFAULT_IMAGE)
    data = directories / runtime
    data.mkdir(mode=0o755)
    command = Windlass(data, clean_environment(data))
    up = command.up("--runtime", runtime)
    yield command
    up.end()
    assert command.left_running() == []


@contextmanager
def serving(
    directories: Path, name: str, words: Sequence[str] = ("--runtime", "process"), **chosen: str
) -> Iterator[str]:
    """The address of a stack with data of its own; of plain processes, unless ``words`` of the
    command say otherwise. ``chosen``: variables of its environment."""
    data = directories / name
    data.mkdir(mode=0o755)
    command = Windlass(data, {**clean_environment(data), **chosen})
    up = command.up(*words)
    found = re.search(r"http://[\w.\[\]:]+", up.text())
    assert found is not None, up.text()
    yield found[0].rstrip("/")
    up.end()
    assert command.left_running() == []


@contextmanager
def serving_containers(directories: Path, name: str, **chosen: str) -> Iterator[str]:
    """Likewise, of containers; the images of tests are there."""
    with closing(docker_client()) as client:
        images.ensure_all(client)
    with serving(directories, name, ("--runtime", "docker"), **chosen) as address:
        yield address
