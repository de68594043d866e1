"""Archives that clients upload before they submit. Each owner sees only their own."""

import re
from http import HTTPStatus

from flask import Response, request

from windlass.coordinator.dialects.ray import words
from windlass.coordinator.engine.blobs import Place, TooLarge
from windlass.coordinator.engine.service import Engine
from windlass.coordinator.entrypoint.environment import UPLOADED
from windlass.coordinator.web import replies
from windlass.coordinator.web.auth import Scope
from windlass.coordinator.web.operations import Call, Gives, Resource, operation
from windlass.coordinator.web.settings import HttpSettings

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._+!-]{0,254}")
_HEADROOM = 1  # byte, by which we notice that there is more than we take
_ALL_GOOD = {HTTPStatus.OK: Gives(media="text/plain")}
_AT = "/api/packages/<protocol>/<name>"


def place(door: str, owner: str, name: str) -> Place:
    if not _NAME.fullmatch(name):
        raise words.refuse(
            HTTPStatus.BAD_REQUEST,
            f"{name[:200]!r} is no name of a package: letters, digits and . _ + ! - only",
        )
    return Place(door, owner, name)


class Packages(Resource):
    def __init__(self, door: str, engine: Engine, settings: HttpSettings) -> None:
        self._door = door
        super().__init__(engine)
        self._limit = settings.largest_package

    @operation(f"GET {_AT}", Scope.READ, gives=_ALL_GOOD)
    def find_package(self, call: Call, protocol: str, name: str) -> Response:
        """Say whether a package is here; it then stays for a while."""
        if self._engine.find_file(self._place(call, protocol, name)) is None:
            raise words.refuse(HTTPStatus.NOT_FOUND, f"Package {protocol}://{name} does not exist")
        return replies.text("")

    @operation(
        f"PUT {_AT}", Scope.SUBMIT, gives=_ALL_GOOD, fails=(HTTPStatus.REQUEST_ENTITY_TOO_LARGE,)
    )
    def put_package(self, call: Call, protocol: str, name: str) -> Response:
        """Upload a package."""
        at = self._place(call, protocol, name)
        if (request.content_length or 0) > self._limit:
            raise self._too_large()
        request.max_content_length = self._limit + _HEADROOM
        try:
            self._engine.put_file(at, request.stream, self._limit)
        except TooLarge:
            raise self._too_large() from None
        return replies.text("")

    def _place(self, call: Call, protocol: str, name: str) -> Place:
        if protocol != UPLOADED:
            raise words.refuse(
                HTTPStatus.BAD_REQUEST, f"packages are kept under {UPLOADED}, not {protocol}"
            )
        return place(self._door, call.caller.name, name)

    def _too_large(self) -> Exception:
        return words.refuse(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            f"Maximum request body size {self._limit} exceeded."
            " (WINDLASS_PACKAGE_LIMIT of the coordinator)",
        )
