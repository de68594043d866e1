"""One key that all callers share."""

from hmac import compare_digest
from http import HTTPStatus

from flask import request

from windlass.coordinator.dialects.tork.http.replies import refuse

_SCHEME = "Bearer "


def check(key: str) -> None:
    """Refusal: 400 where there is none, 401 where it is another."""
    given = request.headers.get("Authorization", "")
    if not given:
        refuse(HTTPStatus.BAD_REQUEST, "missing key in request header")
    if not given.lower().startswith(_SCHEME.lower()):
        refuse(HTTPStatus.BAD_REQUEST, "invalid key in the request header")
    if not compare_digest(given[len(_SCHEME) :].encode(), key.encode()):
        refuse(HTTPStatus.UNAUTHORIZED, "Unauthorized")
