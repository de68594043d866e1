"""Rows of the store as views."""

from collections.abc import Sequence

from windlass.coordinator.engine.views import (
    AttemptView,
    HistoryRow,
    JobView,
    TaskView,
    Why,
)
from windlass.coordinator.store.db import Row
from windlass.shared import spec
from windlass.shared.ids import AttemptId, JobId, TaskId
from windlass.shared.states import AttemptState, JobState, Reason, TaskState


def job(row: Row, why: Why | None = None) -> JobView:
    return JobView(
        id=JobId(row["id"]),
        door=row["door"],
        external_id=row["external_id"],
        owner=row["owner"],
        name=row["name"],
        description=row["description"],
        state=JobState(row["state"]),
        reason=_reason(row),
        error=row["error"],
        cancelling=row["wanted"] is not None and row["ended_at"] is None,
        paused=row["paused"] and row["ended_at"] is None,
        epoch=row["epoch"],
        priority=row["priority"],
        queue=row["queue"],
        tags=tuple(row["tags"]),
        spec=spec.decode_job(row["spec"]),
        total=row["total"],
        ended=row["ended"],
        failed=row["failed"],
        output=row["output"],
        created_at=row["created_at"],
        started_at=row["started_at"],
        ended_at=row["ended_at"],
        schedule_id=row["schedule_id"],
        why=why,
        parent_task=row["parent_task"],
        wanted=row["wanted"],
        wanted_at=row["wanted_at"],
        template_id=row["template_id"],
        template_version=row["template_version"],
    )


def task(row: Row, waiting_for: tuple[str, ...] = ()) -> TaskView:
    return TaskView(
        id=TaskId(row["id"]),
        job_id=JobId(row["job_id"]),
        position=row["position"],
        key=row["key"],
        name=row["name"],
        var=row["var"],
        state=TaskState(row["state"]),
        reason=_reason(row),
        error=row["error"],
        waiting_on=row["waiting_on"],
        allow_failure=row["allow_failure"],
        queue=row["queue"],
        priority=row["priority"],
        spec=spec.decode_task(row["spec"]),
        attempts=row["attempts"],
        exit_code=row["exit_code"],
        output=row["output"],
        progress=row["progress"],
        message=row["message"],
        started_at=row["started_at"],
        ended_at=row["ended_at"],
        attempt_id=row["attempt_id"],
        node=row["node"],
        attempt_state=AttemptState(row["attempt_state"]) if row["attempt_state"] else None,
        path=tuple(row["path"] or ()),
        needs=tuple(row["needs"]),
        waiting_for=waiting_for,
        kind=row["kind"],
        parent=row["parent"],
        size=row["size"],
        done=row["done"],
        item_index=row["item"],
        subjob_id=row["subjob_id"],
    )


def attempt(row: Row) -> AttemptView:
    return AttemptView(
        id=AttemptId(row["id"]),
        task_id=TaskId(row["task_id"]),
        job_id=JobId(row["job_id"]),
        number=row["number"],
        epoch=row["epoch"],
        state=AttemptState(row["state"]),
        reason=_reason(row),
        error=row["error"],
        exit_code=row["exit_code"],
        node=row["node"],
        queue=row["queue"],
        run_after=row["run_after"],
        published_at=row["published_at"],
        settled=row["settled"],
        log_bytes=row["log_bytes"],
        log_lines=row["log_lines"],
        log_sha256=row["log_sha256"],
        created_at=row["created_at"],
        started_at=row["started_at"],
        ended_at=row["ended_at"],
    )


def why(failure: Row, last_lines: Sequence[str]) -> Why:
    return Why(
        task_id=TaskId(failure["id"]),
        task=failure["name"],
        reason=_reason(failure),
        error=failure["error"],
        exit_code=failure["exit_code"],
        attempt_id=failure["attempt_id"],
        last_lines=last_lines,
    )


def history(row: Row) -> HistoryRow:
    return HistoryRow(
        id=row["id"],
        job_id=JobId(row["job_id"]),
        entity=row["entity"],
        entity_id=str(row["entity_id"]),
        was=row["was"],
        became=row["became"],
        reason=row["reason"],
        at=row["at"],
    )


def _reason(row: Row) -> Reason | None:
    return Reason(row["reason"]) if row["reason"] else None
