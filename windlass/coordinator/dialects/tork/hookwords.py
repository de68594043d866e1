"""What the webhooks of Tork's jobs are told: the summary of the job or of the task, as it was."""

from collections.abc import Mapping
from typing import Any

import msgspec

from windlass.coordinator.dialects.tork import documents as posted
from windlass.coordinator.dialects.tork.show import hooks, jobs, tasks
from windlass.coordinator.dialects.tork.show.definitions import Definitions
from windlass.coordinator.dialects.tork.show.documents import JobSummary, TaskSummary
from windlass.coordinator.dialects.tork.show.gojson import encode, number
from windlass.coordinator.dialects.tork.show.moments import moment
from windlass.coordinator.dialects.tork.show.redaction import Cover
from windlass.coordinator.dialects.tork.show.users import Creator, creator
from windlass.coordinator.engine.hooks import Fact
from windlass.coordinator.engine.outlook_views import Execution

_ENDED_AT = {"completed": "completed_at", "failed": "failed_at", "cancelled": "failed_at"}
_TASK = {"active": "SCHEDULED", "progress": "RUNNING", "lost": "FAILED"}
_JOB_GOES_ON = {"state": "RUNNING", "completed_at": "", "failed_at": "", "result": "", "error": ""}
_TASK_GOES_ON = {"completed_at": "", "error": "", "result": ""}

replace = msgspec.structs.replace


class TorkWords:
    """Covered, unlike Tork's. A job is PENDING, RUNNING, and then as it ended."""

    content_type = hooks.CONTENT_TYPE

    def body(self, fact: Fact) -> bytes | None:
        return None if _is_no_news(fact) else encode(_task(fact) or _job(fact))

    def environment(self, fact: Fact) -> Mapping[str, Any]:
        return hooks.environment(_job(fact), _task(fact))


def _is_no_news(fact: Fact) -> bool:
    """Tork makes no task of what is never reached, and a job that is restarted is never pending."""
    if fact.became == "skipped":
        return fact.reason != "condition"
    return fact.became == "pending" and fact.was is not None


def _job(fact: Fact) -> JobSummary:
    summary = jobs.summary(fact.placed, _cover(fact), _creator(fact))
    if fact.event == "job.progress":
        return replace(summary, **_JOB_GOES_ON, **_reached(fact))
    if fact.event != "job.state":
        return summary
    if fact.became == "pending":
        accepted = jobs.accepted(fact.placed.job, _cover(fact), _creator(fact))
        return replace(accepted, schedule=summary.schedule)
    if fact.became == "running":
        return replace(summary, **_JOB_GOES_ON, **_begun(fact))
    ended = {_ENDED_AT[fact.became]: moment(fact.at)} if fact.became in _ENDED_AT else {}
    return replace(summary, state=fact.became.upper(), **ended)


def _reached(fact: Fact) -> dict[str, Any]:
    """Where the job was when a task was done, or said how far it was."""
    if fact.execution is None:
        return {}
    total, place = fact.placed.job.total, _place(fact.execution)
    if fact.percent is not None:
        done = place + fact.percent / 100
        return {"position": place + 1, "progress": number(100 * done / total)}
    return {"position": place + 2, "progress": number(100 * (place + 1) / total)}


def _place(execution: Execution) -> int:
    """Of the job's own task, from 0."""
    return (execution.task.path or (execution.task.position,))[0]


def _begun(fact: Fact) -> dict[str, Any]:
    """It is over by now: then it began at its first task."""
    return {} if fact.placed.job.ended_at is None else {"position": 1, "progress": 0}


def _task(fact: Fact) -> TaskSummary | None:
    if fact.execution is None or not fact.is_of_task:
        return None
    document = posted.decode(fact.document or "{}")
    written = Definitions(document).of(fact.execution.task)
    shown = hooks.task_summary(tasks.task(fact.execution, document, written, _cover(fact)))
    return replace(shown, **_as_it_was(fact, fact.execution, shown))


def _as_it_was(fact: Fact, execution: Execution, shown: TaskSummary) -> dict[str, Any]:
    state = _TASK.get(fact.became, fact.became.upper())
    if fact.became == "active" and execution.attempt:
        scheduled = shown.scheduled_at or moment(fact.at)
        unbegun = {"scheduled_at": scheduled, "started_at": "", "progress": 0}
        return {"state": state, **_TASK_GOES_ON, **unbegun}
    if fact.became == "active":  # a composite: nobody has to take it
        return {"state": "RUNNING", **_TASK_GOES_ON}
    if fact.became == "running":
        return {"state": state, **_TASK_GOES_ON, "progress": 0}
    if fact.percent is not None:
        return {"state": state, **_TASK_GOES_ON, "progress": number(fact.percent)}
    return {"state": state}


def _cover(fact: Fact) -> Cover:
    return Cover(tuple(fact.placed.job.spec.secrets.values()))


def _creator(fact: Fact) -> Creator:
    return lambda _: creator(fact.owner)
