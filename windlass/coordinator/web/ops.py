"""For operators: alive, ready, metrics."""

from http import HTTPStatus

from flask import Blueprint, Response, request

from windlass.coordinator.engine.service import Engine
from windlass.coordinator.web import metrics, replies
from windlass.coordinator.web.auth import Gate, Scope

_TEXT = "text/plain; version=0.0.4; charset=utf-8"


def build(engine: Engine, gate: Gate) -> Blueprint:
    blueprint = Blueprint("ops", __name__)

    @blueprint.get("/-/live")
    def live() -> Response:
        """This process answers. Says nothing about what is behind it: a restart would not help."""
        return replies.document({"status": "live"})

    @blueprint.get("/-/ready")
    def ready() -> Response:
        """Ready while Postgres answers. Without Redis jobs are still taken and shown, and run once
        it is back: that is told, and is no reason to send callers elsewhere."""
        parts = engine.check()
        away = {name for name, found in parts.items() if found != "ok"}
        ok = "postgres" not in away
        # Open to anybody, hence without what the parts said: that may name hosts.
        shown: dict[str, str] = {name: "away" if name in away else "ok" for name in parts}
        status = ("degraded" if away else "ready") if ok else "unavailable"
        code = HTTPStatus.OK if ok else HTTPStatus.SERVICE_UNAVAILABLE
        return replies.document({"status": status, **shown}, code)

    @blueprint.get("/-/metrics")
    def scrape() -> Response:
        """In Prometheus' text format."""
        gate.admit(request, Scope.READ)
        return Response(metrics.render(engine), content_type=_TEXT)

    return blueprint
