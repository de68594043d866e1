"""How this door says that something went wrong: the text twice, for both kinds of clients."""

from http import HTTPStatus
from typing import Any

from flask import Response

from windlass.coordinator.web import replies
from windlass.coordinator.web.failures import Failure, Refusal
from windlass.coordinator.web.reading import Flaw, show_path


def envelope(failure: Failure) -> Response:
    """The engine's conflicts are moves that are not allowed: 405 here."""
    status = failure.status
    if status == HTTPStatus.CONFLICT:
        status = HTTPStatus.METHOD_NOT_ALLOWED
    response = replies.document(error(failure.message), status)
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        response.headers["Allow"] = "GET"
    return response


def error(text: str) -> dict[str, Any]:
    return {"message": text, "error": text}


def unusable(flaws: list[Flaw]) -> Refusal:
    failure = Failure(status=HTTPStatus.NOT_ACCEPTABLE, message=told(flaws))
    return Refusal(failure)


def told(flaws: list[Flaw]) -> str:
    return "; ".join(map(_said, flaws))


def _said(flaw: Flaw) -> str:
    place = show_path(flaw.path)
    allowed = f" (allowed: {flaw.allowed})" if flaw.allowed else ""
    return f"{place} {flaw.message}{allowed}" if place else f"the DAG {flaw.message}{allowed}"
