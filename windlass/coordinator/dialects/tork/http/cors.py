"""Leave for pages of other sites, where the operator gives it."""

from http import HTTPStatus

from flask import Response, request

from windlass.coordinator.dialects.tork.http import replies

_ASKED = ("Origin", "Access-Control-Request-Method", "Access-Control-Request-Headers")


def preflight() -> Response | None:
    """The answer to a browser that asks first; None: it is another request."""
    if request.method != "OPTIONS":
        return None
    response = replies.empty(HTTPStatus.NO_CONTENT)
    if "Origin" in request.headers:
        response.headers["Access-Control-Allow-Methods"] = "*"
        response.headers["Access-Control-Allow-Headers"] = "*"
    return response


def allow(response: Response) -> None:
    asked = _ASKED if request.method == "OPTIONS" and "Origin" in request.headers else _ASKED[:1]
    for name in asked:
        response.headers.add("Vary", name)
    if "Origin" in request.headers:
        response.headers["Access-Control-Allow-Origin"] = "*"
        if request.method != "OPTIONS":
            response.headers["Access-Control-Expose-Headers"] = "*"
