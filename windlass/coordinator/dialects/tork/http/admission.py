"""Who may come in, and what they get to see."""

from http import HTTPStatus

from flask import g, request
from werkzeug.exceptions import RequestEntityTooLarge

from windlass.coordinator.dialects.tork.http.creators import Creators
from windlass.coordinator.dialects.tork.http.replies import refuse
from windlass.coordinator.dialects.tork.http.visit import Visit
from windlass.coordinator.dialects.tork.settings import Settings
from windlass.coordinator.engine.service import Engine
from windlass.coordinator.web.auth import ANYBODY, Caller, Gate, Scope, of_user
from windlass.coordinator.web.guard import check_open
from windlass.coordinator.web.streams import Streams


class Admission:
    """The coordinator's own gate, unless the operator gave this door a key."""

    def __init__(self, engine: Engine, gate: Gate, streams: Streams, settings: Settings) -> None:
        self._engine = engine
        self._gate = gate
        self._streams = streams
        self._settings = settings

    def admit(self, scope: Scope | None) -> Visit:
        """``scope`` None: whoever comes."""
        caller = self._caller(scope)
        return Visit(
            engine=self._gate.engine_for(caller),
            everything=self._engine,
            gate=self._gate,
            settings=self._settings,
            streams=self._streams,
            creator=Creators(self._engine.people),
            owner=caller.name,
        )

    def _caller(self, scope: Scope | None) -> Caller:
        if self._settings.basic:
            return self._user(scope)
        if scope is None or self._settings.key:
            return ANYBODY
        return self._gate.admit(request, scope, foreign=self._settings.cors)

    def _user(self, scope: Scope | None) -> Caller:
        """Who the guard let in. Refusal: they may not, or it is another site that makes their
        browser do it, password and all."""
        if not self._settings.cors:
            check_open(request, ())
        caller = of_user(g.tork_user)
        if scope is not None and not caller.may(scope):
            refuse(HTTPStatus.FORBIDDEN, f"this needs a user of scope {scope}")
        return caller


def body(limit: int) -> bytes:
    """Whole, or RequestEntityTooLarge where it did not tell its length."""
    data = request.stream.read(limit + 1)
    if len(data) > limit:
        raise RequestEntityTooLarge
    return data
