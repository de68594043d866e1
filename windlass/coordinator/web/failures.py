"""Whatever goes wrong, as one Failure: what every door's envelope is made from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus

from flask import current_app
from werkzeug.exceptions import HTTPException

from windlass.coordinator.engine.errors import (
    Conflict,
    EngineError,
    Invalid,
    NotFound,
    Problem,
    Unavailable,
)
from windlass.coordinator.web.reading import Flaw, Unreadable
from windlass.shared.sizes import show_size

RETRY_AFTER = 2  # seconds: Postgres or Redis is usually back by then

_CODES = {
    HTTPStatus.BAD_REQUEST: "invalid",
    HTTPStatus.UNAUTHORIZED: "unauthorized",
    HTTPStatus.FORBIDDEN: "forbidden",
    HTTPStatus.NOT_FOUND: "not_found",
    HTTPStatus.METHOD_NOT_ALLOWED: "method_not_allowed",
    HTTPStatus.CONFLICT: "conflict",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "too_large",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "unsupported",
    HTTPStatus.SERVICE_UNAVAILABLE: "unavailable",
    HTTPStatus.INTERNAL_SERVER_ERROR: "internal",
}
_OF_ENGINE: Mapping[type[EngineError], HTTPStatus] = {
    NotFound: HTTPStatus.NOT_FOUND,
    Conflict: HTTPStatus.CONFLICT,
    Invalid: HTTPStatus.BAD_REQUEST,
    Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}


@dataclass(frozen=True, kw_only=True)
class Failure:
    """``cause`` is for doors that tell apart more than the status does."""

    status: int
    message: str
    flaws: Sequence[Flaw] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    cause: Exception | None = None

    @property
    def code(self) -> str:
        return _CODES.get(HTTPStatus(self.status), "error")


class Refusal(Exception):
    """Raised by whoever answers a request, to answer with this instead."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


def invalid(message: str, flaws: Sequence[Flaw] = ()) -> Refusal:
    return Refusal(Failure(status=HTTPStatus.BAD_REQUEST, message=message, flaws=flaws))


def flaw_of(problem: Problem) -> Flaw:
    return Flaw(problem.path, problem.message, problem.allowed)


def failure_of(problem: Exception) -> Failure:
    """What this exception comes to; 500, with nothing of its text, where nobody foresaw it."""
    if isinstance(problem, Refusal):
        return problem.failure
    if isinstance(problem, Unreadable):
        return invalid("the document cannot be read", problem.flaws).failure
    if isinstance(problem, EngineError):
        return _of_engine(problem)
    if isinstance(problem, HTTPException):
        return _of_http(problem)
    return Failure(
        status=HTTPStatus.INTERNAL_SERVER_ERROR,
        message="something went wrong here; the coordinator's log has the details",
        cause=problem,
    )


def _of_engine(problem: EngineError) -> Failure:
    status = _OF_ENGINE.get(type(problem), HTTPStatus.BAD_REQUEST)
    busy = status == HTTPStatus.SERVICE_UNAVAILABLE
    return Failure(
        status=status,
        message=str(problem) or status.phrase.lower(),
        flaws=tuple(map(flaw_of, problem.problems)) if isinstance(problem, Invalid) else (),
        headers={"Retry-After": str(RETRY_AFTER)} if busy else {},
        cause=problem,
    )


def _of_http(problem: HTTPException) -> Failure:
    kept = ("Allow", "Retry-After", "WWW-Authenticate", "Content-Range")
    headers = dict(problem.get_headers())
    return Failure(
        status=problem.code or HTTPStatus.INTERNAL_SERVER_ERROR,
        message=_words(problem),
        headers={name: headers[name] for name in kept if name in headers},
        cause=problem,
    )


def _at_most() -> str:
    allowed = current_app.config["MAX_CONTENT_LENGTH"] if current_app else None
    return f"; at most {show_size(allowed)} are taken" if allowed else ""


def _words(problem: HTTPException) -> str:
    if problem.code == HTTPStatus.NOT_FOUND:
        return "there is nothing at this address"
    if problem.code == HTTPStatus.METHOD_NOT_ALLOWED:
        return "this address does not take that method"
    if problem.code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return f"the request is too large{_at_most()}"
    return problem.description or problem.name
