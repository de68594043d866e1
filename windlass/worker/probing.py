"""Whether containers answer."""

from collections.abc import Sequence
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from socket import create_connection
from threading import Event
from time import monotonic

from windlass.shared.spec import Probe, Ready
from windlass.worker.runtimes.base import Run

_EVERY = 1.0  # seconds
_ONE_CALL = 3.0


def is_ready(run: Run, probe: Probe, stopping: Event) -> bool:
    """Asks until it answers 200; False once its time is over, or ``stopping`` was set."""
    deadline = monotonic() + probe.timeout
    while not stopping.is_set():
        address = run.address()
        if address is not None and _answers(address, probe.port, probe.path):
            return True
        left = deadline - monotonic()
        if left <= 0:
            return False
        stopping.wait(min(_EVERY, left))
    return False


def all_are(ready: Sequence[Ready], address: str) -> bool:
    """Asked once each."""
    return all(_is(each, address) for each in ready)


def _is(ready: Ready, address: str) -> bool:
    if ready.path is None:
        return listens(address, ready.port)
    return _answers(address, ready.port, ready.path)


def listens(address: str, port: int, patience: float = _ONE_CALL) -> bool:
    try:
        create_connection((address, port), patience).close()
    except OSError:
        return False
    return True


def _answers(address: str, port: int, path: str) -> bool:
    return status_of(address, port, path) == HTTPStatus.OK


def status_of(address: str, port: int, path: str, patience: float = _ONE_CALL) -> int:
    """Of the answer to a GET; 0 where there is none."""
    link = HTTPConnection(address, port, timeout=patience)
    try:
        link.request("GET", path)
        return link.getresponse().status
    except (OSError, HTTPException, ValueError):  # ValueError: a path that cannot be asked for
        return 0
    finally:
        link.close()
