"""The networks that nodes leave behind which were killed and never came again."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import docker
import pytest

from tests.runtime.lab import Lab, finished
from windlass.shared.ids import new_attempt_id
from windlass.worker.runtimes.docker.abandoned import is_abandoned

pytestmark = pytest.mark.docker

LATER = datetime.now(UTC) + timedelta(hours=2)


@pytest.fixture
def gone(docker_api: docker.APIClient) -> Iterator[str]:
    """A node that has left its network."""
    node = f"gone-{uuid4().hex}"
    docker_api.create_network(f"container:windlass-{node}", labels={"windlass.node": node})
    yield node
    for left in networks_of(docker_api, node):
        docker_api.remove_network(left["Id"])


def networks_of(api: docker.APIClient, node: str) -> list[dict[str, Any]]:
    return list(api.networks(filters={"label": [f"windlass.node={node}"]}))


def test_a_network_is_abandoned_once_it_is_old_and_no_attempts_and_somebody_elses(
    docker_api: docker.APIClient, gone: str
) -> None:
    (network,) = networks_of(docker_api, gone)
    of_attempt = {**network["Labels"], "windlass.attempt": str(new_attempt_id())}

    assert is_abandoned(network, "me", LATER)
    assert not is_abandoned(network, "me", datetime.now(UTC))
    assert not is_abandoned(network, gone, LATER)
    assert not is_abandoned({**network, "Labels": of_attempt}, "me", LATER)
    assert not is_abandoned({**network, "Labels": None}, "me", LATER)


def test_a_sweep_leaves_those_of_nodes_that_may_come_again(
    docker_api: docker.APIClient, docker_lab: Lab, gone: str
) -> None:
    docker_lab.runtime.sweep(set())

    assert len(networks_of(docker_api, gone)) == 1


def test_a_node_whose_network_was_taken_away_makes_it_anew(
    docker_api: docker.APIClient, docker_lab: Lab
) -> None:
    docker_lab.outcome("true")
    docker_lab.runtime.sweep(set())
    (network,) = networks_of(docker_api, docker_lab.config.node)
    docker_api.remove_network(network["Id"])

    outcome = finished(docker_lab.start("echo again"))

    assert outcome.out == b"again\n"
    assert len(networks_of(docker_api, docker_lab.config.node)) == 1


def test_a_worker_that_ends_in_order_leaves_no_network(
    docker_api: docker.APIClient, docker_lab: Lab
) -> None:
    run = docker_lab.start("true")
    finished(run)
    run.remove()

    docker_lab.runtime.close()

    assert networks_of(docker_api, docker_lab.config.node) == []
