"""What the engine shows, in this door's words. Pure.

Times are nanoseconds since 1970 as decimal text: they do not fit a JSON number.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from windlass.coordinator.dialects.daggy.translate import CORES, IMAGE, MEMORY
from windlass.coordinator.engine.views import (
    AttemptView,
    HistoryRow,
    JobView,
    Tally,
    TaskView,
)
from windlass.coordinator.web.literal import unescape
from windlass.shared.spec import TaskSpec
from windlass.shared.states import AttemptState, JobState, Reason, TaskState

Doc = dict[str, Any]

STATES = ("QUEUED", "RUNNING", "RETRY", "ERRORED", "KILLED", "COMPLETED", "PAUSED")
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
_PAUSE = {"paused": "PAUSED", "resumed": "QUEUED"}
_TASK = {
    TaskState.WAITING: "QUEUED",
    TaskState.COMPLETED: "COMPLETED",
    TaskState.FAILED: "ERRORED",
    TaskState.CANCELLED: "KILLED",
    TaskState.SKIPPED: "QUEUED",  # below a parent that did not complete
}


def nanoseconds(moment: datetime | None) -> str:
    return "0" if moment is None else str((moment - _EPOCH) // _MICROSECOND * 1000)


def run_state(job: JobView, counts: Mapping[str, int] | None = None) -> str:
    """``counts`` of its tasks tell a run of which tasks were killed from one where some failed."""
    if job.paused:
        return "PAUSED"
    if job.state is JobState.FAILED and counts and not counts.get("ERRORED"):
        return "KILLED" if counts.get("KILLED") else "ERRORED"
    return _RUN[job.state]


def task_state(task: TaskView) -> str:
    return _state(task.state, task.attempt_state, again=task.attempts > 1)


def counted(tallies: Iterable[Tally]) -> Mapping[str, int]:
    """By this door's words for the states of tasks."""
    counts: Counter[str] = Counter()
    for tally in tallies:
        counts[_state(tally.state, tally.attempt, again=tally.again)] += tally.tasks
    return counts


def _state(task: TaskState, attempt: AttemptState | None, *, again: bool) -> str:
    """A generator whose attempt is over still makes its tasks."""
    if task is not TaskState.ACTIVE:
        return _TASK[task]
    if attempt in {AttemptState.RUNNING, AttemptState.COMPLETED}:
        return "RUNNING"
    return "RETRY" if again else "QUEUED"


def summary(job: JobView, counts: Mapping[str, int], last_update: datetime | None) -> Doc:
    """``counts``: as of ``counted``."""
    return {
        "runID": run_id(job),
        "tag": tag(job),
        "state": run_state(job, counts),
        "startTime": nanoseconds(job.created_at),
        "lastUpdate": nanoseconds(last_update or job.created_at),
        "taskCounts": {state: count for state, count in sorted(counts.items()) if count},
    }


def run_id(job: JobView) -> int:
    return int(job.external_id or 0)


def tag(job: JobView) -> str:
    return job.tags[0] if job.tags else ""


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
    if IMAGE in spec.metadata:
        job["image"] = spec.metadata[IMAGE]
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


def failed_generation(task: TaskView) -> Doc:
    """What became of the output of a generator that ran, as an attempt of its own."""
    moment = nanoseconds(task.ended_at)
    return {
        "startTime": moment,
        "stopTime": moment,
        "rc": 1,
        "outputLog": "",
        "errorLog": "",
        "executorLog": task.error,
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
        for state in [_RUN[JobState(row.became)] if row.entity == "job" else _PAUSE[row.became]]
    ]
