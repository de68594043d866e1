"""Answers in Tork's form."""

from http import HTTPStatus
from typing import NoReturn

from flask import Response

from windlass.coordinator.dialects.tork.show.gojson import encode
from windlass.coordinator.engine.errors import EngineError
from windlass.coordinator.web.failures import Failure, Refusal

OK = {"status": "OK"}
_JSON = "application/json"


def document(content: object, status: int = HTTPStatus.OK) -> Response:
    return Response(encode(content), status, content_type=_JSON)


def empty(status: int, **headers: str) -> Response:
    response = Response(b"", status, headers)
    del response.headers["Content-Type"]
    return response


class Said(Exception):
    """Behind every refusal whose text is Tork's own."""


def refuse(status: int, message: str) -> NoReturn:
    raise Refusal(Failure(status=status, message=message, cause=Said()))


def envelope(failure: Failure) -> Response:
    """Nothing but a message: Tork's own, the engine's, or the name of the status."""
    return document({"message": _words(failure)}, failure.status)


def _words(failure: Failure) -> str:
    if isinstance(failure.cause, Said | EngineError):
        return failure.message
    if failure.status == HTTPStatus.FORBIDDEN:
        return failure.message  # Tork has none of these
    return _NAMES.get(failure.status) or HTTPStatus(failure.status).phrase


_NAMES: dict[int, str] = {HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "Request Entity Too Large"}
