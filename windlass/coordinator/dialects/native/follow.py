"""What still comes, as Server-Sent Events. Resumed with Last-Event-ID, without loss or repeat."""

from http import HTTPStatus
from typing import Any, Self
from uuid import UUID

from flask import Response, request

from windlass.coordinator.dialects.native import queries
from windlass.coordinator.engine.service import Engine
from windlass.coordinator.web.auth import Scope
from windlass.coordinator.web.operations import Call, Gives, Resource, operation
from windlass.coordinator.web.streams import Streams
from windlass.coordinator.web.tail import Tails
from windlass.shared.ids import AttemptId, JobId

MARK = "Last-Event-ID"

_STREAM: dict[str, Any] = {
    "headers": {MARK: {"type": "string"}},
    "gives": {HTTPStatus.OK: Gives(media="text/event-stream")},
}


class Follow(Resource):
    def __init__(self, engine: Engine, streams: Streams) -> None:
        super().__init__(engine)
        self._tails = Tails(engine, streams.closing)
        self._streams = streams

    def seen_by(self, engine: Engine) -> Self:
        """They share what is read with nobody."""
        seen = super().seen_by(engine)
        seen._tails = Tails(engine, self._streams.closing)
        return seen

    @operation(
        "GET /attempts/<uuid:attempt_id>/log/follow",
        Scope.READ,
        query=queries.FollowQuery,
        **_STREAM,
    )
    def follow_log(self, call: Call, attempt_id: UUID) -> Response:
        """Follow a log from a line on: ``log``, ``attempt``, and ``end`` when it is over."""
        id, line = AttemptId(attempt_id), call.query["from_"]
        return self._streams.respond(self._tails.attempt(id, first_line=line, mark=_mark()))

    @operation("GET /jobs/<uuid:job_id>/log/follow", Scope.READ, **_STREAM)
    def follow_job(self, _: Call, job_id: UUID) -> Response:
        """Follow a job: ``task`` and ``log`` as they come, ``job``, and ``end`` when it is over."""
        return self._streams.respond(self._tails.job(JobId(job_id), _mark()))

    @operation("GET /jobs/<uuid:job_id>/events", Scope.READ, **_STREAM)
    def job_events(self, _: Call, job_id: UUID) -> Response:
        """Hear of every change of a job and its tasks; does not end."""
        return self._streams.respond(self._tails.topics([f"job:{job_id}"], _mark()))

    @operation("GET /events", Scope.READ, query=queries.EventsQuery, **_STREAM)
    def events(self, call: Call) -> Response:
        """Hear of many topics at once: ``jobs``, ``job:ID``, ``log:ATTEMPT@LINE``, ``nodes``."""
        mark = _mark() or call.query.get("after")
        return self._streams.respond(self._tails.topics(call.query["topic"], mark))


def _mark() -> str | None:
    return request.headers.get(MARK) or None
