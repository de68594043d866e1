"""Which networks a container may join."""

from collections.abc import Iterator
from uuid import uuid4

import docker
import pytest

from tests.runtime.lab import Lab, finished, order, refusal
from windlass.shared.states import Reason
from windlass.worker.runtimes.base import Exit

pytestmark = pytest.mark.docker


@pytest.fixture
def lab(docker_lab: Lab) -> Lab:
    return docker_lab


@pytest.fixture
def open_network(docker_api: docker.APIClient) -> Iterator[str]:
    name = f"test-{uuid4().hex}"
    docker_api.create_network(name, labels={"windlass.shared": "1"})
    yield name
    docker_api.remove_network(name)


def test_a_task_can_do_without_a_network(lab: Lab) -> None:
    outcome = lab.outcome("ip -o link | wc -l", networks=("none",))

    assert outcome.out.strip() == b"1"


@pytest.mark.parametrize("name", ["host", "bridge", "default", "container:x", "no-such-network"])
def test_networks_that_tasks_may_not_join_are_rejected(lab: Lab, name: str) -> None:
    assert refusal(lab, networks=(name,)).reason == Reason.REJECTED


def test_a_network_the_operator_did_not_open_is_rejected(
    docker_api: docker.APIClient, lab: Lab
) -> None:
    name = f"test-{uuid4().hex}"
    docker_api.create_network(name)
    try:
        assert refusal(lab, networks=(name,)).reason == Reason.REJECTED
        allowing = lab.restarted(networks=(name,))
        run = allowing.start(order("true", networks=(name,)))
        assert finished(run).exit == Exit(0)
        run.remove()
    finally:
        docker_api.remove_network(name)


def test_a_task_can_join_several_networks_and_metadata_stays_blocked(
    docker_api: docker.APIClient, lab: Lab, open_network: str
) -> None:
    second = f"test-{uuid4().hex}"
    docker_api.create_network(second, labels={"windlass.shared": "1"})
    try:
        run = lab.start(
            "ip -o -4 addr | grep -c ' 172.\\| 192.168.\\| 10.'; ip route get 169.254.169.254",
            networks=(open_network, second),
        )
        outcome = finished(run)
        assert outcome.out.startswith(b"2\nlocal 169.254.169.254 dev lo")
        run.remove()
    finally:
        docker_api.remove_network(second)
