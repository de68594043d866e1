"""The addresses of the door, and what each answers to a method it does not take."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, request
from werkzeug.exceptions import MethodNotAllowed, NotFound

from windlass.coordinator.dialects.tork.http import replies
from windlass.coordinator.dialects.tork.http.admission import Admission
from windlass.coordinator.web.auth import Scope

Handler = Callable[..., Response]

_ORDER = ("CONNECT", "DELETE", "GET", "HEAD", "PATCH", "POST", "PROPFIND", "PUT", "TRACE", "REPORT")
_ANY = ("OPTIONS", *_ORDER)


@dataclass(frozen=True, kw_only=True)
class Route:
    """``scope`` None: anybody may call."""

    at: str  # method and rule
    group: str
    handler: Handler
    scope: Scope | None = Scope.READ

    @property
    def method(self) -> str:
        return self.at.partition(" ")[0]

    @property
    def rule(self) -> str:
        return self.at.partition(" ")[2]


def mount(blueprint: Blueprint, admission: Admission, routes: Sequence[Route]) -> None:
    by_rule: dict[str, dict[str, Route]] = {}
    for route in routes:
        by_rule.setdefault(route.rule, {})[route.method] = route
    for rule, methods in by_rule.items():
        blueprint.add_url_rule(
            rule,
            rule.strip("/").replace("/", "_").replace(".", "_") or "root",
            _view(admission, methods),
            methods=_ANY,
            strict_slashes=True,
            merge_slashes=False,
            provide_automatic_options=False,
        )


def _view(admission: Admission, methods: Mapping[str, Route]) -> Handler:
    allowed = ["OPTIONS", *(method for method in _ORDER if method in methods)]

    def view(**places: Any) -> Response:
        route = methods.get(request.method)
        scope = route.scope if route else None
        visit = admission.admit(scope)
        if request.method == "OPTIONS":
            return replies.empty(HTTPStatus.NO_CONTENT, Allow=", ".join(allowed))
        if route is None:
            raise MethodNotAllowed(allowed)
        if any("\0" in str(place) for place in places.values()):
            raise NotFound  # nothing is named so, and Postgres will not be asked
        return route.handler(visit, **places)

    return view
