"""Everything that goes wrong leaves in the envelope of the door it was asked at."""

from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from uuid import uuid4

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from windlass.coordinator.web.dialect import Dialect
from windlass.coordinator.web.failures import Failure, failure_of
from windlass.coordinator.web.replies import envelope
from windlass.shared.logs import logger

_log = logger("http")


def install(app: Flask, doors: Mapping[str, Dialect]) -> None:
    """``doors`` by the paths that are theirs; the longest that fits a request's is asked."""
    prefixes = sorted(doors, key=len, reverse=True)

    def answer(problem: Exception) -> Response | HTTPException:
        if isinstance(problem, RequestRedirect):
            return problem
        failure = failure_of(problem)
        if failure.status == HTTPStatus.INTERNAL_SERVER_ERROR:
            failure = _logged(failure, problem)
        door = next((doors[prefix] for prefix in prefixes if _below(request.path, prefix)), None)
        response = (door.envelope if door else envelope)(failure)
        response.headers.update(failure.headers)
        return response

    app.register_error_handler(Exception, answer)


def _logged(failure: Failure, problem: Exception) -> Failure:
    """By a number that the caller can tell and the operator can find."""
    number = uuid4().hex[:12]
    _log.error("http.failed", number=number, path=request.path, exc_info=problem)
    return replace(failure, message=f"{failure.message} under {number}")


def _below(path: str, prefix: str) -> bool:
    return not prefix or path == prefix or path.startswith(prefix + "/")
