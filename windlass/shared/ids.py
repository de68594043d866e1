"""Ids: UUIDv7, so that a sort by id is a sort by age; a type each, so that mypy sees a swap."""

import sys
from typing import NewType
from uuid import UUID

if sys.version_info >= (3, 14):
    from uuid import uuid7
else:
    from uuid6 import uuid7

JobId = NewType("JobId", UUID)
TaskId = NewType("TaskId", UUID)
AttemptId = NewType("AttemptId", UUID)
ScheduleId = NewType("ScheduleId", UUID)
NodeName = NewType("NodeName", str)


def _new() -> UUID:
    return UUID(int=uuid7().int)


def new_job_id() -> JobId:
    return JobId(_new())


def new_task_id() -> TaskId:
    return TaskId(_new())


def new_attempt_id() -> AttemptId:
    return AttemptId(_new())


def new_template_id() -> UUID:
    return _new()


def new_schedule_id() -> ScheduleId:
    return ScheduleId(_new())


def first_id_at(seconds: float) -> UUID:
    """The smallest id that could have been made at this time, seconds since 1970."""
    milliseconds = min(max(int(seconds * 1000), 0), (1 << 48) - 1)
    return UUID(int=milliseconds << 80)
