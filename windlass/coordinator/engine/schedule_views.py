"""Schedules as the engine takes and shows them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from windlass.shared.ids import JobId, ScheduleId
from windlass.shared.spec import JobSpec

CatchUp = Literal["none", "one", "all"]
Overlap = Literal["allow", "skip"]


@dataclass(frozen=True, kw_only=True)
class ScheduleSubmission:
    """``spec`` and ``document``: of every job it makes.

    ``catch_up``: which of the times missed while nothing ran get a job all the same. ``overlap``:
    whether one is made while an earlier one is not over.
    """

    spec: JobSpec
    door: str
    cron: str
    timezone: str = ""
    catch_up: CatchUp = "none"
    overlap: Overlap = "allow"
    owner: str = ""
    document: str | None = None


@dataclass(frozen=True, kw_only=True)
class ScheduleView:
    id: ScheduleId
    door: str
    owner: str
    name: str
    description: str
    tags: tuple[str, ...]
    cron: str
    timezone: str
    catch_up: CatchUp
    overlap: Overlap
    state: Literal["active", "paused"]
    spec: JobSpec
    document: str | None
    created_at: datetime
    next_at: datetime | None  # None: it is paused
    last_at: datetime | None
    last_job: JobId | None
    error: str  # why the last time made no job


@dataclass(frozen=True, kw_only=True)
class ScheduleFilter:
    door: str | None = None
    owner: str | None = None
