"""Answers: documents as JSON, text, bytes."""

from collections.abc import Iterable
from hashlib import sha256
from http import HTTPStatus
from typing import Any

import msgspec
from flask import Request, Response

from windlass.coordinator.web.failures import Failure
from windlass.coordinator.web.reading import Flaw, show_path

encode = msgspec.json.Encoder().encode


def document(content: Any, status: int = HTTPStatus.OK) -> Response:
    return Response(encode(content), status, mimetype="application/json")


def nothing() -> Response:
    return Response(status=HTTPStatus.NO_CONTENT)


def text(content: str | bytes | Iterable[bytes], status: int = HTTPStatus.OK) -> Response:
    return Response(content, status, content_type="text/plain; charset=utf-8")


def immutable(request: Request, response: Response, tag: str) -> Response:
    """With an ETag made of ``tag``, and without a body where the caller has it already."""
    response.set_etag(sha256(tag.encode()).hexdigest()[:32])
    response.headers["Cache-Control"] = "private, no-cache"
    response.make_conditional(request)
    return response


def envelope(failure: Failure) -> Response:
    """Our own way to say that something went wrong."""
    error: dict[str, Any] = {"code": failure.code, "message": failure.message}
    if failure.flaws:
        error["errors"] = [flaw_document(flaw) for flaw in failure.flaws]
    return document({"error": error}, failure.status)


def flaw_document(flaw: Flaw) -> dict[str, Any]:
    shown: dict[str, Any] = {"field": show_path(flaw.path), "message": flaw.message}
    if flaw.allowed:
        shown["allowed"] = flaw.allowed
    if flaw.line is not None:
        shown |= {"line": flaw.line, "column": flaw.column}
    return shown
