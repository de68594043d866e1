"""A POST to what an attempt runs, made once it listens."""

from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from threading import Event
from time import monotonic

from windlass.shared.spec import Errand
from windlass.worker.probing import all_are
from windlass.worker.runtimes.base import Run

_EVERY = 0.1  # seconds
_ONE_CALL = 3.0
_UNANSWERED = 5.0  # seconds in which containers may turn out to have ended


@dataclass(frozen=True)
class Answer:
    status: int  # 0: the connection ended without one
    seconds: float


def carry_out(
    run: Run, errand: Errand, stopping: Event, about_to: Callable[[], None]
) -> Answer | None:
    """``about_to`` is called before anything is sent. None: ``stopping`` was set before that."""
    link = _connected(run, errand, stopping)
    if link is None:
        return None
    about_to()
    began = monotonic()
    try:
        status = _status(link, errand)
    except (OSError, HTTPException):
        stopping.wait(_UNANSWERED)  # whoever ended may say why
        status = 0
    finally:
        link.close()
    return Answer(status, monotonic() - began)


def _connected(run: Run, errand: Errand, stopping: Event) -> HTTPConnection | None:
    while not stopping.is_set():
        address = run.address()
        if address is not None and all_are(errand.ready, address):
            link = HTTPConnection(address, errand.port, timeout=_ONE_CALL)
            try:
                link.connect()
            except OSError:
                link.close()
            else:
                link.sock.settimeout(None)  # it may work on it for as long as it has
                return link
        stopping.wait(_EVERY)
    return None


def _status(link: HTTPConnection, errand: Errand) -> int:
    link.request("POST", errand.path, errand.body.encode(errors="replace"), errand.headers)
    answer = link.getresponse()
    while answer.read(1 << 16):
        pass
    return answer.status
