"""Networks of nodes that are gone: killed, and never started again under their name.

Nobody else takes them away, and a daemon can have few. One that belongs to a node which only had
nothing to do is made again when that is needed.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from docker import APIClient
from docker.errors import APIError

from windlass.worker.runtimes.docker import labels

AGE = timedelta(hours=1)


def remove_networks(api: APIClient, node: str) -> None:
    """Of other nodes than ``node``."""
    now = datetime.now(UTC)
    for found in api.networks(filters={"label": [labels.NODE]}):
        if not is_abandoned(found, node, now):
            continue
        try:
            api.remove_network(found["Id"])
        except APIError as problem:  # somebody is attached to it, or it is gone
            if not problem.is_client_error():
                raise


def is_abandoned(network: Mapping[str, Any], node: str, now: datetime) -> bool:
    """As the daemon lists it; one in use cannot be removed, so that is not looked at."""
    own = network["Labels"] or {}
    if own.get(labels.NODE, node) == node or labels.attempt_in(own) is not None:
        return False
    return now - datetime.fromisoformat(network["Created"]) > AGE
