"""Jobs over HTTP, as JobSubmissionClient asks for them."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from http import HTTPStatus
from typing import Any

from flask import Response, request

from windlass.coordinator.dialects.ray import documents, intake, packages, present, words
from windlass.coordinator.engine.errors import Conflict, NotFound
from windlass.coordinator.engine.service import Engine
from windlass.coordinator.engine.views import JobFilter, JobView, Submission
from windlass.coordinator.entrypoint import environment, translate
from windlass.coordinator.entrypoint.request import Archive, Entrypoint, Environment, Refused
from windlass.coordinator.web import replies, sockets
from windlass.coordinator.web.auth import Scope
from windlass.coordinator.web.operations import Call, Gives, Resource, operation
from windlass.coordinator.web.settings import HttpSettings
from windlass.coordinator.web.streams import Streams
from windlass.coordinator.web.tail import text
from windlass.shared.ids import JobId

_PAGE = 200  # jobs read for a list at once
_JSON = "application/json"


class Jobs(Resource):
    def __init__(self, door: str, engine: Engine, settings: HttpSettings, streams: Streams) -> None:
        self._door = door
        super().__init__(engine)
        self._settings = settings
        self._streams = streams

    @operation(
        "POST /api/jobs/",
        Scope.SUBMIT,
        also=("/api/jobs",),
        gives={HTTPStatus.OK: Gives(schema=documents.Submitted)},
        fails=(HTTPStatus.CONFLICT, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    )
    def submit_job(self, call: Call) -> Response:
        """Submit a job."""
        try:
            given = intake.load(request.get_data(cache=False))
            id = intake.job_id(given)
            entrypoint = self._entrypoint(call.caller.name, id, given)
            spec = translate.to_job_spec(entrypoint)
        except Refused as problem:
            raise words.refuse(HTTPStatus.BAD_REQUEST, str(problem)) from None
        submission = Submission(
            spec=spec,
            door=self._door,
            owner=call.caller.name,
            external_id=id,
            document=json.dumps(given),
        )
        try:
            self._engine.submit(submission)
        except Conflict:
            raise words.refuse(
                HTTPStatus.CONFLICT,
                f"Job with submission_id {id} already exists. Please use a different"
                " submission_id.",
            ) from None
        return replies.document({"job_id": id, "submission_id": id})

    @operation(
        "GET /api/jobs/",
        Scope.READ,
        also=("/api/jobs",),
        gives={HTTPStatus.OK: Gives(media=_JSON)},
        loose=True,
    )
    def list_jobs(self, _: Call) -> Response:
        """List all jobs, newest first."""
        return Response(self._listed(), mimetype=_JSON)

    @operation(
        "GET /api/jobs/<id>", Scope.READ, gives={HTTPStatus.OK: Gives(schema=documents.Details)}
    )
    def show_job(self, _: Call, id: str) -> Response:
        """Show a job."""
        job = self._engine.job(self._find(id))
        return replies.document(self._details([job])[0])

    @operation(
        "DELETE /api/jobs/<id>",
        Scope.SUBMIT,
        gives={HTTPStatus.OK: Gives(schema=documents.Deleted)},
        fails=(HTTPStatus.CONFLICT,),
    )
    def delete_job(self, _: Call, id: str) -> Response:
        """Delete a job that is over, with its log."""
        found = self._find(id)
        try:
            self._engine.delete(found)
        except Conflict:
            status = present.STATUS[self._engine.job(found).state]
            raise words.refuse(
                HTTPStatus.CONFLICT,
                f"Attempted to delete job '{id}', but it is in a non-terminal state {status}.",
            ) from None
        return replies.document({"deleted": True})

    @operation(
        "POST /api/jobs/<id>/stop",
        Scope.SUBMIT,
        gives={HTTPStatus.OK: Gives(schema=documents.Stopped)},
    )
    def stop_job(self, _: Call, id: str) -> Response:
        """Stop a job: whatever runs of it is told to end, and killed if it does not."""
        found = self._find(id)
        try:
            self._engine.cancel(found)
        except Conflict:
            return replies.document({"stopped": False})
        return replies.document({"stopped": True})

    @operation(
        "GET /api/jobs/<id>/logs", Scope.READ, gives={HTTPStatus.OK: Gives(schema=documents.Logs)}
    )
    def show_log(self, _: Call, id: str) -> Response:
        """Show everything a job has written so far."""
        return Response(_as_document(text.whole(self._engine, self._find(id))), mimetype=_JSON)

    @operation(
        "GET /api/jobs/<id>/logs/tail",
        Scope.READ,
        gives={HTTPStatus.SWITCHING_PROTOCOLS: Gives(about="text frames")},
    )
    def tail_log(self, _: Call, id: str) -> Response:
        """Follow what a job writes, from its beginning to its end, over a WebSocket."""
        found = self._find(id)
        tail = text.Tail(self._engine, found)
        texts = text.follow(tail, self._engine.watch([found]))
        return sockets.respond(request, self._streams, texts)

    def _find(self, id: str) -> JobId:
        try:
            return self._engine.find(self._door, id)
        except NotFound:
            raise words.missing(id) from None

    def _entrypoint(self, owner: str, id: str, given: Mapping[str, Any]) -> Entrypoint:
        asked = self._stored(owner, environment.read(given.get("runtime_env", {})))
        if asked.image and not self._allows(asked.image):
            raise Refused(f"runtime_env: image {asked.image} is not allowed here")
        return Entrypoint(
            command=given["entrypoint"],
            id=id,
            owner=f"{self._door}/{owner}",
            image=self._settings.entrypoint_image,
            start_timeout=self._settings.ray_start_timeout,
            environment=asked,
            metadata=given.get("metadata", {}),
            resources=intake.resources(given),
        )

    def _allows(self, image: str) -> bool:
        return any(fnmatchcase(image, each) for each in self._settings.entrypoint_images)

    def _stored(self, owner: str, asked: Environment) -> Environment:
        """With the digests of what was uploaded."""
        working_dir = asked.working_dir
        return replace(
            asked,
            working_dir=working_dir and self._archive(owner, working_dir),
            py_modules=tuple(self._archive(owner, module) for module in asked.py_modules),
        )

    def _archive(self, owner: str, asked: Archive) -> Archive:
        name = environment.package_name(asked)
        if name is None:
            return asked
        digest = self._engine.find_file(packages.place(self._door, owner, name))
        if digest is None:
            raise Refused(f"runtime_env: {asked.uri} was never uploaded, or is gone by now")
        return replace(asked, digest=digest)

    def _listed(self) -> Iterator[bytes]:
        """Page by page; what is gone or new meanwhile does no harm."""
        opening, cursor = b"[", None
        while True:
            page = self._engine.jobs(JobFilter(door=self._door), limit=_PAGE, cursor=cursor)
            shown = [replies.encode(one) for one in self._details(page.items)]
            yield opening + b",".join(shown)
            opening, cursor = (b"," if shown else opening[:0]), page.next
            if cursor is None:
                break
        yield b"]"

    def _details(self, jobs: Sequence[JobView]) -> list[present.Doc]:
        ids = [job.id for job in jobs]
        asked, attempts = self._engine.documents(ids), self._engine.newest_attempts(ids)
        return [present.details(job, asked.get(job.id), attempts.get(job.id)) for job in jobs]


def _as_document(texts: Iterator[str]) -> Iterator[bytes]:
    """``{"logs": …}`` of a text that is never in memory as a whole."""
    yield b'{"logs":"'
    for part in texts:
        yield json.dumps(part)[1:-1].encode()
    yield b'"}'
