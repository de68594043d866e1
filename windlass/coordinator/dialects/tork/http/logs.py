"""Logs of jobs and tasks, in parts, newest first."""

from collections.abc import Iterator

from flask import Response, request

from windlass.coordinator.dialects.tork.http import found, paging, replies, searching
from windlass.coordinator.dialects.tork.http.routes import Route
from windlass.coordinator.dialects.tork.http.showing import cover_of
from windlass.coordinator.dialects.tork.http.visit import Visit
from windlass.coordinator.dialects.tork.show.logs import part
from windlass.coordinator.engine.outlook_views import LogPart, Numbered, PartFilter
from windlass.coordinator.engine.views import JobView

USUAL, MOST = 25, 100


def routes() -> Iterator[Route]:
    yield Route(at="GET /jobs/<id>/log", group="jobs", handler=job_log)
    yield Route(at="GET /tasks/<id>/log", group="tasks", handler=task_log)


def job_log(visit: Visit, id: str) -> Response:
    at = paging.asked(USUAL, MOST)
    job = found.job(visit.engine, id).job
    look = visit.engine.outlook.job_log
    parts = look(job.id, _filter(visit, job), limit=at.size, offset=at.offset)
    return _page(parts, at)


def task_log(visit: Visit, id: str) -> Response:
    at = paging.asked(USUAL, MOST)
    execution, placed = found.execution(visit.engine, id)
    if execution.attempt is None:
        return _page(Numbered((), 0), at)
    look, filter = visit.engine.outlook.attempt_log, _filter(visit, placed.job)
    return _page(look(execution.attempt.id, filter, limit=at.size, offset=at.offset), at)


def _filter(visit: Visit, job: JobView) -> PartFilter:
    """Redacted before it is searched: no search can tell of what is hidden."""
    words = searching.parse(request.args.get("q", "")).words
    return PartFilter(words=words, hidden=cover_of(job, visit.settings).within)


def _page(parts: Numbered[LogPart], at: paging.Asked) -> Response:
    return replies.document(paging.page_of(parts, at, tuple(map(part, parts.items))))
