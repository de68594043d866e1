"""Jobs in Cortex's words. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from windlass.coordinator.dialects.cortex.apis import LAST, Deployed, nanoseconds
from windlass.coordinator.dialects.cortex.versions import Speech
from windlass.coordinator.engine.views import JobView
from windlass.shared.states import JOB, JobState, Reason

Doc = dict[str, Any]

RUNNING, SUCCEEDED, STOPPED, TIMED_OUT = "running", "succeeded", "stopped", "timed_out"
_FAILURES: Mapping[Reason, str] = {
    Reason.EXIT_CODE: "worker_error",
    Reason.SETUP: "worker_error",  # a command that is not in the image
    Reason.OOM: "worker_oom",
    Reason.TIMEOUT: TIMED_OUT,
    Reason.CANCELLED: STOPPED,
}
_UNEXPECTED = "unexpected_error"
_WANTED = {"cancelled": STOPPED, "timeout": TIMED_OUT}
_COUNTED = ("pending", "initializing", "running", "succeeded", "failed", "stalled", "unknown")


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What there is to know of a job. ``failure``: why its first task failed that did."""

    job: JobView
    asked: Mapping[str, Any]  # what was kept of its submission
    failure: Reason | None = None


def seen(job: JobView, document: str | None, failure: Reason | None) -> Seen:
    return Seen(job=job, asked=json.loads(document or "{}"), failure=failure)


def status(one: Seen) -> str:
    """A wish for an early end decides as soon as it is there, and never changes."""
    job = one.job
    if job.wanted in _WANTED:
        return _WANTED[job.wanted]
    if job.state is JobState.COMPLETED:
        return SUCCEEDED
    if job.state is JobState.CANCELLED:
        return STOPPED
    if job.state is JobState.FAILED:
        reason = one.failure if job.reason is Reason.TASK_FAILED else job.reason
        return _FAILURES.get(reason, _UNEXPECTED) if reason else _UNEXPECTED
    return RUNNING


def is_over(one: Seen) -> bool:
    return status(one) != RUNNING


def submitted(id: str, asked: Mapping[str, Any], api: Deployed, speech: Speech) -> Doc:
    """A job as it is answered to whoever submits it."""
    started = rfc3339(LAST - int(id, 16))
    return {
        "job_id": id,
        "api_name": api.name,
        "kind": api.kind,
        "workers": asked["workers"],
        "config": asked["config"],
        "api_id": api.id,
        "spec_id": api.template.digest,
        speech.third_id: api.pod_id,
        "timeout": asked["timeout"],
        "created_time": started,
        "start_time": started,
    }


def job_status(one: Seen, api: Deployed, speech: Speech) -> Doc:
    id = one.job.external_id or ""
    shown = submitted(id, one.asked, api, speech)
    shown["status"] = speech.prefix + status(one)
    ended = one.job.wanted_at if one.job.wanted in _WANTED else one.job.ended_at
    if is_over(one) and ended is not None:
        shown["end_time"] = rfc3339(max(nanoseconds(ended), LAST - int(id, 16)))
    counts = _counts(one)
    if speech.short_counts:
        return shown | ({"worker_counts": counts} if counts else {})
    return shown | {"worker_counts": _all_counts(counts) if counts else None}


def _counts(one: Seen) -> dict[str, int]:
    """Empty once it is over."""
    if is_over(one) or JOB.is_final(one.job.state):
        return {}
    return {"ready" if one.job.state is JobState.RUNNING else "pending": one.asked["workers"]}


def _all_counts(counts: Mapping[str, int]) -> dict[str, int]:
    old = {"ready": "running", "pending": "pending"}
    known = {old[name]: count for name, count in counts.items()}
    return {name: known.get(name, 0) for name in _COUNTED}


def rfc3339(since: int) -> str:
    """Of nanoseconds since 1970, without zeros at the end of the fraction."""
    seconds, rest = divmod(since, 1_000_000_000)
    moment = datetime.fromtimestamp(seconds, tz=UTC).strftime("%Y-%m-%dT%H:%M:%S")
    fraction = f"{rest:09d}".rstrip("0")
    return f"{moment}.{fraction}Z" if fraction else f"{moment}Z"
