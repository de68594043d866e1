"""Logs of jobs: where they are, as text, and over a WebSocket."""

import json
from collections.abc import Iterator
from http import HTTPStatus

from flask import Response, request

from windlass.coordinator.dialects.cortex import versions
from windlass.coordinator.dialects.cortex.addresses import told, url
from windlass.coordinator.dialects.cortex.apis import Deployed
from windlass.coordinator.dialects.cortex.faults import Fault
from windlass.coordinator.dialects.cortex.finding import Finding
from windlass.coordinator.engine.service import Engine
from windlass.coordinator.web import replies, sockets
from windlass.coordinator.web.auth import Scope
from windlass.coordinator.web.operations import Call, Gives, operation
from windlass.coordinator.web.streams import Streams
from windlass.coordinator.web.tail import text
from windlass.shared.ids import JobId
from windlass.shared.states import JobState

_OK = {HTTPStatus.OK: Gives(media="application/json")}
_LONGEST_LINE = 64 << 10  # characters that are held back until a line is whole
_STARTING = "a worker is starting, its log follows here\n"


class Logs(Finding):
    def __init__(self, engine: Engine, streams: Streams, prefix: str) -> None:
        super().__init__(engine)
        self._streams = streams
        self._prefix = prefix

    @operation("GET /logs/<name>", Scope.READ, gives=_OK, loose=True)
    @told
    def log_url(self, _: Call, name: str) -> Response:
        """Say where the log of a job is; to a WebSocket, the log itself."""
        if sockets.is_wanted(request):
            return self._stream(name)
        versions.of_operator(request)
        api, id, _job = self._named(name)
        at = url(self._prefix, f"/logs/{api.name}/text?jobID={id}")
        return replies.document({"log_url": at})

    @operation(
        "GET /logs/<name>/text",
        Scope.READ,
        gives={HTTPStatus.OK: Gives(media="text/plain")},
        loose=True,
    )
    @told
    def log_text(self, _: Call, name: str) -> Response:
        """Show everything a job has written so far."""
        _api, _id, job = self._named(name)
        return replies.text(part.encode() for part in text.whole(self._engine, job))

    @operation("GET /streamlogs/<name>", Scope.READ, gives=_OK, loose=True)
    @told
    def stream_logs(self, _: Call, name: str) -> Response:
        """Follow what a job writes, over a WebSocket."""
        return self._stream(name)

    def _stream(self, name: str) -> Response:
        _api, _id, job = self._named(name)
        tail = text.Tail(self._engine, job)
        parts = text.follow(tail, self._engine.watch([job]))
        waits = self._engine.job(job).state is JobState.PENDING
        return sockets.respond(request, self._streams, _told(parts, waits))

    def _named(self, name: str) -> tuple[Deployed, str, JobId]:
        api = self._find.api(name)
        id = request.args.get("jobID", "")
        if not id:
            raise Fault(
                "endpoints.logs_job_id_required",
                f"job id is required to stream logs for {api.name} ({api.kind}); you can get a list"
                f" of latest job ids with `cortex get {api.name}` and use `cortex logs {api.name}"
                " JOB_ID` to stream logs for a job",
            )
        return api, id, self._find.job(api, id).seen.job.id


def _told(parts: Iterator[str | None], waits: bool) -> Iterator[str | None]:
    """Line by line, so that those in JSON can be told in words."""
    if waits:
        yield _STARTING
    rest = ""
    for part in parts:
        whole, newline, rest = (rest + (part or "")).rpartition("\n")
        if len(rest) > _LONGEST_LINE:
            whole, newline, rest = whole + newline + rest, "", ""
        said = "".join(map(in_words, (whole + newline).splitlines(keepends=True)))
        yield said or None
    yield in_words(rest)


def in_words(line: str) -> str:
    """A line of JSON with a message is its message, and the exception that goes with it."""
    if not line.startswith("{"):
        return line
    try:
        document = json.loads(line)
    except (ValueError, RecursionError):
        return line
    if not isinstance(document, dict) or not isinstance(document.get("message"), str):
        return line
    trace = document.get("exc_info")
    more = f"\n{trace}" if isinstance(trace, str) and trace else ""
    return f"{document['message']}{more}\n"
