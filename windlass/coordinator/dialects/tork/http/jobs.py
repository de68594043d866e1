"""Jobs: submit, list, look at, cancel, restart."""

from collections.abc import Iterator
from contextlib import nullcontext
from http import HTTPStatus

from flask import Response, request

from windlass.coordinator.dialects.tork.documents import Document
from windlass.coordinator.dialects.tork.http import found, paging, replies, searching, waiting
from windlass.coordinator.dialects.tork.http.admission import body
from windlass.coordinator.dialects.tork.http.reading import read
from windlass.coordinator.dialects.tork.http.routes import Route
from windlass.coordinator.dialects.tork.http.showing import cover_of, full_job
from windlass.coordinator.dialects.tork.http.visit import Visit
from windlass.coordinator.dialects.tork.show import jobs as show
from windlass.coordinator.dialects.tork.show.states import JOB
from windlass.coordinator.dialects.tork.translate import to_submission
from windlass.coordinator.engine.errors import Conflict
from windlass.coordinator.web.auth import Scope
from windlass.shared.golang.durations import parse as duration
from windlass.shared.states import JOB as LIFE
from windlass.shared.states import JobState

GROUP = "jobs"
USUAL, MOST = 10, 20

_RESTARTABLE = (JobState.FAILED, JobState.CANCELLED)


def routes() -> Iterator[Route]:
    submit = Scope.SUBMIT
    yield Route(at="POST /jobs", group=GROUP, handler=submit_job, scope=submit)
    yield Route(at="GET /jobs", group=GROUP, handler=list_jobs)
    yield Route(at="GET /jobs/<id>", group=GROUP, handler=show_job)
    yield Route(at="PUT /jobs/<id>/cancel", group=GROUP, handler=cancel_job, scope=submit)
    yield Route(at="PUT /jobs/<id>/restart", group=GROUP, handler=restart_job, scope=submit)


def submit_job(visit: Visit) -> Response:
    """At once, or with ``wait`` when the job is over. Whoever may not wait submits nothing."""
    document = read(visit, body(visit.settings.body_limit), scheduled=False)
    with visit.streams.held() if document.wait else nullcontext():
        return _submitted(visit, document)


def _submitted(visit: Visit, document: Document) -> Response:
    engine = visit.everything
    submission = to_submission(document, owner=visit.owner)
    submitted = engine.submit(submission)
    if document.wait:
        seconds = duration(document.wait.timeout)
        placed = waiting.until_over(engine, submitted.job_id, seconds, visit.streams)
        cover = cover_of(placed.job, visit.settings)
        return replies.document(full_job(engine, placed, cover, visit.creator))
    job = submitted.view or engine.job(submitted.job_id)
    cover = cover_of(job, visit.settings)
    return replies.document(show.accepted(job, cover, visit.creator))


def list_jobs(visit: Visit) -> Response:
    at = paging.asked(USUAL, MOST)
    query = searching.parse(request.args.get("q", ""))
    page = visit.engine.outlook.jobs(query.tags, query.words, limit=at.size, offset=at.offset)
    visit.creator.know([placed.job.owner for placed in page.items])
    items = tuple(
        show.summary(placed, cover_of(placed.job, visit.settings), visit.creator)
        for placed in page.items
    )
    return replies.document(paging.page_of(page, at, items))


def show_job(visit: Visit, id: str) -> Response:
    placed = found.job(visit.engine, id)
    cover = cover_of(placed.job, visit.settings)
    return replies.document(full_job(visit.engine, placed, cover, visit.creator))


def cancel_job(visit: Visit, id: str) -> Response:
    job = found.job(visit.engine, id).job
    if LIFE.is_final(job.state):
        replies.refuse(HTTPStatus.BAD_REQUEST, "job is not running")
    try:
        visit.engine.cancel(job.id)
    except Conflict:
        replies.refuse(HTTPStatus.BAD_REQUEST, "job is not running")
    return replies.document(replies.OK)


def restart_job(visit: Visit, id: str) -> Response:
    placed = found.job(visit.engine, id)
    job = placed.job
    if job.state not in _RESTARTABLE:
        text = f"job is {JOB[job.state]} and can not be restarted"
        replies.refuse(HTTPStatus.BAD_REQUEST, text)
    if show.position(placed) > job.total:
        replies.refuse(HTTPStatus.BAD_REQUEST, "job has no more tasks to run")
    try:
        visit.engine.restart(job.id)
    except Conflict:
        now = JOB[visit.engine.job(job.id).state]
        replies.refuse(HTTPStatus.BAD_REQUEST, f"job is {now} and can not be restarted")
    return replies.document(replies.OK)
