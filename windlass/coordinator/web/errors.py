"""Everything that goes wrong leaves in the envelope of the door it was asked at."""

from collections.abc import Mapping
from http import HTTPStatus

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from windlass.coordinator.web.dialect import Dialect
from windlass.coordinator.web.failures import failure_of
from windlass.coordinator.web.replies import envelope
from windlass.shared.logs import logger

_log = logger("http")


def install(app: Flask, doors: Mapping[str, Dialect]) -> None:
    """``doors`` by the prefix each is mounted at; the longest that fits a path is asked."""
    prefixes = sorted(doors, key=len, reverse=True)

    def answer(problem: Exception) -> Response | HTTPException:
        if isinstance(problem, RequestRedirect):
            return problem
        failure = failure_of(problem)
        if failure.status == HTTPStatus.INTERNAL_SERVER_ERROR:
            _log.error("http.failed", path=request.path, error=repr(problem), exc_info=problem)
        door = next((doors[prefix] for prefix in prefixes if _below(request.path, prefix)), None)
        response = (door.envelope if door else envelope)(failure)
        response.headers.update(failure.headers)
        return response

    app.register_error_handler(Exception, answer)


def _below(path: str, prefix: str) -> bool:
    return not prefix or path == prefix or path.startswith(prefix + "/")
