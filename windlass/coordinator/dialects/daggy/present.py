"""What the engine shows, in this door's words. Pure.

Times are nanoseconds since 1970 as decimal text: they do not fit a JSON number.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from windlass.coordinator.dialects.daggy.literal import unescape
from windlass.coordinator.dialects.daggy.translate import CORES, MEMORY
from windlass.coordinator.engine.views import AttemptView, HistoryRow, JobView, TaskView
from windlass.shared.spec import TaskSpec
from windlass.shared.states import AttemptState, JobState, Reason, TaskState

Doc = dict[str, Any]

KILLED_CODE = -9  # as of a process ended by SIGKILL
NO_CODE = 127  # of what never ran: a shell's code for a program that is not there

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

_RUN = {
    JobState.PENDING: "QUEUED",
    JobState.RUNNING: "RUNNING",
    JobState.COMPLETED: "COMPLETED",
    JobState.FAILED: "ERRORED",
    JobState.CANCELLED: "KILLED",
}
_TASK = {
    TaskState.WAITING: "QUEUED",
    TaskState.COMPLETED: "COMPLETED",
    TaskState.FAILED: "ERRORED",
    TaskState.CANCELLED: "KILLED",
    TaskState.SKIPPED: "QUEUED",  # below a parent that did not complete
}


def nanoseconds(moment: datetime | None) -> str:
    return "0" if moment is None else str((moment - _EPOCH) // _MICROSECOND * 1000)


def run_state(job: JobView) -> str:
    if job.paused and job.ended_at is None:
        return "PAUSED"
    return _RUN[job.state]


def task_state(task: TaskView) -> str:
    if task.state is not TaskState.ACTIVE:
        return _TASK[task.state]
    if task.attempt_state is AttemptState.RUNNING:
        return "RUNNING"
    return "RETRY" if task.attempts > 1 else "QUEUED"


def summary(job: JobView, counts: Mapping[str, int], last_update: datetime | None) -> Doc:
    """``counts``: by this door's words for the states of tasks."""
    return {
        "runID": run_id(job),
        "tag": tag(job),
        "state": run_state(job),
        "startTime": nanoseconds(job.created_at),
        "lastUpdate": nanoseconds(last_update or job.created_at),
        "taskCounts": {state: count for state, count in sorted(counts.items()) if count},
    }


def run_id(job: JobView) -> int:
    return int(job.external_id or 0)


def tag(job: JobView) -> str:
    return job.tags[0] if job.tags else ""


def counted(tasks: Iterable[TaskView]) -> Mapping[str, int]:
    return Counter(map(task_state, tasks))


def task(spec: TaskSpec, parents: Sequence[str], children: Sequence[str]) -> Doc:
    """``parents`` and ``children`` by their expanded names."""
    return {
        "maxRetries": spec.retry.limit,
        "retryIntervalSeconds": int(spec.retry.initial_delay),
        "job": _job(spec),
        "children": children,
        "parents": parents,
        "isGenerator": spec.generator,
    }


def _job(spec: TaskSpec) -> Doc:
    container = spec.container
    variables = container.env.items()
    job: Doc = {"environment": [f"{name}={unescape(value)}" for name, value in variables]}
    job |= {name: spec.metadata[name] for name in (MEMORY, CORES) if name in spec.metadata}
    job["command"] = list(map(unescape, container.cmd))
    if container.image is not None:
        job["image"] = unescape(container.image)
    if container.timeout is not None:
        job["timeout"] = container.timeout
    return job


def attempt(view: AttemptView, output: str, errors: str, executor: str) -> Doc:
    """A running one has stopTime "0": without any the web page hides its task."""
    return {
        "startTime": nanoseconds(view.started_at or view.created_at),
        "stopTime": nanoseconds(view.ended_at),
        "rc": code(view),
        "outputLog": output,
        "errorLog": errors,
        "executorLog": executor,
    }


def code(view: AttemptView) -> int:
    if view.reason in {Reason.CANCELLED, Reason.OOM}:
        return KILLED_CODE
    if view.exit_code is not None and view.reason is not Reason.TIMEOUT:
        return view.exit_code
    return 0 if view.reason is None else KILLED_CODE if view.started_at else NO_CODE


def changes(history: Iterable[HistoryRow]) -> list[Doc]:
    """Of the run itself, oldest first."""
    return [
        {"time": nanoseconds(row.at), "state": state}
        for row in history
        if row.entity == "job" and (state := _became(row.became))
    ]


def _became(state: str) -> str | None:
    if state in set(JobState):
        return _RUN[JobState(state)]
    return {"paused": "PAUSED", "resumed": "QUEUED"}.get(state)
