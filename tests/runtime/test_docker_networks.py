"""Which networks a container may join."""

from collections.abc import Iterator
from uuid import uuid4

import docker
import pytest

from tests.runtime.lab import Lab, finished, order, refusal
from tests.support import images
from windlass.shared.states import Reason
from windlass.worker.runtimes.base import Exit
from windlass.worker.runtimes.docker import network

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


def test_a_worker_that_is_a_container_joins_the_network_of_those_it_calls_and_leaves_it(
    docker_api: docker.APIClient, open_network: str
) -> None:
    made = docker_api.create_container(images.SHELL, ["sleep", "600"])
    docker_api.start(made["Id"])

    def joined() -> bool:
        found = docker_api.inspect_container(made["Id"])["NetworkSettings"]["Networks"]
        return open_network in found

    try:
        network.join(docker_api, made["Id"], open_network)
        network.join(docker_api, made["Id"], open_network)
        assert joined()

        network.remove(docker_api, open_network, made["Id"])
        assert not joined()
        assert docker_api.networks(names=[open_network]) == []
    finally:
        docker_api.remove_container(made["Id"], force=True)
        docker_api.create_network(open_network)  # which the fixture takes away


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
