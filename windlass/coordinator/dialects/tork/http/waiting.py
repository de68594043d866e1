"""Answers that wait until a job is over."""

import select
import socket
import time
from collections.abc import Callable
from http import HTTPStatus

from flask import request

from windlass.coordinator.dialects.tork.http.replies import refuse
from windlass.coordinator.engine.outlook_views import Placed
from windlass.coordinator.engine.service import Engine
from windlass.coordinator.web.streams import Streams
from windlass.shared.ids import JobId
from windlass.shared.states import JOB

_PATIENCE = 1.0  # seconds between two looks at whether anybody is still there
_CLIENT_SOCKETS = ("gunicorn.socket", "werkzeug.socket")


def until_over(engine: Engine, id: JobId, seconds: float, streams: Streams) -> Placed:
    """The job once it is over. Refusal: time was up, the client or this process is leaving."""
    gone, deadline = _client(), time.monotonic() + seconds
    with engine.watch([id]) as watch:
        while True:
            placed = engine.outlook.job(id)
            if JOB.is_final(placed.job.state):
                return placed
            left = deadline - time.monotonic()
            if left <= 0:
                refuse(HTTPStatus.REQUEST_TIMEOUT, "timeout waiting for job to complete")
            if streams.closing.is_set():
                refuse(HTTPStatus.INTERNAL_SERVER_ERROR, "server shutting down")
            if gone():
                refuse(HTTPStatus.REQUEST_TIMEOUT, "request cancelled")
            watch.wait(min(left, _PATIENCE))


def _client() -> Callable[[], bool]:
    """Tells whether the client of this request has closed its end."""
    found = [request.environ[name] for name in _CLIENT_SOCKETS if name in request.environ]
    if not found:
        return lambda: False
    connection: socket.socket = found[0]
    return lambda: _is_closed(connection)


def _is_closed(connection: socket.socket) -> bool:
    poller = select.poll()
    poller.register(connection, select.POLLIN)
    if not poller.poll(0):
        return False
    try:
        return connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True
