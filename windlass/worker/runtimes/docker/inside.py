"""A command run in a container that runs."""

from collections.abc import Sequence
from time import monotonic, sleep

from docker import APIClient
from docker.errors import APIError

from windlass.worker.runtimes.docker.daemon import status
from windlass.worker.runtimes.docker.faults import CONFLICT, NOT_FOUND

_LOOK = 0.05  # seconds
_NOT_RUNNING = {CONFLICT, NOT_FOUND}


def ask(api: APIClient, container: str, command: Sequence[str], timeout: float) -> bool | None:
    """Whether it ends with 0 in time; one that does not is left to itself, for nobody can end it
    alone. None: the container does not run."""
    try:
        id = api.exec_create(container, list(command), stdout=False, stderr=False)["Id"]
        api.exec_start(id, detach=True)
        return _ends_well(api, id, timeout)
    except APIError as problem:
        if status(problem) in _NOT_RUNNING:
            return None
        # What cannot be started at all, such as a program that is not there, gives no good answer.
        return False


def _ends_well(api: APIClient, id: str, timeout: float) -> bool:
    deadline = monotonic() + timeout
    while True:
        found = api.exec_inspect(id)
        if not found["Running"] and found["ExitCode"] is not None:
            return bool(found["ExitCode"] == 0)
        if monotonic() > deadline:
            return False
        sleep(_LOOK)
