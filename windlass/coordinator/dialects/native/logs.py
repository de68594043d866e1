"""Logs over HTTP: pieces, the whole, and what still comes."""

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask import Response, request

from windlass.coordinator.dialects.native import merged, queries
from windlass.coordinator.engine.views import LogPiece, LogSize
from windlass.coordinator.web import replies
from windlass.coordinator.web.auth import Scope
from windlass.coordinator.web.failures import invalid
from windlass.coordinator.web.operations import Call, Gives, Resource, operation
from windlass.coordinator.web.reading import Flaw
from windlass.shared.ids import AttemptId, JobId

_TEXT = {HTTPStatus.OK: Gives(media="text/plain", about="bytes as the task wrote them")}
_WAYS = {"from": "lines", "tail": "", "from_byte": "bytes"}  # a way, and what may go with it
_DEFAULT_BYTES = 1 << 20


class Logs(Resource):
    @operation(
        "GET /attempts/<uuid:attempt_id>/log",
        Scope.READ,
        query=queries.LogQuery,
        gives=_TEXT | {HTTPStatus.NOT_MODIFIED: Gives(about="the caller has it")},
    )
    def read_log(self, call: Call, attempt_id: UUID) -> Response:
        """Read part of a log: lines ``from``, the last lines (``tail``), or bytes ``from_byte``;
        with ``stream`` only what went there of it: out, err, or sys for the machinery's notes."""
        id = AttemptId(attempt_id)
        way = _way(call.query)
        size = self._engine.log_size(id)
        wanted = call.query.get("stream")
        pieces = self._pieces(id, way, call.query)
        data = b"".join(piece.data for piece in pieces if wanted in {None, piece.stream})
        response = _described(replies.text(data), size)
        if not size.complete:
            return response
        return replies.immutable(request, response, f"{id} {request.query_string!r} {size}")

    @operation(
        "GET /attempts/<uuid:attempt_id>/log/download",
        Scope.READ,
        gives={
            HTTPStatus.OK: Gives(media="application/octet-stream", about="the whole log"),
            HTTPStatus.NOT_MODIFIED: Gives(about="the caller has it"),
        },
    )
    def download_log(self, _: Call, attempt_id: UUID) -> Response:
        """Download a whole log, byte for byte; of a running attempt, what there is by now."""
        id = AttemptId(attempt_id)
        size = self._engine.log_size(id)
        pieces = self._engine.log_bytes(id, end=size.bytes)
        response = _described(Response(piece.data for piece in pieces), size)
        response.mimetype = "application/octet-stream"
        response.content_length = size.bytes
        name = f"attempt-{id}.log"  # of the id alone: nothing a user chose gets into a header
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        if not size.complete:
            return response
        return replies.immutable(request, response, f"{id} whole {size}")

    @operation("GET /jobs/<uuid:job_id>/log", Scope.READ, gives=_TEXT)
    def read_job_log(self, _: Call, job_id: UUID) -> Response:
        """Read the logs of all tasks, attempt after attempt, each line with its task in front."""
        self._engine.job(JobId(job_id))
        return replies.text(merged.job_log(self._engine, JobId(job_id)))

    def _pieces(self, id: AttemptId, way: str, query: Mapping[str, Any]) -> Iterator[LogPiece]:
        if way == "tail":
            return self._engine.log_tail(id, query["tail"])
        if way == "from_byte":
            start = query["from_byte"]
            end = start + query.get("bytes", _DEFAULT_BYTES)
            return self._engine.log_bytes(id, start=start, end=end)
        lines = query.get("lines", queries.MOST_LINES)
        return self._engine.log_lines(id, start=query.get("from_", 0), limit=lines)


def _way(query: Mapping[str, Any]) -> str:
    """Which of the three ways; Refusal when they are mixed."""
    given = {"from" if name == "from_" else name for name in query} - {"stream"}
    way = next((way for way in ("tail", "from_byte") if way in given), "from")
    foreign = given - {way, _WAYS[way]}
    if foreign:
        allowed = "from and lines, or tail, or from_byte and bytes"
        flaws = [Flaw((name,), f"does not go with {way}", allowed) for name in sorted(foreign)]
        raise invalid("the query is not valid", flaws)
    return way


def _described(response: Response, size: LogSize) -> Response:
    response.headers["Windlass-Lines"] = str(size.lines)
    response.headers["Windlass-Bytes"] = str(size.bytes)
    response.headers["Windlass-Complete"] = "true" if size.complete else "false"
    return response
