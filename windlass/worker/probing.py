"""Whether a sidecar answers."""

from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from threading import Event
from time import monotonic

from windlass.shared.spec import Probe
from windlass.worker.runtimes.base import Run

_EVERY = 1.0  # seconds
_ONE_CALL = 3.0


def is_ready(run: Run, probe: Probe, stopping: Event) -> bool:
    """Asks until it answers 200; False once its time is over, or ``stopping`` was set."""
    deadline = monotonic() + probe.timeout
    while not stopping.is_set():
        address = run.address()
        if address is not None and _answers(address, probe):
            return True
        left = deadline - monotonic()
        if left <= 0:
            return False
        stopping.wait(min(_EVERY, left))
    return False


def _answers(address: str, probe: Probe) -> bool:
    link = HTTPConnection(address, probe.port, timeout=_ONE_CALL)
    try:
        link.request("GET", probe.path)
        return link.getresponse().status == HTTPStatus.OK
    except (OSError, HTTPException, ValueError):  # ValueError: a path that cannot be asked for
        return False
    finally:
        link.close()
