"""A job as Tork shows it: in lists, and whole."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from windlass.coordinator.dialects.tork import documents as posted
from windlass.coordinator.dialects.tork.names import posted as posted_name
from windlass.coordinator.dialects.tork.show import states
from windlass.coordinator.dialects.tork.show.documents import (
    Context,
    Granted,
    Job,
    JobNamed,
    JobSummary,
    ScheduleOf,
    Task,
)
from windlass.coordinator.dialects.tork.show.gojson import number
from windlass.coordinator.dialects.tork.show.moments import moment, moment_or_nothing
from windlass.coordinator.dialects.tork.show.redaction import Cover
from windlass.coordinator.dialects.tork.show.users import Creator
from windlass.coordinator.engine.outlook_views import Placed
from windlass.coordinator.engine.views import JobView
from windlass.shared.states import JobState

_EARLY = (JobState.FAILED, JobState.CANCELLED)


@dataclass(frozen=True, kw_only=True)
class Whole:
    """What a full job is made of."""

    placed: Placed
    document: posted.Document
    execution: Sequence[Task]
    outputs: Mapping[str, str]
    granted: tuple[Granted, ...] = ()


def summary(placed: Placed, cover: Cover, creator: Creator) -> JobSummary:
    job = placed.job
    return JobSummary(
        id=job.id.hex,
        parent_id=job.parent_task.hex if job.parent_task else "",
        created_by=creator(job.owner),
        inputs=cover.map(job.spec.inputs),
        name=posted_name(job.name),
        description=job.description,
        tags=job.tags,
        state=states.JOB[job.state],
        created_at=moment(job.created_at),
        **_times(job),
        position=position(placed),
        task_count=job.total,
        result=cover.text(job.output or ""),
        error=cover.text(job.error),
        progress=progress(placed),
        schedule=_schedule(job),
    )


def accepted(job: JobView, cover: Cover, creator: Creator) -> JobSummary:
    """The answer to a submit: nothing of it has begun."""
    return JobSummary(
        id=job.id.hex,
        parent_id=job.parent_task.hex if job.parent_task else "",
        created_by=creator(job.owner),
        inputs=cover.map(job.spec.inputs),
        name=posted_name(job.name),
        description=job.description,
        tags=job.tags,
        state="PENDING",
        created_at=moment(job.created_at),
        position=0,
        task_count=job.total,
    )


def full(whole: Whole, cover: Cover, creator: Creator) -> Job:
    job, document = whole.placed.job, whole.document
    return Job(
        id=job.id.hex,
        parent_id=job.parent_task.hex if job.parent_task else "",
        name=document.name or posted_name(job.name),
        description=document.description or job.description,
        tags=document.tags or job.tags,
        state=states.JOB[job.state],
        created_at=moment(job.created_at),
        created_by=creator(job.owner),
        **_times(job),
        tasks=tuple(map(cover.part, document.tasks)),
        execution=tuple(whole.execution),
        position=position(whole.placed),
        inputs=cover.map(job.spec.inputs),
        context=_context(whole, cover),
        task_count=job.total,
        output=document.output,
        result=cover.text(job.output or ""),
        error=cover.text(job.error),
        defaults=document.defaults and cover.part(document.defaults),
        webhooks=tuple(map(cover.part, document.webhooks)),
        permissions=whole.granted,
        auto_delete=document.auto_delete,
        delete_at=_deletion(job),
        secrets=cover.secrets(job.spec.secrets),
        progress=progress(whole.placed),
        schedule=_schedule(job),
    )


def position(placed: Placed) -> int:
    """From 1, of the task it is at; one more than there are where it is past the last."""
    job = placed.job
    if job.state is JobState.COMPLETED:
        return job.total + 1
    if placed.at is not None and placed.at < job.total:
        return placed.at + 1
    return min(job.ended, job.total) + 1


def progress(placed: Placed) -> float | int:
    if placed.job.state is JobState.COMPLETED:
        return 100
    done = position(placed) - 1 + placed.at_progress / 100
    return number(min(done / placed.job.total, 1.0) * 100) if placed.job.total else 0


def _schedule(job: JobView) -> ScheduleOf | None:
    return ScheduleOf(id=job.schedule_id.hex) if job.schedule_id else None


def _times(job: JobView) -> dict[str, Any]:
    return {
        "started_at": moment(job.started_at or job.created_at),
        "completed_at": _ended(job, JobState.COMPLETED),
        "failed_at": _ended(job, *_EARLY),
    }


def _ended(job: JobView, *states: JobState) -> str:
    return moment_or_nothing(job.ended_at) if job.state in states else ""


def _deletion(job: JobView) -> str:
    if job.ended_at is None or job.state is not JobState.COMPLETED or not job.spec.delete_after:
        return ""
    try:
        return moment(job.ended_at + timedelta(seconds=job.spec.delete_after))
    except OverflowError:  # after the end of all calendars
        return ""


def _context(whole: Whole, cover: Cover) -> Context:
    job = whole.placed.job
    return Context(
        job=JobNamed(id=job.id.hex, name=posted_name(job.name)),
        inputs=cover.map(job.spec.inputs),
        secrets=cover.secrets(job.spec.secrets),
        tasks=cover.map(whole.outputs),
    )
