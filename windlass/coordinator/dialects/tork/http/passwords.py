"""Users who bring their password with every request."""

import base64
import binascii
from http import HTTPStatus
from typing import NoReturn

from flask import request

from windlass.coordinator.dialects.tork.http.replies import Said, refuse
from windlass.coordinator.engine.people_views import Identity
from windlass.coordinator.engine.service import Engine
from windlass.coordinator.web.failures import Failure, Refusal

_SCHEME = "basic "


def check(engine: Engine) -> Identity:
    """Who it is. Refusal: 400 for what cannot be read, 401 for whoever it is not."""
    given = request.headers.get("Authorization", "")
    if not given.lower().startswith(_SCHEME):
        _refuse()
    try:
        text = base64.b64decode(given[len(_SCHEME) :], validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        refuse(HTTPStatus.BAD_REQUEST, "Bad Request")
    username, colon, password = text.partition(":")
    user = engine.identify(username, password) if colon else None
    return user or _refuse()


def _refuse() -> NoReturn:
    challenge = {"WWW-Authenticate": "basic realm=Restricted"}
    raise Refusal(
        Failure(
            status=HTTPStatus.UNAUTHORIZED,
            message="Unauthorized",
            headers=challenge,
            cause=Said(),
        )
    )
