"""Scheduled jobs as Tork shows them."""

from windlass.coordinator.dialects.tork import documents as posted
from windlass.coordinator.dialects.tork.show.documents import Granted, Scheduled, ScheduledJob
from windlass.coordinator.dialects.tork.show.moments import moment
from windlass.coordinator.dialects.tork.show.redaction import Cover
from windlass.coordinator.dialects.tork.show.users import Creator
from windlass.coordinator.engine.schedule_views import ScheduleView

STATES = {"active": "ACTIVE", "paused": "PAUSED"}


def summary(schedule: ScheduleView, cover: Cover, creator: Creator) -> Scheduled:
    document = document_of(schedule)
    return Scheduled(
        id=schedule.id.hex,
        created_by=creator(schedule.owner),
        inputs=cover.map(schedule.spec.inputs),
        state=STATES[schedule.state],
        name=document.name,
        description=document.description,
        tags=document.tags,
        created_at=moment(schedule.created_at),
        cron=document.cron,
    )


def full(
    schedule: ScheduleView, cover: Cover, creator: Creator, granted: tuple[Granted, ...]
) -> ScheduledJob:
    """Nothing secret in it, unlike Tork's."""
    document = document_of(schedule)
    return ScheduledJob(
        id=schedule.id.hex,
        name=document.name,
        description=document.description,
        cron=document.cron,
        state=STATES[schedule.state],
        inputs=cover.map(schedule.spec.inputs),
        tasks=tuple(map(cover.part, document.tasks)),
        created_by=creator(schedule.owner),
        defaults=document.defaults and cover.part(document.defaults),
        auto_delete=document.auto_delete,
        webhooks=tuple(map(cover.part, document.webhooks)),
        permissions=granted,
        created_at=moment(schedule.created_at),
        tags=document.tags,
        secrets=cover.secrets(schedule.spec.secrets),
        output=document.output,
    )


def document_of(schedule: ScheduleView) -> posted.Document:
    return posted.decode(schedule.document or "{}")
