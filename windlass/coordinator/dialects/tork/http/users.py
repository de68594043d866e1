"""Users: make one."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from flask import Response

from windlass.coordinator.dialects.tork.http import replies
from windlass.coordinator.dialects.tork.http.admission import body
from windlass.coordinator.dialects.tork.http.replies import refuse
from windlass.coordinator.dialects.tork.http.routes import Route
from windlass.coordinator.dialects.tork.http.visit import Visit
from windlass.coordinator.dialects.tork.jsondecode import decode
from windlass.coordinator.dialects.tork.model import Type
from windlass.coordinator.dialects.tork.show import users as show
from windlass.coordinator.engine.errors import Conflict, Invalid
from windlass.coordinator.engine.people import NewUser
from windlass.coordinator.web.auth import Scope
from windlass.shared.golang.jsonscan import what_is_wrong
from windlass.shared.golang.jsontokens import Wrong

_USER = Type("tork.User", struct="User")


def routes() -> Iterator[Route]:
    yield Route(at="POST /users", group="users", handler=create_user, scope=Scope.ADMIN)


def create_user(visit: Visit) -> Response:
    """Whatever the body says it is, it is read as JSON; what else is in it does not matter."""
    given = _read(body(visit.settings.body_limit))
    username, password = (given.get(name, "").strip() for name in ("username", "password"))
    if not username:
        refuse(HTTPStatus.BAD_REQUEST, "must provide username")
    if not password:
        refuse(HTTPStatus.BAD_REQUEST, "must provide password")
    new = NewUser(username, password, given.get("name", ""), disabled=given.get("disabled", False))
    try:
        made = visit.everything.people.create(new)
    except Conflict:
        refuse(HTTPStatus.BAD_REQUEST, "user already exists")
    except Invalid as problem:
        refuse(HTTPStatus.BAD_REQUEST, f"invalid {problem.problems[0].path[0]}")
    return replies.document(show.user(made))


def _read(data: bytes) -> dict[str, Any]:
    try:
        if problem := what_is_wrong(data.decode("utf-8", "replace")):
            refuse(HTTPStatus.BAD_REQUEST, problem)
        return decode(data, _USER, strict=False)
    except Wrong as problem:
        refuse(HTTPStatus.BAD_REQUEST, str(problem))
