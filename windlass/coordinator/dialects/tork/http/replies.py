"""Answers in Tork's form."""

from http import HTTPStatus
from typing import NoReturn

from flask import Response, request
from werkzeug.exceptions import HTTPException

from windlass.coordinator.dialects.tork.show.gojson import encode
from windlass.coordinator.web.failures import Failure, Refusal

OK = {"status": "OK"}
_JSON = "application/json"


def document(content: object, status: int = HTTPStatus.OK) -> Response:
    return Response(encode(content), status, content_type=_JSON)


def empty(status: int, **headers: str) -> Response:
    response = Response(b"", status, headers)
    del response.headers["Content-Type"]
    return response


def refuse(status: int, message: str) -> NoReturn:
    raise Refusal(Failure(status=status, message=message))


def envelope(failure: Failure) -> Response:
    """Nothing but a message. What Tork has no words for keeps ours."""
    if request.method == "HEAD":
        return empty(failure.status)
    return document({"message": _words(failure)}, failure.status)


def _words(failure: Failure) -> str:
    if failure.status == HTTPStatus.INTERNAL_SERVER_ERROR and failure.cause is not None:
        return "Internal Server Error"
    if isinstance(failure.cause, HTTPException):
        return _NAMES.get(failure.status) or HTTPStatus(failure.status).phrase
    if failure.status == HTTPStatus.UNAUTHORIZED:
        return "Unauthorized"
    return failure.message


_NAMES: dict[int, str] = {HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "Request Entity Too Large"}
