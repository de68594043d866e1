"""Schedules over HTTP: a job file that says when."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask import Response, request

from windlass.coordinator.dialects.native import documents, present, queries
from windlass.coordinator.dialects.native.describe import job_document
from windlass.coordinator.dialects.native.intake import take
from windlass.coordinator.dialects.native.jobs import DOOR
from windlass.coordinator.dialects.native.schema import ScheduledDocument
from windlass.coordinator.engine.schedule_views import (
    ScheduleFilter,
    ScheduleSubmission,
    ScheduleView,
)
from windlass.coordinator.web import replies
from windlass.coordinator.web.auth import Scope
from windlass.coordinator.web.body import MEDIA, read_body
from windlass.coordinator.web.failures import invalid
from windlass.coordinator.web.operations import Call, Gives, Resource, operation
from windlass.shared.ids import ScheduleId

_SCHEMA = ScheduledDocument()
_SCHEDULE = {HTTPStatus.OK: Gives(schema=documents.Schedule)}
_SHOWN = (
    "id",
    "door",
    "owner",
    "name",
    "description",
    "tags",
    "cron",
    "timezone",
    "catch_up",
    "overlap",
    "state",
    "last_job",
    "error",
)
_MOMENTS = ("created_at", "next_at", "last_at")


class Schedules(Resource):
    @operation(
        "POST /schedules",
        Scope.SUBMIT,
        body=ScheduledDocument,
        formats=tuple(MEDIA),
        gives={HTTPStatus.CREATED: Gives(schema=documents.Schedule)},
    )
    def create_schedule(self, call: Call) -> Response:
        """Make a schedule: a job with a `schedule` that says when."""
        body = read_body(request)
        intake = take(body, self._engine.problems, _SCHEMA)
        if intake.spec is None:
            raise invalid("the schedule is not valid", intake.flaws)
        submission = ScheduleSubmission(
            spec=intake.spec,
            door=DOOR,
            owner=call.caller.name,
            document=body.data.decode("utf-8-sig"),
            **intake.schedule,
        )
        made = self._engine.schedules.create(submission)
        return replies.document(_document(made), HTTPStatus.CREATED)

    @operation(
        "GET /schedules",
        Scope.READ,
        query=queries.SchedulesQuery,
        gives={HTTPStatus.OK: Gives(schema=documents.SchedulePage)},
    )
    def list_schedules(self, call: Call) -> Response:
        """List schedules, newest first, with how many there are in all."""
        asked = call.query
        filter = ScheduleFilter(door=asked.get("door"), owner=asked.get("owner"))
        page = self._engine.schedules.page(filter, limit=asked["limit"], offset=asked["offset"])
        return replies.document({"items": list(map(_document, page.items)), "count": page.total})

    @operation("GET /schedules/<uuid:schedule_id>", Scope.READ, gives=_SCHEDULE)
    def show_schedule(self, _: Call, schedule_id: UUID) -> Response:
        """Show a schedule."""
        return self._schedule(schedule_id)

    @operation(
        "POST /schedules/<uuid:schedule_id>/pause",
        Scope.SUBMIT,
        gives=_SCHEDULE,
        fails=(HTTPStatus.CONFLICT,),
    )
    def pause_schedule(self, _: Call, schedule_id: UUID) -> Response:
        """Let a schedule make no jobs until it is resumed."""
        self._engine.schedules.pause(ScheduleId(schedule_id))
        return self._schedule(schedule_id)

    @operation(
        "POST /schedules/<uuid:schedule_id>/resume",
        Scope.SUBMIT,
        gives=_SCHEDULE,
        fails=(HTTPStatus.CONFLICT,),
    )
    def resume_schedule(self, _: Call, schedule_id: UUID) -> Response:
        """Let a paused schedule go on; what it missed is not made up for."""
        self._engine.schedules.resume(ScheduleId(schedule_id))
        return self._schedule(schedule_id)

    @operation(
        "DELETE /schedules/<uuid:schedule_id>",
        Scope.SUBMIT,
        query=queries.DeletedScheduleQuery,
        gives={HTTPStatus.NO_CONTENT: Gives()},
    )
    def delete_schedule(self, call: Call, schedule_id: UUID) -> Response:
        """Delete a schedule, and with `jobs=true` every job it made."""
        self._engine.schedules.delete(ScheduleId(schedule_id), with_jobs=call.query["jobs"])
        return replies.nothing()

    def _schedule(self, id: UUID) -> Response:
        return replies.document(_document(self._engine.schedules.one(ScheduleId(id))))


def _document(view: ScheduleView) -> dict[str, Any]:
    shown = {
        **{name: getattr(view, name) for name in _SHOWN},
        **{name: present.moment(getattr(view, name)) for name in _MOMENTS},
        "job": present.masked(job_document(view.spec)),
    }
    return present.without(shown, view.spec.secrets)
