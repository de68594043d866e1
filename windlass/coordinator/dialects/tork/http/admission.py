"""Who may come in, and what they get to see."""

from flask import request
from werkzeug.exceptions import RequestEntityTooLarge

from windlass.coordinator.dialects.tork.http.visit import Visit
from windlass.coordinator.dialects.tork.settings import Settings
from windlass.coordinator.dialects.tork.show.users import guest
from windlass.coordinator.engine.service import Engine
from windlass.coordinator.web.auth import Gate, Scope
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
        return Visit(
            engine=self._engine,
            settings=self._settings,
            streams=self._streams,
            creator=guest,
            owner=self._owner(scope),
        )

    def _owner(self, scope: Scope | None) -> str:
        if scope is None or self._settings.key:
            return ""
        return self._gate.admit(request, scope, foreign=self._settings.cors).name


def body(limit: int) -> bytes:
    """Whole, or RequestEntityTooLarge where it did not tell its length."""
    data = request.stream.read(limit + 1)
    if len(data) > limit:
        raise RequestEntityTooLarge
    return data
