"""The jobs of openYuanrong: Ray's in meaning, and in a shape that no client of Ray can read."""

import json
from collections.abc import Iterator, Sequence
from http import HTTPStatus

from flask import Blueprint, Response, request

from windlass.coordinator.dialects.yuanrong import intake, present
from windlass.coordinator.engine.errors import Conflict, NotFound
from windlass.coordinator.engine.service import Engine
from windlass.coordinator.engine.views import JobFilter, JobView, Submission
from windlass.coordinator.entrypoint import translate
from windlass.coordinator.entrypoint.request import Refused
from windlass.coordinator.web import replies
from windlass.coordinator.web.auth import Caller, Scope
from windlass.coordinator.web.dialect import Dialect, Site
from windlass.coordinator.web.failures import Failure, Refusal
from windlass.coordinator.web.operations import (
    Call,
    Gives,
    Resource,
    mount,
    operation,
    operations_of,
)
from windlass.shared.ids import JobId

DOOR = "yuanrong"
TENANT = "X-Tenant-Id"
POOLS = "X-Pool-Label"
_PAGE = 200
_OK = {HTTPStatus.OK: Gives(media="application/json")}


class Jobs(Resource):
    def __init__(self, engine: Engine, image: str | None) -> None:
        super().__init__(engine)
        self._image = image

    @operation("POST /api/jobs", Scope.SUBMIT, also=("/api/jobs/",), gives=_OK)
    def submit_job(self, call: Call) -> Response:
        """Submit a job."""
        owner = _owner(call.caller)
        try:
            given = intake.load(request.get_data(cache=False))
            id = intake.job_id(given)
            queue = intake.queue(request.headers.get(POOLS, ""))
            spec = translate.to_job_spec(intake.entrypoint(given, id, (owner, queue, self._image)))
        except Refused as problem:
            raise _refuse(HTTPStatus.BAD_REQUEST, str(problem)) from None
        document = json.dumps(given)
        submission = Submission(
            spec=spec, door=DOOR, owner=owner, external_id=id, document=document
        )
        try:
            self._engine.submit(submission)
        except Conflict:
            text = f"submit job has already exist, submissionId: {id}"
            raise _refuse(HTTPStatus.BAD_REQUEST, text) from None
        return replies.document({"submission_id": id})

    @operation("GET /api/jobs", Scope.READ, also=("/api/jobs/",), gives=_OK, loose=True)
    def list_jobs(self, call: Call) -> Response:
        """List all jobs, of one tenant where one is named, newest first."""
        owner = _owner(call.caller) if request.headers.get(TENANT) else None
        return Response(
            self._listed(JobFilter(door=DOOR, owner=owner)), mimetype="application/json"
        )

    @operation("GET /api/jobs/<id>", Scope.READ, gives=_OK)
    def show_job(self, _: Call, id: str) -> Response:
        """Show a job."""
        text = (
            f"not found app, submissionId: {id}, err: failed to get appjobInfo, submissionID: {id}"
        )
        job = self._engine.job(self._find(id, text))
        return replies.document(self._details([job])[0])

    @operation("POST /api/jobs/<id>/stop", Scope.SUBMIT, gives=_OK)
    def stop_job(self, _: Call, id: str) -> Response:
        """Stop a job."""
        found = self._find(id, _no_app(id))
        try:
            self._engine.cancel(found)
        except Conflict:
            return replies.document(False)
        return replies.document(True)

    @operation("DELETE /api/jobs/<id>", Scope.SUBMIT, gives=_OK)
    def delete_job(self, _: Call, id: str) -> Response:
        """Delete a job that is over."""
        found = self._find(id, _no_app(id))
        try:
            self._engine.delete(found)
        except Conflict:
            return replies.document(False)
        return replies.document(True)

    def _find(self, id: str, text: str) -> JobId:
        try:
            return self._engine.find(DOOR, id)
        except NotFound:
            raise _refuse(HTTPStatus.NOT_FOUND, text) from None

    def _listed(self, filter: JobFilter) -> Iterator[bytes]:
        opening, cursor = b"[", None
        while True:
            page = self._engine.jobs(filter, limit=_PAGE, cursor=cursor)
            shown = [replies.encode(one) for one in self._details(page.items)]
            yield opening + b",".join(shown)
            opening, cursor = (b"," if shown else b""), page.next
            if cursor is None:
                break
        yield b"]"

    def _details(self, jobs: Sequence[JobView]) -> list[present.Doc]:
        ids = [job.id for job in jobs]
        asked, attempts = self._engine.documents(ids), self._engine.newest_attempts(ids)
        return [present.details(job, asked.get(job.id), attempts.get(job.id)) for job in jobs]


def envelope(failure: Failure) -> Response:
    """A bare string."""
    return replies.document(failure.message, failure.status)


def build(site: Site) -> Blueprint:
    blueprint = Blueprint(DOOR, __name__)
    for bound in operations_of(Jobs(site.engine, site.settings.entrypoint_image)):
        mount(blueprint, site.gate, bound)
    return blueprint


def _owner(caller: Caller) -> str:
    """A tenant is told apart within whoever the token belongs to."""
    tenant = request.headers.get(TENANT, "")
    return "/".join(filter(None, (caller.name, tenant)))


def _no_app(id: str) -> str:
    return f"the app does not exist, submissionId:[{id}]"


def _refuse(status: HTTPStatus, message: str) -> Refusal:
    return Refusal(Failure(status=status, message=message))


DIALECT = Dialect(name=DOOR, prefix="/yr", build=build, envelope=envelope)
