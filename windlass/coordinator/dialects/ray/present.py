"""Jobs in Ray's words. Pure.

Ray knows five states; the true one, and all else that it has no word for, stands under
``windlass``, which its clients overlook.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from windlass.coordinator.engine.views import AttemptView, JobView
from windlass.shared.states import JobState, Reason

Doc = dict[str, Any]

STATUS: Mapping[JobState, str] = {
    JobState.PENDING: "PENDING",
    JobState.RUNNING: "RUNNING",
    JobState.COMPLETED: "SUCCEEDED",
    JobState.FAILED: "FAILED",
    JobState.CANCELLED: "STOPPED",
}
_ERROR_TYPES: Mapping[Reason, str] = {
    Reason.SETUP: "RUNTIME_ENV_SETUP_FAILURE",
    Reason.IMAGE: "RUNTIME_ENV_SETUP_FAILURE",
    Reason.REJECTED: "JOB_SUPERVISOR_ACTOR_UNSCHEDULABLE",
    Reason.TIMEOUT: "JOB_SUPERVISOR_ACTOR_START_TIMEOUT",
    Reason.NODE_LOST: "JOB_SUPERVISOR_ACTOR_DIED",
    Reason.POISON: "JOB_SUPERVISOR_ACTOR_DIED",
    Reason.EXIT_CODE: "JOB_ENTRYPOINT_COMMAND_ERROR",
    Reason.OOM: "JOB_ENTRYPOINT_COMMAND_ERROR",
}
_UNKNOWN = "JOB_SUPERVISOR_ACTOR_UNKNOWN_FAILURE"
_SAID = {
    JobState.RUNNING: "Job is currently running.",
    JobState.COMPLETED: "Job finished successfully.",
    JobState.CANCELLED: "Job was intentionally stopped.",
}
_RESOURCES = (
    "entrypoint_num_cpus",
    "entrypoint_num_gpus",
    "entrypoint_memory",
    "entrypoint_resources",
)
_MOST = 20_000  # characters of a log in a message
_LAST_LINES = "Its last lines:\n"
_BY_SIGNAL = range(129, 160)  # as a shell says it; Ray says -1 for 129
_NEVER_RAN = {Reason.SETUP, Reason.IMAGE, Reason.REJECTED}


def details(job: JobView, document: str | None, attempt: AttemptView | None) -> Doc:
    asked = json.loads(document or "{}")
    reason = _reason(job, attempt)
    started = attempt is not None and attempt.started_at is not None
    return {
        "type": "SUBMISSION",
        "job_id": None,
        "submission_id": job.external_id,
        "driver_info": None,
        "status": STATUS[job.state],
        "entrypoint": asked.get("entrypoint", ""),
        "message": _message(job, asked, attempt),
        "error_type": _ERROR_TYPES.get(reason, _UNKNOWN) if reason else None,
        "start_time": _milliseconds(job.created_at),
        "end_time": _milliseconds(job.ended_at),
        "metadata": asked.get("metadata"),
        "runtime_env": asked.get("runtime_env"),
        "driver_agent_http_address": None,
        "driver_node_id": attempt.node if attempt and started else None,
        "driver_exit_code": _exit_code(job, attempt, reason),
        "windlass": _truth(job, attempt),
    }


def _truth(job: JobView, attempt: AttemptView | None) -> Doc:
    return {
        "id": job.id,
        "state": job.state,
        "reason": job.reason,
        "stopping": job.cancelling,
        "owner": job.owner,
        "queue": job.queue,
        "attempt": attempt.number if attempt else 0,
        "attempt_state": attempt.state if attempt else None,
        "run_started_at": _milliseconds(attempt.started_at) if attempt else None,
    }


def _reason(job: JobView, attempt: AttemptView | None) -> Reason | None:
    if job.state is not JobState.FAILED:
        return None
    if job.reason is Reason.TASK_FAILED and attempt is not None and attempt.reason is not None:
        return attempt.reason
    return job.reason


def _message(job: JobView, asked: Doc, attempt: AttemptView | None) -> str:
    if job.state is JobState.PENDING:
        return _waiting(asked)
    if job.state is not JobState.FAILED:
        return _SAID[job.state]
    return _failed(job, asked, attempt)


def _failed(job: JobView, asked: Doc, attempt: AttemptView | None) -> str:
    if job.reason is Reason.TIMEOUT:
        return _never_started(job.error, asked)
    reason, error = _reason(job, attempt), attempt.error if attempt else job.error
    if reason in {Reason.SETUP, Reason.IMAGE}:
        return f"runtime_env setup failed: Failed to set up runtime environment. {error}"[:_MOST]
    if reason not in {Reason.EXIT_CODE, Reason.OOM}:
        return error[:_MOST] or job.error
    code = _exit_code(job, attempt, reason)
    text = f"Job entrypoint command failed with exit code {code}"
    said, _, lines = error.partition(_LAST_LINES)
    if job.why is not None and job.why.last_lines:
        lines = "\n".join(job.why.last_lines)
    if reason is Reason.OOM:
        text = f"{text} ({said.strip().removesuffix('.')})"
    if not lines:
        return f"{text}. No logs available."
    return f"{text}, last available logs (truncated to 20,000 chars):\n{lines[-_MOST:]}"


def _never_started(error: str, asked: Doc) -> str:
    """No job of this door has another limit."""
    text = f"Job supervisor actor failed to start {error.removeprefix('did not start ')}."
    text += (
        " This timeout can be configured by setting the environment variable"
        " WINDLASS_RAY_JOB_START_TIMEOUT_SECONDS of the coordinator."
    )
    if any(asked.get(name) for name in _RESOURCES):
        text += (
            " This may be because the job entrypoint's specified resources (entrypoint_num_cpus,"
            " entrypoint_num_gpus, entrypoint_resources, entrypoint_memory) aren't available on"
            " the cluster."
        )
    return text


def _waiting(asked: Doc) -> str:
    text = "Job has not started yet."
    if any(asked.get(name) for name in _RESOURCES):
        text += (
            " It may be waiting for resources (CPUs, GPUs, memory, custom resources) to become"
            " available."
        )
    if asked.get("runtime_env"):
        text += " It may be waiting for the runtime environment to be set up."
    return text


def _exit_code(job: JobView, attempt: AttemptView | None, reason: Reason | None) -> int | None:
    if job.state is JobState.COMPLETED:
        return 0
    if job.state is not JobState.FAILED or attempt is None or reason in _NEVER_RAN:
        return None
    code = attempt.exit_code
    return 128 - code if code is not None and code in _BY_SIGNAL else code


def _milliseconds(at: datetime | None) -> int | None:
    return None if at is None else round(at.timestamp() * 1000)
