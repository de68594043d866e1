"""What submits jobs by the clock: made, looked at, paused, deleted. ``firing`` does the rest."""

from datetime import UTC, datetime
from typing import get_args
from uuid import UUID

from windlass.coordinator.engine import check, cron, firing, permissions
from windlass.coordinator.engine.errors import Conflict, Invalid, NotFound, Problem
from windlass.coordinator.engine.outlook_views import Numbered
from windlass.coordinator.engine.ports import Signals
from windlass.coordinator.engine.schedule_views import (
    CatchUp,
    Overlap,
    ScheduleFilter,
    ScheduleSubmission,
    ScheduleView,
)
from windlass.coordinator.engine.sight import Sight
from windlass.coordinator.engine.views import Submission
from windlass.coordinator.store import schedules
from windlass.coordinator.store.db import Database, Row
from windlass.coordinator.store.schedules import NewSchedule
from windlass.shared import spec
from windlass.shared.ids import JobId, ScheduleId, new_schedule_id
from windlass.shared.text import clean

_MOST_OFFSET = 1 << 40
_CHOICES = {"catch_up": get_args(CatchUp), "overlap": get_args(Overlap)}


def problems(given: ScheduleSubmission) -> list[Problem]:
    """Everything that would make ``create`` refuse it. Pure, but for the clock."""
    found = check.problems(given.spec)
    found += check.submission_problems(submission_of(given))
    for name, choices in _CHOICES.items():
        if getattr(given, name) not in choices:
            text = f"must not be {getattr(given, name)!r}"
            found.append(Problem((name,), text, ", ".join(choices)))
    try:
        cron.parse(given.cron, given.timezone)
    except ValueError as problem:
        allowed = "minute hour day month weekday, @hourly or the like, or @every 90s"
        found.append(Problem(("cron",), str(problem), allowed))
    return found


def submission_of(given: ScheduleSubmission) -> Submission:
    """What comes of it each time."""
    return Submission(
        spec=given.spec,
        door=given.door,
        owner=given.owner,
        document=given.document,
        checked=True,
    )


def create(db: Database, given: ScheduleSubmission) -> ScheduleView:
    if found := problems(given):
        raise Invalid(found)
    audience = permissions.audience(db, given.spec)
    with db.transaction() as tx:
        return _view(schedules.insert(tx, _row(given, audience)))


def one(db: Database, id: ScheduleId) -> ScheduleView:
    with db.transaction() as tx:
        return _view(_found(schedules.one(tx, id), id))


def page(
    db: Database, filter: ScheduleFilter, limit: int, offset: int, sees: Sight | None = None
) -> Numbered[ScheduleView]:
    with db.transaction() as tx:
        seen = sees.audiences(tx) if sees else None
        wanted = schedules.Wanted(filter.door, filter.owner, seen)
        rows, total = schedules.page(tx, wanted, limit, min(offset, _MOST_OFFSET))
    return Numbered([_view(row) for row in rows], total)


def pause(db: Database, id: ScheduleId) -> None:
    with db.transaction() as tx:
        _found(schedules.lock(tx, id), id)
        if not schedules.pause(tx, id):
            raise Conflict("the schedule is paused already")


def resume(db: Database, id: ScheduleId) -> None:
    """From now on: what was missed while it was paused is not made up for."""
    with db.transaction() as tx:
        row = _found(schedules.lock(tx, id), id)
        if not schedules.resume(tx, id, _next(row["cron"], row["timezone"])):
            raise Conflict("the schedule is not paused")


def delete(db: Database, signals: Signals, id: ScheduleId, *, with_jobs: bool) -> None:
    """Its jobs are cancelled where they are not over, and follow it soon."""
    with db.transaction() as tx:
        _found(schedules.lock(tx, id), id)
        if with_jobs:
            schedules.doom(tx, id)
        else:
            schedules.delete(tx, id)
    if with_jobs:
        firing.clear_soon(db, signals)


class Schedules:
    """For doors. Ids of nothing are NotFound. Whoever may see a schedule may see its jobs."""

    def __init__(self, db: Database, signals: Signals, sees: Sight) -> None:
        self._db = db
        self._signals = signals
        self._sees = sees

    def create(self, submission: ScheduleSubmission) -> ScheduleView:
        return create(self._db, submission)

    def one(self, id: ScheduleId) -> ScheduleView:
        return one(self._db, self._sees.schedule(id))

    def page(
        self, filter: ScheduleFilter, *, limit: int, offset: int = 0
    ) -> Numbered[ScheduleView]:
        """Newest first."""
        return page(self._db, filter, limit, offset, self._sees)

    def pause(self, id: ScheduleId) -> None:
        """Conflict: it is paused."""
        pause(self._db, self._sees.schedule(id))

    def resume(self, id: ScheduleId) -> None:
        """From now on, whatever was missed. Conflict: it is not paused."""
        resume(self._db, self._sees.schedule(id))

    def delete(self, id: ScheduleId, *, with_jobs: bool = False) -> None:
        """Its jobs go too, once they have been cancelled; or stay as they are."""
        delete(self._db, self._signals, self._sees.schedule(id), with_jobs=with_jobs)


def _row(given: ScheduleSubmission, audience: int) -> NewSchedule:
    job = given.spec
    return NewSchedule(
        id=new_schedule_id(),
        door=given.door,
        owner=given.owner,
        name=job.name,
        description=job.description,
        tags=list(job.tags),
        cron=given.cron,
        timezone=given.timezone,
        catch_up=given.catch_up,
        overlap=given.overlap,
        spec=spec.encode(job).decode(),
        document=None if given.document is None else clean(given.document),
        next_at=_next(given.cron, given.timezone),
        audience=audience,
    )


def _next(text: str, timezone: str) -> datetime:
    """Whole seconds: what was stored is found again."""
    return cron.parse(text, timezone).after(datetime.now(UTC).replace(microsecond=0))


def _found(row: Row | None, id: UUID) -> Row:
    if row is None:
        raise NotFound(f"there is no schedule {id}")
    return row


def _view(row: Row) -> ScheduleView:
    last = row["last_job"]
    shown = ("door", "owner", "name", "description", "cron", "timezone", "catch_up", "overlap")
    return ScheduleView(
        id=ScheduleId(row["id"]),
        tags=tuple(row["tags"]),
        state="paused" if row["paused"] else "active",
        spec=spec.decode_job(row["spec"]),
        document=row["document"],
        created_at=row["created_at"],
        next_at=None if row["paused"] else row["next_at"],
        last_at=row["last_at"],
        last_job=None if last is None else JobId(last),
        error=row["error"],
        **{name: row[name] for name in shown},
    )
