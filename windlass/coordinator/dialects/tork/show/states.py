"""Our states in Tork's words. A job is SCHEDULED once it is accepted: nobody has to take it."""

from collections.abc import Mapping

from windlass.coordinator.engine.outlook_views import Execution
from windlass.shared.states import AttemptState, JobState, TaskState

JOB: Mapping[JobState, str] = {
    JobState.PENDING: "SCHEDULED",
    JobState.RUNNING: "RUNNING",
    JobState.COMPLETED: "COMPLETED",
    JobState.FAILED: "FAILED",
    JobState.CANCELLED: "CANCELLED",
}

_ATTEMPT: Mapping[AttemptState, str] = {
    AttemptState.PENDING: "PENDING",
    AttemptState.SCHEDULED: "SCHEDULED",
    AttemptState.RUNNING: "RUNNING",
    AttemptState.COMPLETED: "COMPLETED",
    AttemptState.FAILED: "FAILED",
    AttemptState.CANCELLED: "CANCELLED",
    AttemptState.LOST: "FAILED",
}

_TASK: Mapping[TaskState, str] = {
    TaskState.WAITING: "CREATED",
    TaskState.ACTIVE: "RUNNING",  # without an attempt: it is made of other tasks
    TaskState.COMPLETED: "COMPLETED",
    TaskState.FAILED: "FAILED",
    TaskState.CANCELLED: "CANCELLED",
    TaskState.SKIPPED: "SKIPPED",
}


def task_state(execution: Execution) -> str:
    attempt = execution.attempt
    return _ATTEMPT[attempt.state] if attempt else _TASK[execution.task.state]
