"""Jobs over HTTP: submit, look, steer."""

from hashlib import sha256
from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask import Response, request

from windlass.coordinator.dialects.native import documents, present, queries
from windlass.coordinator.dialects.native.describe import job_document
from windlass.coordinator.dialects.native.intake import take
from windlass.coordinator.dialects.native.schema import JobDocument
from windlass.coordinator.engine.views import Page, Submission
from windlass.coordinator.web import replies
from windlass.coordinator.web.auth import Scope
from windlass.coordinator.web.body import MEDIA, read_body
from windlass.coordinator.web.failures import invalid
from windlass.coordinator.web.idempotency import HEADER, SHAPE, idempotency_key
from windlass.coordinator.web.operations import Call, Gives, Resource, operation
from windlass.shared.ids import JobId

DOOR = "native"
MOST_COUNTED = 1000

_TAKES: dict[str, Any] = {"body": JobDocument, "formats": tuple(MEDIA)}
_JOB = Gives(schema=documents.Job)
_ASKED = {HTTPStatus.ACCEPTED: Gives(schema=documents.Job, about="asked; the state follows")}


class Jobs(Resource):
    @operation(
        "POST /jobs",
        Scope.SUBMIT,
        headers={HEADER: SHAPE},
        gives={
            HTTPStatus.CREATED: _JOB,
            HTTPStatus.OK: Gives(schema=documents.Job, about="as before"),
        },
        fails=(HTTPStatus.CONFLICT,),
        **_TAKES,
    )
    def submit_job(self, call: Call) -> Response:
        """Submit a job."""
        key = idempotency_key(request)
        body = read_body(request)
        intake = take(body, self._engine.problems)
        if intake.spec is None:
            raise invalid("the job is not valid", intake.flaws)
        submitted = self._engine.submit(
            Submission(
                spec=intake.spec,
                door=DOOR,
                checked=True,
                owner=call.caller.name,
                document=body.data.decode("utf-8-sig"),
                idempotency_key=key,
                fingerprint=sha256(body.data).hexdigest(),
            )
        )
        job = present.job(submitted.view or self._engine.job(submitted.job_id))
        if submitted.created:
            return replies.document(job, HTTPStatus.CREATED)
        replayed = replies.document(job)
        replayed.headers["Idempotent-Replay"] = "true"
        return replayed

    @operation(
        "POST /validate",
        Scope.READ,
        gives={HTTPStatus.OK: Gives(schema=documents.Verdict)},
        **_TAKES,
    )
    def validate_job(self, _: Call) -> Response:
        """Say what submit would say, and store nothing."""
        intake = take(read_body(request), self._engine.problems)
        job = intake.spec and present.masked(job_document(intake.spec))
        errors = [replies.flaw_document(flaw) for flaw in intake.flaws]
        return replies.document({"valid": job is not None, "errors": errors, "job": job})

    @operation(
        "GET /jobs",
        Scope.READ,
        query=queries.JobsQuery,
        gives={HTTPStatus.OK: Gives(schema=documents.JobPage)},
    )
    def list_jobs(self, call: Call) -> Response:
        """List jobs, newest first."""
        filter = queries.job_filter(call.query)
        page = self._engine.jobs(filter, limit=call.query["limit"], cursor=call.query.get("cursor"))
        shown = page_document(page, present.job)
        if call.query["count"]:
            found = self._engine.count(filter, most=MOST_COUNTED + 1)
            shown |= {"count": min(found, MOST_COUNTED), "more": found > MOST_COUNTED}
        return replies.document(shown)

    @operation(
        "GET /jobs/totals", Scope.READ, gives={HTTPStatus.OK: Gives(schema=documents.Totals)}
    )
    def job_totals(self, _: Call) -> Response:
        """Count jobs by state."""
        return replies.document({"by_state": self._engine.totals().by_state})

    @operation("GET /jobs/<uuid:job_id>", Scope.READ, gives={HTTPStatus.OK: _JOB})
    def show_job(self, _: Call, job_id: UUID) -> Response:
        """Show a job; where it failed, with its first failure and the last lines of that."""
        return self._job(job_id)

    @operation(
        "DELETE /jobs/<uuid:job_id>",
        Scope.SUBMIT,
        gives={HTTPStatus.NO_CONTENT: Gives()},
        fails=(HTTPStatus.CONFLICT,),
    )
    def delete_job(self, _: Call, job_id: UUID) -> Response:
        """Delete a job that is over, with its logs and history."""
        self._engine.delete(JobId(job_id))
        return replies.nothing()

    @operation(
        "POST /jobs/<uuid:job_id>/cancel", Scope.SUBMIT, gives=_ASKED, fails=(HTTPStatus.CONFLICT,)
    )
    def cancel_job(self, _: Call, job_id: UUID) -> Response:
        """Cancel a job."""
        self._engine.cancel(JobId(job_id))
        return self._job(job_id, HTTPStatus.ACCEPTED)

    @operation(
        "POST /jobs/<uuid:job_id>/restart", Scope.SUBMIT, gives=_ASKED, fails=(HTTPStatus.CONFLICT,)
    )
    def restart_job(self, _: Call, job_id: UUID) -> Response:
        """Restart a job that failed or was cancelled, keeping what completed."""
        self._engine.restart(JobId(job_id))
        return self._job(job_id, HTTPStatus.ACCEPTED)

    @operation(
        "POST /jobs/<uuid:job_id>/pause", Scope.SUBMIT, gives=_ASKED, fails=(HTTPStatus.CONFLICT,)
    )
    def pause_job(self, _: Call, job_id: UUID) -> Response:
        """Pause a job: what runs goes on, nothing else starts."""
        self._engine.pause(JobId(job_id))
        return self._job(job_id, HTTPStatus.ACCEPTED)

    @operation(
        "POST /jobs/<uuid:job_id>/resume", Scope.SUBMIT, gives=_ASKED, fails=(HTTPStatus.CONFLICT,)
    )
    def resume_job(self, _: Call, job_id: UUID) -> Response:
        """Let a paused job go on."""
        self._engine.resume(JobId(job_id))
        return self._job(job_id, HTTPStatus.ACCEPTED)

    def _job(self, job_id: UUID, status: int = HTTPStatus.OK) -> Response:
        return replies.document(present.job(self._engine.job(JobId(job_id))), status)


def page_document(page: Page[Any], show: Any) -> dict[str, Any]:
    return {"items": list(map(show, page.items)), "next": page.next, "prev": page.prev}
