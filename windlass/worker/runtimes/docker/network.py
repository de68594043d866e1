"""Where containers are attached. Link-local addresses, where clouds serve a machine's credentials,
lead nowhere.

How that is done without any right on the host: a container's interface gets the metadata addresses
as its own, and with them an on-link route for all of 169.254.0.0/16. What it sends there comes back
to itself, or asks for a neighbour that does not exist. It cannot take the addresses off: it has no
capabilities. This needs networks of our own kind, so Docker's default bridge is not offered.
"""

from contextlib import suppress
from threading import Lock
from uuid import UUID

from docker import APIClient
from docker.errors import APIError, NotFound

from windlass.shared.messages import RunAttempt
from windlass.worker.runtimes.base import RuntimeBroken
from windlass.worker.runtimes.docker import labels
from windlass.worker.runtimes.docker.daemon import status
from windlass.worker.runtimes.orders import rejected

METADATA = ["169.254.169.254", "169.254.170.2"]
NO_NETWORK = "none"
_NEVER = {"host", "bridge", "default"}
_CONFLICT = 409
_JOINED = {403, 409}  # as daemons of different age say it

# The daemon gives every container on a network of a user's making a name server of its own, which
# costs the start of several programs: a fifth of a short container. Nobody has neighbours to look
# up here. It goes by the name: what looks like a mode of sharing was made by no user.
_PLAIN = "container:"


class NodeNetwork:
    """The node's own bridge, on which containers reach the outside but not one another."""

    def __init__(self, node: str) -> None:
        self._node = node
        # The second, for a daemon that does not take the first.
        self._names = (_PLAIN + labels.network_name(node), labels.network_name(node))
        self._id: str | None = None
        self._lock = Lock()

    def id(self, api: APIClient) -> str:
        with self._lock:
            if self._id is None:
                self._id = self._create(api)
            return self._id

    def forget(self) -> None:
        """Somebody removed it: make it anew next time."""
        with self._lock:
            self._id = None

    def remove(self, api: APIClient) -> None:
        """Unless something is attached to it."""
        for id in self._found(api):
            try:
                api.remove_network(id)
            except APIError as problem:
                if not problem.is_client_error():
                    raise
        self.forget()

    def _create(self, api: APIClient) -> str:
        found = self._found(api)
        if found:
            return found[0]
        first, second = self._names
        try:
            return self._made(api, first)
        except APIError as problem:
            if not problem.is_client_error():
                raise
        return self._made(api, second)

    def _made(self, api: APIClient, name: str) -> str:
        try:
            made = api.create_network(
                name,
                driver="bridge",
                check_duplicate=True,
                options={"com.docker.network.bridge.enable_icc": "false"},
                labels={labels.NODE: self._node},
            )
        except APIError as problem:
            if status(problem) != _CONFLICT:
                raise
            return self._id_of_another_makers(api, name)
        return str(made["Id"])

    def _id_of_another_makers(self, api: APIClient, name: str) -> str:
        found = self._found(api)
        if not found:
            raise RuntimeBroken(f"network {name} exists, but is not this node's")
        return found[0]

    def _found(self, api: APIClient) -> list[str]:
        """Of this name and node; the same one first for everybody, should there be several."""
        known = api.networks(filters=labels.selecting(node=self._node))
        ours = ((one["Name"], str(one["Id"])) for one in known if one["Name"] in self._names)
        return [id for _, id in sorted(ours)]


def shared(api: APIClient, order: RunAttempt, own: dict[str, str]) -> str:
    """The network of an attempt's containers, made by whichever comes first."""
    name = labels.shared_network_name(labels.owner(order))
    internal = order.container.networks == (NO_NETWORK,)
    try:
        api.create_network(
            name, driver="bridge", check_duplicate=True, internal=internal, labels=own
        )
    except APIError as problem:
        if status(problem) != _CONFLICT:
            raise
    return name


def of_container(name: str) -> str:
    """The network namespace of another container, which has to run."""
    return f"container:{name}"


def is_of_container(network: str) -> bool:
    return network.startswith("container:")


def join(api: APIClient, own: str, network: str) -> None:
    """So that a worker which is a container can call others: bridges let nothing through from one
    to another."""
    try:
        api.connect_container_to_network(own, network)
    except APIError as problem:
        if status(problem) not in _JOINED:
            raise


def remove_shared(api: APIClient, attempt_id: UUID, own: str | None) -> None:
    """Unless a container is attached to it: whoever removes the last one removes the network."""
    remove(api, labels.shared_network_name(attempt_id), own)


def remove(api: APIClient, network: str, own: str | None) -> None:
    """``own``: the worker, which leaves it first."""
    if own is not None:
        with suppress(APIError):  # it never joined, or the network is gone
            api.disconnect_container_from_network(own, network)
    try:
        api.remove_network(network)
    except APIError as problem:
        if not problem.is_client_error():
            raise


def check_network(api: APIClient, name: str, allowed: tuple[str, ...]) -> None:
    """Unrunnable(REJECTED) unless tasks may join it."""
    if name in _NEVER or ":" in name:
        raise rejected(f"networks: {name} would take the container's isolation away")
    try:
        network = api.inspect_network(name)
    except NotFound:
        raise rejected(f"networks: there is no network {name} on this node") from None
    if name not in allowed and labels.SHARED not in (network.get("Labels") or {}):
        raise rejected(f"networks: {name} is not one that this node lets tasks join")
