"""Everything that goes wrong leaves in the envelope of the door it was asked at."""

from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from uuid import uuid4

from flask import Flask, Response, current_app, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from windlass.coordinator.web.dialect import Dialect
from windlass.coordinator.web.failures import Failure, Refusal, failure_of
from windlass.coordinator.web.replies import envelope
from windlass.shared.logs import logger

_log = logger("http")
_OPERATORS = "/-"  # no door's, whatever it claims
_DOORS = "windlass.doors"


def install(app: Flask, doors: Mapping[str, Dialect]) -> None:
    """``doors`` by the paths that are theirs; the longest that fits a request's is asked."""
    app.extensions[_DOORS] = dict(sorted(doors.items(), key=lambda pair: -len(pair[0])))

    def answer(problem: Exception) -> Response | HTTPException:
        if isinstance(problem, RequestRedirect):
            return problem
        failure = failure_of(problem)
        meant = isinstance(problem, Refusal)
        if failure.status == HTTPStatus.INTERNAL_SERVER_ERROR and not meant:
            failure = _logged(failure, problem)
        door = door_at(request.path)
        response = (door.envelope if door else envelope)(failure)
        response.headers.update(failure.headers)
        return response

    app.register_error_handler(Exception, answer)


def door_at(path: str) -> Dialect | None:
    """Whose address this is, be it served or not."""
    if _below(path, _OPERATORS):
        return None
    doors: Mapping[str, Dialect] = current_app.extensions[_DOORS]
    return next((door for prefix, door in doors.items() if _below(path, prefix)), None)


def _logged(failure: Failure, problem: Exception) -> Failure:
    """By a number that the caller can tell and the operator can find."""
    number = uuid4().hex[:12]
    _log.error("http.failed", number=number, path=request.path, exc_info=problem)
    return replace(failure, message=f"{failure.message} under {number}")


def _below(path: str, prefix: str) -> bool:
    return not prefix or path == prefix or path.startswith(prefix + "/")
