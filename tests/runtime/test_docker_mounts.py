"""Volumes, binds and tmpfs."""

from pathlib import Path
from uuid import uuid4

import docker
import pytest

from tests.runtime.lab import Lab, finished, order, refusal
from windlass.shared.spec import Mount
from windlass.shared.states import Reason
from windlass.worker.runtimes.base import Exit

pytestmark = pytest.mark.docker


@pytest.fixture
def lab(docker_lab: Lab) -> Lab:
    return docker_lab


MEGABYTE = 1 << 20


def test_a_tmpfs_has_the_size_that_was_asked_for(lab: Lab) -> None:
    mount = Mount(kind="tmpfs", target="/scratch", size=MEGABYTE)

    outcome = lab.outcome("yes > /scratch/big; stat -c %s /scratch/big", mounts=(mount,))

    assert outcome.out == b"%d\n" % MEGABYTE


def test_an_unnamed_volume_goes_with_its_attempt(docker_api: docker.APIClient, lab: Lab) -> None:
    ours = {"label": [f"windlass.node={lab.config.node}"]}
    run = lab.start("echo kept > /data/file", mounts=(Mount(kind="volume", target="/data"),))
    assert finished(run).exit == Exit(0)
    assert len(docker_api.volumes(filters=ours)["Volumes"]) == 1

    run.remove()

    assert not docker_api.volumes(filters=ours)["Volumes"]


def test_a_forgotten_volume_is_swept(docker_api: docker.APIClient, lab: Lab) -> None:
    run = lab.start("true", mounts=(Mount(kind="volume", target="/data"),))
    run.wait()
    for found in docker_api.containers(
        all=True, filters={"label": [f"windlass.node={lab.config.node}"]}
    ):
        docker_api.remove_container(found["Id"])

    assert lab.runtime.sweep(set()) == 1


def test_a_named_volume_outlives_its_attempts(docker_api: docker.APIClient, lab: Lab) -> None:
    name = f"test-{uuid4().hex}"
    mount = Mount(kind="volume", target="/data", source=name)
    read_only = Mount(kind="volume", target="/data", source=name, read_only=True)
    try:
        run = lab.start("echo kept > /data/file", mounts=(mount,))
        run.wait()
        run.remove()
        lab.runtime.sweep(set())

        outcome = lab.outcome("cat /data/file; touch /data/other", mounts=(read_only,))

        assert outcome.out == b"kept\n"
        assert b"Read-only" in outcome.err
    finally:
        lab.runtime.sweep(set())
        docker_api.remove_volume(name)


def test_a_volume_of_somebody_else_is_rejected(docker_api: docker.APIClient, lab: Lab) -> None:
    name = f"test-{uuid4().hex}"
    docker_api.create_volume(name)
    try:
        mount = Mount(kind="volume", target="/data", source=name)
        assert refusal(lab, mounts=(mount,)).reason == Reason.REJECTED
    finally:
        docker_api.remove_volume(name)


def test_a_bind_is_rejected_unless_the_operator_allows_it(lab: Lab, tmp_path: Path) -> None:
    mount = Mount(kind="bind", target="/data", source=str(tmp_path))

    assert refusal(lab, mounts=(mount,)).reason == Reason.REJECTED


def test_a_bind_from_an_allowed_directory_is_mounted(lab: Lab, tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "file").write_text("of the host\n")
    mount = Mount(kind="bind", target="/data", source=str(tmp_path / "sub"), read_only=True)
    allowing = lab.restarted(bind_sources=(str(tmp_path),))

    outcome = finished(allowing.start(order("cat /data/file", mounts=(mount,))))

    assert outcome.out == b"of the host\n"


def test_files_cannot_be_hidden_by_a_tmpfs(lab: Lab) -> None:
    mount = Mount(kind="tmpfs", target="/data")

    assert refusal(lab, mounts=(mount,), workdir="/data/in", files={"a": ""}).reason == (
        Reason.REJECTED
    )


def test_files_can_lie_in_tmp(lab: Lab) -> None:
    assert lab.outcome("cat /tmp/in/a", workdir="/tmp/in", files={"a": "x"}).out == b"x"
