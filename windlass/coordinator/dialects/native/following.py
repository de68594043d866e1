"""What still comes, over HTTP: logs, jobs and topics as Server-Sent Events."""

from http import HTTPStatus
from uuid import UUID

from flask import Response, request

from windlass.coordinator.dialects.native import queries
from windlass.coordinator.web.auth import Scope
from windlass.coordinator.web.operations import Call, Gives, operation
from windlass.coordinator.web.streams import Streams
from windlass.coordinator.web.tail import Tails
from windlass.shared.ids import AttemptId, JobId

_EVENTS = {HTTPStatus.OK: Gives(media="text/event-stream", about="events as they come")}


class Following:
    def __init__(self, tails: Tails, streams: Streams) -> None:
        self._tails = tails
        self._streams = streams

    @operation("GET /jobs/<uuid:job_id>/log/follow", Scope.READ, gives=_EVENTS)
    def follow_job(self, _: Call, job_id: UUID) -> Response:
        """Follow a job: its tasks as they change, and all their logs. Last-Event-ID resumes."""
        return self._streams.respond(self._tails.job(JobId(job_id), _mark()))

    @operation(
        "GET /attempts/<uuid:attempt_id>/log/follow",
        Scope.READ,
        query=queries.FollowQuery,
        gives=_EVENTS,
    )
    def follow_attempt(self, call: Call, attempt_id: UUID) -> Response:
        """Follow one log from line ``from`` on. Last-Event-ID resumes."""
        id, first = AttemptId(attempt_id), call.query["from_"]
        return self._streams.respond(self._tails.attempt(id, first_line=first, mark=_mark()))

    @operation("GET /events", Scope.READ, query=queries.EventsQuery, gives=_EVENTS)
    def follow_topics(self, call: Call) -> Response:
        """Follow topics: ``jobs``, ``job:<id>``, ``log:<attempt>@<line>``, ``nodes``."""
        mark = _mark() or call.query.get("after")
        return self._streams.respond(self._tails.topics(call.query["topic"], mark))


def _mark() -> str | None:
    return request.headers.get("Last-Event-ID")
