"""Scheduled jobs: submit, list, look at, pause, resume, delete."""

from collections.abc import Callable, Iterator
from http import HTTPStatus

from flask import Response

from windlass.coordinator.dialects.tork.http import found, paging, replies
from windlass.coordinator.dialects.tork.http.admission import body
from windlass.coordinator.dialects.tork.http.reading import read
from windlass.coordinator.dialects.tork.http.routes import Route
from windlass.coordinator.dialects.tork.http.showing import cover_of
from windlass.coordinator.dialects.tork.http.visit import Visit
from windlass.coordinator.dialects.tork.show import schedules as show
from windlass.coordinator.dialects.tork.translate import DOOR, to_schedule
from windlass.coordinator.engine.errors import Conflict, NotFound
from windlass.coordinator.engine.schedule_views import ScheduleFilter, ScheduleView
from windlass.coordinator.web.auth import Scope
from windlass.shared.ids import ScheduleId

GROUP = "jobs"
USUAL, MOST = 10, 20


def routes() -> Iterator[Route]:
    submit, base = Scope.SUBMIT, "/scheduled-jobs"
    yield Route(at=f"POST {base}", group=GROUP, handler=submit_schedule, scope=submit)
    yield Route(at=f"GET {base}", group=GROUP, handler=list_schedules)
    yield Route(at=f"GET {base}/<id>", group=GROUP, handler=show_schedule)
    yield Route(at=f"DELETE {base}/<id>", group=GROUP, handler=delete_schedule, scope=submit)
    yield Route(at=f"PUT {base}/<id>/pause", group=GROUP, handler=pause_schedule, scope=submit)
    yield Route(at=f"PUT {base}/<id>/resume", group=GROUP, handler=resume_schedule, scope=submit)


def submit_schedule(visit: Visit) -> Response:
    document = read(visit, body(visit.settings.body_limit), scheduled=True)
    made = visit.engine.schedules.create(to_schedule(document, owner=visit.owner))
    return replies.document(show.summary(made, cover_of(made, visit.settings), visit.creator))


def list_schedules(visit: Visit) -> Response:
    at = paging.asked(USUAL, MOST)
    filter = ScheduleFilter(door=DOOR)
    page = visit.engine.schedules.page(filter, limit=at.size, offset=at.offset)
    visit.creator.know([one.owner for one in page.items])
    items = tuple(
        show.summary(one, cover_of(one, visit.settings), visit.creator) for one in page.items
    )
    return replies.document(paging.page_of(page, at, items))


def show_schedule(visit: Visit, id: str) -> Response:
    schedule = _found(visit, id)
    granted = visit.creator.granted(show.document_of(schedule).permissions)
    shown = show.full(schedule, cover_of(schedule, visit.settings), visit.creator, granted)
    return replies.document(shown)


def pause_schedule(visit: Visit, id: str) -> Response:
    return _changed(visit, id, visit.engine.schedules.pause, "scheduled job is not active")


def resume_schedule(visit: Visit, id: str) -> Response:
    return _changed(visit, id, visit.engine.schedules.resume, "scheduled job is not paused")


def delete_schedule(visit: Visit, id: str) -> Response:
    """With every job it made: they end first, where they run."""

    def delete(schedule: ScheduleId) -> None:
        visit.engine.schedules.delete(schedule, with_jobs=True)

    return _changed(visit, id, delete, "")


def _changed(visit: Visit, id: str, change: Callable[[ScheduleId], None], refusal: str) -> Response:
    schedule = _found(visit, id)
    try:
        change(schedule.id)
    except Conflict:
        replies.refuse(HTTPStatus.BAD_REQUEST, refusal)
    except NotFound:  # gone in between
        replies.refuse(HTTPStatus.NOT_FOUND, "scheduled job not found")
    return replies.document(replies.OK)


def _found(visit: Visit, text: str) -> ScheduleView:
    schedule = found.looked_up(
        "scheduled job", text, lambda id: visit.engine.schedules.one(ScheduleId(id))
    )
    if schedule.door != DOOR:
        replies.refuse(HTTPStatus.NOT_FOUND, "scheduled job not found")
    return schedule
