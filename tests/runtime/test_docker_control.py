"""Whether files may go to a container over this node's own disk."""

from contextlib import closing
from pathlib import Path
from uuid import uuid4

import pytest

from tests.runtime.lab import docker_client
from windlass.shared.spec import Container
from windlass.worker.runtimes.docker.control import ControlDirectories

pytestmark = pytest.mark.docker


def test_where_no_container_can_be_made_to_prove_it_files_go_another_way(tmp_path: Path) -> None:
    with closing(docker_client()) as client:
        directories = ControlDirectories("node", tmp_path)

        assert not directories.make(client, uuid4(), "windlass-test/absent:1", Container())
