"""What every request to this door passes, in Tork's order; addresses nobody serves included."""

from http import HTTPStatus

from flask import Blueprint, Response, g, request
from werkzeug.exceptions import RequestEntityTooLarge

from windlass.coordinator.dialects.tork.http import cors, keys, passwords
from windlass.coordinator.dialects.tork.http.rates import Rates
from windlass.coordinator.dialects.tork.http.replies import refuse
from windlass.coordinator.dialects.tork.settings import Settings
from windlass.coordinator.engine.service import Engine
from windlass.coordinator.web.errors import door_at


def install(blueprint: Blueprint, engine: Engine, settings: Settings) -> None:
    guard = Guard(blueprint, engine, settings)
    blueprint.before_app_request(guard.check)
    blueprint.after_app_request(guard.finish)


class Guard:
    def __init__(self, blueprint: Blueprint, engine: Engine, settings: Settings) -> None:
        self._engine = engine
        self._blueprint = blueprint
        self._settings = settings
        self._rates = Rates(settings.rate) if settings.rate else None

    def check(self) -> Response | None:
        """None: come in."""
        g.at_tork = _is_ours(self._blueprint)
        if not g.at_tork:
            return None
        if self._settings.cors and (answer := cors.preflight()):
            return answer
        if self._settings.basic:
            g.tork_user = passwords.check(self._engine)
        self._check_key()
        if self._rates and not self._rates.take(request.remote_addr or ""):
            refuse(HTTPStatus.TOO_MANY_REQUESTS, "rate limit exceeded")
        if (request.content_length or 0) > self._settings.body_limit:
            raise RequestEntityTooLarge
        return None

    def finish(self, response: Response) -> Response:
        if self._settings.cors and g.get("at_tork"):
            cors.allow(response)
        return response

    def _check_key(self) -> None:
        health = f"{self._blueprint.url_prefix or ''}/health"
        if self._settings.key and request.path != health:
            keys.check(self._settings.key)


def _is_ours(blueprint: Blueprint) -> bool:
    """Where nothing is served, the address says whose it would be."""
    if request.blueprint is not None:
        return request.blueprint == blueprint.name
    door = door_at(request.path) if request.url_rule is None else None
    return door is not None and door.name == blueprint.name
