"""Whether containers that run are alive: as often as was asked for, until one is not."""

from http import HTTPStatus
from threading import Event

from windlass.shared.spec import Liveness
from windlass.worker.probing import listens, status_of
from windlass.worker.runtimes.base import Run, RuntimeBroken


def dies(run: Run, holder: Run, asked: Liveness, over: Event) -> bool:
    """True once it has not answered too often, False once ``over`` is set. ``holder``: whose
    network it is in."""
    silent = 0
    pause = asked.delay
    while not over.wait(pause):
        pause = asked.period
        try:
            good = _answers(run, holder, asked)
        except RuntimeBroken:  # which says nothing of it
            continue
        silent = silent + 1 if good is False else 0
        if silent >= asked.failures:
            return True
    return False


def _answers(run: Run, holder: Run, asked: Liveness) -> bool | None:
    if asked.command:
        return run.ask(asked.command, asked.timeout)
    address = holder.address()
    if address is None or asked.port is None:
        return None
    if asked.path is None:
        return listens(address, asked.port, asked.timeout)
    status = status_of(address, asked.port, asked.path, asked.timeout)
    return HTTPStatus.OK <= status < HTTPStatus.BAD_REQUEST
